"""Labels to one-hot or ordinal rows, rows to unit length."""

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
    y, shape, num_classes = _classes("to_categorical", y, num_classes)
    rows = np.zeros((y.size, num_classes), dtype=dtype)
    rows[np.arange(y.size), y] = 1
    return rows.reshape(*shape, num_classes)


def to_ordinal(y, num_classes=None, dtype="float32"):
    """Rows of ones and zeros, as many ones as the class number says: for classes that have an order.

    Arguments as of `to_categorical`.
    Returns:
        Array of shape y.shape + (num_classes - 1,).
    """
    y, shape, num_classes = _classes("to_ordinal", y, num_classes)
    rows = (np.arange(max(num_classes - 1, 0)) < y[:, None]).astype(dtype)
    return rows.reshape(*shape, rows.shape[1])


def _classes(who, y, num_classes):
    """Class numbers (N,), the shape they had (but a last axis of one element), number of classes."""
    y = np.asarray(y).astype("int64")
    shape = y.shape[:-1] if y.ndim > 1 and y.shape[-1] == 1 else y.shape
    y = y.ravel()
    if num_classes is None:
        num_classes = int(y.max()) + 1 if y.size else 0
    if y.size and (y.min() < 0 or y.max() >= num_classes):
        raise ValueError(
            f"{who}: `y` must be in [0, num_classes). Received: values from {y.min()} to {y.max()}, "
            f"num_classes={num_classes}."
        )
    return y, shape, num_classes


def normalize(x, axis=-1, order=2):
    """The array with every vector along `axis` divided by its norm of this order; zero vectors stay zero."""
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)
