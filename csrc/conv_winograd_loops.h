/* The loops of conv_winograd.h for one element type: T, V (vector), VU (vector at any address), LANES, NAME(x). */

#define LOAD(p) (part ? NAME(load_part)(p, part) : (V)*(const VU *)(p))
#define STORE(p, v)                                                                                  \
    {                                                                                                \
        if (part) NAME(store_part)(p, v, part);                                                      \
        else *(VU *)(p) = (v);                                                                       \
    }
/* `body(c, 0)` for whole vectors of `n` elements, `body(c, lanes)` for the rest. */
#define VECTORS(n, body)                                                                             \
    {                                                                                                \
        int64_t c = 0;                                                                               \
        for (; c + LANES <= (n); c += LANES) body(c, 0);                                             \
        if (c < (n)) body(c, (int)((n) - c));                                                        \
    }

/* One step of B', of A and of G' along one axis. */
#define SPREAD_X(a, b, c, d, to, s)                                                                  \
    to[0 * s] = a - c, to[1 * s] = b + c, to[2 * s] = c - b, to[3 * s] = b - d
#define SPREAD_Y(a, b, to, s) to[0 * s] = a, to[1 * s] = a + b, to[2 * s] = a - b, to[3 * s] = -b

/* B' d B of 4 x 4 pixels at p -> 16 planes. */
ALWAYS_INLINE void NAME(winograd_source)(const T *const *p, int64_t c, int part, T *to, int64_t plane) {
    V d[16], w[16];
#pragma GCC unroll 16
    for (int k = 0; k < 16; k++) d[k] = LOAD(p[k] + c);
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) SPREAD_X(d[j], d[4 + j], d[8 + j], d[12 + j], (w + j), 4);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) SPREAD_X(w[4 * i], w[4 * i + 1], w[4 * i + 2], w[4 * i + 3], (d + 4 * i), 1);
#pragma GCC unroll 16
    for (int k = 0; k < 16; k++) STORE(to + k * plane + c, d[k]);
}

/* A dy A' of 2 x 2 pixels at p -> 16 planes. */
ALWAYS_INLINE void NAME(winograd_target)(const T *const *p, int64_t c, int part, T *to, int64_t plane) {
    V y[4], w[8], e[16];
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) y[k] = LOAD(p[k] + c);
#pragma GCC unroll 2
    for (int j = 0; j < 2; j++) SPREAD_Y(y[j], y[2 + j], (w + j), 2);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) SPREAD_Y(w[2 * i], w[2 * i + 1], (e + 4 * i), 1);
#pragma GCC unroll 16
    for (int k = 0; k < 16; k++) STORE(to + k * plane + c, e[k]);
}

/* The pixels of `side` x `side` from (h, w) of one image, a row of zeros where they are outside. */
ALWAYS_INLINE void NAME(winograd_pixels)(const int side, const T *x, int64_t height, int64_t width, int64_t pixel, int64_t h,
                                         int64_t w, const T *zeros, const T **p) {
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            const int inside = h + i >= 0 && h + i < height && w + j >= 0 && w + j < width;
            p[side * i + j] = inside ? x + ((h + i) * width + w + j) * pixel : zeros;
        }
}

/* V of tiles [first, first + count), channels [c0, c0 + channels), `plane` elements apart. */
static void NAME(winograd_sources)(const Winograd *w, const T *x, int64_t first, int64_t count, int64_t c0, int64_t channels,
                                   const T *zeros, T *to, int64_t plane) {
    const int64_t across = winograd_across(w), tiles = winograd_down(w) * across;
    for (int64_t t = first; t < first + count; t++, to += channels) {
        const T *image = x + t / tiles * w->height * w->width * w->channels + c0, *p[16];
        NAME(winograd_pixels)(4, image, w->height, w->width, w->channels, t % tiles / across * 2 - w->above,
                              t % across * 2 - w->left, zeros, p);
#define BODY(c, part) NAME(winograd_source)(p, c, part, to, plane)
        VECTORS(channels, BODY)
#undef BODY
    }
}

/* A dy A' of tiles [first, first + count), filters [f0, f0 + filters). */
static void NAME(winograd_targets)(const Winograd *w, const T *dy, int64_t first, int64_t count, int64_t f0, int64_t filters,
                                   const T *zeros, T *to, int64_t plane) {
    const int64_t across = winograd_across(w), tiles = winograd_down(w) * across;
    for (int64_t t = first; t < first + count; t++, to += filters) {
        const T *image = dy + t / tiles * w->rows * w->columns * w->filters + f0, *p[4];
        NAME(winograd_pixels)(2, image, w->rows, w->columns, w->filters, t % tiles / across * 2, t % across * 2, zeros, p);
#define BODY(c, part) NAME(winograd_target)(p, c, part, to, plane)
        VECTORS(filters, BODY)
#undef BODY
    }
}

/* A' m A + bias of one tile -> its 2 x 2 pixels, those that there are. */
ALWAYS_INLINE void NAME(winograd_pixel_sums)(const T *m, int64_t plane, int64_t c, int part, const T *bias, int down, int across,
                                             T *to, int64_t line, int64_t pixel) {
    V u[8], y[4];
    const V b = bias ? LOAD(bias + c) : (V){0};
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
        const V m0 = LOAD(m + j * plane + c), m1 = LOAD(m + (4 + j) * plane + c);
        const V m2 = LOAD(m + (8 + j) * plane + c), m3 = LOAD(m + (12 + j) * plane + c);
        u[j] = m0 + m1 + m2, u[4 + j] = m1 - m2 - m3;
    }
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        y[2 * i] = u[4 * i] + u[4 * i + 1] + u[4 * i + 2] + b;
        y[2 * i + 1] = u[4 * i + 1] - u[4 * i + 2] - u[4 * i + 3] + b;
    }
    STORE(to + c, y[0])
    if (across) STORE(to + pixel + c, y[1])
    if (down) {
        STORE(to + line + c, y[2])
        if (across) STORE(to + line + pixel + c, y[3])
    }
}

/* What is done with the sums: y = activation(sums + bias), or (sums + bias) times the slope of the activation of what is beside y;
   or what norm_columns.h says. */
typedef struct {
    int activation;
    NormColumns norm;
    const double *attr;
    const T *bias, *beside;
} NAME(WinogradEnd);

static void NAME(winograd_finish)(const NAME(WinogradEnd) *end, T *y, const T *beside, int64_t column, int64_t n) {
    if (end->activation & ADD_BESIDE) NAME(add_beside)(end->activation, end->attr, &end->norm, column, beside, y, 1, n, n);
    else if (end->activation & NORM_COLUMNS) NAME(norm_columns)(end->activation, end->attr, &end->norm, column, y, 1, n, n);
    else if (beside) NAME(activate_grad)(end->activation, end->attr, y, beside, beside, y, n);
    else NAME(activate)(end->activation, end->attr, y, y, n);
}

/* M of tiles [first, first + count), filters [f0, f0 + filters) -> y. */
static void NAME(winograd_sums)(const Winograd *w, const T *m, int64_t plane, int64_t first, int64_t count, int64_t f0,
                                int64_t filters, const NAME(WinogradEnd) *end, T *y) {
    const int64_t across = winograd_across(w), tiles = winograd_down(w) * across, line = w->columns * w->filters;
    const T *bias = end->bias ? end->bias + f0 : NULL;
    for (int64_t t = first; t < first + count; t++, m += filters) {
        const int64_t row = t % tiles / across * 2, column = t % across * 2;
        const int down = row + 1 < w->rows, right = column + 1 < w->columns;
        const int64_t at = ((t / tiles * w->rows + row) * w->columns + column) * w->filters + f0;
        T *to = y + at;
#define BODY(c, part) NAME(winograd_pixel_sums)(m, plane, c, part, bias, down, right, to, line, w->filters)
        VECTORS(filters, BODY)
#undef BODY
        if (!end->activation) continue;
        for (int i = 0; i <= down; i++)
            for (int j = 0; j <= right; j++) {
                const int64_t off = i * line + j * w->filters;
                NAME(winograd_finish)(end, to + off, end->beside ? end->beside + at + off : NULL, f0, filters);
            }
    }
}

/* y of tiles [tile, stop). u (16, channels, filters) or, turned, (16, filters, channels). */
static void NAME(winograd)(const Winograd *w, int64_t tile, int64_t stop, const T *x, const T *u, int turned,
                           const NAME(WinogradEnd) *end, T *y) {
    static const int plane_of[2][4] = {{0, 1, 2, 3}, {3, 1, 2, 0}};
    const int64_t wide = w->filters < WINOGRAD_COLUMNS ? w->filters : WINOGRAD_COLUMNS;
    const int64_t most = winograd_tiles(16 * (w->channels + wide)), left = stop - tile;
    if (left <= 0) return;
    const int64_t blocks = (left + most - 1) / most, tall = (left + blocks - 1) / blocks;
    const int64_t v_plane = tall * w->channels + WINOGRAD_LINE, m_plane = tall * wide + WINOGRAD_LINE;
    T *v = (T *)outer_scratch(sizeof(T) * (16 * (v_plane + m_plane) + w->channels)), *m = v + 16 * v_plane, *zeros = m + 16 * m_plane;
    memset(zeros, 0, sizeof(T) * w->channels);
    GemmShape s = {.k = w->channels, .a_row = w->channels, .a_k = 1, .b_k = turned ? 1 : w->filters,
                   .b_col = turned ? w->channels : 1};
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t first = tile + left * b / blocks, count = tile + left * (b + 1) / blocks - first;
        NAME(winograd_sources)(w, x, first, count, 0, w->channels, zeros, v, v_plane);
        s.m = count;
        for (int64_t f = 0; f < w->filters; f += wide) {
            s.n = s.c_row = w->filters - f < wide ? w->filters - f : wide;
            for (int k = 0; k < 16; k++) {
                const T *plane = u + (plane_of[turned][k / 4] * 4 + plane_of[turned][k % 4]) * w->channels * w->filters;
                NAME(gemm)(&s, v + k * v_plane, plane + f * s.b_col, m + k * m_plane, NULL);
            }
            NAME(winograd_sums)(w, m, m_plane, first, count, f, s.n, end, y);
        }
    }
}

/* dU (16, channels, filters) of tiles [tile, stop): channels [c0, c0 + channels), filters [f0, f0 + filters). */
static void NAME(winograd_kernel_gradient)(const Winograd *w, int64_t tile, int64_t stop, int64_t c0, int64_t channels, int64_t f0,
                                           int64_t filters, const T *x, const T *dy, T *du) {
    const int64_t most = winograd_tiles(16 * (channels + filters)), left = stop - tile, zero = channels > filters ? channels : filters;
    const int64_t blocks = left > 0 ? (left + most - 1) / most : 1, tall = (left + blocks - 1) / blocks;
    const int64_t v_plane = tall * channels + WINOGRAD_LINE, e_plane = tall * filters + WINOGRAD_LINE;
    T *v = (T *)outer_scratch(sizeof(T) * (16 * (v_plane + e_plane) + zero)), *e = v + 16 * v_plane, *zeros = e + 16 * e_plane;
    memset(zeros, 0, sizeof(T) * zero);
    GemmShape s = {.m = channels, .n = filters, .a_row = 1, .a_k = channels, .b_k = filters, .b_col = 1, .c_row = w->filters};
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t first = tile + left * b / blocks;
        s.k = tile + left * (b + 1) / blocks - first;
        s.accumulate = b > 0;
        NAME(winograd_sources)(w, x, first, s.k, c0, channels, zeros, v, v_plane);
        NAME(winograd_targets)(w, dy, first, s.k, f0, filters, zeros, e, e_plane);
        for (int k = 0; k < 16; k++)
            NAME(gemm)(&s, v + k * v_plane, e + k * e_plane, du + (k * w->channels + c0) * w->filters + f0, NULL);
    }
}

/* G g G' of one channel's row of filters: g, 9 taps `tap` elements apart -> 16 planes. */
ALWAYS_INLINE void NAME(winograd_taps)(const T *g, int64_t tap, int64_t c, int part, T *to, int64_t plane) {
    V t[12];
#pragma GCC unroll 3
    for (int j = 0; j < 3; j++) {
        const V a = LOAD(g + j * tap + c), b = LOAD(g + (3 + j) * tap + c), d = LOAD(g + (6 + j) * tap + c), both = a + d;
        t[j] = a, t[3 + j] = (both + b) * (T)0.5, t[6 + j] = (both - b) * (T)0.5, t[9 + j] = d;
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        const V a = t[3 * i], b = t[3 * i + 1], d = t[3 * i + 2], both = a + d;
        T *row = to + 4 * i * plane + c;
        STORE(row, a)
        STORE(row + plane, (both + b) * (T)0.5)
        STORE(row + 2 * plane, (both - b) * (T)0.5)
        STORE(row + 3 * plane, d)
    }
}

static void NAME(winograd_kernel)(const T *g, int64_t channels, int64_t filters, int64_t channel, T *u) {
    const int64_t plane = channels * filters;
    g += channel * filters, u += channel * filters;
#define BODY(c, part) NAME(winograd_taps)(g, plane, c, part, u, plane)
    VECTORS(filters, BODY)
#undef BODY
}

/* G' u G, u being the sum of the chunks' 16 planes -> 9 taps. */
ALWAYS_INLINE void NAME(winograd_taps_gradient)(const T *u, int64_t plane, int64_t chunks, int64_t c, int part, T *to) {
    V d[16], t[12];
#pragma GCC unroll 16
    for (int k = 0; k < 16; k++) d[k] = LOAD(u + k * plane + c);
    for (int64_t q = 1; q < chunks; q++)
#pragma GCC unroll 16
        for (int k = 0; k < 16; k++) d[k] += LOAD(u + (16 * q + k) * plane + c);
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
        const V half = (d[4 + j] + d[8 + j]) * (T)0.5;
        t[j] = d[j] + half, t[4 + j] = (d[4 + j] - d[8 + j]) * (T)0.5, t[8 + j] = half + d[12 + j];
    }
#pragma GCC unroll 3
    for (int i = 0; i < 3; i++) {
        const V half = (t[4 * i + 1] + t[4 * i + 2]) * (T)0.5;
        T *row = to + 3 * i * plane + c;
        STORE(row, t[4 * i] + half)
        STORE(row + plane, (t[4 * i + 1] - t[4 * i + 2]) * (T)0.5)
        STORE(row + 2 * plane, half + t[4 * i + 3])
    }
}

static void NAME(winograd_taps_gradients)(const T *u, int64_t channels, int64_t filters, int64_t chunks, int64_t channel, T *dw) {
    const int64_t plane = channels * filters;
    u += channel * filters, dw += channel * filters;
#define BODY(c, part) NAME(winograd_taps_gradient)(u, plane, chunks, c, part, dw)
    VECTORS(filters, BODY)
#undef BODY
}

#undef SPREAD_X
#undef SPREAD_Y
#undef VECTORS
#undef LOAD
#undef STORE
#undef T
#undef V
#undef VU
#undef LANES
#undef NAME
