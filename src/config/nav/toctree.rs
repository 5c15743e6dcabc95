//! `toctree` of Sphinx: in `index.rst`, and in raw cells of notebooks
//! (<https://www.sphinx-doc.org/en/master/usage/restructuredtext/directives.html#directive-toctree>).

use super::{NavEntry, NavFile, NavTarget, Read};
use crate::address::Address;
use crate::path::SitePath;

/// One directive: what it lists and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Toctree {
    /// The heading that it stands under.
    pub caption: Option<String>,
    /// Whether its entries are cards (`nbgallery`, `nblinkgallery`).
    pub gallery: bool,
    /// Whether readers see it in the text.
    pub hidden: bool,
    /// Titles and targets.
    pub entries: Vec<(Option<String>, String)>,
    /// Whether entries with `*` are patterns.
    pub glob: bool,
}

/// Reads `index.rst` of a folder, and the pages that it lists which are such files themselves.
pub(super) fn read(folder: &SitePath, read: Read<'_>) -> Option<NavFile> {
    let path = folder.child("index.rst");
    let text = read(&path)?;
    let trees = find(&text);
    if trees.is_empty() {
        return None;
    }
    let mut file = NavFile { tool: "Sphinx", path, base: folder.clone(), ..NavFile::default() };
    file.entries = entries(&trees, folder, (read, 0));
    file.ignored = vec!["maxdepth, numbered and titlesonly of toctrees".to_owned()];
    Some(file)
}

/// The entries of all trees of a file; what they list as `.rst` files is looked into.
fn entries(trees: &[Toctree], folder: &SitePath, (read, depth): (Read<'_>, u8)) -> Vec<NavEntry> {
    let mut found = Vec::new();
    for tree in trees {
        let inner = tree.entries.iter().filter(|(_, target)| target != "self").map(|(title, target)| {
            let rst = (depth < 4 && Address::parse(target).is_none() && !target.contains('*'))
                .then(|| folder.join(&format!("{}.rst", target.trim_end_matches(".rst"))))
                .flatten();
            let below = rst.as_ref().and_then(read).map(|text| find(&text)).unwrap_or_default();
            let children =
                rst.map(|path| entries(&below, &path.parent(), (read, depth + 1))).unwrap_or_default();
            NavEntry {
                title: title.clone(),
                target: self::target(target, tree.glob),
                children,
                hidden: false,
            }
        });
        let inner: Vec<NavEntry> = inner.collect();
        match &tree.caption {
            Some(caption) => {
                found.push(NavEntry { title: Some(caption.clone()), children: inner, ..NavEntry::default() });
            }
            None => found.extend(inner),
        }
    }
    found
}

/// What an entry of a tree aims at.
pub fn target(target: &str, glob: bool) -> NavTarget {
    if let Some(address) = Address::parse(target) {
        NavTarget::Url(address)
    } else if glob && target.contains(['*', '?']) {
        NavTarget::Glob(target.to_owned())
    } else {
        NavTarget::Page(target.to_owned())
    }
}

/// The trees in reStructuredText.
pub fn find(text: &str) -> Vec<Toctree> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let name = line.trim_start();
        let indent = line.len() - name.len();
        at += 1;
        let gallery = name.starts_with(".. nbgallery::") || name.starts_with(".. nblinkgallery::");
        if !name.starts_with(".. toctree::") && !gallery {
            continue;
        }
        let mut tree = Toctree { gallery, ..Toctree::default() };
        let mut reversed = false;
        while at < lines.len() {
            let line = lines[at];
            let inner = line.trim();
            if !inner.is_empty() && line.len() - line.trim_start().len() <= indent {
                break;
            }
            at += 1;
            if inner.is_empty() {
                continue;
            }
            if let Some((key, value)) = inner.strip_prefix(':').and_then(|inner| inner.split_once(':')) {
                match key {
                    "caption" => tree.caption = Some(value.trim().to_owned()),
                    "hidden" => tree.hidden = true,
                    "glob" => tree.glob = true,
                    "reversed" => reversed = true,
                    _ => {}
                }
                continue;
            }
            tree.entries.push(match inner.strip_suffix('>').and_then(|inner| inner.rsplit_once('<')) {
                Some((title, target)) => (Some(title.trim().to_owned()), target.trim().to_owned()),
                None => (None, inner.to_owned()),
            });
        }
        if reversed {
            tree.entries.reverse();
        }
        found.push(tree);
    }
    found
}
