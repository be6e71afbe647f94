"""Crossentropies of probabilities and logits. tf.keras.backend's values were recorded by fixtures/make_softmax.py."""

import warnings

import numpy as np
import pytest

from pyseq.core import GradientTape, Variable, as_tensor, config, shapes_only
from pyseq.ops import activation
from pyseq.ops import loss as ops
from pyseq.ops.softmax import softmax
from tests.fixtures.make_softmax import CASES, NAN, classes, cotangent, operands, recorded
from tests.gradcheck import check_vjp
from tests.references import softmax as reference

FLOATS = ("float32", "float64")
FUNCTIONS = {
    "categorical": ops.categorical_crossentropy,
    "sparse": ops.sparse_categorical_crossentropy,
    "binary": ops.binary_crossentropy,
}
ARGUMENTS = {"axis 0": {"axis": 0}, "logits": {"from_logits": True}, "ignore": {"ignore_class": 2}}
# -log p of a p near 1, and of one that was clipped: 1 - epsilon is rounded
CLOSE = {"float32": {"rtol": 2e-6, "atol": 4e-7}, "float64": {"rtol": 1e-14, "atol": 1e-15}}


def pulled_back(f, dy, *xs):
    """Value and gradients of the floating point operands."""
    xs = [as_tensor(x) for x in xs]
    with GradientTape() as tape:
        tape.watch([x for x in xs if x.dtype.is_floating])
        y = f(*xs)
    dxs = tape.gradient(y, [x for x in xs if x.dtype.is_floating], output_gradients=as_tensor(dy))
    return y.numpy(), [dx.numpy() for dx in dxs]


def probabilities(shape, dtype="float64", seed=0):
    p = np.random.default_rng(seed).uniform(0.05, 1, shape)
    return (p / p.sum(-1, keepdims=True)).astype(dtype)


# ------------------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(0, 3), (1, 2), (6, 3), (65, 10), (2, 3, 5), (3, 1000)])
def test_of_probabilities(shape, dtype, isa, n_threads):
    p, t = probabilities(shape, dtype), probabilities(shape, dtype, seed=1)
    labels = np.random.default_rng(0).integers(0, shape[-1], shape[:-1])
    close = CLOSE[dtype]
    np.testing.assert_allclose(ops.categorical_crossentropy(t, p).numpy(), reference.categorical(t, p), **close)
    np.testing.assert_allclose(
        ops.sparse_categorical_crossentropy(labels, p).numpy(), reference.sparse(labels, p), **close
    )
    np.testing.assert_allclose(ops.binary_crossentropy(t, p).numpy(), reference.binary(t, p), **close)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(0, 3), (1, 2), (6, 3), (65, 10), (2, 3, 5), (3, 1000)])
def test_of_logits(shape, dtype, isa, n_threads):
    x = np.random.default_rng(3).uniform(-5, 5, shape).astype(dtype)
    t = probabilities(shape, dtype, seed=1)
    labels = np.random.default_rng(0).integers(0, shape[-1], shape[:-1])
    for f, y, expected in (
        (ops.categorical_crossentropy, t, reference.softmax_crossentropy(t, x)),
        (
            ops.sparse_categorical_crossentropy,
            labels,
            -np.take_along_axis(reference.log_softmax(x), labels[..., None], -1)[..., 0],
        ),
        (ops.binary_crossentropy, t, reference.sigmoid_crossentropy(t, x)),
    ):
        np.testing.assert_allclose(f(y, x, from_logits=True).numpy(), expected, **CLOSE[dtype])


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("from_logits", [False, True])
def test_axis(axis, from_logits):
    x, t = probabilities((3, 4, 5)), probabilities((3, 4, 5), seed=1)
    labels = np.random.default_rng(0).integers(0, x.shape[axis], np.delete(x.shape, axis))
    moved, t_moved = np.moveaxis(x, axis, -1), np.moveaxis(t, axis, -1)
    if from_logits:
        expected = reference.softmax_crossentropy(t_moved, moved)
        sparse = reference.softmax_crossentropy(reference.one_hot(labels, x.shape[axis]), moved)
    else:
        expected, sparse = reference.categorical(t, x, axis=axis), reference.sparse(labels, moved)
    y = ops.categorical_crossentropy(t, x, from_logits, axis).numpy()
    np.testing.assert_allclose(y, expected, rtol=1e-13)
    y = ops.sparse_categorical_crossentropy(labels, x, from_logits, axis).numpy()
    np.testing.assert_allclose(y, sparse, rtol=1e-13)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", [name for name in CASES if name.split()[0] in FUNCTIONS])
@pytest.mark.filterwarnings("ignore:.*Was this intended")
def test_as_tensorflow(name, dtype, isa):
    function, *rest = name.split(" from ")[0].split(" ", 1)
    arguments = {"ignore_class": -1} if "ignore -1" in name else ARGUMENTS.get(rest[0] if rest else "", {})
    before = {"softmax": softmax, "sigmoid": activation.sigmoid}.get(name.partition(" from ")[2], lambda x: x)
    xs, expected = operands(name, dtype), recorded(f"{name}/{dtype}")
    if function == "sparse":
        xs = [classes(name), *xs]
    y, dxs = pulled_back(lambda t, x: FUNCTIONS[function](t, before(x), **arguments), cotangent(expected["y"]), *xs)
    np.testing.assert_allclose(y, expected["y"], **CLOSE[dtype])
    for j, dx in enumerate(dxs):
        np.testing.assert_allclose(dx, expected[f"d{j}"], **CLOSE[dtype])


def test_certain_and_wrong_costs_log_epsilon(isa):
    p = np.array([[0.0, 1.0]], "float32")
    for epsilon in (1e-7, 1e-3):
        config.set_epsilon(epsilon)
        close = {"rtol": 1e-5, "atol": 2e-7}
        y = ops.categorical_crossentropy(np.array([[1.0, 0.0]], "float32"), p).numpy()
        np.testing.assert_allclose(y, [-np.log(epsilon)], **close)
        # scaled to sum 1 once more, and the sum is 1 already
        np.testing.assert_allclose(ops.sparse_categorical_crossentropy([0], p).numpy(), [-np.log(epsilon)], **close)
        np.testing.assert_allclose(
            ops.binary_crossentropy(np.array([[1.0, 0.0]], "float32"), p).numpy(),
            [[-np.log(2 * epsilon)] * 2],
            rtol=1e-2,
        )


# -------------------------------------------------------------------------------------------- what was before it


def test_the_logits_are_used():
    """softmax and crossentropy together lose nothing where the probability is 0 in float32."""
    x = as_tensor([[0.0, 200.0]])
    t = as_tensor([[1.0, 0.0]])
    assert ops.categorical_crossentropy(t, softmax(x)).numpy() == 200
    assert ops.sparse_categorical_crossentropy([0], softmax(x)).numpy() == 200
    assert ops.binary_crossentropy(t, activation.sigmoid(x)).numpy().tolist() == [[np.log(np.float32(2)), 200]]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_logits_that_are_probabilities(name):
    """As in tf.keras: the logits are used all the same, with a warning."""
    x = as_tensor([[0.5, 2.0]])
    y = activation.sigmoid(x) if name == "binary" else softmax(x)
    t = [1] if name == "sparse" else [[0.0, 1.0]]
    full_name = FUNCTIONS[name].__name__
    with pytest.warns(UserWarning, match=f"`{full_name}` received `from_logits=True`, but .* Was this intended?"):
        loss = FUNCTIONS[name](t, y, from_logits=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = FUNCTIONS[name](t, x, from_logits=True)
        FUNCTIONS[name](t, y)
    np.testing.assert_array_equal(loss.numpy(), expected.numpy())


def test_gradient_reaches_the_variable():
    v = Variable([[0.5, 2.0]])
    for f, t in ((softmax, [0]), (softmax, [[1.0, 0.0]]), (activation.sigmoid, [[1.0, 0.0]])):
        with GradientTape() as tape:
            p = f(v)
            if f is softmax:
                loss = (ops.categorical_crossentropy if len(np.shape(t)) == 2 else ops.sparse_categorical_crossentropy)(
                    t, p
                )
            else:
                loss = ops.binary_crossentropy(t, p)
        expected = p.numpy() - [[1, 0]]
        np.testing.assert_allclose(tape.gradient(loss, v).numpy(), expected, rtol=1e-5)


# ---------------------------------------------------------------------------------------------------------- gradients


def test_vjp():
    p, t = probabilities((4, 3)), probabilities((4, 3), seed=1)
    labels = [0, 2, 1, 1]
    x = np.random.default_rng(0).uniform(-2, 2, (4, 3))
    check_vjp(ops.categorical_crossentropy, t, p, second=True)
    check_vjp(lambda p: ops.categorical_crossentropy(t, p, axis=0), p, second=True)
    check_vjp(lambda p: ops.sparse_categorical_crossentropy(labels, p), p, second=True)
    check_vjp(lambda p: ops.sparse_categorical_crossentropy(labels, p, ignore_class=1), p, second=True)
    check_vjp(lambda p: ops.sparse_categorical_crossentropy([0, 2, 1], p, axis=0), p, second=True)
    check_vjp(ops.binary_crossentropy, t, p, second=True)
    check_vjp(lambda x: ops.categorical_crossentropy(t, x, from_logits=True), x, second=True)
    check_vjp(lambda x: ops.sparse_categorical_crossentropy(labels, x, from_logits=True), x, second=True)
    check_vjp(lambda t, x: ops.binary_crossentropy(t, x, from_logits=True), t, x, second=True)
    check_vjp(lambda x: ops.categorical_crossentropy(t, softmax(x)), x, second=True)
    check_vjp(lambda x: ops.binary_crossentropy(t, activation.sigmoid(x)), x, second=True)


# --------------------------------------------------------------------------------------------------- labels and shapes


def test_ignored_classes():
    x = np.random.default_rng(0).uniform(-2, 2, (4, 3)).astype("float32")
    x[1] = NAN
    labels = np.array([0, 255, 2, 255])
    y, (dx,) = pulled_back(
        lambda x: ops.sparse_categorical_crossentropy(labels, x, from_logits=True, ignore_class=255),
        np.ones(4, "float32"),
        x,
    )
    kept = ops.sparse_categorical_crossentropy(labels[[0, 2]], x[[0, 2]], from_logits=True).numpy()
    assert y.tolist() == [kept[0], 0, kept[1], 0]
    assert not dx[[1, 3]].any() and dx[[0, 2]].all()
    labels = np.array([[0], [255], [2], [255]], "uint8")  # a column, and a type that holds no -1
    np.testing.assert_array_equal(
        ops.sparse_categorical_crossentropy(labels, x, from_logits=True, ignore_class=255).numpy(), y
    )
    with pytest.raises(ValueError, match="label value of 255"):
        ops.sparse_categorical_crossentropy(labels, x, from_logits=True, ignore_class=-1)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32", "float64"])
def test_class_numbers_of_any_type_and_shape(dtype):
    p = probabilities((2, 3, 4), "float32")
    labels = np.random.default_rng(0).integers(0, 4, (2, 3))
    expected = reference.sparse(labels, p)
    for given in (labels, labels[..., None], labels.reshape(-1)):
        y = ops.sparse_categorical_crossentropy(given.astype(dtype), p)
        assert y.shape == (2, 3)
        np.testing.assert_allclose(y.numpy(), expected, rtol=2e-6)


@pytest.mark.parametrize("dtype", ["int32", "uint8", "bool", "float64"])
def test_targets_take_the_type_of_the_output(dtype):
    p = probabilities((4, 3), "float32")
    t = np.eye(3)[[0, 2, 1, 1]]
    assert ops.categorical_crossentropy(as_tensor(t.astype(dtype)), p).dtype == "float32"
    for f, expected in (
        (ops.categorical_crossentropy, reference.categorical),
        (ops.binary_crossentropy, reference.binary),
    ):
        np.testing.assert_allclose(f(as_tensor(t.astype(dtype)), p).numpy(), expected(t, p), rtol=2e-6)


def test_a_binary_target_broadcasts():
    p = probabilities((4, 3))
    t = np.array([1.0, 0.0, 1.0])
    for from_logits in (False, True):
        y = ops.binary_crossentropy(t, p, from_logits).numpy()
        f = reference.sigmoid_crossentropy if from_logits else reference.binary
        np.testing.assert_allclose(y, f(t, p), rtol=1e-12)


def test_halves():
    p, t = probabilities((4, 3), "float16"), np.eye(3)[[0, 2, 1, 1]].astype("float16")
    config.set_epsilon(1e-3)
    for f, labels in (
        (ops.categorical_crossentropy, t),
        (ops.binary_crossentropy, t),
        (ops.sparse_categorical_crossentropy, [0, 2, 1, 1]),
    ):
        y = f(labels, p)
        assert y.dtype == "float16" and np.isfinite(y.numpy()).all()


def test_shapes_only():
    x, t = as_tensor(np.zeros((4, 3), "float32")), as_tensor(np.zeros((4, 3), "float32"))
    labels = as_tensor(np.zeros((4, 1), "int32"))
    with shapes_only():
        for from_logits in (False, True):
            assert ops.categorical_crossentropy(t, x, from_logits).shape == (4,)
            assert ops.sparse_categorical_crossentropy(labels, x, from_logits).shape == (4,)
            assert ops.sparse_categorical_crossentropy(labels, x, from_logits, ignore_class=0).shape == (4,)
            assert ops.binary_crossentropy(t, x, from_logits).shape == (4, 3)


ROWS = np.full((2, 3), 1 / 3, "float32")


@pytest.mark.parametrize(
    "call, error, message",
    [
        (
            lambda: ops.categorical_crossentropy([0, 1], ROWS),
            ValueError,
            r"categorical_crossentropy: .* Received: \(2,\) and \(2, 3\). For class numbers use sparse_categorical_crossentropy",
        ),
        (lambda: ops.categorical_crossentropy(ROWS, ROWS, axis=2), ValueError, "`axis` must be in"),
        (lambda: ops.categorical_crossentropy(ROWS, ROWS, from_logits=True, axis=2), ValueError, "`axis` must be in"),
        (lambda: ops.sparse_categorical_crossentropy([0, 1], ROWS, axis=2), ValueError, "`axis` must be in"),
        (lambda: ops.sparse_categorical_crossentropy([0, 3], ROWS), ValueError, r"label value of 3 .* \[0, 3\)"),
        (lambda: ops.sparse_categorical_crossentropy([0, -1], ROWS), ValueError, r"label value of -1 .* \[0, 3\)"),
        (
            lambda: ops.sparse_categorical_crossentropy([0, 1, 2], ROWS),
            ValueError,
            r"sparse_.*: `target` must have .* target.shape=\(3,\)",
        ),
        (lambda: ops.sparse_categorical_crossentropy(ROWS, ROWS), ValueError, r"target.shape=\(2, 3\)"),
        (
            lambda: ops.sparse_categorical_crossentropy([0, 1, 2], ROWS, ignore_class=1),
            ValueError,
            r"sparse_.*: `target` must have .* target.shape=\(3,\)",
        ),
        (lambda: ops.binary_crossentropy([0.0] * 4, ROWS), ValueError, r"\(4,\) and \(2, 3\)"),
        (lambda: ops.binary_crossentropy([0.0] * 4, ROWS, from_logits=True), ValueError, r"\(4,\) and \(2, 3\)"),
        (
            lambda: ops.binary_crossentropy([0.0], as_tensor([1])),
            TypeError,
            "crossentropy: `output` must be floating point",
        ),
        (
            lambda: ops.categorical_crossentropy([0.0], as_tensor([1])),
            TypeError,
            "crossentropy: `output` must be floating point",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy([0], as_tensor([[1]])),
            TypeError,
            "crossentropy: `output` must be floating point",
        ),
        (lambda: ops.categorical_crossentropy("a", ROWS), TypeError, "'a'"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
