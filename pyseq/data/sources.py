"""What `fit`, `evaluate` and `predict` are given, as batches: arrays, generators, Sequences, datasets.

steps      batches an epoch, None if not known before it is over
n          samples an epoch, None if not known
used_up    did the data end before `steps`?
stretches()      the batches of an epoch as Stretches
on_epoch_end()   after the epoch and its callbacks
close()          end threads and processes
"""

from __future__ import annotations

import numpy as np

from pyseq import random
from pyseq.core.structure import flatten
from pyseq.data.arrays import ArrayBatches, OneBatch, Stretch, batch_rows, checked_count, warn_of_end
from pyseq.data.dataset import INFINITE_CARDINALITY, Dataset
from pyseq.data.sequence import Ahead, Sequence, from_process, in_order

INFINITE = (
    "When providing an infinite dataset, you must specify the number of steps to run (if you did not intend to create an "
    "infinite dataset, make sure to not call `repeat()` on the dataset)."
)


def kind_of(x):
    """How tf.keras calls data that brings its own targets; None for arrays."""
    if isinstance(x, Dataset):
        return "dataset"
    if isinstance(x, Sequence):
        return "`keras.utils.Sequence`"
    if hasattr(x, "__next__") and hasattr(x, "__iter__"):
        return "python generator"
    return None


def batches_of(
    x, y=None, sample_weight=None, batch_size=None, steps=None, shuffle=False, epochs=1, class_weight=None, workers=1,
    use_multiprocessing=False, max_queue_size=10,
):  # fmt: skip
    """The batches of what `fit` and its kin were given.

    Args:
        steps: batches an epoch; None: all. epochs: how often arrays may be passed over.
        class_weight: {class: factor of its samples}.
        workers, use_multiprocessing, max_queue_size: who makes the batches of a generator or Sequence.
    Raises:
        ValueError: `y` or `sample_weight` beside data that brings its own; unfit arguments.
    """
    kind = kind_of(x)
    if kind is None:
        if isinstance(x, (set, frozenset)):
            raise ValueError(f"Failed to find data adapter that can handle input: {type(x)}, {type(y)}")
        weights = weighted_by_class(y, sample_weight, class_weight)
        return ArrayBatches(x, y, weights, batch_size, steps, shuffle, epochs)
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(f"`{name}` argument is not supported when using {kind} as input.")
    steps = checked_count("steps", steps, None)
    factors = class_factors(class_weight)
    if kind == "dataset":
        return DatasetBatches(x, steps, factors)
    workers = checked_count("workers", workers, 1, least=0)
    most = checked_count("max_queue_size", max_queue_size, 10, least=0)
    if kind == "python generator":
        return GeneratorBatches(x, steps, factors, workers, use_multiprocessing, most)
    return SequenceBatches(x, steps, factors, shuffle, workers, use_multiprocessing, most)


END = object()


class _Stream:
    """Batches that come one by one.

    Args:
        steps: batches an epoch, None: until they end.
        factors: of the classes, by number, for the samples' weights; or None.
    """

    n = None
    anew = False

    def __init__(self, steps, factors):
        self.steps = steps
        self.wanted = steps
        self.factors = factors
        self.used_up = False
        self._over_after = None  # batches, in the first epoch without a number of steps

    def _begin_epoch(self):
        """An iterator over the batches that come next."""
        raise NotImplementedError

    def stretches(self):
        batches = self._begin_epoch()
        most, made = self.wanted, 0
        while most is None or made < most:
            stretch = self._next(batches, None if most is None else most - made)
            if stretch is None:
                break
            made += stretch.steps
            yield stretch
        if most is None and made and self._over_after is None:
            self._over_after = made
        elif made < (most or self._over_after or 0):
            self.used_up = True
            warn_of_end(most or self._over_after)

    def _next(self, batches, most):
        """The Stretch that comes next, of no more than `most` steps; None: there is none."""
        item = next(batches, END)
        if item is END:
            return None
        x, y, sample_weight = unpacked(item)
        if self.factors is not None:
            sample_weight = weighted_by_factors(y, sample_weight, self.factors)
        return OneBatch((batch_rows(x, "x"), batch_rows(y, "y"), batch_rows(sample_weight, "sample_weight")))

    def __iter__(self):
        for stretch in self.stretches():
            for k in range(stretch.steps):
                yield stretch.batch(k)

    def on_epoch_end(self):
        """Nothing waits for it."""

    def close(self):
        """Nothing is held."""


class GeneratorBatches(_Stream):
    """Batches that a generator gives, each once: an epoch goes on where the last one ended."""

    def __init__(self, generator, steps, factors, workers, use_multiprocessing, most):
        super().__init__(steps, factors)
        if use_multiprocessing and workers:
            self._batches = from_process(generator, most)
        else:
            self._batches = Ahead(iter(generator), most if workers else 0, at_once=workers > 1, copy=True)

    def _begin_epoch(self):
        return self._batches

    def close(self):
        self._batches.close()


class SequenceBatches(_Stream):
    """The batches of a Sequence, in a new order each epoch if they are shuffled."""

    def __init__(self, sequence, steps, factors, shuffle, workers, use_multiprocessing, most):
        super().__init__(steps or len(sequence), factors)
        if not self.steps:
            raise ValueError(f"The Sequence {type(sequence).__name__} has no batches: `len` of it is 0.")
        self.sequence = sequence
        self.shuffle = bool(shuffle)
        self.workers = (
            getattr(sequence, "workers", workers) if workers == 1 else workers,
            bool(use_multiprocessing or getattr(sequence, "use_multiprocessing", False)),
            most if most != 10 else getattr(sequence, "max_queue_size", most),
        )
        self._batches = None

    def _begin_epoch(self):
        self.close()
        n = len(self.sequence)
        order = random.permutation(n).tolist() if self.shuffle else range(n)
        self._batches = in_order(self.sequence, order, *self.workers)
        return self._batches

    def on_epoch_end(self):
        self.close()
        self.sequence.on_epoch_end()

    def close(self):
        if self._batches is not None:
            self._batches.close()
            self._batches = None


class DatasetBatches(_Stream):
    """The batches of a Dataset. One of arrays is run as stretches of row numbers."""

    def __init__(self, dataset, steps, factors):
        size = int(dataset.cardinality())
        if size == INFINITE_CARDINALITY and steps is None:
            raise ValueError(INFINITE)
        if size == 0:
            raise ValueError("Expected input data to be non-empty. The dataset has no elements.")
        super().__init__(steps, factors)
        if steps is None and size > 0:
            self.steps = size
        self.dataset = dataset
        self.anew = steps is None or size == steps
        self._batches = self._run = None
        self._rows = self._rows_of(dataset)
        if self._rows is not None and steps is None:
            self.n = dataset._row_count()

    def _rows_of(self, dataset):
        """(x, y, sample_weight) as Rows of whole arrays, if the dataset only picks rows of arrays; else None."""
        arrays = dataset._batched_rows()
        if arrays is None:
            return None
        x, y, sample_weight = unpacked(arrays)
        if not all(isinstance(a, np.ndarray) and a.dtype.kind in "fiub" for a in flatten(arrays)):
            return None
        if self.factors is not None:
            sample_weight = weighted_by_factors(y, sample_weight, self.factors)
        return batch_rows(x, "x"), batch_rows(y, "y"), batch_rows(sample_weight, "sample_weight")

    def _begin_epoch(self):
        if self._batches is None or self.anew:
            self.close()
            self._run = None
            self._batches = self.dataset._index_runs() if self._rows is not None else self.dataset._host_iterator()
        return self._batches

    def _next(self, batches, most):
        if self._rows is None:
            return super()._next(batches, most)
        run, self._run = self._run or next(batches, None), None
        if run is None:
            return None
        order, start, size, steps = run
        now = steps if most is None else min(steps, most)
        if now < steps:
            self._run = (order, start + now * size, size, steps - now)
        return Stretch(self._rows, order, start, size, now)

    def close(self):
        if self._batches is not None:
            self._batches.close()
            self._batches = None


def unpacked(item):
    """(x, y, sample_weight) of what a generator or dataset gave for a batch.

    Raises:
        ValueError: it has more parts.
    """
    if isinstance(item, list):
        item = tuple(item)
    if not isinstance(item, tuple):
        return item, None, None
    if not 1 <= len(item) <= 3:
        raise ValueError(
            "Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`, found: a tuple of "
            f"{len(item)}."
        )
    return (*item, *(None,) * (3 - len(item)))


def class_factors(class_weight):
    """The factor of each class, by its number, or None.

    Raises:
        ValueError: the keys are not 0, 1, 2, ...
    """
    if class_weight is None:
        return None
    if sorted(class_weight) != list(range(len(class_weight))):
        raise ValueError(
            "Expected `class_weight` to be a dict with keys from 0 to one less than the number of classes, found "
            f"{class_weight}"
        )
    return np.array([class_weight[k] for k in range(len(class_weight))], dtype="float32")


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
        raise ValueError(f"`class_weight` must have a factor for every class. Missing: {missing[:10]}.")
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
