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

/* n elements from x on; or, where `from` is given, those elements of the two vectors from x on. */
ALWAYS_INLINE V NAME(take)(const T *x, int n, const I *from) {
    if (!from) return NAME(load)(x, n);
    const V near = *(const VU *)x, far = *(const VU *)(x + LANES);
    GATHERED(V, v, near, far, *from, LANES)
    return v;
}

/* Where in its window a maximum stands: a byte, or 32 bits in windows of more than 256. */
ALWAYS_INLINE void NAME(store_at)(void *at, int64_t o, I v, int n, int wide) {
    if (!wide) NAME(store_bytes)((uint8_t *)at + o, v, n);
    for (int l = 0; wide && l < n; l++) ((int32_t *)at)[o + l] = (int32_t)v[l];
}
ALWAYS_INLINE I NAME(load_at)(const void *at, int64_t o, int n, int wide) {
    if (!wide) return NAME(load_bytes)((const uint8_t *)at + o, n);
    I v = {0};
    for (int l = 0; l < n; l++) v[l] = ((const int32_t *)at)[o + l];
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

/* The channels [j, j + n) of one output pixel, or those of several (`from`: how theirs stand in x); x: the image; o: the place of
   the pixel's channel j in y. */
ALWAYS_INLINE void NAME(max_pixel)(const Pool *s, Window w, const T *x, const I *from, int64_t j, int n, T *y, void *at, int64_t o) {
    const int64_t here = (w.from[0] * s->in[1] + w.from[1]) * s->in[2] + w.from[2];
    V best = NAME(take)(x + here * s->c + j, n, from);           /* the first pixel stands, whatever it is */
    I where = (I){0} + (int)(((w.from[0] - w.start[0]) * s->window[1] + w.from[1] - w.start[1]) * s->window[2] + w.from[2] - w.start[2]);
    WINDOW_PIXELS({
        const V v = NAME(take)(x + p * s->c + j, n, from);
        const I wins = (I)(v > best);
        best = NAME(select)(wins, v, best);
        where = (where & ~wins) | (((I){0} + (int)k) & wins);
    })
    NAME(store)(y + o, best, n);
    if (at) NAME(store_at)(at, o, where, n, s->wide);
}
ALWAYS_INLINE void NAME(mean_pixel)(const Pool *s, Window w, const T *x, const I *from, int64_t j, int n, T *y, int64_t o) {
    V sum = {0};
    WINDOW_PIXELS({ sum += NAME(take)(x + p * s->c + j, n, from); (void)k; })
    NAME(store)(y + o, sum / ((V){0} + (T)(s->sum ? 1 : w.pixels)), n);
}
ALWAYS_INLINE void NAME(pick_pixel)(const Pool *s, Window w, const T *x, const I *from, int64_t j, int n, T *y, void *at, int64_t o) {
    const I where = NAME(load_at)(at, o, n, s->wide);
    V found = {0};
    WINDOW_PIXELS({ found = NAME(select)((I)(where == (int)k), NAME(take)(x + p * s->c + j, n, from), found); })
    NAME(store)(y + o, found, n);
}

/* One of the above; op is a constant where this is inlined. */
ALWAYS_INLINE void NAME(pixel)(const int op, const Pool *s, Window w, const T *x, const I *from, int64_t j, int n, T *y, void *at,
                               int64_t o) {
    switch (op) {
    case POOL_MAX: NAME(max_pixel)(s, w, x, from, j, n, y, at, o); return;
    case POOL_MEAN: NAME(mean_pixel)(s, w, x, from, j, n, y, o); return;
    case POOL_PICK: NAME(pick_pixel)(s, w, x, from, j, n, y, at, o); return;
    }
}
ALWAYS_INLINE void NAME(channels)(const int op, const Pool *s, Window w, const T *x, T *y, void *at, int64_t o) {
    int64_t j = 0;
    for (; j + LANES <= s->c; j += LANES) NAME(pixel)(op, s, w, x, NULL, j, LANES, y, at, o + j);
    if (j < s->c) NAME(pixel)(op, s, w, x, NULL, j, (int)(s->c - j), y, at, o + j);
}

/* As many output pixels as a vector holds, and where their elements stand in two vectors of x from the first's on. */
typedef struct {
    int64_t pixels;
    I from;
} NAME(Group);

static NAME(Group) NAME(group)(const Pool *s) {
    const int64_t c = s->c, step = s->stride[2] * c, fit = c < LANES ? (2 * LANES - c) / step + 1 : 1;
    NAME(Group) g = {fit < LANES / c ? fit : LANES / c, {0}};
    for (int64_t q = 0, l = 0; q < g.pixels; q++)
        for (int64_t j = 0; j < c && l < LANES; j++, l++) g.from[l] = (int)(q * step + j);
    return g;
}

/* Windows [ow, stop) of an output row, which are whole; `o`: the place of the row in y; `left`: elements from x on. Common windows are
   constants where this is inlined, so that nothing is left of the loops over their pixels. */
ALWAYS_INLINE void NAME(inside)(const int op, Pool s, const NAME(Group) *g, Window w, const int kd, const int kh, const int kw,
                                int64_t ow, int64_t stop, const T *x, int64_t left, T *y, void *at, int64_t o) {
    s.window[0] = kd, s.window[1] = kh, s.window[2] = kw, w.pixels = (int64_t)kd * kh * kw;
    w.to[0] = w.from[0] + kd, w.to[1] = w.from[1] + kh;
    const int64_t line = ((w.to[0] - 1) * s.in[1] + w.to[1] - 1) * s.in[2];
    const I from = g->from;
    for (int64_t n; g->pixels > 1 && ow < stop; ow += n) {
        n = stop - ow < g->pixels ? stop - ow : g->pixels;
        w.start[2] = w.from[2] = ow * s.stride[2] - s.pad[2], w.to[2] = w.from[2] + kw;
        if ((line + w.to[2] - 1) * s.c + 2 * LANES > left) break;        /* nothing is read behind x */
        NAME(pixel)(op, &s, w, x, &from, 0, (int)(n * s.c), y, at, o + ow * s.c);
    }
    for (; ow < stop; ow++) {
        w.start[2] = w.from[2] = ow * s.stride[2] - s.pad[2], w.to[2] = w.from[2] + kw;
        NAME(channels)(op, &s, w, x, y, at, o + ow * s.c);
    }
}

/* Output row oh of slab od; x: the image, `left` elements from there on; o: the place of the row in y. */
ALWAYS_INLINE void NAME(row)(const int op, const Pool *s, const NAME(Group) *g, int64_t od, int64_t oh, int64_t o, const T *x,
                             int64_t left, T *y, void *at) {
    const Window w = pool_window(s, od, oh, 0);
    const int whole = w.to[0] - w.from[0] == s->window[0] && w.to[1] - w.from[1] == s->window[1];
    const int64_t lo = whole && s->inside[0] < s->inside[1] ? s->inside[0] : s->out[2], hi = lo < s->out[2] ? s->inside[1] : lo;
    for (int64_t ow = 0; ow < lo; ow++) NAME(channels)(op, s, pool_window(s, od, oh, ow), x, y, at, o + ow * s->c);
    const int common = op != POOL_PICK && s->window[0] == 1;
    if (common && s->window[1] == 2 && s->window[2] == 2)
        NAME(inside)(op, *s, g, w, 1, 2, 2, lo, hi, x, left, y, at, o);
    else if (common && s->window[1] == 3 && s->window[2] == 3)
        NAME(inside)(op, *s, g, w, 1, 3, 3, lo, hi, x, left, y, at, o);
    else
        NAME(inside)(op, *s, g, w, (int)s->window[0], (int)s->window[1], (int)s->window[2], lo, hi, x, left, y, at, o);
    for (int64_t ow = hi; ow < s->out[2]; ow++) NAME(channels)(op, s, pool_window(s, od, oh, ow), x, y, at, o + ow * s->c);
}

/* The output rows [first, last) of op, counted through all images. */
ALWAYS_INLINE void NAME(rows)(const int op, const Pool *s, int64_t first, int64_t last, const T *x, T *y, void *at) {
    const int64_t rows = s->out[0] * s->out[1], size = s->in[0] * s->in[1] * s->in[2] * s->c;
    if (s->c == 0 || first >= last) return;
    const NAME(Group) g = NAME(group)(s);
    int64_t od = first / s->out[1] % s->out[0], oh = first % s->out[1];
    int64_t left = (s->n - first / rows) * size;
    x += first / rows * size;
    for (int64_t row = first; row < last; row++) {
        NAME(row)(op, s, &g, od, oh, row * s->out[2] * s->c, x, left, y, at);
        if (++oh < s->out[1]) continue;
        oh = 0;
        if (++od == s->out[0]) od = 0, x += size, left -= size;
    }
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

#undef WINDOW_PIXELS
