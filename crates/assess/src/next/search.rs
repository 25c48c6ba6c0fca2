//! Finding the smallest set: what makes each leaf hold is tried out, and the trees say which leaves are needed.

use super::act::{self, Act};
use super::tree::Tree;
use crate::framework::{Requirement, Rule};
use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::status::Status;
use crate::verdict::{Doubt, Finding, Trust};
use candor_facts::FactSheet;
use std::collections::{BTreeMap, BTreeSet};

/// Most acts that are tried together for one leaf.
const TOGETHER: usize = 4;
/// Most acts that are looked at more closely for one leaf.
const RELEVANT: usize = 12;
/// Most alternatives that are kept on the way up a tree.
const ALTERNATIVES: usize = 128;
/// Most alternatives that are tried as a whole.
const TRIED: usize = 24;
/// How often a set that falls short is added to.
const REPAIRS: usize = 3;
/// Deepest tree that is followed.
const DEPTH: usize = 64;

/// Acts by number, and leaves that no act brings about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    acts: BTreeSet<usize>,
    open: BTreeSet<String>,
}

impl Way {
    fn and(&self, other: &Self) -> Self {
        let mut way = self.clone();
        way.acts.extend(other.acts.iter().copied());
        way.open.extend(other.open.iter().cloned());
        way
    }

    fn within(&self, other: &Self) -> bool {
        self.acts.is_subset(&other.acts) && self.open.is_subset(&other.open)
    }
}

/// The smallest set of acts under which a requirement holds, and the leaves that have to be taken as met beside it.
pub(super) fn search(sheet: &FactSheet, tree: &Tree<'_>, target: &str) -> (Vec<Act>, BTreeSet<String>) {
    let (mut done, mut open): (Vec<Act>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
    for _ in 0..=REPAIRS {
        let now = act::apply(sheet, &done);
        if holds(&now, tree, target, &open) {
            break;
        }
        let (more, left) = round(&now, tree, target, &open);
        if more.is_empty() && left.is_subset(&open) {
            open.insert(target.to_owned());
            break;
        }
        open.extend(left);
        done.extend(more.into_iter().filter(|act| !done.contains(act)).collect::<Vec<_>>());
    }
    if !holds(&act::apply(sheet, &done), tree, target, &open) {
        // Nothing that we know leads there. Say so, rather than name acts that do not help.
        return (Vec::new(), BTreeSet::from([target.to_owned()]));
    }
    if open.contains(target) {
        return (Vec::new(), open);
    }
    // What a later act made needless goes, the heaviest first.
    done.sort_by_key(|act| std::cmp::Reverse(act.weight()));
    let mut at = 0;
    while at < done.len() {
        let mut fewer = done.clone();
        fewer.remove(at);
        if holds(&act::apply(sheet, &fewer), tree, target, &open) {
            done = fewer;
        } else {
            at += 1;
        }
    }
    let spare: Vec<String> = open.iter().cloned().collect();
    for leaf in spare {
        let mut fewer = open.clone();
        fewer.remove(&leaf);
        if holds(&act::apply(sheet, &done), tree, target, &fewer) {
            open = fewer;
        }
    }
    (done, open)
}

/// Whether a requirement is confirmed, some leaves taken as met.
fn holds(sheet: &FactSheet, tree: &Tree<'_>, target: &str, open: &BTreeSet<String>) -> bool {
    let inventory = Inventory::new(sheet);
    status(&inventory, tree, target, open) == Status::Met
}

fn status(inventory: &Inventory<'_>, tree: &Tree<'_>, id: &str, open: &BTreeSet<String>) -> Status {
    if open.contains(id) {
        return Status::Met;
    }
    tree.status(id, &|id, requirement| if open.contains(id) { Status::Met } else { ask(inventory, requirement) })
}

fn ask(inventory: &Inventory<'_>, requirement: &Requirement) -> Status {
    match &requirement.rule {
        Rule::Probe(probe, params) => (probe.ask)(inventory, params, Trust::Confirmed).status(),
        _ => Status::Unknown,
    }
}

/// One round: the best way from here.
fn round(sheet: &FactSheet, tree: &Tree<'_>, target: &str, open: &BTreeSet<String>) -> (Vec<Act>, BTreeSet<String>) {
    let inventory = Inventory::new(sheet);
    let acts = act::candidates(&inventory);
    let singly: Vec<FactSheet> = acts.iter().map(|act| act::apply(sheet, std::slice::from_ref(act))).collect();
    let without = |at: usize| -> Vec<Act> {
        acts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, act)| act.clone()).collect()
    };
    let all_but: Vec<FactSheet> = (0..acts.len()).map(|at| act::apply(sheet, &without(at))).collect();
    let every = act::apply(sheet, &acts);
    let bench = Bench {
        sheet,
        acts: &acts,
        here: inventory,
        singly: singly.iter().map(Inventory::new).collect(),
        all_but: all_but.iter().map(Inventory::new).collect(),
        every: Inventory::new(&every),
    };
    let mut climb = Climb { bench: &bench, tree, known: BTreeMap::new(), open };
    let mut ways = climb.ways(target, 0);
    let weight = |way: &Way| way.acts.iter().filter_map(|at| acts.get(*at)).map(Act::weight).sum::<usize>();
    ways.sort_by_key(|way| (way.open.len(), way.acts.len(), weight(way)));
    let pick = |way: &Way| way.acts.iter().filter_map(|at| acts.get(*at)).cloned().collect::<Vec<Act>>();
    let reached = ways.iter().take(TRIED).find(|way| {
        let taken = open.union(&way.open).cloned().collect();
        holds(&act::apply(sheet, &pick(way)), tree, target, &taken)
    });
    match reached.or(ways.first()) {
        Some(way) => (pick(way), way.open.clone()),
        None => (Vec::new(), BTreeSet::new()),
    }
}

/// The facts as they are, and after each act: made once, asked often.
struct Bench<'b> {
    sheet: &'b FactSheet,
    acts: &'b [Act],
    here: Inventory<'b>,
    singly: Vec<Inventory<'b>>,
    all_but: Vec<Inventory<'b>>,
    every: Inventory<'b>,
}

impl Bench<'_> {
    /// The smallest sets of acts that make a probe answer `met`.
    fn remedies(&self, probe: &Probe, params: &Params) -> Vec<BTreeSet<usize>> {
        let shape = |inventory: &Inventory<'_>| shape(&(probe.ask)(inventory, params, Trust::Confirmed));
        let (here, every) = (shape(&self.here), shape(&self.every));
        let moves = |(at, alone): (usize, &Inventory<'_>)| {
            let missed = self.all_but.get(at).is_some_and(|rest| shape(rest) != every);
            (shape(alone) != here || missed).then_some(at)
        };
        let mut relevant: Vec<usize> = self.singly.iter().enumerate().filter_map(moves).collect();
        relevant.truncate(RELEVANT);
        let mut found: Vec<BTreeSet<usize>> = Vec::new();
        for size in 1..=TOGETHER.min(relevant.len()) {
            for set in subsets(&relevant, size) {
                if found.iter().any(|known| known.is_subset(&set)) {
                    continue;
                }
                let acts: Vec<Act> = set.iter().filter_map(|at| self.acts.get(*at)).cloned().collect();
                let after = act::apply(self.sheet, &acts);
                if (probe.ask)(&Inventory::new(&after), params, Trust::Confirmed).status() == Status::Met {
                    found.push(set);
                }
            }
        }
        found
    }
}

/// What of a finding can be compared between sheets: facts have other numbers in each.
fn shape(finding: &Finding) -> (Status, usize, Vec<u8>, String) {
    let kind = |doubt: &Doubt| match doubt {
        Doubt::OnlyDeclared(_) => 0,
        Doubt::Incomplete(_) => 1,
        Doubt::Unread(_) => 2,
        Doubt::Conflict(..) => 3,
        Doubt::NotSeen(_) => 4,
        Doubt::NotFound(_) => 5,
        Doubt::NeedsAttestation(_) => 6,
    };
    let doubts = finding.doubts().iter().map(kind).collect();
    (finding.status(), finding.grounds().len(), doubts, finding.explanation().to_owned())
}

fn subsets(of: &[usize], size: usize) -> Vec<BTreeSet<usize>> {
    if size == 0 {
        return vec![BTreeSet::new()];
    }
    let mut all = Vec::new();
    for (at, first) in of.iter().enumerate() {
        for mut rest in subsets(of.get(at + 1..).unwrap_or_default(), size - 1) {
            rest.insert(*first);
            all.push(rest);
        }
    }
    all
}

struct Climb<'c> {
    bench: &'c Bench<'c>,
    tree: &'c Tree<'c>,
    known: BTreeMap<String, Vec<Way>>,
    open: &'c BTreeSet<String>,
}

impl Climb<'_> {
    /// The ways to a requirement: one without acts when it holds; one that leaves it open when nothing helps.
    fn ways(&mut self, id: &str, depth: usize) -> Vec<Way> {
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        let helpless = || vec![Way { acts: BTreeSet::new(), open: BTreeSet::from([id.to_owned()]) }];
        let Some((framework, requirement)) = self.tree.find(id).filter(|_| depth < DEPTH) else { return helpless() };
        if status(&self.bench.here, self.tree, id, self.open) == Status::Met {
            return vec![Way::default()];
        }
        let ids = |parts: &[crate::framework::Reference]| -> Vec<String> {
            parts.iter().map(|part| Tree::id(framework, part)).collect()
        };
        let mut ways = match &requirement.rule {
            Rule::Probe(probe, params) => {
                let remedies = self.bench.remedies(probe, params);
                let ways: Vec<Way> = remedies.into_iter().map(|acts| Way { acts, open: BTreeSet::new() }).collect();
                if ways.is_empty() { helpless() } else { ways }
            }
            Rule::All(parts) => self.all(&ids(parts), depth),
            Rule::Any(parts) => self.any(&ids(parts), depth),
            Rule::AtLeast(count, parts) => {
                let parts = ids(parts);
                let numbers: Vec<usize> = (0..parts.len()).collect();
                let chosen = |set: &BTreeSet<usize>| -> Vec<String> {
                    set.iter().filter_map(|at| parts.get(*at)).cloned().collect()
                };
                let sets = subsets(&numbers, *count);
                sets.iter().flat_map(|set| self.all(&chosen(set), depth)).collect()
            }
            Rule::None(parts) => self.none(&ids(parts), depth),
            // What a decision of law ends in is no matter of publishing one thing more.
            Rule::Outcome(_) => helpless(),
        };
        if let Some(exemption) = &requirement.unless {
            let exemption = Tree::id(framework, exemption);
            // A duty counts only where it is known that nothing exempts from it.
            let duty = self.refutations(&exemption, depth + 1);
            ways = ways.iter().flat_map(|way| duty.iter().map(|other| way.and(other))).collect();
            ways.extend(self.ways(&exemption, depth + 1));
        }
        let ways = fewest(ways, self.bench.acts);
        self.known.insert(id.to_owned(), ways.clone());
        ways
    }

    fn all(&mut self, parts: &[String], depth: usize) -> Vec<Way> {
        let mut ways = vec![Way::default()];
        for part in parts {
            if self.exempt(part) {
                continue;
            }
            let more = self.ways(part, depth + 1);
            let both = ways.iter().flat_map(|way| more.iter().map(|other| way.and(other))).collect();
            ways = fewest(both, self.bench.acts);
        }
        ways
    }

    fn none(&mut self, parts: &[String], depth: usize) -> Vec<Way> {
        let mut ways = vec![Way::default()];
        for part in parts {
            let more = self.refutations(part, depth + 1);
            let both = ways.iter().flat_map(|way| more.iter().map(|other| way.and(other))).collect();
            ways = fewest(both, self.bench.acts);
        }
        ways
    }

    /// The ways to show that a requirement does not hold.
    fn refutations(&mut self, id: &str, depth: usize) -> Vec<Way> {
        if depth < DEPTH && status(&self.bench.here, self.tree, id, self.open) == Status::NotMet {
            return vec![Way::default()];
        }
        let found = self.tree.find(id).filter(|(_, requirement)| depth < DEPTH && requirement.unless.is_none());
        if let Some((framework, Requirement { rule: Rule::None(parts), .. })) = found {
            let parts: Vec<String> = parts.iter().map(|part| Tree::id(framework, part)).collect();
            return self.any(&parts, depth + 1);
        }
        vec![Way { acts: BTreeSet::new(), open: BTreeSet::from([id.to_owned()]) }]
    }

    fn any(&mut self, parts: &[String], depth: usize) -> Vec<Way> {
        parts.iter().flat_map(|part| self.ways(part, depth + 1)).collect()
    }

    /// Whether a part does not apply, and is neutral.
    fn exempt(&self, id: &str) -> bool {
        status(&self.bench.here, self.tree, id, self.open) == Status::NotApplicable
    }
}

/// Those ways of which none contains another, the shortest first.
fn fewest(mut ways: Vec<Way>, acts: &[Act]) -> Vec<Way> {
    let weight = |way: &Way| way.acts.iter().filter_map(|at| acts.get(*at)).map(Act::weight).sum::<usize>();
    ways.sort_by_key(|way| (way.open.len(), way.acts.len(), weight(way), way.clone()));
    let mut kept: Vec<Way> = Vec::new();
    for way in ways {
        if kept.len() == ALTERNATIVES {
            break;
        }
        if !kept.iter().any(|known| known.within(&way)) {
            kept.push(way);
        }
    }
    kept
}
