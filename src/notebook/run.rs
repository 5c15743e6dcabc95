//! The run that made a notebook, as papermill records it (conventions 4.3).

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::options::Parameter;

/// One run of a whole notebook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// When it began, as the file has it.
    pub start: Option<String>,
    /// How long it took, in seconds.
    pub seconds: Option<f64>,
    /// Whether it failed.
    pub failed: bool,
    /// The parameters that it was given.
    pub parameters: Vec<Parameter>,
}

impl Run {
    /// Reads papermill's record, and the input widgets of Databricks. Paths and variables of the
    /// machine that ran it are left out: they are nobody's business.
    pub(super) fn read(metadata: &Map<String, Value>) -> Option<Self> {
        let mut run = Self::default();
        if let Some(record) = metadata.get("papermill").and_then(Value::as_object) {
            run.start = record.get("start_time").and_then(Value::as_str).map(str::to_owned);
            run.seconds = record.get("duration").and_then(Value::as_f64);
            run.failed = record.get("exception").and_then(Value::as_bool).unwrap_or(false);
            run.parameters = parameters(record.get("parameters"));
        }
        let widgets =
            metadata.get("application/vnd.databricks.v1+notebook").and_then(|meta| meta.get("widgets"));
        for (name, widget) in widgets.and_then(Value::as_object).into_iter().flatten() {
            let value = ["currentValue", "value"].iter().find_map(|key| widget.get(*key));
            let default = widget.get("widgetInfo").and_then(|info| info.get("defaultValue"));
            let kind =
                widget.get("widgetInfo").and_then(|info| info.get("widgetType")).and_then(Value::as_str);
            run.parameters.push(Parameter {
                name: name.clone(),
                value: value.or(default).map(plain).unwrap_or_default(),
                kind: kind.unwrap_or_default().to_owned(),
            });
        }
        let told = run.start.is_some() || run.seconds.is_some() || run.failed || !run.parameters.is_empty();
        told.then_some(run)
    }
}

/// When a cell was run last, by what its tool keeps (conventions 4.2): JupyterLab, the extension
/// ExecuteTime, papermill; Colab and Databricks in milliseconds.
pub(super) fn of_cell(metadata: &Map<String, Value>) -> Option<i64> {
    let at = |way: &[&str]| {
        let (first, rest) = way.split_first()?;
        rest.iter().try_fold(metadata.get(*first)?, |value, key| value.get(*key))
    };
    const WRITTEN: [&[&str]; 5] = [
        &["execution", "iopub.execute_input"],
        &["execution", "iopub.status.busy"],
        &["execution", "shell.execute_reply.started"],
        &["ExecuteTime", "start_time"],
        &["papermill", "start_time"],
    ];
    const COUNTED: [&[&str]; 2] =
        [&["executionInfo", "timestamp"], &["application/vnd.databricks.v1+cell", "startTime"]];
    let written = WRITTEN.iter().find_map(|way| seconds(at(way)?.as_str()?));
    written.or_else(|| COUNTED.iter().find_map(|way| Some(at(way)?.as_i64()? / 1000)).filter(|at| *at > 0))
}

/// The seconds of a moment, which is UTC where it does not say otherwise.
fn seconds(text: &str) -> Option<i64> {
    let with_zone = text.parse::<Timestamp>().or_else(|_| format!("{text}Z").parse());
    with_zone.ok().map(Timestamp::as_second)
}

fn parameters(value: Option<&Value>) -> Vec<Parameter> {
    let map = value.and_then(Value::as_object).into_iter().flatten();
    map.map(|(name, value)| Parameter { name: name.clone(), value: plain(value), kind: String::new() })
        .collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
