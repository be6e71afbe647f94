"""Batches by number: what a user subclasses. Workers make them ahead of time: workers.py."""

from __future__ import annotations


class Sequence:
    """Data as numbered batches. Subclass it and define `__getitem__` and `__len__`.

    `__getitem__(k)` gives x, (x, y) or (x, y, sample_weight) of batch k, `__len__()` the number of batches an epoch, and
    `on_epoch_end()`, if defined, is called after each epoch. Source: tf.keras.utils.Sequence.

    Example:
        >>> class Squares(keras.utils.Sequence):
        ...     def __len__(self):
        ...         return 10
        ...     def __getitem__(self, k):
        ...         x = np.arange(32 * k, 32 * (k + 1), dtype="float32")[:, None]
        ...         return x, x * x
    """

    def __getitem__(self, index):
        """Batch number `index`."""
        raise NotImplementedError(f"{type(self).__name__}: a Sequence must define `__getitem__(self, index)`.")

    def __len__(self):
        """The number of batches."""
        raise NotImplementedError(f"{type(self).__name__}: a Sequence must define `__len__(self)`.")

    def on_epoch_end(self):
        """Called after every epoch."""

    def __iter__(self):
        """All batches, once."""
        for k in range(len(self)):
            yield self[k]


class PyDataset(Sequence):
    """A Sequence that says itself which workers it wants. Source: keras.utils.PyDataset of Keras 3."""

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    @property
    def num_batches(self):
        """The number of batches."""
        return len(self)
