"""Diagonals and bands against NumPy, and against recordings of TensorFlow."""

import json
from pathlib import Path

import numpy as np
import pytest

from pyseq.ops import diagonals
from tests.ops.proofs import check_op

X = np.arange(1.0, 13).reshape(3, 4)
# Lines of [k, align, diag_part of X with padding_value=9, diag of that (3, 4), set_diag into -1, shape of diag without num_rows],
# printed with tensorflow-cpu 2.15.1.
RECORDED = [json.loads(line) for line in Path(__file__).with_name("diagonals.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    "k, align, part, made, put, least", RECORDED, ids=lambda v: str(v) if not isinstance(v, list) or len(v) == 2 else ""
)
def test_as_tensorflow(k, align, part, made, put, least):
    k = tuple(k) if isinstance(k, list) else k
    check_op(lambda x: diagonals.diag_part(x, k, 9.0, align), X, want=np.array(part))
    check_op(lambda d: diagonals.diag(d, k, 3, 4, 0, align), np.array(part), want=np.array(made))
    check_op(lambda x, d: diagonals.set_diag(x, d, k, align), -np.ones((3, 4)), np.array(part), want=np.array(put))
    assert list(diagonals.diag(part, k, align=align).shape) == least


@pytest.mark.parametrize("k", [0, 1, -2])
def test_batches(k):
    x = np.random.default_rng(0).standard_normal((2, 4, 4))
    check_op(lambda x: diagonals.diag_part(x, k), x, want=np.diagonal(x, k, 1, 2))
    check_op(
        lambda d: diagonals.diag(d, k, padding_value=5.0),
        x[:, 0],
        want=np.stack([np.diag(d, k) + 5 * (np.diag(d * 0 + 1, k) == 0) for d in x[:, 0]]),
    )
    check_op(diagonals.trace, x, want=np.trace(x, 0, 1, 2))


@pytest.mark.parametrize("low, high", [(0, 0), (1, 0), (-1, 0), (0, -1), (-1, -1), (1, 2)])
def test_band_part(low, high):
    x = np.random.default_rng(0).standard_normal((2, 3, 5))
    want = np.triu(np.tril(x, 5 if high < 0 else high), -3 if low < 0 else -low)
    check_op(lambda x: diagonals.band_part(x, low, high), x, want=want)


def test_tensor_diag():
    x = np.arange(1.0, 7).reshape(2, 3)
    want = np.zeros((2, 3, 2, 3))
    for i in range(2):
        for j in range(3):
            want[i, j, i, j] = x[i, j]
    check_op(diagonals.tensor_diag, x, want=want)
    check_op(diagonals.tensor_diag_part, want, want=x)


@pytest.mark.parametrize("call, message", [
    (lambda: diagonals.diag_part([1.0]), r"diag_part: `x` must be matrices \(..., m, n\)"),
    (lambda: diagonals.diag_part(X, 4), r"diag_part: `k` must be in \(-3, 4\). Received: k=4"),
    (lambda: diagonals.diag_part(X, (1, 0)), "diag_part: `k` must be a diagonal or"),
    (lambda: diagonals.diag_part(X, 0, 0, "LEFT"), "diag_part: `align` must be one of"),
    (lambda: diagonals.diag([1.0, 2.0], num_rows=3, num_cols=3), "diag: `num_rows` and `num_cols` must fit diagonals of length 2"),
    (lambda: diagonals.diag([1.0, 2.0], (0, 1)), "diag: `diagonal` must have a row for each of k"),
    (lambda: diagonals.set_diag(X, [1.0]), r"set_diag: `diagonal` must have the shape \(3,\)"),
    (lambda: diagonals.band_part(X, 4, 0), "band_part: `num_lower` and `num_upper` must be at most 3 and 4"),
    (lambda: diagonals.tensor_diag_part(X), "tensor_diag_part: `x` must have each axis twice"),
])  # fmt: skip
def test_errors(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
