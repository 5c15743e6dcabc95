//! What a program printed: streams and errors, as a terminal shows them, folded where they are long.

use super::ansi::{self, Style};
use super::asset::Asset;
use super::fragment::{Fragment, Label, Slot};
use super::output::OutputStyle;
use super::page::PageState;
use crate::notebook::StreamName;

/// How long the lines of a text are that is not wrapped, in bytes.
const MAX_UNWRAPPED: usize = 160;

/// A stream of a process; nothing where nothing was printed.
pub(super) fn stream(
    name: StreamName,
    text: &str,
    style: &OutputStyle<'_>,
    page: &mut PageState,
) -> Option<Fragment> {
    if text.trim().is_empty() {
        return None;
    }
    let mut out = Fragment::new();
    let class = match name {
        StreamName::Stdout => "output-stdout",
        StreamName::Stderr => "output-stderr",
    };
    out.markup(&format!("<div class=\"output output-stream {class}\">"));
    if name == StreamName::Stderr {
        out.markup("<p class=\"output-label b-ui\">");
        out.label(Label::Stderr);
        out.markup("</p>");
    }
    text_block(&ansi::settle(text), style, page, &mut out);
    out.markup("</div>\n");
    Some(out)
}

/// Text as a terminal shows it: folded after some lines, a file of its own past a size.
pub(super) fn text_block(text: &str, style: &OutputStyle<'_>, page: &mut PageState, out: &mut Fragment) {
    let (options, scroll) = (style.options, style.scroll);
    let text = text.trim_end_matches('\n');
    let lines = u32::try_from(memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1).unwrap_or(u32::MAX);
    let shown_lines = options.fold_lines;
    let too_large = text.len() > options.max_bytes;
    let folds = scroll.is_none() && lines > shown_lines.saturating_add(5);
    // Columns of a table stay columns; lines of a log are read whole.
    let wraps = text.split('\n').any(|line| line.len() > MAX_UNWRAPPED);
    let class = match (scroll == Some(true), wraps) {
        (true, true) => "text scroll wrap",
        (true, false) => "text scroll",
        (false, true) => "text wrap",
        (false, false) => "text",
    };
    let mut colours = Style::default();
    let mut budget = options.max_bytes;
    let mut pre = |out: &mut Fragment, lines: &mut dyn Iterator<Item = &str>| {
        out.markup(&format!("<pre class=\"{class}\" tabindex=\"0\">"));
        let mut first = true;
        for line in lines {
            // The parser drops a line end right behind the tag.
            if !first || line.is_empty() {
                out.markup("\n");
            }
            first = false;
            // One line may be all of a too large output.
            let end = line.floor_char_boundary(budget);
            budget -= end;
            ansi::line_into(out.raw(), &line[..end], &mut colours);
        }
        out.markup("</pre>");
    };
    let mut all = text.split('\n');
    if too_large || folds {
        let mut head = all.by_ref().take(shown_lines as usize);
        pre(out, &mut head);
        if too_large {
            let name = page.keep(Asset::new(ansi::strip(text).into_owned().into_bytes(), "txt"));
            out.markup("<p class=\"output-label b-ui\"><a href=\"");
            out.slot(Slot::Asset(name));
            out.markup("\">");
            out.label(Label::AllLines(lines));
            out.markup("</a></p>");
        } else {
            out.markup("<details class=\"fold fold-lines\"><summary class=\"b-ui\">");
            out.label(Label::MoreLines(lines - shown_lines));
            out.markup("</summary>");
            pre(out, &mut all);
            out.markup("</details>");
        }
    } else {
        pre(out, &mut all);
    }
}

/// What a kernel says of an exception.
pub(super) struct Raised<'a> {
    pub(super) name: &'a str,
    pub(super) message: &'a str,
    pub(super) traceback: &'a [String],
}

/// An error: its name and message, the traceback behind a fold.
pub(super) fn error(error: &Raised<'_>, style: &OutputStyle<'_>, page: &mut PageState) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<div class=\"output output-error\"><p class=\"error-line\"><strong>");
    let name = ansi::strip(error.name);
    out.text(if name.is_empty() { "Error" } else { &name });
    out.markup("</strong>");
    let message: String = ansi::strip(error.message).chars().take(style.options.max_bytes / 4).collect();
    if !message.is_empty() {
        out.markup("<span class=\"error-message\">: ");
        out.text(&message);
        out.markup("</span>");
    }
    out.markup("</p>");
    let text = error.traceback.join("\n");
    let text = text.trim_end_matches('\n');
    if !text.trim().is_empty() && ansi::strip(text).trim() != format!("{name}: {message}") {
        let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        out.markup("<details class=\"fold traceback\"><summary class=\"b-ui\">");
        out.label(Label::Traceback(lines));
        out.markup("</summary>");
        // Behind its fold it stands in full.
        text_block(text, &OutputStyle { scroll: Some(false), ..style.clone() }, page, &mut out);
        out.markup("</details>");
    }
    out.markup("</div>\n");
    out
}
