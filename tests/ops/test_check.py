import numpy as np
import pytest
from pyseq.core.engine import SymbolicError

from pyseq.core import as_tensor, shapes_only
from pyseq.ops.check import is_integer, known_values, refuse_integers


def outside(x, low=0, high=5, inside=False):
    """The element refused, or None."""
    try:
        refuse_integers(as_tensor(x), low, high, lambda found: LookupError(found), inside)
    except LookupError as error:
        return error.args[0]
    return None


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64", "uint32"])
def test_first_offence(dtype, isa):
    fine = np.arange(5, dtype=dtype)
    assert outside(fine) is outside(fine[:0]) is outside(fine.reshape(5, 1)) is None
    assert outside(np.array([[4, 0], [5, 6]], dtype)) == 5
    assert outside(np.array(7, dtype)) == 7
    if dtype[0] == "i":
        assert outside(np.array([0, -1, 9], dtype)) == -1
        assert outside(np.array([3, -2, 0, -1], dtype), -2, 0, inside=True) == -2
    assert outside(np.array([9, 3, 2], dtype), 2, 4, inside=True) == 3
    assert outside(np.array([1, 4], dtype), 2, 4, inside=True) is None


def test_limits_of_64_bits(isa):
    top = np.array([2**63 - 1, -(2**63)])
    assert outside(top, -(2**63), 2**63 - 1) == 2**63 - 1
    assert outside(top, 0, 2**63 - 1) == 2**63 - 1 and outside(top[1:], 0, 2**63 - 1) == -(2**63)


def test_shapes_alone_are_not_refused():
    with shapes_only():
        assert outside([9]) is None


def test_known_values():
    np.testing.assert_array_equal(known_values("f", "`x`", as_tensor([1, 2])), [1, 2])
    assert known_values("f", "`x`", 3).shape == ()
    with shapes_only(), pytest.raises(SymbolicError, match="f: the shape of the result depends on the values of `x`"):
        known_values("f", "`x`", as_tensor([1.0]) + 1.0)


def test_is_integer():
    """One integer: an array of several has `__index__`, too, and a bool is an int."""
    assert all(map(is_integer, (3, np.int64(3), np.array(3), as_tensor(3))))
    assert not any(map(is_integer, (True, 3.0, "3", None, [3], np.array([3]), as_tensor([3, 4]))))
