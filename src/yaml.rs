//! YAML of authors and of other tools → JSON values, with a budget: a few lines of aliases must
//! not fill the memory.

use serde_json::{Map, Value};
use serde_saphyr::{DuplicateKeyPolicy, Options};

/// No head of a page and no list of options needs more nodes.
const MAX_NODES: usize = 50_000;

fn options() -> Options {
    let budget = serde_saphyr::budget! {
        max_nodes: MAX_NODES,
        max_events: MAX_NODES * 3,
        max_aliases: 500,
        max_anchors: 200,
        max_depth: 64,
    };
    // As in YAML 1.2: `no` is a word; where a flag is wanted, it is taken for one.
    serde_saphyr::options! {
        budget: budget,
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        strict_booleans: true,
    }
}

/// Reads one document.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn read(text: &str) -> Result<Value, String> {
    serde_saphyr::from_str_with_options(text, options())
        .map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
}

/// Reads one document that must be a map; nothing at all is an empty one.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn map(text: &str) -> Result<Map<String, Value>, String> {
    match read(text)? {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => Err("it is no map of keys and values".to_owned()),
    }
}

/// Puts the keys of another file into a map, deep down.
pub fn merge(into: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, value) in more {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..10 {
            let before = format!("*a{}, ", n - 1).repeat(10);
            bomb.push_str(&format!("a{n}: &a{n} [{}]\n", before.trim_end_matches(", ")));
        }
        assert!(map(&bomb).is_err());
    }

    #[test]
    fn tags_of_other_tools_do_not_stop_it() {
        let text = "site_name: x\nemoji: !!python/name:material.extensions.emoji.twemoji\nkey: !ENV [A, b]\n";
        assert_eq!(map(text).map(|map| map["site_name"].clone()), Ok("x".into()));
    }
}
