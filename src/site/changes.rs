//! The page of what a branch changes.

use super::assemble::Site;
use super::edition::{ChangedPage, Fate, Review};
use super::nav::Stand;
use crate::diagnostic::{Note, Severity};
use crate::html::escape;
use crate::path::{SitePath, encode_fragment};
use crate::theme::view::{ChangeGroup, ChangedFile, ChangesView, FindingView, Head};

/// How many pages of one fate are listed.
const MOST: usize = 500;
/// How many findings of one file are listed.
const MOST_FINDINGS: usize = 50;

impl Site {
    /// What the branch changes, seen from the file `at`.
    pub(super) fn changes_view(&self, at: &SitePath) -> ChangesView {
        let nothing = Review::default();
        let review = self.edition.review.as_deref().unwrap_or(&nothing);
        let words = self.theme.labels();
        let group = |(fate, name, key): (Fate, &'static str, &str)| {
            let pages: Vec<&ChangedPage> = review.pages.iter().filter(|page| page.fate == fate).collect();
            let shown = pages.iter().take(MOST).map(|page| self.changed(review, page, at)).collect();
            let (title, more) = (words.count(key, pages.len()), pages.len().saturating_sub(MOST));
            (!pages.is_empty()).then_some(ChangeGroup { fate: name, title, pages: shown, more })
        };
        let fates = [
            (Fate::Added, "added", "changes_added"),
            (Fate::Changed, "changed", "changes_changed"),
            (Fate::Moved, "moved", "changes_moved"),
            (Fate::Dropped, "dropped", "changes_dropped"),
        ];
        let elsewhere = review.elsewhere.iter().take(MOST).map(|(file, notes)| ChangedFile {
            title: self.page_of(file).map_or_else(|| file.to_string(), |page| self.pages[page].title.clone()),
            ..self.file(file, notes, at)
        });
        let head = Head { title: words.get("changes").to_owned(), noindex: true, ..Head::default() };
        ChangesView {
            frame: self.frame(at, Stand::Beside, head),
            base: review.base.clone(),
            merge_request_url: review.merge_request.as_ref().map(|request| request.url.clone()),
            remarks: review.remarks.clone(),
            groups: fates.into_iter().filter_map(group).collect(),
            elsewhere: elsewhere.collect(),
        }
    }

    fn changed(&self, review: &Review, page: &ChangedPage, at: &SitePath) -> ChangedFile {
        let now = self.page_of(&page.source).map(|page| &self.urls[page]);
        let base = self.config.base_url.as_deref();
        ChangedFile {
            title: page.title.clone(),
            was: page.was.as_ref().filter(|was| now != Some(*was)).map(SitePath::to_string),
            published_url: page.was.as_ref().zip(base).map(|(was, base)| format!("{base}{}", was.encoded())),
            diff_url: (review.merge_request.as_ref().filter(|_| page.is_touched))
                .map(|request| request.place(&page.source)),
            ..self.file(&page.source, &page.findings, at)
        }
    }

    fn file(&self, source: &SitePath, notes: &[Note], at: &SitePath) -> ChangedFile {
        let words = self.theme.labels();
        let url = self.page_of(source).map(|page| self.urls[page].link_from(at));
        let finding = |note: &Note| {
            let anchor = note.cell.as_ref().map(|cell| format!("#{}", encode_fragment(&cell.anchor())));
            FindingView {
                severity: note.severity.name(),
                severity_name: words
                    .get(match note.severity {
                        Severity::Error => "error",
                        Severity::Warning => "warning",
                        Severity::Info => "note",
                    })
                    .to_owned(),
                rule: note.rule.id(),
                message_html: with_code(&note.message),
                help_html: note.help.as_deref().map(with_code),
                // A page of Markdown is one cell to us alone.
                cell: note.cell.as_ref().map(|cell| cell.number).filter(|_| source.extension() == "ipynb"),
                line: note.file_line(),
                url: url.as_ref().map(|url| format!("{url}{}", anchor.unwrap_or_default())),
            }
        };
        ChangedFile {
            title: String::new(),
            source: source.to_string(),
            was: None,
            published_url: None,
            diff_url: None,
            findings: notes.iter().take(MOST_FINDINGS).map(finding).collect(),
            url,
        }
    }
}

/// A sentence as HTML: what stands between backticks is code.
fn with_code(text: &str) -> String {
    let mut out = String::new();
    let pieces: Vec<&str> = text.split('`').collect();
    for (place, piece) in pieces.iter().enumerate() {
        // The last of an even number of backticks' pieces is prose; one that is never closed stays.
        match (place % 2 == 1, place + 1 < pieces.len()) {
            (true, true) => out.push_str(&format!("<code>{}</code>", escape(piece))),
            (true, false) => out.push_str(&format!("`{}", escape(piece))),
            _ => out.push_str(&escape(piece)),
        }
    }
    out
}
