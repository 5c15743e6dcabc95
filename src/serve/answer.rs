//! A path of the site → what stands there: the same as in a built site, made when it is asked for.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::preview::Preview;
use super::state::Shown;
use crate::build;
use crate::cache::Cache;
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::path::SitePath;
use crate::render::Fragment;
use crate::site::{Bodies, PageId, Product};

/// What stands where, beside pages.
#[derive(Debug, Default)]
pub(super) struct Table {
    files: BTreeMap<SitePath, Thing>,
    folders: BTreeSet<SitePath>,
}

/// What a path of the site stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Thing {
    Product(Product),
    /// The notebook of a page, without what is removed.
    Notebook(PageId),
    /// The script of a page.
    Script(PageId),
    /// A file made of an output, by its name.
    Asset(String),
    /// A file of the repo that pages link.
    Linked(SitePath),
}

/// What is given back for a path.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// Whether it is the page for what is not there.
    pub(super) is_missing: bool,
    /// Where it stands in the site: its name says its type.
    pub(super) at: SitePath,
    pub(super) bytes: Vec<u8>,
    /// Where to go instead, relative to what was asked for.
    pub(super) location: Option<String>,
    /// The source of the page that it is.
    pub(super) source: Option<SitePath>,
    /// Somebody has deleted the text of this source from the cache.
    gone: Option<SitePath>,
    /// Why it is not as it should be now, but as it was good last.
    pub(super) trouble: Option<String>,
    /// What its links say about the sources.
    pub(super) notes: Vec<Diagnostic>,
    /// Whether it is a document that shows itself anew when it changes.
    pub(super) is_live: bool,
    pub(super) version: Version,
}

/// What a document looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// Of all that it shows.
    pub(super) whole: String,
    /// The same without its style sheets.
    pub(super) unstyled: String,
    /// Its style sheet, relative to the site's root.
    pub(super) css: String,
}

/// The texts of the pages that are shown, also while others take their place.
struct ShownBodies<'a> {
    shown: &'a Shown,
    cache: &'a Cache,
    /// A source whose text is gone.
    gone: Mutex<Option<SitePath>>,
}

impl Bodies for ShownBodies<'_> {
    fn body(&self, source: &SitePath) -> Result<Fragment, String> {
        let key = self.shown.keys.get(source).ok_or_else(|| format!("`{source}` was not read so far"))?;
        self.cache.body_of(source, *key).inspect_err(|_| {
            *self.gone.lock().unwrap_or_else(PoisonError::into_inner) = Some(source.clone());
        })
    }
}

/// How many documents are kept as they were good last.
const MAX_GOOD: usize = 100;

fn top(name: &str) -> SitePath {
    SitePath::root().child(name)
}

impl Preview {
    /// What is at a path of the site, as GitLab Pages would find it.
    pub(super) fn answer(&self, path: &SitePath, is_folder: bool) -> Answer {
        // An index is written under other locks than what readers see.
        if let Some(file) = path.below(&top("_bindery").child("search")).filter(|_| !is_folder) {
            return match self.search_file(&file) {
                Some(bytes) => Answer { at: path.clone(), bytes, ..Answer::default() },
                None => self.missing(&self.shown()),
            };
        }
        let mut is_renewed = false;
        loop {
            let shown = self.shown();
            let (at, thing) = match shown.resolve(path, is_folder, self) {
                Ok(found) => found,
                Err(Some(location)) => return Answer { location: Some(location), ..Answer::default() },
                Err(None) => return self.missing(&shown),
            };
            if let Thing::Product(Product::Page(page)) = thing {
                let source = shown.site.source(page).clone();
                if shown.unread.contains(&source) {
                    drop(shown);
                    self.ensure(&source);
                    continue;
                }
            }
            let answer = self.give(&shown, &at, &thing).unwrap_or_else(|| self.missing(&shown));
            match &answer.gone {
                Some(source) if !is_renewed => {
                    drop(shown);
                    self.renew(source);
                    is_renewed = true;
                }
                _ => return answer,
            }
        }
    }

    fn missing(&self, shown: &Shown) -> Answer {
        let at = top("404.html");
        let found = self.give(shown, &at, &Thing::Product(Product::NotFound));
        Answer { is_missing: true, ..found.unwrap_or(Answer { at, ..Answer::default() }) }
    }

    fn give(&self, shown: &Shown, at: &SitePath, thing: &Thing) -> Option<Answer> {
        let plain = |bytes: Vec<u8>| Some(Answer { at: at.clone(), bytes, ..Answer::default() });
        match thing {
            Thing::Product(product) => Some(self.product(shown, at, product)),
            Thing::Notebook(page) => {
                let source = shown.site.source(*page);
                plain(self.works(&shown.basis).copy(shown.basis.source(source)?)?)
            }
            Thing::Script(page) => plain(self.cache.script(shown.site.source(*page)).ok()?),
            Thing::Asset(name) => plain(self.cache.asset(name)?),
            Thing::Linked(file) => {
                let read = self.read(file);
                plain(build::linked(file, read, &shown.basis.config.reading).ok()?.bytes)
            }
        }
    }

    fn product(&self, shown: &Shown, at: &SitePath, product: &Product) -> Answer {
        let source = match product {
            Product::Page(page) => Some(shown.site.source(*page).clone()),
            _ => None,
        };
        let at = at.clone();
        let bodies = ShownBodies { shown, cache: &self.cache, gone: Mutex::default() };
        let produced = match shown.site.produce(product, &bodies) {
            Ok(produced) => produced,
            Err(why) => {
                // A template that fails on this page, or a cache that somebody has deleted.
                let gone = bodies.gone.into_inner().unwrap_or_else(PoisonError::into_inner);
                let good = self.good.lock().unwrap_or_else(PoisonError::into_inner).get(&at).cloned();
                let good = good.unwrap_or_else(|| {
                    let text = format!(
                        "<!doctype html><title>bindery</title><pre>{}</pre></body>",
                        crate::html::escape(&why)
                    );
                    Answer { at, bytes: text.into_bytes(), source, is_live: true, ..Answer::default() }
                });
                return Answer { trouble: Some(why), gone, ..good };
            }
        };
        let files = produced.files;
        let mut linked = shown.linked.lock().unwrap_or_else(PoisonError::into_inner);
        linked.0.extend(files.iter().map(|(file, place)| (place.clone(), file.clone())));
        drop(linked);
        let is_live = at.extension() == "html" && !matches!(product, Product::Alias(..));
        let version = if is_live { self.version(shown, &produced.bytes, &files) } else { Version::default() };
        let (bytes, notes) = (produced.bytes, produced.notes);
        let answer = Answer { at, bytes, source, notes, is_live, version, ..Answer::default() };
        if is_live {
            let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
            if good.len() >= MAX_GOOD {
                good.pop_first();
            }
            good.insert(answer.at.clone(), answer.clone());
        }
        answer
    }

    fn version(&self, shown: &Shown, bytes: &[u8], files: &BTreeSet<(SitePath, SitePath)>) -> Version {
        let css = shown.basis.theme.names().css.clone();
        let held: Vec<u8> =
            files.iter().filter_map(|(file, _)| self.digest_of(file)).flat_map(Digest::bytes).collect();
        let text = String::from_utf8_lossy(bytes);
        let unstyled: Cow<'_, str> =
            if text.contains(&css) { text.replace(&css, "").into() } else { Cow::Borrowed(&text) };
        let of = |text: &str| format!("{:.16}", Digest::of_parts(&[text.as_bytes(), &held]));
        Version { whole: of(&text), unstyled: of(&unstyled), css }
    }
}

impl Shown {
    /// What stands at a path, and where it really stands; where it leads instead, or nowhere.
    fn resolve(
        &self,
        path: &SitePath,
        is_folder: bool,
        preview: &Preview,
    ) -> Result<(SitePath, Thing), Option<String>> {
        let find = |path: SitePath| self.find(&path, preview).map(|thing| (path, thing));
        if is_folder {
            return find(path.child("index.html")).ok_or(None);
        }
        if let Some(found) = find(path.clone()) {
            return Ok(found);
        }
        if self.is_folder(path) {
            let has_index = self.find(&path.child("index.html"), preview).is_some();
            return Err(has_index.then(|| format!("./{}/", top(path.name()).encoded())));
        }
        find(path.parent().child(&format!("{}.html", path.name()))).ok_or(None)
    }

    fn is_folder(&self, path: &SitePath) -> bool {
        self.table().folders.contains(path)
    }

    fn find(&self, path: &SitePath, preview: &Preview) -> Option<Thing> {
        if let Some(page) = self.site.page_at_url(path) {
            return Some(Thing::Product(Product::Page(page)));
        }
        let assets = self.basis.theme.assets();
        if let Some(number) = assets.iter().position(|asset| asset.path == *path) {
            return Some(Thing::Product(Product::Static(number)));
        }
        let own = path.below(&top("_bindery"));
        let inside = |folder: &str| own.as_ref().and_then(|own| own.below(&top(folder)));
        if let Some(name) = inside("out") {
            return Some(Thing::Asset(name.as_str().to_owned()));
        }
        if let Some(thing) = self.table().files.get(path) {
            return Some(thing.clone());
        }
        self.linked_at(path, preview).map(Thing::Linked)
    }

    /// The file of the repo that stands at a path since a page links it.
    fn linked_at(&self, path: &SitePath, preview: &Preview) -> Option<SitePath> {
        let known = || {
            let linked = self.linked.lock().unwrap_or_else(PoisonError::into_inner);
            (linked.0.get(path).cloned(), linked.1)
        };
        let (file, is_all) = known();
        if file.is_some() || is_all {
            return file;
        }
        let is_file =
            preview.subject.src.join(path.as_str()).is_some_and(|file| self.basis.open.contains(&file));
        let is_elsewhere = path.below(&top("_bindery").child("files")).is_some();
        if !is_file && !is_elsewhere {
            return None;
        }
        // Nobody has looked at the page that links it: all of them are asked, once a version.
        let bodies = ShownBodies { shown: self, cache: &preview.cache, gone: Mutex::default() };
        (0..self.site.len()).into_par_iter().for_each(|page| {
            if !self.unread.contains(self.site.source(page))
                && let Ok(produced) = self.site.produce(&Product::Page(page), &bodies)
            {
                let mut linked = self.linked.lock().unwrap_or_else(PoisonError::into_inner);
                linked.0.extend(produced.files.into_iter().map(|(file, place)| (place, file)));
            }
        });
        self.linked.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        known().0
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let mut table = Table::default();
            let mut add = |path: SitePath, thing: Option<Thing>| {
                let mut folder = path.parent();
                while !folder.is_root() && table.folders.insert(folder.clone()) {
                    folder = folder.parent();
                }
                if let Some(thing) = thing {
                    table.files.insert(path, thing);
                }
            };
            for product in self.site.products() {
                let path = self.site.path(&product);
                let is_page = matches!(product, Product::Page(_));
                add(path, (!is_page).then_some(Thing::Product(product)));
            }
            for page in 0..self.site.len() {
                let downloads = &self.site.page(page).downloads;
                if downloads.notebook {
                    add(self.site.notebook_path(page), Some(Thing::Notebook(page)));
                }
                if downloads.script.is_some() {
                    add(self.site.script_path(page), Some(Thing::Script(page)));
                }
            }
            for name in ["out", "search", "files"] {
                add(top("_bindery").child(name).child("_"), None);
            }
            table
        })
    }
}
