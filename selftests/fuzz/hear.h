/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between hear_begin() and hear_end() what is printed is heard, not seen.
 * The texts are valid until the next hear_begin().
 */
#ifndef TCPW_FUZZ_HEAR_H
#define TCPW_FUZZ_HEAR_H

struct heard {
	const char *out;	/* on stdout */
	const char *err;	/* on stderr */
};

void hear_begin(void);
struct heard hear_end(void);

#endif
