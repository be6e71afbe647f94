"""Activations and their gradients. TensorFlow's values at kinks and limits were recorded by fixtures/make_elementwise.py."""

from functools import partial

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor, config, shapes_only, wrap
from pyseq.ops import activation
from tests.fixtures.make_elementwise import ACTIVATIONS, LINE, recorded
from tests.gradcheck import check_vjp
from tests.references import elementwise as reference

FLOATS = ("float32", "float64")
# Name -> arguments of every activation in all its forms.
CASES = {
    "linear": {},
    "relu": {},
    "relu alpha": {"alpha": 0.3},
    "relu negative alpha": {"alpha": -0.5},
    "relu max": {"max_value": 1.5},
    "relu max 6": {"max_value": 6.0},
    "relu threshold": {"threshold": 0.7},
    "relu low threshold": {"threshold": -0.7},
    "relu all": {"alpha": 0.25, "max_value": 2.5, "threshold": -1.1},
    "relu6": {},
    "leaky_relu": {},
    "leaky_relu alpha": {"alpha": 0.4},
    "leaky_relu alpha 0": {"alpha": 0.0},
    "leaky_relu negative alpha": {"alpha": -0.4},
    "sigmoid": {},
    "tanh": {},
    "softplus": {},
    "softsign": {},
    "selu": {},
    "elu": {},
    "elu alpha": {"alpha": 1.7},
    "elu alpha 0": {"alpha": 0.0},
    "elu negative alpha": {"alpha": -0.6},
    "silu": {},
    "swish": {},
    "gelu": {},
    "gelu approximate": {"approximate": True},
    "exponential": {},
    "hard_sigmoid": {},
    "mish": {},
    "log_sigmoid": {},
}
# Of x: where the gradient jumps.
KINKS = {
    "relu max": (0, 1.5),
    "relu max 6": (0, 6),
    "relu threshold": (0.7,),
    "relu low threshold": (-0.7, 0),
    "relu all": (-1.1, 0, 2.5),
    "relu6": (0, 6),
    "hard_sigmoid": (-2.5, 2.5),
}
# Products of two or three functions, each within two units in the last place; where 1 + erf or 1 + tanh cancel, the
# rounding of what is near 1 stays.
RTOL = {"float32": 1e-6, "float64": 2e-15, "float16": 1e-3}
ATOL = {"float32": 3e-7, "float64": 6e-16, "float16": 1e-3}


def function(case):
    return partial(getattr(activation, case.split()[0]), **CASES[case])


def reference_of(case):
    return partial(reference.ACTIVATION[case.split()[0]], **CASES[case])


def bits(a):
    return np.ascontiguousarray(a).view(f"u{a.dtype.itemsize}")


def value_and_gradient(f, x, dy=None):
    with GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return y, tape.gradient(y, x, output_gradients=dy)


def slope(f, x):
    """f'(x) by differences of fourth order: good to 1e-9 or so for smooth f."""
    h = 1e-3
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


# ------------------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("dtype", [*FLOATS, "float16"])
@pytest.mark.parametrize("case", CASES)
def test_values(case, dtype, isa):
    f, g = function(case), reference_of(case)
    for shape in ((), (0,), (1,), (3, 5), (0, 4), (33_001,)):
        x = np.random.default_rng(1).uniform(-9, 9, shape).astype(dtype)
        y = f(as_tensor(x))
        assert y.dtype == dtype and y.shape == shape
        expected = g(x.astype("float64"))
        np.testing.assert_allclose(y.numpy(), expected, rtol=RTOL[dtype], atol=ATOL[dtype])


@pytest.mark.parametrize("dtype", [*FLOATS, "float16"])
@pytest.mark.parametrize("case", CASES)
def test_gradients(case, dtype, isa):
    f, g = function(case), reference_of(case)
    for n in (0, 1, 15, 20_011):
        rng = np.random.default_rng(n)
        x, dy = rng.uniform(-9, 9, n).astype(dtype), rng.uniform(-2, 2, n).astype(dtype)
        for kink in KINKS.get(case, (0,)):
            x = np.where(abs(x - kink) < 0.01, x + np.array(0.02, dtype), x)
        dx = value_and_gradient(f, as_tensor(x), as_tensor(dy))[1]
        assert dx.dtype == dtype and dx.shape == x.shape
        expected = dy.astype("float64") * slope(g, x.astype("float64"))
        scale = max(1, abs(expected).max(initial=0)) if case == "exponential" else 1
        atol = {"float32": 1e-6, "float64": 1e-9, "float16": 4e-3}[dtype] * scale
        np.testing.assert_allclose(dx.numpy(), expected, rtol=4 * RTOL[dtype], atol=atol)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", CASES)
def test_far_out(case, dtype, isa):
    """Nothing overflows on the way to a finite value or gradient."""
    x = np.array([-1e30, -1000, -120, -90, -20, 20, 85, 120, 1000, 1e30]).astype(dtype)
    y, dx = (t.numpy() for t in value_and_gradient(function(case), as_tensor(x)))
    with np.errstate(over="ignore", invalid="ignore"):
        expected = reference_of(case)(x.astype("float64"))
    top, tiny = np.finfo(dtype).max, np.finfo(dtype).tiny  # what is below is flushed
    expected = np.where(expected > top, np.inf, np.where(abs(expected) < tiny, 0, expected))
    rtol = 100 * RTOL[dtype] if case == "exponential" else RTOL[dtype]
    np.testing.assert_allclose(np.where(abs(y) < tiny, 0, y), expected, rtol=rtol, atol=ATOL[dtype])
    if case != "exponential":
        assert np.isfinite(dx).all()


# ---------------------------------------------------------------------------------------------------- as TensorFlow

# TensorFlow has these constants in float32 even for float64.
FLOAT32_CONSTANTS = ("leaky_relu", "gelu", "gelu approximate")


@pytest.mark.parametrize("dtype", [*FLOATS, "float16"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_as_tensorflow(name, dtype, isa):
    function, kwargs = ACTIVATIONS[name]
    x, (expected_y, expected_dx) = np.asarray(LINE, dtype), recorded(f"{name}/{dtype}").values()
    y, dx = value_and_gradient(lambda x: getattr(activation, function)(x, **kwargs), as_tensor(x))
    if kwargs.get("threshold"):
        # there TensorFlow multiplies by a mask: 0 * inf is NaN
        assert x[0] == -np.inf and np.isnan(expected_y[0])
        assert y.numpy()[0] == (-np.inf if kwargs.get("alpha") else 0)
        expected_y = np.where(x == -np.inf, y.numpy(), expected_y)
    rtol = {"float16": 2e-3, "float32": 1e-6, "float64": 2e-7 if name in FLOAT32_CONSTANTS else 1e-14}[dtype]
    # TensorFlow's 1 + tanh cancels
    atol = {"float16": 2e-3, "float32": 6e-7 if name == "gelu approximate" else 3e-7, "float64": 4e-16}[dtype]
    np.testing.assert_allclose(y.numpy(), expected_y, rtol=rtol, atol=atol)
    np.testing.assert_allclose(dx.numpy(), expected_dx, rtol=rtol, atol=atol)


def test_slope_at_kinks(isa):
    """As the recordings have it, in words."""
    cases = [
        ("relu", {}, 0.0, 0.0),
        ("relu", {"alpha": 0.5}, 0.0, 0.5),
        ("relu", {"max_value": 3.0}, 3.0, 1.0),
        ("relu", {"max_value": 6.0}, 6.0, 0.0),
        ("relu", {"max_value": 6.0}, np.nextafter(np.float32(6), np.float32(0)), 1.0),
        ("relu", {"threshold": 1.0}, 1.0, 0.0),
        ("relu6", {}, 6.0, 0.0),
        ("relu6", {}, 0.0, 0.0),
        ("leaky_relu", {"alpha": 0.25}, 0.0, 0.25),
        ("elu", {"alpha": 2.0}, 0.0, 2.0),
        ("softsign", {}, 0.0, 1.0),
        ("hard_sigmoid", {}, 2.5, np.float32(0.2)),
        ("hard_sigmoid", {}, -2.5, np.float32(0.2)),
        ("hard_sigmoid", {}, np.nextafter(np.float32(2.5), np.float32(3)), 0.0),
    ]
    for name, kwargs, x, expected in cases:
        for n in (1, 16):  # alone and in a vector
            f = partial(getattr(activation, name), **kwargs)
            dx = value_and_gradient(f, as_tensor(np.full(n, x, "float32")))[1]
            assert (dx.numpy() == expected).all(), (name, kwargs, x)


# -------------------------------------------------------------------------------------------------------- the same bits


def value_and_gradient_bits(f, x, dy):
    return [bits(t.numpy()) for t in value_and_gradient(f, wrap(x), wrap(dy))]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", CASES)
def test_bits_do_not_depend_on_position(case, dtype, isa):
    f, rng = function(case), np.random.default_rng(0)
    x, dy = rng.uniform(-9, 9, 200).astype(dtype), rng.uniform(-2, 2, 200).astype(dtype)
    whole = value_and_gradient_bits(f, x, dy)
    for first, last in ((0, 1), (1, 200), (3, 20), (7, 71), (150, 183), (199, 200)):
        part = value_and_gradient_bits(f, x[first:last], dy[first:last])  # not aligned
        for ours, expected in zip(part, whole, strict=True):
            np.testing.assert_array_equal(ours, expected[first:last])


@pytest.mark.parametrize("case", CASES)
def test_bits_do_not_depend_on_threads(case, isa, n_threads):
    f, rng = function(case), np.random.default_rng(0)
    x, dy = (rng.uniform(-9, 9, 50_001).astype("float32") for _ in range(2))
    ours = value_and_gradient_bits(f, x, dy)
    config.set_num_threads(1)
    for a, b in zip(ours, value_and_gradient_bits(f, x, dy), strict=True):
        np.testing.assert_array_equal(a, b)


# ----------------------------------------------------------------------------------------------------------- gradients


@pytest.mark.parametrize("case", CASES)
def test_vjp(case):
    x = np.random.default_rng(2).uniform(-3.5, 3.5, (4, 9))
    for kink in KINKS.get(case, (0,)):
        x = np.where(abs(x - kink) < 0.01, x + 0.02, x)
    check_vjp(function(case), x, second=True, rtol=3e-6)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "swish", "gelu", "elu", "exponential"])
def test_third_derivative(name):
    """Against differences of the second; by repeated tapes."""
    f = getattr(activation, name)

    def second(x):
        x = as_tensor(x)
        with GradientTape() as outer:
            outer.watch(x)
            dx = value_and_gradient(f, x)[1]
        return outer.gradient(dx, x)

    x = np.array([-2.1, -0.7, 0.4, 1.3])
    t = as_tensor(x)
    with GradientTape() as tape:
        tape.watch(t)
        y = second(t)
    expected = (second(x + 1e-5).numpy() - second(x - 1e-5).numpy()) / 2e-5
    np.testing.assert_allclose(tape.gradient(y, t).numpy(), expected, rtol=1e-6, atol=1e-8)


def test_the_input_of_a_sigmoid_is_remembered():
    x = as_tensor([1.0, 2.0])
    assert activation.sigmoid(x).keras_logits is x
    assert activation.tanh(x).keras_logits is None


# ------------------------------------------------------------------------------------------- element types, arguments


def test_keras_3_names():
    x = as_tensor([-2.0, 3.0])
    assert activation.relu(x, negative_slope=0.5).numpy().tolist() == [-1, 3]
    assert activation.leaky_relu(x, negative_slope=0.5).numpy().tolist() == [-1, 3]


def test_numbers_lists_and_arrays():
    assert activation.relu(-1.0).numpy() == 0
    assert activation.relu([-1.0, 2.0]).dtype == "float32"
    x = np.arange(-6.0, 6.0).reshape(3, 4)
    x.flags.writeable = False
    for a in (x, x.T, x[::2, 1:], np.asfortranarray(x), x.astype(">f8")):
        np.testing.assert_array_equal(activation.relu(a).numpy(), np.maximum(np.asarray(a, "float64"), 0))


@pytest.mark.parametrize("dtype", ["int32", "int64", "int16", "uint8"])
def test_relu_of_integers(dtype):
    x = np.array([0, 1, 2, 9] if dtype == "uint8" else [-3, 0, 2, 9], dtype)
    for kwargs in ({}, {"max_value": 6}, {"threshold": 2}, {"threshold": 1, "max_value": 4}, {"threshold": -2}):
        y = activation.relu(x, **kwargs)
        assert y.dtype == dtype
        np.testing.assert_array_equal(y.numpy(), reference.relu(x.astype("float64"), **kwargs))
    np.testing.assert_array_equal(activation.relu6(x).numpy(), np.clip(x, 0, 6))
    np.testing.assert_array_equal(activation.linear(x).numpy(), x)
    for y in (activation.leaky_relu(x, 0.5), activation.relu(x, alpha=0.5)):
        assert y.dtype == "float32"
        np.testing.assert_array_equal(y.numpy(), reference.relu(x.astype("float64"), alpha=0.5))


def test_shapes_only():
    x = as_tensor(np.zeros((4, 3), "float32"))
    with shapes_only():
        for case in CASES:
            y = function(case)(x)
            assert y.shape == (4, 3) and y.dtype == "float32"


@pytest.mark.parametrize("case", [c for c in CASES if c.split()[0] not in ("linear", "relu", "relu6", "leaky_relu")])
def test_integers_are_refused(case):
    for x in (as_tensor([1, 2]), as_tensor([True]), [1, 2]):
        with pytest.raises(TypeError, match=r"`x` must be floating point. Received: dtype=(int32|bool). Use cast"):
            function(case)(x)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: activation.relu(True), TypeError, "relu: `x` must be floating point.*bool"),
        (lambda: activation.relu6([True]), TypeError, "relu: `x` must be floating point.*bool"),
        (lambda: activation.leaky_relu(True), TypeError, "leaky_relu: `x` must be floating point.*bool"),
        (lambda: activation.relu(True, alpha=0.5), TypeError, "relu: `x` must be floating point.*bool"),
        (lambda: activation.relu([1], threshold=0.5), TypeError, "relu: `x` must be floating point with these"),
        (lambda: activation.relu([1], max_value=0.5), TypeError, "relu: `x` must be floating point with these"),
        (
            lambda: activation.relu([1], alpha=0.5, max_value=6),
            TypeError,
            "relu: `x` must be floating point with these",
        ),
        (lambda: activation.relu([1.0], max_value=-1), ValueError, "relu: `max_value` must be at least 0"),
        (lambda: activation.relu([1], max_value=-1), ValueError, "relu: `max_value` must be at least 0"),
        (lambda: activation.relu("a"), TypeError, "'a'"),
        (lambda: activation.sigmoid(None), TypeError, "None"),
        (lambda: activation.elu([1.0], alpha="a"), ValueError, "'a'"),
        (lambda: activation.elu([1.0], alpha=None), TypeError, "None"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
