/* Where a pixel of an image that is turned, moved or stretched comes from.  In float32 and without fused operations, as
 * TensorFlow counts (core/kernels/image/image_ops.h): a pixel on the border between two goes where it goes there. */
#ifndef PYSEQ_AFFINE_H
#define PYSEQ_AFFINE_H

#include <math.h>
#include <stdint.h>

#include "exact.h"
#include "simd.h"

enum { AFFINE_CONSTANT, AFFINE_REFLECT, AFFINE_WRAP, AFFINE_NEAREST };

/* A place outside [0, n - 1] brought inside by the fill mode; "constant" leaves it outside. */
ALWAYS_INLINE float affine_inside(float at, int64_t n, int64_t mode) {
    const float last = (float)(n - 1);
    if (mode == AFFINE_CONSTANT || (at >= 0 && at <= last)) return at;
    if (mode == AFFINE_NEAREST) return at < 0 ? 0 : at > last ? last : 0;      /* NaN: 0 */
    if (n <= 1 || !(at >= -1e9f && at <= 1e9f)) return 0;
    if (mode == AFFINE_REFLECT) {                        /* ... 1 0 | 0 1 ... n-1 | n-1 n-2 ...: edges are mirrored, period 2 n */
        const float period = (float)(2 * n);
        if (at < 0) {
            at += period * (float)(int64_t)(-at / period);
            at = at < -(float)n ? at + period : -at - 1;
        } else {
            at -= period * (float)(int64_t)(at / period);
            if (at >= (float)n) at = period - at - 1;
        }
    } else {                                             /* wrap: between the last pixel and the first there is one step */
        const float period = (float)n;
        if (at < 0) at += period * (float)((int64_t)(-at / last) + 1);
        else at -= period * (float)(int64_t)(at / last);
    }
    return at < 0 ? 0 : at > last ? last : at;
}

/* The same as SciPy counts (ndimage/src/ni_interpolation.c, map_coordinate), in float64; -2: outside, by "constant". */
ALWAYS_INLINE double affine_place(double at, int64_t n, int64_t mode) {
    const double last = (double)(n - 1);
    if (at >= 0 && at <= last) return at;
    if (mode == AFFINE_CONSTANT || !(at >= -1e15 && at <= 1e15)) return -2;
    if (mode == AFFINE_NEAREST) return at < 0 ? 0 : last;
    if (n <= 1) return 0;
    if (mode == AFFINE_WRAP) {
        if (at < 0) at += last * (double)((int64_t)(-at / last) + 1);
        else at -= last * (double)(int64_t)(at / last);
        return at;
    }
    const double period = (double)(2 * n);                  /* reflect */
    if (at < 0) {
        if (at < -period) at += period * (double)(int64_t)(-at / period);
        return at < -(double)n ? at + period : (at > -1e-15 ? 1e-15 : -at) - 1;
    }
    at -= period * (double)(int64_t)(at / period);
    return at >= (double)n ? period - at - 1 : at;
}

/* (row, column) that output pixel (oh, ow) is read from; 0: none (at infinity). */
ALWAYS_INLINE int affine_source(const float *m, int64_t oh, int64_t ow, int64_t h, int64_t w, int64_t mode, float *row, float *column) {
    const float x = (float)ow, y = (float)oh, k = m[6] * x + m[7] * y + 1;
    if (k == 0) return 0;
    *column = affine_inside((m[0] * x + m[1] * y + m[2]) / k, w, mode);
    *row = affine_inside((m[3] * x + m[4] * y + m[5]) / k, h, mode);
    return *row > -1e9f && *row < 1e9f && *column > -1e9f && *column < 1e9f;   /* no NaN: integers come from it */
}

/* The pixels a place is between, and how much of each: (row, column, share), nearest: one. Returns how many. */
ALWAYS_INLINE int affine_corners(float row, float column, int64_t bilinear, int64_t *rows, int64_t *columns, float *share) {
    if (!bilinear) {
        rows[0] = (int64_t)roundf(row);
        columns[0] = (int64_t)roundf(column);
        share[0] = 1;
        return 1;
    }
    const float top = floorf(row), left = floorf(column), down = row - top, right = column - left;
    const float up = top + 1 - row, back = left + 1 - column;
    for (int k = 0; k < 4; k++) {
        rows[k] = (int64_t)top + k / 2;
        columns[k] = (int64_t)left + k % 2;
    }
    share[0] = up * back;
    share[1] = up * right;
    share[2] = down * back;
    share[3] = down * right;
    return 4;
}

/* Turned images are read on slants, which no processor foresees; fetched from end to end first, they cost half as much. */
static inline void affine_fetch(const void *x, int64_t bytes) {
    for (int64_t k = 0; k < bytes && bytes <= 1 << 20; k += 64) __builtin_prefetch((const char *)x + k, 0, 2);
}

enum { AFFINE_BLOCK = 64 };        /* columns whose places are found at once */

/* The same for the pixels [first, first + n) of a row, of a transform without perspective. */
static void affine_places(const float *m, int64_t oh, int64_t first, int64_t n, int64_t h, int64_t w, int64_t mode,
                          float *restrict rows, float *restrict columns) {
    const float y = (float)oh, height = (float)(h - 1), width = (float)(w - 1);
    int outside = 0;
    for (int64_t k = 0; k < n; k++) {
        const float x = (float)(int32_t)(first + k);
        columns[k] = m[0] * x + m[1] * y + m[2];
        rows[k] = m[3] * x + m[4] * y + m[5];
        outside |= !((rows[k] >= 0) & (rows[k] <= height) & (columns[k] >= 0) & (columns[k] <= width));
    }
    if (!outside || mode == AFFINE_CONSTANT) return;
    for (int64_t k = 0; k < n; k++) {
        columns[k] = affine_inside(columns[k], w, mode);
        rows[k] = affine_inside(rows[k], h, mode);
    }
}

#define S float
#define NAME(x) affine_##x##_f32
#include "affine_loops.h"

#define S double
#define NAME(x) affine_##x##_f64
#include "affine_loops.h"

#endif
