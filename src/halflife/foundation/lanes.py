"""Lanes as vector registers: a number of a compiled kernel is `WIDTH` paths at once.

LLVM's loop vectoriser gives up on many of the rooms' loops (look-ups, unknown strides, too many arrays to compare).
Here nothing is left to it: a row of lanes is read as `Vector` values, and every operation of a kernel is one
operation on vectors.  The source of the kernels does not change: ``rows[entity, field, k]`` is a vector, and
``rows.shape[-1]`` the number of vectors in a row.  LLVM splits vectors wider than the machine's own.

Numba needs no extension of its own for this: the two types, their operators and their indexing are declared below.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import lower_builtin, lower_cast, lower_getattr, models, register_model

WIDTH = 8
"""Float64 numbers in a vector: one AVX-512 register, two of AVX2, four of SSE2."""
LANES = 128
"""Paths walked side by side in one block: a whole number of vectors."""
WORD_BYTES = 8
ROW_BYTES = LANES * WORD_BYTES
VECTOR_BYTES = WIDTH * WORD_BYTES


class Vector(types.Type):
    """`WIDTH` numbers of one kind: float64, int64, uint64, or conditions."""

    def __init__(self, element: Any) -> None:
        self.element = element
        super().__init__(name=f"Vector({element})")

    def can_convert_from(self, typingctx: Any, other: Any) -> Any:
        """Let one number stand for `WIDTH` equal ones."""
        if isinstance(other, types.Boolean):
            return Conversion.promote if self.element is types.boolean else None
        if isinstance(other, types.Number) and self.element is not types.boolean:
            return Conversion.promote
        return None


class Rows(types.Type):
    """Lanes ``[entity, field, lane]``, or a row or rows of them, without ownership."""

    def __init__(self, ndim: int, element: Any) -> None:
        self.ndim, self.element = ndim, element
        super().__init__(name=f"Rows({ndim}, {element})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Vector) -> None:
        element = ir.IntType(1) if kind.element is types.boolean else manager.lookup(kind.element).get_value_type()
        super().__init__(manager, kind, ir.VectorType(element, WIDTH))


@register_model(Rows)
class _RowsModel(models.StructModel):
    """Address; vectors in a row; entities; fields of an entity, or bytes from one row to the next of a 2-D view."""

    def __init__(self, manager: Any, kind: Rows) -> None:
        members = [("base", types.voidptr), ("vectors", types.intp)]
        if kind.ndim > 1:
            members += [("entities", types.intp), ("size", types.intp)]
        super().__init__(manager, kind, members)


# --- from one kind of number to another -----------------------------------------------------------------


def _convert(builder: Any, value: Any, element: Any, wanted: Any) -> Any:
    if element == wanted:
        return value
    if element in types.integer_domain and wanted in types.real_domain:
        convert = builder.sitofp if element.signed else builder.uitofp
        return convert(value, ir.VectorType(ir.DoubleType(), WIDTH))
    if element in types.integer_domain and wanted in types.integer_domain:
        return value
    raise TypeError(f"a vector of {element} is no vector of {wanted}")


def _spread(builder: Any, value: Any) -> Any:
    kind = ir.VectorType(value.type, WIDTH)
    if isinstance(value, ir.Constant):
        return ir.Constant(kind, [value] * WIDTH)
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.IntType(32)(0))
    return builder.shuffle_vector(
        first, ir.Constant(kind, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    )


@lower_cast(types.Float, Vector)
@lower_cast(types.Integer, Vector)
@lower_cast(types.Boolean, Vector)
def _repeat(context: Any, builder: Any, found: Any, wanted: Any, value: Any) -> Any:
    return _spread(builder, context.cast(builder, value, found, wanted.element))


@lower_cast(Vector, Vector)
def _change(context: Any, builder: Any, found: Any, wanted: Any, value: Any) -> Any:
    return _convert(builder, value, found.element, wanted.element)


def element_of(kind: Any) -> Any:
    """Return the kind of number in a vector, or the number's own kind."""
    return kind.element if isinstance(kind, Vector) else types.unliteral(kind)


def join(kinds: tuple[Any, ...]) -> Any:
    """Return the kind of number that holds all the others: float64 before int64 before uint64."""
    elements = [element_of(kind) for kind in kinds]
    if any(element in types.real_domain for element in elements):
        return types.float64
    if all(element is types.boolean for element in elements):
        return types.boolean
    if all(element == types.uint64 for element in elements):
        return types.uint64
    if any(element == types.uint64 for element in elements):
        raise TypeError("an integer beside a uint64 must itself be np.uint64")
    return types.int64


def is_vector(*kinds: Any) -> bool:
    """Say whether one of the kinds is a vector."""
    return any(isinstance(kind, Vector) for kind in kinds)


# --- operators --------------------------------------------------------------------------------------------


def _declare(symbol: Any, answer: Callable[[Any], Any], generate: Callable[[Any, Any, Any, Any], Any]) -> None:
    """Declare a binary operator on vectors: the kind of its answer, and its code given the operands' kind."""

    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            known = (Vector, types.Number, types.Boolean)
            if len(args) != 2 or not is_vector(*args) or not all(isinstance(kind, known) for kind in args):
                return None
            joined = Vector(join(args))
            return signature(Vector(answer(joined.element)), joined, joined)

    infer_global(symbol)(Template)

    @lower_builtin(symbol, Vector, Vector)
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return generate(builder, sig.args[0].element, *args)


def _same(element: Any) -> Any:
    return element


def _arithmetic(symbol: Any, on_floats: str, on_words: str, on_integers: str = "") -> None:
    def generate(builder: Any, element: Any, a: Any, b: Any) -> Any:
        if element in types.real_domain:
            return getattr(builder, on_floats)(a, b)
        return getattr(builder, on_integers if on_integers and element.signed else on_words)(a, b)

    _declare(symbol, _same, generate)


def _bitwise(symbol: Any, on_words: str, on_integers: str) -> None:
    def generate(builder: Any, element: Any, a: Any, b: Any) -> Any:
        signed = element is not types.boolean and element.signed
        return getattr(builder, on_integers if signed else on_words)(a, b)

    _declare(symbol, _same, generate)


def _comparison(symbol: Any, sign: str, on_floats: str = "fcmp_ordered") -> None:
    def generate(builder: Any, element: Any, a: Any, b: Any) -> Any:
        if element in types.real_domain:
            return getattr(builder, on_floats)(sign, a, b)
        return (builder.icmp_signed if element.signed else builder.icmp_unsigned)(sign, a, b)

    _declare(symbol, lambda element: types.boolean, generate)


_arithmetic(operator.add, "fadd", "add")
_arithmetic(operator.sub, "fsub", "sub")
_arithmetic(operator.mul, "fmul", "mul")
_declare(operator.truediv, lambda element: types.float64, lambda builder, element, a, b: builder.fdiv(a, b))
_declare(operator.mod, _same, lambda builder, element, a, b: builder.urem(a, b))
_declare(operator.floordiv, _same, lambda builder, element, a, b: builder.udiv(a, b))
_bitwise(operator.and_, "and_", "and_")
_bitwise(operator.or_, "or_", "or_")
_bitwise(operator.xor, "xor", "xor")
_bitwise(operator.lshift, "shl", "shl")
_bitwise(operator.rshift, "lshr", "ashr")
_comparison(operator.lt, "<")
_comparison(operator.le, "<=")
_comparison(operator.gt, ">")
_comparison(operator.ge, ">=")
_comparison(operator.eq, "==")
_comparison(operator.ne, "!=", "fcmp_unordered")


@infer_global(operator.neg)
class _Negative(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(args[0], args[0]) if len(args) == 1 and is_vector(*args) else None


@lower_builtin(operator.neg, Vector)
def _lower_negative(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.fneg(args[0])


# --- indexing ---------------------------------------------------------------------------------------------


def _parts(index: Any) -> tuple[Any, ...]:
    return tuple(index.types) if isinstance(index, types.BaseTuple) else (index,)


@infer_global(operator.getitem)
class _Read(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        rows, index = args
        if not isinstance(rows, Rows):
            return None
        left = rows.ndim - sum(isinstance(part, types.Integer) for part in _parts(index))
        found = Vector(rows.element) if left == 0 else Rows(left, rows.element)
        return signature(found, rows, index)


@infer_global(operator.setitem)
class _Write(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        rows, index, _ = args
        if not isinstance(rows, Rows) or len(_parts(index)) != rows.ndim:
            return None
        return signature(types.none, rows, index, Vector(rows.element))


def _positions(context: Any, builder: Any, kind: Any, index: Any) -> list[Any]:
    """Unpack an index: an integer value by place, None for a slice (always the whole axis)."""
    if not isinstance(kind, types.BaseTuple):
        return [context.cast(builder, index, kind, types.intp)]
    return [
        context.cast(builder, builder.extract_value(index, i), part, types.intp)
        if isinstance(part, types.Integer)
        else None
        for i, part in enumerate(kind.types)
    ]


def _forward(builder: Any, base: Any, *steps: tuple[Any, Any]) -> Any:
    for count, step in steps:
        base = builder.gep(base, [builder.mul(count, step, flags=("nsw",))], inbounds=True)
    return base


def _address(context: Any, builder: Any, kind: Rows, rows: Any, at: list[Any]) -> Any:
    """Find the vector at a full index."""
    row, vector = context.get_constant(types.intp, ROW_BYTES), context.get_constant(types.intp, VECTOR_BYTES)
    if kind.ndim == 3:
        flat = builder.add(builder.mul(at[0], rows.size, flags=("nsw",)), at[1], flags=("nsw",))
        place = _forward(builder, rows.base, (flat, row), (at[2], vector))
    elif kind.ndim == 2:
        place = _forward(builder, rows.base, (at[0], rows.size), (at[1], vector))
    else:
        place = _forward(builder, rows.base, (at[0], vector))
    return builder.bitcast(place, context.get_value_type(Vector(kind.element)).as_pointer())


@lower_builtin(operator.getitem, Rows, types.Any)
def _lower_read(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, found = sig.args[0], sig.return_type
    rows, at = context.make_helper(builder, kind, args[0]), _positions(context, builder, sig.args[1], args[1])
    if isinstance(found, Vector):
        return builder.load(_address(context, builder, kind, rows, at), align=VECTOR_BYTES)
    row, view = context.get_constant(types.intp, ROW_BYTES), context.make_helper(builder, found)
    view.vectors = rows.vectors
    if kind.ndim == 3 and found.ndim == 1:
        flat = builder.add(builder.mul(at[0], rows.size, flags=("nsw",)), at[1], flags=("nsw",))
        view.base = _forward(builder, rows.base, (flat, row))
    elif kind.ndim == 2:
        view.base = _forward(builder, rows.base, (at[0], rows.size))
    elif at[0] is None:
        view.base, view.entities = _forward(builder, rows.base, (at[1], row)), rows.entities
        view.size = builder.mul(rows.size, row, flags=("nsw",))
    else:
        view.base = _forward(builder, rows.base, (builder.mul(at[0], rows.size, flags=("nsw",)), row))
        view.entities, view.size = rows.size, row
    return view._getvalue()


@lower_builtin(operator.setitem, Rows, types.Any, Vector)
def _lower_write(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.args[0]
    rows, at = context.make_helper(builder, kind, args[0]), _positions(context, builder, sig.args[1], args[1])
    builder.store(args[2], _address(context, builder, kind, rows, at), align=VECTOR_BYTES)
    return context.get_dummy_value()


@infer_getattr
class _RowsAttributes(AttributeTemplate):
    key = Rows

    def resolve_shape(self, rows: Rows) -> Any:
        return types.UniTuple(types.intp, rows.ndim)


@lower_getattr(Rows, "shape")
def _lower_shape(context: Any, builder: Any, kind: Rows, value: Any) -> Any:
    rows = context.make_helper(builder, kind, value)
    sizes = {3: lambda: (rows.entities, rows.size), 2: lambda: (rows.entities,), 1: lambda: ()}[kind.ndim]()
    return context.make_tuple(builder, types.UniTuple(types.intp, kind.ndim), (*sizes, rows.vectors))


def gather(context: Any, builder: Any, flat: Any, value: Any, index: Any) -> Any:
    """Write code that looks up ``flat[index]`` for every lane, one by one."""
    array = context.make_array(flat)(context, builder, value)
    found: Any = ir.Constant(context.get_value_type(Vector(flat.dtype)), ir.Undefined)
    for i in range(WIDTH):
        place = ir.IntType(32)(i)
        address = builder.gep(array.data, [builder.extract_element(index, place)], inbounds=True)
        found = builder.insert_element(found, builder.load(address), place)
    return found
