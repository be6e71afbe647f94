"""Metrics of a curve through many thresholds: the area under it, and the best point of it under a condition."""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor
from pyseq.core.config import epsilon
from pyseq.metrics.confusion import are_even, count
from pyseq.metrics.metric import Metric
from pyseq.ops import activation, elementwise, reduce
from pyseq.ops import confusion as confusion_ops

OUTCOMES = {"tp": "true_positives", "tn": "true_negatives", "fp": "false_positives", "fn": "false_negatives"}


def inner_thresholds(n):
    """The n - 2 thresholds between 0 and 1, evenly."""
    return [(j + 1) / (n - 1) for j in range(n - 2)]


class ThresholdCurve(Metric):
    """The four outcomes at many thresholds; base of what is read off them."""

    def add_counts(self, shape):
        """The four variables, of this shape."""
        for name in OUTCOMES.values():
            setattr(self, name, self.add_weight(name, shape=shape))

    def counts(self):
        """{outcome: Variable}"""
        return {key: getattr(self, name) for key, name in OUTCOMES.items()}

    def share(self, a, b):
        """a / (a + b) of two outcomes, 0 where there is neither."""
        a, b = getattr(self, OUTCOMES[a]).value(), getattr(self, OUTCOMES[b]).value()
        return elementwise.divide_no_nan(a, elementwise.add(a, b))


class AUC(ThresholdCurve):
    """Area under the curve: ROC (recall against the rate of false positives) or PR (precision against recall).

    Args:
        num_thresholds: points of the curve, at least 2.
        curve: "ROC" or "PR".
        summation_method: "interpolation" (trapezoids), "minoring" or "majoring" (the lower or higher rectangles).
        name, dtype: see `Metric`.
        thresholds: numbers to use instead of `num_thresholds` even ones; 0 and 1 are added.
        multi_label: is each column of labels and predictions (N, L) a curve of its own? The result is the mean area.
        num_labels: L, if the state is to be made before the first batch.
        label_weights: weights of the L labels: of their areas with `multi_label`, else of the samples' labels.
        from_logits: are predictions logits, to go through a sigmoid?
    Source: tf.keras.metrics.AUC.
    """

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        super().__init__(name=name, dtype=dtype)
        self.curve = _choice("curve", curve, confusion_ops.CURVES)
        self.summation_method = _choice("summation_method", summation_method, confusion_ops.SUMMATIONS)
        self._init_from_thresholds = thresholds is not None
        if thresholds is not None:
            inner = sorted(float(t) for t in thresholds)
            num_thresholds = len(inner) + 2
            self._even = are_even([0.0, *inner, 1.0])
        elif num_thresholds <= 1:
            raise ValueError(f"AUC: `num_thresholds` must be at least 2. Received: num_thresholds={num_thresholds}.")
        else:
            inner, self._even = inner_thresholds(num_thresholds), True
        self.num_thresholds = num_thresholds
        # a little outside, so that predictions of 0 are above the first and those of 1 below the last
        self._thresholds = np.array([-epsilon(), *inner, 1.0 + epsilon()])
        self.multi_label, self.num_labels, self._from_logits = bool(multi_label), num_labels, from_logits
        self.label_weights = None
        if label_weights is not None:
            if np.min(label_weights) < 0:
                raise ValueError(f"AUC: `label_weights` must not be negative. Received: label_weights={label_weights}.")
            self.label_weights = elementwise.cast(as_tensor(label_weights), self._dtype)
        if num_labels and not multi_label:
            raise ValueError(f"AUC: `num_labels` needs `multi_label=True`. Received: num_labels={num_labels}.")
        self.built = False
        if not multi_label:
            self.build_once(None)
        elif num_labels:
            self.build_once((None, num_labels))

    @property
    def thresholds(self):
        """The thresholds, the two outside [0, 1] included."""
        return self._thresholds.tolist()

    def build(self, shape):
        if self.multi_label and len(shape) != 2:
            raise ValueError(f"AUC: `y_pred` must be (batch, labels) with `multi_label=True`. Received: shape={shape}.")
        self.add_counts((self.num_thresholds, shape[1]) if self.multi_label else (self.num_thresholds,))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch of labels (0, or not) and predictions of the same shape into the counts; weights broadcast to it."""
        y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
        self.build_once(y_pred.shape)
        self._check_labels(y_true)
        if self._from_logits:
            y_pred = activation.sigmoid(elementwise.cast(y_pred, self._dtype))
        count(
            self,
            self.counts(),
            y_true,
            y_pred,
            sample_weight,
            label_weights=None if self.multi_label else self.label_weights,
            thresholds=self._thresholds,
            even=self._even,
            by_label=self.multi_label,
        )

    def _check_labels(self, y_true):
        """Labels and weights of labels are of one number of labels."""
        expected = {self.true_positives.shape[1]} if self.multi_label else set()
        expected |= {self.label_weights.size} if self.label_weights is not None else set()
        if expected and (len(y_true.shape) != 2 or expected != {y_true.shape[1]}):
            raise ValueError(
                f"{self.name}: `y_true` must be (batch, labels) with {sorted(expected)} labels. "
                f"Received: y_true.shape={y_true.shape}."
            )

    def result(self):
        counts = [v.value() for v in map(self.counts().get, confusion_ops.COUNTS)]
        area = confusion_ops.area_under_curve(*counts, curve=self.curve, summation=self.summation_method)
        if not self.multi_label:
            return area
        if self.label_weights is None:
            return reduce.mean(area)
        total = reduce.sum(elementwise.multiply(area, self.label_weights))
        return elementwise.divide_no_nan(total, reduce.sum(self.label_weights))

    def get_config(self):
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if self.label_weights is None else self.label_weights.tolist(),
            "from_logits": self._from_logits,
        }
        if self._init_from_thresholds:
            config["thresholds"] = self.thresholds[1:-1]
        return config


def _choice(argument, given, choices):
    """The choice of a name in lower or upper case, or capitalised."""
    given = getattr(given, "value", given)
    for choice in choices:
        if isinstance(given, str) and given in (choice, choice.lower(), choice.capitalize()):
            return choice
    raise ValueError(f"AUC: `{argument}` must be one of {choices}. Received: {argument}={given!r}.")


class BestAt(ThresholdCurve):
    """The largest of one ratio over the thresholds where another is at least a value; base of four metrics.

    Args:
        value: in [0, 1]. num_thresholds: how many are tried, evenly from 0 to 1 (one: 0.5).
        class_id: only this column of labels and predictions counts.
        name, dtype: see `Metric`.
    """

    condition = ""  # argument that `value` was given by
    at_least = best = ("tp", "fn")  # ratios, see `share`

    def __init__(self, value, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        who = type(self).__name__
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{who}: `{self.condition}` must be in [0, 1]. Received: {self.condition}={value}.")
        if num_thresholds <= 0:
            raise ValueError(f"{who}: `num_thresholds` must be at least 1. Received: num_thresholds={num_thresholds}.")
        self.value, self.num_thresholds, self.class_id = value, num_thresholds, class_id
        setattr(self, self.condition, value)
        self.thresholds = [0.5] if num_thresholds == 1 else [0.0, *inner_thresholds(num_thresholds), 1.0]
        self._even = num_thresholds > 1
        self.add_counts((num_thresholds,))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch of labels (0, or not) and predictions of the same shape into the counts; weights broadcast to it."""
        how = {"thresholds": self.thresholds, "even": self._even, "class_id": self.class_id}
        count(self, self.counts(), y_true, y_pred, sample_weight, **how)

    def result(self):
        allowed = elementwise.greater_equal(self.share(*self.at_least), float(self.value))
        best = reduce.max(elementwise.where(allowed, self.share(*self.best), -math.inf))
        return elementwise.where(elementwise.equal(best, -math.inf), elementwise.zeros_like(best), best)

    def get_config(self):
        own = {"num_thresholds": self.num_thresholds, self.condition: self.value, "class_id": self.class_id}
        return {**super().get_config(), **own}


class SensitivityAtSpecificity(BestAt):
    """Best sensitivity, tp / (tp + fn), of the thresholds where specificity, tn / (tn + fp), is at least `specificity`.

    Args:
        specificity: in [0, 1]. num_thresholds: how many are tried, evenly from 0 to 1.
        class_id: only this column of labels and predictions counts.
        name, dtype: see `Metric`.
    Source: tf.keras.metrics.SensitivityAtSpecificity.
    """

    condition, at_least, best = "specificity", ("tn", "fp"), ("tp", "fn")

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(BestAt):
    """Best specificity, tn / (tn + fp), of the thresholds where sensitivity, tp / (tp + fn), is at least `sensitivity`.

    Args: see `SensitivityAtSpecificity`.
    Source: tf.keras.metrics.SpecificityAtSensitivity.
    """

    condition, at_least, best = "sensitivity", ("tp", "fn"), ("tn", "fp")

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(BestAt):
    """Best precision, tp / (tp + fp), of the thresholds where recall, tp / (tp + fn), is at least `recall`.

    Args: see `SensitivityAtSpecificity`.
    Source: tf.keras.metrics.PrecisionAtRecall.
    """

    condition, at_least, best = "recall", ("tp", "fn"), ("tp", "fp")

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(recall, num_thresholds, class_id, name, dtype)


class RecallAtPrecision(BestAt):
    """Best recall, tp / (tp + fn), of the thresholds where precision, tp / (tp + fp), is at least `precision`; 0 if none is.

    Args: see `SensitivityAtSpecificity`.
    Source: tf.keras.metrics.RecallAtPrecision.
    """

    condition, at_least, best = "precision", ("tp", "fp"), ("tp", "fn")

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
