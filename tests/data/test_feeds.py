"""Generators, Sequences and datasets in fit: who makes the batches, in what order, and what happens when something goes wrong."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from pyseq import layers

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((60, 5)).astype("f4"), rng.integers(0, 3, 60)


def model(**compile):
    keras.utils.set_random_seed(3)
    m = keras.Sequential(
        [
            layers.Dense(8, activation="relu", input_shape=(5,)),
            layers.Dropout(0.3),
            layers.Dense(3, activation="softmax"),
        ]
    )
    m.compile(**{"optimizer": "adam", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], **compile})
    return m


def trained(x, y=None, compile=None, **fit):
    m = model(**(compile or {}))
    m.fit(x, y, verbose=0, **{"epochs": 3, **fit})
    return [w.tobytes() for w in m.get_weights()]


class Numbered(keras.utils.Sequence):
    """Batches of 10, made in a little time; keeps who made which."""

    def __init__(self, seconds=0.0, fail=None):
        self.seconds, self.fail = seconds, fail
        self.made = []

    def __len__(self):
        return 6

    def __getitem__(self, k):
        self.made.append((k, threading.current_thread().name, os.getpid()))
        if self.seconds:
            time.sleep(self.seconds)
        if k == self.fail:
            raise LookupError(f"batch {k}")
        return X[10 * k : 10 * k + 10], Y[10 * k : 10 * k + 10]


def endless(seconds=0.0):
    while True:
        for k in range(6):
            if seconds:
                time.sleep(seconds)
            yield X[10 * k : 10 * k + 10], Y[10 * k : 10 * k + 10]


def threads():
    """Names of the threads of ours that are there, once those that were told to end have ended."""
    for _ in range(100):
        found = [t.name for t in threading.enumerate() if t.name.startswith("pyseq")]
        if not found:
            break
        time.sleep(0.02)
    return found


def children():
    import multiprocessing

    for _ in range(100):
        if not multiprocessing.active_children():
            break
        time.sleep(0.02)
    return multiprocessing.active_children()


PLAIN = {"batch_size": 10, "shuffle": False}
WORKERS = [
    {},
    {"workers": 0},
    {"workers": 3},
    {"workers": 2, "use_multiprocessing": True},
    {"workers": 2, "max_queue_size": 1},
]


# ------------------------------------------------------------------------------------------ the same bits


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("seconds", [0, 0.002])
def test_a_sequence_gives_the_bits_of_its_arrays_whoever_makes_it(workers, seconds):
    assert trained(Numbered(seconds), shuffle=False, **workers) == trained(X, Y, **PLAIN)
    assert not threads()
    assert not children()


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("seconds", [0, 0.002])
def test_a_generator_gives_the_bits_of_its_arrays_whoever_runs_it(workers, seconds):
    assert trained(endless(seconds), steps_per_epoch=6, **workers) == trained(X, Y, **PLAIN)
    assert not threads()
    assert not children()


@pytest.mark.parametrize("dataset", [
    lambda d: d.batch(10),
    lambda d: d.batch(10).prefetch(2),
    lambda d: d.batch(10).cache(),
    lambda d: d.map(lambda x, y: (x, y)).batch(10),
    lambda d: d.batch(10).map(lambda x, y: (x, y)).prefetch(tf.data.AUTOTUNE),
    lambda d: d.batch(5).unbatch().batch(10),
])  # fmt: skip
def test_a_dataset_gives_the_bits_of_its_arrays(dataset):
    assert trained(dataset(tf.data.Dataset.from_tensor_slices((X, Y)))) == trained(X, Y, **PLAIN)


@pytest.mark.parametrize("data", ["arrays", "dataset", "dataset of elements", "sequence", "generator"])
def test_the_same_bits_planned_and_eager(data):
    d = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(60)
    of = {
        "arrays": (X, {"y": Y, "batch_size": 16}),
        "dataset": (d.batch(16), {}),
        "dataset of elements": (d.map(lambda x, y: (x, y)).batch(16), {}),
        "sequence": (Numbered(), {}),
        "generator": (None, {"steps_per_epoch": 6}),
    }
    x, fit = of[data]
    fit["class_weight"] = {0: 1.0, 1: 2.0, 2: 0.5}
    planned = trained(endless() if x is None else x, **fit)
    assert trained(endless() if x is None else x, compile={"run_eagerly": True}, **fit) == planned


def test_rows_and_elements_of_a_dataset_come_in_the_same_order_in_every_epoch():
    seen = []

    class Look(keras.Sequential):
        def train_step(self, data):
            seen[-1].append(data[1].numpy().tolist())
            return super().train_step(data)

    d = tf.data.Dataset.from_tensor_slices((X, np.arange(60))).shuffle(60, seed=1).batch(16)
    m = Look([layers.Dense(60, activation="softmax", input_shape=(5,))])
    m.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    seen.append([])
    m.fit(d, epochs=2, verbose=0)
    other = tf.data.Dataset.from_tensor_slices((X, np.arange(60))).shuffle(60, seed=1).batch(16)
    expected = [y.numpy().tolist() for _ in range(2) for _, y in other]
    assert seen[-1] == expected
    assert sorted(sum(expected[:4], [])) == list(range(60))


def test_the_batches_of_a_sequence_are_shuffled_each_epoch():
    s = Numbered()
    model().fit(s, epochs=2, verbose=0)
    _, *numbers = [k for k, *_ in s.made]
    assert sorted(numbers[:6]) == sorted(numbers[6:]) == list(range(6))
    assert numbers[:6] != numbers[6:] or numbers[:6] != list(range(6))
    s = Numbered()
    model().evaluate(s, verbose=0)
    assert [k for k, *_ in s.made] == [0, *range(6)]


@pytest.mark.parametrize("workers", WORKERS[:3])
def test_a_sequence_is_asked_for_what_tf_keras_asks_it_for(workers):
    """Batch 0 once more before all, then epochs in the order Python's `random` gives: seen in tf.keras 2.15.1."""
    import random

    class Called(Numbered):
        def on_epoch_end(self):
            self.made.append(("end",))

    def called(run, **kwargs):
        s = Called(0.0)
        run(s, verbose=0, **kwargs, **workers)
        return [k for k, *_ in s.made]

    every, m = list(range(6)), model()
    assert called(m.fit, shuffle=False, epochs=2) == [0, *every, "end", *every, "end"]
    assert called(m.evaluate) == called(m.predict) == [0, *every, "end"]
    validated = Called()
    m.fit(Numbered(), epochs=2, verbose=0, validation_data=validated)
    assert [k for k, *_ in validated.made] == [0, *every, "end", *every, "end"]

    random.seed(3)
    expected = [0]
    for _ in range(2):
        order = every[:]
        random.shuffle(order)
        expected += [*order, "end"]
    random.seed(3)
    made = called(m.fit, epochs=2)
    if workers.get("workers", 1) < 2:
        assert made == expected
    else:  # the threads' calls come in about that order
        assert [sorted(made[k : k + 6]) for k in (1, 8)] == [every, every]


def test_a_seeded_image_generator_trains_as_in_tf_keras():
    import random

    images = keras.preprocessing.image.ImageDataGenerator(rotation_range=20)
    x = np.arange(8 * 4 * 4, dtype="float32").reshape(8, 4, 4, 1)
    flow = images.flow(x, np.arange(8.0), batch_size=2, seed=1)
    m = keras.Sequential([layers.Flatten(input_shape=(4, 4, 1)), layers.Dense(1, kernel_initializer="zeros")])
    m.compile(keras.optimizers.SGD(1e-5), "mse")
    random.seed(0)
    losses = m.fit(flow, epochs=3, verbose=0).history["loss"]
    # tf.keras 2.15.1; images are turned in float32 by other sums there
    np.testing.assert_allclose(losses, [3.0891430377960205, 0.37085241079330444, 0.33142992854118347], rtol=1e-5)
    assert flow.total_batches_seen == 13


def test_an_epoch_that_was_broken_off_goes_on_in_its_order():
    from pyseq.data.batches import batches_of

    first = batches_of(Numbered(), shuffle=True)
    labels = [y.numpy().tolist() for _, y, _ in first]
    again = batches_of(Numbered(), shuffle=True)
    again.go_on(first.position(2))
    assert [y.numpy().tolist() for _, y, _ in again] == labels[2:]


def test_a_fast_sequence_needs_no_thread_and_a_slow_one_gets_one():
    s = Numbered()
    model().fit(s, epochs=1, verbose=0)
    assert {name for _, name, _ in s.made} == {"MainThread"}
    s = Numbered(0.005)
    model().fit(s, epochs=1, verbose=0)
    assert {name for _, name, _ in s.made} == {"MainThread", "pyseq-prefetch"}
    s = Numbered(0.005)
    model().fit(s, epochs=1, verbose=0, workers=0)
    assert {name for _, name, _ in s.made} == {"MainThread"}


def test_processes_make_the_items_and_their_random_numbers_do_not_depend_on_which():
    class Noisy(Numbered):
        def __getitem__(self, k):
            return np.random.standard_normal((10, 5)).astype("f4"), np.random.randint(0, 3, 10)

    one, two = (trained(Noisy(), use_multiprocessing=True, workers=n, shuffle=False) for n in (1, 3))
    assert one == two
    s = Numbered()
    model().fit(s, use_multiprocessing=True, verbose=0)
    assert [k for k, *_ in s.made] == [0]  # the first look; the others not here


def test_a_keras_3_data_set_says_its_workers():
    class Own(keras.utils.PyDataset):
        made = []

        def __init__(self):
            super().__init__(workers=2)

        def __len__(self):
            return 6

        def __getitem__(self, k):
            self.made.append(threading.current_thread().name)
            return X[10 * k : 10 * k + 10], Y[10 * k : 10 * k + 10]

    data = Own()
    model().fit(data, verbose=0)
    assert all(name.startswith("pyseq-sequence") for name in data.made[1:])


# ------------------------------------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize("workers", WORKERS)
def test_an_error_in_a_sequence_is_raised_here(workers):
    with pytest.raises(LookupError, match="batch 4"):
        model().fit(Numbered(fail=4), verbose=0, epochs=2, **workers)
    assert not threads()
    assert not children()


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("seconds", [0, 0.002])
def test_an_error_in_a_generator_is_raised_here(workers, seconds):
    def failing():
        for k, item in enumerate(endless(seconds)):
            if k == 8:
                raise LookupError("item 8")
            yield item

    class Count(keras.callbacks.Callback):
        batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1

    count = Count()
    with pytest.raises(LookupError, match="item 8"):
        model().fit(failing(), steps_per_epoch=6, epochs=3, verbose=0, callbacks=[count], **workers)
    assert count.batches == 8
    assert not threads()
    assert not children()


def test_a_worker_process_that_dies_is_an_error():
    class Dying(Numbered):
        def __getitem__(self, k):
            if k == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().__getitem__(k)

    def dying():
        for k, item in enumerate(endless()):
            if k == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            yield item

    with pytest.raises(RuntimeError, match="died"):
        model().fit(Dying(), use_multiprocessing=True, workers=2, verbose=0)
    with pytest.raises(RuntimeError, match="died"):
        model().fit(dying(), steps_per_epoch=6, use_multiprocessing=True, verbose=0)
    assert not children()


def test_an_error_that_cannot_travel_between_processes_is_told():
    class Local(Exception):  # of no module: cannot be pickled
        def __init__(self, a, b):
            super().__init__(f"{a} and {b}")

    def failing():
        yield X, Y
        raise Local(1, 2)

    with pytest.raises(RuntimeError, match="1 and 2"):
        model().fit(failing(), steps_per_epoch=2, use_multiprocessing=True, verbose=0)


@pytest.mark.parametrize("workers", WORKERS)
def test_stopping_early_ends_the_workers(workers):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    model().fit(Numbered(0.002), epochs=9, verbose=0, callbacks=[Stop()], **workers)
    model().fit(endless(0.002), steps_per_epoch=6, epochs=9, verbose=0, callbacks=[Stop()], **workers)
    assert not threads()
    assert not children()


@pytest.mark.parametrize("item", [
    (X[:5], Y[:5], None, None), (X[:5], Y[:4]), (X[:5, :2], Y[:5]), ("text", Y[:5]), (X[:5], None), None, 3,
])  # fmt: skip
def test_a_generator_of_something_else_is_an_error(item):
    with pytest.raises((ValueError, TypeError)) as e:
        model().fit(iter([item]), verbose=0)
    assert len(str(e.value)) > 20


def test_a_batch_without_rows_changes_nothing():
    m = model(optimizer="sgd")
    before = [w.tobytes() for w in m.get_weights()]
    m.fit(iter([(X[:0], Y[:0])]), verbose=0)
    assert [w.tobytes() for w in m.get_weights()] == before


@pytest.mark.parametrize("argument", [
    {"workers": -1}, {"max_queue_size": "many"}, {"steps_per_epoch": 0}, {"steps_per_epoch": 2.5}, {"workers": 1.5},
])  # fmt: skip
def test_unfit_arguments(argument):
    with pytest.raises(ValueError, match=next(iter(argument))):
        model().fit(endless(), **{"steps_per_epoch": 2, "verbose": 0, **argument})


def test_a_function_that_was_not_called_is_named():
    with pytest.raises(ValueError, match="Call it"):
        model().fit(endless, steps_per_epoch=2, verbose=0)


@pytest.mark.parametrize("data", ["Slow()", "slow(), steps_per_epoch=100"])
@pytest.mark.parametrize("workers", ["workers=1", "workers=2", "workers=2, use_multiprocessing=True"])
def test_ctrl_c(data, workers):
    program = f"""
        import os, signal, threading, time
        import numpy as np
        import pyseq as keras

        def item(k):
            time.sleep(0.01)
            return np.ones((4, 2), "f4"), np.ones((4, 1), "f4")

        class Slow(keras.utils.Sequence):
            def __len__(self):
                return 300
            def __getitem__(self, k):
                return item(k)

        def slow():
            for k in range(300):
                yield item(k)

        m = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
        m.compile("sgd", "mse")
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            m.fit({data}, verbose=0, {workers})
        except KeyboardInterrupt:
            print("interrupted")
        import multiprocessing
        time.sleep(0.3)
        print([t.name for t in threading.enumerate() if t.name.startswith("pyseq")], multiprocessing.active_children())
        m.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    """
    env = {**os.environ, "PYTHONPATH": os.getcwd()}
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60, env=env
    )
    assert run.stdout.split("\n")[:2] == ["interrupted", "[] []"], run.stdout + run.stderr
    assert run.returncode == 0 and not run.stderr, run.stderr


def test_workers_that_are_ended_while_they_send_do_not_keep_the_program_from_ending():
    program = """
        import threading, time
        import numpy as np
        from pyseq.data.workers import in_order

        class Large:
            def __getitem__(self, k):
                return np.ones(2_000_000)

        for k in range(6):
            items = in_order(Large(), range(100), 3, True, 4)
            next(items)
            time.sleep(0.01 * k)
            items.close()
        deadline = time.time() + 10
        while threading.active_count() > 1 and time.time() < deadline:
            time.sleep(0.02)
        print(threading.active_count(), flush=True)
    """
    env = {**os.environ, "PYTHONPATH": os.getcwd()}
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60, env=env
    )
    assert (run.stdout, run.stderr, run.returncode) == ("1\n", "", 0)


# ------------------------------------------------------------------------------------------ old names


def test_the_generator_methods():
    m = model()
    with pytest.warns(UserWarning, match="fit_generator` is deprecated"):
        history = m.fit_generator(endless(), steps_per_epoch=6, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2
    with pytest.warns(UserWarning, match="evaluate_generator"):
        assert m.evaluate_generator(Numbered()) == m.evaluate(X, Y, batch_size=10, verbose=0)
    with pytest.warns(UserWarning, match="predict_generator"):
        found = m.predict_generator((x for x, _ in endless()), steps=6)
    np.testing.assert_array_equal(found, m.predict(X, batch_size=10))


# ------------------------------------------------------------------------------------------ a run taken up again


class Break(keras.callbacks.Callback):
    """Ends a run as a crash would: at a batch of an epoch."""

    def __init__(self, epoch, batch):
        super().__init__()
        self.at = (epoch, batch)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise InterruptedError


D = tf.data.Dataset.from_tensor_slices((X, Y))
FEEDS = {
    "arrays": lambda: ((X, Y), {"batch_size": 10}),
    "dataset": lambda: ((D.shuffle(60).batch(10),), {}),
    "dataset with a seed": lambda: ((D.shuffle(20, seed=4).batch(10),), {}),
    "dataset in one order": lambda: ((D.shuffle(60, reshuffle_each_iteration=False).batch(10),), {}),
    "dataset without end": lambda: ((D.shuffle(60).repeat().batch(7),), {"steps_per_epoch": 6}),
    "dataset of elements": lambda: ((D.shuffle(60).map(lambda x, y: (x, y)).batch(10),), {}),
    "dataset with noise": lambda: ((D.map(lambda x, y: (x + tf.random.normal((5,)), y)).batch(10),), {}),
    "sequence": lambda: ((Numbered(),), {}),
    "generator": lambda: ((endless(),), {"steps_per_epoch": 6}),
}


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("at", [(1, 3), (2, 0), (0, 5)])
def test_a_run_that_is_taken_up_ends_with_the_same_bits(feed, at, tmp_path):
    data, fit = FEEDS[feed]()
    m = model()
    m.fit(*data, epochs=4, verbose=0, **fit)
    unbroken = [w.tobytes() for w in m.get_weights()]
    data, fit = FEEDS[feed]()
    backup = {"backup_dir": str(tmp_path), "save_freq": 2}
    with pytest.raises(InterruptedError):
        model().fit(
            *data, epochs=4, verbose=0, callbacks=[keras.callbacks.BackupAndRestore(**backup), Break(*at)], **fit
        )
    data, fit = FEEDS[feed]()
    m = model()
    keras.utils.set_random_seed(99)
    m.fit(*data, epochs=4, verbose=0, callbacks=[keras.callbacks.BackupAndRestore(**backup)], **fit)
    assert [w.tobytes() for w in m.get_weights()] == unbroken
