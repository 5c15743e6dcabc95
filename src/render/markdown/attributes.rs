//! Directives as they stand in a text: a name, an argument, options, a body.

pub(super) use crate::notebook::Attributes;
use crate::notebook::marks::{self, Place};

/// A directive as it stands in a text: its name, what follows the name, its options, its body.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) name: String,
    pub(super) argument: String,
    pub(super) options: Attributes,
    pub(super) body: String,
    /// How many lines stand before the body.
    pub(super) skipped: u32,
}

impl Block {
    /// Takes a fence apart: `info` is `{name attributes} argument`, options stand as `:key: value`
    /// lines or as YAML between rules at the head of the text
    /// (<https://mystmd.org/guide/syntax-overview>).
    pub(super) fn read(info: &str, text: &str) -> Option<Self> {
        let inner = info.strip_prefix('{')?;
        let end = inner.find(['}', ' '])?;
        let name = &inner[..end];
        let sound = !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '+' | '.'))
            && name.starts_with(|c: char| c.is_alphabetic());
        if !sound {
            return None;
        }
        let (mut options, length) = match &inner[end..] {
            rest if rest.starts_with('}') => (Attributes::default(), end + 1),
            rest => {
                let (options, length) = Attributes::read(&format!("{{{}", &rest[1..]))?;
                (options, end + length)
            }
        };
        let argument = inner[length..].trim().to_owned();
        let lines: Vec<&str> = text.split('\n').collect();
        let mut skipped = 0;
        if lines.first().is_some_and(|line| line.trim() == "---")
            && let Some(end) = lines[1..].iter().position(|line| line.trim() == "---")
        {
            let map = crate::yaml::map(&lines[1..=end].join("\n")).unwrap_or_default();
            for (key, value) in map {
                let value = match value {
                    serde_json::Value::String(text) => text,
                    other => other.to_string(),
                };
                options.pairs.push((key, value));
            }
            skipped = end + 2;
        } else {
            while let Some((key, value)) = lines.get(skipped).and_then(|line| option(line)) {
                options.pairs.push((key.to_owned(), value.to_owned()));
                skipped += 1;
            }
        }
        for (key, value) in options.pairs.clone() {
            match key.as_str() {
                "name" | "label" => {
                    options.id.get_or_insert(value);
                }
                "class" => options.classes.extend(value.split_whitespace().map(str::to_owned)),
                _ => {}
            }
        }
        let body = lines[skipped.min(lines.len())..].join("\n");
        let name = name.to_owned();
        Some(Self { name, argument, options, body, skipped: u32::try_from(skipped).unwrap_or(0) })
    }

    /// The row of the directive: by its name, or by what stands before a colon in it.
    pub(super) fn mark(&self) -> Option<&'static marks::Mark> {
        marks::find_named(Place::Directive, &self.name.to_lowercase())
    }

    /// Whether an option stands there, with whatever value but `false`.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.options.get(key).map(|value| value.trim() != "false")
    }
}

/// `:key: value`.
fn option(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.trim_start().strip_prefix(':')?.split_once(':')?;
    let sound = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    (sound && (value.is_empty() || value.starts_with(' '))).then(|| (key, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_taken_apart() {
        let block =
            Block::read("{tip .dropdown open=\"true\"} A *title*", ":class: x\n\nbody\n:no option").unwrap();
        assert_eq!((block.name.as_str(), block.argument.as_str()), ("tip", "A *title*"));
        assert!(block.options.has("dropdown") && block.options.has("x"));
        assert_eq!(block.body, "\nbody\n:no option");
        assert!(Block::read("{.python}", "x").is_none());
        assert!(Block::read("{{python}}", "x").is_none());
    }
}
