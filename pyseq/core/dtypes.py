"""Element types. A dtype compares equal to its name and to NumPy's dtype, so that user code may hold any of them."""

from __future__ import annotations

import numpy as np


class DType:
    """An element type.

    Attributes:
        name: as tf.keras and NumPy spell it, such as "float32".
        code: position in DTYPES, the number kernels know it by (csrc/instruction.h).
        numpy: the numpy.dtype.
        itemsize: bytes of one element.
    """

    __slots__ = ("name", "code", "numpy", "itemsize", "is_floating", "is_integer", "is_bool")

    def __init__(self, name: str, code: int):
        self.name = name
        self.code = code
        self.numpy = np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.is_floating = self.numpy.kind == "f"
        self.is_integer = self.numpy.kind in "iu"
        self.is_bool = self.numpy.kind == "b"

    @property
    def as_numpy_dtype(self):
        """The NumPy scalar type, as tf.DType gives it."""
        return self.numpy.type

    @property
    def base_dtype(self):
        return self

    @property
    def size(self):
        """Bytes of one element."""
        return self.itemsize

    @property
    def min(self):
        """Smallest finite value."""
        return False if self.is_bool else (np.finfo if self.is_floating else np.iinfo)(self.numpy).min

    @property
    def max(self):
        """Largest finite value."""
        return True if self.is_bool else (np.finfo if self.is_floating else np.iinfo)(self.numpy).max

    def __eq__(self, other):
        if isinstance(other, DType):
            return self is other
        try:
            return as_dtype(other) is self
        except (TypeError, ValueError):
            return False

    def __hash__(self):
        return hash(self.numpy)

    def __repr__(self):
        return f"pyseq.{self.name}"

    def __str__(self):
        return f"<dtype: '{self.name}'>"

    def __reduce__(self):
        return as_dtype, (self.name,)


# The order is that of csrc/instruction.h.
DTYPES = tuple(
    DType(name, code)
    for code, name in enumerate(
        "float32 float64 float16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool".split()
    )
)
float32, float64, float16, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool_ = DTYPES

BY_NAME = {d.name: d for d in DTYPES} | {"half": float16, "float": float32, "double": float64, "int": int64}
BY_NUMPY = {d.numpy: d for d in DTYPES}


def as_dtype(x) -> DType:
    """The DType of a name, a NumPy dtype or type, a Python type or a DType.

    Raises:
        TypeError: there is no such element type here; the closest names are listed.
    """
    if isinstance(x, DType):
        return x
    if isinstance(x, str) and x in BY_NAME:
        return BY_NAME[x]
    if x is float or x is int or x is bool:
        return {float: float32, int: int32, bool: bool_}[x]
    try:
        return BY_NUMPY[np.dtype(x)]
    except (TypeError, KeyError):
        pass
    import difflib  # a millisecond that a program without mistakes need not spend

    name = getattr(x, "name", None) or str(x)
    close = difflib.get_close_matches(name, BY_NAME, n=3) or [d.name for d in DTYPES]
    raise TypeError(
        f"dtype: must be an element type of numbers or booleans, such as {', '.join(close)}. Received: {x!r}."
    )
