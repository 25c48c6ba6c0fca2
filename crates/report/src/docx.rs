//! A draft as a DOCX document: a few XML files in a zip archive, stored without compression.
//!
//! Only what a draft needs: headings, paragraphs, a table a section. No date and no name of a person goes into it, so
//! that the same draft gives the same bytes.

use crate::draft::{At, Document, Entered, Row};
use crate::safe;
use candor_assess::draft::Mark;
use std::fmt::Write as _;

/// The document as the bytes of a `.docx` file.
pub fn docx(document: &Document) -> Vec<u8> {
    let parts = [
        ("[Content_Types].xml", CONTENT_TYPES.to_owned()),
        ("_rels/.rels", RELATIONS.to_owned()),
        ("word/_rels/document.xml.rels", DOCUMENT_RELATIONS.to_owned()),
        ("word/styles.xml", STYLES.to_owned()),
        ("word/footer.xml", footer(document)),
        ("word/document.xml", body(document)),
    ];
    zip(&parts)
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/footer.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
const DOCUMENT_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer.xml"/></Relationships>"#;
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="Calibri"/><w:sz w:val="20"/><w:lang w:val="en-GB"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="80"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="160"/></w:pPr><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="280" w:after="100"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="26"/></w:rPr></w:style><w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="4" w:color="A6A6A6"/><w:left w:val="single" w:sz="4" w:color="A6A6A6"/><w:bottom w:val="single" w:sz="4" w:color="A6A6A6"/><w:right w:val="single" w:sz="4" w:color="A6A6A6"/><w:insideH w:val="single" w:sz="4" w:color="A6A6A6"/><w:insideV w:val="single" w:sz="4" w:color="A6A6A6"/></w:tblBorders><w:tblCellMar><w:top w:w="60" w:type="dxa"/><w:left w:w="90" w:type="dxa"/><w:bottom w:w="20" w:type="dxa"/><w:right w:w="90" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>"#;
/// Widths of the two columns, in twentieths of a point.
const COLUMNS: [u32; 2] = [3000, 6638];

fn body(document: &Document) -> String {
    let mut out = format!(
        "{DECLARATION}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><w:body>"
    );
    out.push_str(&paragraph("Title", &[run(&document.title, "")]));
    for line in &document.head {
        out.push_str(&paragraph("Normal", &[run(line, "")]));
    }
    let mut open = false;
    for row in &document.rows {
        if let Some(section) = &row.section {
            if open {
                out.push_str("</w:tbl>");
            }
            out.push_str(&paragraph("Heading1", &[run(section, "")]));
            let [left, right] = COLUMNS;
            let _ = write!(
                out,
                "<w:tbl><w:tblPr><w:tblStyle w:val=\"Grid\"/><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"{left}\"/><w:gridCol w:w=\"{right}\"/></w:tblGrid>",
                left + right
            );
            open = true;
        }
        out.push_str(&table_row(row));
    }
    if open {
        out.push_str("</w:tbl>");
    }
    out.push_str(&paragraph("Normal", &[]));
    out.push_str("<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId2\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1134\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>");
    out
}

/// Title and number of the page.
fn footer(document: &Document) -> String {
    let number = format!(
        "<w:r><w:rPr>{FAINT}</w:rPr><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:rPr>{FAINT}</w:rPr><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r><w:r><w:rPr>{FAINT}</w:rPr><w:fldChar w:fldCharType=\"end\"/></w:r>"
    );
    let line = paragraph("Normal", &[run(&format!("{} · page ", document.title), FAINT), number]);
    format!(
        "{DECLARATION}<w:ftr xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">{line}</w:ftr>"
    )
}

const FAINT: &str = "<w:color w:val=\"595959\"/><w:sz w:val=\"17\"/>";

fn table_row(row: &Row) -> String {
    let mut left = paragraph("Normal", &[run(&row.label, "<w:b/>")]);
    if !row.when.is_empty() {
        left.push_str(&paragraph("Normal", &[run(&row.when, FAINT)]));
    }
    left.push_str(&paragraph("Normal", &[run(&row.name, FAINT)]));
    let mut right = String::new();
    for Entered { mark, text, places } in &row.entries {
        let colour = match mark {
            Mark::Found => "1F6F3B",
            Mark::Declared => "1F4E8C",
            Mark::Inferred => "7A5A00",
            Mark::ToAnswer => "A02020",
        };
        let head = run(&format!("{}. ", mark.as_str()), &format!("<w:b/><w:color w:val=\"{colour}\"/>"));
        right.push_str(&paragraph("Normal", &[head, run(text, "")]));
        for At { place, words } in places {
            let words = words.as_ref().map(|words| format!(": “{words}”")).unwrap_or_default();
            right.push_str(&paragraph("Normal", &[run(&format!("{place}{words}"), FAINT)]));
        }
    }
    let cell = |width: u32, content: &str| {
        format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{content}</w:tc>")
    };
    let [narrow, wide] = COLUMNS;
    format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{}{}</w:tr>", cell(narrow, &left), cell(wide, &right))
}

fn paragraph(style: &str, runs: &[String]) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{}</w:p>", runs.concat())
}

fn run(text: &str, properties: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("<w:r><w:rPr>{properties}</w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text))
}

/// A text for XML: marks written out, and what XML cannot hold replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe::plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A zip archive of stored files (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16), dated 1 January 1980.
fn zip(files: &[(&str, String)]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    let mut directory: Vec<u8> = Vec::new();
    let short = |value: usize| u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes();
    let long = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
    for (name, text) in files {
        let (bytes, at) = (text.as_bytes(), out.len());
        let mut common: Vec<u8> = Vec::new();
        // Version 2.0; names in UTF-8; stored; midnight; 1 January 1980.
        for value in [20u16, 0x0800, 0, 0, 0x21] {
            common.extend(value.to_le_bytes());
        }
        common.extend(crc32(bytes).to_le_bytes());
        common.extend(long(bytes.len()));
        common.extend(long(bytes.len()));
        common.extend(short(name.len()));
        common.extend(0u16.to_le_bytes());
        out.extend(0x0403_4b50u32.to_le_bytes());
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(bytes);
        directory.extend(0x0201_4b50u32.to_le_bytes());
        directory.extend(20u16.to_le_bytes());
        directory.extend(&common);
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(long(at));
        directory.extend(name.as_bytes());
    }
    let start = out.len();
    out.extend(&directory);
    out.extend(0x0605_4b50u32.to_le_bytes());
    out.extend([0; 4]);
    out.extend(short(files.len()));
    out.extend(short(files.len()));
    out.extend(long(directory.len()));
    out.extend(long(start));
    out.extend([0; 2]);
    out
}

/// CRC-32 of ISO 3309, bit by bit: the documents are short.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn the_archive_holds_its_files() {
        let row = Row {
            section: Some("S".to_owned()),
            name: "n".to_owned(),
            label: "a < b & \u{1}".to_owned(),
            when: String::new(),
            entries: vec![Entered {
                mark: Mark::Found,
                text: "t".to_owned(),
                places: vec![At { place: "README.md:1".to_owned(), words: None }],
            }],
        };
        let document = Document { title: "T".to_owned(), head: vec!["h".to_owned()], rows: vec![row] };
        let bytes = docx(&document);
        assert_eq!(bytes, docx(&document), "the same draft gives the same bytes");
        assert!(bytes.starts_with(b"PK\x03\x04"));
        let end = bytes.len() - 22;
        assert_eq!(&bytes[end..end + 4], b"PK\x05\x06");
        let text = String::from_utf8_lossy(&bytes);
        for part in ["[Content_Types].xml", "word/document.xml", "a &lt; b &amp; \u{fffd}", "README.md:1"] {
            assert!(text.contains(part), "{part}");
        }
    }
}
