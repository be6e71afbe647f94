"""Input pipelines: arrays, generators, Sequences and datasets as batches. Also the face of tf.data."""

from pyseq._faces import missing as _missing
from pyseq.data.arrays import ArrayBatches, split_for_validation
from pyseq.data.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
    Iterator,
    Options,
    TextLineDataset,
)
from pyseq.data.sequence import PyDataset, Sequence
from pyseq.data.spec import DatasetSpec

__all__ = [
    "AUTOTUNE", "ArrayBatches", "Dataset", "DatasetSpec", "INFINITE_CARDINALITY", "Iterator", "Options", "PyDataset",
    "Sequence", "TextLineDataset", "UNKNOWN_CARDINALITY", "split_for_validation",
]  # fmt: skip

__getattr__ = _missing(__name__, lambda: __all__, {"experimental": "pyseq.data.experimental"})
