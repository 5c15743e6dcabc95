//! The edge to the browser: requests in, answers out, and the sockets of open pages.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderName, HeaderValue, LOCATION, ORIGIN,
};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use super::answer::Answer;
use super::editor::Editor;
use super::guard::Guard;
use super::live::{Open, Order};
use super::preview::Preview;
use super::route::{Base, Route};
use crate::html::escape;
use crate::path::{SitePath, percent_decode};

/// What every request is answered with.
pub(super) struct Edge {
    pub(super) preview: Arc<Preview>,
    pub(super) guard: Guard,
    pub(super) base: Base,
    pub(super) editor: Editor,
    /// Becomes true when the server shall end.
    pub(super) end: watch::Receiver<bool>,
}

const LIVE_JS: &str = include_str!("live.js");
const LIVE_CSS: &str = include_str!("live.css");

/// How often a quiet socket is shown to be alive: proxies close those that say nothing.
const PULSE: Duration = Duration::from_secs(20);
/// How long a page whose reader looks elsewhere waits for those that were touched.
const COURTESY: Duration = Duration::from_millis(150);
/// The longest message that a page has to send.
const MAX_MESSAGE: usize = 1024;

/// Answers requests until the server shall end.
///
/// # Errors
/// What the system says.
pub(super) async fn answer_all(listener: TcpListener, edge: Edge) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut end = edge.end.clone();
    let app = Router::new().fallback(answer).with_state(Arc::new(edge));
    let ends = async move { ended(&mut end).await };
    axum::serve(listener, app).with_graceful_shutdown(ends).await
}

/// Waits until the server shall end.
async fn ended(end: &mut watch::Receiver<bool>) {
    // Where nobody is left to say so, it shall.
    drop(end.wait_for(|end| *end).await);
}

async fn answer(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let mut response = match edge.refuse(&parts) {
        Some(refusal) => refusal,
        None => edge.respond(&mut parts).await,
    };
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // No page elsewhere gets anything of it, as a picture or a script neither.
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(HeaderName::from_static("referrer-policy"), HeaderValue::from_static("same-origin"));
    response
}

fn says(status: StatusCode, text: impl Into<String>) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text.into()).into_response()
}

fn header(parts: &Parts, name: HeaderName) -> Option<&str> {
    parts.headers.get(name)?.to_str().ok()
}

impl Edge {
    /// The answer to those who may not ask, or not so.
    fn refuse(&self, parts: &Parts) -> Option<Response> {
        let several = parts.headers.get_all(HOST).iter().count() > 1;
        let Some(host) = header(parts, HOST).filter(|_| !several) else {
            return Some(says(StatusCode::BAD_REQUEST, "a request names the host that it asks\n"));
        };
        if !self.guard.host(host) {
            return Some(says(StatusCode::FORBIDDEN, Guard::refusal(host)));
        }
        if parts.method != Method::GET && parts.method != Method::HEAD {
            let mut response = says(StatusCode::METHOD_NOT_ALLOWED, "a preview is only read\n");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return Some(response);
        }
        let site = header(parts, HeaderName::from_static("sec-fetch-site"));
        let mode = header(parts, HeaderName::from_static("sec-fetch-mode"));
        if matches!(site, Some("cross-site" | "same-site")) && mode != Some("navigate") {
            return Some(says(StatusCode::FORBIDDEN, "other sites get nothing of a preview\n"));
        }
        None
    }

    async fn respond(self: &Arc<Self>, parts: &mut Parts) -> Response {
        let (at, is_folder) = match self.base.route(parts.uri.path()) {
            Route::Site(at, is_folder) => (at, is_folder),
            Route::Base(location) => return leads_to(&location),
            Route::Refused => {
                let text = format!("the site is at {}\n", self.base.url());
                return says(StatusCode::NOT_FOUND, text);
            }
        };
        match at.as_str() {
            "_bindery/live.js" => return typed(&at, LIVE_JS.as_bytes().to_vec()),
            "_bindery/live.css" => return typed(&at, LIVE_CSS.as_bytes().to_vec()),
            "_bindery/live" => return self.listen(parts).await,
            _ => {}
        }
        let edge = self.clone();
        let asked = at.clone();
        let answered = tokio::task::spawn_blocking(move || edge.preview.answer(&asked, is_folder)).await;
        let Ok(answer) = answered else {
            return says(StatusCode::INTERNAL_SERVER_ERROR, "bindery failed, which is a fault of bindery\n");
        };
        if let Some(location) = answer.location {
            return leads_to(&location);
        }
        let status = if answer.is_missing { StatusCode::NOT_FOUND } else { StatusCode::OK };
        let bytes = if answer.is_live { self.live(&answer, &at, is_folder) } else { answer.bytes };
        let mut response = typed(&answer.at, bytes);
        *response.status_mut() = status;
        response
    }

    /// Opens the socket of a page.
    async fn listen(self: &Arc<Self>, parts: &mut Parts) -> Response {
        let host = header(parts, HOST).unwrap_or_default();
        if !self.guard.origin(header(parts, ORIGIN), host) {
            return says(StatusCode::FORBIDDEN, "only pages of the preview itself are told of changes\n");
        }
        let Some(open) = open_page(parts.uri.query().unwrap_or_default()) else {
            return says(StatusCode::BAD_REQUEST, "a page says which it is\n");
        };
        let edge = self.clone();
        match WebSocketUpgrade::from_request_parts(parts, &()).await {
            Ok(upgrade) => upgrade
                .max_message_size(MAX_MESSAGE)
                .max_frame_size(MAX_MESSAGE)
                .on_upgrade(|socket| async move { edge.talk(socket, open).await }),
            Err(rejection) => rejection.into_response(),
        }
    }

    /// Tells a page what becomes of it, until it goes.
    async fn talk(self: Arc<Self>, mut socket: WebSocket, mut open: Open) {
        let mut versions = self.preview.versions.subscribe();
        let mut end = self.end.clone();
        let mut said = None;
        let mut is_first = true;
        loop {
            versions.borrow_and_update();
            if !std::mem::take(&mut is_first) && !self.preview.was_touched(&open) {
                tokio::time::sleep(COURTESY).await;
            }
            let (edge, page) = (self.clone(), open.clone());
            let told = tokio::task::spawn_blocking(move || edge.preview.tell_page(&page, &edge.editor)).await;
            for order in told.unwrap_or_default() {
                match &order {
                    Order::Restyle { whole, unstyled, .. } => {
                        open.whole.clone_from(whole);
                        open.unstyled.clone_from(unstyled);
                    }
                    Order::Show(_) if said.as_ref() == Some(&order) => continue,
                    Order::Show(_) => said = Some(order.clone()),
                    Order::Reload => {}
                }
                let Ok(text) = serde_json::to_string(&order) else { continue };
                if socket.send(Message::Text(text.into())).await.is_err() {
                    return;
                }
            }
            loop {
                tokio::select! {
                    changed = versions.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                    message = socket.recv() => match message {
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                        Some(Ok(_)) => {}
                    },
                    () = tokio::time::sleep(PULSE) => {
                        if socket.send(Message::Ping(Vec::new().into())).await.is_err() {
                            return;
                        }
                    }
                    () = ended(&mut end) => return,
                }
            }
        }
    }
}

/// What a page says of itself in the query of its socket.
fn open_page(query: &str) -> Option<Open> {
    let value = |key: &str| {
        let pair = |pair: &str| {
            pair.split_once('=').filter(|(known, _)| *known == key).map(|(_, said)| said.to_owned())
        };
        query.split('&').find_map(pair).and_then(|said| percent_decode(&said.replace('+', " ")))
    };
    Some(Open {
        at: SitePath::new(&value("at")?)?,
        is_folder: value("folder")? == "1",
        whole: value("whole")?,
        unstyled: value("unstyled")?,
    })
}

fn leads_to(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::FOUND, [(LOCATION, location)]).into_response(),
        Err(_) => says(StatusCode::NOT_FOUND, "nothing stands there\n"),
    }
}

/// Bytes with the type that their name stands for.
fn typed(at: &SitePath, bytes: Vec<u8>) -> Response {
    let guess = mime_guess::from_ext(&at.extension()).first_raw().unwrap_or("application/octet-stream");
    let kind = match (at.extension().as_str(), guess) {
        ("ipynb", _) => "application/json".to_owned(),
        (_, text) if text.starts_with("text/") || text.ends_with("javascript") => {
            format!("{text}; charset=utf-8")
        }
        (_, other) => other.to_owned(),
    };
    let mut response = Response::new(Body::from(bytes));
    let kind = HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

impl Edge {
    /// A document with the script that keeps it up to date. All paths are relative: a proxy may put
    /// the site anywhere.
    fn live(&self, answer: &Answer, at: &SitePath, is_folder: bool) -> Vec<u8> {
        let mut html = String::from_utf8_lossy(&answer.bytes).into_owned();
        let depth = if is_folder { at.child("_").depth() } else { at.depth() };
        let up = "../".repeat(depth);
        let [lost, refused] = ["live_lost", "live_refused"].map(|word| self.preview.word(word));
        let script = format!(
            "<script src=\"{up}_bindery/live.js\" data-root=\"{up}\" data-at=\"{}\" data-folder=\"{}\" data-whole=\"{}\" data-unstyled=\"{}\" data-lost=\"{}\" data-refused=\"{}\" defer></script>\n",
            escape(at.as_str()),
            u8::from(is_folder),
            answer.version.whole,
            answer.version.unstyled,
            escape(&lost),
            escape(&refused),
        );
        // Pages that carry their own style and scripts allow no others.
        if !html.contains("script-src 'self'") {
            let ours = "connect-src &#39;self&#39;; script-src &#39;self&#39; ";
            html = html.replacen("script-src ", ours, 1);
        }
        match html.rfind("</body>") {
            Some(end) => html.insert_str(end, &script),
            None => html.push_str(&script),
        }
        html.into_bytes()
    }
}
