// SPDX-License-Identifier: GPL-2.0
/*
 * For people: the steps of TLS and what they gave, or what plain HTTP lacks.
 */
#include "probe.h"

#include <openssl/x509_vfy.h>
#include <string.h>

static const char *arrow(bool sent)
{
	if (tool.utf8)
		return sent ? "\u2192" : "\u2190";
	return sent ? "->" : "<-";
}

/* Alerts and tickets come later than the handshake; their time says it. */
static void print_steps(const struct probe_conn *conn)
{
	const struct probe_tls *tls = &conn->tls;
	char text[24];

	for (unsigned int i = 0; i < tls->step_count; i++) {
		const struct probe_step *step = &tls->steps[i];

		printf("  +%-10s %s %-20s",
		       probe_time_text(text, step->at_us - conn->opened_us),
		       arrow(step->sent), step->name);
		probe_wrap(tool.utf8 ? 36 : 37, step->detail);
	}
}

static const char *key_text(const struct probe_tls *tls)
{
	if (tls->resumed)
		return "from an earlier session of the same server; no certificate was sent again";
	if (!strcmp(tls->key_exchange, "rsa"))
		return "RSA: made by the client, encrypted to the server's public key, opened with its private key";
	if (!strcmp(tls->key_exchange, "psk"))
		return "from a key that both held before";
	return "agreed by both (Diffie-Hellman, ephemeral); the server's private key only signs";
}

static void print_negotiated(const struct probe_tls *tls)
{
	printf("  %-15s %s, cipher %s%s%s, ALPN %s\n", "agreed on",
	       tls->version, tls->cipher, tls->group ? ", group " : "",
	       tls->group ? tls->group : "",
	       tls->alpn ? tls->alpn : "not used");
	printf("  %-15s ", "session key");
	probe_wrap(18, key_text(tls));
	printf("  %-15s %s\n", "signed with",
	       tls->signature ? tls->signature :
	       tls->resumed ? "nothing: resumed" :
	       "nothing: only the key's owner could open the secret");
	printf("  %-15s %s\n", "session", tls->resumed ? "resumed" : "new");
	printf("  %-15s %s\n", "OCSP staple", tls->ocsp ? tls->ocsp : "none");
}

static void print_cert(const struct probe_cert *cert, unsigned int depth)
{
	printf("  certificate %-3u ", depth);
	probe_wrap(18, cert->subject);
	printf("  %-15s ", "  issued by");
	probe_wrap(18, cert->issuer);
	if (*cert->names) {
		printf("  %-15s ", "  names");
		probe_wrap(18, cert->names);
	}
	printf("  %-15s %s to %s, ", "  valid", cert->not_before,
	       cert->not_after);
	if (cert->days_left < 0)
		puts("expired");
	else
		printf("%d days left\n", cert->days_left);
	printf("  %-15s %s, signed with %s\n", "  key", cert->key,
	       cert->signature);
}

static void print_proof(const struct probe_conn *conn)
{
	const struct probe_tls *tls = &conn->tls;
	char text[400];

	if (!tls->reason_count) {
		snprintf(text, sizeof(text),
			 "yes: the chain ends at a trusted CA, it is in date, and it is for %s",
			 conn->host);
		printf("  %-15s ", "proven");
		probe_wrap(18, text);
		return;
	}
	for (unsigned int i = 0; i < tls->reason_count; i++)
		printf("  %-15s %s (error %d, certificate %d)\n",
		       i ? "" : "not proven",
		       X509_verify_cert_error_string(tls->reasons[i].code),
		       tls->reasons[i].code, tls->reasons[i].depth);
	printf("  %-15s %s\n", "", conn->set->insecure ?
	       "--insecure: went on nevertheless" :
	       "stopped here: no request was sent");
}

void probe_print_tls(const struct probe_conn *conn,
		     const struct probe_request *request)
{
	const struct probe_tls *tls = &conn->tls;

	if (!tls->step_count)
		return;
	probe_heading("TLS, step by step from the opening of the connection");
	print_steps(conn);
	if (!tls->done) {
		puts("  not completed");
		return;
	}
	probe_heading("The secure channel");
	print_negotiated(tls);
	printf("  %-15s ", "in the clear");
	probe_wrap(18, tls->server_name ?
		   "addresses, sizes and times, and the server's name in the ClientHello" :
		   "addresses, sizes and times");
	probe_heading("Who the site is");
	for (unsigned int i = 0; i < tls->cert_count; i++)
		print_cert(&tls->certs[i], i);
	print_proof(conn);
}

/* What anyone on the path reads, up to one line of it. */
static void print_readable(const char *name, const char *value, size_t len)
{
	if (!value)
		return;
	printf("%20s\"%s", "", name);
	probe_put(value, len < 60 ? len : 60);
	puts(len > 60 ? "...\"" : "\"");
}

static void print_header(const struct probe_message *message, const char *name)
{
	const char *value = probe_header(message, name);
	char label[32];

	snprintf(label, sizeof(label), "%s: ", name);
	print_readable(label, value, value ? strlen(value) : 0);
}

void probe_print_plain(const struct probe_request *request)
{
	const struct probe_message *sent = &request->request;
	const struct probe_message *got = &request->response;
	const char *server = probe_header(got, "Server");
	char text[160];

	probe_heading("What plain HTTP lacks");
	printf("  confidentiality   anyone on the path reads the %zu bytes sent and all that came back:\n",
	       sent->head.len + (size_t)sent->body_bytes);
	print_readable("", sent->head.data, strcspn(sent->head.data, "\r\n"));
	print_header(sent, "Authorization");
	print_header(sent, "Cookie");
	print_header(got, "Set-Cookie");
	if (sent->body_bytes)
		print_readable("body: ", sent->preview, sent->preview_bytes);
	printf("  authentication    ");
	snprintf(text, sizeof(text),
		 "nothing proves who answered%s%.60s%s; whoever holds the address can say so",
		 server ? ": \"Server: " : "", server ? server : "",
		 server ? "\" is only a claim" : "");
	probe_wrap(20, text);
	printf("  integrity         ");
	snprintf(text, sizeof(text),
		 "%llu bytes of body came without a keyed check; TCP's 16-bit sum anyone can make anew after a change",
		 (unsigned long long)got->body_bytes);
	probe_wrap(20, text);
}
