"""Gathering and scattering against NumPy."""

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor
from pyseq.ops import gather
from pyseq.plan import function
from tests.ops.proofs import check_op

X = np.random.default_rng(0).standard_normal((3, 4, 5))


def along(x, indices, axis, batch):
    """tf.gather by its definition."""
    if batch == 0:
        return np.take(x, indices, axis)
    return np.stack([along(a, i, axis - 1, batch - 1) for a, i in zip(x, indices, strict=True)])


def integers(high, shape, seed=1):
    return np.random.default_rng(seed).integers(0, high, shape)


@pytest.mark.parametrize(
    "axis, batch, shape",
    [(0, 0, (2, 3)), (1, 0, (2,)), (2, 0, ()), (-1, 0, (7,)), (1, 1, (3, 2)), (2, 1, (3, 2)), (2, 2, (3, 4, 2)), (1, 1, (3,)),
     (2, -1, (3, 4, 2)), (None, 1, (3, 2)), (0, 0, (0,))],
)  # fmt: skip
@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_gather(axis, batch, shape, dtype):
    b = batch % len(shape) if batch < 0 else batch
    place = b if axis is None else axis % 3
    indices = integers(X.shape[place], shape).astype(dtype)
    check_op(lambda x, i: gather.gather(x, i, axis, batch), X, indices, want=along(X, indices, place, b))


def test_rows_picked_twice_get_the_sum():
    x = as_tensor(np.zeros((3, 2), "float32"))
    with GradientTape() as tape:
        tape.watch(x)
        y = gather.gather(x, [1, 1, 2, 1])
    assert tape.gradient(y, x).numpy().tolist() == [[0, 0], [3, 3], [1, 1]]


@pytest.mark.parametrize("depth, shape", [(1, (2,)), (2, (4,)), (3, (2, 3)), (0, (2,)), (1, ())])
def test_gather_nd_and_scatter_nd(depth, shape):
    indices = (
        np.stack([integers(X.shape[k], shape, k) for k in range(depth)], -1) if depth else np.zeros((*shape, 0), int)
    )
    key = tuple(indices[..., k] for k in range(depth))
    want = X[key] if depth else np.broadcast_to(X, (*shape, *X.shape))
    check_op(lambda x, i: gather.gather_nd(x, i), X, indices, want=want)
    added, changed, less = np.zeros(X.shape), X.copy(), X.copy()
    np.add.at(added, key, want * 2) if depth else np.copyto(added, 2 * want.sum(0))
    check_op(lambda i, u: gather.scatter_nd(i, u, X.shape), indices, want * 2, want=added)
    check_op(lambda x, i, u: gather.tensor_scatter_nd(x, i, u, "add"), X, indices, want * 2, want=X + added)
    check_op(lambda x, i, u: gather.tensor_scatter_nd(x, i, u, "sub"), X, indices, want * 2, want=X - added)
    if depth and len(np.unique(indices.reshape(-1, depth), axis=0)) == np.prod(shape):
        changed[key], less[key] = 7 * want, np.minimum(want, 0.1)
        check_op(lambda x, i, u: gather.tensor_scatter_nd(x, i, u), X, indices, want * 7, want=changed)
        few = np.full(want.shape, 0.1)
        check_op(lambda x, i, u: gather.tensor_scatter_nd(x, i, u, "min"), X, indices, few, want=less)
        check_op(lambda x, i, u: gather.tensor_scatter_nd(x, i, u, "max"), -X, indices, -few, want=-less)


def test_gather_nd_with_batches():
    indices = np.stack([integers(4, (3, 2)), integers(5, (3, 2), 2)], -1)
    want = np.stack([x[i[:, 0], i[:, 1]] for x, i in zip(X, indices, strict=True)])
    check_op(lambda x, i: gather.gather_nd(x, i, 1), X, indices, want=want)
    check_op(
        lambda x, i: gather.gather_nd(x, i, 1),
        X,
        indices[..., :1],
        want=np.stack([x[i] for x, i in zip(X, indices[..., 0], strict=True)]),
    )


def test_extremes_share_the_gradient():
    """As recorded from tf.tensor_scatter_nd_max at a tie of three."""
    x, u = as_tensor([2.0, 5.0]), as_tensor([2.0, 2.0, 1.0])
    with GradientTape() as tape:
        tape.watch([x, u])
        y = gather.tensor_scatter_nd(x, [[0], [0], [1]], u, "max")
    dx, du = tape.gradient(y, [x, u])
    np.testing.assert_allclose(dx.numpy(), [1 / 3, 1])
    np.testing.assert_allclose(du.numpy(), [1 / 3, 1 / 3, 0])


@pytest.mark.parametrize("axis, ndim", [(0, 1), (1, 1), (0, 2), (1, 2), (-1, 1), (0, 3)])
def test_boolean_mask(axis, ndim):
    place = axis % 3
    mask = np.random.default_rng(3).random(X.shape[place : place + ndim]) < 0.5
    check_op(lambda x: gather.boolean_mask(x, mask, axis), X, want=X[(slice(None),) * place + (mask,)])
    with pytest.warns(UserWarning, match="boolean_mask: the shape of the result depends on the values of `mask`"):
        function(lambda x, m: gather.boolean_mask(x, m, axis))(X, mask)


def test_nonzero():
    a = np.array([[0, 2], [3, 0]])
    assert gather.nonzero(a).numpy().tolist() == [[0, 1], [1, 0]] and gather.nonzero(a).dtype == "int64"


@pytest.mark.parametrize("shift, axis", [(1, 0), (-2, 1), ([1, 7], [0, 2]), ([1, 2], [1, 1]), (0, 0)])
def test_roll(shift, axis):
    want = X
    for n, k in zip(np.ravel(shift), np.ravel(axis), strict=True):
        want = np.roll(want, n, k)
    check_op(lambda x: gather.roll(x, shift, axis), X, want=want)


@pytest.mark.parametrize("seq, batch", [(1, 0), (2, 0), (0, 2), (-1, 1)])
def test_reverse_sequence(seq, batch):
    lengths = integers(X.shape[seq] + 1, X.shape[batch])
    y = np.moveaxis(X, (batch, seq), (0, 1)).copy()
    for k, n in enumerate(lengths):
        y[k, :n] = y[k, :n][::-1]
    want = np.moveaxis(y, (0, 1), (batch, seq))
    check_op(lambda x, n: gather.reverse_sequence(x, n, seq, batch), X, lengths, want=want)


@pytest.mark.parametrize("call, error, message", [
    (lambda: gather.gather(X, [3]), IndexError, r"gather: `indices` must be in \[0, 3\). Received: 3"),
    (lambda: gather.gather(X, [1.0]), TypeError, "gather: `indices` must be integers. Received: dtype=float32"),
    (lambda: gather.gather(X, [[0, 1]], 0, 1), ValueError, "gather: `axis` must not be before batch_dims=1"),
    (lambda: gather.gather(X, [[0, 1]], 1, 1), ValueError, "gather: `indices` must have the first 1 extents of x"),
    (lambda: gather.gather(X, [0], 1, 2), ValueError, r"gather: `batch_dims` must be in \[-1, 1\]"),
    (lambda: gather.gather_nd(X, [[0, 4]]), IndexError, r"gather_nd: `indices` must be inside of \(3, 4\). Received: \[0, 4\]"),
    (lambda: gather.gather_nd(X, [0, 0, 0, 0]), ValueError, "gather_nd: the last axis of `indices` must not be longer"),
    (lambda: gather.gather_nd(X, 0), ValueError, "gather_nd: `indices` must have an axis"),
    (lambda: gather.scatter_nd([[-1]], [1.0], [3]), IndexError, r"scatter_nd: `indices` must be inside of \(3,\)"),
    (lambda: gather.scatter_nd([[1]], [[1.0]], [3]), ValueError, r"scatter_nd: `updates` must have the shape \(1,\)"),
    (lambda: gather.tensor_scatter_nd(X, [[1]], [1.0], "max"), ValueError, r"tensor_scatter_nd_max: `updates` must have the shape"),
    (lambda: gather.boolean_mask(X, [True]), ValueError, "boolean_mask: `mask` must be bool, of the shape of x from axis 0 on"),
    (lambda: gather.roll(X, [1, 2], 0), ValueError, "roll: `shift` and `axis` must be of one length"),
    (lambda: gather.reverse_sequence(X, [1, 2], 1, 0), ValueError, "reverse_sequence: `lengths` must have one number"),
    (lambda: gather.reverse_sequence(X, [1, 2, 9], 1, 0), ValueError, r"reverse_sequence: `lengths` must be in \[0, 4\]. Received: 9"),
])  # fmt: skip
def test_errors(call, error, message):
    with pytest.raises(error, match=f"^{message}"):
        call()


def test_places_as_numbers():
    assert gather.whole_numbers("f", [1, 2]).dtype == "int32"
    assert gather.row_numbers("f", as_tensor([[0, 1], [2, 3]]), (3, 4)).numpy().tolist() == [1, 11]
    assert gather.checked_updates("f", as_tensor([[0], [1]]), as_tensor(np.ones((2, 3))), (5, 3)) == 1
