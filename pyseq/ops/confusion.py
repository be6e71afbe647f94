"""Counts of right and wrong predictions, by threshold or by class, and what is read off them. Nothing here has a gradient."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, emit, float64, int64, kernels
from pyseq.core.errors import invalid
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops
from pyseq.ops.check import refuse_integers

THRESHOLD_COUNTS, CONFUSION_MATRIX = kernels("threshold_counts", "confusion_matrix")
KEEP_TOP_K, AREA_UNDER_CURVE = kernels("keep_top_k", "area_under_curve")
ROWS = 64  # rows in a part of keep_top_k, as in csrc/confusion.pyx
COUNTS = ("tp", "fp", "tn", "fn")
CURVES = ("ROC", "PR")
SUMMATIONS = ("interpolation", "minoring", "majoring")


def threshold_counts(variables, y_true, y_pred, thresholds, weights=None, even=False, by_label=False, column=None):
    """Count true and false positives and negatives at each threshold: positive is what is larger than it.

    Args:
        variables: {"tp", "fp", "tn", "fn": Variable} of those wanted, all of one dtype, float32 or float64: (T,), or (T, L) with
            `by_label`. They are updated.
        y_true: labels, 0 is negative and everything else positive. y_pred: predictions, the same shape and the variables' dtype.
        thresholds: T numbers.
        weights: None, or one for each prediction that counts: they broadcast to its shape, (..., 1) with `column`.
        even: are the thresholds (but for the first and last, which may be a little outside) j / (T - 1)? Then the bins of
            predictions are found by a product, as in tf.keras, not by search.
        by_label: count each column of y_pred (N, L) by itself?
        column: None, or the only one of the last axis that counts.
    Raises:
        ValueError: the shapes do not fit.
    """
    first = next(iter(variables.values()))
    if y_true.shape != y_pred.shape:
        raise invalid(
            "threshold_counts: `y_true` and `y_pred` must have the same shape. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
        )
    n_labels = y_pred.shape[-1] if by_label else 1
    n_thresholds = len(thresholds)
    shape = (n_thresholds, n_labels) if by_label else (n_thresholds,)
    if any(v.shape != shape for v in variables.values()) or (by_label and len(y_pred.shape) != 2):
        raise invalid(
            f"threshold_counts: `variables` must have the shape {shape}. "
            f"Received: {[tuple(v.shape) for v in variables.values()]} for y_pred.shape={y_pred.shape}."
        )
    row = n_labels
    counted = y_pred.shape
    if column is not None:
        row = y_pred.shape[-1]
        counted = (*y_pred.shape[:-1], 1)
        if not 0 <= column < row:
            raise invalid(f"threshold_counts: `column` must be in [0, {row}). Received: column={column}.")
    if weights is not None and weights.shape != counted:
        weights = shape_ops.broadcast_to(weights, counted)
    levels = order = None
    least = 0
    if even:
        least = int(thresholds[0] < 0.0)  # then even a prediction of 0 is larger than the first
    else:
        values = np.asarray(thresholds, first.dtype.numpy)
        places = np.argsort(values, kind="stable")
        levels, order = as_tensor(values[places]), as_tensor(places.astype("int64"))
    wanted = [name for name in COUNTS if name in variables]
    dims = (y_pred.size // max(row, 1), n_labels, n_thresholds, row, least)
    dims += tuple(wanted.index(name) + 1 if name in wanted else 0 for name in COUNTS) + (column or 0,)
    emit(
        THRESHOLD_COUNTS,
        (y_true, y_pred, weights, levels, order),
        (((2, n_labels, n_thresholds + 1), float64),),
        dims,
        dtype=first.dtype,
        work=4 * y_pred.size + 4 * n_thresholds,
        updates=tuple(variables[name] for name in wanted),
    )


def confusion_matrix(total, y_true, y_pred, weights=None):
    """Add to `total` how often each class (row) was predicted as each class (column).

    Args:
        total: Variable (C, C), float32 or float64; updated.
        y_true, y_pred: class numbers (N,) of any type; fractions are cut off.
        weights: None, or weights that broadcast to (N,), of the dtype of `total`.
    Raises:
        ValueError: a number is no class; the shapes differ.
    """
    if y_true.shape != y_pred.shape or len(y_true.shape) != 1:
        raise invalid(
            "confusion_matrix: `y_true` and `y_pred` must be vectors of one length. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
        )
    n, n_classes = y_true.size, total.shape[0]
    y_true, y_pred = elementwise.cast(y_true, int64), elementwise.cast(y_pred, int64)
    for name, x in (("y_true", y_true), ("y_pred", y_pred)):

        def error(found, name=name):
            return invalid(f"confusion_matrix: `{name}` must be in [0, {n_classes}). Received: {found}.")

        refuse_integers(x, 0, n_classes, error)
    if weights is not None and weights.shape != y_true.shape:
        weights = shape_ops.broadcast_to(weights, y_true.shape)
    emit(
        CONFUSION_MATRIX,
        (y_true, y_pred, weights),
        (((n_classes, n_classes), float64),),
        (n, n_classes),
        dtype=total.dtype,
        work=n + n_classes * n_classes,
        updates=(total,),
    )


def keep_top_k(x, k):
    """x where it is one of the k largest along the last axis (the first of equals), else -1e10.

    Args:
        x: (..., C), float32 or float64. k: in [1, C].
    """
    c = x.shape[-1] if x.shape else 0
    if not 1 <= k <= c:
        raise invalid(f"keep_top_k: `k` must be in [1, {c}], the number of classes. Received: k={k}.")
    n = x.size // c
    return emit(
        KEEP_TOP_K, (x,), ((x.shape, x.dtype),), (n, c, int(k)), parts=(n + ROWS - 1) // ROWS, work=n * c * (k + 1)
    )


def area_under_curve(tp, fp, tn, fn, curve="ROC", summation="interpolation"):
    """Area under a curve through the points of rising thresholds.

    Args:
        tp, fp, tn, fn: (T,) or (T, L), float32 or float64.
        curve: one of CURVES. summation: one of SUMMATIONS.
    Returns:
        () or (L,).
    """
    n_thresholds, *labels = tp.shape
    dims = (n_thresholds, labels[0] if labels else 1, CURVES.index(curve), SUMMATIONS.index(summation))
    return emit(AREA_UNDER_CURVE, (tp, fp, tn, fn), ((tuple(labels), tp.dtype),), dims, work=16 * tp.size)
