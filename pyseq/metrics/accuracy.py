"""How often predictions hit their labels. Each function gives 1 or 0 (or their mean) for each sample."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.core.config import floatx
from pyseq.losses.shapes import labels_and_predictions
from pyseq.metrics.metric import MeanMetricWrapper
from pyseq.ops import elementwise, reduce
from pyseq.ops import metric as metric_ops
from pyseq.ops import shape as shape_ops


def accuracy(y_true, y_pred):
    """1 where `y_pred` equals `y_true`, else 0; the same shape."""
    y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            "accuracy: `y_true` and `y_pred` must have the same shape. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
        )
    return elementwise.cast(elementwise.equal(y_true, elementwise.cast(y_pred, y_true.dtype)), floatx())


def binary_matches(y_true, y_pred, threshold=0.5):
    """1 where `y_pred` > `threshold` says what `y_true` (0 or 1) says, else 0; the same shape."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    said = elementwise.cast(elementwise.greater(y_pred, float(threshold)), y_pred.dtype)
    return elementwise.cast(elementwise.equal(y_true, said), y_pred.dtype)


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """Share of the last axis where `y_pred` > `threshold` says what `y_true` (0 or 1) says: (N, ..., C) -> (N, ...)."""
    return reduce.mean(binary_matches(y_true, y_pred, threshold), axis=-1)


def categorical_accuracy(y_true, y_pred):
    """1 where the largest of `y_pred` is where the largest of `y_true` is, else 0: (N, ..., C) -> (N, ...)."""
    return metric_ops.onehot_hits(as_tensor(y_true), as_tensor(y_pred))


def sparse_categorical_accuracy(y_true, y_pred):
    """1 where the largest of `y_pred` (N, ..., C) is at place `y_true`, (N, ...) or (N, ..., 1), else 0: (N, ...)."""
    y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
    return metric_ops.sparse_hits(_class_numbers(y_true, y_pred), y_pred)


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the class of one-hot `y_true` is among the `k` largest of `y_pred`, else 0: (N, ..., C) -> (N, ...)."""
    return metric_ops.onehot_hits(as_tensor(y_true), as_tensor(y_pred), _positive(k))


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the class number `y_true` is among the `k` largest of `y_pred` (N, ..., C), else 0: shape of `y_true`."""
    y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
    hits = metric_ops.sparse_hits(_class_numbers(y_true, y_pred), y_pred, _positive(k))
    return hits if hits.shape == y_true.shape else shape_ops.reshape(hits, y_true.shape)


def _positive(k):
    if k < 1:
        raise ValueError(f"top k accuracy: `k` must be at least 1. Received: k={k}.")
    return int(k)


def _class_numbers(y_true, y_pred):
    """`y_true` without a last axis of one element that stands beside the classes' axis."""
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1:] == (1,):
        return y_true.reshaped(y_true.shape[:-1])
    return y_true


class Accuracy(MeanMetricWrapper):
    """How often predictions equal labels; see `accuracy`."""

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name=name, dtype=dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions over `threshold` are where the labels are 1, each element counted."""

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        super().__init__(binary_matches, name=name, dtype=dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is where the one-hot label is 1; see `categorical_accuracy`."""

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name=name, dtype=dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is that of the class number; see `sparse_categorical_accuracy`."""

    sparse = True

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name=name, dtype=dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class of the one-hot label is among the `k` largest; see `top_k_categorical_accuracy`."""

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        super().__init__(top_k_categorical_accuracy, name=name, dtype=dtype, k=k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class number is among the `k` largest; see `sparse_top_k_categorical_accuracy`."""

    sparse = True

    def __init__(self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None):
        super().__init__(sparse_top_k_categorical_accuracy, name=name, dtype=dtype, k=k)
