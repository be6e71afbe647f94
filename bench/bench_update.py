"""Optimizer updates and random draws on 1e6 elements, as a share of the measured copy bandwidth.

    python bench/bench_update.py [elements] [repeats]

Bytes are all reads and writes of a kernel: SGD 12 an element of float32, momentum 20, Adam 28. The copy is the `copy` kernel
on the same element count, interleaved with the others. Before timing each update is checked against NumPy and 1200 steps
are made with half of the gradients zero, so that dead units' moments would be denormal. NumPy does the same updates with
in-place ufuncs. One thread in CPU time, several in wall time. One JSON line for each figure.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time

import numpy as np

from pyseq.core import Variable, as_tensor, config, emit, float32, kernels
from pyseq.ops import random, update

COPY = kernels("copy")
BETA_1, BETA_2, EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-7)


def updates(n):
    """{name: (bytes per element, function, the NumPy way or None)}."""
    rng = np.random.default_rng(0)
    g = (rng.standard_normal(n) * (np.arange(n) % 2)).astype("float32")
    w, m, v, y = (Variable(np.zeros(n, "float32")) for _ in range(4))
    gradient, rate, iterations, state = (
        as_tensor(g),
        Variable(0.001),
        Variable(np.int64(2000)),
        Variable(np.zeros(2, "int64")),
    )
    nw, nm, nv, t, u = (np.zeros(n, "float32") for _ in range(5))
    r = np.float32(0.001)

    def adam():
        alpha = update.adam_step_size(rate, iterations, 0.9, 0.999)
        update.adam(w, gradient, alpha, m, v)

    def numpy_sgd():
        np.multiply(g, r, out=t)
        np.subtract(nw, t, out=nw)

    def numpy_momentum():
        np.multiply(nm, BETA_1, out=nm)
        np.multiply(g, r, out=t)
        np.subtract(nm, t, out=nm)
        np.add(nw, nm, out=nw)

    def numpy_adam():
        np.subtract(g, nm, out=t)
        np.multiply(t, 1 - BETA_1, out=t)
        np.add(nm, t, out=nm)
        np.multiply(g, g, out=t)
        np.subtract(t, nv, out=t)
        np.multiply(t, 1 - BETA_2, out=t)
        np.add(nv, t, out=nv)
        np.sqrt(nv, out=t)
        np.add(t, EPSILON, out=t)
        np.multiply(nm, r, out=u)
        np.divide(u, t, out=u)
        np.subtract(nw, u, out=nw)

    def copy():
        emit(COPY, (gradient,), (), (4 * n,), (), -(-4 * n // 65536), 4 * n, None, (y,))

    return {
        "copy": (8, copy, lambda: np.copyto(nw, g)),
        "sgd": (12, lambda: update.sgd(w, gradient, rate), numpy_sgd),
        "sgd_momentum": (20, lambda: update.sgd(w, gradient, rate, m, 0.9), numpy_momentum),
        "adam": (28, adam, numpy_adam),
        "rmsprop": (20, lambda: update.rmsprop(w, gradient, rate, v), None),
        "adagrad": (20, lambda: update.adagrad(w, gradient, rate, v), None),
        "dropout": (8, lambda: random.dropout(gradient, 0.5, state), None),
        "random_uniform": (4, lambda: random.uniform((n,), 0, 1, float32, state), lambda: rng.random(n, "float32")),
        "random_normal": (
            4,
            lambda: random.normal((n,), 0, 1, float32, state),
            lambda: rng.standard_normal(n, "float32"),
        ),
    }


def check(n=100_003):
    """One step of SGD and Adam on fresh state against the formulas in float64."""
    g = np.random.default_rng(1).standard_normal(n)
    w = Variable(np.zeros(n, "float32"))
    update.sgd(w, as_tensor(g, "float32"), as_tensor(0.1))
    assert np.allclose(w.numpy(), -0.1 * g, atol=1e-6)
    w, m, v = (Variable(np.zeros(n, "float32")) for _ in range(3))
    alpha = update.adam_step_size(as_tensor(0.1), Variable(np.int64(0)), 0.9, 0.999)
    update.adam(w, as_tensor(g, "float32"), alpha, m, v)
    assert np.allclose(w.numpy(), -0.1 * g / (np.abs(g) + 1e-7 / np.sqrt(0.001)), atol=1e-4)


def timed(functions, repeats, clock):
    """Seconds of each call: {name: sorted list}. The functions take turns, ten calls at a time."""
    found = {name: [] for name in functions}
    for _ in range(-(-repeats // 10)):
        for name, f in functions.items():
            for _ in range(10):
                start = clock()
                f()
                found[name].append(clock() - start)
    return {name: sorted(s) for name, s in found.items()}


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    check()
    for threads in sorted({1, config.default_num_threads()}):
        config.set_num_threads(threads)
        table = updates(n)
        for _ in range(1200):
            table["adam"][1]()
        functions = {
            (name, who): f for name, row in table.items() for who, f in (("pyseq", row[1]), ("numpy", row[2])) if f
        }
        seconds = timed(functions, repeats, time.process_time if threads == 1 else time.perf_counter)
        peak = 8 * n / seconds["copy", "pyseq"][0] / 1e9
        for (name, who), s in seconds.items():
            rate = table[name][0] * n / s[0] / 1e9
            record = {
                "op": name, "library": who, "elements": n, "dtype": "float32", "isa": config.isa(), "n_threads": threads,
                "min_ms": round(1e3 * s[0], 4), "median_ms": round(1e3 * statistics.median(s), 4),
                "p90_ms": round(1e3 * s[int(0.9 * (len(s) - 1))], 4), "GB/s": round(rate, 1),
                "share_of_copy": round(rate / peak, 3), "clock": "cpu" if threads == 1 else "wall",
                "load": round(os.getloadavg()[0], 2), "machine": platform.processor() or platform.machine(),
            }  # fmt: skip
            print(json.dumps(record))


if __name__ == "__main__":
    main()
