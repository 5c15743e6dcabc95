//! The frames that content stands in, whatever dialect asks for them: figures with captions,
//! columns, tabs, folds, admonitions, things beside the text. One vocabulary, which themes dress.
//!
//! ```html
//! <figure class="figure" id="…">…<figcaption><span class="caption-number">Figure 1</span> …</figcaption></figure>
//! <div class="layout" style="--columns:2">…</div>
//! <div class="tabs"><input type="radio"><label>…</label><div class="tab">…</div>…</div>
//! <details class="fold fold-dropdown"><summary>…</summary>…</details>
//! <div class="admonition admonition-tip"><p class="admonition-title">…</p>…</div>
//! ```

use super::fragment::{Fragment, Label};
use super::page::{PageState, slug};
use super::target::{Kind, Target};
use crate::notebook::marks::Admonition;

/// A caption with what is numbered and named.
#[derive(Default)]
pub(super) struct Caption {
    /// What it says; empty where only the number stands.
    pub(super) text: Fragment,
    /// The same as plain text.
    pub(super) plain: String,
    /// The name of what it belongs to.
    pub(super) label: Option<String>,
    /// What kind of thing that is.
    pub(super) kind: Option<Kind>,
    /// Whether it is numbered although it has no name.
    pub(super) numbered: bool,
    /// The number that it has already.
    pub(super) number: Option<u32>,
    /// Whether it stands above.
    pub(super) top: bool,
    /// More classes.
    pub(super) class: &'static str,
}

/// `inner` as a figure with its caption. The name, the number and the anchor go to `page`.
pub(super) fn figure(inner: Fragment, caption: Caption, page: &mut PageState) -> Fragment {
    let Caption { text, plain, label, kind, numbered, number, top, class } = caption;
    let kind = kind.unwrap_or(Kind::Figure);
    // A part of a panel has a letter behind the panel's number.
    if let Some(panel) = page.panel.as_mut().filter(|_| kind == Kind::Figure && number.is_none()) {
        let letter = char::from(b'a' + panel.1.min(25));
        panel.1 += 1;
        let named = format!("{}{letter}", panel.0);
        return part(inner, (text, plain), (letter, named, label), page);
    }
    let number = number.or_else(|| (numbered || label.is_some()).then(|| page.numbers.next(kind)));
    let mut out = Fragment::new();
    out.markup("<figure class=\"figure");
    if top {
        out.markup(" caption-top");
    }
    out.markup(class);
    out.markup("\"");
    if let Some(label) = &label {
        let anchor = page.name(label, kind, (number.map(|n| n.to_string()).unwrap_or_default(), plain));
        if let Some(anchor) = anchor {
            out.markup(" id=\"");
            out.attribute(&anchor);
            out.markup("\"");
        }
    }
    out.markup(">");
    let mut head = Fragment::new();
    if !text.is_empty() || number.is_some() {
        head.markup("<figcaption>");
        if let Some(number) = number {
            head.markup("<span class=\"caption-number\">");
            head.label(match kind {
                Kind::Table => Label::Table(number),
                Kind::Listing => Label::Listing(number),
                _ => Label::Figure(number),
            });
            head.markup("</span> ");
        }
        head.append(text);
        head.markup("</figcaption>");
    }
    if top {
        out.append(head);
        out.append(inner);
    } else {
        out.append(inner);
        out.append(head);
    }
    out.markup("</figure>\n");
    out
}

/// A theorem, a proof, an exercise.
pub(super) struct Statement<'a> {
    /// What it is.
    pub(super) word: &'a str,
    /// Its name.
    pub(super) label: Option<&'a str>,
    /// Its title; may be empty.
    pub(super) title: Fragment,
    /// Whether it is numbered.
    pub(super) counts: bool,
    /// Whether it starts folded.
    pub(super) folds: bool,
}

/// The beginning of a statement: its kind, its number, its title; and whether it folds.
pub(super) fn statement_head(statement: Statement<'_>, page: &mut PageState) -> (Fragment, bool) {
    let Statement { word, label, title, counts, folds } = statement;
    let number = if counts { page.numbers.next(Kind::Statement).to_string() } else { String::new() };
    let capital: String =
        word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    let name = format!("{capital} {number}").trim().to_owned();
    let (frame, head) = if folds { ("details", "summary") } else { ("div", "p") };
    let mut out = Fragment::new();
    out.markup(&format!("<{frame} class=\"statement statement-{}\"", slug(word)));
    let anchor = label.and_then(|label| page.name(label, Kind::Statement, (number, name.clone())));
    if let Some(anchor) = anchor {
        out.markup(" id=\"");
        out.attribute(&anchor);
        out.markup("\"");
    }
    out.markup(&format!("><{head} class=\"statement-title\"><strong>"));
    out.text(&name);
    out.markup("</strong>");
    if !title.is_empty() {
        out.markup(" (");
        out.append(title);
        out.markup(")");
    }
    out.markup(&format!("</{head}>\n"));
    (out, folds)
}

/// A statement with what it says.
pub(super) fn statement((head, folds): (Fragment, bool), inner: Fragment) -> Fragment {
    let mut out = head;
    out.append(inner);
    out.markup(if folds { "</details>\n" } else { "</div>\n" });
    out
}

/// A figure in a panel: `(a)` and its caption.
fn part(
    inner: Fragment,
    (text, plain): (Fragment, String),
    (letter, number, label): (char, String, Option<String>),
    page: &mut PageState,
) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<figure class=\"figure part\"");
    let anchor = label.and_then(|label| page.name(&label, Kind::Figure, (number, plain)));
    if let Some(anchor) = anchor {
        out.markup(" id=\"");
        out.attribute(&anchor);
        out.markup("\"");
    }
    out.markup(">");
    out.append(inner);
    out.markup("<figcaption>");
    out.text(&format!("({letter}) "));
    out.append(text);
    out.markup("</figcaption></figure>\n");
    out
}

/// `parts` beside each other in columns of the same width.
pub(super) fn columns(parts: Vec<Fragment>, columns: u8) -> Fragment {
    let mut out = Fragment::new();
    out.markup(&format!("<div class=\"layout\" style=\"--columns:{columns}\">"));
    for part in parts {
        out.markup("<div class=\"layout-part\">");
        out.append(part);
        out.markup("</div>");
    }
    out.markup("</div>\n");
    out
}

/// `parts` in rows, whose columns have the given weights; what is left over stands below.
pub(super) fn grid(parts: Vec<Fragment>, rows: &[Vec<u16>]) -> Fragment {
    let mut out = Fragment::new();
    let mut parts = parts.into_iter();
    for row in rows {
        let widths: Vec<String> = row.iter().map(|weight| format!("minmax(0,{weight}fr)")).collect();
        let here: Vec<Fragment> = parts.by_ref().take(row.len()).collect();
        if here.is_empty() {
            break;
        }
        out.markup(&format!("<div class=\"layout\" style=\"grid-template-columns:{}\">", widths.join(" ")));
        for part in here {
            out.markup("<div class=\"layout-part\">");
            out.append(part);
            out.markup("</div>");
        }
        out.markup("</div>\n");
    }
    for part in parts {
        out.append(part);
    }
    out
}

/// Tabs, the first of which is open. They work without scripts: each is a radio button.
pub(super) fn tabs(tabs: Vec<(Fragment, Fragment)>, page: &mut PageState) -> Fragment {
    let mut out = Fragment::new();
    let group = page.next_group();
    let cell = page.at.number;
    out.markup("<div class=\"tabs\">");
    for (number, (title, inner)) in tabs.into_iter().enumerate() {
        let id = format!("b:tab{cell}.{group}.{number}");
        let checked = if number == 0 { " checked" } else { "" };
        out.markup(&format!(
            "<input type=\"radio\" name=\"b:tab{cell}.{group}\" id=\"{id}\"{checked}><label for=\"{id}\">"
        ));
        out.append(title);
        out.markup("</label><div class=\"tab\">\n");
        out.append(inner);
        out.markup("</div>");
    }
    out.markup("</div>\n");
    out
}

/// A fold with a title of its author's.
pub(super) fn dropdown(title: Fragment, inner: Fragment, open: bool) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<details class=\"fold fold-dropdown\"");
    out.markup(if open { " open><summary>" } else { "><summary>" });
    if title.is_empty() {
        out.label(Label::Details)
    } else {
        out.append(title)
    }
    out.markup("</summary>\n");
    out.append(inner);
    out.markup("</details>\n");
    out
}

/// How an admonition is shown.
pub(super) struct Box {
    pub(super) kind: Admonition,
    /// A title in place of the usual one.
    pub(super) title: Fragment,
    /// Folded, and whether it is open at first.
    pub(super) fold: Option<bool>,
}

/// The class and the usual title of an admonition.
fn look(kind: Admonition) -> (&'static str, Option<Label>) {
    match kind {
        Admonition::Note => ("note", Some(Label::Note)),
        Admonition::Tip => ("tip", Some(Label::Tip)),
        Admonition::Important => ("important", Some(Label::Important)),
        Admonition::Warning => ("warning", Some(Label::Warning)),
        Admonition::Caution => ("caution", Some(Label::Caution)),
        Admonition::Danger => ("caution", Some(Label::Danger)),
        Admonition::Attention => ("warning", Some(Label::Attention)),
        Admonition::Hint => ("tip", Some(Label::Hint)),
        Admonition::Error => ("caution", Some(Label::Error)),
        Admonition::SeeAlso => ("seealso", Some(Label::SeeAlso)),
        Admonition::Todo => ("todo", Some(Label::Todo)),
        Admonition::Plain => ("plain", None),
    }
}

/// An admonition.
pub(super) fn admonition(frame: Box, inner: Fragment) -> Fragment {
    let Box { kind, title, fold } = frame;
    let (class, label) = look(kind);
    let mut head = Fragment::new();
    if !title.is_empty() {
        head.append(title);
    } else if let Some(label) = label {
        head.label(label);
    }
    let mut out = Fragment::new();
    match fold {
        Some(open) => {
            let open = if open { " open" } else { "" };
            out.markup(&format!(
                "<details class=\"admonition admonition-{class}\"{open}><summary class=\"admonition-title\">"
            ));
            out.append(head);
            out.markup("</summary>\n");
            out.append(inner);
            out.markup("</details>\n");
        }
        None => {
            out.markup(&format!("<div class=\"admonition admonition-{class}\">\n"));
            if !head.is_empty() {
                out.markup("<p class=\"admonition-title\">");
                out.append(head);
                out.markup("</p>\n");
            }
            out.append(inner);
            out.markup("</div>\n");
        }
    }
    out
}

/// Something beside the text.
pub(super) fn aside(title: Fragment, inner: Fragment) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<aside class=\"aside\">");
    if !title.is_empty() {
        out.markup("<p class=\"aside-title\">");
        out.append(title);
        out.markup("</p>\n");
    }
    out.append(inner);
    out.markup("</aside>\n");
    out
}

/// A place that links can aim at, without a look of its own.
pub(super) fn anchor(id: &str) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<span class=\"alias\" id=\"");
    out.attribute(id);
    out.markup("\"></span>");
    out
}

impl PageState {
    /// Gives something a name: what references need goes into the outline. Back comes the anchor,
    /// unless it stands on the page already or cannot be one.
    pub(super) fn name(
        &mut self,
        label: &str,
        kind: Kind,
        (number, title): (String, String),
    ) -> Option<String> {
        let label = label.trim();
        let sound = !label.is_empty()
            && label.len() <= 200
            && !label.contains(char::is_whitespace)
            && !label.starts_with("b:")
            && !label.starts_with("cell-id=");
        if !sound {
            return None;
        }
        if !self.named.insert(label.to_owned()) {
            self.note(
                crate::diagnostic::Note::warning(
                    crate::diagnostic::Rule::Reference,
                    format!("the name `{label}` stands twice; references lead to the first"),
                )
                .help("give one of the two another name"),
            );
        } else {
            self.targets.push(Target {
                label: label.to_owned(),
                anchor: label.to_owned(),
                kind,
                number,
                title,
            });
        }
        self.anchors.take_authors(label).then(|| label.to_owned())
    }
}
