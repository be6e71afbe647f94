/* Included by update_adafactor.h, once for each REAL. */

/* The sum of CHAINS chains, in pairs: the same order under every instruction set. */
static double OF(sum_of_chains)(REAL *s) {
    for (int width = CHAINS / 2; width > 0; width /= 2)
        for (int k = 0; k < width; k++) s[k] += s[k + width];
    return (double)s[0];
}

/* The sum of the squares of at most BLOCK numbers; each is added to of_columns as well. */
static inline double OF(block_of_row)(int64_t n, const REAL *restrict g, REAL *restrict of_columns) {
    REAL s[CHAINS] = {0};
    int64_t j = 0;
    for (; j + CHAINS <= n; j += CHAINS)
        for (int k = 0; k < CHAINS; k++) {
            REAL square = g[j + k] * g[j + k];
            s[k] += square;
            of_columns[j + k] += square;
        }
    for (int k = 0; j + k < n; k++) {
        REAL square = g[j + k] * g[j + k];
        s[k] += square;
        of_columns[j + k] += square;
    }
    return OF(sum_of_chains)(s);
}

/* Sums of squares of each of the rows, and of the columns of all of them: few in REAL, these in double. */
static void OF(square_sums_of)(int64_t rows, int64_t columns, const REAL *restrict g, double *restrict of_rows,
                               double *restrict of_columns) {
    memset(of_rows, 0, (size_t)rows * sizeof(double));
    memset(of_columns, 0, (size_t)columns * sizeof(double));
    for (int64_t j = 0; j < columns; j += BLOCK) {
        const int64_t n = columns - j < BLOCK ? columns - j : BLOCK;
        for (int64_t r = 0; r < rows; r += FEW) {
            REAL sums[BLOCK];
            memset(sums, 0, (size_t)n * sizeof(REAL));
            for (int64_t k = r; k < rows && k < r + FEW; k++) of_rows[k] += OF(block_of_row)(n, g + k * columns + j, sums);
            for (int64_t k = 0; k < n; k++) of_columns[j + k] += (double)sums[k];
        }
    }
}

/* mean = beta mean + (1 - beta) (sum / n + epsilon) */
static void OF(mean_of_squares)(int64_t n, REAL *restrict mean, const double *restrict sums, double count, REAL beta,
                                REAL epsilon) {
    const REAL rest = 1 - beta;
    for (int64_t j = 0; j < n; j++) mean[j] = beta * mean[j] + rest * ((REAL)(sums[j] / count) + epsilon);
}

/* share = r / (mean of r), scale = 1 / sqrt(share) */
static void OF(shares)(int64_t n, const REAL *restrict r, REAL *restrict share, REAL *restrict scale) {
    double sum = 0;
    for (int64_t j = 0; j < n; j++) sum += (double)r[j];
    const REAL mean = (REAL)(sum / (double)n);
    for (int64_t j = 0; j < n; j++) {
        REAL x = r[j] / mean;
        share[j] = x;
        scale[j] = 1 / SQRT(x);
    }
}

static void OF(inverse_roots)(int64_t n, const REAL *restrict c, REAL *restrict scale) {
    for (int64_t j = 0; j < n; j++) scale[j] = 1 / SQRT(c[j]);
}

/* v = share c and the sum of (g scale of_column)^2, of at most BLOCK numbers of one row */
static inline double OF(scaled_block)(int64_t n, const REAL *restrict g, REAL scale, const REAL *restrict of_column, REAL share,
                                      const REAL *restrict c, REAL *restrict v) {
    REAL s[CHAINS] = {0};
    int64_t j = 0;
    for (; j + CHAINS <= n; j += CHAINS)
        for (int k = 0; k < CHAINS; k++) {
            REAL u = g[j + k] * scale * of_column[j + k];
            v[j + k] = share * c[j + k];
            s[k] += u * u;
        }
    for (int k = 0; j + k < n; k++) {
        REAL u = g[j + k] * scale * of_column[j + k];
        v[j + k] = share * c[j + k];
        s[k] += u * u;
    }
    return OF(sum_of_chains)(s);
}

static double OF(scaled_row)(int64_t n, const REAL *g, REAL scale, const REAL *of_column, REAL share, const REAL *c, REAL *v) {
    double sum = 0;
    for (int64_t j = 0; j < n; j += BLOCK)
        sum += OF(scaled_block)(n - j < BLOCK ? n - j : BLOCK, g + j, scale, of_column + j, share, c + j, v + j);
    return sum;
}

static void OF(row_step)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL scale, const REAL *restrict of_column,
                         REAL factor) {
    for (int64_t j = 0; j < n; j++) w[j] -= factor * (g[j] * scale * of_column[j]);
}

/* v = beta v + (1 - beta) (g^2 + epsilon) and the sum of g^2 / v, of at most BLOCK numbers */
static inline double OF(vector_block)(int64_t n, const REAL *restrict g, REAL *restrict v, REAL beta, REAL epsilon) {
    const REAL rest = 1 - beta;
    REAL s[CHAINS] = {0};
    int64_t j = 0;
    for (; j + CHAINS <= n; j += CHAINS)
        for (int k = 0; k < CHAINS; k++) {
            REAL square = g[j + k] * g[j + k], v_j = beta * v[j + k] + rest * (square + epsilon);
            v[j + k] = v_j;
            s[k] += square / v_j;
        }
    for (int k = 0; j + k < n; k++) {
        REAL square = g[j + k] * g[j + k], v_j = beta * v[j + k] + rest * (square + epsilon);
        v[j + k] = v_j;
        s[k] += square / v_j;
    }
    return OF(sum_of_chains)(s);
}

static double OF(vector_sums)(int64_t n, const REAL *g, REAL *v, REAL beta, REAL epsilon) {
    double sum = 0;
    for (int64_t j = 0; j < n; j += BLOCK) sum += OF(vector_block)(n - j < BLOCK ? n - j : BLOCK, g + j, v + j, beta, epsilon);
    return sum;
}

static void OF(vector_step)(int64_t n, REAL *restrict w, const REAL *restrict g, const REAL *restrict v, REAL factor) {
    for (int64_t j = 0; j < n; j++) w[j] -= factor * (g[j] / SQRT(v[j]));
}

/* 1 - t^decay, how much of the means step t keeps */
static REAL OF(kept)(int64_t t, REAL decay) { return 1 - POW((REAL)t, decay); }

/* What a step multiplies u by: max(epsilon, rms(w)) min(rate, 1 / sqrt(t)) / max(1, rms(u) / clip) */
static REAL OF(step_factor)(int64_t t, int64_t n, REAL rate, double of_w, double of_u, REAL epsilon, REAL clip) {
    const REAL cap = 1 / SQRT((REAL)t), rms_w = (REAL)sqrt(of_w / (double)n), rms_u = (REAL)sqrt(of_u / (double)n) / clip;
    const REAL size = rms_w < epsilon ? epsilon : rms_w;      /* NaN stays */
    return size * (rate > cap ? cap : rate) / (rms_u < 1 ? 1 : rms_u);
}
