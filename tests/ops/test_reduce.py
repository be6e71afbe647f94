"""Reductions. TensorFlow's conventions were recorded by fixtures/make_reduce.py."""

from functools import lru_cache

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor, config, shapes_only, wrap
from pyseq.ops import elementwise, reduce
from tests.fixtures.make_reduce import ALONG, ARG, FILE, POINTS, RUNNING, cases
from tests.gradcheck import check_vjp
from tests.references import reduce as reference

FLOATS = ("float32", "float64")
COMPILED = (*FLOATS, "int32", "int64")
OTHERS = ("float16", "int8", "uint8", "int16", "uint16", "uint32", "uint64")
SUMS = ("sum", "mean")
EPS = {"float32": 2.0**-24, "float64": 2.0**-53, "float16": 2.0**-11}

# Every path of the kernel, as (shape, axis): runs of every length beside a vector, a block and pairs of blocks; columns in
# narrow and wide strips, with one and with many blocks of rows; axes in the middle, axes that merge and axes that do not.
CASES = [
    ((1,), None),
    ((5,), 0),
    ((17,), -1),
    ((63,), None),
    ((64,), None),
    ((65,), None),
    ((2047,), None),
    ((2049,), None),
    ((3 * 2048,), None),
    ((7 * 2048 + 5,), None),
    ((40_001,), None),
    ((4, 9), -1),
    ((300, 70), 1),
    ((2, 5000), 1),
    ((9, 4), 0),
    ((127, 3), 0),
    ((128, 3), 0),
    ((129, 257), 0),
    ((700, 300), -2),
    ((1, 300), 0),
    ((5, 1), 0),
    ((5, 1), 1),
    ((3, 4, 5), 1),
    ((3, 400, 2), 1),
    ((3, 4, 5), (0, 1)),
    ((3, 4, 5), (2, 1)),
    ((3, 4, 5), (0, 2)),
    ((3, 4, 5), (0, -1)),
    ((3, 4, 5), [0]),
    ((3, 4, 5), None),
    ((3, 4, 5, 6), (1, 3)),
    ((3, 4, 5, 6), (0, 2)),
    ((3, 4, 5, 2, 3), (0, 2, 4)),
    ((2, 3, 4, 5), (0, 1, 2)),
    ((2, 1, 3, 1, 2, 1, 2, 1, 2), (1, 4, 8)),
]
# The last ones have nothing to reduce, or nothing to write.
EMPTY = [((0,), None), ((0, 3), 0), ((0, 3), 1), ((3, 0), 1), ((2, 0, 3), 1), ((2, 0, 3), None), ((2, 0, 3), (0, 2))]


def as_axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def numbers(shape, dtype, seed=0):
    """Numbers near 1 of both signs; no zeros, few enough digits that float16 shows them all."""
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "b":
        return rng.random(shape) > 0.3
    if np.dtype(dtype).kind in "iu":
        return rng.integers(1 if np.dtype(dtype).kind == "u" else -9, 9, shape).astype(dtype)
    return ((rng.integers(512, 1536, shape) / 1024) * rng.choice([-1, 1], shape)).astype(dtype)


def bits(a):
    return np.ascontiguousarray(a).view(f"u{a.dtype.itemsize}")


def reduction_length(x, axis):
    return x.size // max(reference.reduced("max", x, as_axis(axis)).size, 1)


def check(name, x, axis, keepdims=False):
    got = getattr(reduce, name)(as_tensor(x), axis, keepdims)
    want = reference.reduced(name, x, as_axis(axis), keepdims)
    assert got.shape == want.shape
    assert got.dtype == {"any": "bool", "all": "bool", "count_nonzero": "int64"}.get(name, x.dtype.name)
    if x.dtype.kind != "f" or name in ("any", "all", "max", "min", "count_nonzero"):
        np.testing.assert_array_equal(got.numpy(), want)
        return
    n, eps = reduction_length(x, axis), EPS[x.dtype.name]
    magnitude = reference.reduced("mean", np.abs(x), as_axis(axis), keepdims)
    if name in SUMS:  # pairs of blocks; a few hundred roundings at most, most of which cancel
        atol = 20 * eps * magnitude * (n if name == "sum" else 1)
        np.testing.assert_array_less(np.abs(got.numpy() - want), atol + eps * np.abs(want) + 1e-300)
    else:  # one rounding an element for a product, few for the rest
        rtol = eps * (n + 4) if name == "prod" else 40 * eps
        tiny = np.finfo(x.dtype).tiny
        np.testing.assert_allclose(got.numpy(), want, rtol=rtol, atol=tiny + (40 * eps if name == "logsumexp" else 0))


# ------------------------------------------------------------------------------------------------- against the reference


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod"])
def test_compiled(name, dtype, isa, n_threads):
    for shape, axis in CASES:
        check(name, numbers(shape, dtype), axis)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("name", ["sum", "max", "min", "prod"])
def test_compiled_for_integers(name, dtype, isa, n_threads):
    for shape, axis in CASES:
        check(name, numbers(shape, dtype), axis)


@pytest.mark.parametrize("dtype", [*COMPILED, *OTHERS, "bool"])
@pytest.mark.parametrize("name", reference.NAMES)
def test_every_type_and_form_of_axis(name, dtype):
    x = numbers((2, 3, 4), dtype, seed=1)
    if dtype == "bool" and name not in ("any", "all", "max", "min", "count_nonzero"):
        with pytest.raises(TypeError, match="Received: dtype=bool"):
            getattr(reduce, name)(x)
        return
    if x.dtype.kind != "f" and name not in reference.INTEGERS:
        with pytest.raises(TypeError, match=f"must be floating point. Received: dtype={dtype}"):
            getattr(reduce, name)(x)
        return
    if dtype == "bool" and name in ("max", "min"):
        want = x.any(1) if name == "max" else x.all(1)
        np.testing.assert_array_equal(getattr(reduce, name)(x, 1).numpy(), want)
        return
    for axis in (None, 0, 1, 2, -1, -3, (0,), (0, 1), (1, 0), (0, 2), (-1, 0), (0, 1, 2), [1, 2], np.int64(1)):
        for keepdims in (False, True):
            check(name, x, axis, keepdims)
    axes = getattr(reduce, name)(x, np.array([0, 2])).numpy()
    np.testing.assert_array_equal(axes, getattr(reduce, name)(x, (0, 2)).numpy())


@pytest.mark.parametrize("dtype", [*COMPILED, "float16", "uint8", "int16", "uint64"])
@pytest.mark.parametrize("name", reference.NAMES)
def test_over_nothing(name, dtype, isa):
    if np.dtype(dtype).kind != "f" and name not in reference.INTEGERS:
        return
    for shape, axis in EMPTY:
        for keepdims in (False, True):
            x = np.zeros(shape, dtype)
            got = getattr(reduce, name)(as_tensor(x), axis, keepdims)
            want = reference.reduced(name, x, axis, keepdims)
            assert got.shape == want.shape
            np.testing.assert_array_equal(got.numpy(), want)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "logsumexp"])
def test_over_no_axes_is_the_tensor(name):
    for x, axis in ((3.0, None), (3.0, ()), ([1.0, 2.0], ()), (np.zeros((0, 2), "float32"), ())):
        x = as_tensor(x)
        with GradientTape() as tape:
            tape.watch(x)
            y = getattr(reduce, name)(x, axis)
            z = y * 2.0
        np.testing.assert_array_equal(y.numpy(), x.numpy())
        np.testing.assert_array_equal(tape.gradient(z, x).numpy(), np.full(x.shape, 2.0))
    for name in ("var", "std"):
        np.testing.assert_array_equal(getattr(reduce, name)(as_tensor([1.0, 5.0]), ()).numpy(), [0, 0])


@pytest.mark.parametrize("name", ["sum", "max", "min", "prod", "mean"])
def test_nan_and_infinity_anywhere(name, isa):
    for shape, axis in (((70,), 0), ((5000,), 0), ((300, 5), 0), ((3, 70), 1)):
        clean = np.abs(numbers(shape, "float32")) / 2 + 0.5
        for at in range(0, clean.size, 1 + clean.size // 40):
            for value in (np.nan, np.inf, -np.inf):
                x = clean.copy()
                x.flat[at] = value
                want = reference.reduced(name, x, axis)
                got = getattr(reduce, name)(as_tensor(x), axis).numpy()
                touched = ~np.isfinite(reference.reduced("sum", x, axis))
                np.testing.assert_array_equal(got[touched], want[touched])
                np.testing.assert_allclose(got[~touched], want[~touched], rtol=1e-5)
    x = np.array([np.inf, 1, -np.inf], "float32")
    np.testing.assert_array_equal(getattr(reduce, name)(x).numpy(), reference.reduced(name, x))


# -------------------------------------------------------------------------------------------------------------- accuracy


@pytest.mark.parametrize("axis", [0, 1, (0, 2)])
def test_long_float32_sums_are_accurate(axis, isa):
    n = 2**20 + 3
    shape = {0: (n, 2), 1: (2, n), (0, 2): (1025, 2, 1023)}[axis]
    x = np.full(shape, 0.1, "float32")
    want = np.full(2, np.float64(np.float32(0.1)) * (x.size // 2))
    naive = np.cumsum(x.ravel()[:n], dtype="float32")[-1]
    assert abs(naive - want[0]) > 1e-3 * want[0]  # the bound below is one that a running sum breaks
    np.testing.assert_allclose(reduce.sum(as_tensor(x), axis).numpy(), want, rtol=2e-6)
    np.testing.assert_allclose(reduce.mean(as_tensor(x), axis).numpy(), [0.1] * 2, rtol=2e-6)
    rng = np.random.default_rng(0)
    x = rng.random(shape, "float32") * 10.0 ** rng.integers(-4, 4, shape).astype("float32")
    want = np.sum(x, axis=axis, dtype="float64")
    np.testing.assert_allclose(reduce.sum(as_tensor(x), axis).numpy(), want, rtol=5e-7)


def test_float16_sums_are_made_in_float32():
    ones = np.ones((4000, 2), "float16")
    for axis in (0, None):
        np.testing.assert_array_equal(reduce.sum(ones, axis).numpy(), ones.sum(axis, dtype="float64"))
    assert (reduce.mean(np.full((3000, 2), 100, "float16"), 0).numpy() == 100).all()
    assert (reduce.sum(np.full((3000, 2), 100, "float16"), 0).numpy() == np.inf).all()
    assert reduce.cumsum(np.ones(4000, "float16")).numpy()[-1] == 4000
    np.testing.assert_allclose(reduce.prod(np.full(100, 1.01, "float16")).numpy(), 1.0097656**100, rtol=1e-3)


def test_integers_wrap_and_means_of_them_do_not():
    for dtype in ("int8", "uint8", "int16", "int32", "int64", "uint64"):
        top = np.iinfo(dtype).max
        assert reduce.sum(np.array([top, 1], dtype)).numpy() == np.iinfo(dtype).min
        assert reduce.prod(np.array([top, 2], dtype)).numpy() == (top - 1 if dtype[0] == "u" else -2)
        for axis in (0, (0, 1)):
            assert (reduce.max(np.full((2, 1), top, dtype), axis).numpy() == top).all()
            assert (reduce.min(np.full((2, 1), top, dtype), axis).numpy() == top).all()
    assert reduce.mean(np.full(1000, 127, "int8")).numpy() == 127
    assert reduce.mean(np.full(4, 2**30, "int32")).numpy() == 2**30
    for x, want in (([-3, 0], -1), ([3, 0], 1), ([-3, -2], -2), ([-4, 0], -2), ([-1, 0, 0], 0)):
        for dtype in ("int8", "int32", "int64"):
            assert reduce.mean(np.array(x, dtype)).numpy() == want


def test_logsumexp_does_not_overflow():
    for dtype in ("float16", *FLOATS):
        big = np.finfo(dtype).max / 4
        x = np.array([[big, -big], [-big, -big], [big, big]], dtype)
        np.testing.assert_allclose(reduce.logsumexp(x, 1).numpy(), [big, -big, big], rtol=1e-3)


def test_var_far_from_zero():
    x = (1000 + numbers((500, 3), "float32")).astype("float32")
    np.testing.assert_allclose(reduce.var(x, 0).numpy(), x.astype("float64").var(0), rtol=1e-5)
    assert (reduce.var(np.full((7, 3), 0.1), 0).numpy() >= 0).all()


# ------------------------------------------------------------------------------------------------------------- the same bits


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "logsumexp", "var"])
def test_bits_do_not_depend_on_threads(name, dtype, isa, n_threads):
    for shape, axis in (((40_001,), None), ((301, 70), 1), ((700, 301), 0), ((7, 300, 11), 1), ((30, 40, 50), (0, 2))):
        x = as_tensor(np.random.default_rng(0).uniform(0.5, 1.5, shape).astype(dtype))
        ours = getattr(reduce, name)(x, axis).numpy()
        config.set_num_threads(1)
        one = getattr(reduce, name)(x, axis).numpy()
        config.set_num_threads(n_threads)
        np.testing.assert_array_equal(bits(ours), bits(one))


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_row_has_the_same_bits_alone(dtype, isa):
    x = np.random.default_rng(0).standard_normal((9, 3001)).astype(dtype)
    whole = bits(reduce.sum(as_tensor(x), 1).numpy())
    for row in range(9):  # not aligned
        np.testing.assert_array_equal(bits(reduce.sum(wrap(x[row])).numpy()), whole[row])
    columns = bits(reduce.sum(as_tensor(x), 0).numpy())
    for first, last in ((0, 2), (1, 300), (255, 259), (2999, 3001)):
        strip = reduce.sum(as_tensor(x[:, first:last].copy()), 0).numpy()
        np.testing.assert_array_equal(bits(strip), columns[first:last])


# ----------------------------------------------------------------------------------------------------------------- positions


@pytest.mark.parametrize("name", ARG)
@pytest.mark.parametrize("dtype", [*FLOATS, "int32"])
def test_positions(dtype, name, isa, n_threads):
    check_positions(dtype, getattr(reduce, name), name == "argmin")


@pytest.mark.parametrize("name", ARG)
@pytest.mark.parametrize("dtype", ["int64", *OTHERS, "bool"])
def test_positions_of_other_types(dtype, name):
    check_positions(dtype, getattr(reduce, name), name == "argmin")


def check_positions(dtype, function, smallest):
    for shape, axis in (((1,), 0), ((7,), -1), ((5, 40), 1), ((5, 40), 0), ((3, 4, 5), 1), ((0, 4), 1), ((900, 3), 1)):
        x = numbers(shape, dtype)  # with ties
        want = reference.arg_extreme(x, axis, smallest)
        got = function(x, axis)
        assert got.dtype == "int64" and got.shape == want.shape
        np.testing.assert_array_equal(got.numpy(), want)
    x = numbers((6, 5), dtype)
    assert function(x, None).numpy() == reference.arg_extreme(x, None, smallest)
    assert function(x, 1, "int32").dtype == "int32"
    assert function(x).shape == (6,)


def test_positions_have_no_gradient():
    x = as_tensor([1.0, 3.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = elementwise.cast(reduce.argmax(x), "float32")
    assert tape.gradient(y, x) is None


# ------------------------------------------------------------------------------------------------------------------- running


@pytest.mark.parametrize("dtype", [*COMPILED, "float16", "uint8", "int16"])
@pytest.mark.parametrize("name", RUNNING)
def test_running(name, dtype):
    for shape, axis in (
        ((1,), 0),
        ((6,), -1),
        ((3, 4), 0),
        ((3, 4), 1),
        ((2, 3, 4), 1),
        ((0,), 0),
        ((2, 0), 1),
        ((0, 2), 1),
    ):
        x = numbers(shape, dtype)
        for exclusive in (False, True):
            for reverse in (False, True):
                got = getattr(reduce, name)(x, axis, exclusive, reverse)
                want = reference.running(name, x, axis, exclusive, reverse)
                assert got.dtype == dtype and got.shape == shape
                np.testing.assert_allclose(got.numpy(), want, rtol=5 * EPS.get(dtype, 0), atol=5 * EPS.get(dtype, 0))


# ----------------------------------------------------------------------------------------------------------------- gradients

GRADIENT_CASES = [((5,), None), ((3, 4), 0), ((3, 4), -1), ((2, 3, 4), 1), ((2, 3, 4), (0, 2)), ((2, 3, 4), (1, 2))]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("case", GRADIENT_CASES, ids=str)
@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "logsumexp", "var", "std"])
def test_vjp(name, case, keepdims):
    shape, axis = case
    rng = np.random.default_rng(2)
    x = rng.permutation(np.prod(shape)).reshape(shape) / 10 + 0.5  # no ties
    check_vjp(lambda x: getattr(reduce, name)(x, axis, keepdims), x, second=True, rtol=3e-6)
    check_vjp(
        lambda x: elementwise.square(getattr(reduce, name)(x * x, axis, keepdims)), x / 4 + 0.7, second=True, rtol=3e-6
    )


@pytest.mark.parametrize("name", RUNNING)
def test_vjp_of_running(name):
    x = np.random.default_rng(0).uniform(0.5, 1.5, (3, 4))
    for exclusive in (False, True):
        for reverse in (False, True):
            for axis in (0, 1):
                check_vjp(lambda x, a=(axis, exclusive, reverse): getattr(reduce, name)(x, *a), x, second=True)


def test_vjp_of_a_product_with_zeros():
    for x in ([[0.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 4.0]]):
        for axis in (None, 0, 1):
            check_vjp(lambda x, axis=axis: reduce.prod(x, axis), x)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "logsumexp", "var"])
def test_gradients_of_nothing(name):
    for shape, axis in EMPTY:
        x = as_tensor(np.zeros(shape, "float32"))
        with GradientTape() as tape:
            tape.watch(x)
            y = getattr(reduce, name)(x, axis)
        assert tape.gradient(y, x).shape == shape


def test_gradient_of_float16():
    x = as_tensor(np.array([[1, 2, 2], [3, 1, 0]], "float16"))
    for name, want in (("sum", [[1] * 3] * 2), ("max", [[0, 0.5, 0.5], [1, 0, 0]]), ("mean", [[1 / 3] * 3] * 2)):
        with GradientTape() as tape:
            tape.watch(x)
            y = getattr(reduce, name)(x, 1)
        dx = tape.gradient(y, x)
        assert dx.dtype == "float16"
        np.testing.assert_allclose(dx.numpy(), want, rtol=1e-3)


# --------------------------------------------------------------------------------------------------------------- TensorFlow


@lru_cache(maxsize=1)
def recordings():
    with np.load(FILE) as arrays:
        return dict(arrays)


@pytest.mark.parametrize("name", sorted({name for name, _ in cases()}))
def test_as_tensorflow(name, isa):
    for points in [p for n, p in cases() if n == name]:
        x, axis = as_tensor(POINTS[points]), ALONG.get(points)
        with GradientTape() as tape:
            if x.dtype.is_floating:
                tape.watch(x)
            y = getattr(reduce, name)(x, (axis or 0) if name in (*ARG, *RUNNING) else axis)
        want, rtol = recordings()[f"{name}/{points}/y"], 1e-3 if points == "half" else 1e-6
        assert y.shape == want.shape and y.dtype == want.dtype
        np.testing.assert_allclose(y.numpy(), want, rtol=rtol, err_msg=points)
        if x.dtype.is_floating and name not in ARG:
            dx = tape.gradient(y, x).numpy()
            np.testing.assert_allclose(dx, recordings()[f"{name}/{points}/dx"], rtol=rtol, atol=1e-7, err_msg=points)


# ---------------------------------------------------------------------------------------------------- the other two modes


def test_shapes_only():
    x = as_tensor(np.zeros((2, 3, 4), "float32"))
    with shapes_only():
        for name in reference.NAMES:
            function = getattr(reduce, name)
            for axis, shape in ((None, ()), (1, (2, 4)), ((0, -1), (3,))):
                assert function(x, axis).shape == shape
            assert function(x, 0, keepdims=True).shape == (1, 3, 4)
            assert function(x).dtype == {"any": "bool", "all": "bool", "count_nonzero": "int64"}.get(name, "float32")
        for name in ARG:
            assert getattr(reduce, name)(x, 1).shape == (2, 4)
            assert getattr(reduce, name)(x, 1, "int32").dtype == "int32"
        for name in RUNNING:
            assert getattr(reduce, name)(x, 1).shape == (2, 3, 4)


def test_read_only_strided_and_foreign_inputs():
    x = np.arange(12.0).reshape(3, 4)
    x.flags.writeable = False
    for a in (x, x.T, x[::2, 1:], x[::-1], np.asfortranarray(x), x.astype(">f8"), x.tolist()):
        np.testing.assert_array_equal(reduce.sum(a, 0).numpy(), np.sum(a, 0))
        np.testing.assert_array_equal(reduce.argmax(a, 1).numpy(), np.argmax(a, 1))


# -------------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize("name", [*reference.NAMES, *ARG, *RUNNING])
def test_errors_of_axes(name):
    function = getattr(reduce, name)
    x = np.zeros((2, 3), "float32")
    for axis in (2, -3, 10**20):
        with pytest.raises(ValueError, match=rf"^{name}: `axis` must be in \[-2, 2\). Received: axis={axis}"):
            function(x, axis)
    for axis in (1.0, "x", True):
        with pytest.raises(TypeError, match=rf"^{name}: `axis` must be an integer. Received: axis="):
            function(x, axis)
    if name not in (*ARG, *RUNNING):
        for axis in ((0, 0), (1, -1), [0, -2]):
            with pytest.raises(ValueError, match=rf"^{name}: `axis` must not name an axis twice. Received: axis="):
                function(x, axis)
        with pytest.raises(ValueError, match=rf"^{name}: `axis` must be in \[-2, 2\)"):
            function(x, (0, 2))


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: reduce.argmax(np.zeros((2, 0)), 1), ValueError, r"argmax: `x` must have elements .*\(2, 0\), axis=1"),
        (lambda: reduce.argmin(np.zeros((0,)), None), ValueError, "argmin: `x` must have elements"),
        (lambda: reduce.argmax(1.0), ValueError, "argmax: `axis`"),
        (lambda: reduce.cumsum(1.0), ValueError, "cumsum: `axis`"),
        (
            lambda: reduce.sum([True]),
            TypeError,
            r"sum: `x` must be numbers. Received: dtype=bool. Use cast\(x, dtype\)",
        ),
        (lambda: reduce.cumprod([True]), TypeError, "cumprod: `x` must be numbers"),
        (lambda: reduce.std([1, 2]), TypeError, "std: `x` must be floating point. Received: dtype=int32"),
        (lambda: reduce.logsumexp([1, 2]), TypeError, "logsumexp: `x` must be floating point. Received: dtype=int32"),
        (lambda: reduce.sum("ab"), TypeError, "'ab'"),
        (lambda: reduce.sum(None), TypeError, "None"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=f"^{message}" if message[0] != "'" and message != "None" else message):
        call()
