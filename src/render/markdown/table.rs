//! Tables: the caption below one, and the tables that directives write as lists or as
//! comma-separated values.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::super::fragment::Fragment;
use super::super::frame::{self, Caption};
use super::super::page::PageState;
use super::super::target::Kind;
use super::Writer;
use super::attributes::{Attributes, Block};
use super::containers::MARK;

/// Rows of cells in Markdown.
pub(super) struct Rows {
    pub(super) rows: Vec<Vec<String>>,
    /// How many rows are heads.
    pub(super) heads: usize,
    /// How many columns are heads.
    pub(super) stubs: usize,
}

impl Writer<'_> {
    /// Looks for the caption of the table that begins at a place: a paragraph right behind it.
    pub(super) fn before_table(&mut self, at: usize) {
        let end = self.events[at..].iter().position(|(event, _)| matches!(event, Event::End(TagEnd::Table)));
        let behind = end.map(|end| at + end + 1);
        let caption = behind.and_then(|behind| {
            let (Event::Start(Tag::Paragraph), _) = self.events.get(behind)? else { return None };
            let (Event::Text(text), range) = self.events.get(behind + 1)? else { return None };
            text.strip_prefix(MARK)?.strip_prefix(':')?.strip_prefix(MARK)?;
            let end = self.events[behind..]
                .iter()
                .position(|(event, _)| matches!(event, Event::End(TagEnd::Paragraph)))?;
            let stop = self.events[behind + end].1.end;
            Some(self.unmask(self.masked.get(range.start..stop)?))
        });
        if let Some(caption) = caption {
            self.begin_inner();
            self.pending_caption = Some(caption);
        }
    }

    /// Ends a table: with its caption it becomes a figure. Back comes the place behind both.
    pub(super) fn after_table(&mut self, at: usize) -> usize {
        self.table = None;
        let Some(caption) = self.pending_caption.take() else { return at };
        let table = self.end_inner();
        let caption = caption.trim_start_matches([MARK, ':']).trim();
        let (text, attributes) =
            match caption.rfind('{').and_then(|open| Some((open, Attributes::read(&caption[open..])?))) {
                Some((open, (attributes, length))) if open + length == caption.len() => {
                    (caption[..open].trim(), attributes)
                }
                _ => (caption, Attributes::default()),
            };
        let shown = super::line(text, self.page);
        let plain = super::super::weave::text_of(shown.html());
        let caption = Caption {
            text: shown,
            plain,
            label: attributes.id,
            kind: Some(Kind::Table),
            top: true,
            ..Caption::default()
        };
        let framed = frame::figure(table, caption, self.page);
        self.piece(framed, true);
        let end =
            self.events[at..].iter().position(|(event, _)| matches!(event, Event::End(TagEnd::Paragraph)));
        end.map_or(at, |end| at + end + 1)
    }
}

/// A table whose cells are Markdown.
pub(super) fn of_rows(table: &Rows, before: u32, page: &mut PageState) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<div class=\"table-wrap\" tabindex=\"0\"><table>\n");
    let heads = table.heads.min(table.rows.len());
    for (number, row) in table.rows.iter().enumerate() {
        if number == 0 && heads > 0 {
            out.markup("<thead>\n");
        }
        if number == heads {
            out.markup("<tbody>\n");
        }
        out.markup("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let name = if number < heads || column < table.stubs { "th" } else { "td" };
            out.markup(&format!("<{name}>"));
            out.append(super::without_paragraph(super::nested(cell, before, page)));
            out.markup(&format!("</{name}>"));
        }
        out.markup("</tr>\n");
        if number + 1 == heads {
            out.markup("</thead>\n");
        }
    }
    if table.rows.len() > heads {
        out.markup("</tbody>");
    }
    out.markup("</table></div>\n");
    out
}

/// The rows of a list of lists: `* - a` begins a row, `- b` a cell.
pub(super) fn list_rows(block: &Block) -> Rows {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut indent = 0;
    for line in block.body.lines() {
        let text = line.trim_start();
        let opens_row = ["* -", "- -", "- *"]
            .iter()
            .find_map(|open| text.strip_prefix(open))
            .filter(|cell| cell.is_empty() || cell.starts_with(' '));
        let depth = line.len() - text.len();
        if let Some(cell) = opens_row {
            indent = depth + 2;
            rows.push(vec![cell.trim_start().to_owned()]);
        } else if let Some(cell) = text
            .strip_prefix('-')
            .or_else(|| text.strip_prefix('*'))
            .filter(|cell| depth == indent && (cell.is_empty() || cell.starts_with(' ')))
        {
            if let Some(row) = rows.last_mut() {
                row.push(cell.trim_start().to_owned());
            }
        } else if let Some(cell) = rows.last_mut().and_then(|row| row.last_mut()) {
            cell.push('\n');
            cell.push_str(line.get(indent + 2..).unwrap_or(text));
        }
    }
    let number = |key: &str| block.options.get(key).and_then(|value| value.trim().parse().ok()).unwrap_or(0);
    Rows { rows, heads: number("header-rows"), stubs: number("stub-columns") }
}

/// The rows of comma-separated values.
pub(super) fn csv_rows(block: &Block, text: &str) -> Rows {
    let delimiter = match block.options.get("delim") {
        Some("tab") => b'\t',
        Some("space") => b' ',
        Some(delim) => delim.bytes().next().unwrap_or(b','),
        None => b',',
    };
    let read = |text: &str| -> Vec<Vec<String>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes())
            .records()
            .filter_map(Result::ok)
            .take(2000)
            .map(|record| record.iter().map(str::to_owned).collect())
            .collect()
    };
    let number =
        |key: &str| block.options.get(key).and_then(|value| value.trim().parse::<usize>().ok()).unwrap_or(0);
    let mut rows = block.options.get("header").map(read).unwrap_or_default();
    let heads = rows.len() + number("header-rows");
    rows.extend(read(text.trim_start_matches('\n')));
    Rows { rows, heads, stubs: number("stub-columns") }
}
