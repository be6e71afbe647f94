"""`predict` of whole networks on images of 224 x 224, beside tf.keras and torch (channels_last): ms, images a second.

    BENCH_TF_PYTHON=... BENCH_TORCH_PYTHON=... python -m pytest bench/bench_applications.py

The peers are processes in virtual environments of their own; all take turns, the least time of each counts. tf.keras is timed
with `predict` and with a tf.function of the model, torch as it is and frozen by `torch.jit`; the best of all is the peer. One
thread is timed in the processor time of the whole process, everywhere, several in wall time.
"""

import functools
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

import harness
import numpy as np
import pytest

import pyseq as keras
from pyseq.core import config

PEERS = Path(__file__).parent / "peers"
WORKERS = {"BENCH_TF_PYTHON": "keras_applications.py", "BENCH_TORCH_PYTHON": "torch_applications.py"}
ROUNDS, TURN = 4, 0.5  # seconds
BAR = 1.0  # of the best peer


class Worker:
    """A peer with so many threads, on as many processors."""

    def __init__(self, python, script, threads):
        env = {**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
        env |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
        env.pop("PYTHONPATH", None)
        self.process = subprocess.Popen(
            [python, str(PEERS / script), str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=env,
        )

    def least(self, job, seconds=TURN):
        self.process.stdin.write(json.dumps({**job, "seconds": seconds}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@functools.cache
def workers(threads):
    return [Worker(os.environ[k], script, threads) for k, script in WORKERS.items() if os.environ.get(k)]


def least(f, threads, seconds=TURN):
    clock = time.process_time if threads == 1 else time.perf_counter
    best, end = math.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = clock()
        f()
        best = min(best, clock() - start)
    return best


@pytest.fixture(scope="module", params=["ResNet50", "MobileNetV2"])
def model(request):
    return request.param, getattr(keras.applications, request.param)(weights=None)


@pytest.mark.parametrize("batch", [1, 16])
@pytest.mark.parametrize("threads", harness.THREADS)
def test_predict(report, threads, batch, model):
    name, network = model
    x = np.random.default_rng(0).standard_normal((batch, 224, 224, 3)).astype("float32")
    contestants = {
        "predict": lambda: network.predict(x, batch_size=batch, verbose=0),
        "call": lambda: network(x, training=False),
    }
    found = {}
    before = config.get_num_threads()
    config.set_num_threads(threads)
    try:
        np.testing.assert_array_equal(contestants["predict"](), contestants["call"]())
        for _ in range(ROUNDS):
            turns = {k: least(f, threads) for k, f in contestants.items()}
            for worker in workers(threads):
                time.sleep(harness.PAUSE if threads > 1 else 0)
                turns |= worker.least({"model": name, "batch": batch})
            for k, seconds in turns.items():
                found.setdefault(k, []).append(seconds)
    finally:
        config.set_num_threads(before)
    ours, best = min(found["predict"]), min((min(v) for k, v in found.items() if k not in contestants), default=None)
    ratio = best / ours if best else None
    row = {
        "model": name, "batch": batch, "threads": threads, **{f"{k} ms": 1e3 * min(v) for k, v in found.items()},
        "images/s": batch / ours, "/best peer": ratio, "bar": harness.bar_mark(ratio, BAR if best else None),
    }  # fmt: skip
    report.row(row, harness.Times(sorted(found["predict"])))


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))
