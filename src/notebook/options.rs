//! How a cell shall be shown: one model, and one table of the marks that say so.
//!
//! Every mark that a tool writes (a tag, a key of the metadata, the editor's fold state) is a row
//! of [`TABLE`]: where it stands, how strong it is, what it says. Conventions 4.0 to 4.2 and 4.7.

use serde_json::{Map, Value};

use crate::diagnostic::{CellRef, Note, Rule};

/// What a reader gets to see of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    /// Shown.
    #[default]
    Show,
    /// There, but folded.
    Collapse,
    /// Nowhere in the site.
    Remove,
}

/// The part that a cell plays in a slide show (nbconvert's `slides.py`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slide {
    /// It goes on with the slide before.
    #[default]
    Continue,
    /// It opens a slide.
    Slide,
    /// It opens a slide below the one before.
    SubSlide,
    /// It appears one step later.
    Fragment,
    /// It is for the speaker.
    Notes,
    /// It is not in the show.
    Skip,
}

/// Whether a cell holds the parameters of the notebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameters {
    /// The defaults that its author wrote.
    Defaults,
    /// The values that a run put in.
    Injected,
}

/// How one cell shall be shown; the normalised model of conventions 4.0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellOptions {
    /// The cell as a whole.
    pub cell: Visibility,
    /// Its source.
    pub input: Visibility,
    /// Its outputs.
    pub output: Visibility,
    /// Whether standard output is removed.
    pub remove_stdout: bool,
    /// Whether standard error is removed.
    pub remove_stderr: bool,
    /// Whether long outputs scroll (`Some(true)`), stand in full (`Some(false)`) or fold.
    pub scroll_output: Option<bool>,
    /// Whether a long source scrolls.
    pub scroll_input: bool,
    /// Whether the section under this Markdown cell's heading starts folded.
    pub folded_section: bool,
    /// Whether the cell may break out of the column of prose.
    pub wide: bool,
    /// Whether the cell stands beside the column of prose.
    pub margin: bool,
    /// A name that links can aim at.
    pub label: Option<String>,
    /// A caption for its figure or table.
    pub caption: Option<String>,
    /// Alternative text for its pictures.
    pub alt: Option<String>,
    /// Its tags as they stand in the file.
    pub tags: Vec<String>,
    /// Its part in a slide show.
    pub slide: Slide,
    /// Whether it holds parameters.
    pub parameters: Option<Parameters>,
    /// Whether it is the banner that papermill puts in front of a failed cell.
    pub failure_banner: bool,
    /// Whether an error in its output is meant.
    pub raises_ok: bool,
    /// Whether it is never to be run.
    pub skip_execution: bool,
    /// When its last run began and ended, in ISO 8601 as the file has it.
    pub execution: Option<(String, String)>,
    /// A title of its own.
    pub title: Option<String>,
}

/// How strong a mark is; stronger last (conventions 4.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// The state of the editor's view.
    View,
    /// The notebook's metadata.
    Notebook,
    /// The page's front matter.
    Page,
    /// A tag.
    Tag,
    /// A key of the cell's metadata.
    Metadata,
}

/// The parts of a cell that can be shown, folded or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Cell,
    Input,
    Output,
}

/// What a mark says.
#[derive(Clone, Copy, Debug)]
enum Says {
    See(Part, Visibility),
    ScrollOutput(bool),
    Does(fn(&mut CellOptions)),
}

/// Where a mark stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// In `metadata.tags`; `-` and `_` are one.
    Tag(&'static str),
    /// At a path of the cell's metadata, as `true`.
    True(Level, &'static [&'static str]),
    /// At a path of the cell's metadata, as `false`.
    False(Level, &'static [&'static str]),
}

use Part::{Cell, Input, Output};
use Place::{False, Tag, True};
use Says::{Does, ScrollOutput, See};
use Visibility::{Collapse, Remove, Show};

const TABLE: &[(Place, Says)] = &[
    (Tag("remove-cell"), See(Cell, Remove)),
    (Tag("remove-input"), See(Input, Remove)),
    (Tag("remove-output"), See(Output, Remove)),
    (Tag("remove-stdout"), Does(|o| o.remove_stdout = true)),
    (Tag("remove-stderr"), Does(|o| o.remove_stderr = true)),
    (Tag("hide-warnings"), Does(|o| o.remove_stderr = true)),
    (Tag("hide-cell"), See(Cell, Collapse)),
    (Tag("hide-input"), See(Input, Collapse)),
    (Tag("hide-code"), See(Input, Collapse)),
    (Tag("hide-output"), See(Output, Collapse)),
    (Tag("show-code"), See(Input, Show)),
    (Tag("show-output"), See(Output, Show)),
    (Tag("show-warnings"), Does(|o| o.remove_stderr = false)),
    (Tag("scroll-output"), ScrollOutput(true)),
    (Tag("output-scroll"), ScrollOutput(true)),
    (Tag("scroll-input"), Does(|o| o.scroll_input = true)),
    (Tag("full-width"), Does(|o| o.wide = true)),
    (Tag("margin"), Does(|o| o.margin = true)),
    (Tag("popout"), Does(|o| o.margin = true)),
    (Tag("parameters"), Does(|o| o.parameters = Some(Parameters::Defaults))),
    (Tag("injected-parameters"), Does(|o| o.parameters = Some(Parameters::Injected))),
    (Tag("papermill-error-cell-tag"), Does(|o| o.failure_banner = true)),
    (Tag("raises-exception"), Does(|o| o.raises_ok = true)),
    (Tag("skip-execution"), Does(|o| o.skip_execution = true)),
    (True(Level::View, &["jupyter", "source_hidden"]), See(Input, Collapse)),
    (True(Level::View, &["jupyter", "outputs_hidden"]), See(Output, Collapse)),
    (True(Level::View, &["collapsed"]), See(Output, Collapse)),
    (True(Level::View, &["hide_input"]), See(Input, Collapse)),
    (True(Level::View, &["hide_output"]), See(Output, Collapse)),
    (True(Level::View, &["inputHidden"]), See(Input, Collapse)),
    (True(Level::View, &["outputHidden"]), See(Output, Collapse)),
    (True(Level::View, &["scrolled"]), ScrollOutput(true)),
    (False(Level::View, &["scrolled"]), ScrollOutput(false)),
    (True(Level::View, &["jp-MarkdownHeadingCollapsed"]), Does(|o| o.folded_section = true)),
    (True(Level::View, &["heading_collapsed"]), Does(|o| o.folded_section = true)),
    (True(Level::Metadata, &["transient", "remove_source"]), See(Input, Remove)),
];

/// What the page and the notebook say for all their cells, weaker than what a cell says itself.
#[derive(Clone, Debug, Default)]
pub(super) struct PageDefaults {
    claims: Vec<(Level, Part, Visibility)>,
    remove_stderr: bool,
}

impl PageDefaults {
    /// Reads `execute: {echo, output, include, warning}` and `code-fold` of the front matter and
    /// `hide_input` of the notebook's metadata.
    pub(super) fn new(front: &Map<String, Value>, notebook: &Map<String, Value>) -> Self {
        let mut defaults = Self::default();
        let execute = |key: &str| front.get("execute").and_then(|execute| execute.get(key));
        let mut claim = |is: bool, level, part, visibility| {
            if is {
                defaults.claims.push((level, part, visibility));
            }
        };
        let no = Some(&Value::Bool(false));
        claim(execute("include") == no, Level::Page, Cell, Remove);
        claim(execute("echo") == no, Level::Page, Input, Remove);
        claim(execute("output") == no, Level::Page, Output, Remove);
        claim(front.get("code-fold") == Some(&Value::Bool(true)), Level::Page, Input, Collapse);
        claim(notebook.get("hide_input") == Some(&Value::Bool(true)), Level::Notebook, Input, Collapse);
        defaults.remove_stderr = execute("warning") == no;
        defaults
    }
}

impl CellOptions {
    /// Reads the marks of one cell out of its metadata.
    ///
    /// What is removed at any level of the cell stays removed; else the strongest level wins, and
    /// on one level the more restrictive word, with a warning.
    pub(super) fn read(
        metadata: &Map<String, Value>,
        defaults: &PageDefaults,
        at: &CellRef,
        notes: &mut Vec<Note>,
    ) -> Self {
        let mut options = Self { remove_stderr: defaults.remove_stderr, ..Self::default() };
        options.tags = tags(metadata, at, notes);
        let mut claims: Vec<(Level, Part, Visibility, &str)> = defaults
            .claims
            .iter()
            .map(|(level, part, visibility)| (*level, *part, *visibility, "the page"))
            .collect();
        for (place, says) in TABLE {
            let Some((level, spelling)) = place.stands(metadata, &options.tags) else { continue };
            match *says {
                See(part, visibility) => claims.push((level, part, visibility, spelling)),
                ScrollOutput(scroll) => options.scroll_output = options.scroll_output.or(Some(scroll)),
                Does(act) => act(&mut options),
            }
        }
        let mut decide = |part| decide(&claims, part, at, notes);
        options.cell = decide(Cell);
        options.input = decide(Input);
        options.output = decide(Output);
        options.read_words(metadata);
        options
    }

    /// The marks that carry a word of their own.
    fn read_words(&mut self, metadata: &Map<String, Value>) {
        let text =
            |keys: &[&str]| keys.iter().find_map(|key| metadata.get(*key)?.as_str()).map(str::to_owned);
        self.label = text(&["label", "name"]);
        self.caption = text(&["caption", "fig-cap", "tbl-cap"]);
        self.alt = text(&["alt", "fig-alt"]);
        self.title = text(&["title"]);
        let slide = metadata.get("slideshow").and_then(|show| show.get("slide_type"));
        self.slide = match slide.and_then(Value::as_str).unwrap_or_default() {
            "slide" => Slide::Slide,
            "subslide" => Slide::SubSlide,
            "fragment" => Slide::Fragment,
            "notes" => Slide::Notes,
            "skip" => Slide::Skip,
            _ => Slide::Continue,
        };
        let time = |group: &str, keys: &[&str]| {
            let group = metadata.get(group)?;
            keys.iter().find_map(|key| group.get(*key)?.as_str()).map(str::to_owned)
        };
        let span = |group, start: &[&str], end: &[&str]| Some((time(group, start)?, time(group, end)?));
        self.execution = span(
            "execution",
            &["iopub.execute_input", "shell.execute_reply.started"],
            &["shell.execute_reply", "iopub.status.idle"],
        )
        .or_else(|| span("ExecuteTime", &["start_time"], &["end_time"]))
        .or_else(|| span("papermill", &["start_time"], &["end_time"]));
    }
}

impl Place {
    /// The level and the spelling of this mark, where the cell bears it.
    fn stands(&self, metadata: &Map<String, Value>, tags: &[String]) -> Option<(Level, &'static str)> {
        let at = |path: &[&str]| {
            path.iter().skip(1).try_fold(metadata.get(path[0])?, |value, key| value.get(*key))
        };
        match *self {
            Tag(name) => tags.iter().any(|tag| tag.replace('_', "-") == name).then_some((Level::Tag, name)),
            True(level, path) => (at(path)? == &Value::Bool(true)).then(|| (level, path[path.len() - 1])),
            False(level, path) => (at(path)? == &Value::Bool(false)).then(|| (level, path[path.len() - 1])),
        }
    }
}

fn decide(
    claims: &[(Level, Part, Visibility, &str)],
    part: Part,
    at: &CellRef,
    notes: &mut Vec<Note>,
) -> Visibility {
    let of_part = || claims.iter().filter(move |claim| claim.1 == part);
    let own = |level: Level| !matches!(level, Level::Page | Level::Notebook);
    if let Some(remove) = of_part().find(|claim| claim.2 == Remove && own(claim.0)) {
        if let Some(other) = of_part().find(|claim| claim.0 == remove.0 && claim.2 != Remove) {
            notes.push(conflict(remove.3, other.3, at));
        }
        return Remove;
    }
    let Some(strongest) = of_part().map(|claim| claim.0).max() else { return Show };
    let mut on_top: Vec<_> = of_part().filter(|claim| claim.0 == strongest).collect();
    on_top.sort_by_key(|claim| std::cmp::Reverse(claim.2));
    if let [first, .., last] = on_top[..]
        && first.2 != last.2
    {
        notes.push(conflict(first.3, last.3, at));
    }
    on_top.first().map_or(Show, |claim| claim.2)
}

fn conflict(wins: &str, loses: &str, at: &CellRef) -> Note {
    Note::warning(Rule::CellConflict, format!("`{wins}` and `{loses}` contradict each other; `{wins}` wins"))
        .in_cell(at)
        .help("keep one of the two")
}

fn tags(metadata: &Map<String, Value>, at: &CellRef, notes: &mut Vec<Note>) -> Vec<String> {
    match metadata.get("tags") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(tags)) => tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
        Some(Value::String(tags)) => {
            notes.push(
                Note::info(Rule::NotebookOdd, "`tags` is a string, not a list; its words were taken as tags")
                    .in_cell(at),
            );
            tags.split([',', ' ']).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
        }
        Some(_) => {
            notes.push(Note::info(Rule::NotebookOdd, "`tags` is not a list of words; ignored").in_cell(at));
            Vec::new()
        }
    }
}
