//! Addresses outside of the site, as far as a reader may be led there.

use std::fmt;

/// The schemes that lead somewhere and run nothing.
const SCHEMES: [&str; 11] =
    ["http", "https", "mailto", "tel", "ftp", "ftps", "sftp", "irc", "ircs", "xmpp", "news"];

/// An address outside of the site, ready to stand in a page: by a scheme that runs nothing, and
/// with what no URL may hold percent-encoded.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Address(String);

impl Address {
    /// Reads an absolute URL, or one without a scheme (`//host/…`); `None` for paths, and for
    /// schemes like `javascript:` and `data:`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with("//") {
            return Some(Self(encode(&format!("https:{text}"))));
        }
        let scheme = scheme(text)?;
        (SCHEMES.contains(&scheme.as_str()) && has_sound_port(text)).then(|| Self(encode(text)))
    }

    /// The address as it stands in `href`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it leads to the reader's own machine, where nobody else finds what its author saw.
    pub fn is_local(&self) -> bool {
        let Some(host) = host_and_port(&self.0) else { return false };
        let name = if host.starts_with('[') {
            host.split_inclusive(']').next().unwrap_or(host)
        } else {
            host.split(':').next().unwrap_or(host)
        };
        let name = name.to_ascii_lowercase();
        matches!(name.as_str(), "localhost" | "0.0.0.0" | "[::1]")
            || name.ends_with(".localhost")
            || (name.starts_with("127.") && name.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The host of a URL with its port, if it has one; `None` where it has no host.
fn host_and_port(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    Some(host.rsplit_once('@').map_or(host, |(_, host)| host))
}

/// Whether the port of a URL is a number, if it has one: `https://host:port/` leads nowhere.
fn has_sound_port(url: &str) -> bool {
    let Some(host) = host_and_port(url) else { return true };
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    behind.split_once(':').is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The scheme of a URL in lower case, where it has one.
pub fn scheme(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once(':')?;
    let sound = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    sound.then(|| scheme.to_ascii_lowercase())
}

/// A URL with what no URL may hold percent-encoded; its host stays as it is.
fn encode(url: &str) -> String {
    let host_end = match url.find("://") {
        Some(at) => at + 3 + url[at + 3..].find(['/', '?', '#']).unwrap_or(url.len() - at - 3),
        None => 0,
    };
    let mut out = url[..host_end].to_owned();
    for c in url[host_end..].chars() {
        match c {
            '^' | '[' | ']' | '{' | '}' | '|' | '\\' | '`' | '<' | '>' | '"' | ' ' => {
                out.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_no_address() {
        for bad in
            ["javascript://a%0aalert(1)", " JavaScript:alert(1)", "data:text/html,x", "a/b.md", "vbscript:x"]
        {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
        let said = Address::parse(" https://example.org/a b?q=[1]").expect("an address");
        assert_eq!(said.as_str(), "https://example.org/a%20b?q=%5B1%5D");
        assert_eq!(
            Address::parse("//cdn.example.org/x").expect("an address").as_str(),
            "https://cdn.example.org/x"
        );
    }

    #[test]
    fn the_readers_own_machine_is_known() {
        for local in
            ["http://localhost:8888/tree", "http://127.0.0.1/", "https://[::1]:80/x", "http://u@LOCALHOST"]
        {
            assert!(Address::parse(local).expect("an address").is_local(), "{local}");
        }
        for far in ["https://localhost.example.org", "https://example.org/localhost", "mailto:a@localhost"] {
            assert!(!Address::parse(far).expect("an address").is_local(), "{far}");
        }
    }
}
