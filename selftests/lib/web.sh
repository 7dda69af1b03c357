# SPDX-License-Identifier: GPL-2.0
# nginx in the server's namespace, HTTP on port 80 and HTTPS on 443, with
# certificates of a CA made for the run. Sourced after defer.sh and net.sh.
#
#   web_prepare; web_certificate NAME SAN [DAYS]; web_https PORT NAME; web_start
#
# The documents are in $WEB/www, the CA in $WEB/ca.pem, the log of requests in
# $WEB/access.log; the server is called $WEB_NAME.

WEB_NAME=server.test
WEB=

web_prepare() {
	WEB=$(mktemp -d)
	chmod 755 "$WEB"
	defer rm -rf "$WEB"
	mkdir "$WEB/www" "$WEB/sites"
	echo "Hello from $WEB_NAME" >"$WEB/www/index.html"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=tcpward test CA" -days 2 \
		-keyout "$WEB/ca.key" -out "$WEB/ca.pem" 2>/dev/null
	web_certificate server \
		"DNS:$WEB_NAME,IP:$SERVER4,IP:$SERVER6,DNS:localhost"
	web_https 443 server
}

# Signed by the CA; DAYS below 0 gives one that has expired.
web_certificate() { # name, subjectAltName, days
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -keyout "$WEB/$1.key" -out "$WEB/$1.csr" \
		2>/dev/null
	openssl x509 -req -in "$WEB/$1.csr" -days "${3:-1}" \
		-CA "$WEB/ca.pem" -CAkey "$WEB/ca.key" -CAcreateserial \
		-extfile <(echo "subjectAltName=$2") \
		-out "$WEB/$1.pem" 2>/dev/null
}

web_self_signed() { # name, subjectAltName
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -addext "subjectAltName=$2" -days 1 \
		-keyout "$WEB/$1.key" -out "$WEB/$1.pem" 2>/dev/null
}

web_https() { # port, name of the certificate
	cat >"$WEB/sites/$1.conf" <<-EOF
	server {
		listen $1 ssl;
		listen [::]:$1 ssl;
		ssl_certificate $WEB/$2.pem;
		ssl_certificate_key $WEB/$2.key;
		root $WEB/www;
	}
	EOF
}

web_configuration() {
	cat <<-EOF
	user root;
	pid $WEB/nginx.pid;
	error_log $WEB/error.log;
	worker_processes 1;
	events { worker_connections 1024; }
	http {
		access_log $WEB/access.log;
		client_body_temp_path $WEB/body;
		proxy_temp_path $WEB/proxy;
		fastcgi_temp_path $WEB/fastcgi;
		uwsgi_temp_path $WEB/uwsgi;
		scgi_temp_path $WEB/scgi;
		keepalive_timeout 65;
		server {
			listen 80;
			listen [::]:80;
			root $WEB/www;
		}
		include $WEB/sites/*.conf;
	}
	EOF
}

web_start() {
	web_configuration >"$WEB/nginx.conf"
	server nginx -c "$WEB/nginx.conf" -e "$WEB/error.log"
	busywait 10 test -s "$WEB/nginx.pid"
	defer web_stop
}

web_stop() {
	kill "$(cat "$WEB/nginx.pid")"
}
