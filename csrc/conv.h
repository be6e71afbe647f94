/* Convolution over channels-last arrays of up to three axes, as matrix products whose left operand is never written out.

   y = conv(x, w):      Y (pixels of y, F) = A (pixels of y, taps * C) W (taps * C, F)
   gradient of w:       dW = A^T dY
   gradient of x:       the same as forward with dY in the place of x and the kernel turned, once for each class of pixels
                        of x that meet the same taps: class r holds r, r + stride, ...; without stride there is one class

   A row of A is what the taps see from one pixel: runs of channels of x, zeros where the window hangs over the edge. A block of
   A is copied row by row (one run for all taps of a row of the window, if they touch), is multiplied while it is in L2,
   and is forgotten. 1 x 1 without stride reads x in place. k is cut by k alone and a product goes on from what is stored: an element
   of y is one chain in (taps, c), an element of dW one chain over the pixels of a chunk (see conv.pyx). So bits depend
   neither on the batch nor on how parts are cut.

   Scratch: CONV_A elements for A, a block of C for classes (at most as much), and what gemm.h says: 1 MB + 2.5 MB for float32,
   whatever the batch.  */
#ifndef PYSEQ_CONV_H
#define PYSEQ_CONV_H

#include "gemm.h"

enum { CONV_K = GEMM_KC, CONV_A = GEMM_KC * 240, CONV_ROWS_MAX = 960 };   /* columns of k in a block of A, elements, rows */

/* How one axis is walked: pixel q, tap t sees source pixel  q * step + first + t * delta. */
typedef struct {
    int64_t count;                   /* pixels of this side */
    int64_t extent;                  /* pixels of the source */
    int64_t step, first, delta, taps;
} ConvAxis;

/* The matrix A: rows are (image, pixel), columns (tap, channel). */
typedef struct {
    ConvAxis axis[3];                /* depth, height, width */
    int64_t channels;                /* of a group: the run that a tap sees */
    int64_t pixel;                   /* elements from one pixel of the source to the next */
} ConvView;

static inline int64_t conv_rows_per_image(const ConvView *v) { return v->axis[0].count * v->axis[1].count * v->axis[2].count; }
static inline int64_t conv_columns(const ConvView *v) {
    return v->axis[0].taps * v->axis[1].taps * v->axis[2].taps * v->channels;
}

/* One axis as the instruction has it. */
typedef struct {
    int64_t x, y, kernel, stride, before, dilation;  /* extents; padding before the first pixel */
} ConvSizes;

static inline ConvAxis conv_forward_axis(const ConvSizes *s) {
    return (ConvAxis){s->y, s->x, s->stride, -s->before, s->dilation, s->kernel};
}

static inline int64_t conv_gcd(int64_t a, int64_t b) {
    while (b) {
        const int64_t r = a % b;
        a = b, b = r;
    }
    return a;
}

/* Taps that pixels r, r + stride, ... of x meet: tap0, tap0 + period, ...; pixel r + stride q meets the first at y's pixel
   q + first.  */
typedef struct { int64_t tap0, period, taps, first; } ConvClass;

static inline ConvClass conv_class(const ConvSizes *s, int64_t r) {
    const int64_t period = s->stride / conv_gcd(s->stride, s->dilation);
    for (int64_t t = 0; t < period && t < s->kernel; t++) {
        const int64_t at = r + s->before - t * s->dilation;
        if (at % s->stride == 0) return (ConvClass){t, period, (s->kernel - t + period - 1) / period, at / s->stride};
    }
    return (ConvClass){0, period, 0, 0};
}

static inline ConvAxis conv_backward_axis(const ConvSizes *s, int64_t r) {
    const ConvClass c = conv_class(s, r);
    const int64_t count = s->x > r ? (s->x - r + s->stride - 1) / s->stride : 0;
    return (ConvAxis){count, s->y, 1, c.first, -(c.period * s->dilation / s->stride), c.taps};
}

/* Taps on this axis of the classes before r: where those of r begin in the turned kernel. */
static inline int64_t conv_taps_before(const ConvSizes *s, int64_t r) {
    int64_t taps = 0;
    for (int64_t q = 0; q < r; q++) taps += conv_class(s, q).taps;
    return taps;
}

#define T float
#define V vf32
#define VU vf32u
#define LANES SIMD_F32
#define NAME(x) x##_f32
#include "conv_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define LANES SIMD_F64
#define NAME(x) x##_f64
#include "conv_loops.h"

#endif
