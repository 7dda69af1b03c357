// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications to multicast groups. A message takes its number under the lock
 * of its stream, and messages go out in the order of their numbers, so that a
 * gap is a loss and nothing else; a message that could not be made leaves a
 * gap, too.
 *
 * To wake a listener for each message would cost more than the message. They
 * are collected, and go out when the batch is full, or when a tasklet runs:
 * behind the softirq that they are of, or at once where there is none. What is
 * heard in both groups is in the order of time, because no message is added to
 * the batch of one group before that of the other has gone out.
 */
#include "netlink_gen.h"
#include "report.h"

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

static void count_lost(struct tcpw_net *tn, unsigned int messages)
{
	this_cpu_add(tn->stats->events_lost, messages);
}

/* --- batches ----------------------------------------------------------- */

/*
 * Only -ENOBUFS is a loss: with -ESRCH nobody listens. A batch is empty where
 * its first message could not be made; some readers take that for an end.
 */
static void send(struct tcpw_net *tn, unsigned int group)
{
	struct tcpw_stream *stream = &tn->streams[group];

	lockdep_assert_held(&stream->lock);
	if (!stream->messages)
		nlmsg_free(stream->batch);
	else if (genlmsg_multicast_netns(&tcpw_family, tn->net, stream->batch,
					 0, group, GFP_ATOMIC) == -ENOBUFS)
		count_lost(tn, stream->messages);
	WRITE_ONCE(stream->batch, NULL);
	stream->messages = 0;
}

static void flush(struct tcpw_net *tn, unsigned int group)
{
	struct tcpw_stream *stream = &tn->streams[group];

	/* What came before in time is seen: something else ordered the two. */
	if (!READ_ONCE(stream->batch))
		return;
	spin_lock_bh(&stream->lock);
	if (stream->batch)
		send(tn, group);
	spin_unlock_bh(&stream->lock);
}

static void flush_all(struct tasklet_struct *tasklet)
{
	struct tcpw_net *tn = container_of(tasklet, struct tcpw_net, flush);
	unsigned int group;

	for (group = 0; group < TCPW_STREAMS; group++)
		flush(tn, group);
}

/*
 * A batch with room for @size octets of attributes, or NULL. No larger than
 * what any reader of netlink has room for: a part of it would be lost.
 */
static struct sk_buff *batch(struct tcpw_net *tn, unsigned int group,
			     size_t size)
{
	struct tcpw_stream *stream = &tn->streams[group];

	lockdep_assert_held(&stream->lock);
	if (stream->batch && skb_tailroom(stream->batch) <
			     nlmsg_total_size(genlmsg_total_size(size)))
		send(tn, group);
	if (stream->batch)
		return stream->batch;
	WRITE_ONCE(stream->batch,
		   nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_ATOMIC | __GFP_NOWARN));
	/* With bottom halves off, so that it does not wake a thread. */
	if (stream->batch)
		tasklet_schedule(&tn->flush);
	return stream->batch;
}

/* --- messages ---------------------------------------------------------- */

struct message {
	u8 cmd;
	size_t size;		/* of its attributes, at most */
	int (*fill)(struct sk_buff *skb, u32 sequence, const void *info);
};

static bool add(struct tcpw_net *tn, unsigned int group,
		const struct message *message, const void *info)
{
	struct tcpw_stream *stream = &tn->streams[group];
	u32 sequence = stream->sequence++;
	struct sk_buff *skb;
	void *header;

	lockdep_assert_held(&stream->lock);
	skb = batch(tn, group, message->size);
	if (!skb)
		return false;
	header = genlmsg_put(skb, 0, 0, &tcpw_family, 0, message->cmd);
	if (!header)
		return false;
	if (message->fill(skb, sequence, info)) {
		genlmsg_cancel(skb, header);
		return false;
	}
	genlmsg_end(skb, header);
	stream->messages++;
	return true;
}

static void notify(struct tcpw_net *tn, unsigned int group,
		   const struct message *message, const void *info)
{
	struct tcpw_stream *stream = &tn->streams[group];
	unsigned int i;

	for (i = 0; i < TCPW_STREAMS; i++)
		if (i != group)
			flush(tn, i);
	spin_lock_bh(&stream->lock);
	if (!add(tn, group, message, info))
		count_lost(tn, 1);
	spin_unlock_bh(&stream->lock);
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
	const struct message message = {
		.cmd = TCPWARD_CMD_TRANSITION_NTF,
		.size = tcpw_message_transition_size(),
		.fill = fill_transition,
	};

	if (tcpw_event_heard(tn, TCPWARD_NLGRP_TRANSITIONS))
		notify(tn, TCPWARD_NLGRP_TRANSITIONS, &message, info);
}

static int fill_verdict(struct sk_buff *skb, u32 sequence, const void *info)
{
	return tcpw_message_segment(skb, sequence, info);
}

void tcpw_event_verdict(struct tcpw_net *tn,
			const struct tcpw_segment_info *info)
{
	const struct message message = {
		.cmd = TCPWARD_CMD_VERDICT_NTF,
		.size = tcpw_message_segment_size(),
		.fill = fill_verdict,
	};

	if (tcpw_event_heard(tn, TCPWARD_NLGRP_VERDICTS))
		notify(tn, TCPWARD_NLGRP_VERDICTS, &message, info);
}

/* --- coming and going -------------------------------------------------- */

void tcpw_event_init(struct tcpw_net *tn)
{
	unsigned int i;

	for (i = 0; i < TCPW_STREAMS; i++)
		spin_lock_init(&tn->streams[i].lock);
	tasklet_setup(&tn->flush, flush_all);
}

/* Nothing can happen here any more. */
void tcpw_event_exit(struct tcpw_net *tn)
{
	unsigned int i;

	tasklet_kill(&tn->flush);
	for (i = 0; i < TCPW_STREAMS; i++)
		nlmsg_free(tn->streams[i].batch);
}
