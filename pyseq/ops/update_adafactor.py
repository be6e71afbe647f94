"""Adafactor's update of one variable: a handful of instructions, since it needs sums over it; formulas in
csrc/update_adafactor.pyx."""

from __future__ import annotations

from math import prod

from pyseq.core import emit, float64, kernels
from pyseq.core.errors import invalid
from pyseq.ops.update import CHUNK, TOTAL, check_count, check_rate, check_variable, parts_of, square_total

SUMS, MEANS, SCALED, MATRIX = kernels("adafactor_sums", "adafactor_means", "adafactor_scaled", "adafactor_matrix")
VECTOR_SUMS, VECTOR, FACTOR = kernels("adafactor_vector_sums", "adafactor_vector", "adafactor_factor")
LEAST_ROWS = 16  # of a part: the sums over columns of all parts then take an eighth of the matrix


def adafactor(
    w, gradient, rate, iterations, v, r=None, c=None, beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=1e-3, clip_threshold=1.0
):  # fmt: skip
    """Adafactor's step t = iterations + 1. Updates w, v, and r and c if there are at least two axes.

    Args:
        w: Variable, float32 or float64; v: Variable like it.
        gradient: of w's shape and dtype. rate: one number. iterations: one int64 number.
        r, c: Variables of w's dtype, of its shape without the last axis and without the one before it.
        beta_2_decay: the means keep 1 - t^beta_2_decay of themselves. epsilon_1: added to g^2.
        epsilon_2: least root mean square of w that the step is a fraction of.
        clip_threshold: largest root mean square of the step before that.
    Source: tf.keras.optimizers.Adafactor; Shazeer and Stern 2018.
    """
    check_variable("adafactor", w, gradient, v)
    check_rate("adafactor", rate)
    check_count("adafactor", iterations)
    if w.size == 0:
        return
    keeping, limits = (float(beta_2_decay), float(epsilon_1)), (float(epsilon_2), float(clip_threshold))

    def factor(sums):
        of_u = emit(TOTAL, (sums, None), (((), float64),), (sums.size,), (), 1, sums.size)
        inputs, dims = (rate, iterations, square_total([w]), of_u), (w.size, rate.dtype.code)
        return emit(FACTOR, inputs, (((), w.dtype),), dims, limits, 1, 1, w.dtype)

    if len(w.shape) < 2:
        _vector(w, gradient, iterations, v, keeping, factor)
    else:
        _matrix(w, gradient, iterations, v, r, c, keeping, factor)


def _vector(w, g, iterations, v, keeping, factor):
    n, parts = w.size, parts_of(w.size)
    sums = emit(VECTOR_SUMS, (g, iterations), (((parts,), float64),), (n,), keeping, parts, n * 8, w.dtype, (v,))
    emit(VECTOR, (g, v, factor(sums)), (), (n,), (), parts, n * 8, w.dtype, (w,))


def _matrix(w, g, iterations, v, r, c, keeping, factor):
    *blocks, rows, columns = w.shape
    blocks = prod(blocks)
    for name, slot, shape in (("r", r, w.shape[:-1]), ("c", c, (*w.shape[:-2], columns))):
        if slot is None or slot.shape != shape or slot.dtype is not w.dtype:
            raise invalid(
                f"adafactor: `{name}` must be a Variable of shape {shape} and dtype {w.dtype.name} to go with {w.name}. "
                f"Received: {slot}."
            )
    together = max(LEAST_ROWS, CHUNK // columns)
    parts, work = blocks * -(-rows // together), w.size * 8
    dims, of_rows, of_columns = (blocks, rows, columns, together), (blocks, rows), (blocks, columns)
    sums = ((of_rows, float64), ((parts, columns), float64))
    row_sums, column_sums = emit(SUMS, (g,), sums, dims, (), parts, work, w.dtype)
    fresh = ((of_rows, w.dtype), (of_rows, w.dtype), (of_columns, w.dtype), (of_columns, float64))
    share, row_scale, column_scale, _ = emit(
        MEANS, (row_sums, column_sums, iterations), fresh, dims, keeping, blocks, work // together, w.dtype, (r, c)
    )
    inputs = (g, share, row_scale, column_scale, c)
    u_sums = emit(SCALED, inputs, (((parts,), float64),), dims, (), parts, work, w.dtype, (v,))
    emit(MATRIX, (g, row_scale, column_scale, factor(u_sums)), (), dims, (), parts, work, w.dtype, (w,))
