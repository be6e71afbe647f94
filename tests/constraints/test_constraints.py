import numpy as np
import pytest

import pyseq as keras
from pyseq import constraints
from pyseq.core import as_tensor

NAMES = {
    "MaxNorm": ("max_norm", "maxnorm"), "NonNeg": ("non_neg", "nonneg"), "UnitNorm": ("unit_norm", "unitnorm"),
    "MinMaxNorm": ("min_max_norm",), "RadialConstraint": ("radial_constraint",),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    for spelling in (name, *NAMES[name]):
        assert type(constraints.get(spelling)).__name__ == name
    assert getattr(constraints, NAMES[name][0]) is getattr(constraints, name)
    assert isinstance(constraints.get(getattr(constraints, name)), constraints.Constraint)


def test_rings():
    """The middle gets what is on the diagonal before it, the rings around it what follows."""
    for n, expected in (
        (1, [[0]]), (2, [[0, 0], [0, 0]]), (3, [[1, 1, 1], [1, 0, 1], [1, 1, 1]]),
        (4, [[3, 3, 3, 3], [3, 1, 1, 3], [3, 1, 1, 3], [3, 3, 3, 3]]),
    ):  # fmt: skip
        w = np.zeros((n, n, 1, 2), "float32")
        w[np.arange(n), np.arange(n), 0, 0], w[np.arange(n), np.arange(n), 0, 1] = np.arange(n), 10 * np.arange(n)
        got = constraints.RadialConstraint()(as_tensor(w)).numpy()
        np.testing.assert_array_equal(got[:, :, 0, 0], expected)
        np.testing.assert_array_equal(got[:, :, 0, 1], 10 * np.array(expected))
    with pytest.raises(ValueError, match="must have rank 4"):
        constraints.RadialConstraint()(as_tensor(np.ones((3, 3), "float32")))
    with pytest.raises(ValueError, match="windows must be square"):
        constraints.RadialConstraint()(as_tensor(np.ones((3, 2, 1, 1), "float32")))


def test_functions_errors_and_none():
    assert constraints.get(None) is None and constraints.get(abs) is abs
    with pytest.raises(ValueError, match="Unknown constraint: 'max_nrm'.*'max_norm'"):
        constraints.get("max_nrm")
    with pytest.raises(ValueError, match="Could not interpret constraint identifier: 3"):
        constraints.get(3)


@pytest.mark.parametrize("name", ["max_norm", "non_neg", "unit_norm", "min_max_norm"])
def test_holds_after_each_step(name):
    layer = keras.layers.Dense(4, kernel_constraint=name, input_shape=(3,))
    model = keras.Sequential([layer])
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 3), "float32"), -9 * np.ones((8, 4), "float32"), batch_size=4, epochs=3, verbose=0)
    kernel = layer.kernel.numpy()
    norms = np.sqrt((kernel**2).sum(0))
    assert {
        "max_norm": (norms < 2.00001).all(),
        "non_neg": (kernel >= 0).all(),
        "unit_norm": np.allclose(norms, 1, atol=1e-4),
        "min_max_norm": (norms < 1.00001).all(),
    }[name]
