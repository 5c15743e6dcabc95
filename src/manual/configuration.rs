//! The page of all keys of `bindery.toml`, printed from its schema.

use serde_json::Value;

use crate::config::File;
use crate::config::checks::Limit;

const HEAD: &str = "---
title: Configuration
description: Every key of bindery.toml, with what holds where it is not said.
toc-depth: 3
---

# Configuration

<!-- Printed from the schema in src/config: see tests/manual.rs. -->

`bindery.toml` lies in the folder whose notebooks are published, which is the root of the site. All of it can be left out; a key that nobody knows is an error that names those that are known.

```sh
bindery config             # what holds here, with all that git and the pipeline tell
bindery config --schema    # the JSON Schema, for completion in editors
```

Editors that know [Taplo](https://taplo.tamasfe.dev) complete and check the file where its first line is `#:schema ./bindery.schema.json` and the schema was saved there.

";

const TAIL: &str = "
## What the surroundings say

| Variable | What it means |
| --- | --- |
| `CI_PAGES_URL` | where the site is published, where neither `site.base_url` nor `--base-url` says |
| `CI_PROJECT_URL`, `CI_DEFAULT_BRANCH` | the repo in its forge, and the branch that links aim at; else the remote of git tells |
| `CI_MERGE_REQUEST_DIFF_BASE_SHA` | the revision that `bindery check` compares URLs and anchors with |
| `CI_MERGE_REQUEST_IID`, `CI_MERGE_REQUEST_PROJECT_URL` | the merge request that a preview leads back to |
| `CI` | no progress bar; a baseline that is missing is an error |
| `SOURCE_DATE_EPOCH` | the moment that the site bears, in place of the commit's |
| `NO_COLOR` | no colours in the terminal |
| `XDG_CACHE_HOME` | below which rendered pages are kept |

Front matter says the same of single pages: [its keys](marks.md#front-matter).
";

/// The page.
pub(super) fn page() -> String {
    let schema = File::schema().to_value();
    let mut out = HEAD.to_owned();
    let root = Reader { defs: &schema["$defs"] };
    let mut nested = Vec::new();
    for (name, said) in properties(&schema) {
        let meaning = said["description"].as_str().unwrap_or_default();
        let (mark, item) = match root.item(said) {
            Some(item) => (format!("[[{name}]]"), item),
            None => (format!("[{name}]"), root.resolved(said)),
        };
        out.push_str(&format!("## {mark} {{#{name}}}\n\n{meaning}\n\n"));
        let rows = root.rows("", item, name, &mut nested);
        if rows.is_empty() {
            out.push_str("The keys are those of the theme: `bindery theme options` lists them.\n\n");
        } else {
            out.push_str(&table(&rows));
        }
        for (name, meaning, item) in std::mem::take(&mut nested) {
            out.push_str(&format!("### [[{name}]] {{#{}}}\n\n{meaning}\n\n", name.replace('.', "-")));
            out.push_str(&table(&root.rows("", item, &name, &mut Vec::new())));
        }
    }
    out.push_str(TAIL.trim_start());
    out
}

struct Reader<'a> {
    defs: &'a Value,
}

/// One key with its values, its default and its meaning.
type Row = [String; 4];

impl<'a> Reader<'a> {
    fn resolved(&self, said: &'a Value) -> &'a Value {
        let name = said["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        name.map_or(said, |name| &self.defs[name])
    }

    /// What the entries of a list of tables are.
    fn item(&self, said: &'a Value) -> Option<&'a Value> {
        let item = self.resolved(&said["items"]);
        item["properties"].is_object().then_some(item)
    }

    /// The keys of a table; those of tables in it by their whole names. Lists of tables are left for
    /// later.
    fn rows(
        &self,
        before: &str,
        table: &'a Value,
        path: &str,
        nested: &mut Vec<(String, String, &'a Value)>,
    ) -> Vec<Row> {
        let mut rows = Vec::new();
        for (name, said) in properties(table) {
            let meaning = said["description"].as_str().unwrap_or_default().replace('\n', " ");
            let key = format!("{before}{name}");
            let inner = self.resolved(said);
            if let Some(item) = self.item(said) {
                nested.push((format!("{path}.{key}"), meaning, item));
            } else if inner["properties"].is_object() {
                rows.extend(self.rows(&format!("{key}."), inner, path, nested));
            } else {
                let limit = key.strip_prefix("limits.");
                let limit = Limit::ALL.iter().find(|(name, _, _)| Some(*name) == limit);
                let default = match &said["default"] {
                    Value::Null => limit.map_or_else(String::new, |(_, default, _)| format!("`{default}`")),
                    value => format!("`{value}`"),
                };
                rows.push([format!("`{key}`"), self.kind(said), default, meaning.trim().to_owned()]);
            }
        }
        rows
    }

    /// What kind of value a key has, in words.
    fn kind(&self, said: &'a Value) -> String {
        let said = self.resolved(said);
        let words: Vec<&str> =
            said["oneOf"].as_array().into_iter().flatten().filter_map(|one| one["const"].as_str()).collect();
        if !words.is_empty() {
            return words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ");
        }
        if let Some(kinds) = said["anyOf"].as_array() {
            let kinds: Vec<String> = kinds.iter().map(|kind| self.kind(kind)).collect();
            return kinds.join(" or ");
        }
        let kind = match &said["type"] {
            Value::Array(kinds) => kinds.first().and_then(Value::as_str),
            kind => kind.as_str(),
        };
        match kind.unwrap_or_default() {
            "boolean" => "true or false".to_owned(),
            "string" => "text".to_owned(),
            "integer" => "number".to_owned(),
            "array" => format!("list of {}", several(&self.kind(&said["items"]))),
            "object" if said["additionalProperties"].is_object() => {
                format!("table of {}", several(&self.kind(&said["additionalProperties"])))
            }
            "object" => "table".to_owned(),
            other => other.to_owned(),
        }
    }
}

/// The words for several values of a kind.
fn several(kind: &str) -> String {
    match kind {
        "text" => "texts".to_owned(),
        kind => kind.strip_prefix("list of ").map_or_else(|| kind.to_owned(), |of| format!("lists of {of}")),
    }
}

fn properties(table: &Value) -> impl Iterator<Item = (&str, &Value)> {
    table["properties"].as_object().into_iter().flatten().map(|(name, said)| (name.as_str(), said))
}

fn table(rows: &[Row]) -> String {
    let mut out =
        String::from("| Key | Value | Where nothing is said | What it means |\n| --- | --- | --- | --- |\n");
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out.push('\n');
    out
}
