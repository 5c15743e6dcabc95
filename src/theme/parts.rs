//! Templates, styles, scripts and words, as a chain of themes brings them.

use std::collections::BTreeMap;

use super::folder::Link;
use super::{Labels, StaticFile};

/// The templates of the binary.
const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../templates/base.html")),
    ("page.html", include_str!("../../templates/page.html")),
    ("contents.html", include_str!("../../templates/contents.html")),
    ("keys.html", include_str!("../../templates/keys.html")),
    ("recent.html", include_str!("../../templates/recent.html")),
    ("rows.html", include_str!("../../templates/rows.html")),
    ("failed.html", include_str!("../../templates/failed.html")),
    ("list.html", include_str!("../../templates/list.html")),
    ("tags.html", include_str!("../../templates/tags.html")),
    ("404.html", include_str!("../../templates/404.html")),
    ("search.html", include_str!("../../templates/search.html")),
    ("changes.html", include_str!("../../templates/changes.html")),
    ("changed.html", include_str!("../../templates/changed.html")),
    ("notice.html", include_str!("../../templates/notice.html")),
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
/// What the themes of a chain bring together, the parents first.
pub(super) struct Parts {
    /// Templates by their names: those that pages ask for, and each theme's by its full name.
    pub(super) templates: Vec<(String, String)>,
    pub(super) css: String,
    pub(super) js: String,
    pub(super) labels: Labels,
    /// Fonts, pictures and the like.
    pub(super) assets: Vec<StaticFile>,
    /// Their names in the theme, and in the site.
    pub(super) published: Vec<(String, String)>,
}

impl Parts {
    /// Gathers what a chain brings, whose parents stand first.
    ///
    /// # Errors
    /// A table of words that cannot be read, with its place.
    pub(super) fn gather(chain: &[Link], language: &str) -> Result<Self, String> {
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
        for link in chain {
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
        let (css, js) = (styles.join("\n"), scripts.join("\n"));
        Ok(Self { templates, css, js, labels, assets, published })
    }
}

/// A script without the lines and openings of lines that only its readers need: comments,
/// indentation. Our scripts hold no text of several lines.
pub(super) fn squeeze(script: &str) -> String {
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
pub(super) fn with_files(css: &str, published: &[(String, String)]) -> Result<String, String> {
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

/// Whether a file is a font, by its name.
pub(super) fn is_font(file: &str) -> bool {
    FONTS.iter().any(|end| file.ends_with(end))
}
