"""What metrics are made of: hits of predicted classes, and sums that run over batches. Nothing here has a gradient."""

from __future__ import annotations

from pyseq.core import as_tensor, emit, float32, float64, int64, kernels
from pyseq.core.errors import invalid
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops

SPARSE_HITS, ONEHOT_HITS, RUNNING_SUM = kernels("sparse_hits", "onehot_hits", "running_sum")
ROWS = 256  # rows in a part, as in csrc/metric.pyx


def sparse_hits(y_true, y_pred, k=0):
    """1 where the prediction hits the label, else 0.

    Args:
        y_true: class numbers, (N, ...), of any type; a number that is no class is never hit.
        y_pred: a value for each class, (N, ..., C).
        k: 0: the first of the largest values must be the label's; else, fewer than k may be larger than the label's.
    Returns:
        (N, ...), of the dtype of `y_pred` (float32 if that is no float32 or float64).
    Raises:
        ValueError: `y_true` does not have the shape of `y_pred` without its last axis.
    """
    y_pred = _float(y_pred)
    rows = y_pred.shape[:-1]
    if not y_pred.shape or y_true.shape != rows:
        raise invalid(
            "sparse_hits: `y_true` must have the shape of `y_pred` without its last axis. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}. "
            "For one-hot labels use the categorical metrics, those that are not sparse."
        )
    labels = y_true
    if labels.dtype is not int64:
        labels = elementwise.cast(y_true, int64)
        if y_true.dtype.is_floating:  # 1.5 is no class
            whole = elementwise.equal(elementwise.cast(labels, y_true.dtype), y_true)
            labels = elementwise.where(whole, labels, as_tensor(-1, int64))
    n, c = y_true.size, y_pred.shape[-1]
    return emit(
        SPARSE_HITS, (y_pred, labels), ((rows, y_pred.dtype),), (n, c, k), parts=(n + ROWS - 1) // ROWS, work=n * c
    )


def onehot_hits(y_true, y_pred, k=0):
    """1 where the prediction hits the label, the first of the largest in `y_true`; else 0.

    Args:
        y_true: one-hot labels or distributions, (N, ..., C).
        y_pred, k: see `sparse_hits`.
    Returns:
        (N, ...), of the dtype of `y_pred` (float32 if that is no float32 or float64).
    Raises:
        ValueError: the shapes differ.
    """
    y_pred = _float(y_pred)
    if not y_pred.shape or y_true.shape != y_pred.shape:
        raise invalid(
            "onehot_hits: `y_true` must have the shape of `y_pred`. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}. For class numbers use the sparse metrics."
        )
    y_true = elementwise.cast(y_true, y_pred.dtype)
    rows, c = y_pred.shape[:-1], y_pred.shape[-1]
    n = y_pred.size // c if c else 0
    return emit(
        ONEHOT_HITS, (y_pred, y_true), ((rows, y_pred.dtype),), (n, c, k), parts=(n + ROWS - 1) // ROWS, work=n * c
    )


def _float(x):
    return x if x.dtype in (float32, float64) else elementwise.cast(x, float32)


def running_sum(total, values, weights=None, count=None):
    """Add the sum of `values` times `weights` to `total`, and that of the weights (the number of values) to `count`.

    Args:
        total, count: Variables of shape () and of the dtype of the values, float32 or float64; updated.
        values: tensor.
        weights: None, or a tensor that broadcasts to the shape of `values`.
    """
    n_weights = 0
    if weights is not None:
        if weights.size != 1 and weights.shape != values.shape:
            weights = shape_ops.broadcast_to(weights, values.shape)
        n_weights = weights.size
    updates = (total,) if count is None else (total, count)
    n = values.size
    emit(RUNNING_SUM, (values, weights), (), (n, n_weights, count is not None), updates=updates, work=n)
