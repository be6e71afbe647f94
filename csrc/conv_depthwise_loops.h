/* The loops of conv_depthwise.h for one element type: T, V (vector), VU (vector at any address), LANES, NAME(x). */

/* One pixel of y, `nv` vectors of channels (a constant where this is inlined), of the last one `width` lanes. */
ALWAYS_INLINE void NAME(depthwise_pixel)(const DepthwiseView *v, const int nv, const int partial, int width, const ConvRange *inside,
                                         const T *x, const T *w, const T *bias, T *y) {
    V acc[DEPTHWISE_VECTORS] = {};
    const ConvAxis *a = v->axis;
    const int64_t line = a[2].extent * v->c;
#define LOAD(p, j) (partial && (j) == nv - 1 ? NAME(load_part)((p) + (j) * LANES, width) : (V)*(const VU *)((p) + (j) * LANES))
    for (int64_t td = inside[0].from; td < inside[0].stop; td++)
        for (int64_t th = inside[1].from; th < inside[1].stop; th++) {
            const T *x_t = x + (td * a[0].delta * a[1].extent + th * a[1].delta) * line + inside[2].from * a[2].delta * v->c;
            const int64_t tap = ((v->tap0[0] + td * v->period[0]) * v->kernel[1] + v->tap0[1] + th * v->period[1]) * v->kernel[2];
            const T *w_t = w + (tap + v->tap0[2] + inside[2].from * v->period[2]) * v->c;
            for (int64_t tw = inside[2].from; tw < inside[2].stop; tw++) {
#pragma GCC unroll 4
                for (int j = 0; j < nv; j++) acc[j] += LOAD(x_t, j) * LOAD(w_t, j);
                x_t += a[2].delta * v->c;
                w_t += v->period[2] * v->c;
            }
        }
#pragma GCC unroll 4
    for (int j = 0; j < nv; j++) {
        if (bias) acc[j] += LOAD(bias, j);
        if (partial && j == nv - 1) NAME(store_part)(y + j * LANES, acc[j], width);
        else *(VU *)(y + j * LANES) = acc[j];
    }
}

/* Lines [first, last) of pixels: rows of (images, depth, height). */
static void NAME(depthwise_lines)(const DepthwiseView *v, int64_t first, int64_t last, const T *x, const T *w, const T *bias, T *y,
                                  int activation, const double *attr, const NormColumns *norm) {
    const ConvAxis *a = v->axis;
    const int64_t c = v->c, line = a[2].extent * c;
    ConvRange inside[3];
    for (int64_t l = first; l < last; l++) {
        const int64_t qh = l % a[1].count, qd = l / a[1].count % a[0].count, n = l / a[1].count / a[0].count;
        inside[0] = conv_taps_inside(a, qd), inside[1] = conv_taps_inside(a + 1, qh);
        T *y_l = y + ((n * v->extent[0] + v->origin[0] + qd * v->stride[0]) * v->extent[1] + v->origin[1] + qh * v->stride[1])
                     * v->extent[2] * c;
        for (int64_t q = 0; q < a[2].count; q++) {
            inside[2] = conv_taps_inside(a + 2, q);
            /* where tap 0 would be: perhaps outside, never read there */
            const int64_t at = ((n * a[0].extent + qd * a[0].step + a[0].first) * a[1].extent + qh * a[1].step + a[1].first) * line
                               + (q * a[2].step + a[2].first) * c;
            T *y_q = y_l + (v->origin[2] + q * v->stride[2]) * c;
            int64_t j = 0;
            for (; j + DEPTHWISE_VECTORS * LANES <= c; j += DEPTHWISE_VECTORS * LANES)
                NAME(depthwise_pixel)(v, DEPTHWISE_VECTORS, 0, 0, inside, x + at + j, w + j, bias ? bias + j : NULL, y_q + j);
            for (; j + LANES <= c; j += LANES)
                NAME(depthwise_pixel)(v, 1, 0, 0, inside, x + at + j, w + j, bias ? bias + j : NULL, y_q + j);
            if (j < c)
                NAME(depthwise_pixel)(v, 1, 1, (int)(c - j), inside, x + at + j, w + j, bias ? bias + j : NULL, y_q + j);
            if (activation & NORM_COLUMNS) NAME(norm_columns)(activation, attr, norm, 0, y_q, 1, c, c);
            else if (activation) NAME(activate)(activation, attr, y_q, y_q, c);
        }
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
        for (int64_t td = d.from; td < d.stop; td++)
            for (int64_t th = h.from; th < h.stop; th++)
                for (int64_t tw = 0; tw < a[2].taps; tw++) {
                    const ConvRange q = conv_pixels_inside(a + 2, tw);
                    const int64_t id = qd * a[0].step + a[0].first + td * a[0].delta, ih = qh * a[1].step + a[1].first + th * a[1].delta;
                    const int64_t iw = q.from * a[2].step + a[2].first + tw * a[2].delta;
                    if (q.from == q.stop) continue;
                    for (int64_t j = c0; j < c1; j += LANES) {
                        const T *x_q = x + (((n * a[0].extent + id) * a[1].extent + ih) * a[2].extent + iw) * c + j;
                        const T *dy_q = dy + (l * a[2].count + q.from) * c + j;
                        T *to = dw + ((td * a[1].taps + th) * a[2].taps + tw) * c + j;
                        const int width = (int)(c1 - j);
                        if (width >= LANES) {
                            V acc = *(const VU *)to;
                            for (int64_t r = q.from; r < q.stop; r++, x_q += a[2].step * c, dy_q += c)
                                acc += *(const VU *)x_q * *(const VU *)dy_q;
                            *(VU *)to = acc;
                        } else {
                            V acc = NAME(load_part)(to, width);
                            for (int64_t r = q.from; r < q.stop; r++, x_q += a[2].step * c, dy_q += c)
                                acc += NAME(load_part)(x_q, width) * NAME(load_part)(dy_q, width);
                            NAME(store_part)(to, acc, width);
                        }
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
