"""The CTC loss against the sum over all paths, its gradient against differences."""

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor, shapes_only, symbolic
from pyseq.ops.ctc import ctc_loss
from tests.gradcheck import check_vjp
from tests.references import ctc as reference

rng = np.random.default_rng(0)
LABELS = np.array([[1, 2, 9], [1, 1, 9], [2, 9, 9], [9, 9, 9], [1, 2, 1], [2, 2, 2]])
LENGTHS, TIMES = [2, 2, 1, 0, 3, 3], [4, 3, 5, 2, 5, 4]  # the last has no time for its repeats


@pytest.mark.parametrize("blank", [0, 3, -1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_loss_is_the_sum_over_paths(dtype, blank, isa, n_threads):
    x = (3 * rng.standard_normal((6, 5, 4))).astype(dtype)
    got = ctc_loss(LABELS, as_tensor(x), LENGTHS, TIMES, blank)
    assert got.dtype == dtype
    expected = [
        reference.loss(label[:m], row[:t].astype("float64"), blank % 4)
        for label, m, row, t in zip(LABELS, LENGTHS, x, TIMES, strict=True)
    ]
    assert np.isinf(expected[-1])
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-6 if dtype == "float32" else 1e-12)


def test_vjp():
    check_vjp(lambda x: ctc_loss(LABELS[:5], x, LENGTHS[:5], TIMES[:5]), rng.standard_normal((5, 5, 4)))
    check_vjp(lambda x: ctc_loss(LABELS[:5], x, LENGTHS[:5], TIMES[:5], -1), 5 * rng.standard_normal((5, 6, 4)))


def test_steps_after_the_end_have_no_gradient():
    x = as_tensor(rng.standard_normal((6, 5, 4)))
    with GradientTape() as tape:
        tape.watch(x)
        y = ctc_loss(LABELS, x, LENGTHS, TIMES)
    dx = tape.gradient(y, x).numpy()
    assert not any(dx[n, t:].any() for n, t in enumerate(TIMES)) and np.isfinite(dx).all()


def test_long_and_sharp():
    # a probability of exp(-4000), in float32
    x = np.zeros((1, 400, 20), "float32")
    x[0, :, 0] = 10.0
    label = np.arange(1, 20)[None].repeat(10, 0).reshape(1, -1)
    y = ctc_loss(label, as_tensor(x), [190], [400]).numpy()
    assert np.isfinite(y).all() and y[0] > 1000


def test_no_second_derivative():
    x = as_tensor(rng.standard_normal((6, 5, 4)))
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            y = ctc_loss(LABELS, x, LENGTHS, TIMES)
        dx = inner.gradient(y, x)
    with pytest.raises(NotImplementedError, match="second derivative"):
        outer.gradient(dx, x)


@pytest.mark.parametrize(
    "labels, lengths, times, message",
    [
        ([[1, 4]], [2], [3], r"`labels` must be in \[0, 4\)"),
        ([[1, 0]], [2], [3], "must not hold the blank"),
        ([[1, 2]], [3], [3], r"`label_length` must be in \[0, 2\]"),
        ([[1, 2]], [2], [4], r"`logit_length` must be in \[0, 3\]"),
        ([[1, 2]], [2, 2], [3], "one number for each"),
        ([1, 2], [2], [3], "must be .batch, symbols"),
    ],
)
def test_refused(labels, lengths, times, message):
    with pytest.raises(ValueError, match=message):
        ctc_loss(labels, as_tensor(np.zeros((1, 3, 4))), lengths, times)


def test_blank_must_be_a_class():
    with pytest.raises(ValueError, match="`blank`"):
        ctc_loss([[1]], as_tensor(np.zeros((1, 3, 4))), [1], [3], blank=4)


def test_shapes_only_and_empty():
    with shapes_only() as trace:
        y = ctc_loss(np.ones((6, 2), "int64"), symbolic((6, 5, 4), "float32", trace), [1] * 6, [5] * 6)
        assert y.shape == (6,)
    assert ctc_loss(np.zeros((0, 2), "int64"), as_tensor(np.zeros((0, 3, 4))), [], []).shape == (0,)
    no_symbols = ctc_loss(np.zeros((2, 0), "int64"), as_tensor(np.zeros((2, 3, 4))), [0, 0], [3, 1]).numpy()
    np.testing.assert_allclose(no_symbols, [3 * np.log(4), np.log(4)])
