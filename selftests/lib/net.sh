# SPDX-License-Identifier: GPL-2.0
# A client, a router and a server, each a network namespace:
#
#   client c0 ---- r0 router r1 ---- s0 server
#   10.1.1.1     .254        .254     10.1.2.1
#   fd01:1::1  ::fe            ::fe   fd01:2::1
#
# Sourced after defer.sh, which removes what is made here. Offloads stay as the
# kernel sets them, so that super-packets are met.

NS_CLIENT=client-$$
NS_ROUTER=router-$$
NS_SERVER=server-$$
CLIENT4=10.1.1.1
CLIENT6=fd01:1::1
SERVER4=10.1.2.1
SERVER6=fd01:2::1

client() { ip netns exec "$NS_CLIENT" "$@"; }
router() { ip netns exec "$NS_ROUTER" "$@"; }
server() { ip netns exec "$NS_SERVER" "$@"; }

net_namespace() { # name
	ip netns add "$1"
	defer ip netns del "$1"
	ip -n "$1" link set lo up
}

# What runs in a namespace ends before the namespace does.
net_kill() { # name
	ip netns pids "$1" | xargs -r kill -9
}

net_address() { # namespace, device, IPv4, IPv6
	ip -n "$1" addr add "$3/24" dev "$2"
	ip -n "$1" addr add "$4/64" dev "$2" nodad
	ip -n "$1" link set "$2" up
}

net_client_addresses() { # of c0 and r0, and the routes of the client
	net_address "$NS_CLIENT" c0 $CLIENT4 $CLIENT6
	net_address "$NS_ROUTER" r0 10.1.1.254 fd01:1::fe
	ip -n "$NS_CLIENT" route add default via 10.1.1.254
	ip -n "$NS_CLIENT" route add default via fd01:1::fe
}

# The client's line alone, for a test that has taken it away.
net_client_up() {
	ip link add c0 netns "$NS_CLIENT" type veth peer r0 netns "$NS_ROUTER"
	net_client_addresses
}

net_up() {
	local ns

	for ns in "$NS_CLIENT" "$NS_ROUTER" "$NS_SERVER"; do
		net_namespace "$ns"
		defer net_kill "$ns"
	done
	net_client_up
	ip link add s0 netns "$NS_SERVER" type veth peer r1 netns "$NS_ROUTER"
	net_address "$NS_ROUTER" r1 10.1.2.254 fd01:2::fe
	net_address "$NS_SERVER" s0 $SERVER4 $SERVER6
	router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n "$NS_SERVER" route add default via 10.1.2.254
	ip -n "$NS_SERVER" route add default via fd01:2::fe
}

# net_em router r1 loss 2% duplicate 1% delay 5ms reorder 25%
net_em() { # client, router or server; device; netem's arguments
	local side=$1 dev=$2

	shift 2
	"$side" tc qdisc replace dev "$dev" root netem "$@"
}

net_em_off() { # client, router or server; device
	"$1" tc qdisc del dev "$2" root
}
