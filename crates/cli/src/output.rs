//! Where results and messages go: results to stdout, messages to stderr.

use crate::args::{ColorWhen, Common};
use candor_report::{Detail, Paint};
use std::io::{self, IsTerminal, Write};

/// How to print.
pub(crate) struct Output {
    /// Emphasis and width of what people read.
    pub paint: Paint,
    /// How much the human report tells: `-q` the standings alone, `-v` everything.
    pub(crate) detail: Detail,
    /// Whether details were asked for.
    pub verbose: bool,
}

/// Width used where there is no terminal.
const WIDTH: usize = 80;
/// Wider lines than this are hard to read.
const WIDEST: usize = 120;

impl Output {
    /// As the options, the terminal and the environment say.
    pub(crate) fn new(common: &Common) -> Self {
        let terminal = io::stdout().is_terminal();
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = match common.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => terminal && !unwanted,
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let measured = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = columns.or(measured.filter(|_| terminal)).unwrap_or(WIDTH).clamp(40, WIDEST);
        let choice = if colour { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never };
        choice.write_global();
        let detail = match (common.quiet, common.verbose) {
            (true, _) => Detail::Brief,
            (false, 0) => Detail::Screen,
            (false, _) => Detail::All,
        };
        Self { paint: Paint { colour, width }, verbose: common.verbose > 0, detail }
    }

    /// Print a text for people. What it quotes may come from anyone: see [`harmless`].
    pub(crate) fn show(&self, text: &str) -> anyhow::Result<()> {
        self.print(&harmless(text, self.paint.colour))
    }

    /// Write bytes as they are.
    #[allow(clippy::unused_self, reason = "all results go through here")]
    pub(crate) fn bytes(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        Ok(())
    }

    /// Print a result as it is.
    pub(crate) fn print(&self, text: &str) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.flush()?;
        Ok(())
    }
}

/// A text that cannot drive a terminal: control characters, and those that turn the direction of writing, become
/// `\u{fffd}`; only lines and, where they are wanted, our own colours remain.
pub(crate) fn harmless(text: &str, colour: bool) -> String {
    const OURS: [&str; 6] = ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m"];
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        let ours = c == '\u{1b}' && colour && OURS.iter().any(|code| rest.starts_with(code));
        match c {
            '\n' => out.push(c),
            '\t' => out.push(' '),
            _ if ours => out.push(c),
            _ if c.is_control() || turns => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// Whether the reader of our output went away.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
