//! Markdown as notebooks hold it.

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
use snapbox::{assert_data_eq, str};

fn page(source: &str) -> String {
    let head = "# Title\n\n";
    Desk::new().file("a.md", format!("{head}{source}")).build().fine().content("a.html")
}

#[test]
fn commonmark_and_gfm() {
    assert_data_eq!(
        page(
            "Some *slanted* **bold** ~~gone~~ `code` <https://a.example> https://b.example/x_y.\n\n- [x] done\n- [ ] open\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\nterm\n: meaning\n\n> [!WARNING]\n> Mind the gap\n"
        ),
        str![[r#"
<p>Some <em>slanted</em> <strong>bold</strong> <del>gone</del> <code>code</code> <a href="https://a.example" rel="noopener noreferrer">https://a.example</a> <a href="https://b.example/x_y" rel="noopener noreferrer">https://b.example/x_y</a>.</p>
<ul>
<li><input type="checkbox" class="task" disabled checked aria-label="Done"> done</li>
<li><input type="checkbox" class="task" disabled aria-label="To do"> open</li>
</ul>
<div class="table-wrap" tabindex="0"><table>
<thead><tr><th>a</th><th style="text-align:right">b</th></tr></thead>
<tbody>
<tr><td>1</td><td style="text-align:right">2</td></tr>
</tbody></table>
</div>
<dl>
<dt>term</dt>
<dd>meaning</dd>
</dl>
<div class="admonition admonition-warning">
<p class="admonition-title">Warning</p>
<p>Mind the gap</p>
</div>
"#]]
    );
}

#[test]
fn headings_answer_to_both_spellings() {
    assert_data_eq!(
        page(
            "## My `Heading` Name\n\n## My Heading Name\n\n## Own {#chosen}\n\n[a](#My-Heading-Name) [b](#my-heading-name) [c](#chosen)"
        ),
        str![[r##"
<h2 id="my-heading-name"><span class="alias" id="My-Heading-Name"></span>My <code>Heading</code> Name<a class="permalink" href="#my-heading-name" aria-label="Link to this section"></a></h2>
<h2 id="my-heading-name-1">My Heading Name<a class="permalink" href="#my-heading-name-1" aria-label="Link to this section"></a></h2>
<h2 id="chosen"><span class="alias" id="Own"></span>Own<a class="permalink" href="#chosen" aria-label="Link to this section"></a></h2>
<p><a href="#My-Heading-Name">a</a> <a href="#my-heading-name">b</a> <a href="#chosen">c</a></p>
"##]]
    );
}

#[test]
fn formulas_are_set_without_a_script() {
    let page = page(
        "Inline $a < b$ and $x_1 *y* z$.\n\n$$\nE = mc^2\n$$\n\n\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\n\n\\\\(p\\\\) costs $5 and $6, \\[not math\\], `$code$`\n\n$\\newcommand{\\R}{\\mathbb{R}}$ $\\R$",
    );
    assert_eq!(page.matches("<math").count(), 6, "{page}");
    assert!(page.contains("costs $5 and $6, [not math], <code>$code$</code>"), "{page}");
    assert!(page.contains("alttext=\"a &lt; b\""), "{page}");
}

#[test]
fn what_cannot_be_set_is_readable_and_said() {
    let site = Desk::new().file("a.md", "# T\n\nfirst\n\nsee $\\nosuchcommand{x}$").build().fine();
    assert!(site.content("a.html").contains("<code class=\"math math-tex\">\\nosuchcommand{x}</code>"));
    assert!(site.stderr.contains("warning[math]") && site.stderr.contains("a.md"), "{}", site.stderr);
    assert!(site.stderr.contains("5 | see $"), "the line is named: {}", site.stderr);
}

#[test]
fn footnotes_stand_at_the_end_of_their_cell() {
    let page = page("One[^a] two[^a].\n\n[^a]: The note.\n[^b]: Never named.\n");
    assert!(page.contains("<a href=\"#b:fn1.1\" id=\"b:fr1.1\">1</a>"), "{page}");
    assert_eq!(page.matches("id=\"b:fr1.1\"").count(), 1, "{page}");
    assert!(page.contains("The note.") && page.contains("Never named."), "{page}");
}

#[test]
fn html_is_woven_with_markdown_and_cleaned() {
    let page = page(
        "<div class=\"alert alert-info\" onclick=\"x()\">\n\n**bold** $x$\n\n</div>\n\nline <b id=\"mine\">b</b> <script>alert(1)</script>\n\n```bash\nls <x>\n```\n\n| a |\n|---|\n| <br> `c` |\n\n- [ ] task\n",
    );
    for kept in [
        "<div class=\"alert alert-info\">",
        "<strong>bold</strong>",
        "<math",
        "<b id=\"mine\">b</b>",
        "<code class=\"language-bash\">",
        "&lt;</span>x",
        "<div class=\"table-wrap\"",
        "type=\"checkbox\"",
    ] {
        assert!(page.contains(kept), "{kept}\n{page}");
    }
    for gone in ["alert(1)", "onclick"] {
        assert!(!page.contains(gone), "{gone}\n{page}");
    }
}

#[test]
fn nobody_can_write_what_stands_for_our_own_pieces() {
    let page = page("<img alt=\"b0-0\"> <hr title=\"b0-0\"> \u{e000}0\u{e001} $x$");
    assert!(page.contains("\u{e000}0\u{e001}"), "{page}");
    assert_eq!(page.matches("<math").count(), 1, "{page}");
}

#[test]
fn attachments_and_data_urls_become_files() {
    let cell = json!({"cell_type": "markdown", "metadata": {}, "source": "# T\n\n![the *plan*](attachment:my%20plan.png) ![d](data:image/png;base64,AAAA) ![gone](attachment:no.png)",
        "attachments": {"my plan.png": {"image/png": PIXEL}, "unused.png": {"image/png": "iVBORw0KGgoSECRET"}}});
    let site = Desk::new().notebook("a.ipynb", nb([cell])).build().fine();
    let page = site.content("a.html");
    assert!(page.contains("alt=\"the plan\" width=\"1\" height=\"1\""), "{page}");
    assert_eq!(site.files().iter().filter(|file| file.starts_with("_bindery/out/")).count(), 1);
    assert_eq!(site.holding("SECRET"), [""; 0], "what nothing refers to is dropped");
    assert!(site.stderr.contains("the cell has no attachment `no.png`"), "{}", site.stderr);
}

#[test]
fn the_first_heading_is_the_title_once() {
    let site = Desk::new()
        .prose("a.ipynb", "# The *title*\n\ntext")
        .prose("b.ipynb", "TSG001 - Setext\n===\n\ntext")
        .notebook("c.ipynb", nb([code("x = 1")]))
        .file("d.md", "---\ntitle: Another\n---\n# Its own heading\n")
        .build()
        .fine();
    assert!(site.read("a.html").contains("<h1 id=\"the-title\">The <em>title</em></h1>"));
    assert_eq!(
        site.content("a.html").trim(),
        "<div class=\"cell cell-markdown\" id=\"b:1\"><p>text</p>\n</div>"
    );
    assert!(site.read("b.html").contains(">TSG001 - Setext</h1>"));
    assert!(site.read("c.html").contains("<title>C "), "{}", site.read("c.html"));
    assert!(site.content("d.html").contains("Its own heading"));
}

#[test]
fn a_title_in_html_is_a_title_too() {
    let site = Desk::new()
        .prose("a.ipynb", "<h1 id=\"own\">Workshop <b>2</b></h1>\n\ntext\n\n# A part")
        .build()
        .fine();
    assert!(site.read("a.html").contains("<h1 id=\"own\">Workshop <b>2</b></h1>"));
    let content = site.content("a.html");
    assert!(!content.contains("Workshop") && content.contains(">A part<a"), "{content}");
}

#[test]
fn braces_colons_and_bars_of_plain_markdown_stay() {
    let shown = |source: &str, words: &[&str]| {
        let page = page(source);
        for word in words {
            assert!(page.contains(word), "{word}\n{source}\n{page}");
        }
        page
    };
    shown("# T\n\n## GET /users/{id}\n\nx", &["GET /users/{id}"]);
    shown("# T\n\n## Named {#mine .wide}\n\nx", &["<h2 id=\"mine\">", "Named<a"]);
    shown("# T\n\n    ::: note\n    code\n    :::\n", &["::: note\ncode\n:::"]);
    shown("# T\n\n<pre>\n::: note\n+++\n:::\n</pre>\n", &["::: note\n+++\n:::"]);
    shown("# T\n\n::: center text ::::\n\nbehind\n", &["::: center text ::::", "<p>behind"]);
    shown("# T\n\n::: note\nnever closed\n", &["::: note\nnever closed"]);
    let page = shown("# T\n\n::::: warning :::::\nwords\n:::::\n", &["admonition-warning", "words"]);
    assert!(!page.contains(":::"), "{page}");
    shown("# T\n\n$$\n\\begin{aligned}\na &= b \\\\\n+++ c\n\\end{aligned}\n$$\n", &["<math"]);
    shown("# T\n\n| not a table\n\nTable: is what I say\n", &["Table: is what I say"]);
    shown("# T\n\n| a |\n|---|\n| 1 |\n\nTable: A caption\n", &["A caption</figcaption>"]);
    shown("# T\n\n> **Note** that this goes on.\n", &["<blockquote>", "<strong>Note</strong> that"]);
    shown("# T\n\n> **Note:** boxed.\n", &["admonition-note"]);
    shown("# T\n\n`f` is a[0]{k=1} and [a [b] c]{.mark}.\n", &["a[0]{k=1}", "<mark>a [b] c</mark>"]);
    shown("# T\n\nIs [**bold** one]{.mark} here.\n", &["<mark><strong>bold</strong> one</mark> here"]);
    let page = shown("# T\n\nA [link](https://example.org){.btn} here.\n", &["link</a> here"]);
    assert!(!page.contains(".btn"), "{page}");
    shown("# T\n\nMail \\@fig-x and \\{{< x >}}.\n", &["Mail @fig-x and {{&lt; x &gt;}}."]);
    shown("# T\n\nProse\n\n(x)=\n", &["(x)="]);
    shown("# T\n\n(a b)=\n\nProse\n", &["(a b)="]);
    shown("# T\n\n> ::: note\n> quoted\n> :::\n\nbehind\n", &["<blockquote>", "admonition-note", "quoted"]);
    let page =
        shown("# T\n\n- ::: tip\n  listed\n  :::\n- two\n", &["<li>", "admonition-tip", "listed", "two"]);
    assert!(!page.contains(":::"), "{page}");
    let page = shown("# T\n\nA word\n::: left\n", &["A word\n::: left"]);
    assert!(!page.contains("<dl>"), "{page}");
}

#[test]
fn a_tag_that_nothing_closes_ends_with_its_block() {
    for tag in [
        "<div>",
        "<main>",
        "<article>",
        "<section>",
        "<b>",
        "<a id=\"x\" href=\"y\">",
        "</div></article></main>",
    ] {
        let site = Desk::new()
            .prose("a.ipynb", &format!("# T\n\n## a {tag}\n\nwords {tag}\n\n## b\n\n| h {tag} |\n|---|\n| 1 |\n\n: Cap {tag}\n\nend\n"))
            .build();
        let page = site.read("a.html");
        assert_eq!(page.matches("<main").count(), 1, "{tag}");
        let content = page.find("<div class=\"content\">").unwrap();
        let inner = &page[content..page.rfind("</article>").unwrap()];
        let opened = inner.matches("<div").count() + inner.matches("<section").count();
        let closed = inner.matches("</div>").count() + inner.matches("</section>").count();
        assert_eq!(opened, closed, "{tag}\n{inner}");
        assert!(inner.contains("end"), "{tag}\n{inner}");
        let mut ids: Vec<&str> = page
            .match_indices(" id=\"")
            .filter_map(|(at, key)| page[at + key.len()..].split('"').next())
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{tag}\n{inner}");
    }
}

#[test]
fn our_own_ids_are_nobody_elses() {
    let named = with(code("x = 1"), json!({"name": "cell-id=other"}));
    let site = Desk::new()
        .notebook("a.ipynb", nb([
            md("# T\n\n## b:1\n\n## x {#cell-id=c}\n\n![p](p.png){#b:2}\n\n<p id=\"b:3\">x</p>\n\n[s]{#b:4}\n\n(b:5)=\nx"),
            named,
            ran("x = 1", json!([
                data(json!({"text/markdown": "one[^1]\n\n[^1]: note"})),
                data(json!({"text/markdown": "two[^1]\n\n[^1]: note"})),
            ])),
        ]))
        .file("p.png", "x")
        .build();
    let page = site.content("a.html");
    let mut ids: Vec<&str> = page
        .match_indices(" id=\"")
        .filter_map(|(at, key)| page[at + key.len()..].split('"').next())
        .collect();
    for id in ["cell-id=other", "cell-id=c", "b:4", "b:5"] {
        assert!(!ids.contains(&id), "{id} in {ids:?}");
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{page}");
}

#[test]
fn heads_of_other_makers_are_read() {
    let site = Desk::new()
        .file("hugo.md", "+++\ntitle = \"From Hugo\"\ntags = [\"a\"]\n+++\n\nwords\n")
        .file("colab.md", "# x\n")
        .notebook("colab.ipynb", nb([
            with(md("<a href=\"https://colab.research.google.com/x\" target=\"_parent\"><img src=\"https://colab.research.google.com/assets/colab-badge.svg\" alt=\"Open In Colab\"/></a>"), json!({"id": "view-in-github", "colab_type": "text"})),
            md("# From Colab"),
        ]))
        .build();
    assert!(site.read("hugo.html").contains("<h1") && site.read("hugo.html").contains("From Hugo"));
    assert!(!site.content("hugo.html").contains("+++"));
    let page = site.read("colab.html");
    assert!(page.contains("<title>From Colab") && !page.contains("colab-badge"), "{page}");
}
