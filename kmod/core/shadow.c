// SPDX-License-Identifier: GPL-2.0
/*
 * The shadow: the former record between the same sockets, kept while the
 * new opening may still turn out to be old or forged (R37, R92 to R100).
 */
#include "core/internal.h"

bool tcpw_has_shadow(const struct tcpw_ext *ext, __u64 now_ms)
{
	if (!ext || ext->shadow.kind == TCPWARD_KIND_BLANK)
		return false;
	if (ext->shadow_until_ms && now_ms >= ext->shadow_until_ms)
		return false;
	return !tcpw_expired(&ext->shadow, now_ms);
}

struct tcpw_ctx tcpw_shadow_ctx(const struct tcpw_ctx *c)
{
	return tcpw_context(&c->ext->shadow, NULL, c->side, c->seg, c->cfg,
			    c->now_ms);
}

bool tcpw_fits_shadow(const struct tcpw_ctx *c)
{
	struct tcpw_ctx shadow;

	if (!tcpw_has_shadow(c->ext, c->now_ms))
		return false;
	shadow = tcpw_shadow_ctx(c);
	return tcpw_zone(&shadow).verdict == TCPWARD_VERDICT_PASS;
}

/* An exact RST by the numbers of the shadow (R65). */
bool tcpw_resets_shadow(const struct tcpw_ctx *c)
{
	const struct tcpw_endpoint *x;

	if (!tcpw_has_shadow(c->ext, c->now_ms))
		return false;
	x = &c->ext->shadow.ep[c->side];
	return c->seg->seq == x->una || c->seg->seq == x->nxt;
}
