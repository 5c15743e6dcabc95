//! Changes to the files of authors: what is to be mended changes, and every other byte stays.
//!
//! Notebooks are edited as the text they are, by a syntax tree that keeps white space, the order of
//! keys and the spelling of strings. What is no plain JSON stays as it is.

mod cells;
mod strip;

pub use strip::Strip;

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstObject, CstRootNode};

/// A better spelling for a piece of a cell's source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelling {
    /// The number of the cell, from 1; of a text file, none.
    pub cell: Option<u32>,
    /// The line of its source, or of the file, from 1.
    pub line: u32,
    /// What stands there.
    pub from: String,
    /// What should.
    pub to: String,
}

/// What was changed in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// The new text of the file.
    pub text: String,
    /// What was done, in words, each with how often.
    pub done: Vec<(usize, &'static str)>,
}

/// Mends the text of a notebook: ids, empty cells at its end, volatile metadata, spellings. `None`
/// where there is nothing to mend, or nothing that can be.
pub fn notebook(text: &str, spellings: &[Spelling]) -> Option<Mended> {
    let root = parse(text)?;
    let top = root.object_value()?;
    let done = [
        (cells::give_ids(&top), "id"),
        (cells::respell(&top, spellings), "link"),
        (Strip::default().apply(&top), "volatile key"),
        // What is volatile keeps no cell.
        (cells::drop_empty_end(&top), "empty cell"),
    ];
    let done: Vec<(usize, &'static str)> = done.into_iter().filter(|(count, _)| *count > 0).collect();
    (!done.is_empty()).then(|| Mended { text: root.to_string(), done })
}

/// Mends a text file: spellings.
pub fn text(text: &str, spellings: &[Spelling]) -> Option<Mended> {
    let mut count = 0;
    let lines: String = (1..)
        .zip(text.split_inclusive('\n'))
        .map(|(number, line)| {
            let mut line = line.to_owned();
            for spelling in spellings.iter().filter(|spelling| spelling.line == number) {
                if let Some(at) = target(&line, &spelling.from) {
                    line.replace_range(at..at + spelling.from.len(), &spelling.to);
                    count += 1;
                }
            }
            line
        })
        .collect();
    (count > 0).then(|| Mended { text: lines, done: vec![(count, "link")] })
}

/// Where a text stands as the target of a link, and not among words.
fn target(line: &str, from: &str) -> Option<usize> {
    const BEFORE: [&str; 8] = ["](", "](<", "]: ", "]: <", "=\"", "='", "=\\\"", "]:"];
    const BEHIND: [char; 7] = [')', '>', '"', '\'', ' ', '\n', '\\'];
    line.match_indices(from).map(|(at, _)| at).find(|at| {
        let behind = &line[at + from.len()..];
        BEFORE.iter().any(|before| line[..*at].ends_with(before))
            && (behind.is_empty() || behind.starts_with(BEHIND))
    })
}

/// What became of a notebook that was to be stripped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stripped {
    /// There was something in it.
    Changed(String),
    /// There was nothing in it.
    Clean,
    /// It is no notebook, or none that can be edited.
    NoNotebook,
}

/// A notebook without what changes from run to run.
pub fn strip(text: &str, strip: Strip) -> Stripped {
    // A mark at the beginning is no JSON, and stays.
    let (mark, json) = match text.strip_prefix('\u{feff}') {
        Some(json) => ("\u{feff}", json),
        None => ("", text),
    };
    let Some(root) = parse(json) else { return Stripped::NoNotebook };
    match root.object_value().filter(|top| top.get("nbformat").is_some()) {
        None => Stripped::NoNotebook,
        Some(top) if strip.apply(&top) > 0 => Stripped::Changed(format!("{mark}{root}")),
        Some(_) => Stripped::Clean,
    }
}

/// How deep JSON may nest: no notebook needs more, and the library goes down by itself.
const MAX_DEPTH: usize = 128;

/// JSON as notebooks hold it: strict, but for the numbers that Python writes and JSON does not know.
fn parse(text: &str) -> Option<CstRootNode> {
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: true,
        allow_extended_string_escapes: false,
    };
    if is_too_deep(text) {
        return None;
    }
    CstRootNode::parse(text, &strict).ok()
}

/// Whether brackets nest too deep, outside of strings.
fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    text.bytes().any(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

/// The cells of a notebook, those of all sheets in formats 3 and 2.
fn cells_of(top: &CstObject) -> Vec<CstObject> {
    let sheets = top.array_value("worksheets").map(|sheets| sheets.elements()).unwrap_or_default();
    let of_sheets = sheets.into_iter().filter_map(|sheet| sheet.as_object()?.array_value("cells"));
    let lists = top.array_value("cells").into_iter().chain(of_sheets);
    lists.flat_map(|cells| cells.elements()).filter_map(|cell| cell.as_object()).collect()
}

/// The text of a property that is a string.
fn string(object: &CstObject, name: &str) -> Option<String> {
    object.get(name)?.value()?.as_string_lit()?.decoded_value().ok()
}
