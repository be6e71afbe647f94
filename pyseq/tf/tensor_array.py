"""tf.TensorArray: a list of tensors."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, as_dtype, as_tensor, wrap
from pyseq.core.errors import InvalidArgumentError, OutOfRangeError, invalid, invalid_type
from pyseq.core.tensor_shape import TensorShape
from pyseq.ops import shape as shape_ops
from pyseq.ops.check import known_values

MOST_EMPTY = 2**24  # elements that a write may skip


class TensorArray:
    """Tensors of one dtype by number, written and read one after another. Writing changes the array, and returns it.

    Args:
        dtype: of the elements.
        size: how many; required unless `dynamic_size`. dynamic_size: does writing behind the end make it longer?
        clear_after_read: is an element gone when it was read? True by default.
        element_shape: of the elements; else that of the first one written, with `infer_shape`.
        infer_shape: must all elements have one shape?
        handle, flow: of graphs; must be None. tensor_array_name, colocate_with_first_write_call, name: without effect.
    In a traced function the numbers must be known, as those of `for i in range(n)` are; else it runs as Python code.
    Source: tf.TensorArray.
    """

    def __init__(
        self, dtype, size=None, dynamic_size=None, clear_after_read=None, tensor_array_name=None, handle=None, flow=None,
        infer_shape=True, element_shape=None, colocate_with_first_write_call=True, name=None,
    ):  # fmt: skip
        if handle is not None or flow is not None:
            raise ValueError("TensorArray: `handle` and `flow` must be None; there are no graphs here.")
        if size is None:
            raise ValueError("TensorArray: `size` must be given. Received: None.")
        size = int(known_values("TensorArray", "`size`", size))
        if size < 0:
            raise invalid(f"TensorArray: `size` must not be negative. Received: size={size}.")
        self._dtype = as_dtype(dtype)
        self._dynamic_size = bool(dynamic_size)
        self._clears = clear_after_read is None or bool(clear_after_read)
        self._infers = bool(infer_shape)
        self._element_shape = None if element_shape is None else TensorShape(element_shape)
        self._elements: list[Tensor | None] = [None] * size
        self._read: set[int] = set()  # cleared

    @property
    def dtype(self):
        return self._dtype

    @property
    def dynamic_size(self):
        return self._dynamic_size

    @property
    def element_shape(self):
        """Shape of the elements; None if it is not known."""
        return self._element_shape

    flow = handle = None

    def size(self, name=None):
        """The number of elements, int32."""
        return wrap(np.array(len(self._elements), np.int32))

    def identity(self):
        """The array itself."""
        return self

    def close(self, name=None):
        """Forget all elements."""
        self._elements, self._read = [], set()

    def write(self, index, value, name=None):
        """Set element `index`; returns the array."""
        k = self._number("write", index)
        if k >= len(self._elements) and self._dynamic_size:
            if k - len(self._elements) > MOST_EMPTY:
                raise OutOfRangeError(None, None, f"TensorArray.write: `index` is far behind the end. Received: {k}.")
            self._elements += [None] * (k + 1 - len(self._elements))
        self._within("write", k)
        self._elements[k] = self._checked("write", value)
        self._read.discard(k)
        return self

    def _number(self, who, index):
        return int(known_values(f"TensorArray.{who}", "`index`", index))

    def _within(self, who, k):
        if not 0 <= k < len(self._elements):
            raise OutOfRangeError(
                None, None, f"TensorArray.{who}: `index` must be in [0, {len(self._elements)}). Received: index={k}."
            )

    def _checked(self, who, value):
        """The value as a tensor of the array's dtype and shape."""
        x = as_tensor(value, dtype=None if hasattr(value, "dtype") else self._dtype)
        if x.dtype is not self._dtype:
            raise invalid_type(
                f"TensorArray.{who}: `value` must be {self._dtype.name}. Received: dtype={x.dtype.name}. Use tf.cast."
            )
        if self._element_shape is not None and not self._element_shape.is_compatible_with(x.shape):
            raise ValueError(
                f"TensorArray.{who}: `value` must have the shape {self._element_shape} (infer_shape=False allows others). "
                f"Received: shape={x.shape}."
            )
        if self._infers:
            self._element_shape = x.shape
        return x

    def read(self, index, name=None):
        """Element `index`."""
        k = self._number("read", index)
        self._within("read", k)
        if k in self._read:
            raise invalid(
                f"TensorArray.read: element {k} was read before and is gone. Use TensorArray(..., clear_after_read=False)."
            )
        x = self._element("read", k)
        if self._clears:
            self._elements[k] = None
            self._read.add(k)
        return x

    def _knows_shape(self):
        return self._element_shape is not None and self._element_shape.is_fully_defined()

    def _element(self, who, k):
        """Element k, zeros if it was never written."""
        x = self._elements[k]
        if x is None:
            if not self._knows_shape():
                raise ValueError(
                    f"TensorArray.{who}: element {k} was not written{' since it was read' * (k in self._read)}, and its shape "
                    "is not known. Give `element_shape`."
                )
            x = shape_ops.zeros(tuple(self._element_shape), self._dtype)
        return x

    def _all(self, who):
        return [self._element(who, k) for k in range(len(self._elements))]

    def stack(self, name=None):
        """The elements along a new first axis."""
        made = self._all("stack")
        if made:
            return shape_ops.stack(made)
        if not self._knows_shape():
            raise ValueError(
                "TensorArray.stack: there are no elements, and their shape is not known. Give `element_shape`."
            )
        return shape_ops.zeros((0, *self._element_shape), self._dtype)

    def gather(self, indices, name=None):
        """The elements of these numbers along a new first axis."""
        numbers = [int(k) for k in known_values("TensorArray.gather", "`indices`", indices)]
        for k in numbers:
            self._within("gather", k)
        return shape_ops.stack([self._element("gather", k) for k in numbers])

    def concat(self, name=None):
        """The elements along their first axis."""
        return shape_ops.concatenate(self._all("concat"), 0)

    def unstack(self, value, name=None):
        """Set the elements to the parts of `value` along its first axis; returns the array."""
        parts = shape_ops.unstack(self._tensor("unstack", value))
        if len(parts) > len(self._elements) and not self._dynamic_size:
            raise ValueError(
                f"TensorArray.unstack: `value` must have at most {len(self._elements)} parts, the array's size (or it must "
                f"have dynamic_size=True). Received: {len(parts)}."
            )
        self._elements, self._read = [self._fits("unstack", x) for x in parts], set()
        return self

    def scatter(self, indices, value, name=None):
        """Set the elements of these numbers to the parts of `value` along its first axis; returns the array."""
        numbers = known_values("TensorArray.scatter", "`indices`", indices)
        parts = shape_ops.unstack(self._tensor("scatter", value))
        if len(numbers) != len(parts):
            raise invalid(
                f"TensorArray.scatter: `value` must have a part for each index. Received: {len(parts)} parts, "
                f"{len(numbers)} indices."
            )
        for k, x in zip(numbers, parts, strict=True):
            self.write(int(k), x)
        return self

    def split(self, value, lengths, name=None):
        """Set the elements to pieces of `value` of these lengths along its first axis; returns the array."""
        x = self._tensor("split", value)
        lengths = [int(n) for n in known_values("TensorArray.split", "`lengths`", lengths)]
        if sum(lengths) != x.shape[0] or min(lengths, default=0) < 0:
            raise invalid(f"TensorArray.split: `lengths` must sum up to {x.shape[0]}. Received: {lengths}.")
        if len(lengths) != len(self._elements) and not self._dynamic_size:
            raise invalid(
                f"TensorArray.split: `lengths` must be as many as elements, {len(self._elements)}. Received: {len(lengths)}."
            )
        ends = np.cumsum(lengths)
        self._elements = [self._fits("split", x[int(end - n) : int(end)]) for n, end in zip(lengths, ends, strict=True)]
        self._read = set()
        return self

    def _tensor(self, who, value):
        x = as_tensor(value, dtype=None if hasattr(value, "dtype") else self._dtype)
        if not x.shape:
            raise InvalidArgumentError(None, None, f"TensorArray.{who}: `value` must have an axis. Received: a scalar.")
        return x

    def _fits(self, who, x):
        """A part as an element; what was taken apart says nothing about elements written later."""
        said, self._element_shape = self._element_shape, self._element_shape
        x = self._checked(who, x)
        self._element_shape = said
        return x

    def __repr__(self):
        return f"<TensorArray of {len(self._elements)}: dtype={self._dtype.name}, element_shape={self._element_shape}>"
