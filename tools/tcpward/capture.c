// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the frames of a capture file and finds the TCP segment in each. Owns
 * the file and the count of frames; never looks at sequence numbers.
 */
#include "capture_parts.h"

#include "core/core.h"

#include <stdlib.h>
#include <string.h>

struct capture {
	pcap_t *pcap;
	struct capture_frags *frags;
	int link;
	uint64_t frames;
	uint64_t cut;
};

static bool link_fits(pcap_t *pcap, char error[CAPTURE_ERROR_TEXT])
{
	int link = pcap_datalink(pcap);
	const char *name = pcap_datalink_val_to_name(link);

	if (capture_link_known(link))
		return true;
	snprintf(error, CAPTURE_ERROR_TEXT,
		 "unknown link type %d (%s): Ethernet, FDDI, null, loop, raw IP and Linux cooked are known",
		 link, name ? name : "without a name");
	return false;
}

struct capture *capture_open(FILE *file, char error[CAPTURE_ERROR_TEXT])
{
	struct capture *cap = calloc(1, sizeof(*cap));
	struct capture_frags *frags = capture_frags_new();
	pcap_t *pcap = NULL;

	if (cap && frags)
		pcap = pcap_fopen_offline(file, error);
	else
		snprintf(error, CAPTURE_ERROR_TEXT, "out of memory");
	if (!pcap) {
		fclose(file);
		goto free_both;
	}
	if (!link_fits(pcap, error))
		goto close_pcap;
	cap->frags = frags;
	cap->pcap = pcap;
	cap->link = pcap_datalink(pcap);
	return cap;

close_pcap:
	pcap_close(pcap);
free_both:
	capture_frags_free(frags);
	free(cap);
	return NULL;
}

void capture_close(struct capture *cap)
{
	pcap_close(cap->pcap);
	capture_frags_free(cap->frags);
	free(cap);
}

static enum capture_content frame_content(struct capture *cap,
					  const struct pcap_pkthdr *header,
					  const uint8_t *data,
					  struct capture_segment *seg)
{
	struct capture_packet packet = {
		.data = data,
		.len = header->caplen,
		.wire = header->len > header->caplen ? header->len :
						       header->caplen,
	};
	struct capture_fragment frag = {};
	enum capture_content content;

	if (!capture_link_skip(cap->link, &packet))
		return CONTENT_OTHER;
	*seg = (struct capture_segment){
		.frame = cap->frames,
		.time_us = (uint64_t)header->ts.tv_sec * 1000000 +
			   header->ts.tv_usec,
		.loopback = packet.loopback,
	};
	content = capture_ip(&packet, seg, &frag);
	if (content == CONTENT_TCP_FRAGMENT &&
	    capture_frags_add(cap->frags, &frag, seg))
		content = CONTENT_TCP;
	return content;
}

/*
 * A datagram too short for a TCP header is judged (R1) as long as its ports
 * were captured; a header that the capture cut off is not.
 */
static bool read_ports(struct capture_segment *seg)
{
	uint32_t need = seg->total < CAPTURE_TCP_HEADER ? 4 :
							  CAPTURE_TCP_HEADER;

	if (seg->avail < need)
		return false;
	seg->sport = capture_be16(seg->tcp);
	seg->dport = capture_be16(seg->tcp + 2);
	if (!seg->sport || !seg->dport)
		seg->known |= TCPW_SEG_PORT_ZERO;
	if (seg->sport < seg->dport)
		seg->known |= TCPW_SEG_FROM_SERVER;
	if (!seg->loopback && seg->sport == seg->dport &&
	    !memcmp(seg->src, seg->dst, sizeof(seg->src)))
		seg->known |= TCPW_SEG_SAME_SOCKET;
	return true;
}

enum capture_result capture_next(struct capture *cap,
				 struct capture_segment *seg)
{
	struct pcap_pkthdr *header;
	enum capture_content content;
	const uint8_t *data;
	int got;

	while ((got = pcap_next_ex(cap->pcap, &header, &data)) == 1) {
		cap->frames++;
		content = frame_content(cap, header, data, seg);
		if (content == CONTENT_TCP && read_ports(seg))
			return CAPTURE_SEGMENT;
		if (content == CONTENT_TCP || content == CONTENT_TCP_CUT)
			cap->cut++;
	}
	return got == PCAP_ERROR_BREAK ? CAPTURE_END : CAPTURE_FAILED;
}

uint64_t capture_frames(const struct capture *cap)
{
	return cap->frames;
}

uint64_t capture_unreadable(const struct capture *cap)
{
	return cap->cut + capture_frags_pending(cap->frags);
}

const char *capture_error(const struct capture *cap)
{
	return pcap_geterr(cap->pcap);
}
