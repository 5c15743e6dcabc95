//! Markdown → [`Fragment`]: CommonMark and GFM by pulldown-cmark, with what notebooks add.
//!
//! Markdown alone is safe by construction, since all its text is escaped here. A source that
//! holds HTML is written with placeholders, cleaned as a whole, and woven together again.

mod heading;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd,
    TextMergeWithOffset,
};

use super::clean::{self, Origin, Pieces};
use super::fragment::{Fragment, Image, Label, Slot};
use super::page::{PageState, link};
use super::{block, math};
use crate::diagnostic::{Note, Rule};

/// What stands in for formulas while Markdown is parsed. The first pair of private characters
/// that the source does not hold is taken, so nobody can write one by hand.
const MARKS: [(char, char); 3] =
    [('\u{e000}', '\u{e001}'), ('\u{f0000}', '\u{f0001}'), ('\u{100000}', '\u{100001}')];

/// The longest Markdown of one cell or output that is rendered, in bytes.
const MAX_SOURCE: usize = 4_000_000;

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST
}

/// Renders one Markdown source into the page at work.
pub(super) fn render(source: &str, page: &mut PageState) -> Fragment {
    if source.len() > MAX_SOURCE {
        page.note(
            Note::warning(
                Rule::Output,
                format!("{} MB of Markdown stand as plain text", source.len() / 1_000_000),
            )
            .help("split it: no reader reads that much on one page"),
        );
        let mut out = Fragment::new();
        out.markup("<pre class=\"text\" tabindex=\"0\">");
        out.text(source.get(..MAX_SOURCE).unwrap_or_default());
        out.markup("…</pre>\n");
        return out;
    }
    let (open, close) =
        MARKS.into_iter().find(|(open, close)| !source.contains([*open, *close])).unwrap_or(MARKS[2]);
    let formulas = math::find(source);
    let mut masked = String::with_capacity(source.len());
    let mut done = 0;
    for (number, formula) in formulas.iter().enumerate() {
        masked.push_str(&source[done..formula.range.start]);
        masked.push(open);
        masked.push_str(&number.to_string());
        masked.push(close);
        done = formula.range.end;
    }
    masked.push_str(&source[done..]);
    let parser = Parser::new_ext(&masked, options()).into_offset_iter();
    let events: Vec<(Event<'_>, Range<usize>)> = TextMergeWithOffset::new(parser).collect();
    let has_html = events.iter().any(|(event, _)| matches!(event, Event::Html(_) | Event::InlineHtml(_)));
    let mut writer = Writer {
        source,
        masked: &masked,
        formulas: &formulas,
        marks: (open, close),
        page,
        out: Fragment::new(),
        saved: Vec::new(),
        pieces: has_html.then(|| Pieces::new(source)),
        links: 0,
        code: None,
        image: None,
        heading: None,
        table: None,
        footnotes: Vec::new(),
        numbers: HashMap::new(),
        paragraph: None,
        line: 1,
        line_at: 0,
        lines_hidden: 0,
        next_formula: 0,
        set: HashSet::new(),
        blocks: 0,
        html_title: false,
    };
    for (event, range) in events {
        writer.event(event, range);
    }
    writer.finish()
}

struct Writer<'a> {
    source: &'a str,
    masked: &'a str,
    formulas: &'a [math::Formula],
    marks: (char, char),
    page: &'a mut PageState,
    out: Fragment,
    /// What is written once the inner part on which `out` works now is done.
    saved: Vec<Fragment>,
    /// The placeholders, where the source holds HTML.
    pieces: Option<Pieces>,
    links: u32,
    code: Option<(String, String)>,
    image: Option<PendingImage>,
    heading: Option<PendingHeading>,
    table: Option<Table>,
    footnotes: Vec<(String, Fragment)>,
    numbers: HashMap<String, usize>,
    paragraph: Option<String>,
    line: u32,
    line_at: usize,
    lines_hidden: u32,
    next_formula: usize,
    /// The formulas that were set.
    set: HashSet<usize>,
    blocks: usize,
    /// Whether a first heading was written in HTML: the cleaner takes the title from it.
    html_title: bool,
}

struct PendingImage {
    target: String,
    title: String,
    alt: String,
    line: u32,
    depth: usize,
}

struct PendingHeading {
    level: u8,
    id: Option<String>,
    text: String,
    is_title: bool,
}

struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    head: bool,
}

impl Writer<'_> {
    /// The line of the source on which `offset` of the masked text stands.
    fn line_of(&mut self, offset: usize) -> u32 {
        let offset = offset.min(self.masked.len());
        if offset > self.line_at {
            let passed = &self.masked.as_bytes()[self.line_at..offset];
            self.line += u32::try_from(memchr::memchr_iter(b'\n', passed).count()).unwrap_or(0);
            self.line_at = offset;
        }
        self.line + self.lines_hidden
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let line = self.line_of(range.start);
        if self.image.is_some() {
            return self.inside_image(event);
        }
        if let Some((_, code)) = &mut self.code {
            match event {
                Event::Text(text) => code.push_str(&text),
                Event::End(TagEnd::CodeBlock) => self.end_code(),
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, line),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, line),
            Event::Code(text) => {
                self.gather(&text);
                self.out.markup("<code>");
                self.out.text(&self.unmask(&text));
                self.out.markup("</code>");
            }
            Event::InlineMath(text) | Event::DisplayMath(text) => self.out.text(&text),
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            Event::FootnoteReference(name) => self.footnote_reference(&name),
            Event::SoftBreak => {
                self.gather(" ");
                self.out.markup("\n");
            }
            Event::HardBreak => {
                self.gather(" ");
                self.out.markup("<br>\n");
            }
            Event::Rule => self.out.markup("<hr>\n"),
            Event::TaskListMarker(done) => {
                let mut piece = Fragment::new();
                piece.markup("<input type=\"checkbox\" class=\"task\" disabled");
                piece.markup(if done { " checked aria-label=\"" } else { " aria-label=\"" });
                piece.label(if done { Label::Done } else { Label::ToDo });
                piece.markup("\"> ");
                self.piece(piece, false);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, line: u32) {
        if !matches!(
            tag,
            Tag::Heading { .. }
                | Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
                | Tag::Link { .. }
                | Tag::Image { .. }
        ) {
            self.blocks += 1;
        }
        match tag {
            Tag::Paragraph => {
                self.paragraph = Some(String::new());
                self.out.markup("<p>");
            }
            Tag::Heading { level, id, .. } => self.start_heading(level, id),
            Tag::BlockQuote(kind) => match kind {
                Some(kind) => self.start_admonition(kind),
                None => self.out.markup("<blockquote>\n"),
            },
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((info, String::new()));
            }
            Tag::List(Some(1)) => self.out.markup("<ol>\n"),
            Tag::List(Some(start)) => self.out.markup(&format!("<ol start=\"{start}\">\n")),
            Tag::List(None) => self.out.markup("<ul>\n"),
            Tag::Item => self.out.markup("<li>"),
            Tag::DefinitionList => self.out.markup("<dl>\n"),
            Tag::DefinitionListTitle => self.out.markup("<dt>"),
            Tag::DefinitionListDefinition => self.out.markup("<dd>"),
            Tag::Table(alignments) => {
                self.table = Some(Table { alignments, column: 0, head: false });
                self.frame_table();
                self.out.markup("<table>\n");
            }
            Tag::TableHead => {
                self.out.markup("<thead><tr>");
                if let Some(table) = &mut self.table {
                    (table.head, table.column) = (true, 0);
                }
            }
            Tag::TableRow => {
                self.out.markup("<tr>");
                if let Some(table) = &mut self.table {
                    (table.head, table.column) = (false, 0);
                }
            }
            Tag::TableCell => self.start_table_cell(),
            Tag::Emphasis => self.out.markup("<em>"),
            Tag::Strong => self.out.markup("<strong>"),
            Tag::Strikethrough => self.out.markup("<del>"),
            Tag::Link { link_type, dest_url, title, .. } => {
                self.start_link(link_type, &dest_url, &title, line)
            }
            Tag::Image { dest_url, title, .. } => {
                let target = self.unmask(&dest_url);
                let title = self.unmask(&title);
                self.image = Some(PendingImage { target, title, alt: String::new(), line, depth: 0 });
            }
            Tag::FootnoteDefinition(name) => {
                self.saved.push(std::mem::take(&mut self.out));
                self.footnotes.push((name.to_string(), Fragment::new()));
            }
            Tag::HtmlBlock | Tag::MetadataBlock(_) | Tag::Superscript | Tag::Subscript => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                if let Some(text) = self.paragraph.take() {
                    self.page.words += text.split_whitespace().count();
                    if self.page.first_paragraph.is_empty() && self.saved.is_empty() {
                        self.page.first_paragraph = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    }
                }
                self.out.markup("</p>\n");
            }
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::BlockQuote(kind) => {
                self.out.markup(if kind.is_some() { "</div>\n" } else { "</blockquote>\n" })
            }
            TagEnd::List(true) => self.out.markup("</ol>\n"),
            TagEnd::List(false) => self.out.markup("</ul>\n"),
            TagEnd::Item => self.out.markup("</li>\n"),
            TagEnd::DefinitionList => self.out.markup("</dl>\n"),
            TagEnd::DefinitionListTitle => self.out.markup("</dt>\n"),
            TagEnd::DefinitionListDefinition => self.out.markup("</dd>\n"),
            TagEnd::Table => {
                self.table = None;
                self.out.markup("</tbody></table>\n");
                if self.pieces.is_none() {
                    self.out.markup("</div>\n");
                }
            }
            TagEnd::TableHead => self.out.markup("</tr></thead>\n<tbody>\n"),
            TagEnd::TableRow => self.out.markup("</tr>\n"),
            TagEnd::TableCell => {
                let head = self.table.as_ref().is_some_and(|table| table.head);
                self.out.markup(if head { "</th>" } else { "</td>" });
            }
            TagEnd::Emphasis => self.out.markup("</em>"),
            TagEnd::Strong => self.out.markup("</strong>"),
            TagEnd::Strikethrough => self.out.markup("</del>"),
            TagEnd::Link => {
                self.links = self.links.saturating_sub(1);
                self.out.markup("</a>");
            }
            TagEnd::FootnoteDefinition => {
                let note = std::mem::replace(&mut self.out, self.saved.pop().unwrap_or_default());
                if let Some(last) = self.footnotes.iter_mut().rev().find(|(_, text)| text.is_empty()) {
                    last.1 = note;
                }
            }
            _ => {}
        }
    }

    /// A piece of our own: as it is, or behind a placeholder where all is cleaned later.
    fn piece(&mut self, piece: Fragment, block: bool) {
        match &mut self.pieces {
            Some(pieces) => {
                let mark = if block { pieces.block(piece) } else { pieces.inline(piece) };
                self.out.markup(&mark);
            }
            None => self.out.append(piece),
        }
    }

    /// Keeps text for what is made of it beside the page: headings, the description.
    fn gather(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        } else if let Some(paragraph) = &mut self.paragraph {
            paragraph.push_str(text);
        }
    }

    fn text(&mut self, text: &str, line: u32) {
        let mut rest = text;
        while let Some((before, number, after)) = self.split_mark(rest) {
            self.plain(before, line);
            self.formula(number, line);
            rest = after;
        }
        self.plain(rest, line);
    }

    /// The text before the first formula's mark, the formula's number, the text behind.
    fn split_mark<'t>(&self, text: &'t str) -> Option<(&'t str, usize, &'t str)> {
        let (before, rest) = text.split_once(self.marks.0)?;
        let (number, after) = rest.split_once(self.marks.1)?;
        Some((before, number.parse().ok()?, after))
    }

    /// `text` with the formulas in it as their source.
    fn unmask(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, number, after)) = self.split_mark(rest) {
            out.push_str(before);
            if let Some(formula) = self.formulas.get(number) {
                out.push_str(&self.source[formula.range.clone()]);
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn formula(&mut self, number: usize, line: u32) {
        let Some(formula) = self.formulas.get(number) else { return };
        // An entity can write the mark as well; each formula stands where it stood, and once.
        if !self.set.insert(number) {
            return;
        }
        let tex = &self.source[formula.tex.clone()];
        self.gather(tex.trim());
        let mut piece = Fragment::new();
        if let Err(why) = self.page.math.set(tex, formula.display, piece.raw()) {
            self.page.note(
                Note::warning(Rule::Math, format!("the formula stands as TeX: {why}"))
                    .at_line(line)
                    .help("rewrite it with commands that MathML has an answer to"),
            );
        }
        if number >= self.next_formula {
            let hidden = memchr::memchr_iter(b'\n', self.source[formula.range.clone()].as_bytes()).count();
            self.lines_hidden += u32::try_from(hidden).unwrap_or(0);
            self.next_formula = number + 1;
        }
        self.piece(piece, false);
    }

    /// Text without formulas; bare URLs become links.
    fn plain(&mut self, text: &str, line: u32) {
        self.gather(text);
        let mut rest = text;
        while self.links == 0 {
            let Some((at, end)) = block::bare_url(rest) else { break };
            self.out.text(&rest[..at]);
            let url = &rest[at..end];
            self.open_link(url, "", line);
            self.out.text(url);
            self.out.markup("</a>");
            rest = &rest[end..];
        }
        self.out.text(rest);
    }

    fn html(&mut self, html: &str) {
        let lower = html.as_bytes().windows(3).any(|start| start.eq_ignore_ascii_case(b"<h1"));
        self.html_title |= lower;
        let mut rest = html;
        while let Some((before, number, after)) = self.split_mark(rest) {
            self.out.markup(before);
            let line = self.line;
            self.formula(number, line);
            rest = after;
        }
        self.out.markup(rest);
    }

    fn open_link(&mut self, target: &str, title: &str, line: u32) {
        let link = link(target, self.page, line);
        match &mut self.pieces {
            Some(pieces) => {
                let url = pieces.link(link);
                self.out.markup(&format!("<a href=\"{url}\""));
            }
            None => {
                self.out.markup("<a");
                self.out.slot(Slot::Href(link));
            }
        }
        if !title.is_empty() {
            self.out.markup(" title=\"");
            self.out.attribute(title);
            self.out.markup("\"");
        }
        self.out.markup(">");
    }

    fn start_link(&mut self, kind: LinkType, target: &str, title: &str, line: u32) {
        self.links += 1;
        let target = self.unmask(target);
        let target = if kind == LinkType::Email { format!("mailto:{target}") } else { target };
        let title = self.unmask(title);
        self.open_link(&target, &title, line);
    }

    fn inside_image(&mut self, event: Event<'_>) {
        let Some(image) = &mut self.image else { return };
        match event {
            Event::Text(text) | Event::Code(text) => image.alt.push_str(&text),
            Event::SoftBreak | Event::HardBreak => image.alt.push(' '),
            Event::Start(Tag::Image { .. }) => image.depth += 1,
            Event::End(TagEnd::Image) if image.depth > 0 => image.depth -= 1,
            Event::End(TagEnd::Image) => {
                let Some(PendingImage { target, title, alt, line, .. }) = self.image.take() else { return };
                let alt = self.unmask(&alt);
                // Badges are no words of a description.
                if self.heading.is_some() {
                    self.gather(&alt);
                }
                let image = Image {
                    link: link(&target, self.page, line),
                    alt,
                    title,
                    attributes: String::new(),
                    linked: self.links > 0,
                };
                let piece = self.page.image(image);
                self.piece(piece, false);
            }
            _ => {}
        }
    }

    fn start_admonition(&mut self, kind: BlockQuoteKind) {
        let (class, label) = match kind {
            BlockQuoteKind::Note => ("note", Label::Note),
            BlockQuoteKind::Tip => ("tip", Label::Tip),
            BlockQuoteKind::Important => ("important", Label::Important),
            BlockQuoteKind::Warning => ("warning", Label::Warning),
            BlockQuoteKind::Caution => ("caution", Label::Caution),
        };
        self.out.markup(&format!("<div class=\"admonition admonition-{class}\">\n"));
        let mut title = Fragment::new();
        title.markup("<p class=\"admonition-title\">");
        title.label(label);
        title.markup("</p>\n");
        self.piece(title, true);
    }

    fn frame_table(&mut self) {
        if self.pieces.is_none() {
            self.out.markup("<div class=\"table-wrap\" tabindex=\"0\">");
        }
    }

    fn start_table_cell(&mut self) {
        let Some(table) = &mut self.table else { return };
        let align = match table.alignments.get(table.column) {
            Some(Alignment::Left) => " style=\"text-align:left\"",
            Some(Alignment::Center) => " style=\"text-align:center\"",
            Some(Alignment::Right) => " style=\"text-align:right\"",
            _ => "",
        };
        table.column += 1;
        let name = if table.head { "th" } else { "td" };
        self.out.markup(&format!("<{name}{align}>"));
    }

    fn end_code(&mut self) {
        let Some((info, text)) = self.code.take() else { return };
        let text = self.unmask(&text);
        let lang = block::fence_lang(&info);
        let piece = block::code_block(&text, &lang);
        self.piece(piece, true);
    }

    fn footnote_reference(&mut self, name: &str) {
        let next = self.numbers.len() + 1;
        let number = *self.numbers.entry(name.to_owned()).or_insert(next);
        let cell = self.page.at.number;
        let mut piece = Fragment::new();
        piece.markup(&format!(
            "<sup class=\"footnote-ref\"><a href=\"#b:fn{cell}.{number}\" id=\"b:fr{cell}.{number}\">{number}</a></sup>"
        ));
        // A second reference to the same note has no id of its own.
        if number != next {
            piece = Fragment::new();
            piece.markup(&format!(
                "<sup class=\"footnote-ref\"><a href=\"#b:fn{cell}.{number}\">{number}</a></sup>"
            ));
        }
        self.piece(piece, false);
    }

    fn finish(mut self) -> Fragment {
        let cell = self.page.at.number;
        let footnotes = std::mem::take(&mut self.footnotes);
        let referred = self.numbers.len();
        let mut notes: Vec<(usize, Fragment)> = Vec::with_capacity(footnotes.len());
        for (name, text) in footnotes {
            // A note that nothing refers to is text all the same.
            let next = self.numbers.len() + 1;
            notes.push((*self.numbers.entry(name).or_insert(next), text));
        }
        notes.sort_by_key(|(number, _)| *number);
        let mut frame: Vec<(Fragment, Fragment, Fragment)> = Vec::new();
        for (number, text) in notes {
            let mut open = Fragment::new();
            open.markup(&format!("<li id=\"b:fn{cell}.{number}\">"));
            let mut close = Fragment::new();
            // Nothing leads back where nothing led here.
            if number <= referred {
                close.markup(&format!(
                    "<a class=\"footnote-back\" href=\"#b:fr{cell}.{number}\" aria-label=\""
                ));
                close.label(Label::Back);
                close.markup("\">↩</a>");
            }
            close.markup("</li>\n");
            frame.push((open, text, close));
        }
        if !frame.is_empty() {
            let mut open = Fragment::new();
            open.markup("<section class=\"footnotes\" aria-label=\"");
            open.label(Label::Footnotes);
            open.markup("\"><ol>\n");
            self.piece(open, true);
            for (open, text, close) in frame {
                self.piece(open, true);
                self.out.append(text);
                self.piece(close, true);
            }
            let mut close = Fragment::new();
            close.markup("</ol></section>\n");
            self.piece(close, true);
        }
        match self.pieces.take() {
            Some(pieces) => {
                let origin = Origin { cell, line: 1 };
                clean::clean(self.out.html(), pieces, origin, self.page)
            }
            None => self.out,
        }
    }
}
