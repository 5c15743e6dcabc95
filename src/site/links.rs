//! What an author's link means in the site (conventions 4.10, design 4.2 and 4.4).

use super::PageId;
use super::assemble::{RESERVED, Site};
use crate::address::{Address, scheme};
use crate::diagnostic::Rule;
use crate::path::{SitePath, encode_fragment, percent_decode};
use crate::render::slug;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// A URL ready to stand in a page: of another page, a published file, or a part of this page.
    Inside(String),
    /// Out of the site.
    Outside(Address),
    /// Nowhere; which rule that breaks, why, and what to do.
    Dead { rule: Rule, why: String, help: &'static str },
}

/// A resolved link, the file that must be published for it, and what is to be said about it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Resolved {
    pub(super) target: Target,
    /// A file of the repo, and where it goes in the site.
    pub(super) file: Option<(SitePath, SitePath)>,
    /// What is to be said although it lives.
    pub(super) remark: Option<Remark>,
    /// The page it leads to, and the anchor on it; for the words of a link without any.
    pub(super) page: Option<(PageId, Option<String>)>,
}

/// A rule that a living link breaks, and how.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Remark {
    pub(super) rule: Rule,
    pub(super) said: String,
    /// The file that is meant, where the link spells it in another way.
    pub(super) meant: Option<SitePath>,
}

impl Remark {
    fn new(rule: Rule, said: String) -> Self {
        Self { rule, said, meant: None }
    }
}

/// Files that hold no text that could be searched, by extension.
pub const BINARY: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "avif", "bmp", "ico", "tif", "tiff", "mp3", "wav", "ogg", "oga",
    "flac", "m4a", "mp4", "webm", "ogv", "mov", "pdf", "parquet", "xlsx", "xls", "docx", "pptx", "odt",
    "ods", "odp", "zip", "gz", "tgz", "bz2", "xz", "zst", "7z", "npy", "npz", "h5", "hdf5", "nc", "feather",
    "arrow", "db", "sqlite", "pcap", "pcapng",
];

/// Files beside these that cannot run anything on the site's origin, by extension.
const INERT: &[&str] = &[
    "txt", "log", "csv", "tsv", "json", "jsonl", "ndjson", "geojson", "yaml", "yml", "toml", "ini", "cfg",
    "conf", "tar", "ipynb", "sql", "bib", "tex", "rst", "diff", "patch", "dot", "mmd", "puml",
];

/// Sources of programs: shown as text by every server that we know, yet never needed by a page.
const PROGRAMS: &[&str] = &[
    "py", "sh", "rb", "r", "jl", "ps1", "go", "rs", "c", "h", "cpp", "java", "kt", "pl", "lua", "md", "tf",
    "service",
];

/// Where people's own files lie.
const HOMES: [&str; 5] = ["/Users/", "/home/", "/root/", "/tmp/", "/mnt/"];

/// What is said of a link that spells a file in other letters.
fn of_case(file: &SitePath) -> Remark {
    let said = format!("the file is `{file}`: upper and lower case differ");
    Remark { meant: Some(file.clone()), ..Remark::new(Rule::LinkCase, said) }
}

impl Resolved {
    fn inside(url: String) -> Self {
        Self { target: Target::Inside(url), file: None, remark: None, page: None }
    }

    fn outside(url: &str) -> Self {
        let Some(address) = Address::parse(url) else {
            return Self::dead(
                format!("`{url}` is no web address"),
                "link a web address or a file of the repo",
            );
        };
        let remark = address
            .is_local()
            .then(|| format!("`{url}` leads to the reader's own machine, where it may not be found"))
            .map(|said| Remark::new(Rule::LinkLocalhost, said));
        Self { target: Target::Outside(address), file: None, remark, page: None }
    }

    fn on_a_machine(target: &str) -> Self {
        Self::dead(
            format!("`{target}` is a path on somebody's machine"),
            "put the file into the repo and link it by a relative path",
        )
        .breaking(Rule::LinkMachine)
    }

    fn dead(why: impl Into<String>, help: &'static str) -> Self {
        let target = Target::Dead { rule: Rule::LinkDead, why: why.into(), help };
        Self { target, file: None, remark: None, page: None }
    }

    /// A dead link that breaks another rule than that of dead links.
    fn breaking(mut self, broken: Rule) -> Self {
        if let Target::Dead { rule, .. } = &mut self.target {
            *rule = broken;
        }
        self
    }
}

impl Site {
    /// Resolves a link that stands on `page`, whose own URL may differ from the file `at` in which
    /// it is shown.
    pub(super) fn resolve(&self, page: PageId, at: &SitePath, target: &str) -> Resolved {
        let target = target.trim();
        if target.is_empty() {
            return Resolved::dead("the link is empty", "name a target");
        }
        if let Some(fragment) = target.strip_prefix('#') {
            let own = self.anchor(page, at, fragment, None);
            // MyST's names are those of the whole project.
            return match self.labels.get(fragment) {
                Some((other, place)) if matches!(own.target, Target::Dead { .. }) => {
                    self.target_link(*other, *place, at)
                }
                _ => own,
            };
        }
        // MyST's short forms of addresses.
        if let Some(title) = target.strip_prefix("wiki:") {
            return Resolved::outside(&format!("https://en.wikipedia.org/wiki/{title}"));
        }
        if let Some(doi) = target.strip_prefix("doi:") {
            return Resolved::outside(&format!("https://doi.org/{doi}"));
        }
        if let Some(path) = target.strip_prefix("project:").or_else(|| target.strip_prefix("path:")) {
            return self.path_link(page, at, path);
        }
        if let Some(path) = self.config.forge.as_ref().and_then(|forge| forge.path_of(target)) {
            let resolved = self.path_link(page, at, &format!("/{path}"));
            return if matches!(resolved.target, Target::Dead { .. }) {
                Resolved::outside(target)
            } else {
                resolved
            };
        }
        if Address::parse(target).is_some() {
            return Resolved::outside(target);
        }
        match scheme(target).as_deref() {
            Some("file") => Resolved::on_a_machine(target),
            // It has the form of a web address, and was none: mostly one to be filled in.
            Some("http" | "https") => Resolved::outside(target).breaking(Rule::LinkUnpublished),
            Some(drive) if drive.len() == 1 && target[2..].starts_with(['/', '\\']) => {
                Resolved::on_a_machine(target)
            }
            Some("xref" | "inv") => Resolved::dead(
                format!("`{target}` is a name of another project"),
                "link its address in the web",
            )
            .breaking(Rule::Reference),
            Some("attachment") => Resolved::dead(
                format!("the attachment of `{target}` is no picture that can be shown"),
                "put the file into the repo and link it",
            )
            .breaking(Rule::AttachmentMissing),
            Some(other)
                if !other.contains('.') && (target.contains("://") || !self.looks_like_path(target)) =>
            {
                // MyST's names may hold a colon.
                if let Some((named, place)) = self.labels.get(target) {
                    return self.target_link(*named, *place, at);
                }
                let runs = matches!(other, "javascript" | "vbscript" | "data");
                Resolved::dead(
                    format!("links by `{other}:` are not published"),
                    "link a web address or a file of the repo",
                )
                .breaking(if runs { Rule::LinkDead } else { Rule::LinkUnpublished })
            }
            _ => self.path_link(page, at, target),
        }
    }

    /// A link to something with a name, on whatever page.
    pub(super) fn target_link(&self, page: PageId, place: usize, at: &SitePath) -> Resolved {
        let anchor = &self.pages[page].outline.targets[place].anchor;
        let url = if self.urls[page] == *at { String::new() } else { self.urls[page].link_from(at) };
        let inside = Resolved::inside(format!("{url}#{}", encode_fragment(anchor)));
        Resolved { page: Some((page, Some(anchor.clone()))), ..inside }
    }

    /// Whether something with a colon in it is a file's name all the same.
    fn looks_like_path(&self, target: &str) -> bool {
        target.contains(".ipynb") || target.contains(".md")
    }

    fn path_link(&self, page: PageId, at: &SitePath, target: &str) -> Resolved {
        let (path, fragment) = match target.split_once('#') {
            Some((path, fragment)) => (path, Some(fragment)),
            None => (target, None),
        };
        let without_query = path.split('?').next().unwrap_or(path);
        let mut spellings: Vec<String> = Vec::new();
        // Names may hold `#`, `?` and `%` themselves: what is written in full is tried as well.
        for text in [without_query, path, target] {
            for text in [percent_decode(text), Some(text.to_owned())].into_iter().flatten() {
                for text in [text.clone(), text.replace('\\', "/")] {
                    if !spellings.contains(&text) {
                        spellings.push(text);
                    }
                }
            }
        }
        let folder = self.pages[page].source.parent();
        let (mut climbed, mut is_draft) = (false, false);
        for spelling in &spellings {
            let (base, relative) = match spelling.strip_prefix('/') {
                Some(rest) => (SitePath::root(), rest),
                None => (folder.clone(), spelling.as_str()),
            };
            let Some(wanted) = base.join(relative) else {
                climbed = true;
                continue;
            };
            is_draft |= self.drafts.contains(&wanted);
            let fragment = if spelling == target { None } else { fragment };
            if let Some(found) = self.lookup(&wanted, at, fragment, spelling.ends_with('/')) {
                return found;
            }
            // A site's own root may be the folder of its sources.
            if spelling.starts_with('/')
                && !self.src.is_root()
                && let Some(found) =
                    self.src.join(relative).and_then(|wanted| self.lookup(&wanted, at, fragment, false))
            {
                return found;
            }
        }
        // MyST's names may stand where a path does.
        if let Some((other, place)) = self.labels.get(target) {
            return self.target_link(*other, *place, at);
        }
        if climbed {
            return Resolved::dead(
                format!("`{target}` leads out of the repo"),
                "link a file of the repo or a web address",
            );
        }
        if HOMES.iter().any(|home| target.starts_with(home)) {
            return Resolved::on_a_machine(target);
        }
        if is_draft {
            return Resolved::dead(
                format!("`{target}` is a draft, which is not published"),
                "publish it too, or take the link out",
            );
        }
        let help = match target.starts_with("www.") {
            true => "write `https://` before it",
            false => "mend the path, or add the file",
        };
        Resolved::dead(format!("`{target}` is not in the repo"), help)
    }

    /// What lies at `wanted` in the repo.
    fn lookup(
        &self,
        wanted: &SitePath,
        at: &SitePath,
        fragment: Option<&str>,
        is_folder: bool,
    ) -> Option<Resolved> {
        if let Some(page) = self.page_at(wanted) {
            let mut found = self.page_link(page, at, fragment);
            let others: Vec<&str> =
                self.others_at(wanted, page).map(|other| self.pages[other].source.as_str()).collect();
            if found.remark.is_none() && !others.is_empty() {
                let said = format!(
                    "`{}` answers to it, and so does `{}`",
                    self.pages[page].source,
                    others.join("`, `")
                );
                found.remark = Some(Remark::new(Rule::LinkAmbiguous, said));
            }
            return Some(found);
        }
        if let Some(folder) = wanted.below(&self.src).and_then(|path| self.folder_at.get(&path)) {
            let folder = &self.folders[*folder];
            if let Some(index) = folder.index {
                return Some(self.page_link(index, at, fragment));
            }
            return Some(Resolved::inside(folder.path.child("index.html").link_from(at)));
        }
        if is_folder || wanted.is_root() {
            return self.folder_of_files(wanted);
        }
        if self.files.contains(wanted) {
            return Some(self.file_link(wanted, at));
        }
        let lower = wanted.as_str().to_lowercase();
        if let Some(page) = self.by_lower.get(&lower) {
            let mut found = self.page_link(*page, at, fragment);
            found.remark = Some(of_case(&self.pages[*page].source));
            return Some(found);
        }
        if let Some(file) = self.file_by_lower(&lower) {
            let mut found = self.file_link(file, at);
            found.remark = Some(of_case(file));
            return Some(found);
        }
        self.folder_of_files(wanted)
    }

    /// The page that a path means: its source, its built file, or its name without an extension.
    pub(super) fn page_at(&self, wanted: &SitePath) -> Option<PageId> {
        if let Some(page) = self.by_source.get(wanted) {
            return Some(*page);
        }
        if self.files.contains(wanted) {
            return None;
        }
        if wanted.extension() == "html"
            && let Some(page) = wanted.below(&self.src).and_then(|url| self.by_url.get(&url))
        {
            return Some(*page);
        }
        self.pages_of_stem(wanted).next()
    }

    /// The other pages that answer to a path without an extension as well as one does.
    fn others_at(&self, wanted: &SitePath, page: PageId) -> impl Iterator<Item = PageId> {
        let is_bare = wanted.extension().is_empty() && !self.by_source.contains_key(wanted);
        self.pages_of_stem(wanted).filter(move |other| is_bare && *other != page)
    }

    /// The pages whose source has the name of a path, and another extension.
    fn pages_of_stem(&self, wanted: &SitePath) -> impl Iterator<Item = PageId> {
        let extension = wanted.extension();
        let stems = !wanted.is_root()
            && matches!(
                extension.as_str(),
                "html" | "qmd" | "rmd" | "rst" | "py" | "md" | "ipynb" | "dib" | "r" | "jl" | "txt" | ""
            );
        let base = if extension.is_empty() {
            wanted.parent().child(&format!("{}.x", wanted.name()))
        } else {
            wanted.clone()
        };
        ["ipynb", "md", "qmd", "Rmd", "rmd", "markdown", "dib", "py", "R", "r", "jl", "sql", "scala", "sh"]
            .iter()
            .filter(move |_| stems)
            .filter_map(move |extension| self.by_source.get(&base.with_extension(extension)))
            .copied()
    }

    /// A file whose path in lower case is this.
    fn file_by_lower(&self, lower: &str) -> Option<&SitePath> {
        self.files_by_lower.get(lower)
    }

    fn page_link(&self, page: PageId, at: &SitePath, fragment: Option<&str>) -> Resolved {
        match fragment.filter(|fragment| !fragment.is_empty()) {
            None => Resolved { page: Some((page, None)), ..Resolved::inside(self.urls[page].link_from(at)) },
            Some(fragment) => self.anchor(page, at, fragment, Some(self.urls[page].link_from(at))),
        }
    }

    /// A part of a page, by any of the spellings that tools use.
    fn anchor(&self, page: PageId, at: &SitePath, fragment: &str, url: Option<String>) -> Resolved {
        let own = self.urls[page] == *at;
        let url = if own { String::new() } else { url.unwrap_or_else(|| self.urls[page].link_from(at)) };
        if fragment.is_empty() {
            return Resolved::inside(if url.is_empty() { "#".to_owned() } else { url });
        }
        let anchors = &self.pages[page].outline.anchors;
        let title = self.pages[page].outline.title.as_ref();
        let known = |id: &str| {
            anchors.binary_search_by(|known| known.as_str().cmp(id)).is_ok()
                || title.is_some_and(|title| title.id == id || title.alias.as_deref() == Some(id))
        };
        let decoded = percent_decode(fragment).unwrap_or_else(|| fragment.to_owned());
        let spellings = [
            fragment.to_owned(),
            decoded.clone(),
            decoded.replace(' ', "-"),
            decoded.to_lowercase(),
            slug(&decoded.replace('-', " ")),
            slug(&decoded),
            // JupyterLab appends a pilcrow's worth of nothing to some ids, older notebooks a number.
            decoded.trim_end_matches('¶').to_owned(),
            format!("user-content-{decoded}"),
        ];
        if let Some(id) = spellings.iter().find(|id| known(id)) {
            let inside = Resolved::inside(format!("{url}#{}", encode_fragment(id)));
            return Resolved { page: Some((page, Some(id.clone()))), ..inside };
        }
        if decoded == "top" {
            return Resolved::inside(format!("{url}#main"));
        }
        let mut resolved = if url.is_empty() {
            Resolved::dead(
                format!("no heading or id on this page answers to `#{fragment}`"),
                "mend the anchor, or give the heading this id",
            )
            .breaking(Rule::AnchorMissing)
        } else {
            Resolved::inside(url)
        };
        if !matches!(resolved.target, Target::Dead { .. }) {
            let said = format!(
                "`{}` has no heading or id `#{fragment}`; the link leads to the page",
                self.pages[page].source
            );
            resolved.remark = Some(Remark::new(Rule::AnchorMissing, said));
        }
        resolved
    }

    /// A file of the repo that is no page.
    fn file_link(&self, file: &SitePath, at: &SitePath) -> Resolved {
        let extension = file.extension();
        let inert = BINARY.contains(&extension.as_str())
            || INERT.contains(&extension.as_str())
            || PROGRAMS.contains(&extension.as_str())
            || extension == "svg";
        if !inert {
            return match &self.config.forge {
                Some(forge) => Resolved::outside(&forge.view(file)),
                None => Resolved::dead(
                    if extension.is_empty() {
                        format!(
                            "`{}` has no extension: browsers would guess what it is, so it is not published",
                            file.name()
                        )
                    } else {
                        format!(
                            "files like `{}` are not published, since they could run scripts on the site",
                            file.name()
                        )
                    },
                    "set `site.repo_url`, and the link leads to the file in your forge",
                )
                .breaking(Rule::LinkUnpublished),
            };
        }
        match self.place_of(file) {
            Some(place) => {
                let url = place.link_from(at);
                Resolved { file: Some((file.clone(), place)), ..Resolved::inside(url) }
            }
            None => Resolved::dead(
                format!("`{file}` lies outside the published folder and git does not track it"),
                "commit the file",
            )
            .breaking(Rule::LinkUnpublished),
        }
    }

    /// Where a file of the repo goes in the site.
    fn place_of(&self, file: &SitePath) -> Option<SitePath> {
        match file.below(&self.src) {
            Some(local) => {
                // Beside a page, GitLab Pages would serve a compressed file in the page's place.
                let packed = matches!(file.extension().as_str(), "gz" | "br" | "zst");
                let mut clash =
                    packed || self.by_url.contains_key(&local) || RESERVED.contains(&local.as_str());
                let mut up = local.parent();
                while !up.is_root() && !clash {
                    clash = self.by_url.contains_key(&up) || up.as_str() == "_bindery";
                    up = up.parent();
                }
                if clash { SitePath::new("_bindery/files")?.join(file.as_str()) } else { Some(local) }
            }
            None => {
                let tracked = self.tracked.as_ref().is_some_and(|tracked| tracked.contains(file));
                tracked.then(|| SitePath::new("_bindery/files")?.join(file.as_str())).flatten()
            }
        }
    }

    /// A folder without pages: only the forge can show it.
    fn folder_of_files(&self, folder: &SitePath) -> Option<Resolved> {
        // The smallest name that any file in the folder can have.
        let first = self.files.range(folder.child("\u{1}")..).next()?;
        first.below(folder)?;
        Some(match &self.config.forge {
            Some(forge) => Resolved::outside(&forge.view(folder)),
            None => Resolved::dead(
                format!("the folder `{folder}` holds no page"),
                "link a file in it, or set `site.repo_url`",
            ),
        })
    }
}
