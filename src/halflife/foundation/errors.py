"""The tree of errors a user can meet, each with the exit code of the command line.

::

    HalflifeError            1   anything we can explain
    ├── SpecError            2   the written deal cannot be accepted (also: a run too large for this machine)
    ├── ResourceError        2   the machine refuses: no space, no permission, no such folder
    ├── DataError            3   reference data or a results file is missing, damaged or too old
    └── StoreError           4   the database of runs cannot be reached, read or written

A borrower's default is not an error: it is an outcome. Only front doors catch these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in what the user wrote, with the way out."""

    where: str
    found: str
    wanted: str
    fix: str

    def __str__(self) -> str:
        lines = [f"{self.where}:" if self.where else "somewhere in the document:"]
        for label, text in (("found", self.found), ("wanted", self.wanted), ("do", self.fix)):
            if text:
                lines.append(f"    {label:<6} {text}")
        return "\n".join(lines)


class HalflifeError(Exception):
    """Anything that went wrong and can be explained to the user."""

    exit_code: int = 1


class SpecError(HalflifeError):
    """The written spec cannot be accepted. All findings are listed, not the first."""

    exit_code = 2

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings: list[Finding] = list(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class ResourceError(HalflifeError):
    """The machine refuses: no space, no permission, no such folder."""

    exit_code = 2


class DataError(HalflifeError):
    """Reference data or a results file is missing, damaged or too old."""

    exit_code = 3


class StoreError(HalflifeError):
    """The database of runs cannot be reached, read or written."""

    exit_code = 4


class Refusal(ValueError):
    """A validator's way to say a whole finding; the document adds where it is written.

    Parameters
    ----------
    found, wanted, fix : text
        As in `Finding`.
    at : keys below the thing being validated
        Points a rule about several fields at the line of one of them, for example ``at=("maturity",)``.
    """

    def __init__(self, found: str, wanted: str, fix: str, at: tuple[str | int, ...] = ()) -> None:
        self.found, self.wanted, self.fix, self.at = found, wanted, fix, at
        super().__init__(f"found {found}; wanted {wanted}; {fix}")
