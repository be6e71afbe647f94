import numpy as np
import pytest

from pyseq.core import as_tensor
from pyseq.ops.axes import normalized_axes, normalized_axis, reduced, runs


def test_normalized_axis():
    assert [normalized_axis("f", k, 3) for k in range(-3, 3)] == [0, 1, 2, 0, 1, 2]
    assert normalized_axis("f", np.int8(-1), 2) == 1 and type(normalized_axis("f", np.int8(-1), 2)) is int
    assert normalized_axis("f", as_tensor(1), 2) == 1
    for axis in (3, -4):
        with pytest.raises(ValueError, match=rf"^f: `axis` must be in \[-3, 3\). Received: axis={axis}.$"):
            normalized_axis("f", axis, 3)
    with pytest.raises(ValueError, match=r"\[0, 0\)"):
        normalized_axis("f", 0, 0)
    for axis in (True, 1.0, "1", None, (1,)):
        with pytest.raises(TypeError, match="^f: `axis` must be an integer. Received: axis="):
            normalized_axis("f", axis, 3)


def test_normalized_axes():
    assert normalized_axes("f", None, 3) == (0, 1, 2) and normalized_axes("f", None, 0) == ()
    assert normalized_axes("f", (2, -3), 3) == normalized_axes("f", [0, 2], 3) == (0, 2)
    assert normalized_axes("f", np.array([1, 0]), 2) == (0, 1) and normalized_axes("f", -1, 2) == (1,)
    assert normalized_axes("f", (), 2) == ()
    with pytest.raises(ValueError, match=r"^f: `axis` must not name an axis twice. Received: axis=\(1, -1\)"):
        normalized_axes("f", (1, -1), 2)


def test_reduced():
    assert reduced((2, 3, 4), (1,)) == ((2, 4), (2, 1, 4))
    assert reduced((2, 3, 4), (0, 1, 2)) == ((), (1, 1, 1))
    assert reduced((2, 0), ()) == ((2, 0), (2, 0))


@pytest.mark.parametrize(
    "shape", [(5,), (2, 3), (2, 3, 4), (2, 1, 3, 1, 2), (2, 3, 2, 3, 2), (2, 0, 3), (1, 2, 1, 1), (1, 1)]
)
def test_runs_one_after_another_are_the_reduction(shape):
    x = np.random.default_rng(0).integers(0, 99, shape)
    for chosen in range(1, 2 ** len(shape)):
        axes = tuple(k for k in range(len(shape)) if chosen >> k & 1)
        y, steps = x.ravel(), runs(shape, axes)
        for step in steps:
            y = y.reshape(step).sum(1)
        np.testing.assert_array_equal(y.reshape(reduced(shape, axes)[0]), x.sum(axes))
        long = [k for k in range(len(shape)) if shape[k] != 1]  # the others part no neighbours
        starts = [k for j, k in enumerate(long) if k in axes and (j == 0 or long[j - 1] not in axes)]
        assert len(steps) == max(1, len(starts))  # neighbours are one run
