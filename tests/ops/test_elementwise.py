"""Elementwise arithmetic, comparisons, choices, casts. TensorFlow's conventions were recorded by fixtures/make_elementwise.py."""

import operator

import numpy as np
import pytest

from pyseq.core import GradientTape, Tensor, Variable, as_tensor, config, shapes_only, wrap
from pyseq.ops import elementwise
from pyseq.plan import function
from tests.fixtures.make_elementwise import BINARY_POINTS, CASTS, UNARY_POINTS, cast_points, recorded
from tests.gradcheck import check_vjp
from tests.references import elementwise as reference

FLOATS = ("float32", "float64")
NUMBERS = (*FLOATS, "int32", "int64")
OTHERS = ("float16", "int8", "uint8", "int16", "uint32")
INTEGER_BINARY = "add subtract multiply floor_divide mod power maximum minimum squared_difference".split()
INTEGER_UNARY = "negative absolute sign square".split()
# Rounded once or twice; float32 results of functions within 2 units in the last place.
RTOL = {"float32": 3e-7, "float64": 1e-15, "float16": 2e-3}

# Every path of the kernels: one run, a scalar on either side, rows with a row or a column, short and long rows (tiled, not
# tiled), middle axes, both sides repeated, more axes than two, several parts, nothing at all.
SHAPES = [
    ((), ()),
    ((1,), (1,)),
    ((17,), (17,)),
    ((40_000,), (40_000,)),
    ((33_001,), ()),
    ((), (5,)),
    ((7, 3), (3,)),
    ((3,), (7, 3)),
    ((20_000, 3), (3,)),
    ((3,), (20_000, 3)),
    ((300, 130), (130,)),
    ((7, 3), (7, 1)),
    ((5_000, 3), (5_000, 1)),
    ((3, 5, 3), (3, 1, 3)),  # short rows, in runs of 5
    ((2, 1, 3), (2, 2_000, 1)),
    ((2, 3, 7, 5), (2, 1, 7, 1)),
    ((2, 6, 1, 64), (1, 6, 9, 1)),
    ((7, 1), (7, 3)),
    ((300, 130), (300, 1)),
    ((4, 1), (1, 5)),
    ((2, 3, 4, 5), (3, 1, 5)),
    ((2, 1, 4, 1), (3, 1, 5)),
    ((2, 3, 4), (2, 1, 4)),
    ((2, 1, 2, 1, 2, 1, 2, 1), (1, 3, 1, 3, 1, 3, 1, 3)),
    ((0,), ()),
    ((0, 3), (3,)),
    ((3, 1), (3, 0)),
]


def numbers(rng, shape, dtype, low=-4, high=4):
    """Numbers of both signs, none of them zero; whole ones for integers."""
    if np.dtype(dtype).kind == "u":
        low = 1
    x = rng.integers(low * 8, high * 8, shape) / 8 + 1 / 16
    if np.dtype(dtype).kind in "iu":
        x = np.where(np.floor(x) == 0, 1, np.floor(x))
    return np.asarray(x, dtype)


def bits(a):
    return np.ascontiguousarray(a).view(f"u{a.dtype.itemsize}")


def operands(name, shapes, dtype, seed=0):
    rng = np.random.default_rng(seed)
    x, y = (numbers(rng, shape, dtype) for shape in shapes)
    if name == "power":
        x, y = abs(x) if np.dtype(dtype).kind == "f" else x, abs(y) if np.dtype(dtype).kind == "i" else y
    return x, y


def domain(name, rng, n, dtype):
    """Points where a function of one operand is defined."""
    x = rng.uniform(-4, 4, n)
    if name in ("sqrt", "rsqrt", "log"):
        x = abs(x) + 0.01
    elif name == "log1p":
        x = abs(x) - 0.99
    elif name in ("arcsin", "arccos", "arctanh"):
        x = x / 4.1
    elif name == "arccosh":
        x = abs(x) + 1.01
    return x.astype(dtype)


# ------------------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("name", ["add", "divide", "maximum", "power", "less"])
def test_broadcasting(name, dtype, isa, n_threads):
    for shapes in SHAPES:
        x, y = operands(name, shapes, dtype)
        if name == "power" and dtype in ("int32", "int64"):
            y = np.asarray(y % 4, dtype)  # NumPy before 2 makes int64 of an int32 alone
        z = getattr(elementwise, name)(as_tensor(x), as_tensor(y)).numpy()
        expected = (reference.BINARY | reference.COMPARE)[name](x.astype("float64"), y.astype("float64"))
        assert z.shape == expected.shape
        np.testing.assert_allclose(z, expected, rtol=RTOL.get(dtype, 0), err_msg=str(shapes))


@pytest.mark.parametrize("dtype", [*NUMBERS, *OTHERS])
@pytest.mark.parametrize("name", [*reference.BINARY, *reference.COMPARE])
def test_two_operands(name, dtype, isa):
    if np.dtype(dtype).kind != "f" and name in ("divide_no_nan", "arctan2"):
        pytest.skip("for floats")
    x, y = operands(name, ((3, 37), (3, 37)), dtype)
    if np.dtype(dtype).kind in "iu":
        x, y = x % 5 if np.dtype(dtype).kind == "u" else x, y % 3 + 1 if name == "power" else y
        if np.dtype(dtype).kind == "u" and name in ("subtract", "squared_difference"):
            x = x + y
    z = getattr(elementwise, name)(as_tensor(x), as_tensor(y))
    expected = (reference.BINARY | reference.COMPARE)[name](x.astype("float64"), y.astype("float64"))
    if name in reference.COMPARE:
        assert z.dtype == "bool"
    elif name == "divide" and np.dtype(dtype).kind in "iu":
        assert z.dtype == ("float32" if np.dtype(dtype).itemsize < 4 else "float64")
    else:
        assert z.dtype == dtype
    np.testing.assert_allclose(z.numpy(), expected, rtol=RTOL.get(z.dtype.name, 0), atol=1e-6 if name == "mod" else 0)


@pytest.mark.parametrize("dtype", [*FLOATS, "float16"])
@pytest.mark.parametrize("name", [*reference.UNARY, *reference.TEST])
def test_one_operand(name, dtype, isa, n_threads):
    for n in (0, 1, 5, 40_003):
        x = domain(name, np.random.default_rng(n), n, dtype)
        y = getattr(elementwise, name)(as_tensor(x))
        with np.errstate(all="ignore"):
            expected = (reference.UNARY | reference.TEST)[name](x.astype("float64"))
        assert y.dtype == ("bool" if name in reference.TEST else dtype)
        np.testing.assert_allclose(y.numpy(), expected, rtol=2 * RTOL[dtype], atol=1e-6 if dtype == "float16" else 0)


@pytest.mark.parametrize("dtype", ["int32", "int64", "int16"])
@pytest.mark.parametrize("name", [*INTEGER_UNARY, "floor", "ceil", "round"])
def test_one_integer_operand(name, dtype, isa):
    x = np.arange(-20, 21, dtype=dtype)
    y = getattr(elementwise, name)(as_tensor(x))
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.numpy(), reference.UNARY[name](x))


def test_integers_wrap(isa):
    for dtype in ("int32", "int64"):
        info = np.iinfo(dtype)
        top, low = np.array([info.max], dtype), np.array([info.min], dtype)
        with np.errstate(over="ignore"):
            assert elementwise.add(top, np.array([1], dtype)).numpy() == low
            assert elementwise.negative(low).numpy() == low
            assert elementwise.absolute(low).numpy() == low
            assert elementwise.multiply(top, np.array([2], dtype)).numpy() == -2
        # the processor traps on this division
        assert elementwise.floor_divide(low, np.array([-1], dtype)).numpy() == low
        assert elementwise.mod(low, np.array([-1], dtype)).numpy() == 0


def test_integer_division_rounds_down(isa):
    x, y = np.array([7, -7, 7, -7, 6]), np.array([2, 2, -2, -2, -3])
    for dtype in ("int32", "int64"):
        a, b = as_tensor(x.astype(dtype)), as_tensor(y.astype(dtype))
        assert (a // b).numpy().tolist() == (x // y).tolist()
        assert (a % b).numpy().tolist() == (x % y).tolist()


@pytest.mark.parametrize("dtype", ["float32", "int64", "float16", "uint8", "bool"])
def test_where(dtype, isa, n_threads):
    rng = np.random.default_rng(0)
    for shapes in SHAPES:
        x, y = ((99 * rng.integers(0, 3, s)).astype(dtype) for s in shapes)
        for c_shape in {shapes[0], shapes[1], ()}:
            c = rng.integers(0, 2, c_shape).astype(bool)
            z = elementwise.where(as_tensor(c), as_tensor(x), as_tensor(y)).numpy()
            np.testing.assert_array_equal(z, np.where(c, x, y), err_msg=str(shapes))
            assert z.dtype == dtype


def test_logical(isa, n_threads):
    rng = np.random.default_rng(0)
    for shapes in SHAPES:
        x, y = (rng.integers(0, 2, s).astype(bool) for s in shapes)
        for name, f in reference.LOGICAL.items():
            z = getattr(elementwise, name)(as_tensor(x), as_tensor(y)).numpy()
            np.testing.assert_array_equal(z, f(x, y), err_msg=str(shapes))
        np.testing.assert_array_equal(elementwise.logical_not(as_tensor(x)).numpy(), ~x)


@pytest.mark.parametrize("dtype", [*NUMBERS, "float16", "int16"])
def test_clip(dtype, isa):
    x = np.arange(-20, 21).astype(dtype)
    for low, high in ((-3, 5), (2, 2), (5, -3)):
        expected = np.maximum(np.minimum(x, high), low)
        np.testing.assert_array_equal(elementwise.clip(as_tensor(x), low, high).numpy(), expected)
        bounds = (np.full(x.shape, low, dtype), np.array(high, dtype))
        np.testing.assert_array_equal(elementwise.clip(as_tensor(x), *bounds).numpy(), expected)
    assert elementwise.clip(as_tensor(x), -3, 5).dtype == dtype


@pytest.mark.parametrize("to", CASTS)
@pytest.mark.parametrize("dtype", CASTS)
def test_cast(dtype, to, isa, n_threads):
    for n in (0, 1, 40_003):
        x = (np.random.default_rng(n).integers(0, 100, n) / 3).astype(dtype)
        y = elementwise.cast(as_tensor(x), to)
        assert y.dtype == to
        np.testing.assert_array_equal(y.numpy(), x.astype(to))


def test_cast_of_the_same_dtype_is_the_tensor():
    x = as_tensor([1.0])
    assert elementwise.cast(x, "float32") is x


def test_zeros_and_ones_like():
    for dtype in (*NUMBERS, "bool"):
        x = as_tensor(np.full((2, 3), 5).astype(dtype))
        for f, value in ((elementwise.zeros_like, 0), (elementwise.ones_like, 1)):
            assert f(x).dtype == dtype and f(x).shape == (2, 3) and (f(x).numpy() == value).all()
            assert f(Variable(x), "int64").dtype == "int64"


# ------------------------------------------------------------------------------------- limits and other conventions

SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.5, -3.0, 1e30, -1e30, 1e-30])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", list(reference.UNARY))
def test_special_values(name, dtype, isa):
    x = SPECIAL.astype(dtype)
    with np.errstate(all="ignore"):
        expected = reference.UNARY[name](x.astype("float64")).astype(dtype)
    y = getattr(elementwise, name)(as_tensor(x)).numpy()
    small = abs(expected) < np.finfo(dtype).tiny  # flushed to zero
    np.testing.assert_allclose(np.where(small, 0, y), np.where(small, 0, expected), rtol=2 * RTOL[dtype])
    if name not in ("rsqrt", "cos", "arccos", "cosh", "exp"):
        zero = x == 0
        np.testing.assert_array_equal(np.signbit(y[zero & ~small]), np.signbit(expected[zero & ~small]))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", [*reference.BINARY, *reference.COMPARE])
def test_special_pairs(name, dtype, isa):
    x, y = (a.ravel().astype(dtype) for a in np.meshgrid(SPECIAL, SPECIAL))
    ours = getattr(elementwise, name)(as_tensor(x), as_tensor(y)).numpy()
    with np.errstate(all="ignore"):
        f = {"mod": np.mod, "floor_divide": lambda x, y: np.floor(x / y)}.get(name)
        expected = (f or (reference.BINARY | reference.COMPARE)[name])(x, y)
    if name == "divide_no_nan":
        expected = np.where(y == 0, 0, expected)
    np.testing.assert_allclose(ours, expected, rtol=RTOL[dtype])


def test_nan_wins_in_maximum_and_minimum(isa):
    x, y = as_tensor([np.nan, 1.0, np.nan]), as_tensor([1.0, np.nan, np.nan])
    for f in (elementwise.maximum, elementwise.minimum):
        assert np.isnan(f(x, y).numpy()).all()


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", UNARY_POINTS)
def test_one_operand_as_tensorflow(name, dtype, isa):
    expected = recorded(f"{name}/{dtype}")
    function, *args = name.split(":")
    x = as_tensor(np.asarray(UNARY_POINTS[name], dtype))
    with GradientTape() as tape:
        tape.watch(x)
        y = getattr(elementwise, function)(x, *map(float, args))
    # TensorFlow's float32 rsqrt and reciprocal are estimates
    rtol = 3e-6 if dtype == "float32" else 1e-14
    np.testing.assert_allclose(y.numpy(), expected["y"], rtol=rtol)
    dx = tape.gradient(y, x)
    if "dx" not in expected:
        assert dx is None
    else:
        atol = 2 * np.finfo(dtype).eps if name == "tanh" else 0  # 1 - y ** 2
        np.testing.assert_allclose(dx.numpy(), expected["dx"], rtol=rtol, atol=atol)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", BINARY_POINTS)
def test_two_operands_as_tensorflow(name, dtype, isa):
    expected = recorded(f"{name}/{dtype}")
    x, y = (as_tensor(np.asarray(p, dtype)) for p in BINARY_POINTS[name])
    with GradientTape() as tape:
        tape.watch([x, y])
        z = getattr(elementwise, name)(x, y)
    np.testing.assert_allclose(z.numpy(), expected["y"], rtol=3e-6)
    grads = tape.gradient(z, [x, y])
    for key, dx in zip(("dx", "dx2"), grads, strict=True):
        if key not in expected:
            assert dx is None
        else:
            np.testing.assert_allclose(dx.numpy(), expected[key], rtol=3e-6)


@pytest.mark.parametrize("dtype", [*FLOATS, "int32"])
def test_clip_by_tensors_as_tensorflow(dtype, isa):
    x = as_tensor(np.array([-6, -4, -2, 0, 2, 4, 6], dtype))
    low, high = as_tensor(np.array([-5, -4, -3, -2, 0, 1, 2], dtype)), as_tensor(np.array(0, dtype))
    with GradientTape() as tape:
        if dtype != "int32":
            tape.watch([x, low, high])
        y = elementwise.clip(x, low, high)
    assert y.numpy().tolist() == [-5, -4, -2, 0, 0, 1, 2]
    if dtype != "int32":
        dx, dlow, dhigh = tape.gradient(y, [x, low, high])
        assert dx.numpy().tolist() == [0, 1, 1, 1, 0, 0, 0]
        assert dlow.numpy().tolist() == [1, 0, 0, 0, 0, 1, 1]
        assert dhigh.numpy() == 1
        for bounds in ((np.nan, 3.0), (0.0, np.nan)):
            assert np.isnan(elementwise.clip(x, *bounds).numpy()).all()


@pytest.mark.parametrize("to", CASTS)
@pytest.mark.parametrize("dtype", CASTS)
def test_cast_as_tensorflow(dtype, to, isa):
    y = elementwise.cast(as_tensor(cast_points(dtype, to)), to).numpy()
    np.testing.assert_array_equal(y, recorded(f"cast/{dtype}/{to}")["y"])


# ------------------------------------------------------------------------------------------------------ the same bits


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", [*reference.UNARY, "clip"])
def test_bits_do_not_depend_on_position(name, dtype, isa):
    x = domain(name, np.random.default_rng(0), 200, dtype)
    f = (lambda t: elementwise.clip(t, -1, 1)) if name == "clip" else getattr(elementwise, name)
    whole = bits(f(as_tensor(x)).numpy())
    for first, last in ((0, 1), (1, 200), (3, 20), (7, 71), (150, 183), (199, 200)):
        part = f(wrap(x[first:last])).numpy()  # not aligned
        np.testing.assert_array_equal(bits(part), whole[first:last])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", list(reference.BINARY))
def test_bits_do_not_depend_on_shape(name, dtype, isa):
    x, y = operands(name, ((50, 7), (7,)), dtype)
    f = getattr(elementwise, name)
    whole = bits(f(as_tensor(x), as_tensor(np.broadcast_to(y, x.shape).copy())).numpy())
    np.testing.assert_array_equal(bits(f(as_tensor(x), as_tensor(y)).numpy()), whole)
    for row in range(0, 50, 7):
        np.testing.assert_array_equal(bits(f(wrap(x[row]), as_tensor(y)).numpy()), whole[row])
    for column in range(7):
        strip = f(as_tensor(x[:, column].copy()), as_tensor(y[column])).numpy()
        np.testing.assert_array_equal(bits(strip), whole[:, column])
        row = f(wrap(x[3, column:]), wrap(y[column:])).numpy()
        np.testing.assert_array_equal(bits(row), whole[3, column:])


@pytest.mark.parametrize("name", ["exp", "log", "tanh", "erf", "add", "divide", "maximum"])
def test_bits_do_not_depend_on_threads(name, isa, n_threads):
    x = np.random.default_rng(0).uniform(0.1, 4, (70_001,)).astype("float32")
    args = (as_tensor(x),) * (1 if name in reference.UNARY else 2)
    ours = getattr(elementwise, name)(*args).numpy()
    config.set_num_threads(1)
    np.testing.assert_array_equal(bits(ours), bits(getattr(elementwise, name)(*args).numpy()))


# ---------------------------------------------------------------------------------------------------------- gradients

GRADIENT_SHAPES = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (2, 1, 4)), ((), (3,)), ((2, 3), ())]


@pytest.mark.parametrize("shapes", GRADIENT_SHAPES, ids=str)
@pytest.mark.parametrize("name", [n for n in reference.BINARY if n != "floor_divide"])
def test_vjp_of_two_operands(name, shapes):
    x, y = operands(name, shapes, "float64", seed=3)
    if name in ("maximum", "minimum", "mod"):
        x = x + 0.03  # away from ties and jumps
    check_vjp(getattr(elementwise, name), x, y, second=name != "mod")


@pytest.mark.parametrize("name", [n for n in reference.UNARY if n not in ("floor", "ceil", "round")])
def test_vjp_of_one_operand(name):
    x = domain(name, np.random.default_rng(1), 23, "float64")
    if name in ("sqrt", "rsqrt", "log", "reciprocal", "log1p", "arcsin", "arccos", "arctanh", "arccosh", "tan"):
        # away from poles, where central differences are no judge
        x = {"arcsin": x / 1.5, "arccos": x / 1.5, "arctanh": x / 1.5, "tan": x / 3.5}.get(name, abs(x) + 0.5)
    check_vjp(getattr(elementwise, name), x, second=True, rtol=3e-6)


@pytest.mark.parametrize("name", ["floor", "ceil", "round"])
def test_no_gradient(name):
    x = as_tensor([0.5, 1.5])
    with GradientTape() as tape:
        tape.watch(x)
        y = getattr(elementwise, name)(x)
    assert tape.gradient(y, x) is None


@pytest.mark.parametrize("name", ["sqrt", "rsqrt", "reciprocal"])
@pytest.mark.parametrize("in_a_plan", [False, True])
def test_no_gradient_comes_in(name, in_a_plan):
    """Where dy is 0 the gradient is 0, as in TensorFlow, not 0 * inf: so `where` guards what has no root. dy itself has its
    gradient."""
    op = getattr(elementwise, name)

    def gradients(x, dy):
        with GradientTape() as outer:
            outer.watch([x, dy])
            with GradientTape() as tape:
                tape.watch(x)
                y = op(x)
            dx = tape.gradient(y, x, output_gradients=dy)
        return [dx, *outer.gradient(dx, [x, dy])]

    x = as_tensor([-1.0, 0.0, 4.0, 4.0, np.inf, np.nan])
    dy = as_tensor([0.0, 0.0, 0.0, 2.0, 0.0, 0.0])
    dx, ddx, ddy = (function(gradients) if in_a_plan else gradients)(x, dy)
    slope, curvature = {"sqrt": (1 / 4, -1 / 32), "rsqrt": (-1 / 16, 3 / 128), "reciprocal": (-1 / 16, 1 / 32)}[name]
    np.testing.assert_array_equal(dx, [0, 0, 0, 2 * slope, 0, 0])
    np.testing.assert_allclose(ddy.numpy()[2:4], slope, rtol=1e-6)
    np.testing.assert_allclose(ddx.numpy()[2:4], [0, 2 * curvature], rtol=1e-6)


def test_vjp_of_where_clip_cast():
    x, y = operands("add", ((3, 4), (4,)), "float64")
    c = as_tensor(x > 0)
    check_vjp(lambda x, y: elementwise.where(c, x, y * y), x, y, second=True)
    check_vjp(lambda x, y: elementwise.where(as_tensor([[True], [False], [True]]), x * x, y), x, y, second=True)
    check_vjp(lambda x: elementwise.clip(x * x, 0.5, 4.5), x + 0.01, second=True)
    check_vjp(
        lambda x, low, high: elementwise.clip(x * x, low, high), x + 0.01, np.full(4, 0.5), np.array(4.5), second=True
    )
    t = as_tensor([1.5, 2.5])
    with GradientTape() as tape:
        tape.watch(t)
        z = elementwise.cast(t * t, "float64")
    dx = tape.gradient(z, t)
    assert dx.dtype == "float32" and dx.numpy().tolist() == [3.0, 5.0]


def test_third_derivative():
    x = as_tensor(np.array([0.3, 1.2]))
    with GradientTape() as a:
        a.watch(x)
        with GradientTape() as b:
            b.watch(x)
            with GradientTape() as c:
                c.watch(x)
                y = elementwise.exp(elementwise.square(x))
            d1 = c.gradient(y, x)
        d2 = b.gradient(d1, x)
    d3 = a.gradient(d2, x).numpy()
    v = x.numpy()
    np.testing.assert_allclose(d3, np.exp(v**2) * (12 * v + 8 * v**3), rtol=1e-12)


# --------------------------------------------------------------------------------------------- element types, operators


def test_a_number_takes_the_tensors_dtype():
    for dtype in NUMBERS:
        x = as_tensor(np.array([3], dtype))
        for y in (2, np.float64(2) if dtype in FLOATS else np.int8(2), [2], np.array([2]), True):
            assert elementwise.add(x, y).dtype == dtype
            assert elementwise.add(y, x).dtype == dtype
    assert elementwise.add(1, 2.5).numpy() == 3.5
    assert elementwise.add(1, 2).dtype == "int32"
    assert (as_tensor([1.0]) + np.array([0.5])).dtype == "float32"


def test_operators():
    x, y = np.array([5.0, -3.0, 2.0], "float32"), np.array([2.0, 2.0, 2.0], "float32")
    for f in (operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
              operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):  # fmt: skip
        for a, b in ((as_tensor(x), as_tensor(y)), (as_tensor(x), y), (x, as_tensor(y)), (Variable(x), as_tensor(y))):
            z = f(a, b)
            assert isinstance(z, Tensor)
            np.testing.assert_array_equal(z.numpy(), f(x, y))
        np.testing.assert_array_equal(f(as_tensor(x), 2).numpy(), f(x, np.float32(2)))
        np.testing.assert_array_equal(f(2, as_tensor(y)).numpy(), f(np.float32(2), y))
    p, q = as_tensor([True, True, False]), as_tensor([True, False, False])
    for f in (operator.and_, operator.or_, operator.xor):
        np.testing.assert_array_equal(f(p, q).numpy(), f(p.numpy(), q.numpy()))
    np.testing.assert_array_equal((~p).numpy(), ~p.numpy())
    np.testing.assert_array_equal((-as_tensor(x)).numpy(), -x)
    np.testing.assert_array_equal(abs(as_tensor(x)).numpy(), abs(x))


def test_shapes_only():
    x, y = as_tensor(np.zeros((4, 1), "float32")), as_tensor(np.zeros((3,), "float32"))
    with shapes_only():
        for name in reference.BINARY:
            assert getattr(elementwise, name)(x, y).shape == (4, 3)
        for name in reference.COMPARE:
            assert getattr(elementwise, name)(x, y).dtype == "bool"
        for name in reference.UNARY:
            assert getattr(elementwise, name)(x).shape == (4, 1)
        assert elementwise.where(elementwise.less(x, y), x, y).shape == (4, 3)
        assert elementwise.clip(x, 0, 1).shape == (4, 1)
        assert elementwise.cast(x, "int64").dtype == "int64"


def test_read_only_strided_and_foreign_inputs():
    x = np.arange(12.0).reshape(3, 4)
    x.flags.writeable = False
    for a in (x, x.T, x[::2, 1:], np.asfortranarray(x), x.astype(">f8"), x.tolist()):
        np.testing.assert_array_equal(elementwise.add(a, 1.0).numpy(), np.asarray(a, "float64") + 1)


# ------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda t: t([1.0]) + t([1]), TypeError, "add: both operands must have one dtype. Received: float32 and int32"),
        (lambda t: t([1]) + 1.5, TypeError, "int32"),
        (lambda t: t([1]) + np.array([1.5]), TypeError, "add: both operands must have one dtype. Received: int32"),
        (lambda t: t([1.0]) < t([1]), TypeError, "less: both operands must have one dtype"),
        (lambda t: t([1.0, 2.0]) * t([1.0, 2.0, 3.0]), ValueError, r"multiply: .* \(2,\) and \(3,\)"),
        (lambda t: elementwise.exp(t([1])), TypeError, "exp: `x` must be floating point. Received: dtype=int32"),
        (lambda t: elementwise.floor(t([True])), TypeError, "floor: `x` must be floating point"),
        (lambda t: t([True]) + t([True]), TypeError, "add: operands must be numbers"),
        (lambda t: t([1]) & t([1]), TypeError, "logical_and: operands must be bool. Received: dtype=int32"),
        (lambda t: elementwise.where(t([1]), t([1.0]), 2.0), TypeError, "where: operands must be bool"),
        (lambda t: t([1]) // t([0]), ZeroDivisionError, "floor_divide: `y` must not have zeros"),
        (lambda t: t([1]) % 0, ZeroDivisionError, "mod: `y` must not have zeros"),
        (lambda t: t([2]) ** t([-1]), ValueError, "power: integers must have exponents of at least 0"),
        (lambda t: elementwise.clip(t([1.0]), t([1.0, 2.0]), 3.0), ValueError, "clip: `low` and `high` must broadcast"),
        (lambda t: elementwise.cast(t([1.0]), "float23"), TypeError, "float23"),
        (lambda t: elementwise.add(t([1.0]), "a"), TypeError, "'a'"),
        (lambda t: elementwise.add(t([1.0]), None), TypeError, "None"),
        (lambda t: t(np.zeros((2, 1) * 9)) + t(np.zeros((1, 3) * 9)), ValueError, "add: .* at most 8 axes"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(as_tensor)
