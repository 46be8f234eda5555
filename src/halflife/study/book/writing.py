"""Writing a system file: block YAML that our own reader gives back word for word, whole or not at all."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from halflife.foundation.errors import ResourceError

WIDE = 110
"""Characters of a line up to which a group is written on one line."""

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _./%+()-]*[A-Za-z0-9%)+-])?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(r"[0-9._+eE-]+", re.ASCII)
_WORDS = frozenset({"null", "true", "false", "y", "n", "yes", "no", "on", "off", "nan", "inf"})


def yaml_text(tree: Mapping[str, Any], comment: str = "") -> str:
    """Write a tree of groups, lists, words and numbers as YAML.

    Parameters
    ----------
    tree : groups and lists of text, numbers, flags; nothing in it is None
    comment : text
        Written above it, each line behind a ``#``.

    Notes
    -----
    `read_document` gives the same tree back: whatever its rules would read as something else stands in quotes.
    Lines are made directly, because a general YAML writer needs many times as long for a thousand borrowers.
    """
    head = [f"# {line}".rstrip() for line in comment.splitlines()]
    return "\n".join([*head, *_group(tree, "")]) + "\n"


def without_blanks(content: Any) -> Any:
    """A copy of a tree without the keys that say nothing (None)."""
    if isinstance(content, Mapping):
        return {key: without_blanks(one) for key, one in content.items() if one is not None}
    if isinstance(content, (list, tuple)):
        return [without_blanks(one) for one in content]
    return content


def write_whole(path: Path | str, text: str) -> Path:
    """Write a file whole or not at all: an interrupt leaves what was there before.

    Raises
    ------
    ResourceError
        If it cannot be written.
    """
    target = Path(path).absolute()
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
            draft = Path(folder) / target.name
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, target)
    except OSError as error:
        raise ResourceError(f"{path}: it cannot be written ({error.strerror or error})") from error
    return Path(path)


def _group(tree: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, content in tree.items():
        if isinstance(content, (Mapping, list, tuple)):
            flat = _flat(content)
            if flat is not None and len(indent) + len(key) + len(flat) + 2 <= WIDE:
                yield f"{indent}{_word(key)}: {flat}"
                continue
            yield f"{indent}{_word(key)}:"
            yield from (
                _group(content, indent + "  ") if isinstance(content, Mapping) else _items(content, indent + "  ")
            )
        else:
            yield f"{indent}{_word(key)}: {_word(content)}"


def _items(items: Sequence[Any], indent: str) -> Iterator[str]:
    for item in items:
        flat = _flat(item)
        if flat is not None and len(indent) + len(flat) + 2 <= WIDE:
            yield f"{indent}- {flat}"
            continue
        lines = _group(item, indent + "  ") if isinstance(item, Mapping) else _items(item, indent + "  ")
        for place, line in enumerate(lines):
            yield line if place else f"{indent}- {line.lstrip(' ')}"


def _flat(content: Any, deep: int = 0) -> str | None:
    """Write a small thing on one line; None if it holds groups of groups and is better read as a block."""
    if isinstance(content, Mapping):
        if not content:
            return "{}"
        parts = [(key, _flat(one, deep + 1)) for key, one in content.items()]
        if deep > 1 or any(part is None for _, part in parts):
            return None
        text = "{" + ", ".join(f"{_word(key)}: {part}" for key, part in parts) + "}"
        return text if len(text) <= WIDE else None
    if isinstance(content, (list, tuple)):
        inner = [_flat(one, deep + 1) for one in content]
        if any(part is None or part.startswith("{") for part in inner):
            return None
        text = "[" + ", ".join(str(part) for part in inner) + "]"
        return text if len(text) <= WIDE or not deep else None
    return _word(content)


def _word(content: object) -> str:
    """Write text plain where it stays text, else in quotes; numbers and flags as they are."""
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, (int, float)):
        return repr(content)
    text = str(content)
    is_plain = _PLAIN.fullmatch(text) and not _NUMBER.fullmatch(text) and text.lower() not in _WORDS
    return text if is_plain or _DATE.fullmatch(text) else json.dumps(text, ensure_ascii=False)
