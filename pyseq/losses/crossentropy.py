"""Losses of predicted probabilities (or logits). The arithmetic is in pyseq/ops/loss.py."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.core.config import epsilon
from pyseq.losses.loss import LossFunctionWrapper
from pyseq.losses.shapes import labels_and_predictions, predictions
from pyseq.ops import activation, elementwise, reduce
from pyseq.ops import loss as loss_ops
from pyseq.ops import softmax as softmax_ops


def _smooth(who, y_true, label_smoothing, towards):
    """(1 - label_smoothing) * y_true + label_smoothing * towards"""
    if not label_smoothing:
        return y_true
    if not 0.0 <= label_smoothing <= 1.0:
        raise ValueError(f"{who}: `label_smoothing` must be in [0, 1]. Received: label_smoothing={label_smoothing}.")
    return elementwise.add(elementwise.multiply(y_true, 1.0 - label_smoothing), label_smoothing * towards)


def _same_shape(who, y_true, y_pred):
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"{who}: `y_true` and `y_pred` must have one shape. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
        )


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """-mean(y_true * log(y_pred) + (1 - y_true) * log(1 - y_pred)) over `axis`.

    Args:
        y_true: labels, 0 to 1, of the shape of `y_pred`.
        y_pred: probabilities, or logits if `from_logits`.
        label_smoothing: fraction in [0, 1] by which labels are drawn to 0.5.
        axis: over which the mean goes.
    """
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    if from_logits or y_pred.keras_logits is not None:
        _same_shape("binary_crossentropy", y_true, y_pred)
    y_true = _smooth("binary_crossentropy", y_true, label_smoothing, 0.5)
    return reduce.mean(loss_ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


def binary_focal_crossentropy(
    y_true, y_pred, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Binary crossentropy times (1 - p_t)**gamma, p_t the probability of the label; mean over `axis`.

    Args:
        apply_class_balancing: multiply by `alpha` where the label is 1 and by 1 - `alpha` where it is 0?
        gamma: exponent, >= 0; 0 is `binary_crossentropy`.
        y_true, y_pred, from_logits, label_smoothing, axis: see `binary_crossentropy`.
    """
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    if from_logits or y_pred.keras_logits is not None:
        _same_shape("binary_focal_crossentropy", y_true, y_pred)
    y_true = _smooth("binary_focal_crossentropy", y_true, label_smoothing, 0.5)
    loss = loss_ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    p_t = _of_label(y_true, activation.sigmoid(y_pred) if from_logits else y_pred)
    loss = elementwise.multiply(elementwise.power(elementwise.subtract(1.0, p_t), float(gamma)), loss)
    if apply_class_balancing:
        balance = elementwise.add(elementwise.multiply(y_true, 2.0 * alpha - 1.0), 1.0 - alpha)
        loss = elementwise.multiply(balance, loss)
    return reduce.mean(loss, axis=axis)


def _of_label(y_true, p):
    """y_true * p + (1 - y_true) * (1 - p)"""
    other = elementwise.multiply(elementwise.subtract(1.0, y_true), elementwise.subtract(1.0, p))
    return elementwise.add(elementwise.multiply(y_true, p), other)


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """-sum(y_true * log(y_pred)) over `axis`, the predictions divided by their sum first.

    Args:
        y_true: one-hot labels or distributions, of the shape of `y_pred`.
        y_pred: probabilities, or logits if `from_logits`.
        label_smoothing: fraction in [0, 1] of each label that is spread over all classes.
        axis: of the classes.
    """
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    if label_smoothing:
        y_true = _smooth("categorical_crossentropy", y_true, label_smoothing, 1.0 / max(y_true.shape[axis], 1))
    return loss_ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """sum(-alpha * (1 - y_pred)**gamma * y_true * log(y_pred)) over `axis`, the predictions divided by their sum first.

    Args:
        alpha: weight, a number or one for each class. gamma: exponent, >= 0.
        y_true, y_pred, from_logits, label_smoothing, axis: see `categorical_crossentropy`.
    """
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    if label_smoothing:
        y_true = _smooth("categorical_focal_crossentropy", y_true, label_smoothing, 1.0 / max(y_true.shape[axis], 1))
    _same_shape("categorical_focal_crossentropy", y_true, y_pred)
    if from_logits:
        y_pred = softmax_ops.softmax(y_pred, axis=axis)
    p = elementwise.divide(y_pred, reduce.sum(y_pred, axis=axis, keepdims=True))
    p = elementwise.clip(p, epsilon(), 1.0 - epsilon())
    weight = elementwise.multiply(
        elementwise.power(elementwise.subtract(1.0, p), float(gamma)), as_tensor(alpha, like=p)
    )
    loss = elementwise.multiply(weight, elementwise.multiply(y_true, elementwise.log(p)))
    return elementwise.negative(reduce.sum(loss, axis=axis))


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, axis=-1, ignore_class=None):
    """-log(y_pred[label]) for each label, the predictions divided by their sum first.

    Args:
        y_true: class numbers, of the shape of `y_pred` without the classes' axis (or with one element there).
        y_pred: probabilities, or logits if `from_logits`.
        axis: of the classes.
        ignore_class: a label whose loss is 0.
    """
    y_true, y_pred = as_tensor(y_true), predictions(y_pred)
    return loss_ops.sparse_categorical_crossentropy(
        y_true, y_pred, from_logits=from_logits, axis=axis, ignore_class=ignore_class
    )


class BinaryCrossentropy(LossFunctionWrapper):
    """Crossentropy of labels 0 and 1; see `binary_crossentropy` and `Loss`."""

    def __init__(self, from_logits=False, label_smoothing=0.0, axis=-1, reduction="auto", name="binary_crossentropy"):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, reduction=reduction, name=name, **options)
        self.from_logits = from_logits


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary crossentropy with less weight on what is easy; see `binary_focal_crossentropy` and `Loss`."""

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="auto",
        name="binary_focal_crossentropy",
    ):
        options = {"apply_class_balancing": apply_class_balancing, "alpha": alpha, "gamma": gamma}
        options |= {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_focal_crossentropy, reduction=reduction, name=name, **options)
        self.from_logits = from_logits


class CategoricalCrossentropy(LossFunctionWrapper):
    """Crossentropy of one-hot labels; see `categorical_crossentropy` and `Loss`."""

    def __init__(
        self, from_logits=False, label_smoothing=0.0, axis=-1, reduction="auto", name="categorical_crossentropy"
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, reduction=reduction, name=name, **options)
        self.from_logits = from_logits


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Categorical crossentropy with less weight on what is easy; see `categorical_focal_crossentropy` and `Loss`."""

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="auto",
        name="categorical_focal_crossentropy",
    ):
        options = {"alpha": alpha, "gamma": gamma, "from_logits": from_logits}
        options |= {"label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_focal_crossentropy, reduction=reduction, name=name, **options)
        self.from_logits = from_logits


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Crossentropy of class numbers; see `sparse_categorical_crossentropy` and `Loss`.

    With `ignore_class`, the mean goes over the other labels only.
    """

    def __init__(self, from_logits=False, ignore_class=None, reduction="auto", name="sparse_categorical_crossentropy"):
        options = {"from_logits": from_logits, "ignore_class": ignore_class}
        super().__init__(sparse_categorical_crossentropy, reduction=reduction, name=name, **options)
        self.from_logits = from_logits
