"""Matrix products.  C (batch, M, N) = A (batch, M, K) B (batch, K, N), stored either way round, then bias (N,), activation.

dim: m n k  a_row a_k  b_k b_col  accumulate  activation code  axis  batch  a_batch b_batch (strides of the batch, elements).
attr: of the activation.  Formula and blocking: gemm.h.

parts: pieces of ROWS rows (axis 0) or COLUMNS columns (axis 1) of one product, or whole products (axis 2).
"""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef extern from "gemm.h" nogil:
    ctypedef struct GemmShape:
        int64_t m, n, k, a_row, a_k, b_k, b_col, c_row
        int accumulate, activation
        const double *attr
    void gemm_f32(const GemmShape *s, const float *a, const float *b, const float *b_end, float *c, const float *bias)
    void gemm_f64(const GemmShape *s, const double *a, const double *b, const double *b_end, double *c, const double *bias)
    double fma_rounds(int64_t rounds)
    int64_t fma_flops_per_round()

cdef enum:
    ROWS = 12
    COLUMNS = 64

ctypedef fused real:
    float
    double


cdef inline int64_t least(int64_t a, int64_t b) noexcept nogil:
    return a if a < b else b


cdef void product(const Instruction *i, int64_t first, int64_t last, const real *a, const real *b, real *c,
                  const real *bias) noexcept nogil:
    cdef GemmShape s
    cdef int64_t start, p, m = i.dim[0], n = i.dim[1], k = i.dim[2], axis = i.dim[9]
    cdef const real *b_end
    s.m, s.n, s.k = m, n, k
    s.a_row, s.a_k, s.b_k, s.b_col, s.c_row = i.dim[3], i.dim[4], i.dim[5], i.dim[6], n
    s.accumulate, s.activation, s.attr = <int>i.dim[7], <int>i.dim[8], i.attr
    if axis == 0:
        start = first * ROWS
        s.m = least(last * ROWS, m) - start
        a, c = a + start * s.a_row, c + start * n
    elif axis == 1:
        start = first * COLUMNS
        s.n = least(last * COLUMNS, n) - start
        c = c + start
        b_end = b + k * n
        if real is float: gemm_f32(&s, a, b + start * s.b_col, b_end, c, bias + start if bias != NULL else NULL)
        else: gemm_f64(&s, a, b + start * s.b_col, b_end, c, bias + start if bias != NULL else NULL)
        return
    if axis < 2:
        first, last = 0, 1
    for p in range(first, last):
        b_end = b + p * i.dim[12] + k * n
        if real is float: gemm_f32(&s, a + p * i.dim[11], b + p * i.dim[12], b_end, c + p * m * n, bias)
        else: gemm_f64(&s, a + p * i.dim[11], b + p * i.dim[12], b_end, c + p * m * n, bias)


cdef void matmul(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: a, b, bias or nothing   out: c (accumulate: updated)   parts: as the head says
    if i.dtype == F32:
        product(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[0], <const float *>i.in_[2])
    else:
        product(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[0],
                <const double *>i.in_[2])


def run_fma(int64_t rounds):
    """Run independent chains of multiply-adds; returns (floating point operations, a number to be ignored)."""
    return rounds * fma_flops_per_round(), fma_rounds(rounds)


KERNELS = {"matmul": <uintptr_t>&matmul}
