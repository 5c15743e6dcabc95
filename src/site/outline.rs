//! The navigation of another tool, met with the pages of the site: a tree of nodes.

use std::collections::{HashMap, HashSet};

use super::PageId;
use super::assemble::Site;
use crate::address::Address;
use crate::config::{NavEntry, NavFile, NavTarget};
use crate::diagnostic::{Diagnostic, Note, Rule};
use crate::path::{SitePath, natural_cmp};

/// A tree of pages, groups and links to other sites.
#[derive(Clone, Debug, Default)]
pub(super) struct NavTree {
    pub(super) nodes: Vec<Node>,
    /// The nodes at the top, in order.
    pub(super) top: Vec<usize>,
    /// Where each page stands.
    pub(super) of_page: HashMap<PageId, usize>,
}

/// One node of the tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// A title of its own.
    pub(super) title: Option<String>,
    pub(super) page: Option<PageId>,
    /// The address of another site.
    pub(super) url: Option<Address>,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<usize>,
    /// Its place among its siblings.
    pub(super) place: usize,
}

/// How deep a navigation may nest.
const MAX_DEPTH: usize = 12;

/// Puts a tree together.
struct Builder<'a> {
    site: &'a Site,
    base: &'a SitePath,
    tree: NavTree,
    /// Pages that the file names: patterns leave them out.
    named: HashSet<PageId>,
    missing: Vec<String>,
}

impl NavTree {
    /// Says of all nodes where they stand among their siblings.
    pub(super) fn number(&mut self) {
        let lists = self.nodes.iter().map(|node| node.children.clone()).chain([self.top.clone()]);
        for list in lists.collect::<Vec<_>>() {
            list.into_iter().enumerate().for_each(|(place, node)| self.nodes[node].place = place);
        }
    }

    /// Meets a navigation file with the pages. What it names and is not there is said.
    pub(super) fn of_file(file: &NavFile, site: &Site) -> (Self, Vec<Diagnostic>) {
        let mut builder = Builder::new(site, &file.base);
        builder.name(&file.entries);
        let top = builder.nodes(&file.entries, None, 0);
        builder.tree.top = top;
        let mut notes: Vec<Diagnostic> = file
            .faults
            .iter()
            .map(|fault| {
                Note::warning(Rule::Navigation, format!("{fault}; what can be read of it is used"))
                    .help("mend it, or order the pages in `[nav]` of bindery.toml")
            })
            .chain(builder.missing.iter().map(|name| {
                Note::warning(Rule::Navigation, format!("`{name}` is no page of the site; left out"))
                    .help("mend the path, or take the entry out")
            }))
            .map(|note| Diagnostic::new(&file.path, note))
            .collect();
        let mut said = format!("the pages stand in the order of this file of {}", file.tool);
        if !file.ignored.is_empty() {
            said.push_str(&format!("; without a meaning here: {}", file.ignored.join(", ")));
        }
        notes.push(Diagnostic::new(&file.path, Note::info(Rule::Navigation, said)));
        (builder.tree, notes)
    }

    /// Meets the lists of links on pages (`{toctree}`, nbsphinx) with the pages, from the home page
    /// down; `None` where it has none.
    pub(super) fn of_lists(site: &Site) -> Option<Self> {
        let home = site.folders.first()?.index?;
        if site.pages[home].outline.contents.is_empty() {
            return None;
        }
        let base = site.pages[home].source.parent();
        let mut builder = Builder::new(site, &base);
        let node = builder.push(Node { page: Some(home), ..Node::default() }, None);
        builder.tree.top = vec![node];
        let below = builder.lists(home, None, 0);
        builder.tree.top.extend(below);
        Some(builder.tree)
    }

    /// The pages in order.
    pub(super) fn sequence(&self) -> Vec<PageId> {
        let mut found = Vec::new();
        let mut left: Vec<usize> = self.top.iter().rev().copied().collect();
        while let Some(node) = left.pop() {
            found.extend(self.nodes[node].page);
            left.extend(self.nodes[node].children.iter().rev());
        }
        found
    }

    /// The nodes from the top down to a node, without itself.
    pub(super) fn way(&self, node: usize) -> Vec<usize> {
        let mut way = Vec::new();
        let mut up = self.nodes[node].parent;
        while let Some(parent) = up {
            way.push(parent);
            up = self.nodes[parent].parent;
        }
        way.reverse();
        way
    }

    /// The first page in or below a node.
    pub(super) fn first_page(&self, node: usize) -> Option<PageId> {
        let node = &self.nodes[node];
        node.page.or_else(|| node.children.iter().find_map(|child| self.first_page(*child)))
    }
}

impl<'a> Builder<'a> {
    fn new(site: &'a Site, base: &'a SitePath) -> Self {
        Self { site, base, tree: NavTree::default(), named: HashSet::new(), missing: Vec::new() }
    }

    fn push(&mut self, node: Node, parent: Option<usize>) -> usize {
        let id = self.tree.nodes.len();
        if let Some(page) = node.page {
            self.tree.of_page.entry(page).or_insert(id);
        }
        self.tree.nodes.push(Node { parent, ..node });
        id
    }

    /// Takes note of all pages that entries name.
    fn name(&mut self, entries: &[NavEntry]) {
        for entry in entries {
            if let NavTarget::Page(path) = &entry.target {
                self.named.extend(self.page(path, self.base));
            }
            self.name(&entry.children);
        }
    }

    /// The page that a path means, with or without its extension, also where nbdev left a number out.
    fn page(&self, path: &str, folder: &SitePath) -> Option<PageId> {
        let path = path.split('#').next().unwrap_or(path);
        let path = crate::path::percent_decode(path).unwrap_or_else(|| path.to_owned());
        let wanted = match path.strip_prefix('/') {
            Some(rest) => self.base.join(rest)?,
            None => folder.join(&path)?,
        };
        let found = self.site.page_at(&wanted);
        found
            .or_else(|| self.site.folder_at.get(&wanted).and_then(|folder| self.site.folders[*folder].index))
            .or_else(|| self.site.by_lower.get(&wanted.as_str().to_lowercase()).copied())
            .or_else(|| {
                // Old books spell names in another case and without their extension.
                let stem = wanted.as_str().to_lowercase();
                ["ipynb", "md"]
                    .iter()
                    .find_map(|end| self.site.by_lower.get(&format!("{stem}.{end}")).copied())
            })
    }

    fn nodes(&mut self, entries: &[NavEntry], parent: Option<usize>, depth: usize) -> Vec<usize> {
        let mut found = Vec::new();
        if depth > MAX_DEPTH {
            return found;
        }
        for entry in entries.iter().filter(|entry| !entry.hidden) {
            let page = match &entry.target {
                NavTarget::Page(path) => {
                    let page = self.page(path, self.base);
                    if page.is_none() {
                        self.missing.push(path.clone());
                    }
                    page
                }
                NavTarget::Glob(glob) => {
                    found.extend(self.matches(glob, parent));
                    continue;
                }
                NavTarget::Group | NavTarget::Url(_) => None,
            };
            let url = match &entry.target {
                NavTarget::Url(url) => Some(url.clone()),
                _ => None,
            };
            let (is_missing, has_children) = (page.is_none() && url.is_none(), !entry.children.is_empty());
            if is_missing && (!has_children || (entry.title.is_none() && entry.target != NavTarget::Group)) {
                // What stands below a page that is missing moves up.
                found.extend(self.nodes(&entry.children, parent, depth + 1));
                continue;
            }
            let node = self.push(Node { title: entry.title.clone(), page, url, ..Node::default() }, parent);
            let below = self.nodes(&entry.children, Some(node), depth + 1);
            self.tree.nodes[node].children = below;
            found.push(node);
        }
        found
    }

    /// The pages that a glob matches and nothing names, in the order of their paths.
    fn matches(&mut self, glob: &str, parent: Option<usize>) -> Vec<usize> {
        let Ok(matcher) =
            globset::GlobBuilder::new(glob.trim_start_matches('/')).literal_separator(true).build()
        else {
            self.missing.push(glob.to_owned());
            return Vec::new();
        };
        let matcher = matcher.compile_matcher();
        let mut pages: Vec<PageId> = (0..self.site.pages.len())
            .filter(|page| !self.named.contains(page) && !self.tree.of_page.contains_key(page))
            .filter(|page| {
                let record = &self.site.pages[*page];
                let Some(local) = record.source.below(self.base) else { return false };
                let bare = local.parent().child(local.stem());
                !record.front.unlisted
                    && (matcher.is_match(local.as_str()) || matcher.is_match(bare.as_str()))
            })
            .collect();
        pages.sort_by(|a, b| {
            natural_cmp(self.site.pages[*a].source.as_str(), self.site.pages[*b].source.as_str())
        });
        pages
            .into_iter()
            .map(|page| self.push(Node { page: Some(page), ..Node::default() }, parent))
            .collect()
    }

    /// The nodes of the lists on a page, and of those on the pages they name.
    fn lists(&mut self, of: PageId, parent: Option<usize>, depth: usize) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        if depth > MAX_DEPTH {
            return found;
        }
        let record = &self.site.pages[of];
        let folder = record.source.parent();
        let mut group: Option<(String, usize)> = None;
        for entry in &record.outline.contents {
            let page = self.page(&entry.target, &folder);
            let url = Address::parse(&entry.target);
            let inside = match &entry.caption {
                Some(caption) => {
                    if group.as_ref().is_none_or(|(known, _)| known != caption) {
                        let node =
                            self.push(Node { title: Some(caption.clone()), ..Node::default() }, parent);
                        found.push(node);
                        group = Some((caption.clone(), node));
                    }
                    group.as_ref().map(|(_, node)| *node)
                }
                None => None,
            };
            let above = inside.or(parent);
            let nodes = match (page, &url) {
                (None, None) if entry.target.contains('*') => self.matches(&entry.target, above),
                (None, None) => continue,
                // A page stands where it is named first.
                (Some(page), _) if self.tree.of_page.contains_key(&page) => continue,
                _ => {
                    let node =
                        self.push(Node { title: entry.title.clone(), page, url, ..Node::default() }, above);
                    if let Some(page) = page {
                        let below = self.lists(page, Some(node), depth + 1);
                        self.tree.nodes[node].children = below;
                    }
                    vec![node]
                }
            };
            match inside {
                Some(group) => self.tree.nodes[group].children.extend(nodes),
                None => found.extend(nodes),
            }
        }
        found
    }
}
