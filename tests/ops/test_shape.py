"""Shapes: the same elements elsewhere. Nothing is computed, so every comparison is exact, bit for bit."""

import numpy as np
import pytest

from pyseq.core import GradientTape, Tensor, Variable, as_tensor, config, shapes_only, wrap
from pyseq.ops import shape
from pyseq.ops.elementwise import cast
from tests.gradcheck import check_vjp

DTYPES = ("float32", "float64", "float16", "int8", "uint8", "int16", "int32", "int64", "uint32", "bool")
FLOATS = ("float16", "float32", "float64")


def numbers(extents, dtype="float32", seed=0):
    """Different numbers as far as the type goes; for floating point both zeros, both infinities and NaN among them."""
    rng = np.random.default_rng(seed)
    n = int(np.prod(extents))
    x = rng.permutation(n)
    if np.dtype(dtype).kind == "f":
        x = x / 8 - 3
        for k, value in enumerate((-0.0, 0.0, np.inf, -np.inf, np.nan)):
            if n > 6:
                x[(k * 7) % n] = value
    return (x % 2 if dtype == "bool" else x % 200 if dtype == "uint8" else x % 100 if dtype == "int8" else x).reshape(
        extents
    ).astype(dtype)  # fmt: skip


def bits(a):
    return np.ascontiguousarray(a).view(f"u{a.dtype.itemsize}")


def same(got, want):
    assert isinstance(got, Tensor)
    assert got.shape == want.shape and got.dtype == want.dtype
    np.testing.assert_array_equal(bits(got.numpy()), bits(want))


# Name -> (op, NumPy's, extents of x, may elements be picked twice or not at all).
MOVES = {
    "reshape": (lambda x: shape.reshape(x, (4, -1)), lambda x: x.reshape(4, -1), (2, 6, 3)),
    "reshape_flat": (lambda x: shape.reshape(x, -1), lambda x: x.reshape(-1), (2, 3)),
    "reshape_scalar": (lambda x: shape.reshape(x, ()), lambda x: x.reshape(()), (1, 1)),
    "reshape_tensor": (lambda x: shape.reshape(x, as_tensor([3, 2])), lambda x: x.reshape(3, 2), (6,)),
    "reshape_empty": (lambda x: shape.reshape(x, (-1, 5)), lambda x: x.reshape(0, 5), (0, 3)),
    "expand_dims": (lambda x: shape.expand_dims(x, 1), lambda x: x[:, None], (2, 3)),
    "expand_dims_last": (lambda x: shape.expand_dims(x, -1), lambda x: x[..., None], (2, 3)),
    "expand_dims_several": (lambda x: shape.expand_dims(x, (0, -2)), lambda x: np.expand_dims(x, (0, -2)), (2, 3)),
    "squeeze": (lambda x: shape.squeeze(x), lambda x: x.squeeze(), (1, 3, 1, 2)),
    "squeeze_axis": (lambda x: shape.squeeze(x, -2), lambda x: x.squeeze(-2), (1, 3, 1, 2)),
    "squeeze_axes": (lambda x: shape.squeeze(x, (0, 2)), lambda x: x.squeeze((0, 2)), (1, 3, 1, 2)),
    "transpose": (lambda x: shape.transpose(x), lambda x: x.T, (3, 5)),
    "transpose_3": (lambda x: shape.transpose(x, (1, -1, 0)), lambda x: x.transpose(1, 2, 0), (2, 3, 4)),
    "transpose_4": (lambda x: shape.transpose(x, [0, 3, 1, 2]), lambda x: x.transpose(0, 3, 1, 2), (2, 3, 4, 5)),
    "transpose_rows": (lambda x: shape.transpose(x, (1, 0, 2)), lambda x: x.transpose(1, 0, 2), (30, 40, 7)),
    "transpose_long": (lambda x: shape.transpose(x), lambda x: x.T, (3, 9001)),
    "transpose_tall": (lambda x: shape.transpose(x), lambda x: x.T, (9001, 3)),
    "transpose_8": (lambda x: shape.transpose(x), lambda x: x.T, (2, 1, 3, 1, 2, 2, 1, 3)),
    "transpose_9": (lambda x: shape.transpose(x), lambda x: x.T, (2, 1, 3, 1, 2, 1, 1, 1, 3)),
    "transpose_none": (lambda x: shape.transpose(x, (0, 1)), lambda x: x, (2, 3)),
    "transpose_empty": (lambda x: shape.transpose(x), lambda x: x.T, (3, 0)),
    "transpose_empty_first": (lambda x: shape.transpose(x), lambda x: x.T, (0, 3)),
    "transpose_empty_middle": (lambda x: shape.transpose(x, (1, 2, 0)), lambda x: x.transpose(1, 2, 0), (3, 0, 2)),
    "swapaxes": (lambda x: shape.swapaxes(x, 0, -1), lambda x: x.swapaxes(0, -1), (2, 3, 4)),
    "moveaxis": (lambda x: shape.moveaxis(x, 0, -1), lambda x: np.moveaxis(x, 0, -1), (2, 3, 4)),
    "moveaxis_back": (lambda x: shape.moveaxis(x, -1, 1), lambda x: np.moveaxis(x, -1, 1), (2, 3, 4, 5)),
    "broadcast_to": (lambda x: shape.broadcast_to(x, (4, 3, 5)), lambda x: np.broadcast_to(x, (4, 3, 5)), (3, 1)),
    "broadcast_to_scalar": (lambda x: shape.broadcast_to(x, (2, 3)), lambda x: np.broadcast_to(x, (2, 3)), ()),
    "broadcast_to_empty": (lambda x: shape.broadcast_to(x, (0, 3)), lambda x: np.broadcast_to(x, (0, 3)), (1, 3)),
    "concatenate": (
        lambda x: shape.concatenate([x, x[:1], x[:0], x], 0),
        lambda x: np.concatenate([x, x[:1], x[:0], x]),
        (3, 2),
    ),
    "concatenate_last": (lambda x: shape.concatenate([x[:, 1:], x]), lambda x: np.concatenate([x[:, 1:], x], -1), (3, 4)),
    "concatenate_middle": (
        lambda x: shape.concatenate([x, x[:, :1]], -2),
        lambda x: np.concatenate([x, x[:, :1]], -2),
        (2, 3, 4),
    ),
    "concatenate_many": (
        lambda x: shape.concatenate([x[k : k + 1] for k in range(70)], 0),
        lambda x: x,
        (70, 2),
    ),
    "concatenate_one": (lambda x: shape.concatenate([x], 0), lambda x: x, (3,)),
    "concatenate_rows": (lambda x: shape.concatenate(x, 0), lambda x: x.reshape(-1), (3, 4)),
    "stack": (lambda x: shape.stack([x, x], 1), lambda x: np.stack([x, x], 1), (2, 3)),
    "stack_last": (lambda x: shape.stack([x, x, x], -1), lambda x: np.stack([x, x, x], -1), (2, 3)),
    "stack_scalars": (lambda x: shape.stack([x, x]), lambda x: np.stack([x, x]), ()),
    "stack_values": (lambda x: shape.stack_values([[x[0], x[1]], [x[1], x[0]]]), lambda x: x[[[0, 1], [1, 0]]], (2, 3)),
    "unstack": (lambda x: shape.unstack(x, axis=-1)[2], lambda x: x[:, 2], (2, 3)),
    "split": (lambda x: shape.split(x, 3, 1)[1], lambda x: x[:, 2:4], (2, 6)),
    "split_at": (lambda x: shape.split(x, [1, 4], -1)[1], lambda x: x[:, 1:4], (2, 6)),
    "take": (lambda x: shape.take(x, [2, 0, 2]), lambda x: x[[2, 0, 2]], (3, 4)),
    "take_many": (lambda x: shape.take(x, np.arange(100) % 7), lambda x: x[np.arange(100) % 7], (7, 5)),
    "take_scalar": (lambda x: shape.take(x, 1), lambda x: x[1], (3, 4)),
    "take_matrix": (lambda x: shape.take(x, np.uint8([[0, 1], [1, 1]])), lambda x: x[[[0, 1], [1, 1]]], (3, 2, 2)),
    "take_axis": (lambda x: shape.take(x, [[1, 0]], 1), lambda x: np.take(x, [[1, 0]], 1), (2, 3, 4)),
    "take_last": (lambda x: shape.take(x, [3, 3], -1), lambda x: np.take(x, [3, 3], -1), (2, 3, 4)),
    "take_none": (lambda x: shape.take(x, np.zeros((0,), "int32")), lambda x: x[:0], (3, 4)),
    "take_of_nothing": (lambda x: shape.take(x, np.zeros((0,), "int32")), lambda x: x, (0, 4)),
    "gather_rows": (lambda x: shape.gather_rows(x, np.array([2, 0, 2]), x.dtype), lambda x: x[[2, 0, 2]], (3, 4)),
    "take_along_axis": (
        lambda x: shape.take_along_axis(x, [[0, 1], [1, 1], [3, 0]], 1),
        lambda x: np.take_along_axis(x, np.array([[0, 1], [1, 1], [3, 0]]), 1),
        (3, 4),
    ),
    "take_along_axis_broadcast": (
        lambda x: shape.take_along_axis(x, [[1, 0, 1]], -1),
        lambda x: np.take_along_axis(x, np.array([[1, 0, 1]]), -1),
        (3, 4),
    ),
    "take_along_axis_one_row": (
        lambda x: shape.take_along_axis(x, np.int32([[1], [0], [3]]), 1),
        lambda x: np.take_along_axis(x, np.array([[1], [0], [3]]), 1),
        (1, 4),
    ),
    "tile": (lambda x: shape.tile(x, (2, 3)), lambda x: np.tile(x, (2, 3)), (2, 3)),
    "tile_few": (lambda x: shape.tile(x, 2), lambda x: np.tile(x, 2), (2, 3)),
    "tile_more": (lambda x: shape.tile(x, (2, 1, 2)), lambda x: np.tile(x, (2, 1, 2)), (2,)),
    "tile_nothing": (lambda x: shape.tile(x, (0, 2)), lambda x: np.tile(x, (0, 2)), (2, 3)),
    "repeat": (lambda x: shape.repeat(x, 3, 1), lambda x: np.repeat(x, 3, 1), (2, 3)),
    "repeat_flat": (lambda x: shape.repeat(x, 2), lambda x: np.repeat(x, 2), (2, 3)),
    "repeat_each": (lambda x: shape.repeat(x, [0, 1, 3], -1), lambda x: np.repeat(x, [0, 1, 3], -1), (2, 3)),
    "flip": (lambda x: shape.flip(x), lambda x: np.flip(x), (2, 3, 4)),
    "flip_axis": (lambda x: shape.flip(x, -1), lambda x: np.flip(x, -1), (2, 3, 4)),
    "flip_axes": (lambda x: shape.flip(x, (0, 2)), lambda x: np.flip(x, (0, 2)), (2, 3, 4)),
    "pad": (lambda x: shape.pad(x, ((1, 0), (2, 3))), lambda x: np.pad(x, ((1, 0), (2, 3))), (2, 3)),
    "pad_number": (lambda x: shape.pad(x, 1, constant_values=1), lambda x: np.pad(x, 1, constant_values=1), (2, 3)),
    "pad_pair": (lambda x: shape.pad(x, (2, 1)), lambda x: np.pad(x, (2, 1)), (2, 3)),
    "pad_empty": (lambda x: shape.pad(x, ((1, 1), (0, 0))), lambda x: np.pad(x, ((1, 1), (0, 0))), (0, 3)),
    "pad_reflect": (
        lambda x: shape.pad(x, ((1, 2), (0, 3)), "REFLECT"),
        lambda x: np.pad(x, ((1, 2), (0, 3)), "reflect"),
        (3, 4),
    ),
    "pad_symmetric": (
        lambda x: shape.pad(x, ((3, 2), (0, 1)), "symmetric"),
        lambda x: np.pad(x, ((3, 2), (0, 1)), "symmetric"),
        (3, 4),
    ),
}  # fmt: skip

INDICES = [0, -1, 1]
ROWS = np.array([[1, 0], [1, 1]])
MASK = np.array([True, False, True])
KEYS = {
    "integer": (1,),
    "negative": (-1,),
    "all integers": (1, -2, 3),
    "slice": (slice(1, None),),
    "step": (slice(None), slice(0, 3, 2)),
    "backwards": (slice(None, None, -1), slice(None), slice(-1, 0, -2)),
    "nothing": (slice(5, 2),),
    "past the end": (slice(1, 100),),
    "ellipsis": (Ellipsis, 1),
    "new axes": (None, Ellipsis, None, 2),
    "empty key": (),
    "list": (INDICES,),
    "array": (slice(None), ROWS),
    "two arrays": (np.array([0, 1, 1]), slice(None), np.array([3, 0, 0])),
    "array beside integer": (1, ROWS),
    "mask": (MASK,),
    "mask of all": (np.arange(3 * 3 * 4).reshape(3, 3, 4) % 5 == 0,),
    "mask and integer": (MASK, 2),
    "numpy integers": (np.int64(1), slice(np.int32(0), np.uint8(2))),
    "true": (True,),
    "false": (False, 0),
}


# --------------------------------------------------------------------------------------------------------- against NumPy


@pytest.mark.parametrize("name", MOVES)
def test_moves_what_numpy_moves(name):
    op, numpys, extents = MOVES[name]
    for dtype in DTYPES:
        x = numbers(extents, dtype)
        same(op(as_tensor(x)), np.asarray(numpys(x)))


def test_compiled_ones_on_every_instruction_set(isa, n_threads):
    for name, (op, numpys, extents) in MOVES.items():
        if name.split("_")[0] in ("transpose", "take", "gather", "broadcast"):
            for dtype in DTYPES:
                x = numbers(extents, dtype)
                same(op(as_tensor(x)), np.asarray(numpys(x)))
            x = numbers((int(np.prod(extents)) + 1,))[1:].reshape(extents)  # not aligned
            same(op(wrap(x)), np.asarray(numpys(x)))


@pytest.mark.parametrize("key", KEYS)
def test_getitem(key):
    for dtype in DTYPES:
        x = numbers((3, 3, 4), dtype)
        same(shape.getitem(as_tensor(x), KEYS[key]), np.asarray(x[KEYS[key]]))
        same(as_tensor(x)[KEYS[key]], np.asarray(x[KEYS[key]]))
        if len(KEYS[key]) == 1:
            same(as_tensor(x)[KEYS[key][0]], np.asarray(x[KEYS[key][0]]))


def test_getitem_by_tensors():
    x = numbers((4, 3))
    t, v = as_tensor(x), Variable(x)
    same(t[as_tensor([1, 1])], x[[1, 1]])
    same(t[as_tensor(2)], x[2])
    same(t[as_tensor([True, False, True, True])], x[[0, 2, 3]])
    same(t[:, Variable(np.int32(1))], x[:, 1])
    same(t[as_tensor(1) : as_tensor(3)], x[1:3])
    same(v[1:, 0], x[1:, 0])
    assert [float(e) for e in as_tensor([1.0, 2.0])] == [1, 2]


def test_a_key_is_read_once():
    key, x = np.array([0, 2]), as_tensor([1.0, 2.0, 3.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = x[key]
    key[...] = 1
    assert tape.gradient(y, x).numpy().tolist() == [1, 0, 1]


@pytest.mark.parametrize("name", MOVES)
def test_strided_inputs(name):
    op, numpys, extents = MOVES[name]
    wide = numbers(tuple(2 * d for d in extents), "float32")
    x = wide[tuple(slice(None, None, -2) for _ in extents)]
    same(op(as_tensor(x)), np.asarray(numpys(x)))
    x = np.asfortranarray(numbers(extents, "float64")).astype(">f8")
    x.flags.writeable = False
    same(op(as_tensor(x)), np.asarray(numpys(x)).astype("float64"))
    same(op(Variable(numbers(extents))), np.asarray(numpys(numbers(extents))))


@pytest.mark.parametrize("name", MOVES)
def test_shapes_only(name):
    op, numpys, extents = MOVES[name]
    x = as_tensor(numbers(extents))
    with shapes_only():
        y = op(x)
    assert y.shape == np.shape(numpys(x.numpy())) and y.dtype == "float32"


# -------------------------------------------------------------------------------------------------------------- gradients


@pytest.mark.parametrize("name", [n for n in MOVES if n not in ("transpose_long", "transpose_tall", "transpose_rows")])
def test_vjp(name):
    op, _, extents = MOVES[name]
    if name == "gather_rows":
        op = lambda x: shape.gather_rows(x, np.array([2, 0, 2]), "float64")  # noqa: E731
    x = np.random.default_rng(0).standard_normal(extents)
    check_vjp(op, x, second=True, directions=1)
    check_vjp(lambda x: op(x * x) * 0.5, x, second=True, directions=1)


@pytest.mark.parametrize("key", KEYS)
def test_vjp_of_getitem(key):
    x = np.random.default_rng(0).standard_normal((3, 3, 4))
    check_vjp(lambda x: shape.getitem(x * x, KEYS[key]), x, second=True)


@pytest.mark.parametrize("name", MOVES)
def test_gradients_count_how_often_an_element_is_picked(name):
    op, numpys, extents = MOVES[name]
    n = int(np.prod(extents))
    numbered = np.arange(1, n + 1).reshape(extents)
    where = np.asarray(np.pad(numbered, 1) if name == "pad_number" else numpys(numbered)).ravel()
    counts = np.bincount(where, minlength=n + 1)[1:].reshape(extents)
    for dtype in FLOATS:
        x = as_tensor(np.zeros(extents, dtype))
        with GradientTape() as tape:
            tape.watch(x)
            y = op(x)
        dx = tape.gradient(y, x)
        assert dx.dtype == dtype
        np.testing.assert_array_equal(dx.numpy(), counts)


def test_only_wanted_gradients_of_concatenate_and_stack():
    x, y, w = as_tensor([1.0]), as_tensor([2.0, 3.0]), Variable([4.0])
    with GradientTape() as tape:
        tape.watch(y)
        z = shape.concatenate([x, y, w], 0) * as_tensor([1.0, 2.0, 3.0, 4.0])
    dx, dy, dw = tape.gradient(z, [x, y, w])
    assert dx is None and dy.numpy().tolist() == [2, 3] and dw.numpy().tolist() == [4]
    check_vjp(lambda a, b: shape.stack([a, b, a], 1), np.ones((2, 3)), np.ones((2, 3)), second=True)
    check_vjp(lambda a, b: shape.concatenate([a, b] * 6, 1) ** 2.0, np.ones((2, 3)), np.ones((2, 1)), second=True)


# ----------------------------------------------------------------------------------------------- rows, here and there


@pytest.mark.parametrize("dtype", DTYPES)
def test_gather_rows_converts(dtype, isa, n_threads):
    for extents in ((5, 7), (5,), (5, 2, 3), (5, 0), (0, 3), (100, 33)):
        x = numbers(extents, dtype)
        index = np.random.default_rng(0).integers(-2, max(extents[0], 1) + 2, 37)
        inside = (index >= 0) & (index < extents[0])
        for to in FLOATS:
            want = np.zeros((37, *extents[1:]), to)
            want[inside] = x[index[inside]]
            same(shape.gather_rows(as_tensor(x), as_tensor(index), to), want)
            same(shape.gather_rows(x, np.zeros(0, "int64"), to), want[:0])


@pytest.mark.parametrize("dtype", [*FLOATS, "int32"])
def test_scatter_rows_adds(dtype, isa, n_threads):
    for extents in ((5, 7), (5,), (5, 2, 3), (5, 0), (1, 3)):
        index = np.random.default_rng(0).integers(-2, extents[0] + 2, 37)
        dy = np.random.default_rng(1).integers(-9, 9, (37, *extents[1:])).astype(dtype)
        want = np.zeros(extents, dtype)
        inside = (index >= 0) & (index < extents[0])
        np.add.at(want, index[inside], dy[inside])
        got = shape.scatter_rows(as_tensor(dy), as_tensor(index), extents)
        assert got.dtype == dtype
        np.testing.assert_array_equal(got.numpy(), want)
        same(shape.scatter_rows(dy[:0], index[:0], extents), np.zeros(extents, dtype))


def test_scatter_rows_of_float16_adds_in_float32():
    got = shape.scatter_rows(np.ones((4000, 1), "float16"), np.zeros(4000, "int64"), (2, 1))
    assert got.numpy().tolist() == [[4000], [0]]


def test_vjp_of_rows():
    index = as_tensor(np.array([1, 1, 0, 5, -1]))
    x, dy = np.random.default_rng(0).standard_normal((3, 4)), np.random.default_rng(1).standard_normal((5, 4))
    check_vjp(lambda x: shape.gather_rows(x * x, index, "float64"), x, second=True)
    check_vjp(lambda dy: shape.scatter_rows(dy * dy, index, (3, 4)), dy, second=True)
    t = as_tensor([[1.0], [2.0]])
    with GradientTape() as tape:
        tape.watch(t)
        y = shape.gather_rows(t, np.array([1, 1]), "float64")
    dt = tape.gradient(y, t)
    assert dt.dtype == "float32" and dt.numpy().tolist() == [[0], [2]]


# ------------------------------------------------------------------------------------------------------------- one_hot


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_one_hot(dtype):
    indices = np.array([[1, 0, 3], [2, 7, 1]], dtype)
    if dtype[0] == "i":
        indices[0, 0] = -1
    for axis in (-1, 0, 1, 2):
        want = np.moveaxis((indices[..., None] == np.arange(4)).astype("float32"), -1, axis)
        same(shape.one_hot(indices, 4, axis=axis), want)
        same(
            shape.one_hot(indices, 4, axis=axis, on_value=5, off_value=-1, dtype="int32"),
            (want * 6 - 1).astype("int32"),
        )
    same(shape.one_hot(indices, 4, dtype="bool"), indices[..., None] == np.arange(4))
    assert shape.one_hot(indices, 300).shape == (2, 3, 300)  # more than a byte counts
    assert shape.one_hot(indices, 300).numpy().sum() == (indices >= 0).sum()
    assert shape.one_hot(indices, 0).shape == (2, 3, 0)
    assert shape.one_hot(np.dtype(dtype).type(2), 3).numpy().tolist() == [0, 0, 1]
    config.set_floatx("float64")
    assert shape.one_hot(indices, 4).dtype == "float64"


# -------------------------------------------------------------------------------------------------------------- making


def test_made_tensors(isa, n_threads):
    for dtype in DTYPES:
        for extents in ((), (3,), (2, 0), (2, 3, 4), (300, 301), (70_001,)):
            same(shape.zeros(extents, dtype), np.zeros(extents, dtype))
            same(shape.ones(extents, dtype), np.ones(extents, dtype))
            same(shape.full(extents, 1, dtype), np.full(extents, 1, dtype))


def test_made_tensors_take_floatx_and_all_forms_of_shapes():
    for floatx in ("float64", "float32"):
        config.set_floatx(floatx)
        for make in (shape.zeros, shape.ones, shape.eye, lambda n: shape.full(n, 1.5)):
            assert make(2).dtype == floatx
    for form in (3, (3,), [3], np.array([3]), as_tensor([3]), as_tensor(3), (np.int64(3),), Variable(np.int32([3]))):
        assert shape.zeros(form).shape == shape.ones(form).shape == shape.full(form, 2).shape == (3,)
    assert shape.full((2,), 2).dtype == "int32" and shape.full((2,), np.float64(2)).dtype == "float64"
    assert shape.checked_shape("f", np.array([2, -1])) == (2, -1)
    same(shape.full((2, 3), np.float32([1, 2, 3])), np.float32([[1, 2, 3]] * 2))
    check_vjp(lambda v: shape.full((2, 3), v * v), np.array([1.0, 2.0, 3.0]), second=True)
    check_vjp(lambda v: shape.full((2, 3), v * v), np.array(2.0), second=True)


def test_eye_and_arange():
    for args in ((3,), (2, 4), (4, 2, 1), (3, 3, -1), (0,)):
        same(shape.eye(*args), np.eye(*args, dtype="float32"))
    assert shape.eye(2, dtype="bool").dtype == "bool"
    for args in ((5,), (1, 5), (5, 1), (5, 1, -2), (0, 7, 3), (0,)):
        same(shape.arange(*args), np.arange(*args, dtype="int32"))
        same(shape.arange(*args, dtype="float64"), np.arange(*args, dtype="float64"))
    same(shape.arange(0, 1, 0.1), np.arange(0, 1, 0.1, dtype="float32"))
    same(shape.arange(as_tensor(2), as_tensor(5)), np.arange(2, 5, dtype="int32"))
    same(shape.arange(np.int64(3)), np.arange(3))


# --------------------------------------------------------------------------------------------------------------- order


@pytest.mark.parametrize("dtype", DTYPES)
def test_order(dtype):
    for extents, axis in (((6,), 0), ((3, 5), 1), ((3, 5), 0), ((2, 3, 4), -2), ((0,), 0), ((3, 0), 1), ((50,), -1)):
        x = (np.random.default_rng(0).integers(0, 5, extents) % (2 if dtype == "bool" else 5)).astype(
            dtype
        )  # with ties
        up = np.argsort(x, axis, kind="stable")
        same(shape.argsort(x, axis), up.astype("int32"))
        same(shape.sort(x, axis), np.sort(x, axis))
        down = np.argsort(-x.astype("float64"), axis, kind="stable")
        same(shape.argsort(x, axis, "descending"), down.astype("int32"))
        same(shape.sort(x, axis, "DESCENDING"), np.take_along_axis(x, down, axis))


@pytest.mark.parametrize("dtype", DTYPES)
def test_top_k(dtype):
    x = (np.random.default_rng(0).integers(0, 5, (3, 7)) % (2 if dtype == "bool" else 5)).astype(dtype)
    down = np.argsort(-x.astype("float64"), -1, kind="stable")
    for k in (0, 1, 4, 7):
        values, positions = shape.top_k(x, k)
        same(positions, down[:, :k].astype("int32"))
        same(values, np.take_along_axis(x, down[:, :k], -1))


def test_nan_is_last_in_order():
    # From TensorFlow 2.15: tf.argsort([3, nan, 1]) is [2, 0, 1].
    x = np.array([3, np.nan, 1], "float32")
    assert shape.argsort(x).numpy().tolist() == [2, 0, 1]
    np.testing.assert_array_equal(shape.sort(x).numpy(), [1, 3, np.nan])


def test_vjp_of_order():
    x = np.random.default_rng(0).permutation(12).reshape(3, 4) / 3
    for axis in (0, 1):
        check_vjp(lambda x, axis=axis: shape.sort(x * x, axis, "DESCENDING"), x, second=True)
    check_vjp(lambda x: shape.top_k(x * x, 2)[0], x, second=True)
    t = as_tensor([1.0, 3.0, 2.0])
    with GradientTape() as tape:
        tape.watch(t)
        y = cast(shape.top_k(t, 3)[1], "float32") + cast(shape.argsort(t), "float32")
    assert tape.gradient(y, t) is None


# -------------------------------------------------------------------------------------------------- lists of pieces


def test_pieces_together_are_the_whole():
    x = as_tensor(numbers((4, 6)))
    for pieces in (shape.split(x, 3, 1), shape.split(x, [0, 2, 6], 1), shape.split(x, [9], 1), shape.split(x, 1, 1)):
        same(shape.concatenate(pieces, 1), x.numpy())
    assert [p.shape for p in shape.split(x, [0, 2, 6], 1)] == [(4, 0), (4, 2), (4, 4), (4, 0)]
    for axis in (0, 1, -1):
        same(shape.stack(shape.unstack(x, axis=axis), axis), x.numpy())
    assert len(shape.unstack(x, num=4)) == 4 and shape.unstack(as_tensor(np.zeros((0, 2)))) == []


def test_numbers_beside_tensors_take_their_dtype():
    x = as_tensor(np.array([1.5], "float64"))
    assert shape.concatenate([x, [2.0], [3]], 0).dtype == "float64"
    assert shape.stack([[1], x]).dtype == "float64"
    assert shape.stack_values([1, [2, x[0]][1]]).numpy().tolist() == [1, 1.5]
    assert shape.stack_values([[1, x[0]], [2.0, 3]], dtype="float32").dtype == "float32"
    assert shape.concatenate([[1], [2]]).dtype == "int32"


# -------------------------------------------------------------------------------------------------------------- errors

X = np.zeros((3, 4), "float32")


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: shape.reshape(X, (5, -1)), ValueError, r"reshape: `shape` must hold the 12 elements .*\(5, -1\), x.shape=\(3, 4\)"),
        (lambda: shape.reshape(X, (-1, -1)), ValueError, "reshape: `shape` must hold"),
        (lambda: shape.reshape(X, (-1, 0)), ValueError, "reshape: `shape` must hold"),
        (lambda: shape.reshape(X, (-3, -4)), ValueError, "reshape: `shape` must hold"),
        (lambda: shape.reshape(X, (-1, -3)), ValueError, "reshape: `shape` must hold"),
        (lambda: shape.reshape(X, (3, 5)), ValueError, "reshape: `shape` must hold"),
        (lambda: shape.reshape(X, "ab"), TypeError, "reshape: `shape` must be a tuple of integers. Received: 'ab'"),
        (lambda: shape.reshape(X, (3.0, 4)), TypeError, "reshape: `shape` must be a tuple of integers"),
        (lambda: shape.expand_dims(X, 3), ValueError, r"expand_dims: `axis` must be in \[-3, 3\). Received: axis=3"),
        (lambda: shape.expand_dims(X, (0, 0)), ValueError, r"expand_dims: `axis` must not name a place twice. .*\(0, 0\)"),
        (lambda: shape.expand_dims(X, (0, -4)), ValueError, "expand_dims: `axis` must not name a place twice"),
        (lambda: shape.squeeze(X, 0), ValueError, r"squeeze: axes must have extent 1. Received: x.shape=\(3, 4\), axis=0"),
        (lambda: shape.squeeze(X, 2), ValueError, r"squeeze: `axis` must be in \[-2, 2\)"),
        (lambda: shape.transpose(X, (0, 0)), ValueError, "transpose: `axes` must name each of the 2 axes once"),
        (lambda: shape.transpose(X, (0,)), ValueError, "transpose: `axes` must name each of the 2 axes once"),
        (lambda: shape.transpose(X, (0, 2)), ValueError, "transpose: `axis` must be in"),
        (lambda: shape.swapaxes(X, 0, 2), ValueError, "swapaxes: `axis` must be in"),
        (lambda: shape.moveaxis(X, 0, 2), ValueError, "moveaxis: `axis` must be in"),
        (lambda: shape.moveaxis(X, 0.5, 1), TypeError, "moveaxis: `axis` must be an integer"),
        (lambda: shape.broadcast_to(X, (3, 3)), ValueError, r"broadcast_to: .*\(3, 4\) and \(3, 3\)"),
        (lambda: shape.broadcast_to(X, (4,)), ValueError, "broadcast_to: `shape` must be one that x broadcasts to"),
        (lambda: shape.broadcast_to(X[:1], (-1, 4)), ValueError, "broadcast_to: `shape` must not have entries under 0"),
        (lambda: shape.concatenate([]), ValueError, "concatenate: must get at least one tensor"),
        (lambda: shape.concatenate([X, X[:2]], 1), ValueError, r"concatenate: shapes must agree but for axis 1.*\(3, 4\), \(2, 4\)"),
        (lambda: shape.concatenate([X, X[0]], 0), ValueError, "concatenate: shapes must agree but for axis 0"),
        (lambda: shape.concatenate([X, X.astype("float64")]), TypeError, "concatenate: tensors must have one dtype"),
        (lambda: shape.concatenate([1.0, 2.0]), ValueError, "concatenate: `axis`"),
        (lambda: shape.stack([]), ValueError, "stack: must get at least one tensor"),
        (lambda: shape.stack([X, X[:2]]), ValueError, "stack: shapes must be equal"),
        (lambda: shape.stack([X, X], 3), ValueError, r"stack: `axis` must be in \[-3, 3\)"),
        (lambda: shape.unstack(X, num=4), ValueError, "unstack: `num` must be the extent of axis 0, 3. Received: num=4"),
        (lambda: shape.unstack(1.0), ValueError, "unstack: `axis`"),
        (lambda: shape.split(X, 3, 1), ValueError, "split: axis 1 of extent 4 must divide .* Received: 3 pieces"),
        (lambda: shape.split(X, 0), ValueError, "split: axis 0 of extent 3 must divide"),
        (lambda: shape.split(X, 1, 2), ValueError, "split: `axis` must be in"),
        (lambda: shape.take(X, [3]), IndexError, r"take: `indices` must be in \[0, 3\). Received: 3"),
        (lambda: shape.take(X, [0, -1], 1), IndexError, r"take: `indices` must be in \[0, 4\). Received: -1"),
        (lambda: shape.take(X, [0.5]), TypeError, "take: `indices` must be integers. Received: dtype=float32"),
        (lambda: shape.take(X, [0], 2), ValueError, "take: `axis` must be in"),
        (lambda: shape.gather_rows(X, np.int32([0]), "float32"), ValueError, "gather_rows: `index` must be .*dtype=int32"),
        (lambda: shape.gather_rows(X, np.zeros((1, 1), "int64"), "float32"), ValueError, r"gather_rows: .*shape=\(1, 1\)"),
        (lambda: shape.scatter_rows(X, np.int32([0] * 3), (5, 4)), ValueError, "scatter_rows: `index` must be a vector of int64"),
        (lambda: shape.scatter_rows(X, np.int64([0]), (5, 4)), ValueError, "scatter_rows: `dy` must have a row"),
        (lambda: shape.scatter_rows(X, np.int64([0] * 3), (5, 5)), ValueError, "scatter_rows: `dy` must have a row"),
        (lambda: shape.scatter_rows(X, np.int64([0] * 3), (-5, 4)), ValueError, "scatter_rows: `shape` must not have entries under 0"),
        (lambda: shape.take_along_axis(X, [0]), ValueError, r"take_along_axis: `indices` must have the rank of x.*\(1,\), x"),
        (lambda: shape.take_along_axis(X, [[0.5]]), TypeError, "take_along_axis: `indices` must be integers"),
        (lambda: shape.take_along_axis(X, [[0], [4], [1]]), IndexError, r"take_along_axis: `indices` must be in \[0, 4\). Received: 4"),
        (lambda: shape.take_along_axis(X, [[0], [1]]), ValueError, r"take_along_axis: .*\(3,\) and \(2,\)"),
        (lambda: shape.one_hot([1.0], 3), TypeError, "one_hot: `indices` must be integers. Received: dtype=float32"),
        (lambda: shape.one_hot([1], 3, axis=2), ValueError, "one_hot: `axis` must be in"),
        (lambda: shape.one_hot([1], -3), ValueError, "one_hot: `depth` must not be negative. Received: depth=-3"),
        (lambda: shape.tile(X, (-1, 1)), ValueError, r"tile: `repeats` must not have entries under 0. Received: \(-1, 1\)"),
        (lambda: shape.tile(X, "a"), TypeError, "tile: `repeats` must be a tuple of integers"),
        (lambda: shape.repeat(X, -1), ValueError, "repeat: `repeats` must be a count, or 12 of them. Received: repeats=-1"),
        (lambda: shape.repeat(X, [1, 2], 0), ValueError, r"repeat: `repeats` must be a count, or 3 of them. .*\[1, 2\]"),
        (lambda: shape.repeat(X, 1.5, 0), ValueError, "repeat: `repeats` must be a count"),
        (lambda: shape.repeat(X, 2, 2), ValueError, "repeat: `axis` must be in"),
        (lambda: shape.flip(X, 2), ValueError, "flip: `axis` must be in"),
        (lambda: shape.pad(X, -1), ValueError, "pad: `pad_width` must not be negative. Received: -1"),
        (lambda: shape.pad(X, ((1, 2, 3), (1, 2, 3))), ValueError, r"pad: `pad_width` must be \(before, after\) for each of 2 axes"),
        (lambda: shape.pad(X, ((1, 1),) * 3), ValueError, r"pad: `pad_width` must be \(before, after\)"),
        (lambda: shape.pad(X, 1, "edges"), ValueError, "pad: `mode` must be 'constant', .* Received: mode='edges'"),
        (lambda: shape.zeros((2, -1)), ValueError, r"zeros: `shape` must not have entries under 0. Received: \(2, -1\)"),
        (lambda: shape.ones((-1,)), ValueError, "ones: `shape` must not have entries under 0"),
        (lambda: shape.full(-1, 2.0), ValueError, "full: `shape` must not have entries under 0"),
        (lambda: shape.full((2,), [1.0, 2.0, 3.0]), ValueError, r"full: .*\(3,\) and \(2,\)"),
        (lambda: shape.full((2,), [[1.0, 2.0]]), ValueError, r"full: `value` must broadcast to \(2,\). Received: value.shape=\(1, 2\)"),
        (lambda: shape.zeros(2.5), TypeError, "zeros: `shape` must be a tuple of integers"),
        (lambda: shape.arange(0, 3, 0), ValueError, "arange: `step` must not be 0"),
        (lambda: shape.argsort(X, 2), ValueError, "argsort: `axis` must be in"),
        (lambda: shape.argsort(X, 0, "up"), ValueError, "argsort: `direction` must be 'ASCENDING' or 'DESCENDING'. Received: 'UP'"),
        (lambda: shape.top_k(X, 5), ValueError, r"top_k: `k` must be in \[0, 4\]. Received: k=5"),
        (lambda: shape.top_k(1.0, 0), ValueError, r"top_k: `x` must have an axis. Received: x.shape=\(\)"),
        (lambda: as_tensor(X)[3], IndexError, r"x\[key\]: .*out of bounds.*\. Received: x.shape=\(3, 4\), key=\(3,\)"),
        (lambda: as_tensor(X)[0, 0, 0], IndexError, r"x\[key\]: too many indices"),
        (lambda: as_tensor(X)["a"], IndexError, r"x\[key\]: only integers"),
        (lambda: as_tensor(X)[1.5], TypeError, r"x\[key\]: an index must be an integer. Received: 1.5"),
        (lambda: as_tensor(X)[np.array([1.5])], IndexError, r"x\[key\]: arrays used as indices must be of integer"),
        (lambda: as_tensor(X)[[True, False]], IndexError, r"x\[key\]: boolean index did not match"),
        (lambda: as_tensor(X)[::0], ValueError, r"x\[key\]: slice step cannot be zero. Received"),
    ],
)  # fmt: skip
def test_errors(call, error, message):
    with pytest.raises(error, match=f"^{message}"):
        call()


def test_same_kind():
    xs = shape.same_kind("f", [1, as_tensor([1.0]), [2.0]])
    assert [x.dtype.name for x in xs] == ["float32"] * 3
    with pytest.raises(ValueError, match="f: must get at least one tensor"):
        shape.same_kind("f", [])
    with pytest.raises(TypeError, match="f: tensors must have one dtype. Received"):
        shape.same_kind("f", [as_tensor([1.0]), as_tensor([1])])
