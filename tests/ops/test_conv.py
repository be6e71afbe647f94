"""Convolutions and their gradients against loops, central differences and themselves."""

import numpy as np
import pytest

from pyseq import function
from pyseq.core import GradientTape, as_tensor, config, engine, shapes_only, symbolic
from pyseq.ops import conv as ops
from tests.gradcheck import check_vjp
from tests.references import conv as reference

CASES = {  # x, kernel, strides, padding, dilations, groups
    "3x3": ((2, 7, 9, 3), (3, 3, 3, 5), 1, "valid", 1, 1),
    "3x3 same": ((3, 8, 6, 4), (3, 3, 4, 18), 1, "same", 1, 1),
    "one channel": ((2, 12, 28, 1), (3, 3, 1, 33), 1, "valid", 1, 1),
    "vectors": ((1, 9, 9, 32), (3, 3, 32, 48), 1, "same", 1, 1),
    "1x1": ((2, 5, 4, 17), (1, 1, 17, 6), 1, "valid", 1, 1),
    "1x1 of few pixels": ((2, 1, 3, 40), (1, 1, 40, 70), 1, "valid", 1, 1),
    "1x1 of few pixels, groups": ((1, 2, 2, 80), (1, 1, 40, 70), 1, "valid", 1, 2),
    "1x1 stride 2": ((2, 5, 7, 6), (1, 1, 6, 5), 2, "same", 1, 1),
    "stride 2": ((2, 9, 8, 3), (3, 3, 3, 4), 2, "same", 1, 1),
    "stride 2 even": ((2, 9, 8, 3), (4, 2, 3, 4), 2, "valid", 1, 1),
    "strides 3, 1": ((1, 10, 7, 2), (2, 3, 2, 3), (3, 1), "same", 1, 1),
    "stride beyond kernel": ((2, 11, 11, 3), (2, 2, 3, 4), 5, "valid", 1, 1),
    "dilation": ((2, 11, 9, 3), (3, 3, 3, 4), 1, "same", (2, 3), 1),
    "dilation and stride": ((2, 13, 12, 3), (3, 3, 3, 4), (2, 3), "valid", (3, 2), 1),
    "groups": ((2, 7, 7, 6), (3, 3, 2, 9), 1, "same", 1, 3),
    "groups stride 2": ((2, 7, 8, 8), (3, 2, 2, 8), 2, "same", 1, 4),
    "5x5 of many channels": ((1, 6, 6, 70), (5, 5, 70, 20), 1, "same", 1, 1),
    "kernel over image": ((1, 3, 2, 2), (5, 7, 2, 3), 1, "same", 1, 1),
    "pairs": ((1, 5, 6, 2), (3, 3, 2, 3), 2, ((2, 0), (1, 3)), 1, 1),
    "1d": ((3, 15, 4), (5, 4, 7), 2, "same", 1, 1),
    "1d causal": ((2, 15, 4), (3, 4, 7), 1, "causal", 4, 1),
    "3d": ((2, 4, 5, 6, 3), (2, 3, 3, 3, 4), 1, "same", 1, 1),
    "3d stride 2": ((1, 5, 5, 6, 2), (3, 2, 3, 2, 4), (2, 1, 2), "valid", 1, 1),
    "batch of 1": ((1, 14, 14, 16), (3, 3, 16, 200), 1, "same", 1, 1),
    "empty batch": ((0, 5, 5, 2), (3, 3, 2, 3), 1, "valid", 1, 1),
    "few pixels": ((1, 3, 4, 70), (3, 3, 70, 33), 1, "same", 1, 1),
    "few pixels, stride, groups": ((2, 4, 5, 96), (3, 2, 48, 20), (2, 1), "same", 1, 2),
    "few pixels, stride and dilation": ((1, 5, 7, 64), (3, 2, 64, 6), 2, "valid", (2, 3), 1),
    "lines of padding alone": ((2, 2, 9, 5), (3, 3, 5, 17), 1, ((3, 4), (4, 0)), 1, 1),
    "pixels 1 KB apart": ((1, 4, 5, 256), (3, 3, 256, 3), (1, 2), "same", 1, 1),
    "gaps between windows": ((2, 13, 17, 4), (1, 2, 4, 7), (4, 5), "same", 1, 1),
    "many lines that do not fit": ((1, 4, 700, 64), (3, 3, 64, 2), 1, "same", 1, 1),
    "many taps, beyond a block": ((1, 61, 2100), (59, 2100, 2), 2, "valid", 1, 1),
    "strips of many channels in": ((1, 4, 5, 600), (3, 3, 600, 20), 1, "same", 1, 1),
    "strips of many channels out": ((2, 5, 4, 20), (3, 3, 20, 600), 1, "valid", 1, 1),
    "a line of many pixels": ((1, 2500, 3), (5, 3, 19), 1, "same", 1, 1),
    "winograd": ((2, 13, 11, 17), (3, 3, 17, 35), 1, "same", 1, 1),
    "winograd valid": ((1, 10, 13, 16), (3, 3, 16, 18), 1, "valid", 1, 1),
    "winograd pairs": ((1, 8, 9, 16), (3, 3, 16, 130), 1, ((4, 0), (1, 2)), 1, 1),
    "winograd of many channels": ((1, 9, 9, 70), (3, 3, 70, 140), 1, "same", 1, 1),
    "winograd of many tiles": ((6, 20, 20, 20), (3, 3, 20, 16), 1, "same", 1, 1),
    "winograd of an empty batch": ((0, 9, 9, 16), (3, 3, 16, 16), 1, "same", 1, 1),
    "few pixels of many channels": ((2, 7, 6, 96), (3, 3, 96, 310), 1, "same", 1, 1),
    "few pixels of many channels, stride": ((1, 9, 12, 130), (3, 4, 130, 200), 2, "same", 1, 1),
    "many pixels of two channels": ((3, 30, 31, 2), (1, 1, 2, 40), 1, "same", 1, 1),
    "many rows": ((9, 20, 20, 3), (3, 3, 3, 8), 1, "same", 1, 1),
}
# sums of up to some thousand products of numbers near 1, each rounded to 6e-8: a few 1e-5; of 124,000: a few 1e-3
TOLERANCE = {"float32": 1e-4, "float64": 1e-11}


def arrays(case, dtype="float64"):
    x, kernel, strides, padding, dilations, groups = CASES[case]
    rng = np.random.default_rng(0)
    rank = len(kernel) - 2
    strides, dilations = ops.per_axis("test", "s", strides, rank), ops.per_axis("test", "d", dilations, rank)
    pads = ops.paddings("test", padding, x[1:-1], kernel[:rank], strides, dilations)
    named = {"strides": strides, "padding": padding, "dilations": dilations, "groups": groups}
    return rng.standard_normal(x).astype(dtype), rng.standard_normal(kernel).astype(dtype), named, pads


def gradients(x, w, bias, dy, named):
    x, w, bias = map(as_tensor, (x, w, bias))
    with GradientTape() as tape:
        tape.watch([x, w, bias])
        y = ops.conv(x, w, bias, **named)
    return [t.numpy() for t in (y, *tape.gradient(y, [x, w, bias], output_gradients=as_tensor(dy)))]


def cotangent(case, dtype):
    x, w, named, _ = arrays(case, dtype)
    with shapes_only() as trace:
        y = ops.conv(symbolic(x.shape, dtype, trace), symbolic(w.shape, dtype, trace), **named)
    rng = np.random.default_rng(1)
    return rng.standard_normal(y.shape).astype(dtype), rng.standard_normal(y.shape[-1:]).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_matches_reference(case, dtype, isa, n_threads):
    x, w, named, pads = arrays(case, dtype)
    dy, bias = cotangent(case, dtype)
    y, dx, dw, dbias = gradients(x, w, bias, dy, named)
    window = named["strides"], pads, named["dilations"], named["groups"]
    expected = (
        reference.conv(x, w, *window) + bias,
        *reference.conv_gradients(x, w, dy, *window),
        dy.reshape(-1, w.shape[-1]).sum(0),
    )
    for got, want in zip((y, dx, dw, dbias), expected, strict=True):
        assert got.shape == want.shape
        scale = max(1, np.abs(want).max(initial=0) / 100)
        np.testing.assert_allclose(got, want, atol=scale * TOLERANCE[dtype], rtol=TOLERANCE[dtype])


@pytest.mark.parametrize("case", [c for c in CASES if "many" not in c and "200" not in c])
def test_vjp(case):
    x, w, named, _ = arrays(case)
    bias = cotangent(case, "float64")[1]
    check_vjp(lambda x, w, b: ops.conv(x, w, b, **named), x, w, bias, second=True, directions=1)


@pytest.mark.parametrize("case", CASES)
def test_same_bits(case):
    x, w, named, _ = arrays(case, "float32")
    dy, bias = cotangent(case, "float32")
    before, limit = config.get_num_threads(), engine.set_parallel_work(1)
    found = []
    try:
        for n in (1, 2, 3):
            config.set_num_threads(n)
            found.append(gradients(x, w, bias, dy, named))
    finally:
        config.set_num_threads(before)
        engine.set_parallel_work(limit)
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(a, b)
    if len(x):
        alone = ops.conv(as_tensor(x[-1:]), as_tensor(w), as_tensor(bias), **named).numpy()
        np.testing.assert_array_equal(alone, found[0][0][-1:])


@pytest.mark.parametrize("case", CASES)
def test_plan_is_eager(case):
    x, w, named, _ = arrays(case, "float32")
    dy, bias = cotangent(case, "float32")

    @function
    def step(x, w, bias, dy):
        with GradientTape() as tape:
            tape.watch([x, w, bias])
            y = ops.conv(x, w, bias, activation="relu", **named)
        return (y, *tape.gradient(y, [x, w, bias], output_gradients=dy))

    planned = [t.numpy() for t in step(*map(as_tensor, (x, w, bias, dy)))]
    eager = gradients(x, w, bias, dy, named | {"activation": "relu"})
    for a, b in zip(planned, eager, strict=True):
        np.testing.assert_array_equal(a, b)


def test_batch_of_more_axes():
    x, w, named, _ = arrays("3x3", "float32")
    y = ops.conv(as_tensor(np.stack([x, x[::-1]])), as_tensor(w), **named).numpy()
    np.testing.assert_array_equal(y[1], ops.conv(as_tensor(x[::-1].copy()), as_tensor(w), **named).numpy())


@pytest.mark.parametrize("case", CASES)
def test_transpose_is_the_gradient(case):
    x, w, named, pads = arrays(case, "float64")
    dy, _ = cotangent(case, "float64")
    bias = np.random.default_rng(2).standard_normal(x.shape[-1])
    got = ops.conv_transpose(as_tensor(dy), as_tensor(w), x.shape[1:-1], as_tensor(bias), activation="relu", **named)
    dx, _ = reference.conv_gradients(x, w, dy, named["strides"], pads, named["dilations"], named["groups"])
    np.testing.assert_allclose(got.numpy(), np.maximum(dx + bias, 0), atol=1e-11)


def test_vjp_of_transpose():
    x, w, named, _ = arrays("stride 2")
    dy, _ = cotangent("stride 2", "float64")
    check_vjp(lambda dy, w, b: ops.conv_transpose(dy, w, (9, 8), b, **named), dy, w, np.ones(3), second=True)


@pytest.mark.parametrize(
    ("x", "kernel", "named", "message"),
    [
        ((1, 2, 2, 3), (3, 3, 3, 4), {}, "larger than the image"),
        ((2, 5, 5, 0), (3, 3, 0, 4), {}, "a pixel along each axis"),
        ((2, 5, 5, 3), (3, 3, 3, 0), {}, "a pixel along each axis"),
        ((2, 5, 5, 3), (0, 3, 3, 4), {"padding": "same"}, "a pixel along each axis"),
        ((1, 5, 5, 3), (3, 3, 3, 4), {"groups": 2}, "groups"),
        ((1, 5, 5, 4), (3, 3, 3, 4), {}, "groups"),
        ((5, 5, 3), (3, 3, 3, 4), {}, "`x` must be"),
        ((1, 5, 5, 3), (3, 3, 3, 4), {"strides": 0}, "strides"),
        ((1, 5, 5, 3), (3, 3, 3, 4), {"padding": "causal"}, "padding"),
        ((1, 5, 5, 3), (3, 3, 3, 4), {"padding": "some"}, "padding"),
        ((1, 5, 5, 3), (3, 3, 3, 4), {"activation": "some"}, "activation"),
        ((1, 5, 5, 0), (3, 3, 0, 4), {}, "channels"),
        ((1, 5, 5, 3), (3, 3, 3, 0), {}, "filters"),
        ((1, 0, 5, 3), (3, 3, 3, 4), {"padding": "same"}, "a pixel along each axis"),
    ],
)
def test_errors(x, kernel, named, message):
    with pytest.raises(ValueError, match=message):
        ops.conv(as_tensor(np.ones(x, "float32")), as_tensor(np.ones(kernel, "float32")), **named)


@pytest.mark.parametrize(("between", "out", "groups"), [(6, 4, 2), (18, 17, 1)])
def test_slope_rides_in_the_last_write(between, out, groups):
    rng = np.random.default_rng(0)
    shapes = (2, 9, 8, 3), (3, 3, 3, between), (3, 3, between // groups, out), (2, 9, 8, out)
    x, a, b, dy = (rng.standard_normal(s).astype("float32") for s in shapes)

    def step(x, a, b, dy):
        with GradientTape() as tape:
            tape.watch([x, a, b])
            y = ops.conv(ops.conv(x, a, padding="same", activation="elu"), b, padding="same", groups=groups)
        return tape.gradient(y, [x, a, b], output_gradients=dy)

    tensors = [as_tensor(v) for v in (x, a, b, dy)]
    planned = function(step)
    for got, want in zip(planned(*tensors), step(*tensors), strict=True):
        np.testing.assert_array_equal(got.numpy(), want.numpy())
