"""Expected values were printed by tf.keras 2.15."""

import numpy as np
import pytest

from pyseq.utils import normalize, to_categorical


def test_to_categorical():
    rows = to_categorical([0, 2, 1])
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows, [[1, 0, 0], [0, 0, 1], [0, 1, 0]])


@pytest.mark.parametrize(
    ("y", "num_classes", "shape"),
    [
        ([[0], [2]], None, (2, 3)),
        (1, 4, (4,)),
        ([[0, 1], [2, 1]], None, (2, 2, 3)),
        ([1.7], 3, (1, 3)),
        ([], 3, (0, 3)),
    ],
)
def test_to_categorical_shapes(y, num_classes, shape):
    assert to_categorical(y, num_classes, dtype="int8").shape == shape


@pytest.mark.parametrize(("y", "num_classes"), [([5], 3), ([-1], 3), ([-1, 4], None)])
def test_to_categorical_out_of_range(y, num_classes):
    with pytest.raises(ValueError, match="to_categorical: `y` must be in"):
        to_categorical(y, num_classes)


def test_normalize():
    np.testing.assert_allclose(normalize(np.array([3.0, 4.0])), [[0.6, 0.8]])
    np.testing.assert_allclose(normalize(np.array([[3.0, 4.0], [0.0, 0.0]]), axis=0), [[1, 1], [0, 0]])
    np.testing.assert_allclose(normalize(np.array([[3, 4], [0, 0]]), order=1), [[3 / 7, 4 / 7], [0, 0]])
