//! References to what has a name, figures written as a picture with attributes, embedded cells.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::super::fragment::{Embed, Fragment, Image, Reference, Slot, Words};
use super::super::frame::{self, Caption};
use super::super::math::Numbered;
use super::super::page::{PageState, link};
use super::super::target::{self, Kind};
use super::attributes::Attributes;
use super::containers::MARK;
use super::{PendingImage, Writer, shortcode};

/// A reference to a name, or to a page by its path; `fallback` is what its author wrote.
pub(super) fn to(name: &str, words: Words, (line, fallback): (u32, &str), page: &PageState) -> Fragment {
    let mut out = Fragment::new();
    let link = link(name, page, line);
    out.slot(Slot::Reference(Box::new(Reference { link, words, fallback: fallback.to_owned() })));
    out
}

/// A cell or an output of another notebook.
pub(super) fn embed(target: &str, (input, output): (bool, bool), line: u32, page: &PageState) -> Fragment {
    let mut out = Fragment::new();
    out.slot(Slot::Embed(Box::new(Embed { link: link(target, page, line), input, output })));
    out
}

/// The attributes of an `<img>` that Pandoc's attributes ask for, ready to stand in it.
pub(super) fn image_attributes(attributes: &Attributes, page: &mut PageState) -> String {
    let mut out = String::new();
    if let Some(id) = &attributes.id
        && target::kind_of(id).is_none()
        && page.anchors.take_authors(id)
    {
        out.push_str(&format!(" id=\"{}\"", crate::html::escape(id)));
    }
    let size = attributes.size();
    if !size.is_empty() {
        out.push_str(&format!(" style=\"{size}\""));
    }
    out
}

impl Writer<'_> {
    /// The attributes right behind a picture, which are read as such and not shown.
    pub(super) fn image_attributes(&mut self) -> Attributes {
        self.upcoming.take().unwrap_or_default()
    }

    /// Looks for attributes in the text behind a picture that ends at a place.
    pub(super) fn attributes_behind(&self, at: usize) -> Option<(Attributes, usize)> {
        match self.events.get(at) {
            Some((Event::Text(text), _)) => Attributes::read(text),
            _ => None,
        }
    }

    /// Marks the attributes behind a picture as read.
    pub(super) fn skip_attributes(&mut self, at: usize) {
        if let Some((_, length)) = self.attributes_behind(at) {
            self.eaten = length;
        }
    }

    /// The words that a link without any takes from its target (MyST).
    pub(super) fn words_of(&self, (target, words): (&str, Words), line: u32) -> Fragment {
        let mut out = Fragment::new();
        let link = link(target, self.page, line);
        out.slot(Slot::Words(Box::new(Reference { link, words, fallback: target.to_owned() })));
        out
    }

    /// Paragraphs that are no text: a shortcode, a name, a figure, an embedded cell. Back comes the
    /// place behind the paragraph.
    pub(super) fn special_paragraph(&mut self, at: usize) -> Option<usize> {
        let line = self.line_of(self.events[at].1.start);
        match &self.events.get(at + 1)?.0 {
            Event::Text(text) => {
                if !matches!(self.events.get(at + 2)?.0, Event::End(TagEnd::Paragraph)) {
                    return None;
                }
                let text = text.trim();
                if let Some(said) = text.strip_prefix("{{<").and_then(|text| text.strip_suffix(">}}"))
                    && !said.contains("{{<")
                {
                    let (piece, block) = shortcode::show(said.trim(), line, self.page)?;
                    if !block {
                        self.out.markup("<p>");
                        self.piece(piece, false);
                        self.out.markup("</p>\n");
                    } else {
                        self.piece(piece, true);
                    }
                    return Some(at + 3);
                }
                let label = text.strip_prefix(MARK).and_then(|text| text.strip_suffix(MARK))?;
                if label.contains(MARK) || label.starts_with(':') {
                    return None;
                }
                // A heading right behind takes the name, and gives its title to it.
                if matches!(
                    self.events.get(at + 3).map(|(event, _)| event),
                    Some(Event::Start(Tag::Heading { .. }))
                ) {
                    self.page.pending_label = Some(label.to_owned());
                } else {
                    self.spot(label);
                }
                Some(at + 3)
            }
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                let end = self.events[at + 2..]
                    .iter()
                    .position(|(event, _)| matches!(event, Event::End(TagEnd::Image)))?
                    + at
                    + 2;
                let target = self.unmask(dest_url);
                let ends = |at: usize| {
                    matches!(self.events.get(at).map(|(event, _)| event), Some(Event::End(TagEnd::Paragraph)))
                };
                if let Some(label) = target.strip_prefix('#').filter(|_| ends(end + 1)) {
                    let piece = embed(&format!("#{label}"), (false, true), line, self.page);
                    self.piece(piece, true);
                    return Some(end + 2);
                }
                let (attributes, length) = self.attributes_behind(end + 1)?;
                let Event::Text(text) = &self.events[end + 1].0 else { return None };
                let named = attributes.id.as_deref().and_then(target::kind_of) == Some(Kind::Figure);
                if !named || !text[length..].trim().is_empty() || !ends(end + 2) {
                    return None;
                }
                let title = self.unmask(title);
                let source = self.caption_source(at + 2, end);
                let piece = self.figure_of(&target, title, (&source, &attributes, line));
                self.piece(piece, true);
                Some(end + 3)
            }
            _ => None,
        }
    }

    /// The Markdown between two events.
    fn caption_source(&self, from: usize, end: usize) -> String {
        let start = self.events.get(from).map_or(0, |(_, range)| range.start);
        let stop = self.events[from..end].iter().map(|(_, range)| range.end).max().unwrap_or(start);
        self.unmask(self.masked.get(start..stop).unwrap_or_default())
    }

    fn figure_of(
        &mut self,
        target: &str,
        title: String,
        (source, attributes, line): (&str, &Attributes, u32),
    ) -> Fragment {
        let text = super::line(source, self.page);
        let plain = super::super::weave::text_of(text.html());
        let pending = PendingImage { target: target.to_owned(), title, alt: plain.clone(), line, depth: 0 };
        let image = Image {
            link: link(&pending.target, self.page, line),
            alt: attributes.get("fig-alt").map_or(pending.alt, str::to_owned),
            title: pending.title,
            attributes: {
                let size = attributes.size();
                if size.is_empty() { String::new() } else { format!(" style=\"{size}\"") }
            },
            linked: false,
        };
        let inner = self.page.image(image);
        let caption = Caption {
            text,
            plain,
            label: attributes.id.clone(),
            kind: Some(Kind::Figure),
            ..Caption::default()
        };
        frame::figure(inner, caption, self.page)
    }

    /// A display formula with its number, where a name stands behind it: `{#eq-name}` or `(name)`.
    /// Back comes the text behind the name.
    pub(super) fn equation<'t>(&mut self, inner: &Fragment, behind: &'t str) -> Option<(Fragment, &'t str)> {
        let text = behind.trim_start_matches([' ', '\t']);
        let (label, rest) = if let Some((attributes, length)) = Attributes::read(text) {
            (attributes.id?, &text[length..])
        } else {
            let (label, rest) = text.strip_prefix('(')?.split_once(')')?;
            let sound = !label.is_empty() && !label.contains(char::is_whitespace);
            (
                label.to_owned(),
                Some(rest).filter(|rest| sound && (rest.is_empty() || rest.starts_with('\n')))?,
            )
        };
        Some((numbered_equation(inner.clone(), Some(&label), self.page), rest))
    }
}

/// A formula with the number that LaTeX gives it, or the tag that it names itself.
pub(super) fn tagged_equation(inner: Fragment, numbered: Numbered, page: &mut PageState) -> Fragment {
    let number = numbered.tag.unwrap_or_else(|| page.numbers.next(Kind::Equation).to_string());
    equation(inner, (number, numbered.label.as_deref()), page)
}

/// A formula with its number beside it.
pub(super) fn numbered_equation(inner: Fragment, label: Option<&str>, page: &mut PageState) -> Fragment {
    let number = page.numbers.next(Kind::Equation).to_string();
    equation(inner, (number, label), page)
}

fn equation(inner: Fragment, (number, label): (String, Option<&str>), page: &mut PageState) -> Fragment {
    let anchor = label.and_then(|label| page.name(label, Kind::Equation, (number.clone(), String::new())));
    let mut out = Fragment::new();
    out.markup("<span class=\"equation\"");
    if let Some(anchor) = anchor {
        out.markup(" id=\"");
        out.attribute(&anchor);
        out.markup("\"");
    }
    out.markup(">");
    out.append(inner);
    out.markup("<span class=\"equation-number\">(");
    out.text(&number);
    out.markup(")</span></span>");
    out
}
