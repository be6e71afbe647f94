"""Batch normalisation.  x, y, dy, dx (R, C);  gamma, beta, mean, rstd, dgamma, dbeta (C,).  Formulas: norm.h.

dim: R, C, columns of a part (COLUMNS; 0: parts are rows), rows of a chunk, flags (the sum of those below).
attr: epsilon, rate of the moving averages (1 - momentum).

Few rows: one instruction, whose parts are columns. Many: sums of chunks of rows, one instruction that joins them, one that goes
over the rows again. Chunks are as large as the first-level cache, so that the two passes of a variance read memory once.
Scratch: 3 C elements at most.
"""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef extern from "norm.h" nogil:
    void *thread_scratch(size_t bytes)
    void norm_moments_f32(const float *, int64_t, int64_t, int64_t, int64_t, float *, float *)
    void norm_moments_f64(const double *, int64_t, int64_t, int64_t, int64_t, double *, double *)
    void norm_join_f32(const float *, int64_t, int64_t, int64_t, int64_t, float *, float *)
    void norm_join_f64(const double *, int64_t, int64_t, int64_t, int64_t, double *, double *)
    void norm_finish_f32(const float *, float *, int64_t, int64_t, float, float, int, float *, float *)
    void norm_finish_f64(const double *, double *, int64_t, int64_t, double, double, int, double *, double *)
    void norm_scale_f32(const float *, const float *, int64_t, float *)
    void norm_scale_f64(const double *, const double *, int64_t, double *)
    void norm_apply_f32(const float *, int64_t, int64_t, int64_t, const float *, const float *, const float *, int, float *)
    void norm_apply_f64(const double *, int64_t, int64_t, int64_t, const double *, const double *, const double *, int, double *)
    void norm_gradient_sums_f32(const float *, const float *, const float *, int64_t, int64_t, int64_t, int64_t, const float *,
                                float *, float *)
    void norm_gradient_sums_f64(const double *, const double *, const double *, int64_t, int64_t, int64_t, int64_t, const double *,
                                double *, double *)
    void norm_dx_f32(const float *, const float *, const float *, int64_t, int64_t, int64_t, float, const float *, const float *,
                     const float *, const float *, const float *, int, float *, float *)
    void norm_dx_f64(const double *, const double *, const double *, int64_t, int64_t, int64_t, double, const double *,
                     const double *, const double *, const double *, const double *, int, double *, double *)

cdef extern from "<math.h>" nogil:
    double sqrt(double)
    float sqrtf(float)

cdef enum:                # flags
    RELU = 1              # forward: y = max(y, 0)
    UNBIASED = 2          # the moving variance takes sum / (R - 1)
    BEFORE = 4            # backward: x is a relu's result, dx is multiplied by its slope
    GIVEN = 8             # mean and variance are given: rstd is made of the variance; dx has no terms of theirs
    MOVING = 16           # there are moving averages

ctypedef fused real:
    float
    double


cdef inline int64_t least(int64_t a, int64_t b) noexcept nogil:
    return a if a < b else b


cdef inline real *at(real *p, int64_t j) noexcept nogil:
    return NULL if p == NULL else p + j


cdef void train(const Instruction *i, int64_t first, int64_t last, const real *x, real *gamma, real *beta, real *y, real *mean,
                real *rstd, real *moving_mean, real *moving_variance) noexcept nogil:
    cdef int64_t rows = i.dim[0], c = i.dim[1], start = first * i.dim[2], n = least(last * i.dim[2], c) - start
    cdef int flags = <int>i.dim[4]
    if n <= 0:
        return
    if flags & MOVING:
        moving_mean, moving_variance = moving_mean + start, moving_variance + start
    else:
        moving_mean, moving_variance = NULL, NULL
    mean, rstd = mean + start, rstd + start
    cdef real *scale = <real *>thread_scratch(n * sizeof(real))
    if real is float:
        norm_moments_f32(x + start, rows, c, n, 0, mean, rstd)
        norm_finish_f32(mean, rstd, rows, n, <float>i.attr[0], <float>i.attr[1], flags & UNBIASED, moving_mean, moving_variance)
        norm_scale_f32(rstd, at(gamma, start), n, scale)
        norm_apply_f32(x + start, rows, c, n, mean, scale, at(beta, start), flags & RELU, y + start)
    else:
        norm_moments_f64(x + start, rows, c, n, 0, mean, rstd)
        norm_finish_f64(mean, rstd, rows, n, i.attr[0], i.attr[1], flags & UNBIASED, moving_mean, moving_variance)
        norm_scale_f64(rstd, at(gamma, start), n, scale)
        norm_apply_f64(x + start, rows, c, n, mean, scale, at(beta, start), flags & RELU, y + start)


cdef void moments(const Instruction *i, int64_t first, int64_t last, const real *x, real *partial) noexcept nogil:
    cdef int64_t k, rows = i.dim[0], c = i.dim[1], chunk = i.dim[3], some
    cdef real *p
    for k in range(first, last):
        some, p = least(chunk, rows - k * chunk), partial + k * 2 * c
        if real is float: norm_moments_f32(x + k * chunk * c, some, c, c, some * c, p, p + c)
        else: norm_moments_f64(x + k * chunk * c, some, c, c, some * c, p, p + c)


cdef void apply(const Instruction *i, int64_t first, int64_t last, const real *x, real *mean, real *rstd, real *gamma, real *beta,
                real *y) noexcept nogil:
    cdef int64_t rows = i.dim[0], c = i.dim[1], start = first * i.dim[3], j
    cdef int relu = <int>i.dim[4] & RELU
    cdef real epsilon = <real>i.attr[0]
    cdef real *own = <real *>thread_scratch(2 * c * sizeof(real))
    rows = least(last * i.dim[3], rows) - start
    if i.dim[4] & GIVEN:
        for j in range(c):
            own[c + j] = 1 / (sqrtf(rstd[j] + epsilon) if real is float else sqrt(rstd[j] + epsilon))
        rstd = own + c
    if real is float:
        norm_scale_f32(rstd, gamma, c, own)
        norm_apply_f32(x + start * c, rows, c, c, mean, own, beta, relu, y + start * c)
    else:
        norm_scale_f64(rstd, gamma, c, own)
        norm_apply_f64(x + start * c, rows, c, c, mean, own, beta, relu, y + start * c)


cdef void sums(const Instruction *i, int64_t first, int64_t last, const real *dy, const real *x, real *y, const real *mean,
               real *partial) noexcept nogil:
    cdef int64_t k, rows = i.dim[0], c = i.dim[1], chunk = i.dim[3], some, a
    cdef real *p
    for k in range(first, last):
        some, a, p = least(chunk, rows - k * chunk), k * chunk * c, partial + k * 2 * c
        if real is float: norm_gradient_sums_f32(dy + a, x + a, at(y, a), some, c, c, some * c, mean, p, p + c)
        else: norm_gradient_sums_f64(dy + a, x + a, at(y, a), some, c, c, some * c, mean, p, p + c)


cdef void joined(const Instruction *i, const real *partial, const real *rstd, real *dbeta, real *dgamma) noexcept nogil:
    cdef int64_t j, k, c = i.dim[1], chunks = i.dim[5]
    for j in range(c):
        dbeta[j], dgamma[j] = 0, 0
    for k in range(chunks):
        for j in range(c):
            dbeta[j] += partial[2 * k * c + j]
            dgamma[j] += partial[(2 * k + 1) * c + j]
    for j in range(c):
        dgamma[j] *= rstd[j]


cdef void slope(const Instruction *i, int64_t start, int64_t rows, int64_t stride, int64_t n, const real *dy, const real *x, real *y,
                const real *mean, const real *rstd, real *gamma, const real *dbeta, const real *dgamma, real *dx) noexcept nogil:
    cdef int before = <int>i.dim[4] & BEFORE
    cdef real by = <real>1 / <real>i.dim[0]
    cdef real *own = <real *>thread_scratch(3 * n * sizeof(real))
    if i.dim[4] & GIVEN:
        by = 0
    if real is float:
        norm_dx_f32(dy + start, x + start, at(y, start), rows, stride, n, by, mean, rstd, gamma, dbeta, dgamma, before, own,
                    dx + start)
    else:
        norm_dx_f64(dy + start, x + start, at(y, start), rows, stride, n, by, mean, rstd, gamma, dbeta, dgamma, before, own,
                    dx + start)


cdef void gradients(const Instruction *i, int64_t first, int64_t last, const real *dy, const real *x, const real *mean,
                    const real *rstd, real *gamma, real *y, real *dx, real *dgamma, real *dbeta) noexcept nogil:
    cdef int64_t rows = i.dim[0], c = i.dim[1], start = first * i.dim[2], n = least(last * i.dim[2], c) - start, j
    if n <= 0:
        return
    dbeta, dgamma, mean, rstd, gamma = dbeta + start, dgamma + start, mean + start, rstd + start, at(gamma, start)
    if real is float:
        norm_gradient_sums_f32(dy + start, x + start, at(y, start), rows, c, n, 0, mean, dbeta, dgamma)
    else:
        norm_gradient_sums_f64(dy + start, x + start, at(y, start), rows, c, n, 0, mean, dbeta, dgamma)
    for j in range(n):
        dgamma[j] *= rstd[j]
    slope(i, start, rows, c, n, dy, x, y, mean, rstd, gamma, dbeta, dgamma, dx)


cdef void batch_norm(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, gamma or nothing, beta or nothing   out: y, mean, rstd; moving mean and variance, updated, or nothing
    # parts: blocks of dim[2] columns
    if i.dtype == F32:
        train(i, first, last, <const float *>i.in_[0], <float *>i.in_[1], <float *>i.in_[2], <float *>i.out[0],
              <float *>i.out[1], <float *>i.out[2], <float *>i.out[3], <float *>i.out[4])
    else:
        train(i, first, last, <const double *>i.in_[0], <double *>i.in_[1], <double *>i.in_[2], <double *>i.out[0],
              <double *>i.out[1], <double *>i.out[2], <double *>i.out[3], <double *>i.out[4])


cdef void batch_norm_moments(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: partial (chunks, 2, C): mean, sum of squares   parts: chunks
    if i.dtype == F32: moments(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: moments(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


cdef void batch_norm_join(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: partial   out: mean, rstd; moving mean and variance, updated, or nothing   dim[5]: chunks   parts: 1
    cdef int unbiased = <int>i.dim[4] & UNBIASED
    cdef bint moving = i.dim[4] & MOVING != 0
    if i.dtype == F32:
        norm_join_f32(<const float *>i.in_[0], i.dim[5], i.dim[3], i.dim[0], i.dim[1], <float *>i.out[0], <float *>i.out[1])
        norm_finish_f32(<float *>i.out[0], <float *>i.out[1], i.dim[0], i.dim[1], <float>i.attr[0], <float>i.attr[1], unbiased,
                        <float *>i.out[2] if moving else NULL, <float *>i.out[3] if moving else NULL)
    else:
        norm_join_f64(<const double *>i.in_[0], i.dim[5], i.dim[3], i.dim[0], i.dim[1], <double *>i.out[0], <double *>i.out[1])
        norm_finish_f64(<double *>i.out[0], <double *>i.out[1], i.dim[0], i.dim[1], i.attr[0], i.attr[1], unbiased,
                        <double *>i.out[2] if moving else NULL, <double *>i.out[3] if moving else NULL)


cdef void batch_norm_apply(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, mean, rstd (GIVEN: variance), gamma or nothing, beta or nothing   out: y   parts: chunks of dim[3] rows
    if i.dtype == F32:
        apply(i, first, last, <const float *>i.in_[0], <float *>i.in_[1], <float *>i.in_[2], <float *>i.in_[3],
              <float *>i.in_[4], <float *>i.out[0])
    else:
        apply(i, first, last, <const double *>i.in_[0], <double *>i.in_[1], <double *>i.in_[2], <double *>i.in_[3],
              <double *>i.in_[4], <double *>i.out[0])


cdef void scale_columns(const Instruction *i, const real *variance, const real *gamma, real *scale) noexcept nogil:
    cdef int64_t j
    cdef real epsilon = <real>i.attr[0], rstd
    for j in range(i.dim[1]):
        rstd = 1 / (sqrtf(variance[j] + epsilon) if real is float else sqrt(variance[j] + epsilon))
        scale[j] = rstd if gamma == NULL else rstd * gamma[j]


cdef void batch_norm_scale(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: variance, gamma or nothing   out: gamma / sqrt(variance + epsilon), what norm_columns.h takes   parts: 1
    if i.dtype == F32: scale_columns(i, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[0])
    else: scale_columns(i, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[0])


cdef void batch_norm_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, x, mean, rstd, gamma or nothing, y of a relu behind or nothing   out: dx, dgamma, dbeta   parts: as batch_norm
    if i.dtype == F32:
        gradients(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <const float *>i.in_[2],
                  <const float *>i.in_[3], <float *>i.in_[4], <float *>i.in_[5], <float *>i.out[0], <float *>i.out[1],
                  <float *>i.out[2])
    else:
        gradients(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <const double *>i.in_[2],
                  <const double *>i.in_[3], <double *>i.in_[4], <double *>i.in_[5], <double *>i.out[0], <double *>i.out[1],
                  <double *>i.out[2])


cdef void batch_norm_sums(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, x, mean, y of a relu behind or nothing   out: partial (chunks, 2, C): dbeta, dgamma / rstd   parts: chunks
    if i.dtype == F32:
        sums(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.in_[3], <const float *>i.in_[2],
             <float *>i.out[0])
    else:
        sums(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.in_[3], <const double *>i.in_[2],
             <double *>i.out[0])


cdef void batch_norm_join_sums(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: partial, rstd   out: dgamma, dbeta   dim[5]: chunks   parts: 1
    if i.dtype == F32:
        joined(i, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[1], <float *>i.out[0])
    else:
        joined(i, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[1], <double *>i.out[0])


cdef void batch_norm_dx(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, x, mean, rstd, gamma or nothing, y of a relu behind or nothing, dgamma, dbeta   out: dx   parts: chunks
    cdef int64_t c = i.dim[1], start = first * i.dim[3], rows = least(last * i.dim[3], i.dim[0]) - start
    if i.dtype == F32:
        slope(i, start * c, rows, c, c, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.in_[5],
              <const float *>i.in_[2], <const float *>i.in_[3], <float *>i.in_[4], <const float *>i.in_[7],
              <const float *>i.in_[6], <float *>i.out[0])
    else:
        slope(i, start * c, rows, c, c, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.in_[5],
              <const double *>i.in_[2], <const double *>i.in_[3], <double *>i.in_[4], <const double *>i.in_[7],
              <const double *>i.in_[6], <double *>i.out[0])


KERNELS = {
    "batch_norm": <uintptr_t>&batch_norm,
    "batch_norm_moments": <uintptr_t>&batch_norm_moments,
    "batch_norm_join": <uintptr_t>&batch_norm_join,
    "batch_norm_apply": <uintptr_t>&batch_norm_apply,
    "batch_norm_scale": <uintptr_t>&batch_norm_scale,
    "batch_norm_backward": <uintptr_t>&batch_norm_backward,
    "batch_norm_sums": <uintptr_t>&batch_norm_sums,
    "batch_norm_join_sums": <uintptr_t>&batch_norm_join_sums,
    "batch_norm_dx": <uintptr_t>&batch_norm_dx,
}
