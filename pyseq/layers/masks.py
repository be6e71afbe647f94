"""How masks go through layers: what `Layer.__call__` does with the `_keras_mask` of inputs and outputs.

A mask is a bool tensor that says which steps count. It lies on a tensor as `_keras_mask`. A layer that takes `mask` in
`call` is given the masks of its inputs; one with `supports_masking` leaves on its outputs what `compute_mask` says.
"""

from __future__ import annotations

from pyseq.core import Tensor, as_tensor, record
from pyseq.core.structure import flatten, map_structure, pack_as
from pyseq.ops import elementwise


def masks_of(inputs):
    """The masks on a structure of tensors, in the same structure; None if there is none at all."""
    if isinstance(inputs, Tensor):
        return inputs._keras_mask
    if not isinstance(inputs, (list, tuple, dict)):
        return None
    masks = map_structure(_mask, inputs)
    return masks if any(m is not None for m in flatten(masks)) else None


def _mask(x):
    return getattr(x, "_keras_mask", None)


def leave_masks(layer, inputs, outputs, masks):
    """The outputs of a layer that supports masks, with the masks that it computes, unless the call has put them there."""
    leaves = flatten(outputs)
    if not all(isinstance(y, Tensor) for y in leaves):
        return outputs
    given = flatten(inputs)
    passed = [any(y is x for x in given) for y in leaves]
    if all(y._keras_mask is not None and not p for y, p in zip(leaves, passed, strict=True)):
        return outputs
    computed = flatten(layer.compute_mask(inputs, masks))
    computed += [None] * (len(leaves) - len(computed))
    left = [_masked(y, m, p) for y, m, p in zip(leaves, computed, passed, strict=False)]
    return outputs if all(a is b for a, b in zip(left, leaves, strict=True)) else pack_as(outputs, left)


def _masked(y, mask, passed):
    """y with a mask; under another name if it is an input that has been passed through and has another mask."""
    if mask is y._keras_mask:
        return y
    if passed:
        y = same(y)
    y._keras_mask = None if mask is None else as_bool(mask)
    return y


def same(x):
    """Another tensor of the same values, without mask; no copy."""
    return record(x.reshaped(x.shape), (x,), lambda dy, needs: dy)


def without_mask(x):
    """x without mask: for layers that may pass their input through and do not support masks."""
    return x if x._keras_mask is None else same(x)


def as_bool(mask):
    """A mask as a tensor of bool."""
    return elementwise.cast(as_tensor(mask), "bool")


def refuse_masks(layer, masks):
    """What `compute_mask` gives for a layer that does not support masks: None.

    Raises:
        TypeError: it was given some.
    """
    if any(m is not None for m in flatten(masks)):
        raise TypeError(f"Layer {layer.name} does not support masking, but was passed an input_mask: {masks}")
