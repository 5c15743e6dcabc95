//! How pages are dressed: templates, styles, scripts, and the words of the interface.
//!
//! The default theme is part of the binary. What templates see is the typed view in [`view`]: a
//! public contract. This room does not know where a page comes from.

pub mod labels;
pub mod view;

use serde::Serialize;
use tera::{Context, Tera};

use crate::digest::Digest;
use crate::path::SitePath;
pub use labels::Labels;

/// A theme, ready to render.
pub struct Theme {
    tera: Tera,
    labels: Labels,
    assets: Vec<StaticFile>,
    names: AssetNames,
}

/// A file of the theme as it stands in the site.
#[derive(Clone, Debug)]
pub struct StaticFile {
    /// Where, with a hash of the content in the name.
    pub path: SitePath,
    /// What.
    pub bytes: Vec<u8>,
}

/// Where the files that every page needs are, relative to the site's root.
#[derive(Clone, Debug, Serialize)]
pub struct AssetNames {
    /// The style sheet.
    pub css: String,
    /// The script.
    pub js: String,
    /// The script of search, loaded when somebody searches.
    pub search_js: String,
    /// The tiny script that sets the colour mode before anything is painted.
    pub mode_js: String,
    /// The icon of the site.
    pub icon: String,
}

const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../templates/base.html")),
    ("page.html", include_str!("../../templates/page.html")),
    ("rows.html", include_str!("../../templates/rows.html")),
    ("failed.html", include_str!("../../templates/failed.html")),
    ("list.html", include_str!("../../templates/list.html")),
    ("tags.html", include_str!("../../templates/tags.html")),
    ("404.html", include_str!("../../templates/404.html")),
    ("search.html", include_str!("../../templates/search.html")),
    ("alias.html", include_str!("../../templates/alias.html")),
    ("single.html", include_str!("../../templates/single.html")),
];

/// The style sheet, in the order of its parts.
const CSS: &[&str] = &[
    include_str!("../../themes/default/static/tokens.css"),
    include_str!("../../themes/default/static/layout.css"),
    include_str!("../../themes/default/static/prose.css"),
    include_str!("../../themes/default/static/cells.css"),
    include_str!("../../themes/default/static/frames.css"),
    include_str!("../../themes/default/static/lists.css"),
    include_str!("../../themes/default/static/search.css"),
    include_str!("../../themes/default/static/print.css"),
];
const JS: &str = include_str!("../../themes/default/static/bindery.js");
/// The part of search that answers, which also the program runs, and the part that shows.
pub const SEARCH_JS: &str = include_str!("../../themes/default/static/search.js");
const SEARCH_UI_JS: &str = include_str!("../../themes/default/static/search-ui.js");
const MODE_JS: &str = include_str!("../../themes/default/static/mode.js");
const ICON: &str = include_str!("../../themes/default/static/icon.svg");

/// A script without the lines and openings of lines that only its readers need: comments,
/// indentation. Our scripts hold no text of several lines.
fn squeeze(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    for line in script.lines().map(str::trim) {
        if line.starts_with("//") || line.starts_with('*') {
            continue;
        }
        let mut rest = line;
        while let Some((before, comment)) = rest.split_once("/**") {
            out.push_str(before);
            rest = comment.split_once("*/").map_or("", |(_, after)| after.trim_start());
        }
        if !rest.is_empty() {
            out.push_str(rest);
            out.push('\n');
        }
    }
    out
}

impl Theme {
    /// The default theme, its words in `language` (BCP 47) or else in English.
    ///
    /// # Errors
    /// A template that cannot be parsed, with its place; only a broken build of bindery has one.
    pub fn new(language: &str) -> Result<Self, String> {
        let mut tera = Tera::new();
        tera.add_raw_templates(TEMPLATES.iter().map(|(name, text)| (*name, *text)))
            .map_err(|error| error.to_string())?;
        let mut assets = Vec::new();
        let mut publish = |name: &str, extension: &str, bytes: Vec<u8>| {
            let path = SitePath::root()
                .child("_bindery")
                .child(&format!("{name}.{:.10}.{extension}", Digest::of(&bytes)));
            let url = path.encoded();
            assets.push(StaticFile { path, bytes });
            url
        };
        let names = AssetNames {
            css: publish("bindery", "css", CSS.join("\n").into_bytes()),
            js: publish("bindery", "js", JS.into()),
            search_js: publish("search", "js", squeeze(&[SEARCH_JS, SEARCH_UI_JS].concat()).into_bytes()),
            mode_js: publish("mode", "js", MODE_JS.into()),
            icon: publish("icon", "svg", ICON.into()),
        };
        Ok(Self { tera, labels: Labels::new(language)?, assets, names })
    }

    /// The words of the interface.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The files that the site has to hold for this theme.
    pub fn assets(&self) -> &[StaticFile] {
        &self.assets
    }

    /// Where they are.
    pub fn names(&self) -> &AssetNames {
        &self.names
    }

    /// The style sheet and the two scripts, for pages that carry their own.
    pub fn inline(&self) -> view::Inline {
        view::Inline { css: CSS.join("\n"), js: JS.to_owned(), mode_js: MODE_JS.to_owned() }
    }

    /// Renders a template.
    ///
    /// # Errors
    /// What the template engine objects to, with template and line.
    pub fn render(&self, template: &str, view: &impl Serialize) -> Result<Vec<u8>, String> {
        let mut context = Context::from_serialize(view).map_err(|error| error.to_string())?;
        context.insert("t", &self.labels);
        let mut out = Vec::new();
        self.tera.render_to(template, &context, &mut out).map_err(|error| error.to_string())?;
        Ok(out)
    }
}
