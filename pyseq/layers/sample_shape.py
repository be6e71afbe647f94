"""What a layer says of its input and dtype when it is made."""

from __future__ import annotations

from pyseq.core.structure import is_shape


def policy_name(dtype):
    """The name in a dtype argument: a name, a DType, a NumPy dtype, or a policy as Keras configs spell it."""
    if isinstance(dtype, dict):
        return dtype.get("config", {}).get("name")
    return dtype


def batch_input_shape(kwargs):
    """Take `input_shape`, `input_dim`, `batch_input_shape`, `batch_size` out of kwargs: the shape with the batch axis."""
    batch_size = kwargs.pop("batch_size", None)
    input_dim = kwargs.pop("input_dim", None)
    input_length = kwargs.pop("input_length", None)
    whole = kwargs.pop("batch_input_shape", None) or kwargs.pop("batch_shape", None)
    if "input_shape" in kwargs:
        shape = kwargs.pop("input_shape")
        if isinstance(shape, int):
            raise TypeError(f"`input_shape` must be a tuple such as ({shape},). Received: input_shape={shape}.")
        return None if shape is None else _extents((batch_size, *shape))
    if input_dim is not None:
        return _extents((batch_size, input_dim) if input_length is None else (batch_size, input_length, input_dim))
    return None if whole is None else _extents(whole)


def _extents(shape):
    """A shape of integers of any kind and None, as a tuple of int and None."""
    if not is_shape(tuple(shape)):
        raise TypeError(
            f"`input_shape` must hold integers, or None where the extent is unknown. Received: {tuple(shape)}."
        )
    return tuple(None if d is None else int(d) for d in shape)
