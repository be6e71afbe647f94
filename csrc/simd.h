/* The vector types of the instruction set this file is compiled for, and the few operations C does not spell. */
#ifndef PYSEQ_SIMD_H
#define PYSEQ_SIMD_H

#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define SIMD_BYTES 64
#elif defined(__AVX__)
#define SIMD_BYTES 32
#else
#define SIMD_BYTES 16              /* SSE2, NEON */
#endif

#define SIMD_F32 (SIMD_BYTES / 4)  /* lanes */
#define SIMD_F64 (SIMD_BYTES / 8)

typedef float vf32 __attribute__((vector_size(SIMD_BYTES)));
typedef double vf64 __attribute__((vector_size(SIMD_BYTES)));
typedef int32_t vi32 __attribute__((vector_size(SIMD_BYTES)));
typedef int64_t vi64 __attribute__((vector_size(SIMD_BYTES)));

/* The same at any address: load and store through pointers to these. */
typedef float vf32u __attribute__((vector_size(SIMD_BYTES), aligned(4), may_alias));
typedef double vf64u __attribute__((vector_size(SIMD_BYTES), aligned(8), may_alias));
typedef int32_t vi32u __attribute__((vector_size(SIMD_BYTES), aligned(4), may_alias));
typedef int64_t vi64u __attribute__((vector_size(SIMD_BYTES), aligned(8), may_alias));

/* A value the compiler cannot look through: what comes of it is rounded on its own, what was read stays in a register. */
#if defined(__AVX512F__)
#define OPAQUE_VECTOR(v) __asm__("" : "+v"(v))
#elif defined(__aarch64__)
#define OPAQUE_VECTOR(v) __asm__("" : "+w"(v))
#elif defined(__x86_64__)
#define OPAQUE_VECTOR(v) __asm__("" : "+x"(v))
#else
#define OPAQUE_VECTOR(v) __asm__("" : "+m"(v))
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#endif
