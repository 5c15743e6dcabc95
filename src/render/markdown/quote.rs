//! Block quotes that are admonitions: GitHub's alerts, and quotes that begin with a bold word.

use pulldown_cmark::{BlockQuoteKind, Event, Tag, TagEnd};

use super::super::fragment::{Fragment, Label};
use super::Writer;

/// Bold words that make a quote an admonition, in any case and with or without a colon.
const WORDS: &[(&str, BlockQuoteKind)] = &[
    ("note", BlockQuoteKind::Note),
    ("info", BlockQuoteKind::Note),
    ("tip", BlockQuoteKind::Tip),
    ("hint", BlockQuoteKind::Tip),
    ("important", BlockQuoteKind::Important),
    ("important note", BlockQuoteKind::Important),
    ("warning", BlockQuoteKind::Warning),
    ("attention", BlockQuoteKind::Warning),
    ("caution", BlockQuoteKind::Caution),
    ("danger", BlockQuoteKind::Caution),
];

impl Writer<'_> {
    pub(super) fn start_alert(&mut self, kind: BlockQuoteKind) {
        let (class, label) = match kind {
            BlockQuoteKind::Note => ("note", Label::Note),
            BlockQuoteKind::Tip => ("tip", Label::Tip),
            BlockQuoteKind::Important => ("important", Label::Important),
            BlockQuoteKind::Warning => ("warning", Label::Warning),
            BlockQuoteKind::Caution => ("caution", Label::Caution),
        };
        self.quotes.push("</div>\n");
        self.out.markup(&format!("<div class=\"admonition admonition-{class}\">\n"));
        let mut title = Fragment::new();
        title.markup("<p class=\"admonition-title\">");
        title.label(label);
        title.markup("</p>\n");
        self.piece(title, true);
    }

    /// A quote whose first paragraph begins with a bold word of the table. Back comes the place of
    /// what stands behind that word.
    pub(super) fn named_quote(&mut self, at: usize) -> Option<usize> {
        let event = |at: usize| self.events.get(at).map(|(event, _)| event);
        let is_strong = matches!(event(at + 1)?, Event::Start(Tag::Paragraph))
            && matches!(event(at + 2)?, Event::Start(Tag::Strong))
            && matches!(event(at + 4)?, Event::End(TagEnd::Strong));
        let Event::Text(word) = event(at + 3)?.clone() else { return None };
        let lower = word.trim().trim_end_matches([':', '!', '.']).to_lowercase();
        let kind = WORDS.iter().find(|(known, _)| is_strong && *known == lower)?.1;
        // "Note that …" is a sentence, and its first word no title.
        let goes_on = |text: &str| text.trim_start().to_lowercase().starts_with("that ");
        if matches!(event(at + 5), Some(Event::Text(text)) if goes_on(text)) {
            return None;
        }
        self.blocks += 1;
        self.start_alert(kind);
        let mut next = at + 5;
        // What follows in its paragraph is the text; nothing may follow.
        let colon = match event(next) {
            Some(Event::Text(text)) if text.trim_start().starts_with(':') => {
                text.len() - text.trim_start_matches([' ', ':']).len()
            }
            Some(Event::Text(text)) => text.len() - text.trim_start().len(),
            _ => 0,
        };
        match event(next) {
            Some(Event::End(TagEnd::Paragraph)) => return Some(next + 1),
            Some(Event::SoftBreak | Event::HardBreak) => next += 1,
            _ => self.eaten = colon,
        }
        self.paragraph = Some(String::new());
        self.out.markup("<p>");
        Some(next)
    }
}
