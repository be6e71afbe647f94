"""Workers that make batches ahead of time.

    in_order(sequence, ...)   items of a Sequence in a given order, made by threads or processes
    Ahead                     any iterator; one that turns out slow goes on in a thread of its own
    from_process              a generator that runs in a process of its own

Whatever makes the items, they come in order, what a worker raises is raised where the item is wanted, and closing the iterator
(or dropping it, or Ctrl-C) ends the workers. (multiprocessing and concurrent.futures are imported when used: 30 ms.)
"""

from __future__ import annotations

import contextlib
import threading
import time
import warnings
from collections import deque

import numpy as np

from pyseq.core.structure import map_structure

SLOW = 0.001  # seconds an item may take before it is worth a thread: a hand-over between threads costs up to 0.1 ms
LOOK = 3  # items by whose fastest an iterator is judged


def in_order(sequence, order, workers, use_multiprocessing, max_queue_size, seed=0):
    """An iterator over sequence[k] for each k of `order`, made by `workers` threads or processes.

    At most max(max_queue_size, workers) items are under way or waiting.

    Args:
        seed: of the random numbers that NumPy and Python's `random` give in processes.
    """
    if not use_multiprocessing and workers < 2:
        return Ahead((sequence[k] for k in order), max_queue_size if workers else 0)
    if not use_multiprocessing:
        return _by_threads(sequence, order, workers, max_queue_size)
    return _by_processes(sequence, order, max(1, workers), max_queue_size, seed)


def _by_threads(sequence, order, workers, most):
    from concurrent import futures

    pool = futures.ThreadPoolExecutor(workers, thread_name_prefix="pyseq-sequence")
    finished = False
    try:
        yield from results_in_order(lambda k: pool.submit(sequence.__getitem__, k), order, max(most, workers))
        finished = True
    finally:
        pool.shutdown(wait=finished, cancel_futures=True)


def _by_processes(sequence, order, workers, most, seed):
    from concurrent import futures
    from concurrent.futures import process as process_pools

    pool = futures.ProcessPoolExecutor(workers, _context(), _start_worker, (sequence,))
    finished = False
    try:
        with _forking():
            pool.submit(int)  # starts the processes
        yield from results_in_order(lambda k: pool.submit(_item, k, seed), order, max(most, workers))
        finished = True
    except process_pools.BrokenProcessPool as e:
        raise RuntimeError("Sequence: a worker process died before it had made its batch.") from e
    finally:
        processes = list((getattr(pool, "_processes", None) or {}).values())
        results = getattr(getattr(pool, "_result_queue", None), "_writer", None)
        pool.shutdown(wait=finished, cancel_futures=True)
        if not finished:
            for p in processes:
                p.terminate()
            for p in processes:
                p.join(5)
            # Of a worker that was sending there is half a result. The pool's thread, which Python waits for when it exits,
            # would wait for the other half as long as anyone, which now is this process, could write it.
            if results is not None:
                results.close()


@contextlib.contextmanager
def _forking():
    """Context in which Python does not warn of forking with threads about: the worker uses one thread and none of ours."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
        yield


def results_in_order(submit, order, most):
    """The results of submit(k) in order, with at most `most` of them under way."""
    waiting = deque()
    try:
        for k in order:
            waiting.append(submit(k))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for f in waiting:
            f.cancel()


def _context():
    """Workers by fork where there is one: they need no copy of the data, and it need not be picklable."""
    import multiprocessing

    methods = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("fork" if "fork" in methods else "spawn")


_sequence = None  # in a worker process: what it makes items of


def _start_worker(sequence):
    import signal

    global _sequence
    _sequence = sequence
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business, which ends its workers


def _item(k, seed):
    # By the item's number, so that batches do not depend on who makes them, and forked workers are not all alike.
    import random as python_random

    key = (seed + 1_000_003 * int(k)) % 2**32
    np.random.seed(key)
    python_random.seed(key)
    return _sequence[k]


class Ahead:
    """The items of an iterator, which goes on in a thread of its own if it turns out slow.

    Args:
        iterator: what to run through.
        most: items made ahead at most; 0: never a thread.
        at_once: a thread from the beginning?
        copy: copy the arrays of items made in the thread? For iterators that may write to them again.
    """

    def __init__(self, iterator, most=10, at_once=False, copy=False):
        self._iterator = iterator
        self._most = most
        self._copy = copy
        self._seen, self._least = 0, SLOW * 2
        self._items = None
        if at_once and most:
            self._begin()

    def __iter__(self):
        return self

    def __next__(self):
        if self._items is not None:
            return next(self._items)
        if not self._most or self._seen > LOOK:
            return next(self._iterator)
        start = time.perf_counter()
        item = next(self._iterator)
        self._least = min(self._least, time.perf_counter() - start)
        self._seen += 1
        if self._seen == LOOK and self._least > SLOW:
            self._begin()
        return item

    def _begin(self):
        self._state = _Shared(self._most)
        self._items = self._state.taken()
        arguments = (self._iterator, self._state, self._copy)
        self._thread = threading.Thread(target=_run_ahead, args=arguments, name="pyseq-prefetch", daemon=True)
        self._thread.start()

    def close(self, wait=5.0):
        """End the thread; it finishes the item it is making."""
        if self._items is not None:
            self._state.stop()
            if self._thread is not threading.current_thread():
                self._thread.join(wait)
        elif hasattr(self._iterator, "close"):
            self._most = 0

    def __del__(self):
        if getattr(self, "_items", None) is not None:
            self._state.stop()


class _Shared:
    """Items on their way from a thread that makes them to the one that takes them; the latter takes all there are at once."""

    def __init__(self, most):
        self.most = most
        self.changed = threading.Condition()
        self.items = []
        self.ended = self.stopped = False
        self.error = None

    def put(self, item):
        """Add an item when there is room; False: nobody wants any more."""
        with self.changed:
            while len(self.items) >= self.most and not self.stopped:
                self.changed.wait()
            self.items.append(item)
            if len(self.items) == 1:
                self.changed.notify()
            return not self.stopped

    def end(self, error=None):
        with self.changed:
            self.ended, self.error = True, error
            self.changed.notify()

    def stop(self):
        with self.changed:
            self.stopped, self.items = True, []
            self.changed.notify_all()

    def taken(self):
        while True:
            with self.changed:
                while not self.items and not self.ended and not self.stopped:
                    self.changed.wait()
                items, self.items = self.items, []
                ended = self.ended or self.stopped
                self.changed.notify()
            yield from items
            if ended:
                if self.error is not None:
                    raise self.error
                return


def _run_ahead(iterator, state, copy):
    error = None
    try:
        for item in iterator:
            if not state.put(_copied(item) if copy else item):
                break
            del item
    except BaseException as e:  # noqa: BLE001  it is raised where the item is wanted
        error = e
    state.end(error)


def _copied(item):
    return map_structure(lambda leaf: leaf.copy() if type(leaf) is np.ndarray else leaf, item)


def from_process(generator, max_queue_size):
    """The items of a generator that runs in a process of its own; the one here stays where it is.

    Where processes cannot be forked, a generator cannot go into one: then it runs in a thread.
    """
    context = _context()
    if context.get_start_method() != "fork":
        return Ahead(generator, max_queue_size, at_once=True, copy=True)
    return _received(context, generator, max_queue_size)


def _received(context, generator, most):
    import queue

    items = context.Queue(max(1, most))
    process = context.Process(target=_send, args=(generator, items), name="pyseq-generator", daemon=True)
    with _forking():
        process.start()
    try:
        while True:
            try:
                kind, item = items.get(timeout=0.5)
            except queue.Empty:
                if process.is_alive() or not items.empty():
                    continue
                raise RuntimeError("fit: the process that ran the generator died.") from None
            if kind == "end":
                return
            if kind == "error":
                raise item
            yield item
    finally:
        process.terminate()
        process.join(5)
        items.close()


def _send(generator, items):
    import pickle
    import signal
    import traceback

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for item in generator:
            items.put(("item", item))
        items.put(("end", None))
    except BaseException as e:  # noqa: BLE001  it is raised in the parent
        text = traceback.format_exc()
        try:
            pickle.loads(pickle.dumps(e))
            e.__cause__ = RuntimeError(f"in the generator's process:\n{text}")
        except Exception:  # noqa: BLE001  one that cannot travel
            e = RuntimeError(f"in the generator's process:\n{text}")
        items.put(("error", e))
