//! The search index of a build: pages are taken in while they are rendered, the files are written
//! once the site is put together.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use serde_json::json;

use crate::cache::{Cache, Findable, Key};
use crate::digest::Digest;
use crate::path::SitePath;
use crate::render::Unit;
use crate::search::{self, Collector, Order, PER_FILE, Quotes, Rewriter, Writer};
use crate::site::{PageId, PageRecord, Site};

/// What is gathered of all pages.
pub(crate) struct Gathering {
    collector: Collector,
    cache: Arc<Cache>,
    pages: Mutex<HashMap<SitePath, (Key, Findable)>>,
    /// Those of them whose words are not known yet.
    kept: Mutex<Vec<SitePath>>,
    /// What pages can be filtered by (`tag`, `lang`, `owner`), and how often.
    keys: Mutex<BTreeMap<String, usize>>,
}

/// The number of the format, tokens included: a change of either makes another folder.
const FORMAT: u32 = 2;

/// The longest key and the longest value of the front matter that pages are filtered by.
const MAX_KEY: usize = 30;
const MAX_VALUE: usize = 60;

/// Whether the runs of the cache may be written anew: then nothing is left of pages that this index
/// does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rewrite {
    /// Where much of them means nothing any more.
    WhenDue,
    /// Others count on them.
    Never,
}

/// Whether a page shall be found.
pub(super) fn is_findable(record: &PageRecord) -> bool {
    !record.front.unlisted && record.front.search
}

impl Gathering {
    /// Nothing so far but what runs of the cache hold.
    pub(crate) fn new(cache: &Arc<Cache>) -> Self {
        let collector = Collector::new(cache.clone(), cache.run_count(), rayon::current_num_threads());
        Self {
            collector,
            cache: cache.clone(),
            pages: Mutex::default(),
            kept: Mutex::default(),
            keys: Mutex::default(),
        }
    }

    /// Puts away what is in memory: the next index begins anew with all runs.
    pub(crate) fn flush(&self) -> Result<(), String> {
        self.pages().clear();
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.collector.flush()
    }

    fn pages(&self) -> MutexGuard<'_, HashMap<SitePath, (Key, Findable)>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, filters: &[String]) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in filters.iter().filter_map(|filter| filter.split_once(':')) {
            *keys.entry(key.to_owned()).or_default() += 1;
        }
    }

    /// Takes in a rendered page that shall be found.
    pub(super) fn add(
        &self,
        key: Key,
        (record, units): (&PageRecord, &[Unit]),
        (language, local): (&str, &SitePath),
    ) -> Result<Quotes, String> {
        let front = &record.front;
        let headings: Vec<(&str, &str)> = record
            .outline
            .headings
            .iter()
            .map(|heading| (heading.id.as_str(), heading.text.as_str()))
            .collect();
        let mut words: Vec<&str> = front.tags.iter().map(String::as_str).collect();
        words.push(local.stem());
        words.extend(front.description.as_deref());
        words.extend(front.subtitle.as_deref());
        let filters = filters(record, local);
        let values: Vec<(&str, String)> = front.values().collect();
        words.extend(values.iter().map(|(_, said)| said.as_str()));
        self.count(&filters);
        let page = search::Page {
            title: &record.title,
            headings: &headings,
            words: &words,
            filters: &filters,
            units,
            language: front.lang.as_deref().unwrap_or(language),
        };
        let quotes = self.collector.add(self.cache.new_number(key), &page)?;
        self.pages().insert(record.source.clone(), (key, findable(&quotes)));
        Ok(quotes)
    }

    /// Takes in a page that was gathered before.
    pub(crate) fn keep(&self, (key, found): (Key, Findable), record: &PageRecord, local: &SitePath) {
        self.count(&filters(record, local));
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(record.source.clone());
        self.pages().insert(record.source.clone(), (key, found));
    }

    /// Writes the index of the site but for what results quote.
    pub(crate) fn finish(self, site: &Site, put: Put<'_>, rewrite: Rewrite) -> Result<Quoted, String> {
        let Self { collector, cache, pages, kept, keys } = self;
        let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        kept.par_iter().try_for_each(|source| -> Result<(), String> {
            collector.know(&cache.words(source)?);
            Ok(())
        })?;
        let gathered = pages.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut pages = Vec::new();
        let mut places = vec![None; cache.numbers()];
        let mut keys_of = vec![None; site.len()];
        // Another program writes other files.
        let mut said = env!("CARGO_PKG_VERSION").as_bytes().to_vec();
        said.extend_from_slice(&FORMAT.to_le_bytes());
        let mut passages = 0;
        for (page, key_of) in keys_of.iter_mut().enumerate() {
            let Some((key, found)) = gathered.get(site.source(page)) else { continue };
            let number = u32::try_from(page).map_err(|_| "there are too many pages to be searched")?;
            if let Some(place) = cache.number(*key).and_then(|place| places.get_mut(place as usize)) {
                *place = Some(number);
            }
            *key_of = Some(*key);
            passages += found.passages;
            said.extend_from_slice(format!("{page} {}", found.digest).as_bytes());
            said.extend_from_slice(site.found(page).to_string().as_bytes());
            pages.push(page);
        }
        let folder = format!("{:.12}", Digest::of(&said));
        let collected = collector.finish()?;
        let dead = places.iter().filter(|place| place.is_none()).count();
        let first = cache.run_count();
        let is_due = rewrite == Rewrite::WhenDue && cache.wants_new_runs(dead);
        let mut rewriter = is_due.then(|| Rewriter::new(cache.clone()));
        let order = Order { pages: &places, passages };
        let root = Writer::write(&collected, (order, rewriter.as_mut()), &mut |(file, text)| {
            put(&format!("{folder}/{file}.js"), shard(&file, &json!(text)))
        })?;
        match rewriter {
            None => cache.keep_runs()?,
            Some(rewriter) => {
                rewriter.finish()?;
                cache.replace_runs(keys_of, first);
                cache.keep_runs()?;
            }
        }
        let root = json!({
            "v": FORMAT, "gen": folder, "n": root.passages, "per": PER_FILE,
            "d": root.dictionary, "w": root.words, "r": root.reversed,
            "f": ordered(keys.into_inner().unwrap_or_else(PoisonError::into_inner)), "l": site.search_labels(),
        });
        put("index.js", format!("bindery.index({root});\n"))?;
        Ok(Quoted { cache, folder, pages })
    }
}

/// What a cache keeps of what a page gave.
pub(super) fn findable(quotes: &Quotes) -> Findable {
    Findable { passages: u32::try_from(quotes.passages).unwrap_or(u32::MAX), digest: quotes.digest }
}

/// Keys of filters: those that every site has, then the most frequent.
fn ordered(mut keys: BTreeMap<String, usize>) -> Vec<String> {
    const FIRST: [&str; 3] = ["tag", "in", "lang"];
    FIRST.iter().for_each(|key| *keys.entry((*key).to_owned()).or_default() += 1);
    let mut all: Vec<_> = keys.into_iter().collect();
    all.sort_by_key(|(key, count)| {
        (FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len()), std::cmp::Reverse(*count))
    });
    all.into_iter().map(|(key, _)| key).collect()
}

/// Takes a file of the index: its path below the folder of search, and its text.
pub(crate) type Put<'a> = &'a (dyn Fn(&str, String) -> Result<(), String> + Sync);

fn shard(name: &str, said: &dyn Display) -> String {
    format!("bindery.shard(\"{name}\",{said});\n")
}

/// What results quote of the pages of a site.
pub(crate) struct Quoted {
    cache: Arc<Cache>,
    folder: String,
    pages: Vec<PageId>,
}

impl Quoted {
    /// The name of the folder that all files of this index but its root lie in.
    pub(crate) fn folder(&self) -> &str {
        &self.folder
    }

    /// Writes all of it.
    pub(crate) fn write(&self, site: &Site, put: Put<'_>) -> Result<(), String> {
        self.pages.par_iter().try_for_each(|page| {
            self.files(site, *page)?.into_iter().try_for_each(|(path, text)| put(&path, text))
        })
    }

    /// One file of it, by its path.
    pub(crate) fn file(&self, site: &Site, path: &str) -> Result<String, String> {
        let page = path.rsplit('/').next().and_then(|name| name.split('-').next()?.parse().ok());
        let files = match page.filter(|page| self.pages.contains(page)) {
            Some(page) => self.files(site, page)?,
            None => Vec::new(),
        };
        let found = files.into_iter().find(|(known, _)| known == path);
        found.map(|(_, text)| text).ok_or_else(|| format!("the index has no file `{path}`"))
    }

    fn files(&self, site: &Site, page: PageId) -> Result<Vec<(String, String)>, String> {
        let quotes = self.cache.quotes(site.source(page))?;
        let found = site.found(page).to_string();
        let found = found.strip_suffix('}').unwrap_or_default();
        let file = |(place, passages): (usize, &String)| {
            let name = format!("q{}/{page}-{place}", page / 1000);
            let text = shard(&name, &format_args!("{found},\"q\":[{passages}]}}"));
            (format!("{}/{name}.js", self.folder), text)
        };
        Ok(quotes.iter().enumerate().map(file).collect())
    }
}

/// What a page can be filtered by.
fn filters(record: &PageRecord, local: &SitePath) -> Vec<String> {
    let mut found: Vec<String> = record.front.tags.iter().map(|tag| format!("tag:{}", value(tag))).collect();
    if !record.language.is_empty() {
        found.push(format!("lang:{}", value(&record.language)));
    }
    let mut folder = local.parent();
    while !folder.is_root() {
        let names: Vec<String> = folder.segments().map(value).collect();
        found.push(format!("in:{}", names.join("/")));
        folder = folder.parent();
    }
    for (key, said) in record.front.values().filter(|(key, _)| key.len() <= MAX_KEY) {
        let said = value(&said);
        if !said.is_empty() && said.len() <= MAX_VALUE {
            found.push(format!("{}:{said}", value(key)));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A value as a query can hold it: lower case, spaces as hyphens.
fn value(text: &str) -> String {
    search::token::fold(text).into_owned().split_whitespace().collect::<Vec<_>>().join("-")
}
