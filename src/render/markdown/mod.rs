//! Markdown → [`Fragment`]: CommonMark and GFM by pulldown-cmark, with what notebooks and the
//! dialects of their publishers add.
//!
//! Markdown alone is safe by construction, since all its text is escaped here. A source that
//! holds HTML is written with placeholders, cleaned as a whole, and woven together again.
//!
//! `containers` rewrites what CommonMark does not know as fences; `directive` shows them,
//! rendering what is inside by the same door.

mod attributes;
mod cite;
mod containers;
mod directive;
mod div;
mod events;
mod footnote;
mod heading;
mod inline;
mod quote;
mod reference;
mod shortcode;
mod table;
mod text;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, LinkType, Options, Tag, TagEnd};

use self::attributes::Attributes;
use super::clean::{self, Origin, Pieces};
use super::fragment::{Fragment, Image, Label, Link, Slot, Words};
use super::page::{PageState, link};
use super::{block, math};
use crate::diagnostic::{Note, Rule};

/// What stands in for formulas while Markdown is parsed. The first pair of private characters
/// that the source does not hold is taken, so nobody can write one by hand.
const MARKS: [(char, char); 3] =
    [('\u{e000}', '\u{e001}'), ('\u{f0000}', '\u{f0001}'), ('\u{100000}', '\u{100001}')];

/// The longest Markdown of one cell or output that is rendered, in bytes.
const MAX_SOURCE: usize = 4_000_000;
/// How deep directives and included texts may nest.
const MAX_DEPTH: u8 = 12;

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST
}

/// The events of a source as pages have them, with where they come from: for those who ask what
/// stands in it.
pub fn events(source: &str) -> Vec<(Event<'_>, Range<usize>)> {
    if source.len() > MAX_SOURCE { Vec::new() } else { events::read(source) }
}

/// Where code stands in blocks of its own, each with the first word behind its fence.
pub fn code_blocks(source: &str) -> Vec<(String, Range<usize>)> {
    let blocks = events(source).into_iter().filter_map(|(event, range)| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
            let word = info.split([' ', ',', '{', '}']).find(|word| !word.is_empty()).unwrap_or_default();
            Some((word.to_lowercase(), range))
        }
        Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Some((String::new(), range)),
        _ => None,
    });
    blocks.collect()
}

/// Renders one Markdown source into the page at work.
pub(super) fn render(source: &str, page: &mut PageState) -> Fragment {
    render_from(source, 0, page)
}

/// Renders what stands inside of a block of the cell, `before` lines below its beginning.
pub(super) fn nested(source: &str, before: u32, page: &mut PageState) -> Fragment {
    if page.depth >= MAX_DEPTH {
        page.note(
            Note::warning(Rule::Directive, "blocks nest too deep; the innermost stands as text")
                .at_line(before.max(1)),
        );
        let mut out = Fragment::new();
        out.markup("<pre class=\"text\" tabindex=\"0\">");
        out.text(source);
        out.markup("</pre>\n");
        return out;
    }
    page.depth += 1;
    let wants_title = std::mem::replace(&mut page.wants_title, false);
    let shown = render_from(source, before, page);
    page.wants_title = wants_title;
    page.depth -= 1;
    shown
}

/// Renders a caption or a title: what stands in one line, without its paragraph.
pub(super) fn line(source: &str, page: &mut PageState) -> Fragment {
    let source = source.trim();
    if source.is_empty() {
        return Fragment::new();
    }
    let words = page.words;
    let first = page.first_paragraph.clone();
    let shown = nested(source, 0, page);
    page.words = words;
    page.first_paragraph = first;
    without_paragraph(shown)
}

/// What is one paragraph, as its words alone.
fn without_paragraph(shown: Fragment) -> Fragment {
    let html = shown.html().trim_end();
    match html.strip_prefix("<p>").and_then(|inner| inner.strip_suffix("</p>")) {
        Some(inner) if !inner.contains("<p>") => shown.part(3..3 + inner.len()),
        _ => shown,
    }
}

fn render_from(source: &str, before: u32, page: &mut PageState) -> Fragment {
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
    let settled = containers::settle(source, page.context.dialects, page.depth > 0);
    let source = settled.as_ref();
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
    let events = events::read(&masked);
    let has_html = events.iter().any(|(event, _)| matches!(event, Event::Html(_) | Event::InlineHtml(_)));
    let group = footnote::group(page);
    let mut writer = Writer {
        source,
        masked: &masked,
        events: &events,
        formulas: &formulas,
        marks: (open, close),
        page,
        out: Fragment::new(),
        saved: Vec::new(),
        pieces: has_html.then(|| Pieces::new(source)),
        outer: Vec::new(),
        links: Vec::new(),
        code: None,
        code_line: 0,
        image: None,
        heading: None,
        table: None,
        footnotes: Vec::new(),
        numbers: HashMap::new(),
        group,
        paragraph: None,
        line: 1,
        line_at: 0,
        lines_hidden: before,
        next_formula: 0,
        set: HashSet::new(),
        blocks: 0,
        html_title: false,
        eaten: 0,
        quotes: Vec::new(),
        upcoming: None,
        pending_caption: None,
    };
    let mut at = 0;
    while at < events.len() {
        at = writer.step(at);
    }
    writer.finish()
}

struct Writer<'a> {
    source: &'a str,
    masked: &'a str,
    events: &'a [(Event<'a>, Range<usize>)],
    formulas: &'a [math::Formula],
    marks: (char, char),
    page: &'a mut PageState,
    out: Fragment,
    /// What is written once the inner part on which `out` works now is done.
    saved: Vec<Fragment>,
    /// The placeholders, where the source holds HTML.
    pieces: Option<Pieces>,
    /// Those of what stands around the inner part at work.
    outer: Vec<Pieces>,
    /// The links that are open: the place behind each opening tag, for links without words.
    links: Vec<(usize, String)>,
    code: Option<(String, String)>,
    /// The line on which that block of code begins.
    code_line: u32,
    image: Option<PendingImage>,
    heading: Option<PendingHeading>,
    table: Option<Table>,
    footnotes: Vec<(String, Fragment)>,
    numbers: HashMap<String, usize>,
    /// What the ids of the footnotes begin with.
    group: String,
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
    /// How many bytes of the next text were read as something else already.
    eaten: usize,
    /// For each open block quote, what closes it.
    quotes: Vec<&'static str>,
    /// The attributes that stand behind the picture at work.
    upcoming: Option<Attributes>,
    /// The caption below the table at work.
    pending_caption: Option<String>,
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

    /// Writes the event at a place, with those behind it that it takes along; back comes the
    /// place of the next one.
    fn step(&mut self, at: usize) -> usize {
        let events = self.events;
        let (event, range) = &events[at];
        if self.image.is_none() && self.code.is_none() {
            let special = match event {
                Event::Start(Tag::Paragraph) => self.special_paragraph(at),
                Event::Start(Tag::BlockQuote(None)) => self.named_quote(at),
                Event::Text(text) => self.role(text, at),
                _ => None,
            };
            if let Some(next) = special {
                return next;
            }
        }
        match event {
            Event::Start(Tag::Table(_)) => self.before_table(at),
            Event::End(TagEnd::Image) => {
                self.upcoming = self.attributes_behind(at + 1).map(|(found, _)| found)
            }
            _ => {}
        }
        self.event(event.clone(), range.clone());
        match event {
            Event::End(TagEnd::Image) if self.image.is_none() => self.skip_attributes(at + 1),
            Event::End(TagEnd::Table) => return self.after_table(at + 1),
            _ => {}
        }
        at + 1
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
            Event::Text(text) => {
                let eaten = std::mem::take(&mut self.eaten).min(text.len());
                self.text(&text[eaten..], line);
            }
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
            Tag::BlockQuote(Some(kind)) => self.start_alert(kind),
            Tag::BlockQuote(None) => {
                self.quotes.push("</blockquote>\n");
                self.out.markup("<blockquote>\n");
            }
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code_line = line;
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
                self.begin_inner();
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
            TagEnd::BlockQuote(_) => {
                let close = self.quotes.pop().unwrap_or("</blockquote>\n");
                self.out.markup(close);
            }
            TagEnd::List(true) => self.out.markup("</ol>\n"),
            TagEnd::List(false) => self.out.markup("</ul>\n"),
            TagEnd::Item => self.out.markup("</li>\n"),
            TagEnd::DefinitionList => self.out.markup("</dl>\n"),
            TagEnd::DefinitionListTitle => self.out.markup("</dt>\n"),
            TagEnd::DefinitionListDefinition => self.out.markup("</dd>\n"),
            TagEnd::Table => {
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
            TagEnd::Link => self.end_link(),
            TagEnd::FootnoteDefinition => {
                let note = self.end_inner();
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

    /// Begins the inside of a block of ours.
    fn begin_inner(&mut self) {
        self.saved.push(std::mem::take(&mut self.out));
        if let Some(pieces) = self.pieces.take() {
            self.pieces = Some(pieces.fresh());
            self.outer.push(pieces);
        }
    }

    /// Ends the inside of a block of ours. Where it may hold HTML it is cleaned on its own, so that
    /// a tag which nothing closes ends with the block.
    fn end_inner(&mut self) -> Fragment {
        let inner = std::mem::replace(&mut self.out, self.saved.pop().unwrap_or_default());
        match self.pieces.take() {
            Some(pieces) => {
                self.pieces = self.outer.pop();
                let origin = Origin { cell: self.page.at.number, line: self.line };
                clean::clean(inner.html(), pieces, origin, self.page)
            }
            None => inner,
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

    /// Opens a link at a line; whether it is bare is told with it.
    fn open_link(&mut self, target: &str, title: &str, (line, is_bare): (u32, bool)) {
        let link = Link { is_bare, ..link(target, self.page, line) };
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
        let target = self.unmask(target);
        let target = if kind == LinkType::Email { format!("mailto:{target}") } else { target };
        let title = self.unmask(title);
        self.open_link(&target, &title, (line, kind == LinkType::Autolink));
        let behind = self.out.html().len() + self.out.slots().len();
        self.links.push((behind, target));
    }

    /// Ends a link; one without words takes those of its target (MyST).
    fn end_link(&mut self) {
        if let Some((behind, target)) = self.links.pop()
            && self.out.html().len() + self.out.slots().len() == behind
        {
            let line = self.line + self.lines_hidden;
            let words = self.words_of((&target, Words::Title), line);
            self.piece(words, false);
        }
        self.out.markup("</a>");
    }

    fn inside_image(&mut self, event: Event<'_>) {
        let Some(image) = &mut self.image else { return };
        match event {
            Event::Text(text) => image.alt.push_str(&events::unescape(&text)),
            Event::Code(text) => image.alt.push_str(&text),
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
                let attributes = self.image_attributes();
                let image = Image {
                    link: link(&target, self.page, line),
                    alt: attributes.get("fig-alt").map_or(alt, str::to_owned),
                    title,
                    attributes: reference::image_attributes(&attributes, self.page),
                    linked: !self.links.is_empty(),
                };
                let piece = self.page.image(image);
                self.piece(piece, false);
            }
            _ => {}
        }
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
        let info = self.unmask(&info);
        // Pandoc's raw blocks: for this format they are HTML, for all others nothing.
        if let Some(format) = info.trim().strip_prefix("{=").and_then(|info| info.strip_suffix('}')) {
            if format == "html" {
                let origin = Origin { cell: self.page.at.number, line: self.code_line };
                let shown = clean::clean(&text, Pieces::new(&text), origin, self.page);
                self.piece(shown, true);
            }
            return;
        }
        if let Some(piece) = directive::show(&info, &text, self.code_line, self.page) {
            return self.piece(piece, true);
        }
        let lang = block::fence_lang(&info);
        let piece = block::code_block(&text, &lang);
        self.piece(piece, true);
    }
}
