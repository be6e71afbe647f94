"""Pooling against references/pool.py; margins and resizing. Parity with tf.keras is in tests/layers/test_image_layers.py."""

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor, config, engine
from pyseq.ops import edges, pool, resize
from pyseq.plan import function
from tests.gradcheck import check_vjp
from tests.references import pool as reference

# x, window, strides, padding: channels odd to every vector and wide, windows apart, side by side, overlapping, over the edges.
CASES = [
    ((2, 6, 4, 3), (2, 2), (2, 2), "valid"),
    ((1, 7, 5, 17), (2, 2), (2, 2), "valid"),
    ((2, 7, 5, 1), (3, 2), (1, 2), "same"),
    ((2, 5, 5, 35), (3, 3), (2, 2), "same"),
    ((1, 9, 8, 4), (2, 3), (4, 3), "valid"),
    ((2, 4, 4, 16), (4, 4), (4, 4), "valid"),
    ((1, 1, 1, 2), (1, 1), (1, 1), "same"),
    ((1, 2, 2, 2), (5, 5), (1, 1), "same"),
    ((1, 6, 6, 2), (3, 3), (2, 2), ((1, 0), (2, 1))),
    ((3, 9, 5), (3,), (2,), "valid"),
    ((2, 4, 5, 6, 3), (2, 2, 3), (2, 2, 3), "valid"),
    ((2, 4, 3, 5, 3), (2, 3, 2), (1, 2, 3), "same"),
    ((1, 40, 20, 3), (20, 17), (20, 3), "valid"),  # more than 256 pixels in a window
    ((0, 4, 4, 3), (2, 2), (2, 2), "valid"),
    ((2, 5, 41, 1), (2, 2), (2, 2), "same"),  # from here on: wide images of few channels, several pixels in a vector
    ((2, 7, 38, 3), (3, 3), (2, 2), "same"),
    ((1, 5, 31, 4), (3, 3), (1, 1), "same"),
    ((1, 6, 29, 2), (2, 3), (3, 4), ((0, 1), (2, 2))),
    ((2, 3, 4, 23, 2), (2, 2, 5), (1, 2, 3), "same"),
    ((2, 6, 19, 7), (2, 2), (2, 2), "valid"),
]
OPS = {"max_pool": pool.max_pool, "avg_pool": pool.avg_pool}


def different(shape, dtype="float64"):
    """No two elements alike."""
    rng = np.random.default_rng(0)
    return (rng.permutation(int(np.prod(shape))).reshape(shape) / 8).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_matches_reference(case, name, dtype, isa, n_threads):
    shape, window, strides, padding = case
    x = different(shape, dtype)
    y, backward = reference.pool(x.astype("float64"), window, strides, padding, name == "max_pool")
    dy = np.random.default_rng(1).integers(-8, 8, y.shape).astype(dtype)
    t = as_tensor(x)
    with GradientTape() as tape:
        tape.watch(t)
        got = OPS[name](t, window, strides, padding)
    dx = tape.gradient(got, t, output_gradients=as_tensor(dy))
    exact = (
        {"rtol": 0, "atol": 0} if name == "max_pool" else {"rtol": 1e-5 if dtype == "float32" else 1e-13, "atol": 1e-5}
    )
    np.testing.assert_allclose(got.numpy(), y, **exact)
    np.testing.assert_allclose(dx.numpy(), backward(dy.astype("float64")), **exact)
    assert got.dtype == dx.dtype == dtype
    np.testing.assert_array_equal(OPS[name](x, window, strides, padding).numpy(), got.numpy())  # without a tape


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("case", [c for c in CASES if np.prod(c[0]) < 1000], ids=str)
def test_vjp(case, name):
    shape, window, strides, padding = case
    check_vjp(lambda x: OPS[name](x, window, strides, padding), different(shape), second=True)


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_same_bits(case, name, isa):
    shape, window, strides, padding = case
    x = np.random.default_rng(0).standard_normal(shape, "float32")

    def step(x):
        with GradientTape() as tape:
            tape.watch(x)
            y = OPS[name](x, window, strides, padding)
        return y, tape.gradient(y, x)

    def bits(f):
        return [t.numpy().tobytes() for t in f(as_tensor(x))]

    threads, limit = config.get_num_threads(), engine.set_parallel_work(1)
    try:
        config.set_num_threads(1)
        expected = bits(step)
        for n in (1, 2, 3):
            config.set_num_threads(n)
            assert bits(step) == expected and bits(function(step)) == expected, f"{n} threads"
    finally:
        config.set_num_threads(threads)
        engine.set_parallel_work(limit)


@pytest.mark.parametrize(
    "extent,window,stride,padding,wanted",
    [
        (7, 2, 2, "valid", (3, 0)), (7, 2, 2, "same", (4, 0)), (7, 3, 2, "same", (4, 1)), (5, 5, 1, "VALID", (1, 0)),
        (5, 2, 3, "same", (2, 0)), (5, 3, 4, "SAME", (2, 1)), (6, 3, 2, ((1, 0),), (3, 1)), (1, 9, 1, "same", (1, 4)),
    ],
)  # fmt: skip
def test_window_axis(extent, window, stride, padding, wanted):
    assert pool.window_axis("here", extent, window, stride, padding, 0) == wanted


@pytest.mark.parametrize("dtype", ["float16", "int32", "uint8"])
def test_other_types(dtype):
    x = np.arange(32).reshape(1, 4, 4, 2).astype(dtype)
    y = pool.max_pool(x, 2)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.numpy()[0, ..., 1], [[11, 15], [27, 31]])


def test_tie_goes_to_the_first_pixel(isa):
    x = as_tensor(np.zeros((1, 4, 4, 20), "float32"))
    with GradientTape() as tape:
        tape.watch(x)
        y = pool.max_pool(x, 2)
    dx = tape.gradient(y, x).numpy()
    assert (dx[0, ::2, ::2] == 1).all() and dx.sum() == y.size


def test_infinities_and_nan():
    x = np.full((1, 2, 4, 1), -np.inf, "float32")
    x[0, 0, 3, 0] = np.nan
    y = pool.max_pool(x, 2).numpy().ravel()
    assert y[0] == -np.inf and not y[1] > -np.inf
    x[0, 0, 2, 0] = np.nan
    assert np.isnan(pool.max_pool(x, 2).numpy().ravel()[1])


def test_channels_first():
    x = different((2, 3, 6, 4))
    last = np.moveaxis(x, 1, -1)
    for op in OPS.values():
        y = op(x, (2, 3), data_format="channels_first").numpy()
        np.testing.assert_array_equal(np.moveaxis(y, 1, -1), op(last, (2, 3)).numpy())


@pytest.mark.parametrize("shape,factors", [((2, 3, 4), (3,)), ((2, 3, 2, 17), (2, 3)), ((1, 2, 2, 3, 4), (1, 2, 2))])
def test_repeat_pixels(shape, factors, isa, n_threads):
    x = different(shape)
    wanted = x
    for axis, k in enumerate(factors, 1):
        wanted = np.repeat(wanted, k, axis)
    np.testing.assert_array_equal(pool.repeat_pixels(x, factors).numpy(), wanted)
    check_vjp(lambda x: pool.repeat_pixels(x, factors), x, second=True)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int8", "bool"])
@pytest.mark.parametrize(
    "shape,around,axis",
    [
        ((2, 3, 4), [(1, 2)], 1), ((2, 3, 4, 5), [(1, 0), (0, 2)], 1), ((2, 5, 3, 4), [(2, 1), (0, 0)], 2),
        ((2, 3, 4, 5, 2), [(1, 1), (2, 0), (0, 1)], 1), ((2, 5, 6, 3), [(-1, -2), (0, -3)], 1), ((2, 5, 6, 3), [(-2, 3), (4, -1)], 1),
        ((0, 3, 3, 1), [(1, 1), (1, 1)], 1), ((2, 3, 3, 1), [(-3, 0), (0, 0)], 1), ((1, 3, 3, 1), [(-3, 2), (-3, 2)], 1),
    ],
)  # fmt: skip
def test_move_edges(shape, around, axis, dtype, isa, n_threads):
    x = different(shape, dtype) if dtype != "bool" else different(shape) % 2 > 0.5
    padded = np.pad(x, [(10, 10) if axis <= k < axis + len(around) else (0, 0) for k in range(len(shape))])
    inside = tuple(
        slice(10 - around[k - axis][0], 10 + e + around[k - axis][1]) if axis <= k < axis + len(around) else slice(None)
        for k, e in enumerate(shape)
    )
    wanted = padded[inside]
    y = edges.move_edges(x, around, axis)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.numpy(), wanted)
    if dtype == "float64" and wanted.size and n_threads == 1:
        check_vjp(lambda x: edges.move_edges(x, around, axis), x, second=True)


@pytest.mark.parametrize("size", [(3, 5), (6, 10), (2, 4), (7, 3), (1, 1)])
def test_resize_bilinear_is_linear_between_centres(size):
    h, w = 3, 5
    x = np.arange(h)[:, None, None] * 2.0 + np.arange(w)[None, :, None] * 0.5 + np.zeros((1, 1, 2))
    y = resize.resize(x, size).numpy()
    at = [np.clip((np.arange(n) + 0.5) * old / n - 0.5, 0, old - 1) for n, old in zip(size, (h, w), strict=True)]
    np.testing.assert_allclose(y[..., 0], at[0][:, None] * 2 + at[1] * 0.5, atol=1e-5)  # positions are float32
    check_vjp(lambda x: resize.resize(x, size), x, second=True)


def test_resize_nearest():
    x = np.arange(6, dtype="int32").reshape(1, 2, 3, 1)
    assert resize.resize(x, (1, 2), "nearest").numpy().ravel().tolist() == [3, 5]
    assert resize.resize(x, (2, 3), "nearest").dtype == "int32"
    check_vjp(lambda x: resize.resize(x, (4, 5), "nearest"), x.astype("float64"), second=True)


Z = np.zeros((1, 4, 4, 2), "float32")


@pytest.mark.parametrize(
    "call,error,text",
    [
        (lambda: pool.max_pool(Z[0, 0], 2), ValueError, r"3 to 5 axes.*\(4, 2\)"),
        (lambda: pool.max_pool(Z, 5), ValueError, "window.*4 pixels.*window=5"),
        (lambda: pool.max_pool(Z, (2, 2, 2)), ValueError, r"window=\(2, 2, 2\)"),
        (lambda: pool.max_pool(Z, 0), ValueError, "positive"),
        (lambda: pool.avg_pool(Z, 2, -1), ValueError, "strides=.*-1"),
        (lambda: pool.avg_pool(Z, 2, padding="full"), ValueError, "padding='full'"),
        (lambda: pool.max_pool(Z, 2, padding=((2, 0), (0, 0))), ValueError, "less than the window"),
        (lambda: pool.max_pool(Z[:, :0], 2, padding=((1, 1), (0, 0))), ValueError, "0 pixels along axis 1"),
        (lambda: pool.avg_pool(Z, 2, data_format="NHWC"), ValueError, "data_format"),
        (lambda: pool.avg_pool(Z.astype("int32"), 2), TypeError, "int32"),
        (lambda: pool.max_pool(Z.astype("int64"), 2), TypeError, "int64"),
        (lambda: edges.move_edges(Z, [(-3, -2), (0, 0)]), ValueError, "cut off more"),
        (lambda: resize.resize(Z, (0, 3)), ValueError, "size"),
        (lambda: resize.resize(Z, (2, 3), "some"), ValueError, "method"),
        (lambda: resize.resize(Z[:, :0], (2, 3)), ValueError, "pixels"),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()


@pytest.mark.parametrize("with_batch", [False, True])
def test_max_pool_with_argmax(with_batch, isa):
    x = np.random.default_rng(3).standard_normal((2, 5, 6, 3)).astype("float32")
    y, argmax = pool.max_pool_with_argmax(x, (2, 3), (2, 2), "same", with_batch)
    np.testing.assert_array_equal(y.numpy(), pool.max_pool(x, (2, 3), (2, 2), "same").numpy())
    images = x.reshape(1, -1) if with_batch else x.reshape(2, -1)
    found = argmax.numpy().reshape(len(images), -1)
    np.testing.assert_array_equal(np.take_along_axis(images, found, 1).ravel(), y.numpy().ravel())
    assert argmax.dtype.name == "int64"


def test_max_pool_with_argmax_takes_images_only():
    with pytest.raises(ValueError, match="max_pool_with_argmax: `input` must be"):
        pool.max_pool_with_argmax(np.ones((2, 5, 3), "float32"), 2)
