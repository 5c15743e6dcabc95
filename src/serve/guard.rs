//! Who may ask the preview server: by default only this machine's own browser.
//!
//! A page elsewhere can make a browser ask any address. It may not read the answer, unless its own
//! name is made to lead here (DNS rebinding): hence the `Host` header is checked. It may open a
//! socket: hence `Origin` is (CVE-2025-30360).

use std::net::IpAddr;

/// Which hosts the server answers for.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    names: Vec<String>,
    /// Whether the server listens to other machines too.
    is_open: bool,
}

impl Guard {
    /// A guard for a server that is bound to `bound` and shall be known under `names` as well.
    pub(super) fn new(bound: IpAddr, names: &[String]) -> Self {
        let names = names.iter().map(|name| plain(name)).collect();
        Self { names, is_open: !bound.is_loopback() }
    }

    /// Whether a request for this host is answered.
    pub(super) fn host(&self, host: &str) -> bool {
        let name = name_of(host);
        if self.names.contains(&name) || name == "localhost" || name.ends_with(".localhost") {
            return true;
        }
        // No name leads to an address that is written as one.
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback() || self.is_open)
    }

    /// Whether a page of this origin may listen to changes: one of the host that it asks.
    pub(super) fn origin(&self, origin: Option<&str>, host: &str) -> bool {
        let authority = origin
            .and_then(|origin| origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")));
        authority.is_some_and(|authority| {
            authority.eq_ignore_ascii_case(host) || self.names.contains(&name_of(authority))
        })
    }

    /// What is said to somebody who asks for another host.
    pub(super) fn refusal(host: &str) -> String {
        let name = name_of(host);
        let name: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(*c)).collect();
        format!(
            "bindery serve does not answer for the host `{name}`: a page elsewhere could have made it lead here.\n\
             If you reach it through a proxy of that name, start it with: bindery serve --allow-host {name}\n"
        )
    }
}

/// The name in `name:port`, in lower case.
fn name_of(host: &str) -> String {
    let name = match host.rfind(']') {
        Some(end) => &host[..=end],
        None => host.split(':').next().unwrap_or_default(),
    };
    plain(name)
}

fn plain(name: &str) -> String {
    name.trim().trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed() -> Guard {
        Guard::new(IpAddr::from([127, 0, 0, 1]), &["Hub.example.org".to_owned()])
    }

    #[test]
    fn the_machine_itself_is_answered_and_names_from_elsewhere_are_not() {
        for host in [
            "localhost",
            "localhost:4747",
            "a.localhost:1",
            "127.0.0.1:4747",
            "[::1]:4747",
            "hub.example.org",
            "HUB.example.org.:443",
        ] {
            assert!(closed().host(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.168.0.7",
            "[fe80::1]",
            "",
            ":4747",
            "xlocalhost",
        ] {
            assert!(!closed().host(host), "{host}");
        }
        let open = Guard::new(IpAddr::from([0, 0, 0, 0]), &[]);
        assert!(open.host("192.168.0.7:80") && !open.host("evil.example"));
    }

    #[test]
    fn only_the_pages_of_the_host_itself_listen() {
        let host = "127.0.0.1:4747";
        assert!(closed().origin(Some("http://127.0.0.1:4747"), host));
        assert!(closed().origin(Some("https://hub.example.org"), host));
        for origin in [
            None,
            Some("null"),
            Some("http://127.0.0.1"),
            Some("http://127.0.0.1:4748"),
            Some("http://localhost:4747"),
            Some("http://evil.example"),
            Some("file://"),
            Some("http://127.0.0.1:4747.evil.example"),
            Some("http://192.168.0.7:4747"),
        ] {
            assert!(!closed().origin(origin, host), "{origin:?}");
        }
    }
}
