//! Attributes in braces, as Pandoc and MyST write them: `{#id .class key=value key="a value"}`.

use crate::notebook::marks::{self, Place};

/// The longest attributes that are read, in bytes.
const MAX_LENGTH: usize = 2000;

/// What stands between braces.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Attributes {
    pub(super) id: Option<String>,
    pub(super) classes: Vec<String>,
    pub(super) pairs: Vec<(String, String)>,
}

impl Attributes {
    /// Reads the attributes at the start of `text`, and how many bytes they take with their braces.
    pub(super) fn read(text: &str) -> Option<(Self, usize)> {
        let inner = text.strip_prefix('{')?;
        // No attributes of a person are longer; a search to the end for each of many braces takes
        // for ever.
        let cut = (0..=MAX_LENGTH.min(inner.len())).rev().find(|end| inner.is_char_boundary(*end))?;
        let inner = &inner[..cut];
        let mut found = Self::default();
        let mut at = 0;
        loop {
            let rest = &inner[at..];
            let skipped = rest.len() - rest.trim_start_matches([' ', '\n', '\t', ',']).len();
            at += skipped;
            let rest = &inner[at..];
            if rest.starts_with('}') {
                return Some((found, at + 2));
            }
            let end = rest.find([' ', '}', '=', '\n', '\t', ',']).filter(|end| *end > 0)?;
            let word = &rest[..end];
            if let Some(value) = rest[end..].strip_prefix('=') {
                let (value, length) = quoted(value)?;
                found.pairs.push((word.to_owned(), value));
                at += end + 1 + length;
            } else {
                if let Some(id) = word.strip_prefix('#') {
                    found.id = Some(id.to_owned());
                } else if let Some(class) = word.strip_prefix('.') {
                    found.classes.push(class.to_owned());
                } else if word != "-" {
                    return None;
                }
                at += end;
            }
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, class: &str) -> bool {
        self.classes.iter().any(|known| known == class)
    }

    /// Width and height as CSS for a picture.
    pub(super) fn size(&self) -> String {
        let mut css = String::new();
        for key in ["width", "height"] {
            if let Some(length) = self.get(key).and_then(css_length) {
                css.push_str(&format!("{key}:{length};"));
            }
        }
        css
    }
}

/// A value with or without quotes, and how many bytes it takes.
fn quoted(text: &str) -> Option<(String, usize)> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = text[1..].find(quote)?;
            Some((text[1..=end].to_owned(), end + 2))
        }
        _ => {
            let end = text.find([' ', '}', '\n', '\t']).unwrap_or(text.len());
            Some((text[..end].to_owned(), end))
        }
    }
}

/// A length that CSS may have: a number with a unit; without one it is pixels.
pub(super) fn css_length(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let number: f64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim();
    let known = matches!(unit, "" | "%" | "px" | "em" | "rem" | "in" | "cm" | "mm" | "pt" | "ch" | "vw");
    let unit = if unit.is_empty() { "px" } else { unit };
    (known && (0.0..=9999.0).contains(&number)).then(|| format!("{number}{unit}"))
}

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
    fn attributes_are_read_as_pandoc_does() {
        let (found, length) = Attributes::read("{#fig-a .wide width=50% fig-alt=\"a } b\"} rest").unwrap();
        assert_eq!(found.id.as_deref(), Some("fig-a"));
        assert!(found.has("wide"));
        assert_eq!(found.get("fig-alt"), Some("a } b"));
        assert_eq!(found.size(), "width:50%;");
        assert_eq!(length, "{#fig-a .wide width=50% fig-alt=\"a } b\"}".len());
        assert_eq!(Attributes::read("{x}"), None);
        assert_eq!(Attributes::read("{}").map(|(_, length)| length), Some(2));
    }

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
