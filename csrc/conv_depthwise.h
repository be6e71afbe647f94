/* Depthwise convolution: each channel has a filter of its own. Loops over windows, vectorised over channels.

   y[o, c] = activation(bias[c] + sum over t of x[o stride - before + t dilation, c] w[t, c])

   The gradient of x is the same loop over dy, once for each class of pixels (conv.h); that of w a sum over lines of pixels of y.
   An element of y is one chain over the taps inside the image; one of dw, a chain over the pixels of a chunk. No scratch.  */
#ifndef PYSEQ_CONV_DEPTHWISE_H
#define PYSEQ_CONV_DEPTHWISE_H

#include "norm_columns.h"
#include "conv_axis.h"
#include "partial.h"

enum { DEPTHWISE_PIXELS = 6, DEPTHWISE_TAPS = 7 };   /* of a tile; of a line, in registers */
enum { DEPTHWISE_CHANNELS = 128 };                   /* of a part of dw */

typedef struct {
    ConvAxis axis[3];
    int64_t c;
    int64_t tap0[3], period[3], kernel[3];       /* tap t of an axis is the kernel's tap0 + t * period */
    int64_t origin[3], stride[3], extent[3];     /* pixel q is y's origin + q * stride */
    ConvRange all;                               /* pixels of a line that meet all its taps */
} DepthwiseView;

/* The taps that pixels side by side meet inside the image, and how many elements apart they and the pixels are. */
typedef struct {
    int64_t depth, height, width;
    int64_t x_d, x_h, x_w, w_d, w_h, w_w;
    int64_t x_step, y_step;
} DepthwiseWindow;

static inline DepthwiseView depthwise_forward(const ConvSizes *s, int64_t c) {
    DepthwiseView v = {.c = c};
    for (int a = 0; a < 3; a++) {
        v.axis[a] = conv_forward_axis(s + a);
        v.period[a] = v.stride[a] = 1, v.kernel[a] = s[a].kernel, v.extent[a] = s[a].y;
    }
    v.all = conv_pixels_with_all_taps(v.axis + 2);
    return v;
}

static inline DepthwiseView depthwise_backward(const ConvSizes *s, int64_t c, const int64_t *origin) {
    DepthwiseView v = {.c = c};
    for (int a = 0; a < 3; a++) {
        const ConvClass k = conv_class(s + a, origin[a]);
        v.axis[a] = conv_backward_axis(s + a, origin[a]);
        v.tap0[a] = k.tap0 + (k.taps - 1) * k.period, v.period[a] = -k.period, v.kernel[a] = s[a].kernel;
        v.origin[a] = origin[a], v.stride[a] = s[a].stride, v.extent[a] = s[a].x;
    }
    v.all = conv_pixels_with_all_taps(v.axis + 2);
    return v;
}

/* Channels to do at once, line after line of an image. Of one that stays in the second cache about 512 bytes: then the lines that
   a window shares with the next one stay in the first. Others are as fast as memory; parts of pixels would slow them down.  */
static inline int64_t depthwise_block(const DepthwiseView *v, int64_t itemsize) {
    int64_t x = v->c, y = v->c;
    for (int a = 0; a < 3; a++) x *= v->axis[a].extent, y *= v->extent[a];
    const int64_t blocks = (v->c * itemsize + 256) / 512;
    if (blocks < 2 || v->stride[2] > 1 || (x + y) * itemsize > 5 << 19) return v->c;
    return ((v->c + blocks - 1) / blocks + 31) / 32 * 32;
}

#define T float
#define V vf32
#define VU vf32u
#define LANES SIMD_F32
#define NAME(x) x##_f32
#include "conv_depthwise_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define LANES SIMD_F64
#define NAME(x) x##_f64
#include "conv_depthwise_loops.h"

#endif
