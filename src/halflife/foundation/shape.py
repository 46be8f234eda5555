"""The way through a spec class: which field an error means, which words are allowed there, and an example."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from halflife.foundation.assumed import Path
from halflife.foundation.units import Figure, quote

_LISTS = (list, tuple, set, frozenset, Sequence)
_MAPPINGS = (dict, Mapping)
_PLAIN = {
    str: ("text", ""),
    bool: ("true or false", "true"),
    int: ("a whole number", ""),
    float: ("a number", ""),
}


@dataclass(slots=True)
class Shape:
    """What an annotation allows, choices opened up."""

    models: list[type[BaseModel]] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """Every key a group of this shape may have."""
        return list(dict.fromkeys(key for model in self.models for key in model.model_fields))

    def tags(self, discriminator: str) -> list[str]:
        """The words that tell the variants apart."""
        return list(dict.fromkeys(tag for model in self.models for tag in _tags(model, discriminator)))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an error is, and what is allowed there."""

    path: Path
    keys: list[str]
    tags: list[str]
    wanted: str
    example: str


def locate(
    spec_class: type[BaseModel], tree: object, location: tuple[int | str, ...], kind: str, discriminator: str
) -> Place:
    """Turn a pydantic location (which holds tags and type names too) into a path of the document.

    Parameters
    ----------
    kind : pydantic's error type; for ``missing`` and ``extra_forbidden`` the last step is not walked
    """
    is_about_key = kind in ("missing", "extra_forbidden")
    steps = location[:-1] if is_about_key else location
    node, shape, path = tree, shape_of([spec_class]), list[str | int]()
    for step in steps:
        variants = _variants(shape, step, discriminator) if isinstance(node, dict) else []
        if variants:
            shape = shape_of(variants)
        elif isinstance(node, dict) and step in node:
            node, shape = node[step], _below(shape, str(step))
            path.append(step)
        elif isinstance(node, (list, tuple)) and isinstance(step, int) and step < len(node):
            node, shape = node[step], shape_of(shape.items)
            path.append(step)
    keys, tags = shape.keys, shape.tags(discriminator)
    if is_about_key:
        path.append(location[-1])
        shape = _below(shape, str(location[-1]))
    example = shape.examples[0] if shape.examples else ""
    return Place(tuple(path), keys, tags, "; or ".join(dict.fromkeys(shape.wanted)), example)


def shape_of(annotations: Iterable[Any]) -> Shape:
    """Open annotations up into what they allow."""
    shape = Shape()
    for annotation in annotations:
        _open(annotation, shape)
    return shape


def _open(annotation: Any, shape: Shape) -> None:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        _open_marked(parts[0], parts[1:], shape)
    elif origin is Union or origin is types.UnionType:
        for part in parts:
            _open(part, shape)
    elif origin is Literal:
        words = [quote(word) for word in parts]
        shape.wanted.append("one of " + ", ".join(str(part) for part in parts))
        shape.examples.append(words[0])
    elif origin in _LISTS:
        shape.items.extend(part for part in parts if part is not Ellipsis)
        shape.wanted.append("a list")
    elif origin in _MAPPINGS:
        shape.values.append(parts[1])
        shape.wanted.append("a group of keys")
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        shape.models.append(annotation)
        shape.wanted.append("a group of keys: " + ", ".join(annotation.model_fields))
    elif annotation in _PLAIN:
        wanted, example = _PLAIN[annotation]
        shape.wanted.append(wanted)
        shape.examples.extend([example] if example else [])


def _open_marked(inner: Any, marks: Sequence[Any], shape: Shape) -> None:
    figures = [mark for mark in marks if isinstance(mark, Figure)]
    if not figures:
        _open(inner, shape)
    for figure in figures:
        shape.wanted.append(figure.wanted)
        shape.examples.append(quote(figure.examples[0]))


def _below(shape: Shape, key: str) -> Shape:
    """The shape of the value under `key`."""
    below = Shape()
    for model in shape.models:
        info = model.model_fields.get(key)
        if info is not None:
            _open_marked(info.annotation, info.metadata, below)
    if not shape.keys:
        for annotation in shape.values:
            _open(annotation, below)
    return below


def _variants(shape: Shape, step: int | str, discriminator: str) -> list[type[BaseModel]]:
    """The variants a location step names, by tag or by class name; none if it is a key."""
    if len(shape.models) < 2:
        return []
    return [model for model in shape.models if step in _tags(model, discriminator) or step == model.__name__]


def _tags(model: type[BaseModel], discriminator: str) -> list[str]:
    info = model.model_fields.get(discriminator)
    if info is None or get_origin(info.annotation) is not Literal:
        return []
    return [str(tag) for tag in get_args(info.annotation)]
