//! What a build makes beside the pages: a copy for offline reading, compressed twins, and what room
//! all of it takes.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;

use common::*;
use flate2::read::GzDecoder;

/// The files of a ZIP archive in their order, with the year of each.
fn unpacked(bytes: Vec<u8>) -> (Vec<String>, BTreeMap<String, String>, u16) {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let (mut names, mut texts, mut year) = (Vec::new(), BTreeMap::new(), 0);
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        year = file.last_modified().unwrap().year();
        let name = file.name().unwrap().into_owned();
        names.push(name.clone());
        texts.insert(name, String::from_utf8_lossy(&bytes).into_owned());
    }
    (names, texts, year)
}

fn committed() -> Desk {
    let desk = Desk::new()
        .file(
            "bindery.toml",
            "[site]\nbase_url = \"https://ops.example.com/b/\"\n[archive]\nmax_age_days = 3\n",
        )
        .notebook(
            "db/a.ipynb",
            nb([md("# A\n\n[b](../b.md)"), ran("1", serde_json::json!([stream("stdout", "out")]))]),
        )
        .file("b.md", "---\naliases: [/old.html]\n---\n# B");
    desk.git(&["init", "-q"]);
    desk.git(&["add", "-A"]);
    desk.git(&["commit", "-qm", "one"]);
    desk
}

#[test]
fn a_site_carries_a_copy_of_itself() {
    let desk = committed();
    let site = desk.build_with(&["--archive", "site.zip"]).fine();
    let page = site.read("db/a.html");
    assert!(page.contains("<a class=\"archive\" href=\"../site.zip\" download>"), "{page}");
    assert!(!page.contains("notice-copy"));
    let bytes = fs::read(site.path("site.zip")).unwrap();
    let (names, texts, year) = unpacked(bytes.clone());
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!((names.clone(), year), (sorted, 2026));
    assert!(names.iter().all(|name| name.starts_with("site/")));
    // All that a reader needs, and nothing for servers.
    for name in
        ["site/index.html", "site/b.html", "site/old.html", "site/_bindery/site.json", "site/db/a.ipynb"]
    {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    for name in ["site/404.html", "site/_redirects", "site/site.zip", "site/sitemap.xml", "site/.nojekyll"] {
        assert!(!names.iter().any(|known| known == name), "{name}");
    }
    let copy = &texts["site/db/a.html"];
    assert!(copy.contains("data-time=\"2026-03-04T05:06:07Z\" data-days=\"3\""), "{copy}");
    assert!(copy.contains("<a href=\"https://ops.example.com/b/\""), "{copy}");
    assert!(!copy.contains("class=\"archive\"") && copy.contains("../b.html"), "{copy}");
    // The same input gives the same bytes, with other threads, without a cache, and after no change.
    for (is_anew, more) in [(true, "--jobs=1"), (true, "--no-cache"), (false, "--quiet")] {
        if is_anew {
            fs::remove_dir_all(desk.root().join("public")).unwrap();
        }
        assert!(desk.run(&["build", "--archive", "site.zip", more]).status.success());
        assert_eq!(fs::read(site.path("site.zip")).unwrap(), bytes, "{more}");
    }
    // Without it the site is another one.
    let site = desk.build().fine();
    assert!(!site.has("site.zip") && !site.read("b.html").contains("class=\"archive\""));
}

#[test]
fn an_archive_takes_nobodys_place() {
    let desk = committed().file("site.zip", "mine").file("c.md", "[mine](site.zip)");
    let site = desk.build_with(&["--archive", "site.zip"]);
    assert_eq!(site.code, 2);
    assert!(site.stderr.contains("`site.zip` is a file of the site already"), "{}", site.stderr);
    for name in ["../site.zip", "a/site.zip", "site.tar", ".zip", ""] {
        let output = desk.run(&["build", "--archive", name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
    }
}

#[test]
fn text_has_twins_for_servers() {
    let desk = committed().notebook(
        "p.ipynb",
        nb([md("# P"), ran("1", serde_json::json!([data(serde_json::json!({"image/png": PIXEL}))]))]),
    );
    let site = desk.build_with(&["--compress", "gz,br"]).fine();
    for name in ["db/a.html", "404.html", "_bindery/site.json"] {
        let packed = fs::read(site.path(&format!("{name}.gz"))).unwrap();
        let mut text = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, site.read(name), "{name}");
        let packed = fs::read(site.path(&format!("{name}.br"))).unwrap();
        let mut text = Vec::new();
        brotli::BrotliDecompress(&mut &packed[..], &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), site.read(name), "{name}");
    }
    assert!(site.files().iter().all(|file| !file.ends_with(".png.gz") && !file.ends_with(".gz.br")));
    // What has changed has another twin, what is not wanted any more goes.
    let desk = desk.file("b.md", "# Changed");
    let site = desk.build_with(&["--compress", "gz"]).fine();
    let mut text = String::new();
    GzDecoder::new(&fs::read(site.path("b.html.gz")).unwrap()[..]).read_to_string(&mut text).unwrap();
    assert!(text.contains("Changed"));
    assert!(site.files().iter().all(|file| !file.ends_with(".br")));
    let (gz, text) =
        (fs::metadata(site.path("b.html.gz")).unwrap(), fs::metadata(site.path("b.html")).unwrap());
    assert!(gz.len() < text.len());
}

#[test]
fn the_summary_says_what_room_a_site_takes() {
    let desk = committed();
    for _ in 0..2 {
        let site = desk.build().fine();
        let files = site.files();
        let bytes: u64 = files.iter().map(|file| fs::metadata(site.path(file)).unwrap().len()).sum();
        let folders: std::collections::BTreeSet<&str> =
            files.iter().flat_map(|file| file.match_indices('/').map(|(at, _)| &file[..at])).collect();
        let said =
            format!("  {} files and folders, {:.0} kB:", files.len() + folders.len(), bytes as f64 / 1e3);
        assert!(site.stderr.contains(&said), "{said}\n{}", site.stderr);
        assert!(site.stderr.contains("of what a site on GitLab.com may have"), "{}", site.stderr);
    }
}

#[test]
fn downloads_can_lead_to_the_forge() {
    let with = |value: &str| {
        committed().file(
            "bindery.toml",
            format!("[site]\nrepo_url = \"https://gitlab.example.com/o/b\"\nbranch = \"main\"\n[outputs]\ndownloads = {value}\n"),
        )
    };
    let site = with("\"link\"").build().fine();
    assert!(!site.has("db/a.ipynb"));
    let page = site.read("db/a.html");
    assert!(
        page.contains("href=\"https://gitlab.example.com/o/b/-/raw/main/db/a.ipynb?inline=false\""),
        "{page}"
    );
    let site = with("false").build().fine();
    assert!(!site.has("db/a.ipynb") && !site.read("db/a.html").contains("action-download"));
    let site = with("true").build().fine();
    assert!(site.has("db/a.ipynb") && site.read("db/a.html").contains("href=\"a.ipynb\""));
    let site = with("\"linked\"").build();
    assert!(site.code == 2 && site.stderr.contains("must be true, false or \"link\""), "{}", site.stderr);
    // Where nobody knows the forge, there is a copy.
    let site = Desk::new()
        .file("bindery.toml", "[outputs]\ndownloads = \"link\"")
        .notebook("a.ipynb", nb([code("1")]))
        .build()
        .fine();
    assert!(site.has("a.ipynb"));
}
