#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `tcpward probe` tells the truth about HTTP and HTTPS servers of every kind,
# good and bad, on this host's loopback and without the module.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/probe.sh

tcpward=${TCPWARD:-build/tcpward}
nginx=$(PATH=$PATH:/usr/sbin command -v nginx) ||
	ktap_skip_all "nginx is missing"
work=$(mktemp -d)
chmod 755 "$work"
defer rm -rf "$work"

# Ports that nobody holds now: a plain, a closed and some TLS ones.
read -r plain closed mute short good old rsa2 alone other both < <(
	/usr/bin/python3 - <<-EOF
	import socket
	held = [socket.create_server(("127.0.0.1", 0)) for _ in range(10)]
	print(*[s.getsockname()[1] for s in held])
	EOF
)
H=http://localhost:$plain
H2=http://localhost:$short
S=https://localhost

make_ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=probe test CA" -days 2 -keyout "$work/ca.key" \
		-out "$work/ca.pem" 2>/dev/null
}

certificate() { # name, kind of key, subjectAltName, days
	openssl req -new -newkey "$2" -nodes -subj "/CN=$1.test" \
		-keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null
	openssl x509 -req -in "$work/$1.csr" -days "$4" -CA "$work/ca.pem" \
		-CAkey "$work/ca.key" -CAcreateserial \
		-extfile <(echo "subjectAltName=$3") -out "$work/$1.pem" \
		2>/dev/null
}

# A response that the certificate is good, for the server to staple.
staple() { # name
	local serial

	serial=$(openssl x509 -in "$work/$1.pem" -noout -serial)
	printf 'V\t491231000000Z\t\t%s\tunknown\t/CN=%s.test\n' \
		"${serial#serial=}" "$1" >"$work/index.txt"
	openssl ocsp -index "$work/index.txt" -CA "$work/ca.pem" \
		-rsigner "$work/ca.pem" -rkey "$work/ca.key" -ndays 2 \
		-issuer "$work/ca.pem" -cert "$work/$1.pem" \
		-respout "$work/$1.ocsp" >/dev/null 2>&1
}

site() { # port, name of the certificate, more lines
	cat <<-EOF
	server {
		listen 127.0.0.1:$1 ssl;
		ssl_certificate $work/$2.pem;
		ssl_certificate_key $work/$2.key;
		root $work/www;
		${3-ssl_protocols TLSv1.2 TLSv1.3;}
	}
	EOF
}

configuration() {
	cat <<-EOF
	pid $work/nginx.pid;
	error_log $work/error.log;
	worker_processes 1;
	events { worker_connections 64; }
	http {
		log_format probe '\$connection \$request "\$http_x_test" \$request_body';
		access_log $work/access.log probe;
		client_body_temp_path $work/body;
		proxy_temp_path $work/proxy;
		fastcgi_temp_path $work/fastcgi;
		uwsgi_temp_path $work/uwsgi;
		scgi_temp_path $work/scgi;
		server {
			listen 127.0.0.1:$plain;
			root $work/www;
			location = /who {
				add_header Set-Cookie "who=42";
				return 200 "I know you as [\$cookie_who]";
			}
		}
		$(site "$good" good "ssl_protocols TLSv1.2 TLSv1.3;
			ssl_stapling on;
			ssl_stapling_file $work/good.ocsp;")
		$(site "$old" old)
		$(site "$rsa2" rsa2 "ssl_protocols TLSv1.2;
			ssl_ciphers AES128-GCM-SHA256;")
		$(site "$alone" alone)
		$(site "$other" other)
		$(site "$both" both)
	}
	EOF
}

start_servers() {
	mkdir "$work/www"
	head -c 20000 /dev/zero | tr '\0' x >"$work/www/big"
	echo "Hello, probe" >"$work/www/index.html"
	make_ca
	certificate good ec:<(openssl ecparam -name prime256v1) \
		DNS:localhost,IP:127.0.0.1 1
	certificate rsa2 rsa:2048 DNS:localhost 1
	certificate old rsa:2048 DNS:localhost -1
	certificate other rsa:2048 DNS:other.test 1
	certificate both rsa:2048 DNS:other.test -1
	staple good
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=alone" -days 1 \
		-addext "subjectAltName=DNS:localhost" \
		-keyout "$work/alone.key" -out "$work/alone.pem" 2>/dev/null
	configuration >"$work/nginx.conf"
	"$nginx" -c "$work/nginx.conf" -e "$work/error.log"
	busywait 10 test -s "$work/nginx.pid"
	defer kill "$(cat "$work/nginx.pid")"
	# One accepts into its backlog and never says a word, the other closes.
	/usr/bin/python3 - <<-EOF &
	import socket
	mute = socket.create_server(("127.0.0.1", $mute))
	short = socket.create_server(("127.0.0.1", $short))
	short.settimeout(250)
	while True:
	    peer, _ = short.accept()
	    peer.recv(1)
	    peer.close()
	EOF
	defer kill $!
}

probe() { # exit code, arguments
	local wanted=$1

	shift
	probe_exits "$wanted" "$work/json" \
		timeout 60 "$tcpward" -j probe --cacert "$work/ca.pem" "$@"
}

text() { # exit code, arguments
	local wanted=$1

	shift
	probe_exits "$wanted" "$work/text" \
		timeout 60 "$tcpward" probe --cacert "$work/ca.pem" "$@" || return
	cat "$work/err" >>"$work/text"
}

contract() {
	probe 0 "$H/" &&
		holds 'd["schema_version"] == 1 and len(r) == 1' &&
		holds 'set(r[0]) >= {"url", "ok", "failure", "connection",
			"phases_us", "request", "response", "tls", "kernel"}' &&
		holds 'set(r[0]["connection"]) >= {"local", "remote",
			"reused"}' &&
		holds 'r[0]["ok"] is True and r[0]["failure"] is None
			and r[0]["tls"] is None' &&
		holds 'r[0]["connection"]["remote"] == "127.0.0.1:'"$plain"'"'
}

messages() {
	probe 0 --header "X-Test: yes" --data 'a=1&b=2' --method PUT "$H/" ||
		probe 0 --header "X-Test: yes" --data 'a=1&b=2' \
			--expect-status 405 --method PUT "$H/" || return
	holds 'r[0]["request"]["method"] == "PUT"
		and r[0]["request"]["target"] == "/"
		and r[0]["request"]["version"] == "HTTP/1.1"
		and r[0]["request"]["body_bytes"] == 7
		and ["X-Test", "yes"] in r[0]["request"]["headers"]
		and ["Host", "localhost:'"$plain"'"] in
			r[0]["request"]["headers"]' &&
		grep -q 'PUT / HTTP/1.1 "yes"' "$work/access.log" &&
		probe 0 "$H/big" &&
		holds 'r[0]["response"]["status"] == 200
			and r[0]["response"]["reason"] == "OK"
			and r[0]["response"]["version"] == "HTTP/1.1"
			and r[0]["response"]["body_bytes"] == 20000
			and ["Content-Length", "20000"] in
				r[0]["response"]["headers"]'
}

sums() { # URL
	probe 0 "$1" &&
		holds 'sum(v or 0 for k, v in phases().items()
			if k != "total") == phases()["total"] > 0' &&
		holds 'set(phases()) >= {"dns", "tcp", "tls", "send", "wait",
			"transfer", "total"}' &&
		holds '(phases()["tls"] is None) ==
			r[0]["url"].startswith("http:")' &&
		holds 'phases()["tcp"] is not None'
}

reuse() {
	: >"$work/access.log"
	probe 0 --repeat 3 "$S:$good/" &&
		holds '[q["connection"]["reused"] for q in r] ==
			[False, True, True]' &&
		holds 'all(phases(i)[p] is None for i in (1, 2)
			for p in ("dns", "tcp", "tls"))' &&
		holds 'all(q["tls"]["version"] == "TLSv1.3" for q in r)' &&
		[ "$(cut -d' ' -f1 "$work/access.log" | uniq -c |
			awk '{ print $1 }')" = 3 ]
}

no_reuse() {
	probe 0 --no-keepalive --repeat 2 "$H/" &&
		holds '[q["connection"]["reused"] for q in r] ==
			[False, False]' &&
		holds '["Connection", "close"] in r[0]["request"]["headers"]' &&
		probe 0 --http1.0 --repeat 2 "$H/" &&
		holds 'not r[1]["connection"]["reused"] and
			r[1]["request"]["version"] == "HTTP/1.0"'
}

tls13() {
	probe 0 "$S:$good/" &&
		holds 'r[0]["tls"]["version"] == "TLSv1.3"
			and r[0]["tls"]["cipher"].startswith("TLS_")
			and r[0]["tls"]["group"] == "x25519"
			and r[0]["tls"]["alpn"] == "http/1.1"
			and r[0]["tls"]["resumed"] is False
			and r[0]["tls"]["verify"] == []
			and r[0]["tls"]["key_exchange"] == "ecdhe"
			and r[0]["tls"]["ocsp"] == "good"
			and r[0]["tls"]["signature"] == "ECDSA with SHA256"' &&
		holds 'r[0]["tls"]["chain"][0]["subject"] == "CN=good.test"
			and r[0]["tls"]["chain"][0]["issuer"] ==
				"CN=probe test CA"
			and r[0]["tls"]["chain"][0]["days_left"] in (0, 1)' &&
		holds '[s["message"] for s in r[0]["tls"]["steps"]][:2] ==
			["ClientHello", "ServerHello"]'
}

rsa_exchange() {
	probe 0 "$S:$rsa2/" &&
		holds 'r[0]["tls"]["version"] == "TLSv1.2"
			and r[0]["tls"]["cipher"] == "AES128-GCM-SHA256"
			and r[0]["tls"]["group"] is None
			and r[0]["tls"]["signature"] is None
			and r[0]["tls"]["ocsp"] is None
			and r[0]["tls"]["key_exchange"] == "rsa"' &&
		text 0 "$S:$rsa2/" &&
		says "made by the client, encrypted to the server's public key" &&
		text 0 "$S:$good/" &&
		says "agreed by both" "the server's private key only signs"
}

refused() { # port, codes, words of the failure
	: >"$work/access.log"
	probe 4 "$S:$1/" &&
		holds "codes() == $2 and r[0]['ok'] is False" &&
		holds "'$3' in r[0]['failure']" &&
		holds 'len(r[0]["tls"]["chain"]) >= 1 and
			r[0]["request"] is None and r[0]["response"] is None' &&
		holds 'phases()["tls"] > 0 and phases()["send"] is None' &&
		[ ! -s "$work/access.log" ] &&
		text 4 "$S:$1/" && says "$3" "hint: " "stopped here"
}

unknown_ca() {
	timeout 20 "$tcpward" -j probe "$S:$good/" >"$work/json" || [ $? = 4 ]
	holds '20 in codes()'
}

insecure() {
	probe 0 --insecure "$S:$both/" &&
		holds 'codes() == [10, 62] and r[0]["ok"] is True and
			r[0]["response"]["status"] == 200'
}

resumption() {
	probe 0 --no-keepalive --repeat 2 "$S:$good/" &&
		holds '[q["tls"]["resumed"] for q in r] == [False, True]' &&
		holds 'r[1]["tls"]["chain"] == r[0]["tls"]["chain"] != []' &&
		probe 0 --no-keepalive --repeat 2 --insecure "$S:$old/" &&
		holds '[q["tls"]["resumed"] for q in r] == [False, True]' &&
		holds 'codes(0) == codes(1) == [10]' &&
		probe 4 --no-keepalive --repeat 2 "$S:$old/" &&
		holds 'not r[0]["ok"] and not r[1]["ok"]'
}

address() {
	probe 0 "https://127.0.0.1:$good/" &&
		holds 'r[0]["tls"]["server_name"] is None' &&
		probe 4 "https://127.0.0.1:$rsa2/" &&
		holds 'codes() == [64]'
}

connect_to() {
	probe 0 --connect-to "other.test:$other:127.0.0.1" \
		"https://other.test:$other/" &&
		holds 'r[0]["ok"] and
			r[0]["tls"]["server_name"] == "other.test"'
}

usage() { # what is said, arguments
	local words=$1

	shift
	text 2 "$@" && says "$words"
}

network() { # words, arguments
	local words=$1

	shift
	probe 4 "$@" && holds 'r[0]["ok"] is False and
		r[0]["response"] is None' &&
		holds "'$words' in r[0]['failure']" &&
		holds 'sum(v or 0 for k, v in phases().items()
			if k != "total") == phases()["total"]' &&
		text 4 "$@" && says "$words" "hint: "
}

json_lines() {
	timeout 20 "$tcpward" -J probe --repeat 3 "$H/" >"$work/lines" &&
		[ "$(wc -l <"$work/lines")" = 3 ] &&
		/usr/bin/python3 -c "
import json
for line in open('$work/lines'):
    record = json.loads(line)
    assert record['schema_version'] == 1 and record['ok'] is True"
}

keylog() {
	local secret

	probe 0 --keylog "$work/keys" "$S:$good/" &&
		[ "$(stat -c %a "$work/keys")" = 600 ] &&
		grep -q '^CLIENT_TRAFFIC_SECRET_0 ' "$work/keys" || return
	secret=$(awk '{ print $3; exit }' "$work/keys")
	! grep -q "$secret" "$work/json" &&
		text 0 --keylog "$work/keys" "$S:$good/" &&
		! grep -qF -f <(awk '{ print $3 }' "$work/keys") "$work/text" &&
		[ "$(grep -c '^CLIENT_TRAFFIC_SECRET_0 ' "$work/keys")" = 2 ] &&
		chmod 644 "$work/keys" &&
		probe 1 --keylog "$work/keys" "$S:$good/" &&
		SSLKEYLOGFILE=$work/unasked probe 0 "$S:$good/" &&
		[ ! -e "$work/unasked" ]
}

compare() {
	probe 0 --compare-keepalive 5 "$S:$good/" &&
		holds 'd["compare_keepalive"]["keepalive"]["connections"] == 1
			and d["compare_keepalive"]["no_keepalive"]
				["connections"] == 5' &&
		text 0 --compare-keepalive 3 "$H/" &&
		says "connections 1 3"
}

without_module() {
	probe 0 "$H/" &&
		holds 'r[0]["kernel"] is None and r[0]["kernel_missing"]' &&
		text 3 --ladder "$H/" && says "no ladder" "200 OK"
}

stateless() {
	text 0 --repeat 2 "$H/who" &&
		says "Identical requests were answered alike" \
			"I know you as []" &&
		text 0 --repeat 2 --cookies "$H/who" &&
		says "carried a cookie, and the answer is another"
}

lacks() {
	text 0 --header "Cookie: secret=42" "$H/" &&
		says "confidentiality" '"GET / HTTP/1.1"' \
			'"Cookie: secret=42"' authentication \
			'"Server: nginx' integrity
}

columns() {
	COLUMNS=200 text 0 --repeat 2 "$S:$good/" "$H/" &&
		! LC_ALL=C.UTF-8 grep -nE '^.{101}' "$work/text" &&
		says "request line GET / HTTP/1.1" "status line HTTP/1.1 200 OK"
}

ktap_plan 35
start_servers
ktap_test "the record has what the contract names" contract
ktap_test "request and response are taken apart" messages
ktap_test "phases add up, HTTP" sums "$H/"
ktap_test "phases add up, HTTPS" sums "$S:$good/"
ktap_test "requests share a connection, phases null on reuse" reuse
ktap_test "a connection for each when asked, and in HTTP/1.0" no_reuse
ktap_test "TLS 1.3, verified" tls13
ktap_test "RSA key exchange told from Diffie-Hellman" rsa_exchange
ktap_test "expired certificate" refused "$old" "[10]" "has expired"
ktap_test "self-signed certificate" refused "$alone" "[18]" "self-signed"
ktap_test "another host's certificate" \
	refused "$other" "[62]" "hostname mismatch"
ktap_test "every reason is told, not the first only" \
	refused "$both" "[10, 62]" "hostname mismatch"
ktap_test "a CA that is not trusted" unknown_ca
ktap_test "--insecure goes on and still tells" insecure
ktap_test "resumed sessions keep their verification" resumption
ktap_test "an address in place of a name" address
ktap_test "--connect-to" connect_to
ktap_test "URL without scheme" usage "without scheme" localhost
ktap_test "another scheme" usage "another scheme" ftp://localhost/
ktap_test "number out of range" usage "a number from 1 to" --repeat 0 "$H/"
ktap_test "CA file that is none" usage "no certificate" \
	--cacert "$work/nginx.conf" "$H/"
ktap_test "unknown host" network "unknown host" http://nowhere.invalid/
ktap_test "closed port" network "connection refused" \
	"http://127.0.0.1:$closed/"
ktap_test "a server that speaks no TLS" network "not TLS" "$S:$plain/"
ktap_test "a server that closes at once, HTTPS" \
	network "ended the connection" "$S:$short/"
ktap_test "a server that closes at once, HTTP" network "failed" "$H2/"
ktap_test "a server that says nothing" network "within 1 s" --timeout 1 \
	"http://127.0.0.1:$mute/"
ktap_test "-J gives a line for each request" json_lines
ktap_test "unexpected status" probe 1 --expect-status 200 "$H/nothing"
ktap_test "secrets go to --keylog alone" keylog
ktap_test "--compare-keepalive" compare
ktap_test "without the module it works and says what is missing" \
	without_module
ktap_test "stateless, until a cookie comes" stateless
ktap_test "what plain HTTP lacks, with evidence" lacks
ktap_test "text within 100 columns" columns
ktap_end
