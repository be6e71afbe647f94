"""Nodes: the steps of a pipeline. Each knows the ones before it (`inputs`) and makes its elements of theirs.

An iteration asks the last node for elements, which asks the one before it, and so on. On the way elements have NumPy arrays
(or tensors, where a function made them) as leaves.

A node that only chooses rows of arrays need not touch them: it `picks`, and deals in pieces (pieces.py).
"""

from __future__ import annotations

from pyseq import random
from pyseq.data.dataset.pieces import batch_elements, row_elements

INFINITE, UNKNOWN = -1, -2  # sizes


class Node:
    """A step of a pipeline.

    Attributes:
        inputs: the nodes before it.
        picks: ("rows" or "batches", structure of arrays) of a node that only chooses rows of arrays; else None.
        draws: does it need random numbers that follow from no seed of its own?
    """

    inputs = ()
    picks = None
    draws = False

    def spec(self):
        """The structure of TensorSpecs of its elements."""
        return self.inputs[0].element_spec

    def size(self):
        """How many elements; INFINITE, UNKNOWN."""
        return self.inputs[0].size()

    def row_count(self):
        """For nodes that pick: the rows in all of its elements; None if that is not known."""
        return None

    def make(self, run):
        """An iterator of elements."""
        raise NotImplementedError

    def pieces(self, run):
        """For nodes that pick: an iterator of pieces."""
        raise NotImplementedError

    def memory(self):
        """What decides the order of the next iteration beside the global generator; for `remember`."""
        return None

    def remember(self, memory):
        """Go back to `memory`."""

    def options(self):
        """The settings given to it and to those before it; None if none were."""
        return self.inputs[0].options() if self.inputs else None

    @property
    def element_spec(self):
        if "_spec" not in self.__dict__:
            self._spec = self.spec()
        return self._spec

    def elements(self, run):
        """An iterator of elements, however it comes by them."""
        if self.picks is None:
            return self.make(run)
        kind, arrays = self.picks
        return (row_elements if kind == "rows" else batch_elements)(arrays, self.pieces(run))


class Of(Node):
    """A node with one before it."""

    def __init__(self, source):
        self.inputs = (source,)

    @property
    def source(self):
        return self.inputs[0]


class Run:
    """One iteration of a pipeline: where the order of its unseeded shuffles comes from.

    Drawn once, by the thread that begins to iterate: threads further up shuffle the same whenever they come to it.

    Args:
        node: the last of the pipeline. key: of an earlier iteration, to have its order again.
    """

    def __init__(self, node, key=None):
        nodes = list(walk(node))
        self.numbers = {id(n): k for k, n in enumerate(nodes)}
        self.counts = {}
        self.key = key
        if key is None and any(n.draws for n in nodes):
            self.key = int(random.randint((), 0, 2**62, "int64").numpy())

    def seed(self, node):
        """A seed for the node's next shuffle of this iteration."""
        k = self.counts[id(node)] = self.counts.get(id(node), -1) + 1
        return self.key + (self.numbers.get(id(node), len(self.numbers)) << 40) + k


def walk(node):
    """The node and all that lead to it."""
    yield node
    for n in node.inputs:
        yield from walk(n)


def closable(iterator):
    """A generator of the items, which can be closed; so is what it runs through."""
    yield from iterator
