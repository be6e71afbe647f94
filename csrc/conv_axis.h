/* How the axes of a convolution are walked, forward and backward.  */
#ifndef PYSEQ_CONV_AXIS_H
#define PYSEQ_CONV_AXIS_H

#include <stdint.h>

/* How one axis is walked: pixel q, tap t sees source pixel  q * step + first + t * delta. */
typedef struct {
    int64_t count;                   /* pixels of this side */
    int64_t extent;                  /* pixels of the source */
    int64_t step, first, delta, taps;
} ConvAxis;

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

/* The taps of a class last to first: so they meet pixels of y in order. */
static inline ConvAxis conv_backward_axis(const ConvSizes *s, int64_t r) {
    const ConvClass c = conv_class(s, r);
    const int64_t count = s->x > r ? (s->x - r + s->stride - 1) / s->stride : 0;
    const int64_t delta = c.period * s->dilation / s->stride;
    return (ConvAxis){count, s->y, 1, c.first - (c.taps - 1) * delta, delta, c.taps};
}

/* Taps on this axis of the classes before r: where those of r begin in the turned kernel. */
static inline int64_t conv_taps_before(const ConvSizes *s, int64_t r) {
    int64_t taps = 0;
    for (int64_t q = 0; q < r; q++) taps += conv_class(s, q).taps;
    return taps;
}

typedef struct { int64_t from, stop; } ConvRange;

/* Taps that see pixels of the source from pixel q. */
static inline ConvRange conv_taps_inside(const ConvAxis *a, int64_t q) {
    ConvRange r = {0, a->taps};
    const int64_t at = q * a->step + a->first;
    while (r.from < r.stop && (at + r.from * a->delta < 0 || at + r.from * a->delta >= a->extent)) r.from++;
    while (r.from < r.stop && (at + (r.stop - 1) * a->delta < 0 || at + (r.stop - 1) * a->delta >= a->extent)) r.stop--;
    return r;
}

/* Pixels from which tap t sees pixels of the source. */
static inline ConvRange conv_pixels_inside(const ConvAxis *a, int64_t t) {
    const int64_t at = a->first + t * a->delta;
    const int64_t from = at >= 0 ? 0 : (-at + a->step - 1) / a->step;
    int64_t stop = a->extent - 1 - at < 0 ? 0 : (a->extent - 1 - at) / a->step + 1;
    if (stop > a->count) stop = a->count;
    return (ConvRange){from, stop < from ? from : stop};
}

static inline ConvRange conv_pixels_with_all_taps(const ConvAxis *a) {
    ConvRange all = {0, a->count};
    for (int64_t t = 0; t < a->taps; t++) {
        const ConvRange q = conv_pixels_inside(a, t);
        all.from = q.from > all.from ? q.from : all.from, all.stop = q.stop < all.stop ? q.stop : all.stop;
    }
    return all;
}

#endif
