//! What people do to a repo between two looks at its site.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::json;

use super::{Desk, PIXEL, data, md, nb, ran, stream, with};

/// One thing that people do to a repo between two builds.
#[derive(Clone, Debug)]
pub enum Edit {
    Text(usize, u8),
    Title(usize, u8),
    Move(usize, usize),
    Delete(usize),
    Front(usize, usize),
    Config(usize),
    Theme(u8),
    Part(u8),
    Touch(usize),
    Commit,
    Kernel(usize, bool),
    Ignore(bool),
}

const PAGES: [&str; 6] =
    ["a.ipynb", "b.ipynb", "ops/c.ipynb", "ops/index.ipynb", "ops/db/d.ipynb", "index.ipynb"];
const FRONTS: [&str; 8] = [
    "draft: true",
    "unlisted: true",
    "tags: [net, disk]",
    "order: 1",
    "lang: de",
    "aliases: [old/place]",
    "search: false",
    "owner: ada\nlabel: named",
];
const CONFIGS: [&str; 9] = [
    "",
    "[site]\ntitle = \"Runbooks\"\nbase_url = \"https://x.example/docs\"\n",
    "[site]\nlanguage = \"de\"\n",
    "[outputs]\nfold_lines = 1\n",
    "[outputs]\ndownloads = false\n",
    "[nav]\norder = [\"b.ipynb\", \"ops\"]\n",
    "[[cells]]\ntags = [\"note\"]\noptions = { echo = false }\n",
    "[theme]\nname = \"own\"\n",
    "[content]\nexclude = [\"ops/db\"]\n",
];

fn page(title: u8, text: u8, front: Option<&str>) -> serde_json::Value {
    let mut cells = Vec::new();
    if let Some(front) = front {
        cells.push(json!({"cell_type": "raw", "metadata": {}, "source": format!("---\n{front}\n---")}));
    }
    cells.push(md(&format!(
        "# Title {title}\n\nText number {text} with [a](a.ipynb), [c](ops/c.ipynb#part) and [](#named).\n\n## Part\n\n![](dot.svg)\n\n```{{include}} part.txt\n```"
    )));
    let output = json!([
        stream("stdout", &format!("line {text}\nerror: disk {text} failed\n")),
        data(json!({"image/png": PIXEL}))
    ]);
    cells.push(with(ran(&format!("print({text})"), output), json!({"tags": ["note"]})));
    nb(cells)
}

impl Edit {
    pub fn apply(&self, desk: &Desk) {
        let place = |page: usize| desk.root().join(PAGES[page % PAGES.len()]);
        let write = |path: PathBuf, content: &[u8]| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        let bytes = |notebook: serde_json::Value| serde_json::to_vec(&notebook).unwrap();
        match self {
            Self::Text(at, text) => write(place(*at), &bytes(page(1, *text, None))),
            Self::Title(at, title) => write(place(*at), &bytes(page(*title, 1, None))),
            Self::Move(from, to) => {
                if let Ok(content) = fs::read(place(*from)) {
                    fs::remove_file(place(*from)).unwrap();
                    write(place(*to), &content);
                }
            }
            Self::Delete(at) => drop(fs::remove_file(place(*at))),
            Self::Front(at, front) => {
                write(place(*at), &bytes(page(2, 2, Some(FRONTS[front % FRONTS.len()]))))
            }
            Self::Config(at) => {
                write(desk.root().join("bindery.toml"), CONFIGS[at % CONFIGS.len()].as_bytes())
            }
            Self::Theme(n) => {
                write(desk.root().join("themes/own/theme.toml"), b"parent = \"default\"\n");
                write(
                    desk.root().join("themes/own/static/own.css"),
                    format!("a {{ top: {n}px }}").as_bytes(),
                );
            }
            Self::Part(n) => {
                write(desk.root().join("part.txt"), format!("part {n}").as_bytes());
                let dot = format!("<svg xmlns='http://www.w3.org/2000/svg' width='{n}' height='9'/>");
                write(desk.root().join("dot.svg"), dot.as_bytes());
            }
            Self::Touch(at) => {
                if let Ok(content) = fs::read(place(*at)) {
                    write(place(*at), &content);
                }
            }
            Self::Kernel(at, is_r) => {
                let mut notebook = page(4, 4, None);
                if *is_r {
                    notebook["metadata"] = json!({"kernelspec": {"name": "ir", "display_name": "R"}, "language_info": {"name": "R", "file_extension": ".r"}});
                }
                write(place(*at), &bytes(notebook));
            }
            Self::Ignore(is_ignored) => {
                write(desk.root().join(".gitignore"), if *is_ignored { b"part.txt\nb.ipynb\n" } else { b"" });
            }
            Self::Commit => {
                desk.git(&["add", "--all", "--", ":!public", ":!clean"]);
                desk.git(&["commit", "--allow-empty", "-m", "more"]);
            }
        }
    }
}

/// Any edit.
pub fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (0..6_usize, 0..9_u8).prop_map(|(at, text)| Edit::Text(at, text)),
        2 => (0..6_usize, 0..9_u8).prop_map(|(at, title)| Edit::Title(at, title)),
        2 => (0..6_usize, 0..6_usize).prop_map(|(from, to)| Edit::Move(from, to)),
        1 => (0..6_usize).prop_map(Edit::Delete),
        3 => (0..6_usize, 0..8_usize).prop_map(|(at, front)| Edit::Front(at, front)),
        3 => (0..9_usize).prop_map(Edit::Config),
        1 => (0..9_u8).prop_map(Edit::Theme),
        1 => (1..9_u8).prop_map(Edit::Part),
        1 => (0..6_usize).prop_map(Edit::Touch),
        1 => Just(Edit::Commit),
        1 => (0..6_usize, any::<bool>()).prop_map(|(at, is_r)| Edit::Kernel(at, is_r)),
        1 => any::<bool>().prop_map(Edit::Ignore),
    ]
}

/// A repo to be edited: all pages, and a theme of its own.
pub fn desk() -> Desk {
    let desk = Desk::new();
    desk.git(&["init"]);
    Edit::Theme(0).apply(&desk);
    for at in 0..PAGES.len() {
        Edit::Text(at, at as u8).apply(&desk);
    }
    desk
}
