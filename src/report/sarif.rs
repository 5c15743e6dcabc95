//! SARIF 2.1.0, by <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/>.

use serde_json::{Value, json};

use super::machine::{Machine, said};
use crate::diagnostic::{Diagnostic, Entry, Severity, fingerprints};
use crate::path::SitePath;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run of the check.
pub(super) fn report(machine: &Machine<'_>) -> Value {
    let entries: Vec<&Entry> = Entry::all().collect();
    let results =
        machine.diagnostics.iter().zip(fingerprints(machine.diagnostics)).map(|(diagnostic, print)| {
            let note = &diagnostic.note;
            let index = entries.iter().position(|entry| entry.rule == note.rule);
            let mut result = json!({
                "ruleId": note.rule.id(),
                "level": level(note.severity),
                "message": { "text": said(diagnostic) },
                "locations": [location(machine, diagnostic)],
                "partialFingerprints": { "bindery/v1": print },
            });
            if let (Some(index), Some(result)) = (index, result.as_object_mut()) {
                result.insert("ruleIndex".to_owned(), json!(index));
            }
            result
        });
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "bindery",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": entries.iter().map(|entry| rule(entry)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn rule(entry: &Entry) -> Value {
    json!({
        "id": entry.rule.id(),
        "name": entry.name,
        "shortDescription": { "text": entry.name },
        "fullDescription": { "text": entry.finds },
        "help": { "text": format!("{} {}", entry.why, entry.mend), "markdown": entry.text(1) },
        "defaultConfiguration": { "level": level(entry.severity.unwrap_or(Severity::Warning)) },
        "properties": { "tags": [entry.family.name().to_lowercase()] },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn location(machine: &Machine<'_>, diagnostic: &Diagnostic) -> Value {
    let note = &diagnostic.note;
    let path = machine.path(&diagnostic.file);
    let uri = SitePath::new(&path).filter(|path| !path.is_root()).map_or(path, |path| path.encoded());
    let mut place = json!({ "artifactLocation": { "uri": uri } });
    if let (Some(line), Some(place)) = (note.file_line().filter(|line| *line > 0), place.as_object_mut()) {
        place.insert("region".to_owned(), json!({ "startLine": line }));
    }
    let mut location = json!({ "physicalLocation": place });
    if let (Some(cell), Some(location)) = (&note.cell, location.as_object_mut()) {
        let name = format!("cell {}", cell.number);
        let full = cell.id.clone().unwrap_or_else(|| name.clone());
        let logical = json!([{ "name": name, "fullyQualifiedName": full, "kind": "member" }]);
        location.insert("logicalLocations".to_owned(), logical);
    }
    location
}
