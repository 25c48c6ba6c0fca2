//! Four values and their tables: Kleene's logic with a neutral "not applicable".

/// The answer to a requirement. Names after EARL: passed, failed, cantTell, inapplicable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Shown to hold.
    Met,
    /// Shown not to hold.
    NotMet,
    /// Not known.
    Unknown,
    /// The question does not arise.
    NotApplicable,
}

impl Status {
    /// The word used in JSON and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not-met",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// All parts hold: one `NotMet` decides; else one `Unknown` leaves it unknown. Parts that do not apply are neutral.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(parts, Self::NotMet, Self::Met)
    }

    /// Some part holds: one `Met` decides; else one `Unknown` leaves it unknown. Parts that do not apply are neutral.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(parts, Self::Met, Self::NotMet)
    }

    /// No part holds.
    pub fn none(parts: impl IntoIterator<Item = Self>) -> Self {
        match Self::any(parts) {
            Self::Met => Self::NotMet,
            Self::NotMet => Self::Met,
            other => other,
        }
    }

    /// At least `wanted` parts hold.
    pub fn at_least(wanted: usize, parts: impl IntoIterator<Item = Self>) -> Self {
        let (mut met, mut unknown, mut counted) = (0, 0, 0);
        for part in parts {
            counted += usize::from(part != Self::NotApplicable);
            met += usize::from(part == Self::Met);
            unknown += usize::from(part == Self::Unknown);
        }
        if counted == 0 {
            Self::NotApplicable
        } else if met >= wanted {
            Self::Met
        } else if met + unknown >= wanted {
            Self::Unknown
        } else {
            Self::NotMet
        }
    }

    /// A duty with an exemption: exempt gives not applicable; an unknown exemption leaves it unknown, unless the duty is met.
    pub fn unless(self, exemption: Self) -> Self {
        match (exemption, self) {
            (Self::Met, _) => Self::NotApplicable,
            (Self::Unknown, Self::NotApplicable) => Self::NotApplicable,
            (Self::Unknown, _) => Self::Unknown,
            (_, duty) => duty,
        }
    }

    fn fold(parts: impl IntoIterator<Item = Self>, decisive: Self, otherwise: Self) -> Self {
        let mut result = Self::NotApplicable;
        for part in parts {
            if part == decisive {
                return decisive;
            }
            if part == Self::Unknown || part == otherwise && result == Self::NotApplicable {
                result = part;
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::Status::{Met, NotApplicable, NotMet, Unknown};
    use super::*;
    use proptest::prelude::*;

    fn status() -> impl Strategy<Value = Status> {
        prop_oneof![Just(Met), Just(NotMet), Just(Unknown), Just(NotApplicable)]
    }

    /// A way to compose statuses.
    type Rule = fn(&[Status]) -> Status;

    fn rules() -> Vec<Rule> {
        vec![
            |parts| Status::all(parts.iter().copied()),
            |parts| Status::any(parts.iter().copied()),
            |parts| Status::none(parts.iter().copied()),
            |parts| Status::at_least(2, parts.iter().copied()),
            |parts| match parts {
                [duty, exemption, ..] => duty.unless(*exemption),
                _ => Unknown,
            },
        ]
    }

    proptest! {
        /// What becomes known never flips a verdict that was definite.
        #[test]
        fn unknown_resolved_never_flips(parts in proptest::collection::vec(status(), 2..6), to_met in any::<bool>()) {
            for rule in rules() {
                let before = rule(&parts);
                let known: Vec<Status> = parts
                    .iter()
                    .map(|part| if *part == Unknown { if to_met { Met } else { NotMet } } else { *part })
                    .collect();
                let after = rule(&known);
                if matches!(before, Met | NotMet) {
                    prop_assert_eq!(before, after);
                }
            }
        }
    }

    #[test]
    fn tables() {
        for (parts, all, any, none) in [
            (vec![], NotApplicable, NotApplicable, NotApplicable),
            (vec![NotApplicable], NotApplicable, NotApplicable, NotApplicable),
            (vec![Met, NotApplicable], Met, Met, NotMet),
            (vec![Met, Unknown], Unknown, Met, NotMet),
            (vec![NotMet, Unknown], NotMet, Unknown, Unknown),
            (vec![NotMet, NotMet], NotMet, NotMet, Met),
        ] {
            assert_eq!(Status::all(parts.clone()), all, "all {parts:?}");
            assert_eq!(Status::any(parts.clone()), any, "any {parts:?}");
            assert_eq!(Status::none(parts.clone()), none, "none {parts:?}");
        }
        assert_eq!(Status::at_least(2, [Met, Unknown, NotMet]), Unknown);
        assert_eq!(NotMet.unless(Met), NotApplicable);
        assert_eq!(NotMet.unless(Unknown), Unknown);
    }
}
