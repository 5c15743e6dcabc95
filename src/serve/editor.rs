//! The link that opens a source where its author writes.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::path::SitePath;

/// How an editor is told what to open.
#[derive(Clone, Debug)]
pub struct Editor {
    /// A URL with `{path}` for the whole path, `{relative}` for that below the root, `{line}`.
    template: String,
}

/// Editors by their names.
const KNOWN: [(&str, &str); 6] = [
    ("vscode", "vscode://file{path}:{line}"),
    ("vscodium", "vscodium://file{path}:{line}"),
    ("cursor", "cursor://file{path}:{line}"),
    ("pycharm", "pycharm://open?file={path}&line={line}"),
    ("idea", "idea://open?file={path}&line={line}"),
    ("jupyterlab", "http://localhost:8888/lab/tree/{relative}"),
];

/// What stands in a path of a URL as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

impl Editor {
    /// An editor by its name, or by the URL that opens a file in it.
    ///
    /// # Errors
    /// The names that are known.
    pub fn new(said: &str) -> Result<Self, String> {
        let known = KNOWN.iter().find(|(name, _)| *name == said).map(|(_, template)| *template);
        let is_url = said.contains("{path}") || said.contains("{relative}");
        let runs = ["javascript:", "data:", "vbscript:"]
            .iter()
            .any(|scheme| said.to_lowercase().starts_with(scheme));
        match known.or_else(|| Some(said).filter(|_| is_url && said.contains(':') && !runs)) {
            Some(template) => Ok(Self { template: template.to_owned() }),
            None => {
                let names: Vec<&str> = KNOWN.iter().map(|(name, _)| *name).collect();
                Err(format!(
                    "`--editor {said}` is neither known ({}) nor a URL with {{path}} or {{relative}} in it",
                    names.join(", ")
                ))
            }
        }
    }

    /// The URL that opens a source at a line.
    pub(super) fn url(&self, root: &Path, source: &SitePath, line: u32) -> String {
        let encode = |text: &str| utf8_percent_encode(text, PATH).to_string();
        let root = root.to_string_lossy().replace('\\', "/");
        let slash = if root.starts_with('/') { "" } else { "/" };
        let path = format!("{slash}{}/{source}", root.trim_end_matches('/'));
        self.template
            .replace("{path}", &encode(&path))
            .replace("{relative}", &encode(source.as_str()))
            .replace("{line}", &line.max(1).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_told_what_to_open() {
        let source = SitePath::new("ops/disk full.ipynb").unwrap();
        let url = |name: &str| Editor::new(name).unwrap().url(Path::new("/srv/repo"), &source, 12);
        assert_eq!(url("vscode"), "vscode://file/srv/repo/ops/disk%20full.ipynb:12");
        assert_eq!(url("jupyterlab"), "http://localhost:8888/lab/tree/ops/disk%20full.ipynb");
        assert_eq!(url("http://hub/{relative}"), "http://hub/ops/disk%20full.ipynb");
        assert!(Editor::new("emacs").is_err() && Editor::new("javascript:{path}").is_err());
    }
}
