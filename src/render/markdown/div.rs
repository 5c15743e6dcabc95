//! Containers of Pandoc and Quarto, which are named by their classes: callouts, tabs, columns,
//! figures, content for one format.

use super::super::fragment::Fragment;
use super::super::frame::{self, Caption};
use super::super::page::PageState;
use super::super::target::{self, Kind};
use super::super::weave::text_of;
use super::attributes::Attributes;
use super::{line as one_line, nested};
use crate::diagnostic::{Note, Rule};
use crate::notebook::marks::Admonition;
use crate::notebook::{Fence, closes_container};

/// Shows a container by its attributes (without their opening brace).
pub(super) fn show(attributes: &str, text: &str, line: u32, page: &mut PageState) -> Fragment {
    let Some((attributes, _)) = Attributes::read(&format!("{{{attributes}")) else {
        return nested(text, line, page);
    };
    if attributes.is_for_others() {
        return Fragment::new();
    }
    let slip = attributes
        .classes
        .iter()
        .find(|class| class.starts_with("callout-") && callout(&attributes).is_none());
    if let Some(class) = slip {
        page.note(
            Note::warning(Rule::Directive, format!("`.{class}` is no callout; its text is shown"))
                .at_line(line)
                .help("there are `callout-note`, `-tip`, `-important`, `-warning` and `-caution`"),
        );
    }
    if let Some(kind) = callout(&attributes) {
        return callout_box(kind, &attributes, (text, line), page);
    }
    if attributes.has("panel-tabset") {
        return tabset(text, line, page);
    }
    let margin = ["column-margin", "margin", "aside"].iter().any(|class| attributes.has(class));
    if margin {
        let inner = nested(text, line, page);
        return frame::aside(Fragment::new(), inner);
    }
    let named = attributes.id.as_deref().and_then(target::kind_of).filter(|kind| *kind != Kind::Section);
    if named == Some(Kind::Statement) {
        return statement(&attributes, (text, line), page);
    }
    if let Some(columns) = layout(&attributes, text) {
        let (content, caption) = match named {
            Some(_) => split_caption(&attributes, text),
            None => (text, String::new()),
        };
        // The panel counts before its parts.
        let number = named.filter(|kind| *kind == Kind::Figure).map(|kind| page.numbers.next(kind));
        let around = std::mem::replace(&mut page.panel, number.map(|number| (number, 0)));
        let inner = match columns {
            Columns::Inner => columns_of(content, line, page),
            Columns::Count(count) => frame::columns(parts_of(content, line, page), count),
            Columns::Grid(rows) => frame::grid(parts_of(content, line, page), &rows),
        };
        page.panel = around;
        return match named {
            Some(kind) => framed(inner, (kind, number), (&attributes, &caption), page),
            None => inner,
        };
    }
    if let Some(kind) = named {
        let (content, caption) = split_caption(&attributes, text);
        let inner = nested(content, line, page);
        return framed(inner, (kind, None), (&attributes, &caption), page);
    }
    let mut out = Fragment::new();
    if let Some(id) = &attributes.id
        && let Some(anchor) = page.name(id, Kind::Spot, Default::default())
    {
        out.append(frame::anchor(&anchor));
    }
    let wide = attributes
        .classes
        .iter()
        .any(|class| class.starts_with("column-page") || class.starts_with("column-screen"));
    if wide {
        out.markup("<div class=\"cell-wide\">\n");
        out.append(nested(text, line, page));
        out.markup("</div>\n");
    } else {
        out.append(nested(text, line, page));
    }
    out
}

fn callout(attributes: &Attributes) -> Option<Admonition> {
    attributes.classes.iter().find_map(|class| {
        Some(match class.strip_prefix("callout-")? {
            "note" => Admonition::Note,
            "tip" => Admonition::Tip,
            "important" => Admonition::Important,
            "warning" => Admonition::Warning,
            "caution" => Admonition::Caution,
            _ => return None,
        })
    })
}

/// A callout: its title stands in its attributes or is the heading that it begins with.
fn callout_box(
    kind: Admonition,
    attributes: &Attributes,
    (text, line): (&str, u32),
    page: &mut PageState,
) -> Fragment {
    let fold = attributes.get("collapse").map(|value| value == "false");
    let body = text.trim_start_matches('\n');
    let heading =
        body.strip_prefix('#').map(|rest| rest.trim_start_matches('#')).filter(|rest| rest.starts_with(' '));
    let (title, body) = match (attributes.get("title"), heading) {
        (Some(title), _) => (one_line(title, page), body),
        (None, Some(rest)) => {
            let (title, rest) = rest.split_once('\n').unwrap_or((rest, ""));
            (one_line(title, page), rest)
        }
        (None, None) => (Fragment::new(), body),
    };
    let inner = nested(body, line, page);
    let mut out = Fragment::new();
    if let Some(id) = &attributes.id
        && let Some(anchor) = page.name(id, Kind::Statement, Default::default())
    {
        out.append(frame::anchor(&anchor));
    }
    out.append(frame::admonition(frame::Box { kind, title, fold }, inner));
    out
}

/// Tabs: one for each heading of the highest level inside.
fn tabset(text: &str, line: u32, page: &mut PageState) -> Fragment {
    let level = |line: &str| {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        (level > 0 && line[level..].starts_with(' ')).then_some(level)
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut heads: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        match code_end(&lines, at) {
            Some(end) => at = end,
            None => {
                heads.extend(level(lines[at]).map(|level| (at, level)));
                at += 1;
            }
        }
    }
    let Some(top) = heads.iter().map(|(_, level)| *level).min() else { return nested(text, line, page) };
    let starts: Vec<usize> =
        heads.iter().filter(|(_, level)| *level == top).map(|(number, _)| *number).collect();
    let mut out = nested(&lines[..starts[0]].join("\n"), line, page);
    let mut tabs = Vec::new();
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(lines.len());
        let title = lines[*start][top..].split(" {").next().unwrap_or_default();
        let title = one_line(title, page);
        let below = line + u32::try_from(start + 1).unwrap_or(0);
        tabs.push((title, nested(&lines[start + 1..end].join("\n"), below, page)));
    }
    out.append(frame::tabs(tabs, page));
    out
}

enum Columns {
    /// Each container inside is a column.
    Inner,
    Count(u8),
    Grid(Vec<Vec<u16>>),
}

fn layout(attributes: &Attributes, text: &str) -> Option<Columns> {
    if attributes.has("columns") {
        return Some(Columns::Inner);
    }
    let count = |text: &str| text.trim().parse::<u8>().ok().filter(|count| (1..=12).contains(count));
    if let Some(columns) = attributes.get("layout-ncol").and_then(count) {
        return Some(Columns::Count(columns));
    }
    if let Some(rows) = attributes.get("layout-nrow").and_then(count) {
        let parts = blocks(text).len().div_ceil(usize::from(rows)).clamp(1, 12);
        return Some(Columns::Count(u8::try_from(parts).unwrap_or(12)));
    }
    let value: serde_json::Value = serde_json::from_str(attributes.get("layout")?).ok()?;
    let list = value.as_array()?;
    let row = |row: &serde_json::Value| -> Option<Vec<u16>> {
        row.as_array()?.iter().map(|width| Some(width.as_f64()?.abs().clamp(1.0, 1000.0) as u16)).collect()
    };
    let rows: Vec<Vec<u16>> = if list.iter().all(serde_json::Value::is_array) {
        list.iter().filter_map(row).collect()
    } else {
        row(&value).into_iter().collect()
    };
    Some(Columns::Grid(rows.into_iter().filter(|row| (1..=12).contains(&row.len())).collect()))
}

/// `.columns`: each `.column` inside with its width.
fn columns_of(text: &str, line: u32, page: &mut PageState) -> Fragment {
    let mut parts = Vec::new();
    let mut widths = Vec::new();
    for (part, at) in blocks(text) {
        if let Some(width) = part.lines().next().and_then(|first| first.split("width=").nth(1)) {
            let digits: String =
                width.trim_start_matches(['"', '\'']).chars().take_while(char::is_ascii_digit).collect();
            widths.extend(digits.parse::<u16>().ok().filter(|width| *width > 0));
        }
        parts.push(nested(&part, line + at, page));
    }
    if widths.len() == parts.len() && (1..=12).contains(&parts.len()) {
        return frame::grid(parts, &[widths]);
    }
    let count = u8::try_from(parts.len().clamp(1, 12)).unwrap_or(1);
    frame::columns(parts, count)
}

/// The top-level blocks of a text, parted by blank lines; containers and fences stay whole.
fn blocks(text: &str) -> Vec<(String, u32)> {
    let mut found: Vec<(String, u32)> = Vec::new();
    let mut current = String::new();
    let lines: Vec<&str> = text.lines().collect();
    let (mut depth, mut begins, mut at) = (0_usize, 0, 0);
    while at < lines.len() {
        let from = at;
        let line = lines[at];
        at = code_end(&lines, at).unwrap_or(at + 1);
        let closes = closes_container(line);
        if closes {
            depth = depth.saturating_sub(1);
        } else if Fence::of(line).is_some_and(|fence| fence.mark == ':') {
            depth += 1;
        }
        if line.trim().is_empty() && depth == 0 {
            if !current.trim().is_empty() {
                found.push((std::mem::take(&mut current), begins));
            }
            current.clear();
            continue;
        }
        if current.is_empty() {
            begins = u32::try_from(from).unwrap_or(0);
        }
        for line in &lines[from..at] {
            current.push_str(line);
            current.push('\n');
        }
        // A container that ends is a block, whatever follows.
        if depth == 0 && closes {
            found.push((std::mem::take(&mut current), begins));
        }
    }
    if !current.trim().is_empty() {
        found.push((current, begins));
    }
    found
}

/// The line behind the block of code that begins at a line.
fn code_end(lines: &[&str], at: usize) -> Option<usize> {
    let fence = Fence::of(lines[at]).filter(|fence| fence.mark != ':')?;
    Some((at + 2 + fence.inside(&lines[at + 1..])).min(lines.len()))
}

fn parts_of(text: &str, line: u32, page: &mut PageState) -> Vec<Fragment> {
    blocks(text).into_iter().map(|(part, at)| nested(&part, line + at, page)).collect()
}

/// What a container with a name holds, and its caption: an attribute, or its last paragraph.
fn split_caption<'t>(attributes: &Attributes, text: &'t str) -> (&'t str, String) {
    let body = text.trim_end();
    match attributes.get("lst-cap").or(attributes.get("fig-cap")).or(attributes.get("tbl-cap")) {
        Some(caption) => (body, caption.to_owned()),
        None => match body.rsplit_once("\n\n") {
            Some((content, caption)) if !caption.trim_start().starts_with([':', '`', '|', '!']) => {
                (content, caption.to_owned())
            }
            _ => (body, String::new()),
        },
    }
}

/// A container with a name as a figure, a table or a listing.
fn framed(
    inner: Fragment,
    (kind, number): (Kind, Option<u32>),
    (attributes, caption): (&Attributes, &str),
    page: &mut PageState,
) -> Fragment {
    let shown = one_line(caption, page);
    let caption = Caption {
        plain: text_of(shown.html()),
        text: shown,
        label: attributes.id.clone(),
        kind: Some(kind),
        number,
        top: matches!(kind, Kind::Table | Kind::Listing),
        ..Caption::default()
    };
    frame::figure(inner, caption, page)
}

/// A theorem and the like: its kind by its name, its title in a heading.
fn statement(attributes: &Attributes, (text, line): (&str, u32), page: &mut PageState) -> Fragment {
    let label = attributes.id.clone().unwrap_or_default();
    let word = match label.split('-').next().unwrap_or_default() {
        "thm" => "theorem",
        "lem" => "lemma",
        "cor" => "corollary",
        "prp" => "proposition",
        "cnj" => "conjecture",
        "def" => "definition",
        "exm" => "example",
        "exr" => "exercise",
        "sol" => "solution",
        "alg" => "algorithm",
        _ => "remark",
    };
    let body = text.trim_start_matches('\n');
    let heading = body.strip_prefix('#').map(|rest| rest.trim_start_matches('#'));
    let (title, body) = match heading.filter(|rest| rest.starts_with(' ')) {
        Some(rest) => rest.split_once('\n').unwrap_or((rest, "")),
        None => (attributes.get("name").unwrap_or_default(), body),
    };
    let title = one_line(title, page);
    let named =
        frame::Statement { word, label: Some(&label), title, counts: word != "solution", folds: false };
    let head = frame::statement_head(named, page);
    let inner = nested(body, line, page);
    frame::statement(head, inner)
}
