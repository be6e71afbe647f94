/* elementwise.h for one integer type: S, U (unsigned: overflow wraps instead of being undefined), NAME(x). */

static inline void NAME(unary_block)(int op, const double *attr, const S *x, S *y, int64_t n) {
    switch (op) {
    case UN_NEGATIVE: EACH((S)(0 - (U)u))
    case UN_ABSOLUTE: EACH(u < 0 ? (S)(0 - (U)u) : u)
    case UN_SIGN: EACH((u > 0) - (u < 0))
    case UN_SQUARE: EACH((S)((U)u * (U)u))
    }
}

ALWAYS_INLINE S NAME(quotient)(S u, S v) {
    if (v == 0) return 0;
    if (v == -1) return (S)(0 - (U)u);                /* the smallest number has no negative: the processor would trap */
    return u / v - ((u % v != 0) & ((u < 0) != (v < 0)));
}

ALWAYS_INLINE S NAME(modulo)(S u, S v) {
    if (v == 0 || v == -1) return 0;
    const S rest = u % v;
    return rest + (((rest != 0) & ((rest < 0) != (v < 0))) ? v : 0);
}

ALWAYS_INLINE S NAME(power)(S u, S v) {
    if (v < 0) return u == 1 ? 1 : u == -1 ? (v & 1 ? -1 : 1) : 0;
    U result = 1, base = u;
    for (; v; v >>= 1, base *= base)
        if (v & 1) result *= base;
    return (S)result;
}

static inline void NAME(binary_block)(int op, const S *a, int a_step, const S *b, int b_step, S *y, int64_t n) {
    switch (op) {
    case BIN_ADD: PAIRS((S)((U)u + (U)v))
    case BIN_SUBTRACT: PAIRS((S)((U)u - (U)v))
    case BIN_MULTIPLY: PAIRS((S)((U)u * (U)v))
    case BIN_MAXIMUM: PAIRS(u > v ? u : v)
    case BIN_MINIMUM: PAIRS(u < v ? u : v)
    case BIN_SQUARED_DIFFERENCE: PAIRS((S)(((U)u - (U)v) * ((U)u - (U)v)))
    case BIN_FLOOR_DIVIDE: PAIRS(NAME(quotient)(u, v))
    case BIN_MOD: PAIRS(NAME(modulo)(u, v))
    case BIN_POWER: PAIRS(NAME(power)(u, v))
    }
}
#include "elementwise_comparisons.h"

#undef S
#undef U
#undef NAME
