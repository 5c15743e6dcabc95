//! Links: what is alive in the repo is alive in the site, and nothing else is published.

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

/// The `href` of the first link in the content of a page.
fn href(site: &Built, page: &str) -> Option<String> {
    let content = site.content(page);
    let start = content.find("<a href=\"")? + "<a href=\"".len();
    Some(content[start..].split('"').next()?.to_owned())
}

fn link(target: &str) -> (Built, Option<String>) {
    let site = Desk::new()
        .file("db/a.md", format!("# A\n\n[x]({target})"))
        .prose("db/fail over.ipynb", "# Fail over\n\n## Cold Start\n\n<a name=\"old\"></a>")
        .prose("web/index.ipynb", "# Web")
        .prose("plain/x.ipynb", "# X")
        .file("db/data.csv", "a,b\n")
        .file("db/tool.html", "<script>1</script>")
        .file("bindery.toml", "[site]\nrepo_url = \"https://gitlab.example.com/ops/books\"\n")
        .build();
    let href = href(&site, "db/a.html");
    (site, href)
}

#[test]
fn every_way_to_name_a_page() {
    for (target, expected) in [
        ("<fail over.ipynb>", "fail%20over.html"),
        ("fail%20over.ipynb", "fail%20over.html"),
        ("./fail%20over.ipynb#Cold-Start", "fail%20over.html#Cold-Start"),
        ("fail%20over.ipynb#cold-start", "fail%20over.html#cold-start"),
        ("fail%20over.ipynb#old", "fail%20over.html#old"),
        ("../db/fail%20over.html", "fail%20over.html"),
        ("/db/fail%20over.ipynb", "fail%20over.html"),
        ("..\\\\db\\\\fail%20over.ipynb", "fail%20over.html"),
        ("fail%20over", "fail%20over.html"),
        ("../web/", "../web/index.html"),
        ("../web", "../web/index.html"),
        ("../web/index.ipynb", "../web/index.html"),
        ("../plain/", "../plain/index.html"),
        ("..", "../index.html"),
        (
            "https://gitlab.example.com/ops/books/-/blob/main/db/fail%20over.ipynb#Cold-Start",
            "fail%20over.html#Cold-Start",
        ),
        (
            "https://gitlab.example.com/ops/books/-/blob/v1/db/x.ipynb",
            "https://gitlab.example.com/ops/books/-/blob/v1/db/x.ipynb",
        ),
        ("data.csv", "data.csv"),
        ("tool.html", "https://gitlab.example.com/ops/books/-/blob/main/db/tool.html"),
        ("mailto:ops@example.org", "mailto:ops@example.org"),
        ("//cdn.example/x", "https://cdn.example/x"),
    ] {
        let (site, href) = link(target);
        assert_eq!(href.as_deref(), Some(expected), "{target}\n{}", site.stderr);
        assert!(!site.stderr.contains("link-dead"), "{target}\n{}", site.stderr);
    }
}

#[test]
fn what_leads_nowhere_is_no_link_and_is_said() {
    for (target, rule, said) in [
        ("gone.ipynb", "link-dead", "`gone.ipynb` is not in the repo"),
        ("#nowhere", "anchor-missing", "answers to `#nowhere`"),
        ("../../etc/passwd", "link-dead", "leads out of the repo"),
        ("..%2f..%2fetc/passwd", "link-dead", "leads out of the repo"),
        ("file:///etc/passwd", "link-machine", "a path on somebody's machine"),
        ("javascript:alert(1)", "link-dead", "links by `javascript:` are not published"),
        ("vbscript:x.ipynb", "link-dead", "is not in the repo"),
    ] {
        let (site, href) = link(target);
        assert_eq!(href, None, "{target}");
        assert!(
            site.stderr.contains(&format!("warning[{rule}]")) && site.stderr.contains(said),
            "{target}\n{}",
            site.stderr
        );
        assert!(site.stderr.contains("db/a.md") && site.stderr.contains("3 | [x]("), "{}", site.stderr);
    }
}

#[test]
fn an_anchor_that_is_gone_still_leads_to_its_page() {
    let (site, href) = link("fail%20over.ipynb#Gone");
    assert_eq!(href.as_deref(), Some("fail%20over.html"));
    assert!(site.stderr.contains("has no heading or id `#Gone`"), "{}", site.stderr);
}

#[test]
fn files_are_published_only_when_linked_and_inert() {
    let (site, _) = link("data.csv");
    assert!(site.has("db/data.csv") && !site.has("db/tool.html"), "{:?}", site.files());
    let (site, _) = link("fail%20over.ipynb");
    assert!(!site.has("db/data.csv"), "{:?}", site.files());
}

#[test]
fn pictures_of_the_repo_are_copied_and_cleaned() {
    let desk = Desk::new()
        .file("a.md", "# A\n\n![b](images/b.svg) ![p](images/p.png) <img src=\"images/p.png\" width=\"30\">")
        .file(
            "images/b.svg",
            "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script><path d='M0 0'/></svg>",
        )
        .file("images/p.png", b"\x89PNG\r\n\x1a\n");
    let site = desk.build().fine();
    assert!(site.content("a.html").contains("<img src=\"images/b.svg\" alt=\"b\" loading=\"lazy\">"));
    assert!(site.content("a.html").contains("width=\"30\""));
    assert!(site.has("images/p.png") && !site.read("images/b.svg").contains("script"));
}

#[test]
fn pictures_from_elsewhere_are_links_unless_their_host_is_named() {
    let source = "# A\n\n![the logo](https://img.example/x.png)";
    let site = Desk::new().file("a.md", source).build().fine();
    assert!(site.content("a.html").contains("<a class=\"remote-image\" rel=\"noopener noreferrer\" href=\"https://img.example/x.png\">the logo</a>"));
    let named = Desk::new()
        .file("a.md", source)
        .file("bindery.toml", "[outputs]\nremote_images = [\"img.example\"]\n")
        .build()
        .fine();
    let page = named.read("a.html");
    assert!(
        page.contains("img-src 'self' data: https://img.example;")
            && page.contains("referrerpolicy=\"no-referrer\""),
        "{page}"
    );
}

#[test]
fn nothing_from_outside_the_root_is_published() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.txt"), "TOP-SECRET").unwrap();
    std::fs::write(outside.path().join("n.ipynb"), serde_json::to_string(&nb([md("TOP-SECRET")])).unwrap())
        .unwrap();
    let desk = Desk::new().file("a.md", "# A\n\n[x](link.txt) ![y](folder/secret.txt) [n](n.ipynb)");
    std::os::unix::fs::symlink(outside.path().join("secret.txt"), desk.root().join("link.txt")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("n.ipynb"), desk.root().join("n.ipynb")).unwrap();
    std::os::unix::fs::symlink(outside.path(), desk.root().join("folder")).unwrap();
    std::os::unix::fs::symlink(desk.root(), desk.root().join("loop")).unwrap();
    let site = desk.build().fine();
    assert_eq!(site.holding("TOP-SECRET"), [""; 0]);
    assert!(site.stderr.contains("the link leaves the repo"), "{}", site.stderr);
}

#[test]
fn names_with_odd_characters_are_links_that_work() {
    let mut desk = Desk::new();
    let names = [
        "a b",
        "q?x",
        "h#x",
        "p%20x",
        "quo\"te",
        "apo's",
        "日本",
        "a:b",
        "a\\b",
        "new\nline",
        "-dash",
        "a&b",
        "<i>",
    ];
    let mut index = String::from("# I\n");
    for name in names {
        desk = desk.prose(&format!("{name}.ipynb"), "# N");
        index.push_str(&format!(
            "\n[x](<{}.ipynb>)\n",
            name.replace('%', "%25")
                .replace('#', "%23")
                .replace('?', "%3F")
                .replace('\n', "%0A")
                .replace('<', "%3C")
                .replace('>', "%3E")
                .replace('\\', "%5C")
        ));
    }
    let site = desk.file("index.md", index).build().fine();
    assert!(!site.stderr.contains("link-dead"), "{}", site.stderr);
    for name in names {
        assert!(site.has(&format!("{name}.html")), "{name:?}");
    }
    let all = site.read("all.html");
    assert!(
        all.contains("href=\"h%23x.html\"") && all.contains("href=\"a%3Ab.html\"") && !all.contains("<i>"),
        "{all}"
    );
}

#[test]
fn a_port_is_a_number() {
    let site = Desk::new().file("a.md", "[x](https://host:port/sparql) [y](https://host:8080/x)").build();
    assert!(site.stderr.contains("`https://host:port/sparql` is no web address"), "{}", site.stderr);
    assert!(
        site.content("a.html").contains("href=\"https://host:8080/x\"")
            && !site.content("a.html").contains("port/")
    );
}

#[test]
fn a_link_to_a_draft_says_so() {
    let site = Desk::new()
        .prose("a.ipynb", "# A\n\n[later](later.md)")
        .file("later.md", "---\ndraft: true\n---\n# Later\n")
        .build();
    assert!(site.stderr.contains("`later.md` is a draft, which is not published"), "{}", site.stderr);
    assert!(!site.has("later.html"));
}
