//! The way up: the smallest set of acts by which a release reaches a level, and what each brings elsewhere.
//!
//! Acts are tried, not guessed: each is a change of the fact sheet, and what it does to a requirement is what the
//! probes answer afterwards. A plan is given out only after its acts were applied to the facts and the level was
//! found reached. What no act of this publisher brings about stands beside it, with the one who could.

mod act;
mod search;
mod tree;

pub use act::{Act, TELL, Terms as ActTerms};

use crate::assess::{Assessment, assess};
use crate::framework::Framework;
use crate::inventory::Inventory;
use crate::status::Status;
use crate::verdict::Reason;
use candor_facts::FactSheet;
use std::collections::BTreeSet;
use tree::Tree;

/// What leads to a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The requirement, as `framework.requirement`.
    pub target: String,
    /// It in our words.
    pub title: String,
    /// What to do, the lightest first. Empty when the target is reached already, or when nothing helps.
    pub steps: Vec<Step>,
    /// What no act of this publisher brings about. Empty: the steps alone reach the target.
    pub rests: Vec<Rest>,
    /// Standings, readings and tallies before and after the steps, where they differ: name, before, after.
    pub moves: Vec<(String, String, String)>,
}

/// One act, and what it is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The act.
    pub act: Act,
    /// What to do, in one sentence.
    pub text: String,
    /// Requirements under the target that hold because of it, beside the other steps.
    pub satisfies: Vec<String>,
    /// Requirements of other frameworks that hold because of it, beside the other steps.
    pub elsewhere: Vec<String>,
}

/// A requirement that stays open whatever this publisher does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The requirement.
    pub requirement: String,
    /// It in our words.
    pub title: String,
    /// Who could do something about it.
    pub who: Who,
    /// Why, in one sentence.
    pub why: String,
}

/// Who could bring about what this publisher cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The publisher of the base model.
    Base,
    /// A reviewer, who vouches for what no file shows.
    Reviewer,
    /// Nobody that we know of.
    Nobody,
}

impl Who {
    /// The word used in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Base => "base-publisher",
            Self::Reviewer => "reviewer",
            Self::Nobody => "nobody",
        }
    }
}

/// Why there is nothing to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTarget {
    /// The highest level is reached.
    AtTop {
        /// The framework's short name.
        framework: String,
        /// Its highest level.
        level: String,
    },
    /// The words lead nowhere; a message.
    Unknown(String),
}

/// The requirement that is meant by words such as `open-source`, `mof.II`, `osaid`, `eosai.licenses.open`. A framework
/// by itself means its next level above what is confirmed; nothing said means the first ladder's.
///
/// # Errors
/// Says what there is when the words lead nowhere, or that there is nothing above.
pub fn target(asked: Option<&str>, frameworks: &[Framework], assessment: &Assessment<'_>) -> Result<String, NoTarget> {
    let above = |framework: &Framework| -> Result<String, NoTarget> {
        let standing = assessment.standings.iter().find(|standing| standing.framework == framework.short);
        let confirmed = standing.and_then(|standing| standing.confirmed.as_deref());
        let next =
            confirmed.and_then(|level| framework.ladder.iter().position(|known| known == level)).map_or(0, |at| at + 1);
        match framework.ladder.get(next) {
            Some(level) => Ok(format!("{}.{level}", framework.short)),
            None => Err(NoTarget::AtTop {
                framework: framework.short.clone(),
                level: confirmed.unwrap_or_default().to_owned(),
            }),
        }
    };
    let ladders = || frameworks.iter().filter(|framework| !framework.ladder.is_empty());
    let Some(asked) = asked else {
        let first = ladders().find(|framework| framework.short == "spectrum").or_else(|| ladders().next());
        return first
            .map_or_else(|| Err(NoTarget::Unknown("no framework has levels; name a requirement".to_owned())), above);
    };
    if let Some(framework) = frameworks.iter().find(|framework| framework.short == asked || framework.id == asked) {
        if !framework.ladder.is_empty() {
            return above(framework);
        }
        let choices: Vec<&str> = framework.readings.iter().map(String::as_str).collect();
        return match framework.readings.iter().find(|reading| **reading == framework.short) {
            Some(reading) => Ok(format!("{}.{reading}", framework.short)),
            None => Err(NoTarget::Unknown(format!(
                "`{asked}` has no levels; name one of its requirements, for instance {}",
                example(framework, &choices)
            ))),
        };
    }
    let within = |framework: &Framework, name: &str| -> Option<String> {
        let graded = name.rsplit_once('.').and_then(|(dimension, grade)| {
            let at = framework.scale.iter().skip(1).position(|known| known == grade)?;
            let dimension = framework.dimensions.iter().find(|one| one.id == dimension)?;
            Some(dimension.grades.get(at)?.as_ref()?.requirement.clone())
        });
        let name = graded.unwrap_or_else(|| name.to_owned());
        framework.requirements.contains_key(&name).then(|| format!("{}.{name}", framework.short))
    };
    let split = frameworks.iter().find_map(|framework| {
        let rest =
            [&framework.id, &framework.short].into_iter().find_map(|id| asked.strip_prefix(&format!("{id}.")))?;
        within(framework, rest)
    });
    let ordered =
        || ladders().filter(|one| one.short == "spectrum").chain(ladders().filter(|one| one.short != "spectrum"));
    let bare = || {
        let level = |framework: &&Framework| framework.ladder.iter().any(|level| level == asked);
        let found = ordered().find(level).map(|framework| format!("{}.{asked}", framework.short));
        found.or_else(|| {
            let reading = |framework: &&Framework| framework.readings.iter().any(|reading| reading == asked);
            frameworks.iter().find(reading).map(|framework| format!("{}.{asked}", framework.short))
        })
    };
    split.or_else(bare).ok_or_else(|| {
        let known: Vec<String> = ladders()
            .flat_map(|framework| framework.ladder.iter().map(|level| format!("{}.{level}", framework.short)))
            .chain(
                frameworks.iter().flat_map(|one| one.readings.iter().map(|reading| format!("{}.{reading}", one.short))),
            )
            .collect();
        NoTarget::Unknown(format!("there is no level or requirement `{asked}`; levels are {}", known.join(", ")))
    })
}

fn example(framework: &Framework, readings: &[&str]) -> String {
    let dimension = framework.dimensions.first().map(|one| one.id.as_str()).zip(framework.scale.last());
    match (readings.first(), dimension) {
        (Some(reading), _) => format!("`{}.{reading}`", framework.short),
        (None, Some((dimension, grade))) => format!("`{}.{dimension}.{grade}`", framework.short),
        (None, None) => "none".to_owned(),
    }
}

/// The smallest set of acts that reaches a requirement; `None` when there is no such requirement.
pub fn plan(sheet: &FactSheet, frameworks: &[Framework], target: &str) -> Option<Plan> {
    let tree = Tree { frameworks };
    let title = tree.find(target)?.1.title.clone();
    let (mut acts, open) = search::search(sheet, &tree, target);
    acts.sort_by_key(|act| (act.weight(), act.clone()));
    let inventory = Inventory::new(sheet);
    let under = tree.leaves(target);
    let after_sheet = act::apply(sheet, &acts);
    let (before, after) = (assess(sheet, frameworks), assess(&after_sheet, frameworks));
    let met = met(&after);
    let steps = acts
        .iter()
        .map(|one| {
            let others: Vec<Act> = acts.iter().filter(|other| *other != one).cloned().collect();
            let without_sheet = act::apply(sheet, &others);
            let without = self::met(&assess(&without_sheet, frameworks));
            let (satisfies, elsewhere) = met.difference(&without).cloned().partition(|id: &String| under.contains(id));
            Step { act: one.clone(), text: act::text(one, &inventory), satisfies, elsewhere }
        })
        .collect();
    let rests = open.into_iter().map(|id| rest(&id, &tree, &inventory)).collect();
    Some(Plan { target: target.to_owned(), title, steps, rests, moves: moves(&before, &after) })
}

/// The fact sheet after some acts: what the probes would find if they were done.
pub fn after(sheet: &FactSheet, acts: &[Act]) -> FactSheet {
    act::apply(sheet, acts)
}

/// Every act that is tried for a release.
pub fn acts(sheet: &FactSheet) -> Vec<Act> {
    act::candidates(&Inventory::new(sheet))
}

/// The probed requirements that hold, confirmed.
fn met(assessment: &Assessment<'_>) -> BTreeSet<String> {
    let probed = assessment.verdicts.iter().filter(|(_, verdict)| matches!(verdict.reason, Reason::Probed { .. }));
    probed
        .filter(|(_, verdict)| verdict.confirmed == Status::Met)
        .map(|(_, verdict)| verdict.requirement.clone())
        .collect()
}

fn rest(id: &str, tree: &Tree<'_>, inventory: &Inventory<'_>) -> Rest {
    let found = tree.find(id);
    let title = found.map(|(_, requirement)| requirement.title.clone()).unwrap_or_default();
    let probe = found.and_then(|(_, requirement)| match &requirement.rule {
        crate::framework::Rule::Probe(probe, params) => Some((probe.id, params)),
        _ => None,
    });
    let bases: Vec<&str> =
        inventory.lineage.outside.iter().filter_map(|id| Some(inventory.fact(*id)?.claim.parent()?.0)).collect();
    let (who, why) = match probe {
        Some(("attested", params)) => {
            (Who::Reviewer, format!("no file shows it; a reviewer has to say: {}", params.what()))
        }
        _ if inventory.lineage.derives() => {
            let mut bases = bases;
            bases.dedup();
            let of = if bases.is_empty() { "the base model, which is not named".to_owned() } else { bases.join(", ") };
            (
                Who::Base,
                format!("it depends on the publisher of {of}: only they can publish or license what belongs to it"),
            )
        }
        _ => (Who::Nobody, "no act that we know brings it about".to_owned()),
    };
    Rest { requirement: id.to_owned(), title, who, why }
}

fn moves(before: &Assessment<'_>, after: &Assessment<'_>) -> Vec<(String, String, String)> {
    let mut moves = Vec::new();
    let mut tell = |name: String, old: String, new: String| {
        if old != new {
            moves.push((name, old, new));
        }
    };
    let level = |level: &Option<String>| level.clone().unwrap_or_else(|| "unknown".to_owned());
    for (old, new) in before.standings.iter().zip(&after.standings) {
        tell(new.framework.clone(), level(&old.confirmed), level(&new.confirmed));
    }
    for (old, new) in before.readings.iter().zip(&after.readings) {
        for ((name, was, _), (_, is, _)) in old.statuses.iter().zip(&new.statuses) {
            tell(format!("{}.{name}", new.framework), was.as_str().to_owned(), is.as_str().to_owned());
        }
    }
    for (old, new) in before.scorecards.iter().zip(&after.scorecards) {
        let of = new.of();
        tell(new.framework.clone(), format!("{} of {of}", old.tally().0), format!("{} of {of}", new.tally().0));
    }
    moves
}
