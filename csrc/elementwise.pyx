"""Elementwise arithmetic.  Op codes and formulas: elementwise.h.

unary    dim: op, n.                                        parts: CHUNK elements each.
binary, compare, select   y is seen as rows of n elements; the axes before are counted like an odometer.
         dim: op, n, step of a, of b (0 or 1), rows, rows a part, outer rank r, then r extents, r strides of a, r of b
         (elements; 0 where an operand is repeated).  With one row, parts: CHUNK elements each.
cast     dim: n, dtype of x, dtype of y.                    parts: CHUNK elements each.
"""
from libc.stdint cimport int32_t, int64_t, uint8_t, uintptr_t
from instruction cimport BOOL, F32, F64, I32, I64, U8, Instruction

cdef extern from "elementwise.h" nogil:
    void unary_f32(int op, const float *x, float *y, int64_t n)
    void unary_f64(int op, const double *x, double *y, int64_t n)
    void binary_f32(int op, const float *a, int sa, const float *b, int sb, float *y, int64_t n)
    void binary_f64(int op, const double *a, int sa, const double *b, int sb, double *y, int64_t n)
    void binary_i32(int op, const int32_t *a, int sa, const int32_t *b, int sb, int32_t *y, int64_t n)
    void binary_i64(int op, const int64_t *a, int sa, const int64_t *b, int sb, int64_t *y, int64_t n)
    void compare_f32(int op, const float *a, int sa, const float *b, int sb, uint8_t *y, int64_t n)
    void compare_f64(int op, const double *a, int sa, const double *b, int sb, uint8_t *y, int64_t n)
    void compare_i32(int op, const int32_t *a, int sa, const int32_t *b, int sb, uint8_t *y, int64_t n)
    void compare_i64(int op, const int64_t *a, int sa, const int64_t *b, int sb, uint8_t *y, int64_t n)

cdef enum:
    CHUNK = 16384
    OUTER = 7                                         # dim[7..]: extents, strides of a, strides of b

ctypedef fused number:
    float
    double
    int32_t
    int64_t

ctypedef fused source:
    float
    double
    int32_t
    int64_t
    uint8_t


cdef inline int64_t least(int64_t a, int64_t b) noexcept nogil:
    return a if a < b else b


cdef void unary(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    cdef int64_t o = first * CHUNK, n = least(last * CHUNK, i.dim[1]) - o
    if n <= 0:
        return
    if i.dtype == F32: unary_f32(<int>i.dim[0], <const float *>i.in_[0] + o, <float *>i.out[0] + o, n)
    else: unary_f64(<int>i.dim[0], <const double *>i.in_[0] + o, <double *>i.out[0] + o, n)


cdef inline void run(const Instruction *i, bint compare, const number *a, const number *b, void *y, int64_t n) noexcept nogil:
    cdef int op = <int>i.dim[0], sa = <int>i.dim[2], sb = <int>i.dim[3]
    if number is float:
        if compare: compare_f32(op, a, sa, b, sb, <uint8_t *>y, n)
        else: binary_f32(op, a, sa, b, sb, <float *>y, n)
    elif number is double:
        if compare: compare_f64(op, a, sa, b, sb, <uint8_t *>y, n)
        else: binary_f64(op, a, sa, b, sb, <double *>y, n)
    elif number is int32_t:
        if compare: compare_i32(op, a, sa, b, sb, <uint8_t *>y, n)
        else: binary_i32(op, a, sa, b, sb, <int32_t *>y, n)
    else:
        if compare: compare_i64(op, a, sa, b, sb, <uint8_t *>y, n)
        else: binary_i64(op, a, sa, b, sb, <int64_t *>y, n)


cdef void rows(const Instruction *i, bint compare, int64_t first, int64_t last, const number *a, const number *b,
               char *y, int64_t itemsize) noexcept nogil:
    cdef int64_t n = i.dim[1], total = i.dim[4], rank = i.dim[6], row, left, k, o
    cdef int64_t at[8]
    cdef const int64_t *extent = i.dim + OUTER
    cdef const int64_t *step_a = extent + rank
    cdef const int64_t *step_b = step_a + rank
    if total == 1:
        o = first * CHUNK
        n = least(last * CHUNK, n) - o
        if n > 0:
            run(i, compare, a + (o if i.dim[2] else 0), b + (o if i.dim[3] else 0), y + o * itemsize, n)
        return
    first, last = first * i.dim[5], least(last * i.dim[5], total)
    left = first
    for k in range(rank - 1, -1, -1):
        at[k] = left % extent[k]
        left = left // extent[k]
        a += at[k] * step_a[k]
        b += at[k] * step_b[k]
    for row in range(first, last):
        run(i, compare, a, b, y + row * n * itemsize, n)
        for k in range(rank - 1, -1, -1):
            at[k] += 1
            a += step_a[k]
            b += step_b[k]
            if at[k] < extent[k]:
                break
            a -= at[k] * step_a[k]
            b -= at[k] * step_b[k]
            at[k] = 0


cdef void binary(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: a, b   out: y
    cdef char *y = <char *>i.out[0]
    if i.dtype == F32: rows(i, False, first, last, <const float *>i.in_[0], <const float *>i.in_[1], y, 4)
    elif i.dtype == F64: rows(i, False, first, last, <const double *>i.in_[0], <const double *>i.in_[1], y, 8)
    elif i.dtype == I32: rows(i, False, first, last, <const int32_t *>i.in_[0], <const int32_t *>i.in_[1], y, 4)
    else: rows(i, False, first, last, <const int64_t *>i.in_[0], <const int64_t *>i.in_[1], y, 8)


cdef void compare(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: a, b   out: y, bool
    cdef char *y = <char *>i.out[0]
    if i.dtype == F32: rows(i, True, first, last, <const float *>i.in_[0], <const float *>i.in_[1], y, 1)
    elif i.dtype == F64: rows(i, True, first, last, <const double *>i.in_[0], <const double *>i.in_[1], y, 1)
    elif i.dtype == I32: rows(i, True, first, last, <const int32_t *>i.in_[0], <const int32_t *>i.in_[1], y, 1)
    else: rows(i, True, first, last, <const int64_t *>i.in_[0], <const int64_t *>i.in_[1], y, 1)


cdef void cast_from(const source *x, void *y, int64_t dtype, int64_t o, int64_t n) noexcept nogil:
    cdef int64_t j
    x += o
    if dtype == F32:
        for j in range(n): (<float *>y)[o + j] = <float>x[j]
    elif dtype == F64:
        for j in range(n): (<double *>y)[o + j] = <double>x[j]
    elif dtype == I32:
        for j in range(n): (<int32_t *>y)[o + j] = <int32_t>x[j]
    elif dtype == I64:
        for j in range(n): (<int64_t *>y)[o + j] = <int64_t>x[j]
    elif dtype == U8:
        for j in range(n): (<uint8_t *>y)[o + j] = <uint8_t>x[j]
    else:
        for j in range(n): (<uint8_t *>y)[o + j] = x[j] != 0


cdef void cast(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    cdef int64_t o = first * CHUNK, n = least(last * CHUNK, i.dim[0]) - o, dtype = i.dim[2]
    if n <= 0:
        return
    if i.dim[1] == F32: cast_from(<const float *>i.in_[0], i.out[0], dtype, o, n)
    elif i.dim[1] == F64: cast_from(<const double *>i.in_[0], i.out[0], dtype, o, n)
    elif i.dim[1] == I32: cast_from(<const int32_t *>i.in_[0], i.out[0], dtype, o, n)
    elif i.dim[1] == I64: cast_from(<const int64_t *>i.in_[0], i.out[0], dtype, o, n)
    else: cast_from(<const uint8_t *>i.in_[0], i.out[0], dtype, o, n)


KERNELS = {"unary": <uintptr_t>&unary, "binary": <uintptr_t>&binary, "compare": <uintptr_t>&compare, "cast": <uintptr_t>&cast}
