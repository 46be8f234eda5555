"""Where compiled kernels are kept: a folder named by everything their machine code depends on.

Numba notices an edited function but not an edited callee; a folder per content of all kernel sources does.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
from pathlib import Path

import llvmlite.binding
import numba

ROOMS = Path(__file__).resolve().parent.parent
KERNEL_FILES = (
    "kernel.py",
    "life.py",
    "program.py",
    "state.py",
    "table.py",
    "backend.py",
    "lanes.py",
    "abreast.py",
    "elementary.py",
    "streams.py",
    "recursion.py",
    "convertible.py",
    "valuation.py",
    "solver.py",
    "fire_sale.py",
)
FOLDER = "halflife"


def digest() -> str:
    """Return the digest of all kernel sources, of Numba's version and of the processor."""
    sources = sorted({*(path for name in KERNEL_FILES for path in ROOMS.glob(f"*/{name}")), *ROOMS.glob("engine/*.py")})
    found = hashlib.blake2b(digest_size=12)
    for path in sources:
        found.update(path.relative_to(ROOMS).as_posix().encode() + b"\0" + path.read_bytes())
    machine = (numba.__version__, llvmlite.binding.get_host_cpu_name(), platform.machine(), platform.python_version())
    found.update("\0".join(machine).encode())
    return found.hexdigest()


def folder() -> Path:
    """Return the folder of this version's machine code: in the user's cache, or in the temporary folder."""
    for root in (Path.home() / ".cache", Path(tempfile.gettempdir())):
        place = root / FOLDER / "kernels" / digest()
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place, os.W_OK):
            return place
    raise OSError("neither the user's cache nor the temporary folder can be written; compiled kernels need a place")


def is_warm() -> bool:
    """Say whether the block loop has been compiled here before."""
    return any(folder().glob("**/block.walk_chunk*.nbc"))
