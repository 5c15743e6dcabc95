//! Formulas: finding them in Markdown as Jupyter does, and setting them as MathML.

use std::ops::Range;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::html::{escape_into, escape_text_into};

/// A formula in a Markdown source.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Formula {
    /// Where it stands, delimiters included.
    pub(super) range: Range<usize>,
    /// What stands between the delimiters; whole for an environment.
    pub(super) tex: Range<usize>,
    /// Whether it stands on its own.
    pub(super) display: bool,
}

/// The longest formula that is set; longer ones stand as TeX.
const MAX_TEX: usize = 20_000;
/// The longest MathML of one formula, in bytes: macros can blow up.
const MAX_MATHML: usize = 500_000;
/// How many macros of a notebook are known.
const MAX_MACROS: usize = 200;
/// The deepest nesting of braces that is set.
const MAX_DEPTH: usize = 60;

/// Finds the formulas of a Markdown source: `$…$`, `$$…$$`, `\\(…\\)`, `\\[…\\]` (two backslashes,
/// as typed in a cell) and `\begin{env}…\end{env}`, outside of code and of HTML tags.
///
/// A pair of `$` is a formula where both stand against its text or both apart from it, so that
/// prices and shell variables are left alone.
pub(super) fn find(source: &str) -> Vec<Formula> {
    if memchr::memchr2(b'$', b'\\', source.as_bytes()).is_none() {
        return Vec::new();
    }
    let code = code_ranges(source);
    let mut scan = Scan { source, code: &code, next_code: 0 };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(step) = memchr::memchr2(b'$', b'\\', &source.as_bytes()[at..]) {
        at += step;
        if let Some(end) = scan.code_at(at) {
            at = end;
            continue;
        }
        match scan.formula(at) {
            Some(formula) => {
                at = formula.range.end;
                found.push(formula);
            }
            // What is escaped begins nothing.
            None if source.as_bytes()[at] == b'\\' => {
                at += 1 + source[at + 1..].chars().next().map_or(0, char::len_utf8);
            }
            None => at += source[at..].bytes().take_while(|byte| *byte == b'$').count(),
        }
        if at >= source.len() {
            break;
        }
    }
    found
}

/// Where code blocks, code spans and HTML tags stand. Markdown itself says so; that formulas may
/// hold what Markdown takes for a code span is not worth a second grammar.
fn code_ranges(source: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (event, range) in Parser::new_ext(source, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => ranges.push(range),
            Event::Code(_) | Event::InlineHtml(_) => ranges.push(range),
            Event::Html(_) => ranges.extend(tags(source, range)),
            _ => {}
        }
    }
    ranges.sort_by_key(|range| range.start);
    ranges
}

/// Where tags and comments stand in a line of an HTML block; what is between them is text.
fn tags(source: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let html = &source[line.clone()];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'<', &html.as_bytes()[at..]).map(|start| at + start) {
        at = html[start..].find('>').map_or(html.len(), |end| start + end + 1);
        found.push(line.start + start..line.start + at);
    }
    found
}

struct Scan<'a> {
    source: &'a str,
    code: &'a [Range<usize>],
    next_code: usize,
}

impl Scan<'_> {
    /// The end of the code that `at` lies in.
    fn code_at(&mut self, at: usize) -> Option<usize> {
        while self.code.get(self.next_code).is_some_and(|range| range.end <= at) {
            self.next_code += 1;
        }
        self.code.get(self.next_code).filter(|range| range.start <= at).map(|range| range.end)
    }

    fn formula(&self, at: usize) -> Option<Formula> {
        let rest = &self.source[at..];
        let found = |open: usize, body: usize, close: usize, display| {
            let tex = at + open..at + open + body;
            Some(Formula { range: at..tex.end + close, tex, display })
        };
        if rest.starts_with("$$") {
            let body = self.close(at + 2, "$$")?;
            return found(2, body, 2, true).filter(|_| body > 0);
        }
        if rest.starts_with('$') {
            let body = self.dollar(at + 1)?;
            return found(1, body, 1, is_environment(&self.source[at + 1..at + 1 + body]));
        }
        if rest.starts_with("\\\\(") {
            return found(3, self.close(at + 3, "\\\\)")?, 3, false);
        }
        if rest.starts_with("\\\\[") {
            return found(3, self.close(at + 3, "\\\\]")?, 3, true);
        }
        if let Some(name) = rest.strip_prefix("\\begin{") {
            let name = &name[..name.find('}')?];
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'*') {
                return None;
            }
            let end = format!("\\end{{{name}}}");
            let body = self.environment(at + 1, name, &end)?;
            let whole = at..at + 1 + body + end.len();
            return Some(Formula { range: whole.clone(), tex: whole, display: true });
        }
        None
    }

    /// How long the text from `start` to the end of the environment is, nested ones counted.
    fn environment(&self, start: usize, name: &str, end: &str) -> Option<usize> {
        let begin = format!("\\begin{{{name}}}");
        let mut depth = 0;
        let mut from = start;
        while from - start <= MAX_TEX {
            let close = from + self.close(from, end)?;
            depth += self.source[from..close].matches(&begin).count();
            if depth == 0 {
                return Some(close - start);
            }
            depth -= 1;
            from = close + end.len();
        }
        None
    }

    /// How long the text from `start` to the next `delimiter` is; `None` where a fence of code
    /// comes first or there is none.
    fn close(&self, start: usize, delimiter: &str) -> Option<usize> {
        // No formula is longer, and a search to the end for each of many openings takes for ever.
        let rest = self.source.get(start..)?.as_bytes();
        let length = memchr::memmem::find(&rest[..rest.len().min(MAX_TEX)], delimiter.as_bytes())?;
        let crosses = self.code[self.next_code..]
            .iter()
            .take_while(|range| range.start < start + length)
            .any(|range| {
                range.start > start && self.source[range.clone()].starts_with(['`', '~']) && range.len() > 2
            });
        (!crosses).then_some(length)
    }

    /// How long the formula behind a single `$` is.
    fn dollar(&self, start: usize) -> Option<usize> {
        let rest = self.source.get(start..)?;
        let apart = rest.starts_with(char::is_whitespace);
        let mut from = 0;
        loop {
            let at = from + rest[from..].find(['$', '\n'])?;
            if rest.as_bytes()[at] == b'\n' {
                let line = rest[at + 1..].trim_start_matches([' ', '\t', '>']);
                // A formula does not reach into the next row of a table.
                if line.is_empty() || line.starts_with(['\n', '|']) {
                    return None;
                }
                from = at + 1;
                continue;
            }
            if rest[..at].ends_with('\\') && !rest[..at].ends_with("\\\\") {
                from = at + 1;
                continue;
            }
            let body = &rest[..at];
            let after = rest[at + 1..].chars().next();
            let closes_apart = body.ends_with(char::is_whitespace);
            let variable = body
                .bytes()
                .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
                .count();
            let shell = variable > 1
                && (variable == body.len() || body[variable..].starts_with(['/', ':', '"', '.', '-']))
                && after.is_some_and(|c| c.is_ascii_alphabetic() || c == '{');
            let money =
                body.starts_with(|c: char| c.is_ascii_digit()) && after.is_some_and(|c| c.is_ascii_digit());
            // `G$ONE and G$TWO`: names with a dollar in them.
            let in_names = body.starts_with(|c: char| c.is_ascii_alphabetic())
                && self.source[..start - 1].ends_with(|c: char| c.is_ascii_alphabetic())
                && after.is_some_and(|c| c.is_ascii_alphabetic());
            let fits = apart == closes_apart || (!apart && body.ends_with('\n'));
            let fits = fits
                && !body.trim().is_empty()
                && !shell
                && !money
                && !in_names
                && !after.is_some_and(|c| c.is_ascii_digit());
            let code = self.code[self.next_code..]
                .iter()
                .any(|range| range.start >= start && range.start < start + at && range.end > start + at);
            return (fits && !code).then_some(at);
        }
    }
}

/// An `equation` of LaTeX, which has a number.
pub(super) struct Numbered {
    /// The formula without its number, its name and its tag.
    pub(super) tex: String,
    pub(super) label: Option<String>,
    pub(super) tag: Option<String>,
}

/// Takes number, name and tag out of a formula that is one `equation`; `None` for any other.
pub(super) fn numbered(tex: &str) -> Option<Numbered> {
    let inner = tex.trim().strip_prefix("\\begin{equation}")?.strip_suffix("\\end{equation}")?;
    if inner.contains("\\begin{equation}") || inner.contains("\\nonumber") || inner.contains("\\notag") {
        return None;
    }
    let word = |key: &str| {
        let rest = &inner[inner.find(key)? + key.len()..];
        Some(rest[..rest.find('}')?].to_owned())
    };
    let (label, tag) = (word("\\label{"), word("\\tag{"));
    Some(Numbered { tex: format!("\\begin{{equation*}}{inner}\\end{{equation*}}"), label, tag })
}

/// Definitions by `\newcommand`, `\renewcommand`, `\def` and `\DeclareMathOperator`, which hold
/// for the whole notebook.
pub(super) fn macros(tex: &str, into: &mut Vec<(String, String)>) {
    for key in ["\\newcommand", "\\renewcommand", "\\providecommand", "\\def", "\\DeclareMathOperator"] {
        for (at, _) in tex.match_indices(key) {
            if into.len() >= MAX_MACROS {
                return;
            }
            if let Some((name, body)) = definition(&tex[at + key.len()..], key == "\\def") {
                let body =
                    if key == "\\DeclareMathOperator" { format!("\\operatorname{{{body}}}") } else { body };
                into.retain(|(known, _)| *known != name);
                into.push((name, body));
            }
        }
    }
}

fn definition(text: &str, plain_tex: bool) -> Option<(String, String)> {
    let text = text.strip_prefix('*').unwrap_or(text).trim_start();
    let braced = text.starts_with('{');
    let text = text.strip_prefix('{').unwrap_or(text).trim_start().strip_prefix('\\')?;
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (name, mut text) = text.split_at(end);
    if name.is_empty() || name.len() > 40 {
        return None;
    }
    if braced {
        text = text.trim_start().strip_prefix('}')?;
    }
    if plain_tex {
        text = text.trim_start_matches(|c: char| c == '#' || c.is_ascii_digit());
    } else if let Some(rest) = text.trim_start().strip_prefix('[') {
        text = rest.split_once(']')?.1;
    }
    let body = text.trim_start().strip_prefix('{')?;
    let mut depth = 1;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (at <= 1000).then(|| (name.to_owned(), body[..at].to_owned()));
        }
    }
    None
}

/// Sets formulas; knows the macros of its notebook.
pub(super) struct Math {
    engine: LatexToMathML,
}

impl Math {
    /// An engine with the macros that it understands; the others are left out.
    pub(super) fn new(mut macros: Vec<(String, String)>) -> Self {
        loop {
            let config = MathCoreConfig { macros: macros.clone(), ..MathCoreConfig::default() };
            match LatexToMathML::new(config) {
                Ok(engine) => return Self { engine },
                Err((_, index, _)) if index < macros.len() => {
                    macros.remove(index);
                }
                Err(_) => macros.clear(),
            }
        }
    }

    /// Appends the formula as MathML; where it cannot be set, as readable TeX, and says why.
    pub(super) fn set(&self, tex: &str, display: bool, out: &mut String) -> Result<(), String> {
        let tex = tex.trim();
        if tex.is_empty() || only_definitions(tex) {
            return Ok(());
        }
        let (class, mode) =
            if display { ("math math-display", MathDisplay::Block) } else { ("math", MathDisplay::Inline) };
        let done = if tex.len() > MAX_TEX || depth(tex) > MAX_DEPTH {
            Err("it is too long or too deeply nested".to_owned())
        } else {
            let tex = prepare(tex);
            // The library has panicked on odd input before: that is one formula's fault, not the page's.
            let set = std::panic::AssertUnwindSafe(|| self.engine.convert_with_local_state(&tex, mode));
            match std::panic::catch_unwind(set) {
                Ok(Ok(result)) if result.mathml.len() > MAX_MATHML => Err("it grows too large".to_owned()),
                Ok(Ok(result)) => Ok(result.mathml),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("the library that sets formulas fails on it".to_owned()),
            }
        };
        match done {
            Ok(mathml) => {
                let scrolls = if display { " tabindex=\"0\"" } else { "" };
                out.push_str(&format!("<span class=\"{class}\"{scrolls}>"));
                push_conforming(&mathml, tex, out);
                out.push_str("</span>");
                Ok(())
            }
            Err(why) => {
                let scrolls = if display { " tabindex=\"0\"" } else { "" };
                out.push_str(&format!("<code class=\"{class} math-tex\"{scrolls}>"));
                escape_text_into(out, tex);
                out.push_str("</code>");
                Err(why.split_whitespace().collect::<Vec<_>>().join(" "))
            }
        }
    }
}

/// How deep braces, delimiters and environments nest.
fn depth(tex: &str) -> usize {
    let (mut deepest, mut now) = (0_usize, 0_usize);
    for byte in tex.bytes() {
        match byte {
            b'{' => now += 1,
            b'}' => now = now.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(now);
    }
    deepest.max(tex.matches("\\left").count() / 4).max(tex.matches("\\begin").count() / 4)
}

/// Whether a formula only defines macros, and so shows nothing.
fn only_definitions(tex: &str) -> bool {
    const KEYS: [&str; 5] =
        ["\\newcommand", "\\renewcommand", "\\providecommand", "\\def\\", "\\DeclareMathOperator"];
    let mut lines = tex.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.all(|line| KEYS.iter().any(|key| line.starts_with(key)))
}

/// TeX that MathJax takes and the library does not, written so that it does: `eqnarray`,
/// `\boxed`, labels, `\nonumber`, quote marks of a block quote, definitions beside the formula.
fn prepare(tex: &str) -> String {
    let mut tex: String =
        tex.lines().map(|line| line.trim_start_matches("> ")).collect::<Vec<_>>().join("\n");
    for (from, to) in [
        ("\\begin{eqnarray}", "\\begin{align}"),
        ("\\end{eqnarray}", "\\end{align}"),
        ("\\begin{eqnarray*}", "\\begin{align*}"),
        ("\\end{eqnarray*}", "\\end{align*}"),
        ("\\begin{split}", "\\begin{aligned}"),
        ("\\end{split}", "\\end{aligned}"),
        ("&=&", "&="),
        ("& = &", "&="),
        ("\\LaTeX", "\\text{LaTeX}"),
        ("\\TeX", "\\text{TeX}"),
        ("\\normalsize", ""),
        ("\\\n", "\\ \n"),
        ("\\nonumber", ""),
        ("\\notag", ""),
        ("\\boxed", ""),
        ("\\displaylines", ""),
        ("\\mbox{", "\\text{"),
        ("\\bf ", "\\mathbf "),
        ("\\hspace*", "\\hspace"),
        ("\\cr\n", "\\\\\n"),
        ("\\cr ", "\\\\ "),
    ] {
        if tex.contains(from) {
            tex = tex.replace(from, to);
        }
    }
    for key in ["\\label{", "\\tag{"] {
        while let Some(at) = tex.find(key) {
            let Some(end) = tex[at..].find('}') else { break };
            tex.replace_range(at..at + end + 1, "");
        }
    }
    tex
}

/// What the HTML validator objects to in the library's MathML, and what says the same: elements
/// that MathML Core styles by CSS take a style where the attribute is not theirs.
const REWRITES: &[(&str, &str)] = &[
    (
        "<mtable displaystyle=\"true\" scriptlevel=\"0\" style=\"",
        "<mtable displaystyle=\"true\" style=\"math-depth:0;",
    ),
    (
        "<mtable displaystyle=\"true\" scriptlevel=\"0\"",
        "<mtable displaystyle=\"true\" style=\"math-depth:0\"",
    ),
    (
        "<mtable displaystyle=\"false\" scriptlevel=\"0\"",
        "<mtable displaystyle=\"false\" style=\"math-depth:0\"",
    ),
    ("<mfrac displaystyle=\"true\"", "<mfrac style=\"math-style:normal\""),
    ("<mfrac displaystyle=\"false\"", "<mfrac style=\"math-style:compact\""),
    ("<mrow displaystyle=\"true\" scriptlevel=\"0\"", "<mrow style=\"math-style:normal;math-depth:0\""),
    ("<mrow displaystyle=\"true\"", "<mrow style=\"math-style:normal\""),
    ("<mrow displaystyle=\"false\" scriptlevel=\"0\"", "<mrow style=\"math-style:compact;math-depth:0\""),
];

/// Appends the library's MathML, rewritten where the HTML validator objects, with the TeX as its
/// text for copying and for readers of the screen.
fn push_conforming(mathml: &str, tex: &str, out: &mut String) {
    let mut mathml = mathml.to_owned();
    for (from, to) in REWRITES {
        if mathml.contains(from) {
            mathml = mathml.replace(from, to);
        }
    }
    match mathml.find('>') {
        Some(end) if mathml.starts_with("<math") => {
            out.push_str(&mathml[..end]);
            out.push_str(" alttext=\"");
            escape_into(out, &tex.split_whitespace().collect::<Vec<_>>().join(" "));
            out.push('"');
            out.push_str(&mathml[end..]);
        }
        _ => out.push_str(&mathml),
    }
}

/// Whether a formula between single `$` is one whole display environment.
fn is_environment(tex: &str) -> bool {
    const DISPLAYED: [&str; 6] = ["align", "equation", "gather", "eqnarray", "multline", "alignat"];
    let tex = tex.trim();
    DISPLAYED.iter().any(|name| {
        tex.strip_prefix("\\begin{").is_some_and(|rest| rest.starts_with(name))
            && tex.ends_with('}')
            && tex.matches("\\begin{").count() == tex.matches("\\end{").count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texs(source: &str) -> Vec<&str> {
        find(source).into_iter().map(|formula| &source[formula.tex]).collect()
    }

    #[test]
    fn formulas_are_found_as_jupyter_finds_them() {
        assert_eq!(texs("$a = 1 *3* 5$ and $ b $"), ["a = 1 *3* 5", " b "]);
        assert_eq!(texs("$$\nx\n=\n2$$"), ["\nx\n=\n2"]);
        assert_eq!(texs("\\\\(C\\\\) and \\\\[ x \\\\]"), ["C", " x "]);
        assert_eq!(texs("\\begin{align}a\\\\b\\end{align}"), ["\\begin{align}a\\\\b\\end{align}"]);
        assert_eq!(texs("$s_i = s_{i}\n$"), ["s_i = s_{i}\n"]);
        assert_eq!(texs("the $n$th of $m$ items"), ["n", "m"]);
    }

    #[test]
    fn prices_variables_and_code_are_left_alone() {
        for source in [
            "$5 and $6",
            "set $HOME and $PATH",
            "`$x$`",
            "```\n$x$\n```",
            "\\$a\\$",
            "a \\[link\\] b",
            "$HOME/bin:$PATH",
            "<a href=\"$x$\">",
        ] {
            assert_eq!(texs(source), [""; 0], "{source}");
        }
    }

    #[test]
    fn macros_of_the_notebook_are_known() {
        let mut found = Vec::new();
        macros("$\\newcommand{\\vec}[1]{\\mathbf{#1}} \\def\\R{\\mathbb{R}}$", &mut found);
        assert_eq!(found, [("vec".into(), "\\mathbf{#1}".into()), ("R".into(), "\\mathbb{R}".into())]);
        let mut out = String::new();
        assert_eq!(Math::new(found).set("x \\in \\R", false, &mut out), Ok(()));
        assert!(out.starts_with("<span class=\"math\"><math alttext=\"x \\in \\R\">"), "{out}");
    }

    #[test]
    fn what_cannot_be_set_stands_as_tex() {
        let mut out = String::new();
        assert!(Math::new(Vec::new()).set("\\nosuch{<x>}", true, &mut out).is_err());
        assert_eq!(
            out,
            "<code class=\"math math-display math-tex\" tabindex=\"0\">\\nosuch{&lt;x&gt;}</code>"
        );
    }
}
