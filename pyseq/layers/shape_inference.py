"""Output shapes by running a function on tensors without values.

Each unknown dimension is tried with two extents: an output dimension that differs between the tries is unknown, too.
"""

from __future__ import annotations

from pyseq.core import as_dtype, shapes_only, symbolic
from pyseq.core.engine import SymbolicError
from pyseq.core.structure import map_shapes, map_structure
from pyseq.core.tensor_shape import TensorShape
from pyseq.core.trace import made_up, rehearsal

TRIES = (4, 6)  # even, so that ops which halve an extent work; and apart


def infer_shapes(function, input_shape, dtype):
    """Shapes of `function`'s outputs for inputs of shape `input_shape` (None entries unknown).

    Args:
        function: takes a structure of tensors like `input_shape`, returns a structure of tensors.
        input_shape: a shape or a structure of shapes.
        dtype: element type of every input.
    Returns:
        The structure of the outputs with a TensorShape for each tensor.
    """
    tries = [_output_shapes(function, input_shape, as_dtype(dtype), n) for n in TRIES]
    if not _unknown(input_shape):
        return tries[0]
    return _merge(*tries)


def _unknown(shapes) -> bool:
    found = []
    map_shapes(lambda s: found.append(None in s), shapes)
    return any(found)


def _output_shapes(function, input_shape, dtype, unknown: int):
    def shapes(make):
        inputs = map_shapes(lambda s: make(tuple(unknown if d is None else d for d in s), dtype), input_shape)
        return map_structure(lambda t: TensorShape(t.shape), function(inputs))

    try:
        with shapes_only() as trace:
            return shapes(lambda shape, dtype: symbolic(shape, dtype, trace))
    except SymbolicError:  # its Python code asks for values
        with rehearsal():
            return shapes(made_up)


def _merge(a, b):
    if isinstance(a, dict):
        return {k: _merge(a[k], b[k]) for k in a}
    if isinstance(a, list) or (isinstance(a, tuple) and a and isinstance(a[0], (tuple, list, dict))):
        return type(a)([_merge(x, y) for x, y in zip(a, b, strict=True)])
    return TensorShape(m if m == n else None for m, n in zip(a, b, strict=True))
