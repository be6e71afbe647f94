"""pyseq.function: a Python function traced once for each signature of its arguments."""

from __future__ import annotations

import functools
import inspect
import itertools
import weakref
from contextlib import suppress

import numpy as np

from pyseq.core import Tensor, Variable, active_trace, as_dtype, as_tensor, config, recording
from pyseq.core.engine import UnmadeVariable
from pyseq.core.structure import flatten, map_structure
from pyseq.plan.fallback import SINGLETON, plan_for_good, plan_or_none

PLANS_MAX = 256  # of one function; the oldest go


class Function:
    """A function that runs as a plan: traced when it sees new shapes, dtypes or Python values, then without Python.

    Tensors and arrays are arguments of the plan, whatever their values; everything else (numbers, texts, layers, variables)
    is part of the signature. What the function does besides calling ops (printing, counting) happens when it is traced.
    While a tape outside records, or inside another traced function, it runs as plain Python, with the same numbers; so does
    a call with an iterator: what that gives when the function is traced is not what it gives later. And so does, from the first
    call on, a function whose Python code needs values: `if`, `while` and `for` on tensors, tf.cond, NumPy. It says so once; what
    that code did to Python objects until it asked for values is done twice in the first call.
    Variables may be made in the first call.
    """

    def __init__(self, python_function, input_signature=None, falls_back=True):
        """`falls_back`: does it run as Python code if that needs values? Else that is an error, SymbolicError."""
        if not callable(python_function):
            raise TypeError(f"function: `func` must be callable. Received: {python_function!r}.")
        self.python_function = python_function
        if input_signature is not None and not isinstance(input_signature, tuple | list):
            raise TypeError(f"function: `input_signature` must be a list or tuple. Received: {input_signature!r}.")
        self.input_signature = None if input_signature is None else tuple(input_signature)
        self._plans = {}  # of each signature; None if it runs as Python code
        self._python_only = set()  # the signatures, but for the tensors in them, that run as Python code
        self._bound = weakref.WeakKeyDictionary()
        self._traced = 0
        self._falls_back = falls_back
        functools.update_wrapper(self, python_function)
        self.__name__ = getattr(python_function, "__name__", None) or type(python_function).__name__

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        bound = self._bound.get(instance)
        if bound is None:
            bound = Function(_Method(self.python_function, instance), self.input_signature, self._falls_back)
            self._bound[instance] = bound
        return bound

    def __call__(self, *args, **kwargs):
        """Run; same arguments and results as the Python function, arrays and lists of results being tensors."""
        if active_trace() is not None or recording() or config.functions_run_eagerly() or _iterates(args):
            return self.python_function(*args, **kwargs)
        if self.input_signature is not None:
            args, kwargs = self._conform(args, kwargs)
        tensors = []
        key = self._key(args, kwargs, tensors)
        plan = self._plans.get(key)
        if plan is None:
            return self._without_plan(key, args, kwargs, tensors)
        return plan(*tensors)

    def _key(self, args, kwargs, tensors):
        return _signature(args, tensors), _signature(kwargs, tensors), config.floatx()

    def _without_plan(self, key, args, kwargs, tensors):
        """A call whose signature has no plan: it gets one, unless it runs as Python code."""
        if key in self._plans:
            return self._run(args, kwargs, tensors)
        try:
            plan = self._trace(key, args, kwargs, tensors)
        except UnmadeVariable:
            return self._make_variables(key, args, kwargs, tensors)
        return self._run(args, kwargs, tensors) if plan is None else plan(*tensors)

    def _make_variables(self, key, args, kwargs, tensors):
        """A first call as Python code, which makes variables of values; the next ones need not."""
        result = self._run(args, kwargs, tensors)
        try:
            self._trace(key, args, kwargs, tensors)
        except UnmadeVariable as error:
            raise ValueError(SINGLETON.format(self.__name__)) from error
        return result

    def _run(self, args, kwargs, tensors):
        """The Python function of the arguments, `tensors` being the tensors and arrays among them."""
        read = iter(tensors)
        filled = [_filled(x, read) for x in (args, kwargs)]
        return map_structure(_result, self.python_function(*filled[0], **filled[1]))

    def _trace(self, key, args, kwargs, tensors):
        """The plan of a signature from now on; None if it is to run as Python code."""
        kept = [_filled(x, itertools.repeat(None)) for x in (args, kwargs)]
        rest = self._key(*kept, [])
        plan = None
        if rest not in self._python_only:
            self._traced += 1
            make = plan_or_none if self._falls_back else plan_for_good
            specs = [(t.shape, t.dtype) for t in tensors]
            plan = make(self.__name__, lambda *symbols: self._run(args, kwargs, symbols), specs)
            if plan is None:
                _make_room(self._python_only)
                self._python_only.add(rest)
            else:
                plan.keeps = kept  # the signature names objects by their id
        _make_room(self._plans)
        self._plans[key] = plan
        return plan

    def _conform(self, args, kwargs):
        """(args, kwargs) as `input_signature` wants them."""
        try:
            bound = self.function_spec.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.__name__}: {error}.") from None
        args = bound.args
        if len(args) != len(self.input_signature):
            raise TypeError(
                f"{self.__name__}: takes {len(self.input_signature)} arguments, as `input_signature` says. Received: {len(args)}."
            )
        return tuple(
            _matched(self.__name__, x, spec) for x, spec in zip(args, self.input_signature, strict=True)
        ), bound.kwargs

    def get_concrete_function(self, *args, **kwargs):
        """The function for one signature: `ConcreteFunction`.

        Args:
            args, kwargs: of the signature: TensorSpecs (extents may be None), or tensors and arrays; by default
                `input_signature`. Anything else is part of the function.
        """
        if not args and not kwargs and self.input_signature is not None:
            args = self.input_signature
        return ConcreteFunction(self, args, kwargs)

    def changes_variables(self):
        """Does one of its plans? Of Python code, that is not known."""
        return any(plan is not None and plan.updated for plan in self._plans.values())

    @property
    def name(self):
        """The Python function's name."""
        return self.__name__

    @property
    def function_spec(self):
        """inspect.Signature of the Python function."""
        return inspect.signature(self.python_function)

    def pretty_printed_concrete_signatures(self, verbose=True):
        """The signatures traced so far, a line each."""
        lines = [
            f"{self.__name__}({', '.join(f'{shape} {d.name}' for shape, d in p.inputs)})"
            for p in self._plans.values()
            if p is not None
        ]
        return "\n".join(lines)

    def experimental_get_tracing_count(self):
        """How often the function was traced."""
        return self._traced


def _result(leaf):
    """A leaf of what the function returned: variables, arrays and numbers are tensors."""
    return as_tensor(leaf) if isinstance(leaf, Variable | np.ndarray | np.generic | float | int) else leaf


def _make_room(kept):
    if len(kept) >= PLANS_MAX:
        kept.pop() if isinstance(kept, set) else kept.pop(next(iter(kept)))


class _Method:
    """A function bound to an object that it does not keep alive."""

    def __init__(self, function, instance):
        self.function = function
        self.instance = weakref.ref(instance)
        functools.update_wrapper(self, function)
        first, *rest = inspect.signature(function).parameters.values()
        self.__signature__ = inspect.Signature([first, *rest] if first.kind is first.VAR_POSITIONAL else rest)

    def __call__(self, *args, **kwargs):
        return self.function(self.instance(), *args, **kwargs)


class ConcreteFunction:
    """A function for one signature of its arguments.

    Attributes:
        structured_input_signature: (args, kwargs) with a Spec for each tensor.
    """

    def __init__(self, function, args, kwargs):
        self._function = function
        self._names = list(function.function_spec.parameters)[: len(args)]
        self.structured_input_signature = tuple(map_structure(_spec, x) for x in (tuple(args), dict(kwargs)))
        fixed = flatten([list(self.structured_input_signature[0]), self.structured_input_signature[1]])
        self._specs = [s for s in fixed if isinstance(s, Spec)]
        self._known = all(s.shape is not None and None not in s.shape for s in self._specs)
        if self._known:  # what cannot be traced says so now
            self._trace()

    @property
    def name(self):
        return self._function.__name__

    @property
    def inputs(self):
        """The Specs of its tensors, in order."""
        return list(self._specs)

    def _trace(self):
        tensors = []
        zeros = [map_structure(_zeros, x) for x in self.structured_input_signature]
        key = self._function._key(*zeros, tensors)
        if key not in self._function._plans:
            with suppress(UnmadeVariable):  # the first call makes them
                self._function._trace(key, *zeros, tensors)

    def __call__(self, *args, **kwargs):
        """Run; tensors and arrays take their places in the signature, by position or name."""
        tensors, named = iter(args), dict(kwargs)

        def filled(name, x):
            return self._filled(x, iter([named.pop(name)]) if name in named else tensors)

        positional, by_name = self.structured_input_signature
        full_args = [filled(name, x) for name, x in itertools.zip_longest(self._names, positional)]
        full_kwargs = {name: filled(name, x) for name, x in by_name.items()}
        left = [*tensors, *sorted(named)]
        if left:
            raise TypeError(f"{self.name}: takes {len(self._specs)} tensors. Received besides: {left}.")
        return self._function(*full_args, **full_kwargs)

    def _filled(self, x, tensors):
        def fill(leaf):
            if not isinstance(leaf, Spec):
                return leaf
            try:
                return _matched(self.name, next(tensors), leaf)
            except StopIteration:
                raise TypeError(f"{self.name}: takes {len(self._specs)} tensors; there are fewer.") from None

        return map_structure(fill, x)


class Spec:
    """Shape and dtype of an argument that is a tensor."""

    def __init__(self, shape, dtype, name=None):
        self.shape, self.dtype, self.name = None if shape is None else tuple(shape), as_dtype(dtype), name

    def __repr__(self):
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype.name}, name={self.name!r})"


def _spec(x):
    """A Spec for tensors, arrays and what has shape and dtype (tf.TensorSpec); anything else as it is."""
    if isinstance(x, np.ndarray | np.generic):
        x = as_tensor(x)
    is_spec = hasattr(x, "shape") and hasattr(x, "dtype") and not isinstance(x, Variable)
    return Spec(x.shape, x.dtype, getattr(x, "name", None)) if is_spec else x


def _zeros(x):
    return as_tensor(np.zeros(x.shape, x.dtype.numpy)) if isinstance(x, Spec) else x


def _iterates(args):
    """Is there an iterator among the arguments?"""
    return any(hasattr(type(x), "__next__") for x in args)


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


def function(
    func=None, input_signature=None, autograph=True, jit_compile=None, reduce_retracing=False, experimental_implements=None,
    experimental_autograph_options=None, experimental_attributes=None, experimental_relax_shapes=None,
    experimental_compile=None, experimental_follow_type_hints=None,
):  # fmt: skip
    """Make a function run as a plan. Usable as `@function`, `@function(...)` or `function(f)`.

    Args:
        func: takes and returns structures of tensors.
        input_signature: list of TensorSpec; other arguments are an error. Extents may be None.
        autograph: Python's own `if`, `while` and `for` on tensors work, whatever this says: a function that has them runs as
            Python code each time, not as a plan. `tf.cond` and `tf.while_loop` do the same.
        jit_compile, reduce_retracing, experimental_*: how TensorFlow goes about it; results do not depend on them. A plan is
            for fixed shapes: new shapes are traced anew (0.4 ms for the step of a small model).
    Source: tf.function.
    """
    if func is None:
        return lambda f: Function(f, input_signature)
    return Function(func, input_signature)
