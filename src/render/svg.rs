//! SVG by an allow-list of elements and attributes, for pictures that are shown by `<img>`.
//!
//! Even a file that only `<img>` shows may be opened on its own, where its scripts would run on
//! the site's origin. So nothing but drawing is kept.

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

/// Elements that draw.
const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "image",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "style",
    "filter",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "feTile",
    "switch",
    "a",
];

/// The most elements that a picture may hold.
const MAX_ELEMENTS: usize = 200_000;
/// The most attributes of one element.
const MAX_ATTRIBUTES: usize = 200;
/// The deepest nesting.
const MAX_DEPTH: usize = 200;

/// A cleaned picture, and its size in pixels if its root tells it.
pub(super) type Drawing = (Vec<u8>, Option<Size>);

/// Width and height in pixels.
pub(super) type Size = (usize, usize);

/// The picture with nothing in it but drawing.
///
/// # Errors
/// One sentence on why the text is no SVG.
pub(super) fn clean(text: &str) -> Result<Drawing, String> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = true;
    config.expand_empty_elements = false;
    let mut writer = Writer::new(Vec::with_capacity(text.len()));
    let mut size = None;
    // How deep we are inside something that is dropped, and inside what is kept.
    let (mut dropped, mut depth, mut count, mut done) = (0_usize, 0_usize, 0_usize, false);
    // The style sheet at hand: judged as a whole, since comments and entities could split it.
    let mut css: Option<String> = None;
    loop {
        let event = reader.read_event().map_err(|error| format!("the SVG is not well-formed: {error}"))?;
        match event {
            Event::Eof => break,
            Event::Start(element) => {
                count += 1;
                if dropped > 0 || done || css.is_some() || !is_kept(&element, depth) {
                    dropped += 1;
                    continue;
                }
                depth += 1;
                if depth > MAX_DEPTH || count > MAX_ELEMENTS {
                    return Err("the SVG holds too many or too deeply nested elements".to_owned());
                }
                if depth == 1 {
                    size = root_size(&element);
                }
                if element.local_name().as_ref() == "style" {
                    css = Some(String::new());
                }
                write(&mut writer, Event::Start(attributes(&element, depth == 1)))?;
            }
            Event::Empty(element) => {
                if dropped == 0 && !done && css.is_none() && is_kept(&element, depth) {
                    if depth == 0 {
                        size = root_size(&element);
                        done = true;
                    }
                    write(&mut writer, Event::Empty(attributes(&element, depth == 0)))?;
                }
            }
            Event::End(end) => {
                if dropped > 0 {
                    dropped -= 1;
                } else if depth > 0 {
                    if let Some(css) = css.take() {
                        write(&mut writer, Event::Text(BytesText::new(&style_sheet(&css))))?;
                    }
                    depth -= 1;
                    done = depth == 0;
                    let name = end.local_name().as_ref().to_owned();
                    write(&mut writer, Event::End(BytesEnd::new(name)))?;
                }
            }
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) if dropped > 0 || depth == 0 => {}
            Event::Text(text) => match &mut css {
                Some(css) => css.push_str(&text),
                None => write(&mut writer, Event::Text(text))?,
            },
            Event::CData(data) => match &mut css {
                Some(css) => css.push_str(&data),
                None => write(&mut writer, Event::Text(BytesText::new(&data)))?,
            },
            Event::GeneralRef(name) => {
                // Entities of a DOCTYPE are not kept, so only those of XML itself and numbers mean
                // anything; a style sheet that needs one is not trusted.
                let known =
                    matches!(name.as_ref(), "lt" | "gt" | "amp" | "quot" | "apos") || name.is_char_ref();
                match &mut css {
                    Some(css) => css.push('@'),
                    None if known => write(&mut writer, Event::GeneralRef(name))?,
                    None => {}
                }
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    if !done || depth > 0 {
        return Err("the text holds no whole SVG picture".to_owned());
    }
    Ok((writer.into_inner(), size))
}

fn write(writer: &mut Writer<Vec<u8>>, event: Event<'_>) -> Result<(), String> {
    writer.write_event(event).map_err(|error| error.to_string())
}

fn is_kept(element: &BytesStart<'_>, depth: usize) -> bool {
    let name = element.local_name();
    if depth == 0 { name.as_ref() == "svg" } else { ELEMENTS.contains(&name.as_ref()) }
}

/// The element with the attributes that draw.
fn attributes(element: &BytesStart<'_>, root: bool) -> BytesStart<'static> {
    let name = element.local_name().as_ref().to_owned();
    let mut kept = BytesStart::new(name);
    if root {
        kept.push_attribute(("xmlns", "http://www.w3.org/2000/svg"));
        kept.push_attribute(("xmlns:xlink", "http://www.w3.org/1999/xlink"));
    }
    let mut seen: Vec<String> = Vec::new();
    for attribute in element.attributes().with_checks(false).flatten().take(MAX_ATTRIBUTES) {
        let key = attribute.key.as_ref();
        let Ok(value) = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0) else { continue };
        let local = key.rsplit(':').next().unwrap_or(key);
        let is_prefixed = key.contains(':') && key != "xlink:href" && key != "xml:space";
        let is_link = local == "href";
        let safe = if is_link { link_is_inside(&value) } else { value_is_inside(&value) };
        if is_prefixed
            || key.starts_with("xmlns")
            || local.to_ascii_lowercase().starts_with("on")
            || !safe
            || seen.iter().any(|k| k == key)
        {
            continue;
        }
        seen.push(key.to_owned());
        kept.push_attribute((key, value.as_ref()));
    }
    kept
}

/// Links inside a picture may aim at its own parts, or be a picture of pixels.
fn link_is_inside(value: &str) -> bool {
    let value = value.trim();
    value.starts_with('#')
        || ["png", "jpeg", "jpg", "gif", "webp"]
            .iter()
            .any(|kind| value.starts_with(&format!("data:image/{kind};base64,")))
}

/// Values must not load anything: the only `url(…)` is one of its own parts.
fn value_is_inside(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    !lower.contains("javascript:")
        && !["@import", "@namespace", "@charset", "image-set", "image(", "src(", "expression"]
            .iter()
            .any(|bad| lower.contains(bad))
        && !lower.contains('\\')
        && lower
            .match_indices("url(")
            .all(|(at, key)| lower[at + key.len()..].trim_start_matches([' ', '"', '\'']).starts_with('#'))
}

/// A style sheet, or nothing where it would load something.
fn style_sheet(css: &str) -> String {
    let loads = css.contains('@') && !css.contains("@media") && !css.contains("@keyframes");
    if !loads && value_is_inside(css) { css.to_owned() } else { String::new() }
}

/// Width and height in pixels, by the root's attributes or its view box.
fn root_size(root: &BytesStart<'_>) -> Option<(usize, usize)> {
    let text = |key: &str| {
        let attribute = root.try_get_attribute(key).ok().flatten()?;
        Some(attribute.value.trim().to_owned())
    };
    let length = |key: &str| {
        let value = text(key)?;
        let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
        let number: f64 = value[..end].parse().ok()?;
        let pixels = match &value[end..] {
            "" | "px" => number,
            "pt" => number * 4.0 / 3.0,
            "in" => number * 96.0,
            "cm" => number * 96.0 / 2.54,
            "mm" => number * 96.0 / 25.4,
            _ => return None,
        };
        (1.0..20_000.0).contains(&pixels).then_some(pixels.round() as usize)
    };
    if let (Some(width), Some(height)) = (length("width"), length("height")) {
        return Some((width, height));
    }
    let view = text("viewBox")?;
    let numbers: Vec<f64> = view.split([' ', ',']).filter_map(|n| n.trim().parse().ok()).collect();
    let pixels = |n: f64| (1.0..20_000.0).contains(&n).then_some(n.round() as usize);
    Some((pixels(*numbers.get(2)?)?, pixels(*numbers.get(3)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        clean(text)
            .map(|(bytes, _)| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_else(|error| error)
    }

    #[test]
    fn only_drawing_is_left() {
        let svg = r##"<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x "y">]><svg onload="alert(1)" width="10" height="5">
            <script>alert(1)</script><foreignObject><b>x</b></foreignObject><a href="javascript:alert(1)"><rect fill="url(#a)"/></a>
            <image href="http://evil/x.png"/><use xlink:href="#a"/><style>@import url(x);</style><rect style="fill:url(http://x)"/>&x;</svg>"##;
        let out = cleaned(svg);
        for bad in
            ["alert", "foreignObject", "javascript", "evil", "import", "http://x)", "onload", "ENTITY", "&x;"]
        {
            assert!(!out.contains(bad), "{bad} in {out}");
        }
        assert!(out.contains("fill=\"url(#a)\"") && out.contains("xlink:href=\"#a\""), "{out}");
    }

    #[test]
    fn a_style_sheet_is_judged_as_a_whole() {
        for sheet in [
            "@imp<!-- -->ort 'http://evil'",
            "@&#105;mport 'http://evil'",
            "<g></g>@import url(http://evil)",
            "a{fill:image-set('http://evil' 1x)}",
        ] {
            let out = cleaned(&format!("<svg><style>{sheet}</style><rect/></svg>"));
            assert!(!out.contains("evil") && out.contains("<rect"), "{out}");
        }
        assert!(cleaned("<svg><style>.a{fill:red}</style></svg>").contains(".a{fill:red}"));
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(clean("<svg width='72pt' height='10'/>").map(|(_, size)| size), Ok(Some((96, 10))));
        assert_eq!(clean("<svg viewBox='0 0 30 40'/>").map(|(_, size)| size), Ok(Some((30, 40))));
        assert!(clean("<p>no</p>").is_err() && clean("<svg>").is_err() && clean("").is_err());
    }
}
