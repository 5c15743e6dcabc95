//! What is too large.

use super::{Entry, Family};
use crate::diagnostic::{Rule, Severity};

pub(super) const ENTRIES: [Entry; 5] = [
    Entry {
        rule: Rule::OutputLarge,
        family: Family::Weight,
        name: "Large output",
        severity: Some(Severity::Warning),
        finds: "An output of more bytes than `check.limits.output`.",
        why: "It is in every clone and every diff for ever, and its page is slow.",
        mend: "Print less: `head`, a summary, a picture. Or clear the output.",
        bad: "print(all_the_logs)",
        good: "print(all_the_logs[-20:])",
    },
    Entry {
        rule: Rule::ImageLarge,
        family: Family::Weight,
        name: "Large picture",
        severity: Some(Severity::Warning),
        finds: "A picture, put out or attached, of more bytes than `check.limits.image`.",
        why: "It is loaded over the phone of whoever is on call.",
        mend: "Save it smaller, as JPEG or WebP, or at a lower resolution.",
        bad: "plt.savefig(dpi=600)",
        good: "plt.savefig(dpi=120)",
    },
    Entry {
        rule: Rule::NotebookLarge,
        family: Family::Weight,
        name: "Large notebook",
        severity: Some(Severity::Warning),
        finds: "A file of more bytes than `check.limits.notebook`.",
        why: "Forges refuse to show it or its diff.",
        mend: "Clear outputs that nobody reads, or split it.",
        bad: "42 MB",
        good: "",
    },
    Entry {
        rule: Rule::Base64Inline,
        family: Family::Weight,
        name: "Data in Markdown",
        severity: Some(Severity::Warning),
        finds: "A `data:` URL of more bytes than `check.limits.base64` in the middle of Markdown.",
        why: "Nobody can read or review the source, and git keeps every version of it.",
        mend: "Save it as a file and link it, or paste it as an attachment.",
        bad: "![](data:image/png;base64,iVBORw0KGgo…)",
        good: "![Topology](img/topology.png)",
    },
    Entry {
        rule: Rule::OutputRepeated,
        family: Family::Weight,
        name: "Repeated output",
        severity: Some(Severity::Info),
        finds: "The same output of more bytes than `check.limits.repeated` more than once in a notebook.",
        why: "Mostly a library that draws, once per cell.",
        mend: "Load it once; put out pictures in the other cells.",
        bad: "the same 3 MB of plotly.js in five cells",
        good: "",
    },
];
