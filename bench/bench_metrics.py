"""What metrics cost in a training step of 784-128-10, batch 32: `fit` with them against `fit` without any.

The bar is issue 4's: under 10 % of the plain step. "instructions" are those that the metrics add to the plan of a step.
"""

import harness
import numpy as np
import pytest

import pyseq as keras
from pyseq import metrics

SAMPLES, BATCH = 6400, 32
STEPS = SAMPLES // BATCH
MOST = 0.10  # of the plain step
SPARSE = {  # of class numbers
    "accuracy": lambda: ["accuracy"],
    "top-k": lambda: [metrics.SparseTopKCategoricalAccuracy(k=5)],
    "crossentropy": lambda: ["sparse_categorical_crossentropy"],
    "MeanIoU": lambda: [metrics.MeanIoU(10, sparse_y_pred=False)],
}
ONE_HOT = {  # of one-hot labels
    "accuracy, one-hot": lambda: ["accuracy"],
    "top-k, one-hot": lambda: [metrics.TopKCategoricalAccuracy(k=5)],
    "AUC": lambda: [metrics.AUC()],
    "AUC, PR": lambda: [metrics.AUC(curve="PR")],
    "AUC of each label": lambda: [metrics.AUC(multi_label=True)],
    "Precision": lambda: [metrics.Precision()],
    "Recall": lambda: [metrics.Recall()],
    "F1Score": lambda: [metrics.F1Score()],
    "the five": lambda: [
        *("accuracy", metrics.TopKCategoricalAccuracy(k=5)),
        *(metrics.AUC(), metrics.Precision(), metrics.Recall()),
    ],
}
rng = np.random.default_rng(0)
X = rng.random((SAMPLES, 784), dtype="float32")
LABELS = rng.integers(0, 10, SAMPLES)


def epoch_of(sparse, compiled):
    """A function that trains an epoch, and the number of instructions of its step."""
    model = keras.Sequential(
        [keras.layers.Dense(128, activation="relu", input_shape=(784,)), keras.layers.Dense(10, activation="softmax")]
    )
    model.compile("adam", f"{'sparse_' if sparse else ''}categorical_crossentropy", metrics=compiled)
    y = LABELS if sparse else np.eye(10, dtype="float32")[LABELS]
    model.fit(X, y, batch_size=BATCH, verbose=0)
    (plan,) = [plan for key, plan in model._plans.known.items() if key[0] == "train"]
    return lambda: model.fit(X, y, batch_size=BATCH, verbose=0), len(plan.graph.nodes)


@pytest.mark.parametrize("name", [*SPARSE, *ONE_HOT])
def test_metrics(report, name, n_threads):
    sparse = name in SPARSE
    plain, n_plain = epoch_of(sparse, None)
    measured, n_measured = epoch_of(sparse, (SPARSE if sparse else ONE_HOT)[name]())
    times = harness.race({"plain": plain, "with": measured}, n_threads, seconds=2.0)
    plain_us, with_us = (1e6 * times[key].min / STEPS for key in ("plain", "with"))
    share = with_us / plain_us - 1.0
    row = {
        "metrics": name,
        "threads": n_threads,
        "plain us": plain_us,
        "with us": with_us,
        "more us": with_us - plain_us,
        "instructions": n_measured - n_plain,
        "share": share,
        "bar": "ok" if share < MOST else f"over {MOST:.0%}",
    }
    report.row(row, times["with"])
