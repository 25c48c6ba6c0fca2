//! What is kept of the hub's answers: what was said of the release, without what changes by itself.
//!
//! Counts of downloads and likes, spaces that use a model, and the like would give the same release another digest
//! every day. The files stand in the listing. All else that is known to stay is kept as it was said.

use serde_json::{Map, Value};

/// Keys of the information on a repository that are kept.
const KEPT: &[&str] = &[
    "_id", "id", "author", "sha", "private", "gated", "disabled", "createdAt", "library_name", "pipeline_tag", "tags",
    "cardData", "config", "transformersInfo", "safetensors", "gguf", "baseModels", "model-index", "description",
    "citation", "paperswithcode_id",
];

/// The information on a repository, as it is kept: sorted keys, one a line, so that places have lines.
pub(crate) fn info(value: &Value) -> Vec<u8> {
    let kept: Map<String, Value> = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| KEPT.contains(&key.as_str()) && !value.is_null())
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    bytes(&Value::Object(kept))
}

/// Branches and tags as they are kept, sorted by name. The place of requests to pull is not the publisher's.
pub(crate) fn refs(value: &Value) -> Vec<u8> {
    let mut kept = Map::new();
    for key in ["branches", "tags"] {
        let mut list: Vec<Value> = value
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let kept: Map<String, Value> = ["name", "ref", "targetCommit"]
                    .into_iter()
                    .filter_map(|key| Some((key.to_owned(), entry.get(key)?.clone())))
                    .collect();
                (!kept.is_empty()).then_some(Value::Object(kept))
            })
            .collect();
        list.sort_by_key(|entry| entry.get("name").and_then(Value::as_str).unwrap_or_default().to_owned());
        kept.insert(key.to_owned(), Value::Array(list));
    }
    bytes(&Value::Object(kept))
}

fn bytes(value: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_changes_by_itself_is_left_out() {
        let one = json!({"sha": "a", "id": "o/n", "downloads": 1, "likes": 2, "gated": false, "siblings": [], "spaces": ["x"],
            "downloadsAllTime": 9, "trendingScore": 1, "inference": "warm", "lastModified": "now", "usedStorage": 5, "mask_token": null});
        let mut other = one.clone();
        other["downloads"] = json!(7);
        other["spaces"] = json!([]);
        assert_eq!(info(&one), info(&other));
        assert_eq!(
            String::from_utf8_lossy(&info(&one)),
            "{\n  \"gated\": false,\n  \"id\": \"o/n\",\n  \"sha\": \"a\"\n}\n"
        );
        let branches = json!({"tags": [], "branches": [{"name": "b", "targetCommit": "2", "x": 1}, {"name": "a"}], "converts": [1]});
        let text = String::from_utf8(refs(&branches)).expect("UTF-8");
        assert!(
            text.find("\"a\"") < text.find("\"b\"") && !text.contains("converts") && !text.contains("\"x\""),
            "{text}"
        );
        assert_eq!(info(&json!([1])), b"{}\n");
    }
}
