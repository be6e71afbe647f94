"""Nodes that mix several datasets or sort elements into groups."""

from __future__ import annotations

import bisect

import numpy as np

from pyseq import random
from pyseq.core.structure import flatten
from pyseq.data.dataset.batching import PaddedBatch, stacked
from pyseq.data.dataset.calls import Call, merged_specs
from pyseq.data.dataset.elements import as_leaf_array
from pyseq.data.dataset.node import INFINITE, UNKNOWN, Node, Of

DRAWN = 256  # choices drawn at once


class Unique(Of):
    """The elements that did not come before."""

    def size(self):
        return UNKNOWN

    def make(self, run):
        seen = set()
        for element in self.source.elements(run):
            leaves = [as_leaf_array(leaf) for leaf in flatten(element)]
            key = tuple((a.shape, tuple(a.ravel()) if a.dtype.kind == "O" else a.tobytes()) for a in leaves)
            if key not in seen:
                seen.add(key)
                yield element


class _Mixed(Node):
    """Elements of several nodes by turns.

    Args:
        stop: end with the first that ends? Else those that ended are passed over.
    """

    def __init__(self, nodes, stop):
        self.inputs, self.mixed, self.stop = tuple(nodes), tuple(nodes), stop

    def spec(self):
        made = self.mixed[0].element_spec
        for node in self.mixed[1:]:
            made = merged_specs(made, node.element_spec)
        return made

    def size(self):
        return UNKNOWN

    def choices(self, run):
        """An iterator of the numbers of the nodes whose element comes next."""
        raise NotImplementedError

    def make(self, run):
        iterators = [iter(node.elements(run)) for node in self.mixed]
        left = set(range(len(iterators)))
        for k in self.choices(run):
            if not 0 <= k < len(iterators):
                raise ValueError(f"choose_from_datasets: there are {len(iterators)} datasets. Received: choice={k}.")
            element = next(iterators[k], None) if k in left else None
            if element is not None:
                yield element
                continue
            left.discard(k)
            if self.stop or not left:
                return


class DirectedInterleave(_Mixed):
    """The datasets that another one names by number."""

    def __init__(self, nodes, choice, stop):
        super().__init__(nodes, stop)
        self.inputs, self.choice = (*nodes, choice), choice

    def choices(self, run):
        return (int(np.asarray(k)) for k in self.choice.elements(run))


class Sampled(_Mixed):
    """The datasets at random, with their weights."""

    title = "SampleFromDatasets"

    def __init__(self, nodes, weights, seed, stop):
        super().__init__(nodes, stop)
        self.edges = np.cumsum(weights) / np.sum(weights)
        self.seed = seed
        self.draws = seed is None

    def size(self):
        return INFINITE if all(node.size() == INFINITE for node in self.mixed) else UNKNOWN

    def choices(self, run):
        state = random.SeedGenerator(run.seed(self) if self.seed is None else self.seed)
        last = len(self.edges) - 1
        while True:
            drawn = random.uniform((DRAWN,), seed=state).numpy()
            yield from np.minimum(np.searchsorted(self.edges, drawn, side="right"), last).tolist()


class Bucketed(Of):
    """Batches of elements of about one length.

    Args:
        length: function of an element. boundaries: lengths at which the next bucket begins. sizes: batch size of each bucket.
        shapes, values: as of a padded batch. to_boundary: pad to the longest that a bucket holds? pad: pad at all?
        drop: leave the batches out that are not full at the end?
    """

    title = "GroupByWindow"

    def __init__(self, source, length, boundaries, sizes, shapes, values, to_boundary, pad, drop):
        super().__init__(source)
        self.length = Call(length)
        self.boundaries, self.sizes, self.to_boundary, self.pad, self.drop = boundaries, sizes, to_boundary, pad, drop
        self.padding = PaddedBatch(source, 1, shapes, values, False)

    def spec(self):
        return self.padding.spec()

    def size(self):
        return UNKNOWN

    def make(self, run):
        buckets = [[] for _ in self.sizes]
        for element in self.source.elements(run):
            k = bisect.bisect_right(self.boundaries, int(np.asarray(self.length.raw(element))))
            buckets[k].append(element)
            if len(buckets[k]) == self.sizes[k]:
                yield self._batch(buckets[k], k)
                buckets[k] = []
        for k, group in enumerate(buckets):
            if group and not self.drop:
                yield self._batch(group, k)

    def _batch(self, group, k):
        if not self.pad:
            return stacked(group)
        if not self.to_boundary:
            return self.padding.together(group)
        if k == len(self.boundaries):
            raise ValueError(
                "bucket_by_sequence_length: When pad_to_bucket_boundary=True, elements must have length < "
                f"max(bucket_boundaries). Received: bucket_boundaries={self.boundaries}."
            )
        return self.padding.together(group, fill=self.boundaries[k] - 1)


def checked_buckets(boundaries, sizes):
    """Both as lists of int, sizes one more than boundaries, which rise."""
    boundaries, sizes = [int(b) for b in boundaries], [int(n) for n in sizes]
    if len(sizes) != len(boundaries) + 1:
        raise ValueError(
            f"`len(bucket_batch_sizes)` must equal `len(bucket_boundaries) + 1` but is {len(sizes)}, and there are "
            f"{len(boundaries)} boundaries."
        )
    if boundaries != sorted(boundaries) or min(sizes) < 1:
        raise ValueError(
            "bucket_by_sequence_length: `bucket_boundaries` must rise and batch sizes be at least 1. Received: "
            f"bucket_boundaries={boundaries}, bucket_batch_sizes={sizes}."
        )
    return boundaries, sizes


def same_elements(who, datasets):
    """Check that the elements of datasets have one structure and the same types."""
    kinds = [[getattr(s, "dtype", None) for s in flatten(d.element_spec)] for d in datasets]
    if not datasets or any(k != kinds[0] for k in kinds):
        raise TypeError(
            f"{who}: the datasets must have elements of one kind. Received: {[d.element_spec for d in datasets]}."
        )
