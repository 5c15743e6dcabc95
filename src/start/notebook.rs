//! New notebooks from templates: those of bindery, and a site's own.

use serde_json::{Map, Value, json};

/// Where a site keeps its own templates: a hidden folder, so that none of them becomes a page.
pub const FOLDER: &str = ".bindery/templates";

/// The templates of the binary, by name, with what they are for.
pub const BUILT_IN: &[(&str, &str, &str)] = &[
    ("runbook", "an alert and what to do about it", include_str!("notebooks/runbook.ipynb")),
    ("howto", "a task, step by step", include_str!("notebooks/howto.ipynb")),
    ("postmortem", "what happened, why, and what changes", include_str!("notebooks/postmortem.ipynb")),
];

/// What a template is filled with.
#[derive(Clone, Debug)]
pub struct Filling {
    /// The title of the page.
    pub title: String,
    /// The day, as `YYYY-MM-DD`.
    pub date: String,
    /// The kernel to run it with, where it is not the template's own.
    pub kernel: Option<Kernel>,
}

/// A kernel as notebooks name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kernel {
    /// Its name, such as `python3`.
    pub name: String,
    /// What people call it.
    pub display_name: String,
    /// Its language; empty where nobody says.
    pub language: String,
}

impl Kernel {
    /// The kernel that a notebook names; `None` where it is no notebook or names none.
    pub fn of_notebook(bytes: &[u8]) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Head {
            metadata: Metadata,
        }
        #[derive(serde::Deserialize)]
        struct Metadata {
            kernelspec: Spec,
            #[serde(default)]
            language_info: Info,
        }
        #[derive(Default, serde::Deserialize)]
        struct Info {
            #[serde(default)]
            name: String,
        }
        #[derive(serde::Deserialize)]
        struct Spec {
            name: String,
            #[serde(default)]
            display_name: String,
            #[serde(default)]
            language: String,
        }
        let Metadata { kernelspec, language_info } = serde_json::from_slice::<Head>(bytes).ok()?.metadata;
        let Spec { name, display_name, language } = kernelspec;
        let display_name = if display_name.is_empty() { name.clone() } else { display_name };
        let language = if language.is_empty() { language_info.name } else { language };
        (!name.is_empty()).then_some(Self { name, display_name, language })
    }

    /// The kernel of a name, where it is one of those that everybody has.
    pub fn of_name(name: &str) -> Self {
        let (display_name, language) = match name {
            "bash" => ("Bash", "bash"),
            "python3" | "python" => ("Python 3", "python"),
            "ruby" => ("Ruby", "ruby"),
            "ir" => ("R", "R"),
            other => (other, ""),
        };
        let name = if name == "python" { "python3" } else { name };
        Self { name: name.to_owned(), display_name: display_name.to_owned(), language: language.to_owned() }
    }
}

impl Filling {
    /// Fills a template that is a text: `{{ title }}` and `{{ date }}` anywhere.
    pub fn text(&self, template: &str) -> String {
        template.replace("{{ title }}", &self.title).replace("{{ date }}", &self.date)
    }

    /// Fills a template that is a notebook: `{{ title }}` and `{{ date }}` in its cells. What other
    /// braces stand there is left alone, since commands have some, too.
    ///
    /// # Errors
    /// Why it is no notebook.
    pub fn notebook(&self, template: &str) -> Result<String, String> {
        let mut out = Vec::new();
        let form = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut to = serde_json::Serializer::with_formatter(&mut out, form);
        serde::Serialize::serialize(&self.filled(template)?, &mut to).map_err(|error| error.to_string())?;
        out.push(b'\n');
        String::from_utf8(out).map_err(|error| error.to_string())
    }

    fn filled(&self, template: &str) -> Result<Value, String> {
        let mut notebook: Map<String, Value> =
            serde_json::from_str(template).map_err(|error| format!("it is no notebook: {error}"))?;
        if !notebook.get("nbformat").is_some_and(Value::is_u64) {
            return Err("it is no notebook: it does not say of which nbformat it is".to_owned());
        }
        let metadata = notebook.entry("metadata").or_insert_with(|| json!({}));
        let metadata = metadata.as_object_mut().ok_or("its metadata is no object")?;
        let said = |metadata: &Map<String, Value>, of: &str, key: &str| {
            metadata.get(of).and_then(|of| of.get(key)).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let old = said(metadata, "kernelspec", "language");
        if let Some(Kernel { name, display_name, language }) = &self.kernel {
            let spec = json!({ "display_name": display_name, "language": language, "name": name });
            metadata.insert("kernelspec".to_owned(), spec);
            if said(metadata, "language_info", "name") != *language {
                metadata.shift_remove("language_info");
            }
        }
        let cells = notebook.get_mut("cells").and_then(Value::as_array_mut).ok_or("it has no cells")?;
        for cell in cells.iter_mut().filter_map(Value::as_object_mut) {
            let is_code = cell.get("cell_type").is_some_and(|kind| kind == "code");
            let mut source = self.text(&source_of(cell.get("source")));
            if let Some(kernel) = self.kernel.as_ref().filter(|_| is_code) {
                source = spoken(&source, &old, kernel);
            }
            let lines: Vec<&str> = source.split_inclusive('\n').collect();
            cell.insert("source".to_owned(), json!(lines));
        }
        Ok(Value::Object(notebook))
    }

    /// Fills a template that is a notebook, as a page of Markdown.
    ///
    /// # Errors
    /// Why it is no notebook.
    pub fn markdown(&self, template: &str) -> Result<String, String> {
        let notebook = self.filled(template)?;
        let language = notebook["metadata"]["kernelspec"]["language"].as_str().unwrap_or_default();
        let cells = notebook["cells"].as_array().into_iter().flatten();
        let parts: Vec<String> = cells
            .map(|cell| {
                let source = source_of(cell.get("source"));
                match cell["cell_type"].as_str() {
                    Some("code") => format!("```{language}\n{source}\n```"),
                    _ => source,
                }
            })
            .collect();
        Ok(format!("{}\n", parts.join("\n\n")))
    }
}

fn source_of(source: Option<&Value>) -> String {
    match source {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// Shell commands of a template in a notebook of another kernel: those of Python hand them on.
fn spoken(source: &str, old: &str, kernel: &Kernel) -> String {
    let is_handed_on = old == "bash" && kernel.language == "python" && !source.trim_start().starts_with('%');
    if is_handed_on { format!("%%bash\n{source}") } else { source.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filling(kernel: Option<&str>) -> Filling {
        Filling {
            title: "Disk \"full\"".to_owned(),
            date: "2026-11-26".to_owned(),
            kernel: kernel.map(Kernel::of_name),
        }
    }

    #[test]
    fn every_template_of_the_binary_can_be_filled() {
        for (name, _, template) in BUILT_IN {
            for kernel in [None, Some("python3")] {
                let made = filling(kernel).notebook(template).unwrap_or_default();
                assert!(made.contains("Disk \\\"full\\\"") && !made.contains("{{"), "{name}: {made}");
                let page = filling(kernel).markdown(template).unwrap_or_default();
                assert!(page.starts_with("---\n") && page.contains("# Disk \"full\""), "{name}: {page}");
            }
        }
    }

    #[test]
    fn commands_of_a_shell_are_handed_on_by_python() {
        let (_, _, template) = BUILT_IN[0];
        let made = filling(Some("python3")).notebook(template).unwrap_or_default();
        assert!(made.contains("%%bash\\n") && made.contains("\"name\": \"python3\""), "{made}");
    }
}
