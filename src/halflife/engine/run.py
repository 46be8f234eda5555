"""Many paths: chunks on threads, merged in their order, with the same bits for any number of threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from halflife.engine.block import COLUMN_BYTES, Columns, new_columns, walk_chunk
from halflife.engine.ledger import BINS, FAN_QUANTITIES, TOP, fan_months, fans_of, series_of
from halflife.engine.plan import Plan
from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.streams import seed_words
from halflife.results.record import Axis
from halflife.results.summary import Summary

CHUNK = 512
"""Paths of a chunk: walked in order by one thread, and sharing one draw of the assumed ranges."""
MEMORY_SHARE = 0.5
"""Share of the machine's memory that the outcomes of a run may take."""


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a run brings home: the sums, and the outcomes by path as ``[entity, path]``."""

    summary: Summary
    columns: Columns
    draw: Floats


def refuse_if_too_large(plan: Plan, paths: int) -> None:
    """Refuse a number of paths whose outcomes would not fit into memory.

    Raises
    ------
    SpecError
        With the memory it would need and the number of paths that would fit.
    """
    row = COLUMN_BYTES * sum(column.shape[0] for column in new_columns(plan, 1))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if paths < 1 or row * paths > MEMORY_SHARE * memory:
        fits = int(MEMORY_SHARE * memory / row)
        raise SpecError(
            [
                Finding(
                    where="paths",
                    found=f"{paths:,} paths, whose outcomes need {max(paths, 0) * row / 1e9:,.1f} GB",
                    wanted=f"1 to {fits:,} paths, which fit into half of this machine's {memory / 1e9:,.1f} GB",
                    fix="ask for fewer paths; the standard error of 1,000,000 paths is rarely the largest uncertainty",
                )
            ]
        )


def walk(
    plans: Sequence[Plan],
    axis: Axis,
    *,
    paths: int,
    seed: int,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Harvest:
    """Walk paths 0 to ``paths - 1``; chunk i uses plan ``i % len(plans)``.

    Parameters
    ----------
    plans : one per draw of the assumed ranges, of equal shape
    axis : names of the entities
    paths, seed : numbers of the run
    threads : worker threads; as many as there are processors when left out
    progress : called with the number of paths done, chunk after chunk

    Returns
    -------
    Harvest
        The same bits for any number of threads.

    Raises
    ------
    SpecError
        If the outcomes would not fit into memory.
    """
    refuse_if_too_large(plans[0], paths)
    last, words = plans[0].last_maturity, seed_words(seed)
    columns = new_columns(plans[0], paths)
    shape = (len(series_of(axis)), plans[0].months + 1, len(fans_of(axis)), len(fan_months(last)), BINS)
    tops = np.array([TOP[quantity] for quantity in (*FAN_QUANTITIES, "rent")])

    def walk_one(i: int) -> Summary:
        first, part = i * CHUNK, Summary.empty(*shape)
        weight = walk_chunk(
            plans[i % len(plans)],
            words,
            first,
            min(CHUNK, paths - first),
            columns,
            first,
            part.sums,
            part.fans,
            tops,
            last,
        )
        return Summary(weight, part.sums, part.fans)

    total, chunks = Summary.empty(*shape), -(-paths // CHUNK)
    for i, part in enumerate(_in_order(walk_one, chunks, threads or os.cpu_count() or 1)):
        total = total + part
        if progress is not None:
            progress(min(paths, (i + 1) * CHUNK))
    return Harvest(total, columns, np.repeat(np.arange(chunks) % len(plans), CHUNK)[:paths].astype(np.float64))


def _in_order(work: Callable[[int], Summary], count: int, threads: int) -> Iterator[Summary]:
    """Run the chunks on threads and hand them over in their order, holding only a few at a time."""
    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting: list[Future[Summary]] = []
        try:
            for i in range(count):
                waiting.append(pool.submit(work, i))
                if len(waiting) > 2 * threads:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()
