"""Edges of images moved: zeros outside, pixels cut off.  x (N, D, H, W, C) -> y (N, OD, OH, OW, C), any element type.

y[n, d, h, w] = x[n, d - before_d, h - before_h, w - before_w] where that is in x, else 0; a negative `before` cuts off.

dim: d h w  od oh ow  before_d before_h before_w  bytes of a pixel (C elements).   parts: rows of y, of all images.
"""
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memcpy, memset
from instruction cimport Instruction


cdef inline int64_t within(int64_t v, int64_t most) noexcept nogil:
    return 0 if v < 0 else most if v > most else v


cdef void move_edges(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    cdef int64_t d = i.dim[0], h = i.dim[1], w = i.dim[2], od = i.dim[3], oh = i.dim[4], ow = i.dim[5], size = i.dim[9]
    cdef int64_t left = within(i.dim[8], ow), start = within(-i.dim[8], w), n, row, id, ih
    cdef const char *x
    cdef char *y
    n = w - start if w - start < ow - left else ow - left       # pixels of a row that come from x
    for row in range(first, last):
        y = <char *>i.out[0] + row * ow * size
        id, ih = row // oh % od - i.dim[6], row % oh - i.dim[7]
        if id < 0 or id >= d or ih < 0 or ih >= h or n <= 0:
            memset(y, 0, ow * size)
            continue
        x = <const char *>i.in_[0] + (((row // oh // od * d + id) * h + ih) * w + start) * size
        memset(y, 0, left * size)
        memcpy(y + left * size, x, n * size)
        memset(y + (left + n) * size, 0, (ow - left - n) * size)


KERNELS = {"move_edges": <uintptr_t>&move_edges}
