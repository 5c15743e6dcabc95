//! Directives of words: lists of pages, glossaries, cards, theorems.

use super::super::{line as one_line, nested, reference};
use super::Show;
use crate::notebook::LinkList;
use crate::render::fragment::{Fragment, Slot, Words};
use crate::render::frame;
use crate::render::lists;
use crate::render::page::{ContentsEntry, link, slug};
use crate::render::target::Kind;
use crate::render::weave::text_of;

impl Show<'_> {
    /// `{toctree}`: a page a line, perhaps with a title (`Title <page>`).
    pub(super) fn contents(&mut self) -> Fragment {
        let block = self.block;
        let caption = block.options.get("caption").map(str::to_owned);
        let hidden = block.flag("hidden") == Some(true);
        let mut entries: Vec<ContentsEntry> = block
            .body
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && *line != "self")
            .map(|line| {
                let (title, target) = match line.strip_suffix('>').and_then(|line| line.rsplit_once('<')) {
                    Some((title, target)) => (Some(title.trim().to_owned()), target),
                    None => (None, line),
                };
                ContentsEntry { target: target.trim().to_owned(), title, caption: caption.clone() }
            })
            .collect();
        if block.flag("reversed") == Some(true) {
            entries.reverse();
        }
        // Patterns name pages that only the navigation knows.
        let (patterns, named): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| block.flag("glob") == Some(true) && entry.target.contains(['*', '?']));
        self.page.contents.extend(patterns);
        if hidden {
            self.page.contents.extend(named);
            return Fragment::new();
        }
        lists::show(named, LinkList::Contents, self.page)
    }

    /// Terms with what they mean: as a definition list, or indented as in reStructuredText.
    pub(super) fn glossary(&mut self) -> Fragment {
        let mut out = Fragment::new();
        out.markup("<dl class=\"glossary\">\n");
        let mut meaning = String::new();
        let mut open = false;
        let below = self.below();
        for line in self.block.body.lines().chain(std::iter::once("\u{0}")) {
            let is_term = !line.is_empty() && !line.starts_with([' ', '\t', ':']) || line == "\u{0}";
            if !is_term {
                let text = line
                    .strip_prefix(':')
                    .or_else(|| line.strip_prefix("    "))
                    .or_else(|| line.strip_prefix("  "))
                    .unwrap_or(line);
                meaning.push_str(text.strip_prefix(' ').unwrap_or(text));
                meaning.push('\n');
                continue;
            }
            if open && !meaning.trim().is_empty() {
                out.markup("<dd>");
                out.append(nested(&std::mem::take(&mut meaning), below, self.page));
                out.markup("</dd>\n");
            }
            meaning.clear();
            if line == "\u{0}" {
                break;
            }
            open = true;
            let term = line.split(" : ").next().unwrap_or(line).trim();
            out.markup("<dt");
            let shown = one_line(term, self.page);
            let plain = text_of(shown.html());
            let name = format!("term-{}", slug(&plain));
            if let Some(anchor) = self.page.name(&name, Kind::Term, (String::new(), plain)) {
                out.markup(" id=\"");
                out.attribute(&anchor);
                out.markup("\"");
            }
            out.markup(">");
            out.append(shown);
            out.markup("</dt>\n");
        }
        out.markup("</dl>\n");
        self.named(out)
    }

    /// A card: a title, perhaps a link, a text; `^^^` parts off its head and `+++` its foot.
    pub(super) fn card(&mut self) -> Fragment {
        let block = self.block;
        let target = block.options.get("link").or_else(|| block.options.get("url")).map(str::to_owned);
        let (head, body) = block
            .body
            .split_once("\n^^^")
            .map_or(("", block.body.as_str()), |(head, body)| (head, body.trim_start_matches('^')));
        let mut out = Fragment::new();
        out.markup("<div class=\"card\">");
        if !head.trim().is_empty() {
            out.append(nested(head, self.below(), self.page));
        }
        let title = self.title();
        if !title.is_empty() || target.is_some() {
            out.markup("<p class=\"card-title\">");
            match &target {
                Some(target) if title.is_empty() => {
                    out.append(reference::to(target, Words::Title, (self.line, target), self.page));
                }
                Some(target) => {
                    out.markup("<a");
                    out.slot(Slot::Href(link(target, self.page, self.line)));
                    out.markup(">");
                    out.append(title);
                    out.markup("</a>");
                }
                None => out.append(title),
            }
            out.markup("</p>\n");
        }
        out.append(nested(body, self.below(), self.page));
        out.markup("</div>\n");
        self.named(out)
    }

    /// A theorem, a proof, an exercise: its kind, its number, its title.
    pub(super) fn statement(&mut self) -> Fragment {
        let block = self.block;
        let word = block.name.rsplit(':').next().unwrap_or(&block.name).trim_end_matches("-start");
        let counts = !matches!(word, "proof" | "solution")
            && block.flag("nonumber") != Some(true)
            && block.flag("enumerated") != Some(false);
        let title = self.title();
        let named = frame::Statement {
            word,
            label: block.options.id.as_deref(),
            title,
            counts,
            folds: block.options.has("dropdown"),
        };
        let head = frame::statement_head(named, self.page);
        let inner = self.body();
        frame::statement(head, inner)
    }
}
