//! Polyglot notebooks as text (`.dib`): a line with a kernel's name begins a cell
//! (<https://github.com/dotnet/interactive>, `src/dotnet-interactive/DibFormat`).

use serde_json::{Map, Value};

use super::Cells;
use crate::notebook::Lang;

/// Names of kernels; all other `#!` lines are commands inside of a cell.
const KERNELS: &[&str] = &[
    "csharp",
    "c#",
    "fsharp",
    "f#",
    "pwsh",
    "powershell",
    "javascript",
    "js",
    "html",
    "sql",
    "kql",
    "mermaid",
    "http",
    "css",
    "python",
    "r",
    "value",
    "markdown",
    "md",
    "bash",
];

pub(super) fn read(text: &str, cells: &mut Cells) -> Map<String, Value> {
    let mut default = "csharp".to_owned();
    let mut kernel = None;
    let mut source = String::new();
    let mut begins = 0;
    let mut at = 0;
    let mut meta = None;
    for line in text.lines() {
        at += 1;
        let name = line.strip_prefix("#!").map(|name| name.trim().to_lowercase());
        let known = name
            .as_deref()
            .filter(|name| *name == "meta" || KERNELS.contains(&name.split('-').next().unwrap_or(name)));
        if let Some(name) = known {
            end(meta.take(), kernel.take(), (&mut source, begins), (&mut default, cells));
            begins = at;
            if name == "meta" {
                meta = Some(());
            } else {
                kernel = Some(name.to_owned());
            }
        } else {
            source.push_str(line);
            source.push('\n');
        }
    }
    end(meta, kernel, (&mut source, begins), (&mut default, cells));
    let mut metadata = Map::new();
    metadata.insert("language_info".to_owned(), serde_json::json!({ "name": default }));
    metadata
}

fn end(
    meta: Option<()>,
    kernel: Option<String>,
    (source, begins): (&mut String, u32),
    (default, cells): (&mut String, &mut Cells),
) {
    let source = std::mem::take(source);
    if meta.is_some() {
        let said: Option<Value> = serde_json::from_str(&source).ok();
        let name = said.as_ref().and_then(|meta| meta.get("kernelInfo")?.get("defaultKernelName")?.as_str());
        if let Some(name) = name {
            name.clone_into(default);
        }
        return;
    }
    let kernel = kernel.unwrap_or_else(|| default.clone());
    if matches!(kernel.as_str(), "markdown" | "md") {
        cells.add("markdown", source, begins);
    } else if let Some(draft) = cells.add("code", source, begins) {
        let name = kernel.split('-').next().unwrap_or(&kernel);
        draft.lang = Some(Lang::new(name)).filter(|lang| !lang.is_none());
    }
}
