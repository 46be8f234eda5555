"""Reading one YAML file that may be careless or hostile, and remembering the line of every word.

Built on the event stream of PyYAML, so no object is ever constructed: no tags, no merge keys, bounded size,
depth and alias expansion. Plain words follow YAML 1.2: ``yes`` and ``1:30`` stay text, ``1e6`` is a number,
dates stay text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from halflife.foundation.errors import Finding, SpecError

MAX_BYTES = 64_000_000
MAX_DEPTH = 64
MAX_WRITTEN = 5_000_000
"""Entries that a document may write out: about 50,000 borrowers."""
MAX_REPEATED = 100_000
"""Entries that its '*' references may add."""

Scalar = str | int | float | bool | None

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d{0,17}|[1-9]\d{0,2}(?:_\d{3}){1,5})", re.ASCII)
_REAL = re.compile(r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?", re.ASCII)
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True)
class Node:
    """A word, a list or a group of keys, its line, and the nodes and levels it holds with itself."""

    content: Scalar | list[Node] | dict[str, Node]
    line: int
    size: int = 1
    height: int = 1

    def hold(self, content: list[Node] | dict[str, Node]) -> None:
        """Take `content` in, counting it."""
        children = list(content.values()) if isinstance(content, dict) else content
        self.content = content
        self.size += sum(child.size for child in children)
        self.height += max((child.height for child in children), default=0)


def read_yaml(source: Path | str) -> tuple[str, str, Node]:
    """Read a file (a path, or text on one line) or the document itself (text with a line break or a colon).

    Returns
    -------
    label, text, root
        Name for messages, the text as read, and the top group of keys.

    Raises
    ------
    SpecError
        With the line and what to do, for anything that is not one plain mapping in UTF-8.
    """
    label, text = _text_of(source)
    _refuse_tabs(label, text)
    return label, text, _Composer(label).compose(text)


def _text_of(source: Path | str) -> tuple[str, str]:
    if isinstance(source, str) and ("\n" in source or ": " in source or not source.strip()):
        label, raw = "document", source.encode("utf-8", "surrogatepass")
    else:
        label = str(source)
        try:
            path = Path(source)
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a file name"
            raise _refusal(label, None, reason, "a readable YAML file", "check the name and the folder") from error
    if len(raw) > MAX_BYTES:
        raise _refusal(
            label,
            None,
            "a very large file",
            f"at most {MAX_BYTES // 10**6} MB",
            "keep data tables in files of their own",
        )
    try:
        return label, raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(label, line, "bytes that are not UTF-8 text", "UTF-8", "save the file as UTF-8") from error


def _refuse_tabs(label: str, text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise _refusal(label, number, "a tab in the indentation", "blanks only", "replace each tab by two blanks")


def _refusal(label: str, line: int | None, found: str, wanted: str, fix: str) -> SpecError:
    return SpecError([Finding(label if line is None else f"{label}:{line}", found, wanted, fix)])


class _Composer:
    """Events to nodes, with every limit checked on the way."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.anchors: dict[str, Node] = {}
        self.written, self.repeated = 0, 0
        self.findings: list[Finding] = []

    def compose(self, text: str) -> Node:
        try:
            root = self._document(iter(yaml.parse(text, Loader=_LOADER)))
        except yaml.YAMLError as error:
            raise self._syntax(error, text) from error
        if root is None or root.content is None:
            raise _refusal(self.label, None, "an empty document", "a deal: 'key: value' lines", "start from a template")
        if not isinstance(root.content, dict):
            raise _refusal(
                self.label,
                root.line,
                "text or a list",
                "a group of keys at the top",
                "begin with 'key: value' lines",
            )
        if self.findings:
            raise SpecError(self.findings)
        return root

    def _document(self, events: Iterator[Any]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                raise self._refuse(event, "a second document ('---')", "one document per file", "split the file")
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, 0)
        return root

    def _refuse(self, event: Any, found: str, wanted: str, fix: str) -> SpecError:
        return _refusal(self.label, event.start_mark.line + 1, found, wanted, fix)

    def _syntax(self, error: yaml.YAMLError, text: str) -> SpecError:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable")
        if isinstance(error, yaml.reader.ReaderError):
            position = error.position if isinstance(error.position, int) else 0
            line, problem = text.count("\n", 0, position) + 1, "a character that is not text"
        wanted = "one 'key: value' per line, lists with '- '"
        fix = "check indentation and brackets here and on the line above; quote text that holds ': ' or '#'"
        return _refusal(self.label, line, f"not readable as YAML ({problem})", wanted, fix)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if event.tag is not None:
            raise self._refuse(event, f"the tag {event.tag[:60]}", "plain YAML", "delete the tag")
        self._descend(event, depth + 1)
        node = Node(None, event.start_mark.line + 1)
        self.written += 1
        if self.written > MAX_WRITTEN:
            raise self._refuse(event, f"more than {MAX_WRITTEN:,} entries", "a smaller document", "split the system")
        if isinstance(event, yaml.ScalarEvent):
            node.content = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node.hold(self._items(events, depth))
        else:
            node.hold(self._pairs(events, depth))
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, event: Any, depth: int) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            raise self._refuse(
                event, f"*{event.anchor[:60]}, which is not finished or not there", "a name set above by '&'",
                "write the words out",
            )  # fmt: skip
        self._descend(event, depth + node.height)
        self.repeated += node.size
        if self.repeated > MAX_REPEATED:
            found = f"more than {MAX_REPEATED:,} entries once every '*' reference is written out"
            raise self._refuse(event, found, "a smaller document", "refer less")
        return node

    def _descend(self, event: Any, levels: int) -> None:
        if levels > MAX_DEPTH:
            raise self._refuse(event, f"more than {MAX_DEPTH} levels", "a flatter document", "remove brackets")

    def _items(self, events: Iterator[Any], depth: int) -> list[Node]:
        items: list[Node] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, depth + 1))
        return items

    def _pairs(self, events: Iterator[Any], depth: int) -> dict[str, Node]:
        pairs: dict[str, Node] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            value = self._node(next(events), events, depth + 1)
            if key in pairs:
                where = f"{self.label}:{event.start_mark.line + 1}"
                self.findings.append(Finding(
                    where, f"the key '{key[:60]}' again (first on line {pairs[key].line})", "each key once",
                    "delete one of them"))  # fmt: skip
                continue
            pairs[key] = value
        return pairs

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.tag is not None or not event.value:
            raise self._refuse(event, "a key that is not a word", "'key: value'", "use a plain word as key")
        if event.value == "<<":
            raise self._refuse(event, "a merge key '<<'", "each key written out", "copy the keys here")
        return str(event.value)


def _scalar(event: Any) -> Scalar:
    """YAML 1.2 reading of a plain word; quoted text stays text."""
    text = str(event.value)
    if event.style and event.style in "'\"|>":
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _REAL.fullmatch(text) and not (text.lstrip("+-")[:1] == "0" and text.lstrip("+-")[1:2].isdigit()):
        value = float(text)
        return value if math.isfinite(value) else text
    return text
