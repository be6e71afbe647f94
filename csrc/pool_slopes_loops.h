/* Gradients of pool.h for one floating point type: behind pool_loops.h. */

/* The rows of windows that hold a row of dx. */
typedef struct {
    Holders d, h;
    int64_t o, k;                        /* of the first: its place in y, the row's place in its windows */
} NAME(Source);

static int NAME(all_whole)(const Pool *s, int axis, Holders w) {
    int whole = 1;
    for (int64_t o = w.first; o < w.first + w.n; o++) whole &= pool_inside(s, axis, o) == s->window[axis];
    return whole;
}
static NAME(Source) NAME(source)(const Pool *s, int64_t image, Holders d, Holders h) {
    return (NAME(Source)){d, h, ((image * s->out[0] + d.first) * s->out[1] + h.first) * s->out[2] * s->c,
                          (d.place * s->window[1] + h.place) * s->window[2]};
}

/* From a window to the next along each axis: elements of y, and how much less a pixel's place is. */
typedef struct {
    int64_t o[3], k[3];
} NAME(Steps);

ALWAYS_INLINE NAME(Steps) NAME(steps)(const Pool *s) {
    const int64_t row = s->out[2] * s->c, k = s->window[2];
    return (NAME(Steps)){{s->out[1] * row, row, s->c}, {s->stride[0] * s->window[1] * k, s->stride[1] * k, s->stride[2]}};
}

/* What is the same in all rows. most: windows along the width that hold a pixel. The pixels lo to hi of a row are held by whole windows,
   all of which are there; pixel lo is the first of one, `start` elements of y behind the first of the row. Of such pixels a vector
   holds `pixels`, made of `some` elements of windows: `from` is where theirs stand in a vector of y from the first one's last window
   on, `place` the pixels' places in those windows. By value: vectors that are stored may alias what pointers lead to. */
typedef struct {
    NAME(Steps) by_window;
    int64_t c, step, width, most, lo, hi, start, pixels, some;
    V by;                                /* of means */
    I from, place;
} NAME(Run);

static NAME(Run) NAME(run)(const Pool *s) {
    const int64_t c = s->c, k = s->window[2], step = s->stride[2], most = (k + step - 1) / step;
    const int64_t first = s->inside[0] + most - 1, lo = first * step - s->pad[2], hi = s->inside[1] * step - s->pad[2], w = s->in[2];
    NAME(Run) r = {NAME(steps)(s), c, step, k, most,
                   w, w, first * c, step * c <= LANES ? LANES / (step * c) * step : 1, 0, {0}, {0}, {0}};
    r.some = r.pixels / step * c;
    if (lo < hi && lo < w && !s->wide) r.lo = lo, r.hi = hi < w ? hi : w;
    r.by = (V){0} + (T)1 / (T)(s->sum ? 1 : s->window[0] * s->window[1] * k);
    for (int64_t q = 0, l = 0; q < r.pixels; q++)
        for (int64_t j = 0; j < c && l < LANES; j++, l++) r.from[l] = (int)(q / step * c + j), r.place[l] = (int)(q % step);
    return r;
}

/* What n elements of windows from o on hand on: dy (of a relu before: where y > 0); the largest, where `at` is `place`. */
ALWAYS_INLINE V NAME(handed)(const T *dy, const T *y, int64_t o, int n) {
    const V d = NAME(load)(dy + o, n);
    return y ? (V)((I)d & (I)(NAME(load)(y + o, n) > 0)) : d;
}
ALWAYS_INLINE V NAME(to_pixel)(const int op, const int wide, const T *dy, const T *y, const void *at, int64_t o, int64_t place, int n) {
    const V d = NAME(handed)(dy, y, o, n);
    return op == POOL_MAX_SLOPE ? (V)((I)d & (I)(NAME(load_at)(at, o, n, wide) == (int)place)) : d;
}

/* What a pixel is of a window that holds it. */
ALWAYS_INLINE T NAME(share)(const Pool *s, const NAME(Source) *r, Holders w, int64_t a, int64_t b, int64_t e) {
    if (s->sum) return 1;
    return (T)1 / (T)(pool_inside(s, 0, r->d.first + a) * pool_inside(s, 1, r->h.first + b) * pool_inside(s, 2, w.first + e));
}

/* n channels of any pixel of a row; o: of the first window in the row's first row of windows; by: of means, what it is of each. */
ALWAYS_INLINE V NAME(edge)(const int op, const Pool *s, const NAME(Source) *r, Holders w, const T *by, const T *dy, const T *y,
                           const void *at, int64_t o, int n) {
    const NAME(Steps) to = NAME(steps)(s);
    const int64_t nd = r->d.n, nh = r->h.n, k = r->k + w.place;
    const int wide = s->wide;
    V sum = {0};
    o += w.first * to.o[2];
    for (int64_t a = 0, i = 0; a < nd; a++)
        for (int64_t b = 0; b < nh; b++)
            for (int64_t e = 0; e < w.n; e++, i++) {
                const int64_t here = o + a * to.o[0] + b * to.o[1] + e * to.o[2];
                const V v = NAME(to_pixel)(op, wide, dy, y, at, here, k - a * to.k[0] - b * to.k[1] - e * to.k[2], n);
                sum += op == POOL_MAX_SLOPE ? v : v * (i < EDGE ? by[i] : NAME(share)(s, r, w, a, b, e));
            }
    return sum;
}
static __attribute__((noinline)) void NAME(max_edge)(const Pool *s, const NAME(Source) *r, int64_t iw, const T *dy, const T *y,
                                                     const void *at, T *dx) {
    const Holders w = pool_holders(s, 2, iw);
    for (int64_t j = 0; j < s->c; j += LANES) {
        const int n = s->c - j < LANES ? (int)(s->c - j) : LANES;
        NAME(store)(dx + j, NAME(edge)(POOL_MAX_SLOPE, s, r, w, NULL, dy, y, at, r->o + j, n), n);
    }
}
static __attribute__((noinline)) void NAME(mean_edge)(const Pool *s, const NAME(Source) *r, int64_t iw, const T *dy, T *dx) {
    const Holders w = pool_holders(s, 2, iw);
    T by[EDGE];
    for (int64_t a = 0, i = 0; a < r->d.n; a++)
        for (int64_t b = 0; b < r->h.n; b++)
            for (int64_t e = 0; e < w.n && i < EDGE; e++) by[i++] = NAME(share)(s, r, w, a, b, e);
    for (int64_t j = 0; j < s->c; j += LANES) {
        const int n = s->c - j < LANES ? (int)(s->c - j) : LANES;
        NAME(store)(dx + j, NAME(edge)(POOL_MEAN_SLOPE, s, r, w, by, dy, NULL, NULL, r->o + j, n), n);
    }
}
ALWAYS_INLINE void NAME(edges)(const int op, const Pool *s, const NAME(Source) *r, int64_t iw, int64_t stop, const T *dy, const T *y,
                               const void *at, T *dx) {
    for (; iw < stop; iw++)
        if (op == POOL_MAX_SLOPE) NAME(max_edge)(s, r, iw, dy, y, at, dx + iw * s->c);
        else NAME(mean_edge)(s, r, iw, dy, dx + iw * s->c);
}

/* n channels of a pixel that nd x nh x nw windows hold, of which the first is at o; k: the pixel's place there. */
ALWAYS_INLINE V NAME(gathered)(const int op, NAME(Run) to, int64_t nd, int64_t nh, int64_t nw, const T *dy, const T *y,
                               const void *at, int64_t o, int64_t k, int n) {
    V sum = {0};
    for (int64_t a = 0; a < nd; a++)
        for (int64_t b = 0; b < nh; b++)
            for (int64_t e = 0; e < nw; e++)
                sum += NAME(to_pixel)(op, 0, dy, y, at, o + a * to.by_window.o[0] + b * to.by_window.o[1] + e * to.by_window.o[2],
                                      k - a * to.by_window.k[0] - b * to.by_window.k[1] - e * to.by_window.k[2], n);
    return sum;
}
ALWAYS_INLINE void NAME(slope)(const int op, NAME(Run) to, int64_t nd, int64_t nh, int64_t nw, const T *dy, const T *y,
                               const void *at, int64_t o, int64_t k, T *dx) {
    int64_t j = 0;
    for (; j + LANES <= to.c; j += LANES) {
        const V sum = NAME(gathered)(op, to, nd, nh, nw, dy, y, at, o + j, k, LANES);
        NAME(store)(dx + j, op == POOL_MAX_SLOPE ? sum : sum * to.by, LANES);
    }
    if (j < to.c) {
        const V sum = NAME(gathered)(op, to, nd, nh, nw, dy, y, at, o + j, k, (int)(to.c - j));
        NAME(store)(dx + j, op == POOL_MAX_SLOPE ? sum : sum * to.by, (int)(to.c - j));
    }
}

/* Several pixels, of m elements of windows; o, k: of the last that hold them. */
ALWAYS_INLINE V NAME(spread)(const int op, NAME(Run) to, int64_t nd, int64_t nh, int64_t nw, const T *dy, const T *y, const void *at,
                             int64_t o, int64_t k, int m) {
    V sum = {0};
    for (int64_t a = 0; a < nd; a++)
        for (int64_t b = 0; b < nh; b++)
            for (int64_t e = nw - 1; e >= 0; e--) {
                const int64_t here = o + a * to.by_window.o[0] + b * to.by_window.o[1] - e * to.by_window.o[2];
                const I place = to.place + (int)(e * to.by_window.k[2]);
                const V few = NAME(handed)(dy, y, here, m);
                GATHERED(V, d, few, few, to.from, LANES)
                I mask = (I)(place < (int)to.width);
                if (op == POOL_MAX_SLOPE) {
                    const I found = NAME(load_at)(at, here, m, 0);
                    GATHERED(I, where, found, found, to.from, LANES)
                    mask &= (I)(where == place + (int)(k - a * to.by_window.k[0] - b * to.by_window.k[1]));
                }
                sum += (V)((I)d & mask);
            }
    return op == POOL_MAX_SLOPE ? sum : sum * to.by;
}
ALWAYS_INLINE void NAME(spread_run)(const int op, NAME(Run) to, int64_t nd, int64_t nh, int64_t nw, int64_t o, int64_t k,
                                    const T *dy, const T *y, const void *at, T *dx) {
    const int64_t n = to.pixels, some = to.some;
    int64_t iw = to.lo;
    o += to.start;
    for (; iw + n <= to.hi; iw += n, o += some)
        NAME(store)(dx + iw * to.c, NAME(spread)(op, to, nd, nh, nw, dy, y, at, o, k, (int)some), (int)(n * to.c));
    if (iw == to.hi) return;
    const int m = (int)((to.hi - iw + to.step - 1) / to.step * to.c);
    NAME(store)(dx + iw * to.c, NAME(spread)(op, to, nd, nh, nw, dy, y, at, o, k, m), (int)((to.hi - iw) * to.c));
}

/* Pixels lo to hi of a row that nd x nh rows of windows hold. */
ALWAYS_INLINE void NAME(pixels_run)(const int op, NAME(Run) to, const int64_t nd, const int64_t nh, int64_t o, int64_t first,
                                    const T *dy, const T *y, const void *at, T *dx) {
    const T *end = dx + to.hi * to.c;
    const int64_t part = to.width % to.step;
    o += to.start;                                                     /* of the last window that begins before the pixel */
    for (dx += to.lo * to.c; dx < end; o += to.c)
        for (int64_t place = 0; place < to.step && dx < end; place++, dx += to.c) {
            const int64_t nw = part == 0 || place < part ? to.most : to.most - 1;
            const int64_t start = o - (nw - 1) * to.c, k = first + place + (nw - 1) * to.step;
            if (nw == 1) NAME(slope)(op, to, nd, nh, 1, dy, y, at, start, k, dx);
            else if (nw == 2) NAME(slope)(op, to, nd, nh, 2, dy, y, at, start, k, dx);
            else NAME(slope)(op, to, nd, nh, nw, dy, y, at, start, k, dx);
        }
}
/* The same where one row of windows holds the row and they lie side by side or apart: what a window hands on is read once for all its
   pixels. */
ALWAYS_INLINE void NAME(tile)(const int op, NAME(Run) to, const int64_t width, int64_t pixels, const T *dy, const T *y, const void *at,
                              int64_t o, int64_t k, T *dx, int n) {
    V d = NAME(handed)(dy, y, o, n);
    I where = {0};
    if (op == POOL_MAX_SLOPE) where = NAME(load_at)(at, o, n, 0);
    else d *= to.by;
    for (int64_t q = 0; q < pixels; q++, dx += to.c) {
        const I here = q < width ? op == POOL_MAX_SLOPE ? (I)(where == (int)(k + q)) : ~(I){0} : (I){0};
        NAME(store)(dx, (V)((I)d & here), n);
    }
}
ALWAYS_INLINE void NAME(tiles_run)(const int op, NAME(Run) to, const int64_t step, const int64_t width, int64_t o, int64_t k,
                                   const T *dy, const T *y, const void *at, T *dx) {
    o += to.start;
    for (int64_t iw = to.lo; iw < to.hi; iw += step, o += to.c) {
        const int64_t pixels = step < to.hi - iw ? step : to.hi - iw;
        T *here = dx + iw * to.c;
        int64_t j = 0;
        for (; j + LANES <= to.c; j += LANES)
            if (pixels == step) NAME(tile)(op, to, width, step, dy, y, at, o + j, k, here + j, LANES);
            else NAME(tile)(op, to, width, pixels, dy, y, at, o + j, k, here + j, LANES);
        if (j < to.c) NAME(tile)(op, to, width, pixels, dy, y, at, o + j, k, here + j, (int)(to.c - j));
    }
}
ALWAYS_INLINE void NAME(slope_run)(const int op, const NAME(Run) *run, int64_t nd, int64_t nh, int64_t o, int64_t k, const T *dy,
                                   const T *y, const void *at, T *dx) {
    const NAME(Run) to = *run;
    if (to.pixels > 1 && nd == 1 && nh == 1 && to.most == 1) NAME(spread_run)(op, to, 1, 1, 1, o, k, dy, y, at, dx);
    else if (to.pixels > 1) NAME(spread_run)(op, to, nd, nh, to.most, o, k, dy, y, at, dx);
    else if (nd == 1 && nh == 1 && to.step == 2 && to.width == 2) NAME(tiles_run)(op, to, 2, 2, o, k, dy, y, at, dx);
    else if (nd == 1 && nh == 1 && to.most == 1) NAME(tiles_run)(op, to, to.step, to.width, o, k, dy, y, at, dx);
    else if (nd == 1 && nh == 1) NAME(pixels_run)(op, to, 1, 1, o, k, dy, y, at, dx);
    else if (nd == 1 && nh == 2) NAME(pixels_run)(op, to, 1, 2, o, k, dy, y, at, dx);
    else NAME(pixels_run)(op, to, nd, nh, o, k, dy, y, at, dx);
}
/* Functions of their own: inlined into the loop over rows their loops lack registers. */
#define RUN_OF const NAME(Run) *to, int64_t nd, int64_t nh, int64_t o, int64_t k, const T *dy
static __attribute__((noinline)) void NAME(max_run)(RUN_OF, const void *at, T *dx) {
    NAME(slope_run)(POOL_MAX_SLOPE, to, nd, nh, o, k, dy, NULL, at, dx);
}
static __attribute__((noinline)) void NAME(max_relu_run)(RUN_OF, const T *y, const void *at, T *dx) {
    NAME(slope_run)(POOL_MAX_SLOPE, to, nd, nh, o, k, dy, y, at, dx);
}
static __attribute__((noinline)) void NAME(mean_run)(RUN_OF, T *dx) {
    NAME(slope_run)(POOL_MEAN_SLOPE, to, nd, nh, o, k, dy, NULL, NULL, dx);
}
#undef RUN_OF

/* The rows [first, last) of dx, counted through all images. */
ALWAYS_INLINE void NAME(slopes)(const int op, const Pool *s, int64_t first, int64_t last, const T *dy, const T *y, const void *at, T *dx) {
    if (s->c == 0 || first >= last) return;
    const NAME(Run) to = NAME(run)(s);
    const int64_t w = s->in[2], c = s->c;
    int64_t image = first / (s->in[0] * s->in[1]), id = first / s->in[1] % s->in[0], ih = first % s->in[1];
    Holders d = {0, 0, 0};
    int whole = 0;
    for (int64_t row = first; row < last; row++) {
        if (row == first || ih == 0) d = pool_holders(s, 0, id), whole = NAME(all_whole)(s, 0, d);
        const Holders h = pool_holders(s, 1, ih);
        const NAME(Source) r = NAME(source)(s, image, d, h);
        const int run = op == POOL_MAX_SLOPE || s->sum || (whole && NAME(all_whole)(s, 1, h));
        const int64_t lo = run ? to.lo : w, hi = run ? to.hi : w;
        T *dx_r = dx + row * w * c;
        NAME(edges)(op, s, &r, 0, lo, dy, y, at, dx_r);
        if (lo < hi) {
            if (op == POOL_MEAN_SLOPE) NAME(mean_run)(&to, d.n, h.n, r.o, r.k, dy, dx_r);
            else if (y) NAME(max_relu_run)(&to, d.n, h.n, r.o, r.k, dy, y, at, dx_r);
            else NAME(max_run)(&to, d.n, h.n, r.o, r.k, dy, at, dx_r);
        }
        NAME(edges)(op, s, &r, hi, w, dy, y, at, dx_r);
        if (++ih == s->in[1]) {
            ih = 0;
            if (++id == s->in[0]) id = 0, image++;
        }
    }
}
static void NAME(max_slopes)(const Pool *s, int64_t first, int64_t last, const T *dy, const T *y, const void *at, T *dx) {
    NAME(slopes)(POOL_MAX_SLOPE, s, first, last, dy, y, at, dx);
}
static void NAME(mean_slopes)(const Pool *s, int64_t first, int64_t last, const T *dy, const T *y, const void *at, T *dx) {
    (void)y, (void)at;
    NAME(slopes)(POOL_MEAN_SLOPE, s, first, last, dy, NULL, NULL, dx);
}

#undef T
#undef V
#undef VU
#undef I
#undef LANES
#undef NAME
