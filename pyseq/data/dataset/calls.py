"""A user's function on elements."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, shapes_only, symbolic
from pyseq.core.structure import flatten, map_structure
from pyseq.data.dataset.elements import Nested, as_leaf_tensor, leaf_spec, result_of
from pyseq.data.dataset.node import Run
from pyseq.data.spec import TensorSpec, merged_shapes
from pyseq.plan.function import Function

SHAPES = 32  # of elements; where they are ever new ones, Python is faster than a plan for each
TRIED = (4, 6)  # sizes that stand for unknown ones while shapes are found


class Call:
    """A function on elements: as a plan if it can be traced, else as Python code.

    A tuple is its arguments, anything else its one argument.
    """

    def __init__(self, function):
        if not callable(function):
            raise TypeError(f"Dataset: the function must be callable. Received: {function!r}.")
        self.function = function
        self.planned = function if isinstance(function, Function) else Function(function, falls_back=False)
        self.traces = None  # can it be traced?

    def _arguments(self, element):
        element = map_structure(as_leaf_tensor, element)
        return element if isinstance(element, tuple) and not hasattr(element, "_fields") else (element,)

    def raw(self, element):
        """What the function returned, tensors for leaves."""
        args = self._arguments(element)
        if self.traces is False or not all(isinstance(t, Tensor) for t in flatten(args)):
            return self.function(*args)
        if self.traces:
            self.traces = self.planned.experimental_get_tracing_count() < SHAPES
            return self.planned(*args)
        try:
            result = self.planned(*args)
            self.traces = not any(isinstance(leaf, Nested) for leaf in flatten(result))
            return result
        except Exception:  # noqa: BLE001  of tracing: what Python code may do, a trace may not
            self.traces = False
            return self.function(*args)

    def __call__(self, element):
        """The result, as an element."""
        return _element(self.raw(element))

    def changes_variables(self):
        """Does it, such as the state of random numbers? Then its calls must come in order."""
        return self.planned.changes_variables()

    def spec(self, node):
        """The structure of TensorSpecs of its results on the elements of a node."""
        try:
            return merged_specs(*[self._spec_with(node.element_spec, n) for n in TRIED])
        except Exception:  # noqa: BLE001  what shapes alone do not tell, an element does
            return map_structure(leaf_spec, self(first_element("map", node)))

    def _spec_with(self, spec, unknown):
        with shapes_only() as trace:

            def tensor(s):
                return symbolic(tuple([unknown if d is None else d for d in s.shape]), s.dtype, trace)

            args = map_structure(tensor, spec)
            return map_structure(leaf_spec, _element(self.function(*(args if isinstance(args, tuple) else (args,)))))


def _element(result):
    """What a function returned, as an element. A list is a tuple (as in tf.data, where lists in it are arrays)."""
    return result_of(tuple(result) if type(result) is list else result)


def first_element(who, node):
    """The first element of a node, for what can be known from no spec.

    Raises:
        ValueError: it has none.
    """
    element = next(iter(node.elements(Run(node))), None)
    if element is None:
        raise ValueError(f"{who}: `element_spec` of the results of a function is not known without an element.")
    return element


def merged_specs(a, b):
    """The structure of specs of elements of either kind."""
    if isinstance(a, TensorSpec):
        return TensorSpec(merged_shapes(a.shape, b.shape), a.dtype)
    if isinstance(a, dict):
        return {k: merged_specs(a[k], b[k]) for k in a}
    if isinstance(a, (tuple, list)):
        made = [merged_specs(x, y) for x, y in zip(a, b, strict=True)]
        return type(a)(*made) if hasattr(a, "_fields") else type(a)(made)
    return a


def truth(who, value):
    """The bool that a predicate returned."""
    a = np.asarray(value)
    if a.dtype.kind != "b" or a.ndim:
        raise ValueError(
            f"{who}: Invalid `predicate`. `predicate` must return a `tf.bool` scalar tensor. Received: shape={a.shape}, "
            f"dtype={a.dtype}."
        )
    return bool(a)
