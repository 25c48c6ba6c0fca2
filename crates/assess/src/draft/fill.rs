//! Long because every way of filling a field stands in one list, beside what it does.
//!
//! How fields are filled from facts. Each way of filling has a name, which the forms use.

use super::{Entry, Mark};
use crate::compute;
use crate::inventory::Inventory;
use crate::terms::{Scope, Terms};
use crate::verdict::Trust;
use candor_facts::{Claim, Component, DataAspect, DataUse, Fact, FactId, Kind, Part, Role, Stage, TermKind};

/// Where a place is all that is entered: a person has to read what stands there.
const TOLD: &str = "something of this is told here; read it, and answer:";
/// Most entries of one field.
const ENTRIES: usize = 12;
/// Most places of one entry.
const PLACES: usize = 4;

/// The model parts of the release itself, without those of its bases.
fn model_parts<'a>(inventory: &Inventory<'a>) -> impl Iterator<Item = &'a Part> + use<'a> {
    inventory.view.parts().map(|(_, part)| part).filter(|part| part.role == Role::Model)
}

/// The entries of a field; `None` when there is no such way of filling.
pub(super) fn fill(way: &str, inventory: &Inventory<'_>) -> Option<Vec<Entry>> {
    let mut entries = match way.split_once(':') {
        Some(("component", id)) => component(inventory, Component::parse(id)?),
        Some(("aspect", word)) => aspect(inventory, DataAspect::parse(word)?),
        Some(_) => return None,
        None => match way {
            "models" => models(inventory),
            "card" => card(inventory),
            "publisher" => publisher(inventory),
            "base-models" => base_models(inventory),
            "architecture" => architecture(inventory),
            "modality" => modality(inventory),
            "parameters" => parameters(inventory),
            "parameters-range" => parameters_range(inventory),
            "tokens" => tokens(inventory),
            "band" => band(inventory),
            "compute" => compute(inventory),
            "datasets" => datasets(inventory),
            "datasets-used" => datasets_used(inventory),
            "licence" => licence(inventory, Scope::Model),
            "licence-category" => licence_category(inventory),
            "data-licence" => licence(inventory, Scope::Data),
            "restrictions" => restrictions(inventory),
            "use-policy" => use_policy(inventory),
            "channels" => channels(inventory),
            "digests" => digests(inventory),
            "assets" => assets(inventory),
            _ => return None,
        },
    };
    entries.truncate(ENTRIES);
    for entry in &mut entries {
        entry.facts.truncate(PLACES);
    }
    Some(entries)
}

fn entry(mark: Mark, text: impl Into<String>, facts: Vec<FactId>) -> Entry {
    Entry { mark, text: text.into(), facts }
}

fn mark(inventory: &Inventory<'_>, id: FactId) -> Mark {
    if inventory.confirms(id) { Mark::Found } else { Mark::Declared }
}

/// All facts for which something can be said, in order, the same words once.
fn each<T: AsRef<str>>(inventory: &Inventory<'_>, say: impl Fn(&Fact) -> Option<T>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (id, fact) in inventory.view.facts() {
        let Some(text) = say(fact) else { continue };
        let mark = mark(inventory, id);
        match entries.iter_mut().find(|entry| entry.text == text.as_ref()) {
            Some(known) => {
                known.mark = known.mark.min(mark);
                known.facts.push(id);
            }
            None => entries.push(entry(mark, text.as_ref(), vec![id])),
        }
    }
    entries
}

fn models(inventory: &Inventory<'_>) -> Vec<Entry> {
    let name = &inventory.sheet.release.id;
    let mut entries = vec![entry(Mark::Inferred, format!("the release is called {name} here"), Vec::new())];
    for part in model_parts(inventory) {
        let Some(locator) = &part.locator else { continue };
        let revision = part.revision.as_ref().map(|revision| format!(" at revision {revision}")).unwrap_or_default();
        entries.push(entry(Mark::Found, format!("{locator}{revision}"), Vec::new()));
    }
    entries
}

/// The model card, which a person has to read for what the field asks.
fn card(inventory: &Inventory<'_>) -> Vec<Entry> {
    let holding = inventory.holding(Component::DocModelCard);
    match holding.whole.first() {
        Some(first) => vec![entry(Mark::Inferred, "a model card was found; see whether it tells this", vec![*first])],
        None => Vec::new(),
    }
}

/// The owner of the repository: a hint, since an account is no legal person.
fn publisher(inventory: &Inventory<'_>) -> Vec<Entry> {
    let owner = |locator: &String| {
        let (_, path) = locator.split_once(':')?;
        path.split_once('/').map(|(owner, _)| owner.to_owned())
    };
    let mut owners: Vec<String> =
        model_parts(inventory).filter_map(|part| part.locator.as_ref().and_then(owner)).collect();
    owners.dedup();
    owners
        .into_iter()
        .map(|owner| {
            entry(
                Mark::Inferred,
                format!("published by the account {owner}; name and contact of the legal person are to be answered"),
                Vec::new(),
            )
        })
        .collect()
}

fn base_models(inventory: &Inventory<'_>) -> Vec<Entry> {
    let mut entries = each(inventory, |fact| match &fact.claim {
        Claim::BaseModel { name, relation } => Some(format!("{name} ({relation})")),
        _ => None,
    });
    // Which model a model comes from is the publisher's word, wherever it stands.
    for entry in &mut entries {
        entry.mark = Mark::Declared;
    }
    entries
}

fn architecture(inventory: &Inventory<'_>) -> Vec<Entry> {
    each(inventory, |fact| match &fact.claim {
        Claim::Architecture { model_type, architectures } => {
            let mut words: Vec<String> = architectures.clone();
            words.extend(model_type.iter().map(|name| format!("type {name}")));
            (!words.is_empty()).then(|| words.join(", "))
        }
        _ => None,
    })
}

fn modality(inventory: &Inventory<'_>) -> Vec<Entry> {
    let mut entries = each(inventory, |fact| match &fact.claim {
        Claim::Architecture { architectures, .. } => {
            let text = architectures.iter().any(|name| name.ends_with("ForCausalLM") || name.ends_with("LMHeadModel"));
            text.then_some("text, by the name of the architecture; check for other modalities")
        }
        _ => None,
    });
    for entry in &mut entries {
        entry.mark = Mark::Inferred;
    }
    entries
}

fn parameters(inventory: &Inventory<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    if let Some((count, id)) = inventory.weights.parameters {
        entries.push(entry(
            mark(inventory, id),
            format!("{} (counted in the weight headers)", grouped(count)),
            vec![id],
        ));
    }
    let active = each(inventory, |fact| match &fact.claim {
        Claim::Parameters { total, active: Some(active), .. } if active < total => {
            Some(format!("{} of them are used for one token", grouped(*active)))
        }
        _ => None,
    });
    entries.extend(active);
    entries.extend(each(inventory, |fact| match &fact.claim {
        Claim::ParametersTold { lower, upper, active } => {
            let used = if *active { ", used for one token" } else { "" };
            Some(match lower == upper {
                true => format!("{} (stated){used}", grouped(*lower)),
                false => format!("{} to {}, by the rounding of the figure{used}", grouped(*lower), grouped(*upper)),
            })
        }
        _ => None,
    }));
    entries
}

fn parameters_range(inventory: &Inventory<'_>) -> Vec<Entry> {
    const RANGES: &[(u64, &str)] = &[
        (500_000_000, "1 to 500 million"),
        (5_000_000_000, "500 million to 5 billion"),
        (15_000_000_000, "5 to 15 billion"),
        (50_000_000_000, "15 to 50 billion"),
        (100_000_000_000, "50 to 100 billion"),
        (500_000_000_000, "100 to 500 billion"),
        (1_000_000_000_000, "500 billion to 1 trillion"),
    ];
    let Some((count, id)) = inventory.weights.parameters else { return Vec::new() };
    let range = RANGES.iter().find(|(top, _)| count <= *top).map_or("above 1 trillion", |(_, name)| name);
    vec![entry(Mark::Inferred, format!("{range}, by the weight headers"), vec![id])]
}

fn tokens(inventory: &Inventory<'_>) -> Vec<Entry> {
    each(inventory, |fact| match &fact.claim {
        Claim::TrainingTokens { lower, upper, stage } => {
            let range = match upper {
                Some(upper) => format!("{} to {}, by the rounding of the figure,", grouped(*lower), grouped(*upper)),
                None => format!("{} or more", grouped(*lower)),
            };
            let stage = match stage {
                Stage::Base => ", pre-training",
                Stage::End => ", later training",
                Stage::Unstated => "",
            };
            Some(format!("{range} tokens{stage}"))
        }
        _ => None,
    })
}

/// The band of the training summary for text. Several figures may be of several bands: all are told.
fn band(inventory: &Inventory<'_>) -> Vec<Entry> {
    let mut entries = each(inventory, |fact| match &fact.claim {
        Claim::TrainingTokens { lower, upper: Some(upper), .. } => {
            let of = |count: u64| match count {
                0..=999_999_999 => "less than 1 billion tokens",
                1_000_000_000..=10_000_000_000_000 => "1 billion to 10 trillion tokens",
                _ => "more than 10 trillion tokens",
            };
            (of(*lower) == of(*upper)).then(|| format!("{}, by the figure that is stated", of(*lower)))
        }
        _ => None,
    });
    for entry in &mut entries {
        entry.mark = Mark::Inferred;
    }
    entries
}

fn compute(inventory: &Inventory<'_>) -> Vec<Entry> {
    let Some(compute) = compute::own(inventory, Trust::Declared) else { return Vec::new() };
    vec![entry(Mark::Inferred, format!("an estimate in operations: {}", compute.tell()), compute.facts)]
}

fn datasets(inventory: &Inventory<'_>) -> Vec<Entry> {
    each(inventory, |fact| match &fact.claim {
        Claim::Dataset { name, url, used_for: DataUse::Training, stage } => {
            let at = url.as_ref().filter(|url| *url != name).map(|url| format!(", {url}")).unwrap_or_default();
            let stage = match stage {
                Stage::Base => " (pre-training)",
                Stage::End => " (later training)",
                Stage::Unstated => "",
            };
            Some(format!("{name}{at}{stage}"))
        }
        _ => None,
    })
}

fn datasets_used(inventory: &Inventory<'_>) -> Vec<Entry> {
    let named = datasets(inventory);
    let facts = named.iter().flat_map(|entry| entry.facts.clone()).collect();
    match named.len() {
        0 => Vec::new(),
        1 => vec![entry(Mark::Inferred, "yes, if it is public: one data set is named", facts)],
        count => {
            vec![entry(Mark::Inferred, format!("yes, as far as they are public: {count} data sets are named"), facts)]
        }
    }
}

fn licence(inventory: &Inventory<'_>, scope: Scope) -> Vec<Entry> {
    let Some(terms) = inventory.scope(scope) else { return Vec::new() };
    let Some(concluded) = &terms.concluded else { return Vec::new() };
    let mut entries = Vec::new();
    if terms.texts.is_empty() {
        entries.push(entry(Mark::Declared, format!("{concluded}, by name"), terms.declared.clone()));
    } else {
        entries.push(entry(Mark::Found, format!("{concluded}, its text read"), terms.texts.clone()));
    }
    if let Some((one, other)) = terms.conflict {
        entries.push(entry(
            Mark::Found,
            "two statements on the licence do not agree; settle which holds",
            vec![one, other],
        ));
    }
    entries
}

fn licence_category(inventory: &Inventory<'_>) -> Vec<Entry> {
    let Some(terms) = inventory.model_terms() else { return Vec::new() };
    let facts = |terms: &Terms| terms.texts.iter().chain(&terms.declared).copied().collect::<Vec<_>>();
    let category = match terms.osi() {
        _ if !terms.restrictions.is_empty() => "terms with restrictions",
        Some(true) if terms.unread.is_empty() => "a licence approved by the Open Source Initiative",
        Some(false) if terms.unread.is_empty() => {
            "terms without a restriction that was found, not on the list of the Open Source Initiative"
        }
        _ => return Vec::new(),
    };
    vec![entry(Mark::Inferred, category, facts(terms))]
}

fn restrictions(inventory: &Inventory<'_>) -> Vec<Entry> {
    let Some(terms) = inventory.model_terms() else { return Vec::new() };
    let mut entries: Vec<Entry> = Vec::new();
    for term in &terms.restrictions {
        let text = format!("{}: {}", term.kind, term.note);
        if !entries.iter().any(|known| known.text == text) {
            entries.push(entry(mark(inventory, term.fact), text, vec![term.fact]));
        }
    }
    entries
}

fn use_policy(inventory: &Inventory<'_>) -> Vec<Entry> {
    let Some(terms) = inventory.model_terms() else { return Vec::new() };
    let limits = terms.restrictions.iter().filter(|term| term.kind == TermKind::FieldOfUse);
    let facts: Vec<FactId> = limits.map(|term| term.fact).collect();
    match facts.first() {
        Some(first) => {
            vec![entry(mark(inventory, *first), "the terms limit the purposes of use; link or copy the policy", facts)]
        }
        None => Vec::new(),
    }
}

fn channels(inventory: &Inventory<'_>) -> Vec<Entry> {
    let gated =
        inventory.model_terms().is_some_and(|terms| terms.restrictions.iter().any(|term| term.kind == TermKind::Gated));
    let access = if gated { ", access must be asked for" } else { "" };
    model_parts(inventory)
        .filter_map(|part| part.locator.as_ref())
        .map(|locator| entry(Mark::Found, format!("{locator}{access}"), Vec::new()))
        .collect()
}

fn digests(inventory: &Inventory<'_>) -> Vec<Entry> {
    each(inventory, |fact| match &fact.claim {
        Claim::DigestsPublished { files, of } if *files > 0 => {
            Some(format!("digests of {files} of {of} weight files are published with their listing"))
        }
        _ => None,
    })
}

/// Everything else that is published: code, data, checkpoints, with where it is and under which terms.
fn assets(inventory: &Inventory<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for component in Component::ALL.iter().filter(|component| matches!(component.kind(), Kind::Code | Kind::Data)) {
        if matches!(
            component,
            Component::WeightsBaseFinal | Component::WeightsEndFinal | Component::ConfigModelMetadata
        ) {
            continue;
        }
        let holding = inventory.holding(*component);
        let (mark, how, facts) = if !holding.whole.is_empty() {
            (Mark::Found, "here", holding.whole)
        } else if !holding.elsewhere.is_empty() {
            (Mark::Declared, "elsewhere", holding.elsewhere)
        } else {
            continue;
        };
        let licence =
            own_licence(inventory, *component, &facts).unwrap_or_else(|| "its licence is to be answered".to_owned());
        entries.push(entry(mark, format!("{}, {how}; {licence}", component.title()), facts));
    }
    entries
}

/// The licence of a component, where terms stand in the part in which the component lies, and in no other.
fn own_licence(inventory: &Inventory<'_>, component: Component, facts: &[FactId]) -> Option<String> {
    let terms = inventory.terms(component)?;
    let part = |id: &FactId| inventory.fact(*id).map(Fact::part);
    let home = part(facts.first()?)?;
    let role = inventory.view.part(home)?.role;
    if role == Role::Model && component.kind() == Kind::Code {
        return None;
    }
    let stated: Vec<FactId> = terms.texts.iter().chain(&terms.declared).copied().collect();
    let here = !stated.is_empty() && stated.iter().all(|id| part(id) == Some(home));
    let concluded = terms.concluded.as_ref().filter(|_| here && terms.unread.is_empty())?;
    Some(concluded.to_string())
}

fn component(inventory: &Inventory<'_>, component: Component) -> Vec<Entry> {
    let holding = inventory.holding(component);
    let mut entries = Vec::new();
    let here: Vec<FactId> = holding.whole.iter().chain(&holding.partial).chain(&holding.described).copied().collect();
    let (seen, said): (Vec<FactId>, Vec<FactId>) = here.into_iter().partition(|id| inventory.confirms(*id));
    if !seen.is_empty() {
        entries.push(entry(Mark::Found, TOLD, seen));
    }
    if !said.is_empty() {
        entries.push(entry(Mark::Declared, TOLD, said));
    }
    if !holding.elsewhere.is_empty() {
        let targets: Vec<String> = holding
            .elsewhere
            .iter()
            .filter_map(|id| match inventory.fact(*id).map(|fact| &fact.claim) {
                Some(Claim::Provides { target, .. }) => target.clone(),
                _ => None,
            })
            .take(PLACES)
            .collect();
        let text = if targets.is_empty() { "said to lie elsewhere:".to_owned() } else { targets.join(", ") };
        entries.push(entry(Mark::Declared, text, holding.elsewhere));
    }
    entries
}

fn aspect(inventory: &Inventory<'_>, aspect: DataAspect) -> Vec<Entry> {
    let told = inventory.data.aspect(aspect);
    let (seen, said): (Vec<FactId>, Vec<FactId>) = told.iter().partition(|id| inventory.confirms(**id));
    let mut entries = Vec::new();
    if !seen.is_empty() {
        entries.push(entry(Mark::Found, TOLD, seen));
    }
    if !said.is_empty() {
        entries.push(entry(Mark::Declared, TOLD, said));
    }
    entries
}

/// 8030261248 → `8 030 261 248`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}
