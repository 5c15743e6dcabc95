//! The pages of the manual that are printed from tables: every foreign mark, and what becomes of
//! the marks of each tool. `tests/manual.rs` holds `docs/` to them.

mod configuration;

use crate::config::checks::Limit;
use crate::diagnostic::{Entry, Severity};
use crate::notebook::Lang;
use crate::notebook::marks::{self, Mark, Place, Says, Tool};
use crate::render;
use crate::secret::Secrets;

/// The tools whose users ask what becomes of their marks, and those that write for them.
const FROM: &[(&str, &str, &[Tool])] = &[
    ("quarto", "Quarto", &[Tool::Quarto, Tool::Knitr]),
    ("jupyter-book", "Jupyter Book", &[Tool::JupyterBook]),
    ("myst", "MyST", &[Tool::Myst]),
    ("nbconvert", "nbconvert", &[Tool::Nbconvert, Tool::JupyterLab, Tool::Classic]),
    ("mkdocs-jupyter", "mkdocs-jupyter", &[Tool::MkDocs]),
    ("nbsphinx", "nbsphinx", &[Tool::Nbsphinx]),
    ("azure-data-studio", "Azure Data Studio", &[Tool::AzureDataStudio]),
    ("databricks", "Databricks", &[Tool::Databricks]),
    ("colab", "Google Colab", &[Tool::Colab]),
    ("nbdev", "nbdev", &[Tool::Nbdev]),
    (
        "others",
        "other tools",
        &[
            Tool::VsCode,
            Tool::Nteract,
            Tool::Polyglot,
            Tool::Sos,
            Tool::Papermill,
            Tool::Rise,
            Tool::Nii,
            Tool::Nbgrader,
            Tool::Jupytext,
            Tool::Docusaurus,
        ],
    ),
];

/// What is good to know about a tool beside its marks.
const BESIDE: &[(&str, &str)] = &[
    (
        "quarto",
        "`_quarto.yml` orders the pages where `bindery.toml` has no `[nav]`, gives the site its title and names bibliographies; what it or a `_metadata.yml` says below `execute`, or of folds below `format: html`, holds for the cells of its pages. `.qmd` and `.Rmd` files are pages, but for those that begin with `_` or that `project: render` leaves out: they can be included. In a repo with `_quarto.yml` the tags `hide-…` remove, as they do in Quarto; everywhere else they fold. Nothing is run: save notebooks with their outputs.",
    ),
    (
        "jupyter-book",
        "`_toc.yml` (books, articles and the lists of old versions) orders the pages, and its root is where the site begins; `_config.yml` gives the site its title, names bibliographies, and leaves out pages by `exclude_patterns` and `only_build_toc_files`. Text notebooks with `{code-cell}` are pages.",
    ),
    (
        "myst",
        "`myst.yml` orders the pages, gives the site its title, names bibliographies, and leaves out pages by `exclude`. Lines that begin with `%` are remarks in a repo with `myst.yml`. Names (`(name)=`, `:name:`, `label`) hold in the whole site.",
    ),
    (
        "nbconvert",
        "Tags that nbconvert's preprocessors look for hold without a configuration. Templates and filters of nbconvert have no counterpart: a theme does their work.",
    ),
    (
        "mkdocs-jupyter",
        "`mkdocs.yml` orders the pages, gives the site its name, and leaves out pages by `exclude_docs`; with it the dialect of Material (`!!!`, `???`, `===`) is on, and `dialects = [\"material\"]` in `bindery.toml` switches it on anywhere. Plugins have no counterpart.",
    ),
    (
        "nbsphinx",
        "`toctree` in `index.rst`, in raw cells and in cells tagged `nbsphinx-toctree` orders the pages. `.rst` files are no pages: links to them look for a notebook or Markdown page of the same name.",
    ),
    ("azure-data-studio", "`_data/toc.yml` and `_toc.yml` of its books order the pages."),
    (
        "databricks",
        "Notebooks exported as `.ipynb` and as source files are pages; a script is one where its first line says so.",
    ),
    ("colab", "Forms show their parameters in a table beside the folded code."),
    (
        "nbdev",
        "`sidebar.yml`, or the sidebar in `nbs/_quarto.yml`, orders the pages. Bare words behind `#|` are nbdev's directives.",
    ),
];

/// What does not come along from a tool; what a reader sees in its place.
const GAPS: &[(&str, &[&str])] = &[
    (
        "quarto",
        &[
            "Nothing is run: a figure that a `.qmd` computes has its number and caption, and no picture.",
            "Pandoc's `H~2~O`, `x^2^`, `^[inline notes]`, line blocks, grid tables and smart quotes stand as they are written.",
            "`csl` styles: citations are author and year.",
            "Filters, extensions and formats other than HTML; blocks of raw LaTeX are left out.",
            "Profiles and conditions on metadata (`when-profile`, `when-meta`): it is taken that none holds.",
        ],
    ),
    (
        "jupyter-book",
        &[
            "Nothing is run: names that are glued without saved outputs stand as names, and a glued value is known on its own page alone.",
            "Sphinx extensions, domains and `intersphinx`; such references stand as text, with a warning.",
            "`:pyobject:`, `:diff:` and `:dedent:` of `literalinclude`, with a warning.",
        ],
    ),
    (
        "myst",
        &[
            "Plugins, exports to PDF and Word, and links by `xref:`.",
            "`{eval}` of what was never run stands as its expression.",
        ],
    ),
    ("nbconvert", &["Templates, filters and preprocessors of your own."]),
    ("mkdocs-jupyter", &["Plugins, macros and hooks; `!ENV` in `mkdocs.yml`."]),
    ("nbsphinx", &["Pages of reStructuredText, and execution."]),
    ("databricks", &["Results of `display` that were never saved, and dashboards."]),
    ("nbdev", &["`show_doc`, and the module that a notebook exports."]),
];

/// The files of the manual: their paths below `docs/` and their texts.
pub fn pages() -> Vec<(String, String)> {
    let mut pages = vec![
        ("marks.md".to_owned(), all_marks()),
        ("rules.md".to_owned(), all_rules()),
        ("configuration.md".to_owned(), configuration::page()),
    ];
    let mut index = String::from(
        "---\ntitle: Coming from another tool\ndescription: What becomes of the marks in notebooks that were written for another publisher.\n---\n\n# Coming from another tool\n\n<!-- Printed from the table in src/notebook/marks: see tests/manual.rs. -->\n\nA repo that was written for one of these tools is built without an edit. Each page says what does not come along, and lists every mark that the tool honours, with what becomes of it here.\n\n",
    );
    for (name, title, tools) in FROM {
        index.push_str(&format!("- [Coming from {title}]({name}.md)\n"));
        pages.push((format!("coming-from/{name}.md"), coming_from(name, title, tools)));
    }
    pages.push(("coming-from/index.md".to_owned(), index));
    pages
}

fn all_rules() -> String {
    let mut out = String::from(
        "---\ntitle: The rules of the check\ndescription: What the check finds, why it matters, and how to mend it.\ntoc-depth: 2\n---\n\n# The rules of the check\n\n<!-- Printed from the book in src/diagnostic/book: see tests/manual.rs. -->\n\n`bindery explain RULE` says the same in the terminal. How rules are weighed, silenced and asked for less stands in [Check before you merge](check.md).\n\n| rule | what it is about | severity |\n| --- | --- | --- |\n",
    );
    for entry in Entry::all() {
        let severity = entry.severity.map_or("as found", Severity::name);
        out.push_str(&format!("| [{0}](#{0}) | {1} | {severity} |\n", entry.rule.id(), entry.name));
    }
    for entry in Entry::all() {
        out.push('\n');
        out.push_str(&entry.text(2));
    }
    out.push_str("\n## Limits\n\nThe keys of `[check.limits]`:\n\n| Limit | What it means | Where nothing is said |\n| --- | --- | --- |\n");
    for (name, default, meaning) in Limit::ALL {
        out.push_str(&format!("| `{name}` |{meaning} | {default} |\n"));
    }
    out.push_str("\n## Kinds of secrets\n\nWhat is marked with \u{2717} is sure enough to be taken out of everything that is published.\n\n| Kind | What it is | Redacted |\n| --- | --- | --- |\n");
    for kind in Secrets::default().kinds() {
        let redacts = if kind.redacts { "\u{2717}" } else { "" };
        out.push_str(&format!("| `{}` | {} | {redacts} |\n", kind.id, cell(&kind.name)));
    }
    out
}

fn all_marks() -> String {
    let mut out = String::from(
        "---\ntitle: Marks that bindery knows\ndescription: Every spelling in notebooks and Markdown that means something, with an example.\ntoc-depth: 2\n---\n\n# Marks that bindery knows\n\n<!-- Printed from the table in src/notebook/marks: see tests/manual.rs. -->\n\nOf two marks that contradict each other the stronger one holds: what `[[cells]]` in `bindery.toml` says, then options in the source, then keys of the cell's metadata, tags, the page's front matter, the notebook's metadata, and what the editor folded. What is removed by any mark of a cell stays removed, whatever else is said; only `bindery.toml` overrules that. Contradictions, slips of the hand and values that mean nothing are said as warnings with file, cell and the nearest right spelling, and the cell is shown.\n\n",
    );
    for place in Place::all() {
        out.push_str(&format!("## {}\n\n", place.title()));
        table(marks::all().filter(|mark| mark.place == *place), true, &mut out);
    }
    out.push_str("## Types of outputs\n\nOf the types in one output the first of these is shown that gives something to see without a script:\n\n");
    for (number, mime) in render::mime_types().enumerate() {
        out.push_str(&format!("{}. `{mime}`\n", number + 1));
    }
    out.push_str("\n## Languages and kernels\n\nThe names by which kernels, editors and fences call a language:\n\n| language | names |\n| --- | --- |\n");
    for (label, names) in Lang::names() {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        out.push_str(&format!("| {label} | {} |\n", names.join(", ")));
    }
    out
}

fn coming_from(name: &str, title: &str, tools: &[Tool]) -> String {
    let mut out = format!(
        "---\ntitle: Coming from {title}\ndescription: Every mark of {title}, and what becomes of it.\ntoc-depth: 2\n---\n\n# Coming from {title}\n\n<!-- Printed from the table in src/notebook/marks: see tests/manual.rs. -->\n\n"
    );
    if let Some((_, beside)) = BESIDE.iter().find(|(known, _)| *known == name) {
        out.push_str(beside);
        out.push_str("\n\n");
    }
    if let Some((_, gaps)) = GAPS.iter().find(|(known, _)| *known == name) {
        out.push_str("## What does not come along\n\n");
        for gap in *gaps {
            out.push_str(&format!("- {gap}\n"));
        }
        out.push('\n');
    }
    out.push_str("In the examples below `⏎` is the end of a line.\n\n");
    let of_tool = |mark: &&Mark| mark.tools.iter().any(|tool| tools.contains(tool));
    for place in Place::all() {
        let mut here = marks::all().filter(|mark| mark.place == *place).filter(of_tool).peekable();
        if here.peek().is_some() {
            out.push_str(&format!("## {}\n\n", place.title()));
            table(here, false, &mut out);
        }
    }
    out
}

/// Marks as rows: those that change something first, then those that change nothing.
fn table(rows: impl Iterator<Item = &'static Mark>, with_tools: bool, out: &mut String) {
    let (quiet, loud): (Vec<&Mark>, Vec<&Mark>) = rows.partition(|mark| matches!(mark.says, Says::Nothing));
    let head = if with_tools {
        "| mark | what becomes of it | who writes it |\n| --- | --- | --- |\n"
    } else {
        "| mark | what becomes of it | example |\n| --- | --- | --- |\n"
    };
    for (title, rows) in [("", loud), ("Known, and without a meaning for readers:\n\n", quiet)] {
        if rows.is_empty() {
            continue;
        }
        out.push_str(title);
        out.push_str(head);
        for mark in rows {
            let last = if with_tools {
                mark.tools.iter().map(|tool| tool.name()).collect::<Vec<_>>().join(", ")
            } else {
                code(&mark.example.replace('\n', "⏎"))
            };
            out.push_str(&format!("| {} | {} | {last} |\n", code(mark.spelling), cell(mark.meaning)));
        }
        out.push('\n');
    }
}

/// Text in a cell of a table: bars escaped.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A code span in a cell of a table, whatever the text holds.
fn code(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let ticks = "`".repeat(longest + 1);
    let space = if longest > 0 || text.starts_with(' ') { " " } else { "" };
    format!("{ticks}{space}{}{space}{ticks}", cell(text))
}
