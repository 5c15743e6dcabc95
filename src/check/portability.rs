//! What destroys something where it is run, without a word of warning nearby.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::{Desk, in_cell};
use crate::diagnostic::{Lines, Rule, Severity};
use crate::notebook::{Cell, CellKind, Notebook};
use crate::render;

/// Commands that destroy, as they begin a command in a shell, in SQL or in a string of a program.
/// Long options and their order vary; what stands between a command and its verb does too.
const PATTERNS: &[&str] = &[
    r"\brm\s+(?:-[\w-]+\s+)*-(?:\w*[rR]\w*|-recursive)\b",
    r"\b(?i:drop)\s+(?i:table|database|schema|keyspace|user|role|index|view|collection|bucket)\s+(?:(?i:if\s+exists)\s+)?[^\s#\x22'|)]",
    r"\b(?:(?i:truncate\s+table)|TRUNCATE)\s+[\w\x22\[]",
    r"\b(?i:delete\s+from)\s+[\w.\x22`\[\]]+\s*(?:;|$|\x22|')",
    r"\b(?:kubectl|oc)\s(?:[^\n]*\s)?(?:delete|drain)\s",
    r"\bvirsh\s+(?:destroy|undefine)\b",
    r"\bazdata\s+\w+\s+delete\b",
    r"\bhelm\s+(?:uninstall|delete|del)\s",
    r"\b(?:terraform|tofu|terragrunt|pulumi|cdk|vagrant)\s(?:[^\n]*\s)?-?-?destroy\b",
    r"\bterraform\s+state\s+rm\b",
    r"\bdocker\s+(?:system\s+prune|volume\s+(?:rm|prune)|image\s+prune\s+-a)",
    r"\baws\s+s3\s+(?:rb\b|rm\b[^\n]*--recursive)",
    r"\baws\s+[\w-]+\s+(?:delete|terminate|deregister)-[\w-]+",
    r"\bgcloud\s+[^\n|;&]*\bdelete\b",
    r"\baz\s+[^\n|;&]*\bdelete\b",
    r"\bgsutil\s+(?:-\w+\s+)*(?:rb|rm\s+(?:-\w+\s+)*-r)\b",
    r"\bgit\s+push\s[^\n]*(?:--force\b|-f\b|\s\+\w)",
    r"\bgit\s+(?:reset\s+--hard|clean\s+-\w*f)",
    r"\b(?:mkfs(?:\.\w+)?|wipefs|shred|blkdiscard)\s+",
    r"\bdd\s[^\n]*\bof=/dev/",
    r"\b(?:vg|lv|pv)remove\s",
    r"\b(?:zfs|zpool)\s+destroy\s",
    r"\b(?i:flushall|flushdb)\b",
    r"\bshutil\.rmtree\(",
    r"\b(?i:remove-item)\b[^\n]*\s-(?i:recurse)\b",
    r"\bfind\s[^\n]*\s-delete\b",
    r"\biptables\s+(?:-t\s+\w+\s+)?-F\b",
    r"\bdropdb\s",
    r"\betcdctl\s+del\s",
    r"\bdocker\s+(?:container\s+)?rm\s+(?:-\w+\s+)*-\w*f",
    r"\bcurl\s[^\n]*(?:-X\s*|--request[ =])DELETE\b",
    r"\bdocker[ -]compose\s(?:[^\n]*\s)?down\s(?:[^\n]*\s)?(?:-v|--volumes)\b",
    r"\.drop(?:Database|Collection)?\(\)",
    r"[\x22']rm[\x22']\s*,\s*[\x22']-\w*[rR]",
    r"\btruncate\s+(?:-s\s*0|--size[= ]0)\b",
    r"\buserdel\s+(?:-\w+\s+)*-\w*r",
    r"\bcrontab\s+-r\b",
    r"\bkafka-topics(?:\.sh)?\s[^\n]*--delete\b",
    r"\brabbitmqctl\s+(?:-\S+\s+)*(?:purge_queue|delete_\w+|reset|force_reset)\b",
];

static DESTROYS: LazyLock<RegexSet> = LazyLock::new(|| {
    // Right by a test; without them nothing is found.
    RegexSetBuilder::new(PATTERNS).unicode(false).build().unwrap_or_else(|_| RegexSet::empty())
});

/// Words that warn, in languages of our readers, in lower case.
const WARNS: &[&str] = &[
    "warn",
    "danger",
    "caution",
    "destructive",
    "destroys",
    "irrevers",
    "cannot be undone",
    "can't be undone",
    "data loss",
    "careful",
    "permanently",
    "⚠",
    "🚨",
    "achtung",
    "vorsicht",
    "gefahr",
    "attention",
    "avertissement",
    "cuidado",
    "advertencia",
    "peligro",
    "atenção",
    "attenzione",
    "pericolo",
    "внимание",
    "осторожно",
    "警告",
    "注意",
    "危险",
    "危険",
    "only when you want",
    "only if you want",
    "are you sure",
    "deletes",
    "wipes",
    "erases",
];

/// How many characters of a command are quoted.
const MAX_SHOWN: usize = 60;
/// How many commands of a cell are said.
const MAX_SAID: usize = 10;
/// How far above a command a warning is looked for, in bytes.
const MAX_ABOVE: usize = 4000;

/// Names of what anybody makes anew: throwing it away destroys nothing.
const SCRATCH: &[&str] = &[
    "tmp",
    "temp",
    "build",
    "_build",
    "dist",
    "target",
    "node_modules",
    "__pycache__",
    "cache",
    ".cache",
    "scratch",
];

/// What gives a name to a folder that is thrown away afterwards.
const TEMPORARY: &[&str] = &["mkdtemp", "gettempdir", "temporarydirectory", "mktemp", "tmpdir", "tempdir"];

/// Asks a notebook.
pub(super) fn ask(desk: &mut Desk<'_>) {
    let mut above = String::new();
    let notebook = desk.notebook;
    let scratch = scratch(notebook);
    for cell in &notebook.cells {
        match &cell.kind {
            CellKind::Markdown => {
                let from = above.len();
                above.push_str(&cell.source);
                let mut lines = Lines::new(&cell.source);
                for (lang, block) in render::code_blocks(&cell.source) {
                    let text = cell.source.get(block.clone()).unwrap_or_default();
                    let before = above.get(..from + block.start).unwrap_or_default();
                    if !SHOWN.contains(&lang.as_str()) && may_destroy(text) && !warns(section(before)) {
                        let below = lines.of(block.start) - 1;
                        say(cell, (&commands(text, &lang), below, "#"), &scratch, desk);
                    }
                }
                above.push('\n');
            }
            CellKind::Code(code) => {
                let leader = code.lang.comment().unwrap_or("#");
                if may_destroy(&cell.source) && !warns(section(&above)) && !asks(&cell.source, leader) {
                    say(cell, (&cell.source, 0, leader), &scratch, desk);
                }
                above.clear();
            }
            CellKind::Raw(_) => {}
        }
    }
}

/// What a block says of itself where nobody is meant to run it.
const SHOWN: &[&str] = &["text", "txt", "output", "log", "plain", "diff", "json", "mermaid"];

/// The lines of a block that are commands: in a session, those behind a prompt.
fn commands<'a>(text: &'a str, lang: &str) -> Cow<'a, str> {
    if !matches!(lang, "console" | "shell-session" | "terminal" | "session" | "pycon") {
        return Cow::Borrowed(text);
    }
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        ["$ ", "# ", "> ", ">>> ", "PS> "]
            .iter()
            .find_map(|prompt| line.strip_prefix(prompt))
            .unwrap_or_default()
    });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// The names that cells give to folders which are thrown away.
fn scratch(notebook: &Notebook) -> Vec<String> {
    let lines = notebook.cells.iter().flat_map(|cell| cell.source.lines());
    let names = lines.filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        let value = value.to_lowercase();
        let is_scratch = TEMPORARY.iter().any(|word| value.contains(word)) || value.contains("/tmp/");
        let name = name.trim().rsplit([' ', '.']).next()?;
        let sound = name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (is_scratch && sound).then(|| name.to_owned())
    });
    names.collect()
}

/// The section that ends a text: from its last heading on, or from the one before where nothing is
/// said below that; of long ones the end.
fn section(text: &str) -> &str {
    let mut from = text.len().saturating_sub(MAX_ABOVE);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let near = &text[from..];
    let says = |at: &usize| near[*at..].lines().skip(1).any(|line| !line.trim().is_empty());
    let mut headings = near.rmatch_indices("\n#").map(|(at, _)| at + 1);
    let last = headings.find(says).unwrap_or(0);
    &near[last..]
}

fn may_destroy(text: &str) -> bool {
    DESTROYS.is_match(text.as_bytes())
}

/// Whether code warns whoever runs it by a comment, or asks before it goes on.
fn asks(source: &str, leader: &str) -> bool {
    const ASKS: &[&str] = &["input(", "read -p", "read-host", "-whatif", "--dry-run", "raise systemexit"];
    source.to_lowercase().lines().any(|line| {
        let comment = line.trim_start().strip_prefix(leader);
        comment.is_some_and(warns) || ASKS.iter().any(|word| line.contains(word))
    })
}

/// Says the commands of a text that destroy something; the text stands `below` lines below
/// the beginning of its cell.
fn say(cell: &Cell, (text, below, leader): (&str, u32, &str), scratch: &[String], desk: &mut Desk<'_>) {
    let destroys = |(_, line): &(u32, &str)| {
        let line = line.trim();
        let is_comment = [leader, "--", "//", "echo ", "print("].iter().any(|start| line.starts_with(start));
        let mut commands = line.split([';', '&', '|']);
        !is_comment && commands.any(|command| may_destroy(command) && !is_harmless(command, scratch))
    };
    for (number, line) in (1..).zip(text.lines()).filter(destroys).take(MAX_SAID) {
        let shown = desk.quote(line.trim(), MAX_SHOWN);
        let message = format!("`{shown}` destroys something, and nothing warns of it");
        let note = in_cell(Severity::Warning, Rule::Destructive, cell, message).at_line(below + number);
        desk.say(note.help("say above it what it destroys and what to look at first: `> [!WARNING]`"));
    }
}

/// Whether what a command takes away is made for that: temporary folders, what anybody builds anew,
/// or pods, which whoever keeps them makes anew.
fn is_harmless(command: &str, scratch: &[String]) -> bool {
    let lower = command.to_lowercase();
    if ["delete pod ", "delete pods ", "delete po ", "delete pod/"].iter().any(|pods| lower.contains(pods)) {
        return !lower.contains("--all");
    }
    // Tables that a session drops by itself, and rows of a frame in Spark's memory.
    if ["table #", "exists #", ".na.drop("].iter().any(|own| lower.contains(own)) {
        return true;
    }
    let verb = ["rm ", "rmtree(", "remove-item ", "find "]
        .iter()
        .find_map(|verb| lower.find(verb).map(|at| at + verb.len()));
    let Some(rest) = verb.and_then(|at| command.get(at..)) else { return false };
    let parts =
        rest.split([' ', '(', ')', ',']).map(|part| part.trim_matches(['"', '\'', '`', '{', '}', '$']));
    let mut targets = parts.filter(|part| !part.is_empty() && !part.starts_with('-')).peekable();
    targets.peek().is_some() && targets.all(|target| is_scratch(target, scratch))
}

/// Whether a path is one of what anybody makes anew.
fn is_scratch(path: &str, scratch: &[String]) -> bool {
    let lower = path.to_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_named = path.split(|c| !is_word(c)).any(|word| scratch.iter().any(|name| name == word));
    let mut steps = path.trim_start_matches("./").split('/').filter(|step| !step.is_empty());
    let first = steps.next().unwrap_or_default();
    let last = steps.next_back().unwrap_or(first);
    is_named
        || TEMPORARY.iter().any(|word| lower.contains(word))
        || lower.starts_with("/tmp/")
        || (!path.starts_with('/') && SCRATCH.contains(&first))
        || SCRATCH.contains(&last)
}

fn warns(text: &str) -> bool {
    let lower = text.to_lowercase();
    WARNS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_patterns_are_right() {
        assert_eq!(DESTROYS.len(), PATTERNS.len());
    }
}
