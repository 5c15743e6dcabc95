//! How a cell shall be shown: the normalised model of conventions 4.0. It knows no spelling of any
//! tool: those are rows of [`marks`](super::marks), and `settle` puts together what they say.

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

/// One parameter with the value it has, as a form shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value as it stands in the source.
    pub value: String,
    /// What it may be: a type, or the values to choose from.
    pub kind: String,
}

/// How much room a cell takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// The column of prose.
    #[default]
    Body,
    /// Wider than the prose.
    Wide,
    /// Beside the prose.
    Margin,
}

/// Where a caption stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaptionPlace {
    /// Where it is usual: below a figure, above a table.
    #[default]
    Usual,
    /// Above.
    Top,
    /// Below.
    Bottom,
}

/// How several outputs of a cell stand beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// In this many columns.
    Columns(u8),
    /// In this many rows.
    Rows(u8),
    /// In rows of columns with these weights.
    Grid(Vec<Vec<u16>>),
    /// Behind tabs.
    Tabs,
}

/// How the lines of a source are numbered and marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineNumbers {
    /// Whether numbers are shown.
    pub shown: bool,
    /// The lines that are marked, from 1, first and last of each run.
    pub marked: Vec<(u32, u32)>,
}

/// What a list of links in a Markdown cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkList {
    /// Pages below this one.
    Contents,
    /// Pages as cards.
    Gallery,
}

/// Captions, labels and alternative texts of what a cell shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captions {
    /// Of its figure, or of its output as a whole.
    pub figure: Option<String>,
    /// Of its table.
    pub table: Option<String>,
    /// Of its source as a listing, and the label of that.
    pub listing: Option<String>,
    /// See `listing`.
    pub listing_label: Option<String>,
    /// Of its single outputs, in order.
    pub parts: Vec<String>,
    /// Alternative texts of its pictures, in order.
    pub alts: Vec<String>,
    /// Where captions stand.
    pub place: CaptionPlace,
}

/// Size and place of what a cell shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Width of pictures, in CSS.
    pub width: Option<String>,
    /// Height of pictures, in CSS.
    pub height: Option<String>,
    /// `left`, `center` or `right`.
    pub align: Option<&'static str>,
    /// Where a click on the figure leads.
    pub link: Option<String>,
    /// How several outputs stand.
    pub layout: Option<Layout>,
    /// The colour modes that the outputs are made for, in order: `light`, `dark`.
    pub renderings: Vec<String>,
    /// How much room the cell takes.
    pub span: Width,
}

/// How the source of a code cell is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Whether its fold stands open at first.
    pub fold_open: bool,
    /// What the fold is called.
    pub fold_label: Option<String>,
    /// Whether long lines wrap (`Some(true)`), scroll, or do what is usual for the language.
    pub wrap: Option<bool>,
    /// Numbers and marks of its lines.
    pub lines: LineNumbers,
    /// Whether a long source scrolls.
    pub scroll: bool,
    /// Whether it is shown as a fenced block with its options.
    pub fenced: bool,
    /// The language to highlight it in.
    pub lang: Option<String>,
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
    /// Lines of its streams that hold one of these words are removed.
    pub filtered_words: Vec<String>,
    /// Whether long outputs scroll (`Some(true)`), stand in full (`Some(false)`) or fold.
    pub scroll_output: Option<bool>,
    /// Whether its text outputs are Markdown of the page.
    pub as_is: bool,
    /// Whether all streams of one name are one.
    pub merge_streams: bool,
    /// Whether the section under this Markdown cell's heading starts folded.
    pub folded_section: bool,
    /// How its source is shown.
    pub listing: Listing,
    /// Captions of what it shows.
    pub captions: Captions,
    /// Size and place of what it shows.
    pub frame: Frame,
    /// A name that links can aim at.
    pub label: Option<String>,
    /// Other names that links can aim at.
    pub anchors: Vec<String>,
    /// Its tags as they stand in the file.
    pub tags: Vec<String>,
    /// Classes that its author gave it.
    pub classes: Vec<String>,
    /// Its part in a slide show.
    pub slide: Slide,
    /// Whether it holds parameters.
    pub parameters: Option<Parameters>,
    /// The parameters as a form shows them.
    pub form: Vec<Parameter>,
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
    /// What its list of links is.
    pub list: Option<LinkList>,
    /// The output that stands for the page on cards, from the end where negative.
    pub thumbnail: Option<i64>,
}

impl CellOptions {
    /// What is shown of its prose or source.
    pub fn shows_input(&self) -> bool {
        self.cell != Visibility::Remove && self.input != Visibility::Remove
    }
}

/// How strong a mark is; stronger last (conventions 4.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// The state of the editor's view.
    View,
    /// The options of a whole project (Quarto's `_quarto.yml` and `_metadata.yml`).
    Project,
    /// The notebook's metadata.
    Notebook,
    /// The page's front matter.
    Page,
    /// A tag.
    Tag,
    /// A key of the cell's metadata.
    Metadata,
    /// An option in the source.
    Option,
    /// The configuration of the site.
    Site,
}

/// The parts of a cell that can be shown, folded or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Cell,
    /// Its source.
    Input,
    /// Its outputs.
    Output,
    /// What it printed.
    Stdout,
    /// What it printed to standard error.
    Stderr,
}

/// What one mark wants of one part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub(super) level: Level,
    pub(super) part: Part,
    pub(super) visibility: Visibility,
    /// The mark as people find it in the file.
    pub(super) spelling: &'static str,
}
