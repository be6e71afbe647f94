/* norm.h for one floating point type. A Block is up to BLOCK columns of some rows. */

ALWAYS_INLINE V NAME(load)(const T *x, int n) {
    if (n == LANES) return *(const VU *)x;
    return NAME(load_part)(x, n);
}
ALWAYS_INLINE void NAME(store)(T *x, V v, int n) {
    if (n == LANES) *(VU *)x = v;
    else NAME(store_part)(x, v, n);
}
ALWAYS_INLINE V NAME(positive)(V at, V v) { return (V)((I)v & (I)(at > 0)); }     /* v where at > 0, else 0 */

/* Sums over rows of x (rows, nv vectors, the last of n lanes; `stride` from row to row) in CHAINS chains, row r in chain
   r % CHAINS: of (x - shift), or of its square. */
#define CHAINS 4
ALWAYS_INLINE void NAME(sums)(const T *x, int64_t rows, int64_t stride, int nv, int n, int square, const T *shift, T *sum,
                               const T **ahead) {
    V s[CHAINS][2] = {{{0}}}, c[2] = {{0}};
    for (int v = 0; v < nv && square; v++) c[v] = NAME(load)(shift + v * LANES, n);
    int64_t r = 0;
    for (; r + CHAINS <= rows; r += CHAINS, x += CHAINS * stride)
#pragma GCC unroll 4
        for (int k = 0; k < CHAINS; k++)
#pragma GCC unroll 2
            for (int v = 0; v < nv; v++) {
                const V d = NAME(load)(x + k * stride + v * LANES, n) - c[v];
                s[k][v] += square ? d * d : d;
                if (!square) {
                    __builtin_prefetch(*ahead, 0, 2);
                    *ahead += LANES;
                }
            }
    for (; r < rows; r++, x += stride)
        for (int v = 0; v < nv; v++) {
            const V d = NAME(load)(x + v * LANES, n) - c[v];
            s[0][v] += square ? d * d : d;
        }
    for (int v = 0; v < nv; v++) NAME(store)(sum + v * LANES, (s[0][v] + s[1][v]) + (s[2][v] + s[3][v]), n);
}

/* Of the columns [0, c): what `sums` says, two vectors at a time while there are two. The first pass over rows fetches as many
   from `next` elements on, line by line: by columns alone memory would be read in leaps. */
ALWAYS_INLINE void NAME(column_sums)(const T *x, int64_t rows, int64_t stride, int64_t c, const int square, const T *shift, T *sum,
                                     int64_t next) {
    const T *ahead = x + next;
    int64_t j = 0;
    for (; j + 2 * LANES <= c; j += 2 * LANES) NAME(sums)(x + j, rows, stride, 2, LANES, square, shift + j, sum + j, &ahead);
    for (; j + LANES <= c; j += LANES) NAME(sums)(x + j, rows, stride, 1, LANES, square, shift + j, sum + j, &ahead);
    if (j < c) NAME(sums)(x + j, rows, stride, 1, (int)(c - j), square, shift + j, sum + j, &ahead);
}

/* mean and sum of squared distances from it, of the columns [0, c) of some rows: two passes over what the cache holds. */
static void NAME(norm_moments)(const T *x, int64_t rows, int64_t stride, int64_t c, int64_t next, T *mean, T *square) {
    const T by = (T)1 / (T)rows;
    NAME(column_sums)(x, rows, stride, c, 0, mean, mean, next);
    for (int64_t j = 0; j < c; j++) mean[j] *= by;
    NAME(column_sums)(x, rows, stride, c, 1, mean, square, 0);
}

/* Moments of chunks, partial (chunks, 2, C), made one; the last chunk has fewer rows. */
static void NAME(norm_join)(const T *partial, int64_t chunks, int64_t chunk, int64_t rows, int64_t c, T *mean, T *square) {
    for (int64_t j = 0; j < c; j++) {
        mean[j] = partial[j];
        square[j] = partial[c + j];
    }
    for (int64_t k = 1; k < chunks; k++) {
        const int64_t before = k * chunk, more = rows - before < chunk ? rows - before : chunk;
        const T share = (T)more / (T)(before + more), weight = (T)before * share;
        const T *p = partial + k * 2 * c;
        for (int64_t j = 0; j < c; j++) {
            const T d = p[j] - mean[j];
            mean[j] += d * share;
            square[j] += p[c + j] + d * d * weight;
        }
    }
}

/* square -> 1 / sqrt(variance + epsilon), in place; the moving averages go on by `rate`.  variance = square / rows. */
static void NAME(norm_finish)(const T *mean, T *square, int64_t rows, int64_t c, T epsilon, T rate, int unbiased, T *moving_mean,
                              T *moving_variance) {
    const T by = rows ? (T)1 / (T)rows : 0, wider = (T)1 / (T)(unbiased && rows > 1 ? rows - 1 : rows);
    if (moving_mean)
        for (int64_t j = 0; j < c; j++) {
            moving_mean[j] -= (moving_mean[j] - mean[j]) * rate;
            moving_variance[j] -= (moving_variance[j] - square[j] * wider) * rate;
        }
    for (int64_t j = 0; j < c; j++) square[j] = (T)1 / SQRT(square[j] * by + epsilon);
}

/* scale = gamma rstd, gamma or NULL. */
static void NAME(norm_scale)(const T *rstd, const T *gamma, int64_t c, T *scale) {
    for (int64_t j = 0; j < c; j++) scale[j] = gamma ? rstd[j] * gamma[j] : rstd[j];
}

/* y = (x - mean) scale + shift, zero below zero if relu; row by row, as memory likes it. */
ALWAYS_INLINE V NAME(applied)(V x, V mean, V scale, V shift, const int relu) {
    const V v = (x - mean) * scale + shift;
    return relu ? (V)((I)v & ~(I)(v <= 0)) : v;            /* NaN stays */
}
ALWAYS_INLINE void NAME(apply)(const T *x, int64_t rows, int64_t stride, int64_t c, const T *mean, const T *scale, const T *shift,
                               const int relu, T *y) {
    for (int64_t r = 0; r < rows; r++, x += stride, y += stride) {
        int64_t j = 0;
        for (; j + LANES <= c; j += LANES)
            *(VU *)(y + j) = NAME(applied)(*(const VU *)(x + j), *(const VU *)(mean + j), *(const VU *)(scale + j),
                                           shift ? (V)*(const VU *)(shift + j) : (V){0}, relu);
        const int n = (int)(c - j);
        if (n)
            NAME(store_part)(y + j, NAME(applied)(NAME(load_part)(x + j, n), NAME(load_part)(mean + j, n), NAME(load_part)(scale + j, n),
                                                  shift ? NAME(load_part)(shift + j, n) : (V){0}, relu), n);
    }
}
static void NAME(norm_apply)(const T *x, int64_t rows, int64_t stride, int64_t c, const T *mean, const T *scale, const T *shift,
                             int relu, T *y) {
    if (relu) NAME(apply)(x, rows, stride, c, mean, scale, shift, 1, y);
    else NAME(apply)(x, rows, stride, c, mean, scale, shift, 0, y);
}

#define AT(p) ((p) ? (p) + j : NULL)
/* dbeta = sum dy, dgamma = sum dy (x - mean); dy counts where y > 0 only, if there is a y. */
ALWAYS_INLINE void NAME(gradient_sum)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int n, const T *mean,
                                      T *dbeta, T *dgamma, int64_t ahead) {
    V b[CHAINS] = {{0}}, g[CHAINS] = {{0}};
    const V m = NAME(load)(mean, n);
    int64_t r = 0;
    for (; r + CHAINS <= rows; r += CHAINS)
#pragma GCC unroll 4
        for (int k = 0; k < CHAINS; k++) {
            V d = NAME(load)(dy + (r + k) * stride, n);
            if (y) d = NAME(positive)(NAME(load)(y + (r + k) * stride, n), d);
            __builtin_prefetch(dy + ahead + (r + k) * LANES, 0, 2);
            __builtin_prefetch(x + ahead + (r + k) * LANES, 0, 2);
            if (y) __builtin_prefetch(y + ahead + (r + k) * LANES, 0, 2);
            b[k] += d;
            g[k] += d * (NAME(load)(x + (r + k) * stride, n) - m);
        }
    for (; r < rows; r++) {
        V d = NAME(load)(dy + r * stride, n);
        if (y) d = NAME(positive)(NAME(load)(y + r * stride, n), d);
        b[0] += d;
        g[0] += d * (NAME(load)(x + r * stride, n) - m);
    }
    NAME(store)(dbeta, (b[0] + b[1]) + (b[2] + b[3]), n);
    NAME(store)(dgamma, (g[0] + g[1]) + (g[2] + g[3]), n);
}
/* Fetches from `next` elements on meanwhile, as column_sums does. */
static void NAME(norm_gradient_sums)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c, int64_t next,
                                     const T *mean, T *dbeta, T *dgamma) {
    int64_t j = 0, ahead = next;                           /* from column j of the first row on */
    for (; j + LANES <= c; j += LANES, ahead += (rows - 1) * LANES)
        NAME(gradient_sum)(dy + j, x + j, AT(y), rows, stride, LANES, mean + j, dbeta + j, dgamma + j, ahead);
    if (j < c) NAME(gradient_sum)(dy + j, x + j, AT(y), rows, stride, (int)(c - j), mean + j, dbeta + j, dgamma + j, ahead);
}

/* dx = gamma rstd (dy - dbeta / R - xhat dgamma / R), xhat = (x - mean) rstd; by = 1 / R, or 0 where mean and variance are given.
   Where `before`: times the slope of a relu that made x. own: 3 c elements of scratch. */
ALWAYS_INLINE void NAME(dx_some)(const T *dy, const T *x, const T *y, int64_t j, int n, const T *mean, const T *own, int64_t c,
                                 const int before, T *dx) {
    V d = NAME(load)(dy + j, n);
    const V at = NAME(load)(x + j, n), m = NAME(load)(mean + j, n);
    if (y) d = NAME(positive)(NAME(load)(y + j, n), d);
    d = (d - NAME(load)(own + c + j, n) - (at - m) * NAME(load)(own + 2 * c + j, n)) * NAME(load)(own + j, n);
    if (before) d = NAME(positive)(at, d);
    NAME(store)(dx + j, d, n);
}
ALWAYS_INLINE void NAME(dx)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c, const T *mean, const T *own,
                            const int before, T *dx) {
    for (int64_t r = 0; r < rows; r++, dy += stride, x += stride, dx += stride) {
        int64_t j = 0;
        for (; j + LANES <= c; j += LANES) NAME(dx_some)(dy, x, y, j, LANES, mean, own, c, before, dx);
        if (j < c) NAME(dx_some)(dy, x, y, j, (int)(c - j), mean, own, c, before, dx);
        if (y) y += stride;
    }
}
static void NAME(norm_dx)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c, T by, const T *mean,
                          const T *rstd, const T *gamma, const T *dbeta, const T *dgamma, int before, T *own, T *dx) {
    NAME(norm_scale)(rstd, gamma, c, own);
    for (int64_t j = 0; j < c; j++) own[c + j] = dbeta[j] * by, own[2 * c + j] = dgamma[j] * rstd[j] * by;
    if (before && y) NAME(dx)(dy, x, y, rows, stride, c, mean, own, 1, dx);
    else if (before) NAME(dx)(dy, x, NULL, rows, stride, c, mean, own, 1, dx);
    else if (y) NAME(dx)(dy, x, y, rows, stride, c, mean, own, 0, dx);
    else NAME(dx)(dy, x, NULL, rows, stride, c, mean, own, 0, dx);
}
#undef AT
#undef CHAINS

#undef T
#undef V
#undef VU
#undef I
#undef LANES
#undef NAME
#undef SQRT
