//! What references can aim at: figures, tables, listings, equations, sections, terms, with their
//! numbers. Numbers are those of the page; the words around them come from the site's language.

use serde::{Deserialize, Serialize};

/// What kind of thing has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A figure.
    Figure,
    /// A table.
    Table,
    /// A block of code with a caption.
    Listing,
    /// A formula.
    Equation,
    /// A heading.
    Section,
    /// A theorem, an exercise and the like.
    Statement,
    /// A term of a glossary.
    Term,
    /// A cell.
    Cell,
    /// A place in the text.
    Spot,
}

/// Something with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The name, as references write it.
    pub label: String,
    /// Its anchor on the page.
    pub anchor: String,
    /// What it is.
    pub kind: Kind,
    /// Its number; empty where it has none.
    pub number: String,
    /// Its title or caption as plain text.
    pub title: String,
}

/// The counters of a page.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    figures: u32,
    tables: u32,
    listings: u32,
    equations: u32,
    statements: u32,
    sections: [u32; 6],
}

impl Numbers {
    /// The next number of a kind.
    pub(super) fn next(&mut self, kind: Kind) -> u32 {
        let counter = match kind {
            Kind::Figure => &mut self.figures,
            Kind::Table => &mut self.tables,
            Kind::Listing => &mut self.listings,
            Kind::Equation => &mut self.equations,
            _ => &mut self.statements,
        };
        *counter += 1;
        *counter
    }

    /// The number of the next heading of a level, such as `2.1`. `top` is the level that counts
    /// as the first.
    pub(super) fn section(&mut self, level: u8, top: u8) -> String {
        let depth = usize::from(level.saturating_sub(top)).min(5);
        self.sections[depth] += 1;
        self.sections[depth + 1..].fill(0);
        let parts: Vec<String> =
            self.sections[..=depth].iter().map(|part| part.max(&1).to_string()).collect();
        parts.join(".")
    }
}

/// The kind that a label names by its prefix, as Quarto has it.
pub(super) fn kind_of(label: &str) -> Option<Kind> {
    match label.split_once('-')?.0 {
        "fig" => Some(Kind::Figure),
        "tbl" => Some(Kind::Table),
        "lst" => Some(Kind::Listing),
        "eq" => Some(Kind::Equation),
        "sec" => Some(Kind::Section),
        "thm" | "lem" | "cor" | "prp" | "cnj" | "def" | "exm" | "exr" | "sol" | "rem" | "alg" => {
            Some(Kind::Statement)
        }
        _ => None,
    }
}
