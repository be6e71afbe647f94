"""Shapes with the methods of tf.TensorShape."""

from __future__ import annotations

import math

from pyseq.core import engine
from pyseq.core.dimension import Dimension


class TensorShape(engine.ShapeTuple):
    """A shape, None for an extent that may vary: a tuple with the methods of tf.TensorShape.

    Slices and sums of it are shapes again; it equals tuples and lists of its sizes. Unlike TensorFlow's it is a tuple, so
    `if shape` asks whether it has axes, and shapes have an order.

    Args:
        dims: a size or a list of sizes and None. (A shape of which not even the rank is known is None in pyseq.)
    """

    __slots__ = ()

    def __new__(cls, dims):
        if type(dims) is cls:
            return dims
        if dims is None:
            raise NotImplementedError("TensorShape: a shape of unknown rank is None. Received: dims=None.")
        try:
            dims = (dims,) if hasattr(dims, "__index__") and not hasattr(dims, "__len__") else tuple(dims)
        except TypeError:
            raise TypeError(
                f"TensorShape: `dims` must be a size or a list of sizes. Received: dims={dims!r}."
            ) from None
        return super().__new__(cls, [_size(n, dims) for n in dims])

    @property
    def rank(self):
        """The number of axes."""
        return len(self)

    ndims = rank

    @property
    def dims(self):
        """A list of Dimensions, as TensorFlow 1 had it."""
        return [Dimension(n) for n in self]

    def as_list(self):
        """A list of the sizes."""
        return list(self)

    def is_fully_defined(self):
        """Are all sizes known?"""
        return None not in self

    def num_elements(self):
        """The product of the sizes, None if one is not known."""
        return math.prod(self) if self.is_fully_defined() else None

    def concatenate(self, other):
        """These axes, then those of another shape (None: a shape of unknown rank)."""
        return None if other is None else self + TensorShape(other)

    def is_compatible_with(self, other):
        """May both be shapes of one tensor?"""
        return fits(self, None if other is None else TensorShape(other))

    def merge_with(self, other):
        """The shape with what either knows.

        Raises:
            ValueError: the shapes contradict each other.
        """
        if other is None:
            return self
        other = TensorShape(other)
        if not fits(self, other):
            raise ValueError(f"Shapes {self} and {other} are not compatible")
        return TensorShape([b if a is None else a for a, b in zip(self, other, strict=True)])

    def most_specific_compatible_shape(self, other):
        """The shape with what both agree on; None (any shape) if they have different ranks."""
        other = None if other is None else TensorShape(other)
        if other is None or len(self) != len(other):
            return None
        return TensorShape([a if a == b else None for a, b in zip(self, other, strict=True)])

    def most_specific_common_supertype(self, others):
        """The shape with what all agree on; None if they have different ranks."""
        shape = self
        for other in others:
            shape = None if shape is None else shape.most_specific_compatible_shape(other)
        return shape

    def is_subtype_of(self, other):
        """Has every tensor of this shape the other shape, too?"""
        if other is None:
            return True
        other = TensorShape(other)
        return len(self) == len(other) and all(b is None or a == b for a, b in zip(self, other, strict=True))

    def with_rank(self, rank):
        """This shape, if it has `rank` axes.

        Raises:
            ValueError: it has not.
        """
        if len(self) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}")
        return self

    def with_rank_at_least(self, rank):
        """This shape, if it has `rank` axes or more; else ValueError."""
        if len(self) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank):
        """This shape, if it has `rank` axes or fewer; else ValueError."""
        if len(self) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def assert_has_rank(self, rank):
        """ValueError if this shape has not `rank` axes."""
        self.with_rank(rank)

    def assert_same_rank(self, other):
        """ValueError if another shape has another number of axes."""
        other = TensorShape(other)
        if len(self) != len(other):
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_is_compatible_with(self, other):
        """ValueError if no tensor can have both shapes."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible")

    def assert_is_fully_defined(self):
        """ValueError if a size is not known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def __str__(self):
        return tuple.__repr__(self)

    def __repr__(self):
        return f"TensorShape({list(self)})"

    def __reduce__(self):
        return TensorShape, (list(self),)


def _size(n, dims):
    if n is None:
        return None
    if isinstance(n, Dimension):
        return n.value
    if not hasattr(n, "__index__"):
        raise TypeError(f"TensorShape: `dims` must hold integers or None. Received: dims={dims!r}.")
    n = n.__index__()
    if n < 0:
        raise ValueError(f"TensorShape: `dims` must hold sizes of at least 0, or None. Received: dims={dims!r}.")
    return n


def fits(spec, shape):
    """May a tensor of this shape (None: any) be what the spec's shape says?"""
    if spec is None or shape is None:
        return True
    return len(spec) == len(shape) and all(a is None or b is None or a == b for a, b in zip(spec, shape, strict=True))


engine.set_shape_type(TensorShape)
