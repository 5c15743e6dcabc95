//! Markdown → the events of its parser, with what Pandoc's attributes say put where it belongs.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd, TextMergeWithOffset};

use super::attributes::Attributes;

/// An event and the part of the source that it comes from.
pub(super) type Placed<'a> = (Event<'a>, Range<usize>);

/// What stands in for characters that a backslash made text: nothing is begun by them.
const ESCAPED: [(char, char); 2] = [('@', '\u{fdd1}'), ('{', '\u{fdd2}')];

/// How many brackets may stand open at once.
const MAX_OPEN: usize = 100;

/// Parses a source.
pub(super) fn read(source: &str) -> Vec<Placed<'_>> {
    let parser = Parser::new_ext(source, super::options()).into_offset_iter();
    let escaped = parser.map(|(event, range)| match event {
        Event::Text(text) if source[..range.start].ends_with('\\') && text.starts_with(['@', '{']) => {
            let text =
                ESCAPED.iter().fold(String::new(), |found, (plain, sign)| match text.strip_prefix(*plain) {
                    Some(rest) => format!("{sign}{rest}"),
                    None => found,
                });
            (Event::Text(text.into()), range)
        }
        other => (other, range),
    });
    let mut events: Vec<Placed<'_>> = TextMergeWithOffset::new(escaped).collect();
    for at in 0..events.len() {
        if matches!(events[at].0, Event::Start(Tag::Heading { .. })) {
            heading(&mut events, at);
        }
    }
    spans(&mut events);
    events
}

/// `text` with the characters that a backslash made text.
pub(super) fn unescape(text: &str) -> CowStr<'_> {
    if !text.contains(ESCAPED.map(|(_, sign)| sign)) {
        return text.into();
    }
    ESCAPED.iter().fold(text.to_owned(), |text, (plain, sign)| text.replace(*sign, &plain.to_string())).into()
}

/// Attributes at the end of a text, and how many bytes stand before them. `{id}` is none: URLs and
/// templates are full of such.
fn at_end(text: &str) -> Option<(Attributes, usize)> {
    let trimmed = text.trim_end();
    let open = trimmed.strip_suffix('}')?.rfind('{')?;
    let (attributes, length) = Attributes::read(&trimmed[open..])?;
    (open + length == trimmed.len() && attributes != Attributes::default())
        .then(|| (attributes, trimmed[..open].trim_end().len()))
}

/// Takes the attributes off the heading that begins at a place, and keeps their id.
fn heading(events: &mut [Placed<'_>], at: usize) {
    let Some(end) =
        events[at..].iter().position(|(event, _)| matches!(event, Event::End(TagEnd::Heading(_))))
    else {
        return;
    };
    let last = at + end - 1;
    let Event::Text(text) = &events[last].0 else { return };
    let unnumbered =
        text.trim_end().strip_suffix("{-}").map(|rest| (Attributes::default(), rest.trim_end().len()));
    let Some((attributes, kept)) = at_end(text).or(unnumbered) else { return };
    events[last].0 = Event::Text(text[..kept].to_owned().into());
    if let Event::Start(Tag::Heading { id, .. }) = &mut events[at].0 {
        *id = attributes.id.map(Into::into);
    }
}

/// What stands in place of a few bytes of a text event.
struct Edit {
    at: usize,
    length: usize,
    html: String,
}

/// Attributes behind a link, and spans that hold more than text (`[**a** b]{.mark}`): what they say
/// becomes HTML around them.
fn spans(events: &mut Vec<Placed<'_>>) {
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    let mut edits: BTreeMap<usize, Vec<Edit>> = BTreeMap::new();
    let mut depth = 0_usize;
    for (number, (event, _)) in events.iter().enumerate() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                while open.last().is_some_and(|(_, _, of)| *of > depth) {
                    open.pop();
                }
            }
            Event::Text(text) => {
                let behind_link = number > 0 && matches!(events[number - 1].0, Event::End(TagEnd::Link));
                if let Some((attributes, length)) = Attributes::read(text).filter(|_| behind_link)
                    && is_span(&attributes)
                {
                    edits.entry(number).or_default().push(Edit { at: 0, length, html: String::new() });
                }
                let (closing, opening) = unmatched(text);
                if let Some(at) = closing
                    && let Some((start, from, of)) = open.pop()
                    && of == depth
                    && let Some((attributes, length)) = Attributes::read(&text[at + 1..])
                    && is_span(&attributes)
                {
                    let (begins, ends) = element(&attributes);
                    edits.entry(start).or_default().push(Edit { at: from, length: 1, html: begins });
                    edits.entry(number).or_default().push(Edit { at, length: length + 1, html: ends });
                }
                if let Some(at) = opening
                    && open.len() < MAX_OPEN
                {
                    open.push((number, at, depth));
                }
            }
            _ => {}
        }
    }
    if edits.is_empty() {
        return;
    }
    for (number, (event, range)) in std::mem::take(events).into_iter().enumerate() {
        let (Event::Text(text), Some(edits)) = (&event, edits.remove(&number)) else {
            events.push((event, range));
            continue;
        };
        let mut done = 0;
        for edit in edits {
            // A bracket inside of attributes is part of them.
            if edit.at < done {
                continue;
            }
            events.push((Event::Text(text[done..edit.at].to_owned().into()), range.clone()));
            if !edit.html.is_empty() {
                events.push((Event::InlineHtml(edit.html.into()), range.start..range.start));
            }
            done = edit.at + edit.length;
        }
        events.push((Event::Text(text[done..].to_owned().into()), range));
    }
}

/// The first bracket that closes without having been opened in a text, and the last that nothing
/// in it closes.
fn unmatched(text: &str) -> (Option<usize>, Option<usize>) {
    let mut open = Vec::new();
    let mut closing = None;
    for at in memchr::memchr2_iter(b'[', b']', text.as_bytes()) {
        if text.as_bytes()[at] == b'[' {
            open.push(at);
        } else if open.pop().is_none() && closing.is_none() {
            closing = Some(at);
        }
    }
    (closing, open.pop())
}

/// The tags of a span's element.
fn element(attributes: &Attributes) -> (String, String) {
    let id =
        attributes.id.as_ref().map(|id| format!(" id=\"{}\"", crate::html::escape(id))).unwrap_or_default();
    let name = span_element(attributes).unwrap_or("span");
    (format!("<{name}{id}>"), format!("</{name}>"))
}

/// Whether attributes name something or somebody: `{k=1}` behind a bracket may be code.
pub(super) fn is_span(attributes: &Attributes) -> bool {
    attributes.id.is_some() || !attributes.classes.is_empty()
}

/// The element that a few classes have of their own.
pub(super) fn span_element(attributes: &Attributes) -> Option<&'static str> {
    attributes.classes.iter().find_map(|class| match class.as_str() {
        "underline" | "ul" => Some("u"),
        "mark" => Some("mark"),
        "kbd" => Some("kbd"),
        _ => None,
    })
}
