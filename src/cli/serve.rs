//! `bindery serve`: the words of the terminal, and the place to listen at.

use std::io::Write;
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::cache::CacheOptions;
use super::{absolute, configuration, place_of};
use crate::cache::Cache;
use crate::config::Config;
use crate::disk::Scratch;
use crate::serve::{self, Editor, Served, Subject};

/// The port that is tried first, and how many behind it.
const PORT: u16 = 4747;
const PORTS: u16 = 50;

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The folder whose notebooks are shown
    #[arg(default_value = ".")]
    src: PathBuf,
    /// The address to listen at; others than this machine's own let the network read
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    host: String,
    /// The port to listen at; the next free one from 4747 where this is not said
    #[arg(short, long, value_name = "PORT")]
    port: Option<u16>,
    /// Open the site in the browser
    #[arg(long)]
    open: bool,
    /// Where the site will be published below its host, as on GitLab Pages: /group/project/
    #[arg(long, value_name = "PATH", default_value = "/")]
    base_path: String,
    /// Answer for this host too: that of a proxy such as JupyterHub's or VS Code's
    #[arg(long = "allow-host", value_name = "NAME")]
    allow_hosts: Vec<String>,
    /// Where sources are opened: vscode, vscodium, cursor, pycharm, idea, jupyterlab, or a URL with
    /// {path} or {relative}, and {line}
    #[arg(long, value_name = "EDITOR")]
    editor: Option<String>,
    /// How many threads read notebooks; as many as there are processors where this is not said
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    cache: CacheOptions,
}

impl Serve {
    /// Serves until it is ended.
    pub(super) fn run(self) -> Result<ExitCode, String> {
        super::workers(self.jobs)?;
        if self.src.is_file() {
            let folder = self.src.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).display();
            return Err(format!("`{}` is no folder: bindery serve {folder}", self.src.display()));
        }
        let (root, src) = place_of(&self.src)?;
        let is_name = |name: &&String| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(c))
        };
        if let Some(wrong) = self.allow_hosts.iter().find(|name| !is_name(name)) {
            return Err(format!("`--allow-host {wrong}` is no name of a host, such as hub.example.org"));
        }
        let editor = Editor::new(&self.editor.clone().unwrap_or_else(|| editor_around(&root)))?;
        let scratch = Scratch::new().map_err(|error| format!("no folder for scratch: {error}"))?;
        let (cache, uncached) = match self.cache.folder(&root, &src)?.as_deref().map(Cache::open) {
            Some(Ok(cache)) => (cache.with_spare(&scratch.file()), None),
            Some(Err(why)) => (Cache::temporary(&scratch.file())?, Some(why)),
            None => (Cache::temporary(&scratch.file())?, None),
        };
        if let Some(why) = uncached {
            eprintln!("note: nothing is kept for the next run: {why}");
        }
        let listener = self.listen()?;
        if listener.local_addr().is_ok_and(|bound| !bound.ip().is_loopback()) {
            eprintln!(
                "warning: everybody who reaches this machine can read the preview, drafts too; those who ask by a name need --allow-host NAME"
            );
        }
        let configure = {
            let (root, src) = (root.clone(), src.clone());
            let base_path = format!("/{}/", self.base_path.trim_matches('/')).replace("//", "/");
            Box::new(move || {
                let config = configuration(&root, &src, None)?;
                Ok(Config { base_path: Some(base_path.clone()), ..config })
            })
        };
        let subject =
            Subject { root, src, out: absolute(Path::new("public"))?, configure, today: super::today() };
        let served = Served {
            listener,
            hosts: self.hosts(),
            base_path: self.base_path,
            editor,
            cache,
            scratch: scratch.file().with_file_name("search"),
        };
        let open = self.open;
        serve::serve(subject, served, |url| {
            // A reader of the line may have gone, and the site is there all the same.
            let _ = writeln!(std::io::stdout(), "{url}");
            if open && let Err(error) = open::that_detached(url) {
                eprintln!("note: no browser could be opened: {error}");
            }
        })?;
        Ok(ExitCode::SUCCESS)
    }

    /// The names that the server is reached by, beside those of this machine.
    fn hosts(&self) -> Vec<String> {
        let mut hosts = self.allow_hosts.clone();
        if self.host.parse::<IpAddr>().is_err() {
            hosts.push(self.host.clone());
        }
        hosts
    }

    fn listen(&self) -> Result<TcpListener, String> {
        let at = |port: u16| -> Result<SocketAddr, String> {
            let mut found = (self.host.as_str(), port)
                .to_socket_addrs()
                .map_err(|error| format!("`--host {}`: {error}", self.host))?;
            found.next().ok_or_else(|| format!("`--host {}` is no address", self.host))
        };
        if let Some(port) = self.port {
            return TcpListener::bind(at(port)?).map_err(|error| {
                let help = match error.kind() {
                    std::io::ErrorKind::AddrInUse => "; leave --port out, and the next free one is taken",
                    _ => "",
                };
                format!("port {port} of {} cannot be listened at: {error}{help}", self.host)
            });
        }
        for port in PORT..PORT + PORTS {
            if let Ok(listener) = TcpListener::bind(at(port)?) {
                return Ok(listener);
            }
        }
        TcpListener::bind(at(0)?).map_err(|error| format!("{} cannot be listened at: {error}", self.host))
    }
}

/// The editor whose terminal this is, else the one that most have.
fn editor_around(root: &Path) -> String {
    let says = |name: &str| std::env::var(name).unwrap_or_default();
    if says("TERMINAL_EMULATOR").contains("JetBrains") {
        return "pycharm".to_owned();
    }
    // Terminals of JupyterLab know its server, and the folder that its paths begin at.
    let (server, top) = (says("JUPYTER_SERVER_URL"), says("JUPYTER_SERVER_ROOT"));
    match root.strip_prefix(&top) {
        Ok(inner) if !top.is_empty() && server.starts_with("http") => {
            let inner: String = inner.iter().map(|part| format!("{}/", part.to_string_lossy())).collect();
            format!("{}/lab/tree/{inner}{{relative}}", server.trim_end_matches('/'))
        }
        _ if top.is_empty() => "vscode".to_owned(),
        _ => "jupyterlab".to_owned(),
    }
}
