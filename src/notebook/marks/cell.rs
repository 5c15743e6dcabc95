//! Keys of a cell's metadata that change what readers see (conventions 4.2).

use serde_json::Value;

use super::Says::{Cell, Read};
use super::Sign::{Has, Lacks, Quiet};
use super::hand::{flag, strict, text};
use super::{Hand, Mark, marks};
use crate::notebook::options::Part::{Cell as Whole, Input, Output};
use crate::notebook::options::Visibility::{Collapse, Remove};
use crate::notebook::options::{LinkList, Slide};

/// The editor's word on a part: only a JSON flag counts.
fn folded(value: &Value, hand: &mut Hand<'_>, part: super::super::options::Part) -> Result<(), &'static str> {
    let value = strict(value)?;
    hand.fold(&value, part)
}

fn slide(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    hand.options.slide = match value.as_str() {
        Some("slide") => Slide::Slide,
        Some("subslide") => Slide::SubSlide,
        Some("fragment") => Slide::Fragment,
        Some("notes") => Slide::Notes,
        Some("skip") => Slide::Skip,
        Some("-" | "") | None if value.is_null() || value.is_string() => Slide::Continue,
        _ => return Err("`slide`, `subslide`, `fragment`, `skip`, `notes` or `-`"),
    };
    Ok(())
}

/// Start and end of a run out of an object, by the keys under which tools keep them.
fn run(value: &Value, starts: &[&str], ends: &[&str]) -> Option<(String, String)> {
    let time = |keys: &[&str]| {
        keys.iter().find_map(|key| match value.get(*key)? {
            Value::String(time) if !time.is_empty() => Some(time.clone()),
            // Databricks counts milliseconds.
            Value::Number(time) => Some(time.to_string()),
            _ => None,
        })
    };
    Some((time(starts)?, time(ends)?))
}

pub(super) const TABLE: &[Mark] = marks! { Cell;
    "tags" => Read, [JupyterLab Classic VsCode]
        "The list of tags, which are rows of their own"; "{\"tags\": [\"mine\"]}" / "{\"tags\": []}" => Has("celltag_mine")
    "jupyter.source_hidden" => Cell(|v, h| folded(v, h, Input)), [JupyterLab]
        "The source starts folded"; "{\"jupyter\": {\"source_hidden\": true}}" / "{\"jupyter\": {\"source_hidden\": \"yes\"}}" => Has("fold-input")
    "jupyter.outputs_hidden" => Cell(|v, h| folded(v, h, Output)), [JupyterLab]
        "The outputs start folded"; "{\"jupyter\": {\"outputs_hidden\": true}}" / "{\"jupyter\": {\"outputs_hidden\": 1}}" => Has("fold-output")
    "jupyter.output_hidden" => Cell(|v, h| folded(v, h, Output)), [JupyterLab]
        "The outputs start folded"; "{\"jupyter\": {\"output_hidden\": true}}" / "{\"jupyter\": {\"output_hidden\": 1}}" => Has("fold-output")
    "collapsed" => Cell(|v, h| folded(v, h, Output)), [JupyterLab Classic]
        "The outputs start folded"; "{\"collapsed\": true}" / "{\"collapsed\": \"true\"}" => Has("fold-output")
    "scrolled" => Cell(|v, h| match v {
            Value::Bool(scroll) => { h.options.scroll_output = Some(*scroll); Ok(()) }
            Value::String(word) if word == "auto" => Ok(()),
            _ => Err("`true`, `false` or `auto`"),
        }), [JupyterLab Classic]
        "`true`: long outputs scroll; `false`: they stand in full"; "{\"scrolled\": true}" / "{\"scrolled\": \"auto\"}" => Has("text scroll")
    "jp-MarkdownHeadingCollapsed" => Cell(|v, h| { h.options.folded_section = flag(v)?; Ok(()) }), [JupyterLab]
        "The section under the cell's heading starts folded"; "{\"jp-MarkdownHeadingCollapsed\": true}" / "{\"jp-MarkdownHeadingCollapsed\": false}" => Has("fold-section")
    "heading_collapsed" => Cell(|v, h| { h.options.folded_section |= flag(v)?; Ok(()) }), [Classic]
        "The section under the cell's heading starts folded"; "{\"heading_collapsed\": true}" / "{\"heading_collapsed\": false}" => Has("fold-section")
    "hide_input" => Cell(|v, h| folded(v, h, Input)), [Classic Nbdev]
        "The source starts folded"; "{\"hide_input\": true}" / "{\"hide_input\": \"true\"}" => Has("fold-input")
    "hide_output" => Cell(|v, h| folded(v, h, Output)), [Classic]
        "The outputs start folded"; "{\"hide_output\": true}" / "{\"hide_output\": \"true\"}" => Has("fold-output")
    "inputHidden" => Cell(|v, h| folded(v, h, Input)), [Nteract]
        "The source starts folded"; "{\"inputHidden\": true}" / "{\"inputHidden\": 1}" => Has("fold-input")
    "outputHidden" => Cell(|v, h| folded(v, h, Output)), [Nteract]
        "The outputs start folded"; "{\"outputHidden\": true}" / "{\"outputHidden\": 1}" => Has("fold-output")
    "outputExpanded" => Cell(|v, h| { if strict(v)? == Value::Bool(true) { h.options.scroll_output = Some(false); } Ok(()) }), [Nteract]
        "Long outputs stand in full"; "{\"outputExpanded\": true}" / "{\"outputExpanded\": 1}" => Lacks("fold-lines")
    "jupyter.remove_source" => Cell(|v, h| h.remove(v, Input)), [Nbconvert]
        "The source is nowhere in the site"; "{\"jupyter\": {\"remove_source\": true}}" / "{\"jupyter\": {\"remove_source\": false}}" => Lacks("probe")
    "transient.remove_source" => Cell(|v, h| h.remove(v, Input)), [Nbconvert]
        "The source is nowhere in the site"; "{\"transient\": {\"remove_source\": true}}" / "{\"transient\": {\"remove_source\": false}}" => Lacks("probe")
    "slideshow.slide_type" => Cell(slide), [Rise Nbconvert JupyterLab]
        "The cell's part in a talk; the page shows it all the same"; "{\"slideshow\": {\"slide_type\": \"slide\"}}" / "{\"slideshow\": {\"slide_type\": \"slid\"}}" => Has("kind-talk")
    "slideshow.slide_start" => Cell(|_, _| Ok(())), [Rise]
        "An old word of slides; the page shows the cell"; "{\"slideshow\": {\"slide_start\": false}}" / "{\"slideshow\": {\"slide_strt\": false}}" => Quiet
    "name" => Cell(|v, h| { h.options.anchors.push(text(v)?); Ok(()) }), [JupyterLab Nbconvert]
        "A name that links can aim at"; "{\"name\": \"spot\"}" / "{\"name\": [\"spot\"]}" => Has("id=\"spot\"")
    "nbsphinx" => Cell(|v, h| match v.as_str() {
            Some("hidden") => { h.see(Whole, Remove); Ok(()) }
            _ => Err("`hidden`"),
        }), [Nbsphinx]
        "`hidden`: the cell is nowhere in the site"; "{\"nbsphinx\": \"hidden\"}" / "{\"nbsphinx\": \"hiden\"}" => Lacks("probe")
    "nbsphinx-thumbnail" => Cell(|v, h| { h.options.thumbnail = Some(v.get("output-index").and_then(Value::as_i64).unwrap_or(-1)); Ok(()) }), [Nbsphinx]
        "A picture of the cell stands for the page on cards"; "{\"nbsphinx-thumbnail\": {\"output-index\": 0}}" / "{\"nbsphinx-thumbnai\": {}}" => Quiet
    "nbsphinx-gallery" => Cell(|_, h| { h.options.list = Some(LinkList::Gallery); Ok(()) }), [Nbsphinx]
        "The links in the cell stand as cards"; "{\"nbsphinx-gallery\": true}" / "{\"nbsphinx-galery\": true}" => Has("cell-gallery")
    "nbsphinx-link-gallery" => Cell(|_, h| { h.options.list = Some(LinkList::Gallery); Ok(()) }), [Nbsphinx]
        "The links in the cell stand as cards"; "{\"nbsphinx-link-gallery\": {}}" / "{\"nbsphinx-link-galery\": {}}" => Has("cell-gallery")
    "nbsphinx-toctree" => Cell(|_, h| { h.options.list = Some(LinkList::Contents); Ok(()) }), [Nbsphinx]
        "The links in the cell order the navigation"; "{\"nbsphinx-toctree\": {\"maxdepth\": 2}}" / "{\"nbsphinx-toctre\": {}}" => Has("cell-contents")
    "cellView" => Cell(|v, h| match v.as_str() {
            Some("form") => { h.see(Input, Collapse); Ok(()) }
            Some("both" | "code") => Ok(()),
            _ => Err("`form`, `both` or `code`"),
        }), [Colab]
        "`form`: the source starts folded behind its form"; "{\"cellView\": \"form\"}" / "{\"cellView\": \"both\"}" => Has("fold-input")
    "application/vnd.databricks.v1+cell" => Cell(|v, h| {
            if v.get("showTitle") == Some(&Value::Bool(true)) {
                h.options.title = v.get("title").and_then(Value::as_str).filter(|title| !title.is_empty()).map(str::to_owned);
            }
            if let Some(span) = run(v, &["startTime", "submitTime"], &["finishTime"]) {
                h.options.execution.get_or_insert(span);
            }
            Ok(())
        }), [Databricks]
        "The cell's title, where it is switched on, and the time of its run"; "{\"application/vnd.databricks.v1+cell\": {\"title\": \"Spot\", \"showTitle\": true}}" / "{\"application/vnd.databricks.v1+cell\": {\"title\": \"Spot\", \"showTitle\": false}}" => Has("Spot</span>")
    "execution" => Cell(|v, h| { h.options.execution = run(v, &["iopub.execute_input", "shell.execute_reply.started"], &["shell.execute_reply", "iopub.status.idle"]); Ok(()) }), [JupyterLab]
        "The time of the run, kept for the record"; "{\"execution\": {\"iopub.execute_input\": \"2026-01-01T00:00:00Z\", \"shell.execute_reply\": \"2026-01-01T00:00:01Z\"}}" / "{\"executions\": {}}" => Quiet
    "ExecuteTime" => Cell(|v, h| { h.options.execution = run(v, &["start_time"], &["end_time"]); Ok(()) }), [Classic]
        "The time of the run, kept for the record"; "{\"ExecuteTime\": {\"start_time\": \"2026-01-01T00:00:00Z\", \"end_time\": \"2026-01-01T00:00:01Z\"}}" / "{\"ExecuteTimes\": {}}" => Quiet
    "papermill" => Cell(|v, h| { h.options.execution = run(v, &["start_time"], &["end_time"]); Ok(()) }), [Papermill]
        "The time of the run, kept for the record"; "{\"papermill\": {\"start_time\": \"2026-01-01T00:00:00\", \"end_time\": \"2026-01-01T00:00:01\", \"status\": \"completed\"}}" / "{\"papermil\": {}}" => Quiet
    "lc_cell_meme" => Read, [Nii]
        "Where the cell came from, kept for the record"; "{\"lc_cell_meme\": {\"current\": \"a-b-c\"}}" / "{\"lc_cell_mem\": {}}" => Quiet
    "format" => Read, [JupyterLab JupyterBook]
        "The target of a raw cell, as a MIME type"; "{\"format\": \"text/html\"}" / "{\"formatt\": \"text/html\"}" => Quiet
    "raw_mimetype" => Read, [Classic Nbconvert Nbsphinx Quarto]
        "The target of a raw cell, as a MIME type"; "{\"raw_mimetype\": \"text/html\"}" / "{\"raw_mimetyp\": \"text/html\"}" => Quiet
    "vscode.languageId" => Read, [VsCode]
        "The language of the cell; `raw` makes it a raw cell"; "{\"vscode\": {\"languageId\": \"ruby\"}}" / "{\"vscode\": {\"languageId\": \"polyglot-notebook\"}}" => Has("language-ruby")
    "polyglot_notebook.kernelName" => Read, [Polyglot]
        "The language of the cell"; "{\"polyglot_notebook\": {\"kernelName\": \"csharp\"}}" / "{\"polyglot_notebook\": {\"kernelName\": 1}}" => Has("language-csharp")
    "dotnet_interactive.language" => Read, [Polyglot]
        "The language of the cell"; "{\"dotnet_interactive\": {\"language\": \"fsharp\"}}" / "{\"dotnet_interactive\": {\"language\": 1}}" => Has("language-fsharp")
    "kernel" => Read, [Sos]
        "The language of the cell"; "{\"kernel\": \"R\"}" / "{\"kernel\": \"SoS\"}" => Has("language-r")
    "language" => Read, [AzureDataStudio]
        "The language of the cell"; "{\"language\": \"sql\"}" / "{\"language\": 1}" => Has("language-sql")
};
