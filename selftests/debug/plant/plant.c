// SPDX-License-Identifier: GPL-2.0
/*
 * Deliberate mistakes: loading it with mistake=NAME makes one. Proves that
 * `make check-debug` would see such a mistake in the module. Never to be
 * loaded elsewhere.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *mistake = "";
module_param(mistake, charp, 0444);

struct thing {
	struct rcu_head rcu;
	int octets[8];
};

static struct thing __rcu *shared;
static DEFINE_SPINLOCK(one);
static DEFINE_SPINLOCK(other);
static volatile int index = 8;

static void use_after_free(void)
{
	struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL);

	kfree(thing);
	WRITE_ONCE(thing->octets[0], 1);
}

static void out_of_bounds(void)
{
	struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL);

	WRITE_ONCE(*((u8 *)thing + sizeof(*thing)), 1);
	kfree(thing);
}

static void array_index(void)
{
	struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL);

	thing->octets[index] = 1;
	kfree(thing);
}

static void leak(void)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		kzalloc(sizeof(struct thing), GFP_KERNEL);
}

static void inversion(void)
{
	spin_lock(&one);
	spin_lock(&other);
	spin_unlock(&other);
	spin_unlock(&one);
	spin_lock(&other);
	spin_lock(&one);
	spin_unlock(&one);
	spin_unlock(&other);
}

static void atomic_sleep(void)
{
	spin_lock(&one);
	msleep(1);
	spin_unlock(&one);
}

static void bare_rcu(void)
{
	struct thing *thing = rcu_dereference(shared);

	WARN_ON(thing);
}

static void slab_left(void)
{
	struct kmem_cache *cache = KMEM_CACHE(thing, 0);
	struct thing *kept = kmem_cache_alloc(cache, GFP_KERNEL);

	RCU_INIT_POINTER(shared, kept);
	kmem_cache_destroy(cache);
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "use-after-free", use_after_free },
	{ "out-of-bounds", out_of_bounds },
	{ "array-index", array_index },
	{ "leak", leak },
	{ "inversion", inversion },
	{ "atomic-sleep", atomic_sleep },
	{ "bare-rcu", bare_rcu },
	{ "slab-left", slab_left },
};

static int __init plant_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++)
		if (!strcmp(mistakes[i].name, mistake))
			mistakes[i].make();
	return 0;
}

static void __exit plant_exit(void)
{
}

module_init(plant_init);
module_exit(plant_exit);
MODULE_DESCRIPTION("Deliberate mistakes for the debug kernel");
MODULE_LICENSE("GPL");
