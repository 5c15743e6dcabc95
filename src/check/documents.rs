//! What makes a good page: its title, its headings, its words for pictures, and what the repo asks
//! for.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use pulldown_cmark::{Event, Tag, TagEnd};
use regex::bytes::Regex;
use serde_json::Value;

use crate::config::checks::Asked;
use crate::diagnostic::{Lines, Note, Rule};
use crate::notebook::{Cell, CellKind, FrontMatter, Published};
use crate::render;
use crate::site::{PageKind, PageRecord};

/// Asks a page, as readers see it.
pub(super) fn ask(
    published: &Published,
    (page, today): (&PageRecord, Date),
    asked: &Asked,
    notes: &mut Vec<Note>,
) {
    let mut outline = Levels::default();
    for cell in &published.notebook().cells {
        if matches!(cell.kind, CellKind::Markdown) {
            prose(cell, &mut outline, notes);
        }
    }
    outline.say(page, notes);
    if page.outline.words > asked.limits.words {
        let said = format!(
            "the page has {} words of prose, and {} are allowed",
            page.outline.words, asked.limits.words
        );
        notes.push(Note::info(Rule::PageLong, said).help("split it, one task a page"));
    }
    required(page, asked, notes);
    if let Some(note) = review(&page.front, today) {
        notes.push(note);
    }
}

/// The headings of a page so far.
#[derive(Default)]
struct Levels {
    last: u8,
    /// The second heading of the first level, and how many there are.
    second: Option<Note>,
    tops: usize,
    any: bool,
}

impl Levels {
    fn add(&mut self, level: u8, (cell, line): (&Cell, u32), notes: &mut Vec<Note>) {
        self.any = true;
        if level == 1 {
            self.tops += 1;
            if self.tops == 2 {
                self.second = Some(Note::warning(Rule::TitleSeveral, "").in_cell(&cell.at).at_line(line));
            }
        }
        if self.last > 0 && level > self.last + 1 {
            let said = format!("a heading of level {level} stands below one of level {}", self.last);
            let help = format!("make it `{}`", "#".repeat(usize::from(self.last) + 1));
            notes.push(Note::info(Rule::HeadingSkipped, said).in_cell(&cell.at).at_line(line).help(help));
        }
        self.last = level;
    }

    fn say(self, page: &PageRecord, notes: &mut Vec<Note>) {
        // The headings of a talk are those of its slides.
        if page.kind != PageKind::Talk {
            let said = format!(
                "the page has {} headings of the first level, of which this is the second",
                self.tops
            );
            let note =
                self.second.map(|note| Note { message: said, ..note }.help("make all but the title `##`"));
            notes.extend(note);
        }
        let has_title = page.front.title.is_some() || page.outline.title.is_some() || self.any;
        let name = page.source.stem().to_ascii_lowercase();
        let is_of_forges =
            ["license", "copying", "pull_request_template"].iter().any(|kind| name.starts_with(kind));
        if !has_title && !is_of_forges {
            let said = format!("the page has no title; lists and search call it `{}`", page.title);
            notes.push(
                Note::warning(Rule::TitleMissing, said).help("begin with a heading: `# What it is for`"),
            );
        }
    }
}

/// Asks the Markdown of a cell.
fn prose(cell: &Cell, outline: &mut Levels, notes: &mut Vec<Note>) {
    let source = cell.source.as_str();
    let mut lines = Lines::new(source);
    let mut say = |note: Note, line: u32| notes.push(note.in_cell(&cell.at).at_line(line));
    let mut found = Vec::new();
    let mut drawn: Vec<(Range<usize>, String)> = Vec::new();
    // Links and code, where a URL is at home; a picture and its words; a head and its words.
    let mut within = 0_usize;
    let mut picture: Option<(u32, bool)> = None;
    let mut head: Option<(u32, bool)> = None;
    for (event, range) in render::events(source) {
        let line = lines.of(range.start);
        match event {
            Event::Start(Tag::Heading { level, .. }) => outline.add(level as u8, (cell, line), &mut found),
            Event::Start(Tag::Link { .. } | Tag::CodeBlock(_)) => within += 1,
            Event::End(TagEnd::Link | TagEnd::CodeBlock) => within = within.saturating_sub(1),
            Event::Start(Tag::Image { dest_url, .. }) => {
                within += 1;
                // MyST embeds cells in the form of pictures.
                let is_embed = dest_url.starts_with('#') || dest_url.starts_with("xref:");
                picture = Some((line, is_embed));
            }
            Event::End(TagEnd::Image) => {
                within = within.saturating_sub(1);
                if let Some((line, false)) = picture.take() {
                    say(no_words(), line);
                }
            }
            Event::Start(Tag::TableHead) => head = Some((line, false)),
            Event::End(TagEnd::TableHead) => {
                if let Some((line, false)) = head.take() {
                    say(no_head("the head of the table is empty"), line);
                }
            }
            Event::Text(text) => {
                let says = !text.trim().is_empty();
                picture = picture.map(|(line, said)| (line, said || says));
                head = head.map(|(line, said)| (line, said || says));
                if within == 0
                    && let Some(target) = unlinked(&text)
                {
                    let said = format!("`{target}` holds spaces, so this is no link");
                    let help = format!("write `<{target}>`, or `%20` for each space");
                    say(Note::error(Rule::LinkDead, said).help(help), line);
                }
                if within == 0 && bare_url(&text) {
                    let note = Note::info(Rule::BareUrl, "a URL stands as text");
                    say(note.help("name where it leads: `[the dashboard](https://…)`"), line);
                }
            }
            Event::Code(text) => {
                let says = !text.trim().is_empty();
                picture = picture.map(|(line, said)| (line, said || says));
                head = head.map(|(line, said)| (line, said || says));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                head = head.map(|(line, _)| (line, true));
                tags(&html, "<h1").for_each(|_| outline.add(1, (cell, line), &mut found));
                drawn.push((range.clone(), html.to_string()));
                for tag in tags(&html, "<img") {
                    if !tag.contains("alt=") && !tag.contains("aria-hidden") && !tag.contains("alt ") {
                        say(no_words(), line);
                    }
                }
            }
            _ => {}
        }
    }
    tables(source, &drawn, &mut say);
    notes.append(&mut found);
}

fn no_words() -> Note {
    Note::warning(Rule::ImageAlt, "the picture has no words for those who do not see it")
        .help("write what it shows: `![Requests per second, last hour](…)`")
}

fn no_head(said: &str) -> Note {
    Note::info(Rule::TableHead, said).help("name what its columns hold")
}

/// Tables of HTML without a head: they go over several pieces of HTML, and
/// each ends where it is closed or the next begins.
fn tables(source: &str, html: &[(Range<usize>, String)], say: &mut impl FnMut(Note, u32)) {
    // What is no HTML, as code that shows some, stands blank.
    let mut lower = " ".repeat(source.len()).into_bytes();
    for (range, _) in html {
        if let (Some(to), Some(from)) = (lower.get_mut(range.clone()), source.as_bytes().get(range.clone())) {
            to.copy_from_slice(from);
        }
    }
    let lower = String::from_utf8_lossy(&lower).to_ascii_lowercase();
    let starts: Vec<usize> = lower.match_indices("<table").map(|(at, _)| at).collect();
    let mut ends = lower.match_indices("</table").map(|(at, _)| at).peekable();
    let (mut line, mut counted) = (1_u32, 0);
    for (index, &at) in starts.iter().enumerate() {
        let next = starts.get(index + 1).copied().unwrap_or(lower.len());
        while ends.next_if(|end| *end < at).is_some() {}
        let end = ends.peek().map_or(next, |end| next.min(*end));
        let table = &lower[at..end];
        let breaks = source.get(counted..at).unwrap_or_default().matches('\n').count();
        (line, counted) = (line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX)), at);
        // Tables that only place things have no head.
        let is_layout = table.matches("<tr").count() < 3
            || ["role=\"presentation\"", "border:none", "border: none", "border:0", "<img", "<input"]
                .iter()
                .any(|sign| table.contains(sign));
        if !table.contains("<th") && !is_layout {
            say(no_head("the table has no head"), line);
        }
    }
}

/// The tags that begin so, in lower case.
fn tags<'a>(html: &'a str, start: &'a str) -> impl Iterator<Item = String> + 'a {
    let lower = html.to_ascii_lowercase();
    let places: Vec<usize> = lower.match_indices(start).map(|(at, _)| at).collect();
    places.into_iter().map(move |at| lower[at..].split('>').next().unwrap_or_default().to_owned())
}

/// The target of what looks like a link and is none, since it holds spaces.
fn unlinked(text: &str) -> Option<&str> {
    static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let files = "ipynb|md|qmd|html?|png|jpe?g|gif|svg|pdf|csv|txt|py|sh";
        Regex::new(&format!(r"\[[^\[\]]+\]\(([^()<>]* [^()<>]*\.(?:{files}))\)")).ok()
    });
    let found = LINK.as_ref()?.captures(text.as_bytes())?.get(1)?;
    text.get(found.range())
}

fn bare_url(text: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        text.match_indices(scheme)
            .any(|(at, _)| text[at + scheme.len()..].starts_with(|c: char| c.is_alphanumeric()))
    })
}

/// What a key of front matter says, as one text.
pub(super) fn value(front: &FrontMatter, key: &str) -> Option<String> {
    let text = match front.all.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => return None,
        Value::Array(list) if list.is_empty() => return None,
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// What the repo asks for.
fn required(page: &PageRecord, asked: &Asked, notes: &mut Vec<Note>) {
    let require = &asked.require;
    for key in &require.front_matter {
        if value(&page.front, key).is_none() {
            notes.push(
                Note::error(Rule::FrontMatterRequired, format!("the page does not say its `{key}`"))
                    .help(format!("write `{key}: …` into its front matter")),
            );
        }
    }
    for (key, allowed) in &require.values {
        let said = match page.front.all.get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        for said in said {
            let text = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
            if !allowed.contains(&text) {
                notes.push(
                    Note::error(Rule::FrontMatterValue, format!("`{key}` is `{text}`"))
                        .help(format!("use one of: {}", allowed.join(", "))),
                );
            }
        }
    }
    let headings: Vec<String> = page.outline.headings.iter().map(|heading| plain(&heading.text)).collect();
    for wanted in &require.headings {
        let has = wanted.split('|').map(plain).any(|wanted| headings.contains(&wanted));
        if !has {
            notes.push(
                Note::error(Rule::HeadingRequired, format!("the page has no heading `{}`", wanted.trim()))
                    .help("add the section, at whatever level"),
            );
        }
    }
}

/// A heading as it is compared: without case, numbers before it and what stands around words.
fn plain(text: &str) -> String {
    let text = text.trim().trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Whether the review of a page is due: `review_by`, or `last_reviewed_on` and `review_in` (as in
/// <https://tdt-documentation.london.cloudapps.digital/configure_project/frontmatter/>).
fn review(front: &FrontMatter, today: Date) -> Option<Note> {
    let date = |key: &str| {
        let said = value(front, key)?;
        let parsed = said.get(..10).unwrap_or(&said).parse::<Date>();
        Some((said, parsed))
    };
    let wrong = |key: &str, said: &str, wanted: &str| {
        Note::warning(Rule::FrontMatter, format!("`{key}` is `{said}`, which means nothing"))
            .help(wanted.to_owned())
    };
    const AS_DATE: &str = "write a date as 2026-11-02";
    let due = match (date("review_by"), date("last_reviewed_on")) {
        (Some((said, Err(_))), _) => return Some(wrong("review_by", &said, AS_DATE)),
        (Some((_, Ok(due))), _) => due,
        (None, Some((said, Err(_)))) => return Some(wrong("last_reviewed_on", &said, AS_DATE)),
        (None, Some((_, Ok(last)))) => {
            let said = value(front, "review_in")?;
            let span = said.parse::<Span>().ok().or_else(|| Some(said.parse::<i64>().ok()?.days()));
            match span.and_then(|span| last.checked_add(span).ok()) {
                Some(due) => due,
                None => return Some(wrong("review_in", &said, "write a time as `6 months` or `90 days`")),
            }
        }
        (None, None) => return None,
    };
    (due < today).then(|| {
        Note::warning(Rule::ReviewDue, format!("the review of the page was due on {due}"))
            .help("read it, mend it, and set `last_reviewed_on` to the day")
    })
}
