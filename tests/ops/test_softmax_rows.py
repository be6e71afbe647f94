"""Rows of scores either side of every border in csrc/softmax.h: near 0 or shifted, short or long, alone or in a tile."""

import numpy as np
import pytest
from pyseq.core.engine import run_parts

from pyseq.core import GradientTape, as_tensor, float32, float64, kernels
from pyseq.ops import softmax as ops
from tests.gradcheck import check_vjp

# exp within two units of the last place, and a sum of n terms in chains of n / 16
TOLERANCE = {"float32": dict(rtol=2e-6, atol=1e-37), "float64": dict(rtol=1e-14, atol=1e-300)}
# loss: the unit of log sum - x, which may be as large as the scores
LOSS_TOLERANCE = {"float32": dict(rtol=1e-6, atol=4e-7), "float64": dict(rtol=1e-14, atol=1e-15)}

# Short rows in part tiles and whole ones, either side of a vector and of the length where rows stop sharing vectors.
SHAPES = [
    (0, 3),
    (1, 1),
    (5, 2),
    (1000, 1),
    (333, 10),
    (65, 16),
    (70, 17),
    (40, 63),
    (40, 64),
    (9, 65),
    (3, 1000),
    (2, 2500),
]


def softmax_in_float64(x):
    x = np.asarray(x, "float64")
    y = np.empty_like(x)
    for r, row in enumerate(x):
        e = np.exp(row - row.max())
        y[r] = e / e.sum()
    return y


def crossentropy_in_float64(t, x):
    """Loss of each row: sum_j t_j (log sum exp(x) - x_j), where no label is no loss whatever x is."""
    t, x = np.asarray(t, "float64"), np.asarray(x, "float64")
    losses = []
    for labels, row in zip(t, x, strict=True):
        log_p = row - row.max() - np.log(np.exp(row - row.max()).sum())
        losses.append(sum(-label * value for label, value in zip(labels, log_p, strict=True) if label != 0))
    return np.array(losses)


def scores(shape, kind, dtype):
    """Rows near 0 (which need no shift), far from it, or both mixed, with the border of 44 among them."""
    rng = np.random.default_rng(shape[0] * 1000 + shape[1])
    x = rng.standard_normal(shape) * 4
    if kind != "near":
        far = np.ones(shape[0], bool) if kind == "far" else rng.random(shape[0]) < 0.3
        x[far] += rng.choice([-300, -44.1, 44, 60, 88, 1000], (far.sum(), 1))
        x[far] *= rng.choice([1, 20], (far.sum(), 1))
    return x.astype(dtype)


@pytest.mark.parametrize("kind", ["near", "far", "mixed"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_matches_reference(shape, kind, dtype, isa, n_threads):
    x = scores(shape, kind, dtype)
    rng = np.random.default_rng(0)
    classes, soft = rng.integers(0, shape[1], shape[0]), rng.dirichlet(np.ones(shape[1]), shape[0]).astype(dtype)
    one_hot = np.eye(shape[1], dtype=dtype)[classes]
    np.testing.assert_allclose(ops.softmax(x).numpy(), softmax_in_float64(x), **TOLERANCE[dtype])
    expected = crossentropy_in_float64(one_hot, x)
    for loss in (ops.sparse_softmax_crossentropy(classes, x), ops.softmax_crossentropy(one_hot, x)):
        np.testing.assert_allclose(loss.numpy(), expected, **LOSS_TOLERANCE[dtype])
    if kind == "near":
        loss = ops.softmax_crossentropy(soft, x).numpy()
        scale = 1 if dtype == "float64" else 8  # sum t x is rounded at its own size, about 10
        tolerance = {k: v * scale for k, v in LOSS_TOLERANCE[dtype].items()}
        np.testing.assert_allclose(loss, crossentropy_in_float64(soft, x), **tolerance)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradient(shape, dtype, isa, n_threads):
    x = scores(shape, "mixed", dtype)
    rng = np.random.default_rng(0)
    classes, dloss = rng.integers(0, shape[1], shape[0]), rng.standard_normal(shape[0]).astype(dtype)
    one_hot = np.eye(shape[1], dtype=dtype)[classes]
    expected = dloss.astype("float64")[:, None] * (softmax_in_float64(x) - one_hot)
    for op, labels in ((ops.sparse_softmax_crossentropy, classes), (ops.softmax_crossentropy, one_hot)):
        z = as_tensor(x)
        with GradientTape() as tape:
            tape.watch(z)
            loss = op(labels, z)
        dx = tape.gradient(loss, z, as_tensor(dloss)).numpy()
        np.testing.assert_allclose(dx, expected, rtol=1e-5 if dtype == "float32" else 1e-13, atol=np.finfo(dtype).eps)


def test_small_losses_are_exact_to_the_unit_of_the_probability(isa):
    """A confident row's loss is about exp(-gap): the scores' own size must not be seen in it."""
    for offset in (0, 20, -20, 500):
        x = np.array([[12.0, 0.0, -1.0]], "float32") + np.float32(offset)
        expected = crossentropy_in_float64([[1, 0, 0]], x)
        for loss in (ops.sparse_softmax_crossentropy([0], x), ops.softmax_crossentropy(np.float32([[1, 0, 0]]), x)):
            np.testing.assert_allclose(loss.numpy(), expected, atol=1.2e-7)


def test_infinite_and_nan(isa):
    inf, nan = np.inf, np.nan
    x = np.float32([[0, -inf, 1], [inf, 0, 0], [nan, 0, 0], [-inf, -inf, -inf], [50, 0, -inf], [1, 2, 3]])
    y = ops.softmax(x).numpy()
    np.testing.assert_allclose(y[[0, 4, 5]], softmax_in_float64(x[[0, 4, 5]]), rtol=1e-6)
    assert np.isnan(y[1:4]).all()
    sparse = ops.sparse_softmax_crossentropy([1, 0, 1, 2, 2, 2], x).numpy()
    assert sparse[0] == sparse[4] == inf and np.isnan(sparse[1:4]).all() and 0 < sparse[5] < 1
    dense = ops.softmax_crossentropy(np.float32([[1, 0, 0]] * 6), x).numpy()
    assert np.isnan(dense[1:4]).all() and 0 < dense[0] < 2 and dense[4] < 1e-6 and dense[5] > 2


@pytest.mark.parametrize("n", [1, 3, 10, 16, 40, 100])
@pytest.mark.parametrize("kind", ["near", "mixed"])
def test_same_bits_however_it_is_cut_and_wherever_a_row_stands(n, kind, isa):
    rows = 1000
    x, classes = scores((rows, n), kind, "float32"), np.random.default_rng(0).integers(0, n, rows)
    handle = kernels("sparse_crossentropy")
    parts = -(-rows // 64)
    outputs = (((rows,), float32), ((rows, n), float32))
    inputs = (as_tensor(classes), as_tensor(x))
    cuts = [[(0, parts)], [(p, p + 1) for p in range(parts)], [(3, parts), (0, 3)]]
    loss, p = (t.numpy() for t in run_parts(handle, inputs, outputs, (rows, n), (), parts, cuts[0], float32))
    for cut in cuts[1:]:
        again = run_parts(handle, inputs, outputs, (rows, n), (), parts, cut, float32)
        np.testing.assert_array_equal(again[0].numpy(), loss)
        np.testing.assert_array_equal(again[1].numpy(), p)
    for r in (0, 1, 517, 999):
        np.testing.assert_array_equal(ops.softmax(x[r : r + 1]).numpy(), p[r : r + 1])
        alone = ops.sparse_softmax_crossentropy(classes[r : r + 1], x[r : r + 1]).numpy()
        np.testing.assert_array_equal(alone, loss[r : r + 1])


@pytest.mark.parametrize("shape", [(3, 4), (2, 70)])
def test_vjp(shape):
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal(shape), rng.dirichlet(np.ones(shape[1]), shape[0])
    classes = as_tensor(rng.integers(0, shape[1], shape[0]))
    check_vjp(ops.softmax, x, second=True)
    check_vjp(ops.log_softmax, x, second=True)
    check_vjp(lambda x: ops.softmax_crossentropy(as_tensor(t, float64), x), x, second=True)
    check_vjp(lambda x: ops.sparse_softmax_crossentropy(classes, x), x, second=True)


def test_wrong_labels():
    with pytest.raises(ValueError, match="outside the valid range"):
        ops.sparse_softmax_crossentropy([3], np.zeros((1, 3), "float32"))
    with pytest.raises(TypeError, match="must be integers"):
        ops.sparse_softmax_crossentropy([1.5], np.zeros((1, 3), "float32"))
    with pytest.raises(ValueError, match="without its last axis"):
        ops.sparse_softmax_crossentropy([0, 1], np.zeros((1, 3), "float32"))
