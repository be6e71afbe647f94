"""Rectangular pieces: slices with steps, a piece put into a field of one value, tensors one after another.  Elements are bytes
here, of dim itemsize (1, 2, 4, 8).

slice         y[k] = x[offset + sum_a k_a stride_a].  dim: itemsize, rank r, rows a part, offset, r extents of y, r strides of x
              (elements, of any sign).  y is rows of its last axis.  parts: groups of rows.
put_slice     y = value, then y[.., start_a + k_a step_a, ..] = x[k].  dim: itemsize, rank r, planes a part, bits of the value,
              then for each axis its extent in y, start, step, extent in x.  parts: groups of planes (of the first axis of y).
concatenate   each row of y is a row of every input.  dim: number of inputs, rows, rows a part, then bytes of a row of each.
              parts: groups of rows.
"""
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t
from libc.string cimport memcpy
from instruction cimport Instruction

cdef enum:
    HEAD = 4                                          # dim[4..]: the axes

ctypedef fused element:
    uint8_t
    uint16_t
    uint32_t
    uint64_t


cdef inline int64_t least(int64_t a, int64_t b) noexcept nogil:
    return a if a < b else b


cdef inline int64_t most(int64_t a, int64_t b) noexcept nogil:
    return a if a > b else b


cdef inline void copy_row(const element *x, int64_t n, int64_t step, element *y) noexcept nogil:
    cdef int64_t j
    if step == 1:
        memcpy(y, x, n * sizeof(element))
    elif step == -1:                                  # the compiler knows how to reverse a vector
        for j in range(n):
            y[j] = x[-j]
    else:
        for j in range(n):
            y[j] = x[j * step]


# m rows of n elements: as one loop where rows are short, since a call for each of them costs more than its copy.
cdef inline void copy_rows(const element *x, int64_t m, int64_t stride, int64_t n, int64_t step, element *y) noexcept nogil:
    cdef int64_t k, j
    if n == 1:
        copy_row(x, m, stride, y)
    elif n == 3:                                      # the colours of a pixel
        for k in range(m):
            y[3 * k] = x[k * stride]
            y[3 * k + 1] = x[k * stride + step]
            y[3 * k + 2] = x[k * stride + 2 * step]
    elif n <= 8:
        for k in range(m):
            for j in range(n):
                y[k * n + j] = x[k * stride + j * step]
    else:
        for k in range(m):
            copy_row(x + k * stride, n, step, y + k * n)


cdef void sliced(const Instruction *i, int64_t first, int64_t last, const element *x, element *y) noexcept nogil:
    cdef int64_t rank = i.dim[1], rows = 1, row, k, m, left, n, step
    cdef int64_t at[8]
    cdef const int64_t *extent = i.dim + HEAD
    cdef const int64_t *stride = extent + rank
    n, step = extent[rank - 1], stride[rank - 1]
    for k in range(rank - 1):
        rows *= extent[k]
    first, last = first * i.dim[2], least(last * i.dim[2], rows)
    if first >= last or n == 0:
        return
    x += i.dim[3]
    if rank == 1:
        copy_row(x, n, step, y)
        return
    left = first
    for k in range(rank - 2, -1, -1):
        at[k] = left % extent[k]
        left = left // extent[k]
        x += at[k] * stride[k]
    row = first
    while row < last:                                 # the rows up to the end of a plane
        k = rank - 2
        m = least(extent[k] - at[k], last - row)
        copy_rows(x, m, stride[k], n, step, y + row * n)
        row += m
        at[k] += m
        x += m * stride[k]
        while k > 0 and at[k] == extent[k]:
            x += stride[k - 1] - at[k] * stride[k]
            at[k] = 0
            k -= 1
            at[k] += 1


cdef void slice_(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    if i.dim[0] == 1: sliced(i, first, last, <const uint8_t *>i.in_[0], <uint8_t *>i.out[0])
    elif i.dim[0] == 2: sliced(i, first, last, <const uint16_t *>i.in_[0], <uint16_t *>i.out[0])
    elif i.dim[0] == 4: sliced(i, first, last, <const uint32_t *>i.in_[0], <uint32_t *>i.out[0])
    else: sliced(i, first, last, <const uint64_t *>i.in_[0], <uint64_t *>i.out[0])


cdef void put_row(const element *x, int64_t n, int64_t step, element *y) noexcept nogil:
    cdef int64_t j
    if step == 1:
        memcpy(y, x, n * sizeof(element))
    else:
        for j in range(n):
            y[j * step] = x[j]


# The piece of one plane: axes[4 a ..] = extent in y, start, step, extent in x of axis a.
cdef void put_plane(const int64_t *axes, int64_t rank, const element *x, element *y) noexcept nogil:
    cdef int64_t k, size_x = 1, size_y = 1
    if rank == 1:
        put_row(x, axes[3], axes[2], y + axes[1])
        return
    for k in range(1, rank):
        size_y *= axes[4 * k]
        size_x *= axes[4 * k + 3]
    for k in range(axes[3]):
        put_plane(axes + 4, rank - 1, x + k * size_x, y + (axes[1] + k * axes[2]) * size_y)


cdef void put(const Instruction *i, int64_t first, int64_t last, const element *x, element *y) noexcept nogil:
    cdef int64_t rank = i.dim[1], k, j, at, size_x = 1, size_y = 1
    cdef const int64_t *axes = i.dim + HEAD
    cdef int64_t start = axes[1], step = axes[2], count = axes[3]
    cdef element value = <element>i.dim[3]
    for k in range(1, rank):
        size_y *= axes[4 * k]
        size_x *= axes[4 * k + 3]
    first, last = first * i.dim[2], least(last * i.dim[2], axes[0])
    for j in range(first * size_y, last * size_y):
        y[j] = value
    if rank == 1 and step == 1:
        at, k = most(start, first), least(start + count, last)
        if k > at:
            memcpy(y + at, x + at - start, (k - at) * sizeof(element))
        return
    for k in range(count):
        at = start + k * step
        if first <= at < last:
            if rank == 1: y[at] = x[k]
            else: put_plane(axes + 4, rank - 1, x + k * size_x, y + at * size_y)


cdef void put_slice(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    if i.dim[0] == 1: put(i, first, last, <const uint8_t *>i.in_[0], <uint8_t *>i.out[0])
    elif i.dim[0] == 2: put(i, first, last, <const uint16_t *>i.in_[0], <uint16_t *>i.out[0])
    elif i.dim[0] == 4: put(i, first, last, <const uint32_t *>i.in_[0], <uint32_t *>i.out[0])
    else: put(i, first, last, <const uint64_t *>i.in_[0], <uint64_t *>i.out[0])


cdef inline void interleave(const Instruction *i, int64_t first, int64_t last, element *y) noexcept nogil:
    # Single elements by turns; a few thousand at a time, so that y stays in the first cache from input to input.
    cdef int64_t n = i.dim[0], row, end, k
    cdef const element *a = <const element *>i.in_[0]
    cdef const element *b = <const element *>i.in_[1]
    cdef const element *c = <const element *>i.in_[2]
    while first < last:
        end = least(first + 1024, last)
        if n == 2:
            for row in range(first, end):
                y[2 * row], y[2 * row + 1] = a[row], b[row]
        elif n == 3:
            for row in range(first, end):
                y[3 * row], y[3 * row + 1], y[3 * row + 2] = a[row], b[row], c[row]
        else:
            for k in range(n):
                a = <const element *>i.in_[k]
                for row in range(first, end):
                    y[n * row + k] = a[row]
        first = end


cdef void concatenate(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: up to eight tensors   out: y
    cdef int64_t n = i.dim[0], row, k, width = 0, size = i.dim[3]
    cdef const int64_t *widths = i.dim + 3
    cdef char *y
    for k in range(n):
        width += widths[k]
        size = size if widths[k] == size else 0
    first, last = first * i.dim[2], least(last * i.dim[2], i.dim[1])
    y = <char *>i.out[0] + first * width
    if size == 4 or size == 8:
        if size == 4: interleave(i, first, last, <uint32_t *>i.out[0])
        else: interleave(i, first, last, <uint64_t *>i.out[0])
        return
    for row in range(first, last):
        for k in range(n):
            memcpy(y, <const char *>i.in_[k] + row * widths[k], widths[k])
            y += widths[k]


KERNELS = {"slice": <uintptr_t>&slice_, "put_slice": <uintptr_t>&put_slice, "concatenate": <uintptr_t>&concatenate}
