//! `bindery new`: a notebook from a template.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::init::{kernels, walked};
use super::{absolute, out, relative, today};
use crate::disk;
use crate::path::SitePath;
use crate::site::title_of_name;
use crate::start::{BUILT_IN, FOLDER, Filling, Kernel};

#[derive(Debug, Args)]
pub(super) struct New {
    /// The file to be made: a notebook, or a page of Markdown where it ends in .md
    #[arg(required_unless_present = "list")]
    path: Option<PathBuf>,
    /// What it is made from: runbook, howto, postmortem, or a file of the repo's .bindery/templates
    #[arg(short, long, default_value = "runbook", value_name = "NAME")]
    template: String,
    /// The title of the page; made of the file's name where this is not said
    #[arg(long)]
    title: Option<String>,
    /// The kernel that runs it, such as bash or python3; the one that most notebooks of the repo have
    #[arg(long, value_name = "NAME")]
    kernel: Option<String>,
    /// Show the templates there are
    #[arg(long)]
    list: bool,
}

/// A template of the binary or of a site.
struct Template {
    name: String,
    about: String,
    text: String,
    is_markdown: bool,
    is_own: bool,
}

impl New {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        let place = absolute(self.path.as_deref().unwrap_or(Path::new(".")))?;
        let near = place.ancestors().find(|folder| folder.is_dir()).unwrap_or(&place);
        let root = disk::find_root(near);
        let templates = templates(&root);
        if self.list {
            let lines: String =
                templates.iter().map(|known| format!("{:<14} {}\n", known.name, known.about)).collect();
            return out(&lines).map(|()| ExitCode::SUCCESS);
        }
        let path = relative(&root, &place)?;
        let path = if path.extension().is_empty() { path.with_extension("ipynb") } else { path };
        if path.is_root() || disk::exists(&root, &path) {
            return Err(format!("`{path}` is there already; choose another name"));
        }
        let is_markdown = match path.extension().as_str() {
            "ipynb" => false,
            "md" => true,
            other => return Err(format!("`.{other}` is neither .ipynb nor .md")),
        };
        let of_name = |known: &&Template| known.name == self.template;
        // A template of Markdown makes no notebook; of two of a name the one that fits is taken.
        let template = templates
            .iter()
            .filter(of_name)
            .find(|known| known.is_markdown == is_markdown)
            .or_else(|| templates.iter().filter(of_name).find(|known| !known.is_markdown || is_markdown))
            .ok_or_else(|| {
                if templates.iter().any(|known| known.name == self.template) {
                    return format!(
                        "the template `{}` is one of Markdown, and makes pages that end in .md",
                        self.template
                    );
                }
                let names: Vec<&str> = templates.iter().map(|known| known.name.as_str()).collect();
                format!("there is no template `{}`; known are {}", self.template, names.join(", "))
            })?;
        let filling = Filling {
            title: self.title.clone().unwrap_or_else(|| title_of_name(&path)),
            date: today().to_string(),
            kernel: self.kernel_of(template, &root)?,
        };
        let text = match (template.is_markdown, is_markdown) {
            (true, _) => Ok(filling.text(&template.text)),
            (false, true) => filling.markdown(&template.text),
            (false, false) => filling.notebook(&template.text),
        };
        let text = text.map_err(|why| format!("the template `{}`: {why}", template.name))?;
        disk::create_inside(&root, &path, text.as_bytes())?;
        out(&format!("{path}\n"))?;
        Ok(ExitCode::SUCCESS)
    }

    /// The kernel to write; `None` for the template's own.
    fn kernel_of(&self, template: &Template, root: &Path) -> Result<Option<Kernel>, String> {
        if let Some(name) = &self.kernel {
            return Ok(Some(Kernel::of_name(name)));
        }
        let is_repo = ["bindery.toml", ".git"].iter().any(|name| root.join(name).exists());
        if template.is_own || !is_repo {
            return Ok(None);
        }
        let (_, sources) = walked(root)?;
        let known = kernels(root, sources.iter().map(|source| &source.path));
        // The commands of our templates are those of a shell, which Python can hand on.
        let speaks = |kernel: &Kernel| {
            matches!(kernel.language.as_str(), "bash" | "python") && kernel.name != "python2"
        };
        Ok(known.into_iter().map(|(kernel, _)| kernel).find(speaks))
    }
}

/// The templates that a repo can use: its own hide those of the binary that have the same name.
fn templates(root: &Path) -> Vec<Template> {
    let folder = SitePath::new(FOLDER).unwrap_or_default();
    let mut found = Vec::new();
    for path in disk::files_below(root, &folder) {
        let is_markdown = match path.extension().as_str() {
            "ipynb" => false,
            "md" => true,
            _ => continue,
        };
        let Some(text) = disk::text_inside(root, &path) else {
            eprintln!("note: `{path}` cannot be read, and is no template");
            continue;
        };
        found.push(Template {
            name: path.stem().to_owned(),
            about: path.to_string(),
            text,
            is_markdown,
            is_own: true,
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    for (name, about, text) in BUILT_IN {
        if !found.iter().any(|own| own.name == *name) {
            found.push(Template {
                name: (*name).to_owned(),
                about: (*about).to_owned(),
                text: (*text).to_owned(),
                is_markdown: false,
                is_own: false,
            });
        }
    }
    found
}
