/* elementwise.h for one floating point type: S, V (vector), VU, LANES, NAME(x), LIBM(x) (the C library's name). */

#define VECTORS(FUNCTION)                                                                         \
    {                                                                                             \
        int64_t j = 0;                                                                            \
        for (; j + LANES <= n; j += LANES) *(VU *)(y + j) = NAME(FUNCTION)(*(const VU *)(x + j)); \
        if (j < n) {                                                                              \
            V rest = {0};                                                                         \
            memcpy(&rest, x + j, (n - j) * sizeof(S));                                            \
            rest = NAME(FUNCTION)(rest);                                                          \
            memcpy(y + j, &rest, (n - j) * sizeof(S));                                            \
        }                                                                                         \
        return;                                                                                   \
    }

static inline void NAME(unary_block)(int op, const double *attr, const S *x, S *y, int64_t n) {
    switch (op) {
    case UN_NEGATIVE: EACH(-u)
    case UN_ABSOLUTE: VECTORS(abs)
    case UN_SIGN: EACH(u > 0 ? (S)1 : u < 0 ? (S)-1 : u)
    case UN_SQUARE: EACH(u *u)
    case UN_CLIP: {
        const S low = attr[0], high = attr[1];
        LOOP {
            S u = x[j];
            u = u < low ? low : u;
            y[j] = u > high ? high : u;
        }
        return;
    }
    case UN_SQRT: EACH(LIBM(sqrt)(u))
    case UN_RSQRT: EACH(1 / LIBM(sqrt)(u))
    case UN_RECIPROCAL: EACH(1 / u)
    case UN_EXP: VECTORS(exp)
    case UN_EXPM1: VECTORS(expm1)
    case UN_LOG: VECTORS(log)
    case UN_LOG1P: VECTORS(log1p)
    case UN_TANH: VECTORS(tanh)
    case UN_ERF: VECTORS(erf)
    case UN_FLOOR: EACH(LIBM(floor)(u))
    case UN_CEIL: EACH(LIBM(ceil)(u))
    case UN_ROUND: EACH(LIBM(rint)(u))
    case UN_SIN: EACH(LIBM(sin)(u))
    case UN_COS: EACH(LIBM(cos)(u))
    case UN_TAN: EACH(LIBM(tan)(u))
    case UN_ARCSIN: EACH(LIBM(asin)(u))
    case UN_ARCCOS: EACH(LIBM(acos)(u))
    case UN_ARCTAN: EACH(LIBM(atan)(u))
    case UN_SINH: EACH(LIBM(sinh)(u))
    case UN_COSH: EACH(LIBM(cosh)(u))
    case UN_ARCSINH: EACH(LIBM(asinh)(u))
    case UN_ARCCOSH: EACH(LIBM(acosh)(u))
    case UN_ARCTANH: EACH(LIBM(atanh)(u))
    }
}

ALWAYS_INLINE S NAME(modulo)(S u, S v) {
    const S rest = LIBM(fmod)(u, v);
    return rest != 0 && (v < 0) != (rest < 0) ? rest + v : rest;
}

/* 2 is by far the most common exponent; u * u is what pow rounds to. */
ALWAYS_INLINE S NAME(power)(S u, S v) { return v == 2 ? u * u : LIBM(pow)(u, v); }

static inline void NAME(binary_block)(int op, const S *a, int a_step, const S *b, int b_step, S *y, int64_t n) {
    switch (op) {
    case BIN_ADD: PAIRS(u + v)
    case BIN_SUBTRACT: PAIRS(u - v)
    case BIN_MULTIPLY: PAIRS(u *v)
    case BIN_MAXIMUM: PAIRS(((u >= v) | (u != u)) ? u : v)
    case BIN_MINIMUM: PAIRS(((u <= v) | (u != u)) ? u : v)
    case BIN_SQUARED_DIFFERENCE: PAIRS((u - v) * (u - v))
    case BIN_FLOOR_DIVIDE: PAIRS(LIBM(floor)(u / v))
    case BIN_MOD: PAIRS(NAME(modulo)(u, v))
    case BIN_POWER: PAIRS(NAME(power)(u, v))
    case BIN_DIVIDE: PAIRS(u / v)
    case BIN_DIVIDE_NO_NAN: PAIRS(v == 0 ? 0 : u / v)
    case BIN_ARCTAN2: PAIRS(LIBM(atan2)(u, v))
    }
}

static inline void NAME(test_block)(int op, const S *x, uint8_t *y, int64_t n) {
    switch (op) {
    case TEST_NAN: EACH(u != u)
    case TEST_INFINITE: EACH(LIBM(fabs)(u) == (S)INFINITY)
    case TEST_FINITE: EACH(LIBM(fabs)(u) < (S)INFINITY)
    }
}
#include "elementwise_comparisons.h"

#undef VECTORS
#undef V
#undef VU
#undef LANES
#undef LIBM
#undef NAME
#undef S
