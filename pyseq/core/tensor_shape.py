"""Shapes with the methods of tf.TensorShape."""

from __future__ import annotations

import math


class TensorShape(tuple):
    """A shape, None for an extent that may vary: a tuple with the methods of tf.TensorShape.

    Args:
        dims: a size or a list of sizes and None. (A shape of which not even the rank is known is None in pyseq.)
    """

    __slots__ = ()

    def __new__(cls, dims):
        if dims is None:
            raise NotImplementedError("TensorShape: a shape of unknown rank is None. Received: dims=None.")
        dims = (dims,) if hasattr(dims, "__index__") else tuple(dims)
        for n in dims:
            if n is not None and (not hasattr(n, "__index__") or n < 0):
                raise ValueError(f"TensorShape: `dims` must hold sizes or None. Received: dims={dims}.")
        return super().__new__(cls, [None if n is None else int(n) for n in dims])

    @property
    def rank(self):
        """The number of axes."""
        return len(self)

    ndims = rank

    def as_list(self):
        """A list of the sizes."""
        return list(self)

    def is_fully_defined(self):
        """Are all sizes known?"""
        return None not in self

    def num_elements(self):
        """The product of the sizes, None if one is not known."""
        return math.prod(self) if self.is_fully_defined() else None

    def is_compatible_with(self, other):
        """May both be shapes of one tensor?"""
        return fits(self, other)

    def __str__(self):
        return tuple.__repr__(self)

    def __repr__(self):
        return f"TensorShape({list(self)})"

    def __reduce__(self):
        return TensorShape, (list(self),)


def fits(spec, shape):
    """May a tensor of this shape (None: any) be what the spec's shape says?"""
    if spec is None or shape is None:
        return True
    return len(spec) == len(shape) and all(a is None or b is None or a == b for a, b in zip(spec, shape, strict=True))
