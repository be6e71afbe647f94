"""tf.data.experimental: older names of what tf.data has."""

from pyseq._faces import missing as _missing
from pyseq.data.dataset import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "cardinality"]


def cardinality(dataset):
    """The number of elements of a dataset as a tensor; -1: infinite, -2: unknown."""
    return dataset.cardinality()


__getattr__ = _missing(__name__, lambda: __all__)
