//! The rules that a notebook can break, by name.

use serde::{Deserialize, Serialize};

/// A rule. Its id is part of the contract: people write it into configurations, baselines and
/// comments. What it means stands in [`super::book`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A file that cannot be read as a notebook at all.
    NotebookInvalid,
    /// A structure that the notebook format does not allow, read all the same.
    NotebookOdd,
    /// A cell id that is missing, doubled or malformed.
    CellId,
    /// The conflict markers of a git merge in prose or code.
    ConflictMarker,
    /// A mark that is misspelt, or whose value means nothing.
    Mark,
    /// Two marks of a cell that say different things.
    CellConflict,
    /// Front matter that is not a YAML map, or holds a value of the wrong type.
    FrontMatter,
    /// A directive, role or shortcode that nobody knows, or that lacks what it needs.
    Directive,
    /// A formula that cannot be set.
    Math,
    /// An output that cannot be shown, in whole or in part.
    Output,
    /// A navigation file of another tool.
    Navigation,
    /// A file or folder that was passed over.
    Skipped,
    /// What git could not tell.
    History,
    /// A link to a page or file that is not there.
    LinkDead,
    /// A picture that is not there.
    ImageDead,
    /// An attachment that its cell does not carry.
    AttachmentMissing,
    /// A link to a part of a page that is not there.
    AnchorMissing,
    /// A reference, citation or embedded cell whose target is missing or not unique.
    Reference,
    /// A link that more than one page answers to.
    LinkAmbiguous,
    /// A link whose upper and lower case differ from the file's name.
    LinkCase,
    /// A link to a path on somebody's machine.
    LinkMachine,
    /// A link to the reader's own machine.
    LinkLocalhost,
    /// A link to a file that is not published.
    LinkUnpublished,
    /// A link to another site that does not answer.
    LinkExternal,
    /// A picture from another host.
    RemoteImage,
    /// Two sources that want one URL.
    UrlClash,
    /// A URL that was published before and is no more.
    UrlDropped,
    /// An anchor that was published before and is no more.
    AnchorDropped,
    /// A code cell that was never run, in a notebook that was.
    CellUnrun,
    /// Cells that were run in another order than they stand in.
    CellOrder,
    /// An exception that was stored and that nothing expects.
    CellError,
    /// Outputs that are older than the source that stands above them.
    OutputStale,
    /// Progress bars that were redrawn over and over.
    OutputProgress,
    /// A cell without anything in it.
    CellEmpty,
    /// What was left over from debugging.
    DebugLeft,
    /// An output over its budget.
    OutputLarge,
    /// A picture over its budget.
    ImageLarge,
    /// A notebook over its budget.
    NotebookLarge,
    /// Data in base64 in the middle of Markdown.
    Base64Inline,
    /// The same large output more than once.
    OutputRepeated,
    /// A page without a title.
    TitleMissing,
    /// A page with several headings of the first level.
    TitleSeveral,
    /// A heading that is more than one level below the one above it.
    HeadingSkipped,
    /// A picture without words for those who do not see it.
    ImageAlt,
    /// A table without a head.
    TableHead,
    /// A URL that stands as text.
    BareUrl,
    /// A page that is too long to be read.
    PageLong,
    /// Front matter that the repo asks for and the page does not have.
    FrontMatterRequired,
    /// Front matter with a value that the repo does not allow.
    FrontMatterValue,
    /// A page whose review is due.
    ReviewDue,
    /// A heading that the repo asks for and the page does not have.
    HeadingRequired,
    /// The same code in several notebooks.
    CodeRepeated,
    /// A credential in a source, an output or metadata.
    Secret,
    /// A command that destroys something, without a warning nearby.
    Destructive,
}

impl Rule {
    /// All of them, family by family.
    pub const ALL: [Self; 54] = [
        Self::NotebookInvalid,
        Self::NotebookOdd,
        Self::CellId,
        Self::ConflictMarker,
        Self::Mark,
        Self::CellConflict,
        Self::FrontMatter,
        Self::Directive,
        Self::Math,
        Self::Output,
        Self::Navigation,
        Self::Skipped,
        Self::History,
        Self::LinkDead,
        Self::ImageDead,
        Self::AttachmentMissing,
        Self::AnchorMissing,
        Self::Reference,
        Self::LinkAmbiguous,
        Self::LinkCase,
        Self::LinkMachine,
        Self::LinkLocalhost,
        Self::LinkUnpublished,
        Self::LinkExternal,
        Self::RemoteImage,
        Self::UrlClash,
        Self::UrlDropped,
        Self::AnchorDropped,
        Self::CellUnrun,
        Self::CellOrder,
        Self::CellError,
        Self::OutputStale,
        Self::OutputProgress,
        Self::CellEmpty,
        Self::DebugLeft,
        Self::OutputLarge,
        Self::ImageLarge,
        Self::NotebookLarge,
        Self::Base64Inline,
        Self::OutputRepeated,
        Self::TitleMissing,
        Self::TitleSeveral,
        Self::HeadingSkipped,
        Self::ImageAlt,
        Self::TableHead,
        Self::BareUrl,
        Self::PageLong,
        Self::FrontMatterRequired,
        Self::FrontMatterValue,
        Self::ReviewDue,
        Self::HeadingRequired,
        Self::CodeRepeated,
        Self::Secret,
        Self::Destructive,
    ];

    /// Its id, as it is written in reports and configurations.
    pub fn id(self) -> &'static str {
        match self {
            Self::NotebookInvalid => "notebook-invalid",
            Self::NotebookOdd => "notebook-odd",
            Self::CellId => "cell-id",
            Self::ConflictMarker => "conflict-marker",
            Self::Mark => "mark",
            Self::CellConflict => "cell-conflict",
            Self::FrontMatter => "front-matter",
            Self::Directive => "directive",
            Self::Math => "math",
            Self::Output => "output",
            Self::Navigation => "navigation",
            Self::Skipped => "skipped",
            Self::History => "history",
            Self::LinkDead => "link-dead",
            Self::ImageDead => "image-dead",
            Self::AttachmentMissing => "attachment-missing",
            Self::AnchorMissing => "anchor-missing",
            Self::Reference => "reference",
            Self::LinkAmbiguous => "link-ambiguous",
            Self::LinkCase => "link-case",
            Self::LinkMachine => "link-machine",
            Self::LinkLocalhost => "link-localhost",
            Self::LinkUnpublished => "link-unpublished",
            Self::LinkExternal => "link-external",
            Self::RemoteImage => "remote-image",
            Self::UrlClash => "url-clash",
            Self::UrlDropped => "url-dropped",
            Self::AnchorDropped => "anchor-dropped",
            Self::CellUnrun => "cell-unrun",
            Self::CellOrder => "cell-order",
            Self::CellError => "cell-error",
            Self::OutputStale => "output-stale",
            Self::OutputProgress => "output-progress",
            Self::CellEmpty => "cell-empty",
            Self::DebugLeft => "debug-left",
            Self::OutputLarge => "output-large",
            Self::ImageLarge => "image-large",
            Self::NotebookLarge => "notebook-large",
            Self::Base64Inline => "base64-inline",
            Self::OutputRepeated => "output-repeated",
            Self::TitleMissing => "title-missing",
            Self::TitleSeveral => "title-several",
            Self::HeadingSkipped => "heading-skipped",
            Self::ImageAlt => "image-alt",
            Self::TableHead => "table-head",
            Self::BareUrl => "bare-url",
            Self::PageLong => "page-long",
            Self::FrontMatterRequired => "front-matter-required",
            Self::FrontMatterValue => "front-matter-value",
            Self::ReviewDue => "review-due",
            Self::HeadingRequired => "heading-required",
            Self::CodeRepeated => "code-repeated",
            Self::Secret => "secret",
            Self::Destructive => "destructive",
        }
    }

    /// The rule of an id.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.id() == id)
    }

    /// The id that is nearest to one that is none, for a slip of the hand.
    pub fn nearest(id: &str) -> Option<&'static str> {
        let near = Self::ALL.into_iter().map(|rule| (strsim::damerau_levenshtein(rule.id(), id), rule.id()));
        near.filter(|(distance, known)| *distance <= (known.len() / 4).max(1)).min().map(|(_, known)| known)
    }
}
