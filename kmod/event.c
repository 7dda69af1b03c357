// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications to multicast groups. A message takes its number and goes out
 * under the lock of its stream, so that a gap is a loss and nothing else; a
 * message that could not be made leaves a gap, too.
 */
#include "netlink_gen.h"
#include "tcpward.h"

/* Context: any. */
bool tcpw_event_heard(const struct tcpw_net *tn, unsigned int group)
{
	return genl_has_listeners(&tcpw_family, tn->net, group) > 0;
}

struct sk_buff *tcpw_event_alloc(size_t size, u8 cmd, void **header)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_ATOMIC | __GFP_NOWARN);

	if (!skb)
		return NULL;
	*header = genlmsg_put(skb, 0, 0, &tcpw_family, 0, cmd);
	if (*header)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/* Consumes @skb. Only -ENOBUFS is a loss: with -ESRCH nobody listens. */
static bool send(struct tcpw_net *tn, struct sk_buff *skb, void *header,
		 unsigned int group)
{
	genlmsg_end(skb, header);
	return genlmsg_multicast_netns(&tcpw_family, tn->net, skb, 0, group,
				       GFP_ATOMIC) != -ENOBUFS;
}

static void notify(struct tcpw_net *tn, unsigned int group,
		   struct sk_buff *skb, void *header,
		   int (*fill)(struct sk_buff *skb, u32 sequence,
			       const void *info), const void *info)
{
	struct tcpw_stream *stream = &tn->streams[group];
	bool sent = false;
	u32 sequence;

	spin_lock_bh(&stream->lock);
	sequence = stream->sequence++;
	if (skb && fill(skb, sequence, info))
		nlmsg_free(skb);
	else if (skb)
		sent = send(tn, skb, header, group);
	spin_unlock_bh(&stream->lock);
	if (!sent)
		this_cpu_inc(tn->stats->events_lost);
}

static int fill_transition(struct sk_buff *skb, u32 sequence,
			   const void *info)
{
	return tcpw_message_transition(skb, sequence, info);
}

/* Context: any, no lock held; as for the next one. */
void tcpw_event_transition(struct tcpw_net *tn,
			   const struct tcpw_transition_info *info)
{
	struct sk_buff *skb;
	void *header = NULL;

	if (!tcpw_event_heard(tn, TCPWARD_NLGRP_TRANSITIONS))
		return;
	skb = tcpw_event_alloc(tcpw_message_transition_size(),
			       TCPWARD_CMD_TRANSITION_NTF, &header);
	notify(tn, TCPWARD_NLGRP_TRANSITIONS, skb, header, fill_transition,
	       info);
}

static int fill_verdict(struct sk_buff *skb, u32 sequence, const void *info)
{
	return tcpw_message_segment(skb, sequence, info);
}

void tcpw_event_verdict(struct tcpw_net *tn,
			const struct tcpw_segment_info *info)
{
	struct sk_buff *skb;
	void *header = NULL;

	if (!tcpw_event_heard(tn, TCPWARD_NLGRP_VERDICTS))
		return;
	skb = tcpw_event_alloc(tcpw_message_segment_size(),
			       TCPWARD_CMD_VERDICT_NTF, &header);
	notify(tn, TCPWARD_NLGRP_VERDICTS, skb, header, fill_verdict, info);
}
