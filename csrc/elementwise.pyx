"""Elementwise arithmetic, comparisons, choices and casts.  Op codes and formulas: elementwise.h.

unary, test   dim: op, n.  attr: of the op.  parts: CHUNK elements each.
binary, compare, logical, select
              y is seen as rows of n elements; the axes before are counted like an odometer.
              dim: op, n, rows, rows a part, outer rank r, r extents; then for each operand its step in a row (0 or 1) and
              its r strides (elements; 0 where it is repeated).  With one row, parts: CHUNK elements each.
cast          dim: n, dtype of x, dtype of y.  parts: CHUNK elements each.

Short rows are taken many at a time. What is the same in each ((N, 3) + (3,)), or one element for a row ((N, 3) * (N, 1)), is
laid out again and again, or spread, in a block of TILE bytes on the stack.
"""
from libc.stdint cimport INT32_MIN, INT64_MIN, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t
from libc.string cimport memcpy
from instruction cimport BOOL, F32, F64, I32, I64, U8, Instruction

cdef extern from "elementwise.h" nogil:
    void unary_block_f32(int op, const double *attr, const float *x, float *y, int64_t n)
    void unary_block_f64(int op, const double *attr, const double *x, double *y, int64_t n)
    void unary_block_i32(int op, const double *attr, const int32_t *x, int32_t *y, int64_t n)
    void unary_block_i64(int op, const double *attr, const int64_t *x, int64_t *y, int64_t n)
    void test_block_f32(int op, const float *x, uint8_t *y, int64_t n)
    void test_block_f64(int op, const double *x, uint8_t *y, int64_t n)
    void binary_block_f32(int op, const float *a, int a_step, const float *b, int b_step, float *y, int64_t n)
    void binary_block_f64(int op, const double *a, int a_step, const double *b, int b_step, double *y, int64_t n)
    void binary_block_i32(int op, const int32_t *a, int a_step, const int32_t *b, int b_step, int32_t *y, int64_t n)
    void binary_block_i64(int op, const int64_t *a, int a_step, const int64_t *b, int b_step, int64_t *y, int64_t n)
    void compare_block_f32(int op, const float *a, int a_step, const float *b, int b_step, uint8_t *y, int64_t n)
    void compare_block_f64(int op, const double *a, int a_step, const double *b, int b_step, uint8_t *y, int64_t n)
    void compare_block_i32(int op, const int32_t *a, int a_step, const int32_t *b, int b_step, uint8_t *y, int64_t n)
    void compare_block_i64(int op, const int64_t *a, int a_step, const int64_t *b, int b_step, uint8_t *y, int64_t n)
    void logical_block(int op, const uint8_t *a, int a_step, const uint8_t *b, int b_step, uint8_t *y, int64_t n)
    void select_block_1(const uint8_t *c, int c_step, const uint8_t *a, int a_step, const uint8_t *b, int b_step, uint8_t *y,
                        int64_t n)
    void select_block_2(const uint8_t *c, int c_step, const uint16_t *a, int a_step, const uint16_t *b, int b_step,
                        uint16_t *y, int64_t n)
    void select_block_4(const uint8_t *c, int c_step, const uint32_t *a, int a_step, const uint32_t *b, int b_step,
                        uint32_t *y, int64_t n)
    void select_block_8(const uint8_t *c, int c_step, const uint64_t *a, int a_step, const uint64_t *b, int b_step,
                        uint64_t *y, int64_t n)

    void spread_block(char *y, const char *x, int64_t size, int64_t n, int64_t rows)

cdef enum:
    CHUNK = 16384
    HEAD = 5                                          # dim[5..]: extents, then step and strides of each operand
    TILE = 4096                                       # bytes
    SHORT = 64                                        # elements of a row that is not worth a run of its own
    ON, AGAIN, SPREAD, ONE                            # an operand from row to row: read on, the same row, an element a row, one

cdef int64_t *ITEMSIZE = [4, 8, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1]   # in the order of instruction.h

ctypedef fused source:
    float
    double
    int32_t
    int64_t
    uint8_t

# One run: pointers to its operands, their steps, where it goes and how many elements it has.
ctypedef void (*RunFunction)(const Instruction *i, const char **x, const int *step, char *y, int64_t n) noexcept nogil


cdef inline int64_t least(int64_t a, int64_t b) noexcept nogil:
    return a if a < b else b


# ------------------------------------------------------------------------------------------------------ one operand

cdef void unary(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    cdef int64_t o = first * CHUNK, n = least(last * CHUNK, i.dim[1]) - o
    cdef int op = <int>i.dim[0]
    if i.dtype == F32: unary_block_f32(op, i.attr, <const float *>i.in_[0] + o, <float *>i.out[0] + o, n)
    elif i.dtype == F64: unary_block_f64(op, i.attr, <const double *>i.in_[0] + o, <double *>i.out[0] + o, n)
    elif i.dtype == I32: unary_block_i32(op, i.attr, <const int32_t *>i.in_[0] + o, <int32_t *>i.out[0] + o, n)
    else: unary_block_i64(op, i.attr, <const int64_t *>i.in_[0] + o, <int64_t *>i.out[0] + o, n)


cdef void test(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y, bool
    cdef int64_t o = first * CHUNK, n = least(last * CHUNK, i.dim[1]) - o
    if i.dtype == F32: test_block_f32(<int>i.dim[0], <const float *>i.in_[0] + o, <uint8_t *>i.out[0] + o, n)
    else: test_block_f64(<int>i.dim[0], <const double *>i.in_[0] + o, <uint8_t *>i.out[0] + o, n)


# --------------------------------------------------------------------------------------------- operands that broadcast

cdef void tile(char *block, const char *x, int64_t n_bytes, int64_t times) noexcept nogil:
    cdef int64_t k
    for k in range(times):
        memcpy(block + k * n_bytes, x, n_bytes)


cdef bint short_rows(const Instruction *i, int64_t first, int64_t last, int n_in, RunFunction run, const int64_t *size,
                     int64_t y_size) noexcept nogil:
    # Rows [first, last), many at a time; False if an operand neither runs on from row to row nor repeats.
    cdef int64_t n = i.dim[1], rank = i.dim[4], row = first, left = first, at_once = TILE // (8 * n), rows, done, k, a
    cdef const int64_t *extent = i.dim + HEAD
    cdef const int64_t *stride[3]
    cdef const char *x[3]
    cdef const char *operand[3]
    cdef int step[3]
    cdef int kind[3]
    cdef int64_t at[8]
    cdef char block[3][4096 + 32]                     # TILE, and what spread writes beyond
    cdef char *y = <char *>i.out[0] + first * n * y_size
    cdef int j
    for j in range(n_in):
        stride[j] = extent + rank + j * (rank + 1) + 1
        a = stride[j][rank - 1]
        step[j] = <int>(stride[j] - 1)[0]
        x[j] = <const char *>i.in_[j]
        if step[j] == 0 and a == 1: kind[j] = SPREAD
        elif step[j] == 0 and a == 0: kind[j] = ONE
        elif step[j] == 1 and a == n: kind[j] = ON
        elif step[j] == 1 and a == 0: kind[j] = AGAIN
        else: return False
    for a in range(rank - 1, -1, -1):
        at[a] = left % extent[a]
        left = left // extent[a]
        for j in range(n_in):
            x[j] += at[a] * stride[j][a] * size[j]
    for j in range(n_in):
        step[j] = 0 if kind[j] == ONE else 1
    while row < last:
        rows = least(last - row, extent[rank - 1] - at[rank - 1])
        for j in range(n_in):
            operand[j] = x[j] if kind[j] == ONE or kind[j] == ON else block[j]
            if kind[j] == AGAIN: tile(block[j], x[j], n * size[j], least(at_once, rows))
        done = 0
        while done < rows:
            k = least(at_once, rows - done)
            for j in range(n_in):
                if kind[j] == ON: operand[j] = x[j] + done * n * size[j]
                elif kind[j] == SPREAD: spread_block(block[j], x[j] + done * size[j], size[j], n, k)
            run(i, operand, step, y, k * n)
            y += k * n * y_size
            done += k
        row += rows
        a = rank - 1
        at[a] += rows
        for j in range(n_in):
            x[j] += rows * stride[j][a] * size[j]
        while a > 0 and at[a] == extent[a]:
            for j in range(n_in):
                x[j] += (stride[j][a - 1] - at[a] * stride[j][a]) * size[j]
            at[a] = 0
            a -= 1
            at[a] += 1
    return True


cdef void broadcast(const Instruction *i, int64_t first, int64_t last, int n_in, RunFunction run, const int64_t *size,
                    int64_t y_size) noexcept nogil:
    # size: bytes of an element of each operand
    cdef int64_t n = i.dim[1], total = i.dim[2], rank = i.dim[4], row, left, k, o
    cdef int j
    cdef int64_t at[8]
    cdef int step[3]
    cdef const char *x[3]
    cdef const int64_t *stride[3]
    cdef const int64_t *extent = i.dim + HEAD
    cdef char *y = <char *>i.out[0]
    for j in range(n_in):
        x[j] = <const char *>i.in_[j]
        stride[j] = extent + rank + j * (rank + 1) + 1
        step[j] = <int>(stride[j] - 1)[0]
    if total == 1:
        o = first * CHUNK
        for j in range(n_in):
            x[j] += o * step[j] * size[j]
        run(i, x, step, y + o * y_size, least(last * CHUNK, n) - o)
        return
    first, last = first * i.dim[3], least(last * i.dim[3], total)
    if first >= last or n == 0:
        return
    if rank > 0 and n <= SHORT and extent[rank - 1] > 3 and short_rows(i, first, last, n_in, run, size, y_size):
        return
    left = first
    for k in range(rank - 1, -1, -1):
        at[k] = left % extent[k]
        left = left // extent[k]
        for j in range(n_in):
            x[j] += at[k] * stride[j][k] * size[j]
    for row in range(first, last):
        run(i, x, step, y + row * n * y_size, n)
        for k in range(rank - 1, -1, -1):
            at[k] += 1
            for j in range(n_in):
                x[j] += stride[j][k] * size[j]
            if at[k] < extent[k]:
                break
            for j in range(n_in):
                x[j] -= at[k] * stride[j][k] * size[j]
            at[k] = 0


cdef void binary_run(const Instruction *i, const char **x, const int *step, char *y, int64_t n) noexcept nogil:
    cdef const char *a = x[0]
    cdef const char *b = x[1]
    cdef int op = <int>i.dim[0]
    if i.dtype == F32: binary_block_f32(op, <const float *>a, step[0], <const float *>b, step[1], <float *>y, n)
    elif i.dtype == F64: binary_block_f64(op, <const double *>a, step[0], <const double *>b, step[1], <double *>y, n)
    elif i.dtype == I32: binary_block_i32(op, <const int32_t *>a, step[0], <const int32_t *>b, step[1], <int32_t *>y, n)
    else: binary_block_i64(op, <const int64_t *>a, step[0], <const int64_t *>b, step[1], <int64_t *>y, n)


cdef void compare_run(const Instruction *i, const char **x, const int *step, char *y, int64_t n) noexcept nogil:
    cdef const char *a = x[0]
    cdef const char *b = x[1]
    cdef int op = <int>i.dim[0]
    if i.dtype == F32: compare_block_f32(op, <const float *>a, step[0], <const float *>b, step[1], <uint8_t *>y, n)
    elif i.dtype == F64: compare_block_f64(op, <const double *>a, step[0], <const double *>b, step[1], <uint8_t *>y, n)
    elif i.dtype == I32: compare_block_i32(op, <const int32_t *>a, step[0], <const int32_t *>b, step[1], <uint8_t *>y, n)
    else: compare_block_i64(op, <const int64_t *>a, step[0], <const int64_t *>b, step[1], <uint8_t *>y, n)


cdef void logical_run(const Instruction *i, const char **x, const int *step, char *y, int64_t n) noexcept nogil:
    logical_block(<int>i.dim[0], <const uint8_t *>x[0], step[0], <const uint8_t *>x[1], step[1], <uint8_t *>y, n)


cdef void select_run(const Instruction *i, const char **x, const int *step, char *y, int64_t n) noexcept nogil:
    cdef const uint8_t *c = <const uint8_t *>x[0]
    cdef const char *a = x[1]
    cdef const char *b = x[2]
    cdef int64_t size = ITEMSIZE[i.dtype]
    if size == 4:
        select_block_4(c, step[0], <const uint32_t *>a, step[1], <const uint32_t *>b, step[2], <uint32_t *>y, n)
    elif size == 8:
        select_block_8(c, step[0], <const uint64_t *>a, step[1], <const uint64_t *>b, step[2], <uint64_t *>y, n)
    elif size == 2:
        select_block_2(c, step[0], <const uint16_t *>a, step[1], <const uint16_t *>b, step[2], <uint16_t *>y, n)
    else:
        select_block_1(c, step[0], <const uint8_t *>a, step[1], <const uint8_t *>b, step[2], <uint8_t *>y, n)


cdef void binary(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: a, b   out: y
    cdef int64_t *size = [ITEMSIZE[i.dtype], ITEMSIZE[i.dtype]]
    broadcast(i, first, last, 2, binary_run, size, size[0])


cdef void compare(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: a, b   out: y, bool
    cdef int64_t *size = [ITEMSIZE[i.dtype], ITEMSIZE[i.dtype]]
    broadcast(i, first, last, 2, compare_run, size, 1)


cdef void logical(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: a, b   out: y; all bool
    cdef int64_t *size = [1, 1]
    broadcast(i, first, last, 2, logical_run, size, 1)


cdef void select(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: c (bool), a, b   out: y.  dtype: of a
    cdef int64_t *size = [1, ITEMSIZE[i.dtype], ITEMSIZE[i.dtype]]
    broadcast(i, first, last, 3, select_run, size, size[1])


# -------------------------------------------------------------------------------------------------------------- casts

cdef inline int32_t to_i32(source x) noexcept nogil:
    # Out of range and NaN: the smallest number, as x86 processors and so TensorFlow give it.
    if source is float or source is double:
        return <int32_t>x if (x >= -2147483648.0) & (x < 2147483648.0) else INT32_MIN
    else:
        return <int32_t>x


cdef inline int64_t to_i64(source x) noexcept nogil:
    if source is float or source is double:
        if (x >= -9223372036854775808.0) & (x < 9223372036854775808.0):
            return <int64_t>x
        return INT64_MIN
    else:
        return <int64_t>x


cdef void cast_from(const source *x, void *y, int64_t dtype, int64_t o, int64_t n) noexcept nogil:
    cdef int64_t j
    x += o
    if dtype == F32:
        for j in range(n): (<float *>y)[o + j] = <float>x[j]
    elif dtype == F64:
        for j in range(n): (<double *>y)[o + j] = <double>x[j]
    elif dtype == I32:
        for j in range(n): (<int32_t *>y)[o + j] = to_i32(x[j])
    elif dtype == I64:
        for j in range(n): (<int64_t *>y)[o + j] = to_i64(x[j])
    elif dtype == U8:
        for j in range(n): (<uint8_t *>y)[o + j] = <uint8_t>to_i32(x[j])
    else:
        for j in range(n): (<uint8_t *>y)[o + j] = x[j] != 0


cdef void cast(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    cdef int64_t o = first * CHUNK, n = least(last * CHUNK, i.dim[0]) - o, dtype = i.dim[2]
    if i.dim[1] == F32: cast_from(<const float *>i.in_[0], i.out[0], dtype, o, n)
    elif i.dim[1] == F64: cast_from(<const double *>i.in_[0], i.out[0], dtype, o, n)
    elif i.dim[1] == I32: cast_from(<const int32_t *>i.in_[0], i.out[0], dtype, o, n)
    elif i.dim[1] == I64: cast_from(<const int64_t *>i.in_[0], i.out[0], dtype, o, n)
    else: cast_from(<const uint8_t *>i.in_[0], i.out[0], dtype, o, n)


KERNELS = {
    "unary": <uintptr_t>&unary, "test": <uintptr_t>&test, "binary": <uintptr_t>&binary, "compare": <uintptr_t>&compare,
    "logical": <uintptr_t>&logical, "select": <uintptr_t>&select, "cast": <uintptr_t>&cast,
}
