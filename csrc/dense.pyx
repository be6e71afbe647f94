"""Matrix products.  C (batch, M, N) = A (batch, M, K) B (batch, K, N), stored either way round, then bias (N,), activation.

dim: m n k  a_row a_k  b_k b_col (strides, elements)  accumulate  activation code  batch  a_batch b_batch (strides, 0: the
same matrix for all)  axis that parts cut (0 rows, 1 columns)  pieces (of one product).
attr: of the activation.  With a fourth input like C, what the activation's slope is computed from, C is multiplied by that
slope instead: the gradient that passes the activation before.  With a fifth, one number, C -= number A B: a step of gradient
descent on C (k at most 256).  Formula and blocking: gemm.h.

parts: batch * pieces, each ROWS rows or COLUMNS columns of a product. A range of them is one call of gemm for each product
it touches: so a thread's share is one product, with no work that the cut repeats but the packing of the other operand.
"""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

import time

cdef extern from "gemm.h" nogil:
    ctypedef struct GemmShape:
        int64_t m, n, k, a_row, a_k, b_k, b_col, c_row
        int accumulate, activation
        const double *attr
        const void *beside
        const void *rate
    void gemm_f32(const GemmShape *s, const float *a, const float *b, float *c, const float *bias)
    void gemm_f64(const GemmShape *s, const double *a, const double *b, double *c, const double *bias)
    float fma_rounds(int64_t rounds)
    int64_t fma_flops_per_round()

cdef enum:
    ROWS = 4
    COLUMNS = 16          # 64 bytes of float32: two threads share no cache line if C is aligned

ctypedef fused real:
    float
    double


cdef inline int64_t least(int64_t a, int64_t b) noexcept nogil:
    return a if a < b else b


cdef void products(const Instruction *i, int64_t first, int64_t last, const real *a, const real *b, real *c,
                   const real *bias, const real *slope) noexcept nogil:
    cdef GemmShape s
    cdef int64_t m = i.dim[0], n = i.dim[1], pieces = i.dim[13], q, start, stop
    cdef const real *a_q
    cdef const real *b_q
    cdef const real *bias_q
    cdef real *c_q
    s.m, s.n, s.k, s.c_row = m, n, i.dim[2], n
    s.a_row, s.a_k, s.b_k, s.b_col = i.dim[3], i.dim[4], i.dim[5], i.dim[6]
    s.rate = i.in_[4]
    s.accumulate, s.activation, s.attr = <int>i.dim[7], <int>i.dim[8], i.attr
    while first < last:
        q = first // pieces
        start, stop = first - q * pieces, least(last - q * pieces, pieces)
        a_q, b_q, c_q, bias_q = a + q * i.dim[10], b + q * i.dim[11], c + q * m * n, bias
        if i.dim[12] == 0:
            s.m = least(stop * ROWS, m) - start * ROWS
            a_q, c_q = a_q + start * ROWS * s.a_row, c_q + start * ROWS * n
        else:
            s.n = least(stop * COLUMNS, n) - start * COLUMNS
            b_q, c_q = b_q + start * COLUMNS * s.b_col, c_q + start * COLUMNS
            if bias != NULL:
                bias_q = bias + start * COLUMNS
        s.beside = NULL if slope == NULL else slope + (c_q - c)
        if real is float: gemm_f32(&s, a_q, b_q, c_q, bias_q)
        else: gemm_f64(&s, a_q, b_q, c_q, bias_q)
        first = first - start + stop


cdef void matmul(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: a, b, bias or nothing, slope or nothing, rate or nothing   out: c (accumulate, rate: updated)   parts: as the head says
    if i.dtype == F32:
        products(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[0],
                 <const float *>i.in_[2], <const float *>i.in_[3])
    else:
        products(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[0],
                 <const double *>i.in_[2], <const double *>i.in_[3])


def fma_peak(double seconds=0.2):
    """float32 operations of one thread in 1e9 a second when it does nothing but independent multiply-adds.

    Measured for so many seconds with the vectors of this module's instruction set; the best round counts.
    """
    cdef int64_t rounds = 20_000
    cdef double best = 0.0, end = time.perf_counter() + seconds, start, now
    cdef volatile float sink          # read by nobody: without it the compiler leaves the rounds out
    while True:
        start = time.perf_counter()
        sink = fma_rounds(rounds)
        now = time.perf_counter()
        best = max(best, rounds * fma_flops_per_round() / (now - start) / 1e9)
        if now > end:
            return best


KERNELS = {"matmul": <uintptr_t>&matmul}
