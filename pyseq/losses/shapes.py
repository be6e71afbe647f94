"""How labels, predictions and sample weights of nearly equal shapes are brought together, by tf.keras's rules."""

from __future__ import annotations

from pyseq.core import Tensor, Variable, as_tensor
from pyseq.core.config import floatx
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops


def is_tensor(x) -> bool:
    return isinstance(x, (Tensor, Variable))


def squeeze_last(x):
    """`x` without its last axis, which must have one element."""
    if x.shape[-1] != 1:
        raise ValueError(f"squeeze: the last axis must have one element. Received: shape={x.shape}.")
    return shape_ops.squeeze(x, axis=-1)


def equal_ranks(y_true, y_pred):
    """Drop a last axis of one element from the one of the two tensors that has one axis more.

    Sparse labels, (N,) beside (N, C), stay as they are.
    """
    more = len(y_pred.shape) - len(y_true.shape)
    if more == 1 and y_pred.shape[-1] == 1:
        return y_true, squeeze_last(y_pred)
    if more == -1 and y_true.shape[-1] == 1:
        return squeeze_last(y_true), y_pred
    return y_true, y_pred


def weights_like(sample_weight, values):
    """Weights with as many axes as `values`: a last axis is dropped or added if they differ by one; scalars stay."""
    n_axes = len(sample_weight.shape)
    if n_axes == 0:
        return sample_weight
    if n_axes - len(values.shape) == 1:
        if sample_weight.shape[-1] != 1:
            raise ValueError(
                f"`sample_weight` must have the shape of what it weights, {values.shape}, or fewer axes. "
                f"Received: sample_weight.shape={sample_weight.shape}."
            )
        return squeeze_last(sample_weight)
    if len(values.shape) - n_axes == 1:
        return shape_ops.expand_dims(sample_weight, -1)
    return sample_weight


def match_batch(y_true, y_pred, sample_weight=None):
    """(labels, predictions, weights) of a batch as `fit` hands them to a loss or metric.

    Labels (N,) and weights (N,) get a last axis beside predictions (N, C), so that a difference of labels and predictions
    (N, 1) is (N, 1) and not (N, N); labels of the same kind (float or integer) as the predictions take their dtype.
    """
    y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
    y_true = one_column(y_true, y_pred)
    if y_true.dtype is not y_pred.dtype and same_kind(y_true.dtype, y_pred.dtype):
        y_true = elementwise.cast(y_true, y_pred.dtype)
    if sample_weight is not None:
        sample_weight = one_column(elementwise.cast(as_tensor(sample_weight), y_pred.dtype), y_pred)
    return y_true, y_pred, sample_weight


def one_column(x, y_pred):
    """(N,) as (N, 1) beside predictions of two axes."""
    return shape_ops.expand_dims(x, -1) if len(x.shape) == 1 and len(y_pred.shape) == 2 else x


def same_kind(a, b) -> bool:
    return (a.is_floating and b.is_floating) or (a.is_integer and b.is_integer)


def predictions(y_pred):
    """`y_pred` as a floating point tensor; integers become the default float."""
    y_pred = as_tensor(y_pred)
    return y_pred if y_pred.dtype.is_floating else elementwise.cast(y_pred, floatx())


def labels_and_predictions(y_true, y_pred):
    """Both as tensors of the floating point type of the predictions."""
    y_pred = predictions(y_pred)
    return elementwise.cast(as_tensor(y_true), y_pred.dtype), y_pred
