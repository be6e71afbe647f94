"""3 x 3 convolution without stride, channels last, with its gradients, by Winograd's minimal filtering: conv_winograd.h.

x (N, H, W, C), kernel (3, 3, C, F), y (N, OH, OW, F); U (16, C, F) is the kernel's transform.

dim: n  1  C  F  activation code  chunks (of tiles, of dU)  pieces of C  pieces of F (of dU)
     then H W OH OW, padding above, padding left: of the forward convolution.
attr: of the activation, whose code carries what norm_columns.h sets beside it.
"""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef extern from "conv_winograd.h" nogil:
    ctypedef struct Winograd:
        int64_t n, height, width, channels, rows, columns, filters, above, left
    ctypedef struct NormColumns:
        const void *mean
        const void *scale
        const void *shift
    ctypedef struct WinogradEnd_f32:
        int activation
        NormColumns norm
        const double *attr
        const float *bias
        const float *beside
    ctypedef struct WinogradEnd_f64:
        int activation
        NormColumns norm
        const double *attr
        const double *bias
        const double *beside
    int64_t winograd_down(const Winograd *w)
    int64_t winograd_across(const Winograd *w)
    void tiles_f32 "winograd_f32"(const Winograd *w, int64_t tile, int64_t stop, const float *x, const float *u, int turned,
                                  const WinogradEnd_f32 *end, float *y)
    void tiles_f64 "winograd_f64"(const Winograd *w, int64_t tile, int64_t stop, const double *x, const double *u, int turned,
                                  const WinogradEnd_f64 *end, double *y)
    void winograd_kernel_gradient_f32(const Winograd *w, int64_t tile, int64_t stop, int64_t c0, int64_t channels, int64_t f0,
                                      int64_t filters, const float *x, const float *dy, float *du)
    void winograd_kernel_gradient_f64(const Winograd *w, int64_t tile, int64_t stop, int64_t c0, int64_t channels, int64_t f0,
                                      int64_t filters, const double *x, const double *dy, double *du)
    void winograd_kernel_f32(const float *g, int64_t channels, int64_t filters, int64_t channel, float *u)
    void winograd_kernel_f64(const double *g, int64_t channels, int64_t filters, int64_t channel, double *u)
    void winograd_taps_gradients_f32(const float *u, int64_t channels, int64_t filters, int64_t chunks, int64_t channel, float *dw)
    void winograd_taps_gradients_f64(const double *u, int64_t channels, int64_t filters, int64_t chunks, int64_t channel, double *dw)

cdef enum:
    TILES = 12            # of a part of y
    PIECE_C = 64          # rows and columns of dU in a part
    PIECE_F = 128


cdef inline int64_t least(int64_t a, int64_t b) noexcept nogil:
    return a if a < b else b


cdef inline Winograd forward(const Instruction *i) noexcept nogil:
    cdef Winograd w
    w.n, w.channels, w.filters, w.height, w.width = i.dim[0], i.dim[2], i.dim[3], i.dim[8], i.dim[9]
    w.rows, w.columns, w.above, w.left = i.dim[10], i.dim[11], i.dim[12], i.dim[13]
    return w


cdef inline Winograd backward(const Instruction *i) noexcept nogil:
    """The convolution of dy that is the gradient of x: extents change places, and what was padded is cut off."""
    cdef Winograd w
    w.n, w.channels, w.filters, w.height, w.width = i.dim[0], i.dim[3], i.dim[2], i.dim[10], i.dim[11]
    w.rows, w.columns, w.above, w.left = i.dim[8], i.dim[9], 2 - i.dim[12], 2 - i.dim[13]
    return w


cdef void tiles(const Instruction *i, const Winograd *w, int turned, int64_t first, int64_t last) noexcept nogil:
    cdef WinogradEnd_f32 e32
    cdef WinogradEnd_f64 e64
    cdef int64_t stop = least(last * TILES, w.n * winograd_down(w) * winograd_across(w))
    if i.dtype == F32:
        e32.activation, e32.attr, e32.bias, e32.beside = <int>i.dim[4], i.attr, <const float *>i.in_[2], <const float *>i.in_[3]
        e32.norm.mean, e32.norm.scale, e32.norm.shift = i.in_[4], i.in_[5], i.in_[6]
        tiles_f32(w, first * TILES, stop, <const float *>i.in_[0], <const float *>i.in_[1], turned, &e32, <float *>i.out[0])
    else:
        e64.activation, e64.attr, e64.bias, e64.beside = <int>i.dim[4], i.attr, <const double *>i.in_[2], <const double *>i.in_[3]
        e64.norm.mean, e64.norm.scale, e64.norm.shift = i.in_[4], i.in_[5], i.in_[6]
        tiles_f64(w, first * TILES, stop, <const double *>i.in_[0], <const double *>i.in_[1], turned, &e64, <double *>i.out[0])


cdef void winograd(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, U, bias or nothing, what is added to y or nothing, norm_columns.h's mean, scale, shift or nothing
    # out: y   parts: TILES tiles of y each
    cdef Winograd w = forward(i)
    tiles(i, &w, 0, first, last)


cdef void winograd_backward_x(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, U, bias or nothing, what the activation's slope is taken from or nothing   out: dx   parts: TILES tiles of dx each
    cdef Winograd w = backward(i)
    tiles(i, &w, 1, first, last)


cdef void winograd_backward_u(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, dy   out: dU of each chunk   parts: chunks * pieces of C * pieces of F
    cdef Winograd w = forward(i)
    cdef int64_t all_tiles = w.n * winograd_down(&w) * winograd_across(&w), chunks = i.dim[5], part, q, c, f, start, stop
    for part in range(first, last):
        f = part % i.dim[7] * PIECE_F
        c = part // i.dim[7] % i.dim[6] * PIECE_C
        q = part // i.dim[7] // i.dim[6]
        start, stop = q * all_tiles // chunks, (q + 1) * all_tiles // chunks
        if i.dtype == F32:
            winograd_kernel_gradient_f32(&w, start, stop, c, least(PIECE_C, w.channels - c), f, least(PIECE_F, w.filters - f),
                                         <const float *>i.in_[0], <const float *>i.in_[1],
                                         <float *>i.out[0] + q * 16 * w.channels * w.filters)
        else:
            winograd_kernel_gradient_f64(&w, start, stop, c, least(PIECE_C, w.channels - c), f, least(PIECE_F, w.filters - f),
                                         <const double *>i.in_[0], <const double *>i.in_[1],
                                         <double *>i.out[0] + q * 16 * w.channels * w.filters)


cdef void winograd_kernel(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: kernel   out: U   parts: C
    cdef int64_t c
    for c in range(first, last):
        if i.dtype == F32:
            winograd_kernel_f32(<const float *>i.in_[0], i.dim[2], i.dim[3], c, <float *>i.out[0])
        else:
            winograd_kernel_f64(<const double *>i.in_[0], i.dim[2], i.dim[3], c, <double *>i.out[0])


cdef void winograd_backward_kernel(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dU of each chunk   out: the kernel's gradient   parts: C
    cdef int64_t c
    for c in range(first, last):
        if i.dtype == F32:
            winograd_taps_gradients_f32(<const float *>i.in_[0], i.dim[2], i.dim[3], i.dim[5], c, <float *>i.out[0])
        else:
            winograd_taps_gradients_f64(<const double *>i.in_[0], i.dim[2], i.dim[3], i.dim[5], c, <double *>i.out[0])


KERNELS = {
    "winograd": <uintptr_t>&winograd,
    "winograd_backward_x": <uintptr_t>&winograd_backward_x,
    "winograd_backward_u": <uintptr_t>&winograd_backward_u,
    "winograd_kernel": <uintptr_t>&winograd_kernel,
    "winograd_backward_kernel": <uintptr_t>&winograd_backward_kernel,
}
