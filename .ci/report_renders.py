"""Check what a browser made of a report: `report_renders.py DOM LOG SCREENSHOT`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import matplotlib.image
import numpy as np

FEWEST_CHARTS = 1
FETCHED = re.compile(r"<(?:img|script|link|iframe|image|use)\b[^>]*[\"']https?:|url\(\s*[\"']?https?:")
SMALLEST_INKED_SHARE = 0.005  # a text page with charts inks a few per cent


def faults(dom: str, log: str, screenshot: Path) -> list[str]:
    """Return what is wrong with the page, in words; empty when it is well."""
    found = [f"console: {line}" for line in log.splitlines() if "CONSOLE" in line]
    charts = len(re.findall(r"<svg\b", dom))
    if charts < FEWEST_CHARTS:
        found.append(f"{charts} charts in the page, wanted at least {FEWEST_CHARTS}")
    found += [f"fetched from outside: {match[:120]}" for match in FETCHED.findall(dom)]
    pixels = matplotlib.image.imread(screenshot)[..., :3]
    paper = np.median(pixels.reshape(-1, 3), axis=0)
    inked = float((np.abs(pixels - paper).max(axis=-1) > 0.1).mean())
    if inked < SMALLEST_INKED_SHARE:
        found.append(f"the screenshot is blank: {inked:.2%} of its pixels differ from the paper")
    print(f"report: {charts} charts, {inked:.1%} of the page inked")
    return found


def main() -> int:
    """Print the faults; exit 1 if there are any."""
    dom, log, screenshot = (Path(name) for name in sys.argv[1:4])
    found = faults(dom.read_text(), log.read_text(errors="replace"), screenshot)
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
