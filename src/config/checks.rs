//! `[check]`: how much rules weigh, their limits, and what a repo asks of its pages, for all of
//! them or for some.

use std::collections::BTreeMap;

use globset::GlobSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::globs;
use crate::diagnostic::{Rule, Severity};
use crate::path::SitePath;

/// The table as it is said.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Table {
    /// Globs of sources that are not checked.
    exclude: Vec<String>,
    /// How much the findings of rules weigh, by the rules' ids.
    rules: BTreeMap<String, Weight>,
    /// Limits that rules hold to.
    limits: Limits,
    /// What pages must have.
    require: Require,
    /// The same for some of the pages.
    paths: Vec<Part>,
    /// How links to other sites are asked.
    external: External,
}

/// `[[check.paths]]`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Part {
    /// Globs of the sources that it holds for.
    paths: Vec<String>,
    /// Front matter that they have, by its keys.
    when: BTreeMap<String, String>,
    /// How much the findings of rules weigh there.
    rules: BTreeMap<String, Weight>,
    /// Limits that hold there.
    limits: Limits,
    /// What these pages must have beside what all must.
    require: Require,
}

/// How much the findings of a rule weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// They are not said.
    Off,
    /// As information.
    Info,
    /// As warnings.
    Warning,
    /// As errors.
    Error,
}

impl Weight {
    /// The severity it means; `None` where nothing is said.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

macro_rules! limits {
    ($(#[doc = $doc:literal] $name:ident = $default:literal,)*) => {
        /// `limits` as they are said.
        #[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        struct Limits {
            $(#[doc = $doc] $name: Option<usize>,)*
        }

        /// The limits that hold for a page.
        #[derive(Clone, Copy, Debug)]
        pub struct Limit {
            $(#[doc = $doc] pub $name: usize,)*
        }

        impl Default for Limit {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Limit {
            /// Their names and what holds where nobody says otherwise, with what they mean.
            pub const ALL: &[(&str, usize, &str)] =
                &[$((stringify!($name), $default, $doc),)*];

            fn take(&mut self, said: &Limits) {
                $(self.$name = said.$name.unwrap_or(self.$name);)*
            }
        }
    };
}

limits! {
    /// The most bytes of one output.
    output = 500_000,
    /// The most bytes of one picture, put out or attached.
    image = 1_000_000,
    /// The most bytes of a notebook's file.
    notebook = 5_000_000,
    /// The most bytes of a `data:` URL in Markdown.
    base64 = 5_000,
    /// The fewest bytes of an output that must not stand twice.
    repeated = 20_000,
    /// The most words of prose on a page.
    words = 5_000,
    /// In how many notebooks the same code may stand before it is said.
    repeats = 3,
    /// The fewest lines of code that count as repeated.
    repeat_lines = 4,
}

/// `require`: what pages must have.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Require {
    /// Keys of front matter.
    pub front_matter: Vec<String>,
    /// The values that keys of front matter may have.
    pub values: BTreeMap<String, Vec<String>>,
    /// Headings, at whatever level; their case does not matter. `A | B` asks for one of the two.
    pub headings: Vec<String>,
}

/// `external`: how links to other sites are asked.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct External {
    /// Regular expressions of URLs that are not asked.
    pub exclude: Vec<String>,
    /// How long an answer may take, in seconds.
    pub timeout: u64,
    /// How many requests a host gets within a second, at most.
    pub per_second: u32,
    /// How often what fails is asked again.
    pub retries: u32,
    /// For how many days a good answer is believed.
    pub days: u64,
}

impl Default for External {
    fn default() -> Self {
        Self { exclude: Vec::new(), timeout: 20, per_second: 2, retries: 2, days: 1 }
    }
}

/// What is asked of the pages of a repo.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    /// All of it as it was said.
    said: String,
    exclude: GlobSet,
    parts: Vec<Scope>,
    /// How links to other sites are asked.
    pub external: External,
}

/// A part of the pages, and what is asked of them.
#[derive(Clone, Debug)]
struct Scope {
    paths: Option<GlobSet>,
    when: BTreeMap<String, String>,
    rules: BTreeMap<Rule, Weight>,
    limits: Limits,
    require: Require,
}

/// What is asked of one page.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// How much rules weigh where somebody said so.
    rules: BTreeMap<Rule, Weight>,
    /// The limits.
    pub limits: Limit,
    /// What it must have.
    pub require: Require,
}

impl Asked {
    /// How much a finding weighs: as the repo has it, else as the book has it, else as it was
    /// found; `None` where it is not said.
    pub fn severity(&self, rule: Rule, found: Severity) -> Option<Severity> {
        match self.rules.get(&rule) {
            Some(weight) => weight.severity(),
            None => Some(rule.entry().severity.unwrap_or(found)),
        }
    }
}

impl Checks {
    /// Makes what is meant of what is said.
    ///
    /// # Errors
    /// The rule, glob or key that means nothing.
    pub fn new(table: Table) -> Result<Self, String> {
        let said = serde_json::to_string(&table).unwrap_or_default();
        let Table { exclude, rules, limits, require, paths, external } = table;
        let whole = Scope {
            paths: None,
            when: BTreeMap::new(),
            rules: rules_of(rules, "check.rules")?,
            limits,
            require,
        };
        let mut parts = vec![whole];
        for part in paths {
            let Part { paths, when, rules, limits, require } = part;
            if paths.is_empty() && when.is_empty() {
                return Err("`check.paths` has a part with neither `paths` nor `when`: it holds for nothing"
                    .to_owned());
            }
            parts.push(Scope {
                paths: if paths.is_empty() { None } else { Some(globs(&paths, "check.paths.paths")?) },
                when,
                rules: rules_of(rules, "check.paths.rules")?,
                limits,
                require,
            });
        }
        Ok(Self { said, exclude: globs(&exclude, "check.exclude")?, parts, external })
    }

    /// Whether a source is not checked.
    pub fn excludes(&self, source: &SitePath) -> bool {
        self.exclude.is_match(source.as_str())
    }

    /// What is asked of a page: of all parts that hold for it, the last has the last word; what is
    /// required adds up. `front` says what a key of its front matter holds.
    pub fn asked(&self, source: &SitePath, front: &dyn Fn(&str) -> Option<String>) -> Asked {
        let mut asked = Asked::default();
        for part in &self.parts {
            let is_at = part.paths.as_ref().is_none_or(|paths| paths.is_match(source.as_str()));
            if !is_at || !part.when.iter().all(|(key, value)| front(key).as_ref() == Some(value)) {
                continue;
            }
            asked.rules.extend(part.rules.iter().map(|(rule, weight)| (*rule, *weight)));
            asked.limits.take(&part.limits);
            asked.require.front_matter.extend(part.require.front_matter.iter().cloned());
            asked.require.headings.extend(part.require.headings.iter().cloned());
            asked.require.values.extend(part.require.values.clone());
        }
        asked
    }
}

impl Serialize for Checks {
    /// As it was said, to see whether it is another.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.said)
    }
}

fn rules_of(said: BTreeMap<String, Weight>, key: &str) -> Result<BTreeMap<Rule, Weight>, String> {
    let rule = |(id, weight): (String, Weight)| match Rule::of_id(&id) {
        Some(rule) => Ok((rule, weight)),
        None => {
            let help = Rule::nearest(&id).map(|near| format!("; did you mean `{near}`?"));
            Err(format!("`{key}` names `{id}`, which is no rule{}", help.unwrap_or_default()))
        }
    };
    said.into_iter().map(rule).collect()
}
