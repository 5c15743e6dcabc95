//! Files of rules → kinds: our own set, what the configuration says, and files of gitleaks.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::allow::{Allow, Target};
use super::kind::{Kind, Pattern};

/// The set of our own.
pub(super) const OWN: &str = include_str!("secrets.toml");

/// `[secrets]`: what is taken for a secret, and what is not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Files of rules in the form of gitleaks, relative to the root of the repo. A `.gitleaks.toml`
    /// at the root is taken where this is not said.
    pub rules: Option<Vec<String>>,
    /// Kinds that are not looked for.
    pub disable: Vec<String>,
    /// Kinds that redact although they do not by themselves.
    pub redact: Vec<String>,
    /// Regular expressions of secrets that are none.
    pub allow: Vec<String>,
    /// Words that no secret holds.
    pub stopwords: Vec<String>,
    /// Regular expressions of paths below which nothing is looked for.
    pub paths: Vec<String>,
}

/// A file of gitleaks, with what we add: `name` and `redact` of a rule.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    extend: Extend,
    #[serde(default)]
    rules: Vec<RuleText>,
    allowlist: Option<AllowText>,
    #[serde(default)]
    allowlists: Vec<AllowText>,
}

/// What a file builds on: gitleaks' own rules, in whose place ours stand, or another file.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Extend {
    path: Option<String>,
    disabled_rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleText {
    id: String,
    #[serde(default)]
    description: String,
    name: Option<String>,
    regex: Option<String>,
    path: Option<String>,
    #[serde(default)]
    secret_group: usize,
    #[serde(default)]
    entropy: f64,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    redact: bool,
    allowlist: Option<AllowText>,
    #[serde(default)]
    allowlists: Vec<AllowText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AllowText {
    #[serde(default)]
    condition: String,
    #[serde(default)]
    regex_target: String,
    #[serde(default)]
    regexes: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    stopwords: Vec<String>,
    #[serde(default)]
    commits: Vec<String>,
    #[serde(default)]
    target_rules: Vec<String>,
}

/// Makes a pattern of a text.
type Make = fn(&str) -> Result<Pattern, String>;

/// All kinds and all that is allowed.
pub(super) fn gather(
    options: &Options,
    files: &[(String, String)],
) -> Result<(Vec<Kind>, Vec<Allow>), String> {
    let (mut kinds, mut allows, _) = read("secrets.toml", OWN, |text| Ok(Pattern::new(text)))?;
    for (name, text) in files {
        let (more, allow, extended) = read(name, text, |text| Pattern::new(text).check())?;
        allows.extend(allow.into_iter().map(|allow| Allow { is_foreign: true, ..allow }));
        // A rule without a pattern adds its allow-lists to one that is known.
        allows.extend(extended);
        // What we know ourselves stays as we know it.
        kinds.extend(
            more.into_iter().filter(|kind| kinds.iter().all(|known| known.id != kind.id)).collect::<Vec<_>>(),
        );
    }
    for id in options.disable.iter().chain(&options.redact) {
        if kinds.iter().all(|kind| kind.id != *id) {
            let near = kinds.iter().min_by_key(|kind| strsim::damerau_levenshtein(&kind.id, id));
            let help = near.map(|kind| format!("; did you mean `{}`?", kind.id)).unwrap_or_default();
            return Err(format!("`secrets` names `{id}`, which is no kind of secret{help}"));
        }
    }
    kinds.retain(|kind| !options.disable.contains(&kind.id));
    for kind in &mut kinds {
        kind.redacts |= options.redact.contains(&kind.id);
    }
    let patterns = |texts: &[String], key: &str| -> Result<Vec<Pattern>, String> {
        let made = texts.iter().map(|text| Pattern::new(text).check());
        made.collect::<Result<_, _>>().map_err(|why| format!("`secrets.{key}`: {why}"))
    };
    allows.push(Allow {
        patterns: patterns(&options.allow, "allow")?,
        paths: patterns(&options.paths, "paths")?,
        stopwords: options.stopwords.iter().map(|word| word.to_lowercase()).collect(),
        ..Allow::default()
    });
    Ok((kinds, allows))
}

/// The kinds of a file, its allow-lists, and those that it gives to rules of others.
type Read = (Vec<Kind>, Vec<Allow>, Vec<Allow>);

fn read(name: &str, text: &str, make: Make) -> Result<Read, String> {
    let file: File = toml::from_str(text).map_err(|error| format!("`{name}`: {error}"))?;
    if let Some(path) = file.extend.path {
        return Err(format!(
            "`{name}` extends `{path}`: name that file in `secrets.rules` too, and take `extend` out"
        ));
    }
    let (rules, extending): (Vec<RuleText>, Vec<RuleText>) =
        file.rules.into_iter().partition(|rule| rule.regex.is_some() || rule.path.is_some());
    let of_rule = |rule: RuleText| {
        let id = rule.id.clone();
        kind(rule, make).map_err(|why| format!("`{name}`: the rule `{id}`: {why}"))
    };
    // Made side by side: expressions of gitleaks take their time.
    let mut kinds = rules.into_par_iter().map(of_rule).collect::<Result<Vec<_>, _>>()?;
    kinds.retain(|kind| !file.extend.disabled_rules.contains(&kind.id));
    let wrong = |why: String| format!("`{name}`: the allow-list: {why}");
    let allows = file.allowlist.into_iter().chain(file.allowlists).map(|text| allow(text, make));
    let allows = allows.collect::<Result<_, _>>().map_err(wrong)?;
    let extended = extending.into_iter().flat_map(|rule| {
        let texts = rule.allowlist.into_iter().chain(rule.allowlists);
        texts
            .map(move |text| Ok(Allow { kinds: vec![rule.id.clone()], ..allow(text, make)? }))
            .collect::<Vec<_>>()
    });
    Ok((kinds, allows, extended.collect::<Result<_, String>>().map_err(wrong)?))
}

/// The kind of a rule.
fn kind(rule: RuleText, make: Make) -> Result<Kind, String> {
    let sentence = rule.description.split(['.', ',', ';']).next().unwrap_or_default().trim();
    let name = sentence.strip_prefix("Uncovered a ").or_else(|| sentence.strip_prefix("Detected a "));
    let name = name.unwrap_or(if sentence.is_empty() { rule.id.as_str() } else { sentence });
    Ok(Kind {
        name: rule.name.unwrap_or_else(|| name.to_owned()),
        redacts: rule.redact,
        pattern: rule.regex.map(|text| make(&text)).transpose()?,
        path: rule.path.map(|text| make(&text)).transpose()?,
        group: rule.secret_group,
        entropy: rule.entropy,
        keywords: rule.keywords.iter().map(|word| word.to_ascii_lowercase()).collect(),
        allows: rule
            .allowlist
            .into_iter()
            .chain(rule.allowlists)
            .map(|text| allow(text, make))
            .collect::<Result<_, _>>()?,
        id: rule.id,
    })
}

fn allow(text: AllowText, make: Make) -> Result<Allow, String> {
    let patterns = |texts: &[String]| texts.iter().map(|text| make(text)).collect::<Result<Vec<_>, _>>();
    Ok(Allow {
        all: match text.condition.to_ascii_uppercase().as_str() {
            "AND" | "&&" => true,
            "" | "OR" | "||" => false,
            _ => return Err(format!("`condition` is `{}`, and must be AND or OR", text.condition)),
        },
        target: match text.regex_target.as_str() {
            "" | "secret" => Target::Secret,
            "match" => Target::Match,
            "line" => Target::Line,
            other => return Err(format!("`regexTarget` is `{other}`, and must be secret, match or line")),
        },
        patterns: patterns(&text.regexes)?,
        paths: patterns(&text.paths)?,
        stopwords: text.stopwords.iter().map(|word| word.to_lowercase()).collect(),
        kinds: text.target_rules,
        has_commits: !text.commits.is_empty(),
        is_foreign: false,
    })
}
