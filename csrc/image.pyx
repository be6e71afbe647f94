"""Pixels of images as weighted sums of others, or picked: what resizing and cutting are made of.

weigh_pixels  y[a, o, b] = sum over t of weight[o, t] * x[a, index[o, t], b], t in order: one axis of an image, any size of what
              follows it. Weights of 0 fill rows up: what they point at does not count, be it infinite.
              x (A, L, B), y (A, O, B), index int32 (O, T), weight (O, T).   dim: l b o t.   parts: rows (a, o).
resize_pixels both axes of an image at once, a row of y at a time and piece by piece: what the piece needs of the rows is weighed
              into a buffer of ROW elements on the stack, columns from there.   x (N, H, W, C), y (N, OH, OW, C); index and weight of
              the rows (OH, T) and of the columns (OW, U), U at least 2; of 1 or 2 channels (U, OW C), of elements of a row.
              pieces int32 (P, 4): first pixel of y and how many, first of x and how many; C times that is at most ROW.
              Two taps both ways of MANY channels or more, but bytes: without the buffer, each pixel of its four corners.
              dim: h w c oh ow t u p.   dtype: of x; bytes are summed as floats.   parts: rows of y, of all images.
pick_pixels   y[n, i, j] = x[n, rows[i], columns[j]], any element type.   x (N, H, W, pixel), y (N, OH, OW, pixel), rows int32
              (OH), columns int32 (OW).   dim: h w oh ow, bytes of a pixel.   parts: rows of y, of all images.
put_pixels    dx = 0, dx[n, rows[i], columns[j]] += dy[n, i, j]: its gradient.   dim: h w oh ow, elements of a pixel.
              parts: images (a pixel may be picked twice).
"""
from libc.stdint cimport int32_t, int64_t, uint8_t, uintptr_t
from libc.string cimport memcpy, memset
from instruction cimport F32, U8, Instruction

cdef enum:
    ROW = 8192                                        # elements
    MANY = 8                                          # channels from which pixels are made of their four corners at once

cdef extern from "image.h" nogil:
    void image_sum_rows_f32(const float *x, int64_t stride, const int32_t *index, const float *weight, int64_t taps, int64_t n,
                            float *y)
    void image_sum_rows_f64(const double *x, int64_t stride, const int32_t *index, const double *weight, int64_t taps, int64_t n,
                            double *y)
    void image_sum_rows_u8(const uint8_t *x, int64_t stride, const int32_t *index, const float *weight, int64_t taps, int64_t n,
                           float *y)
    void image_sum_columns_f32(const float *row, int64_t x_from, const int32_t *index, const float *weight, int64_t taps,
                               int64_t ow, int64_t first, int64_t n, int64_t c, float *y)
    void image_sum_columns_f64(const double *row, int64_t x_from, const int32_t *index, const double *weight, int64_t taps,
                               int64_t ow, int64_t first, int64_t n, int64_t c, double *y)
    void image_sum_corners_f32(const float *x, int64_t stride, const int32_t *rows, const float *down, const int32_t *columns,
                               const float *right, int64_t ow, int64_t c, float *y)
    void image_sum_corners_f64(const double *x, int64_t stride, const int32_t *rows, const double *down, const int32_t *columns,
                               const double *right, int64_t ow, int64_t c, double *y)

ctypedef fused real:
    float
    double

ctypedef fused source:
    float
    double
    uint8_t


cdef inline void weigh_few(const real *x, const int32_t *index, const real *weight, int64_t n, int64_t b, real *y) noexcept nogil:
    # b is a constant where this is inlined: the sums stay in registers
    cdef real total[4]
    cdef real w
    cdef int64_t t, j
    for j in range(b):
        total[j] = 0
    for t in range(n):
        w = weight[t]
        if w != 0:
            for j in range(b):
                total[j] += w * x[index[t] * b + j]
    for j in range(b):
        y[j] = total[j]


cdef inline void weigh_pixel(const real *x, const int32_t *index, const real *weight, int64_t n, int64_t b, real *y) noexcept nogil:
    if b == 3 and n == 2: weigh_few(x, index, weight, 2, 3, y)
    elif b == 1: weigh_few(x, index, weight, n, 1, y)
    elif b == 3: weigh_few(x, index, weight, n, 3, y)
    elif b == 4: weigh_few(x, index, weight, n, 4, y)
    elif real is float: image_sum_rows_f32(x, b, index, weight, n, b, y)
    else: image_sum_rows_f64(x, b, index, weight, n, b, y)


cdef void weigh(const Instruction *i, int64_t first, int64_t last, const real *x, const real *weight, real *y) noexcept nogil:
    cdef int64_t l = i.dim[0], b = i.dim[1], o = i.dim[2], t = i.dim[3], row, k
    cdef const int32_t *index = <const int32_t *>i.in_[1]
    cdef const real *x_a
    for row in range(first, last):
        k = row % o * t
        x_a = x + row // o * l * b
        weigh_pixel(x_a, index + k, weight + k, t, b, y + row * b)


cdef void resize(
    const Instruction *i, int64_t first, int64_t last, const source *x, const real *down, const real *right, real *y
) noexcept nogil:
    cdef int64_t h = i.dim[0], w = i.dim[1], c = i.dim[2], oh = i.dim[3], ow = i.dim[4], t = i.dim[5], u = i.dim[6], line, k
    cdef const int32_t *rows = <const int32_t *>i.in_[1]
    cdef const int32_t *columns = <const int32_t *>i.in_[3]
    cdef const int32_t *piece
    cdef const source *image
    cdef real *y_line
    cdef real row[ROW + 1]
    for line in range(first, last):
        image = x + line // oh * h * w * c
        y_line = y + line * ow * c
        k = line % oh * t
        piece = <const int32_t *>i.in_[5]
        if t == 2 and u == 2 and c >= MANY and source is not uint8_t:
            if source is float and real is float:
                image_sum_corners_f32(image, w * c, rows + k, down + k, columns, right, ow, c, y_line)
            elif source is double and real is double:
                image_sum_corners_f64(image, w * c, rows + k, down + k, columns, right, ow, c, y_line)
            continue
        for _ in range(i.dim[7]):
            if source is float and real is float:
                image_sum_rows_f32(image + piece[2] * c, w * c, rows + k, down + k, t, piece[3] * c, row)
            elif source is uint8_t and real is float:
                image_sum_rows_u8(image + piece[2] * c, w * c, rows + k, down + k, t, piece[3] * c, row)
            elif source is double and real is double:
                image_sum_rows_f64(image + piece[2] * c, w * c, rows + k, down + k, t, piece[3] * c, row)
            if real is float:
                image_sum_columns_f32(row, piece[2], columns, right, u, ow, piece[0], piece[1], c, y_line + piece[0] * c)
            else:
                image_sum_columns_f64(row, piece[2], columns, right, u, ow, piece[0], piece[1], c, y_line + piece[0] * c)
            piece += 4


cdef void put(const Instruction *i, int64_t first, int64_t last, const real *dy, real *dx) noexcept nogil:
    cdef int64_t h = i.dim[0], w = i.dim[1], oh = i.dim[2], ow = i.dim[3], c = i.dim[4], n, r, j, k
    cdef const int32_t *rows = <const int32_t *>i.in_[1]
    cdef const int32_t *columns = <const int32_t *>i.in_[2]
    cdef const real *dy_p
    cdef real *dx_p
    memset(dx + first * h * w * c, 0, (last - first) * h * w * c * sizeof(real))
    for n in range(first, last):
        for r in range(oh):
            for j in range(ow):
                dy_p = dy + ((n * oh + r) * ow + j) * c
                dx_p = dx + ((n * h + rows[r]) * w + columns[j]) * c
                for k in range(c):
                    dx_p[k] += dy_p[k]


cdef void weigh_pixels(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, index, weight   out: y
    if i.dtype == F32: weigh(i, first, last, <const float *>i.in_[0], <const float *>i.in_[2], <float *>i.out[0])
    else: weigh(i, first, last, <const double *>i.in_[0], <const double *>i.in_[2], <double *>i.out[0])


cdef void resize_pixels(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, index and weight of the rows, of the columns, pieces   out: y
    if i.dtype == U8:
        resize(i, first, last, <const uint8_t *>i.in_[0], <const float *>i.in_[2], <const float *>i.in_[4], <float *>i.out[0])
    elif i.dtype == F32:
        resize(i, first, last, <const float *>i.in_[0], <const float *>i.in_[2], <const float *>i.in_[4], <float *>i.out[0])
    else:
        resize(i, first, last, <const double *>i.in_[0], <const double *>i.in_[2], <const double *>i.in_[4], <double *>i.out[0])


cdef void pick_pixels(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, rows, columns   out: y
    cdef int64_t h = i.dim[0], w = i.dim[1], oh = i.dim[2], ow = i.dim[3], size = i.dim[4], row, j, end
    cdef const int32_t *rows = <const int32_t *>i.in_[1]
    cdef const int32_t *columns = <const int32_t *>i.in_[2]
    cdef const char *x
    cdef char *y
    for row in range(first, last):
        x = <const char *>i.in_[0] + (row // oh * h + rows[row % oh]) * w * size
        y = <char *>i.out[0] + row * ow * size
        j = 0
        while j < ow:                                 # neighbours are copied together: all of a window's row
            end = j + 1
            while end < ow and columns[end] == columns[end - 1] + 1:
                end += 1
            memcpy(y + j * size, x + columns[j] * size, (end - j) * size)
            j = end


cdef void put_pixels(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, rows, columns   out: dx
    if i.dtype == F32: put(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: put(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


KERNELS = {
    "weigh_pixels": <uintptr_t>&weigh_pixels, "resize_pixels": <uintptr_t>&resize_pixels, "pick_pixels": <uintptr_t>&pick_pixels,
    "put_pixels": <uintptr_t>&put_pixels,
}
