import itertools

import numpy as np
import pytest

from pyseq.core import as_tensor
from pyseq.ops.broadcasting import MAX_RANK, broadcast, broadcast_shapes
from pyseq.ops.elementwise import unbroadcast

SHAPES = [
    ((), ()),
    ((3,), ()),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((4, 1, 3), (2, 1)),
    ((2, 3, 4), (2, 1, 4)),
    ((1, 1), (1,)),
    ((2, 1, 2, 1), (1, 3, 1, 3)),
    ((0, 3), (3,)),
    ((2, 0), (2, 1)),
    ((5, 1, 1), (1, 1, 1)),
    ((20_000,), ()),
    ((300, 100), (100,)),
]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_shapes_as_numpy(shapes):
    assert broadcast_shapes(*shapes) == np.broadcast_shapes(*shapes)
    assert broadcast_shapes(*shapes, (1,)) == np.broadcast_shapes(*shapes, (1,))


def test_shapes_that_do_not_go_together():
    for shapes in (((2,), (3,)), ((2, 3), (2,)), ((0,), (2,)), ((2,), (1,), (3,))):
        with pytest.raises(ValueError, match="^f: operands must have shapes that broadcast together. Received:"):
            broadcast_shapes(*shapes, who="f")
    with pytest.raises(ValueError, match=f"^f: operands must have at most {MAX_RANK} axes that do not merge"):
        broadcast("f", 0, (1, 2) * 5, (2, 1) * 5)


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_loops_visit_what_numpy_visits(shapes):
    """The dims are walked as the kernel walks them: rows, of which each element is `step` behind the last."""
    to, dims, parts, size = broadcast("f", 7, *shapes)
    op, n, rows, rows_a_part, rank, *rest = dims
    extents, rest = rest[:rank], rest[rank:]
    assert op == 7 and to == np.broadcast_shapes(*shapes) and size == n * rows == int(np.prod(to))
    assert parts == (-(-n // 16384) if rows == 1 else -(-rows // rows_a_part))
    for shape in shapes:
        step, strides, rest = rest[0], rest[1 : 1 + rank], rest[1 + rank :]
        starts = [
            sum(k * s for k, s in zip(at, strides, strict=True)) for at in itertools.product(*map(range, extents))
        ]
        visited = np.add.outer(np.array(starts, "int64"), step * np.arange(n)).ravel()
        x = np.arange(int(np.prod(shape))).reshape(shape)
        np.testing.assert_array_equal(visited, np.broadcast_to(x, to).ravel())
    assert rest == []


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_unbroadcast_sums_what_was_repeated(shapes):
    to = np.broadcast_shapes(*shapes)
    dx = np.random.default_rng(0).integers(-9, 9, to).astype("float64")
    for shape in shapes:
        got = unbroadcast(as_tensor(dx), shape).numpy()
        want = np.zeros(shape)
        where = np.broadcast_to(np.arange(want.size).reshape(shape), to)
        np.add.at(want.reshape(-1), where.ravel(), dx.ravel())
        np.testing.assert_array_equal(got, want)
