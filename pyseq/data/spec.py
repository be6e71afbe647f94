"""What is known of a tensor before it is there: shape, element type, name."""

from __future__ import annotations

import numpy as np

from pyseq.core import DType, Tensor, as_dtype
from pyseq.core.tensor_shape import TensorShape, fits  # noqa: F401
from pyseq.core.texts import StringType, Texts, as_any_dtype, string  # noqa: F401


class TensorSpec:
    """Shape and element type of tensors to come.

    Args:
        shape: list of int, None for an extent that may vary; None: nothing is known of it.
        dtype: element type.
    Source: tf.TensorSpec.
    """

    __slots__ = ("shape", "dtype", "name")

    def __init__(self, shape, dtype="float32", name=None):
        self.shape = None if shape is None else TensorShape(shape)
        self.dtype = as_any_dtype(dtype)
        self.name = name

    @classmethod
    def from_tensor(cls, tensor, name=None):
        """The spec of a tensor."""
        return cls(tensor.shape, tensor.dtype, name)

    from_spec = from_tensor

    def is_compatible_with(self, spec_or_tensor):
        """Is it the shape and type of a tensor, or may both specs be of one tensor?"""
        other = spec_or_tensor
        if self.dtype != other.dtype:
            return False
        return fits(self.shape, other.shape)

    def most_specific_compatible_shape(self, other):
        """The shape that says what both say."""
        return merged_shapes(self.shape, other.shape)

    def __eq__(self, other):
        return isinstance(other, TensorSpec) and (self.shape, self.dtype, self.name) == (
            other.shape, other.dtype, other.name
        )  # fmt: skip

    def __hash__(self):
        return hash((self.shape, self.dtype.name))

    def __repr__(self):
        shape = "<unknown>" if self.shape is None else self.shape
        return f"TensorSpec(shape={shape}, dtype=tf.{self.dtype.name}, name={self.name!r})"

    def __reduce__(self):
        return TensorSpec, (self.shape and list(self.shape), self.dtype.name, self.name)


def merged_shapes(a, b):
    """The shape, None where two differ; None if their ranks do."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(m if m == n else None for m, n in zip(a, b, strict=True))


def spec_of(leaf):
    """The TensorSpec of an array, tensor or Texts."""
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "O":
        return TensorSpec(leaf.shape, string)
    if isinstance(leaf, (Tensor, Texts)) or isinstance(getattr(leaf, "dtype", None), DType):
        return TensorSpec(leaf.shape, leaf.dtype)
    return TensorSpec(leaf.shape, as_dtype(leaf.dtype))


class DatasetSpec:
    """What is known of a dataset that is an element. Source: tf.data.DatasetSpec."""

    def __init__(self, element_spec, dataset_shape=()):
        self.element_spec = element_spec
        self.dataset_shape = TensorShape(dataset_shape)

    def __eq__(self, other):
        return isinstance(other, DatasetSpec) and self.element_spec == other.element_spec

    def __hash__(self):
        return hash(repr(self))

    def __repr__(self):
        return f"DatasetSpec({self.element_spec}, {self.dataset_shape!r})"
