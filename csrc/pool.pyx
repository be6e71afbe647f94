"""Pooling.  x, dx (N, D, H, W, C);  y, dy, at (N, OD, OH, OW, C).  Formulas: pool.h.

dim: d h w  c  od oh ow  kd kh kw  sd sh sw  pad_front pad_top pad_left  sum (means undivided?)  n.
at: place of the maximum in its window, (kd * KH + kh) * KW + kw: uint8, or int32 for windows of more than 256 pixels.
"""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef extern from "pool.h" nogil:
    ctypedef struct Pool:
        int64_t n
        int64_t in_ "in"[3]
        int64_t c
        int64_t out[3]
        int64_t window[3]
        int64_t stride[3]
        int64_t pad[3]
        int64_t inside[2]
        int wide, sum
    void max_rows_f32(const Pool *, int64_t, int64_t, const float *, float *, void *)
    void max_rows_f64(const Pool *, int64_t, int64_t, const double *, double *, void *)
    void mean_rows_f32(const Pool *, int64_t, int64_t, const float *, float *, void *)
    void mean_rows_f64(const Pool *, int64_t, int64_t, const double *, double *, void *)
    void pick_rows_f32(const Pool *, int64_t, int64_t, const float *, float *, void *)
    void pick_rows_f64(const Pool *, int64_t, int64_t, const double *, double *, void *)
    void max_slopes_f32(const Pool *, int64_t, int64_t, const float *, const float *, const void *, float *)
    void max_slopes_f64(const Pool *, int64_t, int64_t, const double *, const double *, const void *, double *)
    void mean_slopes_f32(const Pool *, int64_t, int64_t, const float *, const float *, const void *, float *)
    void mean_slopes_f64(const Pool *, int64_t, int64_t, const double *, const double *, const void *, double *)


cdef inline Pool shape_of(const Instruction *i) noexcept nogil:
    cdef Pool s
    cdef int a
    for a in range(3):
        s.in_[a], s.out[a], s.window[a] = i.dim[a], i.dim[4 + a], i.dim[7 + a]
        s.stride[a], s.pad[a] = i.dim[10 + a], i.dim[13 + a]
    s.c, s.sum, s.n = i.dim[3], <int>i.dim[16], i.dim[17]
    s.inside[0] = (s.pad[2] + s.stride[2] - 1) // s.stride[2]
    s.inside[1] = (s.in_[2] + s.pad[2] - s.window[2]) // s.stride[2] + 1 if s.in_[2] + s.pad[2] >= s.window[2] else 0
    if s.inside[1] > s.out[2]:
        s.inside[1] = s.out[2]
    s.wide = s.window[0] * s.window[1] * s.window[2] > 256
    return s


cdef void max_pool(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y, at   parts: output rows of all images
    cdef Pool s = shape_of(i)
    if i.dtype == F32: max_rows_f32(&s, first, last, <const float *>i.in_[0], <float *>i.out[0], i.out[1])
    else: max_rows_f64(&s, first, last, <const double *>i.in_[0], <double *>i.out[0], i.out[1])


cdef void max_pool_infer(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y   parts: output rows of all images
    cdef Pool s = shape_of(i)
    if i.dtype == F32: max_rows_f32(&s, first, last, <const float *>i.in_[0], <float *>i.out[0], NULL)
    else: max_rows_f64(&s, first, last, <const double *>i.in_[0], <double *>i.out[0], NULL)


cdef void max_pool_pick(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, at   out: y, what stands in x where the maximum was: the gradient of max_pool_backward   parts: as max_pool
    cdef Pool s = shape_of(i)
    if i.dtype == F32: pick_rows_f32(&s, first, last, <const float *>i.in_[0], <float *>i.out[0], <void *>i.in_[1])
    else: pick_rows_f64(&s, first, last, <const double *>i.in_[0], <double *>i.out[0], <void *>i.in_[1])


cdef void max_pool_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, at, y if x was a relu's result whose slope dx is to have, or nothing   out: dx
    # parts: rows of dx, of all images
    cdef Pool s = shape_of(i)
    if i.dtype == F32: max_slopes_f32(&s, first, last, <const float *>i.in_[0], <const float *>i.in_[2], i.in_[1], <float *>i.out[0])
    else: max_slopes_f64(&s, first, last, <const double *>i.in_[0], <const double *>i.in_[2], i.in_[1], <double *>i.out[0])


cdef void avg_pool(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y   parts: output rows of all images
    cdef Pool s = shape_of(i)
    if i.dtype == F32: mean_rows_f32(&s, first, last, <const float *>i.in_[0], <float *>i.out[0], NULL)
    else: mean_rows_f64(&s, first, last, <const double *>i.in_[0], <double *>i.out[0], NULL)


cdef void avg_pool_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy   out: dx   parts: rows of dx, of all images
    cdef Pool s = shape_of(i)
    if i.dtype == F32: mean_slopes_f32(&s, first, last, <const float *>i.in_[0], NULL, NULL, <float *>i.out[0])
    else: mean_slopes_f64(&s, first, last, <const double *>i.in_[0], NULL, NULL, <double *>i.out[0])


KERNELS = {
    "max_pool": <uintptr_t>&max_pool,
    "max_pool_infer": <uintptr_t>&max_pool_infer,
    "max_pool_pick": <uintptr_t>&max_pool_pick,
    "max_pool_backward": <uintptr_t>&max_pool_backward,
    "avg_pool": <uintptr_t>&avg_pool,
    "avg_pool_backward": <uintptr_t>&avg_pool_backward,
}
