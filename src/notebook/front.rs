//! Front matter: what a page says about itself, in the spellings of all tools (conventions 4.8).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::gather::unknown;
use super::marks::{self, Place};
use crate::diagnostic::{Note, Rule};
use crate::yaml;

/// Somebody who wrote or owns a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The address, where it is given.
    pub email: Option<String>,
}

/// What a page says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrontMatter {
    /// The title.
    pub title: Option<String>,
    /// A shorter title for navigation.
    pub short_title: Option<String>,
    /// A line under the title.
    pub subtitle: Option<String>,
    /// One or two sentences on what the page is for.
    pub description: Option<String>,
    /// Who wrote it.
    pub authors: Vec<Author>,
    /// Its date as its author wrote it.
    pub date: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its place among its neighbours, smaller first.
    pub order: Option<f64>,
    /// Old URLs that shall lead here.
    pub aliases: Vec<String>,
    /// Whether it is not ready to be published.
    pub draft: bool,
    /// Whether it is published, but in no list.
    pub unlisted: bool,
    /// Whether search finds it.
    pub search: bool,
    /// A picture for cards and previews.
    pub image: Option<String>,
    /// Whether the table of contents is shown.
    pub toc: bool,
    /// The language of its prose, as BCP 47.
    pub lang: Option<String>,
    /// Where it is edited, if not in the repo's forge.
    pub edit_url: Option<String>,
    /// Whether headings are numbered.
    pub numbered: bool,
    /// How deep the contents go, in levels of headings.
    pub toc_depth: Option<u8>,
    /// A name that references to the page can aim at.
    pub label: Option<String>,
    /// Whether the page is a talk.
    pub is_talk: bool,
    /// Everything that stood there, for filters and other tools. It is kept as text, since what
    /// keeps pages has no form for values of any type.
    #[serde(with = "as_json")]
    pub all: Map<String, Value>,
}

/// A map as the text of a JSON object.
mod as_json {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::{Map, Value};

    pub(super) fn serialize<S: Serializer>(map: &Map<String, Value>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&serde_json::to_string(map).map_err(serde::ser::Error::custom)?)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Map<String, Value>, D::Error> {
        serde_json::from_str(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Keys of front matter that have a place of their own, or say nothing of the page's matter.
const ELSEWHERE: [&str; 22] = [
    "title",
    "description",
    "tags",
    "subtitle",
    "aliases",
    "abstract",
    "image",
    "lang",
    "order",
    "bibliography",
    "date",
    "draft",
    "toc",
    "toc-depth",
    "number-sections",
    "list",
    "unlisted",
    "search",
    "execute",
    "sidebar_position",
    "sidebar_label",
    "weight",
];

/// The texts of a value of front matter: itself, or those of a list.
fn texts(value: &Value) -> impl Iterator<Item = String> + '_ {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        other => std::slice::from_ref(other),
    };
    list.iter().take(20).filter_map(|said| match said {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    })
}

impl FrontMatter {
    /// What it says beside what has a place of its own, by its keys: for filters.
    pub fn values(&self) -> impl Iterator<Item = (&str, String)> {
        let keys = self.all.iter().filter(|(key, _)| !ELSEWHERE.contains(&key.as_str()));
        keys.flat_map(|(key, said)| texts(said).map(move |said| (key.as_str(), said)))
    }

    /// The front matter at the head of `text`, and what stands behind it: `---`, YAML, `---` or
    /// `...`, or TOML between `+++` (Hugo, Zola). `None` where the text does not begin so, or what
    /// stands between is no map.
    pub(super) fn split<'a>(text: &'a str, notes: &mut Vec<Note>) -> Option<(Map<String, Value>, &'a str)> {
        if let Some(body) = text.strip_prefix("+++\n") {
            let (head, rest) =
                body.split_once("\n+++\n").or_else(|| Some((body.strip_suffix("\n+++")?, "")))?;
            // A block break of MyST's stands alone, and what follows it is prose.
            let map: Map<String, Value> = toml::from_str(head).ok()?;
            return (!map.is_empty()).then_some((map, rest));
        }
        let body = text.strip_prefix("---")?.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n')?;
        let mut end = None;
        let mut at = 0;
        for line in body.split_inclusive('\n') {
            if matches!(line.trim_end(), "---" | "...") {
                end = Some((at, at + line.len()));
                break;
            }
            at += line.len();
        }
        let (yaml_end, rest) = end?;
        let yaml_text = &body[..yaml_end];
        if yaml_text.trim().is_empty() {
            return Some((Map::new(), &body[rest..]));
        }
        match yaml::read(yaml_text) {
            Ok(Value::Object(map)) => Some((map, &body[rest..])),
            Ok(Value::Null) => Some((Map::new(), &body[rest..])),
            Ok(_) => None,
            Err(error) => {
                // A rule and a paragraph look like front matter too: only what has a key is meant as such.
                if yaml_text.lines().next().is_some_and(|line| line.contains(':')) {
                    notes.push(
                        Note::warning(
                            Rule::FrontMatter,
                            format!("the front matter is not valid YAML: {error}"),
                        )
                        .help("quote values that hold a colon, and indent with spaces"),
                    );
                    // What keeps a page from being published holds whatever else is wrong.
                    let is_draft = |line: &str| {
                        let line = line.trim().to_ascii_lowercase().replace(' ', "");
                        matches!(
                            line.as_str(),
                            "draft:true" | "draft:yes" | "draft:on" | "draft:1" | "published:false"
                        )
                    };
                    if yaml_text.lines().any(is_draft) {
                        let draft = Map::from_iter([("draft".to_owned(), Value::Bool(true))]);
                        return Some((draft, &body[rest..]));
                    }
                }
                None
            }
        }
    }

    /// nbdev's header cell: `# Title`, `> description`, `- key: value` lines, all of the cell.
    pub(super) fn nbdev(text: &str) -> Option<Map<String, Value>> {
        const KEYS: &[&str] = &[
            "author",
            "categories",
            "date",
            "description",
            "image",
            "order",
            "output-file",
            "skip_exec",
            "skip_showdoc",
            "toc",
            "draft",
            "search",
            "title",
            "keywords",
            "tags",
            "aliases",
            "branch",
            "badges",
            "comments",
            "hide",
            "sticky_rank",
        ];
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let mut map = Map::new();
        map.insert("title".into(), lines.next()?.strip_prefix("# ")?.trim().into());
        map.insert("description".into(), lines.next()?.strip_prefix("> ")?.trim().into());
        let mut keys = 0;
        for line in lines {
            let (key, value) = line.strip_prefix("- ")?.split_once(':')?;
            if !KEYS.contains(&key.trim()) {
                return None;
            }
            let value = value.trim();
            let parsed = yaml::read(value).unwrap_or_else(|_| value.into());
            map.insert(key.trim().into(), parsed);
            keys += 1;
        }
        (keys > 0).then_some(map)
    }

    /// Reads the keys that mean something; what has the wrong type is said and passed over.
    pub(super) fn read(map: Map<String, Value>, notes: &mut Vec<Note>) -> Self {
        let mut reader = Reader { map: &map, notes };
        let front = Self {
            title: reader.text(&["title"]),
            short_title: reader.text(&["short_title", "sidebar_label", "short-title", "nav_title"]),
            subtitle: reader.text(&["subtitle"]),
            description: reader.text(&["description", "abstract", "summary"]),
            authors: reader.authors(),
            date: reader.text(&["date", "date-modified", "last_update", "lastUpdated"]),
            tags: reader.list(&["tags", "categories", "keywords"]),
            order: reader.number(&["order", "sidebar_position", "nav_order", "weight"]),
            aliases: reader.list(&["aliases", "redirect_from"]),
            draft: reader.flag("draft").or_else(|| reader.flag("Draft")).unwrap_or(false)
                || reader.flag("published") == Some(false),
            unlisted: reader.flag("unlisted").unwrap_or(false) || reader.flag("orphan").unwrap_or(false),
            search: reader.searchable(),
            image: reader.text(&["image", "thumbnail", "banner", "social"]),
            toc: reader.flag("toc").unwrap_or(true)
                && reader.flag("tableOfContents").unwrap_or(true)
                && !reader.flag("hide_table_of_contents").unwrap_or(false)
                && !reader.list(&["hide"]).iter().any(|what| what == "toc"),
            lang: reader.text(&["lang", "language"]),
            edit_url: reader
                .text(&["edit_url", "editUrl", "custom_edit_url"])
                .filter(|url| url.starts_with("https://")),
            numbered: reader.numbered(),
            toc_depth: reader
                .number(&["toc-depth", "toc_depth"])
                .filter(|depth| (1.0..=6.0).contains(depth))
                .map(|depth| depth as u8),
            label: reader.text(&["label"]).filter(|label| !label.contains(' ')),
            is_talk: reader.is_talk(),
            all: Map::new(),
        };
        reader.unknown_keys();
        Self { all: map, ..front }
    }
}

struct Reader<'a> {
    map: &'a Map<String, Value>,
    notes: &'a mut Vec<Note>,
}

impl Reader<'_> {
    fn wrong(&mut self, key: &str, wanted: &str) {
        self.notes.push(
            Note::warning(Rule::FrontMatter, format!("`{key}` is no {wanted}; passed over"))
                .help(format!("write `{key}` as a {wanted}")),
        );
    }

    fn text(&mut self, keys: &[&str]) -> Option<String> {
        for key in keys {
            match self.map.get(*key) {
                None | Some(Value::Null | Value::Object(_)) => {}
                Some(Value::String(text)) if text.trim().is_empty() => {}
                Some(Value::String(text)) => return Some(fold(text)),
                Some(value @ (Value::Number(_) | Value::Bool(_))) => return Some(value.to_string()),
                Some(Value::Array(_)) => self.wrong(key, "text"),
            }
        }
        None
    }

    fn list(&mut self, keys: &[&str]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for key in keys {
            let items = match self.map.get(*key) {
                None | Some(Value::Null) => continue,
                Some(Value::String(text)) => text.split(',').map(fold).collect(),
                Some(Value::Array(items)) => items
                    .iter()
                    .filter_map(|item| match item {
                        Value::String(text) => Some(fold(text)),
                        Value::Number(number) => Some(number.to_string()),
                        _ => None,
                    })
                    .collect(),
                Some(_) => {
                    self.wrong(key, "list");
                    Vec::new()
                }
            };
            for item in items {
                if !item.is_empty() && !found.contains(&item) {
                    found.push(item);
                }
            }
        }
        found
    }

    fn number(&mut self, keys: &[&str]) -> Option<f64> {
        for key in keys {
            match self.map.get(*key) {
                None | Some(Value::Null) => {}
                Some(Value::Number(number)) => return number.as_f64(),
                Some(Value::String(text)) if text.trim().parse::<f64>().is_ok() => {
                    return text.trim().parse().ok();
                }
                Some(_) => self.wrong(key, "number"),
            }
        }
        None
    }

    fn flag(&mut self, key: &str) -> Option<bool> {
        match self.map.get(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => number.as_i64().map(|number| number != 0),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" => Some(true),
                "false" | "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    fn numbered(&mut self) -> bool {
        let headings = match self.map.get("numbering") {
            Some(Value::Object(map)) => {
                map.get("headings").or_else(|| map.get("all")) == Some(&Value::Bool(true))
            }
            Some(Value::Bool(flag)) => *flag,
            _ => false,
        };
        headings || self.flag("number-sections").unwrap_or(false)
    }

    fn is_talk(&mut self) -> bool {
        let names = |value: &Value| match value {
            Value::String(name) => vec![name.clone()],
            Value::Object(map) => map.keys().cloned().collect(),
            _ => Vec::new(),
        };
        ["format", "output"].iter().filter_map(|key| self.map.get(*key)).flat_map(names).any(|name| {
            ["revealjs", "ioslides", "slidy", "dzslides", "slideous"].iter().any(|show| name.contains(show))
        })
    }

    /// Says which keys are near known ones and none of them; all others are the author's own.
    fn unknown_keys(&mut self) {
        for (key, value) in self.map {
            let known = marks::find(Place::Front, key).is_some() || marks::leads_into(Place::Front, key);
            if !known && marks::nearest(Place::Front, key).is_some() {
                self.notes.push(unknown(Place::Front, key));
            }
            let Some(group) = value.as_object().filter(|_| marks::leads_into(Place::Front, key)) else {
                continue;
            };
            for inner in group.keys() {
                let path = format!("{key}.{inner}");
                if marks::find(Place::Front, &path).is_none() && marks::nearest(Place::Front, &path).is_some()
                {
                    self.notes.push(unknown(Place::Front, &path));
                }
            }
        }
    }

    fn searchable(&mut self) -> bool {
        let excluded =
            self.map.get("search").and_then(|search| search.get("exclude")) == Some(&Value::Bool(true));
        self.flag("search").unwrap_or(true) && self.flag("pagefind").unwrap_or(true) && !excluded
    }

    fn authors(&mut self) -> Vec<Author> {
        let one = |value: &Value| match value {
            Value::String(name) => Some(Author { name: fold(name), email: None }),
            Value::Object(map) => {
                let name = match map.get("name")? {
                    Value::String(name) => fold(name),
                    Value::Object(parts) => {
                        let part = |key: &str| parts.get(key).and_then(Value::as_str).unwrap_or_default();
                        fold(&format!("{} {}", part("given"), part("family")))
                    }
                    _ => return None,
                };
                let email = map.get("email").and_then(Value::as_str).map(str::to_owned);
                Some(Author { name, email })
            }
            _ => None,
        };
        let Some(value) = self.map.get("authors").or_else(|| self.map.get("author")) else {
            return Vec::new();
        };
        match value {
            Value::Array(list) => {
                list.iter().filter_map(one).filter(|author| !author.name.is_empty()).collect()
            }
            single => one(single).filter(|author| !author.name.is_empty()).into_iter().collect(),
        }
    }
}

/// `text` on one line, with single spaces.
fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
