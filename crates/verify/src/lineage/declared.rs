//! What two models say of each other: `base_model` of cards, settings of adapters, names in configurations, GGUF keys.

use super::{Answer, Named};
use crate::weights::document;
use candor_facts::{Claim, Descent, Tree};
use candor_inspect::{inspect_file, read_table};

/// What child and parent say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Bases that the child names, with the file that names each.
    pub bases: Vec<(String, String)>,
    /// The base by which the child names this parent, and the file that names it.
    pub child: Option<(String, String)>,
    /// Where the parent names the child as its base.
    pub parent: Option<String>,
}

impl Declared {
    /// Who came first, as far as statements say.
    pub fn direction(&self) -> Descent {
        match (&self.child, &self.parent) {
            (Some(_), None) => Descent::FromIt,
            (None, Some(_)) => Descent::ToIt,
            _ => Descent::Unsaid,
        }
    }

    /// What is wrong with what the child declares, given what its weights show; `None` where nothing is.
    pub fn finding(&self, answer: Answer, parent: &str) -> Option<(&'static str, String)> {
        let named: Vec<&str> = self.bases.iter().map(|(name, _)| name.as_str()).collect();
        match (answer, &self.child) {
            _ if self.parent.is_some() => None,
            (Answer::Related, None) if named.is_empty() => {
                Some(("undeclared-base", format!("its weights are related to those of {parent}, and it names no base")))
            }
            (Answer::Related, None) => Some((
                "other-base",
                format!("its weights are related to those of {parent}, and it names {}", named.join(", ")),
            )),
            (Answer::Independent, Some((_, place))) => {
                Some(("false-base", format!("{place} names {parent} as its base, and its weights show nothing of it")))
            }
            _ => None,
        }
    }
}

/// What is said on either side.
pub fn declared(child: &Named<'_>, parent: &Named<'_>) -> Declared {
    let bases = bases(child.tree);
    let names =
        |list: &[(String, String)], name: &str| list.iter().find(|(written, _)| is_same(written, name)).cloned();
    let own = names(&bases, &parent.name);
    let theirs = names(&self::bases(parent.tree), &child.name).map(|(_, place)| place);
    Declared { bases, child: own, parent: theirs }
}

/// Whether two names mean one model: the last segments are alike, and so are the owners where both are named.
fn is_same(written: &str, name: &str) -> bool {
    let parts = |name: &str| {
        let name = name.trim_start_matches("https://huggingface.co/").trim_start_matches("hf:").to_lowercase();
        let name = name.split('@').next().unwrap_or_default().trim_end_matches('/').to_owned();
        let mut segments = name.rsplit('/').map(str::to_owned);
        (segments.next().unwrap_or_default(), segments.next())
    };
    let ((written, owner), (name, other)) = (parts(written), parts(name));
    let owners = owner.zip(other).is_none_or(|(owner, other)| owner == other);
    !written.is_empty() && written == name && owners
}

fn bases(tree: &dyn Tree) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in tree.entries().iter().filter(|entry| !entry.path.contains('/')) {
        let names: Vec<String> = match entry.path.as_str() {
            "README.md" | "config.json" | "adapter_config.json" => {
                let Ok(bytes) = document(tree, &entry.path) else { continue };
                let report = inspect_file(&entry.path, &bytes.as_slice());
                let mut names: Vec<String> = report.card.map(|card| card.base_model).unwrap_or_default();
                names.extend(report.sheet.facts().filter_map(|(_, fact)| match &fact.claim {
                    Claim::BaseModel { name, .. } => Some(name.clone()),
                    _ => None,
                }));
                names
            }
            path if path.ends_with(".gguf") => {
                let table = tree.open(entry).ok().and_then(|file| read_table(path, &*file).ok());
                let metadata = table.map(|table| table.metadata).unwrap_or_default();
                let wanted = |key: &str| {
                    key.starts_with("general.base_model.") && (key.ends_with(".name") || key.ends_with(".repo_url"))
                };
                metadata.into_iter().filter(|(key, _)| wanted(key)).map(|(_, value)| value).collect()
            }
            _ => continue,
        };
        for name in names {
            if !found.iter().any(|(known, _)| *known == name) {
                found.push((name, entry.path.clone()));
            }
        }
    }
    found
}
