//! What the environment and the command line say about where to fetch, how much, and with which right.
//!
//! The only place of this crate that reads the environment. A secret is held in [`Secret`], which cannot be printed.

use crate::caps;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A token. Its text leaves only in the header of a request to the host that it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret, or `None` when the text is empty or has characters that no header may carry.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A token, with the origin (`scheme://host:port`) that may see it.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    pub(crate) secret: Secret,
    pub(crate) origin: String,
}

/// What a source tells while it works. Nothing of it is part of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A step of a fetch; worth a line on a terminal that the next one replaces.
    Progress(String),
    /// Something that the user should know: a repository was renamed, a wait.
    Notice(String),
}

/// Who is told.
pub type Listener = Arc<dyn Fn(Note) + Send + Sync>;

/// Where to fetch, how much, and with which right.
#[derive(Clone)]
pub struct Settings {
    /// Make no connection: `--offline`, `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE`.
    pub offline: bool,
    /// The hub: `HF_ENDPOINT`, else `https://huggingface.co`.
    pub hub: String,
    /// Token of the hub: `HF_TOKEN`, else the token file of `HF_HOME`.
    pub hub_token: Option<Secret>,
    /// Cache of the hub's own tools: `HF_HUB_CACHE`, `HF_HOME/hub`, `~/.cache/huggingface/hub`.
    pub hub_cache: Option<PathBuf>,
    /// Cache of what the ecosystem has no place for: platform answers, headers, code. `CANDOR_CACHE`, else the user's
    /// cache folder.
    pub cache: Option<PathBuf>,
    /// The interface of GitHub: `GITHUB_API_URL`, else `https://api.github.com`.
    pub github: String,
    /// Token of GitHub: `GITHUB_TOKEN`, else `GH_TOKEN`.
    pub github_token: Option<Secret>,
    /// Stores of Ollama, in the order in which they are searched: `OLLAMA_MODELS`, else where its installers put it.
    pub ollama: Vec<PathBuf>,
    /// Certificates to trust instead of those built in: `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`.
    pub certificates: Option<PathBuf>,
    /// Whether `HTTPS_PROXY` and its like are followed.
    pub proxy: bool,
    /// Most requests of one run.
    pub requests: u64,
    /// Requests and bytes of a release after which no more is fetched of headers of weight files; `None`: as
    /// [`caps`] say.
    pub headers: Option<(u64, u64)>,
    /// Most bytes of bodies of one run.
    pub bytes: u64,
    /// Longest silence of a server: `HF_HUB_DOWNLOAD_TIMEOUT`, else ten seconds.
    pub patience: Duration,
    /// Who is told of progress and notices.
    pub listener: Option<Listener>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offline, hub, cache, .. } = self;
        f.debug_struct("Settings")
            .field("offline", offline)
            .field("hub", hub)
            .field("cache", cache)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Without connections, caches and stores: for what lies on this machine alone.
    pub fn local() -> Self {
        Self {
            offline: true,
            hub: "https://huggingface.co".to_owned(),
            hub_token: None,
            hub_cache: None,
            cache: None,
            github: "https://api.github.com".to_owned(),
            github_token: None,
            ollama: Vec::new(),
            certificates: None,
            proxy: false,
            requests: caps::REQUESTS,
            headers: None,
            bytes: caps::FETCHED,
            patience: caps::PATIENCE,
            listener: None,
        }
    }

    /// As the environment says.
    pub fn from_env() -> Self {
        Self::read(&|name| std::env::var_os(name).and_then(|value| value.into_string().ok()))
    }

    /// As an environment says.
    pub(crate) fn read(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        let any = |names: &[&str]| names.iter().find_map(|name| set(name));
        let yes = |name: &str| {
            set(name)
                .is_some_and(|value| matches!(value.trim().to_ascii_uppercase().as_str(), "1" | "TRUE" | "YES" | "ON"))
        };
        let home = any(&["HOME", "USERPROFILE"]).map(PathBuf::from);
        let expand = |text: String| match (text.strip_prefix("~/"), &home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(text),
        };
        let caches = set("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| home.as_ref().map(|home| home.join(".cache")));
        let hub_home = set("HF_HOME").map(expand).or_else(|| caches.as_ref().map(|caches| caches.join("huggingface")));
        let hub_cache = any(&["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"])
            .map(expand)
            .or_else(|| hub_home.as_ref().map(|home| home.join("hub")));
        let token_file = set("HF_TOKEN_PATH").map(expand).or_else(|| hub_home.map(|home| home.join("token")));
        let hub_token = if let Some(token) = any(&["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]) {
            Secret::new(&token)
        } else if yes("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
            None
        } else {
            token_file.and_then(|path| small_text(&path)).and_then(|text| Secret::new(&text))
        };
        let ollama = match set("OLLAMA_MODELS").map(expand) {
            Some(path) => vec![path],
            None => home
                .iter()
                .map(|home| home.join(".ollama/models"))
                .chain([PathBuf::from("/usr/share/ollama/.ollama/models"), PathBuf::from("/var/lib/ollama/models")])
                .collect(),
        };
        let patience = set("HF_HUB_DOWNLOAD_TIMEOUT")
            .and_then(|text| text.trim().parse().ok())
            .filter(|seconds| (1..=600).contains(seconds))
            .map_or(caps::PATIENCE, Duration::from_secs);
        let address = |name: &str, default: &str| {
            set(name).map_or_else(|| default.to_owned(), |text| text.trim().trim_end_matches('/').to_owned())
        };
        Self {
            offline: yes("HF_HUB_OFFLINE") || yes("TRANSFORMERS_OFFLINE"),
            hub: address("HF_ENDPOINT", "https://huggingface.co"),
            hub_token,
            hub_cache,
            cache: set("CANDOR_CACHE").map(expand).or_else(|| caches.map(|caches| caches.join("candor"))),
            github: address("GITHUB_API_URL", "https://api.github.com"),
            github_token: any(&["GITHUB_TOKEN", "GH_TOKEN"]).and_then(|token| Secret::new(&token)),
            ollama,
            certificates: any(&["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]).map(expand),
            proxy: true,
            patience,
            ..Self::local()
        }
    }

    /// Every secret, so that none is ever shown.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        self.hub_token.iter().chain(&self.github_token).cloned().collect()
    }
}

fn small_text(path: &Path) -> Option<String> {
    let small = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() < 4096);
    small.then(|| std::fs::read_to_string(path).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn read(pairs: &[(&str, &str)]) -> Settings {
        Settings::read(&|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn folders_of_the_ecosystem() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("HOME", "/h")], "/h/.cache/huggingface/hub"),
            (&[("HOME", "/h"), ("XDG_CACHE_HOME", "/x")], "/x/huggingface/hub"),
            (&[("HOME", "/h"), ("HF_HOME", "~/hf")], "/h/hf/hub"),
            (&[("HF_HOME", "/hf"), ("HF_HUB_CACHE", "/c")], "/c"),
            (&[("HF_HOME", "/hf"), ("HUGGINGFACE_HUB_CACHE", "/old")], "/old"),
        ];
        for (pairs, expected) in cases {
            assert_eq!(read(pairs).hub_cache.as_deref(), Some(Path::new(expected)), "{pairs:?}");
        }
        assert_eq!(read(&[]).hub_cache, None);
        assert_eq!(read(&[("HOME", "/h")]).ollama[0], Path::new("/h/.ollama/models"));
        assert_eq!(read(&[("OLLAMA_MODELS", "/o"), ("HOME", "/h")]).ollama, [PathBuf::from("/o")]);
    }

    #[test]
    fn offline_and_endpoints() {
        for (value, offline) in [("1", true), ("true", true), ("ON", true), ("yes", true), ("0", false), ("", false)] {
            assert_eq!(read(&[("HF_HUB_OFFLINE", value)]).offline, offline, "{value}");
        }
        assert_eq!(read(&[("HF_ENDPOINT", "http://mirror/ ")]).hub, "http://mirror");
        assert_eq!(read(&[("HF_HUB_DOWNLOAD_TIMEOUT", "3")]).patience, Duration::from_secs(3));
        assert_eq!(read(&[("HF_HUB_DOWNLOAD_TIMEOUT", "0")]).patience, caps::PATIENCE);
    }

    #[test]
    fn tokens_come_from_the_variable_before_the_file_and_cannot_be_printed() {
        let folder = Folder::new();
        folder.write("token", b"hf_file\n");
        let home = ("HF_HOME", folder.text());
        let token = |pairs: &[(&str, &str)]| read(pairs).hub_token.map(|token| token.reveal().to_owned());
        assert_eq!(token(&[home]).as_deref(), Some("hf_file"));
        assert_eq!(token(&[home, ("HF_TOKEN", "hf_env")]).as_deref(), Some("hf_env"));
        assert_eq!(token(&[home, ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")]), None);
        assert_eq!(token(&[("HF_TOKEN", "two\nlines")]), None);
        let shown = format!("{:?} {:?}", read(&[home]), read(&[home]).hub_token);
        assert!(!shown.contains("hf_file"), "{shown}");
    }
}
