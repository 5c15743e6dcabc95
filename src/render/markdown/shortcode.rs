//! Shortcodes of Quarto: `{{< name … >}}`.

use super::super::fragment::{Fragment, Slot};
use super::super::page::{PageState, link};
use super::reference;
use crate::diagnostic::{Note, Rule};
use crate::notebook::marks::{self, Place, Says, Shortcode};

/// A shortcode and whether it is a block; `None` where it stands as text.
pub(super) fn show(said: &str, line: u32, page: &mut PageState) -> Option<(Fragment, bool)> {
    let (name, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
    let argument = rest.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
    let Some(Says::Shortcode(kind)) = marks::find(Place::Shortcode, name).map(|mark| mark.says) else {
        let help = match marks::nearest(Place::Shortcode, name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "its words are shown; write what is meant instead".to_owned(),
        };
        page.note(
            Note::warning(Rule::Directive, format!("the shortcode `{name}` is unknown; it stands as text"))
                .at_line(line)
                .help(help),
        );
        return None;
    };
    let mut out = Fragment::new();
    match kind {
        Shortcode::Include => return Some((super::directive::include(argument, line, page), true)),
        Shortcode::Embed => {
            let input = rest.contains("echo=true");
            return Some((reference::embed(argument, (input, true), line, page), true));
        }
        Shortcode::Meta => out.text(&value(argument, &page.context.clone().front, (name, line), page)?),
        Shortcode::Var => out.text(&value(argument, &page.context.clone().variables, (name, line), page)?),
        Shortcode::Video => {
            let is_url = argument.contains("://");
            out.markup("<p class=\"output-label\">");
            if is_url {
                out.markup("<a");
                out.slot(Slot::Href(link(argument, page, line)));
                out.markup(">");
                out.text(argument);
                out.markup("</a>");
            } else {
                out.markup("<video controls preload=\"none\"");
                out.slot(Slot::Src(link(argument, page, line)));
                out.markup("></video>");
            }
            out.markup("</p>\n");
            return Some((out, true));
        }
        Shortcode::Keys => {
            out.markup("<kbd>");
            out.text(rest.trim());
            out.markup("</kbd>");
        }
        Shortcode::Silent => return Some((out, true)),
    }
    Some((out, false))
}

/// A value at a dotted path.
fn value(
    path: &str,
    map: &serde_json::Map<String, serde_json::Value>,
    (name, line): (&str, u32),
    page: &mut PageState,
) -> Option<String> {
    let mut parts = path.split('.');
    let mut found = map.get(parts.next().unwrap_or_default());
    for part in parts {
        found = found.and_then(|value| value.get(part));
    }
    match found {
        Some(serde_json::Value::String(text)) if page.take_in(text.len()) => Some(text.clone()),
        Some(other) if !other.is_object() && !other.is_array() && !other.is_string() => {
            Some(other.to_string())
        }
        _ => {
            page.note(
                Note::warning(Rule::Directive, format!("`{name} {path}` names no value; it stands as text"))
                    .at_line(line)
                    .help("add the value, or mend the name"),
            );
            None
        }
    }
}
