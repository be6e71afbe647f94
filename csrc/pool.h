/* Windows over images, channels last: x (N, D, H, W, C) -> y (N, OD, OH, OW, C).  float32 and float64 from pool_loops.h
   (forward) and pool_slopes_loops.h (gradients).

   max    y = the largest of the window; the first of equal ones, row by row, gets the gradient (as in TensorFlow's CPU kernel)
   mean   y = sum / number of pixels inside the image; the gradient is dy over that number to each of them

   sum    the mean, undivided: its gradient repeats pixels, which is how images are made larger

   Vector axis: channels; several pixels of few channels, brought together by shuffles. The place of each maximum in its window is
   kept in a byte, so that the gradient reads no x. A gradient is gathered: each pixel of dx is written once, the sum of what the
   windows that hold it hand on, in their order.  */
#ifndef PYSEQ_POOL_H
#define PYSEQ_POOL_H

#include "partial.h"
#include "pool_bytes.h"
#include "simd.h"

typedef struct {
    int64_t n, in[3], c, out[3], window[3], stride[3], pad[3];    /* images; depth, height, width */
    int64_t inside[2];                   /* windows along the width that are whole: first and end */
    int wide, sum;                       /* windows of more than 256 pixels; mean: undivided */
} Pool;

enum { POOL_MAX, POOL_MEAN, POOL_PICK, POOL_MAX_SLOPE, POOL_MEAN_SLOPE };

typedef struct {
    int64_t start[3], from[3], to[3];    /* first pixel, padding included; first and end inside the image */
    int64_t pixels;                      /* inside */
} Window;

/* The window of an output pixel. */
ALWAYS_INLINE Window pool_window(const Pool *s, int64_t od, int64_t oh, int64_t ow) {
    const int64_t o[3] = {od, oh, ow};
    Window w;
    w.pixels = 1;
    for (int a = 0; a < 3; a++) {
        const int64_t start = o[a] * s->stride[a] - s->pad[a], end = start + s->window[a];
        w.start[a] = start;
        w.from[a] = start < 0 ? 0 : start;
        w.to[a] = end > s->in[a] ? s->in[a] : end;
        w.pixels *= w.to[a] - w.from[a];
    }
    return w;
}

enum { EDGE = 32 };                      /* windows that hold a pixel whose shares are kept at hand */

/* The windows that hold a pixel, along one axis: the first, how many, the pixel's place in the first: a stride less in each after. */
typedef struct {
    int64_t first, n, place;
} Holders;

ALWAYS_INLINE Holders pool_holders(const Pool *s, int axis, int64_t i) {
    const int64_t q = i + s->pad[axis], window = s->window[axis], stride = s->stride[axis];
    const int64_t last = q / stride < s->out[axis] ? q / stride : s->out[axis] - 1;
    const int64_t first = q < window ? 0 : (q - window) / stride + 1;
    return (Holders){first, last < first ? 0 : last - first + 1, q - first * stride};
}

/* Pixels of window o that are inside, along one axis. */
ALWAYS_INLINE int64_t pool_inside(const Pool *s, int axis, int64_t o) {
    const int64_t start = o * s->stride[axis] - s->pad[axis], end = start + s->window[axis];
    return (end < s->in[axis] ? end : s->in[axis]) - (start > 0 ? start : 0);
}

/* Lane l of the result: element from[l] of the two vectors, or of the one. */
#if defined(__clang__)
#define GATHERED(V, r, x, y, from, lanes) \
    V r;                                  \
    for (int l = 0; l < (lanes); l++) r[l] = (from)[l] < (lanes) ? (x)[(from)[l]] : (y)[(from)[l] - (lanes)];
#else
#define GATHERED(V, r, x, y, from, lanes) const V r = __builtin_shuffle(x, y, from);
#endif

#define T float
#define V vf32
#define VU vf32u
#define I vi32
#define LANES SIMD_F32
#define NAME(x) x##_f32
#include "pool_loops.h"
#include "pool_slopes_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define I vi64
#define LANES SIMD_F64
#define NAME(x) x##_f64
#include "pool_loops.h"
#include "pool_slopes_loops.h"

#endif
