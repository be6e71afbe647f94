"""Convolution of one to three axes, channels last, with its gradients: conv.h.

x (N, D, H, W, groups C), kernel (KD, KH, KW, C, groups F), y (N, OD, OH, OW, groups F); axes that are not there have one pixel.

    y[n, o, g F + f] = activation(bias[g F + f] + sum over t, c of x[n, o stride - before + t dilation, g C + c] kernel[t, c, g F + f])

dim: n  groups  C F (of a group)  activation code  axis that parts cut (0 rows, 1 columns)  pieces
     then for each of the axes d h w: x y kernel stride before dilation (extents; padding before the first pixel)
     conv_backward_x: is the kernel as it is (1), or turned by conv_turn_kernel (0)?
attr: of the activation, whose code carries what norm_columns.h sets beside it.

conv_backward_kernel sums each chunk of pixels into a dW of its own; the number of chunks is in the place of the axis. Chunks
depend on the shapes alone.
"""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef extern from "conv.h" nogil:
    ctypedef struct NormColumns:
        const void *mean
        const void *scale
        const void *shift
    ctypedef struct GemmShape:
        int64_t m, n, k, a_row, a_k, b_k, b_col, c_row
        int accumulate, activation
        const double *attr
        const void *beside
        const void *rate
        NormColumns norm
    ctypedef struct ConvSizes:
        int64_t x, y, kernel, stride, before, dilation
    ctypedef struct ConvClass:
        int64_t tap0, period, taps
    ConvClass conv_class(const ConvSizes *s, int64_t r)
    ctypedef struct ConvAxis:
        int64_t count, extent, step, first, delta, taps
    ctypedef struct ConvView:
        ConvAxis axis[3]
        int64_t channels, pixel
    ctypedef struct ConvProduct_f32:
        ConvView view
        GemmShape s
        const float *x
        const float *b
        const float *bias
        float *c
        int scattered
        int as_is
        int64_t tap0[3]
        int64_t period[3]
        int64_t kernel[3]
        int64_t channels
        int64_t origin[3]
        int64_t stride[3]
        int64_t extent[3]
    ctypedef struct ConvProduct_f64:
        ConvView view
        GemmShape s
        const double *x
        const double *b
        const double *bias
        double *c
        int scattered
        int as_is
        int64_t tap0[3]
        int64_t period[3]
        int64_t kernel[3]
        int64_t channels
        int64_t origin[3]
        int64_t stride[3]
        int64_t extent[3]
    ConvAxis conv_forward_axis(const ConvSizes *s)
    ConvAxis conv_backward_axis(const ConvSizes *s, int64_t r)
    int64_t conv_taps_before(const ConvSizes *s, int64_t r)
    int64_t conv_rows_per_image(const ConvView *v)
    int64_t conv_columns(const ConvView *v)
    void conv_product_f32(const ConvProduct_f32 *p, int64_t row, int64_t stop)
    void conv_product_f64(const ConvProduct_f64 *p, int64_t row, int64_t stop)
    void conv_kernel_gradient_f32(const ConvProduct_f32 *p, int64_t row, int64_t stop, int64_t k0, int64_t k1)
    void conv_kernel_gradient_f64(const ConvProduct_f64 *p, int64_t row, int64_t stop, int64_t k0, int64_t k1)
    void conv_turn_tap_f32(const ConvSizes *s, int64_t tap, int64_t c, int64_t f, int64_t groups, const float *w, float *to)
    void conv_turn_tap_f64(const ConvSizes *s, int64_t tap, int64_t c, int64_t f, int64_t groups, const double *w, double *to)

cdef enum:
    ROWS = 48             # of a part: four panels
    COLUMNS = 16          # 64 bytes of float32
    KERNEL_ROWS = 64      # rows of dW in a part
    TOGETHER = 64         # parts that all classes of pixels do before the next: what they write lies side by side

ctypedef fused real:
    float
    double


cdef inline int64_t least(int64_t a, int64_t b) noexcept nogil:
    return a if a < b else b


cdef inline real *at(real *p, int64_t j) noexcept nogil:
    return NULL if p == NULL else p + j


cdef inline const ConvSizes *sizes(const Instruction *i) noexcept nogil:
    return <const ConvSizes *>(i.dim + 7)


cdef void one_product(const Instruction *i, ConvView view, int64_t *origin, int64_t first, int64_t last, int64_t n_columns,
                      int64_t c_row, const real *x, const real *b, real *c, int64_t channel) noexcept nogil:
    """Pieces [first, last) of one product C = A B of one group: rows or columns, as the instruction says."""
    cdef ConvProduct_f32 p32
    cdef ConvProduct_f64 p64
    cdef GemmShape s
    cdef ConvClass of
    cdef const ConvSizes *z = sizes(i)
    cdef bint as_is = origin != NULL and i.dim[25] == 1
    cdef int64_t rows = i.dim[0] * conv_rows_per_image(&view), row = 0, column = 0, j
    s.m, s.n, s.k, s.a_row, s.a_k, s.b_k, s.b_col, s.c_row = 0, n_columns, 0, 0, 1, n_columns, 1, c_row
    s.accumulate, s.activation, s.attr, s.rate = 0, <int>i.dim[4], i.attr, NULL
    if origin == NULL:
        s.b_k = c_row                                   # forward: the kernel's rows hold all groups
    elif as_is:
        s.b_k = i.dim[1] * i.dim[3]
    if i.dim[5] == 0:
        row, rows = first * rows // i.dim[6], last * rows // i.dim[6]
    else:
        column = first * COLUMNS
        s.n = least(last * COLUMNS, n_columns) - column
    if rows <= row or s.n <= 0:
        return
    cdef const real *bias = at(<real *>i.in_[2], channel + column)
    s.beside = at(<real *>i.in_[3], channel + column)
    s.norm.mean, s.norm.scale = at(<real *>i.in_[4], channel + column), at(<real *>i.in_[5], channel + column)
    s.norm.shift = at(<real *>i.in_[6], channel + column)
    if real is float:
        p32.view, p32.s, p32.x, p32.b, p32.c = view, s, x, b + column * (s.b_k if as_is else 1), c + column
        p32.bias = bias
        p32.scattered = 0
        for j in range(3):
            if origin == NULL:
                p32.origin[j], p32.stride[j], p32.extent[j] = 0, 1, z[j].y
            else:
                p32.origin[j], p32.stride[j], p32.extent[j] = origin[j], z[j].stride, z[j].x
                p32.scattered |= z[j].stride > 1
                of = conv_class(z + j, origin[j])
                p32.tap0[j], p32.period[j], p32.kernel[j] = of.tap0 + (of.taps - 1) * of.period, of.period, z[j].kernel
        p32.as_is, p32.channels = as_is, i.dim[2]
        conv_product_f32(&p32, row, rows)
    else:
        p64.view, p64.s, p64.x, p64.b, p64.c = view, s, x, b + column * (s.b_k if as_is else 1), c + column
        p64.bias = bias
        p64.scattered = 0
        for j in range(3):
            if origin == NULL:
                p64.origin[j], p64.stride[j], p64.extent[j] = 0, 1, z[j].y
            else:
                p64.origin[j], p64.stride[j], p64.extent[j] = origin[j], z[j].stride, z[j].x
                p64.scattered |= z[j].stride > 1
                of = conv_class(z + j, origin[j])
                p64.tap0[j], p64.period[j], p64.kernel[j] = of.tap0 + (of.taps - 1) * of.period, of.period, z[j].kernel
        p64.as_is, p64.channels = as_is, i.dim[2]
        conv_product_f64(&p64, row, rows)


cdef void forward(const Instruction *i, int64_t first, int64_t last, const real *x, const real *w, real *y) noexcept nogil:
    cdef int64_t groups = i.dim[1], c = i.dim[2], f = i.dim[3], pieces = i.dim[6], g, start, stop, j
    cdef ConvView view
    view.channels, view.pixel = c, groups * c
    for j in range(3):
        view.axis[j] = conv_forward_axis(sizes(i) + j)
    while first < last:
        g = first // pieces
        start, stop = first - g * pieces, least(last - g * pieces, pieces)
        one_product(i, view, NULL, start, stop, f, groups * f, x + g * c, w + g * f, y + g * f, g * f)
        first += stop - start


cdef void backward_x(const Instruction *i, int64_t first, int64_t last, const real *dy, const real *turned,
                     real *dx) noexcept nogil:
    cdef int64_t groups = i.dim[1], c = i.dim[2], f = i.dim[3], pieces = i.dim[6], g, start, stop
    cdef const ConvSizes *z = sizes(i)
    cdef int64_t taps = z[0].kernel * z[1].kernel * z[2].kernel, at
    cdef int64_t origin[3]
    cdef ConvView view
    view.channels, view.pixel = f, groups * f
    while first < last:
        g = first // pieces
        start = first - g * pieces
        stop = least(last - g * pieces, pieces)
        if z[0].stride * z[1].stride * z[2].stride > 1:
            stop = least(stop, start + TOGETHER)
        for origin[0] in range(z[0].stride):
            view.axis[0] = conv_backward_axis(z, origin[0])
            for origin[1] in range(z[1].stride):
                view.axis[1] = conv_backward_axis(z + 1, origin[1])
                for origin[2] in range(z[2].stride):
                    view.axis[2] = conv_backward_axis(z + 2, origin[2])
                    at = (conv_taps_before(z, origin[0]) * z[1].kernel * z[2].kernel + view.axis[0].taps * (
                        conv_taps_before(z + 1, origin[1]) * z[2].kernel + view.axis[1].taps * conv_taps_before(z + 2, origin[2])))
                    if i.dim[25] == 1:
                        at = g * f
                    else:
                        at = (g * taps + at) * f * c
                    one_product(i, view, origin, start, stop, c, groups * c, dy + g * f, turned + at, dx + g * c, g * c)
        first += stop - start


cdef void backward_kernel(const Instruction *i, int64_t first, int64_t last, const real *x, const real *dy, real *dw) noexcept nogil:
    cdef int64_t groups = i.dim[1], c = i.dim[2], f = i.dim[3], chunks = i.dim[5], pieces = i.dim[6], q, g, start, stop, j, rows, k
    cdef ConvProduct_f32 p32
    cdef ConvProduct_f64 p64
    cdef ConvView view
    cdef GemmShape s
    view.channels, view.pixel = c, groups * c
    for j in range(3):
        view.axis[j] = conv_forward_axis(sizes(i) + j)
    rows, k = i.dim[0] * conv_rows_per_image(&view), conv_columns(&view)
    s.m, s.n, s.k, s.a_row, s.a_k, s.b_k, s.b_col, s.c_row = 0, f, 0, 1, 0, groups * f, 1, groups * f
    s.accumulate, s.activation, s.attr, s.rate, s.beside = 0, 0, i.attr, NULL, NULL
    s.norm.mean, s.norm.scale, s.norm.shift = NULL, NULL, NULL
    while first < last:
        q = first // (pieces * groups)                  # chunk
        g = first // pieces % groups
        j = first - first % pieces                      # the first piece of this chunk and group
        start, stop = first - j, least(last - j, pieces)
        if real is float:
            p32.view, p32.s, p32.x, p32.b, p32.c, p32.bias = view, s, x + g * c, dy + g * f, dw + q * k * groups * f + g * f, NULL
            conv_kernel_gradient_f32(&p32, q * rows // chunks, (q + 1) * rows // chunks, start * KERNEL_ROWS, least(stop * KERNEL_ROWS, k))
        else:
            p64.view, p64.s, p64.x, p64.b, p64.c, p64.bias = view, s, x + g * c, dy + g * f, dw + q * k * groups * f + g * f, NULL
            conv_kernel_gradient_f64(&p64, q * rows // chunks, (q + 1) * rows // chunks, start * KERNEL_ROWS, least(stop * KERNEL_ROWS, k))
        first += stop - start


cdef void conv(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, kernel, bias or nothing, what is added to y or nothing, norm_columns.h's mean, scale, shift or nothing
    # out: y   parts: groups * pieces, each some rows or columns of a product
    if i.dtype == F32:
        forward(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[0])
    else:
        forward(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[0])


cdef void conv_backward_x(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, kernel (dim[25]), bias or nothing, slope or nothing   out: dx   parts: as of conv
    if i.dtype == F32:
        backward_x(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[0])
    else:
        backward_x(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[0])


cdef void conv_backward_kernel(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, dy   out: dW of each chunk   parts: chunks * groups * pieces of KERNEL_ROWS rows
    if i.dtype == F32:
        backward_kernel(i, first, last, <const float *>i.in_[0], <const float *>i.in_[1], <float *>i.out[0])
    else:
        backward_kernel(i, first, last, <const double *>i.in_[0], <const double *>i.in_[1], <double *>i.out[0])


cdef void conv_turn_kernel(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: kernel   out: the kernel as conv_backward_x reads it, (groups, classes of pixels, taps, F, C)   parts: taps
    cdef int64_t tap
    for tap in range(first, last):
        if i.dtype == F32:
            conv_turn_tap_f32(sizes(i), tap, i.dim[2], i.dim[3], i.dim[1], <const float *>i.in_[0], <float *>i.out[0])
        else:
            conv_turn_tap_f64(sizes(i), tap, i.dim[2], i.dim[3], i.dim[1], <const double *>i.in_[0], <double *>i.out[0])


KERNELS = {
    "conv": <uintptr_t>&conv,
    "conv_backward_x": <uintptr_t>&conv_backward_x,
    "conv_backward_kernel": <uintptr_t>&conv_backward_kernel,
    "conv_turn_kernel": <uintptr_t>&conv_turn_kernel,
}
