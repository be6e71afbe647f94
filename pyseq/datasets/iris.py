"""Fisher's iris data: 150 flowers of three kinds, four lengths in cm each. Comes with pyseq."""

from __future__ import annotations

from pyseq.datasets import _embedded

FEATURE_NAMES = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
CLASS_NAMES = ("setosa", "versicolor", "virginica")


def load_data(test_split=0.2, seed=113):
    """The iris data, shuffled and split.

    Args:
        test_split: fraction in [0, 1] of the flowers that goes into the test part.
        seed: of the shuffling; the same seed gives the same split everywhere.
    Returns:
        (x_train, y_train), (x_test, y_test): x (N, 4) float32 in cm, the columns as in FEATURE_NAMES; y (N,) uint8,
        the kinds as in CLASS_NAMES.
    """
    x, y = _embedded.load("iris")
    return _embedded.split("iris.load_data", (x / 10.0).astype("float32"), y, test_split, seed)  # kept in mm
