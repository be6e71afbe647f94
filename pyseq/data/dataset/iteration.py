"""What a dataset is to who runs through it."""

from __future__ import annotations

import itertools

import numpy as np

from pyseq.core import active_trace, wrap
from pyseq.core.engine import SymbolicError
from pyseq.core.errors import OutOfRangeError
from pyseq.core.structure import map_structure
from pyseq.data.dataset.elements import Nested, as_leaf_numpy, as_leaf_tensor
from pyseq.data.dataset.node import INFINITE, UNKNOWN, Run, closable
from pyseq.data.dataset.transforming import reduced


class Iterable(Nested):
    """A pipeline, by its last node.

    Attributes:
        _node: the Node.
    """

    def __init__(self, node):
        self._node = node

    def _host_iterator(self):
        """Elements with arrays or tensors for leaves, as a generator."""
        return closable(self._node.elements(Run(self._node)))

    def __iter__(self):
        """Elements as tensors."""
        return Iterator(self)

    def as_numpy_iterator(self):
        """Elements with NumPy arrays (scalars for shape ()) for tensors."""
        return (map_structure(as_leaf_numpy, element) for element in self._host_iterator())

    def __bool__(self):
        return True

    def __len__(self):
        size = self._node.size()
        if size == INFINITE:
            raise TypeError("The dataset is infinite.")
        if size == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return size

    def __repr__(self):
        kind = getattr(self._node, "title", type(self._node).__name__)
        return f"<_{kind}Dataset element_spec={self.element_spec}>"

    @property
    def element_spec(self):
        """The structure of an element, with a TensorSpec for each tensor."""
        return self._node.element_spec

    def cardinality(self):
        """The number of elements as a tensor; -1: infinite, -2: unknown."""
        return wrap(np.array(self._node.size(), dtype=np.int64))

    def reduce(self, initial_state, reduce_func, name=None):
        """The last state of `state = reduce_func(state, element)`."""
        return map_structure(as_leaf_tensor, reduced(self._node, initial_state, reduce_func))

    def get_single_element(self, name=None):
        """The only element.

        Raises:
            ValueError: there is none, or more than one.
        """
        found = list(itertools.islice(self, 2))
        if len(found) != 1:
            raise ValueError("Dataset was empty." if not found else "Dataset had more than one element.")
        return found[0]


class Iterator:
    """One iteration of a dataset; elements as tensors."""

    def __init__(self, dataset):
        self._dataset = dataset
        self._elements = dataset._host_iterator()

    @property
    def element_spec(self):
        """Of the dataset."""
        return self._dataset.element_spec

    def __iter__(self):
        return self

    def __next__(self):
        if active_trace() is not None:
            raise SymbolicError("Dataset: its elements are not known while a function is being traced.")
        return map_structure(as_leaf_tensor, next(self._elements))

    def get_next(self):
        """The next element. OutOfRangeError: there is none."""
        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError(None, None, "End of sequence") from None
