"""Batches made ahead of time, for training loops of one's own: `fit` and its sisters do it by themselves."""

from __future__ import annotations

import itertools

import numpy as np

from pyseq.data.workers import Ahead, from_process, in_order


class SequenceEnqueuer:
    """Makes items ahead of time, between `start` and `stop`.

    Args:
        sequence: where the items come from.
        use_multiprocessing: by processes, not threads?
    Source: tf.keras.utils.SequenceEnqueuer.
    """

    def __init__(self, sequence, use_multiprocessing=False):
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self._items = None

    def is_running(self):
        """Between `start` and `stop`?"""
        return self._items is not None

    def start(self, workers=1, max_queue_size=10):
        """Begin.

        Args:
            workers: how many make items; 0: they are made when they are wanted.
            max_queue_size: items that wait at most.
        """
        self.stop()
        self._items = self._made(workers, max_queue_size)

    def stop(self, timeout=None):
        """End the workers.

        Args:
            timeout: not needed: nobody is waited for longer than 5 s.
        """
        del timeout
        items, self._items = self._items, None
        if hasattr(items, "close"):
            items.close()

    def get(self):
        """The items, in order.

        Raises:
            What a worker raised, where its item would be.
        """
        while self._items is not None:
            try:
                yield next(self._items)
            except StopIteration:
                return

    def _made(self, workers, max_queue_size):
        raise NotImplementedError(f"{type(self).__name__}: must define where its items come from.")


class OrderedEnqueuer(SequenceEnqueuer):
    """The batches of a Sequence, epoch after epoch without end, in order whatever the number of workers.

    Args:
        sequence, use_multiprocessing: see `SequenceEnqueuer`.
        shuffle: the batches of each epoch in another order (NumPy's random numbers)?
    Source: tf.keras.utils.OrderedEnqueuer.
    """

    def __init__(self, sequence, use_multiprocessing=False, shuffle=False):
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _made(self, workers, max_queue_size):
        for epoch in itertools.count():
            order = list(range(len(self.sequence)))
            if self.shuffle:
                np.random.shuffle(order)
            yield from in_order(self.sequence, order, workers, self.use_multiprocessing, max_queue_size, seed=epoch)
            self.sequence.on_epoch_end()


class GeneratorEnqueuer(SequenceEnqueuer):
    """The items of a generator.

    Args:
        generator: it is run by one worker, since there is one of it.
        use_multiprocessing: see `SequenceEnqueuer`.
        random_seed: for a generator in a process: seeds NumPy's random numbers there; None: they go on from here.
    Source: tf.keras.utils.GeneratorEnqueuer.
    """

    def __init__(self, generator, use_multiprocessing=False, random_seed=None):
        super().__init__(generator, use_multiprocessing)
        self.random_seed = random_seed

    def _made(self, workers, max_queue_size):
        if self.use_multiprocessing and workers:
            return from_process(_seeded(self.sequence, self.random_seed), max_queue_size)
        return Ahead(self.sequence, max_queue_size if workers else 0, at_once=True)


def _seeded(generator, seed):
    if seed is not None:
        np.random.seed(seed)
    yield from generator
