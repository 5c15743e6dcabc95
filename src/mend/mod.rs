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
        (cells::give_ids(&top), "ids of cells"),
        (cells::drop_empty_end(&top), "empty cells at the end"),
        (Strip::default().apply(&top), "pieces of volatile metadata"),
        (cells::respell(&top, spellings), "links"),
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
                if line.matches(&spelling.from).count() == 1 {
                    line = line.replacen(&spelling.from, &spelling.to, 1);
                    count += 1;
                }
            }
            line
        })
        .collect();
    (count > 0).then(|| Mended { text: lines, done: vec![(count, "links")] })
}

/// A notebook without what changes from run to run; `None` where it stays as it is.
pub fn strip(text: &str, strip: Strip) -> Option<String> {
    let root = parse(text)?;
    (strip.apply(&root.object_value()?) > 0).then(|| root.to_string())
}

/// JSON, and nothing that is only near it.
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
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    // Deep nesting is for the reader to refuse, before anything recurses into it.
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    CstRootNode::parse(text, &strict).ok()
}

/// The cells of a notebook of format 4.
fn cells_of(top: &CstObject) -> Vec<CstObject> {
    let cells = top.array_value("cells").map(|cells| cells.elements()).unwrap_or_default();
    cells.into_iter().filter_map(|cell| cell.as_object()).collect()
}

/// The text of a property that is a string.
fn string(object: &CstObject, name: &str) -> Option<String> {
    object.get(name)?.value()?.as_string_lit()?.decoded_value().ok()
}
