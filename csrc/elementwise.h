/* Elementwise arithmetic over contiguous runs, by op code: what the kernels of elementwise.pyx and fused chains are made of.

   unary_T(op, x, y, n)                  y = op(x)
   binary_T(op, a, sa, b, sb, y, n)      y = a op b; sa, sb: 1, or 0 where one element serves the whole run
   compare_T(op, a, sa, b, sb, y, n)     the same, giving bytes 0 and 1

   y may be a or b.  Loops are plain: the compiler makes vectors of them for each instruction set.  */
#ifndef PYSEQ_ELEMENTWISE_H
#define PYSEQ_ELEMENTWISE_H

#include "vecmath.h"

enum {
    UN_NEGATIVE, UN_ABSOLUTE, UN_SIGN, UN_SQUARE, UN_SQRT, UN_RSQRT, UN_RECIPROCAL, UN_EXP, UN_EXPM1, UN_LOG, UN_LOG1P, UN_TANH,
    UN_ERF, UN_FLOOR, UN_CEIL, UN_ROUND
};
enum {
    BIN_ADD, BIN_SUBTRACT, BIN_MULTIPLY, BIN_DIVIDE, BIN_MAXIMUM, BIN_MINIMUM, BIN_SQUARED_DIFFERENCE, BIN_DIVIDE_NO_NAN,
    BIN_POWER
};
enum { CMP_EQUAL, CMP_NOT_EQUAL, CMP_LESS, CMP_LESS_EQUAL, CMP_GREATER, CMP_GREATER_EQUAL };

/* One loop for each of the ways the operands step, so that the compiler sees constants. */
#define STEPS(EXPRESSION)                                                        \
    {                                                                            \
        if (sa && sb)                                                            \
            for (int64_t j = 0; j < n; j++) {                                    \
                const S u = a[j], v = b[j];                                      \
                y[j] = EXPRESSION;                                               \
            }                                                                    \
        else if (sa) {                                                           \
            const S v = *b;                                                      \
            for (int64_t j = 0; j < n; j++) {                                    \
                const S u = a[j];                                                \
                y[j] = EXPRESSION;                                               \
            }                                                                    \
        } else {                                                                 \
            const S u = *a;                                                      \
            for (int64_t j = 0; j < n; j++) {                                    \
                const S v = b[sb ? j : 0];                                       \
                y[j] = EXPRESSION;                                               \
            }                                                                    \
        }                                                                        \
        return;                                                                  \
    }

#define INTEGER_OPS(S_, SUFFIX)                                                                                              \
    static void binary_##SUFFIX(int op, const S_ *a, int sa, const S_ *b, int sb, S_ *y, int64_t n) {                        \
        typedef S_ S;                                                                                                        \
        switch (op) {                                                                                                        \
        case BIN_ADD: STEPS((S)((U_##SUFFIX)u + (U_##SUFFIX)v))                                                              \
        case BIN_SUBTRACT: STEPS((S)((U_##SUFFIX)u - (U_##SUFFIX)v))                                                         \
        case BIN_MULTIPLY: STEPS((S)((U_##SUFFIX)u * (U_##SUFFIX)v))                                                         \
        case BIN_MAXIMUM: STEPS(u > v ? u : v)                                                                               \
        case BIN_MINIMUM: STEPS(u < v ? u : v)                                                                               \
        case BIN_SQUARED_DIFFERENCE: STEPS((S)(((U_##SUFFIX)u - (U_##SUFFIX)v) * ((U_##SUFFIX)u - (U_##SUFFIX)v)))           \
        }                                                                                                                    \
    }
typedef uint32_t U_i32;                               /* unsigned: overflow wraps instead of being undefined */
typedef uint64_t U_i64;
INTEGER_OPS(int32_t, i32)
INTEGER_OPS(int64_t, i64)
#undef INTEGER_OPS

#define COMPARISONS(S_, SUFFIX)                                                                                              \
    static void compare_##SUFFIX(int op, const S_ *a, int sa, const S_ *b, int sb, uint8_t *y, int64_t n) {                  \
        typedef S_ S;                                                                                                        \
        switch (op) {                                                                                                        \
        case CMP_EQUAL: STEPS(u == v)                                                                                        \
        case CMP_NOT_EQUAL: STEPS(u != v)                                                                                    \
        case CMP_LESS: STEPS(u < v)                                                                                          \
        case CMP_LESS_EQUAL: STEPS(u <= v)                                                                                   \
        case CMP_GREATER: STEPS(u > v)                                                                                       \
        case CMP_GREATER_EQUAL: STEPS(u >= v)                                                                                \
        }                                                                                                                    \
    }
COMPARISONS(float, f32)
COMPARISONS(double, f64)
COMPARISONS(int32_t, i32)
COMPARISONS(int64_t, i64)
#undef COMPARISONS

#define S float
#define V vf32
#define VU vf32u
#define LANES SIMD_F32
#define NAME(x) x##_f32
#define SQRT sqrtf
#define FLOOR floorf
#define CEIL ceilf
#define ROUND rintf
#define POWER powf
#include "elementwise_loops.h"

#define S double
#define V vf64
#define VU vf64u
#define LANES SIMD_F64
#define NAME(x) x##_f64
#define SQRT sqrt
#define FLOOR floor
#define CEIL ceil
#define ROUND rint
#define POWER pow
#include "elementwise_loops.h"
#undef STEPS

#endif
