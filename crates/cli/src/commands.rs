//! One module per command.

pub(crate) mod assess;
pub(crate) mod attest;
pub(crate) mod catalogue;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod diff;
pub(crate) mod draft;
pub(crate) mod explain;
pub(crate) mod frameworks;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod license;
pub(crate) mod lineage;
pub(crate) mod mof;
pub(crate) mod next;
pub(crate) mod reproduce;
pub(crate) mod schema;
pub(crate) mod sign;
pub(crate) mod snapshot;
pub(crate) mod verify;

use crate::Outcome;
use crate::args::{Args, Texts};
use crate::output::Output;
use anyhow::Context;
use clap::CommandFactory;
use std::io::BufRead;
use std::path::{Path, PathBuf};

/// Print a completion script.
pub(crate) fn completions(shell: clap_complete::Shell, output: &Output) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "candor", &mut script);
    output.print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Answered)
}

/// Write the manual: a page for the program, and one for each command.
pub(crate) fn manual(folder: &Path, output: &Output) -> anyhow::Result<Outcome> {
    let mut all = Args::command();
    all.build();
    let mut open = vec![&all];
    let mut pages = Vec::new();
    while let Some(command) = open.pop() {
        open.extend(command.get_subcommands().filter(|command| command.get_name() != "help"));
        pages.push((command.get_display_name().unwrap_or("candor"), command));
    }
    std::fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    for (name, command) in &pages {
        let mut page = Vec::new();
        clap_mangen::Man::new((*command).clone()).render(&mut page).context("a page of the manual")?;
        crate::disk::write(&folder.join(format!("{name}.1")), &page)?;
    }
    output.print(&format!("{} pages below {}\n", pages.len(), folder.display()))?;
    Ok(Outcome::Answered)
}

/// The files that a command is about, those of the list after those named.
fn files(texts: &Texts) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = texts.files.clone();
    if let Some(list) = &texts.files_from {
        let reader: Box<dyn BufRead> = if list.as_os_str() == "-" {
            Box::new(std::io::stdin().lock())
        } else {
            let file =
                std::fs::File::open(list).with_context(|| format!("the list `{}` cannot be read", list.display()))?;
            Box::new(std::io::BufReader::new(file))
        };
        for line in reader.lines() {
            let line = line.with_context(|| format!("the list `{}` cannot be read", list.display()))?;
            if !line.trim().is_empty() {
                files.push(PathBuf::from(line.trim_end_matches('\r')));
            }
        }
    }
    Ok(files)
}

/// Print JSON documents: one alone as it is, several as one array; those of a list one a line.
fn print_json(texts: &Texts, documents: Vec<serde_json::Value>, output: &Output) -> anyhow::Result<()> {
    if texts.files_from.is_some() {
        for document in documents {
            output.print(&document.to_string())?;
        }
        return Ok(());
    }
    print_documents(documents, output)
}

/// Print one JSON document: the only one of a list, or the list.
fn print_documents(mut documents: Vec<serde_json::Value>, output: &Output) -> anyhow::Result<()> {
    let document = match (documents.len(), documents.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            documents.push(last);
            serde_json::Value::Array(documents)
        }
        (_, None) => serde_json::Value::Array(documents),
    };
    output.print(&document.to_string())
}
