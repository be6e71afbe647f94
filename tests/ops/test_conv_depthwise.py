"""Depthwise convolution against the convolution with a group for each channel."""

import functools

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor, config, engine
from pyseq.ops import conv
from pyseq.ops.conv_depthwise import depthwise_conv
from tests.gradcheck import check_vjp
from tests.references import conv as reference

CASES = {  # x, kernel (with the multiplier), strides, padding, dilations
    "3x3": ((2, 7, 9, 3), (3, 3, 3, 1), 1, "valid", 1),
    "same": ((3, 8, 6, 40), (3, 3, 40, 1), 1, "same", 1),
    "wide": ((1, 9, 9, 150), (5, 5, 150, 1), 1, "same", 1),
    "multiplier": ((2, 6, 7, 5), (3, 2, 5, 3), 1, "same", 1),
    "stride 2": ((2, 9, 8, 17), (3, 3, 17, 1), 2, "same", 1),
    "stride 3, 1": ((1, 10, 7, 2), (2, 3, 2, 2), (3, 1), "valid", 1),
    "dilation": ((2, 11, 9, 16), (3, 3, 16, 1), 1, "same", (2, 3)),
    "stride beyond kernel": ((1, 11, 11, 3), (2, 2, 3, 1), 4, "valid", 1),
    "kernel over image": ((1, 3, 2, 2), (5, 7, 2, 1), 1, "same", 1),
    "1d": ((3, 15, 4), (5, 4, 2), 2, "same", 1),
    "1d causal": ((2, 15, 4), (3, 4, 1), 1, "causal", 3),
    "3d": ((2, 4, 5, 6, 3), (2, 3, 3, 3, 1), 1, "same", 1),
    "empty batch": ((0, 5, 5, 2), (3, 3, 2, 1), 1, "valid", 1),
    "seven taps": ((2, 5, 14, 20), (3, 7, 20, 1), 1, "same", 1),
    "stride 2, long lines": ((1, 5, 19, 35), (3, 3, 35, 1), 2, "same", 1),
    "stride and dilation": ((1, 9, 16, 50), (3, 2, 50, 1), (2, 3), "valid", 2),
    "five taps": ((1, 6, 13, 18), (5, 5, 18, 1), 1, "same", 1),
    "five taps, stride 2": ((1, 6, 18, 17), (5, 5, 17, 1), 2, "same", 1),
    "dilation, long lines": ((1, 5, 15, 21), (3, 3, 21, 1), 1, "same", 2),
    "blocks of channels": ((1, 3, 9, 200), (3, 3, 200, 1), 1, "same", 1),
    "many rows": ((9, 20, 20, 3), (3, 3, 3, 1), 1, "same", 1),
}
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}  # sums of some thousand products


def arrays(case, dtype):
    x, kernel, strides, padding, dilations = CASES[case]
    rng = np.random.default_rng(0)
    bias = rng.standard_normal(kernel[-2] * kernel[-1])
    named = {"strides": strides, "padding": padding, "dilations": dilations}
    return *(a.astype(dtype) for a in (rng.standard_normal(x), rng.standard_normal(kernel), bias)), named


def outcome(x, w, bias, named):
    x, w, bias = map(as_tensor, (x, w, bias))
    with GradientTape() as tape:
        tape.watch([x, w, bias])
        y = depthwise_conv(x, w, bias, activation="tanh", **named)
    dy = as_tensor(np.random.default_rng(1).standard_normal(y.shape).astype(y.dtype.name))
    return [t.numpy() for t in (y, *tape.gradient(y, [x, w, bias], output_gradients=dy))]


@functools.cache
def expected(case, dtype):
    """(y, dy, dx, dw) by loops, which take seconds: once for all instruction sets and numbers of threads."""
    x, w, bias, named = arrays(case, dtype)
    rank, (c, m) = w.ndim - 2, w.shape[-2:]
    strides, dilations = (conv.per_axis("test", "n", named[k], rank) for k in ("strides", "dilations"))
    pads = conv.paddings("test", named["padding"], x.shape[1:-1], w.shape[:rank], strides, dilations)
    grouped = w.reshape(*w.shape[:rank], 1, c * m)
    y = np.tanh(reference.conv(x, grouped, strides, pads, dilations, c) + bias)
    dy = np.random.default_rng(1).standard_normal(y.shape).astype(dtype) * (1 - y**2)
    dx, dw = reference.conv_gradients(x, grouped, dy, strides, pads, dilations, c)
    return y, dy, dx, dw.reshape(w.shape)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_matches_reference(case, dtype, isa, n_threads):
    x, w, bias, named = arrays(case, dtype)
    got, (y, dy, dx, dw) = outcome(x, w, bias, named), expected(case, dtype)
    scale = 1 + (np.abs(dw).max() if dw.size else 0)
    np.testing.assert_allclose(got[0], y, atol=TOLERANCE[dtype])
    np.testing.assert_allclose(got[1], dx, atol=10 * TOLERANCE[dtype])
    np.testing.assert_allclose(got[2], dw, atol=scale * TOLERANCE[dtype])
    np.testing.assert_allclose(got[3], dy.reshape(-1, dy.shape[-1]).sum(0), atol=scale * TOLERANCE[dtype])


@pytest.mark.parametrize("case", [c for c in CASES if "many" not in c])
def test_vjp(case):
    x, w, bias, named = arrays(case, "float64")
    check_vjp(lambda x, w, b: depthwise_conv(x, w, b, **named), x, w, bias, second=True, directions=1)


@pytest.mark.parametrize("case", CASES)
def test_same_bits(case):
    found, before, limit = [], config.get_num_threads(), engine.set_parallel_work(1)
    x, w, bias, named = arrays(case, "float32")
    try:
        for n in (1, 2, 3):
            config.set_num_threads(n)
            found.append(outcome(x, w, bias, named))
    finally:
        config.set_num_threads(before)
        engine.set_parallel_work(limit)
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_errors():
    x = as_tensor(np.ones((1, 4, 4, 3), "float32"))
    with pytest.raises(ValueError, match="`kernel` must be"):
        depthwise_conv(x, as_tensor(np.ones((3, 3, 2, 1), "float32")))
    with pytest.raises(ValueError, match="channels and filters"):
        depthwise_conv(as_tensor(np.ones((1, 4, 4, 0), "float32")), as_tensor(np.ones((3, 3, 0, 1), "float32")))
    with pytest.raises(ValueError, match="larger than the image"):
        depthwise_conv(x, as_tensor(np.ones((5, 5, 3, 1), "float32")))
    with pytest.raises(ValueError, match="a pixel along each axis"):
        depthwise_conv(as_tensor(np.ones((1, 4, 4, 0), "float32")), as_tensor(np.ones((3, 3, 0, 1), "float32")))
