"""Names for the axes and units of every array column, and the one check that holds tables to them.

A table is a ``NamedTuple`` of read-only arrays.  Each column is annotated
``Annotated[Floats, Axes("fleet", "month"), Unit("USD")]``; `seal` verifies the annotations once,
when `resolve` ends, and freezes the arrays.
"""

from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Axes:
    """The names of an array's axes, outermost first."""

    def __init__(self, *names: str) -> None:
        self.names = names


class Unit(NamedTuple):
    """The unit of a column's numbers, as printed in reports and docs."""

    text: str


TableT = TypeVar("TableT", bound=tuple[Any, ...])


@cache
def columns(table_type: type[tuple[Any, ...]]) -> dict[str, tuple[Any, Axes, Unit]]:
    """Read the annotations of a table type: column -> (array type, axes, unit).

    Raises
    ------
    TypeError
        If a column lacks its axes or unit; a table without them must not exist.
    """
    found: dict[str, tuple[Any, Axes, Unit]] = {}
    for name, hint in get_type_hints(table_type, include_extras=True).items():
        marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
        axes = [mark for mark in marks if isinstance(mark, Axes)]
        unit = [mark for mark in marks if isinstance(mark, Unit)]
        if len(axes) != 1 or len(unit) != 1:
            raise TypeError(f"{table_type.__name__}.{name} needs exactly one Axes and one Unit")
        found[name] = (get_args(hint)[0], axes[0], unit[0])
    return found


def seal(table: TableT) -> TableT:
    """Check every column against its annotation, agree axis lengths, and make the arrays read-only.

    Raises
    ------
    TypeError
        If a column has another dtype, another number of axes, or an axis of unequal length.
    """
    lengths: dict[str, tuple[int, str]] = {}
    for name, (array_type, axes, _) in columns(type(table)).items():
        array = getattr(table, name)
        wanted = np.int64 if array_type == Ints else np.float64
        where = f"{type(table).__name__}.{name}"
        if not isinstance(array, np.ndarray) or array.dtype != wanted or array.ndim != len(axes.names):
            raise TypeError(
                f"{where}: wanted {wanted.__name__}{list(axes.names)}, found {np.asarray(array).dtype}{np.shape(array)}"
            )
        if array.dtype == np.float64 and not np.isfinite(array).all():
            raise TypeError(f"{where} holds a number that is not finite")
        if not array.flags.c_contiguous:
            raise TypeError(f"{where} must be C-contiguous")
        for axis, length in zip(axes.names, array.shape, strict=True):
            known, first = lengths.setdefault(axis, (length, where))
            if known != length:
                raise TypeError(f"{where}: axis {axis} has {length} entries, {first} has {known}")
        array.setflags(write=False)
    return table
