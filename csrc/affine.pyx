"""Images turned, moved, stretched.  x (N, H, W, C) -> y (N, OH, OW, C); transforms float32 (N or 1, 8): a0 a1 a2 b0 b1 b2 c0 c1.

y[n, oh, ow] = x[n] at column (a0 ow + a1 oh + a2) / k, row (b0 ow + b1 oh + b2) / k, k = c0 ow + c1 oh + 1: its nearest pixel, or
between four of them. What is outside is by the fill mode: affine.h.  Source: TensorFlow's ImageProjectiveTransformV3.

affine        dim: h w c oh ow, transforms (N or 1), bilinear, fill mode.   attr: fill value.   Vector axis: channels.
affine_image  the same in float64, as SciPy's ndimage.affine_transform with splines of order 0 or 1: y[n, i, j] = x[n] at row
              m0 i + m1 j + m4, column m2 i + m3 j + m5.   dim: h w c, bilinear, fill mode.   attr: m0 to m5, fill value.
"""
from libc.math cimport floor
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memset
from instruction cimport F32, Instruction

cdef extern from "affine.h" nogil:
    int affine_source(const float *m, int64_t oh, int64_t ow, int64_t h, int64_t w, int64_t mode, float *row, float *column)
    void affine_rows_f32(const float *x, const float *m, int64_t oh, int64_t count, int64_t ow, int64_t h, int64_t w, int64_t c,
                         int64_t bilinear, int64_t mode, float fill, float *y)
    void affine_rows_f64(const double *x, const float *m, int64_t oh, int64_t count, int64_t ow, int64_t h, int64_t w, int64_t c,
                         int64_t bilinear, int64_t mode, double fill, double *y)
    void affine_fetch(const void *x, int64_t n_bytes)
    double affine_place(double at, int64_t n, int64_t mode)
    int affine_corners(float row, float column, int64_t bilinear, int64_t *rows, int64_t *columns, float *share)

cdef enum:
    ROWS = 16                                         # that are made block by block

ctypedef fused real:
    float
    double


cdef void forward(const Instruction *i, int64_t first, int64_t last, const real *x, real *y) noexcept nogil:
    cdef int64_t h = i.dim[0], w = i.dim[1], c = i.dim[2], oh = i.dim[3], ow = i.dim[4], bilinear = i.dim[6], mode = i.dim[7]
    cdef int64_t line, row, column, n, j, k, count
    cdef int64_t rows[4]
    cdef int64_t columns[4]
    cdef float share[4]
    cdef float at_row, at_column
    cdef const float *m
    cdef const real *x_p
    cdef real *y_p
    cdef real part, fill = <real>i.attr[0]
    line = first
    while line < last:
        n, row = line // oh, line % oh
        m = <const float *>i.in_[1] + (n * 8 if i.dim[5] > 1 else 0)
        if m[6] == 0 and m[7] == 0:
            x_p, y_p = x + n * h * w * c, y + line * ow * c
            count = oh - row if oh - row < last - line else last - line
            if (row == 0 or line == first) and m[1] != 0 and count * 4 > oh:
                affine_fetch(x_p, h * w * c * sizeof(real))
            count = count if count < ROWS else ROWS
            if real is float: affine_rows_f32(x_p, m, row, count, ow, h, w, c, bilinear, mode, fill, y_p)
            else: affine_rows_f64(x_p, m, row, count, ow, h, w, c, bilinear, mode, fill, y_p)
            line += count
            continue
        for column in range(ow):
            y_p = y + (line * ow + column) * c
            if not affine_source(m, row, column, h, w, mode, &at_row, &at_column):
                for j in range(c): y_p[j] = fill
                continue
            count = affine_corners(at_row, at_column, bilinear, rows, columns, share)
            for k in range(count):
                part = <real>share[k]
                if 0 <= rows[k] < h and 0 <= columns[k] < w:
                    x_p = x + ((n * h + rows[k]) * w + columns[k]) * c
                    if k == 0:
                        for j in range(c): y_p[j] = part * x_p[j]
                    else:
                        for j in range(c): y_p[j] += part * x_p[j]
                else:
                    for j in range(c): y_p[j] = (y_p[j] if k > 0 else 0) + part * fill
        line += 1


cdef void backward(const Instruction *i, int64_t first, int64_t last, const real *dy, real *dx) noexcept nogil:
    cdef int64_t h = i.dim[0], w = i.dim[1], c = i.dim[2], oh = i.dim[3], ow = i.dim[4], bilinear = i.dim[6], mode = i.dim[7]
    cdef int64_t row, column, n, j, k, count
    cdef int64_t rows[4]
    cdef int64_t columns[4]
    cdef float share[4]
    cdef float at_row, at_column
    cdef const float *m
    cdef const real *dy_p
    cdef real *dx_p
    cdef real part
    memset(dx + first * h * w * c, 0, (last - first) * h * w * c * sizeof(real))
    for n in range(first, last):
        m = <const float *>i.in_[1] + (n * 8 if i.dim[5] > 1 else 0)
        for row in range(oh):
            for column in range(ow):
                if not affine_source(m, row, column, h, w, mode, &at_row, &at_column):
                    continue
                dy_p = dy + ((n * oh + row) * ow + column) * c
                count = affine_corners(at_row, at_column, bilinear, rows, columns, share)
                for k in range(count):
                    if 0 <= rows[k] < h and 0 <= columns[k] < w:
                        part = <real>share[k]
                        dx_p = dx + ((n * h + rows[k]) * w + columns[k]) * c
                        for j in range(c): dx_p[j] += part * dy_p[j]


cdef void affine(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, transforms   out: y   parts: rows of y, of all images
    if i.dtype == F32: forward(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: forward(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


cdef void affine_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, transforms   out: dx, overwritten   parts: images; pixels are read more than once, so one writer an image
    if i.dtype == F32: backward(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: backward(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


cdef inline int64_t pixel(double at, int64_t n) noexcept nogil:
    return 0 if at < 0 else n - 1 if at > n - 1 else <int64_t>at


cdef void turn(const Instruction *i, int64_t first, int64_t last, const real *x, real *y) noexcept nogil:
    cdef int64_t h = i.dim[0], w = i.dim[1], c = i.dim[2], bilinear = i.dim[3], mode = i.dim[4], line, j, k, row, column
    cdef int64_t rows[2]
    cdef int64_t columns[2]
    cdef double down, right, top, left
    cdef const double *m = i.attr
    cdef const real *a
    cdef const real *b
    cdef real *y_p
    for line in range(first, last):
        row = line % h
        for column in range(w):
            y_p = y + (line * w + column) * c
            down = affine_place(m[4] + m[0] * row + m[1] * column, h, mode)
            right = affine_place(m[5] + m[2] * row + m[3] * column, w, mode)
            if not (down > -1 and right > -1):        # NaN is nowhere
                for j in range(c): y_p[j] = <real>m[6]
                continue
            top, left = floor(down if bilinear else down + 0.5), floor(right if bilinear else right + 0.5)
            down, right = down - top, right - left
            for k in range(2):
                rows[k], columns[k] = pixel(top + k, h), pixel(left + k, w)
            a, b = x + (line // h * h + rows[0]) * w * c, x + (line // h * h + rows[1]) * w * c
            if not bilinear:
                for j in range(c): y_p[j] = a[columns[0] * c + j]
                continue
            for j in range(c):
                y_p[j] = <real>(
                    a[columns[0] * c + j] * (1 - down) * (1 - right) + a[columns[1] * c + j] * (1 - down) * right
                    + b[columns[0] * c + j] * down * (1 - right) + b[columns[1] * c + j] * down * right
                )


cdef void affine_image(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y   parts: rows, of all images
    if i.dtype == F32: turn(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: turn(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


KERNELS = {"affine_image": <uintptr_t>&affine_image, "affine": <uintptr_t>&affine, "affine_backward": <uintptr_t>&affine_backward}
