"""Metrics: which predictions hit their label, and running sums.  Rows of c elements, row-major.

    argmax       the first of the largest elements, NaNs left out; 0 if there is nothing else
    hit          sparse: argmax(p) == label;  one-hot: argmax(p) == argmax(t)
    in top k     fewer than k elements of p are larger than p[label]; no where p[label] or an element met before k larger ones
                 is not finite, or label is not in [0, c)     (TensorFlow: core/kernels/in_topk_op.h)
    running sum  total += sum(v w);  count += sum(w), or n without w
dim: n (rows) c k (0: argmax instead) for hits; n (elements) n_weights (0, 1 or n) counted for running_sum.
Sums are in double, lanes by place modulo 8, so that they depend on the order of the elements alone.
"""
from libc.math cimport INFINITY, isfinite
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

ctypedef fused real:
    float
    double

cdef enum:
    ROWS = 256                                        # a part of hits


cdef inline int64_t argmax(const real *p, int64_t c) noexcept nogil:
    cdef int64_t j, best = 0
    cdef real largest = -INFINITY
    for j in range(c):
        if p[j] > largest:
            largest = p[j]
            best = j
    return best


cdef inline bint in_top(const real *p, int64_t c, int64_t label, int64_t k) noexcept nogil:
    cdef int64_t j, larger = 0
    if label < 0 or label >= c or not isfinite(p[label]):
        return False
    for j in range(c):
        if not isfinite(p[j]):
            return False
        if p[j] > p[label]:
            larger += 1
            if larger >= k:
                return False
    return larger < k


cdef inline real hit(const real *p, int64_t c, int64_t label, int64_t k) noexcept nogil:
    if c == 0:
        return 0
    return <real>in_top(p, c, label, k) if k else <real>(argmax(p, c) == label)


cdef inline int64_t end_of(const Instruction *i, int64_t last) noexcept nogil:
    return i.dim[0] if last * ROWS > i.dim[0] else last * ROWS


cdef void sparse(const Instruction *i, int64_t first, int64_t last, const real *p, real *y) noexcept nogil:
    cdef const int64_t *label = <const int64_t *>i.in_[1]
    cdef int64_t n, c = i.dim[1]
    for n in range(first * ROWS, end_of(i, last)):
        y[n] = hit(p + n * c, c, label[n], i.dim[2])


cdef void onehot(const Instruction *i, int64_t first, int64_t last, const real *p, const real *t, real *y) noexcept nogil:
    cdef int64_t n, c = i.dim[1]
    for n in range(first * ROWS, end_of(i, last)):
        y[n] = hit(p + n * c, c, argmax(t + n * c, c) if c else 0, i.dim[2])


cdef double sum_of(const real *v, const real *w, int64_t n) noexcept nogil:
    cdef double lane[8]
    cdef int64_t j
    for j in range(8):
        lane[j] = 0
    if w == NULL:
        for j in range(n):
            lane[j & 7] += v[j]
    else:
        for j in range(n):
            lane[j & 7] += <double>v[j] * w[j]
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]))


cdef void running(const Instruction *i, const real *v, const real *w, real *total, real *count) noexcept nogil:
    cdef int64_t n = i.dim[0], n_weights = i.dim[1]
    cdef double sum_w = <double>n
    cdef const real *each = w if n_weights == n else NULL
    cdef double sum_v = sum_of(v, each, n)
    if each != NULL:
        sum_w = sum_of(w, <const real *>NULL, n)
    elif n_weights == 1:
        sum_v *= w[0]
        sum_w *= w[0]
    total[0] += <real>sum_v
    if i.dim[2]:
        count[0] += <real>sum_w


# The kernels: dtype, and the parts [first, last) of this call.
cdef void sparse_hits(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: p (N, C), label (N,) int64   out: 1 or 0 (N,)   parts: ROWS rows
    if i.dtype == F32: sparse(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: sparse(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


cdef void onehot_hits(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: p (N, C), t (N, C)   out: 1 or 0 (N,)   parts: ROWS rows
    if i.dtype == F32: onehot(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[0])
    else: onehot(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[0])


cdef void running_sum(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: v (n,), w (n,) or (1,) or NULL   out, updated: total (1,), count (1,) if dim 2   parts: one
    if i.dtype == F32:
        running(i, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[0], <float *>i.out[1])
    else:
        running(i, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[0], <double *>i.out[1])


KERNELS = {
    "sparse_hits": <uintptr_t>&sparse_hits,
    "onehot_hits": <uintptr_t>&onehot_hits,
    "running_sum": <uintptr_t>&running_sum,
}
