"""Fetch one file of a package from the index that pip is set up with, check its digest and unpack it.

    python3 .ci/fetch_package.py PROJECT FILE SHA256 FOLDER

Nothing of the package is run: pip itself would build a source archive to ask it for its metadata. FOLDER is there
afterwards only if all went well.
"""

import hashlib
import html.parser
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import urllib.request
import zipfile


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.found.extend(value for name, value in attributes if name == "href" and value)


def index():
    """The address of the index: the environment's, else pip's own."""
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    )
    if asked.returncode == 0 and asked.stdout.strip():
        return asked.stdout.strip()
    from pip._internal.models.index import PyPI

    return PyPI.simple_url


def main():
    project, name, digest, folder = sys.argv[1:]
    page = index().rstrip("/") + "/" + project + "/"
    with urllib.request.urlopen(page, timeout=60) as answer:
        links, base = Links(), answer.geturl()
        links.feed(answer.read().decode())
    named = lambda link: urllib.parse.unquote(urllib.parse.urlsplit(link).path).rsplit("/", 1)[-1]
    address = next((urllib.parse.urljoin(base, link) for link in links.found if named(link) == name), None)
    if address is None:
        sys.exit(f"the index has no {name} of {project}")
    with urllib.request.urlopen(urllib.parse.urldefrag(address).url, timeout=300) as answer:
        data = answer.read()
    if hashlib.sha256(data).hexdigest() != digest:
        sys.exit(f"{name} is not the file that was looked at: its SHA-256 is {hashlib.sha256(data).hexdigest()}")
    folder = pathlib.Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        archive = work / name
        archive.write_bytes(data)
        (work / "files").mkdir()
        if name.endswith(".whl"):
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(work / "files")
        else:
            with tarfile.open(archive) as source:
                source.extractall(work / "files", filter="data")
        (work / "files").rename(folder)
    finally:
        shutil.rmtree(work)


main()
