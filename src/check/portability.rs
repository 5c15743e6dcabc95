//! What destroys something where it is run, without a word of warning nearby.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::{Desk, in_cell};
use crate::diagnostic::{Rule, Severity};
use crate::notebook::{Cell, CellKind, Notebook};
use crate::render;

/// Commands that destroy, as they begin a command in a shell, in SQL or in a string of a program.
/// Long options and their order vary; what stands between a command and its verb does too.
const PATTERNS: &[&str] = &[
    r"\brm\s+(?:-[\w-]+\s+)*-(?:\w*[rR]\w*|-recursive)\b",
    r"\b(?i:drop)\s+(?i:table|database|schema|keyspace|user|role|index|collection|bucket)\s+(?:(?i:if\s+exists)\s+)?[^\s#\x22'|)]",
    r"\b(?i:truncate\s+table)\b",
    r"\b(?i:delete\s+from)\s+[\w.\x22`\[\]]+\s*(?:;|$|\x22|')",
    r"\b(?:kubectl|oc)\s+(?:-\S+\s+)*(?:delete|drain)\s",
    r"\bvirsh\s+(?:destroy|undefine)\b",
    r"\bazdata\s+\w+\s+delete\b",
    r"\bhelm\s+(?:uninstall|delete|del)\s",
    r"\b(?:terraform|tofu|terragrunt|pulumi|cdk|vagrant)\s+(?:-\S+\s+)*destroy\b",
    r"\bterraform\s+state\s+rm\b",
    r"\bdocker\s+(?:system\s+prune|volume\s+(?:rm|prune)|image\s+prune\s+-a)",
    r"\baws\s+s3\s+(?:rb\b|rm\b[^\n]*--recursive)",
    r"\baws\s+[\w-]+\s+(?:delete|terminate|deregister)-[\w-]+",
    r"\bgcloud\s+[^\n|;&]*\bdelete\b",
    r"\baz\s+[^\n|;&]*\bdelete\b",
    r"\bgsutil\s+(?:-\w+\s+)*(?:rb|rm\s+(?:-\w+\s+)*-r)\b",
    r"\bgit\s+push\s[^\n|;&]*(?:--force\b|-f\b)",
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
    r"\bcurl\s[^\n]*-X\s*DELETE\b",
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

/// How many lines of a cell are quoted.
const MAX_SHOWN: usize = 60;
/// How many commands of a cell are said.
const MAX_SAID: usize = 10;

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
                let blocks = render::code_blocks(&cell.source);
                for (lang, block) in blocks.into_iter().filter(|(lang, _)| !SHOWN.contains(&lang.as_str())) {
                    let before = format!("{above}{}", cell.source.get(..block.start).unwrap_or_default());
                    let text = cell.source.get(block.clone()).unwrap_or_default();
                    if !warns(section(&before.to_lowercase())) {
                        let line = cell.source[..block.start].matches('\n').count();
                        say(cell, (&commands(text, &lang), line, "#"), &scratch, desk);
                    }
                }
                above.push_str(&cell.source);
                above.push('\n');
            }
            CellKind::Code(code) => {
                let leader = code.lang.comment().unwrap_or("#");
                if !warns(section(&above.to_lowercase())) && !asks(&cell.source, leader) {
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
/// said below that.
fn section(text: &str) -> &str {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices("\n#").map(|(at, _)| at + 1)).collect();
    let says = |at: usize| text[at..].lines().skip(1).any(|line| !line.trim().is_empty());
    let last = starts.iter().rev().copied().find(|at| says(*at));
    &text[last.unwrap_or(0)..]
}

/// Whether code warns whoever runs it by a comment, or asks before it goes on.
fn asks(source: &str, leader: &str) -> bool {
    const ASKS: &[&str] = &["input(", "read -p", "confirm", "-whatif", "--dry-run", "raise systemexit"];
    source.to_lowercase().lines().any(|line| {
        let comment = line.trim_start().strip_prefix(leader);
        comment.is_some_and(warns) || ASKS.iter().any(|word| line.contains(word))
    })
}

/// Says the commands of a text that destroy something; the text stands `below` lines below
/// the beginning of its cell.
fn say(cell: &Cell, (text, below, leader): (&str, usize, &str), scratch: &[String], desk: &mut Desk<'_>) {
    if !DESTROYS.is_match(text.as_bytes()) {
        return;
    }
    let destroys = |(_, line): &(usize, &str)| {
        let line = line.trim();
        let is_comment = [leader, "--", "//", "echo ", "print("].iter().any(|start| line.starts_with(start));
        !is_comment && DESTROYS.is_match(line.as_bytes()) && !is_harmless(line, scratch)
    };
    for (number, line) in text.lines().enumerate().filter(destroys).take(MAX_SAID) {
        let said = line.trim();
        let message =
            format!("`{}` destroys something, and nothing warns of it", desk.quote(said, MAX_SHOWN));
        let note = in_cell(Severity::Warning, Rule::Destructive, cell, message);
        let line = u32::try_from(below + number + 1).unwrap_or(u32::MAX);
        desk.say(
            note.at_line(line)
                .help("say above it what it destroys and what to look at first: `> [!WARNING]`"),
        );
    }
}

/// Whether what a command takes away is made for that: a temporary folder, or pods, which whoever
/// keeps them makes anew.
fn is_harmless(line: &str, scratch: &[String]) -> bool {
    let lower = line.to_lowercase();
    if ["delete pod ", "delete pods ", "delete po ", "delete pod/"].iter().any(|pods| lower.contains(pods)) {
        return !lower.contains("--all");
    }
    // Tables that a session drops by itself.
    if ["table #", "exists #"].iter().any(|own| lower.contains(own)) {
        return true;
    }
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let mut words = line.split(|c: char| !is_word(c)).filter(|word| !word.is_empty());
    let has_scratch = words.any(|word| {
        SCRATCH.contains(&word)
            || scratch.iter().any(|name| name == word)
            || TEMPORARY.contains(&word.to_lowercase().as_str())
    });
    let is_of_files = ["rm ", "rmtree", "remove-item", "find "].iter().any(|word| lower.contains(word));
    is_of_files && has_scratch
}

fn warns(text: &str) -> bool {
    WARNS.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_patterns_are_right() {
        assert_eq!(DESTROYS.len(), PATTERNS.len());
    }
}
