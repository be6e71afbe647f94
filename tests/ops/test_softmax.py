"""Softmax and the crossentropies of logits. TensorFlow's values at limits were recorded by fixtures/make_softmax.py."""

import numpy as np
import pytest

from pyseq.core import GradientTape, Variable, as_tensor, config, shapes_only, wrap
from pyseq.ops import softmax as ops
from tests.fixtures.make_softmax import INF, NAN, classes, cotangent, operands, recorded
from tests.gradcheck import check_vjp
from tests.references import softmax as reference

FLOATS = ("float32", "float64")
# (rows, n): nothing, one, odd and even to the vectors, short rows (several at a time), one and many parts, long rows.
SHAPES = [
    (0, 3),
    (1, 1),
    (5, 1),
    (1, 3),
    (7, 3),
    (300, 10),
    (64, 16),
    (65, 17),
    (3, 100),
    (2, 1000),
    (3, 1023),
    (2, 5000),
]
# exp and the quotient are good to some units in the last place; sums of n terms in LANES chains add about log2(n).
RTOL = {"float32": 2e-6, "float64": 4e-15, "float16": 2e-3}
ATOL = {"float32": 4e-7, "float64": 1e-15, "float16": 2e-3}  # log near 1, p - t
CROSSENTROPIES = ("softmax_crossentropy", "sparse_softmax_crossentropy", "sigmoid_crossentropy")


def bits(a):
    return np.ascontiguousarray(a).view(f"u{a.dtype.itemsize}")


def close(ours, expected, dtype):
    np.testing.assert_allclose(ours, expected, rtol=RTOL[dtype], atol=ATOL[dtype])


def pulled_back(f, dy, *xs):
    """Value and gradients of the floating point operands."""
    xs = [as_tensor(x) for x in xs]
    with GradientTape() as tape:
        tape.watch([x for x in xs if x.dtype.is_floating])
        y = f(*xs)
    dxs = tape.gradient(y, [x for x in xs if x.dtype.is_floating], output_gradients=as_tensor(dy))
    return y.numpy(), [dx.numpy() for dx in dxs]


def case(name, shape, dtype, seed=0):
    """The operands of a crossentropy and the cotangent of its value."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-8, 8, shape).astype(dtype)
    if name == "sigmoid_crossentropy":
        return rng.integers(0, 5, shape).astype(dtype) / 4, x, rng.uniform(-2, 2, shape).astype(dtype)
    dloss = rng.uniform(-2, 2, shape[:-1]).astype(dtype)
    if name == "softmax_crossentropy":
        t = rng.uniform(0, 1, shape)
        return (t / t.sum(-1, keepdims=True)).astype(dtype), x, dloss
    return rng.integers(0, shape[-1], shape[:-1]), x, dloss


def one_hot_labels(name, labels, n):
    return reference.one_hot(labels, n) if name == "sparse_softmax_crossentropy" else labels.astype("float64")


# ------------------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("dtype", [*FLOATS, "float16"])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax(name, dtype, isa, n_threads):
    f, g = getattr(ops, name), getattr(reference, name)
    for shape in SHAPES:
        rng = np.random.default_rng(0)
        x, dy = rng.uniform(-8, 8, shape).astype(dtype), rng.uniform(-1, 1, shape).astype(dtype)
        y, (dx,) = pulled_back(f, dy, x)
        assert y.dtype == dx.dtype == dtype and y.shape == dx.shape == shape
        close(y, g(x), dtype)
        expected = getattr(reference, f"{name}_grad")(dy.astype("float64"), x)
        scale = shape[-1] ** 0.5  # sum(dy) is rounded where it cancels
        np.testing.assert_allclose(dx, expected, rtol=4 * RTOL[dtype], atol=scale * ATOL[dtype])


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_axis(name, axis, isa):
    rng = np.random.default_rng(0)
    x, dy = rng.uniform(-3, 3, (2, 2, 3, 5))
    y, (dx,) = pulled_back(lambda x: getattr(ops, name)(x, axis), dy, x)
    close(y, getattr(reference, name)(x, axis), "float64")
    close(dx, getattr(reference, f"{name}_grad")(dy, x, axis), "float64")


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", CROSSENTROPIES)
def test_crossentropy(name, dtype, isa, n_threads):
    for shape in [*SHAPES, (4,), (2, 3, 5), (0, 0, 4)]:
        labels, x, dloss = case(name, shape, dtype)
        y, dxs = pulled_back(getattr(ops, name), dloss, labels, x)
        t = one_hot_labels(name, labels, shape[-1])
        form = name.replace("sparse_", "")
        assert y.dtype == dxs[-1].dtype == dtype
        close(y, getattr(reference, form)(t, x.astype("float64")), dtype)
        close(dxs[-1], getattr(reference, f"{form}_grad")(dloss.astype("float64"), t, x), dtype)
        if name == "softmax_crossentropy":
            close(dxs[0], -dloss[..., None] * reference.log_softmax(x), dtype)
        elif name == "sigmoid_crossentropy":
            np.testing.assert_array_equal(dxs[0], -dloss * x)


@pytest.mark.parametrize("name", CROSSENTROPIES)
def test_crossentropy_of_halves(name, isa):
    labels, x, dloss = case(name, (7, 5), "float16")
    y, dxs = pulled_back(getattr(ops, name), dloss, labels, x)
    assert y.dtype == dxs[-1].dtype == "float16"
    t, form = one_hot_labels(name, labels, 5), name.replace("sparse_", "")
    close(y, getattr(reference, form)(t, x), "float16")
    close(dxs[-1], getattr(reference, f"{form}_grad")(dloss.astype("float64"), t, x), "float16")


@pytest.mark.parametrize("dtype", ["int64", "int32", "int8", "uint8"])
def test_labels_of_any_integer_type(dtype):
    x = np.array([[0.0, 1.0, 2.0]] * 3, "float32")
    y = ops.sparse_softmax_crossentropy(np.array([0, 1, 2], dtype), x).numpy()
    np.testing.assert_allclose(y, -np.diag(reference.log_softmax(x)), rtol=1e-6)


def test_rows_without_elements(isa):
    x = np.zeros((2, 0), "float32")
    assert ops.softmax(x).shape == ops.log_softmax(x).shape == (2, 0)
    assert ops.softmax_crossentropy(x, x).numpy().tolist() == [0, 0]
    assert ops.sigmoid_crossentropy(x, x).shape == (2, 0)
    assert ops.softmax(x, axis=0).shape == (2, 0)


def test_certain_and_wrong(isa):
    """Where 1 - p is far below the last place of 1, the small loss and gradient are exact all the same."""
    x = np.array([12.0, 40.0, -40.0, -12.0], "float32")
    t = (x > 0).astype("float32")
    y, (_, dx) = pulled_back(ops.sigmoid_crossentropy, np.ones(4, "float32"), t, x)
    expected = np.exp(-abs(x.astype("float64")))
    np.testing.assert_allclose(y, np.log1p(expected), rtol=1e-6)
    np.testing.assert_allclose(dx, np.where(t == 1, -1, 1) * expected / (1 + expected), rtol=1e-6)


@pytest.mark.parametrize("dtype", FLOATS)
def test_large_logits_do_not_overflow(dtype, isa):
    x = np.array([[1e4, 0, -1e4], [1e30, 1e30, 0], [-1e30, -1e30, -1e30]], dtype)
    close(ops.softmax(x).numpy(), [[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]], dtype)
    assert np.isfinite(ops.log_softmax(x).numpy()).all()
    assert np.isfinite(ops.sparse_softmax_crossentropy([2, 2, 0], x).numpy()).all()


# ---------------------------------------------------------------------------------------------------- as TensorFlow


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    "name",
    ["softmax", "softmax axis 0", "log_softmax", "sparse_softmax_crossentropy", "sigmoid_crossentropy"]
    + [f"softmax_crossentropy {labels}" for labels in ("hard", "soft", "short")],
)
def test_as_tensorflow(name, dtype, isa):
    xs, expected = operands(name, dtype), recorded(f"{name}/{dtype}")
    function, *axis = name.split(" axis ")
    f = getattr(ops, function.split()[0])
    if name.startswith("sparse"):
        xs = [classes(name), *xs]
    y, dxs = pulled_back(lambda *xs: f(*xs, *map(int, axis)), cotangent(expected["y"]), *xs)
    if name == "softmax":
        # A row with NaN or inf in it: ours is NaN, TensorFlow leaves 0 in some places.
        lost = np.isnan(expected["y"]).any(-1)
        assert lost.sum() == 5 and np.isnan(y[lost]).all()
        expected = expected | {"y": np.where(lost[:, None], np.nan, expected["y"])}
    close(y, expected["y"], dtype)
    for j, dx in enumerate(dxs):
        close(dx, expected[f"d{j}"], dtype)


def test_the_gradient_takes_labels_to_sum_to_1():
    x, t = np.zeros((1, 2), "float32"), np.array([[1.0, 2.0]], "float32")
    _, (_, dx) = pulled_back(ops.softmax_crossentropy, np.ones(1, "float32"), t, x)
    assert dx.tolist() == [[-0.5, -1.5]]  # p - t, not 3 p - t


def test_nothing_comes_from_a_label_of_0(isa):
    x = as_tensor([[-INF, 0.0], [-INF, -INF]])
    loss = ops.softmax_crossentropy(as_tensor([[0.0, 1.0], [0.0, 1.0]]), x).numpy()
    assert loss[0] == 0 and np.isnan(loss[1])


def test_nan_and_infinities(isa):
    for n in (2, 3, 17, 40, 2000):
        for bad in (NAN, INF):
            for place in {0, n // 2, n - 1}:
                x = np.zeros((3, n), "float32")
                x[1, place] = bad
                for f in (ops.softmax, ops.log_softmax, lambda x: ops.sparse_softmax_crossentropy([0, 0, 0], x)):
                    y = f(x).numpy()
                    assert np.isnan(y[1]).all() and np.isfinite(y[[0, 2]]).all()
        x = np.full((1, n), -INF, "float32")
        assert np.isnan(ops.softmax(x).numpy()).all()
        x[0, n - 1] = 5
        assert ops.softmax(x).numpy()[0].tolist() == [0] * (n - 1) + [1]


# ------------------------------------------------------------------------------------------------------ the same bits


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_a_row_has_the_same_bits_alone(name, dtype, isa, n_threads):
    f = getattr(ops, name)
    for shape in ((200, 3), (200, 10), (70, 129), (3, 1500)):
        rng = np.random.default_rng(1)
        x, dy = rng.uniform(-8, 8, (2, *shape)).astype(dtype)
        y, (dx,) = pulled_back(f, dy, x)
        for r in (0, 1, shape[0] // 2, shape[0] - 1):
            row, (drow,) = pulled_back(f, dy[r], wrap(x[r]))
            np.testing.assert_array_equal(bits(row), bits(y[r]))
            np.testing.assert_array_equal(bits(drow), bits(dx[r]))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", CROSSENTROPIES)
def test_a_loss_has_the_same_bits_alone(name, dtype, isa, n_threads):
    f = getattr(ops, name)
    for shape in ((200, 3), (201, 10), (70, 129), (3, 1500)):
        labels, x, dloss = case(name, shape, dtype, seed=1)
        y, dxs = pulled_back(f, dloss, labels, x)
        for r in (0, 1, shape[0] // 2, shape[0] - 1):
            row, drows = pulled_back(f, dloss[r], labels[r], wrap(x[r]))
            np.testing.assert_array_equal(bits(row), bits(y[r]))
            for drow, dx in zip(drows, dxs, strict=True):
                np.testing.assert_array_equal(bits(drow), bits(dx[r]))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", *CROSSENTROPIES])
def test_bits_do_not_depend_on_threads(name, isa, n_threads):
    labels, x, dy = case(name if "cross" in name else "sigmoid_crossentropy", (3000, 11), "float32")
    operands = (labels, x) if "cross" in name else (x,)
    ours, dxs = pulled_back(getattr(ops, name), dy, *operands)
    config.set_num_threads(1)
    y, expected = pulled_back(getattr(ops, name), dy, *operands)
    np.testing.assert_array_equal(bits(ours), bits(y))
    for a, b in zip(dxs, expected, strict=True):
        np.testing.assert_array_equal(bits(a), bits(b))


# ---------------------------------------------------------------------------------------------------------- gradients


@pytest.mark.parametrize("shape", [(1,), (3,), (4, 5), (2, 3, 4)])
def test_vjp(shape):
    rng = np.random.default_rng(0)
    x, t = rng.uniform(-2, 2, (2, *shape))
    for axis in range(len(shape)):
        check_vjp(lambda x, axis=axis: ops.softmax(x, axis), x, second=True)
        check_vjp(lambda x, axis=axis: ops.log_softmax(x, axis), x, second=True)
    labels = rng.integers(0, shape[-1], shape[:-1])
    check_vjp(lambda x: ops.sparse_softmax_crossentropy(labels, x), x, second=True)
    check_vjp(ops.sigmoid_crossentropy, t, x, second=True)
    # the gradient takes labels to sum to 1, so they are made to
    check_vjp(lambda t, x: ops.softmax_crossentropy(ops.softmax(t), x), t, x, second=True)


def test_vjp_of_broadcast_labels():
    x, t = np.random.default_rng(0).uniform(-2, 2, (2, 4, 3))
    check_vjp(lambda t, x: ops.softmax_crossentropy(ops.softmax(t), x), t[0], x, second=True)
    check_vjp(lambda t, x: ops.softmax_crossentropy(ops.softmax(t), x), t, x[:1], second=True)
    check_vjp(ops.sigmoid_crossentropy, t[:, :1], x, second=True)
    check_vjp(ops.sigmoid_crossentropy, t, x[0], second=True)


# -------------------------------------------------------------------------------------------------- the rest


def test_the_input_of_a_softmax_is_remembered():
    x = as_tensor([[1.0, 2.0]])
    assert ops.softmax(x).keras_logits is x
    assert ops.softmax(x, axis=1).keras_logits is x
    assert ops.softmax(x, axis=0).keras_logits is None
    assert ops.log_softmax(x).keras_logits is None
    v = Variable([[1.0, 2.0]])
    with GradientTape() as tape:
        loss = ops.softmax_crossentropy(as_tensor([[1.0, 0.0]]), ops.softmax(v).keras_logits)
    np.testing.assert_allclose(tape.gradient(loss, v).numpy(), reference.softmax([[1, 2]]) - [[1, 0]], rtol=1e-6)


def test_shapes_only():
    x, t = as_tensor(np.zeros((4, 3), "float32")), as_tensor(np.zeros(3, "float32"))
    with shapes_only():
        assert ops.softmax(x).shape == ops.softmax(x, 0).shape == ops.log_softmax(x).shape == (4, 3)
        assert ops.softmax_crossentropy(t, x).shape == (4,)
        assert ops.sigmoid_crossentropy(t, x).shape == (4, 3)
        assert ops.sparse_softmax_crossentropy(np.zeros(4, "int32"), x).shape == (4,)


def test_lists_and_strided_arrays():
    x = np.arange(12.0).reshape(3, 4)
    x.flags.writeable = False
    for a in (x, x.T, x[::2, 1:], np.asfortranarray(x), x.astype(">f8"), x.tolist()):
        np.testing.assert_allclose(ops.softmax(a).numpy(), reference.softmax(a), rtol=1e-6)


@pytest.mark.parametrize("label", [3, -1, 2**31, -(2**40)])
def test_labels_out_of_range(label):
    with pytest.raises(ValueError, match=rf"Received a label value of {label} .* \[0, 3\)"):
        ops.sparse_softmax_crossentropy(np.array([0, label]), np.zeros((2, 3), "float32"))


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: ops.softmax([1, 2]), TypeError, "softmax: `x` must be floating point. Received: dtype=int32"),
        (lambda: ops.softmax([True]), TypeError, "softmax: `x` must be floating point. Received: dtype=bool"),
        (lambda: ops.log_softmax([1, 2]), TypeError, "log_softmax: `x` must be floating point"),
        (lambda: ops.softmax(1.0), ValueError, "softmax: `x` must have an axis. Received: a scalar"),
        (lambda: ops.softmax([1.0], axis=1), ValueError, r"softmax: `axis` must be in \[-1, 1\). Received: axis=1"),
        (lambda: ops.softmax([1.0], axis="a"), TypeError, "softmax: `axis` must be an integer"),
        (lambda: ops.log_softmax([1.0], axis=-2), ValueError, "log_softmax: `axis` must be in"),
        (lambda: ops.softmax_crossentropy([1], [2]), TypeError, "softmax_crossentropy: .* must be floating point"),
        (lambda: ops.sigmoid_crossentropy([1], [2]), TypeError, "sigmoid_crossentropy: .* must be floating point"),
        (lambda: ops.softmax_crossentropy(1.0, 1.0), ValueError, "softmax_crossentropy: `logits` must have an axis"),
        (
            lambda: ops.softmax_crossentropy([[1.0, 0.0]], [[1.0, 2.0, 3.0]]),
            ValueError,
            r"softmax_crossentropy: .* \(1, 2\) and \(1, 3\)",
        ),
        (
            lambda: ops.sigmoid_crossentropy([1.0] * 2, [1.0] * 3),
            ValueError,
            r"sigmoid_crossentropy: .* \(2,\) and \(3,\)",
        ),
        (
            lambda: ops.sparse_softmax_crossentropy([0.0], [[1.0]]),
            TypeError,
            "`labels` must be integers and `logits` floating point. Received: float32 and float32",
        ),
        (lambda: ops.sparse_softmax_crossentropy([0], [[1]]), TypeError, "Received: int32 and int32"),
        (lambda: ops.sparse_softmax_crossentropy(0, 1.0), ValueError, r"labels.shape=\(\), logits.shape=\(\)"),
        (
            lambda: ops.sparse_softmax_crossentropy([0, 1], [[1.0, 2.0]]),
            ValueError,
            r"`labels` must have the shape of `logits` without its last axis. Received: labels.shape=\(2,\), logits.shape=\(1, 2\)",
        ),
        (
            lambda: ops.sparse_softmax_crossentropy([0], np.zeros((1, 0))),
            ValueError,
            r"outside the valid range of \[0, 0\)",
        ),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
