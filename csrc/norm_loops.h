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
ALWAYS_INLINE void NAME(sums)(const T *x, int64_t rows, int64_t stride, int nv, int n, int square, const T *shift, T *sum) {
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
            }
    for (; r < rows; r++, x += stride)
        for (int v = 0; v < nv; v++) {
            const V d = NAME(load)(x + v * LANES, n) - c[v];
            s[0][v] += square ? d * d : d;
        }
    for (int v = 0; v < nv; v++) NAME(store)(sum + v * LANES, (s[0][v] + s[1][v]) + (s[2][v] + s[3][v]), n);
}

/* Of the columns [0, c): what `sums` says, two vectors at a time while there are two. */
static void NAME(column_sums)(const T *x, int64_t rows, int64_t stride, int64_t c, int square, const T *shift, T *sum) {
    int64_t j = 0;
    if (square) {
        for (; j + 2 * LANES <= c; j += 2 * LANES) NAME(sums)(x + j, rows, stride, 2, LANES, 1, shift + j, sum + j);
        for (; j + LANES <= c; j += LANES) NAME(sums)(x + j, rows, stride, 1, LANES, 1, shift + j, sum + j);
        if (j < c) NAME(sums)(x + j, rows, stride, 1, (int)(c - j), 1, shift + j, sum + j);
    } else {
        for (; j + 2 * LANES <= c; j += 2 * LANES) NAME(sums)(x + j, rows, stride, 2, LANES, 0, NULL, sum + j);
        for (; j + LANES <= c; j += LANES) NAME(sums)(x + j, rows, stride, 1, LANES, 0, NULL, sum + j);
        if (j < c) NAME(sums)(x + j, rows, stride, 1, (int)(c - j), 0, NULL, sum + j);
    }
}

/* mean and sum of squared distances from it, of the columns [0, c) of some rows: two passes over what the cache holds. */
static void NAME(norm_moments)(const T *x, int64_t rows, int64_t stride, int64_t c, T *mean, T *square) {
    const T by = (T)1 / (T)rows;
    NAME(column_sums)(x, rows, stride, c, 0, NULL, mean);
    for (int64_t j = 0; j < c; j++) mean[j] *= by;
    NAME(column_sums)(x, rows, stride, c, 1, mean, square);
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
    const T by = (T)1 / (T)rows, wider = (T)1 / (T)(unbiased && rows > 1 ? rows - 1 : rows);
    if (moving_mean)
        for (int64_t j = 0; j < c; j++) {
            moving_mean[j] -= (moving_mean[j] - mean[j]) * rate;
            moving_variance[j] -= (moving_variance[j] - square[j] * wider) * rate;
        }
    for (int64_t j = 0; j < c; j++) square[j] = (T)1 / SQRT(square[j] * by + epsilon);
}

/* y = (x - mean) (rstd gamma) + beta, zero below zero if relu. */
ALWAYS_INLINE void NAME(apply)(const T *x, int64_t rows, int64_t stride, int n, const T *mean, const T *rstd, const T *gamma,
                               const T *beta, int relu, T *y) {
    V scale = NAME(load)(rstd, n);
    const V shift = beta ? NAME(load)(beta, n) : (V){0}, m = NAME(load)(mean, n);
    if (gamma) scale *= NAME(load)(gamma, n);
    for (int64_t r = 0; r < rows; r++) {
        V v = (NAME(load)(x + r * stride, n) - m) * scale + shift;
        if (relu) v = (V)((I)v & ~(I)(v <= 0));        /* NaN stays */
        NAME(store)(y + r * stride, v, n);
    }
}
static void NAME(norm_apply)(const T *x, int64_t rows, int64_t stride, int64_t c, const T *mean, const T *rstd, const T *gamma,
                             const T *beta, int relu, T *y) {
#define AT(p) ((p) ? (p) + j : NULL)
    int64_t j = 0;
    for (; j + LANES <= c; j += LANES)
        NAME(apply)(x + j, rows, stride, LANES, mean + j, rstd + j, AT(gamma), AT(beta), relu, y + j);
    if (j < c) NAME(apply)(x + j, rows, stride, (int)(c - j), mean + j, rstd + j, AT(gamma), AT(beta), relu, y + j);
}

/* dbeta = sum dy, dgamma = sum dy (x - mean); dy counts where y > 0 only, if there is a y. */
ALWAYS_INLINE void NAME(gradient_sum)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int n, const T *mean,
                                      T *dbeta, T *dgamma) {
    V b[CHAINS] = {{0}}, g[CHAINS] = {{0}};
    const V m = NAME(load)(mean, n);
    int64_t r = 0;
    for (; r + CHAINS <= rows; r += CHAINS)
#pragma GCC unroll 4
        for (int k = 0; k < CHAINS; k++) {
            V d = NAME(load)(dy + (r + k) * stride, n);
            if (y) d = NAME(positive)(NAME(load)(y + (r + k) * stride, n), d);
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
static void NAME(norm_gradient_sums)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c, const T *mean,
                                     T *dbeta, T *dgamma) {
    int64_t j = 0;
    for (; j + LANES <= c; j += LANES)
        NAME(gradient_sum)(dy + j, x + j, AT(y), rows, stride, LANES, mean + j, dbeta + j, dgamma + j);
    if (j < c) NAME(gradient_sum)(dy + j, x + j, AT(y), rows, stride, (int)(c - j), mean + j, dbeta + j, dgamma + j);
}

/* dx = gamma rstd (dy - dbeta / R - xhat dgamma / R), xhat = (x - mean) rstd; by = 1 / R, or 0 where mean and variance are given.
   Where `before`: times the slope of a relu that made x. */
ALWAYS_INLINE void NAME(dx)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int n, T by, const T *mean,
                            const T *rstd, const T *gamma, const T *dbeta, const T *dgamma, int before, T *dx) {
    const V m = NAME(load)(mean, n), s = NAME(load)(rstd, n), scale = gamma ? s * NAME(load)(gamma, n) : s;
    const V b = NAME(load)(dbeta, n) * by, g = NAME(load)(dgamma, n) * s * by;
    for (int64_t r = 0; r < rows; r++) {
        V d = NAME(load)(dy + r * stride, n);
        const V at = NAME(load)(x + r * stride, n);
        if (y) d = NAME(positive)(NAME(load)(y + r * stride, n), d);
        d = (d - b - (at - m) * g) * scale;
        if (before) d = NAME(positive)(at, d);
        NAME(store)(dx + r * stride, d, n);
    }
}
static void NAME(norm_dx)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c, T by, const T *mean,
                          const T *rstd, const T *gamma, const T *dbeta, const T *dgamma, int before, T *dx) {
    int64_t j = 0;
    for (; j + LANES <= c; j += LANES)
        NAME(dx)(dy + j, x + j, AT(y), rows, stride, LANES, by, mean + j, rstd + j, AT(gamma), dbeta + j, dgamma + j, before, dx + j);
    if (j < c)
        NAME(dx)(dy + j, x + j, AT(y), rows, stride, (int)(c - j), by, mean + j, rstd + j, AT(gamma), dbeta + j, dgamma + j, before,
                 dx + j);
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
