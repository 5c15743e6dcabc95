//! Styles that authors and pandas' Styler write: the harmless part of them, made legible in both
//! modes.

use std::collections::HashMap;

/// Properties that may stand in a style: colour, text, boxes; nothing that moves out of its place.
const PROPERTIES: &[&str] = &[
    "color",
    "background",
    "background-color",
    "font-weight",
    "font-style",
    "font-size",
    "font-family",
    "font-variant",
    "text-align",
    "text-decoration",
    "text-transform",
    "text-indent",
    "vertical-align",
    "white-space",
    "line-height",
    "letter-spacing",
    "width",
    "min-width",
    "max-width",
    "height",
    "max-height",
    "min-height",
    "margin",
    "margin-left",
    "margin-right",
    "margin-top",
    "margin-bottom",
    "padding",
    "padding-left",
    "padding-right",
    "padding-top",
    "padding-bottom",
    "border",
    "border-left",
    "border-right",
    "border-top",
    "border-bottom",
    "border-color",
    "border-style",
    "border-width",
    "border-radius",
    "border-collapse",
    "border-spacing",
    "float",
    "clear",
    "display",
    "list-style",
    "list-style-type",
    "overflow",
    "overflow-x",
    "overflow-y",
    "direction",
    "unicode-bidi",
    "word-break",
    "overflow-wrap",
    "flex",
    "flex-direction",
    "flex-wrap",
    "justify-content",
    "align-items",
    "gap",
    "caption-side",
    "table-layout",
];

/// The declarations of a `style` attribute that may stay; `None` where none may.
///
/// A ground without a text colour gets the one that can be read on it. A text colour without a
/// ground is given to the theme as `--fg`, which fits it to the mode; one that is all but black or
/// white, or unknown here, goes.
pub(super) fn inline(style: &str) -> Option<String> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for declaration in style.split(';') {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let property = property.trim().to_ascii_lowercase();
        let value = value.trim().trim_end_matches("!important").trim();
        if PROPERTIES.contains(&property.as_str()) && value_is_harmless(value) {
            kept.retain(|(known, _)| *known != property);
            kept.push((property, value.to_owned()));
        }
    }
    let ground = kept.iter().find(|(key, _)| key.starts_with("background")).map(|(_, value)| value.clone());
    let colour = kept.iter().position(|(key, _)| key == "color");
    let is_plain = |ground: &str| {
        matches!(
            ground.to_ascii_lowercase().as_str(),
            "none" | "transparent" | "inherit" | "initial" | "unset"
        )
    };
    match (ground.filter(|ground| !is_plain(ground)), colour) {
        (Some(ground), None) => {
            if let Some(light) = luminance(&ground) {
                kept.push(("color".to_owned(), if light > 0.4 { "#1a1a1a" } else { "#f5f5f5" }.to_owned()));
            }
        }
        // The theme keeps its hue, and its lightness as far as it can be read on the page.
        (None, Some(at)) => {
            if luminance(&kept[at].1).is_some_and(|light| (0.02..=0.9).contains(&light)) {
                kept[at].0 = "--fg".to_owned();
            } else {
                kept.remove(at);
            }
        }
        _ => {}
    }
    let joined: Vec<String> =
        kept.into_iter().map(|(property, value)| format!("{property}:{value}")).collect();
    (!joined.is_empty()).then(|| joined.join(";"))
}

fn value_is_harmless(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    value.len() <= 300
        && !value.is_empty()
        && !moves_away(&lower)
        && !["url", "expression", "image-set", "\\", "@", "{", "}", "<", "/*", "var(", "attr(", "env("]
            .iter()
            .any(|bad| lower.contains(bad))
}

/// Whether a value draws something over its surroundings: a negative length, or one that no screen
/// holds.
fn moves_away(value: &str) -> bool {
    let mut before = ' ';
    let mut digits = 0;
    for c in value.chars() {
        if c.is_ascii_digit() || c == '.' {
            if before == '-' {
                return true;
            }
            digits += 1;
            if digits > 4 && !value.contains(['#', '.', '(']) {
                return true;
            }
        } else {
            digits = 0;
        }
        before = c;
    }
    false
}

/// The relative luminance (0 black, 1 white) of a colour, where it is written in a form known here.
fn luminance(colour: &str) -> Option<f64> {
    let colour = colour.trim().to_ascii_lowercase();
    // What a gradient begins with stands for all of it: bars in tables lie under the text's start.
    let colour = match colour.split_once("gradient(") {
        Some((_, stops)) => {
            let at = stops.find(['#']).or_else(|| stops.find("rgb"))?;
            let end = stops[at..].find([' ', ',']).map_or(stops.len(), |end| at + end);
            stops[at..end].to_owned()
        }
        None => colour,
    };
    let (r, g, b) = if let Some(hex) = colour.strip_prefix('#') {
        let digit = |at: usize| {
            hex.get(at..at + 1).and_then(|d| u8::from_str_radix(d, 16).ok()).map(|d| f64::from(d * 17))
        };
        let pair =
            |at: usize| hex.get(at..at + 2).and_then(|d| u8::from_str_radix(d, 16).ok()).map(f64::from);
        match hex.len() {
            3 | 4 => (digit(0)?, digit(1)?, digit(2)?),
            6 | 8 => (pair(0)?, pair(2)?, pair(4)?),
            _ => return None,
        }
    } else if let Some(body) = colour.strip_prefix("rgba(").or_else(|| colour.strip_prefix("rgb(")) {
        let mut numbers =
            body.trim_end_matches(')').split([',', ' ', '/']).filter_map(|n| n.trim().parse::<f64>().ok());
        (numbers.next()?, numbers.next()?, numbers.next()?)
    } else {
        match colour.as_str() {
            "black" => (0.0, 0.0, 0.0),
            "white" | "whitesmoke" | "snow" | "ivory" => (255.0, 255.0, 255.0),
            "yellow" | "lightyellow" => (255.0, 255.0, 0.0),
            "red" => (255.0, 0.0, 0.0),
            "green" => (0.0, 128.0, 0.0),
            "blue" => (0.0, 0.0, 255.0),
            "navy" | "darkblue" => (0.0, 0.0, 128.0),
            "orange" => (255.0, 165.0, 0.0),
            "lightgreen" => (144.0, 238.0, 144.0),
            "lightblue" => (173.0, 216.0, 230.0),
            "pink" | "lightpink" => (255.0, 182.0, 193.0),
            "silver" | "lightgrey" | "lightgray" => (211.0, 211.0, 211.0),
            "grey" | "gray" => (128.0, 128.0, 128.0),
            "purple" => (128.0, 0.0, 128.0),
            _ => return None,
        }
    };
    let linear = |channel: f64| {
        let channel = (channel / 255.0).clamp(0.0, 1.0);
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    };
    Some(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b))
}

/// The longest style of one element, in bytes.
const MAX_STYLE: usize = 2000;
/// How many bytes of styles one output may hand out.
const MAX_STYLES: usize = 4_000_000;

/// Styles by the id of the element that they are for.
#[derive(Default)]
pub(super) struct Styles(HashMap<String, String>);

impl Styles {
    /// The declarations for an id.
    pub(super) fn of(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

/// Reads the style sheets in `html` as far as they style single elements by id, as pandas' Styler
/// does (`#T_1f3_row0_col1, #T_1f3_row2_col1 { … }`). The sheets themselves go in the sanitiser.
pub(super) fn take_sheets(html: &str) -> Styles {
    let mut styles = Styles::default();
    let mut given = 0;
    if html.contains("<style") && html.contains("#T_") {
        for part in html.split("<style").skip(1) {
            let Some((_, rest)) = part.split_once('>') else { continue };
            let sheet = rest.split("</style").next().unwrap_or_default();
            for rule in sheet.split('}') {
                let Some((selectors, body)) = rule.split_once('{') else { continue };
                let Some(body) = inline(&body.replace('\n', " ")) else { continue };
                for selector in selectors.split(',') {
                    let Some(id) = selector.trim().strip_prefix('#') else { continue };
                    if id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
                        let place = styles.0.entry(id.to_owned()).or_default();
                        given += body.len();
                        if place.len() + body.len() > MAX_STYLE || given > MAX_STYLES {
                            continue;
                        }
                        if !place.is_empty() {
                            place.push(';');
                        }
                        place.push_str(&body);
                    }
                }
            }
        }
    }
    styles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_neither_load_nor_hide() {
        assert_eq!(inline("position:fixed;background:url(http://x);color:red"), Some("--fg:red".into()));
        assert_eq!(inline("color:#000"), None);
        assert_eq!(
            inline("background-color: #ffff00"),
            Some("background-color:#ffff00;color:#1a1a1a".into())
        );
        assert_eq!(inline("c\\6f lor:red;width:expression(1)"), None);
    }

    #[test]
    fn styler_sheets_go_to_their_cells() {
        let styles = take_sheets(
            "<style>#T_a_row0_col1, #T_a_row1_col0 {\n background-color: #00441b;\n color: #f1f1f1;\n}</style>",
        );
        assert_eq!(styles.of("T_a_row1_col0"), Some("background-color:#00441b;color:#f1f1f1"));
    }
}
