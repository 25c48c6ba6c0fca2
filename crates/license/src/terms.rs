//! What a licence permits, demands and forbids, and what an expression of several grants.
//!
//! A licence whose terms nobody has coded grants nothing here: [`Grant::Unread`] is the answer, never a guess.

use crate::catalogue;
use crate::expression::{Expression, LicenseId};

/// The four freedoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Freedom {
    /// To use it for any purpose.
    Use,
    /// To study how it works.
    Study,
    /// To change it for any purpose.
    Modify,
    /// To pass it on, changed or not, for any purpose.
    Share,
}

impl Freedom {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Use, Self::Study, Self::Modify, Self::Share];

    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Study => "study",
            Self::Modify => "modify",
            Self::Share => "share",
        }
    }
}

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every kind, in the order of the contract.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The contract's spelling.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads the contract's spelling.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|k| k.as_str() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    /// What restricts a freedom, or makes it uncertain.
    RestrictionKind {
        /// No permission was found.
        NoLicense = "no-license",
        /// Purposes or fields are forbidden, in the text or by a use policy it refers to.
        FieldOfUse = "field-of-use",
        /// Commercial use is forbidden.
        NonCommercial = "non-commercial",
        /// Above a number of users another licence is needed.
        UserThreshold = "user-threshold",
        /// Above an amount of revenue another licence or a payment is needed.
        RevenueThreshold = "revenue-threshold",
        /// It or its outputs may not help to make other models.
        NoCompetingModels = "no-competing-models",
        /// Not licensed to people in, or for use in, some places.
        Geographic = "geographic",
        /// It may not be passed on.
        NoRedistribution = "no-redistribution",
        /// It may not be changed, or changed copies may not be passed on.
        NoModification = "no-modification",
        /// The publisher may restrict use from afar.
        RemoteRestriction = "remote-restriction",
        /// Users must follow or use the latest version.
        UpdateDuty = "update-duty",
        /// The publisher may change the terms, or a policy that is part of them.
        MutableTerms = "mutable-terms",
        /// The licence may be withdrawn without breach.
        Revocable = "revocable",
        /// Payment is due.
        Royalty = "royalty",
        /// Users must indemnify the publisher.
        Indemnity = "indemnity",
        /// Access is given on request or acceptance only.
        Gated = "gated",
    }
}

codes! {
    /// What must be done in return. A condition does not restrict a freedom.
    ConditionKind {
        /// Name the authors.
        Attribution = "attribution",
        /// Derived models must carry a name.
        Naming = "naming",
        /// Show a mark or sentence to users.
        Display = "display",
        /// Derived works must be under the same licence.
        ShareAlike = "share-alike",
        /// Recipients must be bound by the same use restrictions.
        FlowDown = "flow-down",
        /// Keep the notices and a copy of the licence.
        Notice = "notice",
        /// Rights end for those who sue over patents or other rights in it.
        PatentRetaliation = "patent-retaliation",
    }
}

impl RestrictionKind {
    /// Whether a licence with this restriction lacks the freedom. A duty to indemnify, a gate and terms that
    /// may change are told to the reader but take no freedom away by themselves.
    pub fn limits(self, freedom: Freedom) -> bool {
        match self {
            Self::NoLicense => true,
            Self::FieldOfUse | Self::NonCommercial | Self::UserThreshold | Self::RevenueThreshold => {
                freedom != Freedom::Study
            }
            Self::Geographic | Self::Royalty | Self::RemoteRestriction | Self::Revocable => freedom != Freedom::Study,
            Self::NoCompetingModels => matches!(freedom, Freedom::Use | Freedom::Modify),
            Self::UpdateDuty => matches!(freedom, Freedom::Use | Freedom::Modify),
            Self::NoRedistribution => freedom == Freedom::Share,
            Self::NoModification => matches!(freedom, Freedom::Modify | Freedom::Share),
            Self::MutableTerms | Self::Indemnity | Self::Gated => false,
        }
    }
}

/// One restriction of a known licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// Its kind.
    pub kind: RestrictionKind,
    /// The number of a threshold.
    pub value: Option<u64>,
    /// What it says, in our words.
    pub note: &'static str,
    /// Where in the licence it stands.
    pub clause: &'static str,
}

/// One condition of a known licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Its kind.
    pub kind: ConditionKind,
    /// What it says, in our words.
    pub note: &'static str,
    /// Where in the licence it stands.
    pub clause: &'static str,
}

/// What the Model Openness Framework's list says of a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Mof {
    /// Accepted for code.
    pub code: bool,
    /// Accepted for data, model parameters among them.
    pub data: bool,
    /// Accepted for documents.
    pub document: bool,
}

/// What kind of text an id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Written for software, documents, data or content; on the SPDX list.
    General,
    /// Written for models, or by a publisher for its own model.
    Model,
    /// A use policy that a licence refers to. It grants nothing.
    Policy,
    /// An exception or addition to another licence.
    Exception,
}

/// A licence of the catalogue with its terms.
#[derive(Clone, Debug)]
pub struct License {
    /// Its id.
    pub id: LicenseId,
    /// Its title.
    pub name: String,
    /// Approved by the Open Source Initiative (SPDX list).
    pub osi: bool,
    /// Free according to the Free Software Foundation (SPDX list); `None`: the list states no opinion.
    pub fsf: Option<bool>,
    /// Conformant with the Open Definition; `None`: not judged.
    pub open_definition: Option<bool>,
    /// Its place on the list of the Model Openness Framework.
    pub mof: Mof,
    /// What it forbids.
    pub restrictions: Vec<Restriction>,
    /// What it asks in return.
    pub conditions: Vec<Condition>,
    /// Whether somebody coded its terms. If not, no freedom counts as granted.
    pub terms_known: bool,
    /// What kind of text it is.
    pub family: Family,
    /// Whether the SPDX list has retired the id.
    pub deprecated: bool,
}

/// Whether a freedom is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Granted to everybody.
    Granted,
    /// These restrictions stand against it.
    Restricted(Vec<RestrictionKind>),
    /// The terms are not coded: unknown, never granted.
    Unread,
}

/// What an expression grants. `AND`: every part's restrictions hold. `OR`: the best part may be chosen.
/// An exception of the SPDX list only adds permissions, so `WITH` grants what the licence grants.
pub fn grants(expression: &Expression, freedom: Freedom) -> Grant {
    match expression {
        Expression::Id(id) => match catalogue::license(id) {
            Some(license) => license.grants(freedom),
            None => Grant::Unread,
        },
        Expression::With(inner, _) => grants(inner, freedom),
        Expression::And(parts) => parts.iter().map(|p| grants(p, freedom)).fold(Grant::Granted, Grant::and),
        Expression::Or(parts) => {
            let mut all = parts.iter().map(|p| grants(p, freedom));
            let first = all.next().unwrap_or(Grant::Unread);
            all.fold(first, Grant::or)
        }
    }
}

impl License {
    /// Whether this licence grants a freedom to everybody.
    pub fn grants(&self, freedom: Freedom) -> Grant {
        if !self.terms_known || self.family == Family::Policy || self.family == Family::Exception {
            return Grant::Unread;
        }
        let kinds: Vec<_> = self.restrictions.iter().map(|r| r.kind).filter(|k| k.limits(freedom)).collect();
        if kinds.is_empty() { Grant::Granted } else { Grant::Restricted(kinds) }
    }
}

impl Grant {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Restricted(mut a), Self::Restricted(b)) => {
                a.extend(b.into_iter().filter(|k| !a.contains(k)).collect::<Vec<_>>());
                a.sort_unstable();
                Self::Restricted(a)
            }
            (Self::Restricted(a), _) | (_, Self::Restricted(a)) => Self::Restricted(a),
            (Self::Unread, _) | (_, Self::Unread) => Self::Unread,
            (Self::Granted, Self::Granted) => Self::Granted,
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Granted, _) | (_, Self::Granted) => Self::Granted,
            (Self::Unread, _) | (_, Self::Unread) => Self::Unread,
            (Self::Restricted(a), Self::Restricted(b)) => Self::Restricted(if b.len() < a.len() { b } else { a }),
        }
    }
}
