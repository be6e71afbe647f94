"""Getting and setting the learning rate of the model in training."""

from __future__ import annotations


def learning_rate_of(optimizer):
    """The rate as a NumPy number of its dtype.

    Raises:
        ValueError: the optimizer has none.
    """
    rate = getattr(optimizer, "learning_rate", None)
    if rate is None:
        raise ValueError('Optimizer must have a "lr" attribute.')
    return rate.numpy()[()] if hasattr(rate, "numpy") else rate
