//! One release of a fact sheet: the one judged, or a base of it that is at hand. It judges nothing.

use candor_facts::{Base, Fact, FactId, FactSheet, Gap, Part, PartIndex};

/// The parts and facts of one release among those of a sheet.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The sheet, with all releases in it.
    pub sheet: &'a FactSheet,
    base: Option<usize>,
}

impl<'a> View<'a> {
    /// The release that the sheet is about.
    pub fn of(sheet: &'a FactSheet) -> Self {
        Self { sheet, base: None }
    }

    /// The bases at hand of this release, not those of its bases.
    pub fn bases(self) -> impl Iterator<Item = (&'a Base, Self)> {
        let sheet = self.sheet;
        let all = sheet.bases.iter().enumerate().filter(move |(_, base)| base.of == self.base);
        all.map(move |(at, base)| (base, Self { sheet, base: Some(at) }))
    }

    /// Whether a part belongs to this release.
    pub fn owns(self, part: PartIndex) -> bool {
        match self.base.and_then(|at| self.sheet.bases.get(at)) {
            Some(base) => base.owns(part),
            None => self.sheet.is_own(part),
        }
    }

    /// The facts of this release.
    pub fn facts(self) -> impl Iterator<Item = (FactId, &'a Fact)> {
        self.sheet.facts().filter(move |(_, fact)| self.owns(fact.part()))
    }

    /// What could not be seen of this release.
    pub fn gaps(self) -> impl Iterator<Item = &'a Gap> {
        self.sheet.gaps().iter().filter(move |gap| self.owns(gap.part))
    }

    /// The parts of this release.
    pub fn parts(self) -> impl Iterator<Item = (PartIndex, &'a Part)> {
        self.sheet.release.parts().filter(move |(index, _)| self.owns(*index))
    }

    /// One part.
    pub fn part(self, index: PartIndex) -> Option<&'a Part> {
        self.sheet.release.part(index)
    }

    /// One fact.
    pub fn fact(self, id: FactId) -> Option<&'a Fact> {
        self.sheet.fact(id)
    }

    /// Its short name, and the names under which documents speak of it.
    pub fn names(self) -> impl Iterator<Item = &'a str> {
        let release = &self.sheet.release;
        let (id, subject) = match self.base.and_then(|at| self.sheet.bases.get(at)) {
            Some(base) => (base.id.as_str(), base.subject.as_slice()),
            None => (release.id.as_str(), release.subject.as_slice()),
        };
        subject.iter().map(String::as_str).chain([id])
    }
}
