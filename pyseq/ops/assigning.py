"""Parts of variables set in place: `v[key].assign(x)`, scatter by number. One instruction each; plans have them as well."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, emit, numpy_kernel
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import gather
from pyseq.ops import shape as s
from pyseq.ops.slicing import filled, plain_key

HOW = {
    "update": None, "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "max": np.maximum, "min": np.minimum,
}  # fmt: skip


def assign_item(variable, key, value, how="update"):
    """variable[key] = value, or += or -= it. Returns the variable."""
    key, tensors = plain_key(key if type(key) is tuple else (key,))
    value = as_tensor(value, like=variable)
    if value.dtype is not variable.dtype:
        raise invalid_type(
            f"{variable.name}[key].assign: `value` must be {variable.dtype.name}. Received: {value.dtype.name}. Use cast()."
        )
    shape = np.empty(variable.shape, dtype=[])[filled(key, [np.zeros(t.shape, "int8") for t in tensors])].shape
    if value.shape != shape:
        raise invalid(
            f"{variable.name}[key].assign: `value` must have the shape {shape}. Received: shape={value.shape}."
        )
    function = HOW[how]

    def put(inputs, outputs, dims, attrs):
        place = filled(key, inputs[1:])
        new = inputs[0].reshape(shape)
        outputs[0][place] = new if function is None else function(outputs[0][place], new)

    emit(numpy_kernel("assign_item", put), (value, *tensors), (), updates=(variable,))
    return variable


def scatter(variable, indices, values, how="update"):
    """Rows of a variable replaced, or combined with others, by number; one after another where a number comes twice.

    Args:
        indices: integers of any shape. values: indices.shape + variable.shape[1:], or a scalar.
        how: a name of HOW.
    """
    indices = gather.whole_numbers(f"{variable.name}.scatter_{how}", indices)
    return scatter_nd(variable, s.expand_dims(indices, -1), values, how)


def scatter_nd(variable, indices, values, how="update"):
    """As `scatter`, of places named by the numbers along the last axis of `indices`."""
    who = f"{variable.name}.scatter_nd_{how}"
    indices, values = gather.whole_numbers(who, indices), as_tensor(values, like=variable)
    if values.dtype is not variable.dtype:
        raise invalid_type(
            f"{who}: `updates` must be {variable.dtype.name}. Received: {values.dtype.name}. Use cast()."
        )
    if not values.shape and indices.shape:
        depth = indices.shape[-1]
        values = s.broadcast_to(values, (*indices.shape[:-1], *variable.shape[depth:]))
    depth = gather.checked_updates(who, indices, values, variable.shape)
    numbers = gather.row_numbers(who, indices, variable.shape[:depth])
    rest, function = variable.shape[depth:], HOW[how]

    def put(inputs, outputs, dims, attrs):
        rows, new = outputs[0].reshape(-1, *rest), inputs[1].reshape(-1, *rest)
        if function is None:
            rows[inputs[0]] = new
        else:
            function.at(rows, inputs[0], new)

    emit(numpy_kernel("scatter_in_place", put), (numbers, values), (), updates=(variable,))
    return variable
