"""The axis argument of the normalisation layers."""

from __future__ import annotations


def given_axes(axis):
    """The argument as an int or a list of them."""
    if isinstance(axis, (list, tuple)):
        return list(axis)
    if isinstance(axis, bool) or not hasattr(axis, "__index__"):
        raise TypeError(f"Expected an int or a list/tuple of ints for the argument 'axis', but received: {axis!r}")
    return int(axis)


def validated_axes(axis, input_shape) -> list[int]:
    """The axes counted from 0, in the order given.

    Raises:
        ValueError: outside the input's axes; named twice.
    """
    rank = len(input_shape)
    axes = [int(k) for k in (axis if isinstance(axis, (list, tuple)) else (axis,))]
    axes = [k + rank if k < 0 else k for k in axes]
    if any(not 0 <= k < rank for k in axes):
        raise ValueError(
            f"Invalid value for `axis` argument. Expected 0 <= axis < inputs.rank (with inputs.rank={rank}). "
            f"Received: axis={tuple(axes)}"
        )
    if len(axes) != len(set(axes)):
        raise ValueError(f"Duplicate axis: {tuple(axes)}")
    return axes
