//! Notebooks as text: each form gives the page that its notebook would give.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use common::*;
use serde_json::json;

/// What stands on the page of one text file.
fn shown(name: &str, text: &str) -> String {
    let site = Desk::new().file(name, text).build().fine();
    let url = name.rsplit_once('.').unwrap().0;
    site.read(&format!("{url}.html"))
}

fn holds(page: &str, signs: &[&str]) {
    for sign in signs {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
}

#[test]
fn percent_scripts_in_every_language() {
    for (extension, leader, lang) in [
        ("py", "#", "python"),
        ("sh", "#", "bash"),
        ("rb", "#", "ruby"),
        ("jl", "#", "julia"),
        ("r", "#", "r"),
        ("ps1", "#", "powershell"),
        ("js", "//", "javascript"),
        ("ts", "//", "typescript"),
        ("sql", "--", "sql"),
        ("go", "//", "go"),
        ("rs", "//", "rust"),
    ] {
        let text = format!(
            "{leader} %% [markdown]\n{leader} # Spot\n{leader}\n{leader} *words*\n\n{leader} %% A title tags=[\"hide-input\"]\nx = 1\n"
        );
        let page = shown(&format!("a.{extension}"), &text);
        holds(
            &page,
            &["Spot</h1>", "<em>words</em>", "A title</span>", "fold-input", &format!("language-{lang}")],
        );
    }
}

#[test]
fn an_ordinary_script_is_no_page() {
    let site = Desk::new()
        .file("a.md", "# A\n")
        .file("plain.py", "x = 1\n")
        .file("cells.py", "# %%\nx = 1\n# %%\ny = 2\n")
        .build()
        .fine();
    assert!(!site.has("plain.html") && !site.has("cells.html"));
    let site = Desk::new()
        .file("bindery.toml", "[content]\ninclude = [\"*.md\", \"cells.py\"]\n")
        .file("a.md", "# A\n")
        .file("cells.py", "# %%\nx = 1\n# %%\ny = 2\n")
        .build()
        .fine();
    assert!(site.has("cells.html"), "one that is named is a page");
}

#[test]
fn jupytexts_head_names_kernel_and_title() {
    let text = "#!/usr/bin/env python\n# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       format_name: percent\n#   kernelspec:\n#     display_name: Python 3\n#     name: python3\n# title: Spot\n# ---\n\n# %%\n# !ls\n# %matplotlib inline\nx = 1\n\n# %% [raw] raw_mimetype=\"text/html\"\n# <b>bold</b>\n\n# %% [markdown]\n# \"\"\"\n# words\n# \"\"\"\n";
    let page = shown("a.py", text);
    holds(
        &page,
        &["Spot</h1>", "class=\"m\">!</span>", "class=\"m\">%matplotlib inline</span>", "<b>bold</b>"],
    );
}

#[test]
fn the_light_format() {
    let text = "# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       format_name: light\n# ---\n\n# # Spot\n#\n# words\n\nx = 1\n\n# a remark\ny = 2\n\n\ndef f():\n    a = 1\n\n    return a\n\n# + tags=[\"hide-input\"]\nz = 3\n\nw = 4\n# -\n";
    let page = shown("a.py", text);
    holds(&page, &["Spot</h1>", "<p>words</p>", "a remark", "fold-input"]);
    assert_eq!(page.matches("cell cell-code").count(), 4, "{page}");
}

#[test]
fn hydrogen_and_pycharm() {
    let page = shown(
        "a.py",
        "#%% md\n\"\"\"\n# Spot\n\"\"\"\n#%%\nx = 1\n# In[2]:\ny = 2\n# <markdowncell>\n# *words*\n",
    );
    holds(&page, &["Spot</h1>", "<em>words</em>"]);
    assert_eq!(page.matches("cell cell-code").count(), 2, "{page}");
}

#[test]
fn jupytexts_markdown() {
    let text = "---\njupyter:\n  jupytext:\n    text_representation:\n      format_name: markdown\n  kernelspec:\n    name: python3\n---\n\n# Spot\n\n```python tags=[\"hide-input\"]\nx = 1\n```\n\n```bash\nls\n```\n\n<!-- #region {\"tags\": [\"remove-cell\"]} -->\nSECRET\n<!-- #endregion -->\n\n<!-- #raw -->\nas it is\n<!-- #endraw -->\n\nend\n";
    let page = shown("a.md", text);
    holds(&page, &["Spot</h1>", "fold-input", "language-bash", "cell-raw", "<p>end</p>"]);
    assert!(!page.contains("SECRET") && !page.contains("region"), "{page}");
}

#[test]
fn mysts_markdown() {
    let text = "---\nkernelspec:\n  name: python3\n---\n\n# Spot\n\n```{code-cell} ipython3\n:tags: [hide-input]\nx = 1\n```\n\n+++ {\"tags\": [\"remove-cell\"]}\n\nSECRET\n\n+++\n\nwords\n\n```{code-cell}\n---\ntags: [remove-output]\nmystnb:\n  number_source_lines: true\n---\ny = 2\n```\n\n```{raw-cell}\n:raw_mimetype: text/html\n<b>bold</b>\n```\n\n```{code-block} ruby\nputs 1\n```\n";
    let page = shown("a.md", text);
    holds(&page, &["Spot</h1>", "fold-input", "<p>words</p>", "numbered", "<b>bold</b>", "language-ruby"]);
    assert!(!page.contains("SECRET") && !page.contains("+++"), "{page}");
}

#[test]
fn quarto_and_r_markdown() {
    let text = "---\ntitle: Spot\nformat: html\n---\n\n## Part {#sec-part}\n\n```{python}\n#| echo: false\nSECRET\n```\n\n```{r fig-a, fig.cap=\"A figure, truly\", echo=TRUE}\nplot(1)\n```\n\n```python\nshown = 1\n```\n\n```{{r}}\nliteral\n```\n\n::: {.callout-note}\nSee @sec-part.\n:::\n";
    let page = shown("a.qmd", text);
    holds(
        &page,
        &["Spot</h1>", "language-r", "shown", "literal", "admonition-note", "href=\"#sec-part\">Part</a>"],
    );
    assert!(!page.contains("SECRET"), "{page}");
    let page = shown(
        "b.Rmd",
        "---\ntitle: Spot\noutput: html_document\n---\n\n```{r, include=FALSE}\nSECRET\n```\n\n```{r}\nplot(1)\n```\n",
    );
    assert!(page.contains("language-r") && !page.contains("SECRET"), "{page}");
}

#[test]
fn sources_of_databricks() {
    let text = "# Databricks notebook source\n# MAGIC %md\n# MAGIC # Spot\n\n# COMMAND ----------\n\n# DBTITLE 1,Counting\nx = 1\n\n# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC select 1\n";
    let page = shown("a.py", text);
    holds(&page, &["Spot</h1>", "Counting</span>", "language-python", "language-sql"]);
    let page = shown(
        "b.sql",
        "-- Databricks notebook source\n-- MAGIC %md # Spot\n\n-- COMMAND ----------\n\nselect 1\n",
    );
    holds(&page, &["Spot</h1>", "language-sql"]);
}

#[test]
fn polyglot_notebooks_as_text() {
    let text = "#!meta\n\n{\"kernelInfo\":{\"defaultKernelName\":\"csharp\",\"items\":[]}}\n\n#!markdown\n\n# Spot\n\n#!csharp\n\n#!time\nvar x = 1;\n\n#!pwsh\n\nGet-Item x\n\n#!sql-Sales\n\nselect 1\n";
    let page = shown("a.dib", text);
    holds(&page, &["Spot</h1>", "#!time", "language-csharp", "language-powershell", "language-sql"]);
}

#[test]
fn a_pair_is_published_once() {
    let pair = |formats: &str| {
        let mut notebook = nb([md("# The notebook")]);
        notebook["metadata"]["jupytext"] = json!({"formats": formats});
        notebook
    };
    let head = |formats: &str| {
        format!(
            "# ---\n# jupyter:\n#   jupytext:\n#     formats: {formats}\n# ---\n\n# %% [markdown]\n# # The script\n"
        )
    };
    let site = Desk::new()
        .notebook("a.ipynb", pair("ipynb,py:percent"))
        .file("a.py", head("ipynb,py:percent"))
        .notebook("notebooks/b.ipynb", pair("notebooks//ipynb,scripts//py:percent"))
        .file("scripts/b.py", head("notebooks//ipynb,scripts//py:percent"))
        .notebook("c.ipynb", pair("ipynb,py:percent"))
        .file("c.py", "# %% [markdown]\n# # The script\n")
        .file("alone.py", "# %% [markdown]\n# # Alone\n")
        .build()
        .fine();
    assert!(
        !site.has("a.py.html") && !site.has("scripts/b.html") && !site.has("c.py.html"),
        "{:?}",
        site.files()
    );
    assert!(site.has("alone.html") && site.read("a.html").contains("The notebook"));
}

#[test]
fn lines_in_notes_are_those_of_the_file() {
    let site = Desk::new()
        .file(
            "a.py",
            "# %% [markdown]\n# # Spot\n\n# %%\nx = 1\n\n# %% [markdown]\n# words\n#\n# [dead](gone.ipynb)\n",
        )
        .build()
        .fine();
    assert!(site.stderr.contains("a.py:10:1"), "{}", site.stderr);
}
