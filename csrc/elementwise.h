/* Elementwise functions over contiguous runs, by op code: what the kernels of elementwise.pyx and fused chains are made of.

   unary_block_T(op, attr, x, y, n)                      y = op(x)
   binary_block_T(op, a, a_step, b, b_step, y, n)        y = a op b
   compare_block_T(op, a, a_step, b, b_step, y, n)       the same, giving bytes 0 and 1
   test_block_T(op, x, y, n)                             a property of x, bytes 0 and 1
   select_block_T(c, c_step, a, a_step, b, b_step, y, n) y = c ? a : b

   Steps are 1, or 0 where one element serves the whole run.  y may be a, b or x if the types are the same.  An element's
   bits do not depend on where it stands or on n.  attr: clip: low, high, low <= high.

   Corners: maximum and minimum give NaN if either is NaN; sign(NaN) = NaN; x divide_no_nan 0 = 0; floats: floor_divide is
   floor(x / y), mod has the sign of y (TensorFlow).  Integers: sums and products wrap; division by 0 gives 0.  */
#ifndef PYSEQ_ELEMENTWISE_H
#define PYSEQ_ELEMENTWISE_H

#include "vecmath.h"

enum {
    UN_NEGATIVE, UN_ABSOLUTE, UN_SIGN, UN_SQUARE,             /* these for integers, too */
    UN_CLIP, UN_SQRT, UN_RSQRT, UN_RECIPROCAL, UN_EXP, UN_EXPM1, UN_LOG, UN_LOG1P, UN_TANH, UN_ERF, UN_FLOOR, UN_CEIL, UN_ROUND,
    UN_SIN, UN_COS, UN_TAN, UN_ARCSIN, UN_ARCCOS, UN_ARCTAN, UN_SINH, UN_COSH, UN_ARCSINH, UN_ARCCOSH, UN_ARCTANH
};
enum {
    BIN_ADD, BIN_SUBTRACT, BIN_MULTIPLY, BIN_MAXIMUM, BIN_MINIMUM, BIN_SQUARED_DIFFERENCE, BIN_FLOOR_DIVIDE, BIN_MOD,
    BIN_POWER,                                                /* these for integers, too */
    BIN_DIVIDE, BIN_DIVIDE_NO_NAN, BIN_ARCTAN2
};
enum { CMP_EQUAL, CMP_NOT_EQUAL, CMP_LESS, CMP_LESS_EQUAL, CMP_GREATER, CMP_GREATER_EQUAL };
enum { TEST_NAN, TEST_INFINITE, TEST_FINITE };
enum { LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR, LOGICAL_NOT };

/* Over the run; y may be an operand, but no step reads what another wrote. */
#if defined(__clang__)
#define LOOP _Pragma("clang loop vectorize(assume_safety)") for (int64_t j = 0; j < n; j++)
#else
#define LOOP _Pragma("GCC ivdep") for (int64_t j = 0; j < n; j++)
#endif

/* y[j] = EXPRESSION of u = x[j] */
#define EACH(EXPRESSION)       \
    {                          \
        LOOP {                 \
            const S u = x[j];  \
            y[j] = EXPRESSION; \
        }                      \
        return;                \
    }

/* y[j] = EXPRESSION of u = a[j], v = b[j]. One loop for each way the operands step, so that the compiler sees constants. */
#define PAIRS(EXPRESSION)                            \
    {                                                \
        if (a_step && b_step)                        \
            LOOP {                                   \
                const S u = a[j], v = b[j];          \
                y[j] = EXPRESSION;                   \
            }                                        \
        else if (a_step) {                           \
            const S v = *b;                          \
            LOOP {                                   \
                const S u = a[j];                    \
                y[j] = EXPRESSION;                   \
            }                                        \
        } else if (b_step) {                         \
            const S u = *a;                          \
            LOOP {                                   \
                const S v = b[j];                    \
                y[j] = EXPRESSION;                   \
            }                                        \
        } else if (n > 0) {                          \
            const S u = *a, v = *b;                  \
            const __typeof__(*y) value = EXPRESSION; \
            LOOP y[j] = value;                       \
        }                                            \
        return;                                      \
    }

#define S float
#define V vf32
#define VU vf32u
#define LANES SIMD_F32
#define NAME(x) x##_f32
#define LIBM(x) x##f
#include "elementwise_floats.h"

#define S double
#define V vf64
#define VU vf64u
#define LANES SIMD_F64
#define NAME(x) x##_f64
#define LIBM(x) x
#include "elementwise_floats.h"

#define S int32_t
#define U uint32_t
#define NAME(x) x##_i32
#include "elementwise_integers.h"

#define S int64_t
#define U uint64_t
#define NAME(x) x##_i64
#include "elementwise_integers.h"

/* The bytes of bool: 0 and 1. */
static inline void logical_block(int op, const uint8_t *a, int a_step, const uint8_t *b, int b_step, uint8_t *y, int64_t n) {
    typedef uint8_t S;
    switch (op) {
    case LOGICAL_AND: PAIRS(u &v)
    case LOGICAL_OR: PAIRS(u | v)
    case LOGICAL_XOR: PAIRS(u ^ v)
    case LOGICAL_NOT: PAIRS((S)((u ^ 1) | (v & 0)))             /* b is a */
    }
}

/* By the size of an element: bits are moved, not looked at. */
#define SELECT_BLOCK(SIZE, S)                                                                                            \
    static inline void select_block_##SIZE(const uint8_t *c, int c_step, const S *a, int a_step, const S *b, int b_step, \
                                           S *y, int64_t n) {                                                            \
        if (!c_step) {                                                                                                   \
            if (n > 0 && !*c) a = b, a_step = b_step;                                                                    \
            LOOP y[j] = a[a_step ? j : 0];                                                                               \
        } else if (a_step && b_step)                                                                                     \
            LOOP y[j] = c[j] ? a[j] : b[j];                                                                              \
        else if (n > 0) {                                                                                                \
            const S u = *a, v = *b;                                                                                      \
            if (a_step)                                                                                                  \
                LOOP y[j] = c[j] ? a[j] : v;                                                                             \
            else if (b_step)                                                                                             \
                LOOP y[j] = c[j] ? u : b[j];                                                                             \
            else                                                                                                         \
                LOOP y[j] = c[j] ? u : v;                                                                                \
        }                                                                                                                \
    }
SELECT_BLOCK(1, uint8_t)
SELECT_BLOCK(2, uint16_t)
SELECT_BLOCK(4, uint32_t)
SELECT_BLOCK(8, uint64_t)
#undef SELECT_BLOCK

/* Each of `rows` elements of x n times. Four at once: up to three more are written beyond the end. */
#define SPREAD_ROWS(S)                                                                             \
    {                                                                                              \
        typedef S four __attribute__((vector_size(4 * sizeof(S)), aligned(sizeof(S)), may_alias)); \
        for (int64_t r = 0; r < rows; r++) {                                                       \
            const S u = ((const S *)x)[r];                                                         \
            const four v = {u, u, u, u};                                                           \
            for (int64_t j = 0; j < n; j += 4) *(four *)((S *)y + r * n + j) = v;                  \
        }                                                                                          \
        return;                                                                                    \
    }
static inline void spread_block(char *y, const char *x, int64_t size, int64_t n, int64_t rows) {
    if (size == 4) SPREAD_ROWS(uint32_t)
    if (size == 8) SPREAD_ROWS(uint64_t)
    if (size == 2) SPREAD_ROWS(uint16_t)
    SPREAD_ROWS(uint8_t)
}
#undef SPREAD_ROWS
#undef EACH
#undef PAIRS
#undef LOOP

#endif
