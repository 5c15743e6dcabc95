//! Directives: blocks with a name, as MyST, Sphinx, Docusaurus and Material write them. The rows
//! of `notebook::marks` say which name means what; here each kind is shown.

mod figure;
mod files;
mod words;

pub(super) use files::include;

use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd};

use super::attributes::Block;
use super::containers::MARK;
use super::reference::numbered_equation;
use super::{div, line as one_line, nested, reference, table};
use crate::diagnostic::{Note, Rule};
use crate::notebook::marks::{self, Admonition, Directive, Place, Says};
use crate::notebook::{Lang, code_within};
use crate::render::block;
use crate::render::clean::{self, Origin, Pieces};
use crate::render::fragment::{Fragment, Slot};
use crate::render::frame;
use crate::render::page::{PageState, link};
use crate::render::target::Kind;

/// Shows a fence as the directive that it is; `None` for one that is a block of code.
pub(super) fn show(info: &str, text: &str, line: u32, page: &mut PageState) -> Option<Fragment> {
    let (info, container) = match info.trim().strip_prefix(MARK) {
        Some(info) => (info, true),
        None => (info.trim(), false),
    };
    if !info.starts_with('{') {
        return None;
    }
    if container && let Some(attributes) = info.strip_prefix("{div ") {
        return Some(div::show(attributes, text, line, page));
    }
    let block = Block::read(info, text)?;
    let Some(Says::Directive(directive)) = block.mark().map(|mark| mark.says) else {
        let name = block.name.to_lowercase();
        // A cell of another tool's that stays in the text, as `{python}` in a container of Quarto's.
        let lang = Lang::new(&name);
        if !container && (lang.is_known() || name == "code-cell") {
            let lang = if name == "code-cell" {
                Lang::new(block.argument.split(' ').next().unwrap_or_default())
            } else {
                lang
            };
            return Some(match code_within(info, text) {
                Some(code) => block::code_block(&code, &lang),
                None => Fragment::new(),
            });
        }
        return Some(unknown(&block, line, page));
    };
    let shown = Show { block: &block, line, page }.show(directive);
    Some(shown)
}

/// A directive that nobody knows: its name, and its text as it stands.
fn unknown(block: &Block, line: u32, page: &mut PageState) -> Fragment {
    let name = block.name.to_lowercase();
    let help = match marks::nearest(Place::Directive, &name) {
        Some(near) => format!("did you mean `{{{near}}}`?"),
        None => "its text is shown as it stands; write it with one of the directives in bindery's manual"
            .to_owned(),
    };
    page.note(
        Note::warning(Rule::Directive, format!("the directive `{{{name}}}` is unknown; its text is shown"))
            .at_line(line)
            .help(help),
    );
    let mut out = Fragment::new();
    out.markup("<div class=\"directive\"><p class=\"directive-name b-ui\"><code>");
    out.text(&block.name);
    out.markup("</code> ");
    out.text(&block.argument);
    for (key, value) in &block.options.pairs {
        out.markup("<br><code>:");
        out.text(key);
        out.markup(":</code> ");
        out.text(value);
    }
    out.markup("</p>\n");
    out.append(nested(&block.body, line + block.skipped, page));
    out.markup("</div>\n");
    out
}

/// One directive being shown.
struct Show<'a> {
    block: &'a Block,
    line: u32,
    page: &'a mut PageState,
}

impl Show<'_> {
    fn show(mut self, directive: Directive) -> Fragment {
        let block = self.block;
        match directive {
            Directive::Admonition(kind) => self.admonition(kind),
            Directive::Dropdown => {
                let open = block.flag("open").unwrap_or(false);
                let title = self.title();
                let inner = self.body();
                let fold = frame::dropdown(title, inner, open);
                self.named(fold)
            }
            Directive::TabSet => self.tab_set(),
            Directive::TabItem => {
                let title = self.title();
                let inner = self.body();
                frame::tabs(vec![(title, inner)], self.page)
            }
            Directive::Figure => self.figure(),
            Directive::Image => {
                let inner = self.image();
                self.placed(inner)
            }
            Directive::Include => self.include(),
            Directive::LiteralInclude => self.literal_include(),
            Directive::Mermaid => self.listing(&block.body.clone(), &Lang::new("mermaid")),
            Directive::Math => self.math(),
            Directive::Code => {
                let name = if block.name == "parsed-literal" {
                    ""
                } else {
                    block.argument.split(' ').next().unwrap_or_default()
                };
                let name = if block.name == "prompt" && name.is_empty() { "bash" } else { name };
                self.listing(&block.body.clone(), &Lang::new(name))
            }
            Directive::Contents => self.contents(),
            Directive::Embed => {
                let keep = |key: &str| block.flag(key) != Some(true);
                let target = if block.argument.is_empty() { block.body.trim() } else { &block.argument };
                let target =
                    if target.contains(['#', '.', '/']) { target.to_owned() } else { format!("#{target}") };
                reference::embed(&target, (keep("remove-input"), keep("remove-output")), self.line, self.page)
            }
            Directive::Table => {
                let inner = self.body();
                self.captioned(inner, Kind::Table)
            }
            Directive::ListTable => {
                let rows = table::list_rows(block);
                let inner = table::of_rows(&rows, self.below(), self.page);
                self.captioned(inner, Kind::Table)
            }
            Directive::CsvTable => {
                let text = match block.options.get("file").or(block.options.get("url")) {
                    Some(target) => files::included(target, self.line, self.page).unwrap_or_default(),
                    None => block.body.clone(),
                };
                let rows = table::csv_rows(block, &text);
                let inner = table::of_rows(&rows, self.below(), self.page);
                self.captioned(inner, Kind::Table)
            }
            Directive::Glossary => self.glossary(),
            Directive::Cards => {
                let mut out = Fragment::new();
                out.markup("<div class=\"cards\">\n");
                out.append(self.body());
                out.markup("</div>\n");
                out
            }
            Directive::Card => self.card(),
            Directive::Aside => {
                let title = self.title();
                let inner = self.body();
                frame::aside(title, inner)
            }
            Directive::Quote => {
                let mut out = Fragment::new();
                out.markup("<blockquote>\n");
                out.append(self.body());
                out.markup("</blockquote>\n");
                out
            }
            Directive::Statement => self.statement(),
            Directive::Version => {
                let mut out = Fragment::new();
                out.markup("<div class=\"version\"><p class=\"version-title\">");
                out.text(&match block.name.as_str() {
                    "versionadded" => format!("New in version {}", block.argument),
                    "versionchanged" => format!("Changed in version {}", block.argument),
                    "versionremoved" => format!("Removed in version {}", block.argument),
                    _ => format!("Deprecated since version {}", block.argument),
                });
                out.markup("</p>\n");
                out.append(self.body());
                out.markup("</div>\n");
                out
            }
            Directive::Raw => {
                if block.argument.trim() != "html" {
                    return Fragment::new();
                }
                let origin = Origin { cell: self.page.at.number, line: self.line };
                clean::clean(&block.body, Pieces::new(&block.body), origin, self.page)
            }
            Directive::Div => {
                if block.name == "only"
                    && block.argument.trim().contains("latex")
                    && !block.argument.contains("html")
                {
                    return Fragment::new();
                }
                if block.name == "centered" {
                    return self.title();
                }
                let inner = self.body();
                self.named(inner)
            }
            Directive::Frame => self.frame(),
            Directive::Bibliography => {
                let mut out = Fragment::new();
                out.slot(Slot::Works);
                out
            }
            Directive::Glue => self.glue(),
            Directive::Rubric => {
                let mut out = Fragment::new();
                out.markup("<p class=\"rubric\">");
                out.append(self.title());
                out.markup("</p>\n");
                out
            }
            Directive::Button => {
                let mut out = Fragment::new();
                out.markup("<p><a class=\"button\"");
                out.slot(Slot::Href(link(&block.argument, self.page, self.line)));
                out.markup(">");
                let words = block.body.trim();
                if words.is_empty() {
                    out.text(&block.argument)
                } else {
                    out.append(one_line(words, self.page))
                }
                out.markup("</a></p>\n");
                out
            }
            Directive::Demo => {
                let mut out = Fragment::new();
                if block.body.trim().is_empty() {
                    out.markup("<p><code>");
                    out.text(&block.argument);
                    out.markup("</code></p>\n");
                    return out;
                }
                out.append(block::code_block(block.body.trim_matches('\n'), &Lang::new("markdown")));
                out.markup("<div class=\"demo\">\n");
                out.append(self.body());
                out.markup("</div>\n");
                out
            }
            Directive::Foreign(lang) => block::code_block(block.body.trim_matches('\n'), &Lang::new(lang)),
            Directive::Silent => Fragment::new(),
        }
    }

    /// The line on which the body begins, less one.
    fn below(&self) -> u32 {
        self.line + self.block.skipped
    }

    fn title(&mut self) -> Fragment {
        one_line(&self.block.argument, self.page)
    }

    fn body(&mut self) -> Fragment {
        nested(&self.block.body, self.below(), self.page)
    }

    /// The name of the block as a place before it.
    fn named(&mut self, inner: Fragment) -> Fragment {
        let Some(label) = &self.block.options.id else { return inner };
        let title = self.block.argument.clone();
        let mut out = Fragment::new();
        if let Some(anchor) = self.page.name(label, Kind::Spot, (String::new(), title)) {
            out.append(frame::anchor(&anchor));
        }
        out.append(inner);
        out
    }

    fn admonition(&mut self, kind: Admonition) -> Fragment {
        let block = self.block;
        let options = &block.options;
        // `{admonition}` takes the look that its class names.
        let by_class = options.classes.iter().find_map(|class| {
            match marks::find(Place::Directive, class).map(|mark| mark.says) {
                Some(Says::Directive(Directive::Admonition(kind))) => Some(kind),
                _ => None,
            }
        });
        let kind = if kind == Admonition::Plain { by_class.unwrap_or(kind) } else { kind };
        let fold = (options.has("dropdown")
            || options.has("toggle")
            || options.get("collapse").is_some_and(|value| value != "false"))
        .then(|| options.get("open").is_some_and(|value| value != "false") || options.has("toggle-shown"));
        let mut title = self.title();
        if title.is_empty()
            && kind == Admonition::Plain
            && !matches!(block.name.as_str(), "admonition" | "topic")
        {
            title.text(&capital(&block.name));
        }
        let inner = self.body();
        let shown = frame::admonition(frame::Box { kind, title, fold }, inner);
        self.named(shown)
    }

    /// Tabs: the items inside, one by one.
    fn tab_set(&mut self) -> Fragment {
        let settled =
            super::containers::settle(&self.block.body, self.page.context.dialects, true).into_owned();
        let mut tabs = Vec::new();
        for (info, text, line) in fences(&settled) {
            let info = info.trim().trim_start_matches(MARK).to_owned();
            let Some(item) = Block::read(&info, &text) else { continue };
            if !matches!(item.mark().map(|mark| mark.says), Some(Says::Directive(Directive::TabItem))) {
                continue;
            }
            let title = one_line(&item.argument, self.page);
            let inner = nested(&item.body, self.below() + line + item.skipped, self.page);
            tabs.push((title, inner));
        }
        if tabs.is_empty() {
            return self.body();
        }
        let shown = frame::tabs(tabs, self.page);
        self.named(shown)
    }

    fn math(&mut self) -> Fragment {
        let block = self.block;
        let tex = if block.body.trim().is_empty() { &block.argument } else { &block.body };
        let mut inner = Fragment::new();
        if let Err(why) = self.page.math.set(tex, true, inner.raw()) {
            self.page.note(
                Note::warning(Rule::Math, format!("the formula stands as TeX: {why}"))
                    .at_line(self.line)
                    .help("rewrite it with commands that MathML has an answer to"),
            );
        }
        let mut out = Fragment::new();
        out.markup("<p>");
        match &block.options.id {
            Some(label) => out.append(numbered_equation(inner, Some(label), self.page)),
            None => out.append(inner),
        }
        out.markup("</p>\n");
        out
    }
}

/// The fences of a text at its top level: their info, their text, the line they begin on.
fn fences(source: &str) -> Vec<(String, String, u32)> {
    let mut found = Vec::new();
    let mut open: Option<(CowStr<'_>, String, u32)> = None;
    for (event, range) in Parser::new(source).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Fenced(info))) => {
                let line = memchr::memchr_iter(b'\n', &source.as_bytes()[..range.start]).count();
                open = Some((info, String::new(), u32::try_from(line + 1).unwrap_or(0)));
            }
            Event::Text(text) => {
                if let Some((_, body, _)) = &mut open {
                    body.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                found.extend(open.take().map(|(info, body, line)| (info.to_string(), body, line)))
            }
            _ => {}
        }
    }
    found
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
