"""Metrics: values gathered over batches, the functions behind them, and how names become metrics."""

from __future__ import annotations

from pyseq.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from pyseq.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from pyseq.metrics.confusion import FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives
from pyseq.metrics.curves import (
    AUC,
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from pyseq.metrics.errors import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanRelativeError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    cosine_similarity,
)
from pyseq.metrics.f_score import F1Score, FBetaScore
from pyseq.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from pyseq.metrics.mean_tensor import MeanTensor
from pyseq.metrics.metric import Mean, MeanMetricWrapper, Metric, Sum
from pyseq.metrics.r2_score import R2Score
from pyseq.registry import Registry, snake

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh

registry = Registry("metric", "keras.metrics")
for _thing, *_aliases in (
    (Mean,),
    (Sum,),
    (MeanTensor,),
    (MeanMetricWrapper,),
    (Accuracy,),
    (BinaryAccuracy,),
    (CategoricalAccuracy,),
    (SparseCategoricalAccuracy,),
    (TopKCategoricalAccuracy,),
    (SparseTopKCategoricalAccuracy,),
    (MeanSquaredError,),
    (RootMeanSquaredError,),
    (MeanAbsoluteError,),
    (MeanAbsolutePercentageError,),
    (MeanSquaredLogarithmicError,),
    (MeanRelativeError,),
    (Hinge,),
    (SquaredHinge,),
    (CategoricalHinge,),
    (LogCoshError,),
    (Poisson,),
    (KLDivergence,),
    (CosineSimilarity,),
    (BinaryCrossentropy,),
    (CategoricalCrossentropy,),
    (SparseCategoricalCrossentropy,),
    (TruePositives,),
    (FalsePositives,),
    (TrueNegatives,),
    (FalseNegatives,),
    (Precision,),
    (Recall,),
    (AUC,),
    (SensitivityAtSpecificity,),
    (SpecificityAtSensitivity,),
    (PrecisionAtRecall,),
    (RecallAtPrecision,),
    (IoU,),
    (BinaryIoU,),
    (MeanIoU,),
    (OneHotIoU,),
    (OneHotMeanIoU,),
    (FBetaScore,),
    (F1Score,),
    (R2Score,),
    (accuracy, "acc"),
    (binary_accuracy,),
    (categorical_accuracy,),
    (sparse_categorical_accuracy,),
    (top_k_categorical_accuracy,),
    (sparse_top_k_categorical_accuracy,),
    (mean_squared_error, "mse", "MSE"),
    (mean_absolute_error, "mae", "MAE"),
    (mean_absolute_percentage_error, "mape", "MAPE"),
    (mean_squared_logarithmic_error, "msle", "MSLE"),
    (binary_crossentropy, "bce", "BCE"),
    (binary_focal_crossentropy,),
    (categorical_crossentropy,),
    (categorical_focal_crossentropy,),
    (sparse_categorical_crossentropy,),
    (hinge,),
    (squared_hinge,),
    (categorical_hinge,),
    (huber,),
    (log_cosh, "logcosh"),
    (poisson,),
    (kl_divergence, "kld", "KLD", "kullback_leibler_divergence"),
    (cosine_similarity, "cosine_proximity"),
):
    registry.add(_thing, *_aliases)


def get(identifier):
    """Metric of a name ("mse", "MeanSquaredError"), a config, an object or a function.

    Returns:
        A function for the name of a function, an object for the name of a class; None for None.
    Raises:
        ValueError: nothing has this name; the closest names are listed.
    """
    return registry.get(identifier)


def serialize(metric, use_legacy_format=False):
    """Config of a metric object, or the name of a metric function."""
    return registry.serialize(metric, use_legacy_format)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """Metric of what `serialize` gave.

    Args:
        config: a name, or a dict with "class_name" and "config".
        custom_objects: {name: class or function} of your own.
        use_legacy_format: both formats are read, whatever this is.
    """
    return registry.deserialize(config, custom_objects)


# By the shapes of labels and predictions: classes in one number, class numbers, one-hot.
BY_SHAPE = {
    "accuracy": (binary_accuracy, sparse_categorical_accuracy, categorical_accuracy),
    "acc": (binary_accuracy, sparse_categorical_accuracy, categorical_accuracy),
    "crossentropy": (binary_crossentropy, sparse_categorical_crossentropy, categorical_crossentropy),
    "ce": (binary_crossentropy, sparse_categorical_crossentropy, categorical_crossentropy),
}


SPARSE = (sparse_categorical_accuracy, sparse_top_k_categorical_accuracy, sparse_categorical_crossentropy)


def resolve(identifier, y_true, y_pred):
    """The Metric object that an entry of `compile(metrics=...)` means for labels and predictions of these shapes.

    "accuracy", "acc", "crossentropy" and "ce" are binary if the predictions' last axis has one element; sparse if the labels
    have fewer axes than the predictions, or one element in the last; else categorical. ("Accuracy", too: the class, which
    compares labels with predictions as they are, is meant by the object.) A function becomes the mean of its values, under
    its name.

    Args:
        identifier: name, object, class or function; None stays None.
        y_true, y_pred: a batch, for its shapes.
    """
    if identifier is None or isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in BY_SHAPE:
        found = BY_SHAPE[identifier.lower()][kind_of_labels(y_true.shape, y_pred.shape)]
    else:
        found = get(identifier)
    if isinstance(found, Metric):
        return found
    name = identifier if isinstance(identifier, str) else name_of(found)
    wrapped = MeanMetricWrapper(found, name=name)
    wrapped.sparse = found in SPARSE
    return wrapped


def kind_of_labels(true_shape, pred_shape) -> int:
    """0 binary, 1 sparse, 2 categorical; places in `BY_SHAPE`."""
    last = pred_shape[-1] if pred_shape else 1
    if last == 1:
        return 0
    return 1 if len(true_shape) < len(pred_shape) or true_shape[-1] == 1 else 2


def name_of(function) -> str:
    """What a metric function is called in the logs: its name, or that of the object's class."""
    name = getattr(function, "__name__", None) or getattr(function, "name", None)
    return name or snake(type(function).__name__)


__all__ = ["Metric", "deserialize", "get", "resolve", "serialize"]
__all__ += [name for name in registry.table if name in globals()]


def __dir__():
    return __all__
