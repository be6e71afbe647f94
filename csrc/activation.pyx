"""Activation functions, elementwise; formulas: activation.h.  dim: n, code.  attr: of the activation.  parts: CHUNK elements."""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef extern from "activation.h" nogil:
    void activate_f32(int code, const double *attr, const float *x, float *y, int64_t n)
    void activate_f64(int code, const double *attr, const double *x, double *y, int64_t n)
    void activate_grad_f32(int code, const double *attr, const float *dy, const float *x, const float *y, float *dx, int64_t n)
    void activate_grad_f64(int code, const double *attr, const double *dy, const double *x, const double *y, double *dx,
                           int64_t n)

cdef enum:
    CHUNK = 16384


cdef inline int64_t count(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    cdef int64_t end = i.dim[0] if last * CHUNK > i.dim[0] else last * CHUNK
    return end - first * CHUNK if end > first * CHUNK else 0


cdef void activation(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    cdef int64_t o = first * CHUNK, n = count(i, first, last)
    if i.dtype == F32:
        activate_f32(<int>i.dim[1], i.attr, <const float *>i.in_[0] + o, <float *>i.out[0] + o, n)
    else:
        activate_f64(<int>i.dim[1], i.attr, <const double *>i.in_[0] + o, <double *>i.out[0] + o, n)


cdef void activation_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, y where the gradient comes from the output (activation_from_output), else x   out: dx
    cdef int64_t o = first * CHUNK, n = count(i, first, last)
    cdef const void *s = i.in_[1]
    if i.dtype == F32:
        activate_grad_f32(<int>i.dim[1], i.attr, <const float *>i.in_[0] + o, <const float *>s + o, <const float *>s + o,
                          <float *>i.out[0] + o, n)
    else:
        activate_grad_f64(<int>i.dim[1], i.attr, <const double *>i.in_[0] + o, <const double *>s + o, <const double *>s + o,
                          <double *>i.out[0] + o, n)


KERNELS = {"activation": <uintptr_t>&activation, "activation_backward": <uintptr_t>&activation_backward}
