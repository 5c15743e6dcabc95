//! The outputs of one cell together: figures and tables with captions, columns, tabs, pairs for
//! the two colour modes, text that is Markdown of the page.

use super::cell::CellStyle;
use super::fragment::{Fragment, Label, Slot};
use super::frame::{self, Caption};
use super::output::{self, OutputStyle};
use super::page::PageState;
use super::target::{self, Kind};
use super::{ansi, markdown};
use crate::notebook::{CaptionPlace, Cell, CellOptions, Code, Layout, MimeBundle, Output};

/// Renders the outputs of a cell; nothing where there is nothing to see.
pub(super) fn render(cell: &Cell, code: &Code, style: CellStyle<'_>, page: &mut PageState) -> Fragment {
    let options = &cell.options;
    let mut parts: Vec<Fragment> = Vec::new();
    let merged;
    let outputs = if options.merge_streams {
        merged = merge(&code.outputs);
        &merged
    } else {
        &code.outputs
    };
    let has_picture =
        outputs.iter().any(|output| matches!(output, Output::Data { bundle, .. } if is_picture(bundle)));
    let mut pictures = 0;
    for output in outputs {
        if has_picture && is_leftover(output) {
            continue;
        }
        let alts = &options.captions.alts;
        let alt = alts.get(pictures).or(alts.first().filter(|_| alts.len() == 1)).map(String::as_str);
        let own =
            OutputStyle { options: style.outputs, scroll: options.scroll_output, alt, size: size(options) };
        let shown = match text_of(output).filter(|_| options.as_is) {
            Some(text) => Some(markdown::render(&ansi::strip(text), page)),
            None => output::render(output, &own, page),
        };
        pictures += usize::from(matches!(output, Output::Data { bundle, .. } if is_picture(bundle)));
        if let Some(shown) = shown.filter(|shown| !shown.is_empty()) {
            parts.push(shown);
        }
    }
    if parts.is_empty() {
        // A figure that was never drawn has its number and its caption all the same.
        let awaits = options.label.as_deref().and_then(target::kind_of).is_some()
            && (options.captions.figure.is_some() || options.captions.table.is_some());
        return if awaits { captioned(Fragment::new(), cell, None, page) } else { Fragment::new() };
    }
    if let Some(place) = options.thumbnail {
        page.thumbnail = thumbnail(&parts, place);
    }
    if let Some(target) = &options.frame.link {
        parts = parts.into_iter().map(|part| linked(part, target, page)).collect();
    }
    // Behind tabs captions of parts are the titles.
    let is_panel = !options.captions.parts.is_empty() && options.frame.layout != Some(Layout::Tabs);
    let is_named = options.label.as_deref().and_then(target::kind_of) == Some(Kind::Figure);
    // The panel counts before its parts.
    let number = (is_panel && is_named).then(|| page.numbers.next(Kind::Figure));
    if is_panel {
        parts = with_captions(parts, options, number, page);
    }
    let inner = arranged(parts, options, page);
    captioned(inner, cell, number, page)
}

/// The picture of one output, counted from the end where the place is negative; of none, the last.
fn thumbnail(parts: &[Fragment], place: i64) -> Option<String> {
    let picture = |part: &Fragment| {
        part.slots().iter().find_map(|(_, slot)| match slot {
            Slot::Asset(name)
                if [".png", ".jpg", ".svg", ".gif", ".webp"].iter().any(|end| name.ends_with(end)) =>
            {
                Some(name.clone())
            }
            _ => None,
        })
    };
    let wanted = usize::try_from(place).ok().and_then(|place| parts.get(place)).and_then(picture);
    wanted.or_else(|| parts.iter().rev().find_map(picture))
}

/// Width and height as CSS for pictures.
fn size(options: &CellOptions) -> String {
    let frame = &options.frame;
    let mut css = String::new();
    for (key, value) in [("width", &frame.width), ("height", &frame.height)] {
        if let Some(value) = value {
            css.push_str(&format!("{key}:{value};"));
        }
    }
    css
}

/// All that was printed to one stream, where it was first printed to.
fn merge(outputs: &[Output]) -> Vec<Output> {
    let mut merged: Vec<Output> = Vec::new();
    for output in outputs {
        if let Output::Stream { name, text } = output {
            let known = merged.iter_mut().find_map(|known| match known {
                Output::Stream { name: other, text } if other == name => Some(text),
                _ => None,
            });
            if let Some(known) = known {
                known.push_str(text);
                continue;
            }
        }
        merged.push(output.clone());
    }
    merged
}

fn is_picture(bundle: &MimeBundle) -> bool {
    bundle.0.iter().any(|(mime, _)| mime.starts_with("image/"))
}

/// Text that a plotting call leaves beside its picture (mystmd's `matplotlib_strings`).
fn is_leftover(output: &Output) -> bool {
    let Output::Data { bundle, .. } = output else { return false };
    let [(mime, _)] = bundle.0.as_slice() else { return false };
    let Some(text) = bundle.text("text/plain").filter(|_| mime == "text/plain").map(str::trim) else {
        return false;
    };
    let named = ["<matplotlib.", "[<matplotlib.", "<Figure ", "<AxesSubplot", "<Axes", "<seaborn."];
    named.iter().any(|start| text.starts_with(start))
        || (text.starts_with("(array(") && text.contains("<BarContainer"))
        || (text.starts_with("Text(") && text.ends_with(')'))
}

/// What a program printed or a call gave back as plain text or Markdown.
fn text_of(output: &Output) -> Option<&str> {
    match output {
        Output::Stream { name: crate::notebook::StreamName::Stdout, text } => Some(text),
        Output::Data { bundle, .. } => match bundle.0.as_slice() {
            [(mime, _)] if mime == "text/plain" => bundle.text("text/plain"),
            _ => None,
        },
        _ => None,
    }
}

fn linked(part: Fragment, target: &str, page: &PageState) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<a");
    out.slot(Slot::Href(super::page::link(target, page, 1)));
    out.markup(">");
    out.append(part);
    out.markup("</a>");
    out
}

/// Each output with the caption that the cell gives it, as the parts of a panel of that number.
fn with_captions(
    parts: Vec<Fragment>,
    options: &CellOptions,
    number: Option<u32>,
    page: &mut PageState,
) -> Vec<Fragment> {
    let around = page.panel.replace((number.unwrap_or_default(), 0));
    let one = |(place, part): (usize, Fragment)| {
        let Some(text) = options.captions.parts.get(place) else { return part };
        let label = options.label.as_ref().filter(|_| number.is_some());
        let caption = Caption {
            text: markdown::line(text, page),
            plain: text.clone(),
            label: label.map(|label| format!("{label}-{}", place + 1)),
            kind: Some(Kind::Figure),
            ..Caption::default()
        };
        frame::figure(part, caption, page)
    };
    let parts = parts.into_iter().enumerate().map(one).collect();
    page.panel = around;
    parts
}

/// The outputs as the cell lays them out.
fn arranged(parts: Vec<Fragment>, options: &CellOptions, page: &mut PageState) -> Fragment {
    let modes = &options.frame.renderings;
    if modes.len() > 1 && parts.len() == modes.len() {
        let mut out = Fragment::new();
        for (part, mode) in parts.into_iter().zip(modes) {
            out.markup(if mode == "dark" {
                "<div class=\"only-dark\">"
            } else {
                "<div class=\"only-light\">"
            });
            out.append(part);
            out.markup("</div>\n");
        }
        return out;
    }
    match &options.frame.layout {
        Some(Layout::Columns(columns)) => frame::columns(parts, *columns),
        Some(Layout::Rows(rows)) => {
            let columns = parts.len().div_ceil(usize::from(*rows)).clamp(1, 12);
            frame::columns(parts, u8::try_from(columns).unwrap_or(12))
        }
        Some(Layout::Grid(rows)) => frame::grid(parts, rows),
        Some(Layout::Tabs) => {
            let names = &options.captions.parts;
            let titled = parts.into_iter().enumerate().map(|(place, part)| {
                let mut title = Fragment::new();
                match names.get(place) {
                    Some(name) => title.text(name),
                    None => title.label(Label::Tab(u32::try_from(place + 1).unwrap_or(0))),
                }
                (title, part)
            });
            frame::tabs(titled.collect(), page)
        }
        None => {
            let mut out = Fragment::new();
            for part in parts {
                out.append(part);
            }
            out
        }
    }
}

/// All outputs as a figure or a table, where the cell gives them a caption or such a name.
fn captioned(inner: Fragment, cell: &Cell, number: Option<u32>, page: &mut PageState) -> Fragment {
    let options = &cell.options;
    let captions = &options.captions;
    let named = options
        .label
        .as_deref()
        .and_then(target::kind_of)
        .filter(|kind| matches!(kind, Kind::Figure | Kind::Table));
    let kind = match (named, &captions.figure, &captions.table) {
        (Some(kind), ..) => kind,
        (None, Some(_), _) => Kind::Figure,
        (None, None, Some(_)) => Kind::Table,
        (None, None, None) => return inner,
    };
    let text = match kind {
        Kind::Table => captions.table.as_ref().or(captions.figure.as_ref()),
        _ => captions.figure.as_ref().or(captions.table.as_ref()),
    };
    let text = text.cloned().unwrap_or_default();
    let top = match captions.place {
        CaptionPlace::Usual => kind == Kind::Table,
        CaptionPlace::Top => true,
        CaptionPlace::Bottom => false,
    };
    let caption = Caption {
        text: markdown::line(&text, page),
        plain: text,
        label: options.label.clone(),
        kind: Some(kind),
        number,
        top,
        ..Caption::default()
    };
    frame::figure(inner, caption, page)
}
