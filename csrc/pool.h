/* Windows over images, channels last: x (N, D, H, W, C) -> y (N, OD, OH, OW, C).  float32 and float64 from pool_loops.h.

   max    y = the largest of the window; the first of equal ones, row by row, gets the gradient (as in TensorFlow's CPU kernel)
   mean   y = sum / number of pixels inside the image; the gradient is dy over that number to each of them

   sum    the mean, undivided: its gradient repeats pixels, which is how images are made larger

   Vector axis: channels. The place of each maximum in its window is kept in a byte, so that the gradient reads no x.  */
#ifndef PYSEQ_POOL_H
#define PYSEQ_POOL_H

#include "partial.h"
#include "simd.h"

typedef struct {
    int64_t in[3], c, out[3], window[3], stride[3], pad[3];    /* depth, height, width */
    int64_t inside[2];                   /* windows along the width that are whole: first and end */
    int wide, tiled, sum; /* windows of more than 256 pixels; windows side by side from the first pixel on; mean: undivided */
} Pool;

enum { POOL_MAX, POOL_MEAN, POOL_PICK, POOL_MAX_SLOPE, POOL_MEAN_SLOPE };

typedef struct {
    int64_t start[3], from[3], to[3];    /* first pixel, padding included; first and end inside the image */
    int64_t pixels;                      /* inside */
} Window;

/* The window of output pixel ow in an output row, counted through all images. */
ALWAYS_INLINE Window pool_window(const Pool *s, int64_t row, int64_t ow) {
    const int64_t o[3] = {row / s->out[1] % s->out[0], row % s->out[1], ow};
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

typedef uint8_t bytes_f32 __attribute__((vector_size(SIMD_F32)));
typedef uint8_t bytes_f64 __attribute__((vector_size(SIMD_F64)));

#define T float
#define V vf32
#define VU vf32u
#define I vi32
#define BYTES bytes_f32
#define LANES SIMD_F32
#define NAME(x) x##_f32
#include "pool_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define I vi64
#define BYTES bytes_f64
#define LANES SIMD_F64
#define NAME(x) x##_f64
#include "pool_loops.h"

#endif
