"""Texts: data that are no numbers. Datasets give them, some layers and functions take them; kernels and plans do not."""

from __future__ import annotations

import numpy as np

from pyseq.core.dtypes import as_dtype
from pyseq.core.tensor_shape import TensorShape


class StringType:
    """The element type of texts."""

    name = "string"
    numpy = np.dtype(object)
    is_floating = is_integer = is_bool = False

    def __eq__(self, other):
        return self is other or other == "string"

    def __hash__(self):
        return hash("string")

    def __repr__(self):
        return "pyseq.string"

    def __str__(self):
        return "<dtype: 'string'>"

    def __reduce__(self):
        return "string"


string = StringType()


def as_any_dtype(dtype):
    """A DType, or `string`."""
    return string if dtype is str or dtype is bytes or dtype == "string" else as_dtype(dtype)


class Texts:
    """Texts as tensors of them: an array of bytes objects.

    Args:
        array: of bytes objects; None: they are not known yet.
        shape: if there is no array.
    Attributes:
        shape: TensorShape. dtype: `string`.
    """

    dtype = string
    _keras_mask = None

    def __init__(self, array, shape=None):
        self._array = array
        self.shape = TensorShape(shape if array is None else array.shape)

    def _known(self):
        if self._array is None:
            from pyseq.core.engine import SymbolicError

            raise SymbolicError(
                f"Texts: they are not known yet, in a model that is being described. Received: {self!r}."
            )
        return self._array

    @property
    def ndim(self):
        return len(self.shape)

    def get_shape(self):
        """The shape."""
        return self.shape

    def numpy(self):
        """bytes for shape (), else a NumPy array of bytes objects."""
        return self._known() if self.shape else self._known()[()]

    def reshaped(self, shape):
        """The same texts under another shape."""
        return Texts(None, shape) if self._array is None else Texts(self._array.reshape(shape))

    def __array__(self, dtype=None, copy=None):
        return self._known()

    def __len__(self):
        if not self.shape:
            raise TypeError("len(): a scalar has no length.")
        return self.shape[0]

    def __getitem__(self, key):
        return Texts(np.asarray(self._known()[key], dtype=object))

    def __iter__(self):
        return (self[k] for k in range(len(self)))

    def __eq__(self, other):
        if not is_texts(other):
            return False
        found = self._known() == as_texts(other)._known()
        if np.ndim(found) == 0:
            return bool(found)
        from pyseq.core.engine import as_tensor

        return as_tensor(found)

    def __hash__(self):
        return hash(self._known().tobytes())

    def __repr__(self):
        if self._array is None:
            return f"<Texts: shape={self.shape}, dtype=string, symbolic>"
        return f"<Texts: shape={self.shape}, dtype=string, numpy={self.numpy()!r}>"


def is_texts(x) -> bool:
    """Is x a text, or an array or nested list of texts?"""
    if isinstance(x, (Texts, str, bytes)):
        return True
    if hasattr(x, "dtype"):
        kind = getattr(x.dtype, "kind", None)
        return kind in ("U", "S") or kind == "O" and hasattr(x, "__array__") and _holds_texts(np.asarray(x))
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    return isinstance(x, (Texts, str, bytes)) or getattr(getattr(x, "dtype", None), "kind", None) in ("U", "S")


def _holds_texts(a):
    return a.size > 0 and all(isinstance(item, (str, bytes)) for item in a.flat)


def as_texts(x) -> Texts:
    """Texts of a text, or of an array or nested list of texts.

    Raises:
        TypeError: there is something else in it. ValueError: the rows have different lengths.
    """
    if isinstance(x, Texts):
        return x
    try:
        a = np.asarray(x)
    except ValueError as e:
        raise ValueError(f"Texts: rows must all have the same length. {e}") from None
    if a.dtype.kind == "O" and not _holds_texts(a) or a.dtype.kind not in "USO":
        raise TypeError(f"Texts: must be a text or an array or nested list of texts. Received: {x!r}.")
    made = np.empty(a.shape, dtype=object)
    made.flat[:] = [item.encode() if isinstance(item, str) else bytes(item) for item in a.flat]
    return Texts(made)
