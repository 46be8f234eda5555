"""One arithmetic, two back ends: compiled lanes and the slow NumPy twin.

A kernel function is plain Python over numbers, decorated with `kernel`. Numba inlines it into the block
loop, where a number is one float64 lane. `twin` rebinds the same source to NumPy, where a number is a
one-dimensional row. The names below (`where`, `minimum`, `sqrt`, ...) are the only operations whose
meaning differs between the two, so they are bound per back end; everything else is ``+ - * /`` and
comparisons. Both give the same bits.

Rules for kernel functions:

* no branch on lane data (`where` instead) and no augmented assignment: ``x += y`` would change a row that
  the twin shares with somebody else;
* ``**`` and Python's ``min``, ``max``, ``abs``, ``int`` are not bound per back end: use the names here;
* an integer beside a ``uint64`` must itself be ``np.uint64``, or Numba turns both into float64.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba.core import types as nbtypes
from numba.extending import intrinsic

from halflife.foundation.compiled import folder
from halflife.foundation.lanes import LANES as LANES
from halflife.foundation.lanes import VECTOR_BYTES, WIDTH, WORD_BYTES, Vector, gather, is_vector, join

numba.config.CACHE_DIR = str(folder())  # before the first kernel is declared

Number: TypeAlias = Any
"""A float64 lane under Numba, a float64 row in the twin."""

Condition: TypeAlias = Any
"""A boolean lane, or a row of booleans."""

Word: TypeAlias = Any
"""An integer lane (int64 or uint64), or a row of them."""

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function of numbers so that it disappears into its caller's loop.

    Parameters
    ----------
    function : callable
        A module-level function that follows the rules of this module.

    Returns
    -------
    callable
        A Numba dispatcher: cached on disk, force-inlined, without fast-math and without fused
        multiply-add, so that its bits are those of `twin` and of any other x86-64 machine.
    """
    compiled = numba.njit(cache=True, error_model="numpy", forceinline=True, nogil=True, fastmath=False)
    return cast(Function, compiled(function))


# --- primitives, compiled side -----------------------------------------------------------------------


@intrinsic
def where(typingctx: Any, condition: Any, chosen: Any, otherwise: Any) -> Any:
    """Take `chosen` where the condition holds, `otherwise` elsewhere: a select, never a jump."""
    test = condition if is_vector(condition) else nbtypes.boolean
    if is_vector(condition, chosen, otherwise):
        unified = Vector(join((chosen, otherwise)))
    else:
        unified = typingctx.unify_types(nbtypes.unliteral(chosen), nbtypes.unliteral(otherwise))

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(*args)

    return unified(test, unified, unified), generate


def _on(kind: Any, element: Any) -> Any:
    """Return the element, or a vector of it if the argument is one."""
    return Vector(element) if is_vector(kind) else element


def _bitcast(source: Any, target: Any) -> Callable[..., Any]:
    """Write an intrinsic that reads the 64 bits of one type as another."""

    def declare(typingctx: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], context.get_value_type(signature.return_type))

        return _on(value, target)(_on(value, source)), generate

    return declare


def _rounding(name: str) -> Callable[..., Any]:
    """Write an intrinsic for a float64 LLVM function of one argument."""

    def declare(typingctx: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            suffix = f".v{WIDTH}f64" if is_vector(*signature.args) else ".f64"
            kind = args[0].type
            function = builder.module.declare_intrinsic(name + suffix, (), ir.FunctionType(kind, [kind]))
            return builder.call(function, args)

        return _on(value, nbtypes.float64)(_on(value, nbtypes.float64)), generate

    return declare


def _logic(name: str) -> Callable[..., Any]:
    """Write an intrinsic for two conditions, each one lane or a vector."""

    def declare(typingctx: Any, a: Any, b: Any) -> Any:
        kind = Vector(nbtypes.boolean) if is_vector(a, b) else nbtypes.boolean

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return getattr(builder, name)(*args)

        return kind(kind, kind), generate

    return declare


@intrinsic
def float_bits(typingctx: Any, value: Any) -> Any:
    """Read the 64 bits of a float as an int64."""
    return _bitcast(nbtypes.float64, nbtypes.int64)(typingctx, value)


@intrinsic
def bits_float(typingctx: Any, value: Any) -> Any:
    """Read an int64 as the bits of a float."""
    return _bitcast(nbtypes.int64, nbtypes.float64)(typingctx, value)


@intrinsic
def float_word(typingctx: Any, value: Any) -> Any:
    """Read the 64 bits of a float as a uint64."""
    return _bitcast(nbtypes.float64, nbtypes.uint64)(typingctx, value)


@intrinsic
def word_float(typingctx: Any, value: Any) -> Any:
    """Read a uint64 as the bits of a float."""
    return _bitcast(nbtypes.uint64, nbtypes.float64)(typingctx, value)


@intrinsic
def sqrt(typingctx: Any, value: Any) -> Any:
    """Square root, correctly rounded; NaN below zero."""
    return _rounding("llvm.sqrt")(typingctx, value)


@intrinsic
def absolute(typingctx: Any, value: Any) -> Any:
    """Absolute value."""
    return _rounding("llvm.fabs")(typingctx, value)


@intrinsic
def floor(typingctx: Any, value: Any) -> Any:
    """Largest whole number not above the value, as a float."""
    return _rounding("llvm.floor")(typingctx, value)


@kernel
def minimum(a: Number, b: Number) -> Number:
    """Return the smaller; the second if either is NaN. One instruction on x86."""
    return where(a < b, a, b)


@kernel
def maximum(a: Number, b: Number) -> Number:
    """Return the larger; the second if either is NaN. One instruction on x86."""
    return where(a > b, a, b)


@intrinsic
def both(typingctx: Any, a: Any, b: Any) -> Any:
    """Both conditions hold."""
    return _logic("and_")(typingctx, a, b)


@intrinsic
def either(typingctx: Any, a: Any, b: Any) -> Any:
    """At least one condition holds."""
    return _logic("or_")(typingctx, a, b)


@intrinsic
def negate(typingctx: Any, a: Any) -> Any:
    """The condition does not hold."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.not_(args[0])

    return _on(a, nbtypes.boolean)(_on(a, nbtypes.boolean)), generate


@intrinsic
def to_index(typingctx: Any, x: Any) -> Any:
    """Cut a float to a whole int64; the caller keeps it finite and in range."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fptosi(args[0], context.get_value_type(signature.return_type))

    return _on(x, nbtypes.int64)(_on(x, nbtypes.float64)), generate


@kernel
def to_word(x: Word) -> Word:
    """Read a non-negative integer as uint64."""
    return np.uint64(x)


@intrinsic
def take(typingctx: Any, flat: Any, index: Any) -> Any:
    """Look up ``flat[index]``; the caller keeps ``0 <= index < flat.size``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if is_vector(*signature.args):
            return gather(context, builder, signature.args[0], *args)
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.load(builder.gep(array.data, [args[1]], inbounds=True))

    return _on(index, flat.dtype)(flat, _on(index, nbtypes.int64)), generate


@kernel
def empty_state(entities: int, fields: int) -> Any:
    """Zeros ``[entities, fields, lane]``; the twin gives one lane that is a row."""
    count = entities * fields * LANES
    raw = np.zeros(count + WIDTH)
    first = (VECTOR_BYTES - raw.ctypes.data % VECTOR_BYTES) % VECTOR_BYTES // WORD_BYTES
    return raw[first : first + count].reshape((entities, fields, LANES))


# --- primitives, twin side -----------------------------------------------------------------------------

_ROW_LENGTH: ContextVar[int] = ContextVar("halflife_twin_rows")


@contextmanager
def twin_rows(length: int) -> Iterator[None]:
    """Say how long the twin's rows are: ``with twin_rows(paths): ...``.

    Parameters
    ----------
    length : paths
        Length of every row that `empty_state` makes inside the block. NumPy's floating-point warnings
        are off inside it, as they are in compiled code.
    """
    token = _ROW_LENGTH.set(length)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        _ROW_LENGTH.reset(token)


def lane_of(row: Any) -> Any:
    """Wrap a row as the single lane of an array, as the twin's kernels index it."""
    lane = np.empty(1, dtype=object)
    lane[0] = np.asarray(row)
    return lane


def _empty_rows(entities: int, fields: int) -> Any:
    state = np.empty((entities, fields, 1), dtype=object)
    for entity in range(entities):
        for field in range(fields):
            state[entity, field, 0] = np.zeros(_ROW_LENGTH.get())
    return state


def _view(source: type, target: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        return np.asarray(value, dtype=source).view(target)[()]

    return read


PRIMITIVES: dict[str, tuple[Any, Callable[..., Any]]] = {
    "where": (where, np.where),
    "minimum": (minimum, lambda a, b: np.where(np.less(a, b), a, b)),
    "maximum": (maximum, lambda a, b: np.where(np.greater(a, b), a, b)),
    "sqrt": (sqrt, np.sqrt),
    "absolute": (absolute, np.abs),
    "floor": (floor, np.floor),
    "float_bits": (float_bits, _view(np.float64, np.int64)),
    "bits_float": (bits_float, _view(np.int64, np.float64)),
    "float_word": (float_word, _view(np.float64, np.uint64)),
    "word_float": (word_float, _view(np.uint64, np.float64)),
    "to_index": (to_index, lambda x: np.asarray(x).astype(np.int64)[()]),
    "to_word": (to_word, lambda x: np.asarray(x).astype(np.uint64)[()]),
    "take": (take, lambda flat, index: flat[index]),
    "both": (both, np.logical_and),
    "either": (either, np.logical_or),
    "negate": (negate, np.logical_not),
    "empty_state": (empty_state, _empty_rows),
}
"""Name -> (compiled primitive, what the twin uses instead)."""

_TWINS: dict[int, tuple[Any, Callable[..., Any]]] = {id(pair[0]): pair for pair in PRIMITIVES.values()}


def twin(function: Any) -> Callable[..., Any]:
    """Return the same source with rows for numbers.

    Parameters
    ----------
    function : kernel function or primitive
        What `kernel` returned, or one of `PRIMITIVES`.

    Returns
    -------
    callable
        The undecorated function, with every kernel function and primitive among its globals replaced by
        its own twin, to any depth. Same bits as the compiled one for the same numbers.

    Notes
    -----
    Kernel functions are found by name among the module's globals; one reached through a module
    attribute (``module.function``) is not rebound, so kernels import names. Call it inside `twin_rows`,
    which silences NumPy's floating-point warnings.
    """
    known = _TWINS.get(id(function))
    if known is not None:
        return known[1]
    source = function.py_func
    scope = dict(source.__globals__)
    rebound = types.FunctionType(source.__code__, scope, source.__name__, source.__defaults__, source.__closure__)
    rebound.__kwdefaults__ = source.__kwdefaults__
    rebound.__doc__ = source.__doc__
    _TWINS[id(function)] = (function, rebound)
    for name in _names(source.__code__):
        value = scope.get(name)
        if id(value) in _TWINS or hasattr(value, "py_func"):
            scope[name] = twin(value)
    return rebound


def _names(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names
