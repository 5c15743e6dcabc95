//! Headings: their anchors, their place in the contents, and the one that is the page's title.

use pulldown_cmark::{CowStr, HeadingLevel};

use super::super::fragment::{Fragment, Label};
use super::super::page::{Heading, Title, is_authors};
use super::super::target::Kind;
use super::{PendingHeading, Writer};

impl Writer<'_> {
    pub(super) fn start_heading(&mut self, level: HeadingLevel, id: Option<CowStr<'_>>) {
        let level = level as u8;
        let is_title = self.page.wants_title
            && !self.html_title
            && self.saved.is_empty()
            && (level == 1 || (self.page.at_start && self.blocks == 0))
            && (!self.page.has_code || self.page.headings.is_empty());
        let id = id.map(|id| id.to_string()).filter(|id| is_authors(id));
        self.begin_inner();
        self.heading = Some(PendingHeading { level, id, text: String::new(), is_title });
    }

    pub(super) fn end_heading(&mut self) {
        self.blocks += 1;
        let inner = self.end_inner();
        let Some(PendingHeading { level, id, text, is_title }) = self.heading.take() else { return };
        let written = text;
        let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
        let named = id.is_some();
        let (id, alias) = match id {
            Some(id) if self.page.anchors.take_authors(&id) => {
                let alias = self.page.anchors.alias(&written);
                (id, alias)
            }
            _ => self.page.anchors.of_heading(&written),
        };
        let says_it = self.page.title_is.as_ref().is_none_or(|title| *title == text);
        if is_title && says_it && !text.is_empty() {
            self.page.wants_title = false;
            let labels: Vec<String> =
                self.page.pending_label.take().into_iter().chain(named.then(|| id.clone())).collect();
            for label in labels {
                if let Some(anchor) = self.page.name(&label, Kind::Section, (String::new(), text.clone())) {
                    let piece = super::super::frame::anchor(&anchor);
                    self.piece(piece, false);
                }
            }
            self.page.title = Some(Title { text, html: inner, id, alias });
            return;
        }
        let number = match self.page.context.numbered {
            Some(top) if level >= top && self.page.depth == 0 => self.page.numbers.section(level, top),
            _ => String::new(),
        };
        let numbered = !number.is_empty() && !text.is_empty();
        let mut head = Fragment::new();
        for label in self.page.pending_label.take().into_iter().chain(named.then(|| id.clone())) {
            let target = self.page.name(&label, Kind::Section, (number.clone(), text.clone()));
            if let Some(anchor) = target {
                head.append(super::super::frame::anchor(&anchor));
            }
        }
        if !text.is_empty() {
            self.page.headings.push(Heading {
                level,
                text,
                id: id.clone(),
                cell: self.page.at.number,
                number,
            });
        }
        if let Some(alias) = &alias {
            head.markup("<span class=\"alias\" id=\"");
            head.attribute(alias);
            head.markup("\"></span>");
        }
        if numbered {
            head.markup(&format!(
                "<span class=\"number\">{}</span> ",
                self.page.headings.last().map_or("", |heading| heading.number.as_str())
            ));
        }
        let mut anchor = Fragment::new();
        anchor.markup("<a class=\"permalink\" href=\"#");
        anchor.attribute(&crate::path::encode_fragment(&id));
        anchor.markup("\" aria-label=\"");
        anchor.label(Label::Permalink);
        anchor.markup("\"></a>");
        let mut heading = Fragment::new();
        heading.markup(&format!("<h{level} id=\""));
        heading.attribute(&id);
        heading.markup("\">");
        heading.append(head);
        heading.append(inner);
        heading.append(anchor);
        heading.markup(&format!("</h{level}>\n"));
        self.piece(heading, true);
    }
}
