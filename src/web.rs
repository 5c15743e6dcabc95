//! Whether addresses in the web answer: asked side by side, each host politely, what answered
//! lately not at all.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error};

use crate::config::checks::External;

/// How many hosts are asked at once.
const WORKERS: usize = 24;
/// The longest wait that a host may ask for before it is asked again.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// Some hosts answer browsers only; we say who we are all the same.
const AGENT: &str = concat!("bindery/", env!("CARGO_PKG_VERSION"), " (link check)");

/// The day, counted from any other, on which an address was last seen to answer.
pub type Answers = BTreeMap<String, i64>;

/// What asking gave.
#[derive(Debug, Default)]
pub struct Asked {
    /// The addresses that lead nowhere, and why.
    pub dead: BTreeMap<String, String>,
    /// What has answered, now or lately.
    pub answers: Answers,
    /// Whether nothing answered at all: then nothing is said of any.
    pub is_offline: bool,
}

/// Asks addresses by `http` or `https`, unless they answered within the days that `external`
/// allows; `today` counts like the days in `known`.
pub fn ask(urls: BTreeSet<String>, external: &External, (known, today): (&Answers, i64)) -> Asked {
    let days = i64::try_from(external.days).unwrap_or(i64::MAX);
    let is_fresh = |day: &i64| (0..days).contains(&(today - day));
    let (fresh, open): (BTreeSet<String>, BTreeSet<String>) =
        urls.into_iter().partition(|url| known.get(url).is_some_and(is_fresh));
    let mut hosts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for url in open {
        let host = url.split('/').nth(2).unwrap_or_default().to_ascii_lowercase();
        hosts.entry(host).or_default().push(url);
    }
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(external.timeout.max(1))))
        .user_agent(AGENT)
        .tls_config(tls)
        .build()
        .into();
    let queue: Mutex<VecDeque<Vec<String>>> = Mutex::new(hosts.into_values().collect());
    let said: Mutex<Vec<(String, Answer)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let urls = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(urls) = urls else { return };
                    let pause = Duration::from_secs(1) / external.per_second.max(1);
                    let mut silent = 0;
                    for url in urls {
                        let began = Instant::now();
                        // A host that was silent twice is not asked for the rest of its pages.
                        let answer = match silent {
                            0 | 1 => one(&agent, &url, external.retries, pause),
                            _ => Answer::Silent("its host does not answer".to_owned()),
                        };
                        silent = if matches!(answer, Answer::Silent(_)) { silent + 1 } else { 0 };
                        said.lock().unwrap_or_else(PoisonError::into_inner).push((url, answer));
                        std::thread::sleep(pause.saturating_sub(began.elapsed()).min(pause));
                    }
                }
            });
        }
    });
    let mut asked = Asked::default();
    asked.answers.extend(fresh.into_iter().filter_map(|url| known.get(&url).map(|day| (url.clone(), *day))));
    let said = said.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Where nothing at all answers, it is not the links that are dead.
    asked.is_offline = said.len() > 1 && said.iter().all(|(_, answer)| matches!(answer, Answer::Silent(_)));
    for (url, answer) in said {
        match answer {
            Answer::Fine => drop(asked.answers.insert(url, today)),
            Answer::Dead(_) | Answer::Silent(_) if asked.is_offline => {}
            Answer::Dead(why) | Answer::Silent(why) => drop(asked.dead.insert(url, why)),
        }
    }
    asked
}

/// What came of asking an address.
enum Answer {
    Fine,
    /// There is nothing.
    Dead(String),
    /// Nobody answers.
    Silent(String),
}

/// What one answer means.
enum Meaning {
    Fine,
    Dead(String),
    /// It may be otherwise in a while: how long its host asks us to wait.
    Later(String, Option<Duration>),
    Silent(String),
}

fn one(agent: &Agent, url: &str, retries: u32, pause: Duration) -> Answer {
    let mut left = retries;
    loop {
        // Many servers know no HEAD, or answer it wrongly: what is not good is asked in full.
        let meaning = match meaning(agent.head(url).call()) {
            good @ (Meaning::Fine | Meaning::Silent(_)) => good,
            _ => {
                std::thread::sleep(pause);
                self::meaning(agent.get(url).call())
            }
        };
        let (why, wait) = match meaning {
            Meaning::Fine => return Answer::Fine,
            Meaning::Dead(why) => return Answer::Dead(why),
            Meaning::Silent(why) if left == 0 => return Answer::Silent(why),
            Meaning::Later(why, _) if left == 0 => return Answer::Dead(why),
            Meaning::Silent(why) => (why, None),
            Meaning::Later(why, wait) => (why, wait),
        };
        left -= 1;
        // A name that nobody knows is not known a second later.
        if why == UNKNOWN {
            return Answer::Silent(why);
        }
        let usual = Duration::from_secs(1) * (retries - left);
        std::thread::sleep(wait.unwrap_or(usual).min(MAX_WAIT).max(pause));
    }
}

const UNKNOWN: &str = "its host is not known";

fn meaning(answer: Result<ureq::http::Response<ureq::Body>, Error>) -> Meaning {
    let response = match answer {
        Ok(response) => response,
        Err(Error::HostNotFound) => return Meaning::Silent(UNKNOWN.to_owned()),
        Err(Error::Io(error)) if error.to_string().contains("lookup") => {
            return Meaning::Silent(UNKNOWN.to_owned());
        }
        Err(Error::Timeout(_)) => return Meaning::Silent("it does not answer in time".to_owned()),
        Err(Error::BadUri(_) | Error::Http(_)) => return Meaning::Dead("it is no web address".to_owned()),
        Err(error) => return Meaning::Silent(format!("it cannot be reached: {error}")),
    };
    let status = response.status().as_u16();
    let wait =
        response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    match status {
        404 | 410 => Meaning::Dead(format!("it answers {status}: there is nothing")),
        429 | 500..=599 => Meaning::Later(format!("it answers {status}"), wait.map(Duration::from_secs)),
        // Whoever refuses us is there: 401 and 403 are for people with an account, 999 for robots.
        _ => Meaning::Fine,
    }
}
