"""tf.data.Dataset: pipelines of elements, each a structure of tensors.

    Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(32).repeat()
        TensorSlice                    Shuffle        Batch     Repeat      each node knows the one before it

dataset.py       Dataset: the public methods
iteration.py     what it is to who runs through it
node.py          what a node is, and one iteration of a pipeline
sources.py       nodes that begin: arrays, generators, files
picking.py       nodes that choose among elements: shuffle, repeat, take, zip, ...
batching.py      nodes that put elements together or take them apart
mixing.py        nodes that mix several datasets or sort elements into groups
transforming.py  nodes that call functions; calls.py: a function on elements
pieces.py        rows and batches by number, which `fit` gives to plans
elements.py      the leaves of elements
"""

from pyseq.data.dataset.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
    TextLineDataset,
)
from pyseq.data.dataset.iteration import Iterator
from pyseq.data.dataset.options import Options

__all__ = [
    "AUTOTUNE", "Dataset", "INFINITE_CARDINALITY", "Iterator", "Options", "TextLineDataset", "UNKNOWN_CARDINALITY",
]  # fmt: skip
