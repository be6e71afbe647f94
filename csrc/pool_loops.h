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

/* Where in its window a maximum stands: a byte, or 32 bits in windows of more than 256. Bytes of a part go through integers: put
   into memory one by one and read as a vector they would have to wait for each other. */
ALWAYS_INLINE void NAME(store_at)(void *at, int64_t o, I v, int n, int wide) {
    if (wide) {
        for (int l = 0; l < n; l++) ((int32_t *)at)[o + l] = (int32_t)v[l];
        return;
    }
    const BYTES b = __builtin_convertvector(v, BYTES);
    uint8_t *to = (uint8_t *)at + o;
    if (n == LANES) {
        memcpy(to, &b, sizeof b);
        return;
    }
    uint64_t w[2] = {0};
    memcpy(w, &b, sizeof b);
    for (int l = 0; l < n && l < 8; l++, w[0] >>= 8) to[l] = (uint8_t)w[0];
    for (int l = 8; l < n; l++, w[1] >>= 8) to[l] = (uint8_t)w[1];
}
ALWAYS_INLINE I NAME(load_at)(const void *at, int64_t o, int n, int wide) {
    if (wide) {
        I v = {0};
        for (int l = 0; l < n; l++) v[l] = ((const int32_t *)at)[o + l];
        return v;
    }
    const uint8_t *from = (const uint8_t *)at + o;
    BYTES b;
    if (n == LANES) {
        memcpy(&b, from, sizeof b);
    } else {
        uint64_t w[2] = {0};
        for (int l = 0; l < n && l < 8; l++) w[0] |= (uint64_t)from[l] << 8 * l;
        for (int l = 8; l < n; l++) w[1] |= (uint64_t)from[l] << 8 * (l - 8);
        memcpy(&b, w, sizeof b);
    }
    return __builtin_convertvector(b, I);
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

/* One of the above; `in` and `out` are x and y, or dy and dx: of x and dx the image. op and add are constants where this is inlined. */
ALWAYS_INLINE void NAME(pixel)(const int op, const int add, const Pool *s, Window w, const T *in, T *out, const T *y, void *at,
                               int64_t j, int n, int64_t o) {
    switch (op) {
    case POOL_MAX: NAME(max_pixel)(s, w, in, j, n, out, at, o); return;
    case POOL_MEAN: NAME(mean_pixel)(s, w, in, j, n, out, at, o); return;
    case POOL_PICK: NAME(pick_pixel)(s, w, in, j, n, out, at, o); return;
    case POOL_MAX_SLOPE: NAME(max_slope)(s, w, out, j, n, in, y, at, o, add); return;
    case POOL_MEAN_SLOPE: NAME(mean_slope)(s, w, out, j, n, in, y, at, o, add); return;
    }
}
ALWAYS_INLINE void NAME(channels)(const int op, const int add, const Pool *s, Window w, const T *in, T *out, const T *y, void *at,
                                  int64_t o) {
    int64_t j = 0;
    for (; j + LANES <= s->c; j += LANES) NAME(pixel)(op, add, s, w, in, out, y, at, j, LANES, o + j);
    if (j < s->c) NAME(pixel)(op, add, s, w, in, out, y, at, j, (int)(s->c - j), o + j);
}

/* Windows [ow, stop) of an output row, which are whole; `o`: the place of the row in y. Common windows are constants where this
   is inlined, so that nothing is left of the loops over their pixels. */
ALWAYS_INLINE void NAME(inside)(const int op, const int add, Pool s, Window w, const int kd, const int kh, const int kw, int64_t ow,
                                int64_t stop, const T *in, T *out, const T *y, void *at, int64_t o) {
    s.window[0] = kd, s.window[1] = kh, s.window[2] = kw, w.pixels = (int64_t)kd * kh * kw;
    w.to[0] = w.from[0] + kd, w.to[1] = w.from[1] + kh;
    for (; ow < stop; ow++) {
        w.start[2] = w.from[2] = ow * s.stride[2] - s.pad[2], w.to[2] = w.from[2] + kw;
        NAME(channels)(op, add, &s, w, in, out, y, at, o + ow * s.c);
    }
}

/* An output row, counted through all images. */
ALWAYS_INLINE void NAME(row)(const int op, const int add, const Pool *s, int64_t row, const T *in, T *out, const T *y, void *at) {
    const int64_t o = row * s->out[2] * s->c;
    const Window w = pool_window(s, row, 0);
    const int whole = w.to[0] - w.from[0] == s->window[0] && w.to[1] - w.from[1] == s->window[1];
    const int64_t lo = whole && s->inside[0] < s->inside[1] ? s->inside[0] : s->out[2], hi = lo < s->out[2] ? s->inside[1] : lo;
    for (int64_t ow = 0; ow < lo; ow++) NAME(channels)(op, add, s, pool_window(s, row, ow), in, out, y, at, o + ow * s->c);
    const int common = op != POOL_PICK && s->window[0] == 1;
    if (common && s->window[1] == 2 && s->window[2] == 2)
        NAME(inside)(op, add, *s, w, 1, 2, 2, lo, hi, in, out, y, at, o);
    else if (common && s->window[1] == 3 && s->window[2] == 3)
        NAME(inside)(op, add, *s, w, 1, 3, 3, lo, hi, in, out, y, at, o);
    else
        NAME(inside)(op, add, *s, w, (int)s->window[0], (int)s->window[1], (int)s->window[2], lo, hi, in, out, y, at, o);
    for (int64_t ow = hi; ow < s->out[2]; ow++) NAME(channels)(op, add, s, pool_window(s, row, ow), in, out, y, at, o + ow * s->c);
}

/* The output rows [first, last) of op. */
ALWAYS_INLINE void NAME(rows)(const int op, const Pool *s, int64_t first, int64_t last, const T *x, T *y, void *at) {
    const int64_t rows = s->out[0] * s->out[1], size = s->in[0] * s->in[1] * s->in[2] * s->c;
    for (int64_t row = first; row < last; row++) NAME(row)(op, 0, s, row, x + row / rows * size, y, NULL, at);
}
static void NAME(max_rows)(const Pool *s, int64_t first, int64_t last, const T *x, T *y, void *at) {
    if (at) NAME(rows)(POOL_MAX, s, first, last, x, y, at);
    else NAME(rows)(POOL_MAX, s, first, last, x, y, NULL);
}
static void NAME(mean_rows)(const Pool *s, int64_t first, int64_t last, const T *x, T *y, void *at) {
    NAME(rows)(POOL_MEAN, s, first, last, x, y, at);
}
static void NAME(pick_rows)(const Pool *s, int64_t first, int64_t last, const T *x, T *y, void *at) {
    NAME(rows)(POOL_PICK, s, first, last, x, y, at);
}

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

/* The gradient of op. Parts: output rows where windows lie side by side, else images. */
ALWAYS_INLINE void NAME(slopes)(const int op, const Pool *s, int64_t first, int64_t last, const T *dy, const T *y, void *at, T *dx) {
    const int64_t rows = s->out[0] * s->out[1], size = s->in[0] * s->in[1] * s->in[2] * s->c;
    if (s->tiled) {
        for (int64_t row = first; row < last; row++) {
            NAME(row)(op, 0, s, row, dy, dx + row / rows * size, y, at);
            NAME(zero_rest)(s, row, dx + row / rows * size);
        }
        return;
    }
    for (int64_t image = first; image < last; image++) {
        memset(dx + image * size, 0, size * sizeof(T));              /* one at a time: it stays in the cache */
        for (int64_t row = image * rows; row < (image + 1) * rows; row++) NAME(row)(op, 1, s, row, dy, dx + image * size, y, at);
    }
}
static void NAME(max_slopes)(const Pool *s, int64_t first, int64_t last, const T *dy, const T *y, const void *at, T *dx) {
    if (y) NAME(slopes)(POOL_MAX_SLOPE, s, first, last, dy, y, (void *)at, dx);
    else NAME(slopes)(POOL_MAX_SLOPE, s, first, last, dy, NULL, (void *)at, dx);
}
static void NAME(mean_slopes)(const Pool *s, int64_t first, int64_t last, const T *dy, const T *y, const void *at, T *dx) {
    NAME(slopes)(POOL_MEAN_SLOPE, s, first, last, dy, y, (void *)at, dx);
}

#undef WINDOW_PIXELS
#undef T
#undef V
#undef VU
#undef I
#undef BYTES
#undef LANES
#undef NAME
