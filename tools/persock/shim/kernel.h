/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of the kernel that the module's pure functions need, in user space:
 * the tool judges with the same code as the kernel. The Makefile includes it
 * before all files that use a policy.
 */
#ifndef _SHIM_KERNEL_H
#define _SHIM_KERNEL_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define U8_MAX		UINT8_MAX
#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX
#define S64_MAX		INT64_MAX
#define S16_MAX		INT16_MAX
#define S32_MAX		INT32_MAX

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define BIT(nr)			(1UL << (nr))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#undef static_assert
#define static_assert(expr, ...)	_Static_assert(expr, #expr)
#define fallthrough			__attribute__((fallthrough))
#define __force

/* Kernel names that libc does not know. */
#ifndef SOL_TCP
#define SOL_TCP		6
#endif
#ifndef SOL_UDP
#define SOL_UDP		17
#endif
#ifndef SOL_ICMPV6
#define SOL_ICMPV6	58
#endif

static inline unsigned int shim_ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}

#define __ffs(word)	shim_ffs(word)

#define be16_to_cpu(x)	__builtin_bswap16(x)
#define be32_to_cpu(x)	__builtin_bswap32(x)
#define be64_to_cpu(x)	__builtin_bswap64(x)
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "persock runs on x86-64"
#endif

/* Memory: malloc() and free() replace kvzalloc() and kvfree(). */
#define GFP_KERNEL	0

static inline void *kvzalloc(size_t size, int flags)
{
	(void)flags;
	return calloc(1, size);
}

static inline void *kvcalloc(size_t nr, size_t size, int flags)
{
	(void)flags;
	return calloc(nr, size);
}

static inline void kvfree(const void *memory)
{
	free((void *)memory);
}

static inline size_t size_add(size_t a, size_t b)
{
	return a + b < a ? SIZE_MAX : a + b;
}

static inline size_t size_mul(size_t a, size_t b)
{
	size_t product;

	return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

#define array_size(a, b)	size_mul(a, b)

static inline void sort(void *base, size_t nr, size_t size,
			int (*compare)(const void *a, const void *b),
			void *swap)
{
	(void)swap;
	if (nr)
		qsort(base, nr, size, compare);
}

struct shim_order {
	int (*compare)(const void *a, const void *b, const void *data);
	const void *data;
};

static inline int shim_compare(const void *a, const void *b, void *order)
{
	const struct shim_order *asked = order;

	return asked->compare(a, b, asked->data);
}

static inline void sort_r(void *base, size_t nr, size_t size,
			  int (*compare)(const void *a, const void *b,
					 const void *data),
			  void *swap, const void *data)
{
	struct shim_order order = { compare, data };

	(void)swap;
	if (nr)
		qsort_r(base, nr, size, shim_compare, &order);
}

/* Errors in pointers. */
static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline bool IS_ERR(const void *pointer)
{
	return (unsigned long)pointer >= -4095UL;
}

static inline long PTR_ERR(const void *pointer)
{
	return (long)pointer;
}

#endif
