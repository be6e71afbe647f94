"""The data sets inside the package: `<name>.npz` beside this file."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def load(name: str):
    """(x, y) of an embedded data set, in the order of its source."""
    with np.load(Path(__file__).with_name(f"{name}.npz"), allow_pickle=False) as f:
        return f["x"], f["y"]


def split(who: str, x, y, test_split: float, seed: int):
    """(x_train, y_train), (x_test, y_test): shuffled by `seed`, the last `test_split` of them for testing."""
    if not 0 <= test_split <= 1:
        raise ValueError(f"{who}: `test_split` must be a fraction in [0, 1]. Received: test_split={test_split!r}.")
    order = np.random.RandomState(seed).permutation(len(x))  # RandomState's stream is the same in every NumPy
    n_train = len(x) - round(len(x) * test_split)
    train, test = order[:n_train], order[n_train:]
    return (x[train], y[train]), (x[test], y[test])
