//! Blocks that CommonMark has no notion of, rewritten as fences before it is parsed: containers
//! of colons (MyST, Pandoc, Docusaurus), Material's `!!!`, `???` and `===`, and lines that are
//! marks of their own. Lines keep their places wherever that is possible.

use std::borrow::Cow;

use crate::config::Dialects;
use crate::notebook::marks::{self, Place};

/// Begins the info of a fence that was no fence: nobody's language has such a name.
pub(super) const MARK: char = '\u{e002}';

/// Rewrites a source; most hold nothing of the kind and stay as they are.
pub(super) fn settle(source: &str, dialects: Dialects) -> Cow<'_, str> {
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
    let mut out = Vec::with_capacity(lines.len() + 4);
    let mut at = 0;
    let mut after_table = false;
    while at < lines.len() {
        let line = lines[at];
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if let Some(end) = code_fence(&lines, at) {
            out.extend(lines[at..end].iter().map(|line| Cow::Borrowed(*line)));
            at = end;
            after_table = false;
            continue;
        }
        let is_table = text.starts_with('|');
        if text.starts_with(":::") && !text.trim_start_matches(':').trim().is_empty() {
            at = container(&lines, at, &mut out);
        } else if dialects.material
            && let Some(next) = material_block(&lines, at, &mut out)
        {
            at = next;
        } else {
            let trimmed = text.trim_end();
            let is_break = trimmed == "+++" || trimmed.starts_with("+++ {") || trimmed.starts_with("+++ ^");
            let is_page_break = matches!(trimmed, "\\newpage" | "\\pagebreak" | "\\clearpage");
            let is_remark = dialects.myst && indent.is_empty() && text.starts_with('%');
            if is_break || is_page_break || is_remark {
                out.push(Cow::Borrowed(""));
            } else if let Some(label) = label(trimmed) {
                out.push(Cow::Owned(format!("{indent}{MARK}{label}{MARK}")));
            } else if let Some(caption) =
                text.strip_prefix(": ").or_else(|| text.strip_prefix("Table: ")).filter(|_| after_table)
            {
                out.push(Cow::Owned(format!("{indent}{MARK}:{MARK}{caption}")));
            } else {
                out.push(Cow::Borrowed(line));
            }
            at += 1;
        }
        after_table = is_table || (after_table && text.is_empty());
    }
    Cow::Owned(out.join("\n"))
}

/// The end of the block of code that begins at a line: the line behind its closing fence.
fn code_fence(lines: &[&str], at: usize) -> Option<usize> {
    let text = lines[at].trim_start();
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = text.chars().take_while(|c| *c == mark).count();
    if length < 3 || (mark == '`' && text[length..].contains('`')) {
        return None;
    }
    let closes = |line: &&str| {
        let line = line.trim();
        line.len() >= length && line.chars().all(|c| c == mark)
    };
    Some(lines[at + 1..].iter().position(closes).map_or(lines.len(), |end| at + end + 2))
}

/// Writes the container that begins at a line; back comes the line behind it.
fn container<'a>(lines: &[&'a str], at: usize, out: &mut Vec<Cow<'a, str>>) -> usize {
    let line = lines[at];
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    let info = text.trim_start_matches(':').trim();
    let mut depth = 1;
    let mut end = at + 1;
    while end < lines.len() {
        if let Some(behind) = code_fence(lines, end) {
            end = behind;
            continue;
        }
        let inner = lines[end].trim();
        if inner.starts_with(":::") {
            if inner.trim_start_matches(':').trim().is_empty() {
                depth -= 1;
            } else {
                depth += 1;
            }
        }
        if depth == 0 {
            break;
        }
        end += 1;
    }
    let body = &lines[at + 1..end.min(lines.len())];
    let fence = fence_for(body);
    out.push(Cow::Owned(format!("{indent}{fence} {MARK}{}", container_info(info))));
    out.extend(body.iter().map(|line| Cow::Borrowed(*line)));
    out.push(Cow::Owned(format!("{indent}{fence}")));
    end + 1
}

/// A fence longer than any in a text.
fn fence_for(body: &[&str]) -> String {
    let longest = body.iter().map(|line| line.trim_start().chars().take_while(|c| *c == '~').count()).max();
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
    (!label.is_empty() && !label.contains([' ', '(', ')', MARK])).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(source: &str) -> String {
        let dialects = Dialects { material: true, ..Dialects::default() };
        settle(source, dialects).replace(MARK, "@")
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
