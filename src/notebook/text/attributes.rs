//! Attributes in braces, as Pandoc and MyST write them: `{#id .class key=value key="a value"}`.

/// The longest attributes that are read, in bytes.
const MAX_LENGTH: usize = 2000;

/// What stands between braces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes {
    /// Its name.
    pub id: Option<String>,
    /// Its classes.
    pub classes: Vec<String>,
    /// Its keys with their values, in order.
    pub pairs: Vec<(String, String)>,
}

impl Attributes {
    /// Reads the attributes at the start of `text`, and how many bytes they take with their braces.
    pub fn read(text: &str) -> Option<(Self, usize)> {
        let inner = text.strip_prefix('{')?;
        // No attributes of a person are longer; a search to the end for each of many braces takes
        // for ever.
        let inner = &inner[..inner.floor_char_boundary(MAX_LENGTH)];
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

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether a class is among them.
    pub fn has(&self, class: &str) -> bool {
        self.classes.iter().any(|known| known == class)
    }

    /// Whether what bears them is not for readers of HTML (Quarto's conditional content, and what
    /// is for the speaker of a talk).
    pub fn is_for_others(&self) -> bool {
        let is_html = |format: &str| format.contains("html") || format == "website";
        let (when, unless) = (self.get("when-format"), self.get("unless-format"));
        // No profile is active, and no metadata of a condition is known: what asks for one is not
        // shown, and what is hidden by one stays.
        let given =
            |word: &str| ["profile", "meta"].iter().any(|key| self.get(&format!("{word}-{key}")).is_some());
        if self.has("content-visible") {
            return given("when")
                || when.is_some_and(|format| !is_html(format))
                || unless.is_some_and(is_html);
        }
        if self.has("content-hidden") {
            return match (when, unless) {
                (Some(format), _) => is_html(format),
                (None, Some(format)) => !is_html(format),
                (None, None) => !given("when"),
            };
        }
        self.has("hidden") || self.has("notes")
    }

    /// Width and height as CSS for a picture.
    pub fn size(&self) -> String {
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
pub fn css_length(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let number: f64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim();
    let known = matches!(unit, "" | "%" | "px" | "em" | "rem" | "in" | "cm" | "mm" | "pt" | "ch" | "vw");
    let unit = if unit.is_empty() { "px" } else { unit };
    (known && (0.0..=9999.0).contains(&number)).then(|| format!("{number}{unit}"))
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
}
