"""Halflife: a credit engine for compute-backed debt.

``import halflife as hl; run = hl.run(hl.load("deal.yaml")); run.measure("pd")``
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from halflife.study.run import Run as Run
    from halflife.study.run import run as run
    from halflife.study.termsheet import TermSheet as TermSheet
    from halflife.study.termsheet import load as load

__all__ = ["Run", "TermSheet", "load", "run"]

_PLACES = {"Run": "run", "run": "run", "TermSheet": "termsheet", "load": "termsheet"}


def __getattr__(name: str) -> Any:
    """Load a name when it is first used, so that ``import halflife`` costs nothing."""
    if name not in _PLACES:
        raise AttributeError(f"module 'halflife' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"halflife.study.{_PLACES[name]}"), name)
