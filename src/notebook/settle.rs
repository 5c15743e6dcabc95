//! What the marks of a cell, of its page and of the site say together (conventions 4.0).

use serde_json::Value;

use super::Dialects;
use super::marks::{self, Hand, Mark, Place, Says};
use super::options::{CellOptions, Claim, Level, Part, Visibility};
use crate::diagnostic::{CellRef, Note, Rule};

/// A mark that was found, with its value.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) level: Level,
    pub(super) mark: &'static Mark,
    pub(super) value: Value,
}

impl Said {
    /// The mark of a place with this spelling, or a note that it is none.
    pub(super) fn look_up(place: Place, level: Level, spelling: &str, value: &Value) -> Option<Self> {
        let mark = marks::find(place, spelling)?;
        Some(Self { level, mark, value: value.clone() })
    }
}

/// Puts together what the marks of one cell say.
///
/// What is removed at any level of the cell or the site stays removed; else the strongest level
/// wins, and on one level the more restrictive word. The site's own configuration wins over all.
pub(super) fn settle(
    mut said: Vec<Said>,
    dialects: Dialects,
    at: &CellRef,
    notes: &mut Vec<Note>,
) -> CellOptions {
    said.sort_by_key(|said| said.level);
    let mut options = CellOptions::default();
    let mut claims = Vec::new();
    for Said { level, mark, value } in &said {
        let Says::Cell(act) = mark.says else { continue };
        let mut hand = Hand {
            options: &mut options,
            claims: &mut claims,
            level: *level,
            spelling: mark.spelling,
            dialects,
        };
        if let Err(wanted) = act(value, &mut hand) {
            notes.push(wrong_value(mark, wanted, value).in_cell(at));
        }
    }
    for part in [Part::Cell, Part::Input, Part::Output, Part::Stdout, Part::Stderr] {
        let visibility = decide(&claims, part, at, notes);
        match part {
            Part::Cell => options.cell = visibility,
            Part::Input => options.input = visibility,
            Part::Output => options.output = visibility,
            Part::Stdout => options.remove_stdout = visibility == Visibility::Remove,
            Part::Stderr => options.remove_stderr = visibility == Visibility::Remove,
        }
    }
    options
}

/// What is said of a mark whose value means nothing.
pub(super) fn wrong_value(mark: &Mark, wanted: &str, value: &Value) -> Note {
    let shown: String = value.to_string().chars().take(60).collect();
    Note::warning(Rule::Mark, format!("`{}` is {shown}, which means nothing; passed over", mark.spelling))
        .help(format!("`{}` takes {wanted}", mark.spelling))
}

fn decide(claims: &[Claim], part: Part, at: &CellRef, notes: &mut Vec<Note>) -> Visibility {
    let mut of_part: Vec<&Claim> = claims.iter().filter(|claim| claim.part == part).collect();
    of_part.sort_by_key(|claim| std::cmp::Reverse((claim.level, claim.visibility)));
    let Some(first) = of_part.first() else { return Visibility::Show };
    if first.level == Level::Site {
        return first.visibility;
    }
    // Defaults of the page and the notebook yield to what a cell says of itself.
    let own = |claim: &&&Claim| !matches!(claim.level, Level::Page | Level::Notebook | Level::Project);
    let wins = of_part
        .iter()
        .filter(own)
        .find(|claim| claim.visibility == Visibility::Remove)
        .unwrap_or_else(|| of_part.first().unwrap_or(first));
    let contradicts = |claim: &&&Claim| {
        claim.visibility != wins.visibility
            && (claim.level == wins.level
                || (wins.visibility == Visibility::Remove && claim.level > wins.level))
    };
    // Quarto's fold says how a source is shown where it is shown, and stands beside `echo`.
    let is_look =
        |claim: &&Claim| claim.level == wins.level && [claim.spelling, wins.spelling].contains(&"code-fold");
    if let Some(loses) = of_part.iter().filter(|claim| !is_look(claim)).find(contradicts) {
        notes.push(
            Note::warning(
                Rule::CellConflict,
                format!("`{0}` and `{1}` contradict each other; `{0}` wins", wins.spelling, loses.spelling),
            )
            .in_cell(at)
            .help("keep one of the two"),
        );
    }
    // A fold is no wish to show what the page or the project removes.
    let default = of_part.iter().find(|claim| !own(claim) && claim.level != Level::Site);
    if wins.visibility == Visibility::Collapse
        && default.is_some_and(|claim| claim.visibility == Visibility::Remove)
    {
        return Visibility::Remove;
    }
    wins.visibility
}
