//! The words of the interface, from a table by language.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::render::Label;

/// The words of one language, by key; templates see them as `t`.
#[derive(Clone, Debug, Serialize)]
pub struct Labels {
    #[serde(flatten)]
    words: BTreeMap<String, String>,
    /// The main language that was asked for.
    #[serde(skip)]
    language: String,
}

const TABLES: &[(&str, &str)] = &[
    ("en", include_str!("../../themes/labels/en.toml")),
    ("de", include_str!("../../themes/labels/de.toml")),
    ("fr", include_str!("../../themes/labels/fr.toml")),
    ("es", include_str!("../../themes/labels/es.toml")),
    ("pt", include_str!("../../themes/labels/pt.toml")),
    ("ja", include_str!("../../themes/labels/ja.toml")),
    ("zh", include_str!("../../themes/labels/zh.toml")),
    ("he", include_str!("../../themes/labels/he.toml")),
];

/// The main languages that are written from right to left.
const RIGHT_TO_LEFT: [&str; 8] = ["ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"];

/// `rtl` or `ltr`: how a language (BCP 47) is written.
pub fn direction(language: &str) -> &'static str {
    let main = language.split(['-', '_']).next().unwrap_or_default();
    if RIGHT_TO_LEFT.iter().any(|known| main.eq_ignore_ascii_case(known)) { "rtl" } else { "ltr" }
}

impl Labels {
    /// The words of `language`, or of its main language, or else English ones.
    ///
    /// # Errors
    /// A table that is no TOML; only a broken build of bindery has one.
    pub(super) fn new(language: &str) -> Result<Self, String> {
        let main = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let read = |name: &str| -> Result<BTreeMap<String, String>, String> {
            let table = TABLES.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| *text);
            toml::from_str(table).map_err(|error| error.to_string())
        };
        let mut words = read("en")?;
        words.extend(read(&main)?);
        Ok(Self { words, language: main })
    }

    /// Takes the words of a theme, if `file` is the table of the language (`de.toml`).
    ///
    /// # Errors
    /// A table that is no TOML, or a key that nothing shows: own ones begin with `own_`.
    pub(super) fn change(&mut self, file: &str, table: &str) -> Result<(), String> {
        let table: BTreeMap<String, String> = toml::from_str(table).map_err(|error| error.to_string())?;
        for key in table.keys().filter(|key| !key.starts_with("own_")) {
            if !self.words.contains_key(key) {
                let known: Vec<&str> = self.words.keys().map(String::as_str).collect();
                let help = match super::options::nearest(key, &known) {
                    Some(near) => format!("do you mean `{near}`?"),
                    None => "own ones begin with `own_`".to_owned(),
                };
                return Err(format!("no word of the interface is called `{key}`; {help}"));
            }
        }
        let is_english = !TABLES.iter().any(|(known, _)| *known == self.language);
        if file.strip_suffix(".toml") == Some(self.language.as_str()) || (is_english && file == "en.toml") {
            self.words.extend(table);
        } else if file == "en.toml" {
            // Words of the theme's own that nobody translated stand in English.
            for (key, word) in table.into_iter().filter(|(key, _)| key.starts_with("own_")) {
                self.words.entry(key).or_insert(word);
            }
        }
        Ok(())
    }

    /// The word for a key; the key itself where a table lacks it, which a test forbids.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.words.get(key).map_or(key, String::as_str)
    }

    /// The words whose keys begin with `family`, by the rest of their keys.
    pub fn family(&self, family: &str) -> serde_json::Map<String, serde_json::Value> {
        let of_family = |(key, word): (&String, &String)| {
            Some((key.strip_prefix(family)?.to_owned(), word.clone().into()))
        };
        self.words.iter().filter_map(of_family).collect()
    }

    /// The words for so many of something: those for one have a key of their own.
    pub fn count(&self, key: &str, number: usize) -> String {
        let one = format!("{key}_one");
        let words = if number == 1 && self.words.contains_key(&one) { self.get(&one) } else { self.get(key) };
        words.replace("{n}", &number.to_string())
    }

    /// The words for a label inside a cell.
    pub fn of(&self, label: Label) -> String {
        match key(label) {
            (key, None) => self.get(key).to_owned(),
            (key, Some(number)) => self.count(key, number as usize),
        }
    }
}

/// The key of a label, and the number in it.
fn key(label: Label) -> (&'static str, Option<u32>) {
    match label {
        Label::Code(lines) => ("cell_code", Some(lines)),
        Label::Output => ("cell_output", None),
        Label::Text => ("cell_text", None),
        Label::MoreLines(lines) => ("more_lines", Some(lines)),
        Label::AllLines(lines) => ("all_lines", Some(lines)),
        Label::Traceback(lines) => ("traceback", Some(lines)),
        Label::Stderr => ("stderr", None),
        Label::Parameters => ("parameters", None),
        Label::Injected => ("injected", None),
        Label::NeedsScript => ("needs_script", None),
        Label::NotShown => ("not_shown", None),
        Label::PictureOf(cell) => ("picture_of", Some(cell)),
        Label::MoreRows(rows) => ("more_rows", Some(rows)),
        Label::Section => ("section", None),
        Label::Back => ("back", None),
        Label::Footnotes => ("footnotes", None),
        Label::Note => ("note", None),
        Label::Tip => ("tip", None),
        Label::Important => ("important", None),
        Label::Warning => ("warning", None),
        Label::Caution => ("caution", None),
        Label::Danger => ("danger", None),
        Label::Attention => ("attention", None),
        Label::Hint => ("hint", None),
        Label::Error => ("error", None),
        Label::SeeAlso => ("see_also", None),
        Label::Todo => ("todo", None),
        Label::Figure(number) => ("figure", Some(number)),
        Label::Table(number) => ("table", Some(number)),
        Label::Listing(number) => ("listing", Some(number)),
        Label::Details => ("details", None),
        Label::Tab(number) => ("tab", Some(number)),
        Label::Contents => ("navigation", None),
        Label::References => ("references", None),
        Label::Run => ("run", None),
        Label::RunFailed => ("run_failed", None),
        Label::ParameterName => ("parameter_name", None),
        Label::ParameterValue => ("parameter_value", None),
        Label::ParameterKind => ("parameter_kind", None),
        Label::Permalink => ("permalink", None),
        Label::Download => ("download", None),
        Label::ToDo => ("to_do", None),
        Label::Done => ("done", None),
    }
}
