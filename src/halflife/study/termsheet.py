"""A term sheet that has been read: the document, and the deals that its assumed ranges allow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from halflife.engine.resolve import Deal, resolve
from halflife.engine.system import SystemSpec
from halflife.foundation.axes import Floats
from halflife.foundation.document import Document, read_document
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.spec import validate_tree

PathText = str | Path
RESOLVERS = 2
"""Threads that resolve draws: half of the work holds the interpreter, so more only wait for each other."""


@dataclass(frozen=True)
class TermSheet:
    """A term sheet and the base case it describes.

    Parameters
    ----------
    document : where every figure is written, sourced or assumed
    spec : at the base values of the assumed ranges;  base : the same, resolved
    """

    document: Document
    spec: SystemSpec
    base: Deal

    def deals(self, draws: int, seed: int, *, is_natural: bool = False) -> list[Deal]:
        """Resolve one deal for each draw of the assumed ranges; the base case if nothing is a range.

        Parameters
        ----------
        draws : at least 1
        seed : of the draws; the same seed gives the same deals
        is_natural : draw every path from the true law, as `engine.resolve` says

        Raises
        ------
        SpecError
            If a draw does not make a deal, with the draw and its values.
        """
        if not self.document.ranges:
            is_base = not is_natural or len(self.spec.borrowers) > 1
            return [self.base if is_base else resolve(self.spec, self.document, reuse=self.base, is_natural=True)]
        rows = latin_hypercube(draws, len(self.document.ranges), seed)
        with one_blas_thread(), ThreadPoolExecutor(max_workers=RESOLVERS) as pool:
            return list(pool.map(partial(self._deal, is_natural=is_natural), rows))

    def deal(self, place: int, draws: int, seed: int) -> Deal:
        """Resolve one of `deals`: the one at `place`.

        Raises
        ------
        SpecError
            If the draw does not make a deal.
        """
        if not self.document.ranges:
            return self.base
        with one_blas_thread():
            return self._deal(latin_hypercube(draws, len(self.document.ranges), seed)[place])

    def _deal(self, row: Floats, *, is_natural: bool = False) -> Deal:
        """Resolve one draw of the ranges."""
        spec = validate_tree(SystemSpec, self.document.tree(row), self.document)
        try:
            return resolve(spec, self.document, reuse=self.base, at_least=self.base.plan.months, is_natural=is_natural)
        except SpecError as error:
            raise SpecError([*error.findings, self._drawn(row)]) from error

    def _drawn(self, row: Floats) -> Finding:
        values = "; ".join(
            f"{self.document.path_text(spread.path)} = {spread.at(float(u))}"
            for spread, u in zip(self.document.ranges, row, strict=True)
        )
        return Finding(
            where="assumed ranges",
            found=f"a draw that makes no deal: {values}",
            wanted="ranges of which every combination is a deal",
            fix="narrow the ranges named in the other findings",
        )


def load(source: PathText) -> TermSheet:
    """Read a term sheet.

    Parameters
    ----------
    source : path of a YAML file, or its text

    Raises
    ------
    SpecError
        With all findings: unreadable YAML, unknown keys, wrong units, figures that do not fit together.
    """
    document = read_document(source if isinstance(source, Path) or "\n" in source else Path(source))
    spec = validate_tree(SystemSpec, document.tree(), document)
    for end in (0.0, 1.0) if document.ranges else ():
        validate_tree(SystemSpec, document.tree([end] * len(document.ranges)), document)
    with one_blas_thread():
        return TermSheet(document, spec, resolve(spec, document))


def one_blas_thread() -> AbstractContextManager[object]:
    """Keep matrix products of a resolution on one thread: they are small, and threads that wait for them cost more."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


def latin_hypercube(draws: int, ranges: int, seed: int) -> Floats:
    """Return stratified draws ``[draw, range]`` in (0, 1): every range has one draw in each of `draws` equal parts.

    References
    ----------
    McKay, Beckman and Conover (1979), Technometrics 21; the middle of each part is taken.
    """
    generator = np.random.Generator(np.random.Philox(key=seed))
    order = np.stack([generator.permutation(draws) for _ in range(ranges)], axis=1)
    drawn: Floats = (order + 0.5) / draws
    return drawn
