//! Files for machines and for lost readers: sitemap, feed, `site.json`, 404, old URLs.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::assemble::Site;
use super::nav::Stand;
use super::record::{Change, PageKind};
use super::{PageId, nav};
use crate::digest::csp_hash;
use crate::html::escape;
use crate::path::SitePath;
use crate::theme::view::{AliasView, Head, NotFoundView, SearchView};

/// How many pages the feed holds, the latest changed first.
const FEED: usize = 50;

impl Site {
    /// The sitemap, <https://www.sitemaps.org/protocol.html>.
    pub(super) fn sitemap(&self, base: &str) -> Vec<u8> {
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
        );
        for page in &self.sequence {
            out.push_str("<url><loc>");
            out.push_str(&escape(&format!("{base}{}", self.urls[*page].encoded())));
            out.push_str("</loc>");
            if let Some(change) = &self.pages[*page].change {
                out.push_str(&format!("<lastmod>{}</lastmod>", escape(&change.date)));
            }
            out.push_str("</url>\n");
        }
        out.push_str("</urlset>\n");
        out.into_bytes()
    }

    /// The pages with their last changes, the latest first.
    pub(super) fn latest(&self) -> Vec<(&Change, PageId)> {
        let changed =
            self.sequence.iter().filter_map(|page| Some((self.pages[*page].change.as_ref()?, *page)));
        let mut latest: Vec<(&Change, PageId)> = changed.collect();
        latest.sort_by(|a, b| b.0.date.cmp(&a.0.date).then(a.1.cmp(&b.1)));
        latest
    }

    /// The feed of the pages changed last, Atom (RFC 4287).
    pub(super) fn feed(&self, base: &str) -> Vec<u8> {
        let mut latest = self.latest();
        latest.truncate(FEED);
        let updated =
            latest.first().map(|(change, _)| change.date.clone()).or_else(|| self.edition.built.clone());
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n",
        );
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        line(format!("<title>{}</title>", escape(&self.title)));
        line(format!("<id>{}</id>", escape(base)));
        line(format!("<link href=\"{}\"/>", escape(base)));
        line(format!("<link rel=\"self\" href=\"{}feed.xml\"/>", escape(base)));
        line(format!("<updated>{}</updated>", updated.as_deref().unwrap_or("1970-01-01T00:00:00Z")));
        for (change, page) in latest {
            let record = &self.pages[page];
            let url = format!("{base}{}", self.urls[page].encoded());
            line("<entry>".to_owned());
            line(format!("<title>{}</title>", escape(&record.title)));
            line(format!("<id>{}</id>", escape(&url)));
            line(format!("<link href=\"{}\"/>", escape(&url)));
            line(format!("<updated>{}</updated>", escape(&change.date)));
            line(format!("<author><name>{}</name></author>", escape(&change.author)));
            if !record.description.is_empty() {
                line(format!("<summary>{}</summary>", escape(&record.description)));
            }
            line("</entry>".to_owned());
        }
        line("</feed>".to_owned());
        out.into_bytes()
    }

    /// Every page with its metadata, for other tools.
    pub(super) fn site_json(&self) -> Result<Vec<u8>, String> {
        #[derive(Serialize)]
        struct SiteJson<'a> {
            title: &'a str,
            description: &'a str,
            language: &'a str,
            base_url: Option<&'a str>,
            date: Option<&'a str>,
            commit: Option<&'a str>,
            pages: Vec<PageJson<'a>>,
        }
        #[derive(Serialize)]
        struct PageJson<'a> {
            url: String,
            source: &'a SitePath,
            title: &'a str,
            description: &'a str,
            kind: PageKind,
            language: &'a str,
            tags: &'a [String],
            headings: Vec<HeadingJson<'a>>,
            change: Option<&'a Change>,
            failed: bool,
            metadata: &'a Map<String, Value>,
        }
        #[derive(Serialize)]
        struct HeadingJson<'a> {
            level: u8,
            title: &'a str,
            anchor: &'a str,
        }
        let pages = self
            .sequence
            .iter()
            .map(|id| {
                let page = &self.pages[*id];
                PageJson {
                    url: self.urls[*id].encoded(),
                    source: &page.source,
                    title: &page.title,
                    description: &page.description,
                    kind: page.kind,
                    language: &page.language,
                    tags: &page.front.tags,
                    headings: page
                        .outline
                        .headings
                        .iter()
                        .map(|h| HeadingJson { level: h.level, title: &h.text, anchor: &h.id })
                        .collect(),
                    change: page.change.as_ref(),
                    failed: !page.failures.is_empty(),
                    metadata: &page.front.all,
                }
            })
            .collect();
        serde_json::to_vec(&SiteJson {
            title: &self.title,
            description: &self.config.description,
            language: &self.config.language,
            base_url: self.config.base_url.as_deref(),
            date: self.edition.built.as_deref(),
            commit: self.edition.commit.as_deref(),
            pages,
        })
        .map_err(|error| error.to_string())
    }

    /// The page for URLs that lead nowhere.
    pub(super) fn not_found(&self) -> NotFoundView {
        let inline = self.theme.inline();
        let base = self.config.base_path.clone().or_else(|| self.config.base_url.clone());
        let base = base.unwrap_or_else(|| "/".to_owned());
        NotFoundView { site: self.site_view(), base, csp: csp_of(&[&inline.mode_js, &inline.js]), inline }
    }

    /// The page of search.
    pub(super) fn search_view(&self, at: &SitePath) -> SearchView {
        let title = self.theme.labels().get("search").to_owned();
        let head = Head { title, noindex: true, ..Head::default() };
        SearchView { frame: self.frame(at, Stand::Beside, head) }
    }

    /// How a browser searches the site (<https://github.com/dewitt/opensearch>).
    pub(super) fn open_search(&self, base: &str) -> Vec<u8> {
        let (title, base) = (escape(&self.title), escape(base));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\"><ShortName>{title}</ShortName><Description>{title}</Description><Url type=\"text/html\" template=\"{base}search.html?q={{searchTerms}}\"/></OpenSearchDescription>\n"
        )
        .into_bytes()
    }

    /// The page that a navigation begins with, where no page stands at the root by its name: the
    /// root leads to it.
    pub(super) fn home(&self) -> Option<PageId> {
        let tree = self.outline.as_ref().filter(|_| self.folders[0].index.is_none())?;
        tree.top.first().and_then(|top| tree.first_page(*top))
    }

    /// Where pages stand: at their URLs, and at old ones that lead to them.
    pub fn addresses(&self) -> BTreeMap<SitePath, PageId> {
        let mut all: BTreeMap<SitePath, PageId> = self.aliases().into_iter().collect();
        all.extend(self.urls.iter().cloned().zip(0..));
        all
    }

    /// The old URLs of all pages: the file that stands there, the page it leads to.
    pub(super) fn aliases(&self) -> Vec<(SitePath, PageId)> {
        let mut found: Vec<(SitePath, PageId)> =
            self.home().map(|page| (SitePath::root().child("index.html"), page)).into_iter().collect();
        if self.pages.iter().all(|page| page.front.aliases.is_empty()) {
            return found;
        }
        // What stands already, and the folders that it stands in: an old URL yields to both.
        let mut files: BTreeSet<SitePath> =
            self.own_products().iter().map(|product| self.path(product)).collect();
        let mut folders: HashSet<SitePath> = HashSet::new();
        for file in &files {
            let mut folder = file.parent();
            while !folder.is_root() && folders.insert(folder.clone()) {
                folder = folder.parent();
            }
        }
        files.extend(found.iter().map(|(path, _)| path.clone()));
        for (id, page) in self.pages.iter().enumerate() {
            for alias in &page.front.aliases {
                if alias.contains(['<', '>', '"', '|', '*', '?', '#']) || alias.chars().any(char::is_control)
                {
                    continue;
                }
                let relative = alias.strip_prefix('/');
                let base = if relative.is_some() { SitePath::root() } else { self.urls[id].parent() };
                let Some(path) = base.join(relative.unwrap_or(alias)) else { continue };
                let path = match path.extension().as_str() {
                    "html" => path,
                    "ipynb" | "md" => path.with_extension("html"),
                    _ if alias.ends_with('/') || path.is_root() => path.child("index.html"),
                    _ => path.parent().child(&format!("{}.html", path.name())),
                };
                let mut up = path.parent();
                let mut blocked = files.contains(&path)
                    || folders.contains(&path)
                    || path.segments().next() == Some("_bindery")
                    || path.segments().any(|segment| segment.len() > 200);
                while !up.is_root() && !blocked {
                    blocked = files.contains(&up);
                    up = up.parent();
                }
                if !blocked {
                    let mut folder = path.parent();
                    while !folder.is_root() && folders.insert(folder.clone()) {
                        folder = folder.parent();
                    }
                    files.insert(path.clone());
                    found.push((path, id));
                }
            }
        }
        found
    }

    pub(super) fn alias_view(&self, at: &SitePath, page: PageId) -> AliasView {
        let url = &self.urls[page];
        AliasView {
            language: self.config.language.clone(),
            title: self.pages[page].title.clone(),
            url: url.link_from(at),
            canonical: self.config.base_url.as_ref().map(|base| format!("{base}{}", url.encoded())),
        }
    }

    /// `_redirects` of GitLab Pages, which wants the base path in every rule.
    pub(super) fn redirects(&self, base: &str) -> Vec<u8> {
        let path = match &self.config.base_path {
            Some(path) => path.trim_start_matches('/'),
            None => base.splitn(4, '/').nth(3).unwrap_or_default(),
        };
        let mut out = String::new();
        for (from, page) in self.aliases() {
            out.push_str(&format!("/{path}{} /{path}{} 301\n", from.encoded(), self.urls[page].encoded()));
        }
        out.into_bytes()
    }

    /// The day a change was made, and where it is seen.
    pub(super) fn change_view(&self, change: &Change) -> crate::theme::view::ChangeView {
        crate::theme::view::ChangeView {
            date: nav::day(&change.date),
            time: change.date.clone(),
            author: change.author.clone(),
            commit: change.commit.chars().take(10).collect(),
            url: self.config.forge.as_ref().map(|forge| forge.commit(&change.commit)),
        }
    }
}

/// A policy that lets just these inline scripts run.
pub fn csp_of(scripts: &[&str]) -> String {
    let hashes: Vec<String> = scripts.iter().map(|script| csp_hash(script)).collect();
    format!(
        "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; base-uri 'none'; form-action 'none'",
        hashes.join(" ")
    )
}
