//! `bindery serve`: the site as it is now, in the browser, while its author writes.
//!
//! ```text
//!  watch ──touched──▶ Preview::refresh ──▶ Shown ──answer──▶ http ──▶ browser
//!                          │ looks, reads, assembles            ▲
//!                          └──────── versions ──▶ live ─socket──┘
//! ```
//!
//! A page is produced when somebody asks for it, with the same means as in a build. What has
//! changed is never guessed from events: each open page is produced anew and told only where it
//! came out another.

mod answer;
mod basis;
mod checked;
mod editor;
mod guard;
mod http;
mod index;
mod live;
mod preview;
mod route;
mod state;

pub use basis::{Configure, Subject};
pub use editor::Editor;

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use guard::Guard;
use preview::{Outcome, Preview};
use route::Base;

use crate::cache::Cache;
use crate::diagnostic::Severity;
use crate::history;
use crate::path::SitePath;
use crate::report::Report;
use crate::watch::{Stopper, Told, Watch};

/// How a preview is served.
pub struct Served {
    /// Where it is listened.
    pub listener: TcpListener,
    /// Other names that the server is reached by.
    pub hosts: Vec<String>,
    /// The path before all URLs: `/group/project/`.
    pub base_path: String,
    /// Where sources are opened.
    pub editor: Editor,
    /// The cache; one that goes with the program where there is none.
    pub cache: Cache,
    /// A folder for what goes with the program.
    pub scratch: PathBuf,
}

/// How long a file that is missing or cannot be read is given to become whole.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long the history is waited for before pages are shown without it.
const HISTORY: Duration = Duration::from_millis(300);
/// How often all is looked at where events come, and where they do not: at least so long apart, and
/// so many times as long as a look takes.
const LOOKS: (Duration, u32) = (Duration::from_secs(2), 50);
const LOOKS_WITHOUT_EVENTS: (Duration, u32) = (Duration::from_millis(250), 10);

/// How many changes in a row only a look has to find before it is known that no events come.
const MISSES: u32 = 3;

/// Serves a preview until somebody ends it. `ready` is told the URL as soon as it can be asked.
///
/// # Errors
/// What is wrong with the configuration or the theme at first, or what the system says.
pub fn serve(subject: Subject, served: Served, ready: impl FnOnce(&str)) -> Result<(), String> {
    let Served { listener, hosts, base_path, editor, cache, scratch } = served;
    let base = Base::new(&base_path)?;
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    let guard = Guard::new(bound.ip(), &hosts);
    let preview = Arc::new(Preview::new(subject, Arc::new(cache), scratch)?);
    remember(&preview, HISTORY);
    let (watch, stopper) = Watch::new();
    let (end, ends) = tokio::sync::watch::channel(false);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // They compute, and many pages may be open.
        .max_blocking_threads(8)
        // What is deeply nested needs room on the stack.
        .thread_stack_size(32 << 20)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let watcher = spawn("watch", {
        let preview = preview.clone();
        move || follow(&preview, watch)
    })?;
    let reader = spawn("read", {
        let preview = preview.clone();
        move || preview.read_rest()
    })?;
    let host = if bound.ip().is_unspecified() { "localhost".to_owned() } else { bound.ip().to_string() };
    let host = if bound.is_ipv6() && host != "localhost" { format!("[{host}]") } else { host };
    ready(&format!("http://{host}:{}{}", bound.port(), base.url()));
    let edge = http::Edge { preview: preview.clone(), guard, base, editor, end: ends };
    let result = runtime.block_on(async {
        tokio::select! {
            result = http::answer_all(listener, edge) => result.map_err(|error| error.to_string()),
            () = told_to_end() => Ok(()),
        }
    });
    // Nobody may be listening to this any more.
    let _ = end.send(true);
    end_threads(&preview, &stopper, [watcher, reader]);
    runtime.shutdown_timeout(Duration::from_millis(500));
    preview.keep();
    result
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<std::thread::JoinHandle<()>, String> {
    let builder = std::thread::Builder::new().name(name.to_owned()).stack_size(32 << 20);
    builder.spawn(work).map_err(|error| error.to_string())
}

fn end_threads(preview: &Preview, stopper: &Stopper, threads: [std::thread::JoinHandle<()>; 2]) {
    preview.stop();
    stopper.stop();
    for thread in threads {
        // One that failed has said so.
        let _ = thread.join();
    }
}

/// Waits for Ctrl-C, for the terminal to be closed, or for the system to say that it is over.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hang_up)) =
            (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without signals only the system can end it.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Asks git about all sources; pages get their dates when it has answered.
fn remember(preview: &Arc<Preview>, patience: Duration) {
    let (sender, answer) = std::sync::mpsc::channel();
    let asking = preview.clone();
    let asked = spawn("history", move || {
        asking.remember();
        // After its patience nobody waits any more.
        let _ = sender.send(());
    });
    if asked.is_ok() {
        // Where it takes longer, pages get their dates later.
        let _ = answer.recv_timeout(patience);
    }
}

/// Follows the changes of files until it is over.
#[expect(clippy::disallowed_methods, reason = "how long a look takes decides how often to look")]
fn follow(preview: &Arc<Preview>, mut watch: Watch) {
    let mut looks = LOOKS;
    let secrets = preview.secrets();
    let report =
        Report { root: &preview.subject.root, least: Severity::Error, colour: false, secrets: &secrets };
    let mut took = Duration::ZERO;
    let mut head = history::moment(&preview.subject.root);
    watch.follow(preview.folders());
    if let Some(why) = watch.deaf() {
        looks = LOOKS_WITHOUT_EVENTS;
        eprintln!("note: the system tells no changes here ({why}); all files are looked at again and again");
    }
    let mut missed = 0;
    loop {
        let pause = looks.0.max(took * looks.1);
        let (touched, is_look) = match watch.next(pause, |path| inside(preview, path).is_some()) {
            Told::Stop => return,
            Told::Paths(paths) => {
                missed = 0;
                looks = if watch.deaf().is_none() { LOOKS } else { looks };
                (Some(paths.iter().filter_map(|path| inside(preview, path)).collect()), false)
            }
            Told::Something => (None, false),
            Told::Nothing => (None, true),
        };
        let started = Instant::now();
        let mut outcome = preview.refresh(touched.as_ref(), false);
        if touched.is_none() {
            took = started.elapsed();
        }
        if !outcome.unsure.is_empty() {
            std::thread::sleep(PATIENCE);
            let again: Option<BTreeSet<SitePath>> =
                touched.as_ref().map(|touched| touched.union(&outcome.unsure).cloned().collect());
            let later = preview.refresh(again.as_ref(), true);
            outcome = Outcome {
                is_news: outcome.is_news || later.is_news,
                is_of_folders: true,
                has_new: outcome.has_new || later.has_new,
                ..later
            };
        }
        eprint!("{}", report.text(&outcome.failures));
        // A look may be quicker than an event; one after the other, no events come.
        missed += u32::from(is_look && outcome.is_news);
        if missed == MISSES && looks == LOOKS {
            looks = LOOKS_WITHOUT_EVENTS;
            eprintln!("note: files change and the system does not tell; all are looked at more often");
        }
        if touched.is_none() || outcome.is_of_folders {
            watch.follow(preview.folders());
        }
        let now = history::moment(&preview.subject.root);
        if now != head || outcome.has_new {
            head = now;
            remember(preview, Duration::ZERO);
        }
    }
}

/// The path below the root, where it can mean anything.
fn inside(preview: &Preview, path: &Path) -> Option<SitePath> {
    let path = SitePath::new(path.strip_prefix(&preview.subject.root).ok()?.to_str()?)?;
    preview.is_of_interest(&path).then_some(path)
}
