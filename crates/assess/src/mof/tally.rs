//! From judged components to progress and class: counts only, so that nothing is rounded before it is printed.

use super::components::{COMPONENTS, Class, PAPER, REPORT};
use super::{Judged, Status};

/// How far a class is: so many of so many components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Required components that are included.
    pub have: usize,
    /// Required components.
    pub needed: usize,
}

impl Progress {
    /// Whether nothing is missing.
    pub fn full(self) -> bool {
        self.have >= self.needed
    }

    /// Percent, with the digits that binary fractions give: other tools print those.
    pub fn percent(self) -> &'static str {
        let digits: &[&str] = match self.needed {
            6 => &SIXTHS,
            10 => &TENTHS,
            13 => &THIRTEENTHS,
            _ => &FOURTEENTHS,
        };
        digits.get(self.have).copied().unwrap_or("100")
    }
}

const SIXTHS: [&str; 7] =
    ["0", "16.666666666666664", "33.33333333333333", "50", "66.66666666666666", "83.33333333333334", "100"];
const TENTHS: [&str; 11] = ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"];
const THIRTEENTHS: [&str; 14] = [
    "0", "7.6923076923076925", "15.384615384615385", "23.076923076923077", "30.76923076923077", "38.46153846153847",
    "46.15384615384615", "53.84615384615385", "61.53846153846154", "69.23076923076923", "76.92307692307693",
    "84.61538461538461", "92.3076923076923", "100",
];
const FOURTEENTHS: [&str; 15] = [
    "0", "7.142857142857142", "14.285714285714285", "21.428571428571427", "28.57142857142857", "35.714285714285715",
    "42.857142857142854", "50", "57.14285714285714", "64.28571428571429", "71.42857142857143", "78.57142857142857",
    "85.71428571428571", "92.85714285714286", "100",
];

/// The progress of each class, the lowest first. `hidden`: a class above one that is not full shows nothing.
pub(super) fn progress(judged: &[Judged], hidden: bool) -> [(Class, Progress); 3] {
    let stands_in = paper_stands_in(judged);
    let mut below = true;
    Class::ALL.map(|class| {
        let asked = |component: &&super::Component| component.required && component.class <= class;
        let mut needed = COMPONENTS.iter().filter(asked).count();
        let mut have = judged.iter().filter(|one| asked(&one.component) && one.status == Status::Included).count();
        match (stands_in, class) {
            (true, Class::OpenScience) => needed -= 1,
            (true, _) => have += 1,
            (false, _) => {}
        }
        let found = Progress { have: have.min(needed), needed };
        let shown = if hidden && !below { Progress { have: 0, needed } } else { found };
        below &= found.full();
        (class, shown)
    })
}

/// The highest class of which nothing is missing. A class holds what the lower ones ask for.
pub(super) fn class(progress: &[(Class, Progress)]) -> Class {
    let full = progress.iter().filter(|(_, progress)| progress.full());
    full.map(|(class, _)| *class).max().unwrap_or(Class::Unclassified)
}

/// Whether an open paper takes the place of a report that is not open.
pub(super) fn paper_stands_in(judged: &[Judged]) -> bool {
    let included = |at: usize| judged.get(at).is_some_and(|one| one.status == Status::Included);
    included(PAPER) && !included(REPORT)
}
