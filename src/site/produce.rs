//! The bytes of any file of the site.

use std::collections::BTreeSet;

use super::assemble::Site;
use super::fill::Filler;
use super::index::Index;
use super::nav::Stand;
use super::{Bodies, PageId};
use crate::address::Address;
use crate::config::{DownloadMode, Forge};
use crate::diagnostic::{CellRef, Diagnostic};
use crate::html::escape;
use crate::path::SitePath;
use crate::render::Fragment;
use crate::theme::view::{Fact, Head, LinkView, Page, PageView, TocItem};

/// A file that the site can make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// A file of the theme.
    Static(usize),
    /// A notebook or Markdown page.
    Page(PageId),
    /// A part of a list.
    Index(Index, usize),
    /// All tags.
    Tags,
    /// The page of search.
    Search,
    /// How browsers search the site.
    OpenSearch,
    /// What a branch changes, for those who review it.
    Changes,
    /// The page for URLs that lead nowhere.
    NotFound,
    /// An old URL that leads to a page.
    Alias(SitePath, PageId),
    /// The redirects of GitLab Pages.
    Redirects,
    /// The sitemap.
    Sitemap,
    /// The feed.
    Feed,
    /// Every page with its metadata.
    SiteJson,
    /// Every page with what stands in its row, for scripts that filter lists of several parts.
    Pages,
    /// An empty file that keeps GitHub Pages from hiding `_bindery`.
    NoJekyll,
}

impl Product {
    /// Whether only a server has a use for it, or a machine that asks one.
    pub fn is_for_servers(&self) -> bool {
        matches!(
            self,
            Self::NotFound
                | Self::Redirects
                | Self::Sitemap
                | Self::Feed
                | Self::OpenSearch
                | Self::NoJekyll
                | Self::Changes
        )
    }
}

/// A produced file.
#[derive(Clone, Debug, Default)]
pub struct Produced {
    /// Its content.
    pub bytes: Vec<u8>,
    /// What its links say about the sources.
    pub notes: Vec<Diagnostic>,
    /// Files of the repo that it links, and where they go in the site.
    pub files: BTreeSet<(SitePath, SitePath)>,
    /// Where its links leave the site, each with its cell and its line.
    pub outside: Vec<(Address, Option<CellRef>, u32)>,
}

/// How many words people read in a minute.
const WORDS_A_MINUTE: usize = 200;
/// How many pages that link to a page are named.
const MAX_BACKLINKS: usize = 30;
/// The keys of front matter that stand at the head of a page.
pub(super) const FACTS: [&str; 7] =
    ["owner", "service", "severity", "environments", "last_reviewed_on", "review_in", "approver"];
/// How many characters of a heading the contents show.
const TOC_TITLE: usize = 90;

impl Site {
    /// The files that no author asked for by an alias.
    pub(super) fn own_products(&self) -> Vec<Product> {
        let mut all: Vec<Product> = (0..self.theme.assets().len()).map(Product::Static).collect();
        all.extend((0..self.pages.len()).map(Product::Page));
        let mut indexes: Vec<Index> = (0..self.folders.len()).map(Index::Folder).collect();
        indexes.push(Index::All);
        indexes.extend(self.tags.keys().cloned().map(Index::Tag));
        for index in indexes {
            // The first part of a folder's list stands on the page that an author wrote for it.
            let first = usize::from(matches!(
                index,
                Index::Folder(folder)
                    if self.folders[folder].index.is_some() || (folder == 0 && self.home().is_some())
            ));
            all.extend((first..self.parts(&index)).map(|part| Product::Index(index.clone(), part)));
        }
        // A folder `tags` of the repo has the URL of the page of all tags.
        if !self.tags.is_empty() && !self.folder_at.contains_key(&SitePath::root().child("tags")) {
            all.push(Product::Tags);
        }
        all.extend([Product::Search, Product::NotFound, Product::SiteJson, Product::NoJekyll]);
        if self.has_pages_js() {
            all.push(Product::Pages);
        }
        if self.edition.review.is_some() {
            all.push(Product::Changes);
        }
        if self.config.base_url.is_some() {
            all.extend([Product::Sitemap, Product::Feed, Product::OpenSearch]);
        }
        let has_path = self.config.base_url.is_some() || self.config.base_path.is_some();
        if has_path && self.pages.iter().any(|page| !page.front.aliases.is_empty()) {
            all.push(Product::Redirects);
        }
        all
    }

    /// All files of the site but those that pages link and those made of outputs.
    pub fn products(&self) -> Vec<Product> {
        let mut all = self.own_products();
        all.extend(self.aliases().into_iter().map(|(path, page)| Product::Alias(path, page)));
        all
    }

    /// Where a file stands.
    pub fn path(&self, product: &Product) -> SitePath {
        let top = |name: &str| SitePath::root().child(name);
        match product {
            Product::Static(number) => self.theme.assets()[*number].path.clone(),
            Product::Page(page) => self.urls[*page].clone(),
            Product::Index(index, part) => self.index_path(index, *part),
            Product::Tags => top("tags").child("index.html"),
            Product::Search => top("search.html"),
            Product::OpenSearch => top("_bindery").child("opensearch.xml"),
            Product::Changes => top("_bindery").child("changes.html"),
            Product::NotFound => top("404.html"),
            Product::Alias(path, _) => path.clone(),
            Product::Redirects => top("_redirects"),
            Product::Sitemap => top("sitemap.xml"),
            Product::Feed => top("feed.xml"),
            Product::SiteJson => top("_bindery").child("site.json"),
            Product::Pages => top("_bindery").child("pages.js"),
            Product::NoJekyll => top(".nojekyll"),
        }
    }

    /// Makes a file.
    ///
    /// # Errors
    /// What the theme objects to, or why a body cannot be had.
    pub fn produce(&self, product: &Product, bodies: &dyn Bodies) -> Result<Produced, String> {
        let at = self.path(product);
        let base = self.config.base_url.as_deref().unwrap_or_default();
        let bytes = match product {
            Product::Page(page) => return self.produce_page(*page, bodies),
            Product::Static(number) => self.theme.assets()[*number].bytes.clone(),
            Product::Index(index, part) => self.theme.render("list.html", &self.list_view(index, *part))?,
            Product::Tags => self.theme.render("tags.html", &self.tags_view(&at))?,
            Product::Search => self.theme.render("search.html", &self.search_view(&at))?,
            Product::OpenSearch => self.open_search(base),
            Product::Changes => self.theme.render("changes.html", &self.changes_view(&at))?,
            Product::NotFound => self.theme.render("404.html", &self.not_found())?,
            Product::Alias(path, page) => self.theme.render("alias.html", &self.alias_view(path, *page))?,
            Product::Redirects => self.redirects(base),
            Product::Sitemap => self.sitemap(base),
            Product::Feed => self.feed(base),
            Product::SiteJson => self.site_json()?,
            Product::Pages => self.pages_js(),
            Product::NoJekyll => Vec::new(),
        };
        Ok(Produced { bytes, ..Produced::default() })
    }

    fn produce_page(&self, id: PageId, bodies: &dyn Bodies) -> Result<Produced, String> {
        let at = &self.urls[id];
        let record = &self.pages[id];
        let body = if record.failures.is_empty() { bodies.body(&record.source)? } else { Fragment::new() };
        let mut filler = Filler::new(self, id, bodies);
        let body_html = filler.fill(&body);
        let title_html = match record.title_html() {
            Some(html) => filler.fill(html),
            None => escape(&record.title).into_owned(),
        };
        let Filler { mut out, hosts, .. } = filler;
        let front = &record.front;
        let head = Head {
            title: record.title.clone(),
            description: record.description.clone(),
            language: front.lang.clone().unwrap_or_default(),
            image: Self::picture(front.image.as_ref()),
            noindex: front.unlisted || !front.search,
            image_hosts: hosts.into_iter().collect(),
            ..Head::default()
        };
        let folder = self.folder_of[id];
        let list = (self.folders[folder].index == Some(id) && !self.folders[folder].entries.is_empty())
            .then(|| self.list(&Index::Folder(folder), 0, at));
        let view = PageView {
            frame: self.frame(at, Stand::Page(id), head),
            page: self.page_view(id, title_html, body_html),
            list,
            recent: if self.folders[0].index == Some(id) { self.recent(at) } else { Vec::new() },
        };
        out.bytes = self.theme.render("page.html", &view)?;
        Ok(out)
    }

    /// What is to be said of the links of a page, and the files that it needs, by the slots of its
    /// body ([`Fragment::bare`]); `bodies` gives those of pages that it embeds.
    pub fn survey(&self, id: PageId, body: &Fragment, bodies: &dyn Bodies) -> Produced {
        let mut filler = Filler::new(self, id, bodies);
        filler.fill(body);
        if let Some(html) = self.pages[id].title_html() {
            filler.fill(html);
        }
        filler.out
    }

    fn page_view(&self, id: PageId, title_html: String, body_html: String) -> Page {
        let at = &self.urls[id];
        let record = &self.pages[id];
        let front = &record.front;
        let forge = self.config.forge.as_ref();
        let title = record.outline.title.as_ref();
        let neighbour = |step: isize| {
            let place = self.place[id]?.checked_add_signed(step)?;
            let page = *self.sequence.get(place)?;
            Some(LinkView {
                title: self.pages[page].short_title().to_owned(),
                url: self.urls[page].link_from(at),
            })
        };
        let downloads = self.config.reading.outputs.downloads;
        Page {
            title_html,
            title_id: title.map(|title| title.id.clone()),
            title_alias: title.and_then(|title| title.alias.clone()),
            subtitle: front.subtitle.clone(),
            description: front.description.clone(),
            draft: front.draft,
            kind: record.kind.name().to_owned(),
            language: record.language.clone(),
            kernel: record.kernel.clone(),
            body_html,
            toc: if front.toc { self.toc(id) } else { Vec::new() },
            authors: front.authors.iter().map(|author| author.name.clone()).collect(),
            tags: self.tag_links(id, at),
            facts: self.facts(id),
            change: record.change.as_ref().map(|change| self.change_view(change)),
            date: front.date.clone(),
            edit_url: front.edit_url.clone().or_else(|| forge.map(|forge| forge.edit(&record.source))),
            view_url: forge.map(|forge| forge.view(&record.source)),
            notebook_url: match downloads {
                DownloadMode::None => None,
                DownloadMode::Copied if !record.downloads.notebook => None,
                DownloadMode::Copied => Some(self.notebook_path(id).link_from(at)),
                DownloadMode::Linked if record.source.extension() != "ipynb" => None,
                DownloadMode::Linked => forge.map(|forge| forge.raw(&record.source)),
            },
            script_url: record
                .downloads
                .script
                .as_ref()
                .filter(|_| downloads != DownloadMode::None)
                .map(|_| self.script_path(id).link_from(at)),
            source: record.source.to_string(),
            previous: neighbour(-1),
            next: neighbour(1),
            backlinks: if self.shows("backlinks") { self.backlink_views(id) } else { Vec::new() },
            report_url: forge.filter(|_| self.shows("report")).map(|forge| self.report(forge, id)),
            reading_time: match record.outline.words.div_ceil(WORDS_A_MINUTE) {
                0 => String::new(),
                minutes => self.theme.labels().count("reading_time", minutes),
            },
            failures: record.failures.clone(),
        }
    }

    /// Whether a part of the furniture of pages is shown.
    pub(super) fn shows(&self, part: &str) -> bool {
        self.theme.value("furniture").as_array().is_some_and(|parts| parts.iter().any(|known| known == part))
    }

    fn backlink_views(&self, id: PageId) -> Vec<LinkView> {
        let from = self.backlinks[id].iter().take(MAX_BACKLINKS);
        from.map(|page| LinkView {
            title: self.pages[*page].title.clone(),
            url: self.urls[*page].link_from(&self.urls[id]),
        })
        .collect()
    }

    /// A new issue on a page: which, as of which commit, and room for the cell.
    fn report(&self, forge: &Forge, id: PageId) -> String {
        let record = &self.pages[id];
        let url = match &self.config.base_url {
            Some(base) => format!("{base}{}", self.urls[id].encoded()),
            None => forge.view(&record.source),
        };
        let commit = record.change.as_ref().map(|change| format!("\nCommit: {}", change.commit));
        let text = format!("\n\n---\nSource: {}{}\nPage: {url}", record.source, commit.unwrap_or_default());
        forge.issue(&record.title, &text)
    }

    /// Where the notebook of a page can be had.
    pub fn notebook_path(&self, page: PageId) -> SitePath {
        let url = &self.urls[page];
        url.parent().child(self.pages[page].source.name())
    }

    /// Where the script of a page can be had.
    pub fn script_path(&self, page: PageId) -> SitePath {
        let record = &self.pages[page];
        let local = record.source.below(&self.src).unwrap_or_else(|| record.source.clone());
        script_place(&local, record.downloads.script.as_deref().unwrap_or("txt"))
    }

    fn toc(&self, id: PageId) -> Vec<TocItem> {
        let headings = &self.pages[id].outline.headings;
        // Where nobody wrote the second level, the first and the third are taken for it.
        let top =
            headings.iter().map(|heading| heading.level).filter(|level| *level > 1).min().unwrap_or(2).min(3);
        let deepest = self.pages[id].front.toc_depth.map_or(top + 1, |depth| depth.max(top));
        headings
            .iter()
            .filter(|heading| heading.level <= deepest && !heading.text.is_empty())
            .map(|heading| TocItem {
                level: 2 + heading.level.saturating_sub(top),
                title: super::record::shorten(
                    format!("{} {}", heading.number, heading.text).trim_start(),
                    TOC_TITLE,
                ),
                url: format!("#{}", crate::path::encode_fragment(&heading.id)),
            })
            .collect()
    }

    fn facts(&self, id: PageId) -> Vec<Fact> {
        let words = self.theme.labels();
        FACTS
            .iter()
            .filter_map(|key| {
                let value = match self.pages[id].front.all.get(*key)? {
                    serde_json::Value::String(text) if !text.trim().is_empty() => text.clone(),
                    serde_json::Value::Array(list) => {
                        list.iter().filter_map(|item| item.as_str()).collect::<Vec<_>>().join(", ")
                    }
                    serde_json::Value::Number(number) => number.to_string(),
                    _ => return None,
                };
                (!value.is_empty()).then(|| Fact { name: words.get(key).to_owned(), value })
            })
            .collect()
    }
}

/// Where the script of a notebook stands: `local` is its path below the published folder.
pub fn script_place(local: &SitePath, extension: &str) -> SitePath {
    let place = SitePath::root().child("_bindery").child("scripts");
    let name = local.name();
    let stem = name.strip_suffix(".ipynb").or(name.strip_suffix(&format!(".{extension}"))).unwrap_or(name);
    place.join(local.parent().as_str()).unwrap_or(place).child(&format!("{stem}.{extension}"))
}

/// Where a file made of an output stands.
pub fn out_path(name: &str) -> SitePath {
    SitePath::root().child("_bindery").child("out").child(name)
}
