//! Directives in Markdown (fences and containers with a name), and other forms of the dialects
//! (conventions 4.10).

use super::Says::Read;
use super::Sign::{Has, Lacks};
use super::{Mark, Says, marks};

/// The kinds of admonitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admonition {
    /// Something to know.
    Note,
    /// Something that helps.
    Tip,
    /// Something that decides.
    Important,
    /// Something that can go wrong.
    Warning,
    /// Something that does harm.
    Caution,
    /// Sphinx' `danger`.
    Danger,
    /// Sphinx' `attention`.
    Attention,
    /// Sphinx' `hint`.
    Hint,
    /// Sphinx' `error`.
    Error,
    /// Where to read on.
    SeeAlso,
    /// What is left to do.
    Todo,
    /// One with a title of its own and nothing else.
    Plain,
}

/// What a directive becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// An admonition.
    Admonition(Admonition),
    /// A fold.
    Dropdown,
    /// Tabs.
    TabSet,
    /// One of several tabs.
    TabItem,
    /// A picture or other content with a caption.
    Figure,
    /// A picture.
    Image,
    /// Another file's Markdown.
    Include,
    /// Another file's text as code.
    LiteralInclude,
    /// A diagram as its source.
    Mermaid,
    /// A formula.
    Math,
    /// A block of code.
    Code,
    /// Pages below this one.
    Contents,
    /// A cell or output of another notebook.
    Embed,
    /// A table in Markdown, with a caption.
    Table,
    /// A table written as a list of lists.
    ListTable,
    /// A table of comma-separated values.
    CsvTable,
    /// Terms with what they mean.
    Glossary,
    /// A grid of cards.
    Cards,
    /// A card.
    Card,
    /// Something beside the text.
    Aside,
    /// A quotation.
    Quote,
    /// A theorem, proof, exercise and the like.
    Statement,
    /// What changed in which version.
    Version,
    /// Text for one target format.
    Raw,
    /// Content in a frame of no meaning here.
    Div,
    /// A film or a page of another host, as a link.
    Frame,
    /// The list of the works that the page cites.
    Bibliography,
    /// A value that MyST-NB kept under a name.
    Glue,
    /// A heading outside of the contents.
    Rubric,
    /// A link that looks like a button.
    Button,
    /// Another markup language, as its source.
    Foreign(&'static str),
    /// Markdown as its source, and what comes of it.
    Demo,
    /// Nothing that a reader sees.
    Silent,
}

use Directive as D;

const fn note(kind: Admonition) -> Says {
    Says::Directive(D::Admonition(kind))
}

const fn is(directive: Directive) -> Says {
    Says::Directive(directive)
}

pub(super) const DIRECTIVES: &[Mark] = marks! { Directive;
    "note" => note(Admonition::Note), [Myst JupyterBook Docusaurus Quarto]
        "A note"; "```{note}\nSpot\n```" / "```{noote}\nSpot\n```" => Has("admonition-note")
    "tip" => note(Admonition::Tip), [Myst JupyterBook Docusaurus Quarto]
        "A tip"; ":::{tip}\nSpot\n:::" / ":::{tipp}\nSpot\n:::" => Has("admonition-tip")
    "important" => note(Admonition::Important), [Myst JupyterBook Quarto]
        "Something important"; ":::{important} Spot\nx\n:::" / ":::{importnt} Spot\nx\n:::" => Has("admonition-important")
    "warning" => note(Admonition::Warning), [Myst JupyterBook Docusaurus Quarto]
        "A warning"; ":::warning[Spot]\nx\n:::" / ":::wrning[Spot]\nx\n:::" => Has("admonition-warning")
    "caution" => note(Admonition::Caution), [Myst JupyterBook Docusaurus Quarto]
        "A warning of harm"; "```{caution}\nSpot\n```" / "```{cauton}\nSpot\n```" => Has("admonition-caution")
    "danger" => note(Admonition::Danger), [Myst JupyterBook Docusaurus]
        "A warning of harm"; ":::danger\nSpot\n:::" / ":::dangr\nSpot\n:::" => Has("admonition-caution")
    "attention" => note(Admonition::Attention), [Myst JupyterBook]
        "A warning"; "```{attention}\nSpot\n```" / "```{atention}\nSpot\n```" => Has("admonition-warning")
    "hint" => note(Admonition::Hint), [Myst JupyterBook]
        "A tip"; "```{hint}\nSpot\n```" / "```{hnit}\nSpot\n```" => Has("admonition-tip")
    "error" => note(Admonition::Error), [Myst JupyterBook]
        "A warning of harm"; "```{error}\nSpot\n```" / "```{eror}\nSpot\n```" => Has("admonition-caution")
    "seealso" => note(Admonition::SeeAlso), [Myst JupyterBook]
        "Where to read on"; "```{seealso}\nSpot\n```" / "```{seealsoo}\nSpot\n```" => Has("admonition-seealso")
    "info" => note(Admonition::Note), [Docusaurus MkDocs]
        "A note"; ":::info\nSpot\n:::" / ":::infoo\nSpot\n:::" => Has("admonition-note")
    "success" => note(Admonition::Tip), [MkDocs Docusaurus]
        "A tip"; ":::success\nSpot\n:::" / ":::sucess\nSpot\n:::" => Has("admonition-tip")
    "failure" => note(Admonition::Caution), [MkDocs]
        "A warning of harm"; ":::failure\nSpot\n:::" / ":::failre\nSpot\n:::" => Has("admonition-caution")
    "bug" => note(Admonition::Caution), [MkDocs]
        "A warning of harm"; ":::bug\nSpot\n:::" / ":::bugg\nSpot\n:::" => Has("admonition-caution")
    "example" => note(Admonition::Plain), [MkDocs]
        "A frame with a title"; ":::example\nSpot\n:::" / ":::exmple\nSpot\n:::" => Has("admonition-plain")
    "abstract" => note(Admonition::Plain), [MkDocs]
        "A frame with a title"; ":::abstract\nSpot\n:::" / ":::abstrct\nSpot\n:::" => Has("admonition-plain")
    "question" => note(Admonition::Plain), [MkDocs]
        "A frame with a title"; ":::question\nSpot\n:::" / ":::questoin\nSpot\n:::" => Has("admonition-plain")
    "quote" => is(D::Quote), [MkDocs]
        "A quotation"; ":::{quote}\nSpot\n:::" / ":::{qute}\nSpot\n:::" => Has("<blockquote>")
    "todo" => note(Admonition::Todo), [JupyterBook Myst]
        "What is left to do"; "```{todo}\nSpot\n```" / "```{todoo}\nSpot\n```" => Has("admonition-todo")
    "admonition" => note(Admonition::Plain), [Myst JupyterBook]
        "A frame with a title of its own; its class gives it a look"; "```{admonition} Spot\n:class: tip\nx\n```" / "```{admonitoin} Spot\nx\n```" => Has("admonition-title\">Spot")
    "topic" => note(Admonition::Plain), [JupyterBook]
        "A frame with a title of its own"; "```{topic} Spot\nx\n```" / "```{topc} Spot\nx\n```" => Has("admonition-title\">Spot")
    "dropdown" => is(D::Dropdown), [Myst JupyterBook]
        "A fold with a title"; "```{dropdown} Spot\nx\n```" / "```{dropdwn} Spot\nx\n```" => Has("Spot</summary>")
    "details" => is(D::Dropdown), [Myst Docusaurus]
        "A fold with a title"; ":::{details} Spot\nx\n:::" / ":::{detials} Spot\nx\n:::" => Has("Spot</summary>")
    "toggle" => is(D::Dropdown), [JupyterBook]
        "A fold"; "```{toggle}\nSpot\n```" / "```{togle}\nSpot\n```" => Has("<details")
    "tab-set" => is(D::TabSet), [Myst JupyterBook]
        "Tabs"; "::::{tab-set}\n:::{tab-item} Spot\nx\n:::\n::::" / "::::{tab-st}\nx\n::::" => Has("class=\"tabs\"")
    "tab-item" => is(D::TabItem), [Myst JupyterBook]
        "One of several tabs"; "::::{tab-set}\n:::{tab-item} Spot\nx\n:::\n::::" / "::::{tab-set}\n:::{tab-itm} Spot\nx\n:::\n::::" => Has("Spot</label>")
    "tabbed" => is(D::TabItem), [JupyterBook]
        "One of several tabs in an old form"; "```{tabbed} Spot\nx\n```" / "```{tabed} Spot\nx\n```" => Has("Spot</label>")
    "tab" => is(D::TabItem), [JupyterBook]
        "One of several tabs in an old form"; "```{tab} Spot\nx\n```" / "```{tabe} Spot\nx\n```" => Has("Spot</label>")
    "figure" => is(D::Figure), [Myst JupyterBook]
        "A picture with a caption and a number"; "```{figure} spot.png\n:name: spot\nSpot on\n```" / "```{figur} spot.png\nSpot on\n```" => Has("<figcaption>")
    "figure-md" => is(D::Figure), [JupyterBook]
        "A picture with a caption and a number"; "```{figure-md} spot\n![x](spot.png)\n\nSpot on\n```" / "```{figure-m} spot\n![x](spot.png)\n```" => Has("<figcaption>")
    "subfigure" => is(D::Figure), [Myst]
        "A picture with a caption"; "```{subfigure} spot.png\nSpot on\n```" / "```{subfigur} spot.png\nSpot on\n```" => Has("<figcaption>")
    "image" => is(D::Image), [Myst JupyterBook]
        "A picture"; "```{image} spot.png\n:alt: Spot\n```" / "```{imge} spot.png\n```" => Has("alt=\"Spot\"")
    "include" => is(D::Include), [Myst JupyterBook]
        "The text of another file of the repo"; "```{include} part.txt\n```" / "```{inclde} part.txt\n```" => Has("included words")
    "literalinclude" => is(D::LiteralInclude), [Myst JupyterBook]
        "The text of another file of the repo as code"; "```{literalinclude} part.txt\n```" / "```{literalinclud} part.txt\n```" => Has("included words")
    "mermaid" => is(D::Mermaid), [Myst JupyterBook Quarto]
        "A diagram, as its source"; "```{mermaid}\ngraph TD\n```" / "```{mermad}\ngraph TD\n```" => Has("language-mermaid")
    "math" => is(D::Math), [Myst JupyterBook]
        "A formula with a number and a label"; "```{math}\n:label: spot\na^2\n```" / "```{mth}\na^2\n```" => Has("<math")
    "code" => is(D::Code), [Myst JupyterBook]
        "A block of code"; "```{code} ruby\nputs 1\n```" / "```{cod} ruby\nputs 1\n```" => Has("language-ruby")
    "code-block" => is(D::Code), [Myst JupyterBook]
        "A block of code"; "```{code-block} ruby\n:linenos:\nputs 1\n```" / "```{code-blck} ruby\nputs 1\n```" => Has("language-ruby")
    "sourcecode" => is(D::Code), [JupyterBook]
        "A block of code"; "```{sourcecode} ruby\nputs 1\n```" / "```{sourcecde} ruby\nputs 1\n```" => Has("language-ruby")
    "parsed-literal" => is(D::Code), [JupyterBook]
        "A block of text"; "```{parsed-literal}\nSpot\n```" / "```{parsed-litral}\nSpot\n```" => Lacks("directive-name")
    "prompt" => is(D::Code), [JupyterBook]
        "Commands with their prompts"; "```{prompt} bash\nls\n```" / "```{promt} bash\nls\n```" => Has("language-bash")
    "toctree" => is(D::Contents), [JupyterBook Myst Nbsphinx]
        "The pages that are named, as a list; they order the navigation"; "```{toctree}\nother\n```" / "```{toctre}\nother\n```" => Has("class=\"contents")
    "tableofcontents" => is(D::Silent), [JupyterBook]
        "Nothing: the site lists its pages itself"; "```{tableofcontents}\n```" / "```{tableofcontent}\n```" => Lacks("directive-name")
    "contents" => is(D::Silent), [JupyterBook]
        "Nothing: every page has its contents"; "```{contents}\n```" / "```{contets}\n```" => Lacks("directive-name")
    "toc" => is(D::Silent), [Myst]
        "Nothing: every page has its contents"; "```{toc}\n```" / "```{tocc}\n```" => Lacks("directive-name")
    "embed" => is(D::Embed), [Myst]
        "A cell or an output of another notebook"; "```{embed} #other-cell\n```" / "```{embd} #other-cell\n```" => Has("embedded output")
    "table" => is(D::Table), [Myst JupyterBook]
        "A table with a caption and a number"; "```{table} Spot on\n| a |\n|---|\n| b |\n```" / "```{tabel} Spot on\n| a |\n|---|\n| b |\n```" => Has("Spot on</figcaption>")
    "list-table" => is(D::ListTable), [Myst JupyterBook]
        "A table written as a list of lists"; "```{list-table} Spot\n:header-rows: 1\n* - a\n  - b\n* - c\n  - d\n```" / "```{list-tabel} Spot\n* - a\n```" => Has("<thead>")
    "csv-table" => is(D::CsvTable), [Myst JupyterBook]
        "A table of comma-separated values"; "```{csv-table} Spot\n:header: a, b\nc, d\n```" / "```{csv-tabel} Spot\nc, d\n```" => Has("<thead>")
    "glossary" => is(D::Glossary), [Myst JupyterBook]
        "Terms with what they mean, to which `{term}` leads"; "```{glossary}\nSpot\n: A place.\n```" / "```{glosary}\nSpot\n: A place.\n```" => Has("id=\"term-spot\"")
    "grid" => is(D::Cards), [Myst JupyterBook]
        "A grid of cards"; "::::{grid} 2\n:::{card} Spot\nx\n:::\n::::" / "::::{grd} 2\nx\n::::" => Has("class=\"cards\"")
    "panels" => is(D::Cards), [JupyterBook]
        "A grid of cards in an old form"; "```{panels}\nSpot\n```" / "```{panles}\nSpot\n```" => Has("class=\"cards\"")
    "card-carousel" => is(D::Cards), [JupyterBook]
        "A grid of cards"; "::::{card-carousel} 2\n:::{card} Spot\nx\n:::\n::::" / "::::{card-carousl} 2\nx\n::::" => Has("class=\"cards\"")
    "card" => is(D::Card), [Myst JupyterBook]
        "A card with a title and a link"; "```{card} Spot\n:link: https://example.org\nx\n```" / "```{crd} Spot\nx\n```" => Has("class=\"card\"")
    "grid-item-card" => is(D::Card), [Myst JupyterBook]
        "A card with a title and a link"; "```{grid-item-card} Spot\nx\n```" / "```{grid-itm-card} Spot\nx\n```" => Has("class=\"card\"")
    "grid-item" => is(D::Card), [Myst JupyterBook]
        "A card"; "```{grid-item}\nSpot\n```" / "```{grid-itm}\nSpot\n```" => Has("class=\"card\"")
    "aside" => is(D::Aside), [Myst]
        "Something beside the text"; "```{aside} Spot\nx\n```" / "```{asid} Spot\nx\n```" => Has("<aside")
    "margin" => is(D::Aside), [JupyterBook Myst]
        "Something beside the text"; "```{margin} Spot\nx\n```" / "```{mrgin} Spot\nx\n```" => Has("<aside")
    "sidebar" => is(D::Aside), [JupyterBook Myst]
        "Something beside the text"; "```{sidebar} Spot\nx\n```" / "```{sidebr} Spot\nx\n```" => Has("<aside")
    "marginnote" => is(D::Aside), [JupyterBook]
        "Something beside the text"; "```{marginnote}\nSpot\n```" / "```{marginote}\nSpot\n```" => Has("<aside")
    "epigraph" => is(D::Quote), [JupyterBook Myst]
        "A quotation"; "```{epigraph}\nSpot\n```" / "```{epigrph}\nSpot\n```" => Has("<blockquote>")
    "pull-quote" => is(D::Quote), [JupyterBook Myst]
        "A quotation"; "```{pull-quote}\nSpot\n```" / "```{pull-qute}\nSpot\n```" => Has("<blockquote>")
    "blockquote" => is(D::Quote), [Myst]
        "A quotation"; "```{blockquote}\nSpot\n```" / "```{blockqute}\nSpot\n```" => Has("<blockquote>")
    "highlights" => is(D::Quote), [JupyterBook]
        "A quotation"; "```{highlights}\nSpot\n```" / "```{highlihts}\nSpot\n```" => Has("<blockquote>")
    "proof" => is(D::Statement), [JupyterBook Myst]
        "A proof; with a colon behind it any theorem, lemma, definition and so on"; "```{prf:theorem} Spot\n:label: thm\nx\n```" / "```{prof:theorem} Spot\nx\n```" => Has("class=\"statement")
    "prf" => is(D::Statement), [JupyterBook Myst]
        "A theorem, lemma, definition and so on, by the word behind its colon"; "```{prf:lemma} Spot\nx\n```" / "```{prrf:lemma} Spot\nx\n```" => Has("class=\"statement")
    "exercise" => is(D::Statement), [JupyterBook Myst]
        "An exercise"; "```{exercise} Spot\nx\n```" / "```{exercis} Spot\nx\n```" => Has("class=\"statement")
    "exercise-start" => is(D::Statement), [JupyterBook Myst]
        "An exercise that goes on below"; "```{exercise-start} Spot\n```" / "```{exercise-strt} Spot\n```" => Has("class=\"statement")
    "exercise-end" => is(D::Silent), [JupyterBook Myst]
        "The end of an exercise"; "```{exercise-end}\n```" / "```{exercise-ende}\n```" => Lacks("directive-name")
    "solution" => is(D::Statement), [JupyterBook Myst]
        "The solution of an exercise"; "```{solution} spot\nx\n```" / "```{soluton} spot\nx\n```" => Has("class=\"statement")
    "solution-start" => is(D::Statement), [JupyterBook Myst]
        "A solution that goes on below"; "```{solution-start} spot\n```" / "```{soluton-start} spot\n```" => Has("class=\"statement")
    "solution-end" => is(D::Silent), [JupyterBook Myst]
        "The end of a solution"; "```{solution-end}\n```" / "```{soluton-end}\n```" => Lacks("directive-name")
    "versionadded" => is(D::Version), [JupyterBook Myst]
        "Since which version something is there"; "```{versionadded} 1.2\nSpot\n```" / "```{versionaded} 1.2\nSpot\n```" => Has("class=\"version\"")
    "versionchanged" => is(D::Version), [JupyterBook Myst]
        "What changed in which version"; "```{versionchanged} 1.2\nSpot\n```" / "```{versionchange} 1.2\nSpot\n```" => Has("class=\"version\"")
    "versionremoved" => is(D::Version), [JupyterBook Myst]
        "What was removed in which version"; "```{versionremoved} 1.2\nSpot\n```" / "```{versionremove} 1.2\nSpot\n```" => Has("class=\"version\"")
    "deprecated" => is(D::Version), [JupyterBook Myst]
        "Since which version something is old"; "```{deprecated} 1.2\nSpot\n```" / "```{depricated} 1.2\nSpot\n```" => Has("class=\"version\"")
    "raw" => is(D::Raw), [Myst JupyterBook]
        "HTML is cleaned and shown; other targets have no place on a page"; "```{raw} html\n<b>Spot</b>\n```" / "```{rw} html\n<b>Spot</b>\n```" => Lacks("directive-name")
    "div" => is(D::Div), [Myst Quarto]
        "What is inside"; "```{div} x\nSpot *on*\n```" / "```{dvi} x\nSpot *on*\n```" => Lacks("directive-name")
    "container" => is(D::Div), [JupyterBook]
        "What is inside"; "```{container} x\nSpot *on*\n```" / "```{contaner} x\nSpot *on*\n```" => Lacks("directive-name")
    "centered" => is(D::Div), [JupyterBook]
        "What is inside"; "```{centered} Spot\n```" / "```{centred} Spot\n```" => Lacks("directive-name")
    "block" => is(D::Div), [Myst]
        "What is inside"; "```{block}\nSpot *on*\n```" / "```{blok}\nSpot *on*\n```" => Lacks("directive-name")
    "hlist" => is(D::Div), [JupyterBook]
        "What is inside"; "```{hlist}\n- Spot *on*\n```" / "```{hlst}\n- Spot\n```" => Lacks("directive-name")
    "only" => is(D::Div), [JupyterBook]
        "What is inside, but for other targets than HTML"; "```{only} html\nSpot *on*\n```" / "```{onyl} html\nSpot *on*\n```" => Lacks("directive-name")
    "iframe" => is(D::Frame), [Myst]
        "A page of another host, as a link"; "```{iframe} https://example.org/spot\n```" / "```{ifrme} https://example.org/spot\n```" => Has("href=\"https://example.org/spot\"")
    "youtube" => is(D::Frame), [JupyterBook]
        "A film of another host, as a link"; "```{youtube} spot\n```" / "```{youtub} spot\n```" => Has("youtube.com/watch?v=spot")
    "video" => is(D::Frame), [JupyterBook]
        "A film, as a link"; "```{video} https://example.org/spot.mp4\n```" / "```{vidoe} x\n```" => Has("href=\"https://example.org/spot.mp4\"")
    "bibliography" => is(D::Bibliography), [JupyterBook Myst]
        "The works that the page cites"; "```{bibliography}\n```" / "```{bibliografy}\n```" => Lacks("directive-name")
    "footbibliography" => is(D::Bibliography), [JupyterBook]
        "The works that the page cites"; "```{footbibliography}\n```" / "```{footbibliografy}\n```" => Lacks("directive-name")
    "glue" => is(D::Glue), [JupyterBook]
        "The output that was kept under a name"; "```{glue} kept\n```" / "```{gleu} kept\n```" => Has("id=\"b:2\"><div class=\"output")
    "eval" => is(D::Glue), [JupyterBook]
        "The result of an expression that was saved with the notebook"; "```{eval} kept\n```" / "```{evl} kept\n```" => Has("id=\"b:2\"><div class=\"output")
    "rubric" => is(D::Rubric), [JupyterBook Myst]
        "A heading outside of the contents"; "```{rubric} Spot\n```" / "```{rubrik} Spot\n```" => Has("class=\"rubric\"")
    "button-link" => is(D::Button), [JupyterBook Myst]
        "A link that looks like a button"; "```{button-link} https://example.org/spot\nSpot\n```" / "```{button-lnk} x\n```" => Has("class=\"button\"")
    "button-ref" => is(D::Button), [JupyterBook Myst]
        "A link that looks like a button"; "```{button-ref} other\nSpot\n```" / "```{button-rf} x\n```" => Has("class=\"button\"")
    "button" => is(D::Button), [Myst]
        "A link that looks like a button"; "```{button} https://example.org/spot\nSpot\n```" / "```{buton} x\n```" => Has("class=\"button\"")
    "eval-rst" => is(D::Foreign("rst")), [JupyterBook Myst]
        "reStructuredText, as its source"; "```{eval-rst}\n.. note:: Spot\n```" / "```{eval-rts}\n.. note:: Spot\n```" => Has("language-restructuredtext")
    "myst" => is(D::Demo), [Myst]
        "Markdown as its source, and what comes of it"; "```{myst}\n# Spot\n```" / "```{mystt}\n# Spot\n```" => Has("language-markdown")
    "dot" => is(D::Foreign("dot")), [Quarto]
        "A diagram, as its source"; "```{dot}\ngraph {}\n```" / "```{dott}\ngraph {}\n```" => Has("language-graphviz")
    "graphviz" => is(D::Foreign("dot")), [JupyterBook]
        "A diagram, as its source"; "```{graphviz}\ngraph {}\n```" / "```{grapviz}\ngraph {}\n```" => Has("language-graphviz")
    "anywidget" => is(D::Foreign("json")), [Myst]
        "A widget that needs a script, as its data"; "```{anywidget} x.mjs\n{}\n```" / "```{anywidgt} x.mjs\n{}\n```" => Has("language-json")
    "any:bundle" => is(D::Foreign("json")), [Myst]
        "A widget that needs a script, as its data"; "```{any:bundle} x.mjs\n{}\n```" / "```{any:bundel} x.mjs\n{}\n```" => Has("language-json")
    "index" => is(D::Silent), [JupyterBook Myst]
        "Nothing: an entry of a printed index"; "```{index} Spot\n```" / "```{indx} Spot\n```" => Lacks("directive-name")
    "mystnb-config" => is(D::Silent), [JupyterBook]
        "Nothing: a table of MyST-NB's own documentation"; "```{mystnb-config} x\n```" / "```{mystnb-confg} x\n```" => Lacks("directive-name")
    "myst-config" => is(D::Silent), [JupyterBook]
        "Nothing: a table of MyST's own documentation"; "```{myst-config} x\n```" / "```{myst-confg} x\n```" => Lacks("directive-name")
    "docutils-cli-help" => is(D::Silent), [JupyterBook]
        "Nothing: the help of a program, run when the page is made"; "```{docutils-cli-help}\n```" / "```{docutils-cli-hlp}\n```" => Lacks("directive-name")
    "nb-exec-table" => is(D::Silent), [JupyterBook]
        "Nothing: bindery runs no notebook"; "```{nb-exec-table}\n```" / "```{nb-exec-tabl}\n```" => Lacks("directive-name")
    "clearpage" => is(D::Silent), [Myst]
        "Nothing: a page break of LaTeX"; "```{clearpage}\n```" / "```{clearpge}\n```" => Lacks("directive-name")
    "comment" => is(D::Silent), [Myst JupyterBook]
        "Nothing: a remark for authors"; "```{comment}\nSpot\n```" / "```{coment}\nSpot\n```" => Lacks("Spot")
};

pub(super) const FORMS: &[Mark] = marks! { Prose;
    "> [!NOTE]" => Read, [JupyterLab MkDocs]
        "An alert of GitHub and GitLab"; "> [!WARNING]\n> Spot" / "> [!WARN]\n> Spot" => Has("admonition-warning")
    "> **Note**" => Read, [Myst AzureDataStudio]
        "A block quote that begins with a bold word: an admonition"; "> **Note**\n> Spot" / "> **Nota bene**\n> Spot" => Has("admonition-note")
    "::: {.callout-note}" => Read, [Quarto]
        "A callout, with `title`, `collapse`, `icon` and `appearance`"; "::: {.callout-tip title=\"Spot\"}\nx\n:::" / "::: {.calout-tip title=\"Spot\"}\nx\n:::" => Has("admonition-tip")
    "::: {.panel-tabset}" => Read, [Quarto]
        "Tabs, one for each heading"; "::: {.panel-tabset}\n## Spot\nx\n## On\ny\n:::" / "::: {.panel-tabst}\n## Spot\nx\n:::" => Has("class=\"tabs\"")
    "::: {layout-ncol=2}" => Read, [Quarto]
        "What is inside stands in columns"; "::: {layout-ncol=2}\nSpot\n\non\n:::" / "::: {layot-ncol=2}\nSpot\n\non\n:::" => Has("class=\"layout")
    "::: {#fig-name}" => Read, [Quarto]
        "What is inside is a figure; its last paragraph is the caption"; "::: {#fig-spot}\nx\n\nSpot on\n:::" / "::: {#spot}\nx\n\nSpot on\n:::" => Has("<figcaption>")
    "::: {.column-margin}" => Read, [Quarto]
        "Something beside the text"; "::: {.column-margin}\nSpot\n:::" / "::: {.column-margn}\nSpot\n:::" => Has("<aside")
    "::: {.columns}" => Read, [Quarto]
        "Columns beside each other"; ":::: {.columns}\n::: {.column width=\"50%\"}\nSpot\n:::\n::::" / ":::: {.colums}\nSpot\n::::" => Has("class=\"layout")
    "::: {.content-visible}" => Read, [Quarto]
        "Shown where it is meant for HTML"; "::: {.content-visible when-format=\"pdf\"}\nSpot\n:::" / "::: {.content-visible when-format=\"html\"}\nSpot\n:::" => Lacks("Spot")
    "::: {.content-hidden}" => Read, [Quarto]
        "Nowhere on the page where it is hidden from HTML"; "::: {.content-hidden when-format=\"html\"}\nSpot\n:::" / "::: {.content-hidden when-format=\"pdf\"}\nSpot\n:::" => Lacks("Spot")
    "[text]{.class}" => Read, [Quarto Myst]
        "A span of text with a look: `.underline`, `.mark`, `.smallcaps`, `.kbd`"; "[Spot]{.underline}" / "[Spot] {.underline}" => Has("<u>Spot</u>")
    "![caption](file){#fig-name}" => Read, [Quarto]
        "A figure with a caption, a number and a size"; "![Spot on](spot.png){#fig-spot width=50%}" / "![Spot on](spot.png)" => Has("Spot on</figcaption>")
    "![](#label)" => Read, [Myst]
        "A cell or an output of another notebook"; "![](#other-cell)" / "![](other-cell)" => Has("embedded output")
    ": caption {#tbl-name}" => Read, [Quarto]
        "The caption of the table above it"; "| a |\n|---|\n| b |\n\n: Spot on {#tbl-spot}" / "| a |\n|---|\n| b |\n\nSpot on (#tbl-spot)" => Has("Spot on</figcaption>")
    "$$…$$ {#eq-name}" => Read, [Quarto]
        "A formula with a number and a label"; "$$a^2$$ {#eq-spot}" / "$$a^2$$ (#eq-spot)" => Has("id=\"eq-spot\"")
    "$$…$$ (name)" => Read, [Myst JupyterBook]
        "A formula with a number and a label"; "$$a^2$$ (spot)" / "$$a^2$$ [spot]" => Has("id=\"spot\"")
    "\\eqref{name}" => Read, [JupyterLab Nbsphinx]
        "A reference to an `equation` of LaTeX by its `\\label`"; "\\begin{equation}a\\label{spot}\\end{equation}\n\nSee \\eqref{spot}." / "\\begin{equation}a\\label{spot}\\end{equation}\n\nSee \\eqreff{spot}." => Has("href=\"#spot\">(1)</a>")
    "[](wiki:Name)" => Read, [Myst]
        "A link to Wikipedia; `doi:` leads to a work"; "[x](wiki:Spot)" / "[x](wikis:Spot)" => Has("href=\"https://en.wikipedia.org/wiki/Spot\"")
    "(name)=" => Read, [Myst JupyterBook]
        "A name that links and references can aim at"; "(spot)=\n## A heading" / "(spot)\n## A heading" => Has("id=\"spot\"")
    "@fig-name" => Read, [Quarto]
        "A reference with its number"; "::: {#fig-spot}\nx\n\ny\n:::\n\nSee @fig-spot." / "::: {#fig-spot}\nx\n\ny\n:::\n\nSee fig-spot." => Has("href=\"#fig-spot\"")
    "[](#label)" => Read, [Myst]
        "A link without words takes those of its target"; "[](other.md)" / "[x](other.md)" => Has(">Other page</a>")
    "@key" => Read, [Quarto Myst]
        "A work of the page's `bibliography`, cited"; "As @ada1843 says" / "As @ada1844 says" => Has("Lovelace")
    "[@key]" => Read, [Quarto Myst]
        "A work of the page's `bibliography`, cited in brackets"; "So it is [@ada1843, p. 3]." / "So it is [@ada1844]." => Has("Lovelace")
    "!!! note" => Read, [MkDocs]
        "An admonition, where the Material dialect is on"; "!!! note \"Spot\"\n    x" / "!! note \"Spot\"\n    x" => Has("Spot</p>")
    "??? note" => Read, [MkDocs]
        "An admonition that starts folded, where the Material dialect is on"; "??? note \"Spot\"\n    x" / "?? note \"Spot\"\n    x" => Has("Spot</summary>")
    "=== \"Tab\"" => Read, [MkDocs]
        "A tab, where the Material dialect is on"; "=== \"Spot\"\n\n    x\n" / "== \"Spot\"\n\n    x\n" => Has("Spot</label>")
    "<div class=\"alert alert-info\">" => Read, [Nbsphinx Classic JupyterBook]
        "A box of Bootstrap: an admonition"; "<div class=\"alert alert-warning\">Spot</div>" / "<div class=\"alrt alert\">Spot</div>" => Has("alert-warning")
    "<div class=\"tip\">" => Read, [Docusaurus]
        "A box of Observable: an admonition"; "<div class=\"caution\">Spot</div>" / "<div class=\"cauton\">Spot</div>" => Has("class=\"caution\"")
    "+++" => Read, [Myst JupyterBook]
        "A break between blocks: nothing is shown"; "Spot\n\n+++ {\"class\": \"x\"}\n\non" / "Spot\n\n++ x\n\non" => Lacks("+")
    "\\newpage" => Read, [Quarto]
        "A page break of LaTeX: nothing is shown"; "Spot\n\n\\newpage\n\non" / "Spot\n\n\\nwpage\n\non" => Lacks("page")
};
