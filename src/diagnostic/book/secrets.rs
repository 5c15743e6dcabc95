//! What must not be published, and what may do harm.

use super::{Entry, Family};
use crate::diagnostic::{Rule, Severity};

pub(super) const ENTRIES: [Entry; 2] = [
    Entry {
        rule: Rule::Secret,
        family: Family::Secrets,
        name: "Secret",
        severity: Some(Severity::Error),
        finds: "A private key, token, password or other credential: in a source, an output, an attachment, metadata or front matter. `bindery explain --kinds` lists the kinds.",
        why: "Whoever can read the site or the repo has it; git keeps it for ever.",
        mend: "Revoke it first. Then take it out of the notebook, and out of git's history. Read it from the environment or a vault instead. Where it is none, write `bindery:allow KIND` in the same line or the one above, or name it in `[secrets]`.",
        bad: "token = \"glpat-…\"",
        good: "token = os.environ[\"GITLAB_TOKEN\"]",
    },
    Entry {
        rule: Rule::Destructive,
        family: Family::Portability,
        name: "Destructive command",
        severity: Some(Severity::Warning),
        finds: "A command that destroys data or infrastructure (`rm -rf`, `DROP TABLE`, `kubectl delete`, `terraform destroy`, `git push --force`, …) without a warning in a comment of its cell or in the section of prose right above it. Temporary folders, what is built anew and single pods are left alone.",
        why: "It is copied at 3 a.m. by somebody who has never run it.",
        mend: "Say what it destroys and what to check before: a `> [!WARNING]` above, or a comment that begins with `WARNING`.",
        bad: "kubectl delete namespace $NS",
        good: "> [!WARNING]\n> This deletes the namespace with all volumes. Check `$NS` first.",
    },
];
