"""Enqueuers: the order of what they give, where errors come out, what stops."""

import itertools
import threading

import numpy as np
import pytest

from pyseq.utils import GeneratorEnqueuer, OrderedEnqueuer, Sequence


class Numbers(Sequence):
    def __init__(self):
        self.epochs = 0

    def __len__(self):
        return 3

    def __getitem__(self, k):
        return k + 10 * self.epochs

    def on_epoch_end(self):
        self.epochs += 1


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches_come_in_order_epoch_after_epoch(workers):
    enqueuer = OrderedEnqueuer(Numbers())
    assert not enqueuer.is_running()
    enqueuer.start(workers, max_queue_size=4)
    assert enqueuer.is_running()
    assert list(itertools.islice(enqueuer.get(), 8)) == [0, 1, 2, 10, 11, 12, 20, 21]
    enqueuer.stop()
    assert not enqueuer.is_running()
    assert list(enqueuer.get()) == []


def test_processes_give_the_same():
    enqueuer = OrderedEnqueuer(Numbers(), use_multiprocessing=True)
    enqueuer.start(workers=2)
    assert list(itertools.islice(enqueuer.get(), 5)) == [0, 1, 2, 10, 11]
    enqueuer.stop()


def test_shuffled_epochs_hold_every_batch():
    enqueuer = OrderedEnqueuer(Numbers(), shuffle=True)
    np.random.seed(0)
    enqueuer.start()
    seen = list(itertools.islice(enqueuer.get(), 30))
    enqueuer.stop()
    epochs = [seen[i : i + 3] for i in range(0, 30, 3)]
    assert [sorted(e) for e in epochs] == [[10 * n, 10 * n + 1, 10 * n + 2] for n in range(10)]
    assert any(e != sorted(e) for e in epochs)


@pytest.mark.parametrize("use_multiprocessing", [False, True])
def test_a_generator_ends_and_its_error_comes_out(use_multiprocessing):
    def failing():
        yield 1
        raise KeyError("mine")

    enqueuer = GeneratorEnqueuer(iter([1, 2]), use_multiprocessing)
    enqueuer.start()
    assert list(enqueuer.get()) == [1, 2]
    enqueuer.stop()
    enqueuer = GeneratorEnqueuer(failing(), use_multiprocessing)
    enqueuer.start()
    items = enqueuer.get()
    assert next(items) == 1
    with pytest.raises(KeyError, match="mine"):
        next(items)
    enqueuer.stop()


def test_random_seed_is_that_of_the_process():
    def drawn():
        while True:
            yield float(np.random.rand())

    enqueuer = GeneratorEnqueuer(drawn(), use_multiprocessing=True, random_seed=3)
    enqueuer.start()
    first = next(enqueuer.get())
    enqueuer.stop()
    assert first == np.random.RandomState(3).rand()


def test_stop_ends_the_threads():
    before = threading.active_count()
    enqueuer = GeneratorEnqueuer(itertools.count())
    enqueuer.start(max_queue_size=2)
    assert next(enqueuer.get()) == 0
    enqueuer.stop()
    assert threading.active_count() == before
