"""What is wrong with the words about selling machines: all findings, none guessed away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from halflife.foundation.errors import Finding
from halflife.foundation.names import At, Written, unknown
from halflife.liquidation.spec import EnforcementSpec, ResaleSpec


def check_resale(resale: Sequence[ResaleSpec], machines: Sequence[str], findings: list[Finding], at: At) -> None:
    """Every machine of the market has one resale market, and each makes sense."""
    written = [spec.machine for spec in resale]
    findings.extend(
        Finding(
            at("resale"),
            f"no resale market for '{name}'",
            "one for each machine type",
            f"add an entry with `machine: {name}`",
        )
        for name in machines
        if name not in written
    )
    for place, spec in enumerate(resale):
        if spec.machine not in machines:
            findings.append(unknown(at(f"resale[{place}].machine"), "machine", spec.machine, machines))
        if spec.machine in written[:place]:
            findings.append(
                Finding(
                    at(f"resale[{place}].machine"),
                    f"'{spec.machine}' twice",
                    "one resale market for each machine type",
                    "remove one",
                )
            )
        for key, found, wanted, fix in _market_trouble(spec):
            findings.append(Finding(at(f"resale[{place}].{key}"), found, wanted, fix))


def _market_trouble(spec: ResaleSpec) -> Iterator[tuple[str, str, str, str]]:
    """Key, found, wanted, fix of everything wrong with one market."""
    for key, number in (("depth", spec.depth), ("absorption", spec.absorption)):
        if number == 0:
            yield key, "0 machines", "at least 1 a month", "write what the market takes, however little"
    if spec.absorption is None and spec.installable is None:
        yield (
            "absorption",
            "no limit to what buyers install",
            "machines a month, or the power they can connect",
            "add `absorption:` or `installable: {power: ..., rack_power: ..., machines_per_rack: ...}`",
        )
    elif spec.absorption is not None and spec.installable is not None:
        yield "installable", "a count of machines and a power", "one of the two", "delete one"
    elif spec.installable is not None:
        yield from _power_trouble(spec)
    if spec.lot == 0:
        yield "lot", "0 machines", "at least 1", "write how many machines are sold together"
    elif spec.unit_of_sale == "chip" and spec.lot > 1:
        yield "lot", f"chips in lots of {spec.lot:,}", "1 machine", "name the unit: server, rack or cluster"
    elif spec.unit_of_sale != "chip" and spec.lot == 1:
        found = f"a {spec.unit_of_sale} of 1 machine"
        yield "lot", found, "the machines in it, more than 1", "write `lot:`, or `unit_of_sale: chip`"
    if spec.break_up == 1.0:
        yield "break_up", "100 %", "less than the whole value", "write what stays behind when machines leave"


def _power_trouble(spec: ResaleSpec) -> Iterator[tuple[str, str, str, str]]:
    assert spec.installable is not None
    words = spec.installable
    for key in ("power", "rack_power", "machines_per_rack"):
        if getattr(words, key) == 0:
            yield f"installable.{key}", "0", "more than 0", "write the figure, however small"
    if min(words.power, words.rack_power, words.machines_per_rack) > 0 and absorbed(spec) < 1.0:
        found = f"{words.power:g} kW a month at {words.rack_power:g} kW a rack of {words.machines_per_rack:,}"
        yield "installable.power", f"{found}: not one machine", "at least 1 a month", "raise the power a month"


def absorbed(spec: ResaleSpec) -> float:
    """Machines per month that buyers can install.

    Notes
    -----
    ``power / rack_power x machines_per_rack`` where the limit is told by power.
    """
    if spec.installable is not None:
        words = spec.installable
        return words.power / words.rack_power * words.machines_per_rack
    assert spec.absorption is not None
    return float(spec.absorption)


def check_enforcement(written: Written[EnforcementSpec], findings: list[Finding]) -> None:
    """The policy has its terms and only those, and the workout is long enough for it."""
    for key, found, wanted, fix in _rule_trouble(written.spec):
        findings.append(Finding(written.at(key), found, wanted, fix))


def _rule_trouble(rule: EnforcementSpec) -> Iterator[tuple[str, str, str, str]]:
    if rule.policy != "step_in" and rule.step_in_months > 0:
        found = f"{rule.step_in_months} months with policy '{rule.policy}'"
        yield "step_in_months", found, "months of operation only under 'step_in'", "delete it, or write 'step_in'"
    if rule.workout <= rule.time_to_seize:
        yield (
            "workout",
            f"a workout of {rule.workout} months, {rule.time_to_seize} to seize",
            "a workout longer than the seizure",
            "lengthen `workout`",
        )
    if rule.pace == "orderly" and rule.over == 0:
        yield "over", "an orderly sale over no time", "the months it is spread over", "add `over:`, such as 6 months"
    if rule.pace != "orderly" and rule.over > 0:
        found = f"{rule.over} months with pace '{rule.pace}'"
        yield "over", found, "stated months only at the pace 'orderly'", "delete it, or write `pace: orderly`"
    if rule.pace == "orderly" and rule.workout > rule.time_to_seize and _months_left(rule) < rule.over:
        yield (
            "over",
            f"a sale over {rule.over} months, {max(_months_left(rule), 0)} of the workout left for it",
            "a sale that ends within the workout of a default at maturity",
            "lengthen `workout`, or sell faster",
        )
    if rule.pace != "optimal" and rule.discount_rate > 0.0:
        yield "discount_rate", f"a rate with pace '{rule.pace}'", "a rate only at the pace 'optimal'", "delete it"
    yield from _going_concern_trouble(rule)


def _going_concern_trouble(rule: EnforcementSpec) -> Iterator[tuple[str, str, str, str]]:
    terms = rule.going_concern
    if rule.policy != "going_concern":
        if terms is not None:
            found = f"terms of a going concern with policy '{rule.policy}'"
            yield "going_concern", found, "terms only under that policy", "delete them, or write 'going_concern'"
        return
    if terms is None:
        fix = "add `going_concern: {months_to_close: ..., orderly_share: ...}`"
        yield "going_concern", "a going concern without terms", "months to close and a price", fix
    elif rule.time_to_seize + terms.months_to_close >= rule.workout > rule.time_to_seize:
        found = f"{terms.months_to_close} months to close, {rule.workout - rule.time_to_seize} of the workout left"
        yield "going_concern.months_to_close", found, "a closing within the workout", "lengthen `workout`"
    if rule.pace != "dump":
        found = f"pace '{rule.pace}' for one sale of everything"
        yield "pace", found, "a pace only where machines are sold one by one", "delete `pace`"


def _months_left(rule: EnforcementSpec) -> int:
    return rule.workout - rule.time_to_seize - rule.step_in_months
