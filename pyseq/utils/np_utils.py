"""Labels to one-hot rows, rows to unit length."""

from __future__ import annotations

import numpy as np


def to_categorical(y, num_classes=None, dtype="float32"):
    """One-hot rows of class numbers.

    Args:
        y: class numbers, integers in [0, num_classes); a last axis of one element is dropped.
        num_classes: the largest class number plus one by default.
        dtype: element type of the result.
    Returns:
        Array of shape y.shape + (num_classes,).
    Raises:
        ValueError: a class number is negative or not below `num_classes`.
    """
    y = np.asarray(y).astype("int64")
    shape = y.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    y = y.ravel()
    if num_classes is None:
        num_classes = int(y.max()) + 1 if y.size else 0
    if y.size and (y.min() < 0 or y.max() >= num_classes):
        raise ValueError(
            f"to_categorical: `y` must be in [0, num_classes). Received: values from {y.min()} to {y.max()}, "
            f"num_classes={num_classes}."
        )
    rows = np.zeros((y.size, num_classes), dtype=dtype)
    rows[np.arange(y.size), y] = 1
    return rows.reshape(*shape, num_classes)


def normalize(x, axis=-1, order=2):
    """The array with every vector along `axis` divided by its norm of this order; zero vectors stay zero."""
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)
