"""tf.compat: `v1` has what still makes sense of TensorFlow 1, `v2` is `pyseq.tf`."""

from __future__ import annotations

import os

from pyseq._faces import missing as _missing
from pyseq.core.dimension import Dimension

bytes_or_text_types = (bytes, str)


def as_bytes(bytes_or_text, encoding="utf-8"):
    """Bytes of a text or of bytes."""
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, (bytes, bytearray)):
        return bytes(bytes_or_text)
    raise TypeError(f"as_bytes: must get a text or bytes. Received: {bytes_or_text!r}.")


def as_text(bytes_or_text, encoding="utf-8"):
    """Text of a text or of bytes."""
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"as_text: must get a text or bytes. Received: {bytes_or_text!r}.")


def as_str_any(value, encoding="utf-8"):
    """Text of anything."""
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


def dimension_at_index(shape, index):
    """The Dimension of one axis of a TensorShape."""
    return shape.dims[index]


def dimension_value(dimension):
    """The extent, None if it is unknown, of a Dimension, an integer or None."""
    return dimension.value if isinstance(dimension, Dimension) else dimension


as_str = as_text
path_to_str = os.fspath

__getattr__ = _missing(__name__, lambda: list(globals()), {"v1": "pyseq.tf.compat.v1", "v2": "pyseq.tf"})
