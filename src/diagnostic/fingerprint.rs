//! What a finding is known by from one run to the next: not by its line, which shifts with every
//! edit above it.

use std::collections::HashMap;

use super::Diagnostic;
use crate::digest::Digest;

/// What is said without the counts in it; numbers in what is quoted are part of a name.
fn without_counts(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let said = parts.map(|(number, part)| match number % 2 {
        0 => part.chars().filter(|c| !c.is_ascii_digit()).collect(),
        _ => part.to_owned(),
    });
    said.collect::<Vec<String>>().join("`")
}

/// The fingerprints of findings, in their order: of the rule, the file, the cell's id, what is said
/// without its counts, and of several that are alike in all of these, which one it is.
pub fn fingerprints(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut seen: HashMap<Digest, u32> = HashMap::new();
    diagnostics
        .iter()
        .map(|diagnostic| {
            let note = &diagnostic.note;
            let cell = note.cell.as_ref().and_then(|cell| cell.id.as_deref()).unwrap_or_default();
            let said = without_counts(&note.message);
            let mark = note.mark.map(|mark| [mark]);
            let parts: [&[u8]; 6] = [
                note.rule.id().as_bytes(),
                diagnostic.file.as_str().as_bytes(),
                cell.as_bytes(),
                said.as_bytes(),
                note.kind.as_deref().unwrap_or_default().as_bytes(),
                mark.as_ref().map_or(&[], |mark| mark.as_slice()),
            ];
            let alike = Digest::of_parts(&parts);
            let number = seen.entry(alike).or_default();
            *number += 1;
            format!("{:.32}", Digest::of_parts(&[&alike.bytes(), &number.to_le_bytes()]))
        })
        .collect()
}
