//! Tags of cells (conventions 4.1).

use super::Says::{Cell, Nothing};
use super::Sign::{Has, Lacks, Quiet};
use super::{Hand, Mark, marks};
use crate::notebook::options::Part::{Cell as Whole, Input, Output, Stderr, Stdout};
use crate::notebook::options::Visibility::{Collapse, Remove, Show};
use crate::notebook::options::{LinkList, Parameters, Part, Width};

/// `hide-…` folds, but for Quarto, which removes.
fn hide(hand: &mut Hand<'_>, part: Part) {
    let removes = hand.dialects.quarto;
    hand.see(part, if removes { Remove } else { Collapse });
}

pub(super) const TABLE: &[Mark] = marks! { Tag;
    "remove-cell" => Cell(|_, h| { h.see(Whole, Remove); Ok(()) }), [JupyterBook Myst Quarto Nbconvert]
        "The cell is nowhere in the site"; "remove_cell" / "remove-cells" => Lacks("probe")
    "remove-input" => Cell(|_, h| { h.see(Input, Remove); Ok(()) }), [JupyterBook Myst Nbconvert]
        "The source is nowhere in the site"; "remove_input" / "remove-inputs" => Lacks("probe")
    "remove-output" => Cell(|_, h| { h.see(Output, Remove); Ok(()) }), [JupyterBook Myst Nbconvert]
        "The outputs are nowhere in the site"; "remove_output" / "remove-outputs" => Lacks("printed")
    "remove-stdout" => Cell(|_, h| { h.see(Stdout, Remove); Ok(()) }), [JupyterBook Myst]
        "What was printed is nowhere in the site"; "remove-stdout" / "remove-stout" => Lacks("printed")
    "remove-stderr" => Cell(|_, h| { h.see(Stderr, Remove); Ok(()) }), [JupyterBook Myst]
        "What was printed to standard error is nowhere in the site"; "remove-stderr" / "remove-sdterr" => Lacks("warned")
    "hide-cell" => Cell(|_, h| { hide(h, Whole); Ok(()) }), [JupyterBook Myst Quarto]
        "The cell starts folded; in a Quarto project it is removed"; "hide_cell" / "hide-cells" => Has("fold-cell")
    "hide-input" => Cell(|_, h| { h.see(Input, Collapse); Ok(()) }), [JupyterBook Myst AzureDataStudio]
        "The source starts folded"; "hide_input" / "hide-inputs" => Has("fold-input")
    "hide-output" => Cell(|_, h| { hide(h, Output); Ok(()) }), [JupyterBook Myst Quarto]
        "The outputs start folded; in a Quarto project they are removed"; "hide-output" / "hide-outputs" => Has("fold-output")
    "hide-code" => Cell(|_, h| { hide(h, Input); Ok(()) }), [Quarto]
        "The source starts folded; in a Quarto project it is removed"; "hide-code" / "hide-codes" => Has("fold-input")
    "show-code" => Cell(|_, h| { h.see(Input, Show); Ok(()) }), [Quarto]
        "The source is shown, whatever the page says"; "show-code" / "show-codes" => Lacks("fold-input")
    "show-output" => Cell(|_, h| { h.see(Output, Show); Ok(()) }), [Quarto]
        "The outputs are shown, whatever the page says"; "show-output" / "show-outputs" => Lacks("fold-output")
    "show-warnings" => Cell(|_, h| { h.see(Stderr, Show); Ok(()) }), [Quarto]
        "Standard error is shown, whatever the page says"; "show-warnings" / "show-warning" => Has("warned")
    "hide-warnings" => Cell(|_, h| { h.see(Stderr, Remove); Ok(()) }), [Quarto]
        "Standard error is nowhere in the site"; "hide-warnings" / "hide-warning" => Lacks("warned")
    "scroll-output" => Cell(|_, h| { h.options.scroll_output = Some(true); Ok(()) }), [Myst JupyterBook]
        "Long outputs scroll"; "scroll-output" / "scroll-outputs" => Has("text scroll")
    "output-scroll" => Cell(|_, h| { h.options.scroll_output = Some(true); Ok(()) }), [JupyterBook]
        "Long outputs scroll"; "output_scroll" / "output_scrolls" => Has("text scroll")
    "scroll-input" => Cell(|_, h| { h.options.listing.scroll = true; Ok(()) }), [JupyterBook]
        "A long source scrolls"; "scroll-input" / "scroll-inputs" => Has("code scroll")
    "full-width" => Cell(|_, h| { h.options.frame.span = Width::Wide; Ok(()) }), [JupyterBook]
        "The cell may be wider than the prose"; "full_width" / "full_widths" => Has("cell-wide")
    "margin" => Cell(|_, h| { h.options.frame.span = Width::Margin; Ok(()) }), [JupyterBook]
        "The cell stands beside the prose"; "margin" / "margins" => Has("cell-margin")
    "popout" => Cell(|_, h| { h.options.frame.span = Width::Margin; Ok(()) }), [JupyterBook]
        "The cell stands beside the prose"; "popout" / "popouts" => Has("cell-margin")
    "parameters" => Cell(|_, h| { h.options.parameters = Some(Parameters::Defaults); Ok(()) }), [Papermill AzureDataStudio]
        "A badge says that the cell holds the parameters; where the source is folded, a table lists them"; "parameters" / "parameter" => Has("cell-badge")
    "injected-parameters" => Cell(|_, h| { h.options.parameters = Some(Parameters::Injected); Ok(()) }), [Papermill]
        "A badge says that the values come from one run"; "injected-parameters" / "inject-parameters" => Has("cell-badge")
    "papermill-error-cell-tag" => Cell(|_, h| { h.options.failure_banner = true; Ok(()) }), [Papermill]
        "The banner of a failed run looks like an error"; "papermill-error-cell-tag" / "papermill-error" => Has("cell-failure")
    "raises-exception" => Cell(|_, h| { h.options.raises_ok = true; Ok(()) }), [JupyterBook Myst Nbsphinx Nbconvert]
        "An error in the output is meant: nothing is said about it"; "raises-exception" / "raises-exceptions" => Quiet
    "skip-execution" => Cell(|_, h| { h.options.skip_execution = true; Ok(()) }), [JupyterBook Myst]
        "The cell is never to be run: nothing is said about it"; "skip-execution" / "skip-executions" => Quiet
    "nbsphinx-gallery" => Cell(|_, h| { h.options.list = Some(LinkList::Gallery); Ok(()) }), [Nbsphinx]
        "The links in the cell stand as cards"; "nbsphinx-gallery" / "nbsphinx-galery" => Has("cell-gallery")
    "nbsphinx-link-gallery" => Cell(|_, h| { h.options.list = Some(LinkList::Gallery); Ok(()) }), [Nbsphinx]
        "The links in the cell stand as cards"; "nbsphinx-link-gallery" / "nbsphinx-link" => Has("cell-gallery")
    "nbsphinx-toctree" => Cell(|_, h| { h.options.list = Some(LinkList::Contents); Ok(()) }), [Nbsphinx]
        "The links in the cell order the navigation"; "nbsphinx-toctree" / "nbsphinx-toctre" => Has("cell-contents")
    "nbsphinx-thumbnail" => Cell(|_, h| { h.options.thumbnail = Some(-1); Ok(()) }), [Nbsphinx]
        "The last picture of the cell stands for the page on cards"; "nbsphinx-thumbnail" / "nbsphinx-thumbnails" => Quiet
    "jupyterlite-sphinx-strip" => Nothing, [JupyterBook]
        "The cell is left out of the interactive copy, which bindery does not make; the page shows it"; "jupyterlite_sphinx_strip" / "jupyterlite_strips" => Quiet
    "active-ipynb" => Nothing, [Jupytext]
        "The cell runs in the notebook only; it is shown"; "active-ipynb" / "actve-ipynb" => Quiet
    "active-py" => Nothing, [Jupytext]
        "The cell runs in the script only; it is shown"; "active-py" / "actve-py" => Quiet
    "active-ipynb-py" => Nothing, [Jupytext]
        "The cell runs in both; it is shown"; "active-ipynb-py" / "actve-ipynb-py" => Quiet
    "active-md" => Nothing, [Jupytext]
        "The cell runs in the Markdown form only; it is shown"; "active-md" / "actve-md" => Quiet
    "active-rmd" => Nothing, [Jupytext]
        "The cell runs in the R Markdown form only; it is shown"; "active-Rmd" / "actve-Rmd" => Quiet
    "todo" => Nothing, [Jupytext]
        "The tag is a class of the cell, for the site's own style"; "todo" / "to-do-list" => Quiet
};
