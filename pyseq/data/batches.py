"""What `fit`, `evaluate` and `predict` are given, as batches: arrays, generators, Sequences, datasets.

steps            batches an epoch, None if not known before it is over
n                samples an epoch, None if not known
used_up          did the data end before `steps`?
stretches()      the batches of an epoch as Stretches
sample()         a Stretch of them, without moving on
position(), go_on()   where it stands, and the way back there
on_epoch_end()   after the epoch and its callbacks
close()          end threads and processes
"""

from __future__ import annotations

import numpy as np

from pyseq import random
from pyseq.core.structure import flatten
from pyseq.data.arrays import ArrayBatches, checked_count, warn_of_end
from pyseq.data.class_weights import class_factors, weighted_by_class, weighted_by_factors
from pyseq.data.dataset.dataset import Dataset
from pyseq.data.dataset.node import INFINITE, Run, closable, walk
from pyseq.data.dataset.picking import after
from pyseq.data.dataset.pieces import cut
from pyseq.data.sequence import Sequence
from pyseq.data.stretches import OneBatch, Stretch, batch_rows
from pyseq.data.workers import Ahead, from_process, in_order

NO_END = (
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


class Stream:
    """Batches that come one by one.

    Args:
        steps: batches an epoch, None: until they end.
        factors: of the classes, by number, for the samples' weights; or None.
    """

    n = None
    anew = False  # does each epoch begin a new iteration?

    def __init__(self, steps, factors):
        self.steps = steps
        self.wanted = steps
        self.factors = factors
        self.used_up = False
        self._over_after = None  # batches, in the first epoch without a number of steps
        self._waiting = []  # an item that was looked at, but not used
        self._taken = self._taken_before = 0  # batches since the iteration began; when the epoch began
        self._skip = 0  # batches of the coming epoch that were run before: see `go_on`

    def stretches(self):
        """The batches of an epoch as Stretches. Warns when they end before `steps`."""
        made, self._skip = self._skip, 0
        batches = self._begin_epoch(made)
        most = self.wanted
        self._taken_before = self._taken - made
        while most is None or made < most:
            stretch = self._next(batches, None if most is None else most - made)
            if stretch is None:
                break
            made += stretch.steps
            self._taken += stretch.steps
            yield stretch
        if most is None and made and self._over_after is None:
            self._over_after = made
        elif made < (most or self._over_after or 0):
            self.used_up = True
            warn_of_end(most or self._over_after)

    def _begin_epoch(self, skip):
        """An iterator over the batches that come next. skip: batches of the epoch that are done already."""
        raise NotImplementedError

    def _next(self, batches, most):
        """The Stretch that comes next, of no more than `most` steps; None: there is none."""
        item = self._waiting.pop() if self._waiting else next(batches, END)
        return None if item is END else self._stretch(item)

    def _stretch(self, item):
        x, y, sample_weight = unpacked(item)
        if self.factors is not None:
            sample_weight = weighted_by_factors(y, sample_weight, self.factors)
        return OneBatch((batch_rows(x, "x"), batch_rows(y, "y"), batch_rows(sample_weight, "sample_weight")))

    def __iter__(self):
        """(x, y, sample_weight) of each batch of an epoch, as tensors."""
        for stretch in self.stretches():
            for k in range(stretch.steps):
                yield stretch.batch(k)

    def sample(self):
        """A Stretch like those to come, None if there is none. The batches stay where they are; random state may move."""
        raise NotImplementedError

    def position(self, batch=None):
        """Where it stands once the first `batch` batches of the epoch are done (None: all of them); for `go_on`."""
        taken = self._taken if batch is None else self._taken_before + batch
        return {"batch": batch or 0, "taken": taken, "over_after": self._over_after, **self._place(batch)}

    def _place(self, batch):
        return {}

    def go_on(self, position):
        """Let the next epoch be what is left of one at `position`. The data must be as it was when that one began."""
        self._skip, self._taken, self._over_after = position["batch"], position["taken"], position["over_after"]

    def on_epoch_end(self):
        """Nothing waits for it."""

    def close(self):
        """Nothing is held."""


class GeneratorBatches(Stream):
    """Batches that a generator gives, each once: an epoch goes on where the last one ended."""

    def __init__(self, generator, steps, factors, workers, use_multiprocessing, most):
        super().__init__(steps, factors)
        if use_multiprocessing and workers:
            self._batches = from_process(generator, most)
        else:
            self._batches = Ahead(iter(generator), most if workers else 0, at_once=workers > 1, copy=True)

    def _begin_epoch(self, skip):
        return self._batches

    def sample(self):
        item = self._waiting.pop() if self._waiting else next(self._batches, END)
        self._waiting.append(item)
        return None if item is END else self._stretch(item)

    def go_on(self, position):
        super().go_on(position)
        for _ in range(self._taken):
            self._next(self._batches, 1)

    def close(self):
        self._batches.close()


class SequenceBatches(Stream):
    """The batches of a Sequence, in a new order each epoch if they are shuffled.

    As in tf.keras, batch 0 is asked for once more before the first epoch, and Python's `random` shuffles: what a Sequence draws by
    the way, as ImageDataGenerator's do, is what it draws there.
    """

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
        self._looked_at = False  # batch 0, before the first epoch
        self._drawn = None  # {"order", "seed"} of the epoch

    def _begin_epoch(self, skip):
        self.close()
        if not self._looked_at:
            self._first()
        if not skip or self._drawn is None:
            self._drawn = self._draw()
        order = self._drawn["order"][skip:].tolist()
        self._batches = in_order(self.sequence, order, *self.workers, self._drawn["seed"])
        return self._batches

    def _draw(self):
        order = list(range(len(self.sequence)))
        if self.shuffle:
            import random as python_random  # not before: a millisecond

            python_random.shuffle(order)
        seed = int(random.randint((), 0, 2**31 - 1, "int64").numpy()) if self.workers[1] else 0
        return {"order": np.array(order, "int64"), "seed": seed}

    def _first(self):
        self._looked_at = True
        return self.sequence[0]

    def sample(self):
        return self._stretch(self._first())

    def _place(self, batch):
        return {"drawn": self._drawn}

    def go_on(self, position):
        super().go_on(position)
        self._drawn = position["drawn"]

    def on_epoch_end(self):
        self.close()
        self.sequence.on_epoch_end()

    def close(self):
        if self._batches is not None:
            self._batches.close()
            self._batches = None


class DatasetBatches(Stream):
    """The batches of a Dataset. One of arrays is run as stretches of row numbers."""

    def __init__(self, dataset, steps, factors):
        self.node = dataset._node
        size = self.node.size()
        if size == INFINITE and steps is None:
            raise ValueError(NO_END)
        if size == 0:
            raise ValueError("Expected input data to be non-empty. The dataset has no elements.")
        super().__init__(steps, factors)
        if steps is None and size > 0:
            self.steps = size
        self.anew = steps is None or size == steps
        self._batches = self._run = None
        self._begun = None  # what its iteration began with
        self._rows = self._rows_of(self.node.picks)
        if self._rows is not None and steps is None:
            self.n = self.node.row_count()

    def _rows_of(self, picks):
        """(x, y, sample_weight) as Rows of whole arrays, if the dataset only picks rows of arrays; else None."""
        if picks is None or picks[0] != "batches":
            return None
        arrays = picks[1]
        if not all(isinstance(a, np.ndarray) and a.dtype.kind in "fiub" for a in flatten(arrays)):
            return None
        x, y, sample_weight = unpacked(arrays)
        if self.factors is not None:
            sample_weight = weighted_by_factors(y, sample_weight, self.factors)
        return batch_rows(x, "x"), batch_rows(y, "y"), batch_rows(sample_weight, "sample_weight")

    def _begin_epoch(self, skip):
        if self._batches is None or self.anew and not skip:
            self.close()
            self._batches, self._taken = self._open(), 0
        return self._batches

    def _open(self, key=None):
        """A new iteration; with the key of an earlier one, in its order."""
        memories = self._memories()
        run = Run(self.node, key)
        self._begun = {"key": run.key, "memories": memories}
        return closable(self.node.elements(run) if self._rows is None else self.node.pieces(run))

    def _memories(self):
        return [node.memory() for node in walk(self.node)]

    def _remember(self, memories):
        for node, memory in zip(walk(self.node), memories, strict=True):
            node.remember(memory)

    def _next(self, batches, most):
        if self._rows is None:
            return super()._next(batches, most)
        run, self._run = self._run or next(batches, None), None
        if run is None:
            return None
        order, start, size, steps = run
        now = steps if most is None else min(steps, most)
        if now < steps:
            self._run = cut(run, now, steps - now)
        return Stretch(self._rows, order, start, size, now)

    def sample(self):
        memories, begun, waiting = self._memories(), self._begun, self._run
        batches = self._open()
        try:
            self._run = None
            return self._next(batches, None)
        finally:
            batches.close()
            self._begun, self._run = begun, waiting
            self._remember(memories)

    def _place(self, batch):
        if self._batches is None or self.anew and batch is None:  # the next epoch begins an iteration
            return {"begun": None, "memories": self._memories()}
        return {"begun": self._begun, "memories": self._begun["memories"]}

    def go_on(self, position):
        super().go_on(position)
        self._remember(position["memories"])
        if position["begun"] is None:
            return
        self.close()
        self._batches = batches = self._open(position["begun"]["key"])
        if self._rows is not None:
            self._batches = closable(after(batches, self._taken))
            return
        for _ in range(self._taken):
            next(batches, END)

    def close(self):
        if self._batches is not None:
            self._batches.close()
            self._batches = self._run = None


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
