//! Dialects of Markdown: names, references, parts of other files, citations.

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

fn prose(source: &str) -> (String, String) {
    let site = Desk::new().prose("a.ipynb", &format!("# T\n\n{source}")).build().fine();
    (site.content("a.html"), site.stderr.clone())
}

fn holds(page: &str, signs: &[&str]) {
    for sign in signs {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
}

#[test]
fn references_have_numbers_of_their_kind() {
    let figure = |label: &str| {
        ran(
            &format!("#| label: {label}\n#| fig-cap: Caption of {label}\nx"),
            json!([data(json!({"image/png": PIXEL}))]),
        )
    };
    let table = ran(
        "#| label: tbl-a\n#| tbl-cap: A table\nx",
        json!([data(json!({"text/html": "<table><tr><td>1</td></tr></table>"}))]),
    );
    let listing = ran("#| lst-label: lst-a\n#| lst-cap: A listing\nx = 1", json!([]));
    let text = "See @fig-b, @fig-a, @tbl-a, @lst-a, @eq-a, {numref}`Abb. %s <fig-b>`, [-@fig-b], [Figs. @fig-a; @tbl-a] and {ref}`fig-a`.\n\n$$x$$ {#eq-a}";
    let site = Desk::new()
        .notebook("a.ipynb", nb([md("# T"), md(text), figure("fig-a"), figure("fig-b"), table, listing]))
        .build()
        .fine();
    holds(
        &site.content("a.html"),
        &[
            "href=\"#fig-b\">Figure 2</a>",
            "href=\"#fig-a\">Figure 1</a>",
            "href=\"#tbl-a\">Table 1</a>",
            "href=\"#lst-a\">Listing 1</a>",
            "href=\"#eq-a\">Equation (1)</a>",
            "href=\"#fig-b\">Abb. 2</a>",
            "href=\"#fig-b\">2</a>",
            ">Figs. 1</a>, <a",
            "<span class=\"caption-number\">Figure 2</span> Caption of fig-b",
            "<span class=\"equation-number\">(1)</span>",
        ],
    );
    assert!(!site.stderr.contains("warning["), "{}", site.stderr);
}

#[test]
fn the_words_of_references_are_in_the_sites_language() {
    let desk = Desk::new().file("bindery.toml", "[site]\nlanguage = \"de\"\n");
    let cell = ran("#| label: fig-a\n#| fig-cap: Bild\nx", json!([data(json!({"image/png": PIXEL}))]));
    let page = desk.notebook("a.ipynb", nb([md("# T\n\n@fig-a"), cell])).build().fine().content("a.html");
    holds(&page, &[">Abbildung 1</a>", "Abbildung 1</span>"]);
}

#[test]
fn names_hold_in_the_whole_site() {
    let site = Desk::new()
        .file("a.md", "# A\n\n(spot)=\n## A spot\n\n```{glossary}\nRunbook\n: A page.\n```\n")
        .file("sub/b.md", "# B\n\n[the {name} here](#spot), {ref}`spot`, [](#spot), [](../a.md), [](../a.md#a-spot), {term}`Runbook`, {doc}`../a`, {ref}`so <spot>`\n")
        .build()
        .fine();
    holds(
        &site.content("sub/b.html"),
        &[
            ">the A spot here</a>",
            "href=\"../a.html#spot\">A spot</a>",
            "href=\"../a.html\">A</a>",
            "href=\"../a.html#a-spot\">A spot</a>",
            "href=\"../a.html#term-runbook\">Runbook</a>",
            "href=\"../a.html#spot\">so</a>",
        ],
    );
    assert!(!site.stderr.contains("warning["), "{}", site.stderr);
}

#[test]
fn a_reference_to_nothing_is_said_and_its_words_stand() {
    let (page, said) = prose("See {ref}`nosuch`, @fig-nosuch and {numref}`other`.");
    holds(&page, &["See nosuch, @fig-nosuch and other."]);
    assert_eq!(said.matches("warning[reference]").count(), 3, "{said}");
    let (_, said) = prose("(disk-full)=\n## X\n\n{ref}`disk-ful`");
    assert!(said.contains("did you mean `disk-full`?"), "{said}");
}

#[test]
fn numbers_of_sections() {
    let site = Desk::new().file("a.md", "---\ntitle: T\nnumber-sections: true\n---\n\n## One\n\n### Inner {#sec-inner}\n\n## Two\n\n@sec-inner\n").build().fine();
    holds(
        &site.content("a.html"),
        &[
            "<span class=\"number\">1</span> One",
            "<span class=\"number\">1.1</span> Inner",
            "<span class=\"number\">2</span> Two",
            ">Section 1.1</a>",
        ],
    );
    assert!(site.read("a.html").contains("1.1 Inner</a>"), "the contents have them too");
}

#[test]
fn cells_and_outputs_of_other_notebooks() {
    let labelled =
        ran("#| label: fig-a\n#| fig-cap: Spot on\nsource = 1", json!([data(json!({"image/png": PIXEL}))]));
    let mut with_id = ran("by_id = 1", json!([stream("stdout", "by id")]));
    with_id["id"] = json!("cell7");
    let tagged_cell = tagged(ran("by_tag = 1", json!([stream("stdout", "by tag")])), &["keep-me"]);
    let site = Desk::new()
        .notebook("sub/source.ipynb", nb([md("# Source\n\n[there](other.md)"), labelled, with_id, tagged_cell]))
        .file("sub/other.md", "# Other\n")
        .file("a.md", "# A\n\n```{embed} #fig-a\n:remove-input: true\n```\n\n{{< embed sub/source.ipynb#cell7 echo=true >}}\n\n{{< embed sub/source.ipynb#keep-me >}}\n\n![](#fig-a)\n\n```{embed} #fig-a\n```\n")
        .build()
        .fine();
    let page = site.content("a.html");
    holds(
        &page,
        &[
            "Spot on</figcaption>",
            "by_id",
            "by id",
            "by tag",
            "<a href=\"sub/source.html#fig-a\">Source</a>",
            "source",
        ],
    );
    assert!(!page.contains("by_tag"), "{page}");
    assert_eq!(
        page.matches("id=\"fig-a\"").count(),
        0,
        "ids of embedded cells stay where they come from\n{page}"
    );
    assert!(page.contains("src=\"_bindery/out/"), "{page}");
}

#[test]
fn what_embeds_itself_or_is_removed_is_said() {
    let removed =
        tagged(ran("#| label: gone\nSECRET", json!([stream("stdout", "SECRET")])), &["remove-cell"]);
    let site = Desk::new()
        .notebook("b.ipynb", nb([md("# B"), removed]))
        .file("a.md", "# A\n\n::: {#fig-round}\n{{< embed a.md#fig-round >}}\n\nx\n:::\n\n{{< embed b.ipynb#gone >}}\n\n{{< embed nosuch.ipynb#x >}}\n")
        .build()
        .fine();
    assert_eq!(site.holding("SECRET"), [""; 0]);
    for sign in ["embeds itself", "shows nothing under the name `gone`", "`nosuch.ipynb` is not in the repo"]
    {
        assert!(site.stderr.contains(sign), "{sign}\n{}", site.stderr);
    }
}

#[test]
fn parts_of_other_files() {
    let site = Desk::new()
        .file("parts/_part.md", "---\ntitle: gone\n---\nincluded *words*\n\n```{include} inner.txt\n```\n")
        .file("sub/parts/x.txt", "x")
        .file("inner.txt", "inner words")
        .file("code.py", "a = 1\nb = 2\nc = 3\n")
        .file("a.md", "# A\n\n```{include} parts/_part.md\n```\n\n{{< include parts/_part.md >}}\n\n```{literalinclude} code.py\n:lines: 2-3\n:emphasize-lines: 1\n```\n")
        .file("sub/b.md", "# B\n\n```{include} /inner.txt\n```\n")
        .build()
        .fine();
    let page = site.content("a.html");
    assert_eq!(page.matches("included <em>words</em>").count(), 2, "{page}");
    holds(&page, &["inner words", "line marked", "language-python"]);
    assert!(!page.contains("gone") && !page.contains("a</span> <span"), "{page}");
    assert!(site.content("sub/b.html").contains("inner words"));
}

#[test]
fn nothing_hidden_or_outside_can_be_included() {
    let outside = tempfile::TempDir::new().unwrap();
    std::fs::write(outside.path().join("x.txt"), "SECRET").unwrap();
    let desk = Desk::new()
        .file(".env", "SECRET=1")
        .file(".gitignore", "ignored.txt\n")
        .file("ignored.txt", "SECRET")
        .file("loop.md", "# L\n\n```{include} loop.md\n```\n")
        .file("x.md", "```{include} y.md\n```\n")
        .file("y.md", "```{include} x.md\n```\n")
        .file("a.md", "# A\n\n```{include} .env\n```\n\n```{include} ignored.txt\n```\n\n```{include} ../../etc/passwd\n```\n\n```{include} /etc/passwd\n```\n\n```{literalinclude} linked.txt\n```\n\n{{< include .env >}}\n\n{{< env SECRET >}}\n\n```{include} x.md\n```\n");
    std::os::unix::fs::symlink(outside.path().join("x.txt"), desk.root().join("linked.txt")).unwrap();
    let site = desk.build().fine();
    assert_eq!(site.holding("SECRET=1"), [""; 0]);
    assert!(
        !site.content("a.html").contains("root:") && !site.content("a.html").contains(">SECRET"),
        "{}",
        site.content("a.html")
    );
    assert!(site.stderr.matches("cannot be included").count() >= 6, "{}", site.stderr);
    assert!(site.stderr.contains("nest too deep"), "{}", site.stderr);
}

#[test]
fn citations_and_their_list() {
    let bib = "@article{b2, author={Berg, Jan van der and Lamp, Lia}, title={On <b>Light</b> \\& Dark}, journal={J}, year={2020}}\n@book{broken, author={X\n\n@book{a1, author={Lovelace, Ada}, title={Notes}, year={1843}}\n";
    let json = r#"[{"id": "c3", "type": "webpage", "title": "A page", "author": [{"family": "Case", "given": "Cy"}], "issued": {"date-parts": [[2024]]}, "URL": "javascript:alert(1)"}]"#;
    let site = Desk::new()
        .file("refs.bib", bib)
        .file("more.json", json)
        .file("a.md", "---\ntitle: T\nbibliography: [refs.bib, more.json]\n---\n\nAs @a1 says [see @b2, p. 3; @c3], and [-@a1]. {cite:t}`b2` {cite:p}`a1,c3` but @nobody and [@nosuch].\n\n```{bibliography}\n```\n\nend\n")
        .build()
        .fine();
    let page = site.content("a.html");
    holds(
        &page,
        &[
            "Lovelace (1843)",
            "see <a href=\"#ref-b2\">",
            "p. 3",
            "Case 2024",
            "(<a href=\"#ref-a1\">1843</a>)",
            "@nobody",
            "[@nosuch]",
            "id=\"ref-b2\"",
            "On &lt;b&gt;Light&lt;/b&gt; &amp; Dark",
        ],
    );
    assert!(
        page.find("class=\"works\"").unwrap() < page.find("<p>end</p>").unwrap(),
        "the list stands where it is wanted"
    );
    assert_eq!(page.matches("class=\"works\"").count(), 1);
    assert!(!page.contains("href=\"javascript:"), "{page}");
    for sign in ["no work of the bibliography has the key `nosuch`", "`refs.bib` line 2"] {
        assert!(site.stderr.contains(sign), "{sign}\n{}", site.stderr);
    }
}

#[test]
fn an_unknown_directive_is_readable_and_said() {
    let (page, said) = prose(
        "```{noote} Mind this\n:kept: on\n\n*words*\n```\n\n:::{wholly-unknown}\nmore\n:::\n\n{unknwon}`x` and ${HOME}`x`",
    );
    holds(
        &page,
        &[
            "<code>noote</code> Mind this",
            "<code>:kept:</code> on",
            "<em>words</em>",
            "<p>more</p>",
            "{unknwon}<code>x</code>",
            "${HOME}<code>x</code>",
        ],
    );
    assert!(
        said.contains("did you mean `{note}`?") && said.contains("`{wholly-unknown}` is unknown"),
        "{said}"
    );
}

#[test]
fn admonitions_fold_nest_and_stand_in_lists() {
    let (page, _) = prose(
        "::::{note} Outer\n:::{warning}\n:class: dropdown\ninner\n:::\n\n```{tip}\n:::{caution}\ndeep\n:::\n```\n::::\n\n1. step\n\n   ```{tip}\n   in a list\n   ```\n\n2. next\n\n> ```{note}\n> in a quote\n> ```",
    );
    holds(
        &page,
        &[
            "<details class=\"admonition admonition-warning\">",
            "admonition-caution",
            "deep",
            "<p>in a list</p>",
            "<p>in a quote</p>",
        ],
    );
    assert!(
        page.find("<ol>").unwrap() < page.find("in a list").unwrap()
            && page.find("in a list").unwrap() < page.find("next").unwrap()
    );
}

#[test]
fn html_around_directives_stays_html() {
    let (page, _) = prose(
        "<details><summary>More</summary>\n\n:::{tip}\ninside <b>bold</b>\n:::\n\n| a |\n|---|\n| b |\n\n: A table {#tbl-x}\n\n</details>",
    );
    holds(
        &page,
        &["<summary>More</summary>", "admonition-tip", "<b>bold</b>", "A table</figcaption>", "id=\"tbl-x\""],
    );
    assert!(page.find("tbl-x").unwrap() < page.find("</details>").unwrap(), "{page}");
}

#[test]
fn tabs_work_without_scripts_and_their_ids_are_unlike() {
    let tabs = "::::{tab-set}\n:::{tab-item} A\none\n:::\n:::{tab-item} B\ntwo\n:::\n::::\n";
    let (page, _) =
        prose(&format!("{tabs}\n{tabs}\n::: {{.panel-tabset}}\n## C\nthree\n\n### inner\n\n## D\nfour\n:::"));
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "{ids:?}");
    assert_eq!(page.matches("type=\"radio\"").count(), 6);
    assert_eq!(page.matches(" checked>").count(), 3);
}

#[test]
fn values_of_the_front_matter_and_the_project() {
    let site = Desk::new()
        .file("_variables.yml", "version: 1.2\nnested: {deep: down}\n")
        .file("a.md", "---\ntitle: T\nowner: Platform\n---\n\nBy {{< meta owner >}}, {{< var version >}}, {{< var nested.deep >}}, {{< meta nosuch >}}, {{{< meta owner >}}}.\n")
        .build()
        .fine();
    holds(
        &site.content("a.html"),
        &["By Platform, 1.2, down, {{&lt; meta nosuch &gt;}}, {{{&lt; meta owner &gt;}}}."],
    );
    assert!(site.stderr.contains("`meta nosuch` names no value"), "{}", site.stderr);
}

#[test]
fn plain_markdown_is_not_taken_for_more() {
    for source in [
        "mail ada@example.org or @ada",
        "a {b} `c`",
        "text ::: more",
        "C++ {x | y} {#not-at-the-end} here",
        "(a)= is no name in a line",
        "`{ref}` and `:::`",
        "array[@i] and $x[@] and arr[@]",
        "12:30 {{ jinja }}",
    ] {
        let (page, said) = prose(source);
        assert!(!said.contains("warning["), "{source}\n{said}");
        assert!(!page.contains("class=\"ref\"") && !page.contains("directive"), "{source}\n{page}");
    }
}

#[test]
fn equations_of_latex_have_their_numbers_and_tags() {
    let (page, said) = prose(
        "\\begin{equation}\na \\label{one}\n\\end{equation}\n\n\\begin{equation}b \\tag{9.4} \\label{two}\\end{equation}\n\n$$c$$ {#eq-three}\n\n\\eqref{one}, \\ref{two}, {eq}`eq-three`",
    );
    holds(
        &page,
        &[
            "href=\"#one\">(1)</a>",
            "href=\"#two\">9.4</a>",
            "href=\"#eq-three\">(2)</a>",
            "equation-number\">(9.4)</span>",
        ],
    );
    assert!(!said.contains("warning["), "{said}");
}

#[test]
fn a_name_in_front_of_a_paragraph_or_block_embeds_it() {
    let site = Desk::new()
        .file("a.md", "# A\n\n(words)=\nnamed words\n\n(box)=\n:::{tip}\nin a box\n:::\n")
        .file("b.md", "# B\n\n![](#words)\n\n![](#box)\n")
        .build()
        .fine();
    holds(&site.content("b.html"), &["named words", "admonition-tip", "in a box"]);
}

#[test]
fn panels_statements_and_figures_that_were_never_drawn() {
    let site = Desk::new()
        .file(
            "a.qmd",
            "# T\n\nSee @fig-panel, @fig-one, @thm-line, @fig-later and @lem-x.\n\n::: {#fig-panel layout-ncol=2}\n![One](p.png){#fig-one}\n\n![Two](p.png){#fig-two}\n\nBoth\n:::\n\n::: {#thm-line}\n## Line\n\nIt is straight.\n:::\n\n```{r, label='fig-later', fig.cap='Comes later', layout.ncol=2}\nplot(x)\n```\n",
        )
        .file("p.png", "x")
        .build();
    let page = site.content("a.html");
    holds(
        &page,
        &[
            ">Figure 1</a>, <a class=\"ref\" href=\"#fig-one\">Figure 1a</a>",
            "(a) One</figcaption>",
            "(b) Two</figcaption>",
            "Figure 1</span> Both",
            "statement-theorem",
            "<strong>Theorem 1</strong> (Line)",
            ">Figure 2</a>",
            "Comes later</figcaption>",
        ],
    );
    assert_eq!(page.matches("Both").count(), 1, "{page}");
    assert!(!site.stderr.contains("layout-ncol"), "{}", site.stderr);
}

#[test]
fn small_forms_of_citations_roles_and_raw_blocks() {
    let site = Desk::new()
        .file("refs.bib", "@book{ada, author = {Lovelace, Ada}, title = {Notes}, year = 1843}\n")
        .file("a.md", "---\ntitle: T\nbibliography: refs.bib\nlabel: home\n---\n\n@ada [p. 75] and -@ada and {footcite:t}`ada`.\n\n```{=html}\n<b>raw</b>\n```\n\n```{=latex}\n\\\\gone\n```\n\n[](#home) {chem}`H2O`\n\n::: {.callout-nte}\nseen\n:::\n")
        .build();
    let page = site.content("a.html");
    holds(
        &page,
        &["Lovelace (1843, p. 75)", "(<a href=\"#ref-ada\">1843</a>)", "<b>raw</b>", ">T</a>", "seen"],
    );
    assert!(!page.contains("gone"), "{page}");
    assert!(site.stderr.contains("the role `{chem}` is unknown"), "{}", site.stderr);
    assert!(site.stderr.contains("`.callout-nte` is no callout"), "{}", site.stderr);
}
