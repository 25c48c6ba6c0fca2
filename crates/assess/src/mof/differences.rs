//! Where our reading departs from the Model Openness Tool's, each with its reason.

use super::components::Class;
use super::tally::Progress;
use super::{Judged, Status};

/// One departure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// A component's name, `class`, `progress 1`, or `warnings`.
    pub of: String,
    /// What the Model Openness Tool says.
    pub mot: String,
    /// What we say.
    pub ours: String,
    /// Why.
    pub because: String,
}

/// One side: its components, its progress, its class.
pub(super) type Side<'s> = (&'s [Judged], &'s [(Class, Progress)], Class);

/// All departures: the class first, then progress, then the components in their order.
pub(super) fn list(mot: Side<'_>, ours: Side<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let judged_otherwise = mot.0.iter().zip(ours.0).any(|(theirs, ours)| theirs.status != ours.status);
    let follows = "it follows from the components below";
    let mut tell = |of: &str, mot: String, ours: String, because: String| {
        if mot != ours {
            found.push(Difference { of: of.to_owned(), mot, ours, because });
        }
    };
    tell("class", mot.2.number().to_string(), ours.2.number().to_string(), follows.to_owned());
    for ((class, theirs), (_, own)) in mot.1.iter().zip(ours.1) {
        let hidden = *class > Class::OpenModel && theirs.have == 0 && own.have > 0;
        let because = match (hidden, judged_otherwise) {
            (true, false) => HIDDEN.to_owned(),
            (true, true) => format!("{follows}; and {HIDDEN}"),
            (false, _) => follows.to_owned(),
        };
        let of = format!("progress {}", class.number());
        tell(&of, theirs.percent().to_owned(), own.percent().to_owned(), because);
    }
    for (theirs, own) in mot.0.iter().zip(ours.0) {
        tell(own.component.name, side(theirs), side(own), own.reasons.join("; "));
    }
    let warned = mot.0.iter().filter(|one| one.fits == Some(false) && one.status.open()).count();
    let warnings = if warned == 0 { "none".to_owned() } else { format!("on {warned} open components") };
    tell("warnings", warnings, "none".to_owned(), WARNINGS.to_owned());
    found
}

const HIDDEN: &str = "the tool shows nothing for a class while a lower one has a gap";
const WARNINGS: &str = "the tool warns that a licence does not suit the kind of component; its table has no kind \
                        for most open licences, so that the warning says little";

fn side(judged: &Judged) -> String {
    match &judged.license {
        Some(license) if judged.status != Status::Unlicensed => format!("{} ({license})", judged.status.as_str()),
        _ => judged.status.as_str().to_owned(),
    }
}
