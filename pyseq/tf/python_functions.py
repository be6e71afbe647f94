"""`tf.py_function` and `tf.numpy_function`: Python code among ops."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, Variable, active_trace, as_dtype, as_tensor, emit, numpy_kernel
from pyseq.core.engine import SymbolicError
from pyseq.data.spec import TensorSpec
from pyseq.tf.errors import InvalidArgumentError


def py_function(func=None, inp=None, Tout=None, name=None):  # noqa: N803
    """func(*inp) on tensors; eagerly gradients pass through.

    Args:
        func: gets tensors, returns tensors, arrays or None.
        inp: list of tensors.
        Tout: dtypes of what it returns, one or a list ([] for None). In a traced function TensorSpecs with full shapes.
    """
    return _called("py_function", func, inp, Tout, lambda xs: func(*xs))


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):  # noqa: N803
    """func(*inp) on NumPy arrays; no gradient. Arguments as of `py_function`; `stateful`: without effect."""
    return _called("numpy_function", func, inp, Tout, lambda xs: func(*[_array(x) for x in xs]))


def _array(x):
    return x.numpy() if hasattr(x, "numpy") else x


def _called(who, func, inp, Tout, call):  # noqa: N803
    if not callable(func):
        raise TypeError(f"{who}: `func` must be callable. Received: func={func!r}.")
    single = Tout is not None and not isinstance(Tout, (list, tuple))
    wanted = [] if Tout is None else [Tout] if single else list(Tout)
    xs = [x if isinstance(x, Tensor) else _operand(x) for x in ([] if inp is None else inp)]
    if any(isinstance(x, Tensor) and x.is_symbolic for x in xs) or active_trace() is not None:
        made = _traced(who, call, xs, wanted)
    else:
        made = _results(who, call(xs), wanted)
    return (made[0] if single else list(made)) if wanted else (made[0] if made else None)


def _operand(x):
    return (
        x
        if isinstance(x, str | bytes) or not (hasattr(x, "dtype") or np.isscalar(x) or isinstance(x, list))
        else as_tensor(x)
    )


def _results(who, returned, wanted):
    returned = [] if returned is None else list(returned) if isinstance(returned, (list, tuple)) else [returned]
    if len(wanted) == 1 and len(returned) != 1:
        returned = [np.asarray([_array(r) for r in returned])]
    if len(returned) != len(wanted):
        raise InvalidArgumentError(
            None,
            None,
            f"{who}: `func` must return as many values as `Tout` says, {len(wanted)}. Received: {len(returned)}.",
        )
    return [_conformed(who, r, w) for r, w in zip(returned, wanted, strict=True)]


def _conformed(who, value, wanted):
    """The value as a tensor of the dtype that `Tout` names; an array takes it, a tensor must have it."""
    dtype = getattr(wanted, "dtype", wanted) if isinstance(wanted, TensorSpec) else wanted
    if getattr(dtype, "name", None) == "string" or dtype is str:
        return value
    dtype = as_dtype(dtype)
    if not isinstance(value, (Tensor, Variable)):
        return as_tensor(value, dtype=dtype)
    x = as_tensor(value)
    if x.dtype is not dtype:
        raise InvalidArgumentError(
            None, None, f"{who}: `func` must return {dtype.name}, as `Tout` says. Received: {x.dtype.name}."
        )
    return x


def _traced(who, call, xs, wanted):
    """The call as an instruction: the plan's Python code gets the values in each run."""
    known = wanted and all(isinstance(w, TensorSpec) and w.shape is not None and None not in w.shape for w in wanted)
    if not known:
        raise SymbolicError(
            f"{who}: in a traced function the shapes of the results must be known: give `Tout` as tf.TensorSpec(shape, dtype) "
            f"with full shapes. Received: Tout={wanted}."
        )
    specs = tuple((tuple(w.shape), as_dtype(w.dtype)) for w in wanted)

    def fill(inputs, outputs, dims, attrs):
        made = _results(who, call([as_tensor(a) for a in inputs]), wanted)
        for out, y, (shape, _) in zip(outputs, made, specs, strict=True):
            if y.shape != shape:
                raise InvalidArgumentError(None, None, f"{who}: `func` must return shape {shape}. Received: {y.shape}.")
            out[...] = y.numpy()

    made = emit(numpy_kernel(who, fill), tuple(xs), specs)
    return [made] if len(specs) == 1 else list(made)
