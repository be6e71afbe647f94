"""Factors of classes as weights of samples."""

from __future__ import annotations

import numpy as np

from pyseq.core.structure import flatten


def class_factors(class_weight):
    """The factor of each class, by its number, or None.

    Raises:
        ValueError: the keys are not 0, 1, 2, ...
    """
    if class_weight is None:
        return None
    if sorted(class_weight) != list(range(len(class_weight))):
        raise ValueError(
            "Expected `class_weight` to be a dict with keys from 0 to one less than the number of classes, found "
            f"{class_weight}"
        )
    return np.array([class_weight[k] for k in range(len(class_weight))], dtype="float32")


def weighted_by_factors(y, sample_weight, factors):
    """Sample weights with the factor of each sample's class multiplied in.

    Args:
        y: (N,) or (N, 1) class numbers, or (N, classes) one-hot.
        factors: float32 (classes,).
    """
    targets = flatten(y)
    if len(targets) != 1 or targets[0] is None:
        raise ValueError("`class_weight` is only supported for Models with a single output.")
    labels = np.asarray(targets[0])
    if labels.ndim > 2:
        raise ValueError("`class_weight` not supported for 3+ dimensional targets.")
    labels = labels.argmax(axis=-1) if labels.ndim == 2 and labels.shape[-1] > 1 else labels.reshape(len(labels))
    labels = labels.astype("int64")
    if labels.size and (labels.min() < 0 or labels.max() >= len(factors)):
        missing = sorted({int(k) for k in np.unique(labels)} - set(range(len(factors))))
        raise ValueError(f"`class_weight` must have a factor for every class. Missing: {missing[:10]}.")
    weights = factors[labels]
    if sample_weight is None:
        return weights
    return weights * np.asarray(sample_weight).reshape(len(weights))


def weighted_by_class(y, sample_weight, class_weight):
    """Sample weights with each class's factor multiplied in. class_weight: {class: factor}, or None."""
    factors = class_factors(class_weight)
    return sample_weight if factors is None else weighted_by_factors(_as_target(y), sample_weight, factors)


def _as_target(y):
    """Labels given as a plain list are one target, not several."""
    return np.asarray(y) if isinstance(y, list) and not any(hasattr(item, "shape") for item in y) else y
