/* The loops of conv_depthwise.h for one element type: T, V (vector), VU (vector at any address), LANES, NAME(x). */

#define LOAD(p, j) (partial && (j) == nv - 1 ? NAME(load_part)((p) + (j) * LANES, width) : (V)*(const VU *)((p) + (j) * LANES))

/* `np` pixels of y side by side that meet the same taps, one vector of channels; `width` of its lanes, if partial.

   taps: those of a line, if they see neighbours and the pixels are `step` of them apart: then each pixel of x is read once for
   all of y's. 0: whatever the window says. All these are constants where this is inlined.  */
ALWAYS_INLINE void NAME(depthwise_tile)(const int np, const int taps, const int step, const int partial, int width,
                                        const DepthwiseWindow *o, const T *x, const T *w, const T *bias, T *y) {
    const int nv = 1;
    V acc[DEPTHWISE_PIXELS] = {};
    for (int64_t d = 0; d < o->depth; d++)
        for (int64_t h = 0; h < o->height; h++) {
            const T *x_t = x + d * o->x_d + h * o->x_h, *w_t = w + d * o->w_d + h * o->w_h;
            if (taps) {
                V w_l[DEPTHWISE_TAPS];
#pragma GCC unroll 8
                for (int t = 0; t < taps; t++, w_t += o->w_w) w_l[t] = LOAD(w_t, 0);
#pragma GCC unroll 16
                for (int i = 0; i < (np - 1) * step + taps; i++, x_t += o->x_w) {
                    V x_i = LOAD(x_t, 0);
                    OPAQUE_VECTOR(x_i);                    /* or the compiler reads it again for each pixel of y */
#pragma GCC unroll 8
                    for (int p = 0; p < np; p++)
                        if (i >= p * step && i < p * step + taps) acc[p] += x_i * w_l[i - p * step];
                }
            } else {
                for (int64_t t = 0; t < o->width; t++, x_t += o->x_w, w_t += o->w_w) {
                    const V w_t_j = LOAD(w_t, 0);
                    const T *x_p = x_t;
#pragma GCC unroll 8
                    for (int p = 0; p < np; p++, x_p += o->x_step) acc[p] += LOAD(x_p, 0) * w_t_j;
                }
            }
        }
    const V b = bias ? LOAD(bias, 0) : (V){0};
#pragma GCC unroll 8
    for (int p = 0; p < np; p++, y += o->y_step) {
        if (bias) acc[p] += b;
        if (partial) NAME(store_part)(y, acc[p], width);
        else *(VU *)y = acc[p];
    }
}

/* The same for c channels. */
#define TILE(np, taps, step)                                                                                              \
    static __attribute__((noinline)) void NAME(depthwise_tile_##np##_##taps##_##step)(                                    \
        const DepthwiseWindow *o, int64_t c, const T *x, const T *w, const T *bias, T *y) {                               \
        int64_t j = 0;                                                                                                    \
        for (; j + LANES <= c; j += LANES)                                                                                \
            NAME(depthwise_tile)(np, taps, step, 0, 0, o, x + j, w + j, bias ? bias + j : NULL, y + j);                   \
        if (j < c) NAME(depthwise_tile)(np, taps, step, 1, (int)(c - j), o, x + j, w + j, bias ? bias + j : NULL, y + j); \
    }
#define TILES(taps, step) TILE(6, taps, step) TILE(2, taps, step)
TILES(0, 0) TILES(2, 1) TILES(3, 1) TILES(5, 1) TILES(7, 1) TILES(3, 2) TILES(5, 2)
#undef TILES
#undef TILE

/* One pixel of y, at an edge: vectors of channels side by side instead, for a chain of sums alone would wait for itself. */
ALWAYS_INLINE void NAME(depthwise_vectors)(const int nv, const int partial, int width, const DepthwiseWindow *o, const T *x,
                                           const T *w, const T *bias, T *y) {
    V acc[4] = {};
    for (int64_t d = 0; d < o->depth; d++)
        for (int64_t h = 0; h < o->height; h++) {
            const T *x_t = x + d * o->x_d + h * o->x_h, *w_t = w + d * o->w_d + h * o->w_h;
            for (int64_t t = 0; t < o->width; t++, x_t += o->x_w, w_t += o->w_w)
#pragma GCC unroll 4
                for (int j = 0; j < nv; j++) acc[j] += LOAD(x_t, j) * LOAD(w_t, j);
        }
#pragma GCC unroll 4
    for (int j = 0; j < nv; j++) {
        if (bias) acc[j] += LOAD(bias, j);
        if (partial) NAME(store_part)(y, acc[j], width);
        else *(VU *)(y + j * LANES) = acc[j];
    }
}
static __attribute__((noinline)) void NAME(depthwise_pixel)(const DepthwiseWindow *o, int64_t c, const T *x, const T *w,
                                                            const T *bias, T *y) {
    int64_t j = 0;
#define VECTORS(nv, partial) NAME(depthwise_vectors)(nv, partial, (int)(c - j), o, x + j, w + j, bias ? bias + j : NULL, y + j)
    for (; j + 4 * LANES <= c; j += 4 * LANES) VECTORS(4, 0);
    for (; j + LANES <= c; j += LANES) VECTORS(1, 0);
    if (j < c) VECTORS(1, 1);
#undef VECTORS
}

typedef void (*NAME(DepthwiseTile))(const DepthwiseWindow *o, int64_t c, const T *x, const T *w, const T *bias, T *y);

/* The tiles of pixels that meet all taps of this axis: DEPTHWISE_PIXELS, and two. */
static void NAME(depthwise_tiles)(const ConvAxis *a, NAME(DepthwiseTile) *six, NAME(DepthwiseTile) *two) {
#define TILES(of_taps, of_step)                            \
    if (a->delta == 1 && a->taps == of_taps && a->step == of_step) { \
        *six = NAME(depthwise_tile_6_##of_taps##_##of_step); \
        *two = NAME(depthwise_tile_2_##of_taps##_##of_step); \
    }
    *six = NAME(depthwise_tile_6_0_0), *two = NAME(depthwise_tile_2_0_0);
    TILES(2, 1) TILES(3, 1) TILES(5, 1) TILES(7, 1) TILES(3, 2) TILES(5, 2)
#undef TILES
}

/* Channels [c0, c1) of one line of y's pixels. */
static void NAME(depthwise_line)(const DepthwiseView *v, int64_t n, int64_t qd, int64_t qh, int64_t c0, int64_t c1, const T *x,
                                 const T *w, const T *bias, T *y, int activation, const double *attr, const NormColumns *norm) {
    const ConvAxis *a = v->axis;
    const int64_t c = v->c, line = a[2].extent * c, channels = c1 - c0;
    const ConvRange depth = conv_taps_inside(a, qd), height = conv_taps_inside(a + 1, qh);
    const ConvRange all = v->all;
    NAME(DepthwiseTile) six, two, tile;
    NAME(depthwise_tiles)(a + 2, &six, &two);
    DepthwiseWindow o = {.depth = depth.stop - depth.from, .height = height.stop - height.from};
    o.x_d = a[0].delta * a[1].extent * line, o.x_h = a[1].delta * line, o.x_w = a[2].delta * c;
    o.w_w = v->period[2] * c, o.w_h = v->period[1] * v->kernel[2] * c, o.w_d = v->period[0] * v->kernel[1] * v->kernel[2] * c;
    o.x_step = a[2].step * c, o.y_step = v->stride[2] * c;
    y += (((n * v->extent[0] + v->origin[0] + qd * v->stride[0]) * v->extent[1] + v->origin[1] + qh * v->stride[1])
          * v->extent[2] + v->origin[2]) * c + c0;
    /* the first line of taps inside; tap 0 of pixel 0 is perhaps outside, never read there */
    x += ((n * a[0].extent + qd * a[0].step + a[0].first) * a[1].extent + qh * a[1].step + a[1].first) * line
         + depth.from * o.x_d + height.from * o.x_h + a[2].first * c + c0;
    w += ((v->tap0[0] * v->kernel[1] + v->tap0[1]) * v->kernel[2] + v->tap0[2]) * c + c0
         + depth.from * o.w_d + height.from * o.w_h;
    if (bias) bias += c0;
    for (int64_t q = 0, np; q < a[2].count; q += np) {
        ConvRange taps = {0, a[2].taps};
        const int64_t left = q < all.from ? 0 : all.stop - q;
        if (left > 0 && all.stop - all.from >= DEPTHWISE_PIXELS) {
            np = DEPTHWISE_PIXELS, tile = six;
            if (left < np) q = all.stop - np;                /* some of them a second time */
        } else if (left >= 2) {
            np = 2, tile = two;
        } else {
            np = 1, tile = NAME(depthwise_pixel);
            taps = conv_taps_inside(a + 2, q);
        }
        o.width = taps.stop - taps.from;
        tile(&o, channels, x + q * o.x_step + taps.from * o.x_w, w + taps.from * o.w_w, bias, y + q * o.y_step);
    }
    if (activation & NORM_COLUMNS) NAME(norm_columns)(activation, attr, norm, c0, y, a[2].count, o.y_step, channels);
    else if (activation) NAME(activate_rows)(activation, attr, y, a[2].count, o.y_step, channels);
}

/* dw[tw] += the sum over pixels q of x[q step + tw delta] dy[q], taps [0, taps): `taps` and nv constants where inlined. */
ALWAYS_INLINE void NAME(depthwise_taps)(const int taps, const int nv, const int partial, int width, int64_t pixels, const T *x,
                                        int64_t x_step, int64_t delta, const T *dy, int64_t c, T *dw) {
    V acc[8][2];
#pragma GCC unroll 8
    for (int t = 0; t < taps; t++)
#pragma GCC unroll 2
        for (int j = 0; j < nv; j++) acc[t][j] = LOAD(dw + t * c, j);
    for (; pixels > 0; pixels--, x += x_step, dy += c) {
        const T *x_t = x;
        V d[2];
#pragma GCC unroll 2
        for (int j = 0; j < nv; j++) d[j] = LOAD(dy, j);
#pragma GCC unroll 8
        for (int t = 0; t < taps; t++, x_t += delta)
#pragma GCC unroll 2
            for (int j = 0; j < nv; j++) acc[t][j] += LOAD(x_t, j) * d[j];
    }
#pragma GCC unroll 8
    for (int t = 0; t < taps; t++)
#pragma GCC unroll 2
        for (int j = 0; j < nv; j++) {
            T *to = dw + t * c + j * LANES;
            if (partial && j == nv - 1) NAME(store_part)(to, acc[t][j], width);
            else *(VU *)to = acc[t][j];
        }
}

#define TAPS(taps)                                                                                   \
    static __attribute__((noinline)) void NAME(depthwise_taps_##taps)(                               \
        int64_t channels, int64_t pixels, const T *x, int64_t x_step, int64_t delta, const T *dy, int64_t c, T *dw) { \
        int64_t j = 0;                                                                               \
        for (; j + 2 * LANES <= channels; j += 2 * LANES)                                            \
            NAME(depthwise_taps)(taps, 2, 0, 0, pixels, x + j, x_step, delta, dy + j, c, dw + j);    \
        if (j + LANES <= channels) {                                                                 \
            NAME(depthwise_taps)(taps, 1, 0, 0, pixels, x + j, x_step, delta, dy + j, c, dw + j);    \
            j += LANES;                                                                              \
        }                                                                                            \
        if (j < channels)                                                                            \
            NAME(depthwise_taps)(taps, 1, 1, (int)(channels - j), pixels, x + j, x_step, delta, dy + j, c, dw + j); \
    }
TAPS(1) TAPS(2) TAPS(3) TAPS(4) TAPS(5)
#undef TAPS

/* The part of dw's line of taps that pixels [q, stop) of a line of y make, all of whose taps [t0, t1) are inside. */
static void NAME(depthwise_run)(const DepthwiseView *v, int64_t q, int64_t stop, int64_t t0, int64_t t1, int64_t channels, const T *x,
                                const T *dy, T *dw) {
    const ConvAxis *a = &v->axis[2];
    for (int64_t t = t0, n; t < t1; t += n) {
        n = t1 - t < 5 ? t1 - t : 5;
        const int64_t at = q * a->step + a->first + t * a->delta;
        (n == 1 ? NAME(depthwise_taps_1) : n == 2 ? NAME(depthwise_taps_2) : n == 3 ? NAME(depthwise_taps_3)
         : n == 4 ? NAME(depthwise_taps_4) : NAME(depthwise_taps_5))(channels, stop - q, x + at * v->c, a->step * v->c,
                                                                    a->delta * v->c, dy + q * v->c, v->c, dw + t * v->c);
    }
}

/* dw, channels [c0, c1), summed over lines [first, last) of y's pixels. */
static void NAME(depthwise_kernel)(const DepthwiseView *v, int64_t first, int64_t last, int64_t c0, int64_t c1, const T *x, const T *dy,
                                   T *dw) {
    const ConvAxis *a = v->axis;
    const int64_t c = v->c, taps = a[0].taps * a[1].taps * a[2].taps;
    for (int64_t t = 0; t < taps; t++) memset(dw + t * c + c0, 0, (c1 - c0) * sizeof(T));
    for (int64_t l = first; l < last; l++) {
        const int64_t qh = l % a[1].count, qd = l / a[1].count % a[0].count, n = l / a[1].count / a[0].count;
        const ConvRange d = conv_taps_inside(a, qd), h = conv_taps_inside(a + 1, qh);
        for (int64_t q = 0, stop; q < a[2].count; q = stop) {        /* pixels that meet the same taps of a line */
            const ConvRange w = conv_taps_inside(a + 2, q);
            for (stop = q + 1; stop < a[2].count; stop++) {
                const ConvRange next = conv_taps_inside(a + 2, stop);
                if (next.from != w.from || next.stop != w.stop) break;
            }
            for (int64_t td = d.from; td < d.stop; td++)
                for (int64_t th = h.from; th < h.stop; th++) {
                    const int64_t id = qd * a[0].step + a[0].first + td * a[0].delta;
                    const int64_t ih = qh * a[1].step + a[1].first + th * a[1].delta;
                    const T *x_l = x + ((n * a[0].extent + id) * a[1].extent + ih) * a[2].extent * c + c0;
                    NAME(depthwise_run)(v, q, stop, w.from, w.stop, c1 - c0, x_l, dy + l * a[2].count * c + c0,
                                        dw + (td * a[1].taps + th) * a[2].taps * c + c0);
                }
        }
    }
}

#undef LOAD
#undef T
#undef V
#undef VU
#undef LANES
#undef NAME
