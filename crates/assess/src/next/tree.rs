//! The tree of a requirement, judged with leaves answered by whoever asks.

use crate::framework::{Framework, Reference, Requirement, Rule};
use crate::status::Status;
use std::collections::BTreeSet;

/// Deepest tree that is followed; references among frameworks may run in circles.
const DEPTH: usize = 64;

/// Requirements of several frameworks, by `framework.requirement`.
pub(super) struct Tree<'f> {
    pub(super) frameworks: &'f [Framework],
}

impl<'f> Tree<'f> {
    /// A requirement and its framework.
    pub(super) fn find(&self, id: &str) -> Option<(&'f Framework, &'f Requirement)> {
        let (short, name) = id.split_once('.')?;
        let framework = self.frameworks.iter().find(|framework| framework.short == short);
        // A short name may have dots itself.
        let framework = framework.filter(|framework| framework.requirements.contains_key(name));
        if let Some(framework) = framework {
            return framework.requirements.get(name).map(|requirement| (framework, requirement));
        }
        self.frameworks.iter().find_map(|framework| {
            let name = id.strip_prefix(&framework.short)?.strip_prefix('.')?;
            framework.requirements.get(name).map(|requirement| (framework, requirement))
        })
    }

    /// The id of what a requirement refers to.
    pub(super) fn id(framework: &Framework, part: &Reference) -> String {
        format!("{}.{}", part.framework.as_deref().unwrap_or(&framework.short), part.requirement)
    }

    /// The status of a requirement, each leaf answered by `leaf`.
    pub(super) fn status(&self, id: &str, leaf: &dyn Fn(&str, &Requirement) -> Status) -> Status {
        self.at(id, leaf, 0)
    }

    fn at(&self, id: &str, leaf: &dyn Fn(&str, &Requirement) -> Status, depth: usize) -> Status {
        let Some((framework, requirement)) = self.find(id).filter(|_| depth < DEPTH) else { return Status::Unknown };
        let own = match &requirement.rule {
            Rule::Probe(..) => leaf(id, requirement),
            Rule::All(parts) | Rule::Any(parts) | Rule::None(parts) | Rule::AtLeast(_, parts) => {
                let statuses = parts.iter().map(|part| self.at(&Self::id(framework, part), leaf, depth + 1));
                requirement.rule.compose(statuses.collect::<Vec<_>>())
            }
            Rule::Outcome(rule) => {
                let statuses = rule.questions().iter().map(|part| self.at(&Self::id(framework, part), leaf, depth + 1));
                requirement.rule.compose(statuses.collect::<Vec<_>>())
            }
        };
        match &requirement.unless {
            Some(exemption) => own.unless(self.at(&Self::id(framework, exemption), leaf, depth + 1)),
            None => own,
        }
    }

    /// All probed requirements under one.
    pub(super) fn leaves(&self, id: &str) -> BTreeSet<String> {
        let (mut seen, mut leaves, mut left) = (BTreeSet::new(), BTreeSet::new(), vec![id.to_owned()]);
        while let Some(id) = left.pop() {
            if !seen.insert(id.clone()) {
                continue;
            }
            let Some((framework, requirement)) = self.find(&id) else { continue };
            if matches!(requirement.rule, Rule::Probe(..)) {
                leaves.insert(id);
            }
            left.extend(requirement.parts().map(|part| Self::id(framework, part)));
        }
        leaves
    }
}
