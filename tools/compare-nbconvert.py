#!/usr/bin/env python3
"""Does a page of the site show everything that nbconvert shows? Counts what is lacking.

    compare-nbconvert.py --src REPO --site SITE [--sample 200] [--seed 1] [--report FILE]

Takes a seeded sample of the notebooks in REPO, renders each with nbconvert's HTMLExporter (template `lab`, no
execution), and compares that with the page that bindery made of it in SITE: words of prose, tokens of code, of outputs
and of raw cells, images, tables and their cells, and links. What nbconvert shows and the page does not is *lacking*;
what the page shows beyond that is never judged. Exit status: 0 nothing is lacking, 1 something is, 2 could not run.

How it counts
- A word is a run of letters and digits, or a symbol beyond ASCII. In code, in `<pre>` and in outputs punctuation counts
  too, each character by itself; in prose it does not. Words are compared as a multiset, after NFKC and without
  zero-width characters and soft hyphens; order and white space do not count.
- A word that stands elsewhere in the page's content (a heading that became the page's title, say) is not lacking but
  *moved*; moved words are counted.
- Mathematics is left out on both sides: TeX on nbconvert's, MathML on the page's.
- Scripts, styles, prompts, pilcrows, buttons, line numbers and interface words (class `b-ui`) are left out.
- Links elsewhere are compared by address, links inside the repo by their text and then by number (their addresses change
  by design). Links that lead nowhere, in the repo or to a part of their own page, need not be links on the page.

What is missing for a known reason is *explained* and counted by class, not lacking; `--deny CLASS,...` makes a class
count as lacking, `--classes` lists them.

Needs nbconvert and lxml (`pip install nbconvert lxml`), nothing else.
"""
import argparse
import base64
import json
import random
import re
import subprocess
import sys
import unicodedata
import warnings
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

CLASSES = {
    "script-output": "output that needs JavaScript: shown in a frame of its own, or as a note",
    "other-mime": "nbconvert shows a text twin of a type that it cannot show itself (JSON, Plotly, Vega, media)",
    "removed": "cell, input, output or stream removed by the author (tags, metadata, `#|` options)",
    "cell-option": "`#|` option lines and Colab form lines in the source",
    "front-matter": "YAML header of the notebook, consumed by the page",
    "overwritten": "text that a carriage return or backspace overwrote on the terminal",
    "math": "mathematics that one side sees and the other does not",
    "unsafe-html": "inside form controls, frames, objects, media: dropped as unsafe",
    "unsafe-link": "a link or image with another scheme than http, https, mailto, tel or ftp",
    "invisible": "hidden by the author's own HTML",
    "inline-svg": "SVG inside HTML",
    "remote-image": "an image on another host: a labelled link on the page",
    "dead-in-source": "an image or link whose file or heading is not there, or that has no address",
    "broken-image": "an image whose data no browser shows: not base64, another format, or half an SVG",
    "raw-html": "tags of a raw HTML cell, which nbconvert prints as text",
    "active-file": "a link to an HTML, SVG or script file of the repo, never copied into the site",
    "link-rewritten": "a link elsewhere that became one inside the site, or the reverse",
    "markdown-extension": "syntax that nbconvert prints and the page renders (alerts, directives, roles, shortcodes)",
    "fence-info": "name of a fence's language, which nbconvert prints when it does not know it",
    "list-marker": "number of a list item that nbconvert takes for text",
    "redacted": "a secret that the page redacts",
    "cut-output": "a very long output that the page cuts (only with --cut-above)",
    "not-a-page": "no page: a draft, or ignored by .gitignore or .binderyignore",
}
KINDS = ("prose", "code", "output", "raw")
BLOCK = frozenset("""address article aside blockquote body br button canvas caption center col colgroup dd details dialog
dir div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html iframe img input
legend li main menu nav object ol optgroup option p pre search section select summary svg table tbody td template
textarea tfoot th thead tr ul video audio math""".split())
NEVER = frozenset("script style template head noscript noembed noframes".split())
UNSAFE = frozenset("select button textarea object embed iframe canvas video audio applet frameset title".split())
SKIP_DIRS = {".git", ".ipynb_checkpoints", "node_modules", ".venv", "venv", "__pycache__"}
SAFE_SCHEMES = {"http", "https", "mailto", "ftp", "tel"}
ACTIVE = (".html", ".htm", ".xhtml", ".svg", ".js", ".mjs")
TOKEN = re.compile(r"[^\W_]+|[^\s\w]|_")
ZERO_WIDTH = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u200e\u200f"))
CONTROL = {c: None for c in range(32) if c not in (9, 10, 13)} | {127: None}
TEX = re.compile(
    r"\$\$.+?\$\$|\\\[.+?\\\]|\\\(.+?\\\)|\\begin\{(\w+\*?)\}.*?\\end\{\1\}"
    r"|(?<![\w$\\])\$(?=\S)[^$\n]{0,300}?(?<=\S)\$(?![\d$])",
    re.S)


# ------------------------------------------------------------------ words

def clean(text):
    return unicodedata.normalize("NFKC", text.translate(CONTROL)).translate(ZERO_WIDTH)


def tokens(text):
    return TOKEN.findall(clean(text))


def wordlike(token):
    """What counts in prose: letters, digits, and symbols beyond ASCII (arrows, emoji), not punctuation."""
    c = token[0]
    return c.isalnum() or (c > "\x7f" and unicodedata.category(c) in ("So", "Sm", "Sc"))


def label_of(el):
    """The words of an element in one line."""
    return " ".join(t for t in tokens(" ".join(el.itertext())) if wordlike(t))


@dataclass
class Harvest:
    """What one side shows: words by (kind, class or None), and the rest as lists of (what, class or None), links with
    their text as well."""
    words: dict = field(default_factory=dict)
    images: list = field(default_factory=list)
    tables: list = field(default_factory=list)
    cells: list = field(default_factory=list)
    links: list = field(default_factory=list)
    anchors: set = field(default_factory=set)       # what a link may aim at
    math: Counter = field(default_factory=Counter)  # words of formulas, left out of `words`
    redactions: int = 0

    def add(self, kind, cls, token):
        self.words.setdefault((kind, cls), Counter())[token] += 1

    def of(self, kind):
        return sum((c for (k, _), c in self.words.items() if k == kind), Counter())


@dataclass
class Context:
    """What holds inside an element. `cls` is the class of a known reason, `exact` means that punctuation counts, `code` that no
    formula is looked for."""
    kind: str
    cls: str | None = None
    exact: bool = False
    code: bool = False
    block: bool = False
    cell: bool = False


class Reader:
    """Walks a tree of HTML once and harvests it. Subclasses say what an element means on their side."""

    def __init__(self, harvest):
        self.out = harvest
        self.buffer = []      # (text, context) since the last block boundary
        self.open_cells = []  # [words, class] of the table cells that are open

    def enter(self, el, name, ctx):
        """The context inside the element, or None to leave the element out."""
        raise NotImplementedError

    def classify(self, text, starts, contexts):
        """[(start, end, class)] of the parts of a block's text that have a known reason."""
        return []

    def walk(self, root, ctx):
        from lxml import etree
        stack = [ctx]
        walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        skipped = None
        for event, el in walker:
            if event in ("comment", "pi"):
                self.text(el.tail, stack[-1])
                continue
            name = el.tag.lower() if isinstance(el.tag, str) else ""
            if event == "start":
                inner = self.enter(el, name, stack[-1])
                if inner is None:
                    walker.skip_subtree()
                    skipped = el
                    if name in BLOCK or name == "math":
                        self.flush()
                    continue
                inner.block, inner.cell = name in BLOCK or inner.block, name in ("td", "th")
                if inner.block:
                    self.flush()
                if name == "table" and (label_of(el) or el.find(".//img") is not None):
                    self.out.tables.append((None, inner.cls))
                if inner.cell:
                    self.open_cells.append([[], inner.cls])
                stack.append(inner)
                self.text(el.text, inner)
            else:
                if el is skipped:
                    skipped = None
                else:
                    inner = stack.pop()
                    if inner.block:
                        self.flush()
                    if inner.cell:
                        words, cls = self.open_cells.pop()
                        if words:
                            self.out.cells.append((" ".join(words), cls))
                if el is not root:
                    self.text(el.tail, stack[-1])
        self.flush()

    def text(self, text, ctx):
        if text:
            self.buffer.append((clean(text), ctx))

    def flush(self):
        if not self.buffer:
            return
        starts, at = [], 0
        for piece, _ in self.buffer:
            starts.append(at)
            at += len(piece)
        text = "".join(piece for piece, _ in self.buffer)
        contexts = [ctx for _, ctx in self.buffer]
        self.buffer = []
        if not text.strip():
            return
        spans = self.classify(text, starts, contexts)
        for m in TOKEN.finditer(text):
            ctx, token = contexts[bisect_right(starts, m.start()) - 1], m.group()
            if not (ctx.exact or wordlike(token)):
                continue
            cls = ctx.cls or next((c for a, b, c in spans if a <= m.start() < b), None)
            self.out.add(ctx.kind, cls, token)
            if wordlike(token):
                for cell in self.open_cells:
                    cell[0].append(token)
                    cell[1] = cell[1] or cls


def parse(html):
    """An lxml tree of a fragment or document, always with one root, or None where there is nothing."""
    from lxml import etree
    html = html.replace("\0", "")
    if not html.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_blank_text=False)
    return etree.fromstring(html.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode(), parser)


# ------------------------------------------------------------------ the page

class PageReader(Reader):
    """bindery's page. Everything shown counts, whatever class it has; kinds follow from the cell's markup."""
    KIND = {"cell-markdown": "prose", "cell-input": "code", "cell-output": "output", "cell-raw": "raw"}

    def enter(self, el, name, ctx):
        classes = (el.get("class") or "").split()
        if name == "math" or "katex" in classes:
            self.out.math.update(tokens(" ".join([el.get("alttext") or "", *el.itertext()])))
            return None
        if name in NEVER or name in ("button", "nav", "aside", "footer") or "b-ui" in classes:
            return None
        kind = next((self.KIND[c] for c in classes if c in self.KIND), ctx.kind)
        if name == "a":
            href = el.get("href")
            own = "".join(el.itertext()).strip() in ("", "#", "¶", "\U0001f517") and (href or "").startswith("#")
            if "ln" in classes or (own and el.find(".//img") is None):
                return None
            # nbconvert makes no links of pictures on other hosts and of footnotes
            if href is not None and "remote-image" not in classes and not href.startswith(("#b:fn", "#b:fr")):
                self.out.links.append((href, None, label_of(el)))
        elif name == "img":
            self.out.images.append((el.get("src") or "", None))
        elif name == "svg":
            if el.get("aria-hidden") != "true":
                self.out.images.append(("svg", None))
        elif "ln" in classes:
            return None
        if any("redact" in c for c in classes):
            self.out.redactions += 1
        # a line of code may be an element of its own, and words may stand for a picture
        apart = {"line", "b-line", "remote-image", "missing-image", "footnote-ref"}.intersection(classes)
        return Context(kind, None, True, block=bool(apart))

    def classify(self, text, starts, contexts):
        self.out.redactions += len(re.findall(r"[\[\u2039<(]redacted", text, re.I))
        return []


def read_page(path):
    out = Harvest()
    root = parse(path.read_text(encoding="utf-8", errors="replace"))
    if root is not None:
        main = next(root.iter("main"), None)
        if main is None:
            main = next(root.iter("article"), root)
        PageReader(out).walk(main, Context("other", None, True))
    return out


# ------------------------------------------------------------------ nbconvert

class ReferenceReader(Reader):
    """A fragment of nbconvert's HTML, of one kind and with at most one known reason."""

    def enter(self, el, name, ctx):
        classes = (el.get("class") or "").split()
        if name in NEVER or "anchor-link" in classes:
            return None
        cls, exact = ctx.cls, ctx.exact or name == "pre"
        if "ref-math" in classes:
            cls = cls or "math"
        elif name == "svg":
            cls = cls or "inline-svg"
        elif name in UNSAFE:
            cls = cls or "unsafe-html"
        elif el.get("hidden") is not None or INVISIBLE.search(el.get("style") or ""):
            cls = cls or "invisible"
        if name == "img":
            self.out.images.append((el.get("src") or "", cls))
        elif name == "svg":
            self.out.images.append(("svg", cls))
        elif name == "a" and el.get("href") is not None:
            self.out.links.append((el.get("href"), cls, label_of(el)))
        self.out.anchors |= {el.get("id"), el.get("name")}
        if re.fullmatch(r"h[1-6]", name):  # as nbconvert makes the id of a heading
            self.out.anchors.add("".join(el.itertext()).strip().replace(" ", "-"))
        return Context(ctx.kind, cls, exact, ctx.code or name in ("pre", "code"))

    def classify(self, text, starts, contexts):
        spans, kind = [], contexts[0].kind
        if "$" in text or "\\" in text:
            ends = [*starts[1:], len(text)]
            plain = "".join("\0" * (b - a) if c.code else text[a:b] for a, b, c in zip(starts, ends, contexts))
            spans += [(*m.span(), "math") for m in TEX.finditer(plain)]
        if kind == "prose":
            spans += [(*m.span(1), "list-marker") for m in re.finditer(r"(?m)^\s*(\d+)[.)](?=\s|$)", text)]
        return spans


def reference_exporter():
    """nbconvert's HTMLExporter with comments between the parts of the notebook, so that each part is read by itself
    (an author's unclosed tag in one cell swallows no other), and with formulas marked."""
    from jinja2 import DictLoader
    from nbconvert import HTMLExporter
    from nbconvert.exporters import html as html_module
    from nbconvert.filters import markdown_mistune as mistune
    from traitlets.config import Config

    template = (
        "{%- extends 'lab/base.html.j2' -%}"
        "{% block unknowncell %}{% endblock unknowncell %}"
        "{% block any_cell %}<!--part:cell-->{{ super() }}<!--part:end-->{% endblock any_cell %}"
        "{% block input_group %}<!--part:input-->{{ super() }}<!--part:between-->{% endblock input_group %}"
        "{% block output %}<!--part:output-->{{ super() }}<!--part:between-->{% endblock output %}"
        "{% block in_prompt %}{% endblock in_prompt %}{% block empty_in_prompt %}{% endblock empty_in_prompt %}"
        "{% block output_area_prompt %}{% endblock output_area_prompt %}")

    # all that nbconvert does with the finished HTML is to add alt and tabindex; re-parsing it would move unclosed tags
    class AsIs(str):
        def __new__(cls, html, features=None):
            return super().__new__(cls, html)

        def select(self, _):
            return ()

    html_module.BeautifulSoup = AsIs

    def marked(method):
        return lambda self, *a, **k: f'<span class="ref-math">{method(self, *a, **k)}</span>'

    marks = {name: marked(getattr(mistune.IPythonRenderer, name)) for name in ("block_math", "inline_math", "latex_environment")}
    renderer = type("Renderer", (mistune.IPythonRenderer,), marks)

    class Exporter(HTMLExporter):
        def markdown2html(self, context, source):
            cell = context.get("cell", {})
            r = renderer(escape=False, attachments=cell.get("attachments", {}), exclude_anchor_links=True)
            return mistune.MarkdownWithMath(renderer=r).render(source)
        markdown2html.__dict__.update(HTMLExporter.markdown2html.__dict__)  # it is a Jinja context filter

    config = Config({"CoalesceStreamsPreprocessor": {"enabled": True}, "HTMLExporter": {"exclude_anchor_links": True}})
    exporter = Exporter(config=config, extra_loaders=[DictLoader({"reference.j2": template})], template_file="reference.j2")
    exporter.log.setLevel("CRITICAL")
    return exporter


PART = re.compile(r"<!--part:(\w+)-->")


def parts_of(exporter, nb):
    """For each cell of the notebook a list of (part, html): part is `cell`, `input` or `output`. A cell that nbconvert
    fails on is None."""
    def convert(notebook):
        html, _ = exporter.from_notebook_node(notebook)
        cells, name, at = [], None, 0
        for m in PART.finditer(html):
            if name in ("cell", "input", "output") and cells:
                cells[-1].append((name, html[at:m.start()]))
            name, at = m.group(1), m.end()
            if name == "cell":
                cells.append([])
        return cells if len(PART.findall(html)) and name == "end" else None

    try:
        cells = convert(nb)
    except Exception:
        cells = None
    if cells is not None and len(cells) == len(nb.cells):
        return cells
    every, out = nb.cells, []
    for cell in every:  # one by one: something in a cell reaches beyond it, or nbconvert refuses it
        nb.cells = [cell]
        try:
            got = convert(nb)
            out.append(got[0] if got else None)
        except Exception:
            out.append(None)
    nb.cells = every
    return out


# ------------------------------------------------------------------ known reasons, read from the notebook itself

NBCONVERT_TYPES = {
    "application/vnd.jupyter.widget-view+json", "application/javascript", "text/html", "text/markdown", "image/svg+xml",
    "text/vnd.mermaid", "text/latex", "image/png", "image/jpeg", "text/plain"}
OPTION = re.compile(r"^\s*(?:#|//|--|%%?|!|\*|/)\s?\|\s*(.*)$")
COLAB = re.compile(r"^\s*#\s?@(?:title|markdown)\b")
INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
SCRIPT = re.compile(r"<script\b|<iframe\b|<object\b|<embed\b", re.I)


def as_text(value):
    return "".join(map(str, value)) if isinstance(value, list) else value if isinstance(value, str) else ""


def cell_options(source):
    """The `#|` lines at the top of a cell: what they say in small letters, and the lines themselves."""
    said, lines = {}, []
    for line in source.splitlines():
        m = OPTION.match(line)
        if m:
            lines.append(line)
            key, _, value = m.group(1).partition(":")
            said[key.strip().lower()] = value.strip().lower()
        elif lines or (line.strip() and not line.startswith("%%")):
            break
    return said, lines + [line for line in source.splitlines() if COLAB.match(line)]


def removals(cell, quarto, page_echo):
    """Which of input, output, stdout, stderr the author removed."""
    meta = cell.get("metadata") or {}
    tags = meta.get("tags") or []
    tags = {str(t).replace("_", "-") for t in tags} if isinstance(tags, list) else set()
    said, _ = cell_options(as_text(cell.get("source"))) if cell.get("cell_type") == "code" else ({}, [])

    def say(key):
        return str(said.get(key, meta.get(key, ""))).lower()

    gone = set()
    hide = "hide" if quarto else "remove"
    for tag, what in (("cell", {"input", "output"}), ("input", {"input"}), ("code", {"input"}), ("output", {"output"}),
                      ("stdout", {"stdout"}), ("stderr", {"stderr"})):
        if f"remove-{tag}" in tags or f"{hide}-{tag}" in tags:
            gone |= what
    mystnb = {}
    for key in ("render", "mystnb"):
        mystnb.update(meta[key] if isinstance(meta.get(key), dict) else {})
    if meta.get("nbsphinx") == "hidden" or say("include") == "false" or "hide" in said:
        gone |= {"input", "output"}
    if meta.get("id") == "view-in-github":
        gone |= {"input", "output"}
    if say("echo") == "false" or mystnb.get("remove_code_source") or (page_echo and "echo" not in said):
        gone |= {"input"}
    if say("output") == "false" or mystnb.get("remove_code_outputs"):
        gone |= {"output"}
    if say("warning") == "false":
        gone |= {"stderr"}
    return gone


def strip_escapes(nb):
    """Takes out the terminal sequences that nbconvert prints as text: hyperlinks, titles, character sets."""
    escape = re.compile(r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|[()#%*+].|[=>78cDEHMNOZ])")

    def strip(value):
        return escape.sub("", as_text(value)) if "\x1b" in as_text(value) else value

    for cell in nb.cells:
        for output in cell.get("outputs") or []:
            if output.get("text"):
                output["text"] = strip(output["text"])
            if isinstance(output.get("data"), dict) and "text/plain" in output["data"]:
                output["data"]["text/plain"] = strip(output["data"]["text/plain"])
            if isinstance(output.get("traceback"), list):
                output["traceback"] = [strip(line) for line in output["traceback"]]


def overwritten(text):
    """The words that a terminal would no longer show."""
    if "\r" not in text and "\b" not in text:
        return Counter()
    shown = []
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line.rstrip("\r").rsplit("\r", 1)[-1]
        while "\b" in line.lstrip("\b"):
            line = re.sub(r"[^\b]\b", "", line.lstrip("\b"), count=1)
        shown.append(line)
    return Counter(tokens(text.replace("\b", " "))) - Counter(tokens("\n".join(shown)))


def extension_words(source):
    """Words of Markdown syntax that a richer dialect renders and nbconvert prints, by class."""
    out = {"markdown-extension": Counter(), "fence-info": Counter()}
    ext = out["markdown-extension"]
    for pattern in (r"\[!(\w+)\][+-]?", r"(?m)^[ \t>]*:{2,}(.*)$", r"(?m)^[ \t>]*(?:!!!|\?\?\?\+?)(.*)$",
                    r"\{\{[<%](.*?)[%>]\}\}", r"(\{[#.:%][^}\n]*\})", r"(?m)^ {0,3}#{1,6} .*(\{[^{}\n]*\})\s*$", r"(\{[\w:.+-]+\})`", r"(?<![\w:]):([\w+-]+):(?![\w:])",
                    r"(?m)^[ \t]*\[\^([^\]]+)\]:", r"\[\^([^\]]+)\]", r"(?m)^\*\[([^\]]+)\]:", r"\\newcommand(.*)", r"\\def(.*)"):
        for m in re.finditer(pattern, source):
            ext.update(tokens(m.group(1)))
    for m in re.finditer(r"(?m)^[ \t>]*(?:[-*+]|\d+[.)])?[ \t>]*(?:`{3,}|~{3,})[ \t]*([^\n`]*)$", source):
        out["fence-info"].update(tokens(m.group(1)))
    for m in re.finditer(r"(?ms)^[ \t>]*(`{3,}|~{3,})[ \t]*\{[^\n]*\n(.*?)^[ \t>]*\1", source):  # a directive's options
        ext.update(tokens("".join(re.findall(r"(?m)^[ \t]*:[\w-]+:.*$|^---$.*?^---$", m.group(2)))))
    return out


NBDEV = re.compile(r"\A\s*# .+\n\s*> .+\n((?:\s*- [\w-]+:.*\n?)+)\s*\Z")
FRONT = re.compile(r"\A\s*---[ \t]*\r?\n(.*?)^---[ \t]*$", re.S | re.M)


def reference_of(exporter, nb, quarto, cut_above):
    """What nbconvert shows of the notebook, with known reasons, and words that may be lacking by class."""
    out, allow, failed = Harvest(), {}, 0
    strip_escapes(nb)
    front = ""
    if nb.cells and nb.cells[0].get("cell_type") in ("raw", "markdown"):
        m = FRONT.match(as_text(nb.cells[0].get("source")))
        front = m.group(1) if m and re.search(r"(?m)^[\w-]+\s*:", m.group(1)) else ""
        m = NBDEV.match(as_text(nb.cells[0].get("source")))
        if m and nb.cells[0].get("cell_type") == "markdown":
            allow["front-matter"] = Counter(tokens(m.group(1)))
    page_echo = bool(re.search(r"(?m)^\s+echo\s*:\s*false", front))

    def permit(cls, words):
        allow.setdefault(cls, Counter()).update(words)

    def read(html, kind, cls, exact):
        root = parse(html)
        if root is not None:
            ReferenceReader(out).walk(root, Context(kind, cls, exact))

    for index, (cell, parts) in enumerate(zip(nb.cells, parts_of(exporter, nb))):
        if parts is None:
            failed += 1
            continue
        source = as_text(cell.get("source"))
        gone = removals(cell, quarto, page_echo)
        if cell.get("cell_type") != "code":
            cls = "removed" if "input" in gone else None
            if front and index == 0:
                permit("front-matter", tokens(front))
                if not FRONT.sub("", source, count=1).strip():
                    cls = "front-matter"
            if cell.get("cell_type") == "markdown":
                for c, words in extension_words(source).items():
                    permit(c, words)
            is_raw = cell.get("cell_type") == "raw"
            if is_raw and str((cell.get("metadata") or {}).get("raw_mimetype")).lower() == "text/html":
                permit("raw-html", re.findall(r"</?(\w+)", source))
            for _, html in parts:
                read(html, "raw" if is_raw else "prose", cls, False)
            continue
        markdown = re.match(r"\s*%md\b", source)
        _, lines = cell_options(source)
        permit("cell-option", tokens("\n".join(lines)))
        if markdown:
            permit("cell-option", ["%", "md"])
        outputs = merged(cell.get("outputs") or [])
        shown = [o for o in outputs if o.get("output_type") in ("execute_result", "display_data", "error", "stream")]
        for o in outputs:
            if o.get("output_type") == "stream":
                permit("overwritten", overwritten(as_text(o.get("text"))))
        k = 0
        for name, html in parts:
            if name == "input":
                read(html, "code", "removed" if "input" in gone else None, not markdown)  # a %md cell is Markdown
            elif name == "output":
                output = shown[k] if len(shown) == sum(n == "output" for n, _ in parts) else {}
                k += 1
                data = output.get("data") or {}
                cls, exact = None, "jp-RenderedMarkdown" not in html
                if "output" in gone or output.get("name") in gone:
                    cls = "removed"
                elif SCRIPT.search(html) or "application/vnd.jupyter.widget-view+json" in data:
                    cls = "script-output"
                elif "jp-RenderedLatex" in html:
                    cls = "math"
                elif 'data-mime-type="text/plain"' in html and set(data) - NBCONVERT_TYPES:
                    cls = "other-mime"
                elif "jp-Mermaid" in html:
                    cls = "script-output"
                elif cut_above and len(html) > cut_above:
                    cls = "cut-output"
                read(html, "output", cls, exact)
    return out, allow, failed, front


def merged(outputs):
    """Consecutive streams of one name are one output, as nbconvert's CoalesceStreamsPreprocessor makes them."""
    out = []
    for o in outputs:
        if out and o.get("output_type") == "stream" == out[-1].get("output_type") and o.get("name") == out[-1].get("name"):
            out[-1] = {**out[-1], "text": as_text(out[-1].get("text")) + as_text(o.get("text"))}
        else:
            out.append(dict(o))
    return out


# ------------------------------------------------------------------ comparing

@dataclass
class Result:
    source: str
    page: str = ""
    shown: Counter = field(default_factory=Counter)      # what nbconvert shows, by kind
    lacking: dict = field(default_factory=dict)          # kind -> Counter of what is lacking
    explained: dict = field(default_factory=dict)        # class -> Counter
    moved: int = 0
    note: str = ""

    def lack(self, kind, what):
        if what:
            self.lacking.setdefault(kind, Counter()).update(what)

    def explain(self, cls, what):
        if what:
            self.explained.setdefault(cls, Counter()).update(what)

    @property
    def total(self):
        return sum(sum(c.values()) for c in self.lacking.values())


def compare(result, ref, page, allow, notebook, root):
    words(result, ref, page, allow)
    images(result, ref, page, notebook, root)
    tables(result, ref, page)
    links(result, ref, page, notebook, root)


def words(result, ref, page, allow):
    spare, lack = {}, {}
    for kind in KINDS:
        need, have = ref.words.get((kind, None), Counter()), page.of(kind)
        lack[kind], spare[kind] = need - have, have - need
        result.shown[kind] += sum(ref.of(kind).values())
    pool = page.of("other")
    for kind in KINDS:
        for (k, cls), need in ref.words.items():
            if k == kind and cls:
                result.explain(cls, need - spare[kind])
                spare[kind] -= need
        pool += spare[kind]
    allow = {**allow, "math": page.math}
    for kind in KINDS:
        moved = lack[kind] & pool
        pool -= moved
        result.moved += sum(moved.values())
        left = lack[kind] - moved
        for cls, permitted in allow.items():
            used = left & permitted
            result.explain(cls, used)
            left -= used
            allow[cls] = permitted - used
        if left and page.redactions:
            if sum(left.values()) <= 40 * page.redactions:
                result.explain("redacted", left)
                left = Counter()
        result.lack(kind, left)


def exists(target, notebook, root):
    path = unquote(urlsplit(target).path) if not re.match(r"^[A-Za-z]:[\\/]", target) else target
    if not path:
        return True
    base = root if path.startswith("/") else notebook.parent
    try:
        return (base / path.lstrip("/")).exists()
    except (OSError, ValueError):
        return False


def scheme_of(target):
    m = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*):", target)
    return m.group(1).lower() if m else ("https" if target.startswith("//") else "")


MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


def data_reason(src):
    """Why the picture in a `data:` address is not one."""
    from lxml import etree
    head, _, body = src.partition(",")
    if not head.lower().startswith("data:image/"):
        return "unsafe-link"
    try:
        content = base64.b64decode(unquote(body), validate=False) if head.lower().endswith(";base64") else unquote(body).encode()
    except ValueError:
        return "broken-image"
    if "svg" in head.lower():
        try:
            root = etree.fromstring(content, etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True))
            return None if etree.QName(root).localname == "svg" else "broken-image"
        except etree.XMLSyntaxError:
            return "broken-image"
    return None if content.startswith(MAGIC) else "broken-image"


def image_reason(src, cls, notebook, root):
    scheme = scheme_of(src)
    if cls or src == "svg":
        return cls or "inline-svg"
    if scheme in ("http", "https"):
        return "remote-image"
    if scheme == "data":
        return data_reason(src)
    if scheme:
        return "unsafe-link"
    return None if src.strip() and exists(src, notebook, root) else "dead-in-source"


def images(result, ref, page, notebook, root):
    result.shown["images"] += len(ref.images)
    missing = len(ref.images) - len(page.images)
    reasons = sorted(((image_reason(s, c, notebook, root), s) for s, c in ref.images), key=lambda x: x[0] is None)
    for cls, src in reasons[:max(0, missing)]:
        name = src if len(src) <= 120 else src[:60] + "…"
        if cls:
            result.explain(cls, Counter({f"image {name}": 1}))
        else:
            result.lack("images", Counter({name: 1}))


def tables(result, ref, page):
    result.shown["tables"] += len(ref.tables)
    missing = len(ref.tables) - len(page.tables)
    for _, cls in sorted(ref.tables, key=lambda x: x[1] is None)[:max(0, missing)]:
        if cls:
            result.explain(cls, Counter({"table": 1}))
        else:
            result.lack("tables", Counter({"table": 1}))
    spare = Counter(text for text, _ in page.cells)
    result.shown["table cells"] += len(ref.cells)
    for text, cls in sorted(ref.cells, key=lambda x: x[1] is not None):
        if spare[text] > 0:
            spare[text] -= 1
        elif cls:
            result.explain(cls, Counter({f"table cell {text[:60]}": 1}))
        else:
            result.lack("table cells", Counter({text[:120]: 1}))


def address(href):
    parts = urlsplit(href.strip())
    text = unquote(href.strip()).rstrip("/.,;:!?)'\"*")
    return text.replace(parts.netloc, parts.netloc.lower(), 1) if parts.netloc else text


def links(result, ref, page, notebook, root):
    result.shown["links"] += len(ref.links)

    def split(found):
        away, here = Counter(), []
        for href, cls, label in found:
            try:
                scheme = scheme_of(href)
                if scheme in SAFE_SCHEMES:
                    away[(address(href), cls)] += 1
                    continue
            except ValueError:
                scheme = "?"
            here.append((href, cls or ("unsafe-link" if scheme else None), label))
        return away, here

    away, here = split(ref.links)
    page_away, page_here = split(page.links)
    spare = Counter()
    for (a, _), n in page_away.items():
        spare[a] += n
    left = []
    for (a, cls), n in sorted(away.items(), key=lambda x: x[0][1] is not None):
        used = min(n, spare[a])
        spare[a] -= used
        left += [(a, cls)] * (n - used)
    far = []
    for a, cls in left:  # where does a bare address end: the two sides may differ by what follows it
        near = next((b for b, n in spare.items() if n > 0 and b and abs(len(a) - len(b)) < 80
                     and (a.startswith(b) or b.startswith(a))), None)
        if near:
            spare[near] -= 1
        elif cls:
            result.explain(cls, Counter({f"link {a}": 1}))
        else:
            far.append(a)

    def reason(href, cls):
        if cls:
            return cls
        if href.startswith("#"):
            return None if {href[1:], unquote(href[1:])} & {*ref.anchors, ""} else "dead-in-source"
        if not href.strip() or not exists(href, notebook, root):
            return "dead-in-source"
        return "active-file" if urlsplit(href).path.lower().endswith(ACTIVE) else None

    labels = Counter(label for _, _, label in page_here)
    unmatched = []
    for cls, href, label in sorted(((reason(h, c), h, t) for h, c, t in here), key=lambda x: x[0] is not None):
        if labels[label] > 0:
            labels[label] -= 1
        else:
            unmatched.append((cls, href))
    unmatched = unmatched[sum(labels.values()):]  # the label may differ; those without a known reason stand first
    spare_here = max(0, len(page_here) - len(here))
    for a in far:
        if spare_here > 0:
            spare_here -= 1
            result.explain("link-rewritten", Counter({f"link {a}": 1}))
        else:
            result.lack("links", Counter({a: 1}))
    spare_away = sum(spare.values())
    for cls, href in unmatched:
        if not cls and spare_away > 0:
            spare_away -= 1
            cls = "link-rewritten"
        if cls:
            result.explain(cls, Counter({f"link {href[:120]}": 1}))
        else:
            result.lack("links", Counter({href[:120]: 1}))


# ------------------------------------------------------------------ finding notebooks and pages

def notebooks_in(src):
    found = []
    stack = [src]
    while stack:
        for p in stack.pop().iterdir():
            if p.is_symlink():
                continue
            if p.is_dir():
                if p.name not in SKIP_DIRS:
                    stack.append(p)
            elif p.suffix.lower() == ".ipynb":
                found.append(p)
    return sorted(found)


class Pages:
    """Where the page of a notebook is: by the site's list of pages, else by trying."""

    def __init__(self, site):
        self.site, self.by_source = site, {}
        listing = site / "_bindery" / "site.json"
        if listing.is_file():
            for page in json.loads(listing.read_text(encoding="utf-8")).get("pages", []):
                if page.get("source") and page.get("url"):
                    self.by_source[page["source"]] = unquote(page["url"].split("#")[0].lstrip("/"))

    def of(self, rel):
        name = rel.as_posix()
        url = self.by_source.get(name)
        if url is None:  # sources may be counted from the repo's root, above SRC
            longer = [u for s, u in self.by_source.items() if s.endswith("/" + name)]
            url = longer[0] if len(longer) == 1 else None
        if url is not None:
            path = self.site / (url + "index.html" if url == "" or url.endswith("/") else url)
            return path if path.is_file() else None
        if self.by_source:
            return None
        tries = [rel.with_suffix(".html"), rel.with_name(rel.name + ".html")]
        if rel.stem.lower() in ("readme", "index"):
            tries.insert(0, rel.with_name("index.html"))
        return next((self.site / t for t in tries if (self.site / t).is_file()), None)


def ignored(src, paths):
    """Those of the paths that .gitignore or .binderyignore leave out (as git reads such files)."""
    out = set()
    git = ["git", "-C", str(src), "-c", "core.excludesFile=/dev/null", "-c", "core.quotePath=false"]
    asked = "\0".join(p.as_posix() for p in paths)
    for command in (["check-ignore", "--no-index", "--stdin", "-z"],
                    ["ls-files", "-z", "--cached", "--ignored", "--exclude-per-directory=.binderyignore"],
                    ["ls-files", "-z", "--others", "--ignored", "--exclude-per-directory=.binderyignore"]):
        try:
            run = subprocess.run(git + command, input=asked, capture_output=True, text=True)
            out |= {p for p in run.stdout.split("\0") if p}
        except OSError:
            pass
    return out


# ------------------------------------------------------------------ reporting

def sample_of(words, most=8):
    shown = ", ".join(repr(w) + (f" ×{n}" if n > 1 else "") for w, n in words.most_common(most))
    return shown + (", …" if len(words) > most else "")


def report_lines(results, skipped, worst=20):
    shown, lacking, explained = Counter(), Counter(), Counter()
    for r in results:
        shown.update(r.shown)
        lacking.update({k: sum(c.values()) for k, c in r.lacking.items()})
        explained.update({k: sum(c.values()) for k, c in r.explained.items()})
    compared = [r for r in results if not r.note]
    yield f"notebooks: {len(results)} in the sample, {len(compared)} compared, {len(skipped)} unreadable and skipped"
    whole, moved = sum(not r.total for r in compared), sum(r.moved for r in compared)
    yield f"pages with everything: {whole} of {len(compared)}; words moved within their page: {moved}"
    yield ""
    yield f"{'':<14}{'nbconvert shows':>16}{'lacking':>10}"
    for kind in (*KINDS, "images", "tables", "table cells", "links"):
        yield f"{kind:<14}{shown[kind]:>16}{lacking[kind]:>10}"
    if lacking["page"]:
        yield f"{'pages':<14}{len(results):>16}{lacking['page']:>10}"
    if explained:
        yield ""
        yield "explained, not lacking:"
        for cls, n in explained.most_common():
            yield f"  {cls:<20}{n:>8}  {CLASSES.get(cls, '')}"
    bad = sorted((r for r in results if r.total), key=lambda r: (-r.total, r.source))
    if bad:
        yield ""
        yield f"the {min(worst, len(bad))} worst of {len(bad)}:"
        for r in bad[:worst]:
            yield f"{r.total:>7}  {r.source}"
            for kind, c in r.lacking.items():
                yield f"           {kind} {sum(c.values())}: {sample_of(c)}"
    for r in results:
        if r.note and not r.total:
            yield f"note: {r.source}: {r.note}"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--src", type=Path, help="the repo (or folder) that the site was built from")
    ap.add_argument("--site", type=Path, help="the built site")
    ap.add_argument("--sample", type=int, default=200, help="how many notebooks, 0 for all (default 200)")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--only", help="compare only notebooks whose path has this text in it")
    ap.add_argument("--report", type=Path, help="write the whole result here: .json for data, else text with every page")
    ap.add_argument("--deny", default="", help="classes that count as lacking after all, by comma")
    ap.add_argument("--cut-above", type=int, default=0, help="outputs of more HTML than this many characters may be cut")
    ap.add_argument("--classes", action="store_true", help="list the classes of known reasons and stop")
    a = ap.parse_args()
    if a.classes:
        print("\n".join(f"{c:<20} {why}" for c, why in CLASSES.items()))
        return 0
    deny = set(filter(None, a.deny.split(",")))
    if not (a.src and a.site and a.src.is_dir() and a.site.is_dir()) or deny - set(CLASSES):
        unknown = ", ".join(sorted(deny - set(CLASSES)))
        ap.error(f"no such class: {unknown}" if unknown else "--src and --site must be folders")
    warnings.simplefilter("ignore")
    try:
        import lxml.etree  # noqa: F401
        import nbformat
        exporter = reference_exporter()
    except ImportError as e:
        print(f"{e}: pip install nbconvert lxml", file=sys.stderr)
        return 2
    src = a.src.resolve()
    every = [p for p in notebooks_in(src) if not a.only or a.only in p.relative_to(src).as_posix()]
    chosen = sorted(random.Random(a.seed).sample(every, a.sample)) if 0 < a.sample < len(every) else every
    left_out = ignored(src, [p.relative_to(src) for p in chosen])
    pages, results, skipped = Pages(a.site), [], []
    for path in chosen:
        rel = path.relative_to(src)
        try:
            text = path.read_text(encoding="utf-8-sig")
            nb = nbformat.reads(text, as_version=4)
            if not isinstance(nb.cells, list):
                raise ValueError("no cells")
        except Exception as e:
            skipped.append((rel.as_posix(), str(e)[:200]))
            continue
        quarto = any((d / f"_quarto.{x}").exists() for d in path.parents if d == src or src in d.parents for x in ("yml", "yaml"))
        result = Result(rel.as_posix())
        results.append(result)
        ref, allow, failed, front = reference_of(exporter, nb, quarto, a.cut_above)
        page = pages.of(rel)
        if page is None:
            if rel.as_posix() in left_out or re.search(r"(?mi)^draft\s*:\s*true", front):
                result.note = "not a page: draft or ignored"
                result.explain("not-a-page", Counter({"page": 1}))
            else:
                result.note = "no page found"
                result.lack("page", Counter({"the whole page": 1}))
            continue
        result.page = page.relative_to(a.site).as_posix()
        compare(result, ref, read_page(page), allow, path, src)
        for cls in deny & set(result.explained):
            result.lack(cls, result.explained.pop(cls))
        if failed:
            print(f"{rel}: nbconvert fails on {failed} cells, left out", file=sys.stderr)
    lines = list(report_lines(results, skipped))
    print("\n".join(lines))
    if a.report:
        if a.report.suffix == ".json":
            data = {"skipped": skipped, "notebooks": [vars(r) for r in results]}
            a.report.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
        else:
            lines += ["", "every page with something lacking or explained:"]
            for r in results:
                if r.total or r.explained:
                    lines.append(f"{r.source} -> {r.page or '(none)'}: lacking {r.total}, moved {r.moved}")
                    lines += [f"    LACKING {k} {sum(c.values())}: {sample_of(c, 40)}" for k, c in r.lacking.items()]
                    lines += [f"    {k} {sum(c.values())}: {sample_of(c, 20)}" for k, c in r.explained.items()]
            lines += [f"unreadable: {p}: {why}" for p, why in skipped]
            a.report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if any(r.total for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
