/* Included by random.h, once for each REAL. A group is ROWS rows of LANES words, and as many elements. */

/* log(u) for u in (0, 1]: u = 2^e m, m in [sqrt(1/2), sqrt(2)), log m = 2 (s + s^3 / 3 + s^5 / 5 + ...), s = (m - 1) / (m + 1);
 * |s| < 0.172, so SERIES terms leave less than the precision of REAL. */
static inline REAL OF(log_of)(REAL u) {
    SIGNED bits, e;
    REAL m;
    memcpy(&bits, &u, sizeof bits);
    e = (bits - SQRT_HALF_BITS) >> MANTISSA_BITS;
    bits -= (SIGNED)((BITS)e << MANTISSA_BITS);
    memcpy(&m, &bits, sizeof m);
    const REAL s = (m - 1) / (m + 1), z = s * s;
    REAL tail = 0;
#pragma GCC unroll 16
    for (int k = SERIES; k > 0; k--) tail = z * (tail + (REAL)1 / (REAL)(2 * k + 1));
    return (REAL)e * (REAL)LN2_HIGH + (2 * s + (2 * s * tail + (REAL)e * (REAL)LN2_LOW));
}

/* sin and cos of 2 pi word / 2^WORD_BITS: the nearest quarter turn exactly, Taylor series on [-pi/4, pi/4] for the rest. */
static inline void OF(sin_cos)(BITS word, REAL *sine, REAL *cosine) {
    const BITS eighth = (BITS)1 << (WORD_BITS - 3), quarter = (word + eighth) >> (WORD_BITS - 2);
    const SIGNED rest = (SIGNED)(word - (quarter << (WORD_BITS - 2)));
    const REAL x = (REAL)rest * (REAL)(6.283185307179586476925 / ((double)((uint64_t)1 << (WORD_BITS - 1)) * 2));
    const REAL z = x * x;
    REAL s = 1, c = 1;
#pragma GCC unroll 16
    for (int k = WORD_BITS / 8 + (WORD_BITS == 64); k > 0; k--) {
        s = 1 - z * s * ((REAL)1 / (REAL)((2 * k) * (2 * k + 1)));
        c = 1 - z * c * ((REAL)1 / (REAL)((2 * k - 1) * (2 * k)));
    }
    s *= x;
    const int swap = quarter & 1;
    const REAL a = swap ? c : s, b = swap ? s : c;
    *sine = quarter & 2 ? -a : a;
    *cosine = (quarter + 1) & 2 ? -b : b;
}

/* A group of standard normal numbers: rows 2 p and 2 p + 1 are the two of one pair (Box and Muller 1958). */
static inline void OF(normal_group)(PhiloxKey key, int64_t group, uint64_t attempt, REAL z[ROWS * LANES]) {
    BITS words[ROWS * LANES];
    PHILOX(key, group, attempt, words);
    for (int p = 0; p < ROWS; p += 2)
        for (int lane = 0; lane < LANES; lane++) {
            const REAL scale = (REAL)(1.0 / (double)((uint64_t)1 << (WORD_BITS - 1)));
            const REAL u = ((REAL)(SIGNED)(words[p * LANES + lane] >> 1) + (REAL)0.5) * scale;
            const REAL r = SQRT(-2 * OF(log_of)(u));
            REAL sine, cosine;
            OF(sin_cos)(words[(p + 1) * LANES + lane], &sine, &cosine);
            z[p * LANES + lane] = r * cosine;
            z[(p + 1) * LANES + lane] = r * sine;
        }
}

static void OF(normal)(int64_t first, int64_t last, int64_t n, REAL *restrict y, PhiloxKey key, REAL mean, REAL stddev) {
    REAL z[ROWS * LANES];
    for (int64_t group = first; group < last; group++) {
        OF(normal_group)(key, group, 0, z);
        for (int j = 0; j < ROWS * LANES; j++) z[j] = mean + stddev * z[j];
        memcpy(y + group * ROWS * LANES, z, (size_t)group_size(n, group, ROWS * LANES) * sizeof(REAL));
    }
}

/* Within two standard deviations: an element outside takes its place in the group of the next attempt. */
static void OF(truncated_normal)(int64_t first, int64_t last, int64_t n, REAL *restrict y, PhiloxKey key, REAL mean, REAL stddev) {
    REAL z[ROWS * LANES], again[ROWS * LANES];
    for (int64_t group = first; group < last; group++) {
        OF(normal_group)(key, group, 0, z);
        for (uint64_t attempt = 1;; attempt++) {
            int outside = 0;
            for (int j = 0; j < ROWS * LANES; j++) outside |= (z[j] < -2) | (z[j] > 2);
            if (!outside) break;
            OF(normal_group)(key, group, attempt, again);
            for (int j = 0; j < ROWS * LANES; j++) z[j] = ((z[j] < -2) | (z[j] > 2)) ? again[j] : z[j];
        }
        for (int j = 0; j < ROWS * LANES; j++) z[j] = mean + stddev * z[j];
        memcpy(y + group * ROWS * LANES, z, (size_t)group_size(n, group, ROWS * LANES) * sizeof(REAL));
    }
}

/* In [low, high): what rounds up to `high` is the number before it. */
static void OF(uniform)(int64_t first, int64_t last, int64_t n, REAL *restrict y, PhiloxKey key, REAL low, REAL high) {
    const REAL unit = (REAL)(1.0 / (double)((uint64_t)1 << FRACTION_BITS)), width = high - low, top = NEXT(high, low);
    BITS words[ROWS * LANES];
    REAL u[ROWS * LANES];
    for (int64_t group = first; group < last; group++) {
        PHILOX(key, group, 0, words);
        for (int j = 0; j < ROWS * LANES; j++) {
            REAL v = low + (REAL)(SIGNED)(words[j] >> (WORD_BITS - FRACTION_BITS)) * unit * width;
            u[j] = v < high ? v : top;
        }
        memcpy(y + group * ROWS * LANES, u, (size_t)group_size(n, group, ROWS * LANES) * sizeof(REAL));
    }
}
