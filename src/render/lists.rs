//! Lists of links to other pages: tables of contents and galleries, as nbsphinx and Sphinx have
//! them. What they name is kept for the navigation.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::fragment::{Fragment, Link, Reference, Slot, Words};
use super::page::{ContentsEntry, PageState};
use crate::config::nav::toctree::Toctree;
use crate::notebook::LinkList;

/// The links in a Markdown cell, which is nothing else (nbsphinx): its first heading is the
/// caption, the rest of the text is not shown.
pub(super) fn of_links(source: &str, list: LinkList, page: &mut PageState) -> Fragment {
    let mut caption = String::new();
    let mut entries: Vec<(String, String)> = Vec::new();
    let (mut in_heading, mut link) = (false, None::<(String, String)>);
    for event in Parser::new(source) {
        match event {
            Event::Start(Tag::Heading { .. }) => in_heading = caption.is_empty(),
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(Tag::Link { dest_url, .. }) => link = Some((dest_url.to_string(), String::new())),
            Event::End(TagEnd::Link) => entries.extend(link.take()),
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, title)) = &mut link {
                    title.push_str(&text);
                } else if in_heading {
                    caption.push_str(&text);
                }
            }
            _ => {}
        }
    }
    let entries = entries.into_iter().map(|(target, title)| ContentsEntry {
        target,
        title: Some(title).filter(|title| !title.is_empty()),
        caption: Some(caption.clone()).filter(|caption| !caption.is_empty()),
    });
    show(entries.collect(), list, page)
}

/// The toctrees and galleries of a raw cell of Sphinx (nbsphinx).
pub(super) fn of_toctrees(trees: &[Toctree], page: &mut PageState) -> Fragment {
    let mut out = Fragment::new();
    for tree in trees {
        let entries: Vec<ContentsEntry> = tree
            .entries
            .iter()
            .map(|(title, target)| ContentsEntry {
                target: target.clone(),
                title: title.clone(),
                caption: tree.caption.clone(),
            })
            .collect();
        // Patterns are for the navigation, which knows all pages.
        let (patterns, named): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| tree.glob && entry.target.contains(['*', '?']));
        page.contents.extend(patterns);
        if tree.hidden {
            page.contents.extend(named);
        } else {
            let list = if tree.gallery { LinkList::Gallery } else { LinkList::Contents };
            out.append(show(named, list, page));
        }
    }
    out
}

/// A list of pages under their caption.
pub(super) fn show(entries: Vec<ContentsEntry>, list: LinkList, page: &mut PageState) -> Fragment {
    let mut out = Fragment::new();
    if entries.is_empty() {
        return out;
    }
    let class = if list == LinkList::Gallery { "contents contents-cards" } else { "contents" };
    out.markup(&format!("<nav class=\"{class}\" aria-label=\""));
    match entries.first().and_then(|first| first.caption.as_deref()) {
        Some(caption) => {
            out.attribute(caption);
            out.markup("\"><p class=\"contents-title\">");
            out.text(caption);
            out.markup("</p><ul>\n");
        }
        None => {
            out.label(super::fragment::Label::Contents);
            out.markup("\"><ul>\n");
        }
    }
    for entry in &entries {
        out.markup("<li>");
        let words = match &entry.title {
            Some(title) => Words::Given(crate::html::escape(title).into_owned()),
            None => Words::Title,
        };
        let link = Link { target: entry.target.clone(), cell: page.at.number, line: 1, is_bare: false };
        if list == LinkList::Gallery {
            out.slot(Slot::Thumbnail(Box::new(link.clone())));
        }
        out.slot(Slot::Reference(Box::new(Reference { link, words, fallback: entry.target.clone() })));
        out.markup("</li>\n");
    }
    out.markup("</ul></nav>\n");
    if list == LinkList::Contents {
        page.contents.extend(entries);
    }
    out
}
