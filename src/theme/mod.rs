//! How pages are dressed: templates, styles, scripts, and the words of the interface.
//!
//! A theme is a folder that changes another one, down to the default theme of the binary. What
//! templates see is the typed view in [`view`]: a public contract. This room does not know where a
//! page comes from.

pub mod folder;
pub mod labels;
pub mod options;
pub mod view;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Map;
use tera::{Context, Tera};

use crate::digest::Digest;
use crate::path::SitePath;
use crate::render::clean_svg;
pub use folder::{Chain, DEFAULT, Folder, built_in};
pub use labels::Labels;
pub use options::Setting;
use options::Settings;

/// A theme, ready to render.
pub struct Theme {
    tera: Tera,
    labels: Labels,
    assets: Vec<StaticFile>,
    names: AssetNames,
    inline: view::Inline,
    /// What templates see as `theme`.
    values: Map<String, serde_json::Value>,
    settings: Settings,
}

/// A file of the theme as it stands in the site.
#[derive(Clone, Debug)]
pub struct StaticFile {
    /// Where, with a hash of the content in the name.
    pub path: SitePath,
    /// What.
    pub bytes: Vec<u8>,
}

impl StaticFile {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let name = format!("{stem}.{:.10}.{extension}", Digest::of(&bytes));
        Self { path: SitePath::root().child("_bindery").child(&name.replace('/', "-")), bytes }
    }
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
    ("keys.html", include_str!("../../templates/keys.html")),
    ("recent.html", include_str!("../../templates/recent.html")),
    ("rows.html", include_str!("../../templates/rows.html")),
    ("failed.html", include_str!("../../templates/failed.html")),
    ("list.html", include_str!("../../templates/list.html")),
    ("tags.html", include_str!("../../templates/tags.html")),
    ("404.html", include_str!("../../templates/404.html")),
    ("search.html", include_str!("../../templates/search.html")),
    ("alias.html", include_str!("../../templates/alias.html")),
    ("single.html", include_str!("../../templates/single.html")),
];

/// The script of all pages, in the order of its parts.
const JS: [&str; 4] = [
    include_str!("../../themes/default/static/bindery.js"),
    include_str!("../../themes/default/static/find.js"),
    include_str!("../../themes/default/static/cells.js"),
    include_str!("../../themes/default/static/lists.js"),
];
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

/// A style sheet without what only its readers need: comments, indentation.
fn squeeze_css(styles: &str) -> String {
    let mut out = String::with_capacity(styles.len());
    let mut rest = styles;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A style sheet whose `url(…)` lead to the files that a theme brings, as they stand in the site.
fn with_files(css: &str, published: &[(String, String)]) -> Result<String, String> {
    if css.contains("@import") {
        return Err(
            "its style has an `@import`; put the style sheet into static/, where all are read".to_owned()
        );
    }
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, url)) = rest.split_once("url(") {
        let (target, after) = url.split_once(')').unwrap_or((url, ""));
        let name = target.trim().trim_matches(['"', '\'']);
        out.push_str(before);
        if name.starts_with("data:") || name.starts_with('#') {
            out.push_str(&format!("url({target})"));
        } else if let Some((_, path)) =
            published.iter().find(|(file, _)| file == name.trim_start_matches("./"))
        {
            out.push_str(&format!("url(\"{path}\")"));
        } else {
            return Err(format!("its style names `{name}`, which is no file of its static/ folder"));
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// The ends of the names of fonts.
const FONTS: [&str; 4] = [".woff2", ".woff", ".ttf", ".otf"];

/// Reads a file of the repo that an option names; `Err` says why it cannot.
pub type ReadFile<'a> = &'a dyn Fn(&SitePath) -> Result<Vec<u8>, String>;

/// The extensions of files that an option may name: what is a picture in every browser.
const PICTURES: [&str; 8] = ["svg", "png", "jpg", "jpeg", "webp", "avif", "gif", "ico"];

impl Theme {
    /// A theme as a site wants it: what it chose (`[theme]`), the words in `language` (BCP 47) or
    /// else in English.
    ///
    /// # Errors
    /// All that is wrong with the options, a file that is not there, a table of words or a template
    /// that cannot be read, each with its place.
    pub fn new(
        chain: Chain,
        chosen: &toml::Table,
        language: &str,
        read: ReadFile<'_>,
    ) -> Result<Self, String> {
        let mut chain = chain.0;
        let name = chain.first().map(|link| link.name.clone()).unwrap_or_default();
        // From here on the parents stand first.
        chain.reverse();
        let manifests: Vec<_> = chain.iter().map(|link| (link.name.as_str(), &link.manifest)).collect();
        let settings = Settings::new(&manifests, chosen)?;
        // Each theme has all templates: its own, else those of its parent. One that changes a
        // template extends its parent's by the full name.
        let mut nearest: BTreeMap<String, String> =
            TEMPLATES.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        let mut templates: Vec<(String, String)> = Vec::new();
        let mut labels = Labels::new(language)?;
        let mut styles = Vec::new();
        let mut scripts: Vec<String> = JS.iter().map(|part| squeeze(part)).collect();
        let mut assets = Vec::new();
        let mut published = Vec::new();
        for link in &chain {
            // Only what bindery wrote itself is known to survive being squeezed.
            let own = |style: &String| if link.is_built_in { squeeze_css(style) } else { style.clone() };
            styles.extend(link.styles.iter().map(own));
            for (path, bytes) in &link.files {
                let text = || String::from_utf8_lossy(bytes).into_owned();
                match path.split_once('/') {
                    Some(("templates", file)) => {
                        nearest.insert(file.to_owned(), text());
                    }
                    Some(("labels", file)) => labels
                        .change(file, &text())
                        .map_err(|error| format!("`themes/{}/{path}`: {error}", link.name))?,
                    Some(("static", file)) if file.ends_with(".css") => {}
                    Some(("static", file)) if file.ends_with(".js") => scripts.push(text()),
                    Some(("static", file)) => {
                        let asset = StaticFile::new(file, bytes.clone());
                        published.push((file.to_owned(), asset.path.name().to_owned()));
                        assets.push(asset);
                    }
                    _ => {}
                }
            }
            let of_link = |(file, text): (&String, &String)| (format!("{}/{file}", link.name), text.clone());
            templates.extend(nearest.iter().map(of_link));
        }
        templates.extend(nearest);
        let mut tera = Tera::new();
        tera.add_raw_templates(templates).map_err(|error| {
            let error = error.to_string();
            format!("theme `{name}`: {}", error.strip_prefix("error: ").unwrap_or(&error))
        })?;
        let mut css = styles.join("\n");
        css = with_files(&css, &published).map_err(|error| format!("theme `{name}`: {error}"))?;
        css.push('\n');
        css.push_str(&settings.css());
        let mut values = settings.values();
        for (option, path) in settings.files() {
            let extension = path.extension();
            if !PICTURES.contains(&extension.as_str()) {
                return Err(format!("`theme.{option}` is `{path}`, which is no picture"));
            }
            let bytes = read(path).map_err(|error| format!("`theme.{option}`: {error}"))?;
            let bytes = match extension.as_str() {
                "svg" => clean_svg(&bytes).map_err(|error| format!("`theme.{option}`: `{path}`: {error}"))?,
                _ => bytes,
            };
            let asset = StaticFile::new(path.name(), bytes);
            values.insert(option.to_owned(), asset.path.encoded().into());
            assets.push(asset);
        }
        let js = scripts.join("\n");
        let fonts = published.iter().any(|(file, _)| FONTS.iter().any(|extension| file.ends_with(extension)));
        values.insert("name".to_owned(), name.into());
        values.insert("has_fonts".to_owned(), fonts.into());
        let mut publish = |name: &str, bytes: Vec<u8>| {
            let asset = StaticFile::new(name, bytes);
            let url = asset.path.encoded();
            assets.push(asset);
            url
        };
        let names = AssetNames {
            css: publish("bindery.css", css.clone().into_bytes()),
            js: publish("bindery.js", js.clone().into_bytes()),
            search_js: publish("search.js", squeeze(&[SEARCH_JS, SEARCH_UI_JS].concat()).into_bytes()),
            mode_js: publish("mode.js", squeeze(MODE_JS).into_bytes()),
            icon: match values.get("favicon").and_then(serde_json::Value::as_str) {
                Some(own) => own.to_owned(),
                None => publish("icon.svg", ICON.into()),
            },
        };
        // A page that is one file has no files of the theme beside it.
        for (_, file) in &published {
            css = css.replace(&format!("url(\"{file}\")"), "url(\"data:,\")");
        }
        let inline = view::Inline { css, js, mode_js: squeeze(MODE_JS) };
        Ok(Self { tera, labels, assets, names, inline, values, settings })
    }

    /// The options of the theme with the values that they have.
    pub fn settings(&self) -> &[Setting] {
        self.settings.all()
    }

    /// The value of an option; null where it has none.
    pub fn value(&self, option: &str) -> &serde_json::Value {
        self.values.get(option).unwrap_or(&serde_json::Value::Null)
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
        self.inline.clone()
    }

    /// Renders a template.
    ///
    /// # Errors
    /// What the template engine objects to, with template and line.
    pub fn render(&self, template: &str, view: &impl Serialize) -> Result<Vec<u8>, String> {
        let mut context = Context::from_serialize(view).map_err(|error| error.to_string())?;
        context.insert("t", &self.labels);
        context.insert("theme", &self.values);
        let mut out = Vec::new();
        self.tera.render_to(template, &context, &mut out).map_err(|error| error.to_string())?;
        Ok(out)
    }
}
