/* elementwise.h for one floating point type: S, V (vector), VU, LANES, NAME(x), and the C library's names. */

#define PLAIN(EXPRESSION)                  \
    {                                      \
        for (int64_t j = 0; j < n; j++) {  \
            const S u = x[j];              \
            y[j] = EXPRESSION;             \
        }                                  \
        return;                            \
    }
#define VECTORS(FUNCTION)                                                                        \
    {                                                                                            \
        int64_t j = 0;                                                                           \
        for (; j + LANES <= n; j += LANES) *(VU *)(y + j) = NAME(FUNCTION)(*(const VU *)(x + j)); \
        if (j < n) {                                                                             \
            V rest = {0};                                                                        \
            memcpy(&rest, x + j, (n - j) * sizeof(S));                                           \
            rest = NAME(FUNCTION)(rest);                                                         \
            memcpy(y + j, &rest, (n - j) * sizeof(S));                                           \
        }                                                                                        \
        return;                                                                                  \
    }

static void NAME(unary)(int op, const S *x, S *y, int64_t n) {
    switch (op) {
    case UN_NEGATIVE: PLAIN(-u)
    case UN_ABSOLUTE: VECTORS(abs)
    case UN_SIGN: PLAIN(u > 0 ? (S)1 : u < 0 ? (S)-1 : u)
    case UN_SQUARE: PLAIN(u *u)
    case UN_SQRT: PLAIN(SQRT(u))
    case UN_RSQRT: PLAIN(1 / SQRT(u))
    case UN_RECIPROCAL: PLAIN(1 / u)
    case UN_EXP: VECTORS(exp)
    case UN_EXPM1: VECTORS(expm1)
    case UN_LOG: VECTORS(log)
    case UN_LOG1P: VECTORS(log1p)
    case UN_TANH: VECTORS(tanh)
    case UN_ERF: VECTORS(erf)
    case UN_FLOOR: PLAIN(FLOOR(u))
    case UN_CEIL: PLAIN(CEIL(u))
    case UN_ROUND: PLAIN(ROUND(u))
    }
}

static void NAME(binary)(int op, const S *a, int sa, const S *b, int sb, S *y, int64_t n) {
    switch (op) {
    case BIN_ADD: STEPS(u + v)
    case BIN_SUBTRACT: STEPS(u - v)
    case BIN_MULTIPLY: STEPS(u *v)
    case BIN_DIVIDE: STEPS(u / v)
    case BIN_MAXIMUM: STEPS((u >= v) | (u != u) ? u : v)   /* NaN wins */
    case BIN_MINIMUM: STEPS((u <= v) | (u != u) ? u : v)
    case BIN_SQUARED_DIFFERENCE: STEPS((u - v) * (u - v))
    case BIN_DIVIDE_NO_NAN: STEPS(v == 0 ? 0 : u / v)
    case BIN_POWER: STEPS(POWER(u, v))
    }
}

#undef PLAIN
#undef VECTORS
#undef S
#undef V
#undef VU
#undef LANES
#undef NAME
#undef SQRT
#undef FLOOR
#undef CEIL
#undef ROUND
#undef POWER
