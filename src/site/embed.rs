//! Cells and outputs of other notebooks inside of a page. They come out of the finished bodies, so
//! what its author removed cannot be embedded: it is in none.

use std::collections::BTreeSet;

use super::fill::Filler;
use super::links::Target as Aim;
use super::produce::Produced;
use crate::diagnostic::{Note, Rule};
use crate::html::escape_into;
use crate::render::{Embed, Fragment, slug};

/// How deep embedded cells may embed others.
const MAX_DEPTH: usize = 6;

impl Filler<'_> {
    pub(super) fn embed(&mut self, embed: &Embed, out: &mut String) {
        match self.embedded(embed) {
            Ok(html) => out.push_str(&html),
            Err((why, help)) => {
                self.note(&embed.link, Note::warning(Rule::Reference, why).help(help));
                out.push_str("<p class=\"missing-image\">");
                escape_into(out, &embed.link.target);
                out.push_str("</p>\n");
            }
        }
    }

    fn embedded(&mut self, embed: &Embed) -> Result<String, (String, &'static str)> {
        let target = embed.link.target.trim();
        let (path, name) = target.split_once('#').unwrap_or((target, ""));
        let page = if path.is_empty() {
            self.site.named(self.page, name).map_or(self.page, |(page, _)| page)
        } else {
            match self.site.resolve(self.page, self.at, path) {
                resolved if matches!(resolved.target, Aim::Inside(_)) => match resolved.page {
                    Some((page, _)) => page,
                    None => {
                        return Err((format!("`{path}` is no page"), "name a notebook that is published"));
                    }
                },
                _ => return Err((format!("`{path}` is not in the repo"), "mend the path, or add the file")),
            }
        };
        let this = (page, name.to_owned());
        if self.embedded.contains(&this)
            || self.embedded.len() >= MAX_DEPTH
            || (page == self.page && name.is_empty())
        {
            return Err((format!("`{target}` embeds itself"), "break the circle"));
        }
        let source = &self.site.pages[page].source;
        if self.allowance < 1000 {
            return Err(too_much());
        }
        let body = self.bodies.body(source).map_err(|why| (why, "build again"))?;
        let part = find(&body, name, embed).ok_or_else(|| {
            (
                format!("`{source}` shows nothing under the name `{name}`"),
                "give a cell this label, and see that it has outputs and is not removed",
            )
        })?;
        let Some(left) = self.allowance.checked_sub(part.html().len() + 1000) else { return Err(too_much()) };
        self.allowance = left;
        self.embeds += 1;
        let number = self.embeds;
        let mut around = self.embedded.clone();
        around.push(this);
        let mut inner = Filler {
            site: self.site,
            page,
            at: self.at,
            bodies: self.bodies,
            out: Produced::default(),
            hosts: BTreeSet::new(),
            embedded: around,
            embeds: number * 100,
            allowance: self.allowance,
        };
        let html = inner.fill(&part);
        self.allowance = inner.allowance;
        // What is wrong in it is said where it stands, and once.
        self.out.notes.append(&mut inner.out.notes);
        self.out.files.append(&mut inner.out.files);
        self.hosts.append(&mut inner.hosts);
        let url = self.site.url(page).link_from(self.at);
        let mut out = String::from("<div class=\"embed\">\n");
        out.push_str(&apart(&html, &url, number));
        out.push_str("<p class=\"embed-source b-ui\"><a href=\"");
        escape_into(&mut out, &url);
        if !name.is_empty() {
            out.push('#');
            escape_into(&mut out, &crate::path::encode_fragment(name));
        }
        out.push_str("\">");
        escape_into(&mut out, self.site.pages[page].short_title());
        out.push_str("</a></p></div>\n");
        Ok(out)
    }
}

fn too_much() -> (String, &'static str) {
    ("the page takes in more than 8 MB of other pages".to_owned(), "split it")
}

/// The part of a body that a name means: the outputs of a code cell, or with its source all of it;
/// any other cell or element whole.
fn find(body: &Fragment, name: &str, embed: &Embed) -> Option<Fragment> {
    let html = body.html();
    if name.is_empty() {
        return Some(body.clone()).filter(|body| !body.is_empty());
    }
    let mut id = String::new();
    escape_into(&mut id, name);
    // In a tag, and not where a text says the same.
    let in_tag = |needle: &str| {
        html.match_indices(needle).map(|(at, _)| at).find(|at| {
            let open = html[..*at].rfind('<');
            open.is_some() && open > html[..*at].rfind('>')
        })
    };
    let place = in_tag(&format!(" id=\"{id}\""))
        .or_else(|| in_tag(&format!(" id=\"cell-id={id}\"")))
        .or_else(|| in_tag(&format!(" celltag_{}", slug(name))))?;
    let cell = html[..place].rfind("<div class=\"cell ").and_then(|start| {
        let end = element_end(html, start, "div")?;
        (end > place).then_some((start, end))
    });
    let (start, end) = match cell {
        Some(range) => range,
        None => {
            let mut start = html[..place].rfind('<')?;
            // A name in front of a block means the block, at its beginning all of it.
            let before = html[..start].rfind('<').filter(|_| html[..start].ends_with('>'));
            let opens = before.filter(|at| {
                let tag = &html[*at..start];
                tag == "<p>"
                    || (tag.starts_with("<h") && tag.as_bytes().get(2).is_some_and(u8::is_ascii_digit))
            });
            if let Some(at) = opens {
                start = at;
            } else if html[start..].starts_with("<span class=\"alias\"") {
                let behind = start + html[start..].find("</span>")? + "</span>".len();
                start = behind + html[behind..].len() - html[behind..].trim_start().len();
                if !html[start..].starts_with('<') || html[start..].starts_with("</") {
                    return None;
                }
            }
            let name: String = html[start + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
            (start, element_end(html, start, &name)?)
        }
    };
    let is_code = html[start..end].starts_with("<div class=\"cell cell-code");
    if !is_code || (embed.input && embed.output) {
        return Some(body.part(start..end));
    }
    let class = if embed.output { "<div class=\"cell-output\">" } else { "<div class=\"cell-input\">" };
    let from = start + html[start..end].find(class)?;
    Some(body.part(from..element_end(html, from, "div")?))
}

/// Where the element that begins at `start` ends. Our bodies are well formed.
fn element_end(html: &str, start: usize, name: &str) -> Option<usize> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        let next = at + memchr::memchr(b'<', &html.as_bytes()[at..])?;
        let rest = &html[next..];
        if rest.starts_with(&close) {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(next + close.len());
            }
        } else if rest.starts_with(&open)
            && !rest[open.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
        {
            depth += 1;
        }
        at = next + 1;
    }
}

/// HTML of another page inside of this one: without its ids, which may stand here already; our own
/// are made unlike, and links inside of it lead to where it comes from.
fn apart(html: &str, url: &str, number: usize) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let Some(length) = rest[start..].find('>') else { break };
        out.push_str(&rest[..start]);
        let mut tag = rest[start..=start + length].to_owned();
        rest = &rest[start + length + 1..];
        for key in ["id", "for", "name"] {
            let Some(at) = tag.find(&format!(" {key}=\"")) else { continue };
            let value = at + key.len() + 3;
            let Some(end) = tag[value..].find('"').map(|end| value + end) else { continue };
            if tag[value..].starts_with("b:tab") {
                tag.insert_str(end, &format!(".e{number}"));
            } else {
                tag.replace_range(at..=end, "");
            }
        }
        if let Some(at) = tag.find(" href=\"#") {
            let mut here = String::new();
            escape_into(&mut here, url);
            tag.insert_str(at + " href=\"".len(), &here);
        }
        out.push_str(&tag);
    }
    out.push_str(rest);
    // A place without its id is nothing.
    out.replace("<span class=\"alias\"></span>", "")
}
