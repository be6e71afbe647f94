"""Reductions over one (merged) axis: x (outer, r, inner) -> y (outer, inner).  dim: op, outer, r, inner, scale by 1 / dim[4].

Formulas, accuracy and order of summation: reduce.h. Of no elements: 0, 1, the lowest number, the highest.
parts: outer.  dim[4] = 0: no scaling; else the sum is divided by it (mean).
"""
from libc.stdint cimport int32_t, int64_t, uintptr_t
from instruction cimport F32, F64, I32, Instruction

cdef extern from "reduce.h" nogil:
    void reduce_axis_f32(int op, const float *x, int64_t r, int64_t inner, float *y)
    void reduce_axis_f64(int op, const double *x, int64_t r, int64_t inner, double *y)
    void reduce_axis_i32(int op, const int32_t *x, int64_t r, int64_t inner, int32_t *y)
    void reduce_axis_i64(int op, const int64_t *x, int64_t r, int64_t inner, int64_t *y)
    int64_t arg_extreme_f32(int smallest, const float *x, int64_t r, int64_t stride)
    int64_t arg_extreme_f64(int smallest, const double *x, int64_t r, int64_t stride)


cdef void reduce(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y   parts: outer
    cdef int op = <int>i.dim[0]
    cdef int64_t o, j, r = i.dim[2], inner = i.dim[3], n = (last - first) * inner
    cdef float by32
    cdef double by64
    for o in range(first, last):
        if i.dtype == F32:
            reduce_axis_f32(op, <const float *>i.in_[0] + o * r * inner, r, inner, <float *>i.out[0] + o * inner)
        elif i.dtype == F64:
            reduce_axis_f64(op, <const double *>i.in_[0] + o * r * inner, r, inner, <double *>i.out[0] + o * inner)
        elif i.dtype == I32:
            reduce_axis_i32(op, <const int32_t *>i.in_[0] + o * r * inner, r, inner, <int32_t *>i.out[0] + o * inner)
        else:
            reduce_axis_i64(op, <const int64_t *>i.in_[0] + o * r * inner, r, inner, <int64_t *>i.out[0] + o * inner)
    if i.dim[4]:
        if i.dtype == F32:
            by32 = <float>i.dim[4]
            for j in range(first * inner, first * inner + n):
                (<float *>i.out[0])[j] = (<float *>i.out[0])[j] / by32
        elif i.dtype == F64:
            by64 = <double>i.dim[4]
            for j in range(first * inner, first * inner + n):
                (<double *>i.out[0])[j] = (<double *>i.out[0])[j] / by64


cdef void arg_extreme(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: positions, int64   dim: smallest?, outer, r, inner   parts: outer
    cdef int64_t o, j, r = i.dim[2], inner = i.dim[3]
    cdef int64_t *y = <int64_t *>i.out[0]
    for o in range(first, last):
        for j in range(inner):
            if i.dtype == F32:
                y[o * inner + j] = arg_extreme_f32(<int>i.dim[0], <const float *>i.in_[0] + o * r * inner + j, r, inner)
            else:
                y[o * inner + j] = arg_extreme_f64(<int>i.dim[0], <const double *>i.in_[0] + o * r * inner + j, r, inner)


KERNELS = {"reduce": <uintptr_t>&reduce, "arg_extreme": <uintptr_t>&arg_extreme}
