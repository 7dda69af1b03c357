/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/tcpward.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_TCPWARD_H
#define _UAPI_LINUX_TCPWARD_H

#define TCPWARD_FAMILY_NAME	"tcpward"
#define TCPWARD_FAMILY_VERSION	1

#define TCPWARD_ABI_VERSION	1

/**
 * enum tcpward_state - State of one endpoint, derived from what that endpoint
 *   has itself emitted. LISTEN is an endpoint that has emitted nothing: a
 *   middle box cannot tell it from CLOSED and tools show it as CLOSED.
 */
enum tcpward_state {
	TCPWARD_STATE_LISTEN,
	TCPWARD_STATE_SYN_SENT,
	TCPWARD_STATE_SYN_RECEIVED,
	TCPWARD_STATE_ESTABLISHED,
	TCPWARD_STATE_FIN_WAIT_1,
	TCPWARD_STATE_FIN_WAIT_2,
	TCPWARD_STATE_CLOSE_WAIT,
	TCPWARD_STATE_CLOSING,
	TCPWARD_STATE_LAST_ACK,
	TCPWARD_STATE_TIME_WAIT,
	TCPWARD_STATE_CLOSED,

	/* private: */
	__TCPWARD_STATE_MAX,
	TCPWARD_STATE_MAX = (__TCPWARD_STATE_MAX - 1)
};

/**
 * enum tcpward_verdict - What became of a segment. PASS - forwarded, tracked
 *   variables updated; QUIET - forwarded, nothing tracked changed; DROP - not
 *   forwarded.
 */
enum tcpward_verdict {
	TCPWARD_VERDICT_PASS,
	TCPWARD_VERDICT_QUIET,
	TCPWARD_VERDICT_DROP,
};

/**
 * enum tcpward_reason_class - What a reason stands for by default; some depend
 *   on a knob.
 */
enum tcpward_reason_class {
	TCPWARD_REASON_CLASS_NONE,
	TCPWARD_REASON_CLASS_DROP,
	TCPWARD_REASON_CLASS_QUIET,
	TCPWARD_REASON_CLASS_FLAG,
};

/**
 * enum tcpward_field - Which number of a segment failed; low, high and seen
 *   speak of it.
 */
enum tcpward_field {
	TCPWARD_FIELD_NONE,
	TCPWARD_FIELD_SEQ,
	TCPWARD_FIELD_ACK,
	TCPWARD_FIELD_TSVAL,
	TCPWARD_FIELD_TSECR,
	TCPWARD_FIELD_FIN,
	TCPWARD_FIELD_COUNT,
	TCPWARD_FIELD_LENGTH,
};

/**
 * enum tcpward_kind - Kind of record. OPEN - handshake seen; MID - picked up
 *   in the middle; RESET - ended by a believed RST, kept for the transitory
 *   time.
 */
enum tcpward_kind {
	TCPWARD_KIND_BLANK,
	TCPWARD_KIND_OPEN,
	TCPWARD_KIND_MID,
	TCPWARD_KIND_RESET,
};

/**
 * enum tcpward_conn_event - NEW - record created; END - it expired; FORGET -
 *   removed on request; EVICT - removed for a newer half-open one; RESTORE -
 *   put back on request.
 */
enum tcpward_conn_event {
	TCPWARD_CONN_EVENT_NEW,
	TCPWARD_CONN_EVENT_END,
	TCPWARD_CONN_EVENT_FORGET,
	TCPWARD_CONN_EVENT_EVICT,
	TCPWARD_CONN_EVENT_RESTORE,
};

enum tcpward_mode {
	TCPWARD_MODE_OFF,
	TCPWARD_MODE_OBSERVE,
	TCPWARD_MODE_ENFORCE,
};

enum tcpward_placement {
	TCPWARD_PLACEMENT_FILTER,
	TCPWARD_PLACEMENT_EARLY,
};

enum tcpward_action {
	TCPWARD_ACTION_DROP,
	TCPWARD_ACTION_MARK,
};

enum tcpward_pickup {
	TCPWARD_PICKUP_STRICT,
	TCPWARD_PICKUP_LOOSE,
	TCPWARD_PICKUP_AUTO,
};

enum tcpward_view {
	TCPWARD_VIEW_INLINE,
	TCPWARD_VIEW_OBSERVER,
};

enum tcpward_tw_stale_syn {
	TCPWARD_TW_STALE_SYN_RETRY,
	TCPWARD_TW_STALE_SYN_DROP,
	TCPWARD_TW_STALE_SYN_QUIET,
};

enum tcpward_tw_rst {
	TCPWARD_TW_RST_EXACT,
	TCPWARD_TW_RST_IGNORE1337,
};

enum tcpward_quiet_or_drop {
	TCPWARD_QUIET_OR_DROP_QUIET,
	TCPWARD_QUIET_OR_DROP_DROP,
};

enum tcpward_flag_or_drop {
	TCPWARD_FLAG_OR_DROP_FLAG,
	TCPWARD_FLAG_OR_DROP_DROP,
};

enum tcpward_pass_or_drop {
	TCPWARD_PASS_OR_DROP_PASS,
	TCPWARD_PASS_OR_DROP_DROP,
};

enum tcpward_switch {
	TCPWARD_SWITCH_OFF,
	TCPWARD_SWITCH_ON,
};

/**
 * enum tcpward_core_end_flags - What an endpoint has done, as the core keeps
 *   it. OPEN - nothing was known of its numbers when it was picked up; SEEN1,
 *   SEEN2 - segments seen since; TS-RATE - ts-ref is ticks per second; ISS -
 *   iss is known and within reach; AFTER-RST - spoke since the RST.
 */
enum tcpward_core_end_flags {
	TCPWARD_CORE_END_FLAGS_SYN = 1,
	TCPWARD_CORE_END_FLAGS_SYN_ACKED = 2,
	TCPWARD_CORE_END_FLAGS_ACKED_SYN = 4,
	TCPWARD_CORE_END_FLAGS_FIN = 8,
	TCPWARD_CORE_END_FLAGS_FIN_ACKED = 16,
	TCPWARD_CORE_END_FLAGS_ACKED_FIN = 32,
	TCPWARD_CORE_END_FLAGS_WS = 64,
	TCPWARD_CORE_END_FLAGS_TS = 128,
	TCPWARD_CORE_END_FLAGS_SACK_OK = 256,
	TCPWARD_CORE_END_FLAGS_AUTH = 512,
	TCPWARD_CORE_END_FLAGS_TS_RATE = 1024,
	TCPWARD_CORE_END_FLAGS_ISS = 2048,
	TCPWARD_CORE_END_FLAGS_OPEN = 4096,
	TCPWARD_CORE_END_FLAGS_SEEN1 = 8192,
	TCPWARD_CORE_END_FLAGS_SEEN2 = 16384,
	TCPWARD_CORE_END_FLAGS_AFTER_RST = 32768,
};

/**
 * enum tcpward_core_conn_flags - SIMULTANEOUS - SYN crossed SYN; SPLIT - split
 *   handshake; REPLACES - took over from the shadow; LOWER-ACKED, HIGHER-ACKED
 *   - data of that end was acknowledged.
 */
enum tcpward_core_conn_flags {
	TCPWARD_CORE_CONN_FLAGS_SIMULTANEOUS = 1,
	TCPWARD_CORE_CONN_FLAGS_SPLIT = 2,
	TCPWARD_CORE_CONN_FLAGS_REPLACES = 4,
	TCPWARD_CORE_CONN_FLAGS_LOWER_ACKED = 8,
	TCPWARD_CORE_CONN_FLAGS_HIGHER_ACKED = 16,
};

/**
 * enum tcpward_core_syn_flags - USED - the place is taken; REPEATED - its
 *   sender sent it again; REUSE - came while the record was closing; REFUSED -
 *   one RST+ACK against it passed; HIGHER - sent by the higher end.
 */
enum tcpward_core_syn_flags {
	TCPWARD_CORE_SYN_FLAGS_USED = 1,
	TCPWARD_CORE_SYN_FLAGS_REPEATED = 2,
	TCPWARD_CORE_SYN_FLAGS_REUSE = 4,
	TCPWARD_CORE_SYN_FLAGS_REFUSED = 8,
	TCPWARD_CORE_SYN_FLAGS_HIGHER = 16,
};

/**
 * enum tcpward_reason
 * @TCPWARD_REASON_NONE: - | - | none Nothing to say. Nothing to say.
 * @TCPWARD_REASON_BAD_HEADER_LENGTH: R1 | RFC 9293 3.1 | drop The TCP header
 *   is shorter than 20 bytes or longer than the datagram. A damaged packet or
 *   a broken network card driver.
 * @TCPWARD_REASON_BAD_CHECKSUM: R2 | RFC 9293 3.1 | drop The checksum does not
 *   match the segment; its receiver would discard it. Damage on the way, or a
 *   device that reports unfinished checksums as complete.
 * @TCPWARD_REASON_NO_USEFUL_FLAG: R3 | RFC 9293 3.10.7.4 | drop Neither SYN,
 *   RST nor ACK is set; every state discards such a segment. None known; port
 *   scanners send these.
 * @TCPWARD_REASON_SYN_AND_FIN: R4 | RFC 9293 3.10.7.2 | drop SYN and FIN are
 *   set together. None in use; only the historic T/TCP variant combined them.
 * @TCPWARD_REASON_SYN_AND_RST: R5 | RFC 9293 3.10.7 | drop SYN and RST are set
 *   together. None known; no stack sends the pair.
 * @TCPWARD_REASON_FIN_AND_RST: R6 | RFC 9293 3.10.7 | drop FIN and RST are set
 *   together. None known; no stack sends the pair.
 * @TCPWARD_REASON_URGENT_ODD: R12 | RFC 9293 3.8.5 | flag URG with an urgent
 *   pointer of 0, or after the sender's own FIN. An old application that uses
 *   urgent data loosely.
 * @TCPWARD_REASON_BROKEN_OPTIONS: R13 | RFC 9293 3.2 | flag The option list
 *   breaks off: a length of 0 or 1, or past the end of the header. A middle
 *   box that rewrote options badly.
 * @TCPWARD_REASON_MISPLACED_OPTION: R15 | RFC 7323 2.2 | flag MSS, window
 *   scale or SACK-permitted outside a SYN; ignored. A sloppy stack or a test
 *   tool.
 * @TCPWARD_REASON_SAME_SOCKET: R16 | RFC 9293 3.5 | drop Source and
 *   destination are the same socket, received from a network. None on a
 *   network; on loopback a self-connect is legal and passes.
 * @TCPWARD_REASON_TRUNCATED_HEADER: R17 | RFC 791 | drop A fragment or packet
 *   does not hold the whole TCP header. None known; fragments this small only
 *   serve evasion.
 * @TCPWARD_REASON_WRONG_THIRD_STEP_ACK: R23 | RFC 9293 3.10.7.4 | drop The
 *   third step acknowledges a number that the server never offered. A server
 *   that restarted between the steps; the client tries again.
 * @TCPWARD_REASON_WRONG_THIRD_STEP_SEQ: R23 | RFC 9293 3.10.7.4 | drop The
 *   third step carries a sequence number outside the server's window. None
 *   known; a blind third step looks like this.
 * @TCPWARD_REASON_ACK_UNSENT: R24 | RFC 9293 3.10.7.4 | drop Acknowledges data
 *   that the peer has not sent. Segments that took another path around this
 *   machine.
 * @TCPWARD_REASON_ACKED_UNSEEN: R24 | RFC 9293 3.10.7.4 | flag Acknowledges
 *   data that was not seen here; believed, because the view is that of an
 *   observer. Segments missing from the capture.
 * @TCPWARD_REASON_ACK_TOO_OLD: R25 | RFC 5961 5.2 | drop The acknowledgement
 *   lies more than a window below what was already acknowledged. None known; a
 *   blind segment looks like this.
 * @TCPWARD_REASON_SYNACK_REPEAT: R21 | RFC 9293 3.8.3 | quiet The server
 *   repeats its SYN+ACK after the third step was seen. The third step was lost
 *   beyond this machine.
 * @TCPWARD_REASON_SPLIT_HANDSHAKE: R28 | RFC 9293 3.10.7.3 | quiet The server
 *   answers a SYN with a bare ACK, as in a split handshake. A peculiar stack;
 *   the opener discards this ACK.
 * @TCPWARD_REASON_SPLIT_OPEN: R28 | RFC 9293 3.10.7.3 | flag The connection
 *   opens by a split handshake, SYN against SYN. A peculiar stack, or a test
 *   of middle boxes.
 * @TCPWARD_REASON_BLIND_SYNACK: R34 | RFC 9293 3.10.7.3 | drop A SYN+ACK
 *   acknowledges no SYN that is waiting. The SYN was sent before tracking
 *   began, or took another path.
 * @TCPWARD_REASON_SYNACK_WITHOUT_SYN: R36 | RFC 9293 3.10.7.1 | drop A SYN+ACK
 *   without any SYN before it. Backscatter of somebody else's attack, or the
 *   SYN took another path.
 * @TCPWARD_REASON_LATE_SYNACK: R37 | RFC 9293 3.10.7.4 | drop A SYN+ACK with
 *   another number on a connection that is already open. A stateless server
 *   (SYN cookies) that answered twice; the first answer was taken.
 * @TCPWARD_REASON_SYNACK_CANDIDATE: R37 | RFC 9293 3.5.1 | quiet A SYN+ACK
 *   answers a SYN that is pending beside a live connection. Both ends
 *   restarted and open anew from the same ports.
 * @TCPWARD_REASON_DATA_BEFORE_HANDSHAKE: R38 | RFC 9293 3.10.7.2 | drop Data,
 *   FIN or ACK before the peer has sent anything to acknowledge. The answer of
 *   the server took another path.
 * @TCPWARD_REASON_EARLY_SERVER_DATA: R38 | RFC 9293 3.10.7.2 | flag The server
 *   sends data before its handshake is confirmed, without fast open. The third
 *   step was lost before this machine.
 * @TCPWARD_REASON_RESET_OPEN_BAD_ECHO: R40 | RFC 7323 3.2 | quiet A RST
 *   refuses the open, but echoes a timestamp that was never sent. A stack that
 *   fills in timestamps carelessly.
 * @TCPWARD_REASON_BLIND_RESET_OPEN: R41 | RFC 9293 3.10.7.3 | drop A RST
 *   against a SYN without acknowledging that SYN. None known; a blind reset
 *   looks like this.
 * @TCPWARD_REASON_WINDOW_SCALE_CLAMPED: R44 | RFC 7323 2.3 | flag A window
 *   scale above 14 was offered; 14 is used. A wrongly configured stack.
 * @TCPWARD_REASON_RIGHT_OF_WINDOW: R46 | RFC 9293 3.4 | drop The segment lies
 *   beyond every window that its receiver ever offered. None known; a blind
 *   segment looks like this.
 * @TCPWARD_REASON_STRADDLES_WINDOW: R47 | RFC 9293 3.10.7.4 | flag The segment
 *   begins inside and ends beyond the offered window; its receiver trims it.
 *   The receiver shrank its window.
 * @TCPWARD_REASON_FAR_BELOW_WINDOW: R50 | RFC 9293 3.4 | drop The segment lies
 *   more than a whole window below what was acknowledged. A duplicate that was
 *   stuck in the network for very long.
 * @TCPWARD_REASON_BELOW_WINDOW: R49 | RFC 9293 3.4 | quiet The segment lies
 *   below the window, too low to be tracked but not impossible. A late
 *   retransmission.
 * @TCPWARD_REASON_NO_RECORD: R62 | RFC 9293 3.10.7.1 | drop A segment that
 *   belongs to no known connection. The connection is older than the tracker,
 *   or its record expired.
 * @TCPWARD_REASON_PICKED_UP: R62 | RFC 5382 7 | flag A connection was adopted
 *   in the middle. The connection is older than the tracker.
 * @TCPWARD_REASON_ONE_WAY: R63 | RFC 9293 3.10.7.3 | flag Only one direction
 *   of the connection is seen. The other direction takes another path.
 * @TCPWARD_REASON_MID_RESET: R62 | RFC 9293 3.5.3 | quiet A RST on a
 *   connection adopted in the middle that cannot be checked yet. The
 *   connection is older than the tracker.
 * @TCPWARD_REASON_MID_SYNACK: R62 | RFC 9293 3.10.7.4 | quiet A SYN+ACK on a
 *   connection adopted in the middle. The connection is older than the
 *   tracker.
 * @TCPWARD_REASON_RESET_BETWEEN: R66 | RFC 9293 3.5.3 | quiet A RST between
 *   what was acknowledged and what was sent; the endpoint decides. The answer
 *   to an older segment, or data is still on its way.
 * @TCPWARD_REASON_RESET_IN_WINDOW: R67 | RFC 5961 3.2 | quiet A RST inside the
 *   window, but with a number never sent; the endpoint answers with a
 *   challenge ACK. Data before it was lost on the way to this machine.
 * @TCPWARD_REASON_RESET_RATE: R67 | RFC 5961 5 | drop More than ten doubtful
 *   RSTs in one second on one connection. None known; a blind reset attack
 *   looks like this.
 * @TCPWARD_REASON_RESET_OUT_OF_WINDOW: R68 | RFC 5961 3.2 | drop A RST outside
 *   the window; its receiver ignores it. A very late answer to an old segment.
 * @TCPWARD_REASON_RESET_REFUSES_PENDING: R68 | RFC 9293 3.10.7.3 | quiet A RST
 *   refuses a SYN that is pending beside a live connection. The peer lost its
 *   state and refuses the new opening.
 * @TCPWARD_REASON_RESET_CROSSED_CLOSE: R78 | RFC 9293 3.6.1 | quiet A RST
 *   after the sender's close carries a number that its peer has just passed.
 *   The RST answers an older segment; an exact one follows.
 * @TCPWARD_REASON_RESET_STRAY_ACK: R72 | RFC 9293 3.5.3 | flag A RST
 *   acknowledges data that was never sent; judged by its sequence number
 *   alone. A careless stack.
 * @TCPWARD_REASON_RESET_UNDONE: R71 | RFC 5961 3 | flag Both ends go on after
 *   a RST: it was forged or never arrived; the connection is followed again. A
 *   forged RST that only this machine believed.
 * @TCPWARD_REASON_SYN_ON_LIVE: R74, R75, R77 | RFC 5961 4.2 | quiet A SYN with
 *   a new number on a live connection. One end restarted and uses the same
 *   port again.
 * @TCPWARD_REASON_SYN_RATE: R75 | RFC 5961 5 | drop More than ten SYNs in one
 *   second on one live connection. None known; a blind SYN attack looks like
 *   this.
 * @TCPWARD_REASON_CHALLENGE_UNKNOWN: R74 | RFC 5961 4.2 | quiet A bare ACK
 *   answers a SYN of which the number is not acknowledged: the peer holds an
 *   older connection. The opener restarted; the peer still lives in the old
 *   connection.
 * @TCPWARD_REASON_CHALLENGE_RESET: R74 | RFC 9293 3.5.1 | quiet A RST of the
 *   opener in answer to a challenge ACK of an older connection. The opener
 *   restarted and clears the old connection.
 * @TCPWARD_REASON_CHALLENGE_RATE: R75 | RFC 5961 5 | drop More than ten
 *   challenge ACKs or their RSTs in one second on one opening. None known.
 * @TCPWARD_REASON_STALE_SYN: R76 | RFC 9293 3.5 | drop A late copy of the SYN
 *   that opened this connection; nobody needs it. The SYN was stuck in the
 *   network while its retransmission won.
 * @TCPWARD_REASON_SYN_REPEAT: R26, R28 | RFC 9293 3.5 | quiet A repeated SYN
 *   of a simultaneous or split open. The answer was lost.
 * @TCPWARD_REASON_RESET_WITHOUT_RECORD: R80 | RFC 9293 3.10.7.1 | drop A RST
 *   that belongs to no known connection. A late answer after the record ended.
 * @TCPWARD_REASON_DATA_AFTER_FIN: R86 | RFC 9293 3.10.2 | drop Sequence
 *   numbers beyond the FIN of the sender. None known; nothing may follow a
 *   FIN.
 * @TCPWARD_REASON_DIFFERENT_FIN: R87 | RFC 9293 3.10.4 | drop A FIN at a
 *   position that contradicts what was sent before. None known; a blind FIN
 *   looks like this.
 * @TCPWARD_REASON_FIN_OUT_OF_WINDOW: R88 | RFC 9293 3.4 | drop A FIN outside
 *   the window. None known; a blind FIN looks like this.
 * @TCPWARD_REASON_REUSE_TOO_OLD: R94 | RFC 6191 2 | drop A SYN into TIME-WAIT
 *   of which neither timestamp nor sequence number is newer than the old
 *   connection. Another host behind the same address; its retransmission
 *   passes.
 * @TCPWARD_REASON_SYN_REUSE: R98 | RFC 9293 3.6.1 | quiet A SYN while the old
 *   connection is still closing. The last segments were lost and the port is
 *   used again.
 * @TCPWARD_REASON_RESET_IN_TIME_WAIT: R97 | RFC 1337 3 | drop A RST against
 *   the holder of TIME-WAIT that is not exact, or that the configuration
 *   forbids. A late answer to an old segment.
 * @TCPWARD_REASON_OLD_INCARNATION: R100 | RFC 9293 3.4.3 | drop A segment of
 *   the former connection between the same sockets. A duplicate stuck in the
 *   network.
 * @TCPWARD_REASON_SHADOW_SEGMENT: R100 | RFC 9293 3.4.3 | quiet A segment that
 *   fits only the former connection while the new one is opening. The peer has
 *   not yet seen that the port is used again.
 * @TCPWARD_REASON_ECHO_MISMATCH: R101 | RFC 7323 3.2 | flag A SYN+ACK echoes a
 *   timestamp that no SYN carried. A SYN proxy or a careless stack.
 * @TCPWARD_REASON_TIMESTAMP_MISSING: R102 | RFC 7323 3.2 | flag A segment
 *   without the timestamp option that both ends agreed on. A stack or middle
 *   box that drops the option.
 * @TCPWARD_REASON_PAWS: R103 | RFC 7323 5.3 | drop The timestamp is older than
 *   one already taken: a segment from the past. A duplicate stuck in the
 *   network for longer than the allowed slack.
 * @TCPWARD_REASON_SACK_ODD: R107 | RFC 2018 3 | flag A SACK block without
 *   agreement, reversed or beyond what was sent; ignored. A middle box that
 *   rewrites sequence numbers but not SACK.
 * @TCPWARD_REASON_AUTH_UNVERIFIED: R108 | RFC 5925 7.3 | flag A segment
 *   without the authentication option that both SYNs carried. A middle box
 *   that removes options.
 * @TCPWARD_REASON_AUTH_MISSING: R108 | RFC 5925 7.3 | drop A RST or SYN
 *   without the authentication option that both SYNs carried. None known; its
 *   receiver discards it.
 * @TCPWARD_REASON_PORT_ZERO: R117 | RFC 9293 3.1 | flag A segment from or to
 *   port 0. Rare but legal.
 * @TCPWARD_REASON_MULTICAST: R117 | RFC 9293 3.9.2.3 | drop A SYN to a
 *   broadcast or multicast address. None known; TCP has exactly two ends.
 * @TCPWARD_REASON_SCALE_UNKNOWN: R118 | RFC 7323 2.2 | flag The SYNs were not
 *   seen; windows are read with the largest scale. The connection is older
 *   than the tracker.
 * @TCPWARD_REASON_OUT_OF_MEMORY: R110 | RFC 9293 3.4 | quiet No memory for
 *   what this segment would have to be remembered by; forwarded untracked.
 *   Memory pressure on this machine.
 * @TCPWARD_REASON_TABLE_FULL: R43 | RFC 4987 3 | drop No place for another
 *   record, and the configuration says to drop. A flood, or a table too small
 *   for the load.
 * @TCPWARD_REASON_UNTRACKED: R43 | RFC 4987 3 | flag No place for another
 *   record; forwarded without one. A flood, or a table too small for the load.
 */
enum tcpward_reason {
	TCPWARD_REASON_NONE,
	TCPWARD_REASON_BAD_HEADER_LENGTH,
	TCPWARD_REASON_BAD_CHECKSUM,
	TCPWARD_REASON_NO_USEFUL_FLAG,
	TCPWARD_REASON_SYN_AND_FIN,
	TCPWARD_REASON_SYN_AND_RST,
	TCPWARD_REASON_FIN_AND_RST,
	TCPWARD_REASON_URGENT_ODD,
	TCPWARD_REASON_BROKEN_OPTIONS,
	TCPWARD_REASON_MISPLACED_OPTION,
	TCPWARD_REASON_SAME_SOCKET,
	TCPWARD_REASON_TRUNCATED_HEADER,
	TCPWARD_REASON_WRONG_THIRD_STEP_ACK,
	TCPWARD_REASON_WRONG_THIRD_STEP_SEQ,
	TCPWARD_REASON_ACK_UNSENT,
	TCPWARD_REASON_ACKED_UNSEEN,
	TCPWARD_REASON_ACK_TOO_OLD,
	TCPWARD_REASON_SYNACK_REPEAT,
	TCPWARD_REASON_SPLIT_HANDSHAKE,
	TCPWARD_REASON_SPLIT_OPEN,
	TCPWARD_REASON_BLIND_SYNACK,
	TCPWARD_REASON_SYNACK_WITHOUT_SYN,
	TCPWARD_REASON_LATE_SYNACK,
	TCPWARD_REASON_SYNACK_CANDIDATE,
	TCPWARD_REASON_DATA_BEFORE_HANDSHAKE,
	TCPWARD_REASON_EARLY_SERVER_DATA,
	TCPWARD_REASON_RESET_OPEN_BAD_ECHO,
	TCPWARD_REASON_BLIND_RESET_OPEN,
	TCPWARD_REASON_WINDOW_SCALE_CLAMPED,
	TCPWARD_REASON_RIGHT_OF_WINDOW,
	TCPWARD_REASON_STRADDLES_WINDOW,
	TCPWARD_REASON_FAR_BELOW_WINDOW,
	TCPWARD_REASON_BELOW_WINDOW,
	TCPWARD_REASON_NO_RECORD,
	TCPWARD_REASON_PICKED_UP,
	TCPWARD_REASON_ONE_WAY,
	TCPWARD_REASON_MID_RESET,
	TCPWARD_REASON_MID_SYNACK,
	TCPWARD_REASON_RESET_BETWEEN,
	TCPWARD_REASON_RESET_IN_WINDOW,
	TCPWARD_REASON_RESET_RATE,
	TCPWARD_REASON_RESET_OUT_OF_WINDOW,
	TCPWARD_REASON_RESET_REFUSES_PENDING,
	TCPWARD_REASON_RESET_CROSSED_CLOSE,
	TCPWARD_REASON_RESET_STRAY_ACK,
	TCPWARD_REASON_RESET_UNDONE,
	TCPWARD_REASON_SYN_ON_LIVE,
	TCPWARD_REASON_SYN_RATE,
	TCPWARD_REASON_CHALLENGE_UNKNOWN,
	TCPWARD_REASON_CHALLENGE_RESET,
	TCPWARD_REASON_CHALLENGE_RATE,
	TCPWARD_REASON_STALE_SYN,
	TCPWARD_REASON_SYN_REPEAT,
	TCPWARD_REASON_RESET_WITHOUT_RECORD,
	TCPWARD_REASON_DATA_AFTER_FIN,
	TCPWARD_REASON_DIFFERENT_FIN,
	TCPWARD_REASON_FIN_OUT_OF_WINDOW,
	TCPWARD_REASON_REUSE_TOO_OLD,
	TCPWARD_REASON_SYN_REUSE,
	TCPWARD_REASON_RESET_IN_TIME_WAIT,
	TCPWARD_REASON_OLD_INCARNATION,
	TCPWARD_REASON_SHADOW_SEGMENT,
	TCPWARD_REASON_ECHO_MISMATCH,
	TCPWARD_REASON_TIMESTAMP_MISSING,
	TCPWARD_REASON_PAWS,
	TCPWARD_REASON_SACK_ODD,
	TCPWARD_REASON_AUTH_UNVERIFIED,
	TCPWARD_REASON_AUTH_MISSING,
	TCPWARD_REASON_PORT_ZERO,
	TCPWARD_REASON_MULTICAST,
	TCPWARD_REASON_SCALE_UNKNOWN,
	TCPWARD_REASON_OUT_OF_MEMORY,
	TCPWARD_REASON_TABLE_FULL,
	TCPWARD_REASON_UNTRACKED,

	/* private: */
	__TCPWARD_REASON_MAX,
	TCPWARD_REASON_MAX = (__TCPWARD_REASON_MAX - 1)
};

enum {
	TCPWARD_A_ENDPOINT_ADDR = 1,
	TCPWARD_A_ENDPOINT_PORT,
	TCPWARD_A_ENDPOINT_STATE,
	TCPWARD_A_ENDPOINT_SEGMENTS,
	TCPWARD_A_ENDPOINT_PAD,
	TCPWARD_A_ENDPOINT_BYTES,
	TCPWARD_A_ENDPOINT_RETRANSMITTED,
	TCPWARD_A_ENDPOINT_ISS,
	TCPWARD_A_ENDPOINT_NXT,
	TCPWARD_A_ENDPOINT_UNA,
	TCPWARD_A_ENDPOINT_EDGE,
	TCPWARD_A_ENDPOINT_MAX_WINDOW_BYTES,
	TCPWARD_A_ENDPOINT_WINDOW_SCALE,
	TCPWARD_A_ENDPOINT_OPTIONS,
	TCPWARD_A_ENDPOINT_TSRECENT,

	__TCPWARD_A_ENDPOINT_MAX
};
#define TCPWARD_A_ENDPOINT_MAX (__TCPWARD_A_ENDPOINT_MAX - 1)

enum {
	TCPWARD_A_RECORD_SIDE = 1,
	TCPWARD_A_RECORD_STATE,
	TCPWARD_A_RECORD_OFFSET_MS,

	__TCPWARD_A_RECORD_MAX
};
#define TCPWARD_A_RECORD_MAX (__TCPWARD_A_RECORD_MAX - 1)

enum {
	TCPWARD_A_FILTER_FAMILY = 1,
	TCPWARD_A_FILTER_ADDR,
	TCPWARD_A_FILTER_PREFIX_LEN,
	TCPWARD_A_FILTER_PORT,
	TCPWARD_A_FILTER_STATES,
	TCPWARD_A_FILTER_REASON,
	TCPWARD_A_FILTER_ID,

	__TCPWARD_A_FILTER_MAX
};
#define TCPWARD_A_FILTER_MAX (__TCPWARD_A_FILTER_MAX - 1)

enum {
	TCPWARD_A_CORE_END_ISS = 1,
	TCPWARD_A_CORE_END_NXT,
	TCPWARD_A_CORE_END_UNA,
	TCPWARD_A_CORE_END_EDGE,
	TCPWARD_A_CORE_END_FIN,
	TCPWARD_A_CORE_END_DEND,
	TCPWARD_A_CORE_END_MAX_WINDOW_BYTES,
	TCPWARD_A_CORE_END_TSRECENT,
	TCPWARD_A_CORE_END_TSRECENT_AGE_S,
	TCPWARD_A_CORE_END_TS_REF,
	TCPWARD_A_CORE_END_TS_REF_AGE_MS,
	TCPWARD_A_CORE_END_FLAGS,
	TCPWARD_A_CORE_END_WINDOW_SCALE,
	TCPWARD_A_CORE_END_STATE,

	__TCPWARD_A_CORE_END_MAX
};
#define TCPWARD_A_CORE_END_MAX (__TCPWARD_A_CORE_END_MAX - 1)

enum {
	TCPWARD_A_CORE_CONN_LOWER = 1,
	TCPWARD_A_CORE_CONN_HIGHER,
	TCPWARD_A_CORE_CONN_PAD,
	TCPWARD_A_CORE_CONN_EXPIRES_MS,
	TCPWARD_A_CORE_CONN_KIND,
	TCPWARD_A_CORE_CONN_CLIENT,
	TCPWARD_A_CORE_CONN_FLAGS,
	TCPWARD_A_CORE_CONN_RST_BY,
	TCPWARD_A_CORE_CONN_CLOSED_BY,

	__TCPWARD_A_CORE_CONN_MAX
};
#define TCPWARD_A_CORE_CONN_MAX (__TCPWARD_A_CORE_CONN_MAX - 1)

enum {
	TCPWARD_A_CORE_SYN_ISS = 1,
	TCPWARD_A_CORE_SYN_END,
	TCPWARD_A_CORE_SYN_TSVAL,
	TCPWARD_A_CORE_SYN_AGE_MS,
	TCPWARD_A_CORE_SYN_WINDOW,
	TCPWARD_A_CORE_SYN_WINDOW_SCALE,
	TCPWARD_A_CORE_SYN_FLAGS,
	TCPWARD_A_CORE_SYN_OPTIONS,

	__TCPWARD_A_CORE_SYN_MAX
};
#define TCPWARD_A_CORE_SYN_MAX (__TCPWARD_A_CORE_SYN_MAX - 1)

enum {
	TCPWARD_A_CORE_SYNACK_ISS = 1,
	TCPWARD_A_CORE_SYNACK_ACK,
	TCPWARD_A_CORE_SYNACK_TSVAL,
	TCPWARD_A_CORE_SYNACK_WINDOW,
	TCPWARD_A_CORE_SYNACK_WINDOW_SCALE,
	TCPWARD_A_CORE_SYNACK_FLAGS,
	TCPWARD_A_CORE_SYNACK_OPTIONS,
	TCPWARD_A_CORE_SYNACK_ANSWERS,
	TCPWARD_A_CORE_SYNACK_ORDER,

	__TCPWARD_A_CORE_SYNACK_MAX
};
#define TCPWARD_A_CORE_SYNACK_MAX (__TCPWARD_A_CORE_SYNACK_MAX - 1)

enum {
	TCPWARD_A_CORE_EXT_SYN = 1,
	TCPWARD_A_CORE_EXT_SYNACK,
	TCPWARD_A_CORE_EXT_SHADOW,
	TCPWARD_A_CORE_EXT_PAD,
	TCPWARD_A_CORE_EXT_SHADOW_LEFT_MS,
	TCPWARD_A_CORE_EXT_STALE_AGE_MS,
	TCPWARD_A_CORE_EXT_STALE_SEQ,
	TCPWARD_A_CORE_EXT_CHALLENGE_ACK,
	TCPWARD_A_CORE_EXT_LIMIT_AGE_S,
	TCPWARD_A_CORE_EXT_LIMIT_SYNS,
	TCPWARD_A_CORE_EXT_LIMIT_RSTS,
	TCPWARD_A_CORE_EXT_LIMIT_ACKS,
	TCPWARD_A_CORE_EXT_SHADOW_RULE,
	TCPWARD_A_CORE_EXT_STALE,
	TCPWARD_A_CORE_EXT_CHALLENGED,
	TCPWARD_A_CORE_EXT_SYNACKS,

	__TCPWARD_A_CORE_EXT_MAX
};
#define TCPWARD_A_CORE_EXT_MAX (__TCPWARD_A_CORE_EXT_MAX - 1)

enum {
	TCPWARD_A_CONN_ID = 1,
	TCPWARD_A_CONN_PAD,
	TCPWARD_A_CONN_FAMILY,
	TCPWARD_A_CONN_CLIENT,
	TCPWARD_A_CONN_SERVER,
	TCPWARD_A_CONN_KIND,
	TCPWARD_A_CONN_CLOSED_BY,
	TCPWARD_A_CONN_AGE_MS,
	TCPWARD_A_CONN_IDLE_MS,
	TCPWARD_A_CONN_EXPIRES_MS,
	TCPWARD_A_CONN_HANDSHAKE_RTT_US,
	TCPWARD_A_CONN_QUIET,
	TCPWARD_A_CONN_DROPPED,
	TCPWARD_A_CONN_LAST_REASON,
	TCPWARD_A_CONN_RECORD,
	TCPWARD_A_CONN_FILTER,
	TCPWARD_A_CONN_PENDING_SYNS,
	TCPWARD_A_CONN_SHADOW,
	TCPWARD_A_CONN_FULL,
	TCPWARD_A_CONN_CORE,
	TCPWARD_A_CONN_EXT,
	TCPWARD_A_CONN_BRIEF,
	TCPWARD_A_CONN_FORGOTTEN,

	__TCPWARD_A_CONN_MAX
};
#define TCPWARD_A_CONN_MAX (__TCPWARD_A_CONN_MAX - 1)

enum {
	TCPWARD_A_CONFIG_MODE = 1,
	TCPWARD_A_CONFIG_PLACEMENT,
	TCPWARD_A_CONFIG_PICKUP,
	TCPWARD_A_CONFIG_VIEW,
	TCPWARD_A_CONFIG_MAX_CONNECTIONS,
	TCPWARD_A_CONFIG_MAX_HALF_OPEN,
	TCPWARD_A_CONFIG_WHEN_FULL,
	TCPWARD_A_CONFIG_MSL_MS,
	TCPWARD_A_CONFIG_TIMEOUT_SYN_MS,
	TCPWARD_A_CONFIG_TIMEOUT_HALF_OPEN_MS,
	TCPWARD_A_CONFIG_TIMEOUT_ESTABLISHED_MS,
	TCPWARD_A_CONFIG_TIMEOUT_CLOSING_MS,
	TCPWARD_A_CONFIG_TIMEOUT_RESET_MS,
	TCPWARD_A_CONFIG_TW_STALE_SYN,
	TCPWARD_A_CONFIG_TW_RST,
	TCPWARD_A_CONFIG_SYN_LIVE,
	TCPWARD_A_CONFIG_RST_INEXACT,
	TCPWARD_A_CONFIG_TS_MISSING,
	TCPWARD_A_CONFIG_PAWS,
	TCPWARD_A_CONFIG_PAWS_SLACK_MS,
	TCPWARD_A_CONFIG_CSUM,
	TCPWARD_A_CONFIG_ABI,
	TCPWARD_A_CONFIG_ENFORCING_MS,
	TCPWARD_A_CONFIG_PAD,
	TCPWARD_A_CONFIG_ACTION,
	TCPWARD_A_CONFIG_MARK,
	TCPWARD_A_CONFIG_SKIP_MARK,
	TCPWARD_A_CONFIG_ADOPT_MS,
	TCPWARD_A_CONFIG_PRESSED_MS,

	__TCPWARD_A_CONFIG_MAX
};
#define TCPWARD_A_CONFIG_MAX (__TCPWARD_A_CONFIG_MAX - 1)

enum {
	TCPWARD_A_HISTOGRAM_BUCKET = 1,

	__TCPWARD_A_HISTOGRAM_MAX
};
#define TCPWARD_A_HISTOGRAM_MAX (__TCPWARD_A_HISTOGRAM_MAX - 1)

enum {
	TCPWARD_A_STATS_PAD = 1,
	TCPWARD_A_STATS_VERSION,
	TCPWARD_A_STATS_ABI,
	TCPWARD_A_STATS_CONNECTIONS,
	TCPWARD_A_STATS_HALF_OPEN,
	TCPWARD_A_STATS_SEGMENTS,
	TCPWARD_A_STATS_PASSED,
	TCPWARD_A_STATS_QUIET,
	TCPWARD_A_STATS_DROPPED,
	TCPWARD_A_STATS_FLAGGED,
	TCPWARD_A_STATS_UNTRACKED,
	TCPWARD_A_STATS_EVENTS_LOST,
	TCPWARD_A_STATS_OPENED,
	TCPWARD_A_STATS_ENDED,
	TCPWARD_A_STATS_EVICTED,
	TCPWARD_A_STATS_IN_STATE,
	TCPWARD_A_STATS_SERVER_IN_STATE,
	TCPWARD_A_STATS_ENTERED,
	TCPWARD_A_STATS_HANDSHAKE_RTT_US,
	TCPWARD_A_STATS_LIFETIME_MS,
	TCPWARD_A_STATS_EXTRAS,
	TCPWARD_A_STATS_RECORD_BYTES,

	__TCPWARD_A_STATS_MAX
};
#define TCPWARD_A_STATS_MAX (__TCPWARD_A_STATS_MAX - 1)

enum {
	TCPWARD_A_REASONS_REASON = 1,
	TCPWARD_A_REASONS_NAME,
	TCPWARD_A_REASONS_CLASS,
	TCPWARD_A_REASONS_RULE,
	TCPWARD_A_REASONS_SOURCE,
	TCPWARD_A_REASONS_SEEN,
	TCPWARD_A_REASONS_INNOCENT,
	TCPWARD_A_REASONS_PAD,
	TCPWARD_A_REASONS_COUNT,
	TCPWARD_A_REASONS_ABI,

	__TCPWARD_A_REASONS_MAX
};
#define TCPWARD_A_REASONS_MAX (__TCPWARD_A_REASONS_MAX - 1)

enum {
	TCPWARD_A_SEGMENT_SEQUENCE = 1,
	TCPWARD_A_SEGMENT_TIME_US,
	TCPWARD_A_SEGMENT_PAD,
	TCPWARD_A_SEGMENT_ID,
	TCPWARD_A_SEGMENT_FAMILY,
	TCPWARD_A_SEGMENT_CLIENT,
	TCPWARD_A_SEGMENT_SERVER,
	TCPWARD_A_SEGMENT_SIDE,
	TCPWARD_A_SEGMENT_FLAGS,
	TCPWARD_A_SEGMENT_SEQ,
	TCPWARD_A_SEGMENT_ACK,
	TCPWARD_A_SEGMENT_LENGTH_BYTES,
	TCPWARD_A_SEGMENT_WINDOW,
	TCPWARD_A_SEGMENT_WINDOW_SCALE,
	TCPWARD_A_SEGMENT_MSS,
	TCPWARD_A_SEGMENT_TSVAL,
	TCPWARD_A_SEGMENT_TSECR,
	TCPWARD_A_SEGMENT_SACK,
	TCPWARD_A_SEGMENT_RETRANSMISSION,
	TCPWARD_A_SEGMENT_VERDICT,
	TCPWARD_A_SEGMENT_REASON,
	TCPWARD_A_SEGMENT_FLAG,
	TCPWARD_A_SEGMENT_FIELD,
	TCPWARD_A_SEGMENT_LOW,
	TCPWARD_A_SEGMENT_HIGH,
	TCPWARD_A_SEGMENT_SEEN,
	TCPWARD_A_SEGMENT_OBSERVED,

	__TCPWARD_A_SEGMENT_MAX
};
#define TCPWARD_A_SEGMENT_MAX (__TCPWARD_A_SEGMENT_MAX - 1)

enum {
	TCPWARD_A_TRANSITION_SEQUENCE = 1,
	TCPWARD_A_TRANSITION_TIME_US,
	TCPWARD_A_TRANSITION_PAD,
	TCPWARD_A_TRANSITION_ID,
	TCPWARD_A_TRANSITION_FAMILY,
	TCPWARD_A_TRANSITION_CLIENT,
	TCPWARD_A_TRANSITION_SERVER,
	TCPWARD_A_TRANSITION_SIDE,
	TCPWARD_A_TRANSITION_FROM,
	TCPWARD_A_TRANSITION_TO,
	TCPWARD_A_TRANSITION_EVENT,
	TCPWARD_A_TRANSITION_CLOSED_BY,
	TCPWARD_A_TRANSITION_EXPIRES_MS,

	__TCPWARD_A_TRANSITION_MAX
};
#define TCPWARD_A_TRANSITION_MAX (__TCPWARD_A_TRANSITION_MAX - 1)

enum {
	TCPWARD_A_TRACE_FILTER = 1,

	__TCPWARD_A_TRACE_MAX
};
#define TCPWARD_A_TRACE_MAX (__TCPWARD_A_TRACE_MAX - 1)

enum {
	TCPWARD_CMD_CONN_GET = 1,
	TCPWARD_CMD_CONN_DEL,
	TCPWARD_CMD_CONFIG_GET,
	TCPWARD_CMD_CONFIG_SET,
	TCPWARD_CMD_STATS_GET,
	TCPWARD_CMD_REASON_GET,
	TCPWARD_CMD_TRACE_START,
	TCPWARD_CMD_SEGMENT_NTF,
	TCPWARD_CMD_VERDICT_NTF,
	TCPWARD_CMD_TRANSITION_NTF,
	TCPWARD_CMD_CONN_RESTORE,

	__TCPWARD_CMD_MAX
};
#define TCPWARD_CMD_MAX (__TCPWARD_CMD_MAX - 1)

#define TCPWARD_MCGRP_TRANSITIONS	"transitions"
#define TCPWARD_MCGRP_VERDICTS		"verdicts"

#endif /* _UAPI_LINUX_TCPWARD_H */
