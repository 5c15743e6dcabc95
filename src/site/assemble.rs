//! Records of pages → [`Site`]: URLs, the tree of folders, the order of reading.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::edition::Edition;
use super::outline::NavTree;
use super::record::{PageRecord, title_of_name};
use super::{PageId, record};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Note, Rule};
use crate::path::{SitePath, natural_cmp};
use crate::theme::Theme;

/// All that a site is made of.
pub struct Input {
    /// What was asked for.
    pub config: Arc<Config>,
    /// How it is dressed.
    pub theme: Arc<Theme>,
    /// The pages, sorted by source.
    pub pages: Vec<Arc<PageRecord>>,
    /// The sources that are no pages since they are drafts.
    pub drafts: BTreeSet<SitePath>,
    /// All files below the root that are no pages, sorted.
    pub files: BTreeSet<SitePath>,
    /// The files that git tracks; `None` where there is no git.
    pub tracked: Option<BTreeSet<SitePath>>,
    /// The folder whose pages are made, relative to the root.
    pub src: SitePath,
    /// Of which commit it is, and for whom.
    pub edition: Edition,
}

/// The whole site, but for the bodies of its pages.
#[derive(Clone)]
pub struct Site {
    pub(super) config: Arc<Config>,
    /// The name of the site.
    pub(super) title: String,
    pub(super) theme: Arc<Theme>,
    pub(super) pages: Vec<Arc<PageRecord>>,
    /// The URL of each page, relative to the site's root.
    pub(super) urls: Vec<SitePath>,
    pub(super) folders: Vec<Folder>,
    pub(super) folder_at: HashMap<SitePath, usize>,
    /// The folder that each page lies in.
    pub(super) folder_of: Vec<usize>,
    /// The place of each page among the entries of its folder, and of each folder.
    pub(super) place_in_folder: Vec<usize>,
    pub(super) folder_place: Vec<usize>,
    /// The pages in the order of reading, and the place of each in it.
    pub(super) sequence: Vec<PageId>,
    pub(super) place: Vec<Option<usize>>,
    pub(super) by_source: HashMap<SitePath, PageId>,
    pub(super) by_url: HashMap<SitePath, PageId>,
    /// Sources by their path in lower case, for links that get the case wrong.
    pub(super) by_lower: HashMap<String, PageId>,
    /// Other files likewise.
    pub(super) files_by_lower: HashMap<String, SitePath>,
    pub(super) drafts: BTreeSet<SitePath>,
    pub(super) files: BTreeSet<SitePath>,
    pub(super) tracked: Option<BTreeSet<SitePath>>,
    pub(super) src: SitePath,
    /// Tags by their slug: the name as first written, and the pages.
    pub(super) tags: BTreeMap<String, (String, Vec<PageId>)>,
    pub(super) edition: Edition,
    /// What has a name, on whatever page: the page, and the place among its targets.
    pub(super) labels: HashMap<String, (PageId, usize)>,
    /// The navigation of another tool, where it orders the site.
    pub(super) outline: Option<NavTree>,
    /// The pages that link to each page, in the order of reading.
    pub(super) backlinks: Vec<Vec<PageId>>,
}

/// A folder of the site that holds pages, at whatever depth.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// Its path, relative to the site's root.
    pub(super) path: SitePath,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) parent: Option<usize>,
    /// The page that stands as its index, where an author wrote one.
    pub(super) index: Option<PageId>,
    /// What lies in it, in order, without its index.
    pub(super) entries: Vec<Entry>,
    /// How many pages lie in it at any depth.
    pub(super) count: usize,
}

/// What lies in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Page(PageId),
    Folder(usize),
}

/// How well a file name stands for its folder, best first; matched without case. An `index` of any
/// format is its folder's page, of a `readme` only a notebook or Markdown.
fn index_rank(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    match name.rsplit_once('.')? {
        ("index", "ipynb") => Some(0),
        ("index", "md") => Some(1),
        ("index", _) => Some(2),
        ("readme", "ipynb") => Some(3),
        ("readme", "md") => Some(4),
        _ => None,
    }
}

/// URLs that bindery makes itself.
pub(super) const RESERVED: [&str; 8] = [
    "404.html",
    "all.html",
    "search.html",
    "sitemap.xml",
    "feed.xml",
    "_redirects",
    ".nojekyll",
    "site.json",
];

impl Site {
    /// Puts the pages together. What clashes is said.
    pub fn assemble(input: Input) -> (Self, Vec<Diagnostic>) {
        let Input { config, theme, pages, drafts, files, tracked, src, edition } = input;
        let mut notes = Vec::new();
        let (urls, indexes) = urls(&pages, &src, &mut notes);
        let (mut folders, folder_of) = folders(&pages, &urls, &indexes, &config, &src);
        let home = folders[0].index.map(|index| pages[index].short_title().to_owned());
        let foreign = config.nav.as_ref().and_then(|nav| nav.title.clone());
        let title =
            config.title.clone().or(foreign).or(home).unwrap_or_else(|| config.fallback_title.clone());
        folders[0].title.clone_from(&title);
        let mut site = Self {
            title,
            by_source: pages.iter().enumerate().map(|(id, page)| (page.source.clone(), id)).collect(),
            by_lower: pages
                .iter()
                .enumerate()
                .map(|(id, page)| (page.source.as_str().to_lowercase(), id))
                .collect(),
            files_by_lower: files.iter().map(|file| (file.as_str().to_lowercase(), file.clone())).collect(),
            by_url: urls.iter().enumerate().map(|(id, url)| (url.clone(), id)).collect(),
            folder_at: folders.iter().enumerate().map(|(id, folder)| (folder.path.clone(), id)).collect(),
            tags: tags(&pages),
            labels: labels(&pages),
            outline: None,
            backlinks: vec![Vec::new(); pages.len()],
            place: vec![None; pages.len()],
            place_in_folder: Vec::new(),
            folder_place: Vec::new(),
            sequence: Vec::with_capacity(pages.len()),
            config,
            theme,
            pages,
            urls,
            folders,
            folder_of,
            drafts,
            files,
            tracked,
            src,
            edition,
        };
        site.order_by_outline(&mut notes);
        (site.place_in_folder, site.folder_place) = places(&site.folders, site.pages.len());
        for (place, id) in site.sequence.iter().enumerate() {
            site.place[*id] = Some(place);
        }
        site.backlinks = site.find_backlinks();
        notes.extend(site.odd_looks());
        (site, notes)
    }

    /// Which edition it is.
    pub fn edition(&self) -> &Edition {
        &self.edition
    }

    /// Becomes the copy for when the site cannot be reached; back comes where that stands in the
    /// site, `None` where none is wanted.
    pub fn become_copy(&mut self) -> Option<SitePath> {
        let place = self.edition.archive.clone()?;
        self.edition = self.edition.copy();
        Some(place)
    }

    /// Takes a new record in place of that of the same source, if all that was put together would be
    /// the same with it; else gives it back.
    ///
    /// # Errors
    /// The record, where the site has to be assembled anew.
    pub fn replace(&mut self, record: Arc<PageRecord>) -> Result<(), Arc<PageRecord>> {
        match self.page_of(&record.source) {
            Some(page) if self.pages[page].stands_like(&record) => {
                self.pages[page] = record;
                Ok(())
            }
            _ => Err(record),
        }
    }

    fn find_backlinks(&self) -> Vec<Vec<PageId>> {
        let led: Vec<(PageId, BTreeSet<PageId>)> = self
            .sequence
            .par_iter()
            .map(|from| {
                let links = self.pages[*from].outline.links.iter();
                let to = links.filter_map(|link| self.resolve(*from, &self.urls[*from], link).page);
                (*from, to.map(|(page, _)| page).filter(|to| to != from).collect())
            })
            .collect();
        let mut found = vec![Vec::new(); self.pages.len()];
        for (from, to) in led {
            to.into_iter().for_each(|to| found[to].push(from));
        }
        found
    }

    /// How many pages there are.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether there is no page at all.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// The URL of a page, relative to the site's root.
    pub fn url(&self, page: PageId) -> &SitePath {
        &self.urls[page]
    }

    /// The page that stands at a URL.
    pub fn page_at_url(&self, url: &SitePath) -> Option<PageId> {
        self.by_url.get(url).copied()
    }

    /// What is known of a page.
    pub fn page(&self, page: PageId) -> &PageRecord {
        &self.pages[page]
    }

    /// The words of the search dialog.
    pub fn search_labels(&self) -> serde_json::Map<String, serde_json::Value> {
        self.theme.labels().family("search_")
    }

    /// The page of a source.
    pub fn page_of(&self, source: &SitePath) -> Option<PageId> {
        self.by_source.get(source).copied()
    }

    /// The source of a page.
    pub fn source(&self, page: PageId) -> &SitePath {
        &self.pages[page].source
    }

    /// What a result of search says of its page: title, URL relative to the root, the way to it.
    pub fn found(&self, page: PageId) -> serde_json::Value {
        let way = self.way(self.folder_of[page]);
        let way: Vec<&str> = way[1..].iter().map(|folder| self.folders[*folder].title.as_str()).collect();
        serde_json::json!({ "t": self.pages[page].title, "u": self.urls[page].encoded(), "c": way })
    }

    /// The folders from the root to a folder, both included.
    pub(super) fn way(&self, folder: usize) -> Vec<usize> {
        let mut way: Vec<usize> =
            std::iter::successors(Some(folder), |folder| self.folders[*folder].parent).collect();
        way.reverse();
        way
    }

    /// The order of reading: as another tool's navigation has it, then as the folders have it.
    fn order_by_outline(&mut self, notes: &mut Vec<Diagnostic>) {
        let file = self.config.nav.clone().filter(|_| !self.config.has_nav);
        let mut tree = match &file {
            Some(file) if !file.entries.is_empty() || !file.faults.is_empty() => {
                let (tree, said) = NavTree::of_file(file, self);
                notes.extend(said);
                Some(tree).filter(|tree| !tree.of_page.is_empty())
            }
            _ if self.config.has_nav => None,
            _ => NavTree::of_lists(self),
        };
        if let Some(tree) = &tree {
            let ranks: HashMap<PageId, usize> =
                tree.sequence().into_iter().enumerate().map(|(rank, page)| (page, rank)).rev().collect();
            self.rank_folders(&ranks);
            let mut seen = std::collections::HashSet::new();
            let listed = tree.sequence().into_iter().filter(|page| !self.pages[*page].front.unlisted);
            self.sequence.extend(listed.filter(|page| seen.insert(*page)));
            let first = std::mem::take(&mut self.sequence);
            self.order_pages(0);
            let rest = std::mem::replace(&mut self.sequence, first);
            self.sequence.extend(rest.into_iter().filter(|page| !seen.contains(page)));
        } else {
            self.order_pages(0);
        }
        if let Some(tree) = &mut tree {
            tree.number();
        }
        self.outline = tree;
    }

    /// Orders the entries of all folders by the ranks of pages; what has none stands behind.
    fn rank_folders(&mut self, ranks: &HashMap<PageId, usize>) {
        // Folders come after those they lie in, so from the end all inner ones are known.
        let mut of_folder = vec![usize::MAX; self.folders.len()];
        for id in (0..self.folders.len()).rev() {
            let rank = |entry: &Entry| match entry {
                Entry::Page(page) => ranks.get(page).copied().unwrap_or(usize::MAX),
                Entry::Folder(folder) => of_folder[*folder],
            };
            let mut entries = std::mem::take(&mut self.folders[id].entries);
            entries.sort_by_key(rank);
            let index = self.folders[id].index.and_then(|page| ranks.get(&page).copied());
            of_folder[id] = entries.iter().map(rank).chain(index).min().unwrap_or(usize::MAX);
            self.folders[id].entries = entries;
        }
    }

    fn order_pages(&mut self, folder: usize) {
        let listed = |site: &Self, page: PageId| !site.pages[page].front.unlisted;
        if let Some(index) = self.folders[folder].index
            && listed(self, index)
        {
            self.sequence.push(index);
        }
        for entry in self.folders[folder].entries.clone() {
            match entry {
                Entry::Page(page) if listed(self, page) => self.sequence.push(page),
                Entry::Page(_) => {}
                Entry::Folder(inner) => self.order_pages(inner),
            }
        }
    }

    /// The file that a folder's page is.
    pub(super) fn folder_url(&self, folder: usize) -> SitePath {
        self.folders[folder].path.child("index.html")
    }
}

/// The URL of every page, and which pages are the indexes of their folders.
fn urls(
    pages: &[Arc<PageRecord>],
    src: &SitePath,
    notes: &mut Vec<Diagnostic>,
) -> (Vec<SitePath>, Vec<bool>) {
    let local = |page: &PageRecord| page.source.below(src).unwrap_or_else(|| page.source.clone());
    let mut index_of: HashMap<SitePath, (usize, PageId)> = HashMap::new();
    for (id, page) in pages.iter().enumerate() {
        if let Some(rank) = index_rank(page.source.name()) {
            let place = index_of.entry(local(page).parent()).or_insert((rank, id));
            if rank < place.0 {
                *place = (rank, id);
            }
        }
    }
    let indexes: Vec<bool> = pages
        .iter()
        .enumerate()
        .map(|(id, page)| index_of.get(&local(page).parent()).is_some_and(|i| i.1 == id))
        .collect();
    // Notebooks choose first, then pages, each in the order of their paths.
    let mut order: Vec<PageId> = (0..pages.len()).collect();
    order.sort_by_key(|id| (!indexes[*id], pages[*id].source.extension() != "ipynb", *id));
    let mut parents: BTreeSet<SitePath> = BTreeSet::new();
    for page in pages {
        let mut folder = local(page).parent();
        while !folder.is_root() && parents.insert(folder.clone()) {
            folder = folder.parent();
        }
    }
    let mut taken: HashMap<SitePath, PageId> = HashMap::new();
    let mut urls = vec![SitePath::root(); pages.len()];
    for id in order {
        let path = local(&pages[id]);
        let wanted =
            if indexes[id] { path.parent().child("index.html") } else { path.with_extension("html") };
        let first = wanted.segments().next();
        let reserved = RESERVED.contains(&wanted.as_str())
            || (wanted.depth() == 1 && matches!(first, Some("tags" | "alerts")))
            // A file cannot stand where a folder of pages does, nor where a folder's own page does.
            || parents.contains(&wanted)
            || (wanted.name() == "index.html" && !indexes[id]);
        let mut url = wanted.clone();
        let mut n = 1;
        while taken.contains_key(&url) || (reserved && url == wanted) {
            let more = if n == 1 { String::new() } else { format!(".{n}") };
            url = path.parent().child(&format!("{}{more}.html", path.name()));
            n += 1;
        }
        if url != wanted {
            let other = taken
                .get(&wanted)
                .map_or_else(|| "bindery itself".to_owned(), |id| pages[*id].source.to_string());
            notes.push(Diagnostic::new(
                &pages[id].source,
                Note::warning(
                    Rule::UrlClash,
                    format!("the URL `{wanted}` belongs to {other}; this page is `{url}`"),
                )
                .help("rename one of the two"),
            ));
        }
        taken.insert(url.clone(), id);
        urls[id] = url;
    }
    (urls, indexes)
}

fn folders(
    pages: &[Arc<PageRecord>],
    urls: &[SitePath],
    indexes: &[bool],
    config: &Config,
    src: &SitePath,
) -> (Vec<Folder>, Vec<usize>) {
    let mut number: HashMap<SitePath, usize> = HashMap::new();
    let mut folders: Vec<Folder> = Vec::new();
    fn enter(path: &SitePath, number: &mut HashMap<SitePath, usize>, folders: &mut Vec<Folder>) -> usize {
        if let Some(known) = number.get(path) {
            return *known;
        }
        let parent = (!path.is_root()).then(|| enter(&path.parent(), number, folders));
        let id = folders.len();
        folders.push(Folder {
            path: path.clone(),
            title: title_of_name(path),
            description: String::new(),
            parent,
            index: None,
            entries: Vec::new(),
            count: 0,
        });
        number.insert(path.clone(), id);
        if let Some(parent) = parent {
            folders[parent].entries.push(Entry::Folder(id));
        }
        id
    }
    enter(&SitePath::root(), &mut number, &mut folders);
    let mut folder_of = Vec::with_capacity(pages.len());
    for (id, url) in urls.iter().enumerate() {
        let folder = enter(&url.parent(), &mut number, &mut folders);
        folder_of.push(folder);
        // An index that had to yield its URL is a page like others.
        if indexes[id] && url.name() == "index.html" {
            folders[folder].index = Some(id);
            folders[folder].title = pages[id].short_title().to_owned();
            folders[folder].description.clone_from(&pages[id].description);
        } else if !pages[id].front.unlisted {
            folders[folder].entries.push(Entry::Page(id));
        }
        let mut up = Some(folder);
        while let Some(at) = up {
            folders[at].count += usize::from(!pages[id].front.unlisted);
            up = folders[at].parent;
        }
    }
    let source_of = |entry: &Entry, folders: &[Folder]| match entry {
        Entry::Page(page) => pages[*page].source.clone(),
        Entry::Folder(folder) => src.join(folders[*folder].path.as_str()).unwrap_or_default(),
    };
    for id in 0..folders.len() {
        let mut entries = std::mem::take(&mut folders[id].entries);
        let key = |entry: &Entry| {
            let source = source_of(entry, &folders);
            let listed = config.order.iter().position(|path| *path == source).unwrap_or(usize::MAX);
            let order = match entry {
                Entry::Page(page) => pages[*page].front.order,
                Entry::Folder(folder) => folders[*folder].index.and_then(|index| pages[index].front.order),
            };
            (listed, order.unwrap_or(f64::MAX), source)
        };
        let mut keyed: Vec<_> = entries.drain(..).map(|entry| (key(&entry), entry)).collect();
        keyed.sort_by(|(a, _), (b, _)| {
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then_with(|| natural_cmp(a.2.name(), b.2.name()))
        });
        folders[id].entries = keyed.into_iter().map(|(_, entry)| entry).collect();
    }
    (folders, folder_of)
}

/// The place of each page and of each folder among the entries of its folder; 0 for an index.
fn places(folders: &[Folder], pages: usize) -> (Vec<usize>, Vec<usize>) {
    let (mut of_pages, mut of_folders) = (vec![0; pages], vec![0; folders.len()]);
    for folder in folders {
        for (place, entry) in folder.entries.iter().enumerate() {
            match entry {
                Entry::Page(page) => of_pages[*page] = place,
                Entry::Folder(inner) => of_folders[*inner] = place,
            }
        }
    }
    (of_pages, of_folders)
}

/// What has a name on any page; the first page in order keeps it.
fn labels(pages: &[Arc<PageRecord>]) -> HashMap<String, (PageId, usize)> {
    let mut labels = HashMap::new();
    for (id, page) in pages.iter().enumerate() {
        for (place, target) in page.outline.targets.iter().enumerate() {
            labels.entry(target.label.clone()).or_insert((id, place));
        }
    }
    labels
}

fn tags(pages: &[Arc<PageRecord>]) -> BTreeMap<String, (String, Vec<PageId>)> {
    let mut tags: BTreeMap<String, (String, Vec<PageId>)> = BTreeMap::new();
    for (id, page) in pages.iter().enumerate() {
        if page.front.unlisted {
            continue;
        }
        for tag in &page.front.tags {
            let slug = tag_slug(tag);
            let (_, members) = tags.entry(slug).or_insert_with(|| (tag.clone(), Vec::new()));
            if members.last() != Some(&id) {
                members.push(id);
            }
        }
    }
    tags
}

/// The file name of a tag's page, without its extension.
pub(super) fn tag_slug(tag: &str) -> String {
    let slug: String = tag
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+') { c } else { '-' })
        .collect();
    match slug.trim_matches(['-', '.']) {
        "" => format!("tag-{:.8}", crate::digest::Digest::of(tag.as_bytes())),
        // File names have at most 255 bytes.
        slug => record::shorten(slug, 50).trim_end_matches('…').to_owned(),
    }
}
