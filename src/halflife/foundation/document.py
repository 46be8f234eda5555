"""One written document: plain figures out, and for each of them its line, source or assumption.

Any figure may be written in three ways::

    margin: 225 bp
    margin: {value: 225 bp, source: "8-K of 2026-03-30"}
    tenor:  {assumed: {low: 48 months, high: 72 months}, reason: "peers"}      # mode: is optional
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any

from halflife.foundation.assumed import Assumption, End, Path, Range, Source, read_end
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.reading import Node, read_yaml

RESERVED = ("value", "assumed")
"""Keys that turn a group into a figure; no spec may have a field of this name."""

_VALUE_KEYS = ("value", "source", "note")
_ASSUMED_KEYS = ("assumed", "reason", "note")
_RANGE_KEYS = ("low", "high", "mode")


class Document:
    """A document that has been read: its figures, and where each is written and why.

    Attributes
    ----------
    label, text : name for messages; the words as read
    sources : path -> `Source`;  assumptions : every `Assumption` in document order
    ranges : the assumptions the run integrates over, in document order; `tree` takes one number for each
    """

    def __init__(self, label: str, text: str, root: Node) -> None:
        self.label, self.text = label, text
        strip = _Strip(label)
        self._base: dict[str, Any] = strip.node(root, ())
        self._written: dict[str, Any] = _written(root)
        self._lines = strip.lines
        self.sources: Mapping[Path, Source] = strip.sources
        self.assumptions: list[Assumption] = strip.assumptions
        self.ranges: list[Range] = strip.ranges
        if strip.misreadings:
            raise SpecError([self.finding(path, *rest) for path, *rest in strip.misreadings])

    def tree(self, draw: Iterable[float] | None = None) -> dict[str, Any]:
        """The document with plain figures.

        Parameters
        ----------
        draw : [range], 0 to 1, optional
            Quantile of each range in `ranges`; without it each range is at its most likely value or middle.
        """
        tree = copy.deepcopy(self._base)
        if draw is None:
            return tree
        for spread, u in zip(self.ranges, draw, strict=True):
            _put(tree, spread.path, spread.at(float(u)))
        return tree

    def written(self) -> dict[str, Any]:
        """The document as written, sources and assumptions included (what the JSON schema describes)."""
        return copy.deepcopy(self._written)

    def line(self, path: Path) -> int:
        """Line of the figure at `path`, or of the nearest thing above it that is written."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def path_text(self, path: Path) -> str:
        """``borrowers[acme].facilities[ddtl].margin``: list places by name where there is one."""
        node: Any = self._base
        text = ""
        for key in path:
            node = _child(node, key)
            if isinstance(key, int):
                name = node.get("name") if isinstance(node, dict) else None
                text += f"[{name if isinstance(name, str) and name else key}]"
            else:
                text += f".{key}" if text else key
        return text

    def where(self, path: Path) -> str:
        """``deal.yaml:42 borrowers[acme].fleets[h100].units``."""
        return f"{self.label}:{self.line(path)} {self.path_text(path)}".rstrip()

    def finding(self, path: Path, found: str, wanted: str, fix: str) -> Finding:
        """A finding about the figure at `path`."""
        return Finding(self.where(path), found, wanted, fix)


def read_document(source: FilePath | str) -> Document:
    """Read a document from a file, or from text that is itself the document (it has a line break or a colon).

    Raises
    ------
    SpecError
        Not one plain UTF-8 mapping, or a figure whose source or assumption is not properly written.
    """
    return Document(*read_yaml(source))


def close_match(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word a misspelt one most resembles."""
    matches = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return matches[0] if matches else None


def _child(node: Any, key: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(key)
    if isinstance(node, list) and isinstance(key, int) and key < len(node):
        return node[key]
    return None


def _put(tree: Any, path: Path, value: object) -> None:
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = value


def _written(node: Node) -> Any:
    if isinstance(node.content, dict):
        return {key: _written(child) for key, child in node.content.items()}
    if isinstance(node.content, list):
        return [_written(child) for child in node.content]
    return node.content


class _Strip:
    """Takes sources and assumptions off the figures, noting everything on the way."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.lines: dict[Path, int] = {}
        self.sources: dict[Path, Source] = {}
        self.assumptions: list[Assumption] = []
        self.ranges: list[Range] = []
        self.misreadings: list[tuple[Path, str, str, str]] = []

    def node(self, node: Node, path: Path) -> Any:
        self.lines.setdefault(path, node.line)
        content = node.content
        if isinstance(content, list):
            return [self.node(child, (*path, place)) for place, child in enumerate(content)]
        if not isinstance(content, dict):
            return content
        if path and any(key in content for key in RESERVED):
            return self._figure(content, path)
        return {key: self.node(child, (*path, key)) for key, child in content.items()}

    def _misread(self, path: Path, found: str, wanted: str, fix: str) -> None:
        self.misreadings.append((path, found, wanted, fix))

    def _figure(self, content: dict[str, Node], path: Path) -> Any:
        for key, child in content.items():
            self.lines[(*path, key)] = child.line
        if all(key in content for key in RESERVED):
            fix = "keep 'value' with its source if it is public, else 'assumed' with its reason"
            self._misread(path, "both 'value' and 'assumed'", "one of them", fix)
            return None
        if "value" in content:
            return self._sourced(content, path)
        return self._assumed(content, path)

    def _sourced(self, content: dict[str, Node], path: Path) -> Any:
        self._refuse_others(content, _VALUE_KEYS, path)
        value = self._inner(content["value"], path)
        source = self._words(content, "source", path)
        self.sources[path] = Source(value, source, self._words(content, "note", path))
        return value

    def _assumed(self, content: dict[str, Node], path: Path) -> Any:
        self._refuse_others(content, _ASSUMED_KEYS, path)
        reason, note = self._words(content, "reason", path), self._words(content, "note", path)
        if "reason" not in content:
            self._misread(path, "an assumption without a reason", "'reason:' beside 'assumed:'",
                          "say in one sentence why this figure is a fair guess")  # fmt: skip
        inner = content["assumed"]
        if isinstance(inner.content, dict) and any(key in inner.content for key in _RANGE_KEYS):
            return self._range(inner.content, path, reason, note)
        value = self._inner(inner, path)
        self.assumptions.append(Assumption(path, inner.line, reason, value=value, note=note))
        return value

    def _inner(self, inner: Node, path: Path) -> Any:
        if inner.content is None or (isinstance(inner.content, dict) and any(key in inner.content for key in RESERVED)):
            found = "nothing" if inner.content is None else "a figure inside a figure"
            self._misread(path, found, "a plain figure", "write the figure itself, for example 'value: 225 bp'")
            return None
        return self.node(inner, path)

    def _range(self, content: dict[str, Node], path: Path, reason: str, note: str) -> Any:
        where = (*path, "assumed")
        for key, child in content.items():
            self.lines[(*where, key)] = child.line
        self._refuse_others(content, _RANGE_KEYS, where)
        for key in ("low", "high"):
            if key not in content:
                fix = f"add '{key}:', or give one value"
                self._misread(where, f"a range without '{key}'", "'low' and 'high'", fix)
        ends = self._ends(content, where)
        if len(ends) < max(2, sum(key in content for key in _RANGE_KEYS)):
            return None
        spread = Range(path, ends["low"], ends["high"], ends.get("mode"))
        trouble = spread.trouble()
        if trouble is not None:
            written = ", ".join(f"{key} {_shown(content[key])}" for key in ends)
            self._misread(where, written, *trouble)
            return None
        self.ranges.append(spread)
        texts = {key: str(content[key].content) for key in ends}
        self.assumptions.append(Assumption(path, self.lines[where], reason, spread.base, note=note, **texts))
        return spread.base

    def _ends(self, content: dict[str, Node], where: Path) -> dict[str, End]:
        ends: dict[str, End] = {}
        for key in _RANGE_KEYS:
            end = read_end(content[key].content) if key in content else None
            if end is not None:
                ends[key] = end
            elif key in content:
                fix = "write it like '48 months'"
                self._misread((*where, key), _shown(content[key]), "a figure with its unit, or a date", fix)
        return ends

    def _refuse_others(self, content: dict[str, Node], allowed: tuple[str, ...], path: Path) -> None:
        for key in content:
            if key not in allowed:
                match = close_match(key, allowed)
                fix = f"did you mean '{match}'?" if match else "delete it, or move it out of this figure"
                self._misread((*path, key), f"unknown key '{key}'", "only " + ", ".join(allowed), fix)

    def _words(self, content: dict[str, Node], key: str, path: Path) -> str:
        if key not in content:
            return ""
        words = content[key].content
        if words is None or isinstance(words, (dict, list)) or not str(words).strip():
            self._misread((*path, key), _shown(content[key]), "a sentence", f"write the {key} in words")
            return ""
        return str(words).strip()


def _shown(node: Node) -> str:
    if isinstance(node.content, dict):
        return "a group of keys"
    if isinstance(node.content, list):
        return "a list"
    return "nothing" if node.content is None else f"'{node.content}'"
