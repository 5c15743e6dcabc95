//! What is too large.

use std::collections::HashMap;

use super::{Desk, in_cell};
use crate::diagnostic::{Note, Rule, Severity};
use crate::digest::Digest;
use crate::notebook::{Cell, CellKind, MimeBundle, MimeData, Output};

/// Asks a notebook.
pub(super) fn ask(desk: &mut Desk<'_>) {
    let limits = desk.asked.limits;
    if desk.bytes > limits.notebook {
        let said = format!("the file has {}, and {} are allowed", size(desk.bytes), size(limits.notebook));
        desk.say(
            Note::warning(Rule::NotebookLarge, said)
                .help("clear outputs that nobody reads, or split the notebook"),
        );
    }
    let notebook = desk.notebook;
    let mut seen: HashMap<Digest, u32> = HashMap::new();
    for cell in &notebook.cells {
        for attachment in &cell.attachments {
            let what = format!("the attachment `{}`", attachment.name);
            pictures(cell, &attachment.bundle, &what, desk);
        }
        match &cell.kind {
            CellKind::Markdown => inline(cell, desk),
            CellKind::Code(code) => {
                for (number, output) in (1..).zip(&code.outputs) {
                    one(cell, (number, output), desk);
                    repeated(cell, output, &mut seen, desk);
                }
            }
            CellKind::Raw(_) => {}
        }
    }
}

fn is_picture(mime: &str) -> bool {
    mime.starts_with("image/") && !mime.starts_with("image/svg")
}

/// Pictures of a bundle that are over their budget.
fn pictures(cell: &Cell, bundle: &MimeBundle, what: &str, desk: &mut Desk<'_>) {
    let most = desk.asked.limits.image;
    for (mime, data) in bundle.0.iter().filter(|(mime, _)| is_picture(mime)) {
        let MimeData::Text(base64) = data else { continue };
        let bytes = base64.len() / 4 * 3;
        if bytes > most {
            let said =
                format!("{what} is a picture ({mime}) of {}, and {} are allowed", size(bytes), size(most));
            let note = in_cell(Severity::Warning, Rule::ImageLarge, cell, said);
            desk.say(note.help("save it as JPEG or WebP, or at a lower resolution"));
        }
    }
}

fn one(cell: &Cell, (number, output): (usize, &Output), desk: &mut Desk<'_>) {
    let bytes = match output {
        Output::Stream { text, .. } => text.len(),
        Output::Error { traceback, message, .. } => {
            traceback.iter().map(String::len).sum::<usize>() + message.len()
        }
        Output::Data { bundle, .. } => {
            pictures(cell, bundle, &format!("output {number}"), desk);
            MimeBundle(bundle.0.iter().filter(|(mime, _)| !is_picture(mime)).cloned().collect()).size()
        }
    };
    let most = desk.asked.limits.output;
    if bytes > most {
        let said = format!("output {number} has {}, and {} are allowed", size(bytes), size(most));
        let note = in_cell(Severity::Warning, Rule::OutputLarge, cell, said);
        desk.say(note.help("print less, show a picture, or clear the output"));
    }
}

/// An output that stood above already.
fn repeated(cell: &Cell, output: &Output, seen: &mut HashMap<Digest, u32>, desk: &mut Desk<'_>) {
    let least = desk.asked.limits.repeated;
    let largest = match output {
        Output::Stream { text, .. } => Some(text.as_str()),
        Output::Data { bundle, .. } => {
            // The same small picture twice is a lesson, not a weight.
            let texts = bundle.0.iter().filter_map(|(mime, data)| match data {
                MimeData::Text(text) if !is_picture(mime) || text.len() >= least * 10 => Some(text.as_str()),
                _ => None,
            });
            texts.max_by_key(|text| text.len())
        }
        Output::Error { .. } => None,
    };
    let Some(text) = largest.filter(|text| text.len() >= least) else { return };
    let first = *seen.entry(Digest::of(text.as_bytes())).or_insert(cell.at.number);
    if first != cell.at.number {
        let said = format!("the cell puts out the same {} as cell {first}", size(text.len()));
        let note = in_cell(Severity::Info, Rule::OutputRepeated, cell, said);
        desk.say(note.help("put it out once; a library that draws is loaded once"));
    }
}

/// Data in the middle of Markdown.
fn inline(cell: &Cell, desk: &mut Desk<'_>) {
    let most = desk.asked.limits.base64;
    if cell.source.len() <= most {
        return;
    }
    for (line, text) in (1..).zip(cell.source.lines()) {
        for (at, head) in text.match_indices(";base64,") {
            let is_data = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
            let length = text.as_bytes()[at + head.len()..].iter().take_while(|byte| is_data(byte)).count();
            if length > most {
                let said = format!("{} of base64 stand in the Markdown", size(length));
                let note = in_cell(Severity::Warning, Rule::Base64Inline, cell, said);
                desk.say(
                    note.at_line(line).help("save it as a file and link that, or paste it as an attachment"),
                );
            }
        }
    }
}

/// A number of bytes for people.
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
