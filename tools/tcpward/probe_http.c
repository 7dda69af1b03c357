// SPDX-License-Identifier: GPL-2.0
/*
 * One request by libcurl, watched from inside: what goes out and comes in, and
 * when. Own clock marks, because libcurl's are 0 where TLS fails and on reuse.
 * Never prints.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <stdlib.h>
#include <string.h>

#define USER_AGENT "tcpward"
#define POLL_FDS 16

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t len,
		    void *arg)
{
	struct probe_run *run = arg;
	struct probe_request *request = run->now;

	switch (type) {
	case CURLINFO_HEADER_OUT:
		run->sent_us = probe_now_us();
		probe_buffer_add(&request->request.head, data, len);
		break;
	case CURLINFO_DATA_OUT:
		run->sent_us = probe_now_us();
		probe_body_add(&request->request, data, len);
		break;
	default:
		break;
	}
	return 0;
}

static SSL *ssl_of(CURL *easy)
{
	struct curl_tlssessioninfo *info = NULL;

	curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info);
	return info && info->backend == CURLSSLBACKEND_OPENSSL ?
		info->internals : NULL;
}

/* Not 100 Continue, after which the body is still to be sent. */
static bool is_final(const struct probe_message *response)
{
	return response->head.len > 9 && response->head.data[9] != '1';
}

/*
 * The answer begins: nothing but the close is left to send. A server that says
 * that it closes would answer our close_notify, late as it is, with a reset:
 * then there is none.
 */
static void prepare_close(struct probe_run *run)
{
	const char *head = run->now->response.head.data;
	SSL *ssl = ssl_of(run->easy);

	run->server_closes = !run->set->keepalive || run->set->http10 ||
			     strcasestr(head, "\nConnection: close") ||
			     (!strncmp(head, "HTTP/1.0", 8) &&
			      !strcasestr(head, "keep-alive"));
	if (ssl && run->server_closes)
		SSL_set_quiet_shutdown(ssl, 1);
	probe_socket_cork(run->now->conn, true);
}

/* Each line of a response's head, and trailers, which on_debug never sees. */
static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct probe_run *run = arg;

	if (!run->first_us)
		run->first_us = probe_now_us();
	probe_buffer_add(&run->now->response.head, data, size * count);
	if (size * count <= 2 && is_final(&run->now->response))
		prepare_close(run);
	return size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct probe_run *run = arg;

	probe_body_add(&run->now->response, data, size * count);
	return size * count;
}

static CURLcode on_tls_context(CURL *easy, void *ctx, void *arg)
{
	struct probe_run *run = arg;

	run->tls_us = probe_now_us();
	return probe_tls_setup(run->now->conn, ctx) ? CURLE_OK :
						      CURLE_OUT_OF_MEMORY;
}

/* A connection that proved to be the same server before @conn. */
static const struct probe_conn *earlier(const struct probe_conn *conn)
{
	const struct probe_conn *known;

	for (known = conn->next; known; known = known->next)
		if (known->tls.cert_count && !known->tls.resumed &&
		    known->remote.port == conn->remote.port &&
		    !strcmp(known->host, conn->host))
			return known;
	return NULL;
}

/*
 * The connection is ready and nothing of the request is sent yet: the moment
 * to look into OpenSSL, and to stop where the certificate proves nothing.
 */
static int on_ready(void *arg, char *remote_ip, char *local_ip,
		    int remote_port, int local_port)
{
	struct model_address local, remote;
	struct probe_run *run = arg;
	struct probe_request *request = run->now;
	SSL *ssl = ssl_of(run->easy);

	probe_address_parse(&local, local_ip, local_port);
	probe_address_parse(&remote, remote_ip, remote_port);
	if (!request->conn)
		request->conn = probe_conn_find(run, &local, &remote);
	if (!request->conn || (request->conn->https && !ssl))
		return CURL_PREREQFUNC_ABORT;
	request->conn->local = local;
	request->conn->remote = remote;
	if (request->conn->https && !request->conn->tls.done)
		probe_tls_take(request->conn, ssl, earlier(request->conn));
	if (request->conn->tls.reason_count && !run->set->insecure) {
		run->refused = true;
		probe_socket_cork(request->conn, true);
		return CURL_PREREQFUNC_ABORT;
	}
	probe_socket_cork(request->conn, false);
	probe_message_clear(&request->request);
	run->ready_us = probe_now_us();
	return CURL_PREREQFUNC_OK;
}

static void set_callbacks(struct probe_run *run)
{
	CURL *easy = run->easy;

	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, run);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, run);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, run);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, run);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, run);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, probe_socket_open);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, run);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION,
			 probe_socket_close);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, run);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, run->curl_error);
}

static void set_method(CURL *easy, const struct probe_settings *set)
{
	if (set->data) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, set->data);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)strlen(set->data));
	}
	if (!set->method)
		return;
	if (!strcmp(set->method, "HEAD"))
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, set->method);
}

/* Those of the user, and the word that the connection is not kept. */
static struct curl_slist *request_headers(const struct probe_settings *set)
{
	struct curl_slist *headers = NULL;

	for (struct curl_slist *at = set->headers; at; at = at->next)
		headers = curl_slist_append(headers, at->data);
	if (!set->keepalive)
		headers = curl_slist_append(headers, "Connection: close");
	return headers;
}

/*
 * Verification is off in libcurl because probe_tls.c does it: libcurl would
 * stop at the first reason and show nothing of the chain.
 */
static void set_options(CURL *easy, const struct probe_settings *set,
			struct curl_slist *headers)
{
	long version = set->http10 ? CURL_HTTP_VERSION_1_0 :
				     CURL_HTTP_VERSION_1_1;
	long resolve = tool.family == AF_INET ? CURL_IPRESOLVE_V4 :
		       tool.family == AF_INET6 ? CURL_IPRESOLVE_V6 :
						 CURL_IPRESOLVE_WHATEVER;

	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version);
	curl_easy_setopt(easy, CURLOPT_IPRESOLVE, resolve);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, set->timeout_s * 1000L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			 set->timeout_s * 1000L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_CONNECT_TO, set->connect_to);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, !set->keepalive + 0L);
	if (set->cookies)
		curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
	set_method(easy, set);
}

/* Run the transfer, taking the kernel's events as they come. */
static CURLcode transfer(struct probe_run *run)
{
	struct curl_waitfd events[POLL_FDS];
	int running = 1, left;
	unsigned int count;
	CURLcode result = CURLE_FAILED_INIT;
	CURLMsg *message;

	if (curl_multi_add_handle(run->multi, run->easy))
		return CURLE_OUT_OF_MEMORY;
	while (!curl_multi_perform(run->multi, &running) && running) {
		count = probe_watch_fds(run->watch, events, POLL_FDS);
		curl_multi_poll(run->multi, events, count, 1000, NULL);
		probe_watch_drain(run->watch, 0);
	}
	while ((message = curl_multi_info_read(run->multi, &left)))
		if (message->msg == CURLMSG_DONE)
			result = message->data.result;
	curl_multi_remove_handle(run->multi, run->easy);
	return result;
}

/*
 * Phases from the marks: each ends where the next begins. The first phase
 * without an end is the one that failed, and lasts until @done_us.
 */
static void set_phases(struct probe_run *run, uint64_t done_us)
{
	struct probe_request *request = run->now;
	bool https = !strncmp(request->url, "https", 5);
	bool fresh = !request->reused;
	const struct {
		bool happens;
		uint64_t end_us;
	} phase[PROBE_PHASES] = {
		[PROBE_DNS] = { fresh, run->socket_us },
		[PROBE_TCP] = { fresh, https ? run->tls_us : run->ready_us },
		[PROBE_TLS] = { fresh && https, run->ready_us },
		[PROBE_SEND] = { true, run->sent_us },
		[PROBE_WAIT] = { true, run->first_us },
		[PROBE_TRANSFER] = { true, done_us },
	};

	for (int i = 0; i < PROBE_PHASES; i++) {
		if (!phase[i].happens)
			continue;
		request->end_us[i] = phase[i].end_us;
		if (!phase[i].end_us) {
			request->end_us[i] = done_us;
			return;
		}
	}
}

static void check_status(struct probe_run *run)
{
	long wanted = run->set->expect_status;
	const char *status = run->now->response.start[1];
	char *what, *why;

	if (!wanted || (status && atol(status) == wanted))
		return;
	if (asprintf(&what, "%s: not the expected status", run->now->url) < 0)
		what = NULL;
	if (asprintf(&why, "the server answered %s, expected was %ld",
		     status ? status : "nothing", wanted) < 0)
		why = NULL;
	probe_error_set(&run->now->error, EXIT_REFUSED, what, why, NULL);
}

static void make_request(struct probe_run *run, struct probe_request *request)
{
	CURLcode result;
	uint64_t done_us;

	run->now = request;
	run->socket_us = run->tls_us = run->ready_us = 0;
	run->sent_us = run->first_us = run->closing_us = 0;
	run->refused = run->server_closes = false;
	run->curl_error[0] = '\0';
	curl_easy_setopt(run->easy, CURLOPT_URL, request->url);
	request->start_us = probe_now_us();
	result = transfer(run);
	done_us = run->closing_us ? run->closing_us : probe_now_us();
	request->reused = request->conn && !run->socket_us;
	probe_message_parse(&request->request);
	probe_message_parse(&request->response);
	set_phases(run, done_us);
	if (result)
		probe_error_explain(run, result);
	else
		check_status(run);
	run->now = NULL;
}

struct probe_run *probe_run(const struct probe_settings *set,
			    struct probe_watch *watch, unsigned int times)
{
	struct probe_run *run = calloc(1, sizeof(*run));

	if (!run)
		return NULL;
	run->set = set;
	run->watch = watch;
	run->multi = curl_multi_init();
	run->easy = curl_easy_init();
	run->requests = calloc((size_t)set->url_count * times,
			       sizeof(*run->requests));
	if (!run->multi || !run->easy || !run->requests) {
		probe_run_free(run);
		return NULL;
	}
	set_callbacks(run);
	run->headers = request_headers(set);
	set_options(run->easy, set, run->headers);
	run->start_us = probe_now_us();
	for (unsigned int i = 0; i < set->url_count * times; i++) {
		run->requests[i].url = set->urls[i / times];
		run->count++;
		make_request(run, &run->requests[i]);
	}
	curl_easy_cleanup(run->easy);
	curl_multi_cleanup(run->multi);
	run->easy = NULL;
	run->multi = NULL;
	run->end_us = probe_now_us();
	probe_watch_join(watch, run);
	return run;
}

void probe_run_free(struct probe_run *run)
{
	struct probe_conn *conn;

	if (run->easy)
		curl_easy_cleanup(run->easy);
	if (run->multi)
		curl_multi_cleanup(run->multi);
	for (unsigned int i = 0; i < run->count; i++) {
		probe_message_clear(&run->requests[i].request);
		probe_message_clear(&run->requests[i].response);
		probe_error_clear(&run->requests[i].error);
	}
	while ((conn = run->conns)) {
		run->conns = conn->next;
		probe_conn_free(conn);
	}
	curl_slist_free_all(run->headers);
	free(run->requests);
	free(run);
}
