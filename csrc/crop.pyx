"""What is in boxes of images, brought to one size.  x (N, H, W, C), boxes (M, 4): y1 x1 y2 x2, which int32 (M) -> y (M, OH, OW, C).

Row r of a crop is read at y1 (H - 1) + r (y2 - y1) (H - 1) / (OH - 1) (the middle of the box if OH = 1), columns likewise: between
four pixels, or the nearest. What is read outside of the image, or of an image that there is not, is the fill value.
Source: TensorFlow's CropAndResize.

dim: n h w c oh ow bilinear.   attr: fill value.   float32.   parts: rows of y, of all boxes.
"""
from libc.math cimport ceilf, floorf, roundf
from libc.stdint cimport int32_t, int64_t, uintptr_t
from instruction cimport Instruction

cdef enum:
    BLOCK = 64                                        # columns whose places are found at once


cdef inline float place(float low, float high, int64_t n, int64_t count, int64_t k) noexcept nogil:
    if count == 1:
        return <float>0.5 * (low + high) * <float>(n - 1)
    return low * <float>(n - 1) + <float>k * ((high - low) * <float>(n - 1) / <float>(count - 1))


cdef inline bint inside(float at, int64_t n) noexcept nogil:
    return (at >= 0) & (at <= <float>(n - 1))         # NaN is not


cdef inline void fill(float *y, int64_t n, float value) noexcept nogil:
    cdef int64_t j
    for j in range(n):
        y[j] = value


cdef inline void between(
    const float *top, const float *bottom, int64_t left, int64_t right, float share, float down, int64_t c, float *y
) noexcept nogil:
    cdef int64_t j
    cdef float above, below
    for j in range(c):
        above = top[left + j] + (top[right + j] - top[left + j]) * share
        below = bottom[left + j] + (bottom[right + j] - bottom[left + j]) * share
        y[j] = above + (below - above) * down


cdef void line(const float *x, const float *box, float row, const Instruction *i, float *y) noexcept nogil:
    # A row of y, read at a row of the image that is inside.
    cdef int64_t w = i.dim[2], c = i.dim[3], ow = i.dim[5], bilinear = i.dim[6], first = 0, n, k, j
    cdef int64_t left[BLOCK]
    cdef int64_t right[BLOCK]
    cdef float share[BLOCK]
    cdef float at, low = floorf(row), value = <float>i.attr[0]
    cdef const float *top = x + <int64_t>(low if bilinear else roundf(row)) * w * c
    cdef const float *bottom = x + <int64_t>ceilf(row) * w * c
    while first < ow:
        n = ow - first if ow - first < BLOCK else BLOCK
        for k in range(n):
            at = place(box[1], box[3], w, ow, first + k)
            share[k] = at - floorf(at)
            left[k] = <int64_t>floorf(at) * c if inside(at, w) else -1
            right[k] = <int64_t>ceilf(at) * c if inside(at, w) else -1
            if not bilinear and left[k] >= 0:
                left[k] = <int64_t>roundf(at) * c
        for k in range(n):
            if left[k] < 0: fill(y + (first + k) * c, c, value)
            elif not bilinear:
                for j in range(c): y[(first + k) * c + j] = top[left[k] + j]
            elif c == 3: between(top, bottom, left[k], right[k], share[k], row - low, 3, y + (first + k) * 3)
            else: between(top, bottom, left[k], right[k], share[k], row - low, c, y + (first + k) * c)
        first += n


cdef void crop_boxes(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, boxes, which   out: y
    cdef int64_t n = i.dim[0], h = i.dim[1], size = i.dim[1] * i.dim[2] * i.dim[3], oh = i.dim[4], part, which
    cdef const float *box
    cdef float *y
    cdef float row
    for part in range(first, last):
        box = <const float *>i.in_[1] + part // oh * 4
        which = (<const int32_t *>i.in_[2])[part // oh]
        y = <float *>i.out[0] + part * i.dim[5] * i.dim[3]
        row = place(box[0], box[2], h, oh, part % oh)
        if inside(row, h) and 0 <= which < n:
            line(<const float *>i.in_[0] + which * size, box, row, i, y)
        else:
            fill(y, i.dim[5] * i.dim[3], <float>i.attr[0])


KERNELS = {"crop_boxes": <uintptr_t>&crop_boxes}
