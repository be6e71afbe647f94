"""Loss of labels that may stand anywhere along the time axis: connectionist temporal classification."""

from __future__ import annotations

from pyseq.core import as_tensor, int64
from pyseq.core.config import epsilon
from pyseq.losses.loss import LossFunctionWrapper
from pyseq.losses.shapes import predictions
from pyseq.ops import ctc as ctc_ops
from pyseq.ops import elementwise, reduce
from pyseq.ops import shape as shape_ops


def ctc(y_true, y_pred):
    """-log of the probability that the logits spell the label: (N, M), (N, T, C) -> (N,).

    Args:
        y_true: class numbers, 0 (the blank) after the last symbol.
        y_pred: logits; all T steps count.
    Source: keras.losses.ctc of Keras 3.
    """
    y_true, y_pred = as_tensor(y_true), predictions(y_pred)
    if len(y_true.shape) != 2 or len(y_pred.shape) != 3:
        raise ValueError(
            "ctc: `y_true` must be (batch, symbols) and `y_pred` (batch, time, classes). "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
        )
    n, t, _ = y_pred.shape
    label_length = reduce.sum(elementwise.cast(elementwise.not_equal(y_true, 0), int64), axis=-1)
    return ctc_ops.ctc_loss(y_true, y_pred, label_length, shape_ops.full((n,), t, "int64"), blank=0)


def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """-log of the probability that the predictions spell the label; the last class is the blank.

    Args:
        y_true: class numbers (N, M). y_pred: probabilities (N, T, C).
        input_length, label_length: (N, 1), how many steps and symbols of each sample count.
    Returns:
        (N, 1); inf where the time is too short for the label.
    Source: tf.keras.backend.ctc_batch_cost.
    """
    y_pred = predictions(y_pred)
    logits = elementwise.log(elementwise.add(y_pred, epsilon()))
    loss = ctc_ops.ctc_loss(as_tensor(y_true), logits, label_length, input_length, blank=-1)
    return shape_ops.expand_dims(loss, -1)


class CTC(LossFunctionWrapper):
    """Connectionist temporal classification of logits, class 0 the blank; see `ctc` and `Loss`.

    Source: keras.losses.CTC of Keras 3.
    """

    def __init__(self, reduction="sum_over_batch_size", name="ctc"):
        super().__init__(ctc, reduction=reduction, name=name)

    def call(self, y_true, y_pred):
        return ctc(y_true, y_pred)
