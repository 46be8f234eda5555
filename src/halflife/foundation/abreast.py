"""Into vectors and out of them: arrays seen as rows of vectors, and the sum of a vector."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from halflife.foundation.lanes import WIDTH, Rows, Vector


def _abreast_kind(kind: Any) -> Any:
    if isinstance(kind, types.Array):
        return Rows(kind.ndim, kind.dtype)
    return types.NamedTuple([_abreast_kind(part) for part in kind.types], kind.instance_class)


def _abreast(context: Any, builder: Any, kind: Any, value: Any, vectors: Any) -> Any:
    wanted = _abreast_kind(kind)
    if isinstance(wanted, types.NamedTuple):
        parts = [
            _abreast(context, builder, part, builder.extract_value(value, i), vectors)
            for i, part in enumerate(kind.types)
        ]
        return context.make_tuple(builder, wanted, parts)
    array, rows = context.make_array(kind)(context, builder, value), context.make_helper(builder, wanted)
    rows.base, rows.vectors = builder.bitcast(array.data, context.get_value_type(types.voidptr)), vectors
    if wanted.ndim == 3:
        rows.entities, rows.size = (builder.extract_value(array.shape, i) for i in (0, 1))
    return rows._getvalue()


@intrinsic
def abreast(typingctx: Any, arrays: Any, lanes: Any) -> Any:
    """See the first lanes of arrays made by `empty_state`, or of nested tuples of them, as rows of vectors.

    `lanes` is rounded up to whole vectors.  The rows own nothing: the arrays must be used later than the rows, or
    Numba frees them.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        lanes = context.cast(builder, args[1], sig.args[1], types.intp)
        above, width = (context.get_constant(types.intp, number) for number in (WIDTH - 1, WIDTH))
        count = builder.udiv(builder.add(lanes, above), width)
        # a count that LLVM knew would make it write every loop out sixteen times, so it goes through an empty
        # piece of assembly
        vectors = builder.asm(ir.FunctionType(count.type, [count.type]), "", "=r,0", [count], side_effect=False)
        return _abreast(context, builder, sig.args[0], args[0], vectors)

    return _abreast_kind(arrays)(arrays, lanes), generate


def _borrow(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.BaseTuple):
        parts = [_borrow(context, builder, part, builder.extract_value(value, i)) for i, part in enumerate(kind.types)]
        return context.make_tuple(builder, kind, parts)
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo, array.parent = ir.Constant(array.meminfo.type, None), ir.Constant(array.parent.type, None)
        return array._getvalue()
    return value


@intrinsic
def borrow(typingctx: Any, arrays: Any) -> Any:
    """See nested tuples of arrays without owning them: what is not owned is not counted at every use.

    The caller keeps the arrays longer than what it borrowed.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _borrow(context, builder, sig.args[0], args[0])

    return arrays(arrays), generate


@intrinsic
def add_across(typingctx: Any, vector: Any) -> Any:
    """Add the numbers of a vector of eight, in a fixed order: neighbours, then pairs, then halves."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        left = [builder.extract_element(args[0], ir.IntType(32)(i)) for i in range(WIDTH)]
        while len(left) > 1:
            left = [builder.fadd(left[i], left[i + 1]) for i in range(0, len(left), 2)]
        return left[0]

    return types.float64(Vector(types.float64)), generate
