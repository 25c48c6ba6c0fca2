//! What the Model Openness Tool knows of licences: `data/mot-licences.txt`, looked up letter by letter.

use super::components::Kind;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TEXT: &str = include_str!("../../data/mot-licences.txt");

static TABLE: LazyLock<BTreeMap<&'static str, Known>> = LazyLock::new(|| {
    let lines = TEXT.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap_or((line, ""))).map(|(id, letters)| (id, Known { letters })).collect()
});

/// What is known of one licence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    letters: &'static str,
}

impl Known {
    /// Whether it counts as open.
    pub(super) fn open(self) -> bool {
        self.letters.contains('o')
    }

    /// Whether it is listed for this kind of component.
    pub(super) fn fits(self, kind: Kind) -> bool {
        self.letters.contains(match kind {
            Kind::Code => 'c',
            Kind::Data => 'd',
            Kind::Document => 't',
        })
    }

    /// Whether it is listed for any kind.
    #[cfg(test)]
    pub(super) fn typed(self) -> bool {
        self.letters.contains(['c', 'd', 't'])
    }
}

/// The licence of exactly this id.
pub(super) fn known(id: &str) -> Option<Known> {
    TABLE.get(id).copied()
}

/// All ids.
#[cfg(test)]
pub(super) fn ids() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}
