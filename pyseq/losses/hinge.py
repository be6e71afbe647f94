"""Maximum-margin losses. Labels are -1 or 1; labels that are all 0 or 1 are read as -1 and 1."""

from __future__ import annotations

from pyseq.losses.loss import LossFunctionWrapper
from pyseq.losses.shapes import labels_and_predictions
from pyseq.ops import elementwise, reduce


def _signs(y_true):
    """Labels 0 and 1 as -1 and 1, if there are no others."""
    # y (y - 1) is 0 for 0 and 1 alone
    zero_or_one = reduce.max(elementwise.absolute(elementwise.multiply(y_true, elementwise.subtract(y_true, 1.0))))
    doubled = elementwise.subtract(elementwise.multiply(y_true, 2.0), 1.0)
    return elementwise.where(elementwise.equal(zero_or_one, 0.0), doubled, y_true)


def _margin(y_true, y_pred):
    """max(1 - y_true * y_pred, 0)"""
    return elementwise.maximum(elementwise.subtract(1.0, elementwise.multiply(_signs(y_true), y_pred)), 0.0)


def hinge(y_true, y_pred):
    """mean(max(1 - y_true * y_pred, 0)) over the last axis."""
    return reduce.mean(_margin(*labels_and_predictions(y_true, y_pred)), axis=-1)


def squared_hinge(y_true, y_pred):
    """mean(max(1 - y_true * y_pred, 0)**2) over the last axis."""
    return reduce.mean(elementwise.square(_margin(*labels_and_predictions(y_true, y_pred))), axis=-1)


def categorical_hinge(y_true, y_pred):
    """max(neg - pos + 1, 0), pos = sum(y_true * y_pred), neg = max((1 - y_true) * y_pred), over the last axis."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    positive = reduce.sum(elementwise.multiply(y_true, y_pred), axis=-1)
    negative = reduce.max(elementwise.multiply(elementwise.subtract(1.0, y_true), y_pred), axis=-1)
    return elementwise.maximum(elementwise.add(elementwise.subtract(negative, positive), 1.0), 0.0)


class Hinge(LossFunctionWrapper):
    """Mean of max(1 - y_true * y_pred, 0); see `hinge` and `Loss`."""

    def __init__(self, reduction="auto", name="hinge"):
        super().__init__(hinge, reduction=reduction, name=name)


class SquaredHinge(LossFunctionWrapper):
    """Mean of max(1 - y_true * y_pred, 0)**2; see `squared_hinge` and `Loss`."""

    def __init__(self, reduction="auto", name="squared_hinge"):
        super().__init__(squared_hinge, reduction=reduction, name=name)


class CategoricalHinge(LossFunctionWrapper):
    """Margin between the true class and the best of the others; see `categorical_hinge` and `Loss`."""

    def __init__(self, reduction="auto", name="categorical_hinge"):
        super().__init__(categorical_hinge, reduction=reduction, name=name)
