/* Working memory of a thread: grown to what is asked, kept from call to call, given back when the thread ends.  */
#ifndef PYSEQ_SCRATCH_H
#define PYSEQ_SCRATCH_H

#include <stddef.h>
#include <stdlib.h>
#ifdef _WIN32
#include <malloc.h>
#else
#include <pthread.h>
#endif

#ifdef _WIN32
static inline void *scratch_block(size_t bytes) { return _aligned_malloc(bytes, 64); }
static inline void scratch_free(void *block) { _aligned_free(block); }
static inline void scratch_is(void *block) { (void)block; }      /* a thread that ends keeps it: Windows has no such hook in C */
#else
static inline void *scratch_block(size_t bytes) {
    void *block = NULL;
    return posix_memalign(&block, 64, bytes) ? NULL : block;
}
static inline void scratch_free(void *block) { free(block); }

/* A thread-local pointer alone would lose the block with its thread: servers start one for each request. */
static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static int scratch_has_key;
static void scratch_make_key(void) { scratch_has_key = !pthread_key_create(&scratch_key, free); }
static inline void scratch_is(void *block) {
    pthread_once(&scratch_once, scratch_make_key);
    if (scratch_has_key) pthread_setspecific(scratch_key, block);
}
#endif

/* At least so many bytes on 64, or NULL. What they held is lost when they have to grow. */
static inline void *thread_scratch(size_t bytes) {
    static _Thread_local void *block;
    static _Thread_local size_t size;
    if (bytes > size) {
        scratch_free(block);
        block = scratch_block(bytes);
        size = block ? bytes : 0;
        scratch_is(block);
    }
    return block;
}

#endif
