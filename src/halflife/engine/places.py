"""From a path in the spec to the place in the file where it is written."""

from __future__ import annotations

import re
from typing import Any

from halflife.foundation.document import Document
from halflife.foundation.names import At

_STEP = re.compile(r"\[(?P<entry>[^\]]*)\]|(?P<key>[^.\[\]]+)")
_NAMING_KEYS = ("name", "machine")


class Places:
    """Says where things are written; without a document, in words of the spec alone."""

    def __init__(self, document: Document | None) -> None:
        self._document = document
        self._tree: dict[str, Any] | None = None
        self.lines: dict[str, int] = {}

    def below(self, prefix: str) -> At:
        """A function that reads paths below a prefix."""

        def at(path: str) -> str:
            glue = "" if not path or path.startswith("[") or not prefix else "."
            return self.where(prefix + glue + path)

        return at

    def where(self, path: str) -> str:
        """``deal.yaml:42 borrowers[acme].debt.cash`` for ``borrowers[acme].debt.cash``."""
        if self._document is None:
            return path
        if self._tree is None:
            self._tree = self._document.tree()
        place = _follow(path, self._tree)
        words = self._document.where(place)
        self.lines[words] = self._document.line(place)
        return words


def _follow(path: str, tree: Any) -> tuple[str | int, ...]:
    """Keys and positions of a path; entries of a list are found by name, else by position."""
    place: list[str | int] = []
    node = tree
    for step in _STEP.finditer(path):
        key: str | int = step["key"] if step["entry"] is None else step["entry"]
        if isinstance(node, list):
            key = _entry(node, str(key))
            node = node[key] if 0 <= key < len(node) else None
        else:
            node = node.get(key) if isinstance(node, dict) else None
        if node is None and step["key"] is None:
            break
        place.append(key)
    return tuple(place)


def _entry(entries: list[Any], name: str) -> int:
    for position, entry in enumerate(entries):
        if isinstance(entry, dict) and any(entry.get(key) == name for key in _NAMING_KEYS):
            return position
    return int(name) if name.isdigit() else -1
