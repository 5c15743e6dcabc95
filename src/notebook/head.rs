//! The head of a code cell: `#|` options (Quarto's grammar,
//! <https://quarto.org/docs/reference/cells/cells-jupyter.html>), nbdev's bare words, and what
//! forms of Colab and Databricks say in the source itself (conventions 4.4 and 4.5).

use serde_json::{Map, Value};

use super::lang::Lang;
use super::marks::{self, Place};
use super::options::Parameter;
use crate::diagnostic::{CellRef, Note, Rule};
use crate::yaml;

/// What stands at the head of a code cell, apart from its code.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The lines that are not shown, each with its end.
    pub(super) text: String,
    /// How many lines of the source they are.
    pub(super) lines: u32,
    /// The options by name.
    pub(super) options: Map<String, Value>,
    /// Bare words.
    pub(super) words: Vec<String>,
    /// Words whose lines are dropped from streams.
    pub(super) filtered: Vec<String>,
    /// Whether it stands over code at all.
    pub(super) is_code: bool,
}

impl Head {
    /// Takes the head off `source`, which keeps the code alone.
    pub(super) fn take(source: &mut String, lang: &Lang, at: &CellRef, notes: &mut Vec<Note>) -> Self {
        let mut head = Self { is_code: true, ..Self::default() };
        if !source.contains('|') {
            return head;
        }
        let (leader, trailer) = leader(lang);
        let magic = source.starts_with("%%");
        let mut body = String::new();
        let mut yaml_lines = Vec::new();
        let mut rest = source.as_str();
        let mut first = true;
        while !rest.is_empty() {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            let others = || ["#", "//", "%%", "--"].iter().find_map(|leader| option_line(line, leader, ""));
            match option_line(line, leader, trailer).or_else(others) {
                Some(option) => {
                    yaml_lines.push(option);
                    head.text.push_str(line);
                    head.text.push('\n');
                    head.lines += 1;
                }
                // The head may stand behind the line of a cell magic and behind blank lines.
                None if yaml_lines.is_empty() && ((first && magic) || line.trim().is_empty()) => {
                    body.push_str(line);
                    body.push('\n');
                }
                None => break,
            }
            first = false;
            rest = after;
        }
        if !yaml_lines.is_empty() {
            let before = notes.len();
            if !head.read(&yaml_lines, at, notes) {
                // A table drawn in comments: it is the author's, and shown.
                notes.truncate(before);
                return Self { is_code: true, ..Self::default() };
            }
            // Blank lines part the options from the code and are neither.
            let code = rest.trim_start_matches('\n');
            head.lines += u32::try_from(rest.len() - code.len()).unwrap_or(0);
            body.push_str(code);
            *source = body;
        }
        head
    }

    /// Reads the lines as one YAML map; where they are none, line by line, as nbdev writes them.
    /// Whether any line is meant as an option, be it with a slip.
    fn read(&mut self, lines: &[&str], at: &CellRef, notes: &mut Vec<Note>) -> bool {
        if let Ok(map) = yaml::map(&lines.join("\n"))
            && !map.is_empty()
        {
            self.options = map;
            return true;
        }
        let mut is_meant = false;
        let mut at_line = 0;
        while at_line < lines.len() {
            let line = lines[at_line].trim();
            let number = u32::try_from(at_line + 1).unwrap_or(u32::MAX);
            // What is indented below a key belongs to it.
            let mut end = at_line + 1;
            while lines.get(end).is_some_and(|next| next.starts_with([' ', '\t']) || next.starts_with("- ")) {
                end += 1;
            }
            let block = lines[at_line..end].join("\n");
            at_line = end;
            let first = line.split([' ', ':', '\t']).next().unwrap_or_default();
            if line.is_empty() {
                continue;
            }
            match yaml::map(&block) {
                Ok(map) if !map.is_empty() => self.options.extend(map),
                _ if first == "filter_stream" => {
                    self.filtered.extend(line.split_whitespace().skip(1).map(str::to_owned));
                }
                _ if marks::find(Place::Word, first).is_some() => self.words.push(first.to_owned()),
                _ if line.contains(':') && marks::find(Place::Option, first).is_some() => {
                    // `label:x` without its space, or a value that YAML takes for something else.
                    let value = line[first.len()..].trim_start_matches([':', ' ']);
                    self.options.insert(first.to_owned(), value.into());
                    let (what, help) = if line[first.len()..].starts_with(": ") {
                        (
                            "is no YAML; its words are taken as they stand",
                            format!("write `{first}: \"{}\"`", value.trim_matches(['"', '\''])),
                        )
                    } else {
                        ("lacks the space behind its colon", format!("write `{first}: {value}`"))
                    };
                    notes.push(
                        Note::warning(Rule::Mark, format!("`{line}` {what}"))
                            .in_cell(at)
                            .at_line(number)
                            .help(help),
                    );
                }
                _ => {
                    let near =
                        marks::nearest(Place::Word, first).or_else(|| marks::nearest(Place::Option, first));
                    is_meant |= near.is_some();
                    let note = match near {
                        Some(near) => {
                            Note::warning(Rule::Mark, format!("`{line}` means nothing; passed over"))
                                .help(format!("did you mean `{near}`?"))
                        }
                        None => Note::warning(Rule::Mark, format!("`{line}` is no option; passed over"))
                            .help("options are written `#| name: value`"),
                    };
                    notes.push(note.in_cell(at).at_line(number));
                }
            }
        }
        is_meant || !(self.options.is_empty() && self.words.is_empty() && self.filtered.is_empty())
    }
}

/// The text of an option line: without its comment sign, its bar and one space.
fn option_line<'a>(line: &'a str, leader: &str, trailer: &str) -> Option<&'a str> {
    let behind = line.strip_prefix(leader)?;
    let rest = behind.trim_start_matches([' ', '\t']).strip_prefix('|')?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest).trim_end();
    // Quarto takes `# |` too; a table drawn in a comment begins so as well and is none.
    let key = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        .count();
    if !behind.starts_with('|') && (key == 0 || !rest[key..].starts_with(':')) {
        return None;
    }
    if trailer.is_empty() { Some(rest) } else { rest.strip_suffix(trailer).map(str::trim_end) }
}

/// What options begin and end with in a language (Quarto's `partition-cell-options.ts`).
fn leader(lang: &Lang) -> (&'static str, &'static str) {
    match lang.name() {
        "scala" | "csharp" | "fsharp" | "cpp" | "java" | "groovy" | "kotlin" | "javascript"
        | "typescript" | "scss" | "go" | "graphviz" | "rust" | "swift" | "dart" | "php" | "kql" | "zig" => {
            ("//", "")
        }
        "sql" | "lua" | "haskell" => ("--", ""),
        "matlab" | "latex" => ("%", ""),
        "mermaid" => ("%%", ""),
        "fortran" => ("!", ""),
        "stata" => ("*", ""),
        "q" => ("/", ""),
        "c" | "css" => ("/*", "*/"),
        "sas" => ("*", ";"),
        "ocaml" => ("(*", "*)"),
        _ => ("#", ""),
    }
}

/// Drops the lines that end in nbdev's `#| hide_line`; whether there were any.
pub(super) fn drop_hidden_lines(source: &mut String) -> bool {
    if !source.contains("hide_line") {
        return false;
    }
    if !source.lines().any(is_hidden_line) {
        return false;
    }
    let kept: Vec<&str> = source.split('\n').filter(|line| !is_hidden_line(line)).collect();
    *source = kept.join("\n");
    true
}

/// Whether a line of code ends in nbdev's `#| hide_line`.
pub(super) fn is_hidden_line(line: &str) -> bool {
    let Some(rest) = line.trim_end().strip_suffix("hide_line") else { return false };
    let Some(rest) = rest.trim_end().strip_suffix('|') else { return false };
    rest.trim_end().ends_with('#')
}

/// What a form says in the source: its title, its prose, its parameters.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) title: Option<String>,
    pub(super) prose: String,
    pub(super) parameters: Vec<Parameter>,
}

/// Reads Colab's `#@title`, `#@markdown` and `#@param`, and the widgets of Databricks.
pub(super) fn form(source: &str) -> Form {
    let mut form = Form::default();
    let colab = source.contains("#@") || source.contains("# @");
    if !colab && !source.contains("dbutils.widgets.") {
        return form;
    }
    for line in source.lines() {
        let line = line.trim();
        let said = line.strip_prefix("#@").or_else(|| line.strip_prefix("# @"));
        if let Some(title) = said.and_then(|said| said.strip_prefix("title")) {
            let title = title.split('{').next().unwrap_or_default().trim();
            if form.title.is_none() && !title.is_empty() {
                form.title = Some(title.to_owned());
            }
        } else if let Some(prose) = said.and_then(|said| said.strip_prefix("markdown")) {
            form.prose.push_str(prose.strip_prefix(' ').unwrap_or(prose));
            form.prose.push('\n');
        } else if let Some((code, kind)) = line.split_once("#@param").or_else(|| line.split_once("# @param"))
            && let Some((name, value)) = code.split_once('=')
        {
            form.parameters.push(Parameter {
                name: name.split(':').next().unwrap_or_default().trim().to_owned(),
                value: value.trim().to_owned(),
                kind: kind_of(kind.trim()),
            });
        } else if let Some(call) = line.strip_prefix("dbutils.widgets.")
            && let Some((kind, arguments)) = call.split_once('(')
            && matches!(kind, "text" | "dropdown" | "combobox" | "multiselect")
        {
            let arguments = arguments.trim_end_matches([')', ';', ' ']);
            let mut words = arguments.splitn(3, ',').map(|word| word.trim().trim_matches(['"', '\'']));
            let value = |word: Option<&str>| {
                word.unwrap_or_default()
                    .rsplit('=')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .trim_matches(['"', '\''])
                    .to_owned()
            };
            form.parameters.push(Parameter {
                name: value(words.next()),
                value: value(words.next()),
                kind: kind.to_owned(),
            });
        }
    }
    form
}

/// What `#@param` says of a parameter: its type, or what it may be.
fn kind_of(said: &str) -> String {
    if let Some(list) = said.strip_prefix('[').and_then(|said| said.split(']').next()) {
        return list.to_owned();
    }
    let after = said.split("type:").nth(1).unwrap_or_default().trim_start();
    after.trim_start_matches(['"', '\'']).split(['"', '\'', ',', '}']).next().unwrap_or_default().to_owned()
}

/// The assignments of a parameters cell, as papermill reads them (`papermill/translators.py`).
pub(super) fn assignments(source: &str) -> Vec<Parameter> {
    let mut found = Vec::new();
    for line in source.lines() {
        let Some((name, value)) = line.split_once('=').or_else(|| line.split_once("<-")) else { continue };
        let name = name.trim_start_matches("set ").trim();
        let (name, kind) = name.split_once(':').map_or((name, ""), |(name, kind)| (name.trim(), kind.trim()));
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$'))
            && name.chars().skip(1).all(|c| c.is_alphanumeric() || c == '_');
        if !is_name || value.starts_with('=') {
            continue;
        }
        let (value, remark) = match value.rsplit_once(" #") {
            Some((value, remark)) if value.matches(['"', '\'']).count() % 2 == 0 => (value, remark.trim()),
            _ => (value, ""),
        };
        let kind = if kind.is_empty() { remark.trim_start_matches("type:").trim() } else { kind };
        found.push(Parameter {
            name: name.to_owned(),
            value: value.trim().trim_end_matches(';').to_owned(),
            kind: kind.to_owned(),
        });
    }
    found
}
