"""From a YAML file shipped in this package to a typed record."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

from halflife.foundation.errors import DataError, Finding, SpecError

R = TypeVar("R")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def document(path: str) -> Any:
    """Raw content of one facts file, for example ``market/default.yaml``; read once."""
    text = files("halflife.facts").joinpath(*path.split("/")).read_text(encoding="utf-8")
    return yaml.load(text, _LOADER)


def entries(folder: str) -> tuple[str, ...]:
    """Names of the facts files in a folder, in order."""
    found = files("halflife.facts").joinpath(folder).iterdir()
    return tuple(sorted(item.name.removesuffix(".yaml") for item in found if item.name.endswith(".yaml")))


def read(record: type[R], raw: object, where: str) -> R:
    """Build a record from what a facts file says; a damaged file is a `DataError`.

    Parameters
    ----------
    record : a dataclass
    raw : what the file says
    where : path shown in an error
    """
    built: R = _value(record, raw, where)
    return built


def one_of(name: str, known: tuple[str, ...], where: str) -> str:
    """The name itself if it is known, else a `SpecError` with the nearest names."""
    if name in known:
        return name
    folded = {item.casefold(): item for item in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.4)
    hint = f"did you mean '{folded[near[0]]}'?" if near else "choose one of the names above"
    raise SpecError([Finding(where, f"'{name}'", "one of " + ", ".join(known), hint)])


def _value(kind: Any, raw: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        return None if raw is None else _value(options[0], raw, where)
    if dataclasses.is_dataclass(kind):
        return _record(kind, raw, where)
    if origin is tuple:
        inner = get_args(kind)[0]
        return tuple(_value(inner, item, f"{where}[{place}]") for place, item in enumerate(raw))
    if origin is dict:
        inner = get_args(kind)[1]
        return {str(key): _value(inner, item, f"{where}.{key}") for key, item in raw.items()}
    if kind is float:
        return float(raw)
    if kind is str:
        return str(raw)
    return raw


def _record(kind: Any, raw: Any, where: str) -> Any:
    if not isinstance(raw, Mapping):
        raise DataError(f"{where}: found {type(raw).__name__}, wanted a group of keys")
    hints = get_type_hints(kind)
    unknown = sorted(set(raw) - set(hints))
    owed = [
        item.name
        for item in dataclasses.fields(kind)
        if item.name not in raw and item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    ]
    if unknown or owed:
        raise DataError(f"{where}: unknown keys {unknown}, missing keys {owed}")
    return kind(**{key: _value(hints[key], item, f"{where}.{key}") for key, item in raw.items()})
