//! Options at the head of code cells, and bare words there (conventions 4.4).

use serde_json::Value;

use super::Says::{Cell, Nothing, Read};
use super::Sign::{Has, Lacks, Quiet};
use super::hand::{flag, length, text, texts};
use super::{Hand, Mark, marks};
use crate::notebook::options::Part::{Cell as Whole, Input, Output, Stderr};
use crate::notebook::options::Visibility::{Collapse, Remove, Show};
use crate::notebook::options::{CaptionPlace, Layout, LineNumbers, Width};

/// `echo`: whether the source is shown, or shown with its options.
fn echo(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    if value.as_str() == Some("fenced") {
        hand.options.listing.fenced = true;
        hand.see(Input, Show);
        return Ok(());
    }
    hand.show(value, Input).map_err(|_| "`true`, `false` or `fenced`")
}

/// `output`: whether the outputs are shown, or taken as Markdown.
fn output(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    if value.as_str() == Some("asis") {
        hand.options.as_is = true;
        hand.see(Output, Show);
        return Ok(());
    }
    hand.show(value, Output).map_err(|_| "`true`, `false` or `asis`")
}

/// knitr's `results`.
fn results(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    match value.as_str() {
        Some("asis") => hand.options.as_is = true,
        Some("hide") => hand.see(Output, Remove),
        Some("markup" | "hold") => {}
        _ if value == &Value::Bool(false) => hand.see(Output, Remove),
        _ => return Err("`markup`, `asis`, `hold` or `hide`"),
    }
    Ok(())
}

/// `code-fold`: whether the source is folded, and whether the fold stands open.
fn code_fold(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    if value.as_str() == Some("show") {
        hand.options.listing.fold_open = true;
        hand.see(Input, Collapse);
        return Ok(());
    }
    let folds = flag(value).map_err(|_| "`true`, `false` or `show`")?;
    hand.see(Input, if folds { Collapse } else { Show });
    Ok(())
}

/// `code-line-numbers`: a flag, or runs of lines to mark, steps of a talk parted by `|`.
fn line_numbers(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    const WANTED: &str = "`true`, `false` or lines such as `\"1-3,5\"`";
    let said = match value {
        Value::Number(line) => line.to_string(),
        Value::String(lines) if flag(value).is_err() => lines.clone(),
        other => {
            hand.options.listing.lines.shown = flag(other).map_err(|_| WANTED)?;
            return Ok(());
        }
    };
    let mut marked = Vec::new();
    for run in said.split([',', '|']).map(str::trim).filter(|run| !run.is_empty()) {
        let (first, last) = run.split_once('-').unwrap_or((run, run));
        let line = |text: &str| text.trim().parse::<u32>().map_err(|_| WANTED);
        marked.push((line(first)?, line(last)?));
    }
    hand.options.listing.lines = LineNumbers { shown: true, marked };
    Ok(())
}

/// `layout`: rows of weights of columns, as a list or as JSON in a text.
fn layout(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    const WANTED: &str = "rows of column widths such as `[[1, 1], [1]]`";
    let parsed;
    let value = match value {
        Value::String(text) => {
            parsed = serde_json::from_str::<Value>(text).map_err(|_| WANTED)?;
            &parsed
        }
        other => other,
    };
    let row = |row: &Value| -> Option<Vec<u16>> {
        row.as_array()?.iter().map(|width| Some(width.as_f64()?.abs().clamp(1.0, 1000.0) as u16)).collect()
    };
    let list = value.as_array().ok_or(WANTED)?;
    let rows: Option<Vec<Vec<u16>>> = if list.iter().all(Value::is_array) {
        list.iter().map(row).collect()
    } else {
        row(value).map(|row| vec![row])
    };
    let rows = rows.filter(|rows| rows.iter().all(|row| (1..=12).contains(&row.len()))).ok_or(WANTED)?;
    hand.options.frame.layout = Some(Layout::Grid(rows));
    Ok(())
}

fn count(value: &Value) -> Result<u8, &'static str> {
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    number
        .and_then(|number| u8::try_from(number).ok())
        .filter(|n| (1..=12).contains(n))
        .ok_or("a number from 1 to 12")
}

fn place(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    hand.options.captions.place = match value.as_str() {
        Some("top") => CaptionPlace::Top,
        Some("bottom") => CaptionPlace::Bottom,
        Some("margin") => CaptionPlace::Usual,
        _ => return Err("`top`, `bottom` or `margin`"),
    };
    Ok(())
}

fn align(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    hand.options.frame.align = match value.as_str() {
        Some("left") => Some("left"),
        Some("center") => Some("center"),
        Some("right") => Some("right"),
        Some("default") => None,
        _ => return Err("`left`, `center`, `right` or `default`"),
    };
    Ok(())
}

/// `column`: Quarto's names of widths, of which two make a difference here.
fn column(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    let name = text(value)?;
    hand.options.frame.span = match name.trim_start_matches("column-") {
        "margin" => Width::Margin,
        "body" => Width::Body,
        name if name.starts_with("page") || name.starts_with("screen") || name.starts_with("body-outset") => {
            Width::Wide
        }
        _ => return Err("`body`, `body-outset`, `page`, `screen` or `margin`"),
    };
    Ok(())
}

/// A caption for figures, with captions of its parts where it is a list.
fn figure_caption(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    let mut captions = texts(value)?;
    if captions.len() > 1 {
        hand.options.captions.parts = captions;
    } else {
        hand.options.captions.figure = captions.pop();
    }
    Ok(())
}

fn label(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    let label = text(value)?;
    if label.is_empty() || label.contains(char::is_whitespace) {
        return Err("one word");
    }
    if let Some(old) = hand.options.label.replace(label) {
        hand.options.anchors.push(old);
    }
    Ok(())
}

fn classes(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    for words in texts(value)? {
        hand.options
            .classes
            .extend(words.split_whitespace().map(|class| class.trim_start_matches('.').to_owned()));
    }
    Ok(())
}

/// MyST-NB's and Jupyter's tags as an option.
fn tags(value: &Value, hand: &mut Hand<'_>) -> Result<(), &'static str> {
    for tag in texts(value)? {
        if !hand.options.tags.contains(&tag) {
            hand.options.tags.push(tag);
        }
    }
    Ok(())
}

pub(super) const TABLE: &[Mark] = marks! { Option;
    "include" => Cell(|v, h| h.show(v, Whole)), [Quarto Knitr]
        "`false`: the cell is nowhere in the site"; "#| include: false" / "#| include: true" => Lacks("probe")
    "echo" => Cell(echo), [Quarto Knitr Nbdev]
        "`false`: the source is nowhere in the site; `fenced`: it stands with its options"; "#| echo: false" / "#| echo: true" => Lacks("probe")
    "output" => Cell(output), [Quarto Nbdev]
        "`false`: the outputs are nowhere in the site; `asis`: what was printed is Markdown of the page"; "#| output: false" / "#| output: true" => Lacks("printed")
    "results" => Cell(results), [Knitr]
        "`hide`: the outputs are nowhere in the site; `asis`: what was printed is Markdown of the page"; "#| results: hide" / "#| results: hold" => Lacks("printed")
    "eval" => Cell(|v, h| { h.options.skip_execution = !flag(v)?; Ok(()) }), [Quarto Knitr Nbdev]
        "`false`: the cell is never to be run: nothing is said about it"; "#| eval: false" / "#| evla: false" => Quiet
    "warning" => Cell(|v, h| h.show(v, Stderr)), [Quarto Knitr]
        "`false`: standard error is nowhere in the site"; "#| warning: false" / "#| warning: true" => Lacks("warned")
    "message" => Cell(|v, h| { if !flag(v)? { h.see(Stderr, Remove); } Ok(()) }), [Knitr]
        "`false`: standard error is nowhere in the site"; "#| message: false" / "#| message: true" => Lacks("warned")
    "error" => Cell(|v, h| { h.options.raises_ok = flag(v)?; Ok(()) }), [Quarto Knitr]
        "`true`: an error in the output is meant"; "#| error: true" / "#| eror: true" => Quiet
    "code-fold" => Cell(code_fold), [Quarto Nbdev]
        "`true`: the source starts folded; `show`: it can be folded; `false`: it cannot"; "#| code-fold: true" / "#| code-fold: false" => Has("fold-input")
    "code-summary" => Cell(|v, h| { h.options.listing.fold_label = Some(text(v)?); Ok(()) }), [Quarto]
        "What the fold of the source is called"; "#| code-fold: true\n#| code-summary: Spot" / "#| code-fold: true\n#| code-sumary: Spot" => Has("Spot</summary>")
    "code-overflow" => Cell(|v, h| { h.options.listing.wrap = Some(match v.as_str() { Some("wrap") => true, Some("scroll") => false, _ => return Err("`wrap` or `scroll`") }); Ok(()) }), [Quarto]
        "Whether long lines wrap or scroll"; "#| code-overflow: wrap" / "#| code-overflow: scroll" => Has("code wrap")
    "code-line-numbers" => Cell(line_numbers), [Quarto]
        "Lines are numbered; lines that are named are marked"; "#| code-line-numbers: true" / "#| code-line-numbers: false" => Has("numbered")
    "label" => Cell(label), [Quarto Myst JupyterBook]
        "A name that links and references can aim at"; "#| label: fig-spot" / "#| lable: fig-spot" => Has("id=\"fig-spot\"")
    "id" => Cell(|v, h| { h.options.anchors.push(text(v)?); Ok(()) }), [Quarto Myst]
        "A name that links can aim at"; "#| id: spot" / "#| idd: spot" => Has("id=\"spot\"")
    "fig-cap" => Cell(figure_caption), [Quarto Myst]
        "The caption of the figure; a list gives each output its own"; "#| fig-cap: Spot on" / "#| fig-cpa: Spot on" => Has("Spot on</figcaption>")
    "fig-subcap" => Cell(|v, h| { if flag(v).is_err() { h.options.captions.parts = texts(v)?; } Ok(()) }), [Quarto]
        "Captions of the single outputs"; "#| fig-subcap: [Spot one, Spot two]" / "#| fig-subcp: [Spot one]" => Has("Spot one</figcaption>")
    "fig-scap" => Nothing, [Quarto Knitr]
        "A short caption for LaTeX; readers see the caption"; "#| fig-scap: x" / "#| fig-scpa: x" => Quiet
    "fig-alt" => Cell(|v, h| { h.options.captions.alts = texts(v)?; Ok(()) }), [Quarto]
        "What the pictures show, in words"; "#| fig-alt: Spot on" / "#| fig-atl: Spot on" => Has("alt=\"Spot on\"")
    "fig-link" => Cell(|v, h| { h.options.frame.link = Some(text(v)?); Ok(()) }), [Quarto]
        "Where a click on the picture leads"; "#| fig-link: https://example.org/spot" / "#| fig-lnik: https://example.org/spot" => Has("href=\"https://example.org/spot\"")
    "fig-align" => Cell(align), [Quarto Knitr]
        "Where the figure stands in its line"; "#| fig-align: right" / "#| fig-align: default" => Has("place-right")
    "fig-width" => Nothing, [Quarto Knitr]
        "The size of the drawing while it is made; readers see what was made"; "#| fig-width: 7" / "#| fig-widht: 7" => Quiet
    "fig-height" => Nothing, [Quarto Knitr]
        "The size of the drawing while it is made; readers see what was made"; "#| fig-height: 7" / "#| fig-heihgt: 7" => Quiet
    "fig-dpi" => Nothing, [Quarto Knitr]
        "The density of the drawing while it is made; readers see what was made"; "#| fig-dpi: 96" / "#| fig-dpii: 96" => Quiet
    "fig-format" => Nothing, [Quarto]
        "The format of the drawing while it is made; readers see what was made"; "#| fig-format: svg" / "#| fig-fromat: svg" => Quiet
    "fig-env" => Nothing, [Quarto Knitr]
        "An environment of LaTeX; readers see no difference"; "#| fig-env: figure*" / "#| fig-evn: x" => Quiet
    "fig-pos" => Nothing, [Quarto Knitr]
        "A place in LaTeX; readers see no difference"; "#| fig-pos: h" / "#| fig-psos: h" => Quiet
    "fig-asp" => Nothing, [Knitr]
        "The shape of the drawing while it is made; readers see what was made"; "#| fig-asp: 0.6" / "#| fig-aspp: 1" => Quiet
    "fig-keep" => Nothing, [Knitr]
        "Which drawings are kept while the cell runs; readers see what was kept"; "#| fig-keep: last" / "#| fig-keeep: last" => Quiet
    "fig-show" => Nothing, [Knitr]
        "How drawings come while the cell runs; readers see what was made"; "#| fig-show: hold" / "#| fig-shwo: hold" => Quiet
    "fig-column" => Cell(column), [Quarto]
        "How wide the figure may be"; "#| fig-column: margin" / "#| fig-column: body" => Has("cell-margin")
    "tbl-cap" => Cell(|v, h| { h.options.captions.table = texts(v)?.into_iter().next(); Ok(()) }), [Quarto Myst]
        "The caption of the table"; "#| tbl-cap: Spot on" / "#| tbl-cpa: Spot on" => Has("Spot on</figcaption>")
    "tbl-subcap" => Cell(|v, h| { if flag(v).is_err() { h.options.captions.parts = texts(v)?; } Ok(()) }), [Quarto]
        "Captions of the single tables"; "#| tbl-subcap: [Spot one, Spot two]" / "#| tbl-subcp: [x]" => Has("Spot one</figcaption>")
    "tbl-colwidths" => Nothing, [Quarto]
        "Widths of the table's columns; bindery gives each what it needs"; "#| tbl-colwidths: [60, 40]" / "#| tbl-colwidhts: [1]" => Quiet
    "tbl-column" => Cell(column), [Quarto]
        "How wide the table may be"; "#| tbl-column: page" / "#| tbl-column: body" => Has("cell-wide")
    "lst-label" => Cell(|v, h| { h.options.captions.listing_label = Some(text(v)?); Ok(()) }), [Quarto]
        "A name of the listing that references can aim at"; "#| lst-label: lst-spot\n#| lst-cap: Spot" / "#| lst-lable: lst-spot" => Has("id=\"lst-spot\"")
    "lst-cap" => Cell(|v, h| { h.options.captions.listing = Some(text(v)?); Ok(()) }), [Quarto]
        "The caption of the source as a listing"; "#| lst-cap: Spot on" / "#| lst-cpa: Spot on" => Has("Spot on</figcaption>")
    "cap-location" => Cell(place), [Quarto]
        "Whether captions stand above or below"; "#| fig-cap: Spot\n#| cap-location: top" / "#| fig-cap: Spot\n#| cap-location: bottom" => Has("caption-top")
    "fig-cap-location" => Cell(place), [Quarto]
        "Whether captions of figures stand above or below"; "#| fig-cap: Spot\n#| fig-cap-location: top" / "#| fig-cap: Spot\n#| fig-cap-location: bottom" => Has("caption-top")
    "tbl-cap-location" => Cell(place), [Quarto]
        "Whether captions of tables stand above or below"; "#| tbl-cap: Spot\n#| tbl-cap-location: bottom" / "#| tbl-cap: Spot\n#| tbl-cap-location: top" => Lacks("caption-top")
    "layout" => Cell(layout), [Quarto]
        "How the outputs stand beside each other: rows of widths"; "#| layout: [[1, 2]]" / "#| layout: beside" => Has("class=\"layout")
    "layout-ncol" => Cell(|v, h| { h.options.frame.layout = Some(Layout::Columns(count(v)?)); Ok(()) }), [Quarto]
        "The outputs stand in this many columns"; "#| layout-ncol: 2" / "#| layout-ncol: two" => Has("class=\"layout")
    "layout-nrow" => Cell(|v, h| { h.options.frame.layout = Some(Layout::Rows(count(v)?)); Ok(()) }), [Quarto]
        "The outputs stand in this many rows"; "#| layout-nrow: 1" / "#| layout-nrow: one" => Has("class=\"layout")
    "layout-align" => Cell(align), [Quarto]
        "Where the outputs stand in their line"; "#| layout-align: center" / "#| layout-align: default" => Has("place-center")
    "layout-valign" => Nothing, [Quarto]
        "How outputs of different height stand beside each other; bindery aligns their tops"; "#| layout-valign: bottom" / "#| layout-vlaign: x" => Quiet
    "out-width" => Cell(|v, h| { h.options.frame.width = Some(length(v)?); Ok(()) }), [Quarto Knitr]
        "The width of pictures"; "#| out-width: 50%" / "#| out-width: wide" => Has("width:50%")
    "out-height" => Cell(|v, h| { h.options.frame.height = Some(length(v)?); Ok(()) }), [Quarto Knitr]
        "The height of pictures"; "#| out-height: 5em" / "#| out-height: high" => Has("height:5em")
    "renderings" => Cell(|v, h| {
            let modes = texts(v)?;
            if modes.iter().any(|mode| !matches!(mode.as_str(), "light" | "dark")) { return Err("`[light, dark]`"); }
            h.options.frame.renderings = modes;
            Ok(())
        }), [Quarto]
        "Two outputs, of which each colour mode shows its own"; "#| renderings: [light, dark]" / "#| renderings: [bright]" => Has("only-light")
    "html-table-processing" => Nothing, [Quarto]
        "`none`: a table keeps its own look; bindery keeps what is safe of it"; "#| html-table-processing: none" / "#| html-table-procesing: none" => Quiet
    "panel" => Cell(|v, h| match v.as_str() {
            Some("tabset") => { h.options.frame.layout = Some(Layout::Tabs); Ok(()) }
            Some("input" | "sidebar" | "fill" | "center") => Ok(()),
            _ => Err("`tabset`, `input`, `sidebar`, `fill` or `center`"),
        }), [Quarto]
        "`tabset`: the outputs stand behind tabs"; "#| panel: tabset" / "#| panel: fill" => Has("class=\"tabs\"")
    "column" => Cell(column), [Quarto]
        "How wide the cell may be; `margin` puts it beside the prose"; "#| column: margin" / "#| column: body" => Has("cell-margin")
    "classes" => Cell(classes), [Quarto]
        "Classes of the cell, for the site's own style"; "#| classes: spot" / "#| clases: spot" => Has("class_spot")
    "class" => Cell(classes), [Myst]
        "Classes of the cell, for the site's own style"; "#| class: spot" / "#| clss: spot" => Has("class_spot")
    "tags" => Cell(tags), [Quarto Myst]
        "Tags of the cell, as in its metadata"; "#| tags: [remove-input]" / "#| tgas: [remove-input]" => Lacks("probe")
    "kind" => Nothing, [Myst]
        "The kind of a block; readers see no difference"; "#| kind: figure" / "#| kindd: figure" => Quiet
    "type" => Nothing, [Myst]
        "The kind of a block; readers see no difference"; "#| type: notebook-code" / "#| typpe: x" => Quiet
    "caption" => Cell(figure_caption), [Myst]
        "The caption of what the cell shows"; "#| caption: Spot on" / "#| capton: Spot on" => Has("Spot on</figcaption>")
    "placeholder" => Nothing, [Myst]
        "A picture in place of one that needs a script; the saved twin is shown"; "#| placeholder: x.png" / "#| placehoder: x.png" => Quiet
    "alt" => Cell(|v, h| { h.options.captions.alts = texts(v)?; Ok(()) }), [Myst]
        "What the pictures show, in words"; "#| alt: Spot on" / "#| altt: Spot on" => Has("alt=\"Spot on\"")
    "width" => Cell(|v, h| { h.options.frame.width = Some(length(v)?); Ok(()) }), [Myst]
        "The width of pictures"; "#| width: 50%" / "#| width: wide" => Has("width:50%")
    "height" => Cell(|v, h| { h.options.frame.height = Some(length(v)?); Ok(()) }), [Myst]
        "The height of pictures"; "#| height: 5em" / "#| height: high" => Has("height:5em")
    "align" => Cell(align), [Myst]
        "Where the figure stands in its line"; "#| align: right" / "#| align: default" => Has("place-right")
    "export" => Nothing, [Quarto]
        "How the cell is exported elsewhere; it is shown"; "#| export: x" / "#| exprt: x" => Quiet
    "output-location" => Nothing, [Quarto]
        "Where outputs stand on slides; on a page they follow the source"; "#| output-location: slide" / "#| output-locatoin: x" => Quiet
    "title" => Cell(|v, h| { h.options.title = Some(text(v)?); Ok(()) }), [Quarto]
        "A title over the source"; "#| title: Spot" / "#| titel: Spot" => Has("Spot</span>")
    "collapse" => Nothing, [Knitr]
        "Source and outputs in one block; they stand apart"; "#| collapse: true" / "#| colapse: true" => Quiet
    "comment" => Nothing, [Knitr]
        "What outputs begin with; they stand as they are"; "#| comment: '##'" / "#| coment: x" => Quiet
    "prompt" => Nothing, [Knitr]
        "Whether prompts are printed; none are"; "#| prompt: true" / "#| promt: true" => Quiet
    "cache" => Nothing, [Knitr Quarto]
        "How the cell runs; bindery never runs one"; "#| cache: true" / "#| cachee: true" => Quiet
    "cache-lazy" => Nothing, [Knitr]
        "How the cell runs; bindery never runs one"; "#| cache-lazy: true" / "#| cache-layz: true" => Quiet
    "dependson" => Nothing, [Knitr]
        "How the cell runs; bindery never runs one"; "#| dependson: x" / "#| dependon: x" => Quiet
    "autodep" => Nothing, [Knitr]
        "How the cell runs; bindery never runs one"; "#| autodep: true" / "#| autodepp: true" => Quiet
    "child" => Nothing, [Knitr]
        "A document that knitr runs in the cell's place; bindery runs none"; "#| child: x.Rmd" / "#| chlid: x" => Quiet
    "file" => Nothing, [Knitr Quarto]
        "A file whose text is the cell's; the saved source is shown"; "#| file: x.py" / "#| fiile: x" => Quiet
    "code" => Nothing, [Knitr]
        "The text of the cell; the saved source is shown"; "#| code: x" / "#| codee: x" => Quiet
    "purl" => Nothing, [Knitr]
        "Whether the cell goes into the script; all do"; "#| purl: false" / "#| purll: false" => Quiet
    "tidy" => Nothing, [Knitr]
        "Whether knitr reformats the source; it stands as written"; "#| tidy: true" / "#| tiddy: true" => Quiet
    "engine" => Nothing, [Knitr]
        "The language of the cell, which its fence names"; "#| engine: bash" / "#| engin: bash" => Quiet
    "attr-source" => Nothing, [Knitr]
        "Attributes of the source; bindery gives its own"; "#| attr-source: x" / "#| attr-sorce: x" => Quiet
    "class-source" => Nothing, [Knitr]
        "Classes of the source; bindery gives its own"; "#| class-source: x" / "#| class-sorce: x" => Quiet
    "class-output" => Nothing, [Knitr]
        "Classes of the output; bindery gives its own"; "#| class-output: x" / "#| class-ouput: x" => Quiet
    "filename" => Cell(|v, h| { h.options.title = Some(text(v)?); Ok(()) }), [Quarto]
        "A file's name as the title over the source"; "#| filename: spot.py" / "#| filenmae: spot.py" => Has("spot.py</span>")
    "padding" => Nothing, [Quarto]
        "The look of a dashboard; readers see a page"; "#| padding: 2" / "#| paddding: 2" => Quiet
    "expandable" => Nothing, [Quarto]
        "The look of a dashboard; readers see a page"; "#| expandable: false" / "#| expandble: false" => Quiet
    "context" => Nothing, [Quarto]
        "How a dashboard runs; readers see a page"; "#| context: setup" / "#| contxt: x" => Quiet
    "content" => Nothing, [Quarto]
        "The look of a dashboard; readers see a page"; "#| content: valuebox" / "#| contnet: x" => Quiet
    "component" => Nothing, [Quarto]
        "The look of a dashboard; readers see a page"; "#| component: valuebox" / "#| componnet: x" => Quiet
    "color" => Nothing, [Quarto]
        "The look of a dashboard; readers see a page"; "#| color: primary" / "#| colr: primary" => Quiet
    "mystnb" => Read, [JupyterBook]
        "MyST-NB's options of one cell: sources and outputs removed, merged, numbered, captioned"; "#| mystnb:\n#|   remove_code_source: true" / "#| mystnb:\n#|   remove_code_source: false" => Lacks("probe")
    "render" => Read, [JupyterBook]
        "MyST-NB's options of one cell in their old form"; "#| render:\n#|   image:\n#|     alt: Spot on" / "#| render:\n#|   image: {}" => Has("alt=\"Spot on\"")
    "myst" => Read, [JupyterBook]
        "MyST-NB's options of one cell under another name"; "#| myst:\n#|   image:\n#|     alt: Spot on" / "#| myst:\n#|   image: {}" => Has("alt=\"Spot on\"")
    "remove_code_source" => Cell(|v, h| h.remove(v, Input)), [JupyterBook]
        "The source is nowhere in the site (below `mystnb`)"; "#| mystnb: {remove_code_source: true}" / "#| mystnb: {remove_code_source: false}" => Lacks("probe")
    "remove_code_outputs" => Cell(|v, h| h.remove(v, Output)), [JupyterBook]
        "The outputs are nowhere in the site (below `mystnb`)"; "#| mystnb: {remove_code_outputs: true}" / "#| mystnb: {remove_code_outputs: false}" => Lacks("printed")
    "scroll_outputs" => Cell(|v, h| { if flag(v)? { h.options.scroll_output = Some(true); } Ok(()) }), [JupyterBook]
        "Long outputs scroll (below `mystnb`)"; "#| mystnb: {scroll_outputs: true}" / "#| mystnb: {scroll_outputs: false}" => Has("text scroll")
    "merge_streams" => Cell(|v, h| { h.options.merge_streams = flag(v)?; Ok(()) }), [JupyterBook]
        "All that was printed to one stream stands together (below `mystnb`)"; "#| mystnb: {merge_streams: true}" / "#| mystnb: {merge_streamz: true}" => Quiet
    "number_source_lines" => Cell(|v, h| { h.options.listing.lines.shown = flag(v)?; Ok(()) }), [JupyterBook]
        "Lines are numbered (below `mystnb`)"; "#| mystnb: {number_source_lines: true}" / "#| mystnb: {number_source_lines: false}" => Has("numbered")
    "output_stderr" => Cell(|v, h| match v.as_str() {
            Some("show") => Ok(()),
            Some("remove" | "remove-warn" | "warn" | "error" | "severe") => {
                if v.as_str().is_some_and(|word| word.starts_with("remove")) { h.see(Stderr, Remove); }
                Ok(())
            }
            _ => Err("`show`, `remove`, `remove-warn`, `warn`, `error` or `severe`"),
        }), [JupyterBook]
        "`remove`: standard error is nowhere in the site (below `mystnb`)"; "#| mystnb: {output_stderr: remove}" / "#| mystnb: {output_stderr: show}" => Lacks("warned")
    "text_lexer" => Nothing, [JupyterBook]
        "The colours of printed text; the terminal's own are shown (below `mystnb`)"; "#| mystnb: {text_lexer: json}" / "#| mystnb: {text_lexr: json}" => Quiet
    "error_lexer" => Nothing, [JupyterBook]
        "The colours of errors; the terminal's own are shown (below `mystnb`)"; "#| mystnb: {error_lexer: json}" / "#| mystnb: {error_lexr: json}" => Quiet
    "markdown_format" => Nothing, [JupyterBook]
        "How Markdown outputs are read; bindery reads all dialects (below `mystnb`)"; "#| mystnb: {markdown_format: myst}" / "#| mystnb: {markdown_fromat: myst}" => Quiet
    "code_prompt_show" => Cell(|v, h| { h.options.listing.fold_label = Some(text(v)?); Ok(()) }), [JupyterBook]
        "What the fold of the source is called (below `mystnb`)"; "#| code-fold: true\n#| mystnb: {code_prompt_show: Spot}" / "#| code-fold: true\n#| mystnb: {code_prompt_sow: Spot}" => Has("Spot</summary>")
    "code_prompt_hide" => Nothing, [JupyterBook]
        "What the open fold is called; it keeps its name (below `mystnb`)"; "#| mystnb: {code_prompt_hide: x}" / "#| mystnb: {code_prompt_hid: x}" => Quiet
    "image" => Cell(|v, h| {
            let map = v.as_object().ok_or("a map of `alt`, `width`, `height`, `align`, `classes`")?;
            if let Some(alt) = map.get("alt") { h.options.captions.alts = texts(alt)?; }
            if let Some(width) = map.get("width") { h.options.frame.width = Some(length(width)?); }
            if let Some(height) = map.get("height") { h.options.frame.height = Some(length(height)?); }
            if let Some(place) = map.get("align") { align(place, h)?; }
            Ok(())
        }), [JupyterBook]
        "Size, place and alternative text of pictures (below `mystnb`)"; "#| mystnb: {image: {width: 50%}}" / "#| mystnb: {image: {widht: 50%}}" => Has("width:50%")
    "figure" => Cell(|v, h| {
            let map = v.as_object().ok_or("a map of `caption`, `name`, `align`, `caption_before`")?;
            if let Some(caption) = map.get("caption") { figure_caption(caption, h)?; }
            if let Some(name) = map.get("name") { label(name, h)?; }
            if let Some(place) = map.get("align") { align(place, h)?; }
            if map.get("caption_before") == Some(&Value::Bool(true)) { h.options.captions.place = CaptionPlace::Top; }
            Ok(())
        }), [JupyterBook]
        "The outputs are a figure with caption and name (below `mystnb`)"; "#| mystnb: {figure: {caption: Spot on, name: spot}}" / "#| mystnb: {figure: {captoin: Spot on}}" => Has("Spot on</figcaption>")
};

pub(super) const WORDS: &[Mark] = marks! { Word;
    "hide" => Cell(|_, h| { h.see(Whole, Remove); Ok(()) }), [Nbdev]
        "The cell is nowhere in the site"; "#| hide" / "#| hides" => Lacks("probe")
    "hide_input" => Cell(|_, h| { h.see(Input, Remove); Ok(()) }), [Nbdev]
        "The source is nowhere in the site"; "#| hide_input" / "#| hide_inputs" => Lacks("probe")
    "hide_output" => Cell(|_, h| { h.see(Output, Remove); Ok(()) }), [Nbdev]
        "The outputs are nowhere in the site"; "#| hide_output" / "#| hide_outputs" => Lacks("printed")
    "hide_line" => Read, [Nbdev]
        "At a line's end: the line is nowhere in the site"; "spot = 2 #| hide_line" / "spot = 2 # hide line" => Lacks("spot")
    "filter_stream" => Read, [Nbdev]
        "Printed lines that hold one of the words are nowhere in the site"; "#| filter_stream printed" / "#| filter_stream other" => Lacks("printed")
    "export" => Nothing, [Nbdev]
        "The cell goes into the module; it is shown"; "#| export" / "#| exprot" => Quiet
    "exporti" => Nothing, [Nbdev]
        "The cell goes into the module; it is shown"; "#| exporti" / "#| exprti" => Quiet
    "exports" => Nothing, [Nbdev]
        "The cell goes into the module; it is shown"; "#| exports" / "#| exprts" => Quiet
    "exportd" => Nothing, [Nbdev]
        "The cell goes into the module; it is shown"; "#| exportd" / "#| exprtd" => Quiet
    "default_exp" => Nothing, [Nbdev]
        "The module that the notebook makes; the cell is shown"; "#| default_exp core" / "#| defualt_exp core" => Quiet
    "exec_doc" => Nothing, [Nbdev]
        "The cell runs when the page is made; bindery runs none"; "#| exec_doc" / "#| exec_docs" => Quiet
    "eval_doc" => Nothing, [Nbdev]
        "How the cell runs; bindery runs none"; "#| eval_doc" / "#| evla_doc" => Quiet
    "notest" => Nothing, [Nbdev]
        "The cell is no test; it is shown"; "#| notest" / "#| notset" => Quiet
    "slow" => Nothing, [Nbdev]
        "A flag of tests; the cell is shown"; "#| slow" / "#| slwo" => Quiet
};
