//! From judged releases to what is printed or written: the formats of the list, and `-o FILE`.

use crate::load::Loaded;
use crate::output::Output;
use anyhow::bail;
use candor_assess::{Assessment, Framework, assess};
use candor_facts::Evidence;
use candor_report::{FORMATS, Format, Options, Several, Subject};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::path::{Path, PathBuf};

/// Options about what is printed.
#[derive(clap::Args, Debug)]
pub(crate) struct Rendering {
    /// Write to this file instead of standard output; it is there whole or not at all
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The day of the assessment, YYYY-MM-DD, for badges and bills of materials; without it none is told
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub date: Option<String>,
    /// The day on which the release was published, YYYY-MM-DD, for bills of materials
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub released: Option<String>,
}

/// A parser of the formats that serve a command.
pub(crate) fn formats(serves: fn(&Format) -> bool) -> impl TypedValueParser<Value = &'static Format> {
    let serving = FORMATS.iter().copied().filter(move |format| serves(format));
    let values = serving.map(|format| PossibleValue::new(format.id).help(format.purpose));
    PossibleValuesParser::new(values).try_map(|id| {
        FORMATS.iter().copied().find(|format| format.id == id).ok_or_else(|| format!("there is no format `{id}`"))
    })
}

/// A day as `YYYY-MM-DD`.
fn date(text: &str) -> Result<String, String> {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok());
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    let month = number(5..7).filter(|month| (1..=12).contains(month));
    let day = number(8..10).filter(|day| (1..=31).contains(day));
    if shape && month.is_some() && day.is_some() {
        Ok(text.to_owned())
    } else {
        Err("write a day as YYYY-MM-DD, for instance 2026-03-01".to_owned())
    }
}

/// A release that was read and judged.
pub(crate) struct Judged<'j> {
    loaded: &'j Loaded,
    assessment: Assessment<'j>,
    frameworks: &'j [Framework],
}

impl<'j> Judged<'j> {
    /// Judge a release.
    pub(crate) fn new(loaded: &'j Loaded, frameworks: &'j [Framework]) -> Self {
        Self { loaded, assessment: assess(&loaded.sheet, frameworks), frameworks }
    }

    /// What was judged.
    pub(crate) fn assessment(&self) -> &Assessment<'j> {
        &self.assessment
    }

    /// Whether something could not be seen or stayed unknown.
    pub(crate) fn undetermined(&self) -> bool {
        !self.loaded.sheet.gaps().is_empty() || self.assessment.unknown()
    }
}

impl Rendering {
    /// Hand judged releases to a renderer, as subjects, with what the user wishes.
    pub(crate) fn render(
        &self,
        judged: &[Judged<'_>],
        output: &Output,
        by: impl FnOnce(&[Subject<'_, '_>], &Options<'_>) -> String,
    ) -> String {
        let excerpts: Vec<_> =
            judged.iter().map(|judged| move |evidence: &Evidence| judged.loaded.excerpt(evidence)).collect();
        let subjects: Vec<Subject<'_, '_>> = judged
            .iter()
            .zip(&excerpts)
            .map(|(judged, excerpt)| Subject {
                sheet: &judged.loaded.sheet,
                assessment: &judged.assessment,
                frameworks: judged.frameworks,
                excerpt,
            })
            .collect();
        let mut paint = output.paint;
        paint.colour &= self.output.is_none();
        let options = Options {
            paint,
            detail: output.detail,
            date: self.date.as_deref(),
            released: self.released.as_deref(),
            version: env!("CARGO_PKG_VERSION"),
        };
        by(&subjects, &options)
    }

    /// Print a document, or write it to the file that was named.
    pub(crate) fn deliver(&self, text: &str, format: &Format, output: &Output) -> anyhow::Result<()> {
        match &self.output {
            None if format.people => output.show(text),
            None => output.print(text),
            Some(path) if format.people => write_text(path, &crate::output::harmless(text, false)),
            Some(path) => write_text(path, text),
        }
    }

    /// The format that was asked for; without one, that which the name of the file tells; else text for people.
    ///
    /// # Errors
    /// When the command has no such format.
    pub(crate) fn format(
        &self,
        asked: Option<&'static Format>,
        serves: fn(&Format) -> bool,
    ) -> anyhow::Result<&'static Format> {
        let name = self.output.as_ref().and_then(|path| path.file_name()).unwrap_or_default().to_string_lossy();
        let told = |format: &&&'static Format| !format.ends.is_empty() && name.ends_with(format.ends);
        let of_name = FORMATS.iter().filter(told).max_by_key(|format| format.ends.len()).copied();
        let Some(format) = asked.or(of_name).or_else(|| FORMATS.first().copied()) else {
            bail!("there are no formats")
        };
        if !serves(format) {
            bail!("this command has no format `{}`, as `{name}` tells; name one with `--format`", format.id);
        }
        Ok(format)
    }

    /// Fails when so many releases do not fit into one document of the format.
    pub(crate) fn fits(&self, format: &Format, releases: usize) -> anyhow::Result<()> {
        if releases > 1 && format.several == Several::No {
            bail!(
                "a document of format `{}` is about one release, and these are {releases}; \
                 run `assess` once for each, or `compare` for all side by side",
                format.id
            );
        }
        Ok(())
    }
}

/// Write a text, its last line ended.
fn write_text(path: &Path, text: &str) -> anyhow::Result<()> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    crate::disk::write(path, format!("{text}{end}").as_bytes())
}
