"""Memory: what `fit` on MNIST-sized data takes above the data, and whether predicting keeps it flat. Linux (/proc).

`fit` runs in a process of its own, so that nothing is there to be reused. PYSEQ_BENCH_PREDICTS: how many, 100000 unless set.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import pyseq as keras

FIT_BAR_MB, GROWTH_BAR_MB = 250, 1  # issue 2: under 250 MB, flat
PREDICTS = int(os.environ.get("PYSEQ_BENCH_PREDICTS", 100_000))
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def resident_mb():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


class Peak:
    """The largest resident memory while the context is open, sampled every 2 ms, above what it was before."""

    def __enter__(self):
        self.before = self.most = resident_mb()
        self.open = True
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self):
        while self.open:
            self.most = max(self.most, resident_mb())
            time.sleep(0.002)

    def __exit__(self, *exc):
        self.open = False
        self.thread.join()
        self.above_mb = max(self.most, resident_mb()) - self.before


def model_784_128_10():
    model = keras.Sequential(
        [keras.layers.Dense(128, activation="relu", input_shape=(784,)), keras.layers.Dense(10, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit():
    """Print the peak of an epoch above the data."""
    x = np.random.default_rng(0).random((60000, 784), dtype="float32")
    y = np.random.default_rng(0).integers(0, 10, 60000)
    model = model_784_128_10()
    with Peak() as peak:
        model.fit(x, y, epochs=1, verbose=0)
    print(peak.above_mb)


def row(what, mb, bar):
    return {"what": what, "MB": mb, "bar": "ok" if mb < bar else f"over {bar}"}


def test_fit(report):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, Path(__file__)], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    report.row(row("fit 60000 x 784 float32, above the data", float(done.stdout), FIT_BAR_MB))


def test_predicts(report):
    model, x = model_784_128_10(), np.zeros((1, 784), "float32")
    for _ in range(1000):
        model.predict(x, verbose=0)
    before = resident_mb()
    for _ in range(PREDICTS):
        model.predict(x, verbose=0)
    report.row(row(f"growth over {PREDICTS} predicts of one row", resident_mb() - before, GROWTH_BAR_MB))


if __name__ == "__main__":
    fit()
