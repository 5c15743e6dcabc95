//! Paths inside the repo and inside the site.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What must be percent-encoded in the path of a relative link: delimiters of a URL, characters
/// that HTML or shells trip over, and `:` (a first segment with a colon reads as a scheme).
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'\'')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A path relative to the root of a repo or a site: segments parted by `/`, none of them empty,
/// `.` or `..`. So it cannot leave the root. The empty path is the root itself.
///
/// Reading one from a file checks it too: a manifest in the output folder may be forged.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SitePath(String);

impl TryFrom<String> for SitePath {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text).filter(|path| path.0 == text).ok_or("no path inside a site")
    }
}

impl From<SitePath> for String {
    fn from(path: SitePath) -> Self {
        path.0
    }
}

impl SitePath {
    /// The root.
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads a path as it is written in a configuration or handed over by the file walk.
    /// `None` where it is absolute, holds a NUL or climbs above the root.
    pub fn new(path: &str) -> Option<Self> {
        if path.starts_with('/') || path.contains('\0') {
            return None;
        }
        Self::root().join(path)
    }

    /// `relative` seen from this folder, with `.` and `..` resolved; `None` where it climbs above
    /// the root.
    pub fn join(&self, relative: &str) -> Option<Self> {
        let mut segments: Vec<&str> = self.segments().collect();
        for segment in relative.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop()?;
                }
                _ if segment.contains('\0') => return None,
                name => segments.push(name),
            }
        }
        Some(Self(segments.join("/")))
    }

    /// This path with one more segment, which is taken as a name even if it looks like a path.
    pub fn child(&self, name: &str) -> Self {
        let name = match name {
            "" | "." | ".." => "_".to_owned(),
            _ => name.replace(['/', '\0'], "_"),
        };
        if self.0.is_empty() { Self(name) } else { Self(format!("{}/{name}", self.0)) }
    }

    /// The path as text, `/` between segments.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The segments from the root down.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// The last segment; empty for the root.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that holds this path; the root holds itself.
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default())
    }

    /// The name without its last extension.
    pub fn stem(&self) -> &str {
        let name = self.name();
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => name,
        }
    }

    /// The lower-case extension of the name, without its dot; empty where there is none.
    pub fn extension(&self) -> String {
        match self.name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    /// This path with another extension in place of the last.
    pub fn with_extension(&self, extension: &str) -> Self {
        self.parent().child(&format!("{}.{extension}", self.stem()))
    }

    /// This path below the folder `base`; `None` where it lies elsewhere.
    pub fn below(&self, base: &Self) -> Option<Self> {
        if base.is_root() {
            return Some(self.clone());
        }
        let rest = self.0.strip_prefix(&base.0)?;
        if rest.is_empty() {
            Some(Self::root())
        } else {
            rest.strip_prefix('/').map(|rest| Self(rest.to_owned()))
        }
    }

    /// How many folders lie between the root and this file.
    pub fn depth(&self) -> usize {
        self.0.bytes().filter(|byte| *byte == b'/').count()
    }

    /// The percent-encoded relative link from the file `from` to this file.
    pub fn link_from(&self, from: &Self) -> String {
        let here: Vec<&str> = from.0.split('/').collect();
        let there: Vec<&str> = self.0.split('/').collect();
        let shared =
            here[..here.len() - 1].iter().zip(&there[..there.len() - 1]).take_while(|(a, b)| a == b).count();
        let mut link = "../".repeat(here.len() - 1 - shared);
        for (n, segment) in there[shared..].iter().enumerate() {
            if n > 0 {
                link.push('/');
            }
            link.extend(utf8_percent_encode(segment, PATH));
        }
        link
    }

    /// The path percent-encoded, as it stands behind a base URL.
    pub fn encoded(&self) -> String {
        self.link_from(&Self::root())
    }
}

impl fmt::Display for SitePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SitePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// `text` with its percent-encoding undone; `None` where the bytes are no UTF-8.
pub fn percent_decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// `fragment` encoded to stand behind `#`.
pub fn encode_fragment(fragment: &str) -> String {
    const FRAGMENT: &AsciiSet =
        &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'%').add(b'\'');
    utf8_percent_encode(fragment, FRAGMENT).to_string()
}

/// `text` encoded to stand as a value in the query of a URL.
pub fn encode_query(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Compares two names as people order them: numbers by value, letters without case.
///
/// `2-b` stands before `10-a`, and `02-x` beside `2-x`.
pub fn natural_cmp(a: &str, b: &str) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    let (mut left, mut right) = (a, b);
    loop {
        let (l, r) = match (left.chars().next(), right.chars().next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(l), Some(r)) => (l, r),
        };
        let order = if l.is_ascii_digit() && r.is_ascii_digit() {
            let (l, after_l) = split_number(left);
            let (r, after_r) = split_number(right);
            (left, right) = (after_l, after_r);
            l.len().cmp(&r.len()).then(l.cmp(r))
        } else {
            (left, right) = (&left[l.len_utf8()..], &right[r.len_utf8()..]);
            l.to_lowercase().cmp(r.to_lowercase())
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The digits at the start of `text` without leading zeros, and what stands behind them.
fn split_number(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> SitePath {
        SitePath::new(text).unwrap_or_default()
    }

    #[test]
    fn nothing_climbs_above_the_root() {
        assert_eq!(SitePath::new("../x"), None);
        assert_eq!(SitePath::new("/etc/passwd"), None);
        assert_eq!(path("a/b").join("../../.."), None);
        assert_eq!(path("a/b").join("../c//./d"), Some(path("a/c/d")));
    }

    #[test]
    fn links_are_relative_and_encoded() {
        let from = path("db/failover.html");
        assert_eq!(path("db/a b#1.html").link_from(&from), "a%20b%231.html");
        assert_eq!(path("index.html").link_from(&from), "../index.html");
        assert_eq!(path("web/x/y.html").link_from(&from), "../web/x/y.html");
        assert_eq!(path("a:b.html").link_from(&path("index.html")), "a%3Ab.html");
    }

    #[test]
    fn natural_order_reads_numbers() {
        let mut names = ["10-z", "2-b", "02-a", "Intro", "intro2", "1"];
        names.sort_by(|a, b| natural_cmp(a, b));
        assert_eq!(names, ["1", "02-a", "2-b", "10-z", "Intro", "intro2"]);
    }
}
