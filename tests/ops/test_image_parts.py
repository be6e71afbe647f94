"""Parts of the image ops on their own, against NumPy."""

import numpy as np
import pytest

from pyseq.core import as_tensor
from pyseq.ops import color, composed, crop, pick, resize, resize_taps
from pyseq.ops import elementwise as e
from tests.gradcheck import check_vjp

X = np.random.default_rng(0).uniform(-1, 1, (2, 5, 6, 3))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_put_pixels(dtype):
    rows, columns = np.int32([4, 0, 0, 3]), np.int32([5, 5, 1])
    dy = X[:, :4, :3].astype(dtype)
    want = np.zeros(X.shape)
    np.add.at(want, np.ix_(range(2), rows, columns), dy.astype("float64"))
    got = pick.put_pixels(as_tensor(dy), as_tensor(rows), as_tensor(columns), X.shape).numpy()
    np.testing.assert_allclose(got, want, atol=2e-3 if dtype == "float16" else 1e-6)


def test_weighed():
    pixels, weights = np.int32([[0, 1], [4, 4], [2, 0]]), np.float64([[0.5, 0.25], [1, -3], [2, 0]])
    got = resize.weighed(as_tensor(X), 1, pixels, weights).numpy()
    np.testing.assert_allclose(got, np.einsum("ot,notwc->nowc", weights, X[:, pixels]), atol=1e-15)
    check_vjp(lambda x: resize.weighed(x, 2, pixels, weights), X, second=True)


@pytest.mark.parametrize("c", [1, 3, 4, 9, 5000])
def test_weighed_images(c, isa, n_threads):
    x = np.random.default_rng(0).uniform(-1, 1, (2, 5, 6, c))
    rows = np.int32([[0, 1, 1], [4, 4, 2], [2, 0, 3]]), np.float64([[0.5, 0.25, 0], [1, -3, 2], [2, 0, 0]])
    columns = np.int32([[0, 1], [5, 4]]), np.float64([[0.5, 0.25], [1, 0]])
    both = lambda x: resize.weighed_images(x, rows, columns)  # noqa: E731
    wanted = np.einsum("ot,notwc->nowc", rows[1], x[:, rows[0]])
    wanted = np.einsum("ot,nhotc->nhoc", columns[1], wanted[:, :, columns[0]])
    np.testing.assert_allclose(both(as_tensor(x)).numpy(), wanted, atol=1e-14)
    if c < 10:
        check_vjp(both, x, second=True)


def test_halved():
    pixels, weights = resize_taps.halved(np.int32([[0, 1], [2, 3], [4, 5]]), np.float64([[0.25, 0.75], [0, 1], [0, 0]]))
    assert pixels[:2].tolist() == [[0, 1], [3, 3]] and weights.tolist() == [[0.25, 0.75], [0.5, 0.5], [0, 0]]


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int64"])
@pytest.mark.parametrize("rates", [(1, 1), (2, 1), (1, 2)])
@pytest.mark.parametrize("size, strides", [((2, 3), (1, 1)), ((1, 1), (2, 3)), ((2, 2), (2, 2)), ((9, 1), (1, 1))])
def test_windows(size, strides, rates, dtype, n_threads):
    x = (99 * X).astype(dtype)
    starts = [range(0, n - (k - 1) * r, s) for n, k, s, r in zip((5, 6), size, strides, rates, strict=True)]
    wanted = [
        [x[:, i : i + size[0] * rates[0] : rates[0], j : j + size[1] * rates[1] : rates[1]] for j in starts[1]]
        for i in starts[0]
    ]
    got = pick.windows(as_tensor(x), size, strides, rates).numpy()
    assert got.shape == (2, *map(len, starts), *size, 3)
    for i, row in enumerate(wanted):
        for j, window in enumerate(row):
            np.testing.assert_array_equal(got[:, i, j], window[:, : size[0], : size[1]])
    if dtype == "float32":
        check_vjp(lambda x: pick.windows(x, size, strides, rates), X, second=True)


@pytest.mark.parametrize("method", ["bilinear", "nearest"])
@pytest.mark.parametrize("c", [1, 3, 5])
def test_crop_boxes_as_composed(method, c, isa, n_threads):
    rng = np.random.default_rng(0)
    x, boxes = rng.random((3, 6, 7, c), "float32"), rng.uniform(-0.3, 1.3, (9, 4)).astype("float32")
    boxes[0], boxes[1, 0], boxes[2, 2], boxes[3, 1] = (0, 0, 1, 1), np.nan, np.inf, -np.inf
    which = as_tensor(np.int32([0, 1, 2] * 3))
    for size in ((3, 4), (1, 1), (2, 70)):
        given = as_tensor(x), as_tensor(boxes), which, size, method, 0.5
        got = crop.crop_boxes(*given).numpy()
        np.testing.assert_allclose(got, crop._composed(*given).numpy(), rtol=0, atol=2e-6)


def test_with_gradient_of():
    check_vjp(lambda x: composed.with_gradient_of(e.square(x), lambda x: e.multiply(x, x), x), X)
    check_vjp(lambda x, y: composed.with_gradient_of(e.multiply(x, y), e.multiply, x, y), X, X[:1])


def test_mixed():
    matrix = np.random.default_rng(1).uniform(size=(3, 4))
    np.testing.assert_allclose(color.mixed(as_tensor(X), matrix).numpy(), X @ matrix, atol=1e-15)


@pytest.mark.parametrize(("h", "w", "top", "left"), [(5, 6, 0, 0), (2, 3, 1, 1), (1, 6, 2, 0), (5, 1, 0, 2)])
def test_middle(h, w, top, left):
    got = resize.middle(as_tensor(X), h, w).numpy()
    np.testing.assert_array_equal(got, X[:, top : top + h, left : left + w])


def test_smart_resize():
    got = resize.smart_resize(as_tensor(X), (10, 4)).numpy()
    np.testing.assert_array_equal(got, resize.resize(as_tensor(X[:, :, 2:4].copy()), (10, 4)).numpy())
    with pytest.raises(ValueError, match="`x` must have the shape"):
        resize.smart_resize(as_tensor(X[0, 0]), (2, 2))


@pytest.mark.parametrize("size", [(0, 3), (2,), (1, 2, 3)])
def test_checked_size(size):
    assert resize.checked_size("who", [3, 4]) == (3, 4)
    with pytest.raises(ValueError, match="who: `size`"):
        resize.checked_size("who", size)
