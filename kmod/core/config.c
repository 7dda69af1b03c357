// SPDX-License-Identifier: GPL-2.0
/* Defaults of the configuration and names of states. */
#include "core/core.h"

void tcpw_config_default(struct tcpw_config *cfg)
{
	unsigned int i;

	for (i = 0; i < TCPW_KNOBS; i++)
		*tcpw_knob_slot(cfg, &tcpw_knobs[i]) = tcpw_knobs[i].dflt;
}

const char *tcpw_state_name(unsigned int state)
{
	static const char *const names[TCPWARD_STATE_MAX + 1] = {
		[TCPWARD_STATE_LISTEN] = "CLOSED",
		[TCPWARD_STATE_SYN_SENT] = "SYN_SENT",
		[TCPWARD_STATE_SYN_RECEIVED] = "SYN_RECEIVED",
		[TCPWARD_STATE_ESTABLISHED] = "ESTABLISHED",
		[TCPWARD_STATE_FIN_WAIT_1] = "FIN_WAIT_1",
		[TCPWARD_STATE_FIN_WAIT_2] = "FIN_WAIT_2",
		[TCPWARD_STATE_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCPWARD_STATE_CLOSING] = "CLOSING",
		[TCPWARD_STATE_LAST_ACK] = "LAST_ACK",
		[TCPWARD_STATE_TIME_WAIT] = "TIME_WAIT",
		[TCPWARD_STATE_CLOSED] = "CLOSED",
	};

	return state <= TCPWARD_STATE_MAX ? names[state] : "?";
}
