// SPDX-License-Identifier: GPL-2.0
/* Prints Documentation/states.rst from the table that the core runs by. */
#include "core/table.h"

#include <stdio.h>

static const char *cell_text(__u8 cell)
{
	static char text[8];

	if (tcpw_cell_legal(cell))
		return cell == TCPWARD_STATE_LISTEN ? "LISTEN" :
						      tcpw_state_name(cell);
	snprintf(text, sizeof(text), "[%u]_", tcpw_cell_reason(cell));
	return text;
}

static const char *column_name(unsigned int state)
{
	return state == TCPWARD_STATE_LISTEN ? "LISTEN" :
					       tcpw_state_name(state);
}

static void print_table(bool used[TCPWARD_REASON_MAX + 1])
{
	unsigned int event, state;
	__u8 cell;

	printf(".. list-table::\n   :header-rows: 1\n\n   * - event\n");
	for (state = 0; state <= TCPWARD_STATE_MAX; state++)
		printf("     - %s\n", column_name(state));
	for (event = 0; event < TCPW_EVENTS; event++) {
		printf("   * - %s\n", tcpw_event_name(event));
		for (state = 0; state <= TCPWARD_STATE_MAX; state++) {
			cell = tcpw_table_cell(event, state);
			printf("     - %s\n", cell_text(cell));
			if (!tcpw_cell_legal(cell))
				used[tcpw_cell_reason(cell)] = true;
		}
	}
}

int main(void)
{
	bool used[TCPWARD_REASON_MAX + 1] = { false };
	unsigned int i;

	printf(".. SPDX-License-Identifier: GPL-2.0\n"
	       ".. Printed by tools/codegen/states.c: do not edit.\n\n"
	       "===============\nThe state table\n===============\n\n"
	       "State is kept per endpoint, by what that endpoint has itself\n"
	       "emitted. This is the table that ``kmod/core/table.c`` runs by:\n"
	       "a row per event, a column per state of the endpoint. A cell\n"
	       "names the next state, or the reason below. LISTEN is an\n"
	       "endpoint that has emitted nothing; tools show it as CLOSED.\n\n");
	print_table(used);
	printf("\n");
	for (i = 0; i <= TCPWARD_REASON_MAX; i++)
		if (used[i])
			printf(".. [%u] ``%s``: %s (%s, %s)\n", i,
			       tcpw_reasons[i].name, tcpw_reasons[i].seen,
			       tcpw_reasons[i].rule, tcpw_reasons[i].source);
	return 0;
}
