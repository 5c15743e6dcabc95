//! What destroys something where it is run, without a word of warning nearby.

use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::{Desk, in_cell};
use crate::diagnostic::{Rule, Severity};
use crate::notebook::{Cell, CellKind};
use crate::render;

/// Commands that destroy, as they begin a command in a shell, in SQL or in a string of a program.
/// Long options and their order vary; what stands between a command and its verb does too.
const PATTERNS: &[&str] = &[
    r"\brm\s+(?:-[\w-]+\s+)*-(?:\w*[rR]\w*|-recursive)\b",
    r"\b(?i:drop)\s+(?i:table|database|schema|keyspace|user|role|index|collection|bucket)\b",
    r"\b(?i:truncate\s+table)\b",
    r"\b(?i:delete\s+from)\s+[\w.\x22`\[\]]+\s*(?:;|$|\x22|')",
    r"\b(?:kubectl|oc|k)\s+(?:-\S+\s+)*(?:delete|drain)\s",
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
];

static DESTROYS: LazyLock<RegexSet> = LazyLock::new(|| {
    // Right by a test; without them nothing is found.
    RegexSetBuilder::new(PATTERNS).unicode(false).build().unwrap_or_else(|_| RegexSet::empty())
});

/// Words that warn, in languages of our readers, in lower case.
const WARNS: &[&str] = &[
    "warn", "danger", "caution", "destructive", "destroys", "irrevers", "cannot be undone", "can't be undone",
    "data loss", "careful", "permanently", "⚠", "🚨", "achtung", "vorsicht", "gefahr", "attention", "avertissement",
    "cuidado", "advertencia", "peligro", "atenção", "attenzione", "pericolo", "внимание", "осторожно", "警告", "注意",
    "危险", "危険",
];

/// How many lines of a cell are quoted.
const MAX_SHOWN: usize = 60;

/// Asks a notebook.
pub(super) fn ask(desk: &mut Desk<'_>) {
    let mut above = String::new();
    let notebook = desk.notebook;
    for cell in &notebook.cells {
        match &cell.kind {
            CellKind::Markdown => {
                // Prose right above, also when a heading of its own stands between.
                above.push_str(&cell.source.to_lowercase());
                above.push('\n');
                let blocks = render::code_blocks(&cell.source);
                if !blocks.is_empty() {
                    let is_code = |at: usize| blocks.iter().any(|block| block.contains(&at));
                    say(cell, (&is_code, "<!--"), &above, desk);
                }
            }
            CellKind::Code(code) => {
                say(cell, (&|_| true, code.lang.comment().unwrap_or("#")), &above, desk);
                above.clear();
            }
            CellKind::Raw(_) => {}
        }
    }
}

/// Says the first command of a cell that destroys something; `is_code` tells which of its bytes
/// are commands.
fn say(cell: &Cell, (is_code, leader): (&dyn Fn(usize) -> bool, &str), above: &str, desk: &mut Desk<'_>) {
    let source = cell.source.as_bytes();
    if !DESTROYS.is_match(source) || warns(above) || warns(&cell.source.to_lowercase()) {
        return;
    }
    let mut at = 0;
    for (number, line) in (1..).zip(cell.source.split_inclusive('\n')) {
        let place = at;
        at += line.len();
        let said = line.trim();
        let is_comment = said.starts_with(leader) || said.starts_with("--");
        if is_comment || !is_code(place) || !DESTROYS.is_match(said.as_bytes()) {
            continue;
        }
        let shown: String = said.chars().take(MAX_SHOWN).collect();
        let more = if shown.len() < said.len() { "…" } else { "" };
        let message = format!("`{shown}{more}` destroys something, and nothing warns of it");
        let note = in_cell(Severity::Warning, Rule::Destructive, cell, message);
        desk.say(note.at_line(number).help("say above it what it destroys and what to look at first: `> [!WARNING]`"));
        return;
    }
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
