"""Depthwise convolution of one to three axes, channels last: conv_depthwise.h.

x (N, D, H, W, C), kernel (KD, KH, KW, C), y (N, OD, OH, OW, C).

dim: n  1  C  1  activation code  chunks (of lines, of the kernel's gradient)  pieces (of DEPTHWISE_CHANNELS channels, likewise)
     then for each of the axes d h w: x y kernel stride before dilation.
attr: of the activation, whose code carries what norm_columns.h sets beside it.
"""
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef extern from "conv_depthwise.h" nogil:
    enum:
        DEPTHWISE_CHANNELS
    ctypedef struct ConvSizes:
        int64_t x, y, kernel, stride, before, dilation
    ctypedef struct ConvAxis:
        int64_t count
    ctypedef struct NormColumns:
        const void *mean
        const void *scale
        const void *shift
    ctypedef struct DepthwiseView:
        ConvAxis axis[3]
    DepthwiseView depthwise_view "depthwise_forward"(const ConvSizes *s, int64_t c)
    DepthwiseView depthwise_class "depthwise_backward"(const ConvSizes *s, int64_t c, const int64_t *origin)
    int64_t depthwise_block(const DepthwiseView *v, int64_t itemsize)
    void depthwise_line_f32(const DepthwiseView *v, int64_t n, int64_t qd, int64_t qh, int64_t c0, int64_t c1, const float *x,
                            const float *w, const float *bias, float *y, int activation, const double *attr,
                            const NormColumns *norm)
    void depthwise_line_f64(const DepthwiseView *v, int64_t n, int64_t qd, int64_t qh, int64_t c0, int64_t c1, const double *x,
                            const double *w, const double *bias, double *y, int activation, const double *attr,
                            const NormColumns *norm)
    void depthwise_kernel_f32(const DepthwiseView *v, int64_t first, int64_t last, int64_t c0, int64_t c1, const float *x,
                              const float *dy, float *dw)
    void depthwise_kernel_f64(const DepthwiseView *v, int64_t first, int64_t last, int64_t c0, int64_t c1, const double *x,
                              const double *dy, double *dw)


cdef inline const ConvSizes *sizes(const Instruction *i) noexcept nogil:
    return <const ConvSizes *>(i.dim + 7)


cdef inline void one_line(const Instruction *i, const DepthwiseView *v, int64_t n, int64_t qd, int64_t qh, int64_t c0,
                          int64_t c1) noexcept nogil:
    cdef NormColumns norm
    norm.mean, norm.scale, norm.shift = i.in_[4], i.in_[5], i.in_[6]
    if i.dtype == F32:
        depthwise_line_f32(v, n, qd, qh, c0, c1, <const float *>i.in_[0], <const float *>i.in_[1], <const float *>i.in_[2],
                           <float *>i.out[0], <int>i.dim[4], i.attr, &norm)
    else:
        depthwise_line_f64(v, n, qd, qh, c0, c1, <const double *>i.in_[0], <const double *>i.in_[1], <const double *>i.in_[2],
                           <double *>i.out[0], <int>i.dim[4], i.attr, &norm)


cdef inline int64_t itemsize(const Instruction *i) noexcept nogil:
    return 4 if i.dtype == F32 else 8


cdef void depthwise_conv(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, kernel, bias or nothing, nothing, norm_columns.h's mean, scale, shift or nothing
    # out: y   parts: lines of y's pixels
    cdef DepthwiseView v = depthwise_view(sizes(i), i.dim[2])
    cdef int64_t d = v.axis[0].count, h = v.axis[1].count, c = i.dim[2], block = depthwise_block(&v, itemsize(i))
    cdef int64_t line, stop, b
    if i.dim[0] == 0:                                   # an empty batch has one part, too
        return
    while first < last:                                 # image by image
        stop = min(last, (first // (d * h) + 1) * d * h)
        for b in range((c + block - 1) // block):
            for line in range(first, stop):
                one_line(i, &v, line // h // d, line // h % d, line % h, b * block, min(c, (b + 1) * block))
        first = stop


cdef void depthwise_conv_backward_x(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: dy, kernel, bias or nothing   out: dx   parts: lines of dx's pixels
    cdef const ConvSizes *s = sizes(i)
    cdef int64_t d = s[0].x, h = s[1].x, c = i.dim[2]
    cdef int64_t origin[3]
    cdef int64_t line, stop, block, b
    cdef DepthwiseView v
    if i.dim[0] == 0:
        return
    origin[0] = origin[1] = origin[2] = 0
    v = depthwise_class(s, c, origin)
    block = depthwise_block(&v, itemsize(i))
    while first < last:
        stop = min(last, (first // (d * h) + 1) * d * h)
        for b in range((c + block - 1) // block):
            for line in range(first, stop):
                origin[0], origin[1] = line // h % d % s[0].stride, line % h % s[1].stride
                for origin[2] in range(s[2].stride):
                    if s[0].stride * s[1].stride * s[2].stride > 1:
                        v = depthwise_class(s, c, origin)
                    one_line(i, &v, line // h // d, line // h % d // s[0].stride, line % h // s[1].stride, b * block,
                             min(c, (b + 1) * block))
        first = stop


cdef void depthwise_conv_backward_kernel(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, dy   out: dw of each chunk   parts: chunks * pieces
    cdef const ConvSizes *s = sizes(i)
    cdef DepthwiseView v = depthwise_view(s, i.dim[2])
    cdef int64_t all_lines = i.dim[0] * s[0].y * s[1].y, chunks = i.dim[5], size = s[0].kernel * s[1].kernel * s[2].kernel * i.dim[2]
    cdef int64_t part, q, c0, c1, start, stop
    for part in range(first, last):
        q = part // i.dim[6]
        c0 = part % i.dim[6] * DEPTHWISE_CHANNELS
        c1 = c0 + DEPTHWISE_CHANNELS if c0 + DEPTHWISE_CHANNELS < i.dim[2] else i.dim[2]
        start, stop = q * all_lines // chunks, (q + 1) * all_lines // chunks
        if i.dtype == F32:
            depthwise_kernel_f32(&v, start, stop, c0, c1, <const float *>i.in_[0], <const float *>i.in_[1],
                                 <float *>i.out[0] + q * size)
        else:
            depthwise_kernel_f64(&v, start, stop, c0, c1, <const double *>i.in_[0], <const double *>i.in_[1],
                                 <double *>i.out[0] + q * size)


KERNELS = {
    "depthwise_conv": <uintptr_t>&depthwise_conv,
    "depthwise_conv_backward_x": <uintptr_t>&depthwise_conv_backward_x,
    "depthwise_conv_backward_kernel": <uintptr_t>&depthwise_conv_backward_kernel,
}
