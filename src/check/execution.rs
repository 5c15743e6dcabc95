//! Whether what a notebook shows is what its code does.

use jiff::Timestamp;

use super::{Desk, in_cell};
use crate::diagnostic::{Note, Rule, Severity};
use crate::notebook::{Cell, CellKind, Code, Format, Output, Slide};

/// How often a line is redrawn before it is said.
const REDRAWN: usize = 10;

/// Asks a notebook.
pub(super) fn ask(desk: &mut Desk<'_>) {
    let notebook = desk.notebook;
    let code: Vec<(&Cell, &Code)> = notebook
        .cells
        .iter()
        .filter_map(|cell| match &cell.kind {
            CellKind::Code(code) => Some((cell, code)),
            _ => None,
        })
        .collect();
    // Text forms keep neither counts nor outputs.
    if notebook.format == Format::Ipynb {
        // Some tools keep no counts at all.
        if code.iter().any(|(_, code)| code.count.is_some()) {
            unrun(&code, desk);
        }
        order(&code, desk);
        age(&code, desk);
        empty(desk);
    }
    let mut above = "";
    for cell in &notebook.cells {
        match &cell.kind {
            CellKind::Markdown => above = &cell.source,
            CellKind::Raw(_) => {}
            CellKind::Code(code) => {
                let words = Words::of(above, cell, code);
                errors(cell, code, &words, desk);
                progress(cell, code, desk);
                // Where debugging is the lesson, it is no leftover.
                if !above.to_lowercase().contains("debug") {
                    debug(cell, code, desk);
                }
            }
        }
    }
}

/// What the prose above a cell and its comments say, in lower case: where something is announced,
/// it is meant.
struct Words(String);

impl Words {
    fn of(above: &str, cell: &Cell, code: &Code) -> Self {
        let leader = code.lang.comment().unwrap_or("#");
        let comments =
            cell.source.lines().filter_map(|line| line.split_once(leader)).map(|(_, comment)| comment);
        let mut words = above.to_lowercase();
        comments.for_each(|comment| {
            words.push('\n');
            words.push_str(&comment.to_lowercase());
        });
        Self(words)
    }

    fn hold(&self, any: &[&str]) -> bool {
        any.iter().any(|word| self.0.contains(word))
    }
}

/// Words that announce an exception.
const ANNOUNCE: &[&str] = &[
    "will fail",
    "should fail",
    "fails with",
    "expected to fail",
    "supposed to fail",
    "going to fail",
    "to an error",
    "will throw",
    "throws",
    "will raise",
    "raises",
    "will crash",
    "an exception",
    "exceptions",
    "traceback",
    "does not work",
    "doesn't work",
    "an error occurs",
    "get an error",
    "gives an error",
    "失敗",
    "エラー",
    "错误",
];

/// Cells that were not run; those that follow each other are one finding.
fn unrun(code: &[(&Cell, &Code)], desk: &mut Desk<'_>) {
    let is_unrun = |(cell, code): &(&Cell, &Code)| {
        code.count.is_none()
            && code.outputs.is_empty()
            && !cell.options.skip_execution
            && has_code(cell, code)
    };
    let mut rest = code;
    while let Some(start) = rest.iter().position(is_unrun) {
        rest = &rest[start..];
        let length = rest.iter().take_while(|cell| is_unrun(cell)).count();
        let (first, last) = (rest[0].0, rest[length - 1].0);
        let said = match length {
            1 => "this cell was never run, the others were".to_owned(),
            _ => format!(
                "this cell and those after it up to cell {} were never run, others were",
                last.at.number
            ),
        };
        let help = "run all cells and save; what shall not be run has the tag `skip-execution`";
        desk.say(in_cell(Severity::Warning, Rule::CellUnrun, first, said).help(help));
        rest = &rest[length..];
    }
}

/// Whether there is something in a cell that could be run.
fn has_code(cell: &Cell, code: &Code) -> bool {
    let leader = code.lang.comment().unwrap_or("#");
    cell.source.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with(leader))
}

fn order(code: &[(&Cell, &Code)], desk: &mut Desk<'_>) {
    let mut before: Option<(u64, u32)> = None;
    for (cell, code) in code {
        let Some(count) = code.count else { continue };
        if let Some((last, number)) = before.filter(|(last, _)| *last >= count && count > 0) {
            let said =
                format!("this cell was run as number {count}, and cell {number} above it as number {last}");
            let note = in_cell(Severity::Warning, Rule::CellOrder, cell, said);
            desk.say(note.help("restart the kernel, run all cells, save"));
        }
        before = Some((count, cell.at.number));
    }
}

/// How much later, in seconds, a cell above must have been run: clocks and kernels are not that exact.
const LATER: i64 = 60;

/// Outputs that are older than those of a cell above, by the clock: the counts of two sessions may
/// rise all the same.
fn age(code: &[(&Cell, &Code)], desk: &mut Desk<'_>) {
    let day = |at: i64| {
        Timestamp::from_second(at).map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
    };
    let mut latest: Option<(i64, u32, Option<u64>)> = None;
    for (cell, code) in code.iter().filter(|(_, code)| !code.outputs.is_empty()) {
        let Some(ran) = code.ran else { continue };
        match latest {
            // Where the counts fall, that is said already.
            Some((last, number, count)) if ran + LATER < last && code.count >= count => {
                let said = format!(
                    "the output is of {}, and cell {number} above was run again on {}",
                    day(ran),
                    day(last)
                );
                let note = in_cell(Severity::Warning, Rule::OutputStale, cell, said);
                desk.say(note.help("run all cells from the top and save"));
                return;
            }
            Some((last, ..)) if ran < last => {}
            _ => latest = Some((ran, cell.at.number, code.count)),
        }
    }
}

fn empty(desk: &mut Desk<'_>) {
    let notebook = desk.notebook;
    for cell in &notebook.cells {
        let has_outputs = matches!(&cell.kind, CellKind::Code(code) if !code.outputs.is_empty());
        let options = &cell.options;
        let has_part =
            options.parameters.is_some() || options.slide != Slide::Continue || !options.tags.is_empty();
        if cell.source.trim().is_empty() && cell.head.trim().is_empty() && !has_outputs && !has_part {
            let note = in_cell(Severity::Info, Rule::CellEmpty, cell, "the cell is empty".to_owned());
            desk.say(note.help("delete it; `bindery check --fix` takes empty cells off the end"));
        }
    }
}

fn errors(cell: &Cell, code: &Code, words: &Words, desk: &mut Desk<'_>) {
    if cell.options.raises_ok {
        return;
    }
    for output in &code.outputs {
        let Output::Error { name, message, .. } = output else { continue };
        let message = desk.quote(message.lines().next().unwrap_or_default(), 80);
        let name = desk.quote(name, 80);
        let said = match (name.is_empty(), message.is_empty()) {
            (true, true) => "the cell ended with an exception".to_owned(),
            (_, true) => format!("the cell ended with {name}"),
            (true, _) => format!("the cell ended with an exception: {message}"),
            _ => format!("the cell ended with {name}: {message}"),
        };
        let severity = if words.hold(ANNOUNCE) { Severity::Warning } else { Severity::Error };
        let note = in_cell(severity, Rule::CellError, cell, said);
        desk.say(note.help("mend it and run it again; where the exception is meant, tag `raises-exception`"));
    }
}

fn progress(cell: &Cell, code: &Code, desk: &mut Desk<'_>) {
    let redrawn = |text: &str| {
        let returns = text.matches('\r').count() - text.matches("\r\n").count();
        // What draws a bar without a terminal prints it line by line.
        let bars = text.lines().filter(|line| line.contains("%|")).count();
        returns.max(bars)
    };
    let most = code.outputs.iter().map(|output| match output {
        Output::Stream { text, .. } => redrawn(text),
        _ => 0,
    });
    if let Some(times) = most.max().filter(|times| *times > REDRAWN) {
        let said = format!("a progress bar was redrawn {times} times in the output");
        let note = in_cell(Severity::Info, Rule::OutputProgress, cell, said);
        desk.say(note.help("switch it off for runs that are saved, or clear the output"));
    }
}

/// What stops a run or prints all it does, by the names of languages: a line that begins so.
const DEBUG: &[(&[&str], &[&str])] = &[
    (
        &["python"],
        &[
            "breakpoint()",
            "import pdb",
            "import ipdb",
            "pdb.set_trace(",
            "ipdb.set_trace(",
            "%debug",
            "%pdb on",
            "%pdb 1",
            "%%debug",
        ],
    ),
    (&["ruby"], &["binding.pry", "binding.irb", "byebug", "require 'pry'", "require \"pry\""]),
    (&["javascript", "typescript"], &["debugger;", "debugger"]),
    (&["r"], &["browser()", "debug("]),
    (&["powershell"], &["Set-PSDebug -Trace"]),
];

fn debug(cell: &Cell, code: &Code, desk: &mut Desk<'_>) {
    let lang = code.lang.name();
    // Where nobody says the language, it is mostly Python's or a shell's.
    let lang = if lang.is_empty() { "python" } else { lang };
    let starts: &[&str] =
        DEBUG.iter().find(|(langs, _)| langs.contains(&lang)).map_or(&[], |(_, starts)| starts);
    for (number, line) in (1..).zip(cell.source.lines()) {
        let line = line.trim();
        // As a word of its own: `debugger` may begin a name.
        let begins = |start: &&&str| {
            line.strip_prefix(**start).is_some_and(|rest| {
                start.ends_with(['(', ';', ')'])
                    || !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        };
        let found = starts.iter().find(begins).copied().or_else(|| traces(line, code).then_some(line));
        let Some(what) = found else { continue };
        let shown = desk.quote(what.trim_end_matches('('), 40);
        let note = in_cell(
            Severity::Warning,
            Rule::DebugLeft,
            cell,
            format!("`{shown}` is left over from debugging"),
        );
        desk.say(Note { line: Some(number), ..note }.help("take it out"));
    }
}

/// Whether a line of a shell makes it print every command, with all values in them.
fn traces(line: &str, code: &Code) -> bool {
    let Some(rest) = line.strip_prefix("set -").filter(|_| code.lang.is_shell() || code.lang.is_none())
    else {
        return false;
    };
    let flags = rest.split_whitespace().next().unwrap_or_default();
    flags.contains('x') && flags.bytes().all(|byte| byte.is_ascii_alphabetic())
        || rest.starts_with("o xtrace")
}
