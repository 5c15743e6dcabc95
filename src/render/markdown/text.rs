//! Text inside of paragraphs: formulas, bare URLs, references, citations, shortcodes.

use super::super::fragment::Fragment;
use super::super::{block, math};
use super::events::unescape;
use super::{Writer, reference};
use crate::diagnostic::{Note, Rule};

impl Writer<'_> {
    pub(super) fn text(&mut self, text: &str, line: u32) {
        let mut rest = text;
        while let Some((before, number, after)) = self.split_mark(rest) {
            self.rich(before, line);
            rest = after;
            let Some(piece) = self.formula(number, line) else { continue };
            let displayed = self.formulas.get(number).is_some_and(|formula| formula.display);
            match self.equation(&piece, after).filter(|_| displayed) {
                Some((numbered, behind)) => {
                    self.piece(numbered, false);
                    rest = behind;
                }
                None => self.piece(piece, false),
            }
        }
        self.rich(rest, line);
    }

    /// The text before the first formula's mark, the formula's number, the text behind.
    pub(super) fn split_mark<'t>(&self, text: &'t str) -> Option<(&'t str, usize, &'t str)> {
        let (before, rest) = text.split_once(self.marks.0)?;
        let (number, after) = rest.split_once(self.marks.1)?;
        Some((before, number.parse().ok()?, after))
    }

    /// `text` with the formulas in it as their source.
    pub(super) fn unmask(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, number, after)) = self.split_mark(rest) {
            out.push_str(before);
            if let Some(formula) = self.formulas.get(number) {
                out.push_str(&self.source[formula.range.clone()]);
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// A formula by its number; each stands where it stood, and once: an entity can write the mark
    /// as well.
    pub(super) fn formula(&mut self, number: usize, line: u32) -> Option<Fragment> {
        let formula = self.formulas.get(number)?;
        if !self.set.insert(number) {
            return None;
        }
        let tex = &self.source[formula.tex.clone()];
        self.gather(tex.trim());
        let mut piece = Fragment::new();
        // LaTeX numbers an `equation`, by its own tag where it has one.
        let numbered = math::numbered(tex).filter(|_| formula.display);
        let tex = numbered.as_ref().map_or(tex, |numbered| numbered.tex.as_str());
        if let Err(why) = self.page.math.set(tex, formula.display, piece.raw()) {
            self.page.note(
                Note::warning(Rule::Math, format!("the formula stands as TeX: {why}"))
                    .at_line(line)
                    .help("rewrite it with commands that MathML has an answer to"),
            );
        }
        if number >= self.next_formula {
            let hidden = memchr::memchr_iter(b'\n', self.source[formula.range.clone()].as_bytes()).count();
            self.lines_hidden += u32::try_from(hidden).unwrap_or(0);
            self.next_formula = number + 1;
        }
        if let Some(numbered) = numbered {
            piece = reference::tagged_equation(piece, numbered, self.page);
        }
        Some(piece)
    }

    /// Text without formulas; bare URLs become links.
    pub(super) fn plain(&mut self, text: &str, line: u32) {
        let text = &*unescape(text);
        self.gather(text);
        let mut rest = text;
        while self.links.is_empty() {
            let Some((at, end)) = block::bare_url(rest) else { break };
            self.out.text(&rest[..at]);
            let url = &rest[at..end];
            self.open_link(url, "", (line, true));
            self.out.text(url);
            self.out.markup("</a>");
            rest = &rest[end..];
        }
        self.out.text(rest);
    }

    pub(super) fn html(&mut self, html: &str) {
        let lower = html.as_bytes().windows(3).any(|start| start.eq_ignore_ascii_case(b"<h1"));
        self.html_title |= lower;
        let mut rest = html;
        while let Some((before, number, after)) = self.split_mark(rest) {
            self.out.markup(before);
            let line = self.line;
            if let Some(piece) = self.formula(number, line) {
                self.piece(piece, false);
            }
            rest = after;
        }
        self.out.markup(rest);
    }
}
