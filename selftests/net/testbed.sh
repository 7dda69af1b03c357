#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The topology that the other tests stand on: client and server reach each
# other through the router, and nginx serves verified HTTPS.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/web.sh

fetch() { # address, scheme://host:port, curl's options
	local address=$1 url=$2 page

	shift 2
	page=$(client curl -sS --max-time 20 --cacert "$WEB/ca.pem" \
		--connect-to "$WEB_NAME::$address:" "$@" "$url/") || return
	[ "$page" = "Hello from $WEB_NAME" ]
}

refused() { # curl's exit code, arguments of fetch
	local wanted=$1 code=0

	shift
	fetch "$@" || code=$?
	[ "$code" = "$wanted" ]
}

ktap_plan 9
net_up
web_prepare
web_certificate expired "DNS:$WEB_NAME" -1
web_certificate other "DNS:other.test"
web_self_signed alone "DNS:$WEB_NAME"
web_https 8443 expired
web_https 8444 other
web_https 8445 alone
web_start
ktap_test "IPv4, HTTP" fetch $SERVER4 "http://$WEB_NAME"
ktap_test "IPv6, HTTP" fetch "[$SERVER6]" "http://$WEB_NAME"
ktap_test "IPv4, HTTPS" fetch $SERVER4 "https://$WEB_NAME"
ktap_test "IPv6, HTTPS" fetch "[$SERVER6]" "https://$WEB_NAME"
ktap_test "expired certificate" refused 60 $SERVER4 "https://$WEB_NAME:8443"
ktap_test "another host's certificate" \
	refused 60 $SERVER4 "https://$WEB_NAME:8444"
ktap_test "self-signed certificate" refused 60 $SERVER4 "https://$WEB_NAME:8445"
net_em router r1 loss 2% duplicate 1%
ktap_test "netem in the router" fetch $SERVER4 "https://$WEB_NAME"
net_em_off router r1
net_em client c0 loss 100%
ktap_test "total loss is felt" \
	refused 28 $SERVER4 "http://$WEB_NAME" --max-time 3
ktap_end
