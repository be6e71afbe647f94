/* Memory of tensors: blocks on 64 bytes, kept by size class when freed.

   malloc hands large blocks back to the system at once, and the next step pays for every page again; a training step
   asks for the same sizes again and again.  Size classes: multiples of 64 up to 1 KiB, then four to each power of two (at
   most a quarter is wasted).  At most CACHED_MAX bytes are kept; a block that comes back takes the place of larger ones of other
   classes, which nobody asked for since.  Called with the GIL held.  */
#ifndef PYSEQ_MEMORY_H
#define PYSEQ_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#ifdef _WIN32
#include <malloc.h>
#endif

enum { ALIGNMENT = 64, SMALL = 1024, N_BINS = 160 };
static const size_t CACHED_MAX = (size_t)96 << 20, CACHED_BLOCK_MAX = (size_t)64 << 20;

typedef struct Block { struct Block *next; } Block;
static Block *bins[N_BINS];
static size_t cached_bytes;

/* The size class of n bytes, and in *rounded what a block of that class holds. */
static inline int size_class(size_t n, size_t *rounded) {
    if (n <= SMALL) {
        size_t k = n ? (n + ALIGNMENT - 1) / ALIGNMENT : 1;
        *rounded = k * ALIGNMENT;
        return (int)k;
    }
    int top = 63 - __builtin_clzll((unsigned long long)(n - 1));     /* 2^top <= n - 1 < 2^(top + 1) */
    size_t quarter = (size_t)1 << (top - 2), k = (n - 1 - ((size_t)1 << top)) / quarter + 1;
    *rounded = ((size_t)1 << top) + k * quarter;
    return SMALL / ALIGNMENT + (top - 10) * 4 + (int)k;
}

static void *system_block(size_t n) {
#ifdef _WIN32
    return _aligned_malloc(n, ALIGNMENT);
#else
    void *p = NULL;
    return posix_memalign(&p, ALIGNMENT, n) ? NULL : p;
#endif
}

static void system_free(void *p) {
#ifdef _WIN32
    _aligned_free(p);
#else
    free(p);
#endif
}

/* Gives every kept block back to the system. */
static void release_cached(void) {
    for (int c = 0; c < N_BINS; c++)
        while (bins[c]) {
            Block *b = bins[c];
            bins[c] = b->next;
            system_free(b);
        }
    cached_bytes = 0;
}

/* A block of at least n bytes, or NULL. */
static void *new_block(size_t n) {
    size_t rounded;
    if (n > PTRDIFF_MAX / 2) return NULL;
    int c = size_class(n, &rounded);
    if (c < N_BINS && bins[c]) {
        Block *b = bins[c];
        bins[c] = b->next;
        cached_bytes -= rounded;
        return b;
    }
    void *p = system_block(rounded);
    if (!p && cached_bytes) {
        release_cached();
        p = system_block(rounded);
    }
    return p;
}

/* What a block of a class holds: the inverse of size_class. */
static inline size_t class_bytes(int c) {
    if (c <= SMALL / ALIGNMENT) return (size_t)c * ALIGNMENT;
    const int j = c - SMALL / ALIGNMENT - 1;
    return ((size_t)SMALL << (j / 4)) / 4 * (size_t)(5 + j % 4);
}

/* Gives blocks of other classes back, the largest first, until so many bytes can be kept. Is there room now? */
static int make_room(size_t bytes, int own) {
    for (int c = N_BINS - 1; c > SMALL / ALIGNMENT && cached_bytes + bytes > CACHED_MAX; c--)
        while (c != own && bins[c] && cached_bytes + bytes > CACHED_MAX) {
            Block *b = bins[c];
            bins[c] = b->next;
            cached_bytes -= class_bytes(c);
            system_free(b);
        }
    return cached_bytes + bytes <= CACHED_MAX;
}

/* Takes back a block that new_block(n) gave. */
static void free_block(void *p, size_t n) {
    size_t rounded;
    int c = size_class(n, &rounded);
    if (c < N_BINS && rounded <= CACHED_BLOCK_MAX && make_room(rounded, c)) {
        Block *b = (Block *)p;
        b->next = bins[c];
        bins[c] = b;
        cached_bytes += rounded;
    } else {
        system_free(p);
    }
}

#endif
