"""Losses: functions of (y_true, y_pred) that give one loss a sample, classes that weight and reduce them, and their names."""

from __future__ import annotations

from pyseq.losses.crossentropy import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    sparse_categorical_crossentropy,
)
from pyseq.losses.ctc import CTC, ctc
from pyseq.losses.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from pyseq.losses.loss import Loss, LossFunctionWrapper, Reduction
from pyseq.losses.regression import (
    CosineSimilarity,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    cosine_similarity,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
)
from pyseq.registry import Registry

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh

registry = Registry("loss function", "keras.losses")
for _thing, *_aliases in (
    (MeanSquaredError,),
    (MeanAbsoluteError,),
    (MeanAbsolutePercentageError,),
    (MeanSquaredLogarithmicError,),
    (BinaryCrossentropy,),
    (BinaryFocalCrossentropy,),
    (CategoricalCrossentropy,),
    (CategoricalFocalCrossentropy,),
    (SparseCategoricalCrossentropy,),
    (Hinge,),
    (SquaredHinge,),
    (CategoricalHinge,),
    (Huber,),
    (LogCosh,),
    (CosineSimilarity,),
    (Poisson,),
    (KLDivergence,),
    (CTC,),
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
    (huber, "huber_loss"),
    (log_cosh, "logcosh"),
    (cosine_similarity,),
    (poisson,),
    (ctc,),
    (kl_divergence, "kld", "KLD", "kullback_leibler_divergence"),
):
    registry.add(_thing, *_aliases)


def get(identifier):
    """Loss of a name ("mse", "MeanSquaredError"), a config, an object or a function.

    Returns:
        A function for the name of a function, an object for the name of a class; None for None.
    Raises:
        ValueError: nothing has this name; the closest names are listed.
    """
    return registry.get(identifier)


def serialize(loss, use_legacy_format=False):
    """Config of a loss object, or the name of a loss function."""
    return registry.serialize(loss, use_legacy_format)


def deserialize(name, custom_objects=None, use_legacy_format=False):
    """Loss of what `serialize` gave.

    Args:
        name: a name, or a dict with "class_name" and "config".
        custom_objects: {name: class or function} of your own.
        use_legacy_format: both formats are read, whatever this is.
    """
    return registry.deserialize(name, custom_objects)


__all__ = ["Loss", "LossFunctionWrapper", "Reduction", "deserialize", "get", "serialize"]
__all__ += [name for name in registry.table if name in globals()]


def __dir__():
    return __all__
