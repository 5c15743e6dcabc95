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
use super::output::{self, OutputStyle};
use super::page::{self, PageState};
use super::{block, clean, markdown};
use crate::config::OutputOptions;
use crate::diagnostic::{Note, Rule};
use crate::notebook::{Cell, CellKind, Code, Lang, Parameters, Visibility};

/// What the cells of a page are rendered with.
#[derive(Clone, Copy)]
pub(super) struct CellStyle<'a> {
    /// The language of the page: another one is named.
    pub(super) lang: &'a Lang,
    /// Whether the whole page is Markdown, which needs no frames.
    pub(super) bare: bool,
    /// How outputs are shown.
    pub(super) outputs: &'a OutputOptions,
}

/// Renders one cell; nothing where there is nothing to see.
pub(super) fn render(cell: &Cell, style: CellStyle<'_>, page: &mut PageState) -> Fragment {
    page.at = cell.at.clone();
    page.attachments.clone_from(&cell.attachments);
    let inner = match &cell.kind {
        CellKind::Markdown => prose(cell, page),
        CellKind::Raw(mime) => raw(cell, mime, page),
        CellKind::Code(code) => {
            page.wants_title = false;
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
        (options.wide, " cell-wide"),
        (options.margin, " cell-margin"),
        (options.parameters.is_some(), " cell-parameters"),
        (options.failure_banner, " cell-failure"),
    ] {
        if on {
            out.markup(class);
        }
    }
    for tag in &options.tags {
        out.markup(" celltag_");
        out.attribute(&page::slug(tag).replace('\'', ""));
    }
    out.markup("\"");
    let id = match &cell.at.id {
        Some(id) => format!("cell-id={id}"),
        None => format!("b:{}", cell.at.number),
    };
    if page.anchors.take_authors(&id) {
        out.markup(&format!(" id=\"{id}\""));
    }
    out.markup(">");
    if let Some(label) = options
        .label
        .as_deref()
        .filter(|label| !label.contains(char::is_whitespace) && !label.starts_with("b:"))
        && page.anchors.take_authors(label)
    {
        out.markup("<span class=\"alias\" id=\"");
        out.attribute(label);
        out.markup("\"></span>");
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
    let shown = markdown::render(&cell.source, page);
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
    let source = cell.source.trim_end();
    if options.input != Visibility::Remove && !source.trim().is_empty() {
        let input = input(cell, code, style);
        if options.input == Visibility::Collapse {
            out.append(folded(code_label(cell), "fold-input", input));
        } else {
            out.append(input);
        }
    }
    let output_style =
        OutputStyle { options: style.outputs, scroll: options.scroll_output, alt: options.alt.as_deref() };
    let mut outputs = Fragment::new();
    for output in &code.outputs {
        if let Some(shown) = output::render(output, &output_style, page) {
            outputs.append(shown);
        }
    }
    if outputs.is_empty() {
        return out;
    }
    let mut framed = Fragment::new();
    framed.markup("<div class=\"cell-output\">");
    framed.append(outputs);
    if let Some(caption) = &options.caption {
        framed.markup("<p class=\"caption\">");
        framed.text(caption);
        framed.markup("</p>");
    }
    framed.markup("</div>");
    if options.output == Visibility::Collapse {
        out.append(folded(Label::Output, "fold-output", framed));
    } else {
        out.append(framed);
    }
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
    let scrolls = if options.scroll_input { " scroll" } else { "" };
    let wraps = if code.lang.is_shell() { " wrap" } else { "" };
    out.markup(&format!("<pre class=\"code{wraps}{scrolls}\" tabindex=\"0\"><code"));
    if !code.lang.is_none() {
        out.markup(" class=\"language-");
        out.attribute(code.lang.name());
        out.markup("\"");
    }
    out.markup(">");
    code::highlight(out.raw(), cell.source.trim_end(), &code.lang, LineMarks::Anchored(cell.at.number));
    out.markup("</code></pre></div>");
    out
}
