//! The clause detectors' rules: one line a way of saying something.
//!
//! A phrase is words, `a|b` alternatives, and `..` for a few words between (`....` for more). Around it words
//! must stand (`near`), or must not (`unless`), at most so far away; each list is separated by spaces, and
//! `near` may name several groups, all needed, separated by `,`.

use crate::terms::{ConditionKind, RestrictionKind};

/// What a rule finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Restriction(RestrictionKind),
    Condition(ConditionKind),
}

/// One way of saying something.
pub(crate) struct Rule {
    pub(crate) kind: Kind,
    pub(crate) phrase: &'static str,
    pub(crate) near: &'static str,
    pub(crate) unless: &'static str,
    /// How many words away `near` and `unless` look.
    pub(crate) reach: usize,
    /// A number must stand near; it is the value.
    pub(crate) number: bool,
}

use ConditionKind as C;
use RestrictionKind as R;

const fn rule(kind: R, phrase: &'static str, near: &'static str, unless: &'static str, reach: usize) -> Rule {
    Rule { kind: Kind::Restriction(kind), phrase, near, unless, reach, number: false }
}

const fn amount(kind: R, phrase: &'static str, near: &'static str, unless: &'static str, reach: usize) -> Rule {
    Rule { kind: Kind::Restriction(kind), phrase, near, unless, reach, number: true }
}

const fn condition(kind: C, phrase: &'static str, near: &'static str, unless: &'static str, reach: usize) -> Rule {
    Rule { kind: Kind::Condition(kind), phrase, near, unless, reach, number: false }
}

const FORBID: &str = "not prohibited forbidden prohibit never cannot refrain no";
const PERMIT: &str = "license licence request permission authorization agreement registration contact apply licensed grant rights commercial";

/// Every rule.
#[rustfmt::skip]
pub(crate) static RULES: &[Rule] = &[
    // Thresholds. A duty to show a name above a threshold is a condition.
    amount(R::UserThreshold, "active|unique user|users", PERMIT, "display", 70),
    amount(R::UserThreshold, "monthly|daily active|unique", PERMIT, "display", 70),
    amount(R::UserThreshold, "mau|mmau|dau", PERMIT, "display", 60),
    amount(R::RevenueThreshold, "annual|yearly|gross|total|monthly .. revenue|revenues|turnover|sales|income", PERMIT, "display", 70),
    amount(R::RevenueThreshold, "revenue|revenues|turnover|funding .. exceeds|exceed|exceeding|threshold|greater|less|more|over|under|below|above", PERMIT, "display", 60),
    rule(R::RevenueThreshold, "attributable revenue|revenues", "royalty threshold exceed exceeds exceeding", "", 80),
    // Non-commercial.
    rule(R::NonCommercial, "noncommercial purposes|purpose|use|uses|research|basis|activities|activity|manner|scientific|academic|only|users|license|entity", "", "commercial-or", 10),
    rule(R::NonCommercial, "noncommercially", "", "", 10),
    rule(R::NonCommercial, "not|never|prohibited .... for|any|in|to commercial purposes|purpose|use|uses|exploitation|applications|activities|advantage|gain|activity", "", "endorse royalty trademark notwithstanding", 14),
    rule(R::NonCommercial, "commercial|commercially use|uses|purposes|exploitation|exploit|activities .. not|prohibited|forbidden", "", "may-not-endorse", 10),
    rule(R::NonCommercial, "research purposes|use|only only|solely|exclusively", "", "", 10),
    rule(R::NonCommercial, "only|solely|exclusively|limited .. for|to .. noncommercial|academic|scientific|research|educational|nonproduction", "", "website information trademark", 8),
    rule(R::NonCommercial, "for research|academic|noncommercial .. purposes|use only", "", "", 10),
    rule(R::NonCommercial, "commercial use|purposes|purpose|license|applications|usage .. requires|require|must|need|obtain|apply|registration|authorized", "license permission authorization written request register registration contact separate apply agreement", "notwithstanding", 20),
    rule(R::NonCommercial, "wish|want|intend|would|plan .. use .... commercial|commercially purposes|purpose|use", "license permission contact request apply", "", 20),
    rule(R::NonCommercial, "nonproduction", "", "", 5),
    // Competing models.
    rule(R::NoCompetingModels, "improve|train|training|develop|create|enhance|fine|build|distill|improving|developing|teach .... other|another|competing|competitive|competes|compete|similar|foundation|foundational .... model|models|llm|llms|technology|product|products|services|service", FORBID, "name named include naming distributed", 28),
    rule(R::NoCompetingModels, "improve|train|training|develop|create|enhance|improving .. any|a|an|other|another .. large|language|ai|machine|foundation|generative .... model|models", "not prohibited forbidden never cannot", "name named include naming harm harmful minors medical", 24),
    rule(R::NoCompetingModels, "competing|competitive|compete|competes .. with .. model|models|product|products|service|services|licensor|naver|company", FORBID, "", 40),
    // Geography.
    rule(R::Geographic, "european union", "not excluding outside except excluded prohibited", "law laws privacy court courts regulation gdpr directive", 36),
    rule(R::Geographic, "european union", "domiciled territory granted principal", "", 40),
    rule(R::Geographic, "outside|excluding .. the|of territory|territories|eu", "", "", 10),
    rule(R::Geographic, "only|solely .. in|within .. territory|united|china|mainland", "license use licensed", "court courts jurisdiction law laws venue", 16),
    rule(R::Geographic, "not .... in|within|from .. countries|country|region|regions|jurisdictions .. of|listed|where", "licensed license granted available use", "export sanctions sanctioned law laws embargo embargoed", 20),
    // No redistribution, no modification.
    rule(R::NoRedistribution, "not .. distribute|redistribute|publish|sublicense|transfer|share|disclose|copy .... model|models|weights|materials|software|parameters|third|copies|whole|part|work|data", "", "except unless without provided endorse only outside name names trademark restrictions misrepresent agree please password confidential commercial military illegal purposes purpose", 16),
    rule(R::NoRedistribution, "not|nor .. distribute|redistribute|redistributed|distributed .. any|the|in", "", "except unless without provided endorse only warranty notices liable warranties agree please password confidential commercial military illegal purposes purpose satisfy same license", 16),
    rule(R::NoRedistribution, "no right|rights|permission|license .. distribute|redistribute|distribution|redistribution|sublicense", "", "except", 10),
    rule(R::NoModification, "not .. modify|alter|adapt|change|create|prepare|translate|decompile .... model|models|software|materials|derivative|derivatives|work|works|weights|document|data", "", "except unless without notice notices license provided must identify agreement restrictions section copyright obligations agree please commercial military illegal purposes purpose", 14),
    rule(R::NoModification, "no derivative|derivatives|modification|modifications", "permitted allowed may made", "", 12),
    rule(R::NoModification, "not .. share|distribute|redistribute|publish .. adapted|modified|derivative|altered", "", "unless without provided except", 12),
    // From afar, newest version.
    rule(R::RemoteRestriction, "remotely or otherwise", "", "", 6),
    rule(R::RemoteRestriction, "right .. restrict|disable|limit .. usage|use|access .. model|of|to", "licensor company reserves reserve", "", 24),
    rule(R::RemoteRestriction, "remotely", "restrict disable suspend terminate limit", "", 16),
    rule(R::UpdateDuty, "reasonable efforts|effort .... latest|updated|newest|current|recent version|versions", "", "", 10),
    rule(R::UpdateDuty, "must|shall|agree|required .... latest|newest|current|updated|recent version|versions of|the", "use undertake update", "policy notice license agreement copy", 14),
    // Terms that change, that end.
    rule(R::MutableTerms, "from time to time", "policy policies terms agreement license conditions guidelines", "new warranty feedback suggestions", 12),
    rule(R::MutableTerms, "may|reserves|reserve|right .... update|updated|modify|amend|change|changed|revise|revised|amended|modified .... agreement|license|terms|policy|policies|conditions|restrictions", "", "patent derivative redistribute source your-own you notwithstanding output outputs versions", 10),
    rule(R::MutableTerms, "agreement|license|terms|policy .. may be|is .. updated|amended|modified|changed|revised|subject", "", "only-in-writing written writing signed", 12),
    rule(R::MutableTerms, "latest|then|current version .. of .. acceptable|prohibited|use|policy", "", "", 10),
    rule(R::MutableTerms, "subject to update|updates|change|changes|revision", "license agreement terms policy", "", 16),
    rule(R::Revocable, "revocable", "license right rights grant grants granted", "", 30),
    rule(R::Revocable, "may|right .. terminate|revoke|withdraw|suspend|cancel .... any time|reason|discretion|convenience|notice", "", "destroying discontinuing breach breaches", 16),
    rule(R::Revocable, "may be revoked|withdrawn|canceled", "", "breach fail", 20),
    // Money and liability.
    rule(R::Royalty, "pay|pays|payment|payable|owe|due .... royalty|royalties", "", "free noncommercial-free", 4),
    rule(R::Royalty, "royalty|royalties .. rate|of|payable|payment|equal|at|due", "pay payment percent commercial revenue", "free", 20),
    rule(R::Indemnity, "indemnify|indemnification|indemnified", "", "accepting warranty-or-additional", 24),
    rule(R::Indemnity, "hold .. harmless", "", "accepting", 24),
    // Gates.
    rule(R::Gated, "extra_gated_prompt|extra_gated_fields|extra_gated_heading|extra_gated_button_content", "", "", 2),
    rule(R::Gated, "gated", "access model repository license accept agree", "mlp activation attention linear recurrent unit units", 14),
    rule(R::Gated, "extra gated prompt|fields|heading|button|description", "", "", 2),
    rule(R::Gated, "request|requesting|apply|requests access", "form download license model weights approve approved grant granted visit", "pull representation warrant previously", 24),
    rule(R::Gated, "request is|was|has .. approved|granted|accepted", "access license model weights download url email", "pull merge feature", 40),
    rule(R::Gated, "visit .... accept|agree .... license|terms", "download access request", "", 24),
    rule(R::Gated, "accept|agree .. license|terms|conditions|agreement|policy .... before|to .. access|download|request|requesting|downloading|accessing", "model models weights website form", "cease rights", 24),
    rule(R::Gated, "fill|complete|submit .. form|application|questionnaire", "access license commercial register download", "", 30),
    // Fields of use.
    rule(R::FieldOfUse, "acceptable|prohibited|restricted|permitted use|uses|usage policy|policies|restrictions|guidelines", "", "", 4),
    rule(R::FieldOfUse, "use|usage based restrictions|restriction|limitations", "", "", 4),
    rule(R::FieldOfUse, "usebased restrictions|restriction", "", "", 4),
    rule(R::FieldOfUse, "use restrictions|limitations", "model license", "", 30),
    rule(R::FieldOfUse, "prohibited|restricted|unacceptable uses|use", "", "", 6),
    rule(R::FieldOfUse, "agree|agrees|shall|must|will|may|can|should not .. use|using|permit|allow|employ|deploy .... for|to|in .. military|weapons|weapon|illegal|unlawful|harm|harass|harassment|surveillance|violence|violent|minors|discriminate|disinformation|malware|critical|terrorism|political|any|purposes|purpose|violates|violation|way", "", "name names trademark trademarks endorse publicity logo", 30),
    rule(R::FieldOfUse, "military|weapons|warfare|nuclear|surveillance", "not prohibited forbidden shall prohibit", "liability warranty", 40),
    rule(R::FieldOfUse, "endanger|undermine|threaten|harm national|public|state security|interest|unity|sovereignty", "not", "", 40),
    rule(R::FieldOfUse, "research purposes|use only", "", "", 6),
    rule(R::FieldOfUse, "only|solely|exclusively|limited .. for|to|in .. research|academic|scientific|educational|noncommercial|evaluation|nonproduction|computational", "", "website information trademark", 8),
    rule(R::FieldOfUse, "research purposes", "only solely exclusively limited", "", 24),
    rule(R::FieldOfUse, "nonproduction", "", "", 5),
    rule(R::FieldOfUse, "trade controls|control", "not prohibited comply", "", 40),
    rule(R::FieldOfUse, "usage policy", "", "", 4),
    rule(R::FieldOfUse, "bypass|disable|circumvent .. guardrail|guardrails|safety|technical|efficacy", "terminate not reduce", "", 60),
    rule(R::NoLicense, "no license|permission|rights|right .. is|are .. granted|given", "", "trademark trademarks patent names name logo except implied other section", 12),
    // Conditions.
    condition(C::PatentRetaliation, "institute|institutes|initiate|commence|file|bring|assert|commences .... litigation|lawsuit|claim|proceedings|action|counterclaim", "terminate terminates", "", 70),
    condition(C::Naming, "at the beginning of .... name", "", "", 10),
    condition(C::Naming, "name|named|naming .... begin|begins|beginning|start|prefix|prefixed|include|includes|with", "model models derivative shall must", "author contributor copyright holder endorse", 20),
    condition(C::Display, "prominently display", "", "", 10),
    condition(C::Display, "display|indicate|state|mark .... built|powered|improved with|by|using", "", "", 14),
    condition(C::Display, "built|powered with|by", "display shall must prominently website", "", 30),
    condition(C::ShareAlike, "under .. same|this|identical license|agreement|terms", "derivative derivatives modified distribute works must shall", "", 24),
    condition(C::FlowDown, "use|usage based restrictions", "include enforceable subject provision downstream third recipients", "", 50),
    condition(C::FlowDown, "enforceable provision", "", "", 20),
    condition(C::FlowDown, "bound by|to .. same|terms|restrictions|agreement", "recipient recipients third user users", "", 30),
    condition(C::Notice, "retain|include|keep|reproduce|retained|included|contain|provide|preserve|give .... notice|notices|license|agreement|copyright", "copies copy distribute redistribution recipients portions all", "", 40),
    condition(C::Attribution, "attribution|acknowledge|acknowledgment|attribute|credit|cite", "must shall required provide give include notice display", "", 30),
];
