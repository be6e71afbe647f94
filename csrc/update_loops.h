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

static void OF(adamax)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict m, REAL *restrict u, REAL alpha,
                       REAL rest_1, REAL beta_2, REAL epsilon) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], m_j = m[j], u_j = beta_2 * u[j], size = ABS(g_j);
        m_j += (g_j - m_j) * rest_1;
        u_j = ((u_j >= size) | (u_j != u_j)) ? u_j : size;      /* NaN in either is kept */
        m[j] = m_j;
        u[j] = u_j;
        w[j] -= m_j * alpha / (u_j + epsilon);
    }
}

static void OF(nadam)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict m, REAL *restrict v, REAL of_m,
                      REAL of_g, REAL of_v, REAL rest_1, REAL rest_2, REAL epsilon) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], m_j = m[j], v_j = v[j];
        m_j += (g_j - m_j) * rest_1;
        v_j += (g_j * g_j - v_j) * rest_2;
        m[j] = m_j;
        v[j] = v_j;
        w[j] -= (of_m * m_j + of_g * g_j) / (SQRT(v_j * of_v) + epsilon);
    }
}

static void OF(lion)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict m, REAL rate, REAL beta_1, REAL rest_1,
                     REAL beta_2, REAL rest_2) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], m_j = m[j], way = m_j * beta_1 + g_j * rest_1;
        m[j] = m_j * beta_2 + g_j * rest_2;
        w[j] -= way > 0 ? rate : way < 0 ? -rate : way;       /* 0 and NaN are their own sign */
    }
}

/* a to the power -learning_rate_power; the kind is a constant where this is inlined. */
static inline __attribute__((always_inline)) REAL OF(ftrl_root)(int kind, REAL a, REAL power) {
    return kind == FTRL_SQRT ? SQRT(a) : kind == FTRL_ONE ? 1 : POW(a, power);
}

static inline __attribute__((always_inline)) void OF(ftrl_of)(
    int64_t n, int kind, REAL *restrict w, const REAL *restrict g, REAL *restrict a, REAL *restrict z, REAL inverse_rate,
    REAL power, REAL l1, REAL l2_twice, REAL shrinkage_twice) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], w_j = w[j], a_j = a[j], sum = a_j + g_j * g_j;
        REAL root = OF(ftrl_root)(kind, sum, power), risen = root - OF(ftrl_root)(kind, a_j, power);
        REAL z_j = z[j] + (g_j + shrinkage_twice * w_j - risen * inverse_rate * w_j);
        REAL inside = z_j > l1 ? l1 : z_j < -l1 ? -l1 : z_j;
        a[j] = sum;
        z[j] = z_j;
        w[j] = (inside - z_j) / (root * inverse_rate + l2_twice);
    }
}

static void OF(ftrl)(int64_t n, REAL *w, const REAL *g, REAL *a, REAL *z, REAL rate, REAL power, REAL l1, REAL l2, REAL beta,
                     REAL shrinkage) {
    const REAL inverse = 1 / rate, l2_twice = 2 * l2 + beta * inverse;
    if (power == (REAL)0.5) OF(ftrl_of)(n, FTRL_SQRT, w, g, a, z, inverse, power, l1, l2_twice, 2 * shrinkage);
    else if (power == 0) OF(ftrl_of)(n, FTRL_ONE, w, g, a, z, inverse, power, l1, l2_twice, 2 * shrinkage);
    else OF(ftrl_of)(n, FTRL_POWER, w, g, a, z, inverse, power, l1, l2_twice, 2 * shrinkage);
}

static void OF(adagrad)(int64_t n, REAL *restrict w, const REAL *restrict g, REAL *restrict a, REAL rate, REAL inner,
                        REAL outer) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], a_j = a[j] + g_j * g_j;
        a[j] = a_j;
        w[j] -= rate * g_j / (SQRT(a_j + inner) + outer);
    }
}

/* mean and step are whole arrays or absent; the two flags are constants where this is inlined. */
static inline __attribute__((always_inline)) void OF(rmsprop_of)(
    int64_t n, int centered, int momentous, REAL *restrict w, const REAL *restrict g, REAL *restrict v, REAL *restrict mean,
    REAL *restrict step, REAL rate, REAL rho, REAL rest, REAL inner, REAL outer, REAL momentum) {
    for (int64_t j = 0; j < n; j++) {
        REAL g_j = g[j], v_j = rho * v[j] + rest * (g_j * g_j), below = v_j;
        v[j] = v_j;
        if (centered) {
            REAL mean_j = rho * mean[j] + rest * g_j;
            mean[j] = mean_j;
            below -= mean_j * mean_j;
        }
        REAL step_j = rate * g_j / (SQRT(below + inner) + outer);
        if (momentous) {
            step_j = momentum * step[j] + step_j;
            step[j] = step_j;
        }
        w[j] -= step_j;
    }
}

static void OF(rmsprop)(int64_t n, REAL *w, const REAL *g, REAL *v, REAL *mean, REAL *step, REAL rate, REAL rho, REAL rest,
                        REAL inner, REAL outer, REAL momentum) {
    if (mean && step) OF(rmsprop_of)(n, 1, 1, w, g, v, mean, step, rate, rho, rest, inner, outer, momentum);
    else if (mean) OF(rmsprop_of)(n, 1, 0, w, g, v, mean, step, rate, rho, rest, inner, outer, momentum);
    else if (step) OF(rmsprop_of)(n, 0, 1, w, g, v, mean, step, rate, rho, rest, inner, outer, momentum);
    else OF(rmsprop_of)(n, 0, 0, w, g, v, mean, step, rate, rho, rest, inner, outer, momentum);
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

/* 1 - beta^t, in the precision of the weights: see adam_correction. */
static REAL OF(one_minus_power)(int64_t t, REAL beta) { return 1 - POW(beta, (REAL)t); }

/* sqrt(1 - beta_2^t) / (1 - beta_1^t), in this precision as tf.keras does: in double the first steps come out otherwise. */
static REAL OF(adam_correction)(int64_t t, REAL beta_1, REAL beta_2) {
    return SQRT(1 - POW(beta_2, (REAL)t)) / (1 - POW(beta_1, (REAL)t));
}
