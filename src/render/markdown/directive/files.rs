//! Directives that take in another file, and blocks of code with what their options say.

use super::super::{line as one_line, nested};
use super::Show;
use crate::diagnostic::{Note, Rule};
use crate::notebook::Lang;
use crate::render::block;
use crate::render::code::{self, LineMarks};
use crate::render::fragment::Fragment;
use crate::render::frame::{self, Caption};
use crate::render::page::PageState;
use crate::render::target::Kind;
use crate::render::weave::text_of;

/// The text of another file, as Markdown of this page.
pub(in crate::render::markdown) fn include(target: &str, line: u32, page: &mut PageState) -> Fragment {
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

pub(super) fn included(target: &str, line: u32, page: &mut PageState) -> Option<String> {
    let context = page.context.clone();
    let why = match context.included.get(target) {
        Some(included) => match &included.text {
            Ok(text) if page.take_in(text.len()) => return Some(text.clone()),
            Ok(_) => return None,
            Err(why) => why.clone(),
        },
        None => format!("`{target}` was not read"),
    };
    page.note(
        Note::warning(Rule::Directive, format!("the file cannot be included: {why}"))
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

impl Show<'_> {
    pub(super) fn include(&mut self) -> Fragment {
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

    pub(super) fn literal_include(&mut self) -> Fragment {
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
    pub(super) fn part_of(&mut self, text: &str) -> String {
        let block = self.block;
        let options = &block.options;
        let mut lines: Vec<&str> = text.lines().collect();
        let number = |key: &str| options.get(key).and_then(|value| value.trim().parse::<usize>().ok());
        let find = |key: &str, lines: &[&str]| {
            let needle = options.get(key)?.trim_matches('"');
            lines.iter().position(|line| line.contains(needle))
        };
        let sought = ["start-after", "start-at", "end-before", "end-at"];
        let missing = sought.iter().find(|key| options.get(key).is_some() && find(key, &lines).is_none());
        let unread = ["pyobject", "diff", "dedent", "prepend", "append"].into_iter();
        for key in missing.copied().into_iter().chain(unread.filter(|key| options.get(key).is_some())) {
            self.page.note(
                Note::warning(
                    Rule::Directive,
                    format!("`:{key}:` finds nothing in the file, or is not known"),
                )
                .at_line(self.line)
                .help("the rest of the options holds; name lines by `:lines:`"),
            );
        }
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
    pub(super) fn listing(&mut self, text: &str, lang: &Lang) -> Fragment {
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
            ..Caption::default()
        };
        frame::figure(out, caption, self.page)
    }
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
