// SPDX-License-Identifier: GPL-2.0
/* Why a request failed, in the user's words: what, why, what to do. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <openssl/x509_vfy.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static char *text(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static char *text(const char *format, ...)
{
	char *made = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&made, format, args) < 0)
		made = NULL;
	va_end(args);
	return made;
}

void probe_error_set(struct probe_error *error, enum exit_code code,
		     char *what, char *why, const char *fix)
{
	probe_error_clear(error);
	error->code = code;
	error->what = what;
	error->why = why;
	error->fix = fix ? strdup(fix) : NULL;
}

void probe_error_clear(struct probe_error *error)
{
	free(error->what);
	free(error->why);
	free(error->fix);
	memset(error, 0, sizeof(*error));
}

static const char *remote_text(const struct probe_run *run, char *address)
{
	const struct probe_conn *conn = run->now->conn;

	return conn ? model_address_text(&conn->remote, address) :
		      "the server";
}

static void explain_refusal(struct probe_run *run)
{
	const struct probe_conn *conn = run->now->conn;
	const struct probe_tls *tls = &conn->tls;
	char *why = strdup(""), *longer;

	for (unsigned int i = 0; why && i < tls->reason_count; i++) {
		longer = text("%s%s%s", why, i ? "; " : "",
			      X509_verify_cert_error_string(
				      tls->reasons[i].code));
		free(why);
		why = longer;
	}
	probe_error_set(&run->now->error, EXIT_NETWORK,
			text("%s: the certificate does not prove that this is %s",
			     run->now->url, conn->host),
			why, probe_cert_remedy(tls));
}

static void explain_connect(struct probe_run *run)
{
	char address[MODEL_ADDRESS_TEXT], *what;
	const char *fix = "check the route to it: 'ip route get ADDRESS'";
	long error = 0;

	curl_easy_getinfo(run->easy, CURLINFO_OS_ERRNO, &error);
	what = text("%s: cannot connect to %s", run->now->url,
		    remote_text(run, address));
	if (error == ECONNREFUSED)
		probe_error_set(&run->now->error, EXIT_NETWORK, what,
				strdup("connection refused: nothing listens on this port, or a firewall answers for it"),
				"is the server running, and is this its port? 'ss -ltn' there shows it");
	else
		probe_error_set(&run->now->error, EXIT_NETWORK, what,
				strdup(error ? strerror(error) :
				       run->curl_error), fix);
}

/* Nothing of TLS came from the server: it speaks another language. */
static bool heard_tls(const struct probe_conn *conn)
{
	for (unsigned int i = 0; conn && i < conn->tls.step_count; i++)
		if (!conn->tls.steps[i].sent)
			return true;
	return false;
}

static void explain_tls(struct probe_run *run)
{
	const struct probe_conn *conn = run->now->conn;
	const struct probe_step *last;
	char *what, *why;

	what = text("%s: no TLS connection", run->now->url);
	if (!heard_tls(conn)) {
		why = text("the server %s (%s)",
			   strstr(run->curl_error, ":SSL routines:") ?
			   "answered the ClientHello with something that is not TLS" :
			   "ended the connection on the ClientHello",
			   run->curl_error);
		probe_error_set(&run->now->error, EXIT_NETWORK, what, why,
				"write http:// if plain HTTP is meant, or give the port of the TLS service");
		return;
	}
	last = &conn->tls.steps[conn->tls.step_count - 1];
	if (!strcmp(last->name, "Alert"))
		why = text("%s sent the alert %s",
			   last->sent ? "the probe" : "the server",
			   last->detail);
	else
		why = strdup(run->curl_error);
	probe_error_set(&run->now->error, EXIT_NETWORK, what, why,
			"compare the TLS versions, ciphers and client certificates that the server accepts");
}

static void explain_timeout(struct probe_run *run)
{
	int last = PROBE_DNS;

	for (int i = 0; i < PROBE_PHASES; i++)
		if (run->now->end_us[i])
			last = i;
	probe_error_set(&run->now->error, EXIT_NETWORK,
			text("%s: no answer within %u s", run->now->url,
			     run->set->timeout_s),
			text("the time ran out in phase '%s'",
			     probe_phase_names[last]),
			last <= PROBE_TCP ?
			"a host or firewall drops the segments silently: see 'tcpward watch' and the route" :
			"give the server more time with --timeout SECONDS");
}

static void explain_other(struct probe_run *run, CURLcode result)
{
	const char *why = *run->curl_error ? run->curl_error :
					     curl_easy_strerror(result);

	probe_error_set(&run->now->error, EXIT_NETWORK,
			text("%s: %s", run->now->url,
			     result == CURLE_GOT_NOTHING ?
			     "the server closed without an answer" :
			     result == CURLE_PARTIAL_FILE ?
			     "the answer breaks off" : "the request failed"),
			strdup(why),
			"the server's log may tell more; --ladder shows which end closed or reset the connection");
}

void probe_error_explain(struct probe_run *run, CURLcode result)
{
	if (run->refused) {
		explain_refusal(run);
		return;
	}
	switch (result) {
	case CURLE_COULDNT_RESOLVE_HOST:
		probe_error_set(&run->now->error, EXIT_NETWORK,
				text("%s: unknown host", run->now->url),
				strdup(run->curl_error),
				"check the name, or give its address with --connect-to HOST:PORT:ADDRESS");
		break;
	case CURLE_COULDNT_CONNECT:
		explain_connect(run);
		break;
	case CURLE_OPERATION_TIMEDOUT:
		explain_timeout(run);
		break;
	case CURLE_SSL_CONNECT_ERROR:
		explain_tls(run);
		break;
	default:
		explain_other(run, result);
	}
}
