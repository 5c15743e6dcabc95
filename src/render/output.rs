//! Outputs → [`Fragment`]: one table of MIME types, in the order of preference.
//!
//! Of a bundle the first representation is shown that gives something to see without a script;
//! what the sanitiser empties gives way to its twin. Where nothing is left, a labelled note says
//! what is missing, so no output ever vanishes.

use serde_json::{Map, Value};

use super::ansi;
use super::asset::{self, Asset};
use super::clean::{self, Origin, Pieces};
use super::fragment::{Fragment, Label, Slot};
use super::page::{self, PageState};
use super::{block, data, markdown, plain_table, text};
use crate::config::OutputOptions;
use crate::diagnostic::{Note, Rule};
use crate::notebook::{MimeBundle, MimeData, Output};

/// HTML larger than this is not cleaned and shown, in bytes: a browser would choke on it too.
const MAX_HTML: usize = 8 * 1024 * 1024;

/// How one representation becomes a fragment; `None` where it gives nothing to see.
type Show = fn(&Context<'_>, &mut PageState) -> Option<Fragment>;

/// The MIME types that are shown, best first (conventions 4.9). `*` ends a prefix.
const TABLE: &[(&str, Show)] = &[
    ("text/html", html),
    ("text/markdown", prose),
    ("text/latex", latex),
    ("image/svg+xml", svg),
    ("image/*", pixels),
    ("audio/*", media),
    ("video/*", media),
    ("application/pdf", media),
    ("application/vnd.vdom*", vdom),
    ("application/vdom*", vdom),
    ("application/vnd.dataresource+json", table),
    ("text/csv", csv),
    ("text/tab-separated-values", csv),
    ("text/vnd.mermaid", source_code),
    ("application/geo+json", tree),
    ("application/json", tree),
    ("text/plain", plain),
    ("text/x-*", source_code),
    ("text/yaml", source_code),
    ("application/xml", source_code),
    ("text/xml", source_code),
];

/// Types that need a script to be seen, and what people call them.
const SCRIPTED: &[(&str, &str)] = &[
    ("application/vnd.jupyter.widget-view+json", "Jupyter widget"),
    ("application/vnd.plotly", "Plotly"),
    ("application/vnd.vegalite", "Vega-Lite"),
    ("application/vnd.vega", "Vega"),
    ("application/vnd.bokehjs_exec", "Bokeh"),
    ("application/vnd.holoviews_exec", "HoloViews"),
    ("application/javascript", "JavaScript"),
    ("text/javascript", "JavaScript"),
    ("application/ecmascript", "JavaScript"),
];

/// Types that only prepare the page of a notebook and show nothing.
const SILENT: &[&str] = &[
    "application/vnd.bokehjs_load",
    "application/vnd.holoviews_load",
    "application/vnd.google.colaboratory",
    "application/papermill.record",
];

/// What the writers of one output need to know.
pub(super) struct Context<'a> {
    mime: &'a str,
    data: &'a MimeData,
    metadata: &'a Map<String, Value>,
    options: &'a OutputOptions,
    alt: &'a str,
    size: &'a str,
    scroll: Option<bool>,
}

impl Context<'_> {
    /// A key of the output's metadata: of this type, or of all.
    fn meta(&self, key: &str) -> Option<&Value> {
        self.metadata.get(self.mime).and_then(|own| own.get(key)).or_else(|| self.metadata.get(key))
    }

    fn text(&self) -> Option<&str> {
        match self.data {
            MimeData::Text(text) | MimeData::Json(Value::String(text)) => Some(text),
            MimeData::Json(_) => None,
        }
    }

    /// Width and height that the kernel wants, in pixels.
    fn wanted_size(&self) -> (Option<u32>, Option<u32>) {
        let pixels = |key: &str| {
            let value = self.meta(key)?;
            let number =
                value.as_f64().or_else(|| value.as_str()?.trim().trim_end_matches("px").parse().ok())?;
            (1.0..=20_000.0).contains(&number).then_some(number.round() as u32)
        };
        (pixels("width"), pixels("height"))
    }
}

/// How outputs of one cell are to be shown.
#[derive(Clone)]
pub(super) struct OutputStyle<'a> {
    pub(super) options: &'a OutputOptions,
    /// Whether long text scrolls, stands in full, or folds.
    pub(super) scroll: Option<bool>,
    /// Alternative text that the cell gives for its pictures.
    pub(super) alt: Option<&'a str>,
    /// Width and height that the cell gives for its pictures, as CSS; empty where it gives none.
    pub(super) size: String,
}

/// Renders one output; `None` where it has nothing to show by its nature.
pub(super) fn render(output: &Output, style: &OutputStyle<'_>, page: &mut PageState) -> Option<Fragment> {
    match output {
        Output::Stream { name, text } => text::stream(*name, text, style, page),
        Output::Error { name, message, traceback } => {
            Some(text::error(&text::Raised { name, message, traceback }, style, page))
        }
        Output::Data { bundle, metadata } => bundle_into(bundle, metadata, style, page),
    }
}

/// A bundle outside of its cell.
pub(super) fn of_bundle(bundle: &MimeBundle, page: &mut PageState) -> Fragment {
    let options = OutputOptions::default();
    let style = OutputStyle { options: &options, scroll: None, alt: None, size: String::new() };
    bundle_into(bundle, &Map::new(), &style, page).unwrap_or_default()
}

fn bundle_into(
    bundle: &MimeBundle,
    metadata: &Map<String, Value>,
    style: &OutputStyle<'_>,
    page: &mut PageState,
) -> Option<Fragment> {
    let silent = |mime: &str| SILENT.iter().any(|prefix| mime.starts_with(prefix));
    let scripted = bundle.0.iter().find_map(|(mime, _)| {
        SCRIPTED.iter().find(|(prefix, _)| mime.starts_with(prefix)).map(|(_, name)| *name)
    });
    for (pattern, show) in TABLE {
        for (mime, data) in bundle.0.iter().filter(|(mime, _)| matches(pattern, mime)) {
            let context = Context {
                mime,
                data,
                metadata,
                options: style.options,
                alt: style.alt.unwrap_or_default(),
                size: &style.size,
                scroll: style.scroll,
            };
            let Some(shown) = show(&context, page) else { continue };
            let class = match *pattern {
                "text/plain" => "text",
                "text/html" => "html",
                "text/markdown" => "markdown",
                "text/latex" => "math",
                "image/svg+xml" | "image/*" => "image",
                _ => "data",
            };
            let mut out = Fragment::new();
            let scrolls = if style.scroll == Some(true) { " scroll" } else { "" };
            out.markup(&format!("<div class=\"output output-{class}{scrolls}\""));
            if scrolls.is_empty() {
                out.markup(">")
            } else {
                out.markup(" tabindex=\"0\">")
            }
            if let Some(name) = scripted.filter(|_| *pattern == "text/plain") {
                out.append(note(Label::NeedsScript, name));
            }
            out.append(shown);
            out.markup("</div>\n");
            return Some(out);
        }
    }
    if let Some(table) = metadata.get("application/vnd.databricks.v1+output").and_then(data::databricks) {
        let mut out = Fragment::new();
        out.markup("<div class=\"output output-data\">");
        out.append(table);
        out.markup("</div>\n");
        return Some(out);
    }
    let wrapped = |label, what: &str| {
        let mut out = Fragment::new();
        out.markup("<div class=\"output output-note\">");
        out.append(note(label, what));
        out.markup("</div>\n");
        Some(out)
    };
    if let Some(name) = scripted {
        return wrapped(Label::NeedsScript, name);
    }
    if bundle.0.iter().all(|(mime, _)| silent(mime)) || bundle.0.iter().all(|(_, data)| is_blank(data)) {
        return None;
    }
    if let Some(text) = bundle.text("text/html") {
        let lower = text.get(..text.len().min(100_000)).unwrap_or(text).to_ascii_lowercase();
        if lower.contains("<script") {
            return wrapped(Label::NeedsScript, "HTML");
        }
        // Styles, comments and empty frames alone are nothing to see.
        let quiet = ["<select", "<svg", "<button", "<input", "<textarea", "<canvas", "<object", "<embed"];
        if bundle.0.len() == 1 && text.len() <= MAX_HTML && !quiet.iter().any(|tag| lower.contains(tag)) {
            return None;
        }
    }
    let types: Vec<&str> = bundle.0.iter().map(|(mime, _)| mime.as_str()).collect();
    page.note(Note::warning(
        Rule::Output,
        format!("no representation of the output can be shown: {}", types.join(", ")),
    ));
    wrapped(Label::NotShown, &types.join(", "))
}

/// The MIME types that are shown, best first; a `*` ends a prefix. For the documentation.
pub fn mime_types() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(pattern, _)| *pattern)
}

fn matches(pattern: &str, mime: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => mime.starts_with(prefix),
        None => mime.split(';').next().unwrap_or(mime).trim() == pattern,
    }
}

fn is_blank(data: &MimeData) -> bool {
    match data {
        MimeData::Text(text) => text.trim().is_empty(),
        MimeData::Json(value) => value.as_str().is_some_and(|text| text.trim().is_empty()),
    }
}

/// A labelled note in place of something.
fn note(label: Label, what: &str) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<p class=\"output-label b-ui\">");
    out.label(label);
    out.markup(" <span>");
    out.text(what);
    out.markup("</span></p>");
    out
}

fn html(context: &Context<'_>, page: &mut PageState) -> Option<Fragment> {
    let text = context.text()?;
    if text.len() > MAX_HTML {
        page.note(
            Note::warning(
                Rule::Output,
                format!("an HTML output of {} MB is too large to be shown", text.len() / 1_000_000),
            )
            .help("show a part of the data, or save a picture beside it"),
        );
        return None;
    }
    let origin = Origin { cell: page.at.number, line: 1 };
    if let Some(table) = plain_table::read(text) {
        return Some(table);
    }
    let cleaned = clean::clean(text, Pieces::new(text), origin, page);
    let has_more = |what: &str| cleaned.html().contains(what);
    let seen = cleaned.has_text()
        || !cleaned.slots().is_empty()
        || ["<img", "<hr", "<audio", "<video", "<progress", "<meter"].iter().any(|what| has_more(what));
    seen.then_some(cleaned)
}

fn prose(context: &Context<'_>, page: &mut PageState) -> Option<Fragment> {
    let text = context.text()?;
    if text.trim().is_empty() {
        return None;
    }
    // Headings that a program prints are no headings of the document's title.
    let wants_title = std::mem::replace(&mut page.wants_title, false);
    let shown = markdown::render(text, page);
    page.wants_title = wants_title;
    Some(shown)
}

fn latex(context: &Context<'_>, page: &mut PageState) -> Option<Fragment> {
    let text = context.text()?.trim();
    let inner = [("$$", "$$"), ("\\[", "\\]"), ("$\\displaystyle", "$"), ("$", "$"), ("\\(", "\\)")]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
        .unwrap_or(text);
    // Tables and lists of LaTeX documents are no formulas.
    if inner.trim().is_empty()
        || ["tabular", "itemize", "enumerate", "description", "verbatim", "table"]
            .iter()
            .any(|env| inner.contains(&format!("\\begin{{{env}}}")))
    {
        return None;
    }
    let mut out = Fragment::new();
    if let Err(why) = page.math.set(inner, true, out.raw()) {
        page.note(Note::warning(Rule::Math, format!("the LaTeX output stands as TeX: {why}")));
    }
    Some(out)
}

fn svg(context: &Context<'_>, page: &mut PageState) -> Option<Fragment> {
    match page::drawing(context.text()?) {
        Ok((asset, size)) => Some(sized(context, asset, size, page)),
        Err(why) => {
            page.note(Note::warning(Rule::Output, why));
            None
        }
    }
}

fn pixels(context: &Context<'_>, page: &mut PageState) -> Option<Fragment> {
    if !asset::is_picture(context.mime) {
        return None;
    }
    match asset::picture(context.mime, context.text()?) {
        Ok(picture) => Some(sized(context, picture.asset, picture.size, page)),
        Err(why) => {
            page.note(
                Note::warning(Rule::Output, why)
                    .help("run the cell again, or `git lfs pull` if the repo uses Git LFS"),
            );
            None
        }
    }
}

/// A picture with the size and the ground that the kernel asks for.
fn sized(context: &Context<'_>, asset: Asset, own: Option<(usize, usize)>, page: &mut PageState) -> Fragment {
    let size = match (context.wanted_size(), own) {
        ((Some(width), Some(height)), _) => Some((width as usize, height as usize)),
        ((Some(width), None), Some((w, h))) if w > 0 => {
            Some((width as usize, (h * width as usize / w).max(1)))
        }
        ((None, Some(height)), Some((w, h))) if h > 0 => {
            Some(((w * height as usize / h).max(1), height as usize))
        }
        (_, own) => own,
    };
    let alt = context.meta("alt").and_then(Value::as_str).unwrap_or(context.alt);
    let mut classes: Vec<&str> = Vec::new();
    match context.meta("needs_background").and_then(Value::as_str) {
        Some("light") => classes.push("needs-light"),
        Some("dark") => classes.push("needs-dark"),
        _ => {}
    }
    if context.meta("unconfined") == Some(&Value::Bool(true)) {
        classes.push("unconfined");
    }
    let mut attributes = String::new();
    if !classes.is_empty() {
        attributes.push_str(&format!(" class=\"{}\"", classes.join(" ")));
    }
    if !context.size.is_empty() {
        attributes.push_str(&format!(" style=\"{}\"", context.size));
    }
    picture_with(asset, size, alt, &attributes, page)
}

/// A picture element for an asset.
pub(super) fn picture(
    asset: Asset,
    size: Option<(usize, usize)>,
    alt: &str,
    page: &mut PageState,
) -> Fragment {
    picture_with(asset, size, alt, "", page)
}

/// A picture element for an asset, with more attributes; its own size yields to a size in them.
pub(super) fn picture_with(
    asset: Asset,
    size: Option<(usize, usize)>,
    alt: &str,
    attributes: &str,
    page: &mut PageState,
) -> Fragment {
    let name = page.keep(asset);
    let mut out = Fragment::new();
    out.markup("<img src=\"");
    out.slot(Slot::Asset(name));
    out.markup("\" alt=\"");
    if alt.trim().is_empty() {
        out.label(Label::PictureOf(page.at.number));
    } else {
        out.attribute(alt);
    }
    out.markup("\"");
    if let Some((width, height)) =
        size.filter(|_| !attributes.contains("width=") && !attributes.contains("height="))
    {
        out.markup(&format!(" width=\"{width}\" height=\"{height}\""));
    }
    out.markup(attributes);
    out.markup(" loading=\"lazy\">");
    out
}

fn media(context: &Context<'_>, page: &mut PageState) -> Option<Fragment> {
    if !asset::is_media(context.mime) {
        return None;
    }
    let made = asset::media(context.mime, context.text()?)?;
    let name = page.keep(made);
    let mut out = Fragment::new();
    let element = match context.mime.split('/').next() {
        Some("audio") => "audio",
        Some("video") => "video",
        _ => {
            out.markup("<p class=\"output-label\"><a href=\"");
            out.slot(Slot::Asset(name));
            out.markup("\">");
            out.label(Label::Download);
            out.markup(" PDF</a></p>");
            return Some(out);
        }
    };
    out.markup(&format!("<{element} controls preload=\"none\" src=\""));
    out.slot(Slot::Asset(name));
    out.markup(&format!("\"></{element}>"));
    Some(out)
}

fn json<'a>(context: &'a Context<'_>) -> Option<std::borrow::Cow<'a, Value>> {
    match context.data {
        MimeData::Json(Value::String(text)) | MimeData::Text(text) => {
            serde_json::from_str(text).ok().map(std::borrow::Cow::Owned)
        }
        MimeData::Json(value) => Some(std::borrow::Cow::Borrowed(value)),
    }
}

fn tree(context: &Context<'_>, _: &mut PageState) -> Option<Fragment> {
    Some(data::tree(json(context)?.as_ref()))
}

fn table(context: &Context<'_>, _: &mut PageState) -> Option<Fragment> {
    data::resource(json(context)?.as_ref())
}

fn csv(context: &Context<'_>, _: &mut PageState) -> Option<Fragment> {
    let delimiter = if context.mime == "text/csv" { b',' } else { b'\t' };
    data::csv(context.text()?, delimiter)
}

fn vdom(context: &Context<'_>, page: &mut PageState) -> Option<Fragment> {
    let html = data::vdom(json(context)?.as_ref())?;
    let origin = Origin { cell: page.at.number, line: 1 };
    let cleaned = clean::clean(&html, Pieces::new(&html), origin, page);
    (cleaned.has_text() || !cleaned.slots().is_empty()).then_some(cleaned)
}

fn source_code(context: &Context<'_>, _: &mut PageState) -> Option<Fragment> {
    let name = context.mime.rsplit(['/', '.', '-']).next().unwrap_or_default();
    Some(block::code_block(context.text()?, &crate::notebook::Lang::new(name)))
}

fn plain(context: &Context<'_>, page: &mut PageState) -> Option<Fragment> {
    let owned;
    let text = match context.text() {
        Some(text) => text,
        None => match context.data {
            MimeData::Json(value) => {
                owned = value.to_string();
                &owned
            }
            MimeData::Text(text) => text,
        },
    };
    if text.trim().is_empty() {
        return None;
    }
    let mut out = Fragment::new();
    let style =
        OutputStyle { options: context.options, scroll: context.scroll, alt: None, size: String::new() };
    text::text_block(&ansi::settle(text), &style, page, &mut out);
    Some(out)
}
