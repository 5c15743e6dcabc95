//! The navigation as one page sees it: the way up, the sections, the neighbours.
//!
//! Its size does not depend on the size of the site: neighbours are windowed.

use super::PageId;
use super::assemble::{Entry, Site};
use super::outline::NavTree;
use crate::path::SitePath;
use crate::theme::view::{Frame, Head, LinkView, Nav, NavItem, SiteView};

/// How many neighbours are shown before and after the page.
const WINDOW: usize = 30;
/// How many top-level sections are shown.
const SECTIONS: usize = 40;

/// Where in the tree a file of the site stands.
#[derive(Clone, Copy)]
pub(super) enum Stand {
    /// It is a page.
    Page(PageId),
    /// It is (a part of) the index of a folder.
    Folder(usize),
    /// It stands beside the tree: the full index, tags.
    Beside,
}

impl Site {
    /// What every page sees, for the file `at`.
    pub(super) fn frame(&self, at: &SitePath, stand: Stand, head: Head) -> Frame {
        Frame {
            site: self.site_view(),
            root: "../".repeat(at.depth()),
            assets: self.theme.names().clone(),
            head: self.head(at, head),
            nav: self.nav(at, stand),
        }
    }

    pub(super) fn site_view(&self) -> SiteView {
        SiteView {
            title: self.title.clone(),
            description: self.config.description.clone(),
            language: self.config.language.clone(),
            repo_url: self.config.forge.as_ref().map(|forge| forge.url().to_owned()),
            date: self.dates.built.as_ref().map(|date| day(date)),
            has_tags: !self.tags.is_empty(),
        }
    }

    /// The head of a document, with what follows from where it is.
    fn head(&self, at: &SitePath, mut head: Head) -> Head {
        if head.language.is_empty() {
            head.language.clone_from(&self.config.language);
        }
        head.noindex |= self.config.noindex;
        if let Some(base) = &self.config.base_url {
            head.canonical = Some(format!("{base}{}", at.encoded()));
            head.feed = Some(format!("{base}feed.xml"));
        }
        head
    }

    /// The absolute URL of the social picture of a page, where it is a web address already.
    pub(super) fn picture(image: Option<&String>) -> Option<String> {
        image.filter(|url| url.starts_with("https://")).cloned()
    }

    fn nav(&self, at: &SitePath, stand: Stand) -> Nav {
        if let Some(tree) = &self.outline {
            let page = match stand {
                Stand::Page(page) => Some(page),
                Stand::Folder(folder) => self.folders[folder].index,
                Stand::Beside => None,
            };
            let node = page.and_then(|page| tree.of_page.get(&page).copied());
            if node.is_some() || !matches!(stand, Stand::Page(_)) {
                return self.nav_of_tree(tree, node, at);
            }
        }
        let folder = match stand {
            Stand::Page(page) => self.folder_of[page],
            Stand::Folder(folder) => folder,
            Stand::Beside => 0,
        };
        let mut way = vec![folder];
        while let Some(up) = self.folders[way[way.len() - 1]].parent {
            way.push(up);
        }
        way.reverse();
        let own_folder_page = match stand {
            Stand::Page(page) => self.folders[folder].index == Some(page),
            Stand::Folder(_) => true,
            Stand::Beside => false,
        };
        let crumbs = way
            .iter()
            .take(way.len() - usize::from(own_folder_page))
            .map(|folder| self.folder_link(*folder, at))
            .collect();
        let top = way.get(1).copied();
        let mut sections: Vec<NavItem> = Vec::new();
        for entry in
            self.folders[0].entries.iter().filter(|entry| matches!(entry, Entry::Folder(_))).take(SECTIONS)
        {
            sections.push(self.item(*entry, at, stand, top));
        }
        let entries = &self.folders[folder].entries;
        let here = match stand {
            Stand::Page(page) => self.place_in_folder[page],
            _ => 0,
        };
        let start = here.saturating_sub(WINDOW);
        let end = (here + WINDOW + 1).min(entries.len());
        let top_level = folder == 0;
        let neighbours = entries[start..end]
            .iter()
            .filter(|entry| !(top_level && matches!(entry, Entry::Folder(_))))
            .map(|entry| self.item(*entry, at, stand, None))
            .collect();
        Nav {
            crumbs,
            sections,
            folder: Some(self.folder_link(folder, at)),
            neighbours,
            hidden_before: start,
            hidden_after: entries.len() - end,
        }
    }

    /// The navigation as another tool's file has it: the way to the page, what stands at the top,
    /// what stands around the page.
    fn nav_of_tree(&self, tree: &NavTree, node: Option<usize>, at: &SitePath) -> Nav {
        let way = node.map(|node| tree.way(node)).unwrap_or_default();
        let home = self.folder_link(0, at);
        let is_home = node.is_some_and(|node| {
            tree.nodes[node].page == self.folders[0].index && self.folders[0].index.is_some()
        });
        let mut crumbs = if is_home { Vec::new() } else { vec![home.clone()] };
        crumbs.extend(way.iter().map(|node| self.node_link(tree, *node, at)));
        let open = way.first().copied().or(node);
        let sections =
            tree.top.iter().take(SECTIONS).map(|top| self.node_item(tree, *top, (node, open), at)).collect();
        // Around a page stand its neighbours, with what is below it; at the top that is all.
        let above = way.last().copied().or(node);
        let (entries, folder) = match above {
            Some(above) => (tree.nodes[above].children.as_slice(), Some(self.node_link(tree, above, at))),
            None => (&[][..], None),
        };
        let below = match node {
            Some(node) if above != Some(node) => tree.nodes[node].children.as_slice(),
            _ => &[],
        };
        let here = entries.iter().position(|entry| Some(*entry) == node).unwrap_or(0);
        let start = here.saturating_sub(WINDOW);
        let end = (here + WINDOW + 1).min(entries.len());
        Nav {
            crumbs,
            sections,
            folder,
            neighbours: entries[start..end]
                .iter()
                .flat_map(|entry| {
                    let inner = if Some(*entry) == node { below } else { &[] };
                    let inner = inner.iter().take(WINDOW).map(|entry| NavItem {
                        inner: true,
                        ..self.node_item(tree, *entry, (node, None), at)
                    });
                    std::iter::once(self.node_item(tree, *entry, (node, None), at)).chain(inner)
                })
                .collect(),
            hidden_before: start,
            hidden_after: entries.len() - end,
        }
    }

    fn node_link(&self, tree: &NavTree, node: usize, at: &SitePath) -> LinkView {
        let own = &tree.nodes[node];
        let title =
            own.title.clone().or_else(|| own.page.map(|page| self.pages[page].short_title().to_owned()));
        let url = match (&own.url, tree.first_page(node)) {
            (Some(url), _) => url.to_string(),
            (None, Some(page)) => self.urls[page].link_from(at),
            (None, None) => String::new(),
        };
        LinkView { title: title.unwrap_or_else(|| url.clone()), url }
    }

    fn node_item(
        &self,
        tree: &NavTree,
        node: usize,
        (current, open): (Option<usize>, Option<usize>),
        at: &SitePath,
    ) -> NavItem {
        let LinkView { title, url } = self.node_link(tree, node, at);
        NavItem {
            title,
            url,
            current: current == Some(node) && tree.nodes[node].page.is_some(),
            open: open == Some(node),
            folder: !tree.nodes[node].children.is_empty(),
            inner: false,
        }
    }

    pub(super) fn folder_link(&self, folder: usize, at: &SitePath) -> LinkView {
        LinkView { title: self.folders[folder].title.clone(), url: self.folder_url(folder).link_from(at) }
    }

    fn item(&self, entry: Entry, at: &SitePath, stand: Stand, open: Option<usize>) -> NavItem {
        match entry {
            Entry::Page(page) => NavItem {
                title: self.pages[page].short_title().to_owned(),
                url: self.urls[page].link_from(at),
                current: matches!(stand, Stand::Page(here) if here == page),
                open: false,
                folder: false,
                inner: false,
            },
            Entry::Folder(folder) => {
                let url = self.folder_url(folder);
                NavItem {
                    title: self.folders[folder].title.clone(),
                    current: url == *at,
                    url: url.link_from(at),
                    open: open == Some(folder),
                    folder: true,
                    inner: false,
                }
            }
        }
    }
}

/// The day of a moment in RFC 3339.
pub(super) fn day(moment: &str) -> String {
    moment.chars().take(10).collect()
}
