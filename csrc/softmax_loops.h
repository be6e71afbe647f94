/* softmax.h for one floating point type. */

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

static void NAME(softmax_rows)(const T *x, int64_t rows, int64_t n, T *y) {
    T sums[FLAT], tops[FLAT];
    if (!n) return;
    for (int64_t r = 0; r < rows; r += NAME(rows_at_once)(n)) {
        const int64_t some = rows - r < NAME(rows_at_once)(n) ? rows - r : NAME(rows_at_once)(n);
        NAME(exponentials)(x + r * n, some, n, y + r * n, sums, tops);
        for (int64_t k = r; k < r + some; k++)
            for (int64_t j = 0; j < n; j++) y[k * n + j] /= sums[k - r];
    }
}

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

/* labels: (rows, n), or NULL with `classes` (rows) */
static void NAME(crossentropy_rows)(const T *labels, const int64_t *classes, const T *x, int64_t rows, int64_t n, T *loss,
                                    T *p) {
    T sums[FLAT], tops[FLAT];
    for (int64_t r = 0; r < rows && !n; r++) loss[r] = 0;
    if (!n) return;
    for (int64_t r = 0; r < rows; r += NAME(rows_at_once)(n)) {
        const int64_t some = rows - r < NAME(rows_at_once)(n) ? rows - r : NAME(rows_at_once)(n);
        NAME(exponentials)(x + r * n, some, n, p + r * n, sums, tops);
        for (int64_t k = r; k < r + some; k++) {
            const T sum = sums[k - r], top = tops[k - r], log_sum = LOG(sum), *row = x + k * n;
            if (labels) {
                const T *t = labels + k * n;
                T all = 0;
                for (int64_t j = 0; j < n; j++) all += t[j] == 0 ? 0 : t[j] * (log_sum - (row[j] - top));
                loss[k] = all;
            } else {
                const int64_t c = classes[k];
                loss[k] = c >= 0 && c < n ? log_sum - (row[c] - top) : (T)NAN;
            }
            const T scale = 1 / sum;
            for (int64_t j = 0; j < n; j++) p[k * n + j] *= scale;
        }
    }
}

static void NAME(crossentropy_grad_rows)(const T *dloss, const T *labels, const int64_t *classes, const T *p, int64_t rows,
                                         int64_t n, T *dx) {
    for (int64_t r = 0; r < rows; r++) {
        const T d = dloss[r], *q = p + r * n;
        T *to = dx + r * n;
        if (labels) {
            const T *t = labels + r * n;
            for (int64_t j = 0; j < n; j++) to[j] = d * (q[j] - t[j]);
        } else {
            const int64_t c = classes[r];
            const T factor = c >= 0 && c < n ? d : (T)NAN;
            for (int64_t j = 0; j < n; j++) to[j] = factor * q[j];
            if (c >= 0 && c < n) to[c] = d * (q[c] - 1);
        }
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
#undef LANES
#undef NAME
#undef LOG
