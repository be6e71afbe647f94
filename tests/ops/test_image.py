"""Resizing, picking and transforming of images against references/image.py. Parity with TensorFlow: tests/tf/test_image.py."""

import itertools

import numpy as np
import pytest

import pyseq
from pyseq.core import as_tensor
from pyseq.ops import affine, color, pick, resize, resize_taps
from pyseq.plan import function
from tests.gradcheck import check_vjp
from tests.references import image as reference

SHAPES = [
    (2, 7, 5, 3),
    (1, 4, 9, 1),
    (3, 5, 6, 4),
    (1, 6, 5, 17),
    (2, 1, 1, 2),
    (1, 3, 4, 65),
    (0, 4, 5, 3),
    (2, 4, 5, 0),
]
SIZES = [(3, 4), (9, 11), (1, 1), (7, 5)]
# Float32 sums of up to 30 terms of weights that add up to 1, negative ones among them.
TOLERANCE = {"float32": 2e-6, "float64": 1e-14}


def values(shape, dtype="float64"):
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("method", [m for m in resize.METHODS if m != "nearest"])
def test_resize(method, dtype, isa):
    for shape, size in itertools.product(SHAPES, SIZES):
        x = values(shape, dtype)
        for antialias in (False, True):
            y = resize.resize(x, size, method, antialias).numpy()
            wanted = x
            for axis, n in enumerate(size, 1):
                if n != shape[axis] or method in resize_taps.SMOOTHING:
                    wanted = reference.weigh_pixels(wanted, *resize_taps.taps(method, antialias, shape[axis], n), axis)
            assert y.dtype == dtype
            np.testing.assert_allclose(y, wanted, rtol=0, atol=4 * TOLERANCE[dtype])


@pytest.mark.parametrize("method", resize.METHODS)
def test_weights_are_means(method):
    for old, new in ((7, 3), (3, 7), (1, 5), (5, 1), (64, 9)):
        if method != "nearest":
            for antialias in (False, True):
                pixels, weights = resize_taps.taps(method, antialias, old, new)
                np.testing.assert_allclose(weights.sum(1), 1, rtol=1e-12)
                assert pixels.min() >= 0 and pixels.max() < old


@pytest.mark.parametrize("c", [1, 2, 3, 4, 9, 64])
@pytest.mark.parametrize("method", ["bilinear", "bicubic"])
def test_bytes_are_resized_as_floats(method, c, isa, n_threads):
    x = np.random.default_rng(0).integers(0, 256, (2, 9, 12, c), "uint8")
    for size in ((4, 5), (9, 20), (17, 24)):
        got = resize.resize(x, size, method).numpy()
        assert got.dtype == "float32"
        np.testing.assert_allclose(got, resize.resize(x.astype("float32"), size, method), rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("c", [1, 3, 5, 4099])
def test_rows_longer_than_the_buffer(c, isa):
    old, new = (3, 12000 // c + 3), (2, 9000 // c + 2)
    x = values((1, *old, c), "float32")
    for method, antialias in (("bilinear", False), ("lanczos3", False), ("area", False), ("bilinear", True)):
        wanted = x
        for axis in (1, 2):
            wanted = reference.weigh_pixels(
                wanted, *resize_taps.taps(method, antialias, old[axis - 1], new[axis - 1]), axis
            )
        np.testing.assert_allclose(resize.resize(x, new, method, antialias), wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("c", [1, 3, 4, 9])
def test_pixels_of_weight_zero_do_not_count(c):
    x = np.ones((1, 5, 5, c), "float32")
    x[:, 1::2] = x[:, :, 1::2] = (
        np.inf
    )  # the centres of 3 pixels of 5/3 are at 1/3, 2 and 11/3; those of 15, at every third
    y = resize.resize(x, (15, 15)).numpy()
    np.testing.assert_array_equal(y[:, 1::6, 1::6], 1)
    assert not np.isnan(y).any()


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int16", "int64", "bool", "float16"])
def test_nearest_keeps_every_bit(dtype, isa, n_threads):
    x = (values((2, 5, 7, 3)) * 100).astype(dtype)
    for size in SIZES:
        rows, columns = (((np.arange(n) + 0.5) * old / n).astype(int) for n, old in zip(size, (5, 7), strict=True))
        np.testing.assert_array_equal(resize.resize(x, size, "nearest"), x[:, rows][:, :, columns])


@pytest.mark.parametrize("method", resize.METHODS)
def test_resize_vjp(method):
    for size in ((3, 4), (6, 9)):
        check_vjp(lambda x, size=size: resize.resize(x, size, method), values((2, 5, 4, 3)), second=True)
    check_vjp(lambda x: resize.resize(x, (2, 2), method, True), values((1, 5, 7, 2)))


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int64"])
def test_window(dtype, isa, n_threads):
    x = (values((2, 6, 7, 3)) * 100).astype(dtype)
    for top, left in ((0, 0), (2, 3), (3, 2)):
        y = pick.window(as_tensor(x), (as_tensor(top), as_tensor(left)), (3, 4))
        np.testing.assert_array_equal(y, x[:, top : top + 3, left : left + 4])
    outside = pick.window(as_tensor(x), (as_tensor(99), as_tensor(-5)), (3, 4))
    np.testing.assert_array_equal(outside, x[:, 3:, :4], "moved inside: memory is never read outside")


def test_pick_vjp():
    rows, columns = (as_tensor(np.array(k, "int32")) for k in ([0, 2, 2, 1], [3, 3, 0]))
    check_vjp(lambda x: pick.pick_pixels(x, rows, columns), values((2, 3, 4, 2)), second=True)
    check_vjp(lambda x: pick.pick_pixels(x, rows, columns, 0), values((3, 4, 5)), second=True)


TRANSFORMS = {
    "same": (1, 0, 0, 0, 1, 0, 0, 0),
    "moved": (1, 0, -2.3, 0, 1, 1.6, 0, 0),
    "far": (1, 0, 23.4, 0, 1, -31.7, 0, 0),
    "turned": (0.79, -0.61, 1.27, 0.61, 0.79, -0.93, 0, 0),
    "small": (2.7, 0.1, -5.2, 0.2, 3.1, -4.4, 0, 0),
    "leaning": (1.1, 0.2, 0.3, -0.1, 0.9, 0.7, 0.031, -0.023),
    "to infinity": (1, 0, 0.1, 0, 1, 0.2, -0.5, 0),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("fill_mode", affine.FILL_MODES)
@pytest.mark.parametrize("interpolation", affine.INTERPOLATIONS)
@pytest.mark.parametrize("name", TRANSFORMS)
def test_affine(name, interpolation, fill_mode, dtype, isa):
    m = np.array([TRANSFORMS[name], TRANSFORMS["turned"]], "float32") + np.float32(0.0119) * (name != "to infinity")
    for shape, size in (((2, 5, 6, 3), (5, 6)), ((2, 4, 7, 1), (6, 3)), ((2, 1, 1, 2), (3, 3))):
        if fill_mode != "constant" and name == "to infinity":
            continue
        x = values(shape, dtype)
        y = affine.affine(x, m, size, fill_mode, interpolation, -2.0).numpy()
        wanted = reference.affine(x, m, size, fill_mode, interpolation, -2.0)
        assert y.dtype == dtype
        # Places are float32: off by 1e-5 where they are far away.
        np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-4)


@pytest.mark.parametrize("fill_mode", affine.FILL_MODES)
@pytest.mark.parametrize("interpolation", affine.INTERPOLATIONS)
def test_affine_vjp(interpolation, fill_mode):
    m = np.array([TRANSFORMS["turned"], TRANSFORMS["small"]], "float32")

    def op(x):
        return affine.affine(x, m, (4, 7), fill_mode, interpolation, 0.5)

    check_vjp(op, values((2, 5, 6, 2)), second=True)


def test_affine_is_the_same_on_every_instruction_set(isa):
    x, m = values((1, 30, 40, 3), "float32"), np.array([TRANSFORMS["turned"]], "float32")
    y = affine.affine(x, m, None, "reflect", "bilinear").numpy()
    pyseq.config.set_isa("base")
    np.testing.assert_array_equal(affine.affine(x, m, None, "reflect", "bilinear"), y)


def test_affine_takes_anything():
    x = np.arange(24, dtype="uint8").reshape(1, 4, 6, 1)
    y = affine.affine(x, np.array([TRANSFORMS["moved"]]), fill_value=200, interpolation="nearest").numpy()
    assert y.dtype == np.uint8 and y[0, 0, 0, 0] == 200
    for strange in (np.nan, np.inf, -np.inf, 1e30):
        m = np.full((1, 8), strange, "float32")
        for mode in affine.FILL_MODES:
            assert affine.affine(x, m, None, mode, "bilinear").shape == x.shape
    assert affine.affine(np.zeros((0, 3, 3, 1), "float32"), np.zeros((1, 8), "float32")).shape == (0, 3, 3, 1)
    assert affine.affine(np.zeros((1, 0, 3, 1), "float32"), np.ones((1, 8)), (2, 2), "reflect").shape == (1, 2, 2, 1)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: affine.affine(np.zeros((3, 3, 1)), np.zeros((1, 8))), "N, H, W, C"),
        (lambda: affine.affine(np.zeros((3, 3, 3, 1)), np.zeros((2, 8))), "transforms"),
        (lambda: affine.affine(np.zeros((1, 3, 3, 1)), np.zeros((1, 8)), None, "mirror"), "fill_mode"),
        (lambda: affine.affine(np.zeros((1, 3, 3, 1)), np.zeros((1, 8)), None, "wrap", "cubic"), "interpolation"),
        (lambda: resize.resize(np.zeros((3, 3)), (2, 2)), "N, H, W, C"),
        (lambda: resize.resize(np.zeros((3, 3, 1)), (2, 0)), "size"),
        (lambda: resize.resize(np.zeros((3, 3, 1)), (2,)), "size"),
        (lambda: resize.resize(np.zeros((0, 3, 1)), (2, 2)), "pixels"),
        (lambda: resize.resize(np.zeros((3, 3, 1)), (2, 2), "cubic"), "method"),
    ],
)
def test_errors(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_colors_have_gradients():
    x = np.random.default_rng(0).uniform(0.05, 0.95, (3, 4, 3))
    for op in (
        color.rgb_to_hsv, color.hsv_to_rgb, lambda x: color.adjust_hue(x, 0.3), lambda x: color.adjust_saturation(x, 0.7),
        lambda x: color.adjust_contrast(x, 1.3),
    ):  # fmt: skip
        check_vjp(op, x)


def test_same_bits_for_every_number_of_threads(n_threads, isa):
    x, m = values((3, 9, 8, 3), "float32"), np.array([TRANSFORMS["turned"]], "float32")
    channels = [values((3, 9, 8, c), "float32") for c in (1, 3, 4, 17)]
    ops = [lambda m=m, x=x: resize.resize(x, (5, 11), m) for m in resize.METHODS for x in channels]
    ops += [lambda mode=mode: affine.affine(x, m, None, mode, "bilinear") for mode in affine.FILL_MODES]
    many = [op().numpy().tobytes() for op in ops]
    pyseq.config.set_num_threads(1)
    assert [op().numpy().tobytes() for op in ops] == many


@pytest.mark.parametrize("method", ["bilinear", "nearest", "lanczos3"])
def test_planned_as_eager(method):
    x = values((2, 5, 7, 3), "float32")
    op = function(lambda x: resize.resize(x, (8, 3), method))
    assert op(x).numpy().tobytes() == resize.resize(x, (8, 3), method).numpy().tobytes()


@pytest.mark.parametrize("mode", affine.FILL_MODES)
def test_affine_image_is_scipys(mode, isa, n_threads):
    ndimage = pytest.importorskip("scipy.ndimage")
    rng = np.random.default_rng(0)
    for k, (order, interpolation) in itertools.product(range(40), enumerate(affine.INTERPOLATIONS)):
        x = rng.random((*rng.integers(1, 12, 2), 2)).astype(("float32", "float64")[k % 2])
        matrix, offset = rng.normal(size=(2, 2)) * 1.5, rng.normal(size=2) * 6
        if k % 5 == 0:  # onto pixels
            matrix, offset = np.round(matrix), np.round(offset)
        got = affine.affine_image(as_tensor(x[None]), matrix, offset, mode, interpolation, 0.3)
        channels = [
            ndimage.affine_transform(a, matrix, offset, order=order, mode=mode, cval=0.3) for a in np.moveaxis(x, 2, 0)
        ]
        np.testing.assert_allclose(got[0], np.stack(channels, -1), rtol=0, atol=1e-15)
