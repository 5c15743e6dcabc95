//! Finds the marks of a cell, a page and a notebook, and settles them into [`CellOptions`].

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::head::Head;
use super::marks::{self, Place, Says};
use super::options::{CellOptions, Level};
use super::settle::{self, Said};
use crate::config::{CellRule, Dialects, Reading};
use crate::diagnostic::{CellRef, Note, Rule};
use crate::path::SitePath;

/// Keys that hold the options of MyST-NB.
const MYSTNB: [&str; 3] = ["mystnb", "render", "myst"];

/// What holds for all cells of a page, and what was already said about its marks.
pub(super) struct Gatherer<'a> {
    defaults: Vec<(Level, &'static marks::Mark, Value)>,
    rules: Vec<&'a CellRule>,
    dialects: Dialects,
    /// Cells whose section starts folded, by their ids (Colab).
    folded: HashSet<String>,
    said: HashSet<(Place, String)>,
}

/// Of the keys of a page only those mean its cells; `title` or `label` mean the page.
const FOR_CELLS: [&str; 9] = [
    "code-fold",
    "code-summary",
    "code-overflow",
    "code-line-numbers",
    "fig-cap-location",
    "tbl-cap-location",
    "cap-location",
    "fig-align",
    "echo",
];

impl<'a> Gatherer<'a> {
    /// Reads what the project, the front matter and the notebook's metadata say for all cells.
    pub(super) fn new(
        (project, front): (&Map<String, Value>, &Map<String, Value>),
        notebook: &Map<String, Value>,
        path: &SitePath,
        reading: &'a Reading,
    ) -> Self {
        let mut defaults = Vec::new();
        let mut take = |level, map: Option<&Map<String, Value>>| {
            for (key, value) in map.into_iter().flatten() {
                if let Some(mark) = marks::find(Place::Option, key) {
                    defaults.push((level, mark, value.clone()));
                }
            }
        };
        for key in MYSTNB {
            take(Level::Notebook, notebook.get(key).and_then(Value::as_object));
            take(Level::Page, front.get(key).and_then(Value::as_object));
        }
        for (level, map) in [(Level::Project, project), (Level::Page, front)] {
            // What holds for HTML alone stands deeper, and is meant for pages like ours.
            let html = map.get("format").and_then(|format| format.get("html")).and_then(Value::as_object);
            let knitr = map.get("knitr").and_then(|knitr| knitr.get("opts_chunk")).and_then(Value::as_object);
            take(level, knitr);
            for map in [Some(map), html].into_iter().flatten() {
                take(level, map.get("execute").and_then(Value::as_object));
                let own: Map<String, Value> = FOR_CELLS
                    .iter()
                    .filter_map(|key| Some(((*key).to_owned(), map.get(*key)?.clone())))
                    .collect();
                take(level, Some(&own));
            }
        }
        if let (Some(value), Some(mark)) =
            (notebook.get("hide_input"), marks::find(Place::Cell, "hide_input"))
        {
            defaults.push((Level::Notebook, mark, value.clone()));
        }
        let sections = notebook.get("colab").and_then(|colab| colab.get("collapsed_sections"));
        let folded = sections.and_then(Value::as_array).into_iter().flatten();
        Self {
            defaults,
            rules: reading.cells.iter().filter(|rule| rule.holds_for(path)).collect(),
            dialects: reading.dialects,
            folded: folded.filter_map(|id| id.as_str().map(str::to_owned)).collect(),
            said: HashSet::new(),
        }
    }

    /// Without anything that a page or a site says.
    pub(super) fn bare() -> Self {
        Self {
            defaults: Vec::new(),
            rules: Vec::new(),
            dialects: Dialects::default(),
            folded: HashSet::new(),
            said: HashSet::new(),
        }
    }

    /// Takes options that a cell sets for all of the page (knitr).
    pub(super) fn for_all(&mut self, options: &Map<String, Value>) {
        for (key, value) in options {
            if let Some(mark) = option(key) {
                self.defaults.push((Level::Page, mark, value.clone()));
            }
        }
    }

    /// The options of one cell by its metadata and the head of its source.
    pub(super) fn options(
        &mut self,
        metadata: &Map<String, Value>,
        head: &Head,
        at: &CellRef,
        notes: &mut Vec<Note>,
    ) -> CellOptions {
        // What a page or a project says of cells, it says of code.
        let defaults = if head.is_code { self.defaults.as_slice() } else { &[] };
        let mut said: Vec<Said> = defaults
            .iter()
            .map(|(level, mark, value)| Said { level: *level, mark, value: value.clone() })
            .collect();
        let tags = self.tags(metadata, head, at, notes);
        for tag in &tags {
            self.tag(tag, at, &mut said, notes);
        }
        self.keys(metadata, at, &mut said, notes);
        self.head(head, at, &mut said, notes);
        for rule in &self.rules {
            if rule.tags.is_empty() || tags.iter().any(|tag| rule.tags.contains(tag)) {
                said.extend(
                    rule.options
                        .iter()
                        .filter_map(|(key, value)| Said::look_up(Place::Option, Level::Site, key, value)),
                );
            }
        }
        let mut options = settle::settle(said, self.dialects, at, notes);
        for tag in tags {
            if !options.tags.contains(&tag) {
                options.tags.push(tag);
            }
        }
        options.filtered_words.clone_from(&head.filtered);
        let colab = metadata.get("id").and_then(Value::as_str);
        options.folded_section |= !self.folded.is_empty()
            && [at.id.as_deref(), colab].into_iter().flatten().any(|id| self.folded.contains(id));
        options
    }

    fn keys(
        &mut self,
        metadata: &Map<String, Value>,
        at: &CellRef,
        said: &mut Vec<Said>,
        notes: &mut Vec<Note>,
    ) {
        for (key, value) in metadata {
            if key == "tags" {
                continue;
            }
            if MYSTNB.contains(&key.as_str()) {
                self.nested(Level::Metadata, value, at, (said, notes));
            } else if let Some(mark) = marks::find(Place::Cell, key) {
                said.push(Said { level: Level::View, mark, value: value.clone() });
            } else if let Some(mark) = option(key) {
                said.push(Said { level: Level::Metadata, mark, value: value.clone() });
            } else if marks::leads_into(Place::Cell, key) {
                match value {
                    Value::Object(group) => {
                        for (inner, value) in group {
                            let path = format!("{key}.{inner}");
                            match Said::look_up(Place::Cell, Level::View, &path, value) {
                                Some(found) => said.push(found),
                                None => self.unknown(Place::Cell, &path, at, notes),
                            }
                        }
                    }
                    Value::Null => {}
                    _ => self.no_group(key, at, notes),
                }
            } else {
                self.unknown(Place::Cell, key, at, notes);
            }
        }
    }

    fn head(&mut self, head: &Head, at: &CellRef, said: &mut Vec<Said>, notes: &mut Vec<Note>) {
        for (key, value) in &head.options {
            if MYSTNB.contains(&key.as_str()) {
                self.nested(Level::Option, value, at, (said, notes));
                continue;
            }
            match option(key) {
                Some(mark) => said.push(Said { level: Level::Option, mark, value: value.clone() }),
                None => self.unknown(Place::Option, key, at, notes),
            }
        }
        for word in &head.words {
            match marks::find(Place::Word, word) {
                Some(mark) => said.push(Said { level: Level::Option, mark, value: Value::Bool(true) }),
                None => self.unknown(Place::Word, word, at, notes),
            }
        }
    }

    fn nested(
        &mut self,
        level: Level,
        value: &Value,
        at: &CellRef,
        (said, notes): (&mut Vec<Said>, &mut Vec<Note>),
    ) {
        for (key, value) in value.as_object().into_iter().flatten() {
            match Said::look_up(Place::Option, level, key, value) {
                Some(found) => said.push(found),
                None => self.unknown(Place::Option, key, at, notes),
            }
        }
    }

    fn tag(&mut self, tag: &str, at: &CellRef, said: &mut Vec<Said>, notes: &mut Vec<Note>) {
        let normal = tag.trim().replace('_', "-").to_lowercase();
        match marks::find(Place::Tag, &normal) {
            Some(mark) => said.push(Said { level: Level::Tag, mark, value: Value::Bool(true) }),
            None => {
                // A tag of the author's own is no mark; a slip of the hand is.
                if let Some(near) = marks::nearest(Place::Tag, &normal)
                    && self.said.insert((Place::Tag, normal))
                {
                    notes.push(
                        Note::warning(
                            Rule::Mark,
                            format!("the tag `{tag}` means nothing; the cell stands as if without it"),
                        )
                        .in_cell(at)
                        .help(format!("did you mean `{near}`?")),
                    );
                }
            }
        }
    }

    fn tags(
        &mut self,
        metadata: &Map<String, Value>,
        head: &Head,
        at: &CellRef,
        notes: &mut Vec<Note>,
    ) -> Vec<String> {
        let mut found = tags(metadata.get("tags"), at, notes);
        found.extend(tags(head.options.get("tags"), at, notes));
        found
    }

    fn no_group(&mut self, key: &str, at: &CellRef, notes: &mut Vec<Note>) {
        if self.said.insert((Place::Cell, key.to_owned())) {
            notes.push(
                Note::warning(Rule::Mark, format!("the cell's `{key}` is no object; passed over"))
                    .in_cell(at)
                    .help("save the notebook from its editor again"),
            );
        }
    }

    /// Says once a page that the table does not know a spelling: as a warning where it is a slip.
    fn unknown(&mut self, place: Place, spelling: &str, at: &CellRef, notes: &mut Vec<Note>) {
        if !self.said.insert((place, spelling.to_owned())) {
            return;
        }
        notes.push(unknown(place, spelling).in_cell(at));
    }
}

/// Whether the options in the site's `[[cells]]` are such as the table knows.
///
/// # Errors
/// The first that it does not know, with the nearest that it does.
pub fn check_rules(rules: &[CellRule]) -> Result<(), String> {
    let mut unknown = rules.iter().flat_map(|rule| rule.options.keys()).filter(|key| option(key).is_none());
    unknown.next().map_or(Ok(()), |key| {
        let help = marks::nearest(Place::Option, key).map(|near| format!("; did you mean `{near}`?"));
        Err(format!("`cells.options` holds `{key}`, which is no option{}", help.unwrap_or_default()))
    })
}

/// The mark of an option, in Quarto's spelling or in knitr's with dots.
fn option(key: &str) -> Option<&'static marks::Mark> {
    marks::find(Place::Option, key)
        .or_else(|| marks::find(Place::Option, &key.replace(['.', '_'], "-")))
        .filter(|mark| !matches!(mark.says, Says::Read))
}

/// What is said of a spelling that the table does not know: a warning with the nearest right one,
/// or a remark.
pub(super) fn unknown(place: Place, spelling: &str) -> Note {
    let near = marks::nearest(place, spelling)
        .or_else(|| (place == Place::Cell).then(|| marks::nearest(Place::Option, spelling)).flatten());
    let what = match place {
        Place::Option => "the option",
        Place::Word => "the word",
        Place::Notebook => "the notebook's metadata key",
        Place::Output => "the output's metadata key",
        Place::Front => "the front matter's key",
        _ => "the cell's metadata key",
    };
    match near {
        Some(near) => Note::warning(Rule::Mark, format!("{what} `{spelling}` means nothing; passed over"))
            .help(format!("did you mean `{near}`?")),
        None => Note::info(Rule::Mark, format!("{what} `{spelling}` means nothing to bindery")),
    }
}

fn tags(value: Option<&Value>, at: &CellRef, notes: &mut Vec<Note>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(tags)) => tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
        Some(Value::String(tags)) => {
            notes.push(
                Note::warning(Rule::Mark, "`tags` is a string, not a list; its words were taken as tags")
                    .in_cell(at)
                    .help("write `[\"a\", \"b\"]`"),
            );
            tags.split([',', ' ']).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
        }
        Some(_) => {
            notes.push(
                Note::warning(Rule::Mark, "`tags` is not a list of words; passed over")
                    .in_cell(at)
                    .help("write `[\"a\", \"b\"]`"),
            );
            Vec::new()
        }
    }
}
