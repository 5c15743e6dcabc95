//! Roles (`{name}` before a code span) and shortcodes (`{{< name … >}}`) in Markdown.

use super::Sign::{Has, Lacks};
use super::{Mark, Says, marks};

/// What a role becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A reference by the title or number of its target.
    Reference,
    /// A reference by number, in words of its author.
    Number,
    /// A reference to an equation.
    Equation,
    /// A link to another page.
    Page,
    /// A link to a file.
    File,
    /// A link to a term of a glossary.
    Term,
    /// A citation in brackets.
    Cite,
    /// A citation in the sentence.
    CiteInText,
    /// A formula.
    Math,
    /// Words in an element of HTML.
    Element(&'static str),
    /// Words with what they stand for in brackets.
    Abbreviation,
    /// Code.
    Code,
    /// A value that MyST-NB kept under a name.
    Glue,
    /// Words as they are.
    Plain,
    /// Nothing that a reader sees.
    Silent,
    /// HTML for this target.
    Raw,
}

/// What a shortcode becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcode {
    /// Another file's Markdown.
    Include,
    /// A cell or output of another notebook.
    Embed,
    /// A value of the front matter.
    Meta,
    /// A value of the project's `_variables.yml`.
    Var,
    /// A film.
    Video,
    /// Keys to press.
    Keys,
    /// Nothing that a reader sees.
    Silent,
}

const fn is(role: Role) -> Says {
    Says::Role(role)
}

const fn does(shortcode: Shortcode) -> Says {
    Says::Shortcode(shortcode)
}

pub(super) const ROLES: &[Mark] = marks! { Role;
    "ref" => is(Role::Reference), [JupyterBook Myst]
        "A reference by the title or number of its target"; "(spot)=\n## A heading\n\nSee {ref}`spot`." / "See {rf}`spot`." => Has("href=\"#spot\"")
    "numref" => is(Role::Number), [JupyterBook Myst]
        "A reference by number"; "(spot)=\n## A heading\n\nSee {numref}`Part %s <spot>`." / "See {numrf}`spot`." => Has("href=\"#spot\"")
    "eq" => is(Role::Equation), [JupyterBook Myst]
        "A reference to an equation"; "$$a$$ (spot)\n\nSee {eq}`spot`." / "$$a$$ (spot)\n\nSee {eqq}`spot`." => Has("href=\"#spot\"")
    "doc" => is(Role::Page), [JupyterBook Myst]
        "A link to another page by its title"; "See {doc}`other`." / "See {dok}`other`." => Has(">Other page</a>")
    "any" => is(Role::Reference), [JupyterBook]
        "A reference by the title of its target"; "(spot)=\n## A heading\n\nSee {any}`spot`." / "See {anyy}`spot`." => Has("href=\"#spot\"")
    "download" => is(Role::File), [JupyterBook Myst]
        "A link to a file of the repo"; "Take {download}`it <part.txt>`." / "Take {downlod}`it <part.txt>`." => Has("href=\"part.txt\"")
    "nb-download" => is(Role::File), [JupyterBook]
        "A link to a notebook"; "Take {nb-download}`other.md`." / "Take {nb-downlod}`other.md`." => Has("href=\"other.html\"")
    "term" => is(Role::Term), [JupyterBook Myst]
        "A link to a term of a glossary"; "```{glossary}\nSpot\n: A place.\n```\n\nA {term}`Spot`." / "A {trm}`Spot`." => Has("href=\"#term-spot\"")
    "cite" => is(Role::Cite), [JupyterBook Myst]
        "A citation"; "So {cite}`ada1843`." / "So {cit}`ada1843`." => Has("Lovelace")
    "cite:p" => is(Role::Cite), [JupyterBook Myst]
        "A citation in brackets"; "So {cite:p}`ada1843`." / "So {cite:x}`ada1843`." => Has("Lovelace")
    "cite:t" => is(Role::CiteInText), [JupyterBook Myst]
        "A citation in the sentence"; "So {cite:t}`ada1843`." / "So {cite:tt}`ada1843`." => Has("Lovelace")
    "cite:ps" => is(Role::Cite), [JupyterBook Myst]
        "A citation in brackets"; "So {cite:ps}`ada1843`." / "So {cite:pps}`ada1843`." => Has("Lovelace")
    "cite:ts" => is(Role::CiteInText), [JupyterBook Myst]
        "A citation in the sentence"; "So {cite:ts}`ada1843`." / "So {cite:tts}`ada1843`." => Has("Lovelace")
    "citep" => is(Role::Cite), [JupyterBook]
        "A citation in brackets"; "So {citep}`ada1843`." / "So {citepp}`ada1843`." => Has("Lovelace")
    "citet" => is(Role::CiteInText), [JupyterBook]
        "A citation in the sentence"; "So {citet}`ada1843`." / "So {citett}`ada1843`." => Has("Lovelace")
    "footcite:t" => is(Role::CiteInText), [JupyterBook]
        "A citation in the sentence"; "So {footcite:t}`ada1843`." / "So {footcite:tt}`ada1843`." => Has("Lovelace")
    "footcite:p" => is(Role::Cite), [JupyterBook]
        "A citation in brackets"; "So {footcite:p}`ada1843`." / "So {footcite:pp}`ada1843`." => Has("Lovelace")
    "footcite" => is(Role::Cite), [JupyterBook]
        "A citation"; "So {footcite}`ada1843`." / "So {footcit}`ada1843`." => Has("Lovelace")
    "math" => is(Role::Math), [JupyterBook Myst]
        "A formula"; "So {math}`a^2`." / "So {mth}`a^2`." => Has("<math")
    "abbr" => is(Role::Abbreviation), [JupyterBook Myst]
        "Words with what they stand for"; "The {abbr}`SLO (Spot on)`." / "The {abr}`SLO (Spot on)`." => Has("<abbr title=\"Spot on\">")
    "kbd" => is(Role::Element("kbd")), [JupyterBook Myst]
        "Keys to press"; "Press {kbd}`Ctrl`." / "Press {kbdd}`Ctrl`." => Has("<kbd>Ctrl</kbd>")
    "sub" => is(Role::Element("sub")), [JupyterBook Myst]
        "Words below the line"; "H{sub}`2`O" / "H{subb}`2`O" => Has("<sub>2</sub>")
    "subscript" => is(Role::Element("sub")), [JupyterBook Myst]
        "Words below the line"; "H{subscript}`2`O" / "H{subscrpt}`2`O" => Has("<sub>2</sub>")
    "sup" => is(Role::Element("sup")), [JupyterBook Myst]
        "Words above the line"; "a{sup}`2`" / "a{supp}`2`" => Has("<sup>2</sup>")
    "superscript" => is(Role::Element("sup")), [JupyterBook Myst]
        "Words above the line"; "a{superscript}`2`" / "a{superscrpt}`2`" => Has("<sup>2</sup>")
    "u" => is(Role::Element("u")), [Myst]
        "Underlined words"; "{u}`Spot`" / "{uu}`Spot`" => Has("<u>Spot</u>")
    "underline" => is(Role::Element("u")), [Myst]
        "Underlined words"; "{underline}`Spot`" / "{underlin}`Spot`" => Has("<u>Spot</u>")
    "del" => is(Role::Element("del")), [Myst]
        "Struck words"; "{del}`Spot`" / "{dell}`Spot`" => Has("<del>Spot</del>")
    "strike" => is(Role::Element("del")), [Myst]
        "Struck words"; "{strike}`Spot`" / "{strke}`Spot`" => Has("<del>Spot</del>")
    "emphasis" => is(Role::Element("em")), [JupyterBook]
        "Stressed words"; "{emphasis}`Spot`" / "{emphass}`Spot`" => Has("<em>Spot</em>")
    "strong" => is(Role::Element("strong")), [JupyterBook]
        "Strong words"; "{strong}`Spot`" / "{strng}`Spot`" => Has("<strong>Spot</strong>")
    "dfn" => is(Role::Element("dfn")), [JupyterBook]
        "A word that is defined"; "{dfn}`Spot`" / "{dfnn}`Spot`" => Has("<dfn>Spot</dfn>")
    "guilabel" => is(Role::Element("strong")), [JupyterBook]
        "A word of an interface"; "{guilabel}`Spot`" / "{guilabl}`Spot`" => Has("<strong>Spot</strong>")
    "menuselection" => is(Role::Element("strong")), [JupyterBook]
        "A way through a menu"; "{menuselection}`File --> Spot`" / "{menuselecton}`File --> Spot`" => Has("<strong>File → Spot</strong>")
    "command" => is(Role::Element("strong")), [JupyterBook]
        "A command"; "{command}`spot`" / "{comand}`spot`" => Has("<strong>spot</strong>")
    "program" => is(Role::Element("strong")), [JupyterBook]
        "A program"; "{program}`spot`" / "{progam}`spot`" => Has("<strong>spot</strong>")
    "smallcaps" => is(Role::Plain), [Myst]
        "Words as they are"; "{smallcaps}`Spot`" / "{smallcap}`Spot`" => Lacks("{")
    "sc" => is(Role::Plain), [Myst]
        "Words as they are"; "{sc}`Spot`" / "{scc}`Spot`" => Lacks("{")
    "span" => is(Role::Plain), [Myst]
        "Words as they are"; "{span}`Spot`" / "{spn}`Spot`" => Lacks("{")
    "si" => is(Role::Plain), [Myst]
        "A quantity as it is"; "{si}`3 <m>`" / "{sii}`3 <m>`" => Lacks("{")
    "button" => is(Role::File), [Myst]
        "A link"; "{button}`Spot <other.md>`" / "{buton}`Spot <other.md>`" => Has("href=\"other.html\"")
    "code" => is(Role::Code), [JupyterBook Myst]
        "Code"; "{code}`spot`" / "{cde}`spot`" => Lacks("{")
    "literal" => is(Role::Code), [JupyterBook]
        "Code"; "{literal}`spot`" / "{litral}`spot`" => Lacks("{")
    "samp" => is(Role::Code), [JupyterBook]
        "Code"; "{samp}`spot`" / "{smp}`spot`" => Lacks("{")
    "file" => is(Role::Code), [JupyterBook]
        "A file's name"; "{file}`spot`" / "{fil}`spot`" => Lacks("{")
    "envvar" => is(Role::Code), [JupyterBook]
        "A variable's name"; "{envvar}`SPOT`" / "{envar}`SPOT`" => Lacks("{")
    "option" => is(Role::Code), [JupyterBook]
        "An option's name"; "{option}`--spot`" / "{opton}`--spot`" => Lacks("{")
    "py" => is(Role::Code), [JupyterBook]
        "A name of Python's, by the word behind its colon"; "{py:class}`spot.On`" / "{pyy:class}`spot.On`" => Lacks("{")
    "func" => is(Role::Code), [JupyterBook]
        "A name of Python's"; "{func}`spot`" / "{fnc}`spot`" => Lacks("{")
    "class" => is(Role::Code), [JupyterBook]
        "A name of Python's"; "{class}`spot`" / "{clas}`spot`" => Lacks("{")
    "meth" => is(Role::Code), [JupyterBook]
        "A name of Python's"; "{meth}`spot`" / "{mth}`spot`" => Lacks("{")
    "mod" => is(Role::Code), [JupyterBook]
        "A name of Python's"; "{mod}`spot`" / "{modd}`spot`" => Lacks("{")
    "external" => is(Role::Code), [JupyterBook]
        "A name of another project's"; "{external+python:py:class}`spot`" / "{externl:class}`spot`" => Lacks("{")
    "myst" => is(Role::Code), [Myst]
        "A name of MyST's, by the word behind its colon"; "{myst:directive}`spot`" / "{mist:directive}`spot`" => Lacks("{")
    "eval" => is(Role::Glue), [JupyterBook Myst]
        "The result that was saved with the cell"; "{eval}`kept`" / "{evl}`kept`" => Has("<p>kept value")
    "glue" => is(Role::Glue), [JupyterBook]
        "The output that was kept under a name; a word behind its colon says how it is shown"; "{glue:text}`kept`" / "{gleu}`kept`" => Has("<p>kept value")
    "index" => is(Role::Plain), [JupyterBook]
        "Words of a printed index, as they are"; "{index}`Spot`" / "{indx}`Spot`" => Lacks("{")
    "raw" => is(Role::Raw), [Myst]
        "HTML is cleaned and shown"; "{raw:html}`<b>Spot</b>`" / "{rw:html}`<b>Spot</b>`" => Has("<b>Spot</b>")
    "prf" => is(Role::Reference), [JupyterBook Myst]
        "A reference to a theorem"; "```{prf:lemma} Spot\n:label: lem\nx\n```\n\nSee {prf:ref}`lem`." / "See {prff:ref}`lem`." => Has("href=\"#lem\"")
};

pub(super) const SHORTCODES: &[Mark] = marks! { Shortcode;
    "include" => does(Shortcode::Include), [Quarto]
        "The text of another file of the repo"; "{{< include part.txt >}}" / "{{< inclde part.txt >}}" => Has("included words")
    "embed" => does(Shortcode::Embed), [Quarto]
        "A cell or an output of another notebook"; "{{< embed source.ipynb#other-cell >}}" / "{{< embd source.ipynb#other-cell >}}" => Has("embedded")
    "meta" => does(Shortcode::Meta), [Quarto]
        "A value of the front matter"; "So {{< meta title >}} it is" / "So {{< mta title >}} it is" => Lacks("title")
    "var" => does(Shortcode::Var), [Quarto]
        "A value of `_variables.yml`"; "So {{< var spot >}} it is" / "So {{< vr spot >}} it is" => Has("So on it is")
    "video" => does(Shortcode::Video), [Quarto]
        "A film: of the repo it is shown, of another host it is a link"; "{{< video https://example.org/spot >}}" / "{{< vido https://example.org/spot >}}" => Lacks("{{")
    "kbd" => does(Shortcode::Keys), [Quarto]
        "Keys to press"; "Press {{< kbd Ctrl-C >}}" / "Press {{< kb Ctrl-C >}}" => Has("<kbd>Ctrl-C</kbd>")
    "pagebreak" => does(Shortcode::Silent), [Quarto]
        "Nothing: a page break"; "{{< pagebreak >}}" / "{{< pagebrk >}}" => Lacks("{{")
};
