//! Citations and the list of the works that a page cites, by hayagriva.
//!
//! A page's citations depend on each other (two works of one author and year get letters), so
//! rendering leaves a slot for each, and [`settle`] fills them once the whole page is known.

mod bibtex;
mod csl_json;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use hayagriva::citationberg::taxonomy::Locator;
use hayagriva::citationberg::{
    FontStyle, FontVariant, FontWeight, IndependentStyle, Locale, LocaleFile, Style, TextDecoration,
    VerticalAlign,
};
use hayagriva::{
    BibliographyDriver, BibliographyRequest, CitationItem, CitationRequest, CitePurpose, ElemChild, ElemMeta,
    Entry, Formatted, LocatorPayload, SpecificLocator,
};

use super::fragment::{Fragment, Label, Slot};
use super::page::PageState;
use crate::diagnostic::{Note, Rule};
use crate::html::{escape_into, escape_text_into};
use crate::notebook::BibliographyFile;

/// How many works a page lists without citing them: setting them takes time by the square.
const MAX_LISTED: usize = 500;
/// How many citations of a page are set.
const MAX_CITATIONS: usize = 2000;

/// Works by their keys.
type Lib = BTreeMap<String, Entry>;

/// What is wrong in a file of works.
struct Problem {
    /// Counted from 1.
    line: usize,
    msg: String,
}

/// The works that a page can cite.
#[derive(Debug, Default)]
pub(super) struct Works {
    lib: Lib,
}

impl Works {
    /// Reads BibTeX and CSL JSON, told apart by how they begin.
    pub(super) fn read(files: &[BibliographyFile], notes: &mut Vec<Note>) -> Self {
        let mut lib = Lib::new();
        for file in files {
            let mut problems = Vec::new();
            if file.text.trim_start().starts_with(['[', '{']) {
                csl_json::parse(&file.text, &mut lib, &mut problems);
            } else {
                bibtex::parse(&file.text, &mut lib, &mut problems);
            }
            notes.extend(problems.into_iter().map(|problem| {
                Note::warning(
                    Rule::Reference,
                    format!("`{}` line {}: {}", file.path, problem.line, problem.msg),
                )
                .help("mend the entry; all others are read")
            }));
        }
        Self { lib }
    }

    /// Whether a work has this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.lib.contains_key(key)
    }

    /// Whether there is no work at all.
    pub(super) fn is_empty(&self) -> bool {
        self.lib.is_empty()
    }
}

/// One work in a citation.
#[derive(Clone, Debug, Default)]
pub(super) struct Cite {
    pub(super) key: String,
    pub(super) prefix: String,
    /// CSL's name of a part and which one: `page`, `chapter`.
    pub(super) locator: Option<(&'static str, String)>,
    pub(super) suffix: String,
    pub(super) suppress_author: bool,
}

/// A citation as it stands in the text.
#[derive(Clone, Debug)]
pub(super) struct Citation {
    /// Whether it is part of its sentence.
    pub(super) narrative: bool,
    pub(super) cites: Vec<Cite>,
}

struct Engine {
    style: IndependentStyle,
    locales: Vec<Locale>,
}

/// The style and the words of citations: bindery's own, by author and date.
static ENGINE: LazyLock<Option<Engine>> = LazyLock::new(|| {
    let Ok(Style::Independent(style)) = Style::from_xml(include_str!("author-date.csl")) else { return None };
    let locale = LocaleFile::from_xml(include_str!("locale-en-US.xml")).ok()?;
    Some(Engine { style, locales: vec![locale.into()] })
});

/// Fills the slots of citations and of the list of works; a page that cites and says nowhere
/// where the list stands gets it at its end.
pub(super) fn settle(body: Fragment, page: &mut PageState) -> Fragment {
    let lists = body.slots().iter().any(|(_, slot)| matches!(slot, Slot::Works));
    if page.citations.is_empty() && !lists {
        return body;
    }
    let mut citations = std::mem::take(&mut page.citations);
    if citations.len() > MAX_CITATIONS {
        citations.truncate(MAX_CITATIONS);
        page.notes.push(
            Note::warning(
                Rule::Reference,
                format!("more than {MAX_CITATIONS} citations; the last are left out"),
            )
            .help("split the page"),
        );
    }
    let context = page.context.clone();
    let all = lists && citations.is_empty();
    let mut nocite = nocite(&context.front, &context.works.lib, all);
    nocite.truncate(MAX_LISTED);
    let (texts, works) = render(&citations, &nocite, &context.works.lib);
    let mut body = body;
    if !lists {
        body.slot(Slot::Works);
    }
    let mut listed = false;
    body.settle(|slot| match slot {
        Slot::Cite(number) => {
            let mut out = Fragment::new();
            out.raw().push_str(texts.get(*number as usize).map_or("", String::as_str));
            Some(out)
        }
        // The list stands once; its entries have ids.
        Slot::Works if listed => Some(Fragment::new()),
        Slot::Works => {
            listed = true;
            Some(list(&works, page))
        }
        _ => None,
    })
}

/// The keys of works that are listed without being cited (Pandoc's `nocite`).
fn nocite(front: &serde_json::Map<String, serde_json::Value>, lib: &Lib, all: bool) -> Vec<String> {
    let said = front.get("nocite").and_then(serde_json::Value::as_str).unwrap_or_default();
    if all || said.contains("@*") {
        return lib.keys().cloned().collect();
    }
    said.split([',', ' ', '\n']).filter_map(|key| key.trim().strip_prefix('@')).map(str::to_owned).collect()
}

fn list(works: &[(String, String)], page: &mut PageState) -> Fragment {
    let mut out = Fragment::new();
    if works.is_empty() {
        return out;
    }
    out.markup("<section class=\"works\"><p class=\"rubric\">");
    out.label(Label::References);
    out.markup("</p>\n<ul>\n");
    for (key, html) in works {
        let id = format!("ref-{key}");
        out.markup("<li");
        if page.anchors.take_authors(&id) {
            out.markup(" id=\"");
            out.attribute(&id);
            out.markup("\"");
        }
        out.markup(">");
        out.raw().push_str(html);
        out.markup("</li>\n");
    }
    out.markup("</ul></section>\n");
    out
}

/// The HTML of each citation, and of each work with its key.
fn render(page: &[Citation], nocite: &[String], lib: &Lib) -> (Vec<String>, Vec<(String, String)>) {
    let Some(Engine { style, locales }) = &*ENGINE else { return (Vec::new(), Vec::new()) };
    // The keys in `first` are cited, hidden, before all else: prose and bracketed forms of one name
    // and year differ as text, so the library would not see that they need letters.
    let run = |first: &[String]| {
        let mut driver = BibliographyDriver::new();
        let hidden = |keys: &[String]| {
            let items: Vec<_> = keys
                .iter()
                .filter_map(|key| lib.get(key))
                .map(|entry| CitationItem::new(entry, None, None, true, None))
                .collect();
            CitationRequest::from_items(items, style, locales)
        };
        driver.citation(hidden(first));
        for citation in page {
            let items = citation.cites.iter().filter_map(|cite| {
                let locator = cite.locator.as_ref().map(|(kind, value)| {
                    SpecificLocator(kind.parse().unwrap_or(Locator::Custom), LocatorPayload::Str(value))
                });
                let purpose = citation.narrative.then_some(CitePurpose::Prose);
                Some(CitationItem::new(lib.get(&cite.key)?, locator, None, false, purpose))
            });
            driver.citation(CitationRequest::from_items(items.collect(), style, locales));
        }
        driver.citation(hidden(nocite));
        driver.finish(BibliographyRequest::new(style, None, locales))
    };
    let first: Vec<String> =
        run(&[]).bibliography.iter().flat_map(|works| &works.items).map(|item| item.key.clone()).collect();
    let rendered = run(&first);
    let close = style.citation.layout.suffix.as_deref().unwrap_or_default();
    let shown = rendered.citations.get(1..).unwrap_or_default();
    let citations = page.iter().zip(shown).map(|(citation, out)| one(citation, &out.citation.0, close, lib));
    let works = rendered.bibliography.iter().flat_map(|works| &works.items).map(|item| {
        let mut text = String::new();
        html(&item.content.0, &mut text);
        (item.key.clone(), text)
    });
    (citations.collect(), works.collect())
}

/// One citation; each work in it is a link to its place in the list.
fn one(citation: &Citation, children: &[ElemChild], close: &str, lib: &Lib) -> String {
    let known: Vec<&Cite> = citation.cites.iter().filter(|cite| lib.contains_key(&cite.key)).collect();
    let mut out = String::from("<cite class=\"cite\">");
    for child in children {
        let entry = match child {
            ElemChild::Elem(element) => match element.meta {
                Some(ElemMeta::Entry(place)) => known.get(place).map(|cite| (element, *cite)),
                _ => None,
            },
            _ => None,
        };
        let Some((element, cite)) = entry else {
            html(std::slice::from_ref(child), &mut out);
            continue;
        };
        let mut inner = element.children.clone();
        if cite.suppress_author {
            drop_names(&mut inner.0);
        }
        let work = lib.get(&cite.key);
        let nameless = work.is_some_and(|work| work.authors().is_none() && work.editors().is_none());
        if citation.narrative
            && nameless
            && let Some(title) = work.and_then(Entry::title)
        {
            // In prose a work without a name would be its year alone.
            let text = format!("{} ", title.to_string().trim());
            inner.0.insert(0, ElemChild::Text(Formatted { text, formatting: Default::default() }));
        }
        if citation.narrative
            && !cite.suffix.is_empty()
            && let Some(last) = last_text(&mut inner.0)
        {
            let at = last.text.strip_suffix(close).map_or(last.text.len(), str::len);
            last.text.insert_str(at, &cite.suffix);
        }
        if !cite.prefix.is_empty() {
            escape_text_into(&mut out, &cite.prefix);
            out.push(' ');
        }
        out.push_str("<a href=\"#");
        escape_into(&mut out, &crate::path::encode_fragment(&format!("ref-{}", cite.key)));
        out.push_str("\">");
        html(&inner.0, &mut out);
        out.push_str("</a>");
        if !citation.narrative {
            escape_text_into(&mut out, &cite.suffix);
        }
    }
    out.push_str("</cite>");
    out
}

/// `[-@key]`: hayagriva has no public "suppress author", so cut the names element and what delimited it.
fn drop_names(kids: &mut Vec<ElemChild>) -> bool {
    for i in 0..kids.len() {
        let ElemChild::Elem(e) = &mut kids[i] else { continue };
        if matches!(e.meta, Some(ElemMeta::Names(_))) {
            kids.remove(i);
        } else if !drop_names(&mut e.children.0) {
            continue;
        }
        if let Some(ElemChild::Text(t)) = kids.get_mut(i) {
            t.text = t.text.trim_start_matches([',', ' ', ':', '.']).to_owned();
        }
        return true;
    }
    false
}

fn last_text(kids: &mut [ElemChild]) -> Option<&mut Formatted> {
    match kids.last_mut()? {
        ElemChild::Text(t) => Some(t),
        ElemChild::Elem(e) => last_text(&mut e.children.0),
        _ => None,
    }
}

fn formatted(t: &Formatted, out: &mut String) {
    let f = &t.formatting;
    let tags = [
        (f.font_style == FontStyle::Italic, "<em>", "</em>"),
        (f.font_weight == FontWeight::Bold, "<strong>", "</strong>"),
        (f.font_variant == FontVariant::SmallCaps, "<span class=\"small-caps\">", "</span>"),
        (f.text_decoration == TextDecoration::Underline, "<u>", "</u>"),
        (f.vertical_align == VerticalAlign::Sup, "<sup>", "</sup>"),
        (f.vertical_align == VerticalAlign::Sub, "<sub>", "</sub>"),
    ];
    tags.iter().filter(|t| t.0).for_each(|t| out.push_str(t.1));
    escape_text_into(out, &t.text);
    tags.iter().rev().filter(|t| t.0).for_each(|t| out.push_str(t.2));
}

fn html(kids: &[ElemChild], out: &mut String) {
    for k in kids {
        match k {
            ElemChild::Text(t) => formatted(t, out),
            ElemChild::Elem(e) => {
                let tag =
                    if e.display.is_some() { ("<span class=\"csl-block\">", "</span>") } else { ("", "") };
                out.push_str(tag.0);
                html(&e.children.0, out);
                out.push_str(tag.1);
            }
            ElemChild::Link { text, url } => {
                // The URL is what the .bib file said: only let web schemes through.
                if ["http://", "https://", "mailto:"]
                    .iter()
                    .any(|s| url.get(..s.len()).is_some_and(|u| u.eq_ignore_ascii_case(s)))
                {
                    out.push_str("<a rel=\"noopener noreferrer\" href=\"");
                    escape_into(out, url);
                    out.push_str("\">");
                    formatted(text, out);
                    out.push_str("</a>");
                } else {
                    formatted(text, out);
                }
            }
            ElemChild::Markup(m) => {
                // TeX math, without its dollar signs
                out.push_str("<span class=\"math\">");
                escape_text_into(out, m);
                out.push_str("</span>");
            }
            ElemChild::Transparent { .. } => {}
        }
    }
}
