//! Fills the slots of a fragment with what the site knows: links, pictures, words.

use std::collections::BTreeSet;

use super::assemble::Site;
use super::links::{Remark, Resolved, Target};
use super::produce::{Produced, out_path};
use super::{Bodies, PageId};
use crate::diagnostic::{Diagnostic, Note, Rule};
use crate::html::escape_into;
use crate::path::SitePath;
use crate::render::{Fragment, Image, Link, Slot};

/// How many bytes of other pages a page takes in.
const ALLOWANCE: usize = 8_000_000;

/// Fills the slots of one page.
pub(super) struct Filler<'a> {
    pub(super) site: &'a Site,
    /// The page that the fragment comes from: its links are seen from there.
    pub(super) page: PageId,
    /// The file in which it is shown.
    pub(super) at: &'a SitePath,
    pub(super) bodies: &'a dyn Bodies,
    pub(super) out: Produced,
    pub(super) hosts: BTreeSet<String>,
    /// The cells that are embedded around this fragment.
    pub(super) embedded: Vec<(PageId, String)>,
    /// How many cells were embedded so far.
    pub(super) embeds: usize,
    /// How many bytes of other pages this one may still take in.
    pub(super) allowance: usize,
}

impl<'a> Filler<'a> {
    /// A filler for the body of a page.
    pub(super) fn new(site: &'a Site, page: PageId, bodies: &'a dyn Bodies) -> Self {
        Self {
            site,
            page,
            at: site.url(page),
            bodies,
            out: Produced::default(),
            hosts: BTreeSet::new(),
            embedded: Vec::new(),
            embeds: 0,
            allowance: ALLOWANCE,
        }
    }

    /// Fills a fragment.
    pub(super) fn fill(&mut self, fragment: &Fragment) -> String {
        fragment.fill(|slot, out| match slot {
            Slot::Label(label) => escape_into(out, &self.site.theme.labels().of(*label)),
            Slot::Asset(name) => out.push_str(&out_path(name).link_from(self.at)),
            Slot::Href(link) => self.href(link, out),
            Slot::Src(link) => {
                if let Target::Inside(url) = self.resolve(link, Rule::ImageDead).target {
                    out.push_str(" src=\"");
                    escape_into(out, &url);
                    out.push('"');
                }
            }
            Slot::Image(image) => self.image(image, out),
            Slot::Reference(reference) => self.reference(reference, out),
            Slot::Words(reference) => self.words_alone(reference, out),
            Slot::Embed(embed) => self.embed(embed, out),
            Slot::Thumbnail(link) => self.thumbnail(link, out),
            // Rendering filled them.
            Slot::Cite(_) | Slot::Works => {}
        })
    }

    /// The picture that stands for the page a link leads to; its words say what it is.
    fn thumbnail(&self, link: &Link, out: &mut String) {
        let page = self.site.resolve(self.page, self.at, &link.target).page;
        let picture = page.and_then(|(page, _)| self.site.page(page).outline.thumbnail.as_ref());
        if let Some(name) = picture {
            out.push_str("<img class=\"card-image\" alt=\"\" loading=\"lazy\" src=\"");
            escape_into(out, &out_path(name).link_from(self.at));
            out.push_str("\">");
        }
    }

    /// Resolves a link; what is to be said and copied is kept. `rule` is what it breaks where nothing
    /// is there.
    pub(super) fn resolve(&mut self, link: &Link, rule: Rule) -> Resolved {
        let resolved = self.site.resolve(self.page, self.at, &link.target);
        if let Some(file) = &resolved.file {
            self.out.files.insert(file.clone());
        }
        if let Target::Dead { rule: broken, why, help } = &resolved.target {
            let broken = if *broken == Rule::LinkDead { rule } else { *broken };
            self.note(link, Note::warning(broken, why.clone()).help(*help));
        }
        if let Target::Outside(address) = &resolved.target {
            let cell = self.site.pages[self.page].cell(link.cell);
            self.out.outside.push((address.clone(), cell, link.line));
        }
        // An address that is only named may well be that of the reader's own machine.
        let is_named = |remark: &&Remark| link.is_bare && remark.rule == Rule::LinkLocalhost;
        if let Some(Remark { rule, said, meant }) =
            resolved.remark.as_ref().filter(|remark| !is_named(remark))
        {
            let mut note = Note::warning(*rule, said.clone());
            if let Some(meant) = meant {
                let right = self.spelled(meant, &link.target);
                note = note
                    .help(format!("write `{right}`; `bindery check --fix` does"))
                    .instead(&link.target, right);
            }
            self.note(link, note);
        }
        resolved
    }

    /// How the page at work spells the way to a file, where an author wrote `as_written`.
    fn spelled(&self, file: &SitePath, as_written: &str) -> String {
        let path = match as_written.starts_with('/') {
            true => format!("/{}", file.encoded()),
            false => file.link_from(&self.site.pages[self.page].source),
        };
        let rest = as_written.find(['?', '#']).map_or("", |at| &as_written[at..]);
        format!("{path}{rest}")
    }

    pub(super) fn note(&mut self, link: &Link, mut note: Note) {
        let source = &self.site.pages[self.page].source;
        let cell = self.site.pages[self.page].cell(link.cell);
        note.cell = cell;
        note.line = Some(link.line);
        self.out.notes.push(Diagnostic::new(source, note));
    }

    fn href(&mut self, link: &Link, out: &mut String) {
        let (url, outside) = match self.resolve(link, Rule::LinkDead).target {
            Target::Inside(url) => (url, false),
            Target::Outside(address) => (address.to_string(), true),
            // Without a target it is no link: nobody is sent nowhere.
            Target::Dead { .. } => return,
        };
        out.push_str(" href=\"");
        escape_into(out, &url);
        out.push('"');
        if outside {
            out.push_str(" rel=\"noopener noreferrer\"");
        }
    }

    fn image(&mut self, image: &Image, out: &mut String) {
        let resolved = self.resolve(&image.link, Rule::ImageDead);
        match resolved.target {
            Target::Inside(url) => Self::element(&url, image, "", out),
            Target::Outside(address) => {
                let url = address.as_str();
                let host = url.split('/').nth(2).unwrap_or_default().to_owned();
                let https = url.starts_with("https://");
                if https && self.site.config.reading.outputs.remote_images.contains(&host) {
                    self.hosts.insert(host);
                    return Self::element(url, image, " referrerpolicy=\"no-referrer\"", out);
                }
                self.note(
                    &image.link,
                    Note::info(
                        Rule::RemoteImage,
                        format!("the picture comes from {host}; it stands as a link"),
                    )
                    .help("keep it in the repo, or name the host in `outputs.remote_images`"),
                );
                let label = self.site.theme.labels().get("remote_image").to_owned();
                let words =
                    if image.alt.trim().is_empty() { format!("{label} {host}") } else { image.alt.clone() };
                if image.linked {
                    out.push_str("<span class=\"remote-image\">");
                } else {
                    out.push_str("<a class=\"remote-image\" rel=\"noopener noreferrer\" href=\"");
                    escape_into(out, url);
                    out.push_str("\">");
                }
                escape_into(out, &words);
                out.push_str(if image.linked { "</span>" } else { "</a>" });
            }
            Target::Dead { .. } => {
                out.push_str("<span class=\"missing-image\">");
                escape_into(out, if image.alt.is_empty() { &image.link.target } else { &image.alt });
                out.push_str("</span>");
            }
        }
    }

    fn element(url: &str, image: &Image, more: &str, out: &mut String) {
        out.push_str("<img src=\"");
        escape_into(out, url);
        out.push_str("\" alt=\"");
        escape_into(out, &image.alt);
        out.push('"');
        if !image.title.is_empty() {
            out.push_str(" title=\"");
            escape_into(out, &image.title);
            out.push('"');
        }
        out.push_str(&image.attributes);
        out.push_str(more);
        out.push_str(" loading=\"lazy\">");
    }
}
