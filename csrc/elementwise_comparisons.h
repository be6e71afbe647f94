/* elementwise.h for one type: S, NAME(x). */

static inline void NAME(compare_block)(int op, const S *a, int a_step, const S *b, int b_step, uint8_t *y, int64_t n) {
    switch (op) {
    case CMP_EQUAL: PAIRS(u == v)
    case CMP_NOT_EQUAL: PAIRS(u != v)
    case CMP_LESS: PAIRS(u < v)
    case CMP_LESS_EQUAL: PAIRS(u <= v)
    case CMP_GREATER: PAIRS(u > v)
    case CMP_GREATER_EQUAL: PAIRS(u >= v)
    }
}
