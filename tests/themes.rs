//! Themes: those of bindery, those of a repo, what they let a site choose, and what stands around
//! the text of pages.

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

/// The style sheet of a site.
fn css(site: &Built) -> String {
    let file =
        site.files().into_iter().find(|file| file.starts_with("_bindery/bindery.") && file.ends_with(".css"));
    site.read(&file.unwrap())
}

fn themed(theme: &str) -> Desk {
    Desk::new()
        .file("bindery.toml", format!("[theme]\n{theme}"))
        .file("a.md", "# Alpha\n\nText.")
        .file("b.md", "# Beta\n\n[a](a.md)")
}

#[test]
fn a_new_theme_changes_a_block_a_property_and_a_word() {
    for parent in ["default", "dense", "book"] {
        let desk = themed("name = \"mine\"\ncontact = \"Call 112\"");
        let made = desk.run(&["theme", "new", "mine", "--parent", parent]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        assert!(String::from_utf8_lossy(&made.stdout).contains("themes/mine/templates/page.html"));
        let site = desk
            .file("themes/mine/static/theme.css", ":root { --radius: 11px; }")
            .file("themes/mine/labels/en.toml", "all_pages = \"The lot\"\nown_call = \"Ring\"")
            .file("themes/mine/templates/recent.html", "<p>{{ t.own_call }}</p>")
            .build()
            .fine();
        let page = site.read("a.html");
        assert!(page.contains("<p class=\"contact\">Call 112</p>"), "{page}");
        // The rest of the page is the parent's.
        assert!(page.contains("class=\"facts b-ui\"") && page.contains("class=\"turn b-ui\""), "{page}");
        assert!(page.contains("The lot") && !page.contains(">All pages<"), "{page}");
        let css = css(&site);
        assert!(css.find("--radius: 6px").unwrap() < css.find("--radius: 11px").unwrap(), "{css}");
        let again = site.desk().run(&["theme", "new", "mine"]);
        assert_eq!(again.status.code(), Some(2), "a theme that is there is not written over");
    }
}

#[test]
fn options_become_properties_pictures_and_furniture() {
    let site = themed("accent = \"#b3261e\"\nwidth = \"50rem\"\nface = \"Inter, sans-serif\"\nlogo = \"pics/logo.svg\"\nfavicon = \"pics/logo.svg\"\nmode = \"dark\"\nlists = \"cards\"\nfurniture = [\"turn\"]")
        .file("pics/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><script>alert(1)</script><path d=\"M0 0h9v9z\"/></svg>")
        .build()
        .fine();
    let css = css(&site);
    for property in ["--brand: #b3261e;", "--measure: 50rem;", "--face: Inter, sans-serif;"] {
        assert!(css.contains(property), "{property}");
    }
    let page = site.read("b.html");
    assert!(page.contains("<html lang=\"en\" dir=\"ltr\" data-mode=\"dark\">"), "{page}");
    assert!(
        page.contains("<img src=\"_bindery/logo.")
            && page.contains("<link rel=\"icon\" href=\"_bindery/logo."),
        "{page}"
    );
    assert_eq!(site.holding("alert(1)"), [""; 0]);
    assert!(page.contains("class=\"turn b-ui\"") && !page.contains("class=\"crumbs\""), "{page}");
    assert!(!site.read("a.html").contains("class=\"backlinks"));
    assert!(site.read("index.html").contains("class=\"rows rows-cards\""));
}

#[test]
fn all_that_is_wrong_with_a_theme_is_said_at_once() {
    let site = themed("accent = \"red; } body { display: none\"\nwidth = 3\nmode = \"dim\"\nfurniture = [\"sofa\"]\nsofa = true\nlogo = \"../x.svg\"").build();
    assert_eq!(site.code, 2);
    for said in [
        "`theme.accent` is \"red; } body { display: none\", and must be a colour",
        "`theme.width` is 3, and must be a length",
        "`theme.mode` is \"dim\", and must be one of auto, light, dark",
        "`theme.furniture` is [\"sofa\"], and must be a list of some of breadcrumbs",
        "`theme.sofa` is no option of this theme; it knows accent",
        "`theme.logo` is \"../x.svg\", and must be the path of a file in the repo",
    ] {
        assert!(site.stderr.contains(said), "{said}\n{}", site.stderr);
    }
    let fails = |desk: Desk, said: &str| {
        let site = desk.build();
        assert_eq!(site.code, 2, "{}", site.stderr);
        assert!(site.stderr.contains(said), "{said}\n{}", site.stderr);
    };
    fails(themed("name = \"gone\""), "there is no theme `gone`");
    fails(themed("name = 3"), "`theme.name` is 3");
    fails(themed("logo = \"gone.png\""), "`theme.logo`: `gone.png`");
    fails(themed("logo = \"a.md\""), "which is no picture");
    fails(themed("name = \"x\"").file("themes/x/theme.toml", "parent = \"x\""), "stands on itself");
    fails(themed("name = \"x\"").file("themes/x/theme.toml", "colour = 1"), "`themes/x/theme.toml`");
    fails(themed("name = \"book\"").file("themes/book/theme.toml", ""), "bindery has a theme `book` itself");
    fails(
        themed("name = \"x\"")
            .file("themes/x/theme.toml", "")
            .file("themes/x/labels/en.toml", "al_pages = \"x\""),
        "no word of the interface is called `al_pages`; do you mean `all_pages`?",
    );
    fails(
        themed("name = \"x\"")
            .file("themes/x/theme.toml", "")
            .file("themes/x/templates/page.html", "{% if %}"),
        "theme `x`",
    );
    fails(themed("name = \"../x\""), "`../x` is no name of a theme");
    fails(themed("acent = \"#123456\""), "do you mean `accent`?");
    let bare = || themed("name = \"x\"").file("themes/x/theme.toml", "");
    fails(bare().file("themes/x/extra.css", ""), "has what no theme has: extra.css");
    fails(bare().file("themes/x/static/a.css", "@import url(\"b.css\");"), "`@import`");
    fails(bare().file("themes/x/static/a.css", "a { background: url(gone.png) }"), "names `gone.png`");
    fails(
        bare().file("themes/x/static/a.css", "a { background: url(https://x.example/a.png) }"),
        "names `https://x.example/a.png`",
    );
    let declared =
        |option: &str| themed("name = \"x\"").file("themes/x/theme.toml", format!("[options.y]\n{option}"));
    fails(declared("kind = \"choice\""), "says not `of` what");
    fails(declared("kind = \"text\"\ncss = \"y\""), "no custom property");
    fails(
        Desk::new().file("bindery.toml", "[site]\nlanguage = \"french\"").file("a.md", "# A"),
        "`site.language` is `french`",
    );
}

#[test]
fn a_theme_brings_its_own_faces() {
    let site = themed("name = \"x\"")
        .file("themes/x/theme.toml", "parent = \"book\"")
        .file("themes/x/static/face.woff2", "not really a font")
        .file(
            "themes/x/static/x.css",
            "@font-face { font-family: X; src: url(\"face.woff2\") format(\"woff2\"); }",
        )
        .file("themes/x/static/x.js", "window.own = 1;")
        .build()
        .fine();
    let font = site.files().into_iter().find(|file| file.ends_with(".woff2")).unwrap();
    assert!(css(&site).contains(&format!("url(\"{}\")", font.strip_prefix("_bindery/").unwrap())));
    assert!(site.read("a.html").contains("font-src 'self'"));
    // The page for addresses that lead nowhere carries its scripts.
    assert_eq!(site.holding("window.own = 1")[0], "404.html");
    assert!(site.holding("window.own = 1")[1].starts_with("_bindery/bindery."));
    assert!(!themed("").build().fine().read("a.html").contains("font-src"));
}

#[test]
fn a_theme_of_a_repo_may_not_lead_out_of_it() {
    let outside = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(outside.path(), "body { --secret: 1 }").unwrap();
    let desk = themed("name = \"x\"").file("themes/x/theme.toml", "").file("themes/x/static/a.css", "");
    std::os::unix::fs::symlink(outside.path(), desk.root().join("themes/x/static/b.css")).unwrap();
    let site = desk.build();
    assert_eq!(site.code, 2);
    assert!(site.stderr.contains("themes/x/static/b.css"), "{}", site.stderr);
}

#[test]
fn pages_say_who_links_to_them_and_where_to_report() {
    let desk = Desk::new()
        .file("bindery.toml", "[site]\nrepo_url = \"https://gitlab.example.com/ops/books\"\n[theme]\nfurniture = [\"backlinks\", \"report\", \"reading-time\", \"recent\"]")
        .file("README.md", "# Home\n\nTo [disks](disk.md).")
        .file("disk.md", "# Disk & more\n\n[Itself](disk.md) and [home](README.md).")
        .file("db/x.md", "# Deep\n\n[Up](../disk.md#nowhere), [again](../disk.md)");
    desk.git(&["init", "-q"]);
    desk.git(&["add", "."]);
    desk.git(&["commit", "-qm", "one"]);
    let site = desk.build();
    let page = site.read("disk.html");
    let links: Vec<&str> = page
        .split("aria-labelledby=\"b:links\"")
        .nth(1)
        .unwrap()
        .split("</aside>")
        .next()
        .unwrap()
        .split("href=\"")
        .skip(1)
        .map(|link| link.split('"').next().unwrap())
        .collect();
    assert_eq!(links, ["index.html", "db/x.html"]);
    assert!(page.contains("https://gitlab.example.com/ops/books/-/issues/new?issue%5Btitle%5D=Disk%20%26%20more&amp;issue%5Bdescription%5D="), "{page}");
    assert!(page.contains("Source%3A%20disk%2Emd") && page.contains("Commit%3A%20"), "{page}");
    assert!(page.contains("1 minute to read"), "{page}");
    let home = site.read("index.html");
    assert!(home.contains("Recently changed") && home.contains("2026-03-04"), "{home}");
    assert!(!page.contains("Recently changed"));
}

#[test]
fn the_tree_is_open_where_the_page_is() {
    let site = Desk::new()
        .file("a/one.md", "# One")
        .file("a/deep/two.md", "# Two")
        .file("a/deep/three.md", "# Three")
        .file("b/four.md", "# Four")
        .build()
        .fine();
    let nav = |page: &str| {
        let page = site.read(page);
        let nav = page
            .split("<ul class=\"nav-list\"")
            .nth(1)
            .unwrap()
            .split("<ul class=\"nav-list nav-links\"")
            .next()
            .unwrap();
        assert_eq!(nav.matches("<li").count(), nav.matches("</li>").count(), "{nav}");
        assert_eq!(nav.matches("<ul>").count() + 1, nav.matches("</ul>").count(), "{nav}");
        nav.to_owned()
    };
    let two = nav("a/deep/two.html");
    assert!(
        two.contains("Three") && two.contains("One") && two.contains(">B<") && !two.contains("Four"),
        "{two}"
    );
    assert!(two.contains("<a href=\"two.html\" aria-current=\"page\">Two</a>"), "{two}");
    assert_eq!(two.matches("class=\"nav-open\"").count(), 2);
    let four = nav("b/four.html");
    assert!(four.contains("Four") && !four.contains("One"), "{four}");
    let page = site.read("b/four.html");
    assert!(page.contains("class=\"site-tabs\"") && page.contains("aria-current=\"true\">B</a>"), "{page}");
}

#[test]
fn a_folder_chooses_the_look_of_its_list() {
    let site =
        Desk::new().file("x/README.md", "---\nlist: table\n---\n# X").file("x/a.md", "# A").build().fine();
    assert!(site.read("x/index.html").contains("rows rows-table"));
    assert!(site.read("all.html").contains("rows rows-rows"));
}

#[test]
fn languages_are_written_in_their_direction() {
    let site = Desk::new()
        .file("bindery.toml", "[site]\nlanguage = \"he\"")
        .file("a.md", "---\nlang: en\n---\n# A\n\ntext")
        .file("b.md", "# B\n\ntext")
        .build()
        .fine();
    let a = site.read("a.html");
    assert!(a.contains("<html lang=\"he\" dir=\"rtl\">") && a.contains("lang=\"en\" dir=\"ltr\""), "{a}");
    assert!(!site.read("b.html").contains("dir=\"ltr\""));
    for language in ["en", "de", "fr", "es", "pt", "ja", "zh", "he", "pt_BR", "xx"] {
        let site = Desk::new()
            .file("bindery.toml", format!("[site]\nlanguage = \"{language}\""))
            .file("a.md", "# A")
            .build()
            .fine();
        assert_eq!(
            site.read("a.html").contains("Skip to content"),
            matches!(language, "en" | "xx"),
            "{language}"
        );
    }
}
