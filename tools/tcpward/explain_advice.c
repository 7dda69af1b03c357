// SPDX-License-Identifier: GPL-2.0
/*
 * What to do about each reason. What was seen and its innocent cause stand
 * in the netlink spec, because the kernel tells them too.
 */
#include "explain.h"

#define FORGED \
	"Nothing, unless it goes on: then somebody guesses. See who with " \
	"'tcpward watch', and refuse that source in the firewall."
#define SCAN \
	"Nothing: scanners send these. Many of them: block their source."
#define HARMLESS "Nothing: it is reported only because it is remarkable."
#define DUPLICATE \
	"Nothing: the network held it back. If this is frequent, look for a " \
	"path with very uneven delays."
#define PATH \
	"See that both directions pass this machine (routes, bonding, ECMP). " \
	"If they cannot: set pickup=loose and view=observer."
#define OLD \
	"Nothing: connections from before loading are followed like this. " \
	"With every connection reopened it ends."
#define ENDPOINT \
	"Nothing: the endpoints settle it themselves. If it repeats on one " \
	"connection, look there: 'tcpward show'."
#define LAST_RESORT \
	"If a good connection suffers, set mode=observe and keep a capture " \
	"for 'tcpward replay': that would be a fault of tcpward."
#define CARD "Check the driver's offloads (ethtool -k) and cables."

const char *const explain_advice[TCPWARD_REASON_MAX + 1] = {
	[TCPWARD_REASON_NONE] = "Nothing.",
	[TCPWARD_REASON_BAD_HEADER_LENGTH] = CARD,
	[TCPWARD_REASON_BAD_CHECKSUM] =
		CARD " If a device is known to hand up unfinished checksums: "
		"set csum=off.",
	[TCPWARD_REASON_NO_USEFUL_FLAG] = SCAN,
	[TCPWARD_REASON_SYN_AND_FIN] = SCAN,
	[TCPWARD_REASON_SYN_AND_RST] = SCAN,
	[TCPWARD_REASON_FIN_AND_RST] = SCAN,
	[TCPWARD_REASON_URGENT_ODD] = HARMLESS,
	[TCPWARD_REASON_BROKEN_OPTIONS] =
		"Find the middle box that rewrites options; the receiver may "
		"ignore what follows them.",
	[TCPWARD_REASON_MISPLACED_OPTION] = HARMLESS,
	[TCPWARD_REASON_SAME_SOCKET] =
		"Block the source: this is a forged packet (\"land\").",
	[TCPWARD_REASON_TRUNCATED_HEADER] =
		"Block the source: such fragments only serve evasion.",
	[TCPWARD_REASON_WRONG_THIRD_STEP_ACK] = FORGED,
	[TCPWARD_REASON_WRONG_THIRD_STEP_SEQ] = FORGED,
	[TCPWARD_REASON_ACK_UNSENT] = PATH,
	[TCPWARD_REASON_ACKED_UNSEEN] =
		"Capture closer to the endpoints, or with a larger buffer.",
	[TCPWARD_REASON_ACK_TOO_OLD] = FORGED,
	[TCPWARD_REASON_SYNACK_REPEAT] = ENDPOINT,
	[TCPWARD_REASON_SPLIT_HANDSHAKE] = ENDPOINT,
	[TCPWARD_REASON_SPLIT_OPEN] = HARMLESS,
	[TCPWARD_REASON_BLIND_SYNACK] = PATH,
	[TCPWARD_REASON_SYNACK_WITHOUT_SYN] =
		"Nothing if it is backscatter. If your own clients wait for "
		"these answers: " PATH,
	[TCPWARD_REASON_LATE_SYNACK] = ENDPOINT,
	[TCPWARD_REASON_SYNACK_CANDIDATE] = ENDPOINT,
	[TCPWARD_REASON_DATA_BEFORE_HANDSHAKE] = PATH,
	[TCPWARD_REASON_EARLY_SERVER_DATA] = HARMLESS,
	[TCPWARD_REASON_RESET_OPEN_BAD_ECHO] = HARMLESS,
	[TCPWARD_REASON_BLIND_RESET_OPEN] = FORGED,
	[TCPWARD_REASON_WINDOW_SCALE_CLAMPED] =
		"Correct the sender's settings; both ends use 14 anyway.",
	[TCPWARD_REASON_RIGHT_OF_WINDOW] = FORGED " " LAST_RESORT,
	[TCPWARD_REASON_STRADDLES_WINDOW] = ENDPOINT,
	[TCPWARD_REASON_FAR_BELOW_WINDOW] = DUPLICATE,
	[TCPWARD_REASON_BELOW_WINDOW] = DUPLICATE,
	[TCPWARD_REASON_NO_RECORD] =
		"If a good connection was idle for longer than "
		"timeout_established, raise that. If tcpward was loaded "
		"late: pickup=auto or loose adopts such connections.",
	[TCPWARD_REASON_PICKED_UP] = OLD,
	[TCPWARD_REASON_ONE_WAY] = PATH,
	[TCPWARD_REASON_MID_RESET] = OLD,
	[TCPWARD_REASON_MID_SYNACK] = OLD,
	[TCPWARD_REASON_RESET_BETWEEN] = ENDPOINT,
	[TCPWARD_REASON_RESET_IN_WINDOW] =
		ENDPOINT " Where both ends are old: set rst_inexact=drop.",
	[TCPWARD_REASON_RESET_RATE] = FORGED,
	[TCPWARD_REASON_RESET_OUT_OF_WINDOW] = FORGED,
	[TCPWARD_REASON_RESET_REFUSES_PENDING] = ENDPOINT,
	[TCPWARD_REASON_RESET_CROSSED_CLOSE] = ENDPOINT,
	[TCPWARD_REASON_RESET_STRAY_ACK] = HARMLESS,
	[TCPWARD_REASON_RESET_UNDONE] = FORGED,
	[TCPWARD_REASON_SYN_ON_LIVE] =
		ENDPOINT " Against blind SYNs: set syn_live=drop; then a "
		"restarted client waits for timers.",
	[TCPWARD_REASON_SYN_RATE] = FORGED,
	[TCPWARD_REASON_CHALLENGE_UNKNOWN] = ENDPOINT,
	[TCPWARD_REASON_CHALLENGE_RESET] = ENDPOINT,
	[TCPWARD_REASON_CHALLENGE_RATE] = FORGED,
	[TCPWARD_REASON_STALE_SYN] = DUPLICATE,
	[TCPWARD_REASON_SYN_REPEAT] = ENDPOINT,
	[TCPWARD_REASON_RESET_WITHOUT_RECORD] =
		"Nothing: whoever it was for has no connection any more. If "
		"tcpward was loaded late, this ends by itself.",
	[TCPWARD_REASON_DATA_AFTER_FIN] = FORGED,
	[TCPWARD_REASON_DIFFERENT_FIN] = FORGED,
	[TCPWARD_REASON_FIN_OUT_OF_WINDOW] = FORGED,
	[TCPWARD_REASON_REUSE_TOO_OLD] =
		"Nothing: the opener's retransmission passes (a second "
		"later). If several hosts share one address by NAT and wait "
		"often, give them more addresses, or set tw_stale_syn=quiet.",
	[TCPWARD_REASON_SYN_REUSE] = ENDPOINT,
	[TCPWARD_REASON_RESET_IN_TIME_WAIT] =
		"Nothing: TIME-WAIT is to be kept (RFC 1337).",
	[TCPWARD_REASON_OLD_INCARNATION] = DUPLICATE,
	[TCPWARD_REASON_SHADOW_SEGMENT] = ENDPOINT,
	[TCPWARD_REASON_ECHO_MISMATCH] = HARMLESS,
	[TCPWARD_REASON_TIMESTAMP_MISSING] =
		"Find the middle box that removes the option. To refuse such "
		"segments: set ts_missing=drop.",
	[TCPWARD_REASON_PAWS] =
		DUPLICATE " If a good sender's clock runs unevenly, raise "
		"paws_slack, or set paws=off.",
	[TCPWARD_REASON_SACK_ODD] =
		"Find the middle box that shifts sequence numbers, or switch "
		"its rewriting off; SACK is ignored until then.",
	[TCPWARD_REASON_AUTH_UNVERIFIED] =
		"Find the middle box that removes options.",
	[TCPWARD_REASON_AUTH_MISSING] = FORGED,
	[TCPWARD_REASON_PORT_ZERO] = HARMLESS,
	[TCPWARD_REASON_MULTICAST] = SCAN,
	[TCPWARD_REASON_SCALE_UNKNOWN] = OLD,
	[TCPWARD_REASON_OUT_OF_MEMORY] =
		"Give the machine more memory, or lower max_connections.",
	[TCPWARD_REASON_TABLE_FULL] =
		"Raise max_connections, or look for a flood: 'tcpward list "
		"state half-open'.",
	[TCPWARD_REASON_UNTRACKED] =
		"Raise max_connections, or look for a flood: 'tcpward list "
		"state half-open'.",
};
