"""Parts of the image ops on their own, against NumPy."""

import numpy as np
import pytest

from pyseq.core import as_tensor
from pyseq.ops import color, pick, resize
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
