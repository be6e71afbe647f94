"""tf.math: rows by number, counts, classes."""

from __future__ import annotations

from pyseq.core import as_dtype, dispatch, int64
from pyseq.core.errors import invalid
from pyseq.ops import elementwise as e
from pyseq.ops import gather, searching, segment
from pyseq.ops import shape as s
from pyseq.ops.check import known_values, refuse_integers
from pyseq.tf._given import tensor_of

__all__ = [
    "bincount", "confusion_matrix", "in_top_k", "invert_permutation", "segment_max", "segment_mean", "segment_min", "segment_prod",
    "segment_sum", "unsorted_segment_max", "unsorted_segment_mean", "unsorted_segment_min", "unsorted_segment_prod",
    "unsorted_segment_sqrt_n", "unsorted_segment_sum",
]  # fmt: skip

_WORDS = {
    "sum": "The sum", "mean": "The mean", "prod": "The product", "max": "The largest", "min": "The smallest",
    "sqrt_n": "The sum, divided by the root of the count,",
}  # fmt: skip


def _sorted(how):
    def function(data, segment_ids, name=None):
        return segment.segment(how, tensor_of(data), segment_ids)

    function.__name__ = function.__qualname__ = f"segment_{how}"
    function.__doc__ = (
        f"{_WORDS[how]} of the rows with each number; the numbers ascend, and their values must be known."
    )
    return function


def _unsorted(how):
    def function(data, segment_ids, num_segments, name=None):
        return segment.unsorted_segment(how, tensor_of(data), segment_ids, num_segments)

    function.__name__ = function.__qualname__ = f"unsorted_segment_{how}"
    function.__doc__ = f"{_WORDS[how]} of the rows with each number; those with a negative one are left out."
    return function


segment_max, segment_mean, segment_min = _sorted("max"), _sorted("mean"), _sorted("min")
segment_prod, segment_sum = _sorted("prod"), _sorted("sum")
unsorted_segment_max, unsorted_segment_mean = _unsorted("max"), _unsorted("mean")
unsorted_segment_min, unsorted_segment_prod = _unsorted("min"), _unsorted("prod")
unsorted_segment_sqrt_n, unsorted_segment_sum = _unsorted("sqrt_n"), _unsorted("sum")


def bincount(
    arr, weights=None, minlength=None, maxlength=None, dtype="int32", name=None, axis=None, binary_output=False
):  # fmt: skip
    """How often each number from 0 on occurs, or the sum of the weights of each.

    Args:
        axis: None or 0: over all elements; -1: for each row of (rows, n).
        minlength, maxlength: of the result. If they are equal the values of `arr` need not be known.
        binary_output: 1 for the numbers that occur, 0 for the others.
    """
    arr = tensor_of(arr)
    if axis not in (None, 0, -1) or axis == -1 and arr.ndim not in (1, 2):
        raise ValueError(
            f"tf.math.bincount: `axis` must be None, 0, or -1 for at most two axes. Received: axis={axis}."
        )
    return segment.bincount(arr, weights, minlength or 0, maxlength, dtype, axis == -1 and arr.ndim == 2, binary_output)


def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32", name=None):
    """(num_classes, num_classes): how many of each label (row) were predicted as each class (column), or their weights.

    Without `num_classes` it is the largest number of both and 1, whose values must be known.
    """
    labels, predictions = (
        e.cast(s.squeeze(x) if x.ndim > 1 else x, int64) for x in (tensor_of(labels), tensor_of(predictions))
    )
    if labels.shape != predictions.shape:
        raise invalid(
            "tf.math.confusion_matrix: `labels` and `predictions` must be of one shape. "
            f"Received: {labels.shape} and {predictions.shape}."
        )
    if num_classes is None:
        both = [
            known_values("tf.math.confusion_matrix", f"`{n}`", x)
            for n, x in (("labels", labels), ("predictions", predictions))
        ]
        num_classes = max(int(a.max(initial=-1)) for a in both) + 1
    n = int(num_classes)
    for name_, x in (("labels", labels), ("predictions", predictions)):
        refuse_integers(x, 0, n, _outside(name_, n))
    values = s.ones(labels.shape, dtype) if weights is None else e.cast(tensor_of(weights), as_dtype(dtype))
    return gather.scatter_nd(s.stack([labels, predictions], -1), values, (n, n))


def _outside(name, n):
    return lambda found: invalid(f"tf.math.confusion_matrix: `{name}` must be in [0, {n}). Received: {found}.")


def in_top_k(targets, predictions, k, name=None):
    """Is the prediction of its target among the k largest of each row?"""
    return searching.in_top_k(tensor_of(targets), tensor_of(predictions), int(k))


def invert_permutation(x, name=None):
    """y with y[x[i]] = i."""
    return searching.invert_permutation(tensor_of(x))


dispatch.face(globals(), "math")
