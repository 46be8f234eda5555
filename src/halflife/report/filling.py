"""Filling the pages: one look, one set of macros, no script and no request."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

MACROS_END = "<!doctype html>"


def fill(template: str, *more_styles: str, **words: Any) -> str:
    """Fill a template of this folder with words.

    Parameters
    ----------
    template : file name; the macros of ``page.html`` are known to every page
    more_styles : style sheets beside ``page.css``
    words : what the template names, apart from ``style``
    """
    from jinja2 import Environment, StrictUndefined  # this and the drawing library take half a second to load

    folder = files("halflife.report")

    def read(name: str) -> str:
        return folder.joinpath(name).read_text(encoding="utf-8")

    macros, _, page = read("page.html").partition(MACROS_END)
    body = MACROS_END + page if template == "page.html" else read(template)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    style = "".join(read(name) for name in ("page.css", *more_styles))
    return environment.from_string(macros + body).render(style=style, **words)
