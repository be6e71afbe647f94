"""Optimizer updates and random draws on 1e6 float32, as a share of the copy's bandwidth.

Bytes are all reads and writes of an update: SGD 12 an element, momentum 20, Adam 28. Before timing each is checked
against its formula, and Adam takes 1200 steps with half of the gradients zero, so that dead units' moments would be
denormal: pyseq flushes them. NumPy does the same with in-place ufuncs.
"""

import harness
import numpy as np
import pytest

from pyseq.core import Variable, as_tensor, float32
from pyseq.ops import random, update

N = 1_000_000
BAR = 0.8  # of issue 2, for SGD and Adam
BETA_1, BETA_2, EPSILON, RATE = map(np.float32, (0.9, 0.999, 1e-7, 1e-3))
G = (np.random.default_rng(0).standard_normal(N) * (np.arange(N) % 2)).astype("float32")


class WithNumpy:
    """The updates as in-place ufuncs over arrays allocated before."""

    def __init__(self):
        self.w, self.m, self.v, self.t, self.u = (np.zeros(N, "float32") for _ in range(5))

    def sgd(self):
        np.multiply(G, RATE, out=self.t)
        np.subtract(self.w, self.t, out=self.w)

    def sgd_momentum(self):
        np.multiply(self.m, BETA_1, out=self.m)
        np.multiply(G, RATE, out=self.t)
        np.subtract(self.m, self.t, out=self.m)
        np.add(self.w, self.m, out=self.w)

    def adam(self):
        m, v, t, u = self.m, self.v, self.t, self.u
        np.subtract(G, m, out=t)
        np.multiply(t, 1 - BETA_1, out=t)
        np.add(m, t, out=m)
        np.multiply(G, G, out=t)
        np.subtract(t, v, out=t)
        np.multiply(t, 1 - BETA_2, out=t)
        np.add(v, t, out=v)
        np.sqrt(v, out=t)
        np.add(t, EPSILON, out=t)
        np.multiply(m, RATE, out=u)
        np.divide(u, t, out=u)
        np.subtract(self.w, u, out=self.w)


@pytest.mark.parametrize("name", ["sgd", "sgd_momentum", "adam", "rmsprop", "adagrad"])
def test_update(report, name, n_threads):
    w, m, v = (Variable(np.zeros(N, "float32")) for _ in range(3))
    g, rate, iterations = as_tensor(G), Variable(0.001), Variable(np.int64(0))

    def adam():
        update.adam(w, g, update.adam_step_size(rate, iterations, 0.9, 0.999), m, v)

    n_bytes, op, first_step = {
        "sgd": (12, lambda: update.sgd(w, g, rate), RATE * G),
        "sgd_momentum": (20, lambda: update.sgd(w, g, rate, m, 0.9), RATE * G),
        "adam": (28, adam, RATE * np.sign(G)),
        "rmsprop": (20, lambda: update.rmsprop(w, g, rate, v), RATE * np.sign(G) / np.sqrt(0.1)),
        "adagrad": (20, lambda: update.adagrad(w, g, rate, v), RATE * np.sign(G)),
    }[name]
    op()
    np.testing.assert_allclose(w.numpy()[np.abs(G) > 0.01], -first_step[np.abs(G) > 0.01], rtol=1e-2)
    if name == "adam":
        iterations.assign(2000)
        for _ in range(1200):
            op()
    others = {"op": op}
    if hasattr(WithNumpy, name):
        others["numpy"] = getattr(WithNumpy(), name)
    bar = BAR if name in ("sgd", "sgd_momentum", "adam") else None
    kernel = harness.kernel_alone(op, name.removesuffix("_momentum"))
    harness.stream_row(report, {"op": name}, n_threads, N, n_bytes * N, kernel, bar, **others)


@pytest.mark.parametrize("name", ["dropout", "uniform", "normal"])
def test_random(report, name, n_threads):
    x, state, rng = as_tensor(G), Variable(np.zeros(2, "int64")), np.random.default_rng(0)
    n_bytes, op, with_numpy = {
        "dropout": (8, lambda: random.dropout(x, 0.5, state), lambda: G * (rng.random(N, "float32") < 0.5)),
        "uniform": (4, lambda: random.uniform((N,), 0, 1, float32, state), lambda: rng.random(N, "float32")),
        "normal": (4, lambda: random.normal((N,), 0, 1, float32, state), lambda: rng.standard_normal(N, "float32")),
    }[name]
    harness.stream_row(
        report, {"op": name}, n_threads, N, n_bytes * N, harness.kernel_alone(op), op=op, numpy=with_numpy
    )
