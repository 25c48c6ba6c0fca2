//! What the sentences of a page say about a release.
//!
//! Each reader looks at one statement at a time and speaks only when the words leave little room; a statement
//! about another model counts for nothing. Much is left unread on purpose: the honest answer is then unknown.

mod amount;
mod claims;
mod code;
mod data;
mod gazetteer;
mod lineage;
mod parameters;
mod released;
mod reports;
mod terms;
mod tokens;
mod weights;

use super::markdown::{Form, Link, Page, Statement};
use super::subject::Subject;
use super::words::{Words, label};
use crate::inspector::{Input, Reading};
use candor_facts::{Basis, Claim, Evidence, Role};
use std::ops::Range;

/// What a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageKind {
    /// Describes a model.
    ModelCard,
    /// Describes data.
    DataCard,
    /// Introduces a repository, or anything else.
    Other,
}

/// What the innermost telling heading over a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    License,
    Evaluation,
    Data,
    Weights,
    Training,
    Use,
    Limits,
    Citation,
    Unknown,
}

const TOPICS: &[(Topic, &[&str])] = &[
    (Topic::Citation, &["cit*", "acknowledg*", "references", "related", "research building", "contact", "bibtex"]),
    (Topic::Evaluation, &["evaluat*", "benchmark*", "results", "performance", "metrics", "scores", "testing"]),
    (Topic::License, &["licen*", "terms", "legal", "permission*", "rights"]),
    (Topic::Limits, &["limitation*", "bias*", "risk*", "ethic*", "safety", "misuse", "out of scope"]),
    (
        Topic::Data,
        &[
            "data", "dataset*", "datasets", "corpus", "corpora", "training mix*", "data sources", "trained on",
            "sources",
        ],
    ),
    (
        Topic::Training,
        &["train*", "pretrain*", "pre train*", "reproduc*", "fine tun*", "finetun*", "procedure", "recipe*"],
    ),
    (Topic::Weights, &["download*", "weights", "checkpoint*", "model zoo", "models", "access", "availab*", "released"]),
    (
        Topic::Use,
        &[
            "usage", "use", "using", "quickstart", "quick start", "inference", "get started", "getting started",
            "install*",
        ],
    ),
];

impl Topic {
    fn of(headings: &[String]) -> Self {
        for heading in headings.iter().rev() {
            let words = Words::of(heading);
            for (topic, phrases) in TOPICS {
                if words.any(phrases) {
                    return *topic;
                }
            }
        }
        Self::Unknown
    }
}

/// A statement with what its place tells about it.
pub(crate) struct Said<'a> {
    pub(crate) statement: &'a Statement,
    /// Its words.
    pub(crate) words: Words,
    /// Its label, when it has the form `label: rest`.
    pub(crate) label: Words,
    /// What follows the label, or all of it.
    pub(crate) rest: &'a str,
    /// Words of the headings above.
    pub(crate) headings: Words,
    /// Words of the innermost heading.
    pub(crate) inner: Words,
    pub(crate) topic: Topic,
    /// Whether it may be about this release.
    pub(crate) ours: bool,
    /// For an item of a list: the words of the sentence that leads it in (`… the following data sets:`).
    pub(crate) lead: Words,
}

impl Said<'_> {
    /// Whether the statement affirms: it neither denies nor only announces.
    pub(crate) fn affirms(&self) -> bool {
        !self.words.denies() && !self.words.announces()
    }
}

/// The page being read, and for whom.
pub(crate) struct Reader<'a> {
    pub(crate) input: &'a Input<'a>,
    pub(crate) text: &'a [u8],
    pub(crate) page: &'a Page,
    pub(crate) subject: &'a Subject,
    pub(crate) kind: PageKind,
    pub(crate) out: Reading,
}

/// Longest sentence that leads in a list, in bytes.
const LEAD: usize = 512;

impl<'a> Reader<'a> {
    /// Read all statements and code blocks of the page.
    pub(crate) fn read(mut self) -> Reading {
        let path_words = Words::of(self.input.artifact.path.as_str());
        let path_other = self.subject.is_other(&path_words);
        let page = self.page;
        let mut lead: Option<&Statement> = None;
        for statement in &page.statements {
            let mut said = self.hear(statement, path_other);
            let listed = statement.form == Form::Item && !statement.text.ends_with(':');
            match lead {
                Some(before) if listed && before.section == statement.section => said.lead = Words::of(&before.text),
                _ => lead = None,
            }
            if statement.text.ends_with(':') && statement.text.len() <= LEAD {
                lead = Some(statement);
            }
            if !said.ours {
                continue;
            }
            weights::read(&mut self, &said);
            data::read(&mut self, &said);
            code::read(&mut self, &said);
            released::read(&mut self, &said);
            terms::read(&mut self, &said);
            claims::read(&mut self, &said);
            lineage::read(&mut self, &said);
            reports::read(&mut self, &said);
            tokens::read(&mut self, &said);
            parameters::read(&mut self, &said);
        }
        if !path_other {
            for block in &page.code {
                code::read_block(&mut self, block);
                terms::read_block(&mut self, block);
            }
        }
        self.out
    }

    fn hear(&self, statement: &'a Statement, path_other: bool) -> Said<'a> {
        let words = Words::of(&statement.text);
        let headings = self.page.headings(statement.section);
        let heading_words = Words::of(&headings.join(" "));
        let inner = headings.last().map(|heading| Words::of(heading)).unwrap_or_default();
        // A row of two cells is a label and what it says, as a line with a colon is.
        let cells = (statement.form == Form::Row && statement.text.matches(" | ").count() == 1)
            .then(|| statement.text.split_once(" | "))
            .flatten()
            .map(|(name, rest)| (Words::of(name), rest.trim()))
            .filter(|(name, _)| !name.is_empty() && name.iter().count() <= 6);
        let (label, rest) =
            cells.or_else(|| label(&statement.text)).unwrap_or((Words::default(), statement.text.as_str()));
        let named = self.subject.is_named(&words) && !self.subject.is_other(&words);
        let strange = self.input.at.part.role != Role::Model && self.subject.is_stranger(&words);
        let elsewhere = path_other || self.subject.is_other(&inner);
        let ours = named || !(self.subject.is_other(&words) || strange || elsewhere);
        Said {
            statement,
            words,
            label,
            rest,
            headings: heading_words,
            inner,
            topic: Topic::of(headings),
            ours,
            lead: Words::default(),
        }
    }

    /// Whether this page stands in the model part.
    pub(crate) fn in_model_part(&self) -> bool {
        self.input.at.part.role == Role::Model
    }

    /// Whether a statement of this page is one about the model of this release.
    pub(crate) fn about_the_model(&self, said: &Said<'_>) -> bool {
        self.in_model_part() || self.kind == PageKind::ModelCard || self.subject.is_named(&said.words)
    }

    /// State something on the words of a statement.
    pub(crate) fn say(&mut self, basis: Basis, said: &Said<'_>, claim: Claim) {
        let evidence = self.at(basis, said.statement.range.clone(), said.statement.section);
        self.out.fact(claim, evidence);
    }

    /// Evidence at a range of the page.
    pub(crate) fn at(&self, basis: Basis, range: Range<usize>, section: usize) -> Evidence {
        let route = self.page.headings(section).join(" > ");
        self.input.span(basis, self.text, range, &route)
    }
}

/// What an address leads to, as far as its form tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    /// A model repository on a hub: `owner/name`.
    HubModel(String),
    /// A data set on a hub: `owner/name` or a bare name.
    HubData(String),
    /// A collection or a publisher's page on a hub.
    HubOther,
    /// A code repository: `owner/name`.
    Code(String),
    /// A paper.
    Paper,
    /// Files of weights, by their ending or scheme.
    WeightFile,
    /// Training or evaluation logs.
    Logs,
    /// A place in the same repository.
    Here(String),
    /// Anything else on the web.
    Web,
}

const HUB_PAGES: &[&str] =
    &["docs", "blog", "papers", "spaces", "collections", "models", "tasks", "learn", "posts", "tensorboard"];

impl Leads {
    pub(crate) fn of(link: &Link) -> Self {
        let url = link.url.trim();
        let lower = url.to_ascii_lowercase();
        let Some((scheme, rest)) = lower.split_once(':') else { return Self::Here(url.to_owned()) };
        let ends = [".safetensors", ".ckpt", ".pt", ".pth", ".gguf", ".bin", ".tar", ".tar.gz", ".onnx", ".nemo"];
        if scheme == "magnet" || ends.iter().any(|end| lower.trim_end_matches('/').ends_with(end)) {
            return Self::WeightFile;
        }
        let rest = rest.trim_start_matches('/');
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.trim_start_matches("www.");
        let from = url.len() - path.len();
        let segments: Vec<&str> =
            url.get(from..).unwrap_or_default().split(['/', '?', '#']).filter(|segment| !segment.is_empty()).collect();
        let pair = |list: &[&str]| match list {
            [owner, name, ..] => Some(format!("{owner}/{name}")),
            _ => None,
        };
        match host {
            "huggingface.co" | "hf.co" | "modelscope.cn" | "huggingface.com" => match segments.first() {
                Some(&"datasets") => match segments.get(1..) {
                    Some([owner, name, ..]) if *name != "tree" => Self::HubData(format!("{owner}/{name}")),
                    Some([name, ..]) => Self::HubData((*name).to_owned()),
                    _ => Self::Web,
                },
                Some(first) if *first == "collections" => Self::HubOther,
                Some(first) if HUB_PAGES.contains(first) => Self::Web,
                Some(_) => pair(&segments).map_or(Self::HubOther, Self::HubModel),
                None => Self::Web,
            },
            "github.com" | "gitlab.com" => pair(&segments).map_or(Self::Web, Self::Code),
            "arxiv.org" | "doi.org" | "aclanthology.org" | "openreview.net" | "jmlr.org" => Self::Paper,
            "wandb.ai" | "api.wandb.ai" | "tensorboard.dev" => Self::Logs,
            _ => Self::Web,
        }
    }
}

#[cfg(test)]
mod tests;
