//! The forge that holds the repo, and the shapes of its URLs.

use crate::path::{SitePath, encode_query};

/// A repo in GitLab, GitHub or Gitea.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Forge {
    url: String,
    branch: String,
    prefix: SitePath,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
enum Shape {
    GitLab,
    GitHub,
    Gitea,
}

impl Forge {
    /// The repo at a web or clone URL; `prefix` is where the root of the site lies in it. `None`
    /// where the URL names no host, as a local remote does.
    pub fn new(url: &str, branch: &str, prefix: SitePath) -> Option<Self> {
        let url = web_url(url)?;
        let host = url.split('/').nth(2)?;
        let shape = if host == "github.com" || host.starts_with("github.") {
            Shape::GitHub
        } else if host == "codeberg.org" || host.contains("gitea") || host.contains("forgejo") {
            Shape::Gitea
        } else {
            Shape::GitLab
        };
        Some(Self { url, branch: branch.to_owned(), prefix, shape })
    }

    /// The repo's front page.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where a file is seen.
    pub fn view(&self, path: &SitePath) -> String {
        let kind = match self.shape {
            Shape::GitLab => "/-/blob/",
            Shape::GitHub => "/blob/",
            Shape::Gitea => "/src/branch/",
        };
        self.file(kind, path)
    }

    /// Where a file is downloaded.
    pub fn raw(&self, path: &SitePath) -> String {
        match self.shape {
            Shape::GitLab => format!("{}?inline=false", self.file("/-/raw/", path)),
            Shape::GitHub => self.file("/raw/", path),
            Shape::Gitea => self.file("/raw/branch/", path),
        }
    }

    /// Where a file is edited.
    pub fn edit(&self, path: &SitePath) -> String {
        let kind = match self.shape {
            Shape::GitLab => "/-/edit/",
            Shape::GitHub => "/edit/",
            Shape::Gitea => "/_edit/",
        };
        self.file(kind, path)
    }

    /// Where a commit is seen.
    pub fn commit(&self, id: &str) -> String {
        match self.shape {
            Shape::GitLab => format!("{}/-/commit/{id}", self.url),
            Shape::GitHub | Shape::Gitea => format!("{}/commit/{id}", self.url),
        }
    }

    /// Where a new issue is written, with a title and the end of its text, to which more can be
    /// added.
    pub fn issue(&self, title: &str, text: &str) -> String {
        let (title, text) = (encode_query(title), encode_query(text));
        match self.shape {
            Shape::GitLab => {
                format!("{}/-/issues/new?issue%5Btitle%5D={title}&issue%5Bdescription%5D={text}", self.url)
            }
            Shape::GitHub | Shape::Gitea => format!("{}/issues/new?title={title}&body={text}", self.url),
        }
    }

    fn file(&self, kind: &str, path: &SitePath) -> String {
        let path = self.prefix.join(path.as_str()).unwrap_or_default();
        let branch = SitePath::new(&self.branch).map(|branch| branch.encoded()).unwrap_or_default();
        format!("{}{kind}{branch}/{}", self.url, path.encoded())
    }

    /// The path below the root that a URL of this repo's forge shows on the default branch, still
    /// percent-encoded and with its fragment.
    pub fn path_of<'a>(&self, url: &'a str) -> Option<&'a str> {
        let rest = url.strip_prefix(self.url.as_str())?;
        let rest = ["/-/blob/", "/blob/", "/-/raw/", "/raw/", "/-/tree/", "/tree/", "/src/branch/"]
            .iter()
            .find_map(|kind| rest.strip_prefix(kind))?;
        let rest = rest
            .strip_prefix(self.branch.as_str())
            .or_else(|| rest.strip_prefix("HEAD"))?
            .strip_prefix('/')?;
        if self.prefix.is_root() {
            Some(rest)
        } else {
            rest.strip_prefix(self.prefix.as_str())?.strip_prefix('/')
        }
    }
}

/// The web address of a clone URL (`git@host:group/project.git`, `ssh://…`, `https://…`), without
/// any name or password in it.
fn web_url(url: &str) -> Option<String> {
    let url = url.trim().trim_end_matches('/');
    let url = url.strip_suffix(".git").unwrap_or(url);
    let (scheme, rest) = match url.split_once("://") {
        Some(("http", rest)) => ("http", rest.to_owned()),
        Some(("https", rest)) => ("https", rest.to_owned()),
        Some(("ssh" | "git" | "git+ssh", rest)) => {
            let (host, path) = rest.split_once('/')?;
            ("https", format!("{}/{path}", host.split(':').next()?))
        }
        Some(_) => return None,
        None => {
            let (host, path) = url.split_once(':')?;
            if host.contains('/') || host.len() < 2 {
                return None;
            }
            ("https", format!("{host}/{}", path.trim_start_matches('/')))
        }
    };
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit('@').next()?;
    let sound = |text: &str| !text.is_empty() && !text.contains(['"', '<', '>', ' ', '\'']);
    (sound(host) && sound(path)).then(|| format!("{scheme}://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clone_urls_become_web_addresses() {
        for url in [
            "git@gitlab.example.com:ops/books.git",
            "ssh://git@gitlab.example.com:2222/ops/books.git",
            "https://oauth2:secret@gitlab.example.com/ops/books.git",
        ] {
            assert_eq!(web_url(url).as_deref(), Some("https://gitlab.example.com/ops/books"), "{url}");
        }
        assert_eq!(web_url("/srv/git/books.git"), None);
        assert_eq!(web_url("../books"), None);
    }

    #[test]
    fn each_forge_has_its_shapes() {
        let path = SitePath::new("db/fail over.ipynb").unwrap_or_default();
        let view = |url: &str| Forge::new(url, "main", SitePath::root()).map(|forge| forge.view(&path));
        assert_eq!(
            view("https://gitlab.example.com/a/b").as_deref(),
            Some("https://gitlab.example.com/a/b/-/blob/main/db/fail%20over.ipynb")
        );
        assert_eq!(
            view("https://github.com/a/b").as_deref(),
            Some("https://github.com/a/b/blob/main/db/fail%20over.ipynb")
        );
        assert_eq!(
            view("https://codeberg.org/a/b").as_deref(),
            Some("https://codeberg.org/a/b/src/branch/main/db/fail%20over.ipynb")
        );
    }

    #[test]
    fn urls_of_the_own_repo_name_paths() {
        let forge = Forge::new("https://gitlab.example.com/a/b", "main", SitePath::root());
        let path = |url| forge.as_ref().and_then(|forge| forge.path_of(url));
        assert_eq!(path("https://gitlab.example.com/a/b/-/blob/main/x/y.ipynb#Z"), Some("x/y.ipynb#Z"));
        assert_eq!(path("https://gitlab.example.com/a/b/-/blob/v1/x.ipynb"), None);
        assert_eq!(path("https://gitlab.example.com/a/c/-/blob/main/x.ipynb"), None);
    }
}
