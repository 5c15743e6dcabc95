//! Pages that list pages: folders, the full index, tags. They come in parts, so that none grows
//! with the site.

use super::PageId;
use super::assemble::{Entry, Site, tag_slug};
use super::nav::{Stand, day};
use crate::path::SitePath;
use crate::theme::view::{Head, LinkView, List, ListView, Row, TagView, TagsView};

/// How many rows a part holds.
pub(super) const PART: usize = 500;

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
        List {
            rows,
            total,
            parts: if parts > 1 { (0..parts).map(link).collect() } else { Vec::new() },
            with_folder: !matches!(index, Index::Folder(_)),
        }
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
                    kind: format!("{:?}", page.kind).to_lowercase(),
                    language: page.language.clone(),
                    folder: with_folder.then(|| self.folder_link(self.folder_of[id], at)),
                    tags: self.tag_links(id, at),
                    date: page.change.as_ref().map(|change| day(&change.date)),
                    count: 0,
                }
            }
            Entry::Folder(id) => {
                let folder = &self.folders[id];
                Row {
                    title: folder.title.clone(),
                    url: self.folder_url(id).link_from(at),
                    description: folder.description.clone(),
                    kind: "folder".to_owned(),
                    language: String::new(),
                    folder: None,
                    tags: Vec::new(),
                    date: None,
                    count: folder.count,
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
