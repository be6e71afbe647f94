"""The slope of a relu before a max-pool is taken while the pool's gradient is spread, with the bits of eager code."""

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor
from pyseq.ops import activation, conv, pool
from pyseq.plan import Plan

rng = np.random.default_rng(0)
WINDOWS = [((2, 2), None, "valid"), ((3, 3), (2, 2), "same"), ((2, 3), (1, 1), "valid"), ((20, 13), (3, 2), "valid")]


def same_bits(f, *arrays):
    tensors = [as_tensor(a) for a in arrays]
    plan = Plan(f, [(t.shape, t.dtype) for t in tensors])
    for got, wanted in zip(plan(*tensors), f(*tensors), strict=True):
        np.testing.assert_array_equal(np.asarray(got).view("u1"), np.asarray(wanted).view("u1"))
    return [node.kernel.name for node in plan.nodes]


def image(*shape, dtype="float32"):
    """Ties, zeros of both signs, windows without a positive number, NaN."""
    x = np.round(rng.standard_normal(shape) * 2).astype(dtype)
    x[0, :4] = -np.abs(x[0, :4])
    x[-1, 1, 2, 0] = np.nan
    return x


def gradients(f, *sources):
    with GradientTape() as tape:
        tape.watch(sources)
        y = f(*sources)
    return [y, *tape.gradient(y, sources)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("window", WINDOWS)
def test_relu_before(window, dtype, isa, n_threads):
    x = image(2, 23, 18, 19, dtype=dtype)
    names = same_bits(lambda x: gradients(lambda x: pool.max_pool(activation.relu(x), *window) * 1.5, x), x)
    assert "activation_backward" not in names, names


def test_behind_a_convolution(isa, n_threads):
    x, w, b = image(3, 14, 15, 3)[:2], *(rng.standard_normal(s).astype("float32") for s in ((3, 3, 3, 20), (20,)))

    def step(x, w, b):
        return gradients(lambda *a: pool.max_pool(conv.conv(*a, activation="relu"), (2, 2)), x, w, b)

    names = same_bits(step, x, w, b)
    assert "activation_backward" not in names and "max_pool_backward" in names, names


def test_a_relu_that_something_else_reads():
    def step(x):
        def f(x):
            y = activation.relu(x)
            return pool.max_pool(y, (2, 2))[:, :1, :1] + y[:, :1, :1]

        return gradients(f, x)

    same_bits(step, image(2, 6, 6, 5))


def test_the_gradient_before_the_slope_is_wanted_too():
    for take in (lambda dx: dx, lambda dx: dx * 2.0):

        def step(x):
            with GradientTape() as tape:
                tape.watch(x)
                positive = activation.relu(x)
                y = pool.max_pool(positive, (2, 2))
            dx, dpositive = tape.gradient(y, [x, positive])
            return [dx, take(dpositive)]  # noqa: B023

        assert "activation_backward" in same_bits(step, image(2, 6, 6, 5))


def test_another_slope_stays():
    """tanh's slope; a relu's that is not the one before the pool."""
    x = image(2, 6, 6, 5)
    names = same_bits(lambda x: gradients(lambda x: pool.max_pool(activation.tanh(x), (2, 2)), x), x)
    assert "activation_backward" in names


def test_two_relus(isa):
    x = image(2, 10, 9, 5)
    names = same_bits(lambda x: gradients(lambda x: pool.max_pool(activation.relu(activation.relu(x)), (2, 2)), x), x)
    assert names.count("activation_backward") == 1, names
