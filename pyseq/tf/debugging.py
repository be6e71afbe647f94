"""tf.debugging: checks of values, at once in eager code, in every run of a plan in a traced function.

A value that fails raises `tf.errors.InvalidArgumentError`; a shape or dtype, known at once, ValueError or TypeError.
"""

from __future__ import annotations

import numpy as np

from pyseq._faces import missing as _missing
from pyseq.core import Tensor, Variable, as_dtype, as_tensor
from pyseq.ops import elementwise, reduce
from pyseq.ops.check import refuse_integers
from pyseq.tf.debugging_shapes import (
    assert_proper_iterable,
    assert_rank,
    assert_rank_at_least,
    assert_rank_in,
    assert_scalar,
    assert_shapes,
)
from pyseq.tf.errors import InvalidArgumentError

__all__ = [
    "Assert", "assert_all_finite", "assert_equal", "assert_greater", "assert_greater_equal", "assert_integer", "assert_less",
    "assert_less_equal", "assert_near", "assert_negative", "assert_non_negative", "assert_non_positive",
    "assert_none_equal", "assert_positive", "assert_proper_iterable", "assert_rank", "assert_rank_at_least",
    "assert_rank_in", "assert_same_float_dtype", "assert_scalar", "assert_shapes", "assert_type", "check_numerics",
    "disable_check_numerics", "disable_traceback_filtering", "enable_check_numerics", "enable_traceback_filtering",
    "get_log_device_placement", "is_numeric_tensor", "is_traceback_filtering_enabled", "set_log_device_placement",
]  # fmt: skip


def _refuse_false(truth, message):
    """Raise InvalidArgumentError(message()) if an element of a bool tensor is false."""
    truth = elementwise.cast(truth, "int64")
    refuse_integers(truth, 0, 1, lambda _: InvalidArgumentError(None, None, message()), inside=True)


def _values(x, n):
    """The first n values for a message."""
    return "values that only the plan has" if x.is_symbolic else str(np.ravel(x.numpy())[:n])


def _compared(op, sign):
    def check(x, y, message, summarize):
        x, y = elementwise.operands(check.__name__, x, y)
        truth = op(x, y)

        def text():
            n = 3 if summarize is None else summarize if summarize >= 0 else None
            lines = [message] if message else []
            lines.append(f"Condition x {sign} y did not hold.")
            if not truth.is_symbolic:
                where = np.argwhere(~truth.numpy())[:n]
                if truth.shape:
                    both = [np.broadcast_to(v.numpy(), truth.shape)[tuple(where.T)] for v in (x, y)]
                    lines += [f"Indices of first {len(where)} different values:", str(where)]
                    lines += ["Corresponding x values:", str(both[0]), "Corresponding y values:", str(both[1])]
                for name, v in (("x", x), ("y", y)):
                    lines += [f"First {min(v.size, n or v.size)} elements of {name}:", _values(v, n)]
            return "\n".join(lines)

        _refuse_false(truth, text)

    return check


_equal = _compared(elementwise.equal, "==")
_none_equal = _compared(elementwise.not_equal, "!=")
_less = _compared(elementwise.less, "<")
_less_equal = _compared(elementwise.less_equal, "<=")
_greater = _compared(elementwise.greater, ">")
_greater_equal = _compared(elementwise.greater_equal, ">=")


def assert_equal(x, y, message=None, summarize=None, name=None):
    """Raise InvalidArgumentError if x == y does not hold for every element. `summarize`: values in the message, 3 by default."""
    _equal(x, y, message, summarize)


def assert_none_equal(x, y, summarize=None, message=None, name=None):
    """Raise if x != y does not hold for every element."""
    _none_equal(x, y, message, summarize)


def assert_less(x, y, message=None, summarize=None, name=None):
    """Raise if x < y does not hold for every element."""
    _less(x, y, message, summarize)


def assert_less_equal(x, y, message=None, summarize=None, name=None):
    """Raise if x <= y does not hold for every element."""
    _less_equal(x, y, message, summarize)


def assert_greater(x, y, message=None, summarize=None, name=None):
    """Raise if x > y does not hold for every element."""
    _greater(x, y, message, summarize)


def assert_greater_equal(x, y, message=None, summarize=None, name=None):
    """Raise if x >= y does not hold for every element."""
    _greater_equal(x, y, message, summarize)


def _beside_zero(op, sign, x, message, summarize):
    x = as_tensor(x)

    def text():
        n = 3 if summarize is None else summarize if summarize >= 0 else None
        return f"{message or ''}\nCondition x {sign} 0 did not hold element-wise:\nx = {_values(x, n)}"

    _refuse_false(op(x, 0), text)


def assert_positive(x, message=None, summarize=None, name=None):
    """Raise if an element is not above 0."""
    _beside_zero(elementwise.greater, ">", x, message, summarize)


def assert_negative(x, message=None, summarize=None, name=None):
    """Raise if an element is not below 0."""
    _beside_zero(elementwise.less, "<", x, message, summarize)


def assert_non_negative(x, message=None, summarize=None, name=None):
    """Raise if an element is below 0."""
    _beside_zero(elementwise.greater_equal, ">=", x, message, summarize)


def assert_non_positive(x, message=None, summarize=None, name=None):
    """Raise if an element is above 0."""
    _beside_zero(elementwise.less_equal, "<=", x, message, summarize)


def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """Raise if |x - y| <= atol + rtol |y| does not hold for every element; both are 10 float spacings at 1 by default."""
    x, y = elementwise.operands("assert_near", x, y)
    step = float(10 * np.finfo(x.dtype.numpy).eps) if x.dtype.is_floating else 0.0
    rtol, atol = step if rtol is None else rtol, step if atol is None else atol
    if not x.dtype.is_floating:
        x, y = elementwise.cast(x, "float64"), elementwise.cast(y, "float64")
    apart = elementwise.absolute(elementwise.subtract(x, y))
    least = elementwise.add(elementwise.multiply(elementwise.absolute(y), rtol), atol)

    def text():
        n = 3 if summarize is None else summarize if summarize >= 0 else None
        return (
            f"{message or ''}\nx and y not equal to tolerance rtol = {rtol}, atol = {atol}\n"
            f"x (shape={x.shape} dtype={x.dtype.name}) = {_values(x, n)}\n"
            f"y (shape={y.shape} dtype={y.dtype.name}) = {_values(y, n)}"
        )

    _refuse_false(elementwise.less_equal(apart, least), text)


def Assert(condition, data, summarize=None, name=None):  # noqa: N802
    """Raise InvalidArgumentError with `data`, a list, in the message if `condition`, a scalar bool, is false."""

    def text():
        n = 3 if summarize is None else summarize if summarize >= 0 else None
        shown = [_values(as_tensor(d), n) if isinstance(d, (Tensor, Variable)) else str(d) for d in data]
        return f"Expected '{condition}' to be true. Summarized data: " + "\n".join(shown)

    _refuse_false(elementwise.cast(as_tensor(condition), "bool"), text)


def check_numerics(tensor, message, name=None):
    """The tensor; raises InvalidArgumentError if it holds NaN or infinity."""
    x = as_tensor(tensor)
    if not x.dtype.is_floating:
        raise TypeError(f"check_numerics: `tensor` must be floating point. Received: dtype={x.dtype.name}.")

    def text():
        found = [] if x.is_symbolic else [("NaN", np.isnan(x.numpy()).any()), ("Inf", np.isinf(x.numpy()).any())]
        kinds = " and ".join(kind for kind, is_there in found if is_there) or "NaN or Inf"
        return f"{message} : Tensor had {kinds} values"

    _refuse_false(reduce.all(elementwise.isfinite(x)), text)
    return x


def assert_all_finite(x, message, name=None):
    """As `check_numerics`."""
    return check_numerics(x, message)


def enable_check_numerics(stack_height_limit=30, path_length_limit=50):
    """Raises: there is no check of every op's results."""
    raise NotImplementedError(
        "tf.debugging.enable_check_numerics: checks of every op are not supported. Use tf.debugging.check_numerics(x, message) "
        "where it matters, or the callback TerminateOnNaN in `fit`."
    )


def disable_check_numerics():
    """Nothing to do: ops are not checked."""


# ------------------------------------------------------------------------------------------------------------ dtypes


def assert_type(tensor, tf_type, message=None, name=None):
    """Raise TypeError if the tensor has not this dtype."""
    x, wanted = as_tensor(tensor), as_dtype(tf_type)
    if x.dtype is not wanted:
        raise TypeError(f"{message or ''}tensor must be of type {wanted.name}; got {x.dtype.name}")


def assert_integer(x, message=None, name=None):
    """Raise TypeError if x is not of an integer dtype."""
    if not as_tensor(x).dtype.is_integer:
        raise TypeError(f'{message or ""}Expected "x" to be integer type.  Found: {as_tensor(x).dtype.name}')


def assert_same_float_dtype(tensors=None, dtype=None):
    """The floating point dtype that all tensors have, float32 for none; ValueError if they differ."""
    found = [as_tensor(t).dtype for t in tensors or [] if t is not None] + (
        [as_dtype(dtype)] if dtype is not None else []
    )
    if not found:
        return as_dtype("float32")
    if any(d is not found[0] for d in found) or not found[0].is_floating:
        raise ValueError(
            f"assert_same_float_dtype: tensors must be of one floating point type. Received: {[d.name for d in found]}."
        )
    return found[0]


def is_numeric_tensor(tensor):
    """Is it a tensor of numbers?"""
    return isinstance(tensor, (Tensor, Variable)) and not tensor.dtype.is_bool


# ----------------------------------------------------------------------------------------------------------- tracebacks


def disable_traceback_filtering():
    """Nothing to do: tracebacks are not filtered."""


def enable_traceback_filtering():
    """Nothing to do: an operation of pyseq is three calls deep, its tracebacks are short as they are."""


def is_traceback_filtering_enabled():
    """False."""
    return False


def set_log_device_placement(enabled):
    """Nothing to do for False; there is one device, so there is no placement to log."""
    if enabled:
        raise NotImplementedError(
            "tf.debugging.set_log_device_placement: there is one device, the CPU; nothing is placed."
        )


def get_log_device_placement():
    """False."""
    return False


__getattr__ = _missing(__name__, lambda: __all__)
