//! `candor verify signature`: is this folder what was signed, and by whom?

use crate::Outcome;
use crate::args::Format;
use crate::output::Output;
use crate::{disk, progress};
use anyhow::{Context, anyhow, bail};
use candor_report::{Detail, Style};
use candor_source::Folder;
use candor_verify::signature::{self, Coverage, Question, Trust, Verdict};
use candor_verify::{Counter, Progress, caps};
use clap::{ArgGroup, Args};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// What `verify signature --help` shows.
pub(super) const HELP: &str = "\
Everything in the folder counts. What the signer left out is listed as ignored; what nobody signed refutes,
unless `--allow-unsigned` is said. Certificates are judged as of now, because a bundle has no trusted time of
signing; they must be made for code signing. Revocation is not looked up.

Example:
  candor verify signature models/mine --signature models/mine/model.sig --ca publisher-root.pem";

/// Arguments of `verify signature`.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("trust").args(["key", "ca"]).required(true)))]
pub(crate) struct Options {
    /// The folder of the model
    dir: PathBuf,
    /// The signature file; without it, `model.sig` in the folder
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    /// The signer's public key, as PEM: P-256, P-384 or P-521
    #[arg(long, value_name = "PEM")]
    key: Option<PathBuf>,
    /// Root certificates that you trust, as PEM
    #[arg(long, value_name = "PEM")]
    ca: Option<PathBuf>,
    /// Accept files that nobody signed; they are listed all the same
    #[arg(long)]
    allow_unsigned: bool,
    /// Judge certificates as of this time, which you vouch for: `2026-11-23`, or `2026-11-23T10:00:00Z`
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Run the command.
pub(super) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let folder = Folder::open(&options.dir)?;
    let path = match &options.signature {
        Some(path) => path.clone(),
        None => options.dir.join("model.sig"),
    };
    if options.signature.is_none() && !path.is_file() {
        bail!("`{}` is not there; name the signature with `--signature FILE`", path.display());
    }
    let bundle = disk::read(&path, caps::BUNDLE_BYTES)?;
    let trust = match (&options.key, &options.ca) {
        (Some(key), _) => trusted(key, Trust::key)?,
        (None, Some(ca)) => trusted(ca, Trust::roots)?,
        (None, None) => bail!("say whom you trust: `--key PEM` or `--ca PEM`"),
    };
    let at = match &options.at {
        Some(text) => time(text).with_context(|| format!("`--at {text}`: write a time as `2026-11-23`"))?,
        None => SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?.as_secs(),
    };
    let counter = Counter::default();
    let inside = disk::relative(&path, folder.root());
    let question = Question {
        bundle: &bundle,
        trust: &trust,
        at,
        tree: &folder,
        signature: inside.as_deref(),
        allow_unsigned: options.allow_unsigned,
        threads: disk::threads(),
        progress: Progress::on(&counter),
    };
    let verdict = progress::watch(output, &counter, || signature::verify(&question));
    match options.format {
        Format::Json => output.print(&document(&verdict).to_string())?,
        Format::Human => output.show(&human(&options.dir, &verdict, output))?,
    }
    Ok(match verdict.outcome {
        signature::Outcome::Verified => Outcome::Answered,
        signature::Outcome::Refuted => Outcome::Refuted,
        signature::Outcome::Undetermined => Outcome::Undetermined,
    })
}

fn trusted(path: &Path, read: fn(&[u8]) -> Result<Trust, String>) -> anyhow::Result<Trust> {
    read(&disk::read(path, caps::PEM_BYTES)?).map_err(|why| anyhow!("`{}`: {why}", path.display()))
}

fn document(verdict: &Verdict) -> serde_json::Value {
    let Coverage { signed, ignored, unsigned, missing, changed, empty, unread } = &verdict.coverage;
    let points: Vec<&str> = verdict.refusals.iter().map(|refusal| refusal.point.as_str()).collect();
    json!({
        "verified": verdict.outcome == signature::Outcome::Verified,
        "outcome": word(verdict),
        "reason": verdict.reason(),
        "points": points,
        "notes": verdict.notes,
        "signer": verdict.signer,
        "subject": verdict.subject,
        "signed": signed,
        "ignored": ignored,
        "unsigned": unsigned,
        "missing": missing,
        "changed": changed,
        "empty": empty,
        "unread": unread,
    })
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict.outcome {
        signature::Outcome::Verified => "verified",
        signature::Outcome::Refuted => "refuted",
        signature::Outcome::Undetermined => "undetermined",
    }
}

fn human(dir: &Path, verdict: &Verdict, output: &Output) -> String {
    let style = match verdict.outcome {
        signature::Outcome::Verified => Style::Good,
        signature::Outcome::Refuted => Style::Bad,
        signature::Outcome::Undetermined => Style::Heading,
    };
    let mut out = format!("{}: {}\n", dir.display(), output.paint.apply(style, word(verdict)));
    for signer in &verdict.signer {
        out.push_str(&format!("  signer    {signer}\n"));
    }
    for refusal in &verdict.refusals {
        out.push_str(&format!("  {:<9} {}\n", "because", refusal.why));
    }
    for note in &verdict.notes {
        out.push_str(&format!("  {:<9} {note}\n", "note"));
    }
    if output.detail == Detail::Brief {
        return out;
    }
    let shown = if output.verbose { usize::MAX } else { 8 };
    let coverage = &verdict.coverage;
    for (word, paths) in [
        ("changed", &coverage.changed),
        ("missing", &coverage.missing),
        ("unread", &coverage.unread),
        ("unsigned", &coverage.unsigned),
        ("empty", &coverage.empty),
        ("ignored", &coverage.ignored),
        ("signed", &coverage.signed),
    ] {
        for path in paths.iter().take(shown) {
            out.push_str(&format!("  {word:<9} {path}\n"));
        }
        if paths.len() > shown {
            out.push_str(&format!("  {word:<9} and {} more; `-v` shows all\n", paths.len() - shown));
        }
    }
    out
}

/// Seconds since 1970 of a date or a time in UTC.
fn time(text: &str) -> Option<u64> {
    let (date, clock) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let numbers = |text: &str, by: char| -> Option<Vec<u64>> {
        text.split(by).map(|part| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?).collect()
    };
    let (date, clock) = (numbers(date, '-')?, numbers(clock.strip_suffix('Z')?, ':')?);
    let ([year, month, day], [hour, minute, second]) = (date.as_slice(), clock.as_slice()) else { return None };
    let leap = |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let lengths = [31, if leap(*year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month = usize::try_from(month.checked_sub(1)?).ok()?;
    let fits = (1970..10_000).contains(year) && (1..=*lengths.get(month)?).contains(day);
    let fits = fits && *hour < 24 && *minute < 60 && *second < 60;
    let days = (1970..*year).map(|year| if leap(year) { 366 } else { 365 }).sum::<u64>()
        + lengths.iter().take(month).sum::<u64>()
        + day.saturating_sub(1);
    fits.then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2026-12-01", Some(1_796_083_200)),
            ("2024-02-29T23:59:59Z", Some(1_709_251_199)),
            ("2023-02-29", None),
            ("2026-13-01", None),
            ("2026-01-01T24:00:00Z", None),
            ("now", None),
            ("+2026-1-1", None),
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
    }
}
