/* Working memory of a thread: grown to what is asked, kept from call to call, given back when the thread ends.

   There are two blocks, so that a kernel can hold one while what it calls uses the other.  */
#ifndef PYSEQ_SCRATCH_H
#define PYSEQ_SCRATCH_H

#include <stddef.h>
#include <stdlib.h>
#ifdef _WIN32
#include <malloc.h>
#else
#include <pthread.h>
#endif

enum { SCRATCH_BLOCKS = 2 };

#ifdef _WIN32
static inline void *scratch_block(size_t bytes) { return _aligned_malloc(bytes, 64); }
static inline void scratch_free(void *block) { _aligned_free(block); }
static inline void scratch_is(int which, void *block) { (void)which, (void)block; }     /* a thread that ends keeps it */
#else
static inline void *scratch_block(size_t bytes) {
    void *block = NULL;
    return posix_memalign(&block, 64, bytes) ? NULL : block;
}
static inline void scratch_free(void *block) { free(block); }

/* A thread-local pointer alone would lose the block with its thread: servers start one for each request. */
static pthread_key_t scratch_key[SCRATCH_BLOCKS];
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static int scratch_has_key[SCRATCH_BLOCKS];
static void scratch_make_keys(void) {
    for (int j = 0; j < SCRATCH_BLOCKS; j++) scratch_has_key[j] = !pthread_key_create(&scratch_key[j], free);
}
static inline void scratch_is(int which, void *block) {
    pthread_once(&scratch_once, scratch_make_keys);
    if (scratch_has_key[which]) pthread_setspecific(scratch_key[which], block);
}
#endif

/* At least so many bytes on 64 in one of the blocks, or NULL. What they held is lost when they have to grow. */
static inline void *scratch_of(int which, size_t bytes) {
    static _Thread_local void *block[SCRATCH_BLOCKS];
    static _Thread_local size_t size[SCRATCH_BLOCKS];
    if (bytes > size[which]) {
        scratch_free(block[which]);
        block[which] = scratch_block(bytes);
        size[which] = block[which] ? bytes : 0;
        scratch_is(which, block[which]);
    }
    return block[which];
}
static inline void *thread_scratch(size_t bytes) { return scratch_of(0, bytes); }
static inline void *outer_scratch(size_t bytes) { return scratch_of(1, bytes); }

#endif
