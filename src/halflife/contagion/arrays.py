"""Reading the arrays of a network: everything that is wrong is found before anything is solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError

Flags = NDArray[np.bool_]


class Reader:
    """Reads arrays, collects findings, and raises them together.

    `read` and the checks never raise for what is in an array, so that `close` can name every fault at once.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def read(self, where: str, numbers: ArrayLike, axes: int) -> Floats:
        """Read an array with `axes` own axes and at most one leading axis of scenarios.

        Parameters
        ----------
        where : name for the messages
        numbers : [(scenario,) ...]
        axes : 0, 1 or 2
            Own axes: ``[node]`` has one, ``[debtor, creditor]`` two.

        Returns
        -------
        [scenario, ...]
            A leading axis of length 1 is added where there is none.
        """
        array = np.array(numbers, dtype=np.float64)
        if array.ndim not in (axes, axes + 1):
            self.report(where, f"{array.ndim} axes", f"{axes}, or {axes + 1} with scenarios first", "reshape it")
            array = np.zeros((1,) * (axes + 1))
        self.refuse(where, array, np.isnan(array), "a number", "fill it in or leave the entity out")
        return array if array.ndim == axes + 1 else array[np.newaxis]

    def column(self, where: str, numbers: ArrayLike, length: int) -> Floats:
        """Read one number per entity; a single number serves all of them."""
        array = np.array(numbers, dtype=np.float64)
        return self.read(where, np.full(length, array) if array.ndim == 0 else array, 1)

    def report(self, where: str, found: str, wanted: str, fix: str) -> None:
        """Keep one finding."""
        self.findings.append(Finding(where, found, wanted, fix))

    def refuse(self, where: str, array: Floats, wrong: Flags, wanted: str, fix: str) -> None:
        """Keep one finding for every entry that is wrong."""
        for index in np.argwhere(wrong):
            is_shared = array.ndim > 1 and len(array) == 1
            place = "".join(f"[{i}]" for i in (index[1:] if is_shared else index))
            self.report(f"{where}{place}", f"{array[tuple(index)]:.15g}", wanted, fix)

    def within(self, where: str, array: Floats, low: float, high: float, fix: str) -> None:
        """Hold every entry against bounds, both included; infinity counts as too large unless `high` is infinite."""
        wanted = f"at least {low:g}" if np.isposinf(high) else f"from {low:g} to {high:g}"
        self.refuse(where, array, (array < low) | (array > high), wanted, fix)

    def amounts(self, where: str, array: Floats, fix: str) -> None:
        """Hold every entry to a finite amount of zero or more."""
        self.refuse(where, array, (array < 0.0) | np.isinf(array), "0 or more, finite", fix)

    def fit(self, shapes: Sequence[tuple[str, Floats, tuple[int, ...]]]) -> None:
        """Hold own axes to their lengths, and the axes of scenarios to one length."""
        for where, array, wanted in shapes:
            if array.shape[1:] != wanted:
                self.report(
                    where, f"shape {array.shape[1:]}", f"shape {wanted}", "bring all arrays to one set of nodes"
                )
        lengths = {where: array.shape[0] for where, array, _ in shapes if array.shape[0] != 1}
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{where} {length}" for where, length in lengths.items())
            self.report("scenarios", found, "one number of scenarios", "give every array all scenarios, or none")

    def close(self) -> None:
        """Raise what was found.

        Raises
        ------
        SpecError
            If anything was.
        """
        if self.findings:
            raise SpecError(self.findings)


def spread_out(columns: Mapping[str, Floats], length: int) -> Floats:
    """Put columns of numbers, ``[entity]`` or ``[scenario, entity]`` into one table ``[column, scenario, entity]``.

    Raises
    ------
    SpecError
        If entities or scenarios do not fit.
    """
    reader = Reader()
    whole = {name: np.full(length, column) if column.size == 1 else column for name, column in columns.items()}
    rows = {name: column[np.newaxis] if column.ndim == 1 else column for name, column in whole.items()}
    reader.fit([(name, column, (length,)) for name, column in rows.items()])
    reader.close()
    scenarios = max(len(column) for column in rows.values())
    return np.ascontiguousarray([np.broadcast_to(column, (scenarios, length)) for column in rows.values()])
