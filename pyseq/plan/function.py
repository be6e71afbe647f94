"""pyseq.function: a Python function traced once for each signature of its arguments."""

from __future__ import annotations

import functools
import itertools
import weakref

import numpy as np

from pyseq.core import Tensor, Variable, active_trace, as_tensor, config, recording
from pyseq.core.structure import map_structure
from pyseq.plan.plan import Plan

PLANS_MAX = 256  # of one function; the oldest go


class Function:
    """A function that runs as a plan: traced when it sees new shapes, dtypes or Python values, then without Python.

    Tensors and arrays are arguments of the plan, whatever their values; everything else (numbers, texts, layers, variables)
    is part of the signature. What the function does besides calling ops (printing, counting) happens when it is traced.
    While a tape outside records, or inside another traced function, it runs as plain Python, with the same numbers.
    """

    def __init__(self, python_function, input_signature=None):
        if not callable(python_function):
            raise TypeError(f"function: `func` must be callable. Received: {python_function!r}.")
        self.python_function = python_function
        self.input_signature = None if input_signature is None else tuple(input_signature)
        self._plans = {}
        self._bound = weakref.WeakKeyDictionary()
        self._traced = 0
        functools.update_wrapper(self, python_function)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        bound = self._bound.get(instance)
        if bound is None:
            bound = Function(_Method(self.python_function, instance), self.input_signature)
            self._bound[instance] = bound
        return bound

    def __call__(self, *args, **kwargs):
        """Run; same arguments and results as the Python function, arrays and lists of results being tensors."""
        if active_trace() is not None or recording() or config.functions_run_eagerly():
            return self.python_function(*args, **kwargs)
        args = self._conform(args)
        tensors = []
        key = (_signature(args, tensors), _signature(kwargs, tensors), config.floatx())
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._trace(args, kwargs, tensors)
        return plan(*tensors)

    def _trace(self, args, kwargs, tensors):
        if len(self._plans) >= PLANS_MAX:
            self._plans.pop(next(iter(self._plans)))
        self._traced += 1

        def function(*symbols):
            read = iter(symbols)
            filled = [_filled(x, read) for x in (args, kwargs)]
            result = self.python_function(*filled[0], **filled[1])
            return map_structure(
                lambda leaf: as_tensor(leaf) if isinstance(leaf, Variable | np.ndarray) else leaf, result
            )

        plan = Plan(function, [(t.shape, t.dtype) for t in tensors])
        plan.keeps = [
            _filled(x, itertools.repeat(None)) for x in (args, kwargs)
        ]  # the signature names objects by their id
        return plan

    def _conform(self, args):
        """The arguments as `input_signature` wants them."""
        if self.input_signature is None:
            return args
        if len(args) != len(self.input_signature):
            raise TypeError(
                f"{self.__name__}: takes {len(self.input_signature)} arguments, as `input_signature` says. Received: {len(args)}."
            )
        return tuple(_matched(self.__name__, x, spec) for x, spec in zip(args, self.input_signature, strict=True))

    def get_concrete_function(self, *args, **kwargs):
        """The plan for a signature, as a callable of its tensors; traces it if need be. `args`: tensors or arrays."""
        tensors = []
        args = self._conform(args)
        key = (_signature(args, tensors), _signature(kwargs, tensors), config.floatx())
        if key not in self._plans:
            self._plans[key] = self._trace(args, kwargs, tensors)
        return functools.partial(_call_plan, self._plans[key])

    def experimental_get_tracing_count(self):
        """How often the function was traced."""
        return self._traced


class _Method:
    """A function bound to an object that it does not keep alive."""

    def __init__(self, function, instance):
        self.function = function
        self.instance = weakref.ref(instance)
        functools.update_wrapper(self, function)

    def __call__(self, *args, **kwargs):
        return self.function(self.instance(), *args, **kwargs)


def _call_plan(plan, *args):
    return plan(*[as_tensor(x) for x in args])


def _matched(who, x, spec):
    """The argument with tensors for the leaves of `spec`, a structure of TensorSpecs."""
    if isinstance(spec, dict):
        if not isinstance(x, dict) or set(x) != set(spec):
            raise _unlike(who, spec, x)
        return {k: _matched(who, x[k], s) for k, s in spec.items()}
    if isinstance(spec, tuple | list):
        if not isinstance(x, tuple | list) or len(x) != len(spec):
            raise _unlike(who, spec, x)
        made = [_matched(who, item, s) for item, s in zip(x, spec, strict=True)]
        return type(x)(*made) if hasattr(x, "_fields") else type(x)(made)
    x = as_tensor(x, dtype=None if isinstance(x, Tensor | Variable) else spec.dtype)
    fits = spec.shape is None or (
        len(x.shape) == len(spec.shape) and all(d is None or d == n for d, n in zip(spec.shape, x.shape, strict=True))
    )
    if not fits or x.dtype != spec.dtype:
        raise _unlike(who, f"shape={spec.shape}, dtype={spec.dtype}", f"shape={x.shape}, dtype={x.dtype.name}")
    return x


def _unlike(who, spec, x):
    return TypeError(f"{who}: the argument must match `input_signature`: {spec}. Received: {x}.")


def _signature(x, tensors):
    """What the trace depends on; tensors and arrays are appended to `tensors`."""
    if isinstance(x, Tensor):
        tensors.append(x)
        return x.shape, x.dtype.code
    if isinstance(x, np.ndarray | np.generic):
        x = as_tensor(x)
        tensors.append(x)
        return x.shape, x.dtype.code
    if isinstance(x, tuple | list):
        return (type(x), *[_signature(item, tensors) for item in x])
    if isinstance(x, dict):
        return (dict, *[(k, _signature(x[k], tensors)) for k in sorted(x)])
    if type(x) is float:
        return float, x.hex()  # 0.0 is not -0.0, and NaN is NaN
    if x is None or isinstance(x, bool | int | float | str | bytes):
        return (type(x), x)
    return (type(x), id(x))


def _filled(x, symbols):
    """The argument with symbolic tensors for its tensors and arrays, in the order of `_signature`."""
    if isinstance(x, Tensor | np.ndarray | np.generic):
        return next(symbols)
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[_filled(item, symbols) for item in x])
    if isinstance(x, tuple | list):
        return type(x)([_filled(item, symbols) for item in x])
    if isinstance(x, dict):
        made = {k: _filled(x[k], symbols) for k in sorted(x)}
        return {k: made[k] for k in x}
    return x


def function(func=None, input_signature=None, autograph=True, jit_compile=None, reduce_retracing=False, **kwargs):
    """Make a function run as a plan. Usable as `@function`, `@function(...)` or `function(f)`.

    Args:
        func: takes and returns structures of tensors.
        input_signature: list of TensorSpec; other arguments are an error. Extents may be None.
        autograph: Python's own `if` and `while` on tensors are not rewritten; they are an error that names the line.
        jit_compile, reduce_retracing: without effect; results do not depend on them.
    Source: tf.function.
    """
    unknown = {k for k in kwargs if not k.startswith("experimental_")}
    if unknown:
        raise TypeError(f"function: unknown keyword argument. Received: {sorted(unknown)}.")
    if func is None:
        return lambda f: Function(f, input_signature)
    return Function(func, input_signature)
