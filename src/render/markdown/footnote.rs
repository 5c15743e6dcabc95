//! Footnotes: their references, and the notes themselves at the end of the text.

use super::super::clean::{self, Origin};
use super::super::fragment::{Fragment, Label};
use super::super::page::PageState;
use super::Writer;

/// What the ids of the footnotes of the next text begin with: the cell, and for all but its
/// first text a number of their own.
pub(super) fn group(page: &mut PageState) -> String {
    let cell = page.at.number;
    let first = page.depth == 0 && page.noted != cell;
    if first {
        page.noted = cell;
        cell.to_string()
    } else {
        format!("{cell}.{}", page.next_group())
    }
}

impl Writer<'_> {
    pub(super) fn footnote_reference(&mut self, name: &str) {
        let next = self.numbers.len() + 1;
        let number = *self.numbers.entry(name.to_owned()).or_insert(next);
        let cell = &self.group;
        let mut piece = Fragment::new();
        piece.markup(&format!(
            "<sup class=\"footnote-ref\"><a href=\"#b:fn{cell}.{number}\" id=\"b:fr{cell}.{number}\">{number}</a></sup>"
        ));
        // A second reference to the same note has no id of its own.
        if number != next {
            piece = Fragment::new();
            piece.markup(&format!(
                "<sup class=\"footnote-ref\"><a href=\"#b:fn{cell}.{number}\">{number}</a></sup>"
            ));
        }
        self.piece(piece, false);
    }

    pub(super) fn finish(mut self) -> Fragment {
        let cell = self.group.clone();
        let footnotes = std::mem::take(&mut self.footnotes);
        let referred = self.numbers.len();
        let mut notes: Vec<(usize, Fragment)> = Vec::with_capacity(footnotes.len());
        for (name, text) in footnotes {
            // A note that nothing refers to is text all the same.
            let next = self.numbers.len() + 1;
            notes.push((*self.numbers.entry(name).or_insert(next), text));
        }
        notes.sort_by_key(|(number, _)| *number);
        let mut frame: Vec<(Fragment, Fragment, Fragment)> = Vec::new();
        let mut last = 0;
        for (number, text) in notes {
            let mut open = Fragment::new();
            // A note that is written twice has its id once.
            if number == last {
                open.markup("<li>");
            } else {
                open.markup(&format!("<li id=\"b:fn{cell}.{number}\">"));
            }
            last = number;
            let mut close = Fragment::new();
            // Nothing leads back where nothing led here.
            if number <= referred {
                close.markup(&format!(
                    "<a class=\"footnote-back\" href=\"#b:fr{cell}.{number}\" aria-label=\""
                ));
                close.label(Label::Back);
                close.markup("\">↩</a>");
            }
            close.markup("</li>\n");
            frame.push((open, text, close));
        }
        if !frame.is_empty() {
            let mut section = Fragment::new();
            section.markup("<section class=\"footnotes\" aria-label=\"");
            section.label(Label::Footnotes);
            section.markup("\"><ol>\n");
            for (open, text, close) in frame {
                section.append(open);
                section.append(text);
                section.append(close);
            }
            section.markup("</ol></section>\n");
            self.piece(section, true);
        }
        match self.pieces.take() {
            Some(pieces) => {
                let origin = Origin { cell: self.page.at.number, line: 1 };
                clean::clean(self.out.html(), pieces, origin, self.page)
            }
            None => self.out,
        }
    }
}
