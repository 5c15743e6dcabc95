//! The search index of a build: pages are taken in while they are rendered, the files are written
//! once the site is put together.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Mutex;
use std::sync::PoisonError;

use rayon::prelude::*;
use serde_json::json;

use crate::digest::Digest;
use crate::disk::{Packs, Source};
use crate::path::SitePath;
use crate::render::Unit;
use crate::search::{self, Collector, PER_FILE, Writer};
use crate::site::{PageId, PageRecord, Site};

/// What is gathered of all pages.
pub(super) struct Gathering<'a> {
    collector: Collector<'a>,
    packs: &'a Packs,
    digests: Mutex<Vec<Option<Digest>>>,
    /// What pages can be filtered by (`tag`, `lang`, `owner`), and how often.
    keys: Mutex<BTreeMap<String, usize>>,
}

/// The number of the format, tokens included: a change of either makes another folder.
const FORMAT: u32 = 2;

/// The longest key and the longest value of the front matter that pages are filtered by.
const MAX_KEY: usize = 30;
const MAX_VALUE: usize = 60;

impl<'a> Gathering<'a> {
    pub(super) fn new(packs: &'a Packs, pages: usize) -> Self {
        let collector = Collector::new(packs, rayon::current_num_threads());
        Self { collector, packs, digests: Mutex::new(vec![None; pages]), keys: Mutex::default() }
    }

    /// Takes in a rendered page, unless it shall not be found.
    pub(super) fn add(
        &self,
        number: usize,
        (record, units): (&PageRecord, &[Unit]),
        (language, local): (&str, &SitePath),
    ) -> Result<(), String> {
        let front = &record.front;
        if front.unlisted || !front.search {
            return Ok(());
        }
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
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in filters.iter().filter_map(|filter| filter.split_once(':')) {
            *keys.entry(key.to_owned()).or_default() += 1;
        }
        drop(keys);
        let page = search::Page {
            title: &record.title,
            headings: &headings,
            words: &words,
            filters: &filters,
            units,
            language: front.lang.as_deref().unwrap_or(language),
        };
        let place =
            u32::try_from(number).map_err(|_| "there are too many pages to be searched".to_owned())?;
        let quotes = self.collector.add(place, &page)?;
        self.packs.put_quotes(&record.source, &quotes.files)?;
        self.digests.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(quotes.digest);
        Ok(())
    }

    /// Writes the index of the site but for what results quote.
    pub(super) fn finish(self, sources: &[Source], site: &Site, put: Put<'_>) -> Result<Quoted<'a>, String> {
        let Self { collector, packs, digests, keys } = self;
        let digests = digests.into_inner().unwrap_or_else(PoisonError::into_inner);
        let numbers: Vec<Option<u32>> = sources
            .iter()
            .zip(&digests)
            .map(|(source, digest)| {
                digest.and_then(|_| site.page_of(&source.path)).and_then(|page| u32::try_from(page).ok())
            })
            .collect();
        // Another program writes other files.
        let mut said = env!("CARGO_PKG_VERSION").as_bytes().to_vec();
        said.extend_from_slice(&FORMAT.to_le_bytes());
        for (number, digest) in numbers.iter().zip(&digests) {
            if let (Some(page), Some(digest)) = (number, digest) {
                said.extend_from_slice(format!("{page} {digest}").as_bytes());
                said.extend_from_slice(site.found(*page as usize).to_string().as_bytes());
            }
        }
        let folder = format!("{:.12}", Digest::of(&said));
        let collected = collector.finish()?;
        let root = Writer::write(&collected, &numbers, &mut |(file, text)| {
            put(&format!("{folder}/{file}.js"), shard(&file, &json!(text)))
        })?;
        let root = json!({
            "v": FORMAT, "gen": folder, "n": root.passages, "per": PER_FILE,
            "d": root.dictionary, "w": root.words, "r": root.reversed,
            "f": ordered(keys.into_inner().unwrap_or_else(PoisonError::into_inner)), "l": site.search_labels(),
        });
        put("index.js", format!("bindery.index({root});\n"))?;
        let pages = numbers.into_iter().flatten().map(|page| page as usize).collect();
        Ok(Quoted { packs, folder, pages })
    }
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
pub(super) type Put<'a> = &'a (dyn Fn(&str, String) -> Result<(), String> + Sync);

fn shard(name: &str, said: &dyn Display) -> String {
    format!("bindery.shard(\"{name}\",{said});\n")
}

/// What results quote of the pages of a site.
pub(super) struct Quoted<'a> {
    packs: &'a Packs,
    folder: String,
    pages: Vec<PageId>,
}

impl Quoted<'_> {
    /// Writes all of it.
    pub(super) fn write(&self, site: &Site, put: Put<'_>) -> Result<(), String> {
        self.pages.par_iter().try_for_each(|page| {
            self.files(site, *page)?.into_iter().try_for_each(|(path, text)| put(&path, text))
        })
    }

    /// One file of it, by its path.
    pub(super) fn file(&self, site: &Site, path: &str) -> Result<String, String> {
        let page = path.rsplit('/').next().and_then(|name| name.split('-').next()?.parse().ok());
        let files = match page.filter(|page| self.pages.contains(page)) {
            Some(page) => self.files(site, page)?,
            None => Vec::new(),
        };
        let found = files.into_iter().find(|(known, _)| known == path);
        found.map(|(_, text)| text).ok_or_else(|| format!("the index has no file `{path}`"))
    }

    fn files(&self, site: &Site, page: PageId) -> Result<Vec<(String, String)>, String> {
        let quotes = self.packs.quotes(site.source(page))?;
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
