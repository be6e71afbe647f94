/* Include first, before any arithmetic: from here on a product and a sum are rounded one by one, never fused.
 *
 * What is limited by memory, or must give the same bits under every instruction set, gives up nothing by this: then every
 * operation is IEEE 754's own, and a vector lane, a loop's remainder and another instruction set round alike.
 */
#ifndef PYSEQ_EXACT_H
#define PYSEQ_EXACT_H

#if defined(__clang__)
#pragma clang fp contract(off)
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#endif
