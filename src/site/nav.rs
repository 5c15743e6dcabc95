//! The navigation as one page sees it: the tree of the site with the way to the page open.
//!
//! Its size does not depend on the size of the site: every list in it is windowed.

use super::PageId;
use super::assemble::{Entry, Site};
use super::outline::NavTree;
use super::produce::Product;
use crate::path::SitePath;
use crate::theme::labels::direction;
use crate::theme::view::{CopyView, Frame, Head, LinkView, Nav, NavItem, SiteView};

/// How many entries of a list are shown before and after the one on the way.
pub(super) const WINDOW: usize = 30;
/// How many sections stand side by side in the header at most, and how many letters together.
const MAX_TABS: usize = 7;
const TABS_LETTERS: usize = 100;

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
            date: self.edition.built.as_ref().map(|date| day(date)),
            has_tags: !self.tags.is_empty(),
            direction: direction(&self.config.language),
            has_pages_js: self.has_pages_js(),
            archive_url: self.edition.archive.as_ref().map(SitePath::encoded),
            changes_url: self.edition.review.as_ref().map(|_| self.path(&Product::Changes).encoded()),
            copy: self.edition.is_copy.then(|| CopyView {
                url: self.config.base_url.clone(),
                time: self.edition.built.clone(),
                commit: self.edition.commit.clone(),
                max_age_days: self.config.archive.max_age_days,
            }),
        }
    }

    /// The head of a document, with what follows from where it is.
    fn head(&self, at: &SitePath, mut head: Head) -> Head {
        if head.language.is_empty() {
            head.language.clone_from(&self.config.language);
        }
        head.direction = direction(&head.language);
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
        let way = self.way(folder);
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
        let top = self.branches(0, &way[1..], stand, at);
        self.nav_of(crumbs, top)
    }

    /// The entries of a folder, those of the folders on the way below it among them.
    fn branches(&self, folder: usize, way: &[usize], stand: Stand, at: &SitePath) -> Vec<Branch> {
        let entries = &self.folders[folder].entries;
        let here = match (way.first(), stand) {
            (Some(next), _) => self.folder_place[*next],
            (None, Stand::Page(page)) => self.place_in_folder[page],
            _ => 0,
        };
        windowed(entries, here, &self.folder_url(folder).link_from(at), |entry| {
            let inner = match entry {
                Entry::Folder(inner) if way.first() == Some(inner) => {
                    Some(self.branches(*inner, &way[1..], stand, at))
                }
                _ => None,
            };
            Branch {
                item: NavItem { open: inner.is_some(), ..self.item(*entry, at, stand) },
                inner: inner.unwrap_or_default(),
            }
        })
    }

    /// The navigation as another tool's file has it.
    fn nav_of_tree(&self, tree: &NavTree, node: Option<usize>, at: &SitePath) -> Nav {
        let mut way = node.map(|node| tree.way(node)).unwrap_or_default();
        let home = self.folder_link(0, at);
        let is_home = node.is_some_and(|node| {
            tree.nodes[node].page == self.folders[0].index && self.folders[0].index.is_some()
        });
        let mut crumbs = if is_home { Vec::new() } else { vec![home] };
        crumbs.extend(way.iter().map(|node| self.node_link(tree, *node, at)));
        // What stands below a page is shown with it.
        way.extend(node);
        let top = self.tree_branches(tree, &tree.top, (&way, node), at);
        self.nav_of(crumbs, top)
    }

    fn tree_branches(
        &self,
        tree: &NavTree,
        nodes: &[usize],
        (way, current): (&[usize], Option<usize>),
        at: &SitePath,
    ) -> Vec<Branch> {
        let here = way.first().map_or(0, |node| tree.nodes[*node].place);
        let rest = SitePath::root().child("all.html").link_from(at);
        windowed(nodes, here, &rest, |node| {
            let own = &tree.nodes[*node];
            let on_way = way.first() == Some(node);
            let inner = if on_way {
                self.tree_branches(tree, &own.children, (&way[1..], current), at)
            } else {
                Vec::new()
            };
            let LinkView { title, url } = self.node_link(tree, *node, at);
            let item = NavItem {
                title,
                url,
                current: current == Some(*node) && own.page.is_some(),
                open: on_way && !own.children.is_empty(),
                folder: !own.children.is_empty(),
                ..NavItem::default()
            };
            Branch { item, inner }
        })
    }

    fn nav_of(&self, crumbs: Vec<LinkView>, top: Vec<Branch>) -> Nav {
        let tabs: Vec<NavItem> =
            top.iter().map(|branch| &branch.item).filter(|item| item.folder).cloned().collect();
        let letters: usize = tabs.iter().map(|tab| tab.title.chars().count() + 4).sum();
        let fit = (2..=MAX_TABS).contains(&tabs.len()) && letters <= TABS_LETTERS;
        let mut items = Vec::new();
        flatten(top, 0, &mut items);
        Nav { crumbs, tabs: if fit { tabs } else { Vec::new() }, items }
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

    pub(super) fn folder_link(&self, folder: usize, at: &SitePath) -> LinkView {
        LinkView { title: self.folders[folder].title.clone(), url: self.folder_url(folder).link_from(at) }
    }

    fn item(&self, entry: Entry, at: &SitePath, stand: Stand) -> NavItem {
        match entry {
            Entry::Page(page) => NavItem {
                title: self.pages[page].short_title().to_owned(),
                url: self.urls[page].link_from(at),
                current: matches!(stand, Stand::Page(here) if here == page),
                ..NavItem::default()
            },
            Entry::Folder(folder) => {
                let url = self.folder_url(folder);
                NavItem {
                    title: self.folders[folder].title.clone(),
                    current: url == *at,
                    url: url.link_from(at),
                    folder: true,
                    ..NavItem::default()
                }
            }
        }
    }
}

/// An entry of the navigation with what is shown below it.
struct Branch {
    item: NavItem,
    inner: Vec<Branch>,
}

/// The entries of a list around `here`, with links to the rest where there is one.
fn windowed<T>(entries: &[T], here: usize, url: &str, branch: impl FnMut(&T) -> Branch) -> Vec<Branch> {
    let start = here.saturating_sub(WINDOW);
    let end = (here + WINDOW + 1).min(entries.len());
    let rest = |count: usize| {
        let item = NavItem { url: url.to_owned(), hidden: count, ..NavItem::default() };
        (count > 0).then_some(Branch { item, inner: Vec::new() })
    };
    let shown = entries[start..end].iter().map(branch);
    rest(start).into_iter().chain(shown).chain(rest(entries.len() - end)).collect()
}

/// Branches → entries that say where a list opens below them and how many end with them.
fn flatten(branches: Vec<Branch>, above: usize, items: &mut Vec<NavItem>) {
    let last = branches.len().saturating_sub(1);
    for (place, Branch { mut item, inner }) in branches.into_iter().enumerate() {
        // The last entry of a list ends it, and those that it ends.
        let ending = if place == last { above } else { 0 };
        item.opens = !inner.is_empty();
        item.closes = if item.opens { 0 } else { ending };
        items.push(item);
        if !inner.is_empty() {
            flatten(inner, ending + 1, items);
        }
    }
}

/// The day of a moment in RFC 3339.
pub(super) fn day(moment: &str) -> String {
    moment.chars().take(10).collect()
}
