//! Code → HTML with classes, by syntect's grammars.
//!
//! Highlighting is the one slow step of a build (about 1 MB/s a core), and most lines of a repo
//! have occurred before. So lines are memoised by the state that the parser was in: equal line,
//! equal state, equal result. The memo belongs to the process and never changes what comes out.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use crate::digest::Digest;
use crate::html::escape_text_into;
use crate::notebook::Lang;

/// Sources above this many bytes stand unhighlighted: a grammar may be slow on odd input.
const MAX_SOURCE: usize = 128 * 1024;
/// Lines above this many bytes stand unhighlighted.
const MAX_LINE: usize = 2000;
/// How many bytes of highlighted lines the memo may hold.
const MAX_MEMO: usize = 24 * 1024 * 1024;
/// How many parser states of one grammar are told apart.
const MAX_STATES: usize = 96;

/// The token classes that a theme colours, by the scope they stand for. Of the scopes that a
/// token bears, the innermost one found here decides.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "c"),
    ("punctuation.definition.comment", "c"),
    ("constant.character.escape", "e"),
    ("constant.other.placeholder", "e"),
    ("string", "s"),
    ("constant.numeric", "n"),
    ("constant.language", "l"),
    ("constant", "l"),
    ("support.constant", "l"),
    ("keyword.operator.word", "k"),
    ("keyword.operator.logical.python", "k"),
    ("keyword.operator", "o"),
    ("keyword", "k"),
    ("storage", "k"),
    ("entity.name.function", "f"),
    ("variable.function", "f"),
    ("support.function", "f"),
    ("entity.name.tag", "g"),
    ("entity.other.attribute-name", "a"),
    ("variable.other.readwrite.shell", "v"),
    ("variable.other.readwrite", "v"),
    ("variable.parameter", "v"),
    ("variable.language", "l"),
    ("variable.other.normal.shell", "v"),
    ("punctuation.definition.variable", "v"),
    ("entity.name.type", "t"),
    ("entity.name.class", "t"),
    ("entity.name.namespace", "t"),
    ("entity.other.inherited-class", "t"),
    ("support.type", "t"),
    ("support.class", "t"),
    ("entity.name.section", "h"),
    ("markup.heading", "h"),
    ("markup.deleted", "d"),
    ("markup.inserted", "i"),
    ("meta.diff.header", "h"),
    // Inside a string, what is interpolated is code again.
    ("meta.interpolation", ""),
    ("meta.string.interpolated", ""),
];

/// How the lines of a block are marked up.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum LineMarks<'a> {
    /// Not at all.
    None,
    /// Each is an element, so that wrapped lines hang; those in the runs (first and last, from 1)
    /// are marked.
    Hanging(&'a [(u32, u32)]),
    /// Each is an element with an id that begins with that of its cell, ready to stand in an
    /// attribute; those in the runs are marked.
    Anchored(&'a str, &'a [(u32, u32)]),
}

struct Engine {
    syntaxes: SyntaxSet,
    classes: Vec<(Scope, &'static str)>,
    shards: Vec<Mutex<Shard>>,
    held: AtomicUsize,
    /// The next number for a parser state.
    next: AtomicU32,
}

/// A part of the memo: by grammar, state and line, the line's HTML and the state behind it.
type Shard = HashMap<Digest, (Arc<str>, StateId)>;

/// A parser state by its number, the same in all threads.
type StateId = u32;

/// Where a parser stands between two lines.
#[derive(Clone, PartialEq)]
struct State {
    parser: ParseState,
    scopes: ScopeStack,
}

thread_local! {
    /// The states that this thread has met, by grammar: a parser cannot go from thread to thread,
    /// its number can.
    static MET: RefCell<HashMap<usize, Vec<(StateId, State)>>> = RefCell::default();
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let syntaxes = two_face::syntax::extra_newlines();
    let numbered = u32::try_from(syntaxes.syntaxes().len() * 2).unwrap_or(u32::MAX / 2);
    Engine {
        syntaxes,
        classes: CLASSES
            .iter()
            .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, *class)))
            .collect(),
        shards: (0..16).map(|_| Mutex::default()).collect(),
        held: AtomicUsize::new(0),
        next: AtomicU32::new(numbered),
    }
});

/// The name of the grammar for a language: its own, or its nearest relative. Languages that are
/// missing here and unknown to the grammars stay plain.
fn grammar(lang: &Lang) -> Option<&'static SyntaxReference> {
    let name = match lang.name() {
        "" | "console" | "promql" | "mermaid" => return None,
        "batch" => "Batch File",
        "fortran" => "Fortran (Modern)",
        "graphviz" => "Graphviz (DOT)",
        "http" => "HTTP Request and Response",
        "regex" => "Regular Expression",
        "csharp" => "C#",
        "fsharp" => "F#",
        "cpp" => "C++",
        "bash" => "Bourne Again Shell (bash)",
        "javascript" => "JavaScript",
        "objective-c" => "Objective-C",
        "r" => "R",
        "kql" | "sparql" | "cypher" | "sas" | "stata" => "SQL",
        "gremlin" => "Groovy",
        "ansible" => "YAML",
        "scheme" => "Lisp",
        "html" | "vue" | "svelte" => "HTML",
        "wolfram" => "MATLAB",
        "restructuredtext" => "reStructuredText",
        "protobuf" => "Protocol Buffer",
        "viml" => "VimL",
        name => name,
    };
    let syntaxes = &ENGINE.syntaxes;
    syntaxes.find_syntax_by_name(name).or_else(|| syntaxes.find_syntax_by_token(name))
}

/// Appends `source`, highlighted as `lang`, to `out`: the inside of a `<code>` element.
///
/// In Python, lines that begin with `!` are shell and lines that begin with `%` are magics; the
/// first line of a cell magic is one too.
pub(super) fn highlight(out: &mut String, source: &str, lang: &Lang, marks: LineMarks<'_>) {
    let syntax = if source.len() > MAX_SOURCE { None } else { grammar(lang) };
    let mut writer = Writer { out, marks, line: 0 };
    let mut main = syntax.map(Lines::new);
    let mut shell = None;
    let magics = lang.name() == "python" || source.starts_with("%%");
    for (number, line) in source.split('\n').enumerate() {
        let trimmed = line.trim_start();
        writer.open();
        if number == 0 && (line.starts_with("%%") || line.starts_with("#!") && lang.name() != "bash")
            || magics && trimmed.starts_with('%')
        {
            writer.class("m", line);
        } else if magics && trimmed.starts_with('!') {
            let indent = line.len() - trimmed.len() + 1;
            writer.class("m", &line[..indent]);
            let shell = shell.get_or_insert_with(|| grammar(&Lang::new("bash")).map(Lines::new));
            match shell {
                Some(shell) => shell.highlight(&line[indent..], writer.out),
                None => escape_text_into(writer.out, &line[indent..]),
            }
        } else {
            match &mut main {
                Some(lines) if line.len() <= MAX_LINE => lines.highlight(line, writer.out),
                _ => escape_text_into(writer.out, line),
            }
        }
        writer.close();
    }
    if marks == LineMarks::None && writer.out.ends_with('\n') {
        writer.out.pop();
    }
}

struct Writer<'a> {
    out: &'a mut String,
    marks: LineMarks<'a>,
    line: u32,
}

impl Writer<'_> {
    fn open(&mut self) {
        self.line += 1;
        match self.marks {
            LineMarks::None => {}
            LineMarks::Hanging(marked) => {
                let class = self.line_class(marked);
                let _ = write!(self.out, "<span class=\"{class}\">");
            }
            LineMarks::Anchored(cell, marked) => {
                let class = self.line_class(marked);
                let _ = write!(self.out, "<span class=\"{class}\" id=\"{cell}.{}\">", self.line);
            }
        }
    }

    fn line_class(&self, marked: &[(u32, u32)]) -> &'static str {
        let is_marked = marked.iter().any(|(first, last)| (*first..=*last).contains(&self.line));
        if is_marked { "line marked" } else { "line" }
    }

    fn close(&mut self) {
        // The line end stands inside the element: so the text can be copied as it is, and an
        // element shown as a block makes no second line.
        self.out.push('\n');
        if self.marks != LineMarks::None {
            self.out.push_str("</span>");
        }
    }

    fn class(&mut self, class: &str, text: &str) {
        let _ = write!(self.out, "<span class=\"{class}\">");
        escape_text_into(self.out, text);
        self.out.push_str("</span>");
    }
}

/// The parser of one source, going from line to line. As long as the memo knows the lines, only
/// the number of the state moves on; the parser catches up where a line is new.
struct Lines<'s> {
    syntax: &'static SyntaxReference,
    index: usize,
    state: State,
    id: Option<StateId>,
    /// Lines that the memo knew and the parser has not seen.
    passed: Vec<&'s str>,
}

impl<'s> Lines<'s> {
    fn new(syntax: &'static SyntaxReference) -> Self {
        let engine = &*ENGINE;
        let index =
            engine.syntaxes.syntaxes().iter().position(|known| std::ptr::eq(known, syntax)).unwrap_or(0);
        let state = State { parser: ParseState::new(syntax), scopes: ScopeStack::new() };
        let id = engine.meet(index, &state);
        Self { syntax, index, state, id, passed: Vec::new() }
    }

    fn highlight(&mut self, line: &'s str, out: &mut String) {
        let engine = &*ENGINE;
        let key = self.id.map(|id| engine.key(&self.syntax.name, id, line));
        if let Some((html, next)) = key.and_then(|key| engine.recall(key)) {
            out.push_str(&html);
            self.id = Some(next);
            self.passed.push(line);
            return;
        }
        self.catch_up();
        let start = out.len();
        if engine.parse(&mut self.state, line, out).is_err() {
            out.truncate(start);
            escape_text_into(out, line);
        }
        self.id = engine.number(self.index, &self.state);
        if let (Some(key), Some(next)) = (key, self.id) {
            engine.remember(key, &out[start..], next);
        }
    }

    /// Brings the parser to the state that the number stands for: this thread has met it, or the
    /// lines since are parsed once more.
    fn catch_up(&mut self) {
        if self.passed.is_empty() {
            return;
        }
        let met = self.id.and_then(|id| {
            MET.with_borrow(|met| {
                met.get(&self.index)?.iter().find(|(known, _)| *known == id).map(|(_, state)| state.clone())
            })
        });
        match met {
            Some(state) => self.state = state,
            None => {
                let mut nowhere = String::new();
                for line in &self.passed {
                    // A line that cannot be parsed leaves the state as the first pass did.
                    let _ = ENGINE.parse(&mut self.state, line, &mut nowhere);
                    nowhere.clear();
                }
                if let Some(id) = self.id {
                    let state = self.state.clone();
                    MET.with_borrow_mut(|met| {
                        let states = met.entry(self.index).or_default();
                        if states.len() < MAX_STATES {
                            states.push((id, state));
                        }
                    });
                }
            }
        }
        self.passed.clear();
    }
}

impl Engine {
    fn key(&self, syntax: &str, state: StateId, line: &str) -> Digest {
        let mut bytes = Vec::with_capacity(line.len() + syntax.len() + 5);
        bytes.extend_from_slice(syntax.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(&state.to_le_bytes());
        bytes.extend_from_slice(line.as_bytes());
        Digest::of(&bytes)
    }

    fn shard(&self, key: Digest) -> MutexGuard<'_, Shard> {
        // Nobody panics while holding this lock; if somebody did, the memo is still only a memo.
        let shard = &self.shards[usize::from(key.first_byte()) % self.shards.len()];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recall(&self, key: Digest) -> Option<(Arc<str>, StateId)> {
        self.shard(key).get(&key).cloned()
    }

    fn remember(&self, key: Digest, html: &str, next: StateId) {
        let weight = html.len() + 96;
        if self.held.fetch_add(weight, Ordering::Relaxed) < MAX_MEMO {
            self.shard(key).insert(key, (html.into(), next));
        }
    }

    /// Makes the thread know the two states that most lines stand in, under the same numbers in
    /// every thread: a fresh parser's, and the one behind an empty line.
    fn meet(&self, index: usize, fresh: &State) -> Option<StateId> {
        let id = u32::try_from(index * 2).ok()?;
        MET.with_borrow_mut(|met| {
            met.entry(index).or_insert_with(|| {
                let mut main = fresh.clone();
                let mut states = vec![(id, fresh.clone())];
                if self.parse(&mut main, "", &mut String::new()).is_ok() {
                    states.push((id + 1, main));
                }
                states
            });
        });
        Some(id)
    }

    /// The number of a state, `None` where this thread has met too many of the grammar's.
    fn number(&self, index: usize, state: &State) -> Option<StateId> {
        MET.with_borrow_mut(|met| {
            let states = met.entry(index).or_default();
            if let Some((id, _)) = states.iter().rev().find(|(_, known)| known == state) {
                return Some(*id);
            }
            if states.len() >= MAX_STATES {
                return None;
            }
            let id = self.next.fetch_add(1, Ordering::Relaxed);
            states.push((id, state.clone()));
            Some(id)
        })
    }

    /// Parses one line and appends it with classes; neighbours of one class share an element.
    fn parse(&self, state: &mut State, line: &str, out: &mut String) -> Result<(), ()> {
        let ended = format!("{line}\n");
        let ops = state.parser.parse_line(&ended, &self.syntaxes).map_err(|_| ())?;
        let mut open = "";
        let mut at = 0;
        let mut emit = |text: &str, class: &'static str| {
            // White space needs no colour: it goes with whatever stands before it.
            let class = if text.trim().is_empty() { open } else { class };
            if class != open {
                if !open.is_empty() {
                    out.push_str("</span>");
                }
                if !class.is_empty() {
                    let _ = write!(out, "<span class=\"{class}\">");
                }
                open = class;
            }
            escape_text_into(out, text);
        };
        for (offset, op) in ops {
            let offset = offset.min(line.len());
            if offset > at {
                emit(&line[at..offset], self.class(&state.scopes));
                at = offset;
            }
            state.scopes.apply(&op).map_err(|_| ())?;
        }
        if at < line.len() {
            emit(&line[at..], self.class(&state.scopes));
        }
        if !open.is_empty() {
            out.push_str("</span>");
        }
        Ok(())
    }

    fn class(&self, scopes: &ScopeStack) -> &'static str {
        for scope in scopes.as_slice().iter().rev() {
            if let Some((_, class)) = self.classes.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)) {
                return class;
            }
        }
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(source: &str, lang: &str) -> String {
        let mut out = String::new();
        highlight(&mut out, source, &Lang::new(lang), LineMarks::None);
        out
    }

    #[test]
    fn every_language_of_the_table_has_a_grammar_or_is_known_to_have_none() {
        const PLAIN: &[&str] =
            &["console", "maxima", "q", "idl", "robotframework", "logtalk", "promql", "mermaid"];
        let plain: Vec<String> =
            Lang::all().filter(|lang| grammar(lang).is_none()).map(|lang| lang.to_string()).collect();
        assert_eq!(plain, PLAIN);
    }

    #[test]
    fn the_memo_gives_what_the_parser_gives() {
        let source = "def f(x):\n    \"\"\"doc\n    more\"\"\"\n    return x\n";
        let first = html(source, "python");
        assert_eq!(html(source, "python"), first);
        assert!(first.contains("<span class=\"k\">def </span><span class=\"f\">f</span>"), "{first}");
        assert!(first.contains("<span class=\"c\">    more"), "{first}");
    }

    #[test]
    fn magics_and_shell_lines_do_not_break_python() {
        let out = html("%matplotlib inline\n!ls -l | sort\nx = 'a'", "python");
        assert!(
            out.starts_with("<span class=\"m\">%matplotlib inline</span>\n<span class=\"m\">!</span>"),
            "{out}"
        );
        assert!(
            out.ends_with("<span class=\"s\">&#39;a&#39;</span>")
                || out.ends_with("<span class=\"s\">'a'</span>"),
            "{out}"
        );
    }
}
