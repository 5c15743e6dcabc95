//! What templates see: a public contract, documented here and held by snapshots.
//!
//! All URLs are ready to stand in an `href`. Fields that end in `_html` are safe HTML, to be
//! printed with `| safe`; everything else is text, which Tera escapes.

use serde::Serialize;

use super::AssetNames;

/// What every page sees.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// The site as a whole.
    pub site: SiteView,
    /// The way from this page up to the site's root: empty, or `../` as often as needed.
    pub root: String,
    /// The theme's files, relative to `root`.
    pub assets: AssetNames,
    /// What stands in the head of the document.
    pub head: Head,
    /// The navigation.
    pub nav: Nav,
}

/// The site as a whole.
#[derive(Clone, Debug, Serialize)]
pub struct SiteView {
    /// Its name.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// The language of the interface.
    pub language: String,
    /// The repo's front page in its forge.
    pub repo_url: Option<String>,
    /// When the site was made, as `YYYY-MM-DD`; the date of the commit it was made from.
    pub date: Option<String>,
    /// Whether it has tags.
    pub has_tags: bool,
    /// Whether `_bindery/pages.js` tells scripts of all pages.
    pub has_pages_js: bool,
    /// `ltr` or `rtl`: how the language of the interface is written.
    pub direction: &'static str,
    /// A copy of the whole site for when it cannot be reached, relative to `root`.
    pub archive_url: Option<String>,
    /// The page of what a branch changes, relative to `root`, where the site is made for review.
    pub changes_url: Option<String>,
    /// What is known of the copy, where this is one.
    pub copy: Option<CopyView>,
}

/// A copy of a site, opened where the site itself cannot be reached.
#[derive(Clone, Debug, Serialize)]
pub struct CopyView {
    /// Where the site itself is, where that is known.
    pub url: Option<String>,
    /// The moment of the commit that it was made from, RFC 3339, where there was one.
    pub time: Option<String>,
    /// That commit.
    pub commit: Option<String>,
    /// After how many days it is to be taken for old; 0 for never.
    pub max_age_days: u32,
}

/// What stands in the head of a document.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Head {
    /// The title of the document.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// The language of its prose.
    pub language: String,
    /// `ltr` or `rtl`: how that is written.
    pub direction: &'static str,
    /// Its own absolute URL, where the base is known.
    pub canonical: Option<String>,
    /// The feed, where there is one.
    pub feed: Option<String>,
    /// The absolute URL of a picture for previews.
    pub image: Option<String>,
    /// Whether search engines shall stay away.
    pub noindex: bool,
    /// Hosts beyond the site's own that pictures may come from.
    pub image_hosts: Vec<String>,
}

/// The navigation as one page sees it: bounded, however large the site is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Nav {
    /// The way up: the site, then folder by folder.
    pub crumbs: Vec<LinkView>,
    /// The top-level sections, where they are few enough to stand side by side; else none.
    pub tabs: Vec<NavItem>,
    /// The tree of the site with the way to the page open, line by line.
    pub items: Vec<NavItem>,
}

/// A link with its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LinkView {
    /// Its text.
    pub title: String,
    /// Where it leads.
    pub url: String,
}

/// An entry of the navigation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NavItem {
    /// Its text.
    pub title: String,
    /// Where it leads.
    pub url: String,
    /// Whether it is the page itself.
    pub current: bool,
    /// Whether the page lies in it.
    pub open: bool,
    /// Whether it is a folder.
    pub folder: bool,
    /// So many entries are not shown here, and this one leads to them; 0 for all others.
    pub hidden: usize,
    /// Whether a list of what lies in it follows.
    pub opens: bool,
    /// How many such lists end behind it.
    pub closes: usize,
}

/// A notebook or Markdown page.
#[derive(Clone, Debug, Serialize)]
pub struct PageView {
    /// What every page sees.
    #[serde(flatten)]
    pub frame: Frame,
    /// The page itself.
    pub page: Page,
    /// What lies in the folder that this page is the index of.
    pub list: Option<List>,
    /// On the home page: what changed last.
    pub recent: Vec<Row>,
}

/// The page itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Page {
    /// Its title as HTML.
    pub title_html: String,
    /// The anchor of the title, and the one that JupyterLab would make.
    pub title_id: Option<String>,
    /// See `title_id`.
    pub title_alias: Option<String>,
    /// A line under the title.
    pub subtitle: Option<String>,
    /// What it is for, where its author says so.
    pub description: Option<String>,
    /// Whether it is a draft, which only previews show.
    pub draft: bool,
    /// `notebook`, `procedure`, `talk` or `page`.
    pub kind: String,
    /// The language of its code.
    pub language: String,
    /// The kernel's name.
    pub kernel: Option<String>,
    /// Its text.
    pub body_html: String,
    /// Its contents, levels 2 and 3.
    pub toc: Vec<TocItem>,
    /// Its authors.
    pub authors: Vec<String>,
    /// Its tags with their pages.
    pub tags: Vec<LinkView>,
    /// Its metadata for people: owner, service and the like, as its author wrote them.
    pub facts: Vec<Fact>,
    /// The last change.
    pub change: Option<ChangeView>,
    /// Its own date.
    pub date: Option<String>,
    /// Where it is edited in the forge.
    pub edit_url: Option<String>,
    /// Where its source is seen in the forge.
    pub view_url: Option<String>,
    /// Its notebook for download.
    pub notebook_url: Option<String>,
    /// Its script for download.
    pub script_url: Option<String>,
    /// The source's path in the repo.
    pub source: String,
    /// The page before in the order of reading.
    pub previous: Option<LinkView>,
    /// The page after.
    pub next: Option<LinkView>,
    /// The pages that link to this one.
    pub backlinks: Vec<LinkView>,
    /// A new issue in the forge on this page; the anchor of a cell can be added to it.
    pub report_url: Option<String>,
    /// How long its prose takes to read, in words; empty where it has none.
    pub reading_time: String,
    /// Why the source could not be read.
    pub failures: Vec<String>,
}

/// An entry of a page's contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TocItem {
    /// From 2.
    pub level: u8,
    /// The heading's text.
    pub title: String,
    /// The link to it.
    pub url: String,
}

/// A line of a page's metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is, by its key in the front matter.
    pub name: String,
    /// What its author wrote.
    pub value: String,
}

/// The last change of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeView {
    /// The day, as `YYYY-MM-DD`.
    pub date: String,
    /// The moment, RFC 3339.
    pub time: String,
    /// Who.
    pub author: String,
    /// The commit, as git shortens it.
    pub commit: String,
    /// The commit in the forge.
    pub url: Option<String>,
}

/// A page that lists other pages: a folder, the full index, a tag.
#[derive(Clone, Debug, Serialize)]
pub struct ListView {
    /// What every page sees.
    #[serde(flatten)]
    pub frame: Frame,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// What it lists.
    pub list: List,
    /// On the home page: what changed last.
    pub recent: Vec<Row>,
}

/// Rows of pages and folders, or one part of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct List {
    /// The rows of this part.
    pub rows: Vec<Row>,
    /// How many rows there are in all parts.
    pub total: usize,
    /// The parts, where there is more than one; the current one has an empty URL.
    pub parts: Vec<LinkView>,
    /// Whether rows name their folder.
    pub with_folder: bool,
    /// `rows`, `cards` or `table`.
    pub look: String,
    /// What rows can be filtered by: keys of their facts with the words for them.
    pub keys: Vec<KeyView>,
    /// The file of all pages for scripts, where the list has several parts.
    pub data_url: Option<String>,
    /// The fact that all rows have in common, as the file of all pages has it; empty in the index
    /// of all pages.
    pub only: String,
}

/// A key that rows can be filtered by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyView {
    /// The key as facts have it.
    pub key: String,
    /// The word for it.
    pub name: String,
}

/// A row of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The title of the page or folder.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Whether it is a draft, which only previews show.
    pub draft: bool,
    /// `notebook`, `procedure`, `talk`, `page` or `folder`.
    pub kind: String,
    /// The language of its code.
    pub language: String,
    /// The folder it lies in.
    pub folder: Option<LinkView>,
    /// Its tags.
    pub tags: Vec<LinkView>,
    /// The day of the last change.
    pub date: Option<String>,
    /// How many pages a folder holds.
    pub count: usize,
    /// What it can be filtered by, one `key:value` a line.
    pub facts: String,
}

/// What a branch changes: a page for those who review it.
#[derive(Clone, Debug, Serialize)]
pub struct ChangesView {
    /// What every page sees.
    #[serde(flatten)]
    pub frame: Frame,
    /// The revision that is compared with, as git shortens it; `None` where it could not be.
    pub base: Option<String>,
    /// The merge request.
    pub merge_request_url: Option<String>,
    /// What could not be told, and why.
    pub remarks: Vec<String>,
    /// The pages by what happened to them.
    pub groups: Vec<ChangeGroup>,
    /// What was found in other files.
    pub elsewhere: Vec<ChangedFile>,
}

/// The pages that share a fate.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeGroup {
    /// `added`, `changed`, `moved` or `dropped`.
    pub fate: &'static str,
    /// The words for it, with their number.
    pub title: String,
    /// The pages.
    pub pages: Vec<ChangedFile>,
    /// How many more there are than stand here.
    pub more: usize,
}

/// A file that a branch changes, or that something new was found in.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedFile {
    /// The title of its page, else its path.
    pub title: String,
    /// Its path in the repo.
    pub source: String,
    /// Its page in this preview.
    pub url: Option<String>,
    /// The URL that its page had, where it is another one now.
    pub was: Option<String>,
    /// Its page as it is published.
    pub published_url: Option<String>,
    /// Its place among the changes of the merge request.
    pub diff_url: Option<String>,
    /// What the check found.
    pub findings: Vec<FindingView>,
}

/// Something that the check found.
#[derive(Clone, Debug, Serialize)]
pub struct FindingView {
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    /// The word for it.
    pub severity_name: String,
    /// The id of the rule.
    pub rule: &'static str,
    /// What was found.
    pub message_html: String,
    /// What to do.
    pub help_html: Option<String>,
    /// The number of the cell it stands in.
    pub cell: Option<u32>,
    /// The line of the file.
    pub line: Option<u32>,
    /// The place in the preview.
    pub url: Option<String>,
}

/// The page of search.
#[derive(Clone, Debug, Serialize)]
pub struct SearchView {
    /// What every page sees.
    #[serde(flatten)]
    pub frame: Frame,
}

/// The page of all tags.
#[derive(Clone, Debug, Serialize)]
pub struct TagsView {
    /// What every page sees.
    #[serde(flatten)]
    pub frame: Frame,
    /// The tags with their number of pages.
    pub tags: Vec<TagView>,
}

/// A tag.
#[derive(Clone, Debug, Serialize)]
pub struct TagView {
    /// Its name.
    pub name: String,
    /// Its page.
    pub url: String,
    /// How many pages bear it.
    pub count: usize,
}

/// The page for URLs that lead nowhere. It is served at any depth, so it carries its style.
#[derive(Clone, Debug, Serialize)]
pub struct NotFoundView {
    /// The site.
    pub site: SiteView,
    /// Where the site begins: its base, or `/`.
    pub base: String,
    /// Style and scripts.
    pub inline: Inline,
    /// The Content Security Policy that lets just them run.
    pub csp: String,
}

/// An old URL that leads to a page.
#[derive(Clone, Debug, Serialize)]
pub struct AliasView {
    /// The language of the site.
    pub language: String,
    /// The title of the page.
    pub title: String,
    /// Where it is now.
    pub url: String,
    /// Its absolute URL.
    pub canonical: Option<String>,
}

/// A page that is one file.
#[derive(Clone, Debug, Serialize)]
pub struct SingleView {
    /// What stands in the head.
    pub head: Head,
    /// The page itself.
    pub page: Page,
    /// Style and scripts.
    pub inline: Inline,
    /// The Content Security Policy that lets just them run.
    pub csp: String,
}

/// Style and scripts of a page that carries them itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Inline {
    /// The style sheet.
    pub css: String,
    /// The script.
    pub js: String,
    /// The script that sets the colour mode.
    pub mode_js: String,
}
