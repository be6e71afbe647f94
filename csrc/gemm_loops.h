/* The loops of gemm.h for one element type: T, V (vector), VU (vector at any address), LANES, INT (mask), NAME(x). */

/* One tile of C and one block of k. */
typedef struct {
    int64_t kc;                      /* of a segment */
    int64_t segments;                /* pieces of k, of which A's lie anywhere and B's follow each other; a packed A is one */
    const int64_t *segment;          /* where those of A begin, elements from a */
    const T *a;
    int64_t a_stride;                /* from row to row (by_rows), else from k to k: then rows are adjacent */
    const T *b;
    int64_t b_k;
    T *packed;                       /* where this tile packs the strip of B, or NULL */
    T *c;
    int64_t c_row;
    const T *next_c;                 /* the tile after this one: fetched meanwhile; or NULL */
    const T *ahead;                  /* fetched into L2 meanwhile: a cache line for each k, `ahead_k` elements apart */
    int64_t ahead_k;
    int64_t next_a;                  /* by_rows: from here to the panel after this one, fetched meanwhile */
    const T *bias;                   /* added at the end, or NULL */
    const T *rate;                   /* C -= rate times the tile instead of C = the tile; or NULL */
    int load;                        /* go on from what C holds? */
    int width;                       /* lanes of the last vector; all of them unless the tile is a partial one */
} NAME(Tile);

typedef void (*NAME(TileFunction))(const NAME(Tile) *);

/* How a tile finds its operands. */
enum NAME(Form) {
    NAME(COLUMNS),                   /* A by k: rows adjacent */
    NAME(ROWS),                      /* A by rows: k adjacent */
    NAME(PACKED),                    /* both packed by panels as large as the tile: strides are constants */
};

/* mr rows, nv vectors; all four constants where this is inlined. */
ALWAYS_INLINE void NAME(tile)(const int mr, const int nv, const int form, const int partial, const NAME(Tile) *t) {
    V acc[GEMM_MR][8];
    const int64_t c_row = t->c_row * (int64_t)sizeof(T);
    const int whole = partial ? nv - 1 : nv, width = t->width;
    char *c = (char *)t->c;
#define AT(p, j) (*(VU *)((p) + (j) * LANES * sizeof(T)))
    if (t->load) {
#pragma GCC unroll 16
        for (int i = 0; i < mr; i++) {
#pragma GCC unroll 8
            for (int j = 0; j < whole; j++) acc[i][j] = AT(c, j);
            if (partial) acc[i][nv - 1] = NAME(load_part)((T *)c + whole * LANES, width);
            c += c_row;
            OPAQUE(c);
        }
    } else {
#pragma GCC unroll 16
        for (int i = 0; i < mr; i++)
#pragma GCC unroll 8
            for (int j = 0; j < nv; j++) acc[i][j] = (V){0};
    }
    if (t->next_c) {
        const char *next = (const char *)t->next_c;
#pragma GCC unroll 16
        for (int i = 0; i < mr; i++) {
            __builtin_prefetch(next, 1);
            if (nv * sizeof(V) > 32) __builtin_prefetch(next + 64, 1);
            next += c_row;
            OPAQUE(next);
        }
    }
    /* Rows of A that lie apart: every third has a pointer, the others are addressed from it. */
    const char *a = (const char *)t->a, *rows[4], *ahead = (const char *)t->ahead;
    const int64_t *segment = t->segment, *end = segment + t->segments;
    const int64_t a_stride = t->a_stride * (int64_t)sizeof(T), b_k = t->b_k, ahead_k = t->ahead_k * (int64_t)sizeof(T);
    const T *b = t->b;
    T *packed = t->packed;
    int64_t p = t->kc;
/* One k: a row of B times mr numbers of A. */
#define STEP(A_I, B_P, LAST)                                                                         \
    {                                                                                                \
        _Pragma("GCC unroll 8") for (int j = 0; j < nv - 1; j++) row[j] = *(const VU *)((B_P) + j * LANES); \
        row[nv - 1] = LAST;                                                                          \
        if (FRESH) {                                                                                 \
            _Pragma("GCC unroll 8") for (int j = 0; j < nv; j++) *(VU *)(packed + j * LANES) = row[j]; \
            packed += nv * LANES;                                                                    \
        }                                                                                            \
        _Pragma("GCC unroll 16") for (int i = 0; i < mr; i++) {                                      \
            const T x = A_I;                                                                         \
            _Pragma("GCC unroll 8") for (int j = 0; j < nv; j++) acc[i][j] += row[j] * x;            \
        }                                                                                            \
    }
#define LAST_VECTOR(B_P) (partial ? NAME(load_part)((B_P) + whole * LANES, width) : (V)*(const VU *)((B_P) + (nv - 1) * LANES))
#define FRESH 0
    V row[8];
    if (form == NAME(PACKED)) {
        for (; p >= 4; p -= 4) {
#pragma GCC unroll 4
            for (int u = 0; u < 4; u++)
                STEP(((const T *)a)[u * mr + i], b + u * nv * LANES, *(const VU *)(b + (u * nv + nv - 1) * LANES))
#pragma GCC unroll 4
            for (int u = 0; u < 4; u++) {
                __builtin_prefetch(ahead, 0, 2);
                ahead += ahead_k;
            }
#pragma GCC unroll 4
            for (int u = 0; u < (int)(4 * mr * sizeof(T) + 63) / 64; u++) __builtin_prefetch(a + 512 + 64 * u);
            a += 4 * mr * sizeof(T);
            b += 4 * nv * LANES;
        }
        for (; p > 0; p--) {
            STEP(((const T *)a)[i], b, *(const VU *)(b + (nv - 1) * LANES))
            a += mr * sizeof(T);
            b += nv * LANES;
        }
    } else if (form == NAME(ROWS)) {
        const int64_t next = t->next_a * (int64_t)sizeof(T);
        for (; segment < end; segment++) {
            const char *from = a + *segment * (int64_t)sizeof(T);
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++) rows[i] = from + 3 * i * a_stride;
            p = t->kc;
            while (p > 0) {
                /* a cache line of each row of the next panel, then as many k */
#pragma GCC unroll 16
                for (int i = 0; i < mr; i++) __builtin_prefetch(rows[i / 3] + i % 3 * a_stride + next, 0, 3);
                int64_t run = p < 64 / (int64_t)sizeof(T) ? p : 64 / (int64_t)sizeof(T);
                p -= run;
#define ROWS_LOOP                                                                                    \
                for (; run > 0; run--) {                                                             \
                    __builtin_prefetch(ahead, 0, 2);                                                 \
                    ahead += ahead_k;                                                                \
                    STEP(*(const T *)(rows[i / 3] + i % 3 * a_stride), b, LAST_VECTOR(b))            \
                    b += b_k;                                                                        \
                    _Pragma("GCC unroll 4") for (int i = 0; i < (mr + 2) / 3; i++) {                 \
                        rows[i] += sizeof(T);                                                        \
                        OPAQUE(rows[i]);                                                             \
                    }                                                                                \
                }
                if (packed) {
#undef FRESH
#define FRESH 1
                    ROWS_LOOP
                } else {
#undef FRESH
#define FRESH 0
                    ROWS_LOOP
                }
            }
        }
    } else {
#define COLUMNS_LOOP                                                                                 \
        for (; segment < end; segment++) {                                                           \
            const char *from = a + *segment * (int64_t)sizeof(T);                                    \
            for (p = t->kc; p > 0; p--) {                                                            \
                __builtin_prefetch(ahead, 0, 2);                                                     \
                ahead += ahead_k;                                                                    \
                STEP(((const T *)from)[i], b, LAST_VECTOR(b))                                        \
                b += b_k;                                                                            \
                from += a_stride;                                                                    \
            }                                                                                        \
        }
        if (packed) {
#undef FRESH
#define FRESH 1
            COLUMNS_LOOP
        } else {
#undef FRESH
#define FRESH 0
            COLUMNS_LOOP
        }
    }
#undef FRESH
#undef STEP
#undef ROWS_LOOP
#undef COLUMNS_LOOP
#undef LAST_VECTOR
    if (t->bias) {
#pragma GCC unroll 8
        for (int j = 0; j < nv; j++) {
            V y;
            if (j < whole) y = *(const VU *)(t->bias + j * LANES);
            else y = NAME(load_part)(t->bias + j * LANES, width);
#pragma GCC unroll 16
            for (int i = 0; i < mr; i++) acc[i][j] += y;
        }
    }
    if (t->rate) {                   /* as the update kernel rounds: the product, then the difference */
        const T rate = *t->rate;
        c = (char *)t->c;
#pragma GCC unroll 16
        for (int i = 0; i < mr; i++) {
#pragma GCC unroll 8
            for (int j = 0; j < nv; j++) {
                V step = acc[i][j] * rate;
                OPAQUE_VECTOR(step);
                if (j < whole) acc[i][j] = AT(c, j) - step;
                else acc[i][j] = NAME(load_part)((T *)c + whole * LANES, width) - step;
            }
            c += c_row;
            OPAQUE(c);
        }
    }
    c = (char *)t->c;
#pragma GCC unroll 16
    for (int i = 0; i < mr; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < whole; j++) AT(c, j) = acc[i][j];
        if (partial) NAME(store_part)((T *)c + whole * LANES, acc[i][nv - 1], width);
        c += c_row;
        OPAQUE(c);
    }
#undef AT
}

#define TILE(mr, nv, FORM, partial)                                                                  \
    static __attribute__((noinline)) void NAME(FORM##_##mr##x##nv##_##partial)(const NAME(Tile) * t) { \
        NAME(tile)(mr, nv, NAME(FORM), partial, t);                                                  \
    }
#define TILES(mr, nv) TILE(mr, nv, COLUMNS, 0) TILE(mr, nv, ROWS, 0) TILE(mr, nv, PACKED, 0)
#define PARTIAL_TILES(mr, nv) TILE(mr, nv, COLUMNS, 1) TILE(mr, nv, ROWS, 1) TILE(mr, nv, PACKED, 1)
GEMM_TALL(TILES, 1)
GEMM_TALL(TILES, 2)
GEMM_TILES_4(TILES)
GEMM_TILES_8(TILES)
GEMM_TALL(PARTIAL_TILES, 1)
GEMM_TALL(PARTIAL_TILES, 2)
#undef PARTIAL_TILES
#undef TILES
#undef TILE

/* How many vectors a strip takes that panels of at most `mr` rows pass, `vectors` (a partial one counts) being left. */
static int NAME(strip_vectors)(int mr, int64_t vectors, int partial) {
#define COUNTED(mr, nv) +1
    if (vectors - partial >= 8 && mr <= 0 GEMM_TILES_8(COUNTED)) return 8;
    if (vectors - partial >= 4 && mr <= 0 GEMM_TILES_4(COUNTED)) return 4;
#undef COUNTED
    return vectors > 1 ? 2 : 1;
}

static NAME(TileFunction) NAME(tile_function)(int mr, int nv, int form, int partial) {
#define NAME_OF(mr, nv, FORM, partial) NAME(FORM##_##mr##x##nv##_##partial),
#define COLUMNS_0(mr, nv) NAME_OF(mr, nv, COLUMNS, 0)
#define COLUMNS_1(mr, nv) NAME_OF(mr, nv, COLUMNS, 1)
#define ROWS_0(mr, nv) NAME_OF(mr, nv, ROWS, 0)
#define ROWS_1(mr, nv) NAME_OF(mr, nv, ROWS, 1)
#define PACKED_0(mr, nv) NAME_OF(mr, nv, PACKED, 0)
#define PACKED_1(mr, nv) NAME_OF(mr, nv, PACKED, 1)
#define OF_FORM(FORM)                                                                                \
    {{GEMM_TALL(FORM##_0, 1)}, {GEMM_TALL(FORM##_0, 2)}, {GEMM_TILES_4(FORM##_0)},                   \
     {GEMM_TILES_8(FORM##_0)}, {GEMM_TALL(FORM##_1, 1)}, {GEMM_TALL(FORM##_1, 2)}}
    static const NAME(TileFunction) of[3][6][GEMM_MR] = {OF_FORM(COLUMNS), OF_FORM(ROWS), OF_FORM(PACKED)};
#undef OF_FORM
#undef PACKED_0
#undef PACKED_1
#undef ROWS_0
#undef ROWS_1
#undef COLUMNS_0
#undef COLUMNS_1
#undef NAME_OF
    static const int8_t kind[9] = {0, 0, 1, 0, 2, 0, 0, 0, 3};
    return of[form][kind[nv] + 4 * partial][mr - 1];
}

/* x (rows, kc) by stride -> to (kc, padded) transposed, zeros behind the rows; squares of 4 x 4 in registers. */
static void NAME(turn)(const T *restrict x, int64_t stride, int64_t kc, int64_t rows, int64_t padded, T *restrict to) {
    typedef T Four __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T)), may_alias));
#if defined(__clang__)
#define SHUFFLE(x, y, p, q, r, s) __builtin_shufflevector(x, y, p, q, r, s)
#else
    typedef INT Mask __attribute__((vector_size(4 * sizeof(INT))));
#define SHUFFLE(x, y, p, q, r, s) __builtin_shuffle(x, y, (Mask){p, q, r, s})
#endif
    for (int64_t at = 0; rows >= 4 && at < rows; at += 4) {
        const int64_t j = at + 4 <= rows ? at : rows - 4;        /* the last four overlap those before */
        const T *r0 = x + j * stride, *r1 = r0 + stride, *r2 = r1 + stride, *r3 = r2 + stride;
        int64_t p = 0;
        for (; p + 4 <= kc; p += 4) {
            Four x0 = *(const Four *)(r0 + p), x1 = *(const Four *)(r1 + p), x2 = *(const Four *)(r2 + p),
                 x3 = *(const Four *)(r3 + p);
            Four y0 = SHUFFLE(x0, x1, 0, 4, 1, 5), y1 = SHUFFLE(x0, x1, 2, 6, 3, 7);
            Four y2 = SHUFFLE(x2, x3, 0, 4, 1, 5), y3 = SHUFFLE(x2, x3, 2, 6, 3, 7);
            *(Four *)(to + p * padded + j) = SHUFFLE(y0, y2, 0, 1, 4, 5);
            *(Four *)(to + (p + 1) * padded + j) = SHUFFLE(y0, y2, 2, 3, 6, 7);
            *(Four *)(to + (p + 2) * padded + j) = SHUFFLE(y1, y3, 0, 1, 4, 5);
            *(Four *)(to + (p + 3) * padded + j) = SHUFFLE(y1, y3, 2, 3, 6, 7);
        }
        for (; p < kc; p++) {
            to[p * padded + j] = r0[p];
            to[p * padded + j + 1] = r1[p];
            to[p * padded + j + 2] = r2[p];
            to[p * padded + j + 3] = r3[p];
        }
    }
    for (int64_t j = rows >= 4 ? rows : 0; j < padded; j++)
        for (int64_t p = 0; p < kc; p++) to[p * padded + j] = j < rows ? x[j * stride + p] : 0;
#undef SHUFFLE
}

/* A (rows, kc) -> (kc, rows), rows at most MR. */
static void NAME(pack_rows)(const T *restrict a, int64_t a_row, int64_t a_k, int64_t kc, int rows, T *restrict to) {
    if (a_row != 1) {
        NAME(turn)(a, a_row, kc, rows, rows, to);
    } else {
        for (int64_t p = 0; p < kc; p++, a += a_k, to += rows) {
            int j = 0;
            for (; j + LANES <= rows; j += LANES) *(VU *)(to + j) = *(const VU *)(a + j);
            if (j < rows) NAME(store_part)(to + j, NAME(load_part)(a + j, rows - j), rows - j);
        }
    }
}

typedef struct { int64_t first, size; } NAME(Cut);

/* Piece p when `size` is cut evenly in `pieces`. */
static inline NAME(Cut) NAME(cut)(int64_t size, int64_t pieces, int64_t p) {
    const int64_t first = size * p / pieces;
    return (NAME(Cut)){first, size * (p + 1) / pieces - first};
}

/* What comes behind the bias, of rows of n elements of C that begin `offset` elements behind C's first, in column `column`. */
static void NAME(finish)(const GemmShape *s, T *c, int64_t offset, int64_t column, int64_t rows, int64_t n) {
    const T *beside = s->beside ? (const T *)s->beside + offset : NULL;
    if (s->activation & ADD_BESIDE) {
        NAME(add_beside)(s->activation, s->attr, &s->norm, column, beside, c, rows, s->c_row, n);
    } else if (s->activation & NORM_COLUMNS) {
        NAME(norm_columns)(s->activation, s->attr, &s->norm, column, c, rows, s->c_row, n);
    } else if (beside) {
        if (n == s->c_row) n *= rows, rows = 1;
        for (int64_t i = 0; i < rows; i++, c += s->c_row, beside += s->c_row)
            NAME(activate_grad)(s->activation, s->attr, c, beside, beside, c, n);
    } else {
        NAME(activate_rows)(s->activation, s->attr, c, rows, s->c_row, n);
    }
}

/* k = 0: the sum is empty (or the old C). */
static void NAME(gemm_empty)(const GemmShape *s, T *c, const T *bias) {
    if (s->rate) return;
    for (int64_t i = 0; i < s->m; i++) {
        T *row = c + i * s->c_row;
        for (int64_t j = 0; j < s->n; j++) row[j] = (s->accumulate ? row[j] : 0) + (bias ? bias[j] : 0);
        if (s->activation) NAME(finish)(s, row, row - c, 0, 1, s->n);
    }
}

/* The product of a block of rows and a block of k, columns j0 to j0 + nc. */
typedef struct {
    GemmShape s;                     /* one stride of A and of B is 1, the tile's form is known */
    const T *a, *b, *bias;
    T *c, *packed_a, *packed_b;
    int64_t j0, nc, row_blocks;
    int by_rows, tallest;            /* how A is read in place; rows of the tallest panel */
    int keep_b;                      /* are packed strips of B kept for other row blocks? else they share one place */
    int wide;                        /* is A packed? */
    int rows_follow, k_follows;      /* is the next block of rows, or of k, the next piece of memory? */
} NAME(Product);

/* What the tiles of a block fetch into L2 for the block after it, each its share: `left` elements from `at` on. */
typedef struct { const T *at; int64_t left, rate; } NAME(Fetch);

/* `size` elements from `at` on during so many steps of k: a few in each step, as memory delivers them, fetched line by line. */
static inline NAME(Fetch) NAME(fetch)(const T *at, int64_t size, int64_t steps) {
    const int64_t rate = steps > 0 ? (size + steps - 1) / steps : 1, line = 64 / (int64_t)sizeof(T);
    return (NAME(Fetch)){at, size, rate > line ? line : rate};
}

/* The share of a tile of so many steps. */
static inline void NAME(fetch_ahead)(NAME(Fetch) *f, NAME(Tile) *t, int64_t steps) {
    t->ahead = f->left > 0 ? f->at : t->a;
    t->ahead_k = f->left > 0 ? f->rate : 0;
    f->at += f->rate * steps;
    f->left -= f->rate * steps;
}

/* The rows of A, or the k of both, that follow these in memory and are multiplied next. */
static void NAME(next_block)(const NAME(Product) *x, NAME(Cut) rows, NAME(Cut) ks, int64_t steps, NAME(Fetch) *next) {
    const GemmShape *s = &x->s;
    const int64_t row = rows.first + rows.size, k = ks.first + ks.size;
    const T *a = x->a, *b = x->b + k * s->b_k;
    int64_t of_a = 0, of_b = 0;
    if (x->rows_follow) {
        a += row * s->a_row;
        of_a = (s->m - row < rows.size ? s->m - row : rows.size) * s->k;
    } else if (x->k_follows) {
        const int64_t size = s->k - k < ks.size ? s->k - k : ks.size;
        a += k * s->a_k;
        of_a = s->a_row == 1 && s->a_k == s->m ? size * s->m : 0, of_b = size * s->n;
    }
    next[0] = NAME(fetch)(a, of_a, steps), next[1] = NAME(fetch)(b, of_b, steps);
    next[0].rate = next[1].rate = next[0].rate + next[1].rate;
}

static void NAME(block)(const NAME(Product) *x, NAME(Cut) rows, NAME(Cut) ks, int64_t b_offset, int first_rows, int last_k) {
    const GemmShape *s = &x->s;
    const int64_t panels = (rows.size + GEMM_MR - 1) / GEMM_MR;
    const T *a = x->a + rows.first * s->a_row + ks.first * s->a_k;
    const int by_rows = x->by_rows && !x->wide;
    if (x->wide)
        for (int64_t p = 0; p < panels; p++) {
            const NAME(Cut) r = NAME(cut)(rows.size, panels, p);
            NAME(pack_rows)(a + r.first * s->a_row, s->a_row, s->a_k, ks.size, (int)r.size, x->packed_a + r.first * ks.size);
        }
    static const int64_t at_a = 0;
    NAME(Tile) t = {.kc = ks.size, .segments = 1, .segment = &at_a, .c_row = s->c_row,
                    .rate = (const T *)s->rate, .load = ks.first > 0 || s->accumulate};
    NAME(Fetch) next[2];
    NAME(next_block)(x, rows, ks, (x->nc + 2 * LANES - 1) / (2 * LANES) * panels * ks.size, next);
    int nv;
    for (int64_t j = 0; j < x->nc; j += nv * LANES) {
        const int64_t left = x->nc - j, vectors = (left + LANES - 1) / LANES;
        nv = NAME(strip_vectors)(x->tallest, vectors, left % LANES != 0);
        const int partial = left < nv * LANES;
        t.width = partial ? (int)(left % LANES) : LANES;
        t.bias = last_k && x->bias ? x->bias + x->j0 + j : NULL;
        const T *strip = x->b + (x->j0 + j) * s->b_col + ks.first * s->b_k;
        T *packed = x->packed_b ? x->packed_b + (x->keep_b ? b_offset + j * ks.size : 0) : NULL;
        if (packed && s->b_col != 1 && first_rows)
            NAME(turn)(strip, s->b_col, ks.size, left < nv * LANES ? left : nv * LANES, nv * LANES, packed);
        int fresh = packed && s->b_col == 1 && first_rows;       /* its first tile packs this strip */
        const int fetch = s->b_col == 1 && (!packed || first_rows) && left > nv * LANES
                          && !(x->k_follows && ks.first > 0);
        for (int64_t p = 0; p < panels; p++, fresh = 0) {
            const NAME(Cut) r = NAME(cut)(rows.size, panels, p);
            const int in_place = !packed || fresh;
            t.a = x->wide ? x->packed_a + r.first * ks.size : a + r.first * s->a_row;
            t.a_stride = x->wide ? r.size : by_rows ? s->a_row : s->a_k;
            t.b = in_place ? strip : packed;
            t.b_k = in_place ? s->b_k : nv * LANES;
            t.packed = fresh ? packed : NULL;
            t.c = x->c + (rows.first + r.first) * s->c_row + x->j0 + j;
            t.next_c = p + 1 < panels ? t.c + r.size * s->c_row : NULL;
            t.next_a = p + 1 < panels ? r.size * s->a_row : 0;
            /* The first panels of this strip fetch the next strip of B, a column of cache lines each. */
            if (fetch && p < 3) {
                t.ahead = strip + nv * LANES + (p < 2 ? p * (64 / (int)sizeof(T)) : 2 * LANES - 1);
                t.ahead_k = s->b_k;
            } else {
                NAME(fetch_ahead)(next[0].left > 0 ? &next[0] : &next[1], &t, ks.size);
            }
            const int form = by_rows ? NAME(ROWS) : x->wide && !in_place ? NAME(PACKED) : NAME(COLUMNS);
            NAME(tile_function)((int)r.size, nv, form, partial)(&t);
        }
    }
    if (last_k && s->activation) {
        T *c = x->c + rows.first * s->c_row + x->j0;
        NAME(finish)(s, c, c - x->c, x->j0, rows.size, x->nc);
    }
}

/* C = activation(A B + bias), or (A B + bias) times the activation's slope. */
static void NAME(gemm)(const GemmShape *shape, const T *a, const T *b, T *c, const T *bias) {
    if (shape->m <= 0 || shape->n <= 0) return;
    if (shape->k <= 0) {
        NAME(gemm_empty)(shape, c, bias);
        return;
    }
    NAME(Product) x = {.s = *shape, .a = a, .b = b, .c = c, .bias = bias};
    GemmShape *s = &x.s;
    if (s->n == 1) s->b_col = 1;     /* the stride of an axis of one element says nothing */
    if (s->m == 1 && s->a_k == 1) s->a_row = s->k;
    const int64_t k_blocks = (s->k + GEMM_KC - 1) / GEMM_KC, kc_max = (s->k + k_blocks - 1) / k_blocks;
    const int64_t most = LANES * 2, columns = (s->n + most - 1) / most * most;
    x.row_blocks = (s->m + GEMM_MC - 1) / GEMM_MC;
    x.by_rows = s->a_k == 1;
    x.rows_follow = x.by_rows && k_blocks == 1 && s->a_row == s->k;
    x.k_follows = x.row_blocks == 1 && s->b_col == 1 && s->b_k == s->n && 2 * kc_max * s->n <= GEMM_PACKED_B;
    const int64_t rows_max = (s->m + x.row_blocks - 1) / x.row_blocks, panels = (rows_max + GEMM_MR - 1) / GEMM_MR;
    x.tallest = (int)((rows_max + panels - 1) / panels);
    x.keep_b = x.row_blocks > 1;
    /* all of k at once, if that much of B fits: then C is done block by block */
    const int64_t all_k = x.keep_b && s->k * columns <= GEMM_PACKED_B;
    const int64_t nc_max = x.keep_b ? GEMM_NC : s->n;
    const size_t strip = x.keep_b ? (all_k ? s->k : kc_max) * (columns < GEMM_NC ? columns : GEMM_NC) : kc_max * 8 * LANES;
    const int pack_b = x.keep_b || panels > 1 || s->b_col != 1;
    T *scratch = (T *)thread_scratch(sizeof(T) * ((pack_b ? strip : 0) + kc_max * rows_max));
    if (pack_b) x.packed_b = scratch;
    x.packed_a = scratch + (pack_b ? strip : 0);
    for (x.j0 = 0; x.j0 < s->n; x.j0 += nc_max) {
        x.nc = s->n - x.j0 < nc_max ? s->n - x.j0 : nc_max;
        x.wide = x.nc > GEMM_WIDE * 2 * LANES && panels > 1;
        const int64_t nc_padded = (x.nc + most - 1) / most * most;
        for (int64_t outer = 0; outer < (all_k ? x.row_blocks : k_blocks); outer++)
            for (int64_t inner = 0; inner < (all_k ? k_blocks : x.row_blocks); inner++) {
                const int64_t i = all_k ? outer : inner, q = all_k ? inner : outer;
                const NAME(Cut) ks = NAME(cut)(s->k, k_blocks, q);
                NAME(block)(&x, NAME(cut)(s->m, x.row_blocks, i), ks, all_k ? ks.first * nc_padded : 0, i == 0,
                            q + 1 == k_blocks);
            }
    }
}

#undef T
#undef V
#undef VU
#undef LANES
#undef INT
#undef NAME
