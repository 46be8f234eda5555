"""Who has lent to whom, and on what that debt stands: bands between three columns, as wide as the money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from halflife.foundation.words import usd
from halflife.report.drawing import FAINT, INK, svg
from halflife.report.numbers import share

Holding = tuple[str, str, float]
"""(lender, facility, USD of its commitment)."""
Link = tuple[str, str, float]
"""(borrower, machine type or party that its debt stands on, any weight)."""
MOST_NODES, MOST_BANDS = 40, 600
"""Entities of a column and bands that are drawn; the smaller ones are gathered under one name, or left out."""
WIDE = 13.0
"""Inches of a chart across the page."""
PITCH, FRAME, SHORTEST = 0.205, 0.55, 4.2
"""Inches: between the names of a column at least, above and below the columns, of the chart at least."""
BAR = 0.011
REST = "smaller ones"
ENDS = ("lenders", "borrowers", "machines and partners")
RISK = LinearSegmentedColormap.from_list("risk", ["#c5ced6", "#e0a76b", "#c2572b", "#6e1b12"])
"""Colours of a probability of failure, from none to the largest on the chart."""


@dataclass
class Node:
    """One bar of a column.

    Parameters
    ----------
    name : of the entity;  size : USD;  risk : probability of failure, None where it has none
    top, thickness : place on the page, shares of the height
    """

    name: str
    size: float
    risk: float | None
    top: float = 0.0
    thickness: float = 0.0

    @property
    def middle(self) -> float:
        """Height of the middle of the bar."""
        return self.top - 0.5 * self.thickness


@dataclass(frozen=True)
class Graph:
    """Three columns and the bands between neighbours.

    Parameters
    ----------
    columns : name -> bar, for lenders, borrowers and what they stand on (may be empty)
    bands : (left name, right name) -> USD, between the first two and the last two columns
    """

    columns: tuple[dict[str, Node], dict[str, Node], dict[str, Node]]
    bands: tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]


def gather(
    holdings: Sequence[Holding],
    links: Sequence[Link],
    owner: Mapping[str, str],
    risks: Mapping[str, float],
    most: int = MOST_NODES,
) -> Graph:
    """Add up who holds what, and gather all but the largest of each column.

    Parameters
    ----------
    holdings, links : rows as in `Holding` and `Link`
    owner : facility -> borrower
    risks : name -> probability of failure; machine types have none
    most : entities kept by name in each column

    Notes
    -----
    A borrower's commitments are shared among its links in proportion to their weights.
    """
    left: dict[tuple[str, str], float] = {}
    for lender, facility, amount in holdings:
        left[lender, owner[facility]] = left.get((lender, owner[facility]), 0.0) + amount
    debts = _added(left, 1)
    weights = _added({(name, borrower): weight for borrower, name, weight in links}, 1)
    right: dict[tuple[str, str], float] = {}
    for borrower, name, weight in links:
        if weights.get(borrower, 0.0) > 0.0 and borrower in debts:
            part = debts[borrower] * weight / weights[borrower]
            right[borrower, name] = right.get((borrower, name), 0.0) + part
    lenders, borrowers, ends = (_kept(sizes, most) for sizes in (_added(left, 0), debts, _added(right, 1)))
    bands = (_renamed(left, lenders, borrowers), _renamed(right, borrowers, ends))
    sizes = (_added(bands[0], 0), _added(bands[0], 1), _added(bands[1], 1))
    lender_nodes, borrower_nodes, end_nodes = (
        {name: Node(name, size, risks.get(name)) for name, size in column.items()} for column in sizes
    )
    return Graph((lender_nodes, borrower_nodes, end_nodes), bands)


def _added(rows: Mapping[tuple[str, str], float], place: int) -> dict[str, float]:
    """Sums by the first or second name of the keys."""
    sums: dict[str, float] = {}
    for names, amount in rows.items():
        sums[names[place]] = sums.get(names[place], 0.0) + amount
    return sums


def _kept(sizes: Mapping[str, float], most: int) -> dict[str, str]:
    """Name under which each entity is shown: its own, or that of all the smaller ones."""
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    rest = f"{len(order) - most:,} {REST}"
    return {name: name if place < most or len(order) <= most + 1 else rest for place, name in enumerate(order)}


def _renamed(
    rows: Mapping[tuple[str, str], float], left: Mapping[str, str], right: Mapping[str, str]
) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for (one, other), amount in rows.items():
        key = left[one], right[other]
        found[key] = found.get(key, 0.0) + amount
    return found


def order(graph: Graph, sweeps: int = 3) -> list[list[str]]:
    """Put the bars of each column in an order in which few bands cross: largest lender on top, then by neighbours."""
    columns = [
        sorted(column, key=lambda name: (name.endswith(REST), -column[name].size, name)) for column in graph.columns
    ]
    for sweep in range(sweeps):
        columns[1] = _by_neighbours(columns[1], columns[0], graph.bands[0], 1)
        columns[2] = _by_neighbours(columns[2], columns[1], graph.bands[1], 1)
        if sweep < sweeps - 1:
            columns[0] = _by_neighbours(columns[0], columns[1], graph.bands[0], 0)
    return columns


def _by_neighbours(names: list[str], others: list[str], bands: Mapping[tuple[str, str], float], side: int) -> list[str]:
    """Sort by the mean place of the neighbours, weighted by the bands."""
    place = {name: spot for spot, name in enumerate(others)}
    pull = dict.fromkeys(names, 0.0)
    mass = dict.fromkeys(names, 0.0)
    for key, amount in bands.items():
        pull[key[side]] += amount * place[key[1 - side]]
        mass[key[side]] += amount
    middle = {name: pull[name] / mass[name] if mass[name] > 0.0 else 0.0 for name in names}
    return sorted(names, key=lambda name: (name.endswith(REST), middle[name], name))


def settle(graph: Graph, columns: Sequence[Sequence[str]], pitch: float) -> float:
    """Place the bars so that no column is higher than 1 and names keep their distance: height of a dollar.

    Parameters
    ----------
    graph, columns : bars, and their order
    pitch : least distance between the middles of neighbours, share of the height
    """
    low, high = 0.0, 1.0 / max(sum(node.size for node in column.values()) or 1.0 for column in graph.columns)
    for _ in range(50):
        middle = 0.5 * (low + high)
        tallest = max(sum(_slot(node.size * middle, pitch) for node in column.values()) for column in graph.columns)
        low, high = (middle, high) if tallest <= 1.0 else (low, middle)
    for names, column in zip(columns, graph.columns, strict=True):
        slots = [_slot(column[name].size * low, pitch) for name in names]
        at = 0.5 + 0.5 * sum(slots)
        for name, slot in zip(names, slots, strict=True):
            node = column[name]
            node.thickness = node.size * low
            node.top = at - 0.5 * (slot - node.thickness)
            at -= slot
    return low


def _slot(thickness: float, pitch: float) -> float:
    return max(thickness + 0.35 * pitch, pitch)


def network(
    holdings: Sequence[Holding], links: Sequence[Link], owner: Mapping[str, str], risks: Mapping[str, float]
) -> str | None:
    """Draw the columns and bands; arguments as for `gather`."""
    if not holdings:
        return None
    graph = gather(holdings, links, owner, risks)
    columns = order(graph)
    names = max(len(column) for column in columns)
    height = max(SHORTEST, FRAME + 0.02 + PITCH * 1.18 * names)
    scale = settle(graph, columns, PITCH / (height - FRAME))
    worst = max((node.risk or 0.0 for column in graph.columns for node in column.values()), default=0.0)
    places = (0.2, 0.56, 0.8) if columns[2] else (0.24, 0.7, 0.9)

    def colour(node: Node) -> str:
        return FAINT if node.risk is None else to_hex(RISK(node.risk / (worst or 1.0)))

    def draw(axes: Axes) -> None:
        figure = axes.get_figure(root=True)
        assert figure is not None
        figure.set_size_inches(WIDE, height)
        axes.set_position((0.0, 0.1 / height, 1.0, (height - FRAME) / height))
        axes.set_axis_off()
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, 1.0)
        for side in (0, 1):
            _draw_bands(axes, graph, side, (places[side] + BAR, places[side + 1]), scale, colour)
        for place, column in enumerate(columns):
            if column:
                _draw_column(axes, [graph.columns[place][name] for name in column], place, places[place], colour)
        legend = "widths: USD of commitment"
        legend += f" · colour: probability of failure, from grey (none) to dark ({share(worst)})" if worst else ""
        dropped = sum(len(bands) for bands in graph.bands) - sum(min(len(b), MOST_BANDS) for b in graph.bands)
        legend += f" · {dropped:,} thin bands left out" if dropped else ""
        axes.text(0.005, 1.0 + 0.3 / height, legend, fontsize=7.5, color=FAINT, va="bottom")

    return svg(draw)


def _draw_bands(
    axes: Axes, graph: Graph, side: int, ends: tuple[float, float], scale: float, colour: Callable[[Node], str]
) -> None:
    """Draw the bands of one side, each in the colour of its borrower, stacked in the order of the other column."""
    bands = dict(sorted(graph.bands[side].items(), key=lambda item: (-item[1], item[0]))[:MOST_BANDS])
    left, right = graph.columns[side], graph.columns[side + 1]
    tops: dict[tuple[str, str], list[float]] = {key: [0.0, 0.0] for key in bands}
    for near, column, other in ((0, left, right), (1, right, left)):
        at = {name: node.top for name, node in column.items()}
        for key in sorted(bands, key=lambda key: (-other[key[1 - near]].middle, key)):
            tops[key][near] = at[key[near]]
            at[key[near]] -= bands[key] * scale
    for key, (start, end) in tops.items():
        borrower = right[key[1]] if side == 0 else left[key[0]]
        width, (x0, x1) = bands[key] * scale, ends
        bend = 0.5 * (x0 + x1)
        points = [(x0, start), (bend, start), (bend, end), (x1, end), (x1, end - width), (bend, end - width),
                  (bend, start - width), (x0, start - width), (x0, start)]  # fmt: skip
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        axes.add_patch(PathPatch(Path(points, codes), facecolor=colour(borrower), alpha=0.38, linewidth=0.25,
                                 edgecolor=colour(borrower)))  # fmt: skip


def _draw_column(axes: Axes, nodes: Sequence[Node], place: int, x: float, colour: Callable[[Node], str]) -> None:
    """Draw the bars of one column with their names."""
    for node in nodes:
        axes.add_patch(Rectangle((x, node.top - node.thickness), BAR, node.thickness, facecolor=colour(node),
                                 edgecolor=INK, linewidth=0.4))  # fmt: skip
        text = f"{fitted(node.name)}  {usd(node.size)}"
        text += "" if node.risk is None else f" · {share(node.risk)}"
        is_left = place == 0
        axes.text(x - 0.006 if is_left else x + BAR + 0.005, node.middle, text, fontsize=7.5, color=INK,
                  ha="right" if is_left else "left", va="center",
                  bbox={"facecolor": "white", "alpha": 0.72, "pad": 0.6, "linewidth": 0.0})  # fmt: skip
    heading = "right" if place == 0 else "left"
    axes.text(x + (BAR if place == 0 else 0.0), 1.012, ENDS[place], fontsize=8.5, color=INK, ha=heading, va="bottom",
              fontweight="bold")  # fmt: skip


def fitted(name: str, longest: int = 30) -> str:
    """A name cut in its middle where it is long: the end often tells it from its sisters."""
    return name if len(name) <= longest else f"{name[: longest - 12]}…{name[-11:]}"
