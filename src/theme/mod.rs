//! How pages are dressed: templates, styles, scripts, and the words of the interface.
//!
//! A theme is a folder that changes another one, down to the default theme of the binary. What
//! templates see is the typed view in [`view`]: a public contract. This room does not know where a
//! page comes from.

pub mod folder;
pub mod labels;
pub mod options;
mod parts;
pub mod view;

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
use parts::{Parts, is_font, squeeze, with_files};

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
    digest: Digest,
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

/// The part of search that answers, which also the program runs, and the part that shows.
pub const SEARCH_JS: &str = include_str!("../../themes/default/static/search.js");
const SEARCH_UI_JS: &str = include_str!("../../themes/default/static/search-ui.js");
const MODE_JS: &str = include_str!("../../themes/default/static/mode.js");
const ICON: &str = include_str!("../../themes/default/static/icon.svg");

/// Reads a file of the repo that an option names; `Err` says why it cannot.
pub type ReadFile<'a> = &'a dyn Fn(&SitePath) -> Result<Vec<u8>, String>;

/// The extensions of files that an option may name: what is a picture in every browser.
const PICTURES: [&str; 8] = ["svg", "png", "jpg", "jpeg", "webp", "avif", "gif", "ico"];

/// What is wrong with a theme, with its name.
fn says(name: &str, error: &str) -> String {
    format!("theme `{name}`: {}", error.strip_prefix("error: ").unwrap_or(error))
}

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
        let mut made_of = vec![chosen.to_string().into_bytes(), language.as_bytes().to_vec()];
        for link in &chain {
            made_of.push(link.name.clone().into_bytes());
            for (path, bytes) in &link.files {
                made_of.extend([path.clone().into_bytes(), bytes.clone()]);
            }
        }
        let Parts { templates, css, js, labels, mut assets, published } = Parts::gather(&chain, language)?;
        let says = |error: String| says(&name, &error);
        let mut tera = Tera::new();
        tera.add_raw_templates(templates).map_err(|error| says(error.to_string()))?;
        let mut css = with_files(&css, &published).map_err(says)?;
        css.push('\n');
        css.push_str(&settings.css());
        let mut values = settings.values();
        for (option, path) in settings.files() {
            let extension = path.extension();
            if !PICTURES.contains(&extension.as_str()) {
                return Err(format!("`theme.{option}` is `{path}`, which is no picture"));
            }
            let bytes = read(path).map_err(|error| format!("`theme.{option}`: {error}"))?;
            made_of.push(bytes.clone());
            let bytes = match extension.as_str() {
                "svg" => clean_svg(&bytes).map_err(|error| format!("`theme.{option}`: `{path}`: {error}"))?,
                _ => bytes,
            };
            let asset = StaticFile::new(path.name(), bytes);
            values.insert(option.to_owned(), asset.path.encoded().into());
            assets.push(asset);
        }
        let fonts = published.iter().any(|(file, _)| is_font(file));
        values.insert("name".to_owned(), name.clone().into());
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
        let made_of: Vec<&[u8]> = made_of.iter().map(Vec::as_slice).collect();
        let digest = Digest::of_parts(&made_of);
        Ok(Self { tera, labels, assets, names, inline, values, settings, digest })
    }

    /// Of all that it is made of, beside the binary.
    pub fn digest(&self) -> Digest {
        self.digest
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
        self.tera.render_to(template, &context, &mut out).map_err(|error| {
            let name = self.values.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
            says(name, &error.to_string())
        })?;
        Ok(out)
    }
}
