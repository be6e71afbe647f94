"""Normalisations against references/norm.py; the layers' parity with tf.keras is tests/layers/test_image_layers.py."""

import numpy as np
import pytest

from pyseq.core import GradientTape, Variable, as_tensor, config, engine
from pyseq.ops import norm
from pyseq.plan import function
from tests.gradcheck import check_vjp
from tests.references import norm as reference

# (rows, channels): one column, odd to every vector, one instruction, several parts, chunks of rows with a short last one.
SHAPES = [(1, 1), (2, 3), (32, 10), (7, 17), (33, 64), (5, 65), (9, 200), (5000, 7), (2100, 40), (600, 130)]
# Chains of R / 4 additions; the variance of a constant column is not zero but a square of roundings.
TOLERANCE = {"float32": {"rtol": 1e-4, "atol": 2e-5}, "float64": {"rtol": 1e-11, "atol": 1e-12}}


def operands(shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    x, dy = rng.standard_normal((2, *shape))
    gamma, beta = rng.uniform(0.5, 2, (2, shape[-1]))
    return [a.astype(dtype) for a in (x + 3, gamma, beta, dy)]


def differentiated(f, dy, *arrays):
    tensors = [as_tensor(a) for a in arrays]
    with GradientTape() as tape:
        tape.watch(tensors)
        y = f(*tensors)
    return [y.numpy(), *(d.numpy() for d in tape.gradient(y, tensors, output_gradients=as_tensor(dy)))]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm(shape, dtype, isa, n_threads):
    x, gamma, beta, dy = operands(shape, dtype)
    wide = [a.astype("float64") for a in (x, gamma, beta, dy)]
    expected, mean, variance = reference.batch_norm(*wide[:3], 1e-3)
    moving = [Variable(np.full(shape[1], v, dtype)) for v in (0.5, 2.0)]
    got = differentiated(lambda *a: norm.batch_norm(*a, moving, momentum=0.75), dy, x, gamma, beta)
    wanted = [expected, *reference.batch_norm_backward(wide[3], wide[0], wide[1], 1e-3)]
    for g, w in zip(got, wanted, strict=True):
        assert g.dtype == dtype
        np.testing.assert_allclose(g, w, **TOLERANCE[dtype])
    np.testing.assert_allclose(moving[0].numpy(), 0.5 * 0.75 + mean * 0.25, **TOLERANCE[dtype])
    np.testing.assert_allclose(moving[1].numpy(), 2.0 * 0.75 + variance * 0.25, **TOLERANCE[dtype])


def same_bits(f, dy, *arrays):
    """f and its gradients: of one, two and three threads, eager and planned."""

    def step(*sources):
        with GradientTape() as tape:
            tape.watch(sources)
            y = f(*sources)
        return [y, *tape.gradient(y, sources, output_gradients=as_tensor(dy))]

    def bits(f):
        return [np.asarray(t).tobytes() for t in f(*map(as_tensor, arrays))]

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


@pytest.mark.parametrize("shape", SHAPES)
def test_same_bits(shape, isa):
    x, gamma, beta, dy = operands(shape, "float32")
    same_bits(norm.batch_norm, dy, x, gamma, beta)


@pytest.mark.parametrize("shape", [(32, 10), (40000, 3)])
def test_far_from_zero(shape):
    """Variance of numbers near 1000: the difference of mean squares would have no correct digit."""
    x = (1000 + np.random.default_rng(0).standard_normal(shape)).astype("float32")
    y = norm.batch_norm(x).numpy()
    np.testing.assert_allclose(y, reference.batch_norm(x.astype("float64"), 1, 0, 1e-3)[0], atol=2e-3)


def test_inference():
    x, gamma, beta, dy = operands((50, 17), "float64")
    mean, variance = np.linspace(-1, 1, 17), np.linspace(0.1, 3, 17)
    got = differentiated(lambda *a: norm.batch_norm_inference(a[0], mean, variance, a[1], a[2]), dy, x, gamma, beta)
    xhat = (x - mean) / np.sqrt(variance + 1e-3)
    wanted = xhat * gamma + beta, dy * gamma / np.sqrt(variance + 1e-3), (dy * xhat).sum(0), dy.sum(0)
    for g, w in zip(got, wanted, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape,axis", [((6, 3), -1), ((2, 3, 4), 1), ((2, 3, 2, 3), (1, 3)), ((300, 120), -1)])
def test_vjp(shape, axis):
    rng = np.random.default_rng(0)
    size = int(np.prod([shape[k] for k in np.atleast_1d(axis)]))
    x, gamma, beta = rng.standard_normal(shape), rng.standard_normal(size), rng.standard_normal(size)
    small = x.size < 1000
    check_vjp(lambda *a: norm.batch_norm(*a, axis=axis), x, gamma, beta, second=small)
    mean, variance = np.zeros(size), np.full(size, 2.0)
    check_vjp(lambda x, *a: norm.batch_norm_inference(x, mean, variance, *a, axis=axis), x, gamma, beta, second=small)
    check_vjp(lambda x: norm.batch_norm(x, axis=axis), x, second=small)


def test_weights_leave_elements_out():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4, 5, 3))
    keep = rng.integers(0, 2, (4, 5, 1)).astype("float64")
    y = norm.batch_norm_weighted(x, keep).numpy()
    kept = x[keep[..., 0] > 0]
    np.testing.assert_allclose(y, (x - kept.mean(0)) / np.sqrt(kept.var(0) + 1e-3), rtol=1e-12, atol=1e-12)
    check_vjp(lambda x: norm.batch_norm_weighted(x, keep), x, second=True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("axes", [(-1,), (1, 2), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("weighted", [False, True])
def test_normalized(axes, weighted, dtype, isa):
    """The moments over some axes, each element as often as its weight says."""
    rng = np.random.default_rng(0)
    x, weights = rng.standard_normal((3, 4, 5)), rng.uniform(0.5, 2, (3, 4, 5)) if weighted else np.ones((3, 4, 5))
    mean = np.average(x, axes, weights, keepdims=True)
    wanted = (x - mean) / np.sqrt(np.average((x - mean) ** 2, axes, weights, keepdims=True) + 1e-3)
    tensors = [as_tensor(a.astype(dtype)) for a in (x, weights)]
    y = norm.normalized(tensors[0], axes, 1e-3, tensors[1] if weighted else None)
    assert y.dtype == dtype
    np.testing.assert_allclose(y.numpy(), wanted, **TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "shape,groups", [((2, 3, 3, 6), 3), ((2, 5, 6), 2), ((3, 7, 5), 5), ((1, 1), 1), ((0, 3, 4), 2)]
)
@pytest.mark.parametrize("axis", [-1, 1])
def test_group_and_layer_norm(shape, groups, axis, dtype, isa):
    x, gamma, beta, _ = operands(shape, dtype)
    wide = [a.astype("float64") for a in (x, gamma, beta)]
    turned = np.moveaxis(x, -1, axis)
    wanted = reference.group_norm(wide[0], groups, *wide[1:], 1e-3), reference.layer_norm(*wide, 1e-3)
    got = norm.group_norm(turned, groups, gamma, beta, axis), norm.layer_norm(turned, gamma, beta, axis)
    for g, w in zip(got, wanted, strict=True):
        assert g.dtype == dtype
        np.testing.assert_allclose(g.numpy(), np.moveaxis(w, -1, axis), **TOLERANCE[dtype])


# (shape, groups, axis): images of one instruction, of chunks of rows with a short last one; one group, groups of one channel, of
# fewer and more channels than a vector has lanes; channels that stand elsewhere, behind each other in memory (rows) or not.
GROUPED = {
    "images": ((3, 4, 5, 6), 2, -1),
    "channels": ((2, 3, 7, 17), 17, -1),
    "wide": ((2, 9, 70), 2, -1),
    "one row": ((5, 48), 3, -1),
    "one element": ((4, 1), 1, -1),
    "chunks": ((2, 701, 100), 10, -1),
    "chunks of channels": ((3, 33, 40, 66), 66, -1),
    "chunks, wide": ((2, 150, 600), 2, -1),
    "rows": ((2, 6, 4, 8), 3, 1),
    "rows, chunks": ((2, 2, 300, 120), 1, 1),
    "rows of channels": ((3, 5, 16), 5, 1),
    "turned": ((2, 6, 7), 6, 1),
    "in the middle": ((2, 3, 8, 4), 2, 2),
    "of the batch": ((6, 5, 4), 3, 0),
    "of the batch, rows": ((6, 8, 4), 3, 0),
    "empty": ((0, 3, 4), 2, -1),
    "no positions": ((2, 0, 4), 2, -1),
}


def grouped(case, dtype):
    shape, groups, axis = GROUPED[case]
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, *shape))
    gamma, beta = rng.uniform(-2, 2, (2, shape[axis]))
    gamma[:1] = 0.0
    return [a.astype(dtype) for a in (x + 3, gamma, beta, dy)], groups, axis


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", GROUPED)
def test_group_norm(case, dtype, isa, n_threads):
    (x, gamma, beta, dy), groups, axis = grouped(case, dtype)
    got = differentiated(lambda *a: norm.group_norm(a[0], groups, *a[1:], axis), dy, x, gamma, beta)

    def last(a):
        return np.moveaxis(a.astype("float64") if axis else a.astype("float64")[None], axis if axis else 1, -1)

    wide = [last(x), gamma.astype("float64"), beta.astype("float64"), last(dy)]
    if x.size:
        backward = reference.group_norm_backward(wide[3], wide[0], groups, wide[1], 1e-3)
        wanted = [reference.group_norm(wide[0], groups, *wide[1:3], 1e-3), *backward]
    else:
        wanted = [wide[0], wide[0], 0 * wide[1], 0 * wide[2]]
    for g, w in zip(got[:2], wanted[:2], strict=True):
        assert g.dtype == dtype
        np.testing.assert_allclose(last(g), w, **TOLERANCE[dtype])
    by = max(1, np.sqrt(x.size / x.shape[axis])) if x.size else 1  # sums of so many errors
    for g, w in zip(got[2:], wanted[2:], strict=True):
        np.testing.assert_allclose(g / by, w / by, **TOLERANCE[dtype])


@pytest.mark.parametrize("case", GROUPED)
def test_group_norm_same_bits(case, isa):
    (x, gamma, beta, dy), groups, axis = grouped(case, "float32")
    same_bits(lambda *a: norm.group_norm(a[0], groups, *a[1:], axis), dy, x, gamma, beta)


def test_group_norm_of_an_image_alone():
    """It has the bits that it has in a batch."""
    for case in ("images", "wide", "chunks", "rows"):
        (x, gamma, beta, _), groups, axis = grouped(case, "float32")
        batch = norm.group_norm(x, groups, gamma, beta, axis).numpy()
        for n in range(len(x)):
            np.testing.assert_array_equal(norm.group_norm(x[n : n + 1], groups, gamma, beta, axis).numpy()[0], batch[n])


@pytest.mark.parametrize("axis", [-1, 1])
def test_group_norm_far_from_zero(axis):
    x = 1000 + np.random.default_rng(0).standard_normal((2, 40, 16, 40))
    y = norm.group_norm(x.astype("float32"), 4, axis=axis).numpy()
    wanted = reference.group_norm(np.moveaxis(x.astype("float32").astype("float64"), axis, -1), 4, 1, 0, 1e-3)
    np.testing.assert_allclose(np.moveaxis(y, axis, -1), wanted, atol=2e-3)


@pytest.mark.parametrize(
    "case", ["images", "one row", "rows", "rows of channels", "turned", "in the middle", "of the batch"]
)
def test_group_norm_vjp(case):
    (x, gamma, beta, _), groups, axis = grouped(case, "float64")
    check_vjp(lambda *a: norm.group_norm(a[0], groups, *a[1:], axis), x, gamma + 0.1, beta, second=True)
    check_vjp(lambda x: norm.group_norm(x, groups, axis=axis), x, second=True)


def test_group_norm_weights():
    """Weights of one are no weights, and those of zero leave elements out."""
    (x, gamma, beta, _), groups, axis = grouped("images", "float64")
    ones = norm.group_norm(x, groups, gamma, beta, axis, weights=np.ones((3, 4, 5, 1))).numpy()
    np.testing.assert_allclose(ones, norm.group_norm(x, groups, gamma, beta, axis).numpy(), rtol=1e-11, atol=1e-12)
    keep = (np.arange(4) < 3).astype("float64").reshape(1, 4, 1, 1)
    some = norm.group_norm(x, groups, gamma, beta, axis, weights=keep).numpy()[:, :3]
    wanted = norm.group_norm(np.ascontiguousarray(x[:, :3]), groups, gamma, beta, axis).numpy()
    np.testing.assert_allclose(some, wanted, rtol=1e-11, atol=1e-12)


def test_layer_and_group_norm_vjp():
    rng = np.random.default_rng(0)
    x, gamma, beta = rng.standard_normal((3, 4, 6)), rng.standard_normal(6), rng.standard_normal(6)
    check_vjp(lambda *a: norm.layer_norm(*a), x, gamma, beta, second=True)
    check_vjp(lambda x, g, b: norm.group_norm(x, 3, g, b), x, gamma, beta, second=True)


def test_empty_batch_leaves_the_averages():
    moving = [Variable(np.ones(3, "float32")) for _ in range(2)]
    assert norm.batch_norm(np.zeros((0, 3), "float32"), moving=moving).shape == (0, 3)
    assert all((v.numpy() == 1).all() for v in moving)


@pytest.mark.parametrize("shape", [(0, 3), (0, 4, 5, 3)])
def test_gradients_of_an_empty_batch_are_zero(shape):
    x, gamma, beta = map(as_tensor, (np.zeros(shape, "float32"), np.ones(3, "float32"), np.ones(3, "float32")))
    with GradientTape() as tape:
        tape.watch([x, gamma, beta])
        y = norm.batch_norm(x, gamma, beta)
    dx, dgamma, dbeta = tape.gradient(y, [x, gamma, beta])
    assert dx.shape == shape
    np.testing.assert_array_equal([dgamma, dbeta], np.zeros((2, 3)))


def test_read_only_and_turned_arrays():
    x = np.arange(12, dtype="float32").reshape(3, 4).T
    x.setflags(write=False)
    np.testing.assert_array_equal(norm.batch_norm(x).numpy(), norm.batch_norm(x.copy()).numpy())


@pytest.mark.parametrize(
    "call,error,text",
    [
        (lambda: norm.batch_norm(np.zeros((2, 3), "int32")), TypeError, "floating point.*int32"),
        (lambda: norm.batch_norm(np.zeros((2, 3), "f4"), np.ones(2, "f4")), ValueError, r"`gamma`.*3 channels.*\(2,\)"),
        (lambda: norm.batch_norm(np.zeros((2, 3), "f4"), axis=2), ValueError, "axis=2"),
        (lambda: norm.batch_norm(np.zeros((2, 3), "f4"), axis=(0, 0)), ValueError, "twice"),
        (
            lambda: norm.batch_norm(np.zeros((2, 3)), moving=[Variable(np.ones(3, "f4"))] * 2),
            ValueError,
            "moving mean.*float64.*float32",
        ),
        (lambda: norm.group_norm(np.zeros((2, 6), "f4"), 4), ValueError, "groups=4"),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_the_gradient_of_a_single_row_is_zero(isa):
    """Not a rounding error, of which an optimizer such as Adam would make whole steps."""
    x = as_tensor(np.random.default_rng(1).standard_normal((1, 37), dtype="float32"))
    gamma, dy = (as_tensor(np.random.default_rng(k).standard_normal(37, dtype="float32")) for k in (2, 3))
    with GradientTape() as tape:
        tape.watch(x)
        y = norm.batch_norm(x, gamma, None)
    assert not tape.gradient(y, x, output_gradients=as_tensor(dy.numpy()[None])).numpy().any()
