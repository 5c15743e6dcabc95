//! What stands inside of a line beyond CommonMark: roles, shortcodes, citations and references,
//! spans with classes, names.

use pulldown_cmark::Event;

use super::super::clean::{self, Origin, Pieces};
use super::super::fragment::{Fragment, Slot, Words};
use super::super::page::{PageState, link};
use super::super::target::Kind;
use super::attributes::Attributes;
use super::cite::key;
use super::containers::MARK;
use super::events::{is_span, span_element};
use super::{Writer, reference, shortcode};
use crate::diagnostic::{Note, Rule};
use crate::notebook::marks::{self, Place, Role, Says};

/// Something in a line that is more than its text.
enum Found<'t> {
    /// A name that references can aim at.
    Name(&'t str),
    /// A caption that belongs to nothing.
    Caption,
    /// `\ref{name}` or `\eqref{name}`, as MathJax knows them outside of formulas too.
    Tex(&'t str, bool),
    /// `{{< … >}}`.
    Shortcode(&'t str),
    /// `[text]{attributes}`.
    Span(&'t str, Attributes),
    /// `[… @key …]`.
    Bracketed(&'t str),
    /// `@key`, and a place in the work.
    Key(&'t str, Option<&'t str>),
}

/// How far brackets may stand from what is between them, in bytes: a search to the end of the text
/// for each of many openings takes for ever.
const REACH: usize = 1000;

/// Where the text near a place begins.
fn window(text: &str, here: usize) -> usize {
    text.ceil_char_boundary(here.saturating_sub(REACH))
}

/// The text near behind its beginning.
fn ahead(text: &str) -> &str {
    &text[..text.floor_char_boundary(REACH)]
}

/// Where the bracket is opened that closes at the end of a text.
fn opening_bracket(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b']' => depth += 1,
            b'[' if depth == 1 => return Some(at),
            b'[' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The first such thing in a text: where it begins and ends.
fn next(text: &str) -> Option<(usize, usize, Found<'_>)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    // Of `MARK` the first byte is enough to look for.
    while let Some(step) = memchr::memchr3(b'{', b'@', 0xef, bytes.get(at..)?) {
        let here = at + step;
        at = here + 1;
        let rest = &text[here..];
        if let Some(inner) = rest.strip_prefix(MARK) {
            let Some(end) = inner.find(MARK) else { continue };
            let found = if &inner[..end] == ":" { Found::Caption } else { Found::Name(&inner[..end]) };
            return Some((here, here + MARK.len_utf8() * 2 + end, found));
        }
        let near = window(text, here);
        if bytes[here] == b'{' {
            if rest.starts_with("{{<") {
                // `{{{< … >}}}` shows a shortcode and is none.
                if let Some(end) = ahead(rest).find(">}}").filter(|_| !text[..here].ends_with('{')) {
                    return Some((here, here + end + 3, Found::Shortcode(rest[3..end].trim())));
                }
            } else if let Some(start) =
                text[..here].strip_suffix("ref").map(|text| text.trim_end_matches("eq"))
                && let Some(slash) = start.strip_suffix('\\')
                && let Some(end) = ahead(rest).find('}')
            {
                let with_brackets = text[slash.len()..here].ends_with("eqref");
                return Some((slash.len(), here + end + 1, Found::Tex(&rest[1..end], with_brackets)));
            } else if text[..here].ends_with(']')
                && let Some(open) = opening_bracket(&text[near..here]).map(|open| near + open)
                && let Some((attributes, length)) = Attributes::read(rest)
                && is_span(&attributes)
                // `a[0]{…}` is code.
                && !text[..open].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            {
                return Some((open, here + length, Found::Span(&text[open + 1..here - 1], attributes)));
            }
            continue;
        }
        if bytes[here] != b'@' {
            continue;
        }
        if let Some(open) = text[near..here].rfind('[').map(|open| near + open)
            && !text[open..here].contains(']')
            && let Some(close) = ahead(rest).find(']')
        {
            let end = here + close + 1;
            // A link's words may hold an `@` too.
            if !text[end..].starts_with(['(', '[']) && key(&text[here + 1..]).is_some() {
                return Some((open, end, Found::Bracketed(&text[open + 1..end - 1])));
            }
        }
        let before = text[..here].chars().next_back();
        if before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '-' | ';' | '"' | '“'))
            && let Some(key) = key(&text[here + 1..])
        {
            let end = here + 1 + key.len();
            // Pandoc's `@key [p. 3]`, and `-@key` without the author.
            let locator = text[end..].strip_prefix(" [").and_then(|rest| ahead(rest).split_once(']'));
            let locator = locator.filter(|(_, behind)| !behind.starts_with(['(', '[', '{']));
            let locator = locator.map(|(locator, _)| locator).filter(|said| !said.contains(['@', '[']));
            let bare = text[..here].strip_suffix('-').filter(|text| !text.ends_with(char::is_alphanumeric));
            return Some(match (locator, bare) {
                (Some(said), _) => (here, end + said.len() + 3, Found::Key(key, Some(said))),
                (None, Some(before)) => (before.len(), end, Found::Bracketed(&text[before.len()..end])),
                (None, None) => (here, end, Found::Key(key, None)),
            });
        }
    }
    None
}

impl Writer<'_> {
    /// Text that may hold more than text.
    pub(super) fn rich(&mut self, text: &str, line: u32) {
        let mut rest = text;
        // MyST: the words of a link to a name may ask for its number or its title.
        if let Some((_, target)) = self.links.last().filter(|(_, target)| target.starts_with('#'))
            && ["{number}", "{name}", "%s"].iter().any(|key| text.contains(key))
        {
            let piece = self.words_of((target, Words::Template(text.to_owned())), line);
            return self.piece(piece, false);
        }
        while let Some((start, end, found)) = next(rest) {
            self.plain(&rest[..start], line);
            let whole = &rest[start..end];
            match found {
                Found::Name(label) => self.spot(label),
                Found::Caption => self.plain(": ", line),
                Found::Tex(name, with_brackets) => {
                    let words =
                        if with_brackets { Words::Equation } else { Words::Template("%s".to_owned()) };
                    let piece = reference::to(name, words, (line, whole), self.page);
                    self.piece(piece, false);
                }
                Found::Shortcode(said) => self.shortcode(said, whole, line),
                Found::Span(inner, attributes) => self.span(inner, &attributes, line),
                Found::Bracketed(inner) => self.bracketed(inner, whole, line),
                Found::Key(key, locator) => self.key((key, locator), line),
            }
            rest = &rest[end..];
        }
        self.plain(rest, line);
    }

    /// A name in front of a block or in a line.
    pub(super) fn spot(&mut self, label: &str) {
        if let Some(anchor) = self.page.name(label, Kind::Spot, Default::default()) {
            let piece = super::super::frame::anchor(&anchor);
            self.piece(piece, false);
        }
    }

    /// `[text]{.class}`: a few classes have an element of their own, all others are the text.
    fn span(&mut self, inner: &str, attributes: &Attributes, line: u32) {
        let element = span_element(attributes);
        if let Some(id) = &attributes.id {
            self.spot(id);
        }
        match element {
            Some(element) => {
                self.out.markup(&format!("<{element}>"));
                self.rich(inner, line);
                self.out.markup(&format!("</{element}>"));
            }
            None => self.rich(inner, line),
        }
    }

    fn shortcode(&mut self, said: &str, whole: &str, line: u32) {
        match shortcode::show(said, line, self.page) {
            Some((piece, block)) => self.piece(piece, block),
            None => self.plain(whole, line),
        }
    }

    /// A role: the text at a place ends with its name in braces, and a code span follows. Back
    /// comes the place behind it.
    pub(super) fn role(&mut self, text: &str, at: usize) -> Option<usize> {
        let (Event::Code(inner), range) = self.events.get(at + 1)? else { return None };
        let before = text.strip_suffix('}')?;
        if self.events[at].1.end != range.start {
            return None;
        }
        let open = before.rfind('{')?;
        let said = &before[open + 1..];
        let name = said.split(' ').next().unwrap_or_default().to_lowercase();
        let mark = marks::find_named(Place::Role, &name);
        let line = self.line_of(self.events[at].1.start);
        let Some(Says::Role(role)) = mark.map(|mark| mark.says) else {
            // `${x}` and the like before code are no roles.
            let sound = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '+'));
            if sound && !before[..open].ends_with('$') {
                let said = format!("the role `{{{name}}}` is unknown; it stands as text");
                self.page.note(
                    match marks::nearest(Place::Role, &name) {
                        Some(near) => {
                            Note::warning(Rule::Directive, said).help(format!("did you mean `{{{near}}}`?"))
                        }
                        None => Note::info(Rule::Directive, said),
                    }
                    .at_line(line),
                );
            }
            return None;
        };
        let eaten = std::mem::take(&mut self.eaten).min(open);
        self.text(&before[eaten..open], line);
        let inner = self.unmask(inner);
        self.gather(match role {
            Role::Silent | Role::Cite | Role::CiteInText => "",
            _ => inner.split(" <").next().unwrap_or_default(),
        });
        self.show_role(role, &inner, line);
        Some(at + 2)
    }

    fn show_role(&mut self, role: Role, inner: &str, line: u32) {
        let (words, aim) = match inner.strip_suffix('>').and_then(|inner| inner.rsplit_once('<')) {
            Some((words, aim)) => (Some(words.trim()), aim.trim()),
            None => (None, inner.trim()),
        };
        let given = words
            .filter(|words| !words.is_empty())
            .map(|words| Words::Given(crate::html::escape(words).into_owned()));
        let mut piece = Fragment::new();
        match role {
            Role::Reference => {
                piece = reference::to(aim, given.unwrap_or(Words::Title), (line, inner), self.page)
            }
            Role::Number => {
                let words = words.map_or(Words::Number, |words| Words::Template(words.to_owned()));
                piece = reference::to(aim, words, (line, inner), self.page);
            }
            Role::Equation => piece = reference::to(aim, Words::Equation, (line, inner), self.page),
            Role::Term => {
                let name = format!("term-{}", super::super::page::slug(aim));
                let words = given.unwrap_or_else(|| Words::Given(crate::html::escape(aim).into_owned()));
                piece = reference::to(&name, words, (line, inner), self.page);
            }
            Role::Page => {
                let words = given.unwrap_or(Words::Title);
                piece = reference::to(aim, words, (line, inner), self.page);
            }
            // A button without an address is its words.
            Role::File if words.is_none() && aim.contains(' ') => piece.text(aim),
            Role::File => {
                piece.markup("<a");
                piece.slot(Slot::Href(link(aim, self.page, line)));
                piece.markup(">");
                piece.text(words.filter(|words| !words.is_empty()).unwrap_or(aim));
                piece.markup("</a>");
            }
            Role::Cite | Role::CiteInText => return self.cite_keys(inner, role == Role::CiteInText, line),
            Role::Math => {
                if let Err(why) = self.page.math.set(inner, false, piece.raw()) {
                    self.page.note(
                        Note::warning(Rule::Math, format!("the formula stands as TeX: {why}")).at_line(line),
                    );
                }
            }
            Role::Element(name) => {
                piece.markup(&format!("<{name}>"));
                piece.text(&inner.replace("-->", "→"));
                piece.markup(&format!("</{name}>"));
            }
            Role::Abbreviation => match inner.strip_suffix(')').and_then(|inner| inner.split_once('(')) {
                Some((short, long)) => {
                    piece.markup("<abbr title=\"");
                    piece.attribute(long.trim());
                    piece.markup("\">");
                    piece.text(short.trim());
                    piece.markup("</abbr>");
                }
                None => piece.text(inner),
            },
            Role::Code => {
                piece.markup("<code>");
                piece.text(inner.trim_start_matches(['~', '!']));
                piece.markup("</code>");
            }
            Role::Glue => piece = self.kept(inner, line),
            Role::Plain => piece.text(&inner.replace(['<', '>'], "")),
            Role::Silent => {}
            Role::Raw => {
                let origin = Origin { cell: self.page.at.number, line };
                piece = clean::clean(inner, Pieces::new(inner), origin, self.page);
            }
        }
        self.piece(piece, false);
    }

    /// What was kept under a name, in a line: its text.
    fn kept(&mut self, name: &str, line: u32) -> Fragment {
        let (name, format) = name.split_once(':').map_or((name, ""), |(name, format)| (name, format));
        let mut out = Fragment::new();
        // Of what another page kept (`page.ipynb::name`) only the name is known here.
        let name = name.rsplit_once("::").map_or(name, |(_, name)| name);
        match self.page.context.clone().kept.get(name.trim()) {
            Some(bundle) if !self.page.take_in(bundle.size()) => {}
            Some(bundle) => match bundle.text("text/plain") {
                Some(text) => out.text(&rounded(text.trim().trim_matches('\''), format)),
                None => out.append(super::super::output::of_bundle(bundle, self.page)),
            },
            None => {
                self.page.note(unknown_kept(name, self.page).at_line(line));
                out.markup("<code>");
                out.text(name);
                out.markup("</code>");
            }
        }
        out
    }
}

/// What is said of a name under which nothing was kept.
pub(super) fn unknown_kept(name: &str, page: &PageState) -> Note {
    let said = format!("nothing was kept under the name `{name}`; the name stands");
    if page.context.has_outputs {
        return Note::warning(Rule::Reference, said)
            .help("run the cell that keeps it, and save the notebook with its outputs");
    }
    Note::info(Rule::Reference, said).help("a notebook as text keeps no outputs: publish its `.ipynb`")
}

/// A number in a format such as `.2f`; anything else stays as it is.
fn rounded(text: &str, format: &str) -> String {
    let digits = format.strip_prefix('.').and_then(|format| format.strip_suffix('f'));
    match (digits.and_then(|digits| digits.parse::<usize>().ok()), text.parse::<f64>()) {
        (Some(digits), Ok(number)) if digits < 20 => format!("{number:.digits$}"),
        _ => text.to_owned(),
    }
}
