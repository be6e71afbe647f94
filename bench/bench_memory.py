"""Memory: what `fit` on MNIST-sized data takes above the data, and whether predicting keeps it flat.

    python bench/bench_memory.py [--predicts 100000]

Resident memory is read from /proc (Linux). Prints one JSON line a measurement.
"""

from __future__ import annotations

import argparse
import json
import threading
import time

import numpy as np

import pyseq as keras


def resident_mb() -> float:
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * 4096 / 1e6


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
        self.above_mb = round(max(self.most, resident_mb()) - self.before, 1)


def model_784_128_10():
    model = keras.Sequential(
        [keras.layers.Dense(128, activation="relu", input_shape=(784,)), keras.layers.Dense(10, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit_peak():
    x = np.random.default_rng(0).random((60000, 784), dtype="float32")
    y = np.random.default_rng(0).integers(0, 10, 60000)
    model = model_784_128_10()
    with Peak() as peak:
        model.fit(x, y, epochs=1, verbose=0)
    return {"op": "fit 60000 x 784 float32", "above_data_mb": peak.above_mb}


def predicts(n):
    model, x = model_784_128_10(), np.zeros((1, 784), "float32")
    for _ in range(1000):
        model.predict(x)
    before = resident_mb()
    for _ in range(n):
        model.predict(x)
    return {"op": f"{n} predicts of one row", "grown_mb": round(resident_mb() - before, 2)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predicts", type=int, default=100_000)
    print(json.dumps(fit_peak()))
    print(json.dumps(predicts(parser.parse_args().predicts)))
