"""Optimizer updates and random draws on 1e6 float32, as a share of the copy's bandwidth.

Bytes are all reads and writes of an update: SGD 12 an element, momentum 20, Adam 28. Before timing some are checked
against their formulas, and Adam takes 1200 steps with half of the gradients zero, so that dead units' moments would be
denormal: pyseq flushes them. NumPy does the same with in-place ufuncs.
"""

import harness
import numpy as np
import pytest

from pyseq.core import Variable, as_tensor, float32
from pyseq.ops import random, update
from pyseq.ops.update_adafactor import adafactor

N = 1_000_000
BAR = 0.8  # of the copy's bandwidth
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


class Update:
    """Every update, with what it must read and write in bytes an element.

    `wide` is the number of slots, each read and written; the weight is, too, and the gradient is read.
    """

    SLOTS = {
        "sgd": 0, "sgd_momentum": 1, "sgd_nesterov": 1, "adam": 2, "adam_amsgrad": 3, "adamax": 2, "nadam": 2, "lion": 1,
        "ftrl": 2, "ftrl_penalties": 2, "ftrl_power": 2, "rmsprop": 1, "rmsprop_momentum": 2, "rmsprop_centered": 2,
        "rmsprop_all": 3, "adagrad": 1, "adadelta": 2, "moving_average": 0, "weight_decay": 0,
    }  # fmt: skip
    BYTES = {**{name: 12 + 8 * n for name, n in SLOTS.items()}, "weight_decay": 8}

    def __init__(self):
        self.w, self.a, self.b, self.c = (Variable(np.zeros(N, "float32")) for _ in range(4))
        self.g, self.rate, self.iterations = as_tensor(G), Variable(0.001), Variable(np.int64(0))
        self.product = Variable(np.array([0.0, 1.0]))

    def op(self, name):
        """The update of this name as a function without arguments."""
        w, g, rate, a, b, c, u = self.w, self.g, self.rate, self.a, self.b, self.c, update
        count = self.iterations
        return {
            "sgd": lambda: u.sgd(w, g, rate),
            "sgd_momentum": lambda: u.sgd(w, g, rate, a, 0.9),
            "sgd_nesterov": lambda: u.sgd(w, g, rate, a, 0.9, True),
            "adam": lambda: u.adam(w, g, u.adam_step_size(rate, count, 0.9, 0.999), a, b),
            "adam_amsgrad": lambda: u.adam(w, g, u.adam_step_size(rate, count, 0.9, 0.999), a, b, c),
            "adamax": lambda: u.adamax(w, g, u.adamax_step_size(rate, count, 0.9), a, b),
            "nadam": lambda: u.nadam(w, g, u.nadam_step_sizes(rate, count, self.product, 0.9, 0.999), a, b),
            "lion": lambda: u.lion(w, g, rate, a),
            "ftrl": lambda: u.ftrl(w, g, rate, a, b),
            "ftrl_penalties": lambda: u.ftrl(w, g, rate, a, b, -0.5, 1e-4, 1e-4, 1e-4, 0.1),
            "ftrl_power": lambda: u.ftrl(w, g, rate, a, b, -0.7),
            "rmsprop": lambda: u.rmsprop(w, g, rate, a),
            "rmsprop_momentum": lambda: u.rmsprop(w, g, rate, a, b, momentum=0.9),
            "rmsprop_centered": lambda: u.rmsprop(w, g, rate, a, None, b),
            "rmsprop_all": lambda: u.rmsprop(w, g, rate, a, b, c, momentum=0.9),
            "adagrad": lambda: u.adagrad(w, g, rate, a),
            "adadelta": lambda: u.adadelta(w, g, rate, a, b),
            "moving_average": lambda: u.moving_average(w, g, 0.9),
            "weight_decay": lambda: u.weight_decay(w, rate, 0.1),
        }[name]


# |first step| where the gradient is not small, of those updates whose first step has a simple form.
FIRST_STEPS = {
    "sgd": RATE * G, "sgd_momentum": RATE * G, "adam": RATE * np.sign(G), "adamax": RATE * np.sign(G),
    "lion": RATE * np.sign(G), "rmsprop": RATE * np.sign(G) / np.sqrt(0.1), "adagrad": RATE * np.sign(G),
}  # fmt: skip
SLOW = ("ftrl_power",)  # two powers an element


@pytest.mark.parametrize("name", Update.SLOTS)
def test_update(report, name, n_threads):
    run, big = Update(), np.abs(G) > 0.01
    op = run.op(name)
    op()
    if name in FIRST_STEPS:
        np.testing.assert_allclose(run.w.numpy()[big], -FIRST_STEPS[name][big], rtol=1e-2)
    run.a.assign(np.abs(run.a.numpy()) + np.float32(1e-12))  # sums of squares that are none make 0 / 0
    if name == "adam":
        run.iterations.assign(2000)
        for _ in range(1200):
            op()
    others = {"op": op}
    if hasattr(WithNumpy, name):
        others["numpy"] = getattr(WithNumpy(), name)
    kernel = harness.kernel_alone(
        op, name.partition("_")[0] if name not in ("moving_average", "weight_decay") else name
    )
    bar = None if name in SLOW else BAR
    harness.stream_row(report, {"op": name}, n_threads, N, Update.BYTES[name] * N, kernel, bar, **others)


@pytest.mark.parametrize("shape", [(1000, 1000), (1_000_000,), (3, 3, 250, 444)])
def test_adafactor(report, shape, n_threads):
    """Two sums stand between reading a gradient and using it: g is read three times, w twice, v written; 28 bytes an element."""
    n = int(np.prod(shape))
    w, v, g = Variable(np.ones(shape, "float32")), Variable(np.ones(shape, "float32")), as_tensor(np.resize(G, shape))
    r, c = Variable(np.ones(shape[:-1], "float32")), Variable(np.ones((*shape[:-2], shape[-1]), "float32"))
    slots, rate, count = (r, c) if len(shape) > 1 else (), Variable(0.01), Variable(np.int64(5))

    def op():
        adafactor(w, g, rate, count, v, *slots)

    harness.stream_row(
        report,
        {"op": "adafactor " + "x".join(map(str, shape))},
        n_threads,
        n,
        28 * n,
        harness.kernel_alone(op),
        BAR,
        op=op,
    )


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
