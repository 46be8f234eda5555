"""How the pages are built."""

import json
from importlib.metadata import version as version_of
from pathlib import Path

from halflife.engine.system import SystemSpec
from halflife.foundation.spec import json_schema

project = "Halflife"
author = "The Halflife authors"
copyright = "2026, The Halflife authors"
version = release = version_of("halflife")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
exclude_patterns = ["_build", "jupyter_execute"]
html_theme = "furo"
html_title = "Halflife"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# Every notebook runs at every build: a page never shows a number that the code no longer gives.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 180
nb_render_markdown_format = "myst"

autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_google_docstring = False


def publish_schema(app, error):
    """Lay the JSON Schema of the spec language beside the pages."""
    if error is None and app.builder.format == "html":
        text = json.dumps(json_schema(SystemSpec), indent=2)
        (Path(app.outdir) / "deal.schema.json").write_text(text, encoding="utf-8")


def setup(app):
    app.connect("build-finished", publish_schema)
