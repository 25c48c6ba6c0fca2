//! A store made here.

use crate::Settings;
use crate::hub::tests::{open, show};
use crate::testing::Folder;
use candor_facts::Digest;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

/// Put a blob into the store; the layer that names it.
fn layer(folder: &Folder, kind: &str, bytes: &[u8], keep: bool) -> Value {
    let digest = Digest::of(bytes);
    if keep {
        folder.write(&format!("blobs/sha256-{}", digest.hex()), bytes);
    }
    json!({"mediaType": format!("application/vnd.ollama.image.{kind}"), "digest": digest.to_string(), "size": bytes.len()})
}

fn manifest(folder: &Folder, path: &str, layers: &[Value]) {
    let config = layer(folder, "x", b"{\"model_format\":\"gguf\"}", true);
    let config = json!({"mediaType": "application/vnd.docker.container.image.v1+json", "digest": config["digest"], "size": config["size"]});
    let text = json!({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": config, "layers": layers});
    folder.write(&format!("manifests/{path}"), text.to_string().as_bytes());
}

#[track_caller]
fn check(folder: &Folder, locator: &str, expected: Expect) {
    let settings =
        Settings { ollama: vec![folder.path().join("nowhere"), folder.path().to_owned()], ..Settings::local() };
    expected.assert_eq(&show(folder.text(), &open(settings, locator)));
}

#[test]
fn layers_get_the_names_of_their_kinds() {
    let folder = Folder::new();
    let layers = [
        layer(&folder, "model", b"GGUF....", true),
        layer(&folder, "license", b"First terms", true),
        layer(&folder, "license", b"Use policy", true),
        layer(&folder, "template", b"{{ .Prompt }}", true),
        layer(&folder, "params", b"{\"stop\":[]}", true),
        layer(&folder, "projector", b"GGUFproj", false),
        json!({"mediaType": "application/vnd.ollama.image.system"}),
    ];
    manifest(&folder, "registry.ollama.ai/library/tiny/latest", &layers);
    manifest(&folder, "hf.co/org/tiny/Q4", &layers[..1]);
    check(
        &folder,
        "ollama:tiny",
        expect![[r#"
        model ollama:tiny:latest 4bed incomplete
          @answers/manifest.json | 1188 bytes
          LICENSE | "First terms"
          LICENSE-2 | "Use policy"
          mmproj.gguf | listed, and not fetched
          model.gguf | "GGUF...."
          ollama.json | "{\"model_format\":\"gguf\"}"
          params.json | "{\"stop\":[]}"
          template | "{{ .Prompt }}"
        gap @listing: malformed at byte 0: the manifest has a layer without a digest
    "#]],
    );
    check(
        &folder,
        "ollama:hf.co/org/tiny:Q4",
        expect![[r#"
        model ollama:hf.co/org/tiny:Q4 657a complete
          @answers/manifest.json | 405 bytes
          model.gguf | "GGUF...."
          ollama.json | "{\"model_format\":\"gguf\"}"
    "#]],
    );
}

#[test]
fn what_is_not_there_or_no_manifest() {
    let folder = Folder::new();
    folder.write("manifests/registry.ollama.ai/library/bad/latest", b"[]");
    folder.write("manifests/registry.ollama.ai/library/worse/latest", b"{");
    check(
        &folder,
        "ollama:gone:7b",
        expect![[r#"
        error: `ollama:gone:7b`: no store of Ollama has it (HOST/nowhere, HOST): `ollama pull gone:7b` first, or set OLLAMA_MODELS
    "#]],
    );
    check(
        &folder,
        "ollama:bad",
        expect![[r#"
        error: `HOST/manifests/registry.ollama.ai/library/bad/latest` cannot be read: it is no manifest: it names no layers
    "#]],
    );
    check(
        &folder,
        "ollama:worse",
        expect![[r#"
        error: `HOST/manifests/registry.ollama.ai/library/worse/latest` cannot be read: it is no manifest: EOF while parsing an object at line 1 column 1
    "#]],
    );
    check(
        &folder,
        "ollama:../../x",
        expect![[r#"
        error: `ollama:../../x` is not a locator: expected `ollama:name`, `ollama:owner/name` or `ollama:registry/owner/name`, each with `:tag`
    "#]],
    );
}
