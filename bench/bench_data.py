"""What data costs beside the steps: datasets of arrays and class weights on 784-128-10, generators, Sequences, pipelines.

The step is what `fit` makes of it: an epoch of 200 batches of 32 on a compiled model, divided by 200. `arrays` is the plain
one; its rivals come from a Dataset of the same arrays, with the same shuffles, and with class weights. Rows a second of
generators are those of a model so small that it hardly counts.
"""

import harness
import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from pyseq import layers

STEPS, BATCH = 200, 32
N = STEPS * BATCH
BAR = 1.10  # of issue 4: seconds of a step, those of the plain one being 1
ROWS = 50_000  # of issue 4, a second
rng = np.random.default_rng(0)
X, Y = rng.standard_normal((N, 784)).astype("float32"), rng.integers(0, 10, N)


def mlp():
    m = keras.Sequential(
        [layers.Dense(128, activation="relu", input_shape=(784,)), layers.Dense(10, activation="softmax")]
    )
    m.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return m


def epoch(*data, **fit):
    """A function that trains a model of its own for an epoch."""
    m = mlp()
    return lambda: m.fit(*data, verbose=0, **fit)


def test_step(report, n_threads):
    dataset = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(N).batch(BATCH)
    weights = {k: 1.0 + k for k in range(10)}
    contestants = {
        "arrays": epoch(X, Y, batch_size=BATCH),
        "dataset": epoch(dataset),
        "class_weight": epoch(X, Y, batch_size=BATCH, class_weight=weights),
        "dataset_class_weight": epoch(dataset, class_weight=weights),
        "sample_weight": epoch(X, Y, batch_size=BATCH, sample_weight=np.ones(N, "float32")),
        "callbacks": epoch(X, Y, batch_size=BATCH, callbacks=[keras.callbacks.EarlyStopping("loss", patience=1000)]),
    }
    times = harness.race(contestants, n_threads, seconds=12.0)
    plain = times["arrays"].min
    for name, t in times.items():
        row = {
            "op": "step",
            "data": name,
            "threads": n_threads,
            "us": 1e6 * t.min / STEPS,
            "median": 1e6 * t.median / STEPS,
        }
        row |= {"of plain": t.min / plain, "rows/s": N / t.min, "bar": harness.bar_mark(-t.min / plain, -BAR)}
        report.row(row, t if name == "dataset" else None)


def generator():
    while True:
        for first in range(0, N, BATCH):
            yield X[first : first + BATCH, :16], Y[first : first + BATCH]


class Numbered(keras.utils.Sequence):
    def __len__(self):
        return STEPS

    def __getitem__(self, k):
        return X[k * BATCH : (k + 1) * BATCH, :16], Y[k * BATCH : (k + 1) * BATCH]


SMALL = tf.data.Dataset.from_tensor_slices((X[:, :16], Y))
FEEDS = {
    "generator": lambda: (generator(), {"steps_per_epoch": STEPS}),
    "sequence": lambda: (Numbered(), {}),
    "dataset of elements": lambda: (SMALL.map(lambda x, y: (x, y)).batch(BATCH), {}),
    "dataset mapped in batches": lambda: (SMALL.batch(BATCH).map(lambda x, y: (x * 2, y)), {}),
    "dataset of a generator": lambda: (
        tf.data.Dataset.from_generator(
            generator, output_signature=(tf.TensorSpec((None, 16), "float32"), tf.TensorSpec((None,), "int64"))
        ),
        {"steps_per_epoch": STEPS},
    ),
}


@pytest.mark.parametrize("feed", FEEDS)
def test_rows(report, feed):
    m = keras.Sequential([layers.Dense(10, activation="softmax", input_shape=(16,))])
    m.compile("sgd", "sparse_categorical_crossentropy")
    data, fit = FEEDS[feed]()
    (t,) = harness.race({feed: lambda: m.fit(data, verbose=0, **fit)}, 1, seconds=2.0).values()
    row = {"op": "rows", "data": feed, "threads": 1, "us": 1e6 * t.min / STEPS, "median": 1e6 * t.median / STEPS}
    report.row(row | {"of plain": "", "rows/s": N / t.min, "bar": harness.bar_mark(N / t.min, ROWS)}, t)
