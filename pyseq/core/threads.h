/* What belongs to one thread: its active trace and tapes, its denormal mode; and the one team of OpenMP threads. */
#ifndef PYSEQ_THREADS_H
#define PYSEQ_THREADS_H

#include <stdatomic.h>
#include <stdint.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#ifdef __linux__
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
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

/* A thread woken on its caller's processor takes turns with it, each spinning while it waits for the other, until the scheduler
 * notices; in a virtual machine that is tens of ms later.  So the team keeps off the processor its caller is on, and may go
 * wherever else the caller may.  OMP_PROC_BIND and OMP_PLACES, if set, decide alone.  (Each thread has an OpenMP team of its own;
 * `places` holds the one that worked last.) */
#if defined(__linux__) && defined(_OPENMP)
enum { PLACES = 256 };
typedef struct { pid_t thread; int off; } Place;
static Place places[PLACES];
static pid_t places_of;
static int caller_cpu = -1;
static cpu_set_t team_cpus;

static inline pid_t thread_id(void) {
    static _Thread_local pid_t id;
    if (!id) id = (pid_t)syscall(SYS_gettid);
    return id;
}

/* Is it one of this process still?  A team may have ended since; the system gives the numbers of its threads to others. */
static inline int is_thread(pid_t thread) { return !syscall(SYS_tgkill, getpid(), thread, 0); }

/* Called by who opens a region of n threads, before it. */
static inline void place_team(int n) {
    const int cpu = sched_getcpu();
    if (places_of != thread_id()) memset(places, 0, sizeof places);
    places_of = thread_id();
    for (int k = n; k < PLACES && places[k].thread; k++) places[k].thread = 0; /* OpenMP ends those it has no work for */
    if (cpu == caller_cpu || cpu < 0 || cpu >= CPU_SETSIZE) return;
    if (omp_get_proc_bind() != omp_proc_bind_false || sched_getaffinity(0, sizeof team_cpus, &team_cpus)) return;
    CPU_CLR(cpu, &team_cpus);
    if (!CPU_COUNT(&team_cpus)) return;
    caller_cpu = cpu;
    for (int k = 1; k < n && k < PLACES && places[k].thread; k++) {
        const int moved = is_thread(places[k].thread) && !sched_setaffinity(places[k].thread, sizeof team_cpus, &team_cpus);
        places[k].off = moved ? cpu : -1; /* else whoever comes in its place goes there by itself */
    }
}

/* Called by each thread of the region. */
static inline void take_place(int k) {
    if (k == 0 || k >= PLACES || caller_cpu < 0) return;
    if (places[k].thread == thread_id() && places[k].off == caller_cpu) return;
    sched_setaffinity(0, sizeof team_cpus, &team_cpus);
    places[k] = (Place){thread_id(), caller_cpu};
}
#else
static inline void place_team(int n) { (void)n; }
static inline void take_place(int k) { (void)k; }
#endif

/* The team serves one caller at a time; another Python thread that wants it works alone (the bits are the same). */
static atomic_flag team_taken = ATOMIC_FLAG_INIT;
static inline int take_team(int n) {
    if (atomic_flag_test_and_set_explicit(&team_taken, memory_order_acquire)) return 0;
    place_team(n);
    return 1;
}
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
