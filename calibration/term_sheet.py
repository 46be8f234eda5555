"""Writing a term sheet: figures with their source or reason, and the lines of the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Figure(NamedTuple):
    """A figure as it stands in the file."""

    text: str


def public(value: object, source: str) -> Figure:
    """A public figure."""
    return Figure(f"{{value: {value}, source: {_quoted(source)}}}")


def guess(value: object, reason: str) -> Figure:
    """A figure that follows from a rule."""
    return Figure(f"{{assumed: {value}, reason: {_quoted(reason)}}}")


def span(low: object, high: object, reason: str) -> Figure:
    """A range that a run integrates over."""
    return Figure(f"{{assumed: {{low: {low}, high: {high}}}, reason: {_quoted(reason)}}}")


def millions(amount: float) -> str:
    """An amount in millions of USD, to four decimals, as the file writes it."""
    return f"{round(amount, 4):,.10g}".replace(",", "_") + " m USD"


def count(units: int) -> str:
    """A number of machines."""
    return f"{units:,}".replace(",", "_")


def percent(share: float, digits: int = 6) -> str:
    """A share in per cent."""
    return f"{100 * share:.{digits}g} %"


def lines(tree: Mapping[str, Any], depth: int = 0) -> list[str]:
    """The lines of a document, two blanks a level; short groups without sources stay on one line."""
    out: list[str] = []
    pad = "  " * depth
    for key, node in tree.items():
        if isinstance(node, Mapping):
            out += [f"{pad}{key}:", *lines(node, depth + 1)]
        elif isinstance(node, list):
            out += [f"{pad}{key}:" if node else f"{pad}{key}: []", *_items(node, depth + 1)]
        else:
            out.append(f"{pad}{key}: {_leaf(node)}")
    return out


def _items(nodes: Sequence[Any], depth: int) -> list[str]:
    out: list[str] = []
    pad = "  " * depth
    for node in nodes:
        if not isinstance(node, Mapping):
            out.append(f"{pad}- {_leaf(node)}")
        elif all(isinstance(leaf, str) for leaf in node.values()) and len(node) <= 3:
            out.append(f"{pad}- {{{', '.join(f'{key}: {_leaf(leaf)}' for key, leaf in node.items())}}}")
        else:
            first, *rest = lines(node, depth + 1)
            out += [f"{pad}- {first.lstrip()}", *rest]
    return out


def _leaf(node: object) -> str:
    if isinstance(node, Figure):
        return node.text
    if isinstance(node, tuple):
        return f"[{', '.join(str(one) for one in node)}]"
    return str(node)


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
