#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Asks the Sprout API for names of licences.
# usage: sprout.sh [PROMPT [COUNT]]
set -eu

: "${SPROUT_API_KEY:?set SPROUT_API_KEY to your key}"
url=${SPROUT_API_URL:-https://api.sprout.example}
prompt=$(printf '%s' "${1:-}" | sed 's/[\\"]/\\&/g')

curl --fail --silent --show-error "$url/v1/names" \
    --header "Authorization: Bearer $SPROUT_API_KEY" \
    --header "Content-Type: application/json" \
    --data "{\"prompt\": \"$prompt\", \"count\": ${2:-1}}"
