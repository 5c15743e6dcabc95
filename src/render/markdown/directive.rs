//! Directives: blocks with a name, as MyST, Sphinx, Docusaurus and Material write them. The rows
//! of `notebook::marks` say which name means what; here each kind is shown.

use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd};

use super::super::clean::{self, Origin, Pieces};
use super::super::code::{self, LineMarks};
use super::super::fragment::{Fragment, Image, Slot, Words};
use super::super::frame::{self, Caption};
use super::super::lists;
use super::super::page::{ContentsEntry, PageState, link, slug};
use super::super::target::Kind;
use super::super::weave::text_of;
use super::super::{block, output};
use super::attributes::{Block, css_length};
use super::containers::MARK;
use super::reference::numbered_equation;
use super::{div, inline, line as one_line, nested, reference, table};
use crate::diagnostic::{Note, Rule};
use crate::notebook::marks::{self, Admonition, Directive, Place, Says};
use crate::notebook::{Lang, LinkList};

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
            return Some(block::code_block(&block.body, &lang));
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
    out.markup("</p>\n");
    out.append(nested(&block.body, line + block.skipped, page));
    out.markup("</div>\n");
    out
}

/// The text of another file, as Markdown of this page.
pub(super) fn include(target: &str, line: u32, page: &mut PageState) -> Fragment {
    match included(target, line, page) {
        Some(text) => {
            let body = body_of(&text);
            nested(body, 0, page)
        }
        None => missing(target),
    }
}

/// An included text without its front matter.
fn body_of(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("---\n") else { return text };
    rest.find("\n---\n").map_or(text, |end| &rest[end + 5..])
}

fn included(target: &str, line: u32, page: &mut PageState) -> Option<String> {
    let context = page.context.clone();
    let why = match context.included.get(target) {
        Some(included) => match &included.text {
            Ok(text) => return Some(text.clone()),
            Err(why) => why.clone(),
        },
        None => format!("`{target}` was not read"),
    };
    page.note(
        Note::warning(Rule::LinkDead, format!("the file cannot be included: {why}"))
            .at_line(line)
            .help("name a text file of the repo that is neither hidden nor ignored"),
    );
    None
}

fn missing(target: &str) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<p class=\"missing-image\">");
    out.text(target);
    out.markup("</p>\n");
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
                    Some(target) => included(target, self.line, self.page).unwrap_or_default(),
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
        let settled = super::containers::settle(&self.block.body, self.page.context.dialects).into_owned();
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

    /// The picture that the argument names, with the size and the words of the options.
    fn image(&mut self) -> Fragment {
        let block = self.block;
        let mut style = String::new();
        for key in ["width", "height"] {
            if let Some(length) = block.options.get(key).and_then(css_length) {
                style.push_str(&format!("{key}:{length};"));
            }
        }
        if let Some(percent) = block
            .options
            .get("scale")
            .and_then(|scale| scale.trim_end_matches('%').trim().parse::<f64>().ok())
        {
            style.push_str(&format!("width:{percent}%;"));
        }
        let attributes = if style.is_empty() { String::new() } else { format!(" style=\"{style}\"") };
        let image = Image {
            link: link(&block.argument, self.page, self.line),
            alt: block.options.get("alt").unwrap_or_default().to_owned(),
            title: block.options.get("title").unwrap_or_default().to_owned(),
            attributes,
            linked: block.options.get("target").is_some(),
        };
        let picture = self.page.image(image);
        match block.options.get("target") {
            Some(target) => {
                let mut out = Fragment::new();
                out.markup("<a");
                out.slot(Slot::Href(link(target, self.page, self.line)));
                out.markup(">");
                out.append(picture);
                out.markup("</a>");
                out
            }
            None => picture,
        }
    }

    /// A picture of its own line, where its alignment says.
    fn placed(&mut self, inner: Fragment) -> Fragment {
        let place = match self.block.options.get("align") {
            Some("center") => " class=\"place-center\"",
            Some("right") => " class=\"place-right\"",
            _ => "",
        };
        let mut out = Fragment::new();
        out.markup(&format!("<p{place}>"));
        out.append(inner);
        out.markup("</p>\n");
        self.named(out)
    }

    /// A figure: a picture by its argument, or the first block of its body; the rest is the caption.
    fn figure(&mut self) -> Fragment {
        let block = self.block;
        let body = block.body.trim_matches('\n');
        let is_label = block.name == "figure-md" || block.argument.starts_with('#');
        let (inner, caption, label) = if block.name == "figure-md" {
            let (first, rest) = body.split_once("\n\n").unwrap_or((body, ""));
            (one_line(first, self.page), rest, Some(block.argument.clone()).filter(|label| !label.is_empty()))
        } else if is_label {
            (
                reference::embed(&block.argument, (false, true), self.line, self.page),
                body,
                block.options.id.clone(),
            )
        } else if block.argument.is_empty() {
            // MyST: the last paragraph of a figure without a picture is its caption.
            let (rest, last) = body.rsplit_once("\n\n").unwrap_or((body, ""));
            (nested(rest, self.below(), self.page), last, block.options.id.clone())
        } else {
            (self.image(), body, block.options.id.clone())
        };
        let (head, legend) = caption.split_once("\n\n").unwrap_or((caption, ""));
        let text = one_line(head, self.page);
        let legend = nested(legend, self.below(), self.page);
        let mut content = inner;
        if !legend.is_empty() {
            content.markup("<div class=\"legend\">");
            content.append(legend);
            content.markup("</div>");
        }
        let caption = Caption {
            plain: text_of(text.html()),
            text,
            label,
            kind: Some(Kind::Figure),
            numbered: block.options.get("enumerated") != Some("false"),
            class: match block.options.get("align") {
                Some("center") => " place-center",
                Some("right") => " place-right",
                _ => "",
            },
            ..Caption::default()
        };
        frame::figure(content, caption, self.page)
    }

    /// `inner` with the argument as its caption.
    fn captioned(&mut self, inner: Fragment, kind: Kind) -> Fragment {
        let text = self.title();
        if text.is_empty() && self.block.options.id.is_none() {
            return inner;
        }
        let caption = Caption {
            plain: text_of(text.html()),
            text,
            label: self.block.options.id.clone(),
            kind: Some(kind),
            numbered: true,
            top: true,
            ..Caption::default()
        };
        frame::figure(inner, caption, self.page)
    }

    fn include(&mut self) -> Fragment {
        let block = self.block;
        if block.options.get("literal").is_some()
            || block.options.get("lang").is_some()
            || block.options.get("code").is_some()
        {
            return self.literal_include();
        }
        let Some(text) = included(&block.argument, self.line, self.page) else {
            return missing(&block.argument);
        };
        let part = self.part_of(body_of(&text));
        nested(&part, 0, self.page)
    }

    fn literal_include(&mut self) -> Fragment {
        let block = self.block;
        let Some(text) = included(&block.argument, self.line, self.page) else {
            return missing(&block.argument);
        };
        let part = self.part_of(&text);
        let named = block
            .options
            .get("language")
            .or_else(|| block.options.get("lang"))
            .or_else(|| block.options.get("code"));
        let extension = block.argument.rsplit_once('.').map_or("", |(_, extension)| extension);
        let lang = Lang::new(named.filter(|name| !name.is_empty()).unwrap_or(extension));
        self.listing(&part, &lang)
    }

    /// The part of a file that the options name (`lines`, `start-line`, `end-line`, `start-after`,
    /// `end-before`, `start-at`, `end-at`).
    fn part_of(&self, text: &str) -> String {
        let options = &self.block.options;
        let mut lines: Vec<&str> = text.lines().collect();
        let number = |key: &str| options.get(key).and_then(|value| value.trim().parse::<usize>().ok());
        let find = |key: &str, lines: &[&str]| {
            let needle = options.get(key)?;
            lines.iter().position(|line| line.contains(needle))
        };
        if let Some(end) = number("end-line") {
            lines.truncate(end);
        }
        if let Some(start) = number("start-line") {
            lines.drain(..start.min(lines.len()));
        }
        if let Some(start) = find("start-after", &lines) {
            lines.drain(..=start);
        } else if let Some(start) = find("start-at", &lines) {
            lines.drain(..start);
        }
        if let Some(end) = find("end-before", &lines) {
            lines.truncate(end);
        } else if let Some(end) = find("end-at", &lines) {
            lines.truncate(end + 1);
        }
        if let Some(runs) = options.get("lines") {
            let runs = runs_of(runs, lines.len());
            lines = lines
                .into_iter()
                .enumerate()
                .filter(|(at, _)| {
                    runs.iter()
                        .any(|(first, last)| (*first..=*last).contains(&(u32::try_from(at + 1).unwrap_or(0))))
                })
                .map(|(_, line)| line)
                .collect();
        }
        lines.join("\n")
    }

    /// A block of code with what its options say: numbers, marks, a caption, a file's name.
    fn listing(&mut self, text: &str, lang: &Lang) -> Fragment {
        let block = self.block;
        let text = text.trim_matches('\n');
        let numbered =
            ["linenos", "number-lines", "lineno-start"].iter().any(|key| block.flag(key) == Some(true));
        let marked = block
            .options
            .get("emphasize-lines")
            .map(|runs| runs_of(runs, text.lines().count()))
            .unwrap_or_default();
        let mut out = Fragment::new();
        if let Some(name) = block.options.get("filename").filter(|name| *name != "false") {
            out.markup("<div class=\"cell-head b-ui\"><span class=\"cell-title\">");
            out.text(name);
            out.markup("</span></div>");
        }
        if numbered || !marked.is_empty() {
            let wraps = if lang.is_shell() { " wrap" } else { "" };
            let numbers = if numbered { " numbered" } else { "" };
            out.markup(&format!("<pre class=\"code{wraps}{numbers}\" tabindex=\"0\"><code"));
            if !lang.is_none() {
                out.markup(" class=\"language-");
                out.attribute(lang.name());
                out.markup("\"");
            }
            out.markup(">");
            code::highlight(out.raw(), text, lang, LineMarks::Hanging(&marked));
            out.markup("</code></pre>\n");
        } else {
            out.append(block::code_block(text, lang));
        }
        let caption = block.options.get("caption").unwrap_or_default();
        if caption.is_empty() && block.options.id.is_none() {
            return out;
        }
        let shown = one_line(caption, self.page);
        let caption = Caption {
            plain: text_of(shown.html()),
            text: shown,
            label: block.options.id.clone(),
            kind: Some(Kind::Listing),
            numbered: true,
            top: true,
            class: " listing",
        };
        frame::figure(out, caption, self.page)
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

    /// `{toctree}`: a page a line, perhaps with a title (`Title <page>`).
    fn contents(&mut self) -> Fragment {
        let block = self.block;
        let caption = block.options.get("caption").map(str::to_owned);
        let hidden = block.flag("hidden") == Some(true);
        let mut entries: Vec<ContentsEntry> = block
            .body
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && *line != "self")
            .map(|line| {
                let (title, target) = match line.strip_suffix('>').and_then(|line| line.rsplit_once('<')) {
                    Some((title, target)) => (Some(title.trim().to_owned()), target),
                    None => (None, line),
                };
                ContentsEntry { target: target.trim().to_owned(), title, caption: caption.clone() }
            })
            .collect();
        if block.flag("reversed") == Some(true) {
            entries.reverse();
        }
        // Patterns name pages that only the navigation knows.
        let (patterns, named): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| block.flag("glob") == Some(true) && entry.target.contains(['*', '?']));
        self.page.contents.extend(patterns);
        if hidden {
            self.page.contents.extend(named);
            return Fragment::new();
        }
        lists::show(named, LinkList::Contents, self.page)
    }

    /// Terms with what they mean: as a definition list, or indented as in reStructuredText.
    fn glossary(&mut self) -> Fragment {
        let mut out = Fragment::new();
        out.markup("<dl class=\"glossary\">\n");
        let mut meaning = String::new();
        let mut open = false;
        let below = self.below();
        for line in self.block.body.lines().chain(std::iter::once("\u{0}")) {
            let is_term = !line.is_empty() && !line.starts_with([' ', '\t', ':']) || line == "\u{0}";
            if !is_term {
                let text = line
                    .strip_prefix(':')
                    .or_else(|| line.strip_prefix("    "))
                    .or_else(|| line.strip_prefix("  "))
                    .unwrap_or(line);
                meaning.push_str(text.strip_prefix(' ').unwrap_or(text));
                meaning.push('\n');
                continue;
            }
            if open && !meaning.trim().is_empty() {
                out.markup("<dd>");
                out.append(nested(&std::mem::take(&mut meaning), below, self.page));
                out.markup("</dd>\n");
            }
            meaning.clear();
            if line == "\u{0}" {
                break;
            }
            open = true;
            let term = line.split(" : ").next().unwrap_or(line).trim();
            out.markup("<dt");
            let shown = one_line(term, self.page);
            let plain = text_of(shown.html());
            let name = format!("term-{}", slug(&plain));
            if let Some(anchor) = self.page.name(&name, Kind::Term, (String::new(), plain)) {
                out.markup(" id=\"");
                out.attribute(&anchor);
                out.markup("\"");
            }
            out.markup(">");
            out.append(shown);
            out.markup("</dt>\n");
        }
        out.markup("</dl>\n");
        self.named(out)
    }

    /// A card: a title, perhaps a link, a text; `^^^` parts off its head and `+++` its foot.
    fn card(&mut self) -> Fragment {
        let block = self.block;
        let target = block.options.get("link").or_else(|| block.options.get("url")).map(str::to_owned);
        let (head, body) = block
            .body
            .split_once("\n^^^")
            .map_or(("", block.body.as_str()), |(head, body)| (head, body.trim_start_matches('^')));
        let mut out = Fragment::new();
        out.markup("<div class=\"card\">");
        if !head.trim().is_empty() {
            out.append(nested(head, self.below(), self.page));
        }
        let title = self.title();
        if !title.is_empty() || target.is_some() {
            out.markup("<p class=\"card-title\">");
            match &target {
                Some(target) if title.is_empty() => {
                    out.append(reference::to(target, Words::Title, (self.line, target), self.page));
                }
                Some(target) => {
                    out.markup("<a");
                    out.slot(Slot::Href(link(target, self.page, self.line)));
                    out.markup(">");
                    out.append(title);
                    out.markup("</a>");
                }
                None => out.append(title),
            }
            out.markup("</p>\n");
        }
        out.append(nested(body, self.below(), self.page));
        out.markup("</div>\n");
        self.named(out)
    }

    /// A theorem, a proof, an exercise: its kind, its number, its title.
    fn statement(&mut self) -> Fragment {
        let block = self.block;
        let word = block.name.rsplit(':').next().unwrap_or(&block.name).trim_end_matches("-start");
        let counts = !matches!(word, "proof" | "solution")
            && block.flag("nonumber") != Some(true)
            && block.flag("enumerated") != Some(false);
        let number = if counts { self.page.numbers.next(Kind::Statement).to_string() } else { String::new() };
        let mut out = Fragment::new();
        out.markup("<div class=\"statement");
        out.markup(&format!(" statement-{}\"", slug(word)));
        let title = self.title();
        if let Some(label) = &block.options.id {
            let plain = format!("{} {number}", capital(word)).trim().to_owned();
            if let Some(anchor) = self.page.name(label, Kind::Statement, (number.clone(), plain)) {
                out.markup(" id=\"");
                out.attribute(&anchor);
                out.markup("\"");
            }
        }
        out.markup("><p class=\"statement-title\"><strong>");
        out.text(format!("{} {number}", capital(word)).trim());
        out.markup("</strong>");
        if !title.is_empty() {
            out.markup(" (");
            out.append(title);
            out.markup(")");
        }
        out.markup("</p>\n");
        out.append(self.body());
        out.markup("</div>\n");
        out
    }

    /// A page or a film of another host, as a link: nothing of it is loaded.
    fn frame(&mut self) -> Fragment {
        let block = self.block;
        let url = match block.name.as_str() {
            "youtube" if !block.argument.contains("://") => {
                format!("https://www.youtube.com/watch?v={}", block.argument)
            }
            _ => block.argument.clone(),
        };
        let mut inner = Fragment::new();
        inner.markup("<p class=\"output-label\"><a");
        inner.slot(Slot::Href(link(&url, self.page, self.line)));
        inner.markup(">");
        inner.text(block.options.get("title").unwrap_or(&url));
        inner.markup("</a></p>\n");
        let caption = block.body.trim();
        if caption.is_empty() {
            return inner;
        }
        let text = one_line(caption, self.page);
        let caption = Caption {
            plain: text_of(text.html()),
            text,
            label: block.options.id.clone(),
            kind: Some(Kind::Figure),
            numbered: true,
            ..Caption::default()
        };
        frame::figure(inner, caption, self.page)
    }

    /// What MyST-NB kept under a name.
    fn glue(&mut self) -> Fragment {
        let block = self.block;
        let name = block.argument.trim();
        let context = self.page.context.clone();
        let Some(bundle) = context.kept.get(name) else {
            self.page.note(inline::unknown_kept(name).at_line(self.line));
            let mut out = Fragment::new();
            out.markup("<p><code>");
            out.text(name);
            out.markup("</code></p>\n");
            return out;
        };
        let inner = output::of_bundle(bundle, self.page);
        if !block.name.ends_with(":figure") {
            return inner;
        }
        let text = one_line(block.body.trim(), self.page);
        let caption = Caption {
            plain: text_of(text.html()),
            text,
            label: block.options.id.clone(),
            kind: Some(Kind::Figure),
            numbered: true,
            ..Caption::default()
        };
        frame::figure(inner, caption, self.page)
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

/// `1-3,5` → runs of lines; `3-` goes on to the end.
fn runs_of(text: &str, last: usize) -> Vec<(u32, u32)> {
    let last = u32::try_from(last).unwrap_or(u32::MAX);
    let run = |run: &str| {
        let (from, to) = run.split_once('-').unwrap_or((run, run));
        let from = from.trim().parse().ok()?;
        Some((from, if to.trim().is_empty() { last } else { to.trim().parse().ok()? }))
    };
    text.split(',').filter_map(run).collect()
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
