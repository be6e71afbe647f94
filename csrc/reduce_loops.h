/* reduce.h for one floating point type. */

ALWAYS_INLINE T NAME(combine)(const int op, T a, T b) {
    switch (op) {
    case RED_SUM: return a + b;
    case RED_PROD: return a * b;
    case RED_MAX: return ((a >= b) | (a != a)) ? a : b;  /* NaN wins */
    default: return ((a <= b) | (a != a)) ? a : b;
    }
}
static inline T NAME(neutral)(int op) {
    return op == RED_SUM ? 0 : op == RED_PROD ? 1 : op == RED_MAX ? -(T)INFINITY : (T)INFINITY;
}

/* One block of a contiguous run: 4 * LANES chains. */
ALWAYS_INLINE T NAME(block)(const int op, const T *x, int64_t n) {
    T chains[4 * LANES] __attribute__((aligned(64)));
    for (int c = 0; c < 4 * LANES; c++) chains[c] = NAME(neutral)(op);
    int64_t j = 0;
    for (; j + 4 * LANES <= n; j += 4 * LANES)
        for (int c = 0; c < 4 * LANES; c++) chains[c] = NAME(combine)(op, chains[c], x[j + c]);
    for (int c = 0; j < n; j++, c++) chains[c] = NAME(combine)(op, chains[c], x[j]);
    for (int width = 2 * LANES; width; width /= 2)
        for (int c = 0; c < width; c++) chains[c] = NAME(combine)(op, chains[c], chains[c + width]);
    return chains[0];
}

ALWAYS_INLINE T NAME(run)(const int op, const T *x, int64_t n) {
    /* Pairs of blocks, like carries of a binary counter: partial[k] holds 2^k blocks. */
    T partial[48];
    int64_t blocks = 0;
    if (n <= BLOCK) return NAME(block)(op, x, n);
    for (int64_t j = 0; j < n; j += BLOCK, blocks++) {
        T sum = NAME(block)(op, x + j, n - j < BLOCK ? n - j : BLOCK);
        int k = 0;
        for (int64_t b = blocks; b & 1; b >>= 1) sum = NAME(combine)(op, partial[k++], sum);
        partial[k] = sum;
    }
    T total = NAME(neutral)(op);
    int k = 0, any = 0;
    for (int64_t b = blocks; b; b >>= 1, k++)
        if (b & 1) total = any ? NAME(combine)(op, partial[k], total) : partial[k], any = 1;
    return total;
}

/* r rows of n adjacent columns into y; the columns are vectors. */
ALWAYS_INLINE void NAME(columns)(const int op, const T *x, int64_t r, int64_t stride, int64_t n, T *y) {
    enum { WIDE = 256, LEVELS = 40 };  /* 2^40 blocks are more than a machine can address */
    T block[WIDE], partial[LEVELS][WIDE];
    for (int64_t j = 0; j < n; j += WIDE) {
        const int64_t w = n - j < WIDE ? n - j : WIDE;
        int64_t blocks = 0;
        for (int64_t k0 = 0; k0 < r; k0 += BLOCK_ROWS, blocks++) {
            const int64_t end = r - k0 < BLOCK_ROWS ? r : k0 + BLOCK_ROWS;
            for (int64_t c = 0; c < w; c++) block[c] = x[k0 * stride + j + c];
            for (int64_t k = k0 + 1; k < end; k++)
                for (int64_t c = 0; c < w; c++) block[c] = NAME(combine)(op, block[c], x[k * stride + j + c]);
            int level = 0;
            for (int64_t b = blocks; b & 1; b >>= 1, level++)
                for (int64_t c = 0; c < w; c++) block[c] = NAME(combine)(op, partial[level][c], block[c]);
            memcpy(partial[level], block, w * sizeof(T));
        }
        int level = 0, any = 0;
        for (int64_t b = blocks; b; b >>= 1, level++)
            if (b & 1) {
                for (int64_t c = 0; c < w; c++) y[j + c] = any ? NAME(combine)(op, partial[level][c], y[j + c]) : partial[level][c];
                any = 1;
            }
        if (!any)
            for (int64_t c = 0; c < w; c++) y[j + c] = NAME(neutral)(op);
    }
}

#define EACH(CALL)                       \
    switch (op) {                        \
    case RED_SUM: CALL(RED_SUM); break;  \
    case RED_PROD: CALL(RED_PROD); break; \
    case RED_MAX: CALL(RED_MAX); break;  \
    default: CALL(RED_MIN);              \
    }

/* x (r, inner) -> y (inner) */
static void NAME(reduce_axis)(int op, const T *x, int64_t r, int64_t inner, T *y) {
    if (inner == 1) {
#define CALL(OP) *y = NAME(run)(OP, x, r)
        EACH(CALL)
#undef CALL
    } else {
#define CALL(OP) NAME(columns)(OP, x, r, inner, inner, y)
        EACH(CALL)
#undef CALL
    }
}
#undef EACH

/* Position of the first largest (or smallest) of r elements, stride apart; NaN loses, as in TensorFlow: all NaN is 0. */
static int64_t NAME(arg_extreme)(int smallest, const T *x, int64_t r, int64_t stride) {
    int64_t best = 0;
    T value = smallest ? (T)INFINITY : -(T)INFINITY;
    for (int64_t k = 0; k < r; k++) {
        const T u = x[k * stride];
        if (smallest ? u < value : u > value) value = u, best = k;
    }
    return best;
}

#undef T
#undef V
#undef VU
#undef LANES
#undef NAME
