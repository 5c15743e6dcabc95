//! What a theme lets a site choose: `theme.toml` says it, `[theme]` of the site's configuration
//! answers, and both become custom properties of CSS and values that templates see.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::path::SitePath;

/// `theme.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Manifest {
    /// What the theme is for, in one sentence.
    pub(super) description: String,
    /// The theme that it changes.
    pub(super) parent: Option<String>,
    /// What a site may choose, by name.
    pub(super) options: BTreeMap<String, Declared>,
    /// What it chooses itself among the options of its parents.
    pub(super) set: BTreeMap<String, toml::Value>,
}

/// An option as a theme declares it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declared {
    /// What values it takes.
    kind: Kind,
    /// The values it may have, for `choice` and `choices`.
    #[serde(default)]
    of: Vec<String>,
    /// The custom property that it sets.
    css: Option<String>,
    /// Its value where nobody chooses; without one the theme's own style holds.
    default: Option<toml::Value>,
    /// What it is for.
    #[serde(default)]
    help: String,
}

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// A colour: `#2a6`, `#22aa66`, or a colour function of CSS.
    Color,
    /// A number with a unit.
    Length,
    /// Names of faces, as CSS lists them.
    Face,
    /// Any words.
    Text,
    /// Yes or no.
    Flag,
    /// One of some words.
    Choice,
    /// Some of some words.
    Choices,
    /// A file of the repo.
    File,
}

/// An option of a theme with the value it has.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// What values it takes, in words.
    pub kind: String,
    /// Its value, as templates see it; null where nobody chose.
    pub value: Value,
    /// What it is for.
    pub help: String,
    /// Whether the site chose it.
    pub is_chosen: bool,
    /// The custom property that it sets.
    css: Option<String>,
    /// The file that it names.
    file: Option<SitePath>,
}

/// All options of a theme with their values.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings(Vec<Setting>);

impl Settings {
    /// The values of the options of a chain of themes, the parents first, as the site chose them.
    ///
    /// # Errors
    /// Every value that its option does not take, and every name that no theme declares.
    pub(super) fn new(chain: &[(&str, &Manifest)], chosen: &toml::Table) -> Result<Self, String> {
        let mut declared: BTreeMap<&str, &Declared> = BTreeMap::new();
        let mut values: BTreeMap<&str, (&toml::Value, String)> = BTreeMap::new();
        for (name, manifest) in chain {
            let place = |option: &str| format!("theme `{name}`: `{option}`");
            for (option, own) in &manifest.options {
                declared.insert(option, own);
                match &own.default {
                    Some(value) => values.insert(option, (value, place(option))),
                    None => values.remove(option.as_str()),
                };
            }
            values
                .extend(manifest.set.iter().map(|(option, value)| (option.as_str(), (value, place(option)))));
        }
        values.extend(
            chosen.iter().map(|(option, value)| (option.as_str(), (value, format!("`theme.{option}`")))),
        );
        let mut wrong = Vec::new();
        for (option, (_, place)) in &values {
            if !declared.contains_key(option) {
                let known: Vec<&str> = declared.keys().copied().collect();
                let help = match nearest(option, &known) {
                    Some(near) => format!("do you mean `{near}`?"),
                    None => format!("it knows {}", known.join(", ")),
                };
                wrong.push(format!("{place} is no option of this theme; {help}"));
            }
        }
        let mut settings = Vec::new();
        for (option, own) in &declared {
            if let Some(fault) = own.fault() {
                wrong.push(format!("the option `{option}` of the theme {fault}"));
            }
            let (value, place) = match values.get(option) {
                Some((value, place)) => (Some(*value), place.as_str()),
                None => (None, ""),
            };
            match value.map_or(Ok(Value::Null), |value| own.read(value)) {
                Ok(value) => settings.push(own.setting(option, value, chosen.contains_key(*option))),
                Err(expected) => {
                    let said = value.map(ToString::to_string).unwrap_or_default();
                    wrong.push(format!("{place} is {said}, and must be {expected}"));
                }
            }
        }
        if wrong.is_empty() { Ok(Self(settings)) } else { Err(wrong.join("\n")) }
    }

    /// All of them, by name.
    pub(super) fn all(&self) -> &[Setting] {
        &self.0
    }

    /// Custom properties for what was chosen; empty where nothing was.
    pub(super) fn css(&self) -> String {
        let mut lines = String::new();
        for setting in &self.0 {
            if let (Some(property), Value::String(value)) = (&setting.css, &setting.value) {
                lines.push_str(&format!("  {property}: {value};\n"));
            }
        }
        if lines.is_empty() { lines } else { format!(":root {{\n{lines}}}\n") }
    }

    /// The files that options name.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &SitePath)> {
        self.0.iter().filter_map(|setting| Some((setting.name.as_str(), setting.file.as_ref()?)))
    }

    /// What templates see.
    pub(super) fn values(&self) -> Map<String, Value> {
        self.0.iter().map(|setting| (setting.name.clone(), setting.value.clone())).collect()
    }
}

impl Declared {
    /// What is wrong with how the theme declares it.
    fn fault(&self) -> Option<&'static str> {
        let chooses = matches!(self.kind, Kind::Choice | Kind::Choices);
        if chooses && self.of.is_empty() {
            return Some("is a choice and says not `of` what");
        }
        let is_property = |css: &String| {
            css.starts_with("--") && css.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        };
        (!self.css.as_ref().is_none_or(is_property))
            .then_some("sets by `css` what is no custom property: they begin with `--`")
    }

    fn setting(&self, name: &str, value: Value, is_chosen: bool) -> Setting {
        let file = match (self.kind, &value) {
            (Kind::File, Value::String(path)) => SitePath::new(path),
            _ => None,
        };
        Setting {
            name: name.to_owned(),
            kind: self.expected(),
            value,
            help: self.help.clone(),
            is_chosen,
            css: self.css.clone(),
            file,
        }
    }

    /// What the option takes, as it is said after "must be".
    fn expected(&self) -> String {
        match self.kind {
            Kind::Color => "a colour by numbers, as \"#2255aa\" or \"oklch(50% 0.1 250)\"".to_owned(),
            Kind::Length => "a length in rem, em, ch or px, as \"44rem\"".to_owned(),
            Kind::Face => "names of faces, as \"Inter, sans-serif\"".to_owned(),
            Kind::Text => "a text".to_owned(),
            Kind::Flag => "true or false".to_owned(),
            Kind::Choice => format!("one of {}", self.of.join(", ")),
            Kind::Choices => format!("a list of some of {}", self.of.join(", ")),
            Kind::File => "the path of a file in the repo".to_owned(),
        }
    }

    /// Reads a value; `Err` says what it must be.
    fn read(&self, value: &toml::Value) -> Result<Value, String> {
        let fit = match (self.kind, value) {
            (Kind::Flag, toml::Value::Boolean(flag)) => Some(Value::Bool(*flag)),
            (Kind::Choices, toml::Value::Array(list)) => {
                let words: Option<Vec<Value>> = list
                    .iter()
                    .map(|word| word.as_str().filter(|word| self.has(word)).map(Value::from))
                    .collect();
                words.map(Value::Array)
            }
            (kind, toml::Value::String(text)) => {
                let text = text.trim();
                let fits = match kind {
                    Kind::Color => is_color(text),
                    Kind::Length => is_length(text),
                    Kind::Face => is_face(text),
                    Kind::Text => true,
                    Kind::Choice => self.has(text),
                    Kind::File => SitePath::new(text).is_some_and(|path| !path.is_root()),
                    Kind::Flag | Kind::Choices => false,
                };
                fits.then(|| Value::from(text))
            }
            _ => None,
        };
        fit.ok_or_else(|| self.expected())
    }

    fn has(&self, word: &str) -> bool {
        self.of.iter().any(|known| known == word)
    }
}

/// The known name that a misspelt one is near to.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(known, name), *known));
    near.filter(|(distance, _)| *distance <= 2).min().map(|(_, known)| known)
}

/// Whether a text is a colour, and nothing that ends the property it stands in.
fn is_color(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix('#') {
        return matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let known = ["rgb(", "hsl(", "hwb(", "lab(", "lch(", "oklab(", "oklch("];
    let inner =
        known.iter().find_map(|start| text.strip_prefix(start)).and_then(|rest| rest.strip_suffix(')'));
    // Three numbers: a colour that one can see through would leave text that one cannot read.
    let is_number = |part: &str| {
        let digits = part.strip_suffix('%').or(part.strip_suffix("deg")).unwrap_or(part);
        digits.parse::<f32>().is_ok_and(f32::is_finite)
    };
    inner.is_some_and(|inner| {
        let parts: Vec<&str> = inner.split([',', ' ']).filter(|part| !part.is_empty()).collect();
        parts.len() == 3 && parts.iter().all(|part| is_number(part))
    })
}

fn is_length(text: &str) -> bool {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let is_some = text[..digits].parse::<f32>().is_ok_and(|number| number > 0.0);
    is_some && matches!(&text[digits..], "rem" | "em" | "px" | "ch")
}

/// Whether a text lists names of faces, each in quotes or in none.
fn is_face(text: &str) -> bool {
    text.split(',').map(str::trim).all(|name| {
        let quoted = ['"', '\''].iter().find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote));
        let bare = quoted.unwrap_or(name);
        !bare.trim().is_empty()
            && bare.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'))
    })
}
