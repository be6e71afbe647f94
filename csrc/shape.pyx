"""Moving elements: transposition, rows picked by index and put back.  Elements are bytes here, of dim itemsize (1, 2, 4, 8).

transpose     y[k] = x[permuted k].  dim: itemsize, rank r, n, rows, then r - 1 outer extents of y, r strides of x (elements).
              parts: rows of y (n elements) in groups of dim[3 + 2 r].
gather_rows   y[k] = x[index[k]], converted.  dim: n (elements a row), rows of x, dtype of x, dtype of y, picked rows.
              parts: PICKED rows each.  An index outside is a row of zeros.
scatter_rows  y = 0, y[index[k]] += dy[k].  dim: n, rows of y, picked rows.  parts: one (rows may be picked twice).
"""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t
from libc.string cimport memcpy, memset
from instruction cimport BOOL, F32, F64, I32, I64, U8, Instruction

cdef enum:
    PICKED = 8

ctypedef fused element:
    uint8_t
    uint16_t
    uint32_t
    uint64_t

ctypedef fused real:
    float
    double

ctypedef fused source:
    float
    double
    int32_t
    int64_t
    uint8_t


cdef inline void move_few(const element *x, int64_t stride, int64_t rows, int64_t n, element *y) noexcept nogil:
    # n is a constant where this is inlined
    cdef int64_t row, j
    for row in range(rows):
        for j in range(n):
            y[row * n + j] = x[row * stride + j]


cdef inline void move_rows(const element *x, int64_t stride, int64_t step, int64_t rows, int64_t n, element *y) noexcept nogil:
    # y[row, j] = x[row * stride + j * step]
    cdef int64_t row, j
    if step != 1:
        for row in range(rows):
            for j in range(n):
                y[row * n + j] = x[row * stride + j * step]
    elif n == 3: move_few(x, stride, rows, 3, y)
    elif n == 4: move_few(x, stride, rows, 4, y)
    else:
        for row in range(rows):
            memcpy(y + row * n, x + row * stride, n * sizeof(element))


cdef void transposed(const Instruction *i, int64_t first, int64_t last, const element *x, element *y) noexcept nogil:
    cdef int64_t rank = i.dim[1], n = i.dim[2], rows = i.dim[3], group, row, k, left, step, run
    cdef int64_t at[8]
    cdef const int64_t *extent = i.dim + 4
    cdef const int64_t *stride = extent + rank - 1
    group = stride[rank]
    step = stride[rank - 1]
    first, last = first * group, last * group
    if last > rows:
        last = rows
    if first >= last:                                 # no rows: some extent may be 0
        return
    left = first
    for k in range(rank - 2, -1, -1):
        at[k] = left % extent[k]
        left = left // extent[k]
        x += at[k] * stride[k]
    row = first
    while row < last:
        k = rank - 2
        run = extent[k] - at[k] if extent[k] - at[k] < last - row else last - row
        move_rows(x, stride[k], step, run, n, y + row * n)
        row += run
        at[k] += run
        x += run * stride[k]
        while k > 0 and at[k] == extent[k]:
            x += stride[k - 1] - at[k] * stride[k]
            at[k] = 0
            k -= 1
            at[k] += 1


cdef void transpose(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    if i.dim[0] == 1: transposed(i, first, last, <const uint8_t *>i.in_[0], <uint8_t *>i.out[0])
    elif i.dim[0] == 2: transposed(i, first, last, <const uint16_t *>i.in_[0], <uint16_t *>i.out[0])
    elif i.dim[0] == 4: transposed(i, first, last, <const uint32_t *>i.in_[0], <uint32_t *>i.out[0])
    else: transposed(i, first, last, <const uint64_t *>i.in_[0], <uint64_t *>i.out[0])


cdef inline void convert(const source *x, void *y, int64_t to, int64_t n) noexcept nogil:
    cdef int64_t j
    if to == F32:
        for j in range(n): (<float *>y)[j] = <float>x[j]
    else:
        for j in range(n): (<double *>y)[j] = <double>x[j]


cdef inline int64_t itemsize(int64_t dtype) noexcept nogil:
    return 4 if dtype == F32 or dtype == I32 else 8 if dtype == F64 or dtype == I64 else 1


cdef void gather_rows(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, index (int64)   out: y
    cdef int64_t n = i.dim[0], rows = i.dim[1], source_type = i.dim[2], to = i.dim[3], k, row
    cdef int64_t size_x = itemsize(source_type), size_y = itemsize(to)
    cdef const int64_t *index = <const int64_t *>i.in_[1]
    cdef const char *x
    cdef char *y
    last = i.dim[4] if last * PICKED > i.dim[4] else last * PICKED
    for k in range(first * PICKED, last):
        row = index[k]
        x = <const char *>i.in_[0] + row * n * size_x
        y = <char *>i.out[0] + k * n * size_y
        if row < 0 or row >= rows: memset(y, 0, n * size_y)
        elif source_type == to: memcpy(y, x, n * size_x)
        elif source_type == F32: convert(<const float *>x, y, to, n)
        elif source_type == F64: convert(<const double *>x, y, to, n)
        elif source_type == I32: convert(<const int32_t *>x, y, to, n)
        elif source_type == I64: convert(<const int64_t *>x, y, to, n)
        else: convert(<const uint8_t *>x, y, to, n)


cdef inline void add_rows(const Instruction *i, const real *dy, real *y) noexcept nogil:
    cdef int64_t n = i.dim[0], rows = i.dim[1], k, j, row
    cdef const int64_t *index = <const int64_t *>i.in_[1]
    memset(y, 0, rows * n * sizeof(real))
    for k in range(i.dim[2]):
        row = index[k]
        if 0 <= row < rows:
            for j in range(n):
                y[row * n + j] += dy[k * n + j]


cdef void scatter_rows(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, index (int64)   out: y
    if first > 0 or last < 1:
        return
    if i.dtype == F32: add_rows(i, <const float *>i.in_[0], <float *>i.out[0])
    else: add_rows(i, <const double *>i.in_[0], <double *>i.out[0])


KERNELS = {
    "transpose": <uintptr_t>&transpose, "gather_rows": <uintptr_t>&gather_rows, "scatter_rows": <uintptr_t>&scatter_rows,
}
