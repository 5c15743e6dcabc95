//! The preview server: what it gives, to whom, and that it is the site that a build would give.

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
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::edits::{self, Edit, edit};
use common::{Desk, PIXEL, data, md, nb, ran, stream, tree};
use proptest::prelude::*;
use serde_json::json;

/// A running preview.
struct Server {
    /// What it shows, which stays as long as it does.
    _desk: Desk,
    child: Child,
    port: u16,
    url: String,
}

/// What it answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Server {
    fn start(desk: &Desk, more: &[&str]) -> Self {
        let mut child =
            desk.command(&["serve"]).args(more).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        let port = url.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap();
        Self { _desk: desk.again(), child, port, url }
    }

    /// Sends a request as it stands, and reads the answer.
    fn send(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Answer { status, headers, body: bytes[end + 4..].to_vec() }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        let host = format!("127.0.0.1:{}", self.port);
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.push_str(&format!("Host: {host}\r\n"));
        }
        headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
        self.send(&format!("{request}\r\n"))
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    /// Opens the socket of a page; back comes the first line of the answer, and the stream.
    fn socket(&self, origin: Option<&str>) -> (String, TcpStream) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let origin = origin.map(|origin| format!("Origin: {origin}\r\n")).unwrap_or_default();
        let request = format!(
            "GET /_bindery/live?at=a.html&folder=0&whole=x&unstyled=x HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{origin}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        (String::from_utf8_lossy(&head).into_owned(), stream)
    }

    /// How much memory it takes, in kilobytes.
    #[cfg(target_os = "linux")]
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Waits until a page says something.
    fn wait_for(&self, path: &str, is_there: impl Fn(&Answer) -> bool) -> Answer {
        for _ in 0..500 {
            let answer = self.get(path);
            if is_there(&answer) {
                return answer;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{path} is not what it should become: {}", self.get(path).text());
    }

    /// Ends it as Ctrl-C does; back comes its exit code.
    fn end(mut self) -> i32 {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn books() -> Desk {
    Desk::new()
        .prose("a.ipynb", "# Page A\n\n[b](ops/b.md) [log](logs/today.log) ![](dot.svg)")
        .file("ops/b.md", "# Page B")
        .file("logs/today.log", "a line of the log")
        .file("logs/secret.log", "nobody links this")
        .file("dot.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload='alert(1)'/>")
        .file(".env", "TOKEN=hunter2")
        .file("data.md", "# Data")
        .file("data/table.csv", "a,b\n")
}

#[test]
fn only_this_machine_is_answered() {
    let server = Server::start(&books(), &["--allow-host", "hub.example.org"]);
    let as_host = |host: &str| server.ask("GET", "/a.html", &[("Host", host)]);
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:4747", "x.localhost", "hub.example.org"] {
        assert_eq!(as_host(host).status, 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "10.0.0.7",
        "hub.example.org.evil.example",
    ] {
        let refused = as_host(host);
        assert_eq!(refused.status, 403, "{host}");
        assert!(refused.text().contains("--allow-host"), "{}", refused.text());
        assert!(!refused.text().contains("Page A"));
    }
    assert_eq!(server.send("GET /a.html HTTP/1.1\r\nConnection: close\r\n\r\n").status, 400);
    let twice = "GET /a.html HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert_eq!(server.send(twice).status, 400);
}

#[test]
fn other_sites_get_nothing() {
    let server = Server::start(&books(), &[]);
    let page = server.ask("GET", "/a.html", &[("Origin", "http://evil.example")]);
    assert!(page.headers.keys().all(|name| !name.starts_with("access-control-")), "{:?}", page.headers);
    assert_eq!(page.headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(page.headers["cache-control"], "no-store");
    for site in ["cross-site", "same-site"] {
        let script = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "no-cors")];
        assert_eq!(server.ask("GET", "/_bindery/search/index.js", &script).status, 403);
        let click = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate")];
        assert_eq!(server.ask("GET", "/a.html", &click).status, 200);
    }
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
        let refused = server.ask(method, "/a.html", &[]);
        assert_eq!((refused.status, refused.headers["allow"].as_str()), (405, "GET, HEAD"), "{method}");
    }
    let head = server.ask("HEAD", "/a.html", &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn only_pages_of_the_preview_hear_of_changes() {
    let server = Server::start(&books(), &["--allow-host", "hub.example.org"]);
    let own = format!("http://127.0.0.1:{}", server.port);
    assert!(server.socket(Some(&own)).0.ends_with("101"));
    assert!(server.socket(Some("https://hub.example.org")).0.ends_with("101"));
    let near = format!("http://127.0.0.1:{}", server.port.wrapping_add(1));
    let name = format!("http://localhost:{}", server.port);
    for origin in [
        None,
        Some("null"),
        Some("http://evil.example"),
        Some("http://127.0.0.1"),
        Some(&near),
        Some(&name),
        Some("http://10.0.0.7"),
        Some("http://[::1]"),
    ] {
        assert!(server.socket(origin.map(|origin: &str| origin)).0.ends_with("403"), "{origin:?}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_but_the_site_is_given() {
    let desk = books();
    let outside = tempfile::TempDir::new().unwrap();
    fs::write(outside.path().join("passwd.ipynb"), "root:x:0").unwrap();
    fs::write(outside.path().join("passwd.log"), "root:x:0").unwrap();
    std::os::unix::fs::symlink(outside.path().join("passwd.ipynb"), desk.root().join("link.ipynb")).unwrap();
    std::os::unix::fs::symlink(outside.path(), desk.root().join("far")).unwrap();
    let desk = desk.prose("c.ipynb", "# C\n\n[out](far/passwd.log) [env](.env)");
    let server = Server::start(&desk, &[]);
    let climbing = [
        "/../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/ops/../../etc/passwd",
        "/..\\..\\etc\\passwd",
        "/..%5c..%5cetc",
        "/%252e%252e/etc/passwd",
        "/a.html%00.png",
        "//etc/passwd",
        "/ops//b.html",
        "/./a.html",
        "/_bindery/out/../../../etc/passwd",
        "/_bindery/out/%2e%2e%2f%2e%2e%2fledger",
        "/_bindery/search/../../ledger",
        "/_bindery/search/%2e%2e/%2e%2e/ledger",
        "/_bindery/search/..%2f..%2fpacks",
        "/%ff%fe",
        "/far/passwd.log",
        "/link.html",
        "/link.ipynb",
        "/.env",
        "/.git/config",
        "/bindery.toml",
        "/logs/secret.log",
        "/themes/x",
        "/_bindery/out/",
        "/_bindery/out/x",
        "/_bindery/search/",
        "/proc/self/environ",
    ];
    for path in climbing {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        for secret in ["root:x", "hunter2", "nobody links"] {
            assert!(!answer.text().contains(secret), "{path}");
        }
    }
    let whole = "GET http://evil.example/a.html HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert_eq!(server.send(whole).status, 403);
    // What pages link is given, and as in a built site.
    assert_eq!(server.get("/logs/today.log").text(), "a line of the log");
    assert!(!server.get("/dot.svg").text().contains("alert"));
    assert_eq!(server.get("/a.ipynb").headers["content-type"], "application/json");
}

#[test]
fn paths_lead_where_gitlab_pages_leads_them() {
    let server = Server::start(&books(), &[]);
    server.wait_for("/", |answer| answer.text().contains("Page A"));
    let a = server.get("/a");
    assert!(a.text().contains("Page A"), "an extension can be left out: {}", a.text());
    let folder = server.get("/ops");
    assert_eq!((folder.status, folder.headers["location"].as_str()), (302, "./ops/"));
    assert!(server.get("/ops/").text().contains("Page B"));
    assert!(server.get("/data.html").text().contains("Data"));
    let missing = server.get("/ops/nothing/here");
    assert_eq!(missing.status, 404);
    assert!(missing.headers["content-type"].starts_with("text/html"));
    assert!(missing.text().contains("data-root=\"../../\""), "what keeps it up to date is found from there");
    assert_eq!(server.get("/_bindery").status, 404, "a folder without an index");
    assert_eq!(server.get("/a.html/").status, 404);

    let server = Server::start(&books(), &["--base-path", "/group/project/"]);
    assert!(server.url.ends_with("/group/project/"));
    assert!(server.get("/group/project/a.html").text().contains("Page A"));
    assert_eq!(server.get("/group/project").headers["location"], "project/");
    assert_eq!(server.get("/").headers["location"], "group/project/");
    assert_eq!(server.get("/a.html").status, 404);
    assert_eq!(server.get("/group/a.html").status, 404);
    let missing = server.get("/group/project/nothing");
    assert!(missing.text().contains("href=\"/group/project/index.html\""), "{}", missing.text());
}

#[test]
fn it_ends_when_told_and_says_what_stands_in_its_way() {
    let desk = books();
    let first = Server::start(&desk, &[]);
    let second = Server::start(&desk, &[]);
    assert_ne!(first.port, second.port, "the next free port is taken");
    let taken = desk.run(&["serve", "--port", &first.port.to_string()]);
    assert_eq!(taken.status.code(), Some(2));
    let said = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert!(said.contains(&format!("port {}", first.port)), "{said}");
    assert_eq!(first.end(), 0);
    assert_eq!(second.end(), 0);
    for wrong in [
        vec!["--base-path", "/a b/"],
        vec!["--editor", "emacs"],
        vec!["--host", "no.such.host.invalid"],
        vec!["nowhere"],
    ] {
        let arguments: Vec<&str> = std::iter::once("serve").chain(wrong.iter().copied()).collect();
        assert_eq!(desk.run(&arguments).status.code(), Some(2), "{wrong:?}");
    }
    let desk = books().file("bindery.toml", "[site]\ntitel = 'x'\n");
    assert_eq!(desk.run(&["serve"]).status.code(), Some(2));
}

#[test]
fn what_a_run_read_the_next_need_not_read_again() {
    let desk = books();
    let server = Server::start(&desk, &[]);
    assert!(server.get("/a.html").text().contains("Page A"));
    server.wait_for("/ops/b.html", |answer| answer.text().contains("Page B"));
    assert_eq!(server.end(), 0);
    let packs = || {
        let cache = fs::read_dir(desk.caches().join("bindery")).unwrap().next().unwrap().unwrap().path();
        let mut found: Vec<_> = fs::read_dir(cache.join("packs"))
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap()))
            .collect();
        found.sort();
        found
    };
    let before = packs();
    assert_eq!(before.len(), 3);
    let server = Server::start(&desk, &[]);
    assert!(server.get("/_bindery/search/index.js").text().contains("bindery.index"));
    assert_eq!(server.end(), 0);
    desk.build().fine();
    assert_eq!(packs(), before, "a build takes what the preview kept");
}

#[test]
fn a_cache_that_somebody_deletes_is_made_again() {
    let desk = books();
    let server = Server::start(&desk, &[]);
    server.wait_for("/a.html", |answer| answer.text().contains("Page A"));
    assert_eq!(desk.run(&["clean"]).status.code(), Some(0));
    fs::create_dir_all(desk.caches().join("bindery")).unwrap();
    let answer = server.get("/ops/b.html");
    assert!(answer.text().contains("Page B"), "{}", answer.text());
    assert!(server.get("/a.html").text().contains("Page A"));
    assert_eq!(desk.run(&["clean"]).status.code(), Some(0));
    assert!(server.get("/_bindery/search/index.js").text().contains("bindery.index"));
}

#[test]
fn what_is_saved_while_all_is_read_for_the_first_time_is_not_lost() {
    let page = |n: usize, text: &str| {
        // Lines that no other page has take their time.
        let code: String =
            (0..120).map(|line| format!("value_{n}_{line} = f({line}, key='{n}')\n")).collect();
        format!("# Page {n}\n\n{text}\n\n```python\n{code}```\n")
    };
    let mut desk = Desk::new();
    for n in 0..400 {
        desk = desk.file(&format!("p{n}.md"), page(n, "before"));
    }
    let server = Server::start(&desk, &[]);
    for n in (0..400).step_by(10) {
        fs::write(desk.root().join(format!("p{n}.md")), page(n, "after")).unwrap();
        std::thread::sleep(Duration::from_millis(10));
    }
    for n in (0..400).step_by(10) {
        server.wait_for(&format!("/p{n}.html"), |answer| answer.text().contains("after"));
    }
}

#[test]
fn an_open_page_keeps_the_index_that_it_began_with() {
    let desk = books();
    let server = Server::start(&desk, &[]);
    server.wait_for("/", |answer| answer.text().contains("Page A"));
    let folder = || {
        let root = server.get("/_bindery/search/index.js").text();
        root.split("\"gen\":\"").nth(1).unwrap()[..12].to_owned()
    };
    let first = folder();
    let quote = format!("/_bindery/search/{first}/q0/0-0.js");
    let before = server.get(&quote);
    assert_eq!(before.status, 200);
    fs::write(desk.root().join("aaa.md"), "# Aardvark").unwrap();
    server.wait_for("/aaa.html", |answer| answer.status == 200);
    assert_ne!(folder(), first);
    assert_eq!(server.get(&quote).text(), before.text());
    assert_eq!(server.get(&format!("/_bindery/search/{first}/d0.js")).status, 200);
}

#[cfg(unix)]
#[test]
fn a_cache_that_cannot_be_written_keeps_nobody_from_seeing_a_save() {
    let desk = books();
    let server = Server::start(&desk, &[]);
    server.wait_for("/a.html", |answer| answer.text().contains("Page A"));
    let cache = fs::read_dir(desk.caches().join("bindery")).unwrap().next().unwrap().unwrap().path();
    for inner in ["packs", "runs", "assets"] {
        // The preview may still be writing what it read first.
        while fs::remove_dir_all(cache.join(inner)).is_err() {}
        fs::write(cache.join(inner), "in the way").unwrap();
    }
    fs::write(desk.root().join("ops/b.md"), "# Page B\n\nocelots").unwrap();
    server.wait_for("/ops/b.html", |answer| answer.text().contains("ocelots"));
    assert!(server.get("/a.html").text().contains("Page A"));
    assert!(server.get("/_bindery/search/index.js").text().contains("bindery.index"));
}

/// A page without what keeps it up to date.
fn without_live(page: &str) -> String {
    let Some(start) = page.rfind("<script src=\"") else { return page.to_owned() };
    let end = start + page[start..].find("</script>\n").map_or(0, |end| end + "</script>\n".len());
    if page[start..end].contains("_bindery/live.js") {
        format!("{}{}", &page[..start], &page[end..])
            .replace("connect-src &#39;self&#39;; script-src &#39;self&#39; ", "script-src ")
    } else {
        page.to_owned()
    }
}

/// What differs between a preview and a site that was built clean.
fn difference(server: &Server, clean: &Path) -> Option<String> {
    tree(clean).into_iter().find_map(|(path, bytes)| {
        let url: String =
            path.bytes()
                .map(|byte| {
                    if byte.is_ascii_graphic() { (byte as char).to_string() } else { format!("%{byte:02X}") }
                })
                .collect();
        let answer = server.get(&format!("/{url}"));
        let given = if path.ends_with(".html") { without_live(&answer.text()) } else { answer.text() };
        let wanted = String::from_utf8_lossy(&bytes).into_owned();
        // The preview stands below a path of its own.
        let wanted = match path.as_str() {
            "404.html" => wanted.replace("https://x.example/docs/", "/"),
            "_redirects" => wanted.replace("/docs/", "/"),
            _ => wanted,
        };
        (given != wanted).then(|| {
            let at = given.bytes().zip(wanted.bytes()).position(|(a, b)| a != b).unwrap_or(0);
            let around =
                |text: &str| -> String { text.chars().skip(at.saturating_sub(80)).take(300).collect() };
            format!(
                "{path} ({})\n--- preview\n{}\n--- clean\n{}",
                answer.status,
                around(&given),
                around(&wanted)
            )
        })
    })
}

fn edit_without_drafts() -> impl Strategy<Value = Edit> {
    // Drafts are shown by previews alone.
    edit().prop_filter("no drafts", |edit| !matches!(edit, Edit::Front(_, front) if front % 8 == 0))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn after_any_edits_the_preview_is_the_site_of_a_clean_build(
        rounds in prop::collection::vec(prop::collection::vec(edit_without_drafts(), 1..4), 1..6)
    ) {
        let desk = edits::desk();
        let server = Server::start(&desk, &[]);
        for edits in &rounds {
            edits.iter().for_each(|edit| edit.apply(&desk));
            desk.run(&["build", "--no-cache", "--out", "clean"]);
            let clean = desk.root().join("clean");
            let mut left = None;
            for _ in 0..150 {
                left = difference(&server, &clean);
                if left.is_none() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(40));
            }
            prop_assert_eq!(left, None, "after {:?}", edits);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_thousand_edits_with_two_hundred_listeners_leave_no_trace() {
    let page = |n: usize, text: &str| {
        nb([
            md(&format!("# Page {n}\n\n{text} and [the next](p{}.ipynb)", (n + 1) % 20)),
            ran(
                "run()",
                json!([stream("stdout", &format!("line of {text}\n")), data(json!({"image/png": PIXEL}))]),
            ),
        ])
    };
    let mut desk = Desk::new();
    for n in 0..20 {
        desk = desk.notebook(&format!("p{n}.ipynb"), page(n, "first"));
    }
    desk = desk.file("a.md", "# A");
    let server = Server::start(&desk, &[]);
    let own = format!("http://127.0.0.1:{}", server.port);
    let sockets: Vec<TcpStream> = (0..200).map(|_| server.socket(Some(&own)).1).collect();
    let mut settled = 0;
    for round in 0..1000 {
        let n = round % 20;
        let path = desk.root().join(format!("p{n}.ipynb"));
        match round % 50 {
            17 => fs::remove_file(&path).unwrap(),
            23 => fs::rename(&path, desk.root().join("moved.ipynb")).unwrap(),
            29 => drop(fs::remove_file(desk.root().join("moved.ipynb"))),
            31 => fs::write(&path, "{ \"cells\": [").unwrap(),
            _ => fs::write(&path, page(n, &format!("text{round}")).to_string()).unwrap(),
        }
        if round % 10 == 0 {
            assert!(server.get(&format!("/p{}.html", (n + 7) % 20)).status < 500);
        }
        if round == 300 {
            settled = server.memory();
        }
        std::thread::sleep(Duration::from_millis(4));
    }
    for n in 0..20 {
        fs::write(desk.root().join(format!("p{n}.ipynb")), page(n, "at last").to_string()).unwrap();
    }
    for n in 0..20 {
        server.wait_for(&format!("/p{n}.html"), |answer| answer.text().contains("at last"));
    }
    server.wait_for("/moved.html", |answer| answer.status == 404);
    let now = server.memory();
    assert!(now * 10 < settled * 12, "{settled} kB became {now} kB");
    drop(sockets);
    assert_eq!(server.end(), 0);
}
