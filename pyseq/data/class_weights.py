"""Factors of classes as weights of samples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pyseq.core.structure import flatten


def class_factors(class_weight):
    """The factor of each class, by its number; None for None and an empty dict.

    Raises:
        ValueError: not a dict of numbers, or the keys are not 0, 1, 2, ...
    """
    if class_weight is None or class_weight == {}:
        return None
    factors = _numbers_of(class_weight)
    if factors is None:
        raise ValueError(
            f"`class_weight` must be a dict {{class number: factor}}. Received: class_weight={class_weight!r}."
        )
    if set(factors) != set(range(len(factors))):
        raise ValueError(
            "Expected `class_weight` to be a dict with keys from 0 to one less than the number of classes, found "
            f"{class_weight}"
        )
    return np.array([factors[k] for k in range(len(factors))], dtype="float32")


def _numbers_of(class_weight):
    """{class: factor as a float}, or None if that is no dict of numbers."""
    if not isinstance(class_weight, Mapping) or any(isinstance(v, str | bytes) for v in class_weight.values()):
        return None
    try:
        return {k: float(v) for k, v in class_weight.items()}
    except (TypeError, ValueError):
        return None


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
        raise ValueError(
            f"`class_weight` must have a factor for every class from 0 on. Missing: {missing[:10]}. "
            f"Received: class_weight={dict(enumerate(factors.tolist()))}."
        )
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
