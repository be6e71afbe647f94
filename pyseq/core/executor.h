/* How a plan runs: its instructions one after another, step after step, by one thread or by a team walking together.

   A team needs no region for each instruction: its threads wait for each other only before an instruction that reads or
   overwrites what another thread may still be busy with (MEETS).  What has n_threads 1 is done by thread 0 alone.  */
#ifndef PYSEQ_EXECUTOR_H
#define PYSEQ_EXECUTOR_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <sched.h>
#endif

#include "instruction.h"
#include "threads.h"

enum { MEETS = 1, CALLS = 2, CHECKS = 4 };

/* A pointer inside an instruction that moves on by `stride` bytes after every step. */
typedef struct { char **place; int64_t stride; } Mover;

typedef struct {
    Instruction *code;
    const int8_t *flags;                 /* of each instruction */
    int64_t n;
    const Mover *movers;
    int64_t n_movers;
    int64_t steps, done;                 /* wanted, made */
    int64_t until;                       /* no further step is begun at this time (ns of the monotonic clock); 0: no limit */
    int64_t failed;                      /* the instruction that stopped the run, or -1 */
    int (*call)(void *owner, int64_t j); /* runs a Python instruction; not 0: it raised */
    void *owner;
    int64_t *times;                      /* ns of each instruction, added up; NULL: not measured */
    uint64_t mode;                       /* the caller's denormal mode, which Python instructions run in, as they do eagerly */
    int again;
    atomic_int arrived, phase;
} Run;

static inline int64_t now_ns(void) {
    struct timespec t;
#ifdef _WIN32
    timespec_get(&t, TIME_UTC);
#else
    clock_gettime(CLOCK_MONOTONIC, &t);
#endif
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void give_way(void) {
#ifdef _WIN32
    SwitchToThread();
#else
    sched_yield();
#endif
}

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* After the last instruction of a step: count it, move the pointers on, decide whether there is another. */
static inline void end_step(Run *r) {
    if (r->failed < 0) {
        r->done++;
        for (int64_t j = 0; j < r->n_movers; j++) *r->movers[j].place += r->movers[j].stride;
    }
    r->again = r->failed < 0 && r->done < r->steps && (!r->until || now_ns() < r->until);
}

/* All n threads meet; the last one does `ends_step`.  A short spin, then the processor is offered to others. */
static inline void meet(Run *r, int n, int ends_step) {
    const int phase = atomic_load_explicit(&r->phase, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&r->arrived, 1, memory_order_acq_rel) == n - 1) {
        if (ends_step) end_step(r);
        else if (r->failed >= 0) r->again = 0;
        atomic_store_explicit(&r->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&r->phase, phase + 1, memory_order_release);
        return;
    }
    for (int spins = 0; atomic_load_explicit(&r->phase, memory_order_acquire) == phase; spins++)
        if (spins < 4000) relax();
        else give_way();
}

/* One instruction by one thread; not 0: the run must stop. */
static inline int do_alone(Run *r, int64_t j) {
    const Instruction *i = r->code + j;
    if (r->flags[j] & CALLS) {
        restore_denormals(r->mode);
        const int raised = r->call(r->owner, j);
        flush_denormals();
        if (raised) return 1;
    } else {
        i->kernel(i, 0, i->parts);
    }
    return (r->flags[j] & CHECKS) && *(const int64_t *)i->out[0] >= 0;
}

static void walk_alone(Run *r) {
    do {
        for (int64_t j = 0; j < r->n; j++) {
            const int64_t start = r->times ? now_ns() : 0;
            if (do_alone(r, j)) {
                r->failed = j;
                break;
            }
            if (r->times) r->times[j] += now_ns() - start;
        }
        end_step(r);
    } while (r->again);
}

static void walk_together(Run *r, int me, int n) {
    do {
        for (int64_t j = 0; j < r->n; j++) {
            const Instruction *i = r->code + j;
            if (r->flags[j] & MEETS) {
                meet(r, n, 0);
                if (!r->again) return;
            }
            if (i->n_threads > 1)
                i->kernel(i, i->parts * me / n, i->parts * (me + 1) / n);
            else if (me == 0 && do_alone(r, j))
                r->failed = j;
        }
        meet(r, n, 1);
    } while (r->again);
}

/* The run, by at most `threads` threads. */
static void run_steps(Run *r, int threads) {
    r->done = 0;
    r->failed = -1;
    r->again = 1;
    r->mode = flush_denormals();
    restore_denormals(r->mode);
    atomic_store(&r->arrived, 0);
    atomic_store(&r->phase, 0);
#ifdef _OPENMP
    if (threads > 1 && take_team(threads)) {
#pragma omp parallel num_threads(threads)
        {
            const uint64_t mode = flush_denormals();
            take_place(omp_get_thread_num());
            if (omp_get_num_threads() == 1) walk_alone(r);
            else walk_together(r, omp_get_thread_num(), omp_get_num_threads());
            restore_denormals(mode);
        }
        give_team_back();
        return;
    }
#else
    (void)threads;
#endif
    const uint64_t mode = flush_denormals();
    walk_alone(r);
    restore_denormals(mode);
}

#endif
