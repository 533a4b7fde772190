"""Renders the cells of a notebook as nbconvert does, cleaned, for `forkpoint report`.

Reads a notebook from standard input, writes JSON to standard output: the cells' HTML and the style
sheets of JupyterLab's themes. Nothing in the HTML runs, and nothing in it names another address than
those of links. The page around it forbids both once more.
"""

import json
import re
import sys
from html import escape
from pathlib import Path

# jsonschema would compile the grammar of a format that no notebook's schema has: a second and a half.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

import nbformat
from bleach import clean
from bleach.css_sanitizer import ALLOWED_CSS_PROPERTIES, CSSSanitizer
from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbconvert.exporters.html import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

HERE = Path(__file__).parent

TAGS = set(
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2"
    " h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub summary"
    " sup table tbody td tfoot th thead time tr tt u ul var".split()
)
ATTRIBUTES = {
    *("align class colspan dir headers height lang open rowspan scope start style title width".split()),
    *("aria-label aria-hidden role tabindex datetime".split()),
}
PROPERTIES = ALLOWED_CSS_PROPERTIES | set(
    "align-items background border-bottom border-collapse border-left border-radius border-right"
    " border-spacing border-top box-shadow column-gap display flex flex-direction flex-wrap font-feature-settings"
    " font-variant-numeric gap grid-template-columns image-rendering justify-content line-height list-style"
    " margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width"
    " opacity overflow-wrap overflow-x overflow-y padding padding-bottom padding-left padding-right"
    " padding-top row-gap table-layout text-overflow text-transform word-break word-wrap".split()
)
STYLES = CSSSanitizer(allowed_css_properties=PROPERTIES)


def allowed(tag, name, value):
    if name in ATTRIBUTES:
        return True
    if tag == "a" and name == "href":
        return re.match(r"(https?:|mailto:|#)", value) is not None
    if tag == "a" and name in ("name", "id"):
        return True
    if tag == "img" and name == "src":
        # Files beside the notebook are not taken in: a notebook of others would choose them.
        return value.startswith("data:image/")
    return (tag, name) == ("img", "alt")


def clean_html(text, tags=TAGS):
    """HTML without anything that runs, loads, or reaches beyond itself."""
    # Cleaning would leave the text of these to be read.
    unread = "script|template|noscript" if "style" in tags else "script|template|noscript|style"
    text = re.sub(rf"<({unread})\b.*?</\1\s*>", "", str(text), flags=re.S | re.I)
    cleaned = clean(
        text,
        tags=tags,
        attributes=allowed,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=STYLES,
        strip=True,
    )
    return re.sub(r"<style>.*?</style>", style_sheet, cleaned, flags=re.S)


def style_sheet(match):
    """A style sheet of an output, without what it would load."""
    # `>` has a meaning here; `<`, which could end the element, stays escaped.
    text = match.group().replace("&gt;", ">")
    text = re.sub(r"@import[^;]*;?", "", text, flags=re.I)
    return re.sub(r"url\(\s*(?!['\"]?data:image/)[^)]*\)?", "none", text, flags=re.I)


def contained_html(text):
    """An output's HTML. With style sheets of its own it lives in a shadow tree: they end there."""
    cleaned = clean_html(text, TAGS | {"style"})
    if "<style" not in cleaned:
        return cleaned
    return f'<div><template shadowrootmode="open">{cleaned}</template></div>'


class FormulaRenderer(IPythonRenderer):
    """Marks formulas; what makes the report sets them, after the cells are cleaned."""

    def inline_math(self, body):
        return formula(body)

    def block_math(self, body):
        return formula(body, block=True)

    def latex_environment(self, name, body):
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)


def formula(tex, block=False):
    return f'<span class="report-math{" report-math-block" if block else ""}">{escape(tex)}</span>'


def formulas(text):
    """An output in LaTeX: formulas in dollars, and what is written around them."""
    parts = re.split(r"(\$\$.+?\$\$|(?<!\\)\$.+?(?<!\\)\$)", str(text), flags=re.S)
    for at in range(1, len(parts), 2):
        block = parts[at].startswith("$$")
        parts[at] = formula(parts[at].strip("$"), block)
    parts[::2] = [escape(part) for part in parts[::2]]
    return "".join(parts)


class ReportExporter(HTMLExporter):
    """nbconvert's exporter, with formulas marked."""

    @pass_context
    def markdown2html(self, context, source):
        cell = context.get("cell", {})
        renderer = FormulaRenderer(
            escape=False,
            attachments=cell.get("attachments", {}),
            embed_images=self.embed_images,
            path="",
            anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links,
            **self.lexer_options,
        )
        return MarkdownWithMath(renderer=renderer).render(source)


def picture_words(output):
    """What a picture shows, for those who cannot see it."""
    text = str(output.data.get("text/plain", "")).strip()
    return text[:2000] or "Picture"


VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
PRIORITY = [
    VIEW,
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "text/latex",
    "image/png",
    "image/jpeg",
    "text/vnd.mermaid",
    "text/plain",
    "application/javascript",
]


def views(notebook):
    """Ids of the models that outputs show; a view without one is dropped."""
    ids = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            view = data.get(VIEW)
            if VIEW in data and isinstance(view, dict) and isinstance(view.get("model_id"), str):
                ids[view["model_id"]] = {}
            else:
                data.pop(VIEW, None)
    return ids


def main():
    notebook = nbformat.reads(sys.stdin.buffer.read().decode("utf-8"), as_version=4)
    # nbconvert shows a view only where its state is there too; the page has it, not the cells.
    notebook.metadata["widgets"] = {STATE: {"state": views(notebook)}}
    exporter = ReportExporter(
        template_name="report_template",
        extra_template_basedirs=[str(HERE)],
        # Markdown cells and outputs are cleaned after they became HTML.
        sanitize_html=True,
        config=Config(NbConvertBase={"display_data_priority": PRIORITY}),
    )
    for name, filter_ in {
        "clean_html": clean_html,
        "contained_html": contained_html,
        "formulas": formulas,
        "picture_words": picture_words,
    }.items():
        exporter.register_filter(name, filter_)
    body, resources = exporter.from_notebook_node(notebook, resources={"metadata": {"name": ""}})
    static = [Path(path) / "static" for path in exporter.template_paths]

    def theme_file(name):
        return next(path / name for path in static if (path / name).is_file()).read_text("utf-8")

    result = {
        "cells": body,
        "style": "\n".join([theme_file("index.css"), *resources["inlining"]["css"]]),
        "light": theme_file("theme-light.css"),
        "dark": theme_file("theme-dark.css"),
    }
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
