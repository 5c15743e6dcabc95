//! CSL JSON (<https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html>) → entries.

use hayagriva::Entry;
use hayagriva::types::{Date, EntryType, FormatString, MaybeTyped, Person, Publisher, QualifiedUrl};
use serde_json::Value;

use super::{Lib, Problem};

/// CSL-JSON text may hold `<i>..</i>`; hayagriva knows no rich text, so these tags are removed.
fn plain(s: &str) -> String {
    let mut s = s.to_owned();
    for t in ["i", "b", "sup", "sub", "sc"] {
        s = s.replace(&format!("<{t}>"), "").replace(&format!("</{t}>"), "");
    }
    s
}

fn csl_date(v: &Value) -> Option<Date> {
    if let Some(s) = v.get("raw").and_then(Value::as_str) {
        return s.split('/').next()?.parse().ok();
    }
    let part = |i: usize| {
        let p = v.get("date-parts")?.get(0)?.get(i)?;
        p.as_i64().or_else(|| p.as_str()?.trim().parse().ok())
    };
    let y = i32::try_from(part(0)?).ok()?;
    let month = part(1).filter(|m| (1..=12).contains(m)).map(|m| m as u8 - 1);
    Some(Date {
        year: if y < 0 { y.checked_add(1)? } else { y },
        month,
        day: month.and_then(|_| part(2)).filter(|d| (1..=31).contains(d)).map(|d| d as u8 - 1),
        approximate: v.get("circa").is_some_and(|c| c != &Value::Bool(false)),
        season: None,
    })
}

fn csl_names(v: Option<&Value>) -> Vec<Person> {
    let names = v.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    names
        .iter()
        .filter_map(|n| {
            let get = |k: &str| n.get(k).and_then(Value::as_str).filter(|s| !s.is_empty()).map(plain);
            let family = get("literal").or_else(|| get("family"));
            let (name, given_name) = match family {
                Some(f) => (f, get("given")),
                None => (get("given")?, None),
            };
            Some(Person {
                name: get("non-dropping-particle").map_or(name.clone(), |p| format!("{p} {name}")),
                given_name,
                prefix: get("dropping-particle"),
                suffix: get("suffix"),
                comma_suffix: n.get("comma-suffix").and_then(Value::as_bool).unwrap_or(false),
                alias: None,
            })
        })
        .collect()
}

fn csl_entry(key: &str, v: &Value) -> Entry {
    use EntryType::{
        Anthology, Anthos, Article, Artwork, Audio, Blog, Book, Case, Legislation, Manuscript, Misc,
        Newspaper, Patent, Periodical, Post, Proceedings, Reference, Report, Repository, Thesis, Video, Web,
    };
    let get = |k: &str| match v.get(k) {
        Some(Value::String(s)) if !s.trim().is_empty() => Some(plain(s)),
        Some(Value::Number(n)) => Some(n.to_string()),
        _ => None,
    };
    let fs = |k: &str| get(k).map(FormatString::with_value);
    let (kind, parent) = match get("type").as_deref().unwrap_or("") {
        "article-journal" | "article-magazine" | "review" | "review-book" => (Article, Some(Periodical)),
        "article-newspaper" => (Article, Some(Newspaper)),
        "paper-conference" => (Article, Some(Proceedings)),
        "chapter" => (Anthos, Some(Anthology)),
        "entry" | "entry-dictionary" | "entry-encyclopedia" => (EntryType::Entry, Some(Reference)),
        "post-weblog" => (Article, Some(Blog)),
        "book" | "classic" => (Book, None),
        "collection" => (Anthology, None),
        "thesis" => (Thesis, None),
        "report" | "standard" => (Report, None),
        "webpage" => (Web, get("container-title").map(|_| Web)),
        "post" => (Post, None),
        "software" | "dataset" => (Repository, None),
        "motion_picture" | "broadcast" => (Video, None),
        "song" => (Audio, None),
        "patent" => (Patent, None),
        "legal_case" => (Case, None),
        "bill" | "legislation" => (Legislation, None),
        "manuscript" => (Manuscript, None),
        "graphic" | "figure" | "map" => (Artwork, None),
        "article" => (Article, None),
        _ => (Misc, get("container-title").map(|_| Misc)),
    };
    let mut e = Entry::new(key, kind);
    let mut p = parent.map(|k| Entry::new(key, k));
    if let Some(title) = get("title") {
        e.set_title(match get("title-short") {
            Some(short) => FormatString::with_short(title, short),
            None => FormatString::with_value(title),
        });
    }
    let (authors, editors) = (csl_names(v.get("author")), csl_names(v.get("editor")));
    if !authors.is_empty() {
        e.set_authors(authors)
    }
    if !editors.is_empty() {
        p.as_mut().unwrap_or(&mut e).set_editors(editors)
    }
    if let Some(d) = v.get("issued").and_then(csl_date) {
        e.set_date(d)
    }
    if let Some(s) = get("page") {
        e.set_page_range(s.parse().unwrap_or(MaybeTyped::String(s)))
    }
    if let Some(u) = get("URL").and_then(|u| u.parse::<QualifiedUrl>().ok()) {
        e.set_url(QualifiedUrl { visit_date: v.get("accessed").and_then(csl_date), ..u })
    }
    if let Some(x) = fs("genre") {
        e.set_genre(x)
    }
    if let Some(x) = fs("note") {
        e.set_note(x)
    }
    if let Some(l) = get("language").and_then(|l| l.parse().ok()) {
        e.set_language(l)
    }
    for (k, name) in [
        ("DOI", "doi"),
        ("ISBN", "isbn"),
        ("ISSN", "issn"),
        ("PMID", "pmid"),
        ("PMCID", "pmcid"),
        ("number", "serial"),
        ("version", "version"),
    ] {
        if let Some(s) = get(k) {
            e.set_keyed_serial_number(name, s)
        }
    }
    // What biblatex conversion puts on the container, if there is one.
    let c = p.as_mut().unwrap_or(&mut e);
    if parent.is_some()
        && let Some(t) = fs("container-title")
    {
        c.set_title(t)
    }
    if let Some(s) = get("volume") {
        c.set_volume(s.parse().unwrap_or(MaybeTyped::String(s)))
    }
    if let Some(s) = get("issue") {
        c.set_issue(s.parse().unwrap_or(MaybeTyped::String(s)))
    }
    if let Some(s) = get("edition") {
        c.set_edition(s.parse().unwrap_or(MaybeTyped::String(s)))
    }
    if fs("publisher").is_some() || fs("publisher-place").is_some() {
        c.set_publisher(Publisher::new(fs("publisher"), fs("publisher-place")))
    }
    e.set_parents(p.into_iter().collect());
    e
}

pub(super) fn parse(src: &str, lib: &mut Lib, problems: &mut Vec<Problem>) {
    let items = match serde_json::from_str(src) {
        Ok(Value::Array(a)) => a,
        Ok(one @ Value::Object(_)) => vec![one],
        Ok(_) => return problems.push(Problem { line: 1, msg: "expected an array of items".into() }),
        Err(e) => return problems.push(Problem { line: e.line(), msg: e.to_string() }),
    };
    for (i, v) in items.iter().enumerate() {
        let id = v
            .get("id")
            .and_then(|x| x.as_str().map(str::to_owned).or_else(|| x.as_i64().map(|n| n.to_string())));
        match id {
            Some(id) if lib.contains_key(&id) => {
                problems.push(Problem { line: 1, msg: format!("item {i}: duplicate id `{id}`") })
            }
            Some(id) => drop(lib.insert(id.clone(), csl_entry(&id, v))),
            None => problems.push(Problem { line: 1, msg: format!("item {i} has no `id`") }),
        }
    }
}
