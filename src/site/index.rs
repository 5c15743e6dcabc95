//! Pages that list pages: folders, the full index, tags. They come in parts, so that none grows
//! with the site; scripts that filter them load the file of all pages then.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::PageId;
use super::assemble::{Entry, Site, tag_slug};
use super::nav::{Stand, day};
use super::produce::{FACTS, Product};
use super::record::PageRecord;
use crate::diagnostic::{Diagnostic, Note, Rule};
use crate::path::SitePath;
use crate::theme::view::{Head, KeyView, LinkView, List, ListView, Row, TagView, TagsView};

/// How many rows a part holds.
pub(super) const PART: usize = 500;
/// The ways in which a list can look.
const LOOKS: [&str; 3] = ["rows", "cards", "table"];
/// How many pages a list has before it is worth a filter.
const MIN_FILTERED: usize = 8;
/// How many values a key has at most to be chosen from, and how many keys there are at most.
const MAX_VALUES: usize = 80;
const MAX_KEYS: usize = 10;
/// The keys that come first.
const FIRST_KEYS: [&str; 5] = ["tag", "folder", "language", "kind", "owner"];
/// How many pages are called recent.
const RECENT: usize = 6;

/// A list that is a page of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Index {
    /// What lies in a folder.
    Folder(usize),
    /// All pages.
    All,
    /// The pages that bear a tag, by its slug.
    Tag(String),
}

impl Site {
    /// How many parts a list has; at least one.
    pub(super) fn parts(&self, index: &Index) -> usize {
        let rows = match index {
            Index::Folder(folder) => self.folders[*folder].entries.len(),
            Index::All => self.sequence.len(),
            Index::Tag(slug) => self.tags.get(slug).map_or(0, |(_, pages)| pages.len()),
        };
        rows.div_ceil(PART).max(1)
    }

    /// The file that a part of a list is.
    pub(super) fn index_path(&self, index: &Index, part: usize) -> SitePath {
        let more = |name: &str| {
            let place = SitePath::root().child("_bindery").child("index");
            place.join(name).unwrap_or(place).child(&format!("{}.html", part + 1))
        };
        match index {
            Index::Folder(folder) if part == 0 => self.folder_url(*folder),
            Index::Folder(folder) => more(&format!("folders/{}", self.folders[*folder].path)),
            Index::All if part == 0 => SitePath::root().child("all.html"),
            Index::All => more("all"),
            Index::Tag(slug) if part == 0 => SitePath::root().child("tags").child(&format!("{slug}.html")),
            Index::Tag(slug) => more(&format!("tags/{slug}")),
        }
    }

    /// One part of a list, as the file `at` shows it.
    pub(super) fn list(&self, index: &Index, part: usize, at: &SitePath) -> List {
        let range = |len: usize| (part * PART).min(len)..((part + 1) * PART).min(len);
        let (rows, total) = match index {
            Index::Folder(folder) => {
                let entries = &self.folders[*folder].entries;
                (
                    entries[range(entries.len())].iter().map(|entry| self.row(*entry, at, false)).collect(),
                    entries.len(),
                )
            }
            Index::All => self.page_rows(&self.sequence[range(self.sequence.len())], self.sequence.len(), at),
            Index::Tag(slug) => match self.tags.get(slug) {
                Some((_, pages)) => self.page_rows(&pages[range(pages.len())], pages.len(), at),
                None => (Vec::new(), 0),
            },
        };
        let parts = self.parts(index);
        let link = |number: usize| LinkView {
            title: (number + 1).to_string(),
            url: if number == part { String::new() } else { self.index_path(index, number).link_from(at) },
        };
        let chosen = match index {
            Index::Folder(folder) => self.folders[*folder].index.and_then(|page| self.look_of(page)),
            _ => None,
        };
        let of_theme = || self.theme.value("lists").as_str().unwrap_or("rows").to_owned();
        List {
            rows,
            total,
            parts: if parts > 1 { (0..parts).map(link).collect() } else { Vec::new() },
            with_folder: !matches!(index, Index::Folder(_)),
            look: chosen.unwrap_or_else(of_theme),
            // Those of the first part reach all parts.
            keys: if part == 0 { self.keys(index) } else { Vec::new() },
            data_url: (parts > 1).then(|| self.path(&Product::Pages).link_from(at)),
            only: match index {
                Index::All => String::new(),
                Index::Folder(folder) => format!("in:{}", self.folders[*folder].path),
                Index::Tag(slug) => {
                    format!("tag:{}", self.tags.get(slug).map_or(slug.as_str(), |(name, _)| name))
                }
            },
        }
    }

    /// How the page of a folder wants its list: `list: cards` in its front matter.
    fn look_of(&self, page: PageId) -> Option<String> {
        let said = self.pages[page].front.all.get("list")?.as_str()?;
        LOOKS.contains(&said).then(|| said.to_owned())
    }

    /// What is said about pages that want their list to look as none does.
    pub(super) fn odd_looks(&self) -> Vec<Diagnostic> {
        let odd = |page: &PageRecord| {
            let said = page.front.all.get("list")?;
            let is_known = said.as_str().is_some_and(|said| LOOKS.contains(&said));
            let note =
                Note::warning(Rule::FrontMatter, format!("`list` is {said}, which is no look of a list"));
            (!is_known).then(|| Diagnostic::new(&page.source, note.help("rows, cards or table")))
        };
        self.folders.iter().filter_map(|folder| odd(&self.pages[folder.index?])).collect()
    }

    /// What tells the pages of a list apart: the keys of their facts that have a few values.
    fn keys(&self, index: &Index) -> Vec<KeyView> {
        let pages: Vec<PageId> = match index {
            Index::All => self.sequence.clone(),
            Index::Tag(slug) => self.tags.get(slug).map(|(_, pages)| pages.clone()).unwrap_or_default(),
            Index::Folder(folder) => {
                let page = |entry: &Entry| match entry {
                    Entry::Page(page) => Some(*page),
                    Entry::Folder(_) => None,
                };
                self.folders[*folder].entries.iter().filter_map(page).collect()
            }
        };
        if pages.len() < MIN_FILTERED {
            return Vec::new();
        }
        let mut values: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
        for page in &pages {
            for (key, value) in self.page_facts(*page) {
                let (count, all) = values.entry(key).or_default();
                *count += 1;
                all.insert(value);
            }
        }
        let place = |key: &str| FIRST_KEYS.iter().position(|first| *first == key).unwrap_or(FIRST_KEYS.len());
        // Where nearly every page says something else, a choice among all that is said helps nobody.
        let telling = |key: &str, count: usize, all: &BTreeSet<String>| {
            let few = place(key) < FIRST_KEYS.len() || all.len() * 3 <= count * 2;
            (2..=MAX_VALUES).contains(&all.len()) && few || all.len() == 1 && count < pages.len()
        };
        let mut found: Vec<(String, usize)> = values
            .into_iter()
            .filter(|(key, (count, all))| telling(key, *count, all))
            .map(|(key, (count, _))| (key, count))
            .collect();
        found.sort_by_key(|(key, count)| (place(key), std::cmp::Reverse(*count)));
        found.truncate(MAX_KEYS);
        let words = self.theme.labels();
        let name = |key: &str| match FIRST_KEYS.contains(&key) || FACTS.contains(&key) {
            true => words.get(key).to_owned(),
            false => key.to_owned(),
        };
        found.into_iter().map(|(key, _)| KeyView { name: name(&key), key }).collect()
    }

    /// What a page can be filtered by, as people read it.
    fn page_facts(&self, page: PageId) -> Vec<(String, String)> {
        let record = &self.pages[page];
        let words = self.theme.labels();
        let kind = words.get(&format!("kind_{}", record.kind.name())).to_owned();
        let mut facts = vec![("kind".to_owned(), kind)];
        // A page lies in all folders above it.
        let way = self.way(self.folder_of[page]);
        let way: Vec<&str> = way[1..].iter().map(|folder| self.folders[*folder].title.as_str()).collect();
        facts.extend((1..=way.len()).map(|depth| ("folder".to_owned(), way[..depth].join(" / "))));
        if !record.language.is_empty() {
            facts.push(("language".to_owned(), record.language.clone()));
        }
        // A tag is spelled as it was first, on whatever page.
        let tag = |tag: &String| self.tags.get(&tag_slug(tag)).map_or(tag, |(name, _)| name).clone();
        facts.extend(record.front.tags.iter().map(|own| ("tag".to_owned(), tag(own))));
        let own = ["kind", "folder", "language", "tag"];
        let other = record.front.values().filter(|(key, said)| {
            key.len() <= 30 && said.len() <= 60 && !said.contains('\n') && !own.contains(key)
        });
        facts.extend(other.map(|(key, said)| (key.to_owned(), said)));
        facts
    }

    /// The pages that changed last, the latest first, as the file `at` lists them.
    pub(super) fn recent(&self, at: &SitePath) -> Vec<Row> {
        if !self.shows("recent") {
            return Vec::new();
        }
        let mut latest = self.latest();
        latest.retain(|(_, page)| self.folders[0].index != Some(*page));
        latest.truncate(RECENT);
        latest.into_iter().map(|(_, page)| self.row(Entry::Page(page), at, true)).collect()
    }

    /// Whether some list or navigation holds but a part of what it stands for.
    pub(super) fn has_pages_js(&self) -> bool {
        self.sequence.len() > super::nav::WINDOW
    }

    /// Every page in the order of reading, for scripts that filter lists: what stands in its row.
    pub(super) fn pages_js(&self) -> Vec<u8> {
        let root = SitePath::root().child("index.html");
        let rows: Vec<_> = self
            .sequence
            .iter()
            .map(|page| {
                let row = self.row(Entry::Page(*page), &root, true);
                let within: Vec<String> = self
                    .way(self.folder_of[*page])
                    .iter()
                    .rev()
                    .map(|folder| format!("in:{}", self.folders[*folder].path))
                    .collect();
                json!([row.title, row.url, row.description, row.date, row.facts, within.join("\n")])
            })
            .collect();
        format!("bindery.pages({});\n", json!(rows)).into_bytes()
    }

    fn page_rows(&self, pages: &[PageId], total: usize, at: &SitePath) -> (Vec<Row>, usize) {
        (pages.iter().map(|page| self.row(Entry::Page(*page), at, true)).collect(), total)
    }

    fn row(&self, entry: Entry, at: &SitePath, with_folder: bool) -> Row {
        match entry {
            Entry::Page(id) => {
                let page = &self.pages[id];
                Row {
                    title: page.title.clone(),
                    url: self.urls[id].link_from(at),
                    description: page.description.clone(),
                    draft: page.front.draft,
                    kind: page.kind.name().to_owned(),
                    language: page.language.clone(),
                    folder: (with_folder && self.folder_of[id] != 0)
                        .then(|| self.folder_link(self.folder_of[id], at)),
                    tags: self.tag_links(id, at),
                    date: page.change.as_ref().map(|change| day(&change.date)),
                    count: 0,
                    facts: self
                        .page_facts(id)
                        .iter()
                        .map(|(key, value)| format!("{key}:{value}"))
                        .collect::<Vec<_>>()
                        .join("\n"),
                }
            }
            Entry::Folder(id) => {
                let folder = &self.folders[id];
                Row {
                    title: folder.title.clone(),
                    url: self.folder_url(id).link_from(at),
                    description: folder.description.clone(),
                    draft: false,
                    kind: "folder".to_owned(),
                    language: String::new(),
                    folder: None,
                    tags: Vec::new(),
                    date: None,
                    count: folder.count,
                    facts: String::new(),
                }
            }
        }
    }

    pub(super) fn tag_links(&self, page: PageId, at: &SitePath) -> Vec<LinkView> {
        let page = &self.pages[page];
        if page.front.unlisted {
            return Vec::new();
        }
        page.front
            .tags
            .iter()
            .map(|tag| LinkView {
                title: tag.clone(),
                url: self.index_path(&Index::Tag(tag_slug(tag)), 0).link_from(at),
            })
            .collect()
    }

    /// The page of one part of a list.
    pub(super) fn list_view(&self, index: &Index, part: usize) -> ListView {
        let at = self.index_path(index, part);
        let words = self.theme.labels();
        let (title, description, stand) = match index {
            Index::Folder(id) => {
                let folder = &self.folders[*id];
                let description = if *id == 0 { &self.config.description } else { &folder.description };
                (folder.title.clone(), description.clone(), Stand::Folder(*id))
            }
            Index::All => {
                (words.get("all_pages").to_owned(), words.get("all_description").to_owned(), Stand::Beside)
            }
            Index::Tag(slug) => {
                let name = self.tags.get(slug).map_or(slug.as_str(), |(name, _)| name);
                (format!("{}: {name}", words.get("tag")), String::new(), Stand::Beside)
            }
        };
        let head = Head { title: title.clone(), description: description.clone(), ..Head::default() };
        ListView {
            frame: self.frame(&at, stand, head),
            title,
            description,
            list: self.list(index, part, &at),
            recent: if *index == Index::Folder(0) && part == 0 { self.recent(&at) } else { Vec::new() },
        }
    }

    /// The page of all tags.
    pub(super) fn tags_view(&self, at: &SitePath) -> TagsView {
        let tags = self
            .tags
            .iter()
            .map(|(slug, (name, pages))| TagView {
                name: name.clone(),
                url: self.index_path(&Index::Tag(slug.clone()), 0).link_from(at),
                count: pages.len(),
            })
            .collect();
        let head = Head { title: self.theme.labels().get("tags").to_owned(), ..Head::default() };
        TagsView { frame: self.frame(at, Stand::Beside, head), tags }
    }
}
