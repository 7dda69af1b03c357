// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the rows of a ladder out of what was collected: relative numbers,
 * where states change, which gaps are long, which runs of data are folded.
 */
#include "ladder_model.h"

#include "core/core.h"

#include <errno.h>
#include <stdlib.h>

/* Of a run of data, how many segments stay at its begin and at its end. */
#define FOLD_HEAD 2
#define FOLD_TAIL 1
#define FOLD_LEAST 3

/*
 * A gap is broken visibly above a second, or when it is ten times the median;
 * but not when no eye would have noticed it.
 */
#define GAP_LONG_US 1000000
#define GAP_NOTICED_US 50000
#define GAP_MEDIANS 10

struct builder {
	const struct ladder *ladder;
	struct ladder_rows *rows;
	size_t room;
	uint64_t start_us;
	uint64_t last_us;		/* the last segment */
	uint64_t row_us;		/* the last row */
	bool any;			/* a segment was seen */
	uint64_t long_gap_us;
	struct ladder_base base[2];
	struct ladder_end end[2];
};

static enum tcpward_state shown(enum tcpward_state state)
{
	return state == TCPWARD_STATE_LISTEN ? TCPWARD_STATE_CLOSED : state;
}

static bool first_syn(const struct model_segment *segment)
{
	return (segment->flags & (TCPW_SYN | TCPW_ACK)) == TCPW_SYN &&
	       segment->verdict == TCPWARD_VERDICT_PASS &&
	       !segment->retransmission;
}

/* --- relative numbers --------------------------------------------------- */

static void set_base(struct ladder_base *base, uint32_t number, bool inferred)
{
	base->known = true;
	base->inferred = inferred;
	base->number = number;
}

static void learn_bases(struct ladder_base base[2],
			const struct model_segment *segment)
{
	struct ladder_base *own = &base[segment->side];
	struct ladder_base *peer = &base[!segment->side];
	bool syn = segment->flags & TCPW_SYN;

	if (segment->verdict == TCPWARD_VERDICT_DROP ||
	    segment->flags & TCPW_RST)
		return;
	if (syn && (!own->known || own->inferred ||
		    (segment->verdict == TCPWARD_VERDICT_PASS &&
		     !segment->retransmission)))
		set_base(own, segment->seq, false);
	else if (!own->known)
		set_base(own, segment->seq, true);
	if (segment->flags & TCPW_ACK && !peer->known)
		set_base(peer, segment->ack - syn, true);
}

static struct ladder_number relative(const struct ladder_base *base, uint32_t number)
{
	struct ladder_number out = {
		.kind = LADDER_NUMBER_PLAIN,
		.value = number,
	};

	if (!base->known)
		return out;
	out.kind = base->inferred ? LADDER_NUMBER_INFERRED :
				    LADDER_NUMBER_RELATIVE;
	/* Below the base only what is old or foreign; data may pass 2^31. */
	out.value = number - base->number;
	if (out.value > UINT32_MAX - INT32_MAX / 2)
		out.value -= (int64_t)UINT32_MAX + 1;
	return out;
}

static bool shows(const struct ladder_row *row, enum ladder_number_kind kind)
{
	const struct model_segment *segment = row->item->segment;
	bool sequence = segment->field == TCPWARD_FIELD_SEQ ||
			segment->field == TCPWARD_FIELD_FIN ||
			segment->field == TCPWARD_FIELD_ACK;

	return row->seq.kind == kind ||
	       (segment->flags & TCPW_ACK && row->ack.kind == kind) ||
	       (sequence && row->low.kind == kind);
}

void ladder_row_numbers(struct ladder_row *row, struct ladder_base base[2])
{
	const struct model_segment *segment = row->item->segment;
	const struct ladder_base none = { .known = false };
	const struct ladder_base *own = &base[segment->side];
	const struct ladder_base *peer = &base[!segment->side];
	const struct ladder_base *of = &none;

	learn_bases(base, segment);
	row->seq = relative(own, segment->seq);
	row->ack = relative(peer, segment->ack);
	if (segment->field == TCPWARD_FIELD_SEQ ||
	    segment->field == TCPWARD_FIELD_FIN)
		of = own;
	else if (segment->field == TCPWARD_FIELD_ACK)
		of = peer;
	row->low = relative(of, segment->low);
	row->high = relative(of, segment->high);
	row->seen = relative(of, segment->seen);
}

/* --- single rows -------------------------------------------------------- */

static uint64_t since(uint64_t later, uint64_t earlier)
{
	return later > earlier ? later - earlier : 0;
}

/* @time_us of 0: the caller sets the times. */
static struct ladder_row *add_row(struct builder *b, enum ladder_row_kind kind,
				  uint64_t time_us)
{
	struct ladder_rows *rows = b->rows;
	struct ladder_row *row;
	size_t room;

	if (rows->count == b->room) {
		room = b->room ? 2 * b->room : 64;
		row = realloc(rows->row, room * sizeof(*row));
		if (!row)
			return NULL;
		rows->row = row;
		b->room = room;
	}
	row = &rows->row[rows->count++];
	*row = (struct ladder_row){
		.kind = kind,
		.time_us = since(time_us, b->start_us),
		.silence_us = since(time_us, b->row_us),
		.end = { b->end[0], b->end[1] },
	};
	if (time_us)
		b->row_us = time_us;
	return row;
}

static void enter(struct builder *b, struct ladder_row *row, int side,
		  enum tcpward_state state, bool inferred)
{
	struct ladder_end *end = &row->end[side];

	state = shown(state);
	end->changed = row->kind == LADDER_ROW_START || state != end->state;
	end->inferred = end->changed && inferred;
	end->state = state;
	b->end[side].state = state;
	b->rows->inferred |= end->inferred;
}

/* What an opening begins from is certain; what else is met was learned. */
static int add_start(struct builder *b, const struct model_segment *segment)
{
	bool opening = first_syn(segment);
	struct ladder_row *row;

	row = add_row(b, LADDER_ROW_START, b->start_us);
	if (!row)
		return -ENOMEM;
	enter(b, row, 0, opening ? TCPWARD_STATE_CLOSED :
	      segment->client.state, !opening);
	enter(b, row, 1, opening ? TCPWARD_STATE_CLOSED :
	      segment->server.state, !opening);
	b->rows->at[0] = segment->client.at;
	b->rows->at[1] = segment->server.at;
	return 0;
}

static bool foldable(const struct ladder_row *row)
{
	const struct model_segment *segment = row->item->segment;
	const uint16_t special = TCPW_SYN | TCPW_FIN | TCPW_RST | TCPW_URG;

	return !(segment->flags & special) && !segment->retransmission &&
	       segment->verdict == TCPWARD_VERDICT_PASS &&
	       segment->flag == TCPWARD_REASON_NONE && segment->window &&
	       !row->end[0].changed && !row->end[1].changed;
}

static int add_segment(struct builder *b, const struct ladder_item *item)
{
	const struct model_segment *segment = item->segment;
	bool adopted = segment->flag == TCPWARD_REASON_PICKED_UP;
	struct ladder_row *row;

	if (!b->any && add_start(b, segment))
		return -ENOMEM;
	row = add_row(b, LADDER_ROW_SEGMENT, item->time_us);
	if (!row)
		return -ENOMEM;
	row->item = item;
	row->has_gap = b->any;
	row->gap_us = since(item->time_us, b->last_us);
	b->any = true;
	b->last_us = item->time_us;

	ladder_row_numbers(row, b->base);
	enter(b, row, 0, segment->client.state, adopted || segment->side);
	enter(b, row, 1, segment->server.state, adopted || !segment->side);
	b->rows->inferred |= shows(row, LADDER_NUMBER_INFERRED);
	b->rows->plain |= shows(row, LADDER_NUMBER_PLAIN);
	row->foldable = foldable(row);
	return 0;
}

/*
 * Changes that came with a segment are seen at that segment; only the end of
 * a record is news.
 */
static int add_event(struct builder *b, const struct ladder_item *item)
{
	const struct model_transition *transition = item->transition;
	struct ladder_row *row;
	int side;

	/* A newer module may know more events. */
	if (!b->any || !transition->has_event ||
	    transition->event == TCPWARD_CONN_EVENT_NEW ||
	    transition->event > TCPWARD_CONN_EVENT_RESTORE)
		return 0;
	row = add_row(b, LADDER_ROW_EVENT, item->time_us);
	if (!row)
		return -ENOMEM;
	row->item = item;
	for (side = 0; side < 2; side++)
		if (transition->event == TCPWARD_CONN_EVENT_END &&
		    b->end[side].state == TCPWARD_STATE_TIME_WAIT)
			enter(b, row, side, TCPWARD_STATE_CLOSED, true);
	return 0;
}

static int add_phase(struct builder *b, const struct ladder_item *item)
{
	struct ladder_row *row;

	row = add_row(b, LADDER_ROW_PHASE, item->time_us);
	if (!row)
		return -ENOMEM;
	row->item = item;
	return 0;
}

static int add_time_wait(struct builder *b)
{
	struct ladder_row *row;

	if (!b->any || !b->ladder->time_wait_left_ms)
		return 0;
	row = add_row(b, LADDER_ROW_TIME_WAIT, b->last_us);
	if (!row)
		return -ENOMEM;
	row->side = b->end[0].state == TCPWARD_STATE_TIME_WAIT ? 0 : 1;
	row->left_ms = b->ladder->time_wait_left_ms;
	return 0;
}

static int add_items(struct builder *b)
{
	const struct ladder *ladder = b->ladder;
	int error = 0;
	size_t i;

	for (i = 0; i < ladder->items && !error; i++) {
		const struct ladder_item *item = &ladder->item[i];

		if (item->kind == LADDER_SEGMENT)
			error = add_segment(b, item);
		else if (item->kind == LADDER_TRANSITION)
			error = add_event(b, item);
		else
			error = add_phase(b, item);
	}
	return error ? error : add_time_wait(b);
}

/* --- gaps and folding --------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int measure_gaps(struct builder *b)
{
	const struct ladder_rows *rows = b->rows;
	uint64_t *gap, least;
	size_t i, n = 0;

	b->long_gap_us = GAP_LONG_US;
	gap = malloc((rows->count + 1) * sizeof(*gap));
	if (!gap)
		return -ENOMEM;
	for (i = 0; i < rows->count; i++)
		if (rows->row[i].has_gap)
			gap[n++] = rows->row[i].gap_us;
	if (n) {
		qsort(gap, n, sizeof(*gap), by_size);
		least = GAP_MEDIANS * gap[n / 2];
		if (least < GAP_NOTICED_US)
			least = GAP_NOTICED_US;
		if (least < b->long_gap_us)
			b->long_gap_us = least;
	}
	free(gap);
	return 0;
}

static bool after_long_gap(const struct builder *b,
			   const struct ladder_row *row)
{
	return row->silence_us > b->long_gap_us;
}

/*
 * Length of the run of data that begins at @row: one side's data, anybody's
 * ACKs, without a long gap.
 */
static size_t run_length(const struct builder *b, const struct ladder_row *row,
			 size_t rest)
{
	int side = -1;
	size_t n;

	for (n = 0; n < rest && row[n].foldable; n++) {
		const struct model_segment *segment = row[n].item->segment;

		if (n && after_long_gap(b, &row[n]))
			break;
		if (!segment->length_bytes)
			continue;
		if (side >= 0 && side != segment->side)
			break;
		side = segment->side;
	}
	return n;
}

static void fold_in(struct ladder_fold *fold,
		    const struct model_segment *segment)
{
	if (!segment->length_bytes) {
		fold->acks++;
		return;
	}
	fold->side = segment->side;
	fold->data_segments++;
	fold->data_bytes += segment->length_bytes;
}

static int copy_row(struct builder *b, const struct ladder_row *from)
{
	struct ladder_row *row;

	if (after_long_gap(b, from)) {
		row = add_row(b, LADDER_ROW_GAP, 0);
		if (!row)
			return -ENOMEM;
		/* The states of the gap are those before it. */
		*row = row == b->rows->row ? *row : row[-1];
		row->kind = LADDER_ROW_GAP;
		row->end[0].changed = false;
		row->end[1].changed = false;
		row->silence_us = from->silence_us;
	}
	row = add_row(b, from->kind, 0);
	if (!row)
		return -ENOMEM;
	*row = *from;
	return 0;
}

static int copy_run(struct builder *b, const struct ladder_row *from, size_t n)
{
	bool fold = n >= FOLD_HEAD + FOLD_LEAST + FOLD_TAIL;
	size_t head = fold ? FOLD_HEAD : n;
	struct ladder_row *row;
	size_t i;

	for (i = 0; i < head; i++)
		if (copy_row(b, &from[i]))
			return -ENOMEM;
	if (!fold)
		return 0;
	row = add_row(b, LADDER_ROW_FOLD, 0);
	if (!row)
		return -ENOMEM;
	*row = from[head];
	row->kind = LADDER_ROW_FOLD;
	row->fold.side = -1;
	for (i = head; i < n - FOLD_TAIL; i++)
		fold_in(&row->fold, from[i].item->segment);
	return copy_row(b, &from[n - 1]);
}

/* Copies all rows anew, with gaps put in and runs folded. */
static int condense(struct builder *b)
{
	struct ladder_rows raw = *b->rows;
	size_t i, n;
	int error = 0;

	b->rows->row = NULL;
	b->rows->count = 0;
	b->room = 0;
	for (i = 0; i < raw.count && !error; i += n) {
		n = run_length(b, &raw.row[i], raw.count - i);
		if (!n)
			n = 1;
		error = copy_run(b, &raw.row[i], n);
	}
	free(raw.row);
	return error;
}

int ladder_rows_make(const struct ladder *ladder, struct ladder_rows *rows)
{
	struct builder b = { .ladder = ladder, .rows = rows };
	int error;

	*rows = (struct ladder_rows){ .row = NULL };
	if (ladder->items)
		b.start_us = ladder->item[0].time_us;
	b.row_us = b.start_us;
	b.end[0].state = TCPWARD_STATE_CLOSED;
	b.end[1].state = TCPWARD_STATE_CLOSED;
	error = add_items(&b);
	if (!error)
		error = measure_gaps(&b);
	if (!error)
		error = condense(&b);
	if (error)
		ladder_rows_free(rows);
	return error;
}

void ladder_rows_free(struct ladder_rows *rows)
{
	free(rows->row);
	rows->row = NULL;
	rows->count = 0;
}
