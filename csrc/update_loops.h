/* Included by update.h, once for each REAL. Plain loops: the compiler vectorises them, and since nothing is contracted
 * (exact.h) the remainder of a loop rounds as its body does. An element's bits depend on the element alone. */

static void OF(sgd)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL rate) {
    for (int64_t j = 0; j < n; j++) w[j] -= g[j] * rate;
}

static void OF(sgd_momentum)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict m, REAL rate, REAL momentum) {
    for (int64_t j = 0; j < n; j++) {
        REAL m_j = m[j] * momentum - g[j] * rate;
        m[j] = m_j;
        w[j] += m_j;
    }
}

static void OF(sgd_nesterov)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict m, REAL rate, REAL momentum) {
    for (int64_t j = 0; j < n; j++) {
        REAL step = g[j] * rate, m_j = m[j] * momentum - step;
        m[j] = m_j;
        w[j] += m_j * momentum - step;
    }
}

static void OF(adam)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict m, REAL *restrict v, REAL alpha,
                     REAL rest_1, REAL rest_2, REAL epsilon) {
#ifdef __AVX512F__
    if (sizeof(REAL) == sizeof(float) && epsilon >= FLT_MIN) {
        adam_by_estimate(n, (float *)w, (const float *)g, (float *)m, (float *)v, alpha, rest_1, rest_2, epsilon);
        return;
    }
#endif
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], m_j = m[j], v_j = v[j];
        m_j += (g_j - m_j) * rest_1;
        v_j += (g_j * g_j - v_j) * rest_2;
        m[j] = m_j;
        v[j] = v_j;
        w[j] -= m_j * alpha / (SQRT(v_j) + epsilon);
    }
}

static void OF(adam_amsgrad)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict m, REAL *restrict v,
                             REAL *restrict v_max, REAL alpha, REAL rest_1, REAL rest_2, REAL epsilon) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], m_j = m[j], v_j = v[j], top = v_max[j];
        m_j += (g_j - m_j) * rest_1;
        v_j += (g_j * g_j - v_j) * rest_2;
        top = top > v_j ? top : v_j;                          /* NaN in v_j is kept */
        m[j] = m_j;
        v[j] = v_j;
        v_max[j] = top;
        w[j] -= m_j * alpha / (SQRT(top) + epsilon);
    }
}

static void OF(adagrad)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict a, REAL rate, REAL epsilon) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], a_j = a[j] + g_j * g_j;
        a[j] = a_j;
        w[j] -= rate * g_j / SQRT(a_j + epsilon);
    }
}

/* mean and step are whole arrays or absent; the two flags are constants where this is inlined. */
static inline __attribute__((always_inline)) void OF(rmsprop_of)(
    int64_t n, int centered, int momentous, REAL *restrict w, const REAL *restrict g, REAL *restrict v, REAL *restrict mean,
    REAL *restrict step, REAL rate, REAL rho, REAL rest, REAL epsilon, REAL momentum) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], v_j = rho * v[j] + rest * (g_j * g_j), below = v_j;
        v[j] = v_j;
        if (centered) {
            REAL mean_j = rho * mean[j] + rest * g_j;
            mean[j] = mean_j;
            below -= mean_j * mean_j;
        }
        REAL step_j = rate * g_j / SQRT(below + epsilon);
        if (momentous) {
            step_j = momentum * step[j] + step_j;
            step[j] = step_j;
        }
        w[j] -= step_j;
    }
}

static void OF(rmsprop)(int64_t n, REAL *w, const REAL *g, REAL *v, REAL *mean, REAL *step, REAL rate, REAL rho, REAL rest,
                        REAL epsilon, REAL momentum) {
    if (mean && step) OF(rmsprop_of)(n, 1, 1, w, g, v, mean, step, rate, rho, rest, epsilon, momentum);
    else if (mean) OF(rmsprop_of)(n, 1, 0, w, g, v, mean, step, rate, rho, rest, epsilon, momentum);
    else if (step) OF(rmsprop_of)(n, 0, 1, w, g, v, mean, step, rate, rho, rest, epsilon, momentum);
    else OF(rmsprop_of)(n, 0, 0, w, g, v, mean, step, rate, rho, rest, epsilon, momentum);
}

static void OF(adadelta)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict a, REAL *restrict d, REAL rate,
                         REAL rho, REAL rest, REAL epsilon) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], a_j = rho * a[j] + rest * (g_j * g_j), d_j = d[j];
        REAL delta = SQRT(d_j + epsilon) * g_j / SQRT(a_j + epsilon);
        a[j] = a_j;
        d[j] = rho * d_j + rest * (delta * delta);
        w[j] -= rate * delta;
    }
}

static void OF(weight_decay)(int64_t n, REAL *restrict w, REAL rate, REAL decay) {
    for (int64_t j = 0; j < n; j++) w[j] -= w[j] * decay * rate;
}

static void OF(moving_average)(int64_t n, REAL *restrict a, const REAL *restrict w, REAL momentum, REAL rest) {
    for (int64_t j = 0; j < n; j++) a[j] = momentum * a[j] + rest * w[j];
}

static void OF(scaled)(int64_t n, REAL *restrict y, const REAL *restrict x, REAL factor) {
    for (int64_t j = 0; j < n; j++) y[j] = x[j] * factor;
}

static void OF(clipped)(int64_t n, REAL *restrict y, const REAL *restrict x, REAL top) {
    for (int64_t j = 0; j < n; j++) y[j] = x[j] > top ? top : x[j] < -top ? -top : x[j];
}

/* Sum of squares in double, in sixteen chains and then pairwise: the same order under every instruction set. */
static double OF(square_sum)(int64_t n, const REAL *restrict x) {
    double s[16] = {0};
    int64_t j = 0;
    for (; j + 16 <= n; j += 16)
        for (int k = 0; k < 16; k++) s[k] += (double)x[j + k] * (double)x[j + k];
    for (int k = 0; j + k < n; k++) s[k] += (double)x[j + k] * (double)x[j + k];
    for (int width = 8; width > 0; width /= 2)
        for (int k = 0; k < width; k++) s[k] += s[k + width];
    return s[0];
}

/* sqrt(1 - beta_2^t) / (1 - beta_1^t), in this precision as tf.keras does: in double the first steps come out otherwise. */
static REAL OF(adam_correction)(int64_t t, REAL beta_1, REAL beta_2) {
    return SQRT(1 - POW(beta_2, (REAL)t)) / (1 - POW(beta_1, (REAL)t));
}
