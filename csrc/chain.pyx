"""Elementwise ops one after another on blocks that stay in the first cache, instead of a pass over memory for each.

dim: n, number of ops, then for each op: kind, code, operands a and b, where its attributes begin in attr.
kinds: 0 unary, 1 binary (elementwise.h), 2 activation, 3 its gradient of (dy, what the slope is of) (activation.h).
operands: 0 to 7 an input with n elements; 8 to 15 an input with one; 16 + k the result of op k.
out: the result of the last op.  Each op gives the bits that it gives alone.  Stack: OPS blocks.  parts: CHUNK elements.
"""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef extern from "elementwise.h" nogil:
    void unary_block_f32(int op, const double *attr, const float *x, float *y, int64_t n)
    void unary_block_f64(int op, const double *attr, const double *x, double *y, int64_t n)
    void binary_block_f32(int op, const float *a, int a_step, const float *b, int b_step, float *y, int64_t n)
    void binary_block_f64(int op, const double *a, int a_step, const double *b, int b_step, double *y, int64_t n)

cdef extern from "activation.h" nogil:
    void activate_f32(int code, const double *attr, const float *x, float *y, int64_t n)
    void activate_f64(int code, const double *attr, const double *x, double *y, int64_t n)
    void activate_grad_f32(int code, const double *attr, const float *dy, const float *x, const float *y, float *dx, int64_t n)
    void activate_grad_f64(int code, const double *attr, const double *dy, const double *x, const double *y, double *dx,
                           int64_t n)

cdef enum:
    CHUNK = 16384
    BLOCK = 512
    OPS = 7
    HEAD = 2
    PER_OP = 5

ctypedef fused real:
    float
    double


cdef inline int64_t least(int64_t a, int64_t b) noexcept nogil:
    return a if a < b else b


cdef inline int step(int64_t which) noexcept nogil:
    return 0 if (which >= 8) & (which < 16) else 1


cdef inline const real *operand(const Instruction *i, int64_t which, int64_t o, real *results) noexcept nogil:
    if which < 8: return <const real *>i.in_[which] + o
    if which < 16: return <const real *>i.in_[which - 8]
    return results + (which - 16) * BLOCK


cdef void block(const Instruction *i, int64_t o, int64_t n, real *results, real *y) noexcept nogil:
    cdef int64_t k, n_ops = i.dim[1]
    cdef const int64_t *op = i.dim + HEAD
    cdef const real *a
    cdef const real *b
    cdef const double *attr
    cdef real *to
    cdef int code
    for k in range(n_ops):
        a, b = operand(i, op[2], o, results), operand(i, op[3], o, results)
        to = y if k == n_ops - 1 else results + k * BLOCK
        code, attr = <int>op[1], i.attr + op[4]
        if real is float:
            if op[0] == 0: unary_block_f32(code, attr, a, to, n)
            elif op[0] == 1: binary_block_f32(code, a, step(op[2]), b, step(op[3]), to, n)
            elif op[0] == 2: activate_f32(code, attr, a, to, n)
            else: activate_grad_f32(code, attr, a, b, b, to, n)
        else:
            if op[0] == 0: unary_block_f64(code, attr, a, to, n)
            elif op[0] == 1: binary_block_f64(code, a, step(op[2]), b, step(op[3]), to, n)
            elif op[0] == 2: activate_f64(code, attr, a, to, n)
            else: activate_grad_f64(code, attr, a, b, b, to, n)
        op += PER_OP


cdef void run(const Instruction *i, int64_t first, int64_t last, real *y) noexcept nogil:
    cdef real results[OPS * BLOCK]
    cdef int64_t o = first * CHUNK, end = least(last * CHUNK, i.dim[0])
    while o < end:
        block(i, o, least(BLOCK, end - o), results, y + o)
        o += BLOCK


cdef void chain(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: operands   out: y
    if i.dtype == F32: run(i, first, last, <float *>i.out[0])
    else: run(i, first, last, <double *>i.out[0])


KERNELS = {"chain": <uintptr_t>&chain}
