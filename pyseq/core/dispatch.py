"""Functions of tensors that also take KerasTensors: then they make a layer that will apply them.

    dispatch.face(globals(), "math")      at the end of a module of functions: all of its public functions are such

A call costs a Python frame and a `try` more (0.05 us): what to do about a KerasTensor is asked only after the function has
raised, as it does because a KerasTensor has no values. `TABLE` has these functions by the names that configurations of op
layers give them, which are those of tf.keras 2.15: "math.reduce_mean", "concat", "nn.relu".
"""

from __future__ import annotations

import functools
import inspect
from types import FunctionType

from pyseq.core.dispatch_names import CANONICAL, NOT_OPS, SAME_CALL

TABLE: dict[str, object] = {}
symbolic_type = None  # KerasTensor, when its module is loaded
_make = None
_PLAIN = (float, int, bool, str, type(None))


def set_maker(make):
    """The layers install what makes an op layer: make(name, args, kwargs) -> KerasTensors."""
    global _make
    _make = make


def op_layer(name, args, kwargs):
    """The outputs of a new layer that applies the function of this name in `TABLE`."""
    return _make(name, args, kwargs)


def is_symbolic(x) -> bool:
    """Is there a KerasTensor in x, a nested structure of lists, tuples, dicts and slices?"""
    if isinstance(x, symbolic_type):
        return True
    if isinstance(x, (list, tuple)):
        return any(type(item) not in _PLAIN and is_symbolic(item) for item in x)
    if isinstance(x, dict):
        return any(map(is_symbolic, x.values()))
    return isinstance(x, slice) and any(map(is_symbolic, (x.start, x.stop, x.step)))


def symbolic(function, name):
    """The function, which given KerasTensors makes a layer of the function `name` of `TABLE`."""

    @functools.wraps(function)
    def called(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception:
            if not is_symbolic((args, kwargs)):
                raise
        return op_layer(*_as_recorded(name, function, args, kwargs))

    called._symbolic_name = name
    return called


def _as_recorded(name, function, args, kwargs):
    """(name, args, kwargs) of the call: of the TensorFlow function behind it, if that says all that was said."""
    if name not in SAME_CALL:
        return name, args, kwargs
    behind, count = SAME_CALL[name]
    bound = inspect.signature(function).bind(*args, **kwargs)
    given = [p for p in bound.signature.parameters if p in bound.arguments]
    places = list(bound.signature.parameters)[:count]
    if any(p not in places and bound.arguments[p] != bound.signature.parameters[p].default for p in given):
        return name, args, kwargs
    bound.apply_defaults()
    return behind, tuple(bound.arguments[p] for p in places), {}


def face(namespace, prefix=""):
    """Let all public functions of a module (those in its `__all__`, if it has one) take KerasTensors, too. Called at its end,
    with its `globals()`.

    Args:
        prefix: of the functions' names in configurations: "math", "nn", "keras.backend"; none for those at TensorFlow's top.
    """
    made = {}
    public = namespace.get("__all__", namespace)
    for key, function in list(namespace.items()):
        if key.startswith("_") or key not in public or type(function) is not FunctionType:
            continue
        if not function.__module__.startswith("pyseq."):
            continue
        full = f"{prefix}.{key}".lstrip(".")
        if full in NOT_OPS:
            continue
        if not hasattr(function, "_symbolic_name"):
            if function not in made:
                made[function] = symbolic(function, CANONICAL.get(full, full))
            namespace[key] = function = made[function]
        for name in (full, function._symbolic_name):
            if name == full or not hasattr(TABLE.get(name), "_symbolic_name"):
                TABLE[name] = function


def function_of(name):
    """The function of a name in a configuration.

    Raises:
        ValueError: there is none.
    """
    if name not in TABLE:
        import pyseq.backend
        import pyseq.tf  # noqa: F401  their functions come into the table

        getattr(pyseq.ops, str(name).removeprefix("keras.ops."), None)  # as Keras 3's do when they are first used
    if name not in TABLE:
        from difflib import get_close_matches

        near = get_close_matches(str(name), TABLE, 3)
        raise ValueError(
            f"Unknown function of an op layer: {name!r}. " + (f"The nearest known are {near}." if near else "")
        )
    return TABLE[name]
