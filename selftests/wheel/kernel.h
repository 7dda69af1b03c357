/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel as kmod/expire.c and kmod/tcpward.h name, for one
 * thread and a clock that the test moves. Included before everything.
 */
#ifndef WHEEL_KERNEL_H
#define WHEEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include <netinet/in.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef unsigned int gfp_t;

#define __percpu
#define __rcu
#define __uninitialized
#define __aligned(octets) __attribute__((aligned(octets)))
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

/* --- parts of records that the wheels never look at -------------------- */

typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic64_t;
struct list_head { struct list_head *next, *prev; };
struct mutex { int unused; };
struct rcu_head { void *unused; };
struct rhash_head { void *unused; };
struct rhashtable { void *unused; };
struct rhashtable_iter { void *unused; };
struct nf_hook_ops { void *unused; };
union nf_inet_addr { struct in_addr in; struct in6_addr in6; };

static inline bool nf_inet_addr_cmp(const union nf_inet_addr *a,
				    const union nf_inet_addr *b)
{
	return a == b;
}

static inline int atomic_read(const atomic_t *v)
{
	return v->counter;
}

static inline void atomic_inc(atomic_t *v)
{
	v->counter++;
}

static inline void atomic_dec(atomic_t *v)
{
	v->counter--;
}

#define cmpxchg(ptr, old, new) __sync_val_compare_and_swap(ptr, old, new)

/* --- locks: never taken twice ------------------------------------------ */

typedef struct { int held; } spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = 0;
}

static inline void spin_lock(spinlock_t *lock)
{
	if (lock->held++)
		abort();
}

static inline void spin_unlock(spinlock_t *lock)
{
	if (--lock->held)
		abort();
}

#define spin_lock_bh spin_lock
#define spin_unlock_bh spin_unlock
#define lockdep_assert_held(lock) ((lock)->held ? (void)0 : abort())
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define local_bh_disable() ((void)0)
#define local_bh_enable() ((void)0)
#define cond_resched() ((void)0)
#define prefetchw(ptr) ((void)(ptr))

/* --- lists ------------------------------------------------------------- */

#define LIST_HEAD(name) struct list_head name = { &(name), &(name) }

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_add_tail(struct list_head *node,
				 struct list_head *list)
{
	node->next = list;
	node->prev = list->prev;
	list->prev->next = node;
	list->prev = node;
}

static inline void list_del_init(struct list_head *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	INIT_LIST_HEAD(node);
}

static inline void list_splice_init(struct list_head *from,
				    struct list_head *to)
{
	if (list_empty(from))
		return;
	from->prev->next = to->next;
	to->next->prev = from->prev;
	from->next->prev = to;
	to->next = from->next;
	INIT_LIST_HEAD(from);
}

#define list_first_entry_or_null(list, type, member) \
	(list_empty(list) ? NULL : container_of((list)->next, type, member))

/* --- clock, work and memory -------------------------------------------- */

extern u64 clock_ms;

#define ktime_get_coarse_boottime() clock_ms
#define ktime_get_real() clock_ms
#define ktime_get_boottime() clock_ms
#define ktime_to_ms(time) (time)
#define ktime_to_us(time) ((time) * 1000)
#define msecs_to_jiffies(ms) (ms)

struct work_struct { int unused; };
struct delayed_work {
	struct work_struct work;
	void (*function)(struct work_struct *work);
	bool pending;
	u64 due_ms;
};

struct tasklet_struct { int unused; };

#define to_delayed_work(ptr) container_of(ptr, struct delayed_work, work)
#define delayed_work_pending(dwork) ((dwork)->pending)
#define INIT_DELAYED_WORK(dwork, what) ((dwork)->function = (what))
#define cancel_delayed_work_sync(dwork) ((dwork)->pending = false)
#define TCPW_UNBOUND_WQ 0
#define queue_delayed_work(wq, dwork, delay) \
	((dwork)->due_ms = clock_ms + (delay), (dwork)->pending = true)

#define GFP_KERNEL 0
#define kvcalloc(n, size, gfp) calloc(n, size)
#define kvfree free
#define ENOMEM 12

#endif
