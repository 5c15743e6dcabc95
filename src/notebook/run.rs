//! The run that made a notebook, as papermill records it (conventions 4.3).

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
