/* pool.h for one floating point type. */

ALWAYS_INLINE V NAME(load)(const T *x, int n) {
    if (n == LANES) return *(const VU *)x;
    return NAME(load_part)(x, n);
}
ALWAYS_INLINE void NAME(store)(T *x, V v, int n) {
    if (n == LANES) *(VU *)x = v;
    else NAME(store_part)(x, v, n);
}
ALWAYS_INLINE V NAME(select)(I mask, V a, V b) { return (V)(((I)a & mask) | ((I)b & ~mask)); }

/* Where in its window a maximum stands: a byte, or 32 bits in windows of more than 256. */
ALWAYS_INLINE void NAME(store_at)(void *at, int64_t o, I v, int n, int wide) {
    if (!wide && n == LANES) {
        const BYTES b = __builtin_convertvector(v, BYTES);
        memcpy((uint8_t *)at + o, &b, sizeof b);
        return;
    }
    for (int l = 0; l < n; l++)
        if (wide) ((int32_t *)at)[o + l] = (int32_t)v[l];
        else ((uint8_t *)at)[o + l] = (uint8_t)v[l];
}
ALWAYS_INLINE I NAME(load_at)(const void *at, int64_t o, int n, int wide) {
    I v = {0};
    if (!wide && n == LANES) {
        BYTES b;
        memcpy(&b, (const uint8_t *)at + o, sizeof b);
        return __builtin_convertvector(b, I);
    }
    for (int l = 0; l < n; l++) v[l] = wide ? ((const int32_t *)at)[o + l] : ((const uint8_t *)at)[o + l];
    return v;
}

/* Over the pixels of window w that are inside: `p` is the pixel's place in the image, `k` in the window. */
#define WINDOW_PIXELS(body)                                                                                                  \
    for (int64_t id = w.from[0]; id < w.to[0]; id++)                                                                         \
        for (int64_t ih = w.from[1]; ih < w.to[1]; ih++) {                                                                   \
            int64_t p = (id * s->in[1] + ih) * s->in[2] + w.from[2];                                                         \
            int64_t k = ((id - w.start[0]) * s->window[1] + ih - w.start[1]) * s->window[2] + w.from[2] - w.start[2];        \
            for (int64_t iw = w.from[2]; iw < w.to[2]; iw++, p++, k++) body                                                  \
        }

/* The channels [j, j + n) of one output pixel; x, dx: the image; o: the place of the pixel's channel j in y. */
ALWAYS_INLINE void NAME(max_pixel)(const Pool *s, Window w, const T *x, int64_t j, int n, T *y, void *at, int64_t o) {
    const int64_t here = (w.from[0] * s->in[1] + w.from[1]) * s->in[2] + w.from[2];
    V best = NAME(load)(x + here * s->c + j, n);                 /* the first pixel stands, whatever it is */
    I where = (I){0} + (int)(((w.from[0] - w.start[0]) * s->window[1] + w.from[1] - w.start[1]) * s->window[2] + w.from[2] - w.start[2]);
    WINDOW_PIXELS({
        const V v = NAME(load)(x + p * s->c + j, n);
        const I wins = (I)(v > best);
        best = NAME(select)(wins, v, best);
        where = (where & ~wins) | (((I){0} + (int)k) & wins);
    })
    NAME(store)(y + o, best, n);
    if (at) NAME(store_at)(at, o, where, n, s->wide);
}
ALWAYS_INLINE void NAME(mean_pixel)(const Pool *s, Window w, const T *x, int64_t j, int n, T *y, void *at, int64_t o) {
    V sum = {0};
    WINDOW_PIXELS({ sum += NAME(load)(x + p * s->c + j, n); (void)k; })
    NAME(store)(y + o, sum / ((V){0} + (T)(s->sum ? 1 : w.pixels)), n);
    (void)at;
}
ALWAYS_INLINE void NAME(pick_pixel)(const Pool *s, Window w, const T *x, int64_t j, int n, T *y, void *at, int64_t o) {
    const I where = NAME(load_at)(at, o, n, s->wide);
    V found = {0};
    WINDOW_PIXELS({ found = NAME(select)((I)(where == (int)k), NAME(load)(x + p * s->c + j, n), found); })
    NAME(store)(y + o, found, n);
}
/* Gradients: `add` where windows share pixels (dx was zeroed), else each pixel is written once. */
ALWAYS_INLINE void NAME(max_slope)(const Pool *s, Window w, T *dx, int64_t j, int n, const T *dy, const T *y, const void *at, int64_t o,
                                   int add) {
    V d = NAME(load)(dy + o, n);
    if (y) d = (V)((I)d & (I)(NAME(load)(y + o, n) > 0));       /* of a relu before */
    const I where = NAME(load_at)(at, o, n, s->wide);
    WINDOW_PIXELS({
        T *here = dx + p * s->c + j;
        const V v = (V)((I)d & (I)(where == (int)k));
        NAME(store)(here, add ? NAME(load)(here, n) + v : v, n);
    })
}
ALWAYS_INLINE void NAME(mean_slope)(const Pool *s, Window w, T *dx, int64_t j, int n, const T *dy, const T *y, const void *at, int64_t o,
                                    int add) {
    const V d = NAME(load)(dy + o, n) / ((V){0} + (T)(s->sum ? 1 : w.pixels));
    WINDOW_PIXELS({
        T *here = dx + p * s->c + j;
        NAME(store)(here, add ? NAME(load)(here, n) + d : d, n);
        (void)k;
    })
    (void)at, (void)y;
}

/* The output rows [first, last), counted through all images. */
#define ROWS(name, pixel)                                                                                                    \
    static void NAME(name)(const Pool *s, int64_t first, int64_t last, const T *x, T *y, void *at) {                         \
        const int64_t c = s->c, whole = c / LANES * LANES;                                                                   \
        for (int64_t row = first; row < last; row++) {                                                                       \
            const T *image = x + row / (s->out[0] * s->out[1]) * s->in[0] * s->in[1] * s->in[2] * c;                         \
            for (int64_t ow = 0; ow < s->out[2]; ow++) {                                                                     \
                const Window w = pool_window(s, row, ow);                                                                    \
                const int64_t o = (row * s->out[2] + ow) * c;                                                                \
                for (int64_t j = 0; j < whole; j += LANES) NAME(pixel)(s, w, image, j, LANES, y, at, o + j);                 \
                if (whole < c) NAME(pixel)(s, w, image, whole, (int)(c - whole), y, at, o + whole);                          \
            }                                                                                                                \
        }                                                                                                                    \
    }
ROWS(max_rows, max_pixel)
ROWS(mean_rows, mean_pixel)
ROWS(pick_rows, pick_pixel)

/* Zeros in the pixels of dx behind the windows of an output row that is the last of its kind; windows lie side by side. */
static void NAME(zero_rest)(const Pool *s, int64_t row, T *image) {
    const int64_t oh = row % s->out[1], od = row / s->out[1] % s->out[0], c = s->c, line = s->in[2] * c;
    const int64_t d_to = (od + 1) * s->window[0], h_to = (oh + 1) * s->window[1], covered = s->out[2] * s->window[2] * c;
    for (int64_t id = od * s->window[0]; id < d_to; id++) {
        T *slab = image + id * s->in[1] * line;
        for (int64_t ih = oh * s->window[1]; ih < h_to; ih++) memset(slab + ih * line + covered, 0, (line - covered) * sizeof(T));
        if (oh == s->out[1] - 1) memset(slab + h_to * line, 0, (s->in[1] - h_to) * line * sizeof(T));
    }
    if (oh == s->out[1] - 1 && od == s->out[0] - 1)
        memset(image + d_to * s->in[1] * line, 0, (s->in[0] - d_to) * s->in[1] * line * sizeof(T));
}

/* Parts: output rows where windows lie side by side, else images. */
#define SLOPES(name, slope)                                                                                                  \
    static void NAME(name)(const Pool *s, int64_t first, int64_t last, const T *dy, const T *y, const void *at, T *dx) {     \
        const int64_t c = s->c, whole = c / LANES * LANES, rows = s->out[0] * s->out[1];                                     \
        const int64_t size = s->in[0] * s->in[1] * s->in[2] * c;                                                             \
        if (!s->tiled) {                                                                                                     \
            memset(dx + first * size, 0, (last - first) * size * sizeof(T));                                                 \
            first *= rows;                                                                                                   \
            last *= rows;                                                                                                    \
        }                                                                                                                    \
        for (int64_t row = first; row < last; row++) {                                                                       \
            T *image = dx + row / rows * size;                                                                               \
            for (int64_t ow = 0; ow < s->out[2]; ow++) {                                                                     \
                const Window w = pool_window(s, row, ow);                                                                    \
                const int64_t o = (row * s->out[2] + ow) * c;                                                                \
                if (s->tiled) {                                                                                              \
                    for (int64_t j = 0; j < whole; j += LANES) NAME(slope)(s, w, image, j, LANES, dy, y, at, o + j, 0);      \
                    if (whole < c) NAME(slope)(s, w, image, whole, (int)(c - whole), dy, y, at, o + whole, 0);               \
                } else {                                                                                                     \
                    for (int64_t j = 0; j < whole; j += LANES) NAME(slope)(s, w, image, j, LANES, dy, y, at, o + j, 1);      \
                    if (whole < c) NAME(slope)(s, w, image, whole, (int)(c - whole), dy, y, at, o + whole, 1);               \
                }                                                                                                            \
            }                                                                                                                \
            if (s->tiled) NAME(zero_rest)(s, row, image);                                                                    \
        }                                                                                                                    \
    }
SLOPES(max_slopes, max_slope)
SLOPES(mean_slopes, mean_slope)

#undef ROWS
#undef SLOPES
#undef WINDOW_PIXELS
#undef T
#undef V
#undef VU
#undef I
#undef BYTES
#undef LANES
#undef NAME
