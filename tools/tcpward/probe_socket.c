// SPDX-License-Identifier: GPL-2.0
/*
 * The sockets of libcurl, opened and closed by us: the address is known before
 * the first SYN, and the close is that of a patient peer, so that no unread
 * byte turns it into a reset.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOSE_WAIT_MS 1000

bool probe_address_parse(struct model_address *at, const char *ip, long port)
{
	memset(at, 0, sizeof(*at));
	at->port = port;
	if (ip && inet_pton(AF_INET, ip, at->addr) == 1)
		at->family = AF_INET;
	else if (ip && inet_pton(AF_INET6, ip, at->addr) == 1)
		at->family = AF_INET6;
	return at->family;
}

static void from_sockaddr(struct model_address *at, const void *addr)
{
	const struct sockaddr_in6 *in6 = addr;
	const struct sockaddr_in *in = addr;

	memset(at, 0, sizeof(*at));
	at->family = in->sin_family;
	at->port = ntohs(in->sin_port);
	if (at->family == AF_INET6)
		memcpy(at->addr, &in6->sin6_addr, sizeof(in6->sin6_addr));
	else
		memcpy(at->addr, &in->sin_addr, sizeof(in->sin_addr));
}

static char *url_part(const char *url, CURLUPart part)
{
	char *text = NULL, *copy = NULL;
	CURLU *parts = curl_url();

	if (parts && !curl_url_set(parts, CURLUPART_URL, url, 0))
		curl_url_get(parts, part, &text, CURLU_PUNYCODE);
	if (text)
		copy = strdup(text);
	curl_free(text);
	curl_url_cleanup(parts);
	return copy;
}

struct probe_conn *probe_conn_new(struct probe_run *run)
{
	struct probe_conn *conn = calloc(1, sizeof(*conn));
	size_t len;

	if (!conn)
		return NULL;
	conn->set = run->set;
	conn->host = url_part(run->now->url, CURLUPART_HOST);
	conn->https = !strncmp(run->now->url, "https", 5);
	if (!conn->host) {
		free(conn);
		return NULL;
	}
	len = strlen(conn->host);
	if (len > 2 && conn->host[0] == '[') {
		memmove(conn->host, conn->host + 1, len - 2);
		conn->host[len - 2] = '\0';
	}
	conn->next = run->conns;
	run->conns = conn;
	return conn;
}

struct probe_conn *probe_conn_find(struct probe_run *run,
				   const struct model_address *local,
				   const struct model_address *remote)
{
	struct probe_conn *conn;

	for (conn = run->conns; conn; conn = conn->next)
		if (model_address_equal(&conn->local, local) &&
		    model_address_equal(&conn->remote, remote))
			return conn;
	return NULL;
}

void probe_conn_free(struct probe_conn *conn)
{
	probe_tls_clear(&conn->tls);
	probe_kernel_clear(&conn->kernel);
	free(conn->host);
	free(conn);
}

/*
 * The first socket of a request begins a connection; further ones are other
 * addresses of the same host, tried for the same connection.
 */
curl_socket_t probe_socket_open(void *arg, curlsocktype purpose,
				struct curl_sockaddr *to)
{
	struct probe_run *run = arg;
	struct probe_request *request = run->now;
	bool stale = request->conn && run->ready_us;
	int fd;

	if (!request->conn || stale) {
		request->conn = probe_conn_new(run);
		if (!request->conn)
			return CURL_SOCKET_BAD;
		run->socket_us = probe_now_us();
		request->conn->opened_us = run->socket_us;
		run->tls_us = run->ready_us = run->sent_us = 0;
		run->first_us = run->closing_us = 0;
	}
	from_sockaddr(&request->conn->remote, &to->addr);
	probe_watch_remote(run->watch, &request->conn->remote);
	fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	if (fd >= 0 && request->conn->fd_count < PROBE_SOCKETS)
		request->conn->fds[request->conn->fd_count++] = fd;
	return fd;
}

static bool local_address(struct model_address *at, int fd)
{
	struct sockaddr_storage addr = { 0 };
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &len))
		return false;
	from_sockaddr(at, &addr);
	return true;
}

void probe_socket_cork(const struct probe_conn *conn, bool on)
{
	struct model_address at;
	int value = on;

	for (unsigned int i = 0; conn->https && i < conn->fd_count; i++)
		if (local_address(&at, conn->fds[i]) &&
		    model_address_equal(&at, &conn->local))
			setsockopt(conn->fds[i], IPPROTO_TCP, TCP_CORK,
				   &value, sizeof(value));
}

static void wait_for_fin(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	uint64_t end_us = probe_now_us() + CLOSE_WAIT_MS * 1000;
	uint64_t now_us;
	char unread[4096];

	while ((now_us = probe_now_us()) < end_us) {
		if (poll(&poll_fd, 1, (end_us - now_us) / 1000 + 1) <= 0)
			return;
		if (recv(fd, unread, sizeof(unread), 0) <= 0)
			return;
	}
}

int probe_socket_close(void *arg, curl_socket_t fd)
{
	struct probe_run *run = arg;
	struct probe_conn *conn = run->now ? run->now->conn : NULL;

	/* A connection that failed is joined by the port it tried from. */
	if (conn && !conn->local.family)
		local_address(&conn->local, fd);
	if (run->now && !run->closing_us && (run->tls_us || run->ready_us))
		run->closing_us = probe_now_us();
	if (run->now && run->server_closes)
		wait_for_fin(fd);
	if (!shutdown(fd, SHUT_WR))
		wait_for_fin(fd);
	return close(fd);
}
