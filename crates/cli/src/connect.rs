//! What the command line and the environment say of connections, and where their progress is shown.

use crate::args::{Common, Reading};
use crate::output::harmless;
use candor_source::{Note, Session, Settings};
use std::io::{IsTerminal, Write, stderr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What the command line says, for the whole run.
struct Run {
    offline: bool,
    quiet: bool,
}

static RUN: OnceLock<Run> = OnceLock::new();

/// Take what the command line says of connections. Once, before anything is loaded; without it none is made.
pub(crate) fn begin(common: &Common) {
    RUN.get_or_init(|| Run { offline: common.offline, quiet: common.quiet });
}

/// Whether anything but the answer is to be told.
pub(crate) fn talks() -> bool {
    RUN.get().is_some_and(|run| !run.quiet)
}

/// The session of one command over one locator, as the command line and the environment say.
pub(crate) fn session(reading: &Reading, terminal: &Arc<Terminal>) -> Session {
    let mut settings = Settings::from_env();
    settings.offline |= RUN.get().is_none_or(|run| run.offline);
    if let Some(budget) = reading.budget {
        settings.requests = budget;
        settings.headers = Some((budget, settings.bytes));
    }
    let listening = Arc::clone(terminal);
    settings.listener = Some(Arc::new(move |note| match note {
        Note::Progress(step) => listening.progress(&step),
        Note::Notice(line) => listening.notice(&line),
    }));
    Session::new(settings)
}

/// Where progress and notices go: to stderr; progress on a terminal alone, in one line that is wiped at the end.
pub(crate) struct Terminal {
    shows: bool,
    quiet: bool,
    dirty: Mutex<bool>,
}

impl Terminal {
    /// The terminal of this run.
    pub(crate) fn new() -> Arc<Self> {
        let quiet = !talks();
        Arc::new(Self { shows: !quiet && stderr().is_terminal(), quiet, dirty: Mutex::new(false) })
    }

    fn progress(&self, step: &str) {
        if self.shows {
            let step: String = harmless(step, false).replace('\n', " ").chars().take(70).collect();
            eprint!("\r\u{1b}[Kfetching {step}");
            *self.dirty.lock().unwrap_or_else(PoisonError::into_inner) = stderr().flush().is_ok();
        }
    }

    /// Tell something that the user should know.
    pub(crate) fn notice(&self, line: &str) {
        self.clear();
        if !self.quiet {
            anstream::eprintln!("note: {}", harmless(line, false));
        }
    }

    fn clear(&self) {
        if std::mem::take(&mut *self.dirty.lock().unwrap_or_else(PoisonError::into_inner)) {
            eprint!("\r\u{1b}[K");
            let _ = stderr().flush();
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.clear();
    }
}
