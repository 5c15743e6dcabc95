//! The markup of a cell: a fixed vocabulary of elements and classes, which themes dress.
//!
//! ```html
//! <div class="cell cell-code" id="cell-id=…">
//!   <div class="cell-input"><span class="cell-count">…</span><pre class="code">…</pre></div>
//!   <div class="cell-output"><div class="output output-…">…</div></div>
//! </div>
//! ```

use super::code::{self, LineMarks};
use super::fragment::{Fragment, Label};
use super::frame::{self, Caption};
use super::page::{self, PageState};
use super::target::Kind;
use super::{block, clean, lists, markdown, outputs};
use crate::config::OutputOptions;
use crate::config::nav::toctree;
use crate::diagnostic::{Note, Rule};
use crate::html::escape;
use crate::notebook::{Cell, CellKind, Code, Lang, LinkList, Parameter, Parameters, Run, Visibility, Width};

/// What the cells of a page are rendered with.
#[derive(Clone, Copy)]
pub(super) struct CellStyle<'a> {
    /// The language of the page: another one is named.
    pub(super) lang: &'a Lang,
    /// Whether the whole page is Markdown, which needs no frames.
    pub(super) bare: bool,
    /// How outputs are shown.
    pub(super) outputs: &'a OutputOptions,
    /// Whether code stands without its colours: nobody will look at it.
    pub(super) plain: bool,
}

/// Renders one cell; nothing where there is nothing to see.
pub(super) fn render(cell: &Cell, style: CellStyle<'_>, page: &mut PageState) -> Fragment {
    page.at = cell.at.clone();
    page.attachments.clone_from(&cell.attachments);
    match &cell.kind {
        CellKind::Markdown => page.source.clone_from(&cell.source),
        _ => page.source.clear(),
    }
    let inner = match &cell.kind {
        CellKind::Markdown => prose(cell, page),
        CellKind::Raw(mime) => raw(cell, mime, page),
        CellKind::Code(code) => {
            // Below code only a heading that is the first of all can still be the title.
            page.has_code = true;
            code_cell(cell, code, style, page)
        }
    };
    if inner.is_empty() {
        return inner;
    }
    page.at_start = false;
    let mut out = Fragment::new();
    if style.bare {
        out.append(inner);
        return out;
    }
    out.markup("<div class=\"cell ");
    out.markup(match &cell.kind {
        CellKind::Markdown => "cell-markdown",
        CellKind::Code(_) => "cell-code",
        CellKind::Raw(_) => "cell-raw",
    });
    let options = &cell.options;
    for (on, class) in [
        (options.frame.span == Width::Wide, " cell-wide"),
        (options.frame.span == Width::Margin, " cell-margin"),
        (options.parameters.is_some(), " cell-parameters"),
        (options.failure_banner, " cell-failure"),
        (options.list == Some(LinkList::Gallery), " cell-gallery"),
        (options.list == Some(LinkList::Contents), " cell-contents"),
        (options.frame.align == Some("center"), " place-center"),
        (options.frame.align == Some("right"), " place-right"),
    ] {
        if on {
            out.markup(class);
        }
    }
    for tag in &options.tags {
        out.markup(" celltag_");
        out.attribute(&page::slug(tag).replace('\'', ""));
    }
    for class in &options.classes {
        out.markup(" class_");
        out.attribute(&page::slug(class).replace('\'', ""));
    }
    out.markup("\"");
    let id = cell.at.anchor();
    if page.anchors.take_own(&id) {
        out.markup(&format!(" id=\"{id}\""));
    }
    out.markup(">");
    // A label that a figure or table bears already needs no second place.
    if let Some(label) = &options.label
        && !page.named.contains(label)
        && let Some(anchor) =
            page.name(label, Kind::Cell, (String::new(), options.title.clone().unwrap_or_default()))
    {
        out.append(frame::anchor(&anchor));
    }
    for name in &options.anchors {
        if page.anchors.take_authors(name) {
            out.append(frame::anchor(name));
        }
    }
    if options.cell == Visibility::Collapse {
        let label = if matches!(cell.kind, CellKind::Code(_)) { code_label(cell) } else { Label::Text };
        out.append(folded(label, "fold-cell", inner));
    } else {
        out.append(inner);
    }
    out.markup("</div>\n");
    out
}

fn code_label(cell: &Cell) -> Label {
    Label::Code(u32::try_from(cell.source.trim_end().lines().count()).unwrap_or(u32::MAX))
}

/// `inner` behind a summary.
fn folded(label: Label, class: &str, inner: Fragment) -> Fragment {
    let mut out = Fragment::new();
    out.markup(&format!("<details class=\"fold {class}\"><summary class=\"b-ui\">"));
    out.label(label);
    out.markup("</summary>");
    out.append(inner);
    out.markup("</details>");
    out
}

fn prose(cell: &Cell, page: &mut PageState) -> Fragment {
    if cell.source.trim().is_empty() {
        return Fragment::new();
    }
    let shown = match cell.options.list {
        Some(list) => lists::of_links(&cell.source, list, page),
        None => markdown::render(&cell.source, page),
    };
    if cell.options.input == Visibility::Collapse && !shown.is_empty() {
        return folded(Label::Text, "fold-input", shown);
    }
    shown
}

/// Raw cells by their target (conventions 4.6).
fn raw(cell: &Cell, mime: &str, page: &mut PageState) -> Fragment {
    if cell.source.trim().is_empty() {
        return Fragment::new();
    }
    match mime.trim().to_ascii_lowercase().as_str() {
        "text/html" => {
            let origin = clean::Origin { cell: cell.at.number, line: 1 };
            clean::clean(&cell.source, clean::Pieces::new(&cell.source), origin, page)
        }
        "text/markdown" => markdown::render(&cell.source, page),
        "text/restructuredtext" | "text/x-rst" if !toctree::find(&cell.source).is_empty() => {
            lists::of_toctrees(&toctree::find(&cell.source), page)
        }
        "text/restructuredtext" | "text/x-rst" => block::code_block(&cell.source, &Lang::new("rst")),
        "" | "text/plain" => block::code_block(&cell.source, &Lang::none()),
        "text/latex" | "application/pdf" | "text/asciidoc" => Fragment::new(),
        other => {
            page.note(Note::info(
                Rule::NotebookOdd,
                format!("a raw cell for `{other}` has no place on a page; not shown"),
            ));
            Fragment::new()
        }
    }
}

fn code_cell(cell: &Cell, code: &Code, style: CellStyle<'_>, page: &mut PageState) -> Fragment {
    let mut out = Fragment::new();
    let options = &cell.options;
    out.append(form(cell, page));
    let source = cell.source.trim_end();
    let has_source = !source.trim().is_empty() || (options.listing.fenced && !cell.head.is_empty());
    if options.input != Visibility::Remove && has_source {
        let input = listing(cell, input(cell, code, style), page);
        if options.input == Visibility::Collapse {
            out.append(folded_source(cell, input));
        } else {
            out.append(input);
        }
    }
    let outputs = outputs::render(cell, code, style, page);
    if outputs.is_empty() {
        return out;
    }
    let mut framed = Fragment::new();
    framed.markup("<div class=\"cell-output\">");
    framed.append(outputs);
    framed.markup("</div>");
    if options.output == Visibility::Collapse {
        out.append(folded(Label::Output, "fold-output", framed));
    } else {
        out.append(framed);
    }
    out
}

/// The source behind a fold, which may have a name of its author's and stand open.
fn folded_source(cell: &Cell, input: Fragment) -> Fragment {
    let listing = &cell.options.listing;
    let mut out = Fragment::new();
    let open = if listing.fold_open { " open" } else { "" };
    out.markup(&format!("<details class=\"fold fold-input\"{open}><summary class=\"b-ui\">"));
    match &listing.fold_label {
        Some(label) => out.text(label),
        None => out.label(code_label(cell)),
    }
    out.markup("</summary>");
    out.append(input);
    out.markup("</details>");
    out
}

/// The source with its caption, where it is a listing.
fn listing(cell: &Cell, input: Fragment, page: &mut PageState) -> Fragment {
    let captions = &cell.options.captions;
    if captions.listing.is_none() && captions.listing_label.is_none() {
        return input;
    }
    let text = captions.listing.clone().unwrap_or_default();
    let caption = Caption {
        text: markdown::line(&text, page),
        plain: text,
        label: captions.listing_label.clone(),
        kind: Some(Kind::Listing),
        top: true,
        class: " listing",
        ..Caption::default()
    };
    frame::figure(input, caption, page)
}

/// What a form shows beside its source: prose and parameters.
fn form(cell: &Cell, page: &mut PageState) -> Fragment {
    let mut out = Fragment::new();
    if !cell.form_prose.trim().is_empty() {
        out.append(markdown::render(&cell.form_prose, page));
    }
    out.append(parameters(&cell.options.form));
    out
}

/// A table of parameters; nothing where there are none.
fn parameters(list: &[Parameter]) -> Fragment {
    let mut out = Fragment::new();
    if list.is_empty() {
        return out;
    }
    let has_kinds = list.iter().any(|parameter| !parameter.kind.is_empty());
    out.markup("<div class=\"table-wrap\" tabindex=\"0\"><table class=\"form\"><thead><tr><th>");
    out.label(Label::ParameterName);
    out.markup("</th><th>");
    out.label(Label::ParameterValue);
    out.markup("</th>");
    if has_kinds {
        out.markup("<th>");
        out.label(Label::ParameterKind);
        out.markup("</th>");
    }
    out.markup("</tr></thead><tbody>\n");
    for parameter in list {
        out.markup("<tr><td><code>");
        out.text(&parameter.name);
        out.markup("</code></td><td><code>");
        out.text(&parameter.value);
        out.markup("</code></td>");
        if has_kinds {
            out.markup("<td>");
            out.text(&parameter.kind);
            out.markup("</td>");
        }
        out.markup("</tr>\n");
    }
    out.markup("</tbody></table></div>\n");
    out
}

/// The run that made the page, as papermill recorded it.
pub(super) fn run(run: &Run) -> Fragment {
    let mut out = Fragment::new();
    out.markup(if run.failed {
        "<details class=\"run run-failed b-ui\" open>"
    } else {
        "<details class=\"run b-ui\">"
    });
    out.markup("<summary>");
    out.label(if run.failed { Label::RunFailed } else { Label::Run });
    if let Some(start) = &run.start {
        out.markup(" <time>");
        out.text(&start.chars().take(19).collect::<String>().replace('T', " "));
        out.markup("</time>");
    }
    if let Some(seconds) = run.seconds {
        out.text(&format!(", {seconds:.1} s"));
    }
    out.markup("</summary>\n");
    out.append(parameters(&run.parameters));
    out.markup("</details>\n");
    out
}

fn input(cell: &Cell, code: &Code, style: CellStyle<'_>) -> Fragment {
    let options = &cell.options;
    let mut out = Fragment::new();
    out.markup("<div class=\"cell-input\">");
    let foreign = code.lang != *style.lang && !code.lang.is_none();
    if foreign || options.title.is_some() || options.parameters.is_some() {
        out.markup("<div class=\"cell-head b-ui\">");
        if let Some(title) = &options.title {
            out.markup("<span class=\"cell-title\">");
            out.text(title);
            out.markup("</span>");
        }
        if let Some(parameters) = options.parameters {
            out.markup("<span class=\"cell-badge\">");
            out.label(match parameters {
                Parameters::Defaults => Label::Parameters,
                Parameters::Injected => Label::Injected,
            });
            out.markup("</span>");
        }
        if foreign {
            out.markup("<span class=\"cell-lang\">");
            out.text(code.lang.label());
            out.markup("</span>");
        }
        out.markup("</div>");
    }
    if let Some(count) = code.count.filter(|count| *count > 0) {
        out.markup(&format!("<span class=\"cell-count b-ui\">{count}</span>"));
    }
    let listing = &options.listing;
    let scrolls = if listing.scroll { " scroll" } else { "" };
    let wraps = if listing.wrap.unwrap_or(code.lang.is_shell()) { " wrap" } else { "" };
    let numbered = if listing.lines.shown { " numbered" } else { "" };
    out.markup(&format!("<pre class=\"code{wraps}{scrolls}{numbered}\" tabindex=\"0\"><code"));
    let lang = listing.lang.as_deref().map_or_else(|| code.lang.clone(), Lang::new);
    if !lang.is_none() {
        out.markup(" class=\"language-");
        out.attribute(lang.name());
        out.markup("\"");
    }
    out.markup(">");
    let anchor = cell.at.anchor();
    let anchor = escape(&anchor);
    let marks = LineMarks::Anchored(&anchor, &listing.lines.marked);
    let lang = if style.plain { Lang::none() } else { lang };
    if listing.fenced {
        let source = format!("{}{}", cell.head.replace("echo: fenced", "echo: true"), cell.source.trim_end());
        code::highlight(out.raw(), &source, &lang, marks);
    } else {
        code::highlight(out.raw(), cell.source.trim_end(), &lang, marks);
    }
    out.markup("</code></pre></div>");
    out
}
