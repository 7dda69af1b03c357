// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of this network namespace beside its rules: what of the traffic
 * reaches tcpward at all. Devices are asked for by netlink, since /sys shows
 * those of another namespace.
 */
#include "doctor.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <string.h>

struct devices {
	unsigned int count;
	char xdp[IFNAMSIZ];	/* one with an XDP program, or "" */
	char bridge[IFNAMSIZ];
};

static void check_fragments(struct doctor *doctor, const char *path,
			    const char *key, const char *family)
{
	char command[DOCTOR_COMMAND];

	if (doctor_read_number(path, 1))
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "fragments of %s are reassembled", family);
	else
		doctor_say(doctor, DOCTOR_WARNING,
			   "Fragments cannot be judged, and the host drops "
			   "them.",
			   doctor_net_command(command, "sysctl -w %s=4194304",
					      key),
			   "reassembly of %s is off (%s=0)", family, key);
}

void doctor_fragments(struct doctor *doctor)
{
	check_fragments(doctor, "/proc/sys/net/ipv4/ipfrag_high_thresh",
			"net.ipv4.ipfrag_high_thresh", "IPv4");
	check_fragments(doctor, "/proc/sys/net/netfilter/"
			"nf_conntrack_frag6_high_thresh",
			"net.netfilter.nf_conntrack_frag6_high_thresh",
			"IPv6");
}

static bool has_xdp(struct nlattr *attr)
{
	struct nlattr *tb[IFLA_XDP_MAX + 1];

	return attr && !nla_parse_nested(tb, IFLA_XDP_MAX, attr, NULL) &&
	       tb[IFLA_XDP_ATTACHED] && nla_get_u8(tb[IFLA_XDP_ATTACHED]);
}

static bool is_bridge(struct nlattr *attr)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1];

	return attr && !nla_parse_nested(tb, IFLA_INFO_MAX, attr, NULL) &&
	       tb[IFLA_INFO_KIND] && !nla_strcmp(tb[IFLA_INFO_KIND], "bridge");
}

static int on_device(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[IFLA_MAX + 1];
	struct devices *devices = arg;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct ifinfomsg), tb, IFLA_MAX,
			NULL) || !tb[IFLA_IFNAME])
		return NL_SKIP;
	devices->count++;
	if (has_xdp(tb[IFLA_XDP]))
		nla_strlcpy(devices->xdp, tb[IFLA_IFNAME], IFNAMSIZ);
	if (is_bridge(tb[IFLA_LINKINFO]))
		nla_strlcpy(devices->bridge, tb[IFLA_IFNAME], IFNAMSIZ);
	return NL_OK;
}

static bool ask_devices(struct devices *devices)
{
	struct ifinfomsg request = { .ifi_family = AF_UNSPEC };
	struct nl_sock *sock = nl_socket_alloc();
	bool answered = false;

	if (!sock)
		return false;
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_device,
			    devices);
	answered = !nl_connect(sock, NETLINK_ROUTE) &&
		   nl_send_simple(sock, RTM_GETLINK, NLM_F_DUMP, &request,
				  sizeof(request)) >= 0 &&
		   nl_recvmsgs_default(sock) >= 0;
	nl_socket_free(sock);
	return answered;
}

static void check_bridge(struct doctor *doctor, const char *bridge)
{
	static const char key[] = "/proc/sys/net/bridge/bridge-nf-call-iptables";
	char command[DOCTOR_COMMAND];

	if (doctor_read_number(key, 0))
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "what is bridged by %s is judged", bridge);
	else
		doctor_say(doctor, DOCTOR_NOTE,
			   "What goes from one port of a bridge to another is "
			   "not judged; what is routed is.",
			   doctor_net_command(command, "sh -c 'modprobe "
				"br_netfilter && sysctl -w net.bridge."
				"bridge-nf-call-iptables=1 net.bridge."
				"bridge-nf-call-ip6tables=1'"),
			   "there is a bridge (%s), and br_netfilter is off",
			   bridge);
}

void doctor_devices(struct doctor *doctor)
{
	struct devices devices = { 0 };
	char command[DOCTOR_COMMAND];

	if (!ask_devices(&devices)) {
		doctor_say(doctor, DOCTOR_NOTE,
			   "Bridges and XDP programs cannot be checked.", NULL,
			   "the devices cannot be listed");
		return;
	}
	if (devices.xdp[0])
		doctor_say(doctor, DOCTOR_NOTE,
			   "What the program drops or sends elsewhere is never "
			   "seen here.",
			   doctor_net_command(command, "ip -details link show "
					      "dev %s", devices.xdp),
			   "an XDP program is attached to %s", devices.xdp);
	if (devices.bridge[0])
		check_bridge(doctor, devices.bridge);
	if (!devices.xdp[0] && !devices.bridge[0])
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "%u device%s, no bridge, no XDP program",
			   devices.count, devices.count == 1 ? "" : "s");
}
