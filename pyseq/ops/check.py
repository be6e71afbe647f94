"""Checks of values that shapes do not show: at once when eager, in every run of a plan."""

from __future__ import annotations

import numpy as np

from pyseq.core import active_trace, as_tensor, emit, int32, int64, kernels
from pyseq.core.engine import SymbolicError

FIND_INTEGER = kernels("find_integer")


def is_integer(value):
    """Is it one integer, of Python, NumPy or a tensor? Not a bool; and an array of integers, which has `__index__`, is several."""
    return hasattr(value, "__index__") and not isinstance(value, bool) and not getattr(value, "shape", ())


def refuse_integers(x, low, high, error, inside=False):
    """Raise if an element of an integer tensor is outside [low, high); with `inside`, if one is in it.

    Args:
        x: int32 or int64, any shape.
        error: function of the first such element that gives the exception.
    """
    if x.dtype is not int32 and x.dtype is not int64:
        from pyseq.ops.elementwise import cast

        x = cast(x, int64)
    arguments = FIND_INTEGER, (x,), (((2,), int64),), (x.size, low, high, int(inside))
    trace = active_trace()
    if trace is None:
        where, found = emit(*arguments, work=x.size).tolist()
        if where >= 0:
            raise error(found)
    else:
        trace.check(*arguments, 1, x.size, error)


def known_values(who, name, x):
    """The values of a tensor, as an array, for an op whose result has a shape that depends on them.

    Args:
        who, name: the op and the argument, for the message.
    Raises:
        SymbolicError: they are not known while a function is being traced.
    """
    x = as_tensor(x)
    if x.is_symbolic:
        raise SymbolicError(
            f"{who}: the shape of the result depends on the values of {name}, which are not known while a function is traced. "
            f"Compute it outside of the traced function, or run eagerly (compile(..., run_eagerly=True)). Received: {x!r}."
        )
    return np.asarray(x.numpy())
