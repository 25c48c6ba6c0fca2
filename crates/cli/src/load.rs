//! From a locator to facts: the only place where sources and inspectors meet.

use crate::args::{Common, Reading};
use crate::follow;
use crate::output::harmless;
use anyhow::{Context, bail};
use candor_assess::Framework;
use candor_facts::{FactSheet, Files, Role};
use candor_source::{Note, Recording, Request, Session, Settings, Snapshot};
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, OnceLock};

/// A release that was read.
pub(crate) struct Loaded {
    /// The facts.
    pub sheet: FactSheet,
    /// The bytes, for excerpts.
    pub snapshot: Snapshot,
}

/// What the command line says of connections, for the whole run.
struct Run {
    offline: bool,
    quiet: bool,
}

static RUN: OnceLock<Run> = OnceLock::new();

/// Take what the command line says of connections. Once, before anything is loaded.
pub(crate) fn begin(common: &Common) {
    RUN.get_or_init(|| Run { offline: common.offline, quiet: common.quiet });
}

/// Read a release.
pub(crate) fn load(locator: &str, reading: &Reading) -> anyhow::Result<Loaded> {
    let snapshot = open(locator, reading)?;
    let sheet = follow::read(&snapshot, &snapshot);
    Ok(Loaded { sheet, snapshot })
}

/// Find a release and what belongs to it. Its files are not read yet.
pub(crate) fn open(locator: &str, reading: &Reading) -> anyhow::Result<Snapshot> {
    let mut with = Vec::new();
    for text in &reading.with {
        let Some((role, locator)) = text.split_once('=') else {
            bail!("`--with {text}`: write ROLE=LOCATOR, for instance `--with code=../trainer`");
        };
        let role = Role::parse(role)
            .with_context(|| format!("`--with {text}`: `{role}` is none of model, code, data, document, base"))?;
        with.push((role, locator.to_owned()));
    }
    let terminal = Terminal::new();
    let session = session(reading, &terminal)?;
    let mut snapshot = session.open(&Request { locator: locator.to_owned(), complete: reading.complete, with })?;
    snapshot.fetch_ahead(&candor_inspect::reads_whole);
    if reading.follow {
        follow::follow(&session, &mut snapshot, &|line| terminal.notice(line))?;
    }
    terminal.clear();
    Ok(snapshot)
}

/// Read a release, with a record of what is read of its files.
pub(crate) fn record<'a>(snapshot: &'a Snapshot, files: &'a dyn Files) -> (FactSheet, Recording<'a>) {
    let recording = Recording::new(files);
    let sheet = follow::read(snapshot, &recording);
    (sheet, recording)
}

fn session(reading: &Reading, terminal: &Arc<Terminal>) -> anyhow::Result<Session> {
    let run = RUN.get_or_init(|| Run { offline: true, quiet: true });
    let mut settings = Settings::from_env();
    settings.offline |= run.offline;
    if let Some(budget) = reading.budget {
        settings.requests = budget;
        settings.header_requests = budget;
    }
    let listening = Arc::clone(terminal);
    settings.listener = Some(Arc::new(move |note| match note {
        Note::Progress(step) => listening.progress(&step),
        Note::Notice(line) => listening.notice(&line),
    }));
    Ok(Session::new(settings)?)
}

/// Where progress and notices go: to stderr; progress on a terminal alone, in one line that is wiped at the end.
struct Terminal {
    shows: bool,
    quiet: bool,
    dirty: Mutex<bool>,
}

impl Terminal {
    fn new() -> Arc<Self> {
        let quiet = RUN.get().is_none_or(|run| run.quiet);
        let shows = !quiet && std::io::stderr().is_terminal();
        Arc::new(Self { shows, quiet, dirty: Mutex::new(false) })
    }

    fn progress(&self, step: &str) {
        if self.shows {
            let step: String = harmless(step, false).replace('\n', " ").chars().take(70).collect();
            eprint!("\r\u{1b}[Kfetching {step}");
            let _ = std::io::stderr().flush();
            if let Ok(mut dirty) = self.dirty.lock() {
                *dirty = true;
            }
        }
    }

    fn notice(&self, line: &str) {
        self.clear();
        if !self.quiet {
            anstream::eprintln!("note: {}", harmless(line, false));
        }
    }

    fn clear(&self) {
        if let Ok(mut dirty) = self.dirty.lock()
            && std::mem::take(&mut *dirty)
        {
            eprint!("\r\u{1b}[K");
            let _ = std::io::stderr().flush();
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The frameworks that ship with Candor.
pub(crate) fn frameworks() -> anyhow::Result<Vec<Framework>> {
    candor_assess::shipped().map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|(id, error)| format!("{id}.toml:{error}")).collect();
        anyhow::anyhow!("a framework file that ships with Candor is wrong; report this:\n{}", lines.join("\n"))
    })
}
