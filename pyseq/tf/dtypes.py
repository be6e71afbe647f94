"""tf.dtypes."""

from __future__ import annotations

from pyseq._faces import missing as _missing
from pyseq.core import DType, float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64
from pyseq.core import bool_ as bool
from pyseq.data.spec import as_any_dtype, string
from pyseq.tf.tensors import cast, saturate_cast

__all__ = [
    "DType", "as_dtype", "bool", "cast", "double", "float16", "float32", "float64", "half", "int16", "int32", "int64", "int8",
    "saturate_cast", "string", "uint16", "uint32", "uint64", "uint8",
]  # fmt: skip

half, double = float16, float64


def as_dtype(type_value):
    """The element type of a name, a NumPy or Python type, or an element type."""
    return as_any_dtype(type_value)


__getattr__ = _missing(__name__, lambda: __all__)
