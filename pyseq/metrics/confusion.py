"""True and false positives and negatives at thresholds, and what is the ratio of two of them: precision and recall."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor
from pyseq.core.config import epsilon
from pyseq.losses.shapes import equal_ranks, weights_like
from pyseq.metrics.metric import Metric
from pyseq.ops import confusion as confusion_ops
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops

LOWEST = -1e10  # a threshold that each of the top k passes


def checked_thresholds(who, thresholds, default=0.5):
    """A list of thresholds: of one number, of several, or of the default."""
    given = default if thresholds is None else thresholds
    given = [float(t) if t is not None else t for t in np.atleast_1d(np.asarray(given, object))]
    if thresholds is not None and not all(t is not None and 0.0 <= t <= 1.0 for t in given):
        raise ValueError(f"{who}: `thresholds` must be in [0, 1]. Received: thresholds={thresholds}.")
    return given


def are_even(thresholds):
    """Are there at least three, evenly from 0 to 1?"""
    n = len(thresholds)
    return n >= 3 and np.allclose(thresholds, np.arange(n, dtype="float32") / (n - 1), atol=epsilon())


def count(metric, variables, y_true, y_pred, sample_weight=None, label_weights=None, top_k=None, class_id=None, **how):
    """Take a batch into the counts of a metric.

    Args:
        variables: {"tp", "fp", "tn", "fn": Variable}, as `ops.confusion.threshold_counts` wants them.
        y_true, y_pred: labels and predictions of one shape; a last axis of one element more or less is dropped.
        sample_weight: None, a number, or weights that broadcast to the predictions.
        label_weights: None, or weights of the last axis.
        top_k: only so many of each row are positive. class_id: only this column of the last axis counts.
        how: `thresholds`, `even`, `by_label` of the op.
    """
    dtype = metric._dtype
    y_true, y_pred = elementwise.cast(as_tensor(y_true), dtype), elementwise.cast(as_tensor(y_pred), dtype)
    y_true, y_pred = equal_ranks(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"{metric.name}: `y_true` and `y_pred` must have the same shape. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
        )
    weights = None
    if sample_weight is not None:
        weights = weights_like(elementwise.cast(as_tensor(sample_weight), dtype), y_pred)
    if top_k is not None:
        y_pred = confusion_ops.keep_top_k(y_pred, top_k)
    if class_id is not None and not 0 <= class_id < (y_pred.shape[-1] if y_pred.shape else 0):
        raise ValueError(
            f"{metric.name}: `class_id` must be a column of the predictions. "
            f"Received: class_id={class_id}, y_pred.shape={y_pred.shape}."
        )
    if label_weights is not None:
        by_label = shape_ops.broadcast_to(label_weights, y_pred.shape)
        weights = by_label if weights is None else elementwise.multiply(by_label, weights)
    confusion_ops.threshold_counts(variables, y_true, y_pred, weights=weights, column=class_id, **how)


def first_if_single(x, thresholds):
    """A scalar for one threshold."""
    return x.reshaped(()) if len(thresholds) == 1 else x


class ConfusionCount(Metric):
    """Sum of the weights of one of the four outcomes; base of the four metrics.

    Args:
        thresholds: None (0.5), a number or a list of numbers in [0, 1]; a prediction is positive if it is larger.
        name, dtype: see `Metric`.
    """

    outcome = "tp"

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = checked_thresholds(type(self).__name__, thresholds)
        self._even = are_even(self.thresholds)
        self.accumulator = self.add_weight("accumulator", shape=(len(self.thresholds),))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch of labels (0, or not) and predictions of the same shape into the count; weights broadcast to it."""
        variables = {self.outcome: self.accumulator}
        count(self, variables, y_true, y_pred, sample_weight, thresholds=self.thresholds, even=self._even)

    def result(self):
        return first_if_single(self.accumulator.value(), self.thresholds)

    def get_config(self):
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(ConfusionCount):
    """Number (weight) of positive predictions of positive labels; one for each threshold."""


class FalsePositives(ConfusionCount):
    """Number (weight) of positive predictions of negative labels; one for each threshold."""

    outcome = "fp"


class TrueNegatives(ConfusionCount):
    """Number (weight) of negative predictions of negative labels; one for each threshold."""

    outcome = "tn"


class FalseNegatives(ConfusionCount):
    """Number (weight) of negative predictions of positive labels; one for each threshold."""

    outcome = "fn"


class PositiveShare(Metric):
    """True positives divided by them and one kind of errors; base of precision and recall.

    Args:
        thresholds: None (0.5, or with `top_k` none), a number or a list of numbers in [0, 1].
        top_k: only the so many largest of each row are positive.
        class_id: only this column of labels and predictions counts.
        name, dtype: see `Metric`.
    """

    errors = ("fp", "false_positives")

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds, self.top_k, self.class_id = thresholds, top_k, class_id
        who = type(self).__name__
        self.thresholds = checked_thresholds(who, thresholds, 0.5 if top_k is None else LOWEST)
        self._even = are_even(self.thresholds)
        shape = (len(self.thresholds),)
        self.true_positives = self.add_weight("true_positives", shape=shape)
        setattr(self, self.errors[1], self.add_weight(self.errors[1], shape=shape))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch of labels (0, or not) and predictions of the same shape into the counts; weights broadcast to it."""
        outcome, name = self.errors
        variables = {"tp": self.true_positives, outcome: getattr(self, name)}
        only = {"top_k": self.top_k, "class_id": self.class_id}
        count(self, variables, y_true, y_pred, sample_weight, thresholds=self.thresholds, even=self._even, **only)

    def result(self):
        right = self.true_positives.value()
        share = elementwise.divide_no_nan(right, elementwise.add(right, getattr(self, self.errors[1]).value()))
        return first_if_single(share, self.thresholds)

    def get_config(self):
        own = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}


class Precision(PositiveShare):
    """Share of true among all positive predictions, tp / (tp + fp); 0 if there are none; one for each threshold.

    Args:
        thresholds: None (0.5, or with `top_k` none), a number or a list of numbers in [0, 1].
        top_k: only the so many largest of each row are positive.
        class_id: only this column of labels and predictions counts.
        name, dtype: see `Metric`.
    Source: tf.keras.metrics.Precision.
    """


class Recall(PositiveShare):
    """Share of the positive labels that are found, tp / (tp + fn); 0 if there are none; one for each threshold.

    Args:
        thresholds, top_k, class_id, name, dtype: see `Precision`.
    Source: tf.keras.metrics.Recall.
    """

    errors = ("fn", "false_negatives")
