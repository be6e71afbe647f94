"""Gradient checks by random projection, in float64 with central differences.

For a function f and cotangent v:   <vjp(v), u>  against  <v, (f(x + e u) - f(x - e u)) / 2 e>   for random directions u.
"""

import numpy as np

from pyseq.core import GradientTape, as_tensor
from pyseq.ops import reduce

STEP = 1e-5  # truncation error ~ STEP**2, rounding ~ 1e-16 / STEP: both near 1e-10 for values near 1
RTOL = 1e-6


def value(f, arrays):
    return np.asarray(f(*[as_tensor(a) for a in arrays]).numpy(), dtype="float64")


def pulled_back(f, arrays, cotangent):
    tensors = [as_tensor(a) for a in arrays]
    with GradientTape() as tape:
        tape.watch(tensors)
        y = f(*tensors)
    dxs = tape.gradient(y, tensors, output_gradients=as_tensor(cotangent), unconnected_gradients="zero")
    return [dx.numpy() for dx in dxs]


def check_vjp(f, *arrays, rtol=RTOL, directions=3, second=False, seed=0):
    """Compare the vjp of `f` (float64 tensors to one float64 tensor) with central differences at `arrays`.

    second: check the second derivative as well, through a tape on the tape.
    """
    rng = np.random.default_rng(seed)
    arrays = [np.array(a, dtype="float64") for a in arrays]
    y = value(f, arrays)
    v = rng.standard_normal(y.shape)
    dxs = pulled_back(f, arrays, v)
    for a, dx in zip(arrays, dxs, strict=True):
        assert np.shape(dx) == a.shape, f"gradient has shape {np.shape(dx)} for an input of shape {a.shape}"
    for _ in range(directions):
        us = [rng.standard_normal(a.shape) for a in arrays]
        up = value(f, [a + STEP * u for a, u in zip(arrays, us, strict=True)])
        down = value(f, [a - STEP * u for a, u in zip(arrays, us, strict=True)])
        expected = np.sum(v * (up - down)) / (2 * STEP)
        got = sum(np.sum(dx * u) for dx, u in zip(dxs, us, strict=True))
        scale = max(abs(expected), np.sum(np.abs(v * (up - down))) / (2 * STEP), 1e-3)
        assert abs(got - expected) <= rtol * scale, f"<vjp(v), u> = {got}, central difference = {expected}"
    if second:
        check_vjp(gradient_function(f, v), *arrays, rtol=10 * rtol, directions=directions, seed=seed + 1)


def gradient_function(f, cotangent):
    """x -> sum over inputs of <vjp(cotangent), weights>, itself differentiable."""

    def gradient(*tensors):
        with GradientTape() as tape:
            tape.watch(tensors)
            y = f(*tensors)
        dxs = tape.gradient(y, tensors, output_gradients=as_tensor(cotangent), unconnected_gradients="zero")
        total = None
        for k, dx in enumerate(dxs):
            weights = np.random.default_rng(100 + k).standard_normal(dx.shape)
            term = reduce.sum(dx * as_tensor(weights))
            total = term if total is None else total + term
        return total

    return gradient
