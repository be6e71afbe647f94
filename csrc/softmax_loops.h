/* softmax.h for one floating point type. */

#define SHORT (4 * LANES)                             /* rows shorter than this share vectors */

static inline T NAME(largest)(const T *x, int64_t n) {
    V best;
    T top = x[0];
    int64_t j = 0;
    if (n >= LANES) {
        best = *(const VU *)x;
        for (j = LANES; j + LANES <= n; j += LANES) {
            V v = *(const VU *)(x + j);
            best = NAME(select)(v > best, v, best);
        }
        for (int l = 0; l < LANES; l++) top = best[l] > top ? best[l] : top;
    }
    for (; j < n; j++) top = x[j] > top ? x[j] : top;
    return top;
}

/* LANES chains over whole vectors, then the rest: the same order wherever the row stands. */
static inline T NAME(total)(const T *x, int64_t n) {
    V sums = {0};
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) sums += *(const VU *)(x + j);
    T chains[LANES];
    *(VU *)chains = sums;
    for (int width = LANES / 2; width; width /= 2)
        for (int l = 0; l < width; l++) chains[l] += chains[l + width];
    T sum = chains[0];
    for (; j < n; j++) sum += x[j];
    return sum;
}

static inline void NAME(exp_run)(T *x, int64_t n) {
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) *(VU *)(x + j) = NAME(exp)(*(const VU *)(x + j));
    if (j < n) {
        V rest = {0};
        memcpy(&rest, x + j, (n - j) * sizeof(T));
        rest = NAME(exp)(rest);
        memcpy(x + j, &rest, (n - j) * sizeof(T));
    }
}

/* y = exp(x - max) of `rows` rows of n, and each row's sum and largest. */
static inline void NAME(exponentials)(const T *x, int64_t rows, int64_t n, T *y, T *sums, T *tops) {
    for (int64_t r = 0; r < rows; r++) {
        const T top = tops[r] = NAME(largest)(x + r * n, n);
        for (int64_t j = 0; j < n; j++) y[r * n + j] = x[r * n + j] - top;
    }
    NAME(exp_run)(y, rows * n);
    for (int64_t r = 0; r < rows; r++) sums[r] = NAME(total)(y + r * n, n);
}

static inline int64_t NAME(rows_at_once)(int64_t n) { return n >= FLAT ? 1 : FLAT / n; }

static void NAME(log_softmax_rows)(const T *x, int64_t rows, int64_t n, T *y) {
    T sums[FLAT], tops[FLAT];
    if (!n) return;
    for (int64_t r = 0; r < rows; r += NAME(rows_at_once)(n)) {
        const int64_t some = rows - r < NAME(rows_at_once)(n) ? rows - r : NAME(rows_at_once)(n);
        NAME(exponentials)(x + r * n, some, n, y + r * n, sums, tops);
        for (int64_t k = r; k < r + some; k++) {
            const T lost = LOG(sums[k - r]);
            for (int64_t j = 0; j < n; j++) y[k * n + j] = x[k * n + j] - tops[k - r] - lost;
        }
    }
}

/* dx = (dy - sum(dy y)) y */
static void NAME(softmax_grad_rows)(const T *dy, const T *y, int64_t rows, int64_t n, T *dx) {
    for (int64_t r = 0; r < rows; r++) {
        const T *d = dy + r * n, *p = y + r * n;
        V sums = {0};
        int64_t j = 0;
        for (; j + LANES <= n; j += LANES) sums += *(const VU *)(d + j) * *(const VU *)(p + j);
        T dot = 0;
        for (int l = 0; l < LANES; l++) dot += sums[l];
        for (; j < n; j++) dot += d[j] * p[j];
        for (j = 0; j < n; j++) dx[r * n + j] = (d[j] - dot) * p[j];
    }
}

/* ------------------------------------------------------------------------ softmax and crossentropy, unshifted where it goes */

/* What a tile of rows leaves: exponentials where rows are short, sums, and of the labels sum t x and sum t. */
typedef struct {
    T e[FLAT + LANES * SHORT], tx[FLAT + LANES * SHORT], t[FLAT + LANES * SHORT]; /* row_sums reads behind the tile */
    T sums[FLAT + LANES], scales[FLAT + LANES], dots[FLAT + LANES], weights[FLAT + LANES];
} NAME(Tile);

static inline I NAME(first_lanes)(int64_t n) {
    I mask = {0};
    for (int l = 0; l < LANES; l++) mask[l] = l < n ? -1 : 0;
    return mask;
}

static inline int NAME(any_beyond)(I beyond) {
    int64_t words[SIMD_BYTES / 8], any = 0;
    beyond &= ~((I){0} + 127);
    memcpy(words, &beyond, sizeof(words));
    for (int k = 0; k < SIMD_BYTES / 8; k++) any |= words[k];
    return any != 0;
}

/* n < LANES elements and zeros */
static inline V NAME(some)(const T *x, int64_t n) {
    V v = {0};
    memcpy(&v, x, n * sizeof(T));
    return v;
}

/* Lane k of the result: the sum of the lanes of x[k]. */
ALWAYS_INLINE V NAME(fold)(V *x) {
#pragma GCC unroll 4
    for (int width = LANES / 2; width; width /= 2)
#pragma GCC unroll 8
        for (int k = 0; k < width; k++)
            x[k] = SHUFFLE(I, x[2 * k], x[2 * k + 1], TWOS(0)) + SHUFFLE(I, x[2 * k], x[2 * k + 1], TWOS(1));
    return x[0];
}

static inline T NAME(lane_sum)(V x) {
    V parts[LANES] = {x};
    return NAME(fold)(parts)[0];
}

/* The sums of LANES rows, each of `whole` vectors and a rest. */
ALWAYS_INLINE V NAME(sums_of_lanes)(const T *x, int64_t n, int64_t whole, I rest) {
    V parts[LANES];
#pragma GCC unroll 16
    for (int k = 0; k < LANES; k++) {
        V sum = {0};
        for (int64_t j = 0; j < whole; j++) sum += *(const VU *)(x + k * n + j * LANES);
        parts[k] = sum + (V)((I)*(const VU *)(x + k * n + whole * LANES) & rest);
    }
    return NAME(fold)(parts);
}

/* The sums of `rows` rows of n < SHORT; up to LANES rows more are read, whose sums are nobody's. */
static inline void NAME(row_sums)(const T *x, int64_t rows, int64_t n, T *sums) {
    const I rest = NAME(first_lanes)(n % LANES);
    if (n < LANES)
        for (int64_t r = 0; r < rows; r += LANES) *(VU *)(sums + r) = NAME(sums_of_lanes)(x + r * n, n, 0, rest);
    else
        for (int64_t r = 0; r < rows; r += LANES) *(VU *)(sums + r) = NAME(sums_of_lanes)(x + r * n, n, n / LANES, rest);
}

/* A row with a value that is not near 0. */
static void NAME(shifted_row)(const T *x, const T *t, int64_t label, int64_t n, T *e, T *sum, T *dot, T *weight) {
    const T top = NAME(largest)(x, n);
    for (int64_t j = 0; j < n; j++) e[j] = x[j] - top;
    if (t) {
        *dot = *weight = 0;
        for (int64_t j = 0; j < n; j++) {
            *dot += t[j] == 0 ? 0 : t[j] * e[j];      /* 0 times -inf is no loss */
            *weight += t[j];
        }
    } else if (label >= 0) {
        *dot = e[label];
    }
    NAME(exp_run)(e, n);
    *sum = NAME(total)(e, n);
}

static inline int NAME(is_shifted)(const T *x, int64_t n) {
    I beyond = {0};
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) (void)NAME(exp_near)(*(const VU *)(x + j), &beyond);
    (void)NAME(exp_near)(NAME(some)(x + j, n - j), &beyond);
    return NAME(any_beyond)(beyond);
}

/* The label of row k, -1 if it has none. */
static inline int64_t NAME(label)(const int64_t *classes, int64_t k, int64_t n) {
    return classes && classes[k] >= 0 && classes[k] < n ? classes[k] : -1;
}

/* Fills the tile from rows of n < SHORT; the next tile is fetched meanwhile. */
static void NAME(short_rows)(NAME(Tile) *tile, const T *x, const T *t, const int64_t *classes, int64_t rows, int64_t n,
                             const T *p) {
    const int64_t size = rows * n;
    I beyond = {0};
    int64_t j = 0;
    for (; j + LANES <= size; j += LANES) {
        const V v = *(const VU *)(x + j);
        __builtin_prefetch(x + j + FLAT);
        __builtin_prefetch(p + j + FLAT, 1);
        *(VU *)(tile->e + j) = NAME(exp_near)(v, &beyond);
        if (t) {
            const V w = *(const VU *)(t + j);
            __builtin_prefetch(t + j + FLAT);
            *(VU *)(tile->t + j) = w;
            *(VU *)(tile->tx + j) = w * v;
        }
    }
    if (j < size) {
        const V v = NAME(some)(x + j, size - j), w = NAME(some)(t ? t + j : x + j, size - j);
        *(VU *)(tile->e + j) = NAME(exp_near)(v, &beyond);
        *(VU *)(tile->t + j) = w;
        *(VU *)(tile->tx + j) = w * v;
    }
    NAME(row_sums)(tile->e, rows, n, tile->sums);
    if (t) {
        NAME(row_sums)(tile->tx, rows, n, tile->dots);
        NAME(row_sums)(tile->t, rows, n, tile->weights);
    } else if (classes) {
        for (int64_t k = 0; k < rows; k++) {
            const int64_t label = NAME(label)(classes, k, n);
            tile->dots[k] = label < 0 ? (T)NAN : x[k * n + label];
        }
    }
    if (NAME(any_beyond)(beyond))
        for (int64_t k = 0; k < rows; k++)
            if (NAME(is_shifted)(x + k * n, n))
                NAME(shifted_row)(x + k * n, t ? t + k * n : NULL, NAME(label)(classes, k, n), n, tile->e + k * n, tile->sums + k,
                                  tile->dots + k, tile->weights + k);
}

/* One row of n >= SHORT, its exponentials into p. */
static void NAME(long_row)(NAME(Tile) *tile, const T *x, const T *t, const int64_t *classes, int64_t n, T *p) {
    V sums[4] = {{0}}, dots[2] = {{0}}, weights[2] = {{0}};
    I beyond = {0};
    const int64_t label = NAME(label)(classes, 0, n);
    int64_t j = 0;
#define STEP(k)                                                                \
    {                                                                          \
        const V v = *(const VU *)(x + j + k * LANES), e = NAME(exp_near)(v, &beyond); \
        __builtin_prefetch(x + j + k * LANES + FLAT);                          \
        __builtin_prefetch(p + j + k * LANES + FLAT, 1);                       \
        *(VU *)(p + j + k * LANES) = e;                                        \
        sums[k] += e;                                                          \
        if (t) {                                                               \
            const V w = *(const VU *)(t + j + k * LANES);                      \
            __builtin_prefetch(t + j + k * LANES + FLAT);                      \
            dots[k % 2] += w * v;                                              \
            weights[k % 2] += w;                                               \
        }                                                                      \
    }
    for (; j + 4 * LANES <= n; j += 4 * LANES) { STEP(0) STEP(1) STEP(2) STEP(3) }
    for (; j + LANES <= n; j += LANES) STEP(0)
#undef STEP
    if (j < n) {
        const V v = NAME(some)(x + j, n - j), e = NAME(exp_near)(v, &beyond);
        memcpy(p + j, &e, (n - j) * sizeof(T));
        sums[1] += (V)((I)e & NAME(first_lanes)(n - j));
        if (t) {
            const V w = NAME(some)(t + j, n - j);
            dots[1] += w * v;
            weights[1] += w;
        }
    }
    tile->sums[0] = NAME(lane_sum)((sums[0] + sums[1]) + (sums[2] + sums[3]));
    tile->dots[0] = t ? NAME(lane_sum)(dots[0] + dots[1]) : label < 0 ? (T)NAN : x[label];
    tile->weights[0] = NAME(lane_sum)(weights[0] + weights[1]);
    if (NAME(any_beyond)(beyond)) NAME(shifted_row)(x, t, label, n, p, tile->sums, tile->dots, tile->weights);
}

/* e / sum, where scale = 1 / sum as it was rounded: a division takes longer than the copy. So 1 is 1 where nothing else counts. */
ALWAYS_INLINE V NAME(share)(V e, T sum, T scale) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    const V y = e * scale;
    return y + (e - y * sum) * scale;
#else
    (void)scale;
    return e / sum;
#endif
}

/* y = e / sum of each row. A store reaches into the next row, which comes after it: LANES elements more are read and written.
   That is cheap in the first cache alone, so y is a tile. */
ALWAYS_INLINE void NAME(divided_rows)(const T *e, const T *sums, const T *scales, int64_t rows, int64_t n, T *y) {
    if (n <= LANES)
        for (int64_t k = 0; k < rows; k++)
            *(VU *)(y + k * n) = NAME(share)(*(const VU *)(e + k * n), sums[k], scales[k]);
    else
        for (int64_t k = 0; k < rows; k++)
            for (int64_t j = k * n; j < (k + 1) * n; j += LANES)
                *(VU *)(y + j) = NAME(share)(*(const VU *)(e + j), sums[k], scales[k]);
}

/* The same for factors instead of divisors. */
ALWAYS_INLINE void NAME(scaled_rows)(const T *x, const T *factors, int64_t rows, int64_t n, T *y) {
    if (n <= LANES)
        for (int64_t k = 0; k < rows; k++) *(VU *)(y + k * n) = *(const VU *)(x + k * n) * factors[k];
    else
        for (int64_t k = 0; k < rows; k++)
            for (int64_t j = k * n; j < (k + 1) * n; j += LANES) *(VU *)(y + j) = *(const VU *)(x + j) * factors[k];
}

static inline void NAME(copied)(const T *x, int64_t n, T *y) {
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) *(VU *)(y + j) = *(const VU *)(x + j);
    memcpy(y + j, x + j, (n - j) * sizeof(T));
}

/* loss = sum_j t_j (log sum - x_j); labels: (rows, n), or NULL with `classes` (rows). No loss is asked for: NULL. */
ALWAYS_INLINE void NAME(probabilities)(const T *labels, const int64_t *classes, const T *x, int64_t rows, int64_t n, T *loss,
                                       T *p) {
    NAME(Tile) tile;
    const int is_short = n < SHORT;
    const int64_t at_once = is_short ? FLAT / n : 1;
    for (int64_t r = 0; r < rows; r += at_once) {
        const int64_t some = rows - r < at_once ? rows - r : at_once;
        const T *t = labels ? labels + r * n : NULL;
        const int64_t *c = classes ? classes + r : NULL;
        if (is_short)
            NAME(short_rows)(&tile, x + r * n, t, c, some, n, p + r * n);
        else
            NAME(long_row)(&tile, x + r * n, t, c, n, p + r * n);
        for (int64_t k = 0; k < some; k += LANES) {
            const V sum = *(const VU *)(tile.sums + k);
            V weight = (V){0} + 1;
            if (labels) weight = *(const VU *)(tile.weights + k);
            *(VU *)(tile.scales + k) = 1 / sum;
            if (!loss) continue;
            V whole, small = NAME(log_in_two)(sum, &whole);
            small = (weight * whole - *(const VU *)(tile.dots + k)) + weight * small + (sum - sum); /* NaN stays */
            memcpy(loss + r + k, &small, (some - k < LANES ? some - k : LANES) * sizeof(T));
        }
        if (is_short) {
            NAME(divided_rows)(tile.e, tile.sums, tile.scales, some, n, tile.t);
            NAME(copied)(tile.t, some * n, p + r * n);
        } else {
            T *row = p + r * n;
            int64_t j = 0;
            for (; j + LANES <= n; j += LANES)
                *(VU *)(row + j) = NAME(share)(*(const VU *)(row + j), tile.sums[0], tile.scales[0]);
            const V last = NAME(share)(NAME(some)(row + j, n - j), tile.sums[0], tile.scales[0]);
            memcpy(row + j, &last, (n - j) * sizeof(T));
        }
    }
}

static void NAME(softmax_rows)(const T *x, int64_t rows, int64_t n, T *y) {
    if (n) NAME(probabilities)(NULL, NULL, x, rows, n, NULL, y);
}

static void NAME(crossentropy_rows)(const T *labels, const int64_t *classes, const T *x, int64_t rows, int64_t n, T *loss,
                                    T *p) {
    for (int64_t r = 0; r < rows && !n; r++) loss[r] = 0;
    if (!n) return;
    if (labels)
        NAME(probabilities)(labels, NULL, x, rows, n, loss, p);
    else
        NAME(probabilities)(NULL, classes, x, rows, n, loss, p);
}

static void NAME(crossentropy_grad_rows)(const T *dloss, const T *labels, const int64_t *classes, const T *p, int64_t rows,
                                         int64_t n, T *dx) {
    if (labels) {
        for (int64_t r = 0; r < rows; r++) {
            const T d = dloss[r], *q = p + r * n, *t = labels + r * n;
            T *to = dx + r * n;
            for (int64_t j = 0; j < n; j++) to[j] = d * (q[j] - t[j]);
        }
        return;
    }
    T e[FLAT + LANES], to[FLAT + LANES], factors[FLAT];
    const int64_t at_once = n < SHORT ? FLAT / (n ? n : 1) : 1;
    for (int64_t r = 0; r < rows; r += at_once) {
        const int64_t some = rows - r < at_once ? rows - r : at_once;
        const T *q = p + r * n;
        for (int64_t k = 0; k < some; k++) factors[k] = NAME(label)(classes, r + k, n) < 0 ? (T)NAN : dloss[r + k];
        if (n >= SHORT) {
            for (int64_t j = 0; j < n; j++) dx[r * n + j] = q[j] * factors[0];
        } else {
            if (r + some == rows) q = memcpy(e, q, some * n * sizeof(T)); /* nothing may be read behind the last row */
            NAME(scaled_rows)(q, factors, some, n, to);
        }
        T *tile = n < SHORT ? to : dx + r * n;
        for (int64_t k = 0; k < some; k++) {
            const int64_t c = NAME(label)(classes, r + k, n);
            if (c >= 0) tile[k * n + c] = factors[k] * (q[k * n + c] - 1);
        }
        if (n < SHORT) NAME(copied)(to, some * n, dx + r * n);
    }
}

ALWAYS_INLINE V NAME(sigmoid_loss)(V t, V x) {
    return NAME(select)((I)(x > 0), x, (V){0}) - x * t + NAME(log1p)(NAME(exp)(-NAME(abs)(x)));
}

ALWAYS_INLINE V NAME(sigmoid_loss_grad)(V d, V t, V x) {
    V e = NAME(exp)(-NAME(abs)(x)), large = 1 / (1 + e), small = e * large;
    I below = (I)(x < 0);
    return d * ((1 - t) * NAME(select)(below, small, large) - t * NAME(select)(below, large, small));
}

static void NAME(sigmoid_crossentropy_run)(const T *t, const T *x, int64_t n, T *loss) {
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES)
        *(VU *)(loss + j) = NAME(sigmoid_loss)(*(const VU *)(t + j), *(const VU *)(x + j));
    if (j < n) {
        V a = {0}, b = {0};
        memcpy(&a, t + j, (n - j) * sizeof(T));
        memcpy(&b, x + j, (n - j) * sizeof(T));
        a = NAME(sigmoid_loss)(a, b);
        memcpy(loss + j, &a, (n - j) * sizeof(T));
    }
}

static void NAME(sigmoid_crossentropy_grad_run)(const T *d, const T *t, const T *x, int64_t n, T *dx) {
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES)
        *(VU *)(dx + j) = NAME(sigmoid_loss_grad)(*(const VU *)(d + j), *(const VU *)(t + j), *(const VU *)(x + j));
    if (j < n) {
        V a = {0}, b = {0}, c = {0};
        memcpy(&a, d + j, (n - j) * sizeof(T));
        memcpy(&b, t + j, (n - j) * sizeof(T));
        memcpy(&c, x + j, (n - j) * sizeof(T));
        a = NAME(sigmoid_loss_grad)(a, b, c);
        memcpy(dx + j, &a, (n - j) * sizeof(T));
    }
}

#undef T
#undef V
#undef I
#undef VU
#undef I
#undef TWOS
#undef SHORT
#undef LANES
#undef NAME
#undef LOG
