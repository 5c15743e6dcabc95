//! References by name: figures, tables, listings, equations, sections, terms, pages.

use super::fill::Filler;
use super::links::Target as Aim;
use super::record::shorten;
use super::{PageId, Site};
use crate::diagnostic::{Note, Rule};
use crate::html::{escape, escape_into};
use crate::render::{Kind, Label, Reference, Target, Words};
use crate::theme::Labels;

/// How many characters the words of a reference have.
const LONGEST: usize = 300;

/// The words of a reference to a target, as HTML.
pub(super) fn words(words: &Words, target: &Target, labels: &Labels) -> String {
    let number = &target.number;
    let counted = |label: fn(u32) -> Label| {
        // A part of a panel has a letter behind its number.
        let digits = number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let named =
            number[..digits].parse().map(|count| format!("{}{}", labels.of(label(count)), &number[digits..]));
        named.unwrap_or_else(|_| target.title.clone())
    };
    let by_number = || match target.kind {
        Kind::Figure if !number.is_empty() => counted(Label::Figure),
        Kind::Table if !number.is_empty() => counted(Label::Table),
        Kind::Listing if !number.is_empty() => counted(Label::Listing),
        Kind::Equation => format!("{} ({number})", labels.get("equation")),
        Kind::Section if !number.is_empty() => format!("{} {number}", labels.get("section_number")),
        _ if !target.title.is_empty() => target.title.clone(),
        _ => target.label.clone(),
    };
    let text = match words {
        Words::Given(html) => return html.clone(),
        Words::Title => match target.kind {
            Kind::Section | Kind::Spot | Kind::Term | Kind::Cell | Kind::Statement
                if !target.title.is_empty() =>
            {
                target.title.clone()
            }
            _ => by_number(),
        },
        Words::Number => by_number(),
        Words::Template(template) => {
            let title = shorten(&target.title, LONGEST);
            let number = if number.is_empty() { &title } else { number };
            let template = shorten(template, LONGEST);
            template.replace("%s", number).replace("{number}", number).replace("{name}", &title)
        }
        Words::Equation => format!("({number})"),
    };
    // A title or a template may be long, and named again and again.
    escape(&shorten(&text, LONGEST)).into_owned()
}

impl Filler<'_> {
    pub(super) fn reference(&mut self, reference: &Reference, out: &mut String) {
        let name = reference.link.target.trim();
        let plain = name.trim_start_matches('#');
        if let Some((page, place)) = self.site.named(self.page, plain) {
            let target = &self.site.pages[page].outline.targets[place];
            let link = self.site.target_link(page, place, self.at);
            if let Aim::Inside(url) = link.target {
                return anchor(&url, &self.words_for(reference, page, target), out);
            }
        }
        // No name of the table: a heading of the page, or a page by its path.
        let heading = self.site.resolve(self.page, self.at, &format!("#{plain}"));
        let resolved = match heading.target {
            Aim::Inside(_) if !plain.contains(['/', '.']) => heading,
            _ => self.site.resolve(self.page, self.at, name),
        };
        match (&resolved.target, &resolved.page) {
            (Aim::Inside(url), page) => {
                if let Some(file) = &resolved.file {
                    self.out.files.insert(file.clone());
                }
                let text = match (&reference.words, page) {
                    (Words::Given(html), _) => html.clone(),
                    (_, Some((page, anchor))) => {
                        escape(&shorten(&self.site.title_at(*page, anchor.as_deref()), LONGEST)).into_owned()
                    }
                    (_, None) => escape(&reference.fallback).into_owned(),
                };
                anchor(url, &text, out);
            }
            (Aim::Outside(address), _) => {
                let text = match &reference.words {
                    Words::Given(html) => html.clone(),
                    _ => escape(&reference.fallback).into_owned(),
                };
                anchor(address.as_str(), &text, out);
            }
            (Aim::Dead { .. }, _) => {
                // `@sec-team` may be somebody's name, where no section of the site has one.
                let kind = plain.split_once('-').map_or(plain, |(kind, _)| kind);
                // Names of other projects (Sphinx's inventories), and pages that only Sphinx makes.
                let is_foreign =
                    plain.split_once(':').is_some_and(|(project, _)| {
                        !project.is_empty()
                            && project.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                    }) || matches!(plain.rsplit('/').next(), Some("genindex" | "modindex" | "search"));
                let is_name = is_foreign
                    || reference.fallback.starts_with('@')
                        && !matches!(kind, "fig" | "tbl" | "lst" | "eq")
                        && !self.site.labels.keys().any(|label| label.split('-').next() == Some(kind));
                if !is_name {
                    self.note(
                        &reference.link,
                        Note::warning(Rule::Reference, format!("nothing has the name `{plain}`"))
                            .help(self.nearest_name(plain)),
                    );
                }
                match &reference.words {
                    Words::Given(html) => out.push_str(html),
                    _ => escape_into(out, &reference.fallback),
                }
            }
        }
    }

    /// The words of a reference inside of a link: the title of what that leads to, or its number.
    pub(super) fn words_alone(&mut self, reference: &Reference, out: &mut String) {
        let name = reference.link.target.trim();
        if let Some((page, place)) = name.strip_prefix('#').and_then(|name| self.site.named(self.page, name))
        {
            let target = &self.site.pages[page].outline.targets[place];
            out.push_str(&self.words_for(reference, page, target));
            return;
        }
        let text = match self.site.resolve(self.page, self.at, name).page {
            Some((page, anchor)) => shorten(&self.site.title_at(page, anchor.as_deref()), LONGEST),
            None => reference.fallback.clone(),
        };
        match &reference.words {
            Words::Template(template) => {
                escape_into(out, &shorten(template, LONGEST).replace("{name}", &text))
            }
            _ => escape_into(out, &text),
        }
    }

    /// The words of a reference; the name of a page is that of its title.
    fn words_for(&self, reference: &Reference, page: PageId, target: &Target) -> String {
        let labels = self.site.theme.labels();
        if target.kind == Kind::Section && target.title.is_empty() {
            let title = self.site.pages[page].title.clone();
            return words(&reference.words, &Target { title, ..target.clone() }, labels);
        }
        words(&reference.words, target, labels)
    }

    fn nearest_name(&self, name: &str) -> String {
        let own = self.site.pages[self.page].outline.targets.iter().map(|target| target.label.as_str());
        // A page may hold thousands of names, and thousands of references to none of them.
        let near = own
            .filter(|known| known.len().abs_diff(name.len()) <= 2)
            .take(300)
            .map(|known| (strsim::damerau_levenshtein(known, name), known))
            .filter(|(distance, _)| *distance <= 2)
            .min();
        match near {
            Some((_, near)) => format!("did you mean `{near}`?"),
            None => "give something this name, or mend the reference".to_owned(),
        }
    }
}

fn anchor(url: &str, words: &str, out: &mut String) {
    out.push_str("<a class=\"ref\" href=\"");
    escape_into(out, url);
    out.push_str("\">");
    out.push_str(words);
    out.push_str("</a>");
}

impl Site {
    /// What has a name, seen from a page: its own first.
    pub(super) fn named(&self, page: PageId, name: &str) -> Option<(PageId, usize)> {
        let own = self.pages[page].outline.targets.iter().position(|target| target.label == name);
        own.map(|place| (page, place)).or_else(|| self.labels.get(name).copied())
    }

    /// The title of a page, or of the heading that an anchor on it means.
    pub(super) fn title_at(&self, page: PageId, anchor: Option<&str>) -> String {
        let record = &self.pages[page];
        let heading =
            anchor.and_then(|anchor| record.outline.headings.iter().find(|heading| heading.id == anchor));
        heading.map_or_else(|| record.title.clone(), |heading| heading.text.clone())
    }
}
