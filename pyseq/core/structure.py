"""Nested lists, tuples and dicts of tensors: the inputs and outputs of layers and models."""

from __future__ import annotations

import numpy as np


def flatten(x) -> list:
    """Leaves of nested lists, tuples and dicts; dicts in the order of their sorted keys, as tf.nest."""
    if isinstance(x, dict):
        return [leaf for k in sorted(x) for leaf in flatten(x[k])]
    if isinstance(x, (list, tuple)):
        return [leaf for item in x for leaf in flatten(item)]
    return [x]


def map_structure(function, x):
    """The same structure with `function` applied to each leaf."""
    if isinstance(x, dict):
        return {k: map_structure(function, v) for k, v in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[map_structure(function, item) for item in x])
    if isinstance(x, (list, tuple)):
        return type(x)([map_structure(function, item) for item in x])
    return function(x)


def pack_as(x, leaves):
    """The structure of `x` with other leaves, given in the order of `flatten`."""
    leaves = iter(leaves)
    return map_structure(lambda _: next(leaves), in_order(x))


def in_order(x):
    """The structure with its dicts in the order in which `flatten` goes through them."""
    if isinstance(x, dict):
        return {k: in_order(x[k]) for k in sorted(x)}
    if isinstance(x, (list, tuple)) and not hasattr(x, "_fields"):
        return type(x)([in_order(item) for item in x])
    return x


def is_shape(x) -> bool:
    """Is x one shape (a tuple or list of int and None)?"""
    return isinstance(x, (tuple, list)) and all(d is None or isinstance(d, (int, np.integer)) for d in x)


def map_shapes(function, x):
    """Apply `function` to each shape (a tuple) of a structure of shapes."""
    if is_shape(x):
        return function(tuple(x))
    if isinstance(x, dict):
        return {k: map_shapes(function, v) for k, v in x.items()}
    return type(x)([map_shapes(function, item) for item in x])
