"""Intersection over union: how well regions of predicted classes cover those of the labels."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, int64
from pyseq.metrics.metric import Metric
from pyseq.ops import confusion as confusion_ops
from pyseq.ops import elementwise, reduce
from pyseq.ops import shape as shape_ops


class IoU(Metric):
    """Mean over some classes of tp / (tp + fp + fn); classes that have not been met do not count.

    Args:
        num_classes: C; labels and predictions are in [0, C).
        target_class_ids: the classes.
        name, dtype: see `Metric`.
        ignore_class: a label whose samples do not count.
        sparse_y_true, sparse_y_pred: are labels (predictions) class numbers? Else the largest along `axis` is the class.
        axis: of the classes.
    Source: tf.keras.metrics.IoU.
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(name=name, dtype=dtype)
        target_class_ids = [int(c) for c in target_class_ids]
        if not all(0 <= c < num_classes for c in target_class_ids):
            raise ValueError(
                f"{type(self).__name__}: `target_class_ids` must be in [0, {num_classes}). "
                f"Received: target_class_ids={target_class_ids}."
            )
        self.num_classes, self.target_class_ids, self.ignore_class = num_classes, target_class_ids, ignore_class
        self.sparse_y_true, self.sparse_y_pred, self.axis = sparse_y_true, sparse_y_pred, axis
        self.total_cm = self.add_weight("total_confusion_matrix", shape=(num_classes, num_classes))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch into the confusion matrix.

        Args:
            y_true, y_pred: of any shape and as many elements: class numbers, or a value for each class along `axis`.
            sample_weight: None, a number, or a weight for each class number.
        """
        y_true = self._classes(y_true, self.sparse_y_true)
        y_pred = self._classes(y_pred, self.sparse_y_pred)
        weights = None
        if sample_weight is not None:
            weights = elementwise.cast(as_tensor(sample_weight), self._dtype)
            weights = shape_ops.reshape(weights, (-1,)) if len(weights.shape) > 1 else weights
        if self.ignore_class is not None:
            counts = elementwise.not_equal(y_true, as_tensor(self.ignore_class, int64))
            zeros = elementwise.zeros_like(y_true)
            y_true, y_pred = elementwise.where(counts, y_true, zeros), elementwise.where(counts, y_pred, zeros)
            counts = elementwise.cast(counts, self._dtype)
            weights = counts if weights is None else elementwise.multiply(weights, counts)
        confusion_ops.confusion_matrix(self.total_cm, y_true, y_pred, weights)

    def _classes(self, x, sparse):
        """Class numbers (N,) int64."""
        x = as_tensor(x)
        if not sparse:
            x = reduce.argmax(x, axis=self.axis)
        return shape_ops.reshape(elementwise.cast(x, int64), (-1,))

    def result(self):
        total = self.total_cm.value()
        right = reduce.sum(elementwise.multiply(total, as_tensor(np.eye(self.num_classes), self._dtype)), axis=0)
        union = elementwise.subtract(elementwise.add(reduce.sum(total, axis=0), reduce.sum(total, axis=1)), right)
        wanted = as_tensor(np.bincount(self.target_class_ids, minlength=self.num_classes), self._dtype)
        met = elementwise.cast(elementwise.not_equal(union, 0.0), self._dtype)
        ratios = reduce.sum(elementwise.multiply(elementwise.divide_no_nan(right, union), wanted))
        return elementwise.divide_no_nan(ratios, reduce.sum(elementwise.multiply(met, wanted)))

    def get_config(self):
        names = "num_classes target_class_ids ignore_class sparse_y_true sparse_y_pred axis".split()
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _config_without(self, *names):
        config = IoU.get_config(self)
        return {k: v for k, v in config.items() if k not in names}


class BinaryIoU(IoU):
    """Intersection over union of the classes 0 and 1, or one of them, of predictions in one number.

    Args:
        target_class_ids: [0], [1] or both.
        threshold: predictions of at least this are class 1.
        name, dtype: see `Metric`.
    Source: tf.keras.metrics.BinaryIoU.
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch of labels 0 and 1 and of predictions into the confusion matrix; weights as in `IoU`."""
        y_pred = elementwise.cast(as_tensor(y_pred), self._dtype)
        super().update_state(y_true, elementwise.greater_equal(y_pred, float(self.threshold)), sample_weight)

    def get_config(self):
        config = self._config_without("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**config, "threshold": self.threshold}


class MeanIoU(IoU):
    """Mean over all classes of tp / (tp + fp + fn); classes that have not been met do not count.

    Args:
        num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis: see `IoU`.
    Source: tf.keras.metrics.MeanIoU.
    """

    def __init__(
        self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_true=True, sparse_y_pred=True, axis=-1
    ):
        super().__init__(num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def get_config(self):
        return self._config_without("target_class_ids")


class OneHotIoU(IoU):
    """`IoU` of one-hot labels.

    Args:
        num_classes, target_class_ids, name, dtype, ignore_class, sparse_y_pred, axis: see `IoU`.
    Source: tf.keras.metrics.OneHotIoU.
    """

    def __init__(
        self, num_classes, target_class_ids, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self):
        return self._config_without("sparse_y_true")


class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` of one-hot labels.

    Args:
        num_classes, name, dtype, ignore_class, sparse_y_pred, axis: see `IoU`.
    Source: tf.keras.metrics.OneHotMeanIoU.
    """

    def __init__(self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self):
        return self._config_without("target_class_ids", "sparse_y_true")
