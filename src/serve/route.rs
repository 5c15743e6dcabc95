//! The path of a request → where in the site it leads, as GitLab Pages has it
//! (<https://docs.gitlab.com/user/project/pages/introduction/>, *Resolving ambiguous URLs*).

use crate::path::{SitePath, percent_decode};

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// To this path of the site; whether it was asked for as a folder.
    Site(SitePath, bool),
    /// Before the folder that the site is published in: relative, the way into it.
    Base(String),
    /// To nothing that a site has: it climbs, or hides what it means.
    Refused,
}

/// The folder that a site is published in: empty, or `group/project`.
#[derive(Clone, Debug, Default)]
pub(super) struct Base(SitePath);

impl Base {
    /// Reads a base path: `/group/project/`.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn new(path: &str) -> Result<Self, String> {
        let inner = path.trim_matches('/');
        let is_plain = inner.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c));
        match SitePath::new(inner).filter(|path| path.as_str() == inner && is_plain) {
            Some(path) => Ok(Self(path)),
            None => Err(format!("`--base-path {path}` is no path of a URL, such as /group/project/")),
        }
    }

    /// The base as URLs begin with it: `/group/project/`.
    pub(super) fn url(&self) -> String {
        if self.0.is_root() { "/".to_owned() } else { format!("/{}/", self.0) }
    }

    /// Where the path of a request leads; it is decoded once.
    pub(super) fn route(&self, raw: &str) -> Route {
        let Some(path) = percent_decode(raw) else { return Route::Refused };
        let Some(path) = path.strip_prefix('/') else { return Route::Refused };
        let is_odd = path.contains(['\\', '\0']) || path.chars().any(char::is_control);
        let inner = path.strip_suffix('/').unwrap_or(path);
        let climbs = !inner.is_empty() && inner.split('/').any(|segment| matches!(segment, "" | "." | ".."));
        if is_odd || climbs {
            return Route::Refused;
        }
        let is_folder = path.is_empty() || path.ends_with('/');
        let Some(path) = SitePath::new(inner) else { return Route::Refused };
        match path.below(&self.0) {
            // Without its slash at the end, the links of the page would lead beside the site.
            Some(inside) if inside.is_root() && !is_folder => Route::Base(format!("{}/", path.name())),
            Some(inside) => Route::Site(inside, is_folder),
            None if path.is_root() => Route::Base(format!("{}/", self.0)),
            None => Route::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(path: &str, is_folder: bool) -> Route {
        Route::Site(SitePath::new(path).unwrap(), is_folder)
    }

    #[test]
    fn paths_lead_into_the_site_or_nowhere() {
        let top = Base::new("/").unwrap();
        assert_eq!(top.route("/"), site("", true));
        assert_eq!(top.route("/a/b.html"), site("a/b.html", false));
        assert_eq!(top.route("/a%20b/"), site("a b", true));
        for climbing in [
            "/../a",
            "/a/../../b",
            "/%2e%2e/a",
            "/..%2fa",
            "/a/%2e%2e%2f%2e%2e/etc/passwd",
            "/..%5ca",
            "/a\\b",
            "/a%00",
            "//etc/passwd",
            "/a//b",
            "/./a",
            "a",
            "",
            "/%ff",
        ] {
            assert_eq!(top.route(climbing), Route::Refused, "{climbing}");
        }
        // Decoded once: what looks climbing after that is a name.
        assert_eq!(top.route("/%252e%252e/a"), site("%2e%2e/a", false));
    }

    #[test]
    fn a_base_path_stands_before_all() {
        let base = Base::new("/group/project/").unwrap();
        assert_eq!(base.route("/group/project/a.html"), site("a.html", false));
        assert_eq!(base.route("/group/project/"), site("", true));
        assert_eq!(base.route("/group/project"), Route::Base("project/".to_owned()));
        assert_eq!(base.route("/"), Route::Base("group/project/".to_owned()));
        assert_eq!(base.route("/other/a.html"), Route::Refused);
        assert!(Base::new("/a b/").is_err() && Base::new("/../x").is_err() && Base::new("/a?b").is_err());
    }
}
