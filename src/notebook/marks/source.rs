//! What the source of a code cell begins with (conventions 4.5).

use super::Says::Read;
use super::Sign::{Has, Lacks};
use super::{Mark, marks};

pub(super) const TABLE: &[Mark] = marks! { Source;
    "%%bash" => Read, [JupyterLab Classic VsCode]
        "A cell magic: the cell is in the language that it names; so for `sh`, `ruby`, `perl`, `javascript`, `html`, `sql`, `R`, `writefile` and the like"; "%%bash\nls" / "%%time\nls" => Has("language-bash")
    "%%markdown" => Read, [JupyterLab Classic]
        "A cell magic: the cell is shown as Markdown source"; "%%markdown\n# Spot" / "%%markdwn\n# Spot" => Has("language-markdown")
    "!" => Read, [JupyterLab Classic]
        "A line of shell"; "!ls -l" / "#ls -l" => Has("class=\"m\">!</span>")
    "%sql" => Read, [Databricks]
        "The cell is in SQL; so for `%sh`, `%scala`, `%r`, `%python`"; "%sql\nselect 1" / "%sqll\nselect 1" => Has("language-sql")
    "%md" => Read, [Databricks]
        "The cell is Markdown, whatever its kind"; "%md\n*Spot*" / "%mdd\n*Spot*" => Has("<em>Spot</em>")
    "#!csharp" => Read, [Polyglot]
        "The cell is in the language that the line names; so for `fsharp`, `pwsh`, `sql`, `kql`, `html`, `javascript`, `mermaid`"; "#!csharp\nvar x = 1;" / "#!lsmagic\nvar x = 1;" => Has("language-csharp")
    "#!markdown" => Read, [Polyglot]
        "The cell is Markdown, whatever its kind"; "#!markdown\n*Spot*" / "#!markdwn\n*Spot*" => Has("<em>Spot</em>")
    "%%mermaid" => Read, [Polyglot JupyterBook]
        "The cell is a diagram, as its source"; "%%mermaid\ngraph TD" / "%%mermad\ngraph TD" => Has("language-mermaid")
    "#@title" => Read, [Colab]
        "The cell's title, with which its form begins"; "#@title Spot on\nx = 1" / "# title Spot on\nx = 1" => Has("Spot on</span>")
    "#@markdown" => Read, [Colab]
        "Prose of the form"; "#@title T\n#@markdown *Spot*\nx = 1" / "#@title T\n# markdown *Spot*\nx = 1" => Has("<em>Spot</em>")
    "#@param" => Read, [Colab]
        "A parameter of the form: its name, value and kind stand in a table"; "x = 'spot' #@param {type:\"string\"}" / "x = 'spot' # param" => Has("<table class=\"form\"")
    "dbutils.widgets" => Read, [Databricks]
        "A parameter: its name and default stand in a table"; "dbutils.widgets.text(\"spot\", \"on\")" / "dbutils.widgets.get(\"spot\")" => Has("<table class=\"form\"")
    "#|" => Read, [Quarto Knitr Nbdev Myst]
        "Options, behind the comment sign of the language: `//|`, `--|`, `%|` and so on. They are not shown, and stay in the script"; "#| echo: true\nx = 1" / "#! echo: true\nx = 1" => Lacks("echo: true")
};
