"""Products sample by sample and vectors of unit length: values against NumPy, gradients, bits of plan and eager, errors."""

import numpy as np
import pytest

import pyseq
from pyseq.core import as_tensor
from pyseq.ops.batch_dot import batch_dot, unit_length
from tests.gradcheck import check_vjp

RNG = np.random.default_rng(0)
CASES = [  # shapes of x and y, axes
    ((3, 4), (3, 4), (1, 1)), ((3, 2, 4), (3, 4), (2, 1)), ((3, 4), (3, 2, 4), (1, 2)), ((3, 4, 2), (3, 4, 5), (1, 1)),
    ((3, 2, 4), (3, 5, 4), (-1, -1)), ((2, 3, 4, 5), (2, 6, 4, 2), (2, 2)), ((2, 3, 4), (2, 4, 5, 2), (2, 1)),
    ((1, 1), (1, 1), (1, 1)), ((0, 2, 4), (0, 4), (2, 1)), ((2, 0, 4), (2, 5, 4), (2, 2)), ((2, 3, 0), (2, 0), (2, 1)),
]  # fmt: skip


def reference(x, y, axes):
    x, y = np.moveaxis(x, axes[0], -1), np.moveaxis(y, axes[1], -1)
    z = np.stack([np.tensordot(a, b, (-1, -1)) for a, b in zip(x, y, strict=True)]) if len(x) else None
    shape = (len(x), *x.shape[1:-1], *y.shape[1:-1])
    z = np.zeros(shape) if z is None else z
    return z if z.ndim > 1 else z[:, None]


def arrays(shapes, dtype="float64"):
    return [RNG.standard_normal(s).astype(dtype) for s in shapes]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("a", "b", "axes"), CASES)
def test_batch_dot(a, b, axes, dtype):
    x, y = arrays((a, b), dtype)
    z = batch_dot(x, y, axes).numpy()
    assert z.dtype == dtype
    np.testing.assert_allclose(z, reference(x, y, axes), rtol=1e-5, atol=1e-5)
    planned = pyseq.function(lambda s, t: batch_dot(s, t, axes))(as_tensor(x), as_tensor(y))
    np.testing.assert_array_equal(planned.numpy(), z)


@pytest.mark.parametrize(("a", "b", "axes"), [c for c in CASES if 0 not in c[0]])
def test_batch_dot_gradient(a, b, axes):
    check_vjp(lambda x, y: batch_dot(x, y, axes), *arrays((a, b)), second=True)


@pytest.mark.parametrize("axis", [-1, 1, (1, 2), (0, 1, 2)])
def test_unit_length(axis):
    (x,) = arrays([(2, 3, 4)])
    np.testing.assert_allclose(unit_length(as_tensor(x), axis).numpy(), x / np.sqrt((x * x).sum(axis, keepdims=True)))
    check_vjp(lambda t: unit_length(t, axis), x, second=True)


def test_unit_length_of_zeros():
    np.testing.assert_array_equal(unit_length(as_tensor(np.zeros((2, 3))), -1).numpy(), 0)
    np.testing.assert_allclose(unit_length(as_tensor(np.full((1, 1), 1e-9)), -1).numpy(), 1e-3)


@pytest.mark.parametrize(
    ("shapes", "axes", "message"),
    [(((3,), (3, 4)), (0, 1), "two axes at least"), (((3, 4), (3, 4)), (0, 1), "axis 0, which counts the samples"),
     (((3, 4), (2, 4)), (1, 1), "one batch size"), (((3, 4), (3, 5)), (1, 1), "one extent"), (((3, 4), (3, 4)), (2, 1), "axis")],
)  # fmt: skip
def test_errors(shapes, axes, message):
    with pytest.raises(ValueError, match=message):
        batch_dot(*arrays(shapes), axes)
