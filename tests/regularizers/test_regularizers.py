import numpy as np
import pytest

from pyseq import regularizers
from pyseq.core import Variable, as_tensor
from tests.gradcheck import check_vjp

X = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])


def penalty(r, x=X):
    return float(r(as_tensor(x.astype("float32"))))


def test_values():
    assert penalty(regularizers.L1(0.1)) == pytest.approx(0.1 * np.abs(X).sum())
    assert penalty(regularizers.L2(0.1)) == pytest.approx(0.1 * (X**2).sum())
    assert penalty(regularizers.L1L2(0.1, 0.2)) == pytest.approx(0.1 * np.abs(X).sum() + 0.2 * (X**2).sum())
    assert penalty(regularizers.L1L2(0.1)) == penalty(regularizers.L1(0.1))
    assert penalty(regularizers.L1L2()) == 0
    # From tf.keras 2.15.
    assert penalty(regularizers.OrthogonalRegularizer(0.1)) == pytest.approx(0.051243942, rel=1e-6)
    assert penalty(regularizers.OrthogonalRegularizer(0.1, "columns")) == pytest.approx(0.010223972, rel=1e-6)
    assert float(regularizers.L2(0.5)(Variable([1.0, 2.0]))) == 2.5


@pytest.mark.parametrize(
    "name, described",
    [
        ("l1", {"l1": 0.01}),
        ("l2", {"l2": 0.01}),
        ("l1_l2", {"l1": 0.01, "l2": 0.01}),
        ("L1", {"l1": 0.01}),
        ("L2", {"l2": 0.01}),
        ("L1L2", {"l1": 0.0, "l2": 0.0}),
        ("OrthogonalRegularizer", {"factor": 0.01, "mode": "rows"}),
        ("orthogonal_regularizer", {"factor": 0.01, "mode": "rows"}),
    ],
)
def test_names_and_configs(name, described):
    r = regularizers.get(name)
    assert r.get_config() == described
    again = regularizers.deserialize(regularizers.serialize(r))
    assert type(again) is type(r) and again.get_config() == described
    assert getattr(regularizers, name)().get_config() == described


def test_older_argument():
    assert regularizers.L1(l=0.3).get_config() == {"l1": 0.3}
    assert regularizers.l2(l=0.3).get_config() == {"l2": 0.3}


@pytest.mark.parametrize("r", [regularizers.L1(0.1), regularizers.L2(0.1), regularizers.L1L2(0.1, 0.2)])
def test_vjp(r):
    check_vjp(r, X)


def test_get_passes_functions():
    assert regularizers.get(None) is None
    assert regularizers.get(abs) is abs


def test_errors():
    with pytest.raises(ValueError, match="Unknown regularizer: 'l3'.*'l1'"):
        regularizers.get("l3")
    with pytest.raises(ValueError, match="Could not interpret regularizer identifier: 3"):
        regularizers.get(3)
    with pytest.raises(ValueError, match="Value a is not a valid regularization penalty number"):
        regularizers.L1("a")
    with pytest.raises(ValueError, match="infinite number or NaN"):
        regularizers.L2(float("nan"))
    with pytest.raises(TypeError, match="not recognized.*foo"):
        regularizers.L1(foo=1)
    with pytest.raises(ValueError, match="`mode`"):
        regularizers.OrthogonalRegularizer(mode="x")
    with pytest.raises(ValueError, match="must have rank 2"):
        regularizers.OrthogonalRegularizer()(as_tensor([1.0]))
