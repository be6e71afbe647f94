/* The loops of conv.h for one element type: T, V (vector), VU (vector at any address), LANES, NAME(x). */

/* `rows` runs of `len` elements, `step` elements apart, to rows of `lda`. */
static void NAME(conv_copy)(const T *restrict x, int64_t step, T *restrict to, int64_t lda, int64_t rows, int64_t len) {
    const int tail = (int)(len % LANES);
    const int64_t whole = len - tail;
    if (len == 1) {
        for (int64_t r = 0; r < rows; r++) to[r * lda] = x[r * step];
    } else if (!whole) {
        for (int64_t r = 0; r < rows; r++, x += step, to += lda) NAME(store_part)(to, NAME(load_part)(x, tail), tail);
    } else {
        for (int64_t r = 0; r < rows; r++, x += step, to += lda) {
            for (int64_t j = 0; j < whole; j += LANES) *(VU *)(to + j) = *(const VU *)(x + j);
            if (tail) NAME(store_part)(to + whole, NAME(load_part)(x + whole, tail), tail);
        }
    }
}

static void NAME(conv_zero)(T *to, int64_t lda, int64_t rows, int64_t len) {
    for (int64_t r = 0; r < rows; r++, to += lda) memset(to, 0, len * sizeof(T));
}

/* Pixels q0 to q0 + rows of one row of pixels, elements c to c + len as their first tap sees them; x: the source's row. */
static void NAME(conv_row)(const ConvView *v, const T *x, int64_t q0, int64_t rows, int64_t tap, int64_t c, int64_t len,
                           T *to, int64_t lda) {
    const ConvAxis *w = &v->axis[2];
    const int64_t first = w->first + tap * w->delta, span = (c + len - 1) / v->channels, end = q0 + rows;
    /* inside from q = lo to hi - 1; at the edges some of the run hangs over */
    int64_t lo = first >= 0 ? 0 : (-first + w->step - 1) / w->step;
    const int64_t room = w->extent - 1 - span - first;
    int64_t hi = room < 0 ? 0 : room / w->step + 1;
    lo = lo < q0 ? q0 : lo > end ? end : lo;
    hi = hi < lo ? lo : hi > end ? end : hi;
    for (int64_t q = q0; q < end; q++, to += lda) {
        const int64_t at = q * w->step + first;
        if (q == lo && hi > lo) {
            NAME(conv_copy)(x + at * v->pixel + c, w->step * v->pixel, to, lda, hi - lo, len);
            q = hi - 1;
            to += (hi - lo - 1) * lda;
            continue;
        }
        int64_t from = -at * v->channels, stop = (w->extent - at) * v->channels;
        from = from < c ? c : from > c + len ? c + len : from;
        stop = stop > c + len ? c + len : stop < from ? from : stop;
        memset(to, 0, (from - c) * sizeof(T));
        if (stop > from) memcpy(to + from - c, x + at * v->pixel + from, (stop - from) * sizeof(T));
        memset(to + stop - c, 0, (c + len - stop) * sizeof(T));
    }
}

/* Rows [row, row + rows) and columns [k0, k1) of A -> (rows, k1 - k0). */
static void NAME(conv_fill)(const ConvView *v, const T *x, int64_t row, int64_t rows, int64_t k0, int64_t k1, T *to) {
    const ConvAxis *d = &v->axis[0], *h = &v->axis[1], *w = &v->axis[2];
    const int64_t lda = k1 - k0, line = w->extent * v->pixel;
    const int touching = w->delta == 1 && v->channels == v->pixel;
    for (int64_t k = k0, len; k < k1; k += len) {
        const int64_t tap = k / v->channels, c = k % v->channels, tw = tap % w->taps;
        const int64_t th = tap / w->taps % h->taps, td = tap / w->taps / h->taps;
        len = (touching ? (w->taps - tw) * v->channels : v->channels) - c;
        if (len > k1 - k) len = k1 - k;
        for (int64_t r = row, run; r < row + rows; r += run) {
            const int64_t q0 = r % w->count, line_of = r / w->count, qh = line_of % h->count;
            const int64_t qd = line_of / h->count % d->count, n = line_of / h->count / d->count;
            run = w->count - q0 < row + rows - r ? w->count - q0 : row + rows - r;
            const int64_t id = qd * d->step + d->first + td * d->delta, ih = qh * h->step + h->first + th * h->delta;
            T *at = to + (r - row) * lda + k - k0;
            if (id < 0 || id >= d->extent || ih < 0 || ih >= h->extent) NAME(conv_zero)(at, lda, run, len);
            else NAME(conv_row)(v, x + ((n * d->extent + id) * h->extent + ih) * line, q0, run, tw, c, len, at, lda);
        }
    }
}

/* Is A the source itself? */
static int NAME(conv_in_place)(const ConvView *v) {
    for (int j = 0; j < 3; j++) {
        const ConvAxis *a = &v->axis[j];
        if (a->taps != 1 || a->step != 1 || a->first != 0 || a->count != a->extent) return 0;
    }
    return 1;
}

/* How many columns of k a block has when k is cut evenly, and how many rows. */
static int64_t NAME(conv_block_k)(int64_t k) {
    if (k <= 0) return 1;
    const int64_t blocks = (k + CONV_K - 1) / CONV_K, even = (k + blocks - 1) / blocks;
    return even < 16 ? even : (even + 15) / 16 * 16;
}
static int64_t NAME(conv_block_rows)(int64_t elements, int64_t kb) {
    const int64_t rows = elements / kb;
    return rows > CONV_ROWS_MAX ? CONV_ROWS_MAX : rows / GEMM_MR * GEMM_MR;
}

/* C = A B. s: everything but m, k and A's strides. Of a class of pixels, c holds those of all classes, and a row is written
   where its pixel lies.  */
typedef struct {
    ConvView view;
    GemmShape s;
    const T *x, *b, *bias;
    T *c;
    int scattered;                   /* are the rows a class of pixels? */
    int as_is;                       /* is b the kernel itself, and A dy? Then a strip is turned when it is packed */
    int64_t tap0[3], period[3], kernel[3], channels;     /* as_is: tap j of the class is the kernel's tap0 - j * period */
    int64_t origin[3], stride[3], extent[3];     /* pixel q of the class is origin + q * stride */
} NAME(ConvProduct);

/* Rows of a block to their places in y. */
static void NAME(conv_scatter)(const NAME(ConvProduct) *p, int64_t row, int64_t rows, const T *from) {
    const ConvAxis *a = p->view.axis;
    for (int64_t r = row; r < row + rows; r++, from += p->s.n) {
        const int64_t w = r % a[2].count, h = r / a[2].count % a[1].count, dn = r / a[2].count / a[1].count;
        const int64_t d = dn % a[0].count, n = dn / a[0].count;
        const int64_t at = ((n * p->extent[0] + p->origin[0] + d * p->stride[0]) * p->extent[1] + p->origin[1] + h * p->stride[1])
                           * p->extent[2] + p->origin[2] + w * p->stride[2];
        memcpy(p->c + at * p->s.c_row, from, p->s.n * sizeof(T));
    }
}

#include "conv_direct_loops.h"

static void NAME(conv_product)(const NAME(ConvProduct) *p, int64_t row, int64_t stop) {
    const ConvView *v = &p->view;
    NAME(ConvLattice) lattice;
    const int64_t k = conv_columns(v), kb = NAME(conv_block_k)(k);
    GemmShape s = p->s;
    s.k = k;
    if (NAME(conv_in_place)(v) && !p->scattered) {
        s.m = stop - row, s.a_row = v->pixel, s.a_k = 1;
        if (s.beside) s.beside = (const T *)s.beside + row * s.c_row;
        if (p->as_is) s.b_col = s.b_k, s.b_k = 1;                    /* one tap: turned while it is packed */
        NAME(gemm)(&s, p->x + row * v->pixel, p->b, p->c + row * s.c_row, p->bias);
        return;
    }
    if (NAME(conv_lattice)(v, &lattice)) {
        NAME(conv_direct)(p, &lattice, row, stop);
        return;
    }
    int64_t most = NAME(conv_block_rows)(CONV_A, kb);
    if (p->scattered && most * s.n > CONV_A) most = CONV_A / s.n > 0 ? CONV_A / s.n : 1;
    T *a = (T *)outer_scratch(sizeof(T) * (most * kb + (p->scattered ? most * s.n : 0)));
    T *block = a + most * kb;
    for (int64_t rows; row < stop; row += rows) {
        const int64_t left = stop - row, blocks = (left + most - 1) / most;
        rows = (left + blocks - 1) / blocks;
        T *c = p->scattered ? block : p->c + row * p->s.c_row;
        s.m = rows, s.c_row = p->scattered ? s.n : p->s.c_row;
        s.beside = p->s.beside ? (const T *)p->s.beside + row * s.c_row : NULL;
        int64_t k0 = 0;
        do {
            const int64_t k1 = k0 + kb < k ? k0 + kb : k;
            s.k = s.a_row = k1 - k0, s.a_k = 1;
            s.accumulate = k0 > 0;
            s.activation = k1 == k ? p->s.activation : 0;
            NAME(conv_fill)(v, p->x, row, rows, k0, k1, a);
            NAME(gemm)(&s, a, p->b + k0 * s.b_k, c, k1 == k ? p->bias : NULL);
            k0 = k1;
        } while (k0 < k);
        if (p->scattered) NAME(conv_scatter)(p, row, rows, block);
    }
}

/* Rows [k0, k1) of dW = A^T dY, summed over rows [row, stop) of both; c: dW's row 0. */
static void NAME(conv_kernel_gradient)(const NAME(ConvProduct) *p, int64_t row, int64_t stop, int64_t k0, int64_t k1) {
    const ConvView *v = &p->view;
    const int in_place = NAME(conv_in_place)(v);
    NAME(ConvLattice) lattice;
    /* In place only where the pixels of a column do not share few sets of the cache; runs of few channels are put together. */
    if (stop > row && NAME(conv_lattice)(v, &lattice) && (!in_place || lattice.pitch != v->pixel)
        && lattice.length >= CONV_SHORT) {
        NAME(conv_direct_kernel)(p, &lattice, row, stop, k0, k1);
        return;
    }
    const int64_t kb = in_place ? k1 - k0 : NAME(conv_block_k)(k1 - k0), most = in_place ? stop - row : NAME(conv_block_rows)(CONV_KERNEL_A, kb);
    GemmShape s = p->s;
    s.a_row = 1;
    T *a = in_place ? NULL : (T *)outer_scratch(sizeof(T) * most * kb);
    for (int64_t k = k0; k < k1; k += kb) {
        const int64_t end = k + kb < k1 ? k + kb : k1;
        s.m = end - k, s.accumulate = 0;
        int64_t r = row;
        do {
            s.k = stop - r < most ? stop - r : most;
            s.a_k = in_place ? v->pixel : s.m;
            if (!in_place) NAME(conv_fill)(v, p->x, r, s.k, k, end, a);
            NAME(gemm)(&s, in_place ? p->x + r * v->pixel + k : a, p->b + r * s.b_k, p->c + k * s.c_row, NULL);
            s.accumulate = 1;
            r += s.k;
        } while (r < stop);
    }
}

/* The kernel (taps, C, groups F) of tap (td, th, tw) to its places among (groups, classes, taps, F, C). */
static void NAME(conv_turn_tap)(const ConvSizes *s, int64_t tap, int64_t channels, int64_t filters, int64_t groups, const T *w, T *to) {
    const int64_t size[3] = {s[0].kernel, s[1].kernel, s[2].kernel};
    const int64_t t[3] = {tap / size[2] / size[1], tap / size[2] % size[1], tap % size[2]};
    int64_t before[3], taps[3], j[3];
    for (int a = 0; a < 3; a++) {
        int64_t r = (t[a] * s[a].dilation - s[a].before) % s[a].stride;
        if (r < 0) r += s[a].stride;
        const ConvClass c = conv_class(&s[a], r);
        before[a] = conv_taps_before(&s[a], r), taps[a] = c.taps, j[a] = c.taps - 1 - (t[a] - c.tap0) / c.period;
    }
    const int64_t at = before[0] * size[1] * size[2] + taps[0] * (before[1] * size[2] + taps[1] * before[2])
                       + (j[0] * taps[1] + j[1]) * taps[2] + j[2];
    const int64_t all = size[0] * size[1] * size[2], block = filters * channels;
    for (int64_t g = 0; g < groups; g++)
        for (int64_t f = 0; f < filters; f += 16)                /* so many lines of the cache are written at a time */
            NAME(turn)(w + tap * channels * filters * groups + g * filters + f, filters * groups,
                       filters - f < 16 ? filters - f : 16, channels, channels, to + (g * all + at) * block + f * channels);
}

#undef T
#undef V
#undef VU
#undef LANES
#undef NAME
