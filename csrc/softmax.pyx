"""Softmax and crossentropy of rows: x (rows, n).  Formulas: softmax.h.  dim: rows, n.  parts: ROWS rows each.

crossentropy            in: labels (rows, n) like x, x         out: loss (rows), p
sparse_crossentropy     in: classes (rows) int64, x            out: loss (rows), p
their _backward         in: dloss (rows), labels or classes, p out: dx
sigmoid_crossentropy    in: labels, x (any shape)              out: loss         dim: n.  parts: CHUNK elements
its _backward           in: dloss, labels, x                   out: dx           dim: n
"""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef extern from "softmax.h" nogil:
    void softmax_rows_f32(const float *x, int64_t rows, int64_t n, float *y)
    void softmax_rows_f64(const double *x, int64_t rows, int64_t n, double *y)
    void log_softmax_rows_f32(const float *x, int64_t rows, int64_t n, float *y)
    void log_softmax_rows_f64(const double *x, int64_t rows, int64_t n, double *y)
    void softmax_grad_rows_f32(const float *dy, const float *y, int64_t rows, int64_t n, float *dx)
    void softmax_grad_rows_f64(const double *dy, const double *y, int64_t rows, int64_t n, double *dx)
    void crossentropy_rows_f32(const float *t, const int64_t *c, const float *x, int64_t rows, int64_t n, float *loss, float *p)
    void crossentropy_rows_f64(const double *t, const int64_t *c, const double *x, int64_t rows, int64_t n, double *loss,
                               double *p)
    void crossentropy_grad_rows_f32(const float *d, const float *t, const int64_t *c, const float *p, int64_t rows, int64_t n,
                                    float *dx)
    void crossentropy_grad_rows_f64(const double *d, const double *t, const int64_t *c, const double *p, int64_t rows, int64_t n,
                                    double *dx)
    void sigmoid_crossentropy_run_f32(const float *t, const float *x, int64_t n, float *loss)
    void sigmoid_crossentropy_run_f64(const double *t, const double *x, int64_t n, double *loss)
    void sigmoid_crossentropy_grad_run_f32(const float *d, const float *t, const float *x, int64_t n, float *dx)
    void sigmoid_crossentropy_grad_run_f64(const double *d, const double *t, const double *x, int64_t n, double *dx)

cdef enum:
    ROWS = 64
    CHUNK = 16384


cdef inline int64_t count(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    return (i.dim[0] if last * ROWS > i.dim[0] else last * ROWS) - first * ROWS


cdef void softmax(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    cdef int64_t n = i.dim[1], o = first * ROWS * n
    if i.dtype == F32: softmax_rows_f32(<const float *>i.in_[0] + o, count(i, first, last), n, <float *>i.out[0] + o)
    else: softmax_rows_f64(<const double *>i.in_[0] + o, count(i, first, last), n, <double *>i.out[0] + o)


cdef void log_softmax(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    cdef int64_t n = i.dim[1], o = first * ROWS * n
    if i.dtype == F32: log_softmax_rows_f32(<const float *>i.in_[0] + o, count(i, first, last), n, <float *>i.out[0] + o)
    else: log_softmax_rows_f64(<const double *>i.in_[0] + o, count(i, first, last), n, <double *>i.out[0] + o)


cdef void softmax_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, y   out: dx
    cdef int64_t n = i.dim[1], o = first * ROWS * n, rows = count(i, first, last)
    if i.dtype == F32:
        softmax_grad_rows_f32(<const float *>i.in_[0] + o, <const float *>i.in_[1] + o, rows, n, <float *>i.out[0] + o)
    else:
        softmax_grad_rows_f64(<const double *>i.in_[0] + o, <const double *>i.in_[1] + o, rows, n, <double *>i.out[0] + o)


cdef inline void forward(const Instruction *i, int64_t first, int64_t last, bint sparse) noexcept nogil:
    cdef int64_t n = i.dim[1], row = first * ROWS, rows = count(i, first, last)
    cdef const int64_t *c = <const int64_t *>i.in_[0] + row if sparse else NULL
    if i.dtype == F32:
        crossentropy_rows_f32(NULL if sparse else <const float *>i.in_[0] + row * n, c, <const float *>i.in_[1] + row * n, rows, n,
                              <float *>i.out[0] + row, <float *>i.out[1] + row * n)
    else:
        crossentropy_rows_f64(NULL if sparse else <const double *>i.in_[0] + row * n, c, <const double *>i.in_[1] + row * n, rows,
                              n, <double *>i.out[0] + row, <double *>i.out[1] + row * n)


cdef inline void backward(const Instruction *i, int64_t first, int64_t last, bint sparse) noexcept nogil:
    cdef int64_t n = i.dim[1], row = first * ROWS, rows = count(i, first, last)
    cdef const int64_t *c = <const int64_t *>i.in_[1] + row if sparse else NULL
    if i.dtype == F32:
        crossentropy_grad_rows_f32(<const float *>i.in_[0] + row, NULL if sparse else <const float *>i.in_[1] + row * n, c,
                                   <const float *>i.in_[2] + row * n, rows, n, <float *>i.out[0] + row * n)
    else:
        crossentropy_grad_rows_f64(<const double *>i.in_[0] + row, NULL if sparse else <const double *>i.in_[1] + row * n, c,
                                   <const double *>i.in_[2] + row * n, rows, n, <double *>i.out[0] + row * n)


cdef void crossentropy(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    forward(i, first, last, False)


cdef void sparse_crossentropy(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    forward(i, first, last, True)


cdef void crossentropy_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    backward(i, first, last, False)


cdef void sparse_crossentropy_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    backward(i, first, last, True)


cdef void sigmoid_crossentropy(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    cdef int64_t o = first * CHUNK, n = (i.dim[0] if last * CHUNK > i.dim[0] else last * CHUNK) - o
    if i.dtype == F32:
        sigmoid_crossentropy_run_f32(<const float *>i.in_[0] + o, <const float *>i.in_[1] + o, n, <float *>i.out[0] + o)
    else:
        sigmoid_crossentropy_run_f64(<const double *>i.in_[0] + o, <const double *>i.in_[1] + o, n, <double *>i.out[0] + o)


cdef void sigmoid_crossentropy_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    cdef int64_t o = first * CHUNK, n = (i.dim[0] if last * CHUNK > i.dim[0] else last * CHUNK) - o
    if i.dtype == F32:
        sigmoid_crossentropy_grad_run_f32(<const float *>i.in_[0] + o, <const float *>i.in_[1] + o, <const float *>i.in_[2] + o, n,
                                          <float *>i.out[0] + o)
    else:
        sigmoid_crossentropy_grad_run_f64(<const double *>i.in_[0] + o, <const double *>i.in_[1] + o, <const double *>i.in_[2] + o,
                                          n, <double *>i.out[0] + o)


KERNELS = {
    "softmax": <uintptr_t>&softmax, "softmax_backward": <uintptr_t>&softmax_backward, "log_softmax": <uintptr_t>&log_softmax,
    "crossentropy": <uintptr_t>&crossentropy, "crossentropy_backward": <uintptr_t>&crossentropy_backward,
    "sparse_crossentropy": <uintptr_t>&sparse_crossentropy,
    "sparse_crossentropy_backward": <uintptr_t>&sparse_crossentropy_backward,
    "sigmoid_crossentropy": <uintptr_t>&sigmoid_crossentropy,
    "sigmoid_crossentropy_backward": <uintptr_t>&sigmoid_crossentropy_backward,
}
