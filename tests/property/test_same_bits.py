"""A path is the same whoever walks it, in which order, and beside whom."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from halflife.engine.block import new_columns, walk_chunk
from halflife.engine.ledger import BINS, FAN_QUANTITIES, TOP, fan_months, fans_of, series_of
from halflife.engine.resolve import resolve
from halflife.engine.run import CHUNK, walk
from halflife.engine.system import SystemSpec
from halflife.foundation.document import read_document
from halflife.foundation.spec import validate_tree
from halflife.foundation.streams import seed_words
from halflife.results.summary import Summary
from halflife.study.run import axis_of

FULL = Path(__file__).resolve().parents[2] / "examples" / "full-feature.yaml"
SEED = 7
PATHS = 2 * CHUNK + 76
SPLITS = {"one block after another": (128, 128, 44), "odd pieces": (1, 77, 130, 92), "one piece": (300,)}


def walk_by_hand(deal, ranges, paths):
    """Walk ``(first, count)`` ranges in the order given; columns stand at the paths' own places."""
    axis, last = axis_of(deal), deal.plan.last_maturity
    shape = (len(series_of(axis)), deal.plan.months + 1, len(fans_of(axis)), len(fan_months(last)), BINS)
    tops = np.array([TOP[quantity] for quantity in (*FAN_QUANTITIES, "rent")])
    columns, parts = new_columns(deal.plan, paths), {}
    for first, count in ranges:
        part = Summary.empty(*shape)
        weight = walk_chunk(deal.plan, seed_words(SEED), first, count, columns, first, part.sums, part.fans, tops, last)
        parts[first] = Summary(weight, part.sums, part.fans)
    total = Summary.empty(*shape)
    for first in sorted(parts):
        total = total + parts[first]
    return columns, total


def walk_elsewhere(path, ranges, paths):
    """Read the file and walk ranges in another process; only the outcomes travel."""
    document = read_document(path)
    deal = resolve(validate_tree(SystemSpec, document.tree(), document), document)
    columns, _ = walk_by_hand(deal, ranges, paths)
    return [np.asarray(column) for column in columns]


def chunks(paths):
    return [(first, min(CHUNK, paths - first)) for first in range(0, paths, CHUNK)]


def assert_same(one, other):
    columns, summary = one
    for name in columns._fields:
        np.testing.assert_array_equal(getattr(columns, name), getattr(other[0], name), err_msg=name)
    assert summary.weight == other[1].weight
    np.testing.assert_array_equal(summary.sums, other[1].sums)
    np.testing.assert_array_equal(summary.fans, other[1].fans)


@pytest.fixture(scope="module")
def alone(deals):
    """The full-feature deal on one thread."""
    harvest = walk([deals["full"].plan], axis_of(deals["full"]), paths=PATHS, seed=SEED, threads=1)
    return harvest.columns, harvest.summary


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(deals, alone, threads):
    harvest = walk([deals["full"].plan], axis_of(deals["full"]), paths=PATHS, seed=SEED, threads=threads)
    assert_same(alone, (harvest.columns, harvest.summary))


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_the_order_of_chunks_changes_no_bit(deals, alone, order):
    ranges = chunks(PATHS)
    assert_same(alone, walk_by_hand(deals["full"], [ranges[place] for place in order], PATHS))


@pytest.mark.parametrize("name", ["ddtl-4", "invented", "full"])
@pytest.mark.parametrize("split", SPLITS)
def test_neighbours_in_a_block_change_no_path(deals, name, split):
    ranges, first = [], 0
    for count in SPLITS[split]:
        ranges.append((first, count))
        first += count
    whole, _ = walk_by_hand(deals[name], [(0, 300)], 300)
    pieces, _ = walk_by_hand(deals[name], ranges, 300)
    for column in whole._fields:
        np.testing.assert_array_equal(getattr(whole, column), getattr(pieces, column), err_msg=column)


def test_more_paths_leave_the_first_ones_alone(deals, alone):
    few = walk([deals["full"].plan], axis_of(deals["full"]), paths=300, seed=SEED, threads=1)
    for name, column in few.columns._asdict().items():
        np.testing.assert_array_equal(column, getattr(alone[0], name)[:, :300], err_msg=name)


@pytest.mark.slow
def test_processes_change_no_bit(alone):
    context, ranges = multiprocessing.get_context("spawn"), chunks(PATHS)
    with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
        jobs = [pool.submit(walk_elsewhere, FULL, [piece], PATHS) for piece in reversed(ranges)]
        parts = [job.result() for job in reversed(jobs)]
    for place, name in enumerate(alone[0]._fields):
        joined = sum(part[place] for part in parts)
        np.testing.assert_array_equal(joined, getattr(alone[0], name), err_msg=name)
