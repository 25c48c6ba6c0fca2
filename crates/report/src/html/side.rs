//! Releases side by side on one page: differences first.

use super::{frame, marks};
use crate::format::{Options, Subject};
use crate::gist;
use crate::layout::Style;
use crate::rows::{Row, rows};
use crate::safe;
use candor_facts::Group;

/// The page.
pub(super) fn compare(subjects: &[Subject<'_, '_>], options: &Options<'_>) -> String {
    let names: Vec<String> = subjects.iter().map(|subject| safe::html(&subject.sheet.release.id)).collect();
    let date = options.date.map(|date| format!("<p class=\"meta\">assessed on {}</p>", safe::html(date)));
    let mut body = format!(
        "<header>\n<p class=\"kicker\">How open are these models?</p>\n<h1>{}</h1>\n{}</header>\n<main id=\"main\">\n",
        names.join(", "),
        date.unwrap_or_default()
    );
    body.push_str(&spectra(subjects));
    body.push_str(&strips(subjects, &names));
    let rows = rows(subjects);
    let (differ, agree): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.differs());
    body.push_str(&table("differ", "Where they differ", &differ, &names));
    body.push_str(&table("agree", "Where they agree", &agree, &names));
    body.push_str(&format!("</main>\n<footer><p>Made by Candor {}.</p></footer>\n", safe::html(options.version)));
    frame(&format!("{}: how open are they?", plain(subjects)), &body)
}

fn plain(subjects: &[Subject<'_, '_>]) -> String {
    subjects.iter().map(|subject| subject.sheet.release.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// The place of each on the spectrum.
fn spectra(subjects: &[Subject<'_, '_>]) -> String {
    let mut out = String::from(
        "<section id=\"verdict\" aria-labelledby=\"verdict-title\">\n<h2 id=\"verdict-title\">On the spectrum</h2>\n<div class=\"grid\">",
    );
    for subject in subjects {
        let Some(standing) = subject.assessment.standings.iter().find(|standing| standing.framework == "spectrum")
        else {
            continue;
        };
        let said = gist::standing(standing);
        let mut rest = said.rest;
        if !said.by.is_empty() {
            rest.insert(0, said.by.to_owned());
        }
        out.push_str(&format!(
            "<div class=\"card\"><h3>{}</h3><strong>{}</strong><p class=\"soft\">{}</p>{}</div>",
            safe::html(&subject.sheet.release.id),
            safe::html(&said.level),
            safe::html(&rest.join("; ")),
            marks::spectrum(standing)
        ));
    }
    out.push_str("</div>\n</section>\n");
    out
}

/// The strips, group by group, mark under mark.
fn strips(subjects: &[Subject<'_, '_>], names: &[String]) -> String {
    let head: String = names.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
    let mut out = format!(
        "<section id=\"components\" aria-labelledby=\"components-title\">\n<h2 id=\"components-title\">What is published</h2>\n\
         <section class=\"scroll\" tabindex=\"0\" aria-label=\"What is published, side by side\"><table class=\"compare\"><thead><tr><td></td>{head}</tr></thead><tbody>"
    );
    for group in Group::ALL {
        out.push_str(&format!("<tr><th scope=\"row\">{}</th>", group.as_str()));
        let shown = |component: &candor_facts::Component| {
            let presence = |subject: &Subject<'_, '_>| subject.assessment.inventory.presence(*component).0;
            subjects.iter().any(|subject| gist::shown(*component, presence(subject)))
        };
        let components: Vec<_> = gist::group(group).filter(shown).collect();
        for subject in subjects {
            out.push_str("<td><span class=\"cells\">");
            for component in &components {
                let (presence, basis, _) = subject.assessment.inventory.presence(*component);
                let (shape, colour, word) = marks::presence(presence, basis);
                out.push_str(&format!(
                    "<svg class=\"dot {colour}\" role=\"img\" aria-label=\"{0}: {word}\"><title>{0}: {word}</title><use href=\"#{shape}\"/></svg>",
                    component.title()
                ));
            }
            out.push_str("</span></td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></section>\n");
    out.push_str(&super::sections::legend());
    out.push_str("</section>\n");
    out
}

fn table(id: &str, title: &str, rows: &[&Row], names: &[String]) -> String {
    let mut out = format!("<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title}</h2>\n");
    if rows.is_empty() {
        out.push_str("<p>Nowhere.</p>\n</section>\n");
        return out;
    }
    let head: String = names.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
    out.push_str(&format!(
        "<section class=\"scroll\" tabindex=\"0\" aria-label=\"{title}, a table\"><table class=\"compare\"><thead><tr><td></td>{head}</tr></thead>"
    ));
    let mut section = "";
    for row in rows {
        if row.section != section {
            if !section.is_empty() {
                out.push_str("</tbody>");
            }
            section = row.section;
            out.push_str(&format!(
                "<tbody><tr><th colspan=\"{}\" scope=\"rowgroup\"><strong>{section}</strong></th></tr>",
                names.len() + 1
            ));
        }
        out.push_str(&format!("<tr><th scope=\"row\">{}</th>", safe::html(&row.label)));
        for cell in &row.cells {
            let colour = match cell.tone {
                Some(Style::Good) => " class=\"good\"",
                Some(Style::Bad) => " class=\"bad\"",
                Some(Style::Doubt) => " class=\"doubt\"",
                Some(Style::Faint) => " class=\"faint\"",
                Some(Style::Heading) | None => "",
            };
            out.push_str(&format!("<td{colour}>{}</td>", safe::html(&cell.text)));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></section>\n</section>\n");
    out
}
