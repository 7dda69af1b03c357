/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the netlink fuzzer owe each other. */
#ifndef NLFUZZ_H
#define NLFUZZ_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NLFUZZ_BYTES 2048

union message {
	struct nlmsghdr head;
	uint8_t octets[NLFUZZ_BYTES];
};

/* nlfuzz.c: the same numbers for the same seed */
uint32_t nlfuzz_random(uint32_t below);

/* nlfuzz_make.c: one message of each kind; the operations that it makes */
void nlfuzz_valid(union message *msg, uint16_t family);
void nlfuzz_mutated(union message *msg, uint16_t family);
void nlfuzz_random_octets(union message *msg, uint16_t family);

bool nlfuzz_knows(uint8_t cmd);

/* One attribute more, where there is room for it. */
uint32_t nlfuzz_number(void);
void nlfuzz_put(union message *msg, uint16_t type, const void *data,
		size_t len);
struct nlattr *nlfuzz_nest(union message *msg, uint16_t type);
void nlfuzz_end_nest(union message *msg, struct nlattr *nest);

/* nlfuzz_core.c: the inside of a saved record */
void nlfuzz_core(union message *msg);
void nlfuzz_ext(union message *msg);

#endif
