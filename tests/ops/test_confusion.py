"""Counts at thresholds, confusion matrices, top k and areas against NumPy, in every instruction set."""

import numpy as np
import pytest

from pyseq.core import Variable, as_tensor, shapes_only, symbolic
from pyseq.ops import confusion as ops
from tests.references import confusion as reference

rng = np.random.default_rng(0)
EVEN = [j / 9 for j in range(10)]
THRESHOLDS = {
    "one": [0.5],
    "unsorted": [0.7, 0.0, 0.3],
    "equal": [0.25, 0.25],
    "even": EVEN,
    "many": list(rng.random(40)),
}


def fresh(shape, dtype, names=ops.COUNTS):
    return {name: Variable(np.zeros(shape, dtype), trainable=False) for name in names}


def predictions(shape, dtype):
    """Numbers on, between and outside the thresholds."""
    p = rng.choice([0.0, 1.0, 0.25, 0.5, 1 / 3, -1.0, 2.0, 1e-12, *rng.random(5)], shape).astype(dtype)
    return rng.integers(0, 2, shape).astype(dtype), p


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(0,), (1,), (17, 3), (5, 4, 2)], ids=str)
@pytest.mark.parametrize("name", THRESHOLDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_counts(dtype, name, shape, weighted, isa):
    t, p = predictions(shape, dtype)
    w = rng.random(shape).astype(dtype) if weighted else None
    levels = THRESHOLDS[name]
    variables = fresh((len(levels),), dtype)
    for _ in range(2):
        ops.threshold_counts(
            variables, as_tensor(t), as_tensor(p), levels, None if w is None else as_tensor(w), even=False
        )
    expected = reference.counts(t, p, np.array(levels, dtype), w)
    for key, v in variables.items():
        np.testing.assert_allclose(v.numpy(), 2 * expected[key], rtol=1e-6 if dtype == "float32" else 1e-13)
        assert (v.numpy() >= 0).all()


@pytest.mark.parametrize("outside", [False, True])
def test_even_thresholds(outside, isa):
    # exact thresholds: halves, quarters; what is on a threshold does not pass it
    t, p = predictions((64,), "float64")
    levels = [0.0, 0.25, 0.5, 0.75, 1.0]
    variables = fresh((5,), "float64")
    given = [-1e-7, *levels[1:-1], 1 + 1e-7] if outside else levels
    ops.threshold_counts(variables, as_tensor(t), as_tensor(p), given, even=True)
    expected = reference.counts(t, np.clip(p, 0, 1), given)
    for key, v in variables.items():
        np.testing.assert_array_equal(v.numpy(), expected[key])


def test_wanted_outcomes_only():
    t, p = as_tensor([1.0, 1.0, 0.0]), as_tensor([0.9, 0.1, 0.9])
    variables = fresh((1,), "float32", ("fn", "tp"))
    ops.threshold_counts(variables, t, p, [0.5])
    assert [v.numpy().tolist() for v in variables.values()] == [[1.0], [1.0]]


@pytest.mark.parametrize("even", [False, True])
def test_by_label_and_by_column(even):
    t, p = predictions((9, 3), "float32")
    w = rng.random((9, 3)).astype("float32")
    table = fresh((10, 3), "float32")
    ops.threshold_counts(table, as_tensor(t), as_tensor(p), EVEN, as_tensor(w), even, by_label=True)
    for j in range(3):
        alone, column = fresh((10,), "float32"), fresh((10,), "float32")
        mine = [as_tensor(a[:, j]) for a in (t, p, w)]
        ops.threshold_counts(alone, *mine[:2], EVEN, mine[2], even)
        ops.threshold_counts(column, as_tensor(t), as_tensor(p), EVEN, as_tensor(w[:, j : j + 1]), even, column=j)
        for key in ops.COUNTS:
            np.testing.assert_array_equal(table[key].numpy()[:, j], alone[key].numpy())
            np.testing.assert_array_equal(table[key].numpy()[:, j], column[key].numpy())


def test_nan_passes_no_threshold(isa):
    for even, lowest in ((False, 0.0), (True, 0.0), (True, -1e-7)):
        variables = fresh((5,), "float32")
        given = as_tensor([1.0, 0.0]), as_tensor([np.nan, np.nan])
        ops.threshold_counts(variables, *given, [lowest, 0.25, 0.5, 0.75, 1.0], even=even)
        assert variables["tp"].numpy().tolist() == [0] * 5 and variables["fn"].numpy().tolist() == [1] * 5


def test_shapes_of_counts():
    t = as_tensor(np.ones((4, 3), "float32"))
    with pytest.raises(ValueError, match="same shape"):
        ops.threshold_counts(fresh((1,), "float32"), t, as_tensor(np.ones((4, 2), "float32")), [0.5])
    with pytest.raises(ValueError, match="must have the shape"):
        ops.threshold_counts(fresh((2,), "float32"), t, t, [0.5])
    with pytest.raises(ValueError, match="`column`"):
        ops.threshold_counts(fresh((1,), "float32"), t, t, [0.5], column=3)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_confusion_matrix(dtype, weighted, isa):
    t, p = rng.integers(0, 5, 100), rng.integers(0, 5, 100)
    w = rng.random(100).astype(dtype) if weighted else None
    total = Variable(np.ones((5, 5), dtype), trainable=False)
    ops.confusion_matrix(total, as_tensor(t), as_tensor(p.astype(dtype)), None if w is None else as_tensor(w))
    np.testing.assert_allclose(total.numpy(), 1 + reference.matrix(t, p, 5, w), rtol=1e-6)


@pytest.mark.parametrize("wrong", [-1, 3])
def test_numbers_that_are_no_classes(wrong):
    total = Variable(np.zeros((3, 3), "float32"), trainable=False)
    with pytest.raises(ValueError, match=r"`y_pred` must be in \[0, 3\)"):
        ops.confusion_matrix(total, as_tensor([0, 1]), as_tensor([0, wrong]))
    with pytest.raises(ValueError, match="one length"):
        ops.confusion_matrix(total, as_tensor([0, 1]), as_tensor([0]))
    assert not total.numpy().any()


@pytest.mark.parametrize("k", [1, 2, 5, 7])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_keep_top_k(dtype, k, isa, n_threads):
    x = rng.integers(-3, 4, (200, 7)).astype(dtype)
    x[0, 2] = x[1, 0] = np.nan
    x[2] = np.nan
    x[3] = -np.inf
    np.testing.assert_array_equal(ops.keep_top_k(as_tensor(x), k).numpy(), reference.top_k(x, k))


def test_k_must_be_possible():
    for k in (0, 4):
        with pytest.raises(ValueError, match="`k` must be in"):
            ops.keep_top_k(as_tensor(np.ones((2, 3), "float32")), k)


@pytest.mark.parametrize("summation", ops.SUMMATIONS)
@pytest.mark.parametrize("curve", ops.CURVES)
def test_area_under_curve(curve, summation, isa):
    t, p = rng.integers(0, 2, 50), rng.random(50)
    found = reference.counts(t, p, [-1, *np.linspace(0, 1, 9), 2])
    counts = [as_tensor(found[key]) for key in ops.COUNTS]
    got = ops.area_under_curve(*counts, curve=curve, summation=summation)
    expected = reference.area(*[found[key] for key in ops.COUNTS], curve, summation)
    assert got.numpy() == pytest.approx(expected, rel=1e-4 if (curve, summation) == ("PR", "interpolation") else 1e-12)
    two = [as_tensor(np.stack([found[key], found[key][::-1]], 1)) for key in ops.COUNTS]
    assert ops.area_under_curve(*two, curve=curve, summation=summation).numpy()[0] == got.numpy()


def test_area_is_that_of_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics")
    t, p = rng.integers(0, 2, 400), np.round(rng.random(400), 2)
    found = reference.counts(t, p, [-1, *np.arange(0, 1, 0.01), 2])
    counts = [as_tensor(found[key]) for key in ops.COUNTS]
    assert ops.area_under_curve(*counts).numpy() == pytest.approx(sklearn.roc_auc_score(t, p), abs=1e-12)


def test_shapes_only():
    variables = fresh((3,), "float32")
    with shapes_only() as trace:
        x = symbolic((4, 5), "float32", trace)
        ops.threshold_counts(variables, x, ops.keep_top_k(x, 2), [0.1, 0.2, 0.3])
        ops.confusion_matrix(Variable(np.zeros((3, 3), "float32")), *[symbolic((4,), "int64", trace)] * 2)
        assert ops.area_under_curve(*[v.value() for v in variables.values()]).shape == ()
    assert not variables["tp"].numpy().any()
