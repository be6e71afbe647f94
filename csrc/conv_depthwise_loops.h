/* The loops of conv_depthwise.h for one element type: T, V (vector), VU (vector at any address), LANES, NAME(x). */

/* `np` pixels of y side by side that meet the same taps, `nv` vectors of channels, of the last one `width` lanes; np, nv and
   partial are constants where this is inlined. x, y: of the first pixel; from pixel to pixel x_step, y_step elements.  */
ALWAYS_INLINE void NAME(depthwise_pixels)(const DepthwiseView *v, const int np, const int nv, const int partial, int width,
                                          const ConvRange *inside, const T *x, int64_t x_step, const T *w, const T *bias, T *y,
                                          int64_t y_step) {
    V acc[DEPTHWISE_PIXELS][DEPTHWISE_VECTORS] = {};
    const ConvAxis *a = v->axis;
    const int64_t line = a[2].extent * v->c, delta = a[2].delta * v->c, period = v->period[2] * v->c;
#define LOAD(p, j) (partial && (j) == nv - 1 ? NAME(load_part)((p) + (j) * LANES, width) : (V)*(const VU *)((p) + (j) * LANES))
    for (int64_t td = inside[0].from; td < inside[0].stop; td++)
        for (int64_t th = inside[1].from; th < inside[1].stop; th++) {
            const T *x_t = x + (td * a[0].delta * a[1].extent + th * a[1].delta) * line + inside[2].from * delta;
            const int64_t tap = ((v->tap0[0] + td * v->period[0]) * v->kernel[1] + v->tap0[1] + th * v->period[1]) * v->kernel[2];
            const T *w_t = w + (tap + v->tap0[2] + inside[2].from * v->period[2]) * v->c;
            for (int64_t tw = inside[2].from; tw < inside[2].stop; tw++) {
#pragma GCC unroll 4
                for (int j = 0; j < nv; j++) {
                    const V w_j = LOAD(w_t, j);
#pragma GCC unroll 4
                    for (int i = 0; i < np; i++) acc[i][j] += LOAD(x_t + i * x_step, j) * w_j;
                }
                x_t += delta;
                w_t += period;
            }
        }
#pragma GCC unroll 4
    for (int j = 0; j < nv; j++) {
        const V b = bias ? LOAD(bias, j) : (V){0};
#pragma GCC unroll 4
        for (int i = 0; i < np; i++) {
            T *to = y + i * y_step + j * LANES;
            if (bias) acc[i][j] += b;
            if (partial && j == nv - 1) NAME(store_part)(to, acc[i][j], width);
            else *(VU *)to = acc[i][j];
        }
    }
}

/* The same for all channels. */
ALWAYS_INLINE void NAME(depthwise_channels)(const DepthwiseView *v, const int np, const ConvRange *inside, const T *x, int64_t x_step,
                                            const T *w, const T *bias, T *y, int64_t y_step) {
    const int64_t c = v->c;
    int64_t j = 0;
#define CHANNELS(nv, partial) \
    NAME(depthwise_pixels)(v, np, nv, partial, (int)(c - j), inside, x + j, x_step, w + j, bias ? bias + j : NULL, y + j, y_step)
    for (; j + 4 * LANES <= c; j += 4 * LANES) CHANNELS(4, 0);
    if (j + 2 * LANES <= c) {
        CHANNELS(2, 0);
        j += 2 * LANES;
    }
    if (j + LANES <= c) {
        CHANNELS(1, 0);
        j += LANES;
    }
    if (j < c) CHANNELS(1, 1);
#undef CHANNELS
}

static __attribute__((noinline)) void NAME(depthwise_four)(const DepthwiseView *v, const ConvRange *inside, const T *x, int64_t x_step,
                                                           const T *w, const T *bias, T *y, int64_t y_step) {
    NAME(depthwise_channels)(v, DEPTHWISE_PIXELS, inside, x, x_step, w, bias, y, y_step);
}
static __attribute__((noinline)) void NAME(depthwise_one)(const DepthwiseView *v, const ConvRange *inside, const T *x, const T *w,
                                                          const T *bias, T *y) {
    NAME(depthwise_channels)(v, 1, inside, x, 0, w, bias, y, 0);
}

/* Pixels [from, stop) of one line of y; x: the source's plane of images and depths. */
static void NAME(depthwise_line)(const DepthwiseView *v, int64_t n, int64_t qd, int64_t qh, const T *x, const T *w, const T *bias,
                                 T *y, int activation, const double *attr, const NormColumns *norm) {
    const ConvAxis *a = v->axis;
    const int64_t c = v->c, line = a[2].extent * c, x_step = a[2].step * c, y_step = v->stride[2] * c;
    ConvRange inside[3] = {conv_taps_inside(a, qd), conv_taps_inside(a + 1, qh), {0, 0}};
    T *y_l = y + (((n * v->extent[0] + v->origin[0] + qd * v->stride[0]) * v->extent[1] + v->origin[1] + qh * v->stride[1])
                  * v->extent[2] + v->origin[2]) * c;
    /* where tap 0 would be: perhaps outside, never read there */
    const int64_t at = ((n * a[0].extent + qd * a[0].step + a[0].first) * a[1].extent + qh * a[1].step + a[1].first) * line
                       + a[2].first * c;
    ConvRange all = {0, a[2].count};                                  /* pixels that meet all taps of the line */
    for (int64_t t = 0; t < a[2].taps; t++) {
        const ConvRange q = conv_pixels_inside(a + 2, t);
        all.from = q.from > all.from ? q.from : all.from, all.stop = q.stop < all.stop ? q.stop : all.stop;
    }
    for (int64_t q = 0; q < a[2].count;) {
        inside[2] = conv_taps_inside(a + 2, q);
        if (q >= all.from && q + DEPTHWISE_PIXELS <= all.stop) {
            NAME(depthwise_four)(v, inside, x + at + q * x_step, x_step, w, bias, y_l + q * y_step, y_step);
            q += DEPTHWISE_PIXELS;
        } else {
            NAME(depthwise_one)(v, inside, x + at + q * x_step, w, bias, y_l + q * y_step);
            q++;
        }
    }
    if (activation & NORM_COLUMNS) NAME(norm_columns)(activation, attr, norm, 0, y_l, a[2].count, y_step, c);
    else if (activation) NAME(activate_rows)(activation, attr, y_l, a[2].count, y_step, c);
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
