//! The last look for secrets: at what readers see of a page, where what an author wrote in pieces
//! (`ghp\_…`, `<b>ghp_</b>…`, entities, backspaces) stands as one.
//!
//! Reading has taken out what stood there whole (`notebook::sift`); the source of code is shown as it
//! was read, and is not looked at again.

use std::ops::Range;

use super::Rendered;
use super::fragment::{Fragment, Slot};
use crate::diagnostic::{Note, Rule};
use crate::html::unescape;
use crate::notebook::Notebook;
use crate::secret::Secrets;

/// Elements that do not part the words around them.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr", "dfn", "bdi", "bdo",
];

/// Takes what only shows on the page out of all that was rendered; says so in a note of the page.
pub(super) fn veil(rendered: &mut Rendered, notebook: &Notebook) {
    let (secrets, passes) = (notebook.secrets(), notebook.secrets_allowed());
    let veil = Veil { secrets, passes };
    let mut found = veil.fragment(&mut rendered.body);
    let outline = &mut rendered.outline;
    if let Some(title) = &mut outline.title {
        found |= veil.fragment(&mut title.html) | veil.text(&mut title.text);
    }
    for heading in &mut outline.headings {
        found |= veil.text(&mut heading.text);
    }
    found |= veil.text(&mut outline.first_paragraph);
    for entry in &mut outline.contents {
        for text in [&mut entry.title, &mut entry.caption].into_iter().flatten() {
            found |= veil.text(text);
        }
    }
    for unit in &mut rendered.units {
        found |= veil.text(&mut unit.text);
    }
    if found {
        let said = "a secret that stands there in pieces shows whole on the page; the site shows a mark in its place";
        let help = "revoke it and take it out, also of git's history";
        rendered.notes.push(Note::warning(Rule::Secret, said).help(help));
    }
}

struct Veil<'a> {
    secrets: &'a Secrets,
    /// What looks like a secret and is none, as its author said.
    passes: &'a [String],
}

impl Veil<'_> {
    /// The parts of a text that must not show, each with its mark.
    fn parts(&self, text: &str) -> Vec<(Range<usize>, String)> {
        if !self.secrets.may_hold(text) {
            return Vec::new();
        }
        let found = self.secrets.find_in_output(text, "").into_iter().filter(|found| {
            let said = &text[found.range.clone()];
            found.kind.redacts && !self.passes.iter().any(|pass| pass == said)
        });
        found.map(|found| (found.range.clone(), format!("[redacted: {}]", found.kind.id))).collect()
    }

    fn text(&self, text: &mut String) -> bool {
        let parts = self.parts(text);
        for (range, mark) in parts.iter().rev() {
            text.replace_range(range.clone(), mark);
        }
        !parts.is_empty()
    }

    fn fragment(&self, fragment: &mut Fragment) -> bool {
        let mut any = false;
        for slot in fragment.slots_mut() {
            if let Slot::Image(image) = slot {
                any |= self.text(&mut image.alt) | self.text(&mut image.title);
            }
        }
        let seen = Seen::of(fragment.html());
        let parts = self.parts(&seen.text);
        if parts.is_empty() {
            return any;
        }
        let edits = parts.into_iter().flat_map(|(range, mark)| seen.edits(range, mark)).collect();
        fragment.edit(edits);
        true
    }
}

/// What readers see of HTML, and where it stands there.
struct Seen {
    text: String,
    /// Of each byte the place in the HTML, and its length there.
    places: Vec<(u32, u8)>,
}

impl Seen {
    /// Of HTML of our own: well formed, with no `>` in attributes.
    fn of(html: &str) -> Self {
        let mut seen = Self { text: String::new(), places: Vec::new() };
        let bytes = html.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'<' => {
                    let end = memchr::memchr(b'>', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
                    let tag = &html[at..end];
                    // Source was looked at when it was read.
                    let is_source = tag.starts_with("<pre class=\"code");
                    let name = tag.trim_start_matches(['<', '/']);
                    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
                    if !INLINE.contains(&name) {
                        seen.push("\n", at, 0);
                    }
                    let rest = if is_source { &bytes[end..] } else { &[] };
                    at = end + memchr::memmem::find(rest, b"</pre>").unwrap_or(0);
                }
                b'&' => {
                    let end = memchr::memchr(b';', &bytes[at..bytes.len().min(at + 10)])
                        .map_or(at + 1, |end| at + end + 1);
                    let said = unescape(&html[at..end]).into_owned();
                    seen.push(&said, at, end - at);
                    at = end;
                }
                _ => {
                    let end = memchr::memchr2(b'<', b'&', &bytes[at..]).map_or(bytes.len(), |end| at + end);
                    seen.text.push_str(&html[at..end]);
                    seen.places.extend((at..end).map(|at| (u32::try_from(at).unwrap_or(u32::MAX), 1)));
                    at = end;
                }
            }
        }
        seen
    }

    /// One piece of the HTML, which stands for a text.
    fn push(&mut self, text: &str, at: usize, length: usize) {
        self.text.push_str(text);
        let place = (u32::try_from(at).unwrap_or(u32::MAX), u8::try_from(length).unwrap_or(0));
        self.places.extend(std::iter::repeat_n(place, text.len()));
    }

    /// What is to be done to the HTML so that a part does not show: its first piece becomes the mark,
    /// the others go; elements between them stay.
    fn edits(&self, range: Range<usize>, mark: String) -> Vec<(Range<usize>, String)> {
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for (at, length) in self.places.get(range).unwrap_or_default() {
            let (start, end) = (*at as usize, *at as usize + usize::from(*length));
            match edits.last_mut() {
                Some((last, _)) if last.end >= start => last.end = last.end.max(end),
                _ => edits.push((start..end, String::new())),
            }
        }
        if let Some((_, first)) = edits.first_mut() {
            *first = mark;
        }
        edits
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn what_is_seen_knows_where_it_stands() {
        let html = "<p>a &amp; <b>bc</b>d</p>\n<pre class=\"code\">x</pre>";
        let seen = Seen::of(html);
        assert_eq!(seen.text, "\na & bcd\n\n\n\n");
        let at = seen.text.find("& bc").expect("it is there");
        let edits = seen.edits(at..at + 5, "M".to_owned());
        let shown: Vec<(&str, &str)> =
            edits.iter().map(|(part, to)| (&html[part.clone()], to.as_str())).collect();
        assert_eq!(shown, [("&amp; ", "M"), ("bc", ""), ("d", "")]);
    }
}
