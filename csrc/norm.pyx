"""Batch and group normalisation.  x, y, dy, dx (N, R, C);  gamma, beta (C,);  mean, rstd, dgamma, dbeta (N, C): an image each, of
which a batch normalisation has one.  Formulas: norm.h.

dim: R, C, columns of a part (COLUMNS; groups of several columns: C), rows of a chunk, flags (the sum of those below), chunks of an
image, columns of a group.  attr: epsilon, rate of the moving averages (1 - momentum).

Few rows: one instruction, whose parts are columns of images. Many: sums of chunks of rows, one instruction that joins them, one
that goes over the rows again. Chunks are as large as the first-level cache, so that the two passes of a variance read memory once.
A run of parts that are neighbours in one image is done as a whole.  Scratch: 3 C elements at most.
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
    void norm_groups_f32(int64_t, int64_t, int64_t, float *, float *)
    void norm_scale_f32(const float *, const float *, int64_t, float *)
    void norm_groups_f64(int64_t, int64_t, int64_t, double *, double *)
    void norm_scale_f64(const double *, const double *, int64_t, double *)
    void norm_apply_f32(const float *, int64_t, int64_t, int64_t, const float *, const float *, const float *, int, float *)
    void norm_apply_f64(const double *, int64_t, int64_t, int64_t, const double *, const double *, const double *, int, double *)
    void norm_gradient_sums_f32(const float *, const float *, const float *, int64_t, int64_t, int64_t, int64_t, const float *,
                                float *, float *)
    void norm_gradient_sums_f64(const double *, const double *, const double *, int64_t, int64_t, int64_t, int64_t, const double *,
                                double *, double *)
    void norm_slopes_f32(const float *, const float *, const float *, const float *, int64_t, int64_t, float, float *)
    void norm_slopes_f64(const double *, const double *, const double *, const double *, int64_t, int64_t, double, double *)
    void norm_dx_f32(const float *, const float *, const float *, int64_t, int64_t, int64_t, const float *, const float *, int,
                     float *)
    void norm_dx_f64(const double *, const double *, const double *, int64_t, int64_t, int64_t, const double *, const double *, int,
                     double *)

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


cdef inline int64_t blocks(const Instruction *i) noexcept nogil:
    """Parts of an image where parts are columns."""
    return (i.dim[1] + i.dim[2] - 1) // i.dim[2]


cdef inline int64_t run(int64_t first, int64_t last, int64_t parts) noexcept nogil:
    """Where the run from `first` on ends that has one image, of so many parts."""
    return least(last, (first // parts + 1) * parts)


cdef void finish(const Instruction *i, int64_t n, real *mean, real *rstd, real *moving_mean, real *moving_variance) noexcept nogil:
    """Moments of n columns, each of R rows, made mean and rstd of their groups, in place."""
    cdef int64_t rows = i.dim[0], size = i.dim[6]
    cdef int unbiased = <int>i.dim[4] & UNBIASED
    if not i.dim[4] & MOVING:
        moving_mean, moving_variance = NULL, NULL
    if real is float:
        norm_groups_f32(rows, n, size, mean, rstd)
        norm_finish_f32(mean, rstd, rows * size, n, <float>i.attr[0], <float>i.attr[1], unbiased, moving_mean, moving_variance)
    else:
        norm_groups_f64(rows, n, size, mean, rstd)
        norm_finish_f64(mean, rstd, rows * size, n, i.attr[0], i.attr[1], unbiased, moving_mean, moving_variance)


cdef void train(const Instruction *i, int64_t first, int64_t last, const real *x, real *gamma, real *beta, real *y, real *mean,
                real *rstd, real *moving_mean, real *moving_variance) noexcept nogil:
    cdef int64_t rows = i.dim[0], c = i.dim[1], per = blocks(i), end, image, start, n, k, a
    cdef int relu = <int>i.dim[4] & RELU
    cdef real *scale
    while first < last:
        end, image = run(first, last, per), first // per
        start = (first - image * per) * i.dim[2]
        n, k, a = least((end - image * per) * i.dim[2], c) - start, image * c + start, image * rows * c + start
        scale = <real *>thread_scratch(n * sizeof(real))
        if real is float:
            norm_moments_f32(x + a, rows, c, n, 0, mean + k, rstd + k)
            finish(i, n, mean + k, rstd + k, at(moving_mean, start), at(moving_variance, start))
            norm_scale_f32(rstd + k, at(gamma, start), n, scale)
            norm_apply_f32(x + a, rows, c, n, mean + k, scale, at(beta, start), relu, y + a)
        else:
            norm_moments_f64(x + a, rows, c, n, 0, mean + k, rstd + k)
            finish(i, n, mean + k, rstd + k, at(moving_mean, start), at(moving_variance, start))
            norm_scale_f64(rstd + k, at(gamma, start), n, scale)
            norm_apply_f64(x + a, rows, c, n, mean + k, scale, at(beta, start), relu, y + a)
        first = end


cdef void moments(const Instruction *i, int64_t first, int64_t last, const real *x, real *partial) noexcept nogil:
    cdef int64_t p, k, rows = i.dim[0], c = i.dim[1], chunk = i.dim[3], some, a
    cdef real *to
    for p in range(first, last):
        k, to = p % i.dim[5] * chunk, partial + p * 2 * c
        some, a = least(chunk, rows - k), (p // i.dim[5] * rows + k) * c
        if real is float: norm_moments_f32(x + a, some, c, c, some * c, to, to + c)
        else: norm_moments_f64(x + a, some, c, c, some * c, to, to + c)


cdef void joined(const Instruction *i, int64_t first, int64_t last, const real *partial, real *mean, real *rstd, real *moving_mean,
                 real *moving_variance) noexcept nogil:
    cdef int64_t image, rows = i.dim[0], c = i.dim[1], chunks = i.dim[5]
    for image in range(first, last):
        if real is float:
            norm_join_f32(partial + image * chunks * 2 * c, chunks, i.dim[3], rows, c, mean + image * c, rstd + image * c)
        else:
            norm_join_f64(partial + image * chunks * 2 * c, chunks, i.dim[3], rows, c, mean + image * c, rstd + image * c)
        finish(i, c, mean + image * c, rstd + image * c, moving_mean, moving_variance)


cdef void apply(const Instruction *i, int64_t first, int64_t last, const real *x, real *mean, real *rstd, real *gamma, real *beta,
                real *y) noexcept nogil:
    cdef int64_t rows = i.dim[0], c = i.dim[1], chunks = i.dim[5], end, image, start, n, a, j
    cdef int relu = <int>i.dim[4] & RELU
    cdef real epsilon = <real>i.attr[0]
    cdef real *own = <real *>thread_scratch(2 * c * sizeof(real))
    cdef real *by
    while first < last:
        end, image = run(first, last, chunks), first // chunks
        start = (first - image * chunks) * i.dim[3]
        n, a, by = least((end - image * chunks) * i.dim[3], rows) - start, (image * rows + start) * c, rstd + image * c
        if i.dim[4] & GIVEN:
            for j in range(c):
                own[c + j] = 1 / (sqrtf(by[j] + epsilon) if real is float else sqrt(by[j] + epsilon))
            by = own + c
        if real is float:
            norm_scale_f32(by, gamma, c, own)
            norm_apply_f32(x + a, n, c, c, mean + image * c, own, beta, relu, y + a)
        else:
            norm_scale_f64(by, gamma, c, own)
            norm_apply_f64(x + a, n, c, c, mean + image * c, own, beta, relu, y + a)
        first = end


cdef void sums(const Instruction *i, int64_t first, int64_t last, const real *dy, const real *x, real *y, const real *mean,
               real *partial) noexcept nogil:
    cdef int64_t p, k, image, rows = i.dim[0], c = i.dim[1], chunk = i.dim[3], some, a
    cdef real *to
    for p in range(first, last):
        image, to = p // i.dim[5], partial + p * 2 * c
        k = (p - image * i.dim[5]) * chunk
        some, a = least(chunk, rows - k), (image * rows + k) * c
        if real is float:
            norm_gradient_sums_f32(dy + a, x + a, at(y, a), some, c, c, some * c, mean + image * c, to, to + c)
        else:
            norm_gradient_sums_f64(dy + a, x + a, at(y, a), some, c, c, some * c, mean + image * c, to, to + c)


cdef inline void total(const real *partial, const real *rstd, int64_t chunks, int64_t c, real *dbeta, real *dgamma) noexcept nogil:
    cdef int64_t j, k
    for j in range(c):
        dbeta[j], dgamma[j] = 0, 0
    for k in range(chunks):
        for j in range(c):
            dbeta[j] += partial[2 * k * c + j]
            dgamma[j] += partial[(2 * k + 1) * c + j]
    for j in range(c):
        dgamma[j] *= rstd[j]


cdef void joined_sums(const Instruction *i, int64_t first, int64_t last, const real *partial, const real *rstd, real *dbeta,
                      real *dgamma) noexcept nogil:
    cdef int64_t image, c = i.dim[1], chunks = i.dim[5]
    for image in range(first, last):
        total(partial + image * chunks * 2 * c, rstd + image * c, chunks, c, dbeta + image * c, dgamma + image * c)


cdef void slope(const Instruction *i, int64_t a, int64_t rows, int64_t n, const real *dy, const real *x, real *y, const real *mean,
                const real *rstd, real *gamma, const real *dbeta, const real *dgamma, real *dx) noexcept nogil:
    """dx of n columns of so many rows, from element `a` on; what else is given is of these columns."""
    cdef int before = <int>i.dim[4] & BEFORE
    cdef int64_t c = i.dim[1], size = i.dim[6]
    cdef real by = 0 if i.dim[4] & GIVEN else <real>1 / <real>(i.dim[0] * size)
    cdef real *own = <real *>thread_scratch(3 * n * sizeof(real))
    if real is float:
        norm_slopes_f32(rstd, gamma, dbeta, dgamma, n, size, by, own)
        norm_dx_f32(dy + a, x + a, at(y, a), rows, c, n, mean, own, before, dx + a)
    else:
        norm_slopes_f64(rstd, gamma, dbeta, dgamma, n, size, by, own)
        norm_dx_f64(dy + a, x + a, at(y, a), rows, c, n, mean, own, before, dx + a)


cdef void slopes(const Instruction *i, int64_t first, int64_t last, const real *dy, const real *x, real *y, const real *mean,
                 const real *rstd, real *gamma, const real *dbeta, const real *dgamma, real *dx) noexcept nogil:
    cdef int64_t rows = i.dim[0], c = i.dim[1], chunks = i.dim[5], end, image, start, n, k
    while first < last:
        end, image = run(first, last, chunks), first // chunks
        start = (first - image * chunks) * i.dim[3]
        n, k = least((end - image * chunks) * i.dim[3], rows) - start, image * c
        slope(i, (image * rows + start) * c, n, c, dy, x, y, mean + k, rstd + k, gamma, dbeta + k, dgamma + k, dx)
        first = end


cdef void gradients(const Instruction *i, int64_t first, int64_t last, const real *dy, const real *x, const real *mean,
                    const real *rstd, real *gamma, real *y, real *dx, real *dgamma, real *dbeta) noexcept nogil:
    cdef int64_t rows = i.dim[0], c = i.dim[1], per = blocks(i), end, image, start, n, k, a, j
    while first < last:
        end, image = run(first, last, per), first // per
        start = (first - image * per) * i.dim[2]
        n, k, a = least((end - image * per) * i.dim[2], c) - start, image * c + start, image * rows * c + start
        if real is float:
            norm_gradient_sums_f32(dy + a, x + a, at(y, a), rows, c, n, 0, mean + k, dbeta + k, dgamma + k)
        else:
            norm_gradient_sums_f64(dy + a, x + a, at(y, a), rows, c, n, 0, mean + k, dbeta + k, dgamma + k)
        for j in range(k, k + n):
            dgamma[j] *= rstd[j]
        slope(i, a, rows, n, dy, x, y, mean + k, rstd + k, at(gamma, start), dbeta + k, dgamma + k, dx)
        first = end


cdef void batch_norm(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, gamma or nothing, beta or nothing   out: y, mean, rstd; moving mean and variance, updated, or nothing
    # parts: blocks of dim[2] columns of images
    if i.dtype == F32:
        train(i, first, last, <const float *>i.in_[0], <float *>i.in_[1], <float *>i.in_[2], <float *>i.out[0],
              <float *>i.out[1], <float *>i.out[2], <float *>i.out[3], <float *>i.out[4])
    else:
        train(i, first, last, <const double *>i.in_[0], <double *>i.in_[1], <double *>i.in_[2], <double *>i.out[0],
              <double *>i.out[1], <double *>i.out[2], <double *>i.out[3], <double *>i.out[4])


cdef void batch_norm_moments(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: partial (N, chunks, 2, C): mean, sum of squares   parts: chunks
    if i.dtype == F32: moments(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: moments(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


cdef void batch_norm_join(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: partial   out: mean, rstd; moving mean and variance, updated, or nothing   parts: images
    if i.dtype == F32:
        joined(i, first, last, <const float *>i.in_[0], <float *>i.out[0], <float *>i.out[1], <float *>i.out[2], <float *>i.out[3])
    else:
        joined(i, first, last, <const double *>i.in_[0], <double *>i.out[0], <double *>i.out[1], <double *>i.out[2],
               <double *>i.out[3])


cdef void batch_norm_apply(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, mean, rstd (GIVEN: variance), gamma or nothing, beta or nothing   out: y   parts: chunks of dim[3] rows of images
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
    # in: dy, x, mean, y of a relu behind or nothing   out: partial (N, chunks, 2, C): dbeta, dgamma / rstd   parts: chunks
    if i.dtype == F32:
        sums(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.in_[3], <const float *>i.in_[2],
             <float *>i.out[0])
    else:
        sums(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.in_[3], <const double *>i.in_[2],
             <double *>i.out[0])


cdef void batch_norm_join_sums(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: partial, rstd   out: dgamma, dbeta   parts: images
    if i.dtype == F32:
        joined_sums(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[1], <float *>i.out[0])
    else:
        joined_sums(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[1],
                    <double *>i.out[0])


cdef void batch_norm_dx(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, x, mean, rstd, gamma or nothing, y of a relu behind or nothing, dgamma, dbeta   out: dx   parts: chunks
    if i.dtype == F32:
        slopes(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.in_[5], <const float *>i.in_[2],
               <const float *>i.in_[3], <float *>i.in_[4], <const float *>i.in_[7], <const float *>i.in_[6], <float *>i.out[0])
    else:
        slopes(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.in_[5], <const double *>i.in_[2],
               <const double *>i.in_[3], <double *>i.in_[4], <const double *>i.in_[7], <const double *>i.in_[6],
               <double *>i.out[0])


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
