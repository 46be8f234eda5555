"""Kernel functions run twice, with lanes and with rows, and both must mean the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "halflife"


def is_kernel(function: ast.FunctionDef, is_kernel_module: bool) -> bool:
    """Everything in a room's kernel.py, and whatever is decorated with `kernel` elsewhere."""
    named = {
        node.id for decorator in function.decorator_list for node in ast.walk(decorator) if isinstance(node, ast.Name)
    }
    return is_kernel_module or "kernel" in named


def kernel_functions(text: str, is_kernel_module: bool) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and is_kernel(node, is_kernel_module):
            yield node


def offences(text: str, is_kernel_module: bool) -> list[tuple[int, str]]:
    """Line and reason of everything that would differ between the back ends."""
    found = []
    for function in kernel_functions(text, is_kernel_module):
        for node in ast.walk(function):
            if isinstance(node, ast.AugAssign):
                found.append((node.lineno, "augmented assignment changes a row that the twin shares"))
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
                found.append((node.lineno, "a power is rounded differently by NumPy and LLVM: multiply"))
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_kernels_mean_the_same_on_lanes_and_on_rows(path):
    assert offences(path.read_text(encoding="utf-8"), path.name == "kernel.py") == []


def test_an_augmented_assignment_in_a_kernel_is_seen():
    text = "@kernel\ndef pay(x, y):\n    x += y\n    return x\n"
    assert [line for line, _ in offences(text, is_kernel_module=False)] == [3]


def test_a_plain_function_may_add_in_place():
    text = "def count(x):\n    x += 1\n    return x\n"
    assert offences(text, is_kernel_module=False) == []
    assert offences(text, is_kernel_module=True) != []
