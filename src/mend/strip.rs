//! What changes with every run and says nothing to readers.

use jsonc_parser::cst::CstObject;

use super::{cells_of, string};

/// What is taken out of a notebook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strip {
    /// Outputs too, with the counts of their cells; but for cells that say `keep_output`.
    pub outputs: bool,
    /// The counts of executions.
    pub counts: bool,
}

/// Keys of a cell's metadata that tools write at each run or save: times, states of editors.
const OF_CELLS: [&str; 10] = [
    "execution",
    "ExecuteTime",
    "executionInfo",
    "papermill",
    "outputId",
    "pycharm",
    "datalore",
    "gather",
    "varInspector",
    "nteract",
];

/// Keys of a notebook's metadata likewise, by the way to them.
const OF_NOTEBOOKS: [&[&str]; 14] = [
    &["language_info", "version"],
    &["vscode", "interpreter"],
    &["interpreter"],
    &["orig_nbformat"],
    &["signature"],
    &["varInspector"],
    &["ExecuteTime"],
    &["nteract"],
    &["datalore"],
    &["toc", "toc_position"],
    &["toc", "toc_window_display"],
    &["papermill", "environment_variables"],
    &["papermill", "input_path"],
    &["papermill", "output_path"],
];

/// Keys of Databricks' record of a cell.
const DATABRICKS: &str = "application/vnd.databricks.v1+cell";
const OF_DATABRICKS: [&str; 3] = ["startTime", "finishTime", "submitTime"];

/// Tags and keys by which a cell keeps its outputs (those of nbstripout).
const KEEPS: &str = "keep_output";

impl Strip {
    /// Takes it out; says how many pieces it was.
    pub(super) fn apply(self, top: &CstObject) -> usize {
        let mut count = 0;
        if let Some(metadata) = top.object_value("metadata") {
            for way in OF_NOTEBOOKS {
                count += usize::from(remove(&metadata, way));
            }
            if self.outputs {
                count += usize::from(remove(&metadata, &["widgets"]));
            }
        }
        for cell in cells_of(top) {
            let metadata = cell.object_value("metadata");
            if let Some(metadata) = &metadata {
                for key in OF_CELLS {
                    count += usize::from(remove(metadata, &[key]));
                }
                for key in OF_DATABRICKS {
                    count += usize::from(remove(metadata, &[DATABRICKS, key]));
                }
                if metadata.array_value("tags").is_some_and(|tags| tags.elements().is_empty()) {
                    count += usize::from(remove(metadata, &["tags"]));
                }
            }
            if string(&cell, "cell_type").as_deref() == Some("code") {
                let keeps = metadata.is_some_and(|metadata| keeps(&metadata));
                count += self.run(&cell, keeps);
            }
        }
        count
    }

    fn run(self, cell: &CstObject, keeps: bool) -> usize {
        let mut count = 0;
        if self.outputs && !keeps {
            let outputs = cell
                .get("outputs")
                .filter(|_| cell.array_value("outputs").is_some_and(|list| !list.elements().is_empty()));
            if let Some(outputs) = outputs {
                outputs.set_value(jsonc_parser::cst::CstInputValue::Array(Vec::new()));
                count += 1;
            }
        }
        if self.counts || (self.outputs && !keeps) {
            let number = ["execution_count", "prompt_number"]
                .iter()
                .find_map(|name| cell.get(name))
                .filter(|prop| prop.value().is_some_and(|value| value.as_null_keyword().is_none()));
            if let Some(number) = number {
                number.set_value(jsonc_parser::cst::CstInputValue::Null);
                count += 1;
            }
        }
        count
    }
}

fn keeps(metadata: &CstObject) -> bool {
    let says = metadata
        .get(KEEPS)
        .and_then(|prop| prop.value())
        .and_then(|value| value.as_boolean_lit())
        .is_some_and(|value| value.value());
    let tags = metadata.array_value("tags").map(|tags| tags.elements()).unwrap_or_default();
    let is_kept = |tag: String| tag == KEEPS || tag == "keep-output";
    says || tags.iter().filter_map(|tag| tag.as_string_lit()?.decoded_value().ok()).any(is_kept)
}

/// Removes what stands at the end of a way of keys, and what is empty without it.
fn remove(object: &CstObject, way: &[&str]) -> bool {
    let Some((first, rest)) = way.split_first() else { return false };
    let Some(prop) = object.get(first) else { return false };
    if rest.is_empty() {
        prop.remove();
        return true;
    }
    let Some(inner) = prop.object_value() else { return false };
    let is_removed = remove(&inner, rest);
    if is_removed && inner.properties().is_empty() {
        prop.remove();
    }
    is_removed
}
