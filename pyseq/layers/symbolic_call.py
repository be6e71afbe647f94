"""A layer called on KerasTensors: it runs on tensors without values to find the shapes that come out."""

from __future__ import annotations

import math
from contextlib import suppress

from pyseq.core import Tensor, Variable, active_trace, as_tensor, emit, symbolic, tracing
from pyseq.core.engine import SymbolicError
from pyseq.core.keras_tensor import KerasTensor
from pyseq.core.structure import flatten, map_shapes, map_structure
from pyseq.core.tensor_shape import TensorShape
from pyseq.core.texts import Texts, string
from pyseq.core.trace import ShapeTrace, made_up, rehearsal
from pyseq.layers.node import Node, rebuilt, replace, symbolic_in
from pyseq.layers.shape_inference import TRIES

# What unknown extents, other than of the batch alone, are tried with: two at a time. Large and with many divisors first, for
# convolutions and pooling; the others for what has a largest extent.
EXTENTS = ((384, 576), (48, 72), TRIES)
SMALL = 64  # elements of an integer tensor whose values are worth knowing


class _ValueTrace(ShapeTrace):
    """Shapes only; but integers that come from shapes keep their values, for shapes are made of them."""

    unknown = None  # what stands for an unknown extent

    def emit(self, kernel, inputs, outputs, dims=(), attrs=(), parts=1, work=0, dtype=None, updates=()):
        if not updates and outputs and all(math.prod(s) <= SMALL and _is_integer(d) for s, d in outputs):
            given = [x for x in inputs if x is not None]
            if given and not any(isinstance(x, Variable) or x.is_symbolic or not x.dtype.is_integer for x in given):
                with tracing(None):
                    return emit(kernel, inputs, outputs, dims, attrs, parts, work, dtype)
        return super().emit(kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates)


def _is_integer(dtype):
    return getattr(dtype, "is_integer", False)


def infer(function, args, kwargs, outputs_of=None):
    """function(*args, **kwargs) with KerasTensors among the arguments: the structure of new KerasTensors that comes out.

    Args:
        outputs_of: gives what comes out for an extent instead of the unknown ones; `_outputs` by default, from shapes alone.
    Raises:
        what the function raises for such shapes.
    """
    outputs_of = outputs_of or _outputs
    given = symbolic_in((args, kwargs))
    if all(None not in t.shape and (t.values is None or None in t.values) for t in given):
        return _merged({None: outputs_of(function, args, kwargs, None)})
    choices = EXTENTS if any(None in t.shape[1:] for t in given) else (TRIES,)
    known = [t.values for t in given if t.values is not None and None not in t.values]
    if known:  # values computed from extents are known for the extents they were computed from
        choices = [e for e in (*choices, *EXTENTS) if all(n in v for v in known for n in e)] or choices
    first = None
    for extents in choices:
        try:
            tries = {n: outputs_of(function, args, kwargs, n) for n in extents}
        except (ValueError, IndexError) as e:
            first = first or e
            continue
        return _merged(tries, lambda n: outputs_of(function, args, kwargs, n))
    raise first


def _outputs(function, args, kwargs, unknown):
    trace = _ValueTrace()
    trace.unknown = unknown
    with tracing(trace):
        return _of_stand_ins(function, args, kwargs, unknown, lambda shape, dtype: symbolic(shape, dtype, trace))


def _rehearsed(function, args, kwargs, unknown):
    """The outputs, without values, of a function whose Python code asks for values: it gets some that are made up."""
    with rehearsal() as trace:
        trace.unknown = unknown
        made = _of_stand_ins(function, args, kwargs, unknown, made_up)

    def without_values(t):
        y = symbolic(t.shape, t.dtype, trace)
        y._keras_mask = None if t._keras_mask is None else without_values(t._keras_mask)
        return y

    return map_structure(lambda t: without_values(t) if isinstance(t, Tensor) else t, made)


def _of_stand_ins(function, args, kwargs, unknown, make):
    """function(*args, **kwargs), tensors for KerasTensors: make(shape, dtype)."""

    def stand_in(t):
        values = (t.values or {}).get(unknown, (t.values or {}).get(None))
        if values is not None:
            return as_tensor(values)
        shape = tuple(unknown if d is None else d for d in t.shape)
        if t.dtype is string:
            return Texts(None, shape)
        x = make(shape, t.dtype)
        if t._keras_mask is not None:
            x._keras_mask = stand_in(t._keras_mask)
        return x

    return function(*replace(args, stand_in), **replace(kwargs, stand_in))


def _merged(tries, with_extent=None):
    """The KerasTensors of what came out.

    Args:
        tries: {extent that stood for None: the outputs}.
        with_extent: gives the outputs for another extent: shapes made of values need them for all that may be tried.
    """
    flat = {n: flatten(outputs) for n, outputs in tries.items()}
    if with_extent is not None and any(isinstance(t, Tensor) and not t.is_symbolic for t in next(iter(flat.values()))):
        for n in {n for extents in EXTENTS for n in extents} - set(tries):
            with suppress(ValueError, IndexError, SymbolicError):
                flat[n] = flatten(with_extent(n))
    made = iter([_one(dict(zip(flat, leaves, strict=True)), tries) for leaves in zip(*flat.values(), strict=True)])
    return rebuilt(next(iter(tries.values())), made)


def _one(tensors, tries):
    """The KerasTensor of one output, for each of the extents; its shape is told by those of `tries`."""
    tried = [tensors[n] for n in tries]
    first = tried[0]
    if not isinstance(first, Tensor):
        return KerasTensor(first.shape, first.dtype) if isinstance(first, Variable) else first
    if len({len(t.shape) for t in tried}) > 1:
        raise ValueError(
            f"The rank of an output must not depend on extents. Received: {[tuple(t.shape) for t in tried]}."
        )
    shape = tuple(d[0] if len(set(d)) == 1 else None for d in zip(*[t.shape for t in tried], strict=True))
    values = None
    if not any(t.is_symbolic for t in tried):
        values = {n: t.numpy() for n, t in tensors.items() if not t.is_symbolic}
    made = KerasTensor(shape, first.dtype, values=values)
    masks = {n: t._keras_mask for n, t in tensors.items()}
    made._keras_mask = None if any(m is None for m in masks.values()) else _one(masks, tries)
    return made


def symbolic_call(layer, args, kwargs):
    """The KerasTensors that come out of a layer; a Node remembers the call."""
    layer._prepare_symbolic(args, kwargs)
    try:
        outputs = infer(layer, args, kwargs)
    except SymbolicError:  # its `call` needs values
        outputs = _by_shape_rule(layer, args)
        if outputs is None:
            outputs = infer(layer, args, kwargs, _rehearsed)
    for inner in layer._flatten_layers():
        inner.__dict__.get("_added_losses", []).clear()  # they hold no values
    node = connect(layer, args, kwargs, outputs)
    return node.outputs


def _by_shape_rule(layer, args):
    """The KerasTensors that a layer's own `compute_output_shape` promises; None if it has none."""
    from pyseq.layers.base import Layer

    if type(layer).compute_output_shape is Layer.compute_output_shape:
        return None
    shapes = layer.compute_output_shape(replace(args[0], lambda t: t.shape))
    dtype = getattr(layer, "_output_dtype", layer._dtype)
    return map_shapes(lambda shape: KerasTensor(shape, dtype), shapes)


def connect(layer, args, kwargs, outputs):
    """The Node of a call of which KerasTensors came out."""
    given = {id(t) for t in symbolic_in((args, kwargs))}

    def own(t):
        if id(t) not in given:
            return t
        made = KerasTensor(t.shape, t.dtype, values=t.values)
        made._keras_mask = t._keras_mask
        return made

    outputs = map_structure(own, outputs)
    for k, t in enumerate(flatten(outputs)):
        if not isinstance(t, KerasTensor):
            raise TypeError(
                f'Layer "{layer.name}": called on symbolic inputs it must give tensors. Received: {t!r} of type '
                f"{type(t).__name__}."
            )
        t.name = f"{layer.name}/{type(layer).__name__}{f'_{k}' if k else ''}:0"
    return Node(layer, args, kwargs, outputs)


def shape_of(x) -> TensorShape:
    """The shape of a tensor for `build`: the batch axis of one that stands for a KerasTensor is None if that one's is."""
    shape = TensorShape(x.shape)
    unknown = getattr(active_trace(), "unknown", None)
    if unknown is not None and isinstance(x, Tensor) and shape[:1] == (unknown,):
        return TensorShape((None, *shape[1:]))
    return shape
