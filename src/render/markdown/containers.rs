//! Blocks that CommonMark has no notion of, rewritten as fences before it is parsed: containers
//! of colons (MyST, Pandoc, Docusaurus), Material's `!!!`, `???` and `===`, and lines that are
//! marks of their own. Lines keep their places wherever that is possible.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use crate::config::Dialects;
use crate::notebook::marks::{self, Place};
use crate::notebook::{Fence, closes_container, split_prefix};
use crate::render::math;

/// Begins the info of a fence that was no fence: nobody's language has such a name.
pub(super) const MARK: char = '\u{fdd0}';

/// Rewrites a source; most hold nothing of the kind and stay as they are.
///
/// `inside` tells that the source stands in a directive, where `+++` parts a card from its foot.
pub(super) fn settle(source: &str, dialects: Dialects, inside: bool) -> Cow<'_, str> {
    let holds = |needle: &str| memchr::memmem::find(source.as_bytes(), needle.as_bytes()).is_some();
    let material = dialects.material && (holds("!!!") || holds("???") || holds("=== \""));
    let caption = holds("\n: ") || holds("\nTable: ");
    if !(holds(":::")
        || holds("+++")
        || holds(")=")
        || holds("\\newpage")
        || holds("\\pagebreak")
        || caption
        || material)
        && !(dialects.myst && (source.starts_with('%') || holds("\n%")))
    {
        return Cow::Borrowed(source);
    }
    let lines: Vec<&str> = source.split('\n').collect();
    let kinds = kinds_of_lines(source, lines.len());
    let ends = ends_of_containers(&lines, &kinds);
    let mut out = Vec::with_capacity(lines.len() + 4);
    let mut at = 0;
    let mut after_table = false;
    while at < lines.len() {
        let line = lines[at];
        let (before, text) = split_prefix(line);
        let trimmed = text.trim_end();
        let kind = kinds[at];
        if matches!(kind, Kind::AsItStands | Kind::Html) {
            out.push(Cow::Borrowed(line));
            at += 1;
            after_table = false;
            continue;
        }
        after_table |= kind == Kind::Table;
        if let Some(end) = ends[at] {
            container(&lines[at..end], lines.get(end), &mut out);
            at = end + 1;
        } else if dialects.material
            && let Some(next) = material_block(&lines, at, &mut out)
        {
            at = next;
        } else {
            let is_break = ((inside || dialects.myst) && trimmed == "+++")
                || trimmed.starts_with("+++ {")
                || trimmed.starts_with("+++ ^");
            let is_page_break = matches!(trimmed, "\\newpage" | "\\pagebreak" | "\\clearpage");
            let is_remark = dialects.myst && before.is_empty() && text.starts_with('%');
            let goes_on = || lines[at + 1..].iter().any(|line| !line.trim().is_empty());
            if is_break || is_page_break || is_remark {
                out.push(Cow::Borrowed(""));
            } else if let Some(label) = label(trimmed).filter(|_| goes_on()) {
                out.push(Cow::Owned(format!("{before}{MARK}{label}{MARK}")));
            } else if let Some(caption) = text
                .strip_prefix(": ")
                .or_else(|| text.strip_prefix("Table: "))
                .filter(|caption| after_table && !caption.contains('|'))
            {
                out.push(Cow::Owned(format!("{before}{MARK}:{MARK}{caption}")));
            } else if text.starts_with(":::") {
                // Colons that are no container are text, and no mark of a definition.
                out.push(Cow::Owned(format!("{before}\\{text}")));
            } else {
                out.push(Cow::Borrowed(line));
            }
            at += 1;
        }
        after_table &= kind == Kind::Table || text.is_empty();
    }
    Cow::Owned(out.join("\n"))
}

/// What a line stands in.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Prose,
    Table,
    /// HTML that a blank line ends: a container may close on its last line.
    Html,
    /// Code, a formula of several lines, or HTML that is text: nothing in it means anything to
    /// Markdown.
    AsItStands,
}

fn kinds_of_lines(source: &str, count: usize) -> Vec<Kind> {
    let mut kinds = vec![Kind::Prose; count];
    let (mut line, mut at) = (0, 0);
    let mut mark = |range: Range<usize>, kind| {
        if range.start < at {
            return;
        }
        line += memchr::memchr_iter(b'\n', &source.as_bytes()[at..range.start]).count();
        at = range.start;
        let inside = source[range].trim_end_matches('\n');
        let end = line + memchr::memchr_iter(b'\n', inside.as_bytes()).count();
        kinds[line..=end.min(count - 1)].fill(kind);
    };
    let blocks = Parser::new_ext(source, super::options()).into_offset_iter();
    for (event, range) in blocks {
        match event {
            Event::Start(Tag::CodeBlock(_)) => mark(range, Kind::AsItStands),
            Event::Start(Tag::HtmlBlock) => {
                let html = source[range.clone()].trim_start().to_ascii_lowercase();
                let is_text = ["<pre", "<script", "<style", "<textarea", "<!--"];
                let is_text = is_text.iter().any(|tag| html.starts_with(tag));
                mark(range, if is_text { Kind::AsItStands } else { Kind::Html });
            }
            Event::Start(Tag::Table(_)) => mark(range, Kind::Table),
            _ => {}
        }
    }
    let (mut line, mut at) = (0, 0);
    for formula in math::find(source) {
        let range = formula.range;
        line += memchr::memchr_iter(b'\n', &source.as_bytes()[at..range.start]).count();
        at = range.start;
        let more = memchr::memchr_iter(b'\n', source[range].as_bytes()).count();
        if more > 0 {
            kinds[line..=(line + more).min(count - 1)].fill(Kind::AsItStands);
        }
    }
    kinds
}

/// For each line that opens a container, the line that closes it, or the one behind the last. Of
/// Pandoc's, one that nothing closes is none.
fn ends_of_containers(lines: &[&str], kinds: &[Kind]) -> Vec<Option<usize>> {
    let mut ends = vec![None; lines.len()];
    let mut open: Vec<usize> = Vec::new();
    for (number, line) in lines.iter().enumerate().filter(|(number, _)| kinds[*number] != Kind::AsItStands) {
        let (_, text) = split_prefix(line);
        if !text.starts_with(":::") {
            continue;
        }
        if closes_container(text) {
            if let Some(opening) = open.pop() {
                ends[opening] = Some(number);
            }
        } else if kinds[number] != Kind::Html && Fence::of(text).is_some() {
            open.push(number);
        }
    }
    // A directive of MyST's that nothing closes goes on to the end.
    let is_directive = |line: &str| {
        let info = split_prefix(line).1.trim_start_matches(':').trim_start();
        info.starts_with('{') && !info[1..].starts_with(['.', '#']) && !info.contains('=')
    };
    for number in open.into_iter().filter(|number| is_directive(lines[*number])) {
        ends[number] = Some(lines.len());
    }
    ends
}

/// Writes a container: the line that opens it with its body, and the one that closes it.
fn container<'a>(lines: &[&'a str], last: Option<&&'a str>, out: &mut Vec<Cow<'a, str>>) {
    let [first, body @ ..] = lines else { return };
    let (before, text) = split_prefix(first);
    let info = Fence::of(text).map(|fence| fence.info).unwrap_or_default();
    let fence = fence_for(body);
    out.push(Cow::Owned(format!("{before}{fence} {MARK}{}", container_info(info))));
    out.extend(body.iter().map(|line| Cow::Borrowed(*line)));
    if let Some(last) = last {
        out.push(Cow::Owned(format!("{}{fence}", split_prefix(last).0)));
    }
}

/// A fence longer than any in a text.
fn fence_for(body: &[&str]) -> String {
    let longest =
        body.iter().map(|line| split_prefix(line).1.chars().take_while(|c| *c == '~').count()).max();
    "~".repeat(longest.unwrap_or(0).max(2) + 1)
}

/// What a container is, in the words of a fence: `{name} argument` or `{div attributes}`.
fn container_info(info: &str) -> String {
    if let Some(inner) = info.strip_prefix('{') {
        // `{note}` is a directive, `{.note}` or `{layout-ncol=2}` a container of Pandoc's.
        let name = inner.split(['}', ' ']).next().unwrap_or_default();
        if !name.contains('=') && !name.starts_with(['.', '#']) {
            return info.to_owned();
        }
        return format!("{{div {inner}");
    }
    let (name, rest) = match info.find(['[', ' ', '{']) {
        Some(end) => (&info[..end], info[end..].trim()),
        None => (info, ""),
    };
    if marks::find(Place::Directive, &name.to_lowercase()).is_some() {
        let (title, attributes) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((title, after)) => (title, after.trim()),
            None => (rest.split('{').next().unwrap_or_default().trim(), ""),
        };
        let attributes = attributes.trim_start_matches('{').trim_end_matches('}');
        return format!("{{{name} {attributes}}} {title}").replace(" }", "}");
    }
    // A bare word is a class of Pandoc's.
    format!("{{div .{name} {}", rest.trim_start_matches('{')).trim_end().trim_end_matches('}').to_owned()
        + "}"
}

/// A block of Material's: its head, and what is indented below it.
fn material_block<'a>(lines: &[&'a str], at: usize, out: &mut Vec<Cow<'a, str>>) -> Option<usize> {
    let line = lines[at];
    let text = line.trim_start();
    let indent = line.len() - text.len();
    if let Some(first) = text.strip_prefix("=== \"").and_then(|text| text.trim_end().strip_suffix('"')) {
        return Some(material_tabs(lines, (at, first), out));
    }
    let sign = ["???+", "???", "!!!"].iter().find(|sign| text.starts_with(**sign))?;
    let rest = text[sign.len()..].trim();
    let (words, title) = match rest.split_once('"') {
        Some((words, title)) => (words.trim(), title.trim_end_matches('"')),
        None => (rest, ""),
    };
    let name = words
        .split_whitespace()
        .next()
        .filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '-'))?;
    let (body, end) = indented(lines, at + 1, indent);
    let known = marks::find(Place::Directive, name).is_some();
    let fold = match *sign {
        "???" => " .dropdown",
        "???+" => " .dropdown open=true",
        _ => "",
    };
    let title = if title.is_empty() && !known { name } else { title };
    let name = if known { name } else { "admonition" };
    push_block(&body, (&line[..indent], &format!("{{{name}{fold}}} {title}")), out);
    Some(end)
}

/// Tabs that follow each other become one group.
fn material_tabs<'a>(lines: &[&'a str], (at, first): (usize, &str), out: &mut Vec<Cow<'a, str>>) -> usize {
    let line = lines[at];
    let indent = line.len() - line.trim_start().len();
    let mut inner: Vec<Cow<'a, str>> = Vec::new();
    let (mut at, mut title) = (at, first.to_owned());
    loop {
        let (body, end) = indented(lines, at + 1, indent);
        push_block(&body, ("", &format!("{{tab-item}} {title}")), &mut inner);
        at = end;
        let next = lines.get(end).map(|line| line.trim());
        match next.and_then(|next| next.strip_prefix("=== \"")?.strip_suffix('"')) {
            Some(next) => next.clone_into(&mut title),
            None => break,
        }
    }
    push_block(&inner, (&line[..indent], "{tab-set}"), out);
    at
}

/// The lines that are indented below a head, without their indent, and the line behind them.
fn indented<'a>(lines: &[&'a str], from: usize, indent: usize) -> (Vec<Cow<'a, str>>, usize) {
    let deep = |line: &str| line.trim().is_empty() || line.len() - line.trim_start().len() >= indent + 4;
    let mut end = from;
    while end < lines.len() && deep(lines[end]) {
        end += 1;
    }
    while end > from && lines[end - 1].trim().is_empty() {
        end -= 1;
    }
    let body = lines[from..end]
        .iter()
        .map(|line| Cow::Borrowed(line.get(indent + 4..).unwrap_or_default()))
        .collect();
    // The blank lines behind belong to nobody.
    let next =
        lines[end..].iter().position(|line| !line.trim().is_empty()).map_or(lines.len(), |blank| end + blank);
    (body, next)
}

fn push_block<'a>(body: &[Cow<'a, str>], (indent, info): (&str, &str), out: &mut Vec<Cow<'a, str>>) {
    let texts: Vec<&str> = body.iter().map(|line| line.as_ref()).collect();
    let fence = fence_for(&texts);
    out.push(Cow::Owned(format!("{indent}{fence} {MARK}{info}")));
    out.extend(
        body.iter()
            .map(|line| if indent.is_empty() { line.clone() } else { Cow::Owned(format!("{indent}{line}")) }),
    );
    out.push(Cow::Owned(format!("{indent}{fence}")));
    out.push(Cow::Borrowed(""));
}

/// MyST's `(label)=` on a line of its own.
fn label(line: &str) -> Option<&str> {
    let label = line.strip_prefix('(')?.strip_suffix(")=")?.trim();
    let sound = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '-' | '/');
    (!label.is_empty() && label.chars().all(sound)).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(source: &str) -> String {
        let dialects = Dialects { material: true, ..Dialects::default() };
        settle(source, dialects, false).replace(MARK, "@")
    }

    #[test]
    fn containers_become_fences_line_by_line() {
        assert_eq!(settled(":::{note} T\nx\n:::\ny"), "~~~ @{note} T\nx\n~~~\ny");
        assert_eq!(
            settled("::: {.callout-tip title=\"A\"}\nx\n:::"),
            "~~~ @{div .callout-tip title=\"A\"}\nx\n~~~"
        );
        assert_eq!(settled(":::warning[T]\nx\n:::"), "~~~ @{warning} T\nx\n~~~");
        assert_eq!(settled("::: mine\nx\n:::"), "~~~ @{div .mine}\nx\n~~~");
        assert_eq!(
            settled("::::{a}\n:::{b}\n~~~\n:::\n~~~\n:::\n::::"),
            "~~~~ @{a}\n:::{b}\n~~~\n:::\n~~~\n:::\n~~~~"
        );
        assert_eq!(settled("```\n:::{note}\n```"), "```\n:::{note}\n```");
    }

    #[test]
    fn materials_blocks_are_dedented() {
        assert_eq!(settled("!!! tip \"T\"\n    x\n\n    y\nz"), "~~~ @{tip} T\nx\n\ny\n~~~\n\nz");
        assert_eq!(settled("??? note\n    x"), "~~~ @{note .dropdown} \nx\n~~~\n");
        assert_eq!(
            settled("=== \"A\"\n\n    x\n\n=== \"B\"\n\n    y\n"),
            "~~~~ @{tab-set}\n~~~ @{tab-item} A\n\nx\n~~~\n\n~~~ @{tab-item} B\n\ny\n~~~\n\n~~~~\n"
        );
    }
}
