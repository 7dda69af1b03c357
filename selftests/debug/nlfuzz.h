/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the netlink fuzzer owe each other. */
#ifndef NLFUZZ_H
#define NLFUZZ_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#define NLFUZZ_BYTES 1024

union message {
	struct nlmsghdr head;
	uint8_t octets[NLFUZZ_BYTES];
};

/* nlfuzz.c: the same numbers for the same seed */
uint32_t nlfuzz_random(uint32_t below);

/* nlfuzz_make.c: one message of each kind */
void nlfuzz_valid(union message *msg, uint16_t family);
void nlfuzz_mutated(union message *msg, uint16_t family);
void nlfuzz_random_octets(union message *msg, uint16_t family);

#endif
