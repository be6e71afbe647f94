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
ALWAYS_INLINE void NAME(sums)(const T *x, int64_t rows, int64_t stride, int nv, int n, int square, const int fetch, const T *shift,
                               T *sum, const T **ahead) {
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
                if (fetch) {
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
   from `next` elements on (if not 0), line by line: by columns alone memory would be read in leaps. */
ALWAYS_INLINE void NAME(column_sums)(const T *x, int64_t rows, int64_t stride, int64_t c, const int square, const int fetch,
                                     const T *shift, T *sum, int64_t next) {
    const T *ahead = x + next;
    int64_t j = 0;
    for (; j + 2 * LANES <= c; j += 2 * LANES) NAME(sums)(x + j, rows, stride, 2, LANES, square, fetch, shift + j, sum + j, &ahead);
    for (; j + LANES <= c; j += LANES) NAME(sums)(x + j, rows, stride, 1, LANES, square, fetch, shift + j, sum + j, &ahead);
    if (j < c) NAME(sums)(x + j, rows, stride, 1, (int)(c - j), square, fetch, shift + j, sum + j, &ahead);
}

/* mean and sum of squared distances from it, of the columns [0, c) of some rows: two passes over what the cache holds. */
static void NAME(norm_moments)(const T *x, int64_t rows, int64_t stride, int64_t c, int64_t next, T *mean, T *square) {
    const T by = rows ? (T)1 / (T)rows : 0;
    if (next) NAME(column_sums)(x, rows, stride, c, 0, 1, mean, mean, next);
    else NAME(column_sums)(x, rows, stride, c, 0, 0, mean, mean, 0);
    for (int64_t j = 0; j < c; j++) mean[j] *= by;
    NAME(column_sums)(x, rows, stride, c, 1, 0, mean, square, 0);
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

/* Sum of n elements, or of their squared distances from `shift`. */
ALWAYS_INLINE T NAME(total)(const T *x, int64_t n, const int square, T shift) {
    V s = {0};
    T sum = 0;
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        const V d = *(const VU *)(x + j) - shift;
        s += square ? d * d : d;
    }
    for (; j < n; j++) sum += square ? (x[j] - shift) * (x[j] - shift) : x[j] - shift;
    if (n >= LANES)
        for (int k = 0; k < LANES; k++) sum += s[k];
    return sum;
}
ALWAYS_INLINE void NAME(fill)(T *x, int64_t n, T value) {
    for (int64_t j = 0; j < n; j++) x[j] = value;
}

/* Moments of columns of so many rows, made those of their groups of `size` columns; each column has its group's. */
static void NAME(norm_groups)(int64_t rows, int64_t c, int64_t size, T *mean, T *square) {
    for (int64_t j = 0; j < c && size > 1; j += size) {
        const T m = NAME(total)(mean + j, size, 0, 0) / (T)size;
        const T s = NAME(total)(square + j, size, 0, 0) + (T)rows * NAME(total)(mean + j, size, 1, m);
        NAME(fill)(mean + j, size, m);
        NAME(fill)(square + j, size, s);
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

#define AT(p) ((p) ? (p) + j : NULL)
#define KEPT (SIMD_BYTES == 64 ? 4 : 2)                    /* vectors of columns whose numbers fit in registers */
/* y = (x - mean) scale + shift, zero below zero if relu. */
ALWAYS_INLINE V NAME(applied)(V x, V mean, V scale, V shift, const int relu) {
    const V v = (x - mean) * scale + shift;
    return relu ? (V)((I)v & ~(I)(v <= 0)) : v;            /* NaN stays */
}
/* nv vectors of columns, the last of n lanes, whose mean, scale and shift stay in registers. */
ALWAYS_INLINE void NAME(apply_few)(const int nv, int n, const T *x, int64_t rows, int64_t stride, const T *mean, const T *scale,
                                   const T *shift, const int relu, T *y) {
    V m[KEPT], s[KEPT], b[KEPT];
    for (int v = 0; v < nv; v++) {
        const int lanes = v < nv - 1 ? LANES : n;
        m[v] = NAME(load)(mean + v * LANES, lanes), s[v] = NAME(load)(scale + v * LANES, lanes);
        b[v] = shift ? NAME(load)(shift + v * LANES, lanes) : (V){0};
    }
    for (int64_t r = 0; r < rows; r++, x += stride, y += stride)
#pragma GCC unroll 4
        for (int v = 0; v < nv; v++) {
            const int lanes = v < nv - 1 ? LANES : n;
            NAME(store)(y + v * LANES, NAME(applied)(NAME(load)(x + v * LANES, lanes), m[v], s[v], b[v], relu), lanes);
        }
}
ALWAYS_INLINE void NAME(apply)(const T *x, int64_t rows, int64_t stride, int64_t c, const T *mean, const T *scale, const T *shift,
                               const int relu, T *y) {
    int64_t j = 0;
    if (c <= KEPT * LANES || stride != c) {                /* else row by row, as memory likes it */
        for (; j + KEPT * LANES <= c; j += KEPT * LANES)
            NAME(apply_few)(KEPT, LANES, x + j, rows, stride, mean + j, scale + j, AT(shift), relu, y + j);
        for (; j < c; j += LANES)
            NAME(apply_few)(1, c - j < LANES ? (int)(c - j) : LANES, x + j, rows, stride, mean + j, scale + j, AT(shift), relu, y + j);
        return;
    }
    const int64_t whole = c / LANES * LANES;
    for (int64_t r = 0; r < rows; r++, x += stride, y += stride) {
        for (j = 0; j < whole; j += LANES)
            *(VU *)(y + j) = NAME(applied)(*(const VU *)(x + j), *(const VU *)(mean + j), *(const VU *)(scale + j),
                                           shift ? (V)*(const VU *)(shift + j) : (V){0}, relu);
        if (j < c) NAME(apply_few)(1, (int)(c - j), x + j, 1, stride, mean + j, scale + j, AT(shift), relu, y + j);
    }
}
static void NAME(norm_apply)(const T *x, int64_t rows, int64_t stride, int64_t c, const T *mean, const T *scale, const T *shift,
                             int relu, T *y) {
    if (relu) NAME(apply)(x, rows, stride, c, mean, scale, shift, 1, y);
    else NAME(apply)(x, rows, stride, c, mean, scale, shift, 0, y);
}

/* dbeta = sum dy, dgamma = sum dy (x - mean); dy counts where y > 0 only, if there is a y. */
ALWAYS_INLINE void NAME(gradient_sum)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int n, const T *mean,
                                      T *dbeta, T *dgamma, const int fetch, int64_t ahead) {
    V b[CHAINS] = {{0}}, g[CHAINS] = {{0}};
    const V m = NAME(load)(mean, n);
    int64_t r = 0;
    for (; r + CHAINS <= rows; r += CHAINS)
#pragma GCC unroll 4
        for (int k = 0; k < CHAINS; k++) {
            V d = NAME(load)(dy + (r + k) * stride, n);
            if (y) d = NAME(positive)(NAME(load)(y + (r + k) * stride, n), d);
            if (fetch) __builtin_prefetch(dy + ahead + (r + k) * LANES, 0, 2);
            if (fetch) __builtin_prefetch(x + ahead + (r + k) * LANES, 0, 2);
            if (fetch && y) __builtin_prefetch(y + ahead + (r + k) * LANES, 0, 2);
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
ALWAYS_INLINE void NAME(all_gradient_sums)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c, const int fetch,
                                           int64_t next, const T *mean, T *dbeta, T *dgamma) {
    int64_t j = 0, ahead = next;                           /* from column j of the first row on */
    for (; j + LANES <= c; j += LANES, ahead += (rows - 1) * LANES)
        NAME(gradient_sum)(dy + j, x + j, AT(y), rows, stride, LANES, mean + j, dbeta + j, dgamma + j, fetch, ahead);
    if (j < c) NAME(gradient_sum)(dy + j, x + j, AT(y), rows, stride, (int)(c - j), mean + j, dbeta + j, dgamma + j, fetch, ahead);
}
/* Fetches from `next` elements on meanwhile, as column_sums does. */
static void NAME(norm_gradient_sums)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c, int64_t next,
                                     const T *mean, T *dbeta, T *dgamma) {
    if (next && y) NAME(all_gradient_sums)(dy, x, y, rows, stride, c, 1, next, mean, dbeta, dgamma);
    else if (next) NAME(all_gradient_sums)(dy, x, NULL, rows, stride, c, 1, next, mean, dbeta, dgamma);
    else if (y) NAME(all_gradient_sums)(dy, x, y, rows, stride, c, 0, 0, mean, dbeta, dgamma);
    else NAME(all_gradient_sums)(dy, x, NULL, rows, stride, c, 0, 0, mean, dbeta, dgamma);
}

/* What dx = scale dy - b - (x - mean) g is made of, own: (scale, b, g), c elements each. Where `before`: times the slope of a
   relu that made x. */
typedef struct {
    V mean, scale, b, g;                                   /* of some columns */
} NAME(Slope);
ALWAYS_INLINE NAME(Slope) NAME(slope_of)(const T *mean, const T *own, int64_t c, int64_t j, int n) {
    return (NAME(Slope)){NAME(load)(mean + j, n), NAME(load)(own + j, n), NAME(load)(own + c + j, n), NAME(load)(own + 2 * c + j, n)};
}
ALWAYS_INLINE void NAME(dx_some)(const T *dy, const T *x, const T *y, int64_t j, int n, NAME(Slope) s, const int before, T *dx) {
    V d = NAME(load)(dy + j, n);
    const V at = NAME(load)(x + j, n);
    if (y) d = NAME(positive)(NAME(load)(y + j, n), d);
    d *= s.scale;
    OPAQUE_VECTOR(d);                                      /* rounded as b was: the gradient of a single row is 0 */
    d = d - s.b - (at - s.mean) * s.g;
    if (before) d = NAME(positive)(at, d);
    NAME(store)(dx + j, d, n);
}
ALWAYS_INLINE void NAME(dx_few)(const int nv, int n, const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c,
                                const T *mean, const T *own, const int before, T *dx) {
    NAME(Slope) s[KEPT];
    for (int v = 0; v < nv; v++) s[v] = NAME(slope_of)(mean, own, c, v * LANES, v < nv - 1 ? LANES : n);
    for (int64_t r = 0; r < rows; r++, dy += stride, x += stride, dx += stride) {
#pragma GCC unroll 4
        for (int v = 0; v < nv; v++) NAME(dx_some)(dy, x, y, v * LANES, v < nv - 1 ? LANES : n, s[v], before, dx);
        if (y) y += stride;
    }
}
ALWAYS_INLINE void NAME(dx)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c, const T *mean,
                            const T *own, const int before, T *dx) {
    int64_t j = 0;
    if (c <= KEPT * LANES || stride != c) {
        for (; j + KEPT * LANES <= c; j += KEPT * LANES)
            NAME(dx_few)(KEPT, LANES, dy + j, x + j, AT(y), rows, stride, c, mean + j, own + j, before, dx + j);
        for (; j < c; j += LANES)
            NAME(dx_few)(1, c - j < LANES ? (int)(c - j) : LANES, dy + j, x + j, AT(y), rows, stride, c, mean + j, own + j, before, dx + j);
        return;
    }
    const int64_t whole = c / LANES * LANES;
    for (int64_t r = 0; r < rows; r++, dy += stride, x += stride, dx += stride) {
        for (j = 0; j < whole; j += LANES)
            NAME(dx_some)(dy, x, y, j, LANES, NAME(slope_of)(mean, own, c, j, LANES), before, dx);
        if (j < c) NAME(dx_some)(dy, x, y, j, (int)(c - j), NAME(slope_of)(mean, own, c, j, (int)(c - j)), before, dx);
        if (y) y += stride;
    }
}
/* own of some columns in groups of `size`; by = 1 / (R size), or 0 where mean and variance are given. */
static void NAME(norm_slopes)(const T *rstd, const T *gamma, const T *dbeta, const T *dgamma, int64_t c, int64_t size, T by,
                              T *own) {
    T *b = own + c, *g = own + 2 * c;
    NAME(norm_scale)(rstd, gamma, c, own);
    for (int64_t j = 0; j < c; j++) b[j] = dbeta[j] * by * own[j], g[j] = dgamma[j] * rstd[j] * by * own[j];
    for (int64_t j = 0; j < c && size > 1; j += size) {
        NAME(fill)(b + j, size, NAME(total)(b + j, size, 0, 0));
        NAME(fill)(g + j, size, NAME(total)(g + j, size, 0, 0));
    }
}
static void NAME(norm_dx)(const T *dy, const T *x, const T *y, int64_t rows, int64_t stride, int64_t c, const T *mean, const T *own,
                          int before, T *dx) {
    if (before && y) NAME(dx)(dy, x, y, rows, stride, c, mean, own, 1, dx);
    else if (before) NAME(dx)(dy, x, NULL, rows, stride, c, mean, own, 1, dx);
    else if (y) NAME(dx)(dy, x, y, rows, stride, c, mean, own, 0, dx);
    else NAME(dx)(dy, x, NULL, rows, stride, c, mean, own, 0, dx);
}
#undef AT
#undef KEPT
#undef CHAINS

#undef T
#undef V
#undef VU
#undef I
#undef LANES
#undef NAME
#undef SQRT
