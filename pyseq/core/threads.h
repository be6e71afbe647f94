/* What belongs to one thread: its active trace and tapes, its denormal mode; and the one team of OpenMP threads. */
#ifndef PYSEQ_THREADS_H
#define PYSEQ_THREADS_H

#include <stdatomic.h>
#include <stdint.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

/* Borrowed references; who sets one keeps the object alive and sets it back. */
static _Thread_local void *current_trace;
static _Thread_local void *current_tapes;

/* Denormals are zero while a kernel runs: FTZ and DAZ, or FZ on ARM. Returns what restore_denormals wants back. */
static inline uint64_t flush_denormals(void) {
#if defined(__x86_64__) || defined(__i386__)
    uint32_t mode = _mm_getcsr();
    _mm_setcsr(mode | 0x8040);
    return mode;
#elif defined(__aarch64__)
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" : : "r"(mode | (1ull << 24)));
    return mode;
#else
    return 0;
#endif
}

static inline void restore_denormals(uint64_t mode) {
#if defined(__x86_64__) || defined(__i386__)
    _mm_setcsr((uint32_t)mode);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"(mode));
#else
    (void)mode;
#endif
}

/* The team serves one caller at a time; another Python thread that wants it works alone (the bits are the same). */
static atomic_flag team_taken = ATOMIC_FLAG_INIT;
static inline int take_team(void) { return !atomic_flag_test_and_set_explicit(&team_taken, memory_order_acquire); }
static inline void give_team_back(void) { atomic_flag_clear_explicit(&team_taken, memory_order_release); }

static inline int has_openmp(void) {
#ifdef _OPENMP
    return 1;
#else
    return 0;
#endif
}

/* The instruction sets this processor runs, best first, as names separated by blanks. */
static inline const char *processor_isas(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return avx512 ? "avx512 avx2 base" : avx2 ? "avx2 base" : "base";
#elif defined(__aarch64__)
    return "neon base";
#else
    return "base";
#endif
}

#endif
