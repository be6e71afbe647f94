"""Pieces of tensors. Nothing is computed, so every comparison is exact, bit for bit."""

import numpy as np
import pytest

from pyseq.core import GradientTape, Variable, as_tensor, engine, shapes_only
from pyseq.ops import slicing
from pyseq.plan import function
from tests.gradcheck import check_vjp

A, N = slice(None), None
KEYS = [
    ((5,), 2), ((5,), -1), ((5,), slice(1, 4)), ((5,), slice(None, None, -1)), ((5,), slice(4, 0, -2)), ((5,), slice(2, 2)),
    ((4, 6), 1), ((4, 6), (A, 2)), ((4, 6), (slice(1, 3), slice(None, None, 2))), ((4, 6), (slice(2, None),)), ((4, 6), (3, 5)),
    ((4, 6), (A, slice(3, 1))), ((4, 6), (N, 1, N, Ellipsis)), ((4, 6), Ellipsis), ((4, 6), (A, A)), ((4, 6), ()), ((1, 6), 0),
    ((3, 4, 5), (Ellipsis, 0)), ((3, 4, 5), (0, Ellipsis)), ((3, 4, 5), (A, slice(None, None, -1), slice(1, 4))),
    ((3, 4, 5), (slice(0, 3, 2), slice(3, None, -3), slice(4, None, -4))), ((3, 4, 5), (1, slice(1, 3), A)),
    ((3, 4, 5), (A, 1, A)), ((2, 1, 3, 1, 2, 2, 1, 3, 2, 2, 2), (Ellipsis, slice(0, 1))), ((0, 3), (A, 1)), ((), (N,)), ((), ()),
    ((300, 7, 41), (slice(5, 290, 3), A, slice(1, 40))), ((40000,), slice(None, None, 3)), ((2, 50000), (1, slice(10, None))),
    ((2,) * 10, tuple(slice(None, None, -1) for _ in range(10))),
    ((4, 6), [2, 0, 2]), ((4, 6), (A, np.array([1, -1]))), ((4, 6), (np.array([[0, 1]]), [2, 3])), ((4, 6), np.ones((4, 6), bool)),
    ((4, 6), ([True, False, True, False], slice(1, 3))), ((4, 6), np.zeros(0, int)), ((4, 6), (2, [0, 1])),
]  # fmt: skip
PLAIN = [case for case in KEYS if np.prod(case[0]) < 200]


def numbers(extents, dtype="float64"):
    return (np.arange(np.prod(extents)).reshape(extents) - 3).astype(dtype)


@pytest.mark.parametrize("extents, key", KEYS, ids=str)
def test_getitem(extents, key, n_threads):
    for dtype in ("float32", "float64", "int16", "bool"):
        x = numbers(extents, dtype)
        got = slicing.getitem(as_tensor(x), key).numpy()
        np.testing.assert_array_equal(got, x[key])
        assert got.dtype == x.dtype


def test_getitem_in_each_instruction_set(isa):
    x = numbers((7, 9, 5), "float32")
    key = (slice(None, None, -2), slice(1, 8, 3), slice(4, 0, -1))
    np.testing.assert_array_equal(slicing.getitem(x, key).numpy(), x[key])
    np.testing.assert_array_equal(slicing.pad(x, [[1, 2], [0, 1], [3, 0]]).numpy(), np.pad(x, [[1, 2], [0, 1], [3, 0]]))
    np.testing.assert_array_equal(slicing.concatenate([x, x[:, :2]], 1).numpy(), np.concatenate([x, x[:, :2]], 1))


@pytest.mark.parametrize("extents, key", PLAIN, ids=str)
def test_vjp(extents, key):
    check_vjp(lambda x: slicing.getitem(x, key), numbers(extents), second=True)


@pytest.mark.parametrize("extents, key", KEYS, ids=str)
def test_gradient_is_where_it_came_from(extents, key, n_threads):
    x = as_tensor(numbers(extents))
    with GradientTape() as tape:
        tape.watch(x)
        y = slicing.getitem(x, key)
    dy = numbers(y.shape) + 1.5
    want = np.zeros(extents)
    np.add.at(want, key, dy)
    np.testing.assert_array_equal(tape.gradient(y, x, output_gradients=dy).numpy(), want)


@pytest.mark.parametrize("extents, key", PLAIN, ids=str)
def test_planned_and_shapes_only(extents, key):
    x = numbers(extents)
    want = slicing.getitem(x, key)
    np.testing.assert_array_equal(function(lambda x: slicing.getitem(x, key))(x).numpy(), want.numpy())
    with shapes_only():
        assert slicing.getitem(as_tensor(x), key).shape == want.shape


TENSOR_KEYS = [
    ((4, 6), lambda t: t(2)), ((4, 6), lambda t: (A, t(-1))), ((4, 6), lambda t: (t(1), t([2, 3]))),
    ((4, 6), lambda t: t([[0, 3], [3, 1]])),
    ((3, 4, 5), lambda t: (t(1), A, t([0, 0, 4]))), ((3, 4, 5), lambda t: (Ellipsis, t(3))), ((3, 4, 5), lambda t: (A, t([1, 1]), N)),
]  # fmt: skip


@pytest.mark.parametrize("extents, key", TENSOR_KEYS)
def test_tensors_in_keys(extents, key):
    x = numbers(extents)
    want = x[key(np.array)]
    np.testing.assert_array_equal(slicing.getitem(x, key(as_tensor)).numpy(), want)
    given = []
    key(lambda v: given.append(np.array(v)) or 0)

    def planned(x, *tensors):
        read = iter(tensors)
        with GradientTape() as tape:
            tape.watch(x)
            y = slicing.getitem(x, key(lambda v: next(read)))
        return y, tape.gradient(y, x)

    y, dx = function(planned)(x, *given)
    np.testing.assert_array_equal(y.numpy(), want)
    ones = np.zeros(extents)
    np.add.at(ones, key(np.array), 1.0)
    np.testing.assert_array_equal(dx.numpy(), ones)
    check_vjp(lambda x: slicing.getitem(x, key(as_tensor)), x, second=True)


def test_a_mask_must_be_known():
    x = numbers((4, 6))
    mask = x > 3
    np.testing.assert_array_equal(slicing.getitem(x, as_tensor(mask)).numpy(), x[mask])
    np.testing.assert_array_equal(function(lambda x: slicing.getitem(x, mask))(x).numpy(), x[mask])
    with pytest.warns(UserWarning, match=r"x\[key\]: the shape of the result depends on the values of a mask"):
        function(lambda x: x[x > 3])(x)


def test_an_index_outside_stops_a_plan():
    pick = function(lambda x, k: slicing.getitem(x, k))
    x = numbers((4, 6))
    np.testing.assert_array_equal(pick(x, np.array([3])).numpy(), x[[3]])
    with pytest.raises(IndexError, match=r"x\[key\]: index 4 is out of bounds"):
        pick(x, np.array([4]))


SHAPES = [
    ([(3,), (2,)], 0), ([(2, 3), (2, 1), (2, 0)], 1), ([(2, 3), (4, 3)], 0), ([(2, 3, 4), (2, 2, 4), (2, 5, 4)], -2),
    ([(300, 5), (300, 70)], -1), ([(2, 1)] * 19, 1), ([(0, 2), (0, 3)], 1), ([(70_000, 1)] * 2, 1), ([(4_000, 1)] * 3, 1),
    ([(4_000, 1)] * 5, 1), ([(9, 1), (9, 2)], 1),
]  # fmt: skip


@pytest.mark.parametrize("shapes, axis", SHAPES, ids=str)
def test_concatenate(shapes, axis, n_threads):
    for dtype in ("float32", "float64", "int8", "bool"):
        xs = [numbers(shape, dtype) for shape in shapes]
        np.testing.assert_array_equal(slicing.concatenate(xs, axis).numpy(), np.concatenate(xs, axis))


@pytest.mark.parametrize("shapes, axis", SHAPES[:4] + SHAPES[5:6], ids=str)
def test_concatenate_vjp(shapes, axis):
    check_vjp(lambda *xs: slicing.concatenate(xs, axis), *[numbers(shape) for shape in shapes], second=True)


def test_part():
    np.testing.assert_array_equal(slicing.part(numbers((3, 4)), 1, 1, 3).numpy(), numbers((3, 4))[:, 1:3])


@pytest.mark.parametrize("mode", ["constant", "reflect", "symmetric"])
@pytest.mark.parametrize(
    "extents, widths", [((3, 4), [[1, 2], [2, 0]]), ((5,), [[2, 3]]), ((2, 3, 4), [[0, 0], [1, 1], [0, 3]])]
)
def test_pad(mode, extents, widths, n_threads):
    x = numbers(extents)
    np.testing.assert_array_equal(slicing.pad(x, widths, mode).numpy(), np.pad(x, widths, mode))
    check_vjp(lambda x: slicing.pad(x, widths, mode), x, second=True)


@pytest.mark.parametrize(
    "dtype, value", [("float32", -np.inf), ("int64", -(2**62) - 1), ("uint8", 200), ("bool", True), ("float16", 1.5)]
)
def test_pad_with_a_value(dtype, value):
    x = numbers((2, 3), "int8").astype(dtype)
    want = np.pad(x, [[1, 0], [0, 2]], constant_values=value)
    np.testing.assert_array_equal(slicing.pad(x, [[1, 0], [0, 2]], constant_values=value).numpy(), want)
    if dtype != "bool":
        planned = function(lambda x, v: slicing.pad(x, [[1, 0], [0, 2]], constant_values=v))
        np.testing.assert_array_equal(planned(x, np.array(value, dtype)).numpy(), want)


def test_pad_beyond_a_mirror():
    with pytest.raises(
        ValueError, match="pad: `pad_width` must not be above 2 along axis 0 of extent 3 with mode='reflect'"
    ):
        slicing.pad(np.ones(3), [[3, 0]], "reflect")


def test_pieces_of_parts():
    """The same bits however the parts of an instruction are cut."""
    x = as_tensor(numbers((400, 90)))
    axes = ((1, 3, 130), (5, 2, 40))
    dims, parts = slicing._reading(x.shape, axes)
    rank, group, places, more = slicing._writing(x.shape, axes)
    piece = as_tensor(x.numpy()[1:391:3, 5:85:2])
    for cuts in ([(0, parts)], [(k, k + 1) for k in range(parts)]):
        (y,) = engine.run_parts(slicing.SLICE, (x,), ((piece.shape, x.dtype),), (8, *dims), (), parts, cuts)
        np.testing.assert_array_equal(y.numpy(), piece.numpy())
    for cuts in ([(0, more)], [(k, k + 1) for k in range(more)]):
        (y,) = engine.run_parts(
            slicing.PUT_SLICE, (piece,), ((x.shape, x.dtype),), (8, rank, group, 0, *places), (), more, cuts
        )
        want = np.zeros(x.shape)
        want[1:391:3, 5:85:2] = piece.numpy()
        np.testing.assert_array_equal(y.numpy(), want)


def test_a_variable_is_read():
    v = Variable([1.0, 2.0, 3.0])
    y = slicing.getitem(v, slice(1, None))
    v.assign([4.0, 5.0, 6.0])
    np.testing.assert_array_equal(y.numpy(), [2.0, 3.0])


@pytest.mark.parametrize("key, error, message", [
    ((0, 0, 0), IndexError, "too many indices. Received: 3"), ((Ellipsis, Ellipsis), IndexError, "single ellipsis"),
    (1.5, TypeError, "an index must be an integer. Received: 1.5"), (6, IndexError, "index 6 is out of bounds"),
    (as_tensor(1.5), TypeError, "an index must be an integer. Received: dtype=float32"),
    (as_tensor([7]), IndexError, "index 7 is out of bounds"),
])  # fmt: skip
def test_errors(key, error, message):
    with pytest.raises(error, match=rf"^x\[key\]: .*{message}"):
        slicing.getitem(numbers((4, 6)), key)


def test_keys_with_tensors():
    key, tensors = slicing.plain_key((slice(as_tensor(1), None), as_tensor([2]), [0, 1]))
    assert key[0] == slice(1, None, None) and len(tensors) == 1
    assert slicing.filled(key, [np.array(3)])[1] == 3 and isinstance(
        slicing.filled(key, [np.array([3])])[1], np.ndarray
    )
