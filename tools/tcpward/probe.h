/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of `tcpward probe` owe each other: one struct probe_request
 * per request, one struct probe_conn per TCP connection that they used.
 *
 * probe.c         options, order of work, exit code
 * probe_http.c    one request by libcurl, its phases
 * probe_socket.c  opening and orderly closing of its sockets
 * probe_message.c request and response taken apart
 * probe_tls.c     what happens in OpenSSL; probe_hello.c its messages
 * probe_cert.c    certificates and why they are refused
 * probe_error.c   what failed, why, what to do
 * probe_kernel.c  the kernel's view of the connections; probe_ladder.c drawn
 * probe_text*.c, probe_json.c, probe_compare.c  output
 *
 * All times are microseconds of CLOCK_MONOTONIC unless named otherwise.
 */
#ifndef TCPWARD_PROBE_H
#define TCPWARD_PROBE_H

#include "model.h"
#include "tool.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#define PROBE_PREVIEW_BYTES 256
#define PROBE_CERTS 8
#define PROBE_REASONS 16
#define PROBE_STEPS 32
#define PROBE_SOCKETS 8

struct probe_watch;

struct probe_settings {
	char **urls;
	int url_count;
	const char *cacert;
	bool insecure;
	const char *method;
	struct curl_slist *headers;
	const char *data;
	struct curl_slist *connect_to;
	bool cookies;
	unsigned int repeat;
	bool http10;
	bool keepalive;
	unsigned int compare;	/* requests each way; 0: no comparison */
	unsigned int timeout_s;
	long expect_status;	/* 0: any */
	FILE *keylog;
	bool ladder;
	const char *svg;
};

enum probe_phase {
	PROBE_DNS,
	PROBE_TCP,
	PROBE_TLS,
	PROBE_SEND,
	PROBE_WAIT,
	PROBE_TRANSFER,
	PROBE_PHASES,
};

extern const char *const probe_phase_names[PROBE_PHASES];

/* Bytes collected; always terminated, data NULL while empty. */
struct probe_buffer {
	char *data;
	size_t len;
};

struct probe_message {
	struct probe_buffer head;	/* exactly as on the wire */
	unsigned int interim;		/* heads of status 1xx before it */
	char *start[3];		/* method, target, version; or version,
				 * status, reason; NULL where missing */
	json_t *headers;	/* [[name, value], ...]; repeated as sent */
	json_t *trailers;	/* after a chunked body; usually empty */
	uint64_t body_bytes;
	uint64_t body_hash;
	char preview[PROBE_PREVIEW_BYTES];
	size_t preview_bytes;
};

struct probe_error {
	enum exit_code code;	/* EXIT_DONE: nothing failed */
	char *what;
	char *why;
	char *fix;
};

struct probe_reason {
	int code;		/* X509_V_ERR_* */
	int depth;		/* 0: the server's own certificate */
};

struct probe_cert {
	char *subject;
	char *issuer;
	char *names;		/* subjectAltName: "a.test, 192.0.2.1" */
	char *not_before;
	char *not_after;
	char *key;		/* "RSA 2048 bits" */
	char *signature;
	int days_left;		/* below 0: expired */
};

struct probe_step {
	uint64_t at_us;
	bool sent;
	char name[24];
	char detail[160];
};

struct probe_tls {
	bool done;		/* the handshake came to its end */
	const char *version;
	const char *cipher;
	char *group;		/* NULL: none took part */
	const char *key_exchange;	/* "rsa", "dhe", "ecdhe", "psk" */
	char *signature;	/* of the handshake by the server's key */
	char *alpn;
	char *server_name;	/* SNI as sent */
	bool resumed;
	const char *ocsp;	/* stapled: "good" ...; NULL: none */
	struct probe_reason reasons[PROBE_REASONS];
	unsigned int reason_count;
	struct probe_cert certs[PROBE_CERTS];
	unsigned int cert_count;
	struct probe_step steps[PROBE_STEPS];
	unsigned int step_count;
};

struct probe_move {
	uint64_t at_us;
	uint8_t side;		/* 0 client, 1 server */
	enum tcpward_state from;
	enum tcpward_state to;
};

/* What the module recorded of one connection. */
struct probe_kernel {
	bool known;
	struct model_conn conn;		/* after the close */
	struct probe_move *moves;
	unsigned int move_count;
	struct model_segment *refused;
	unsigned int refused_count;
	uint64_t events_lost;
};

struct probe_conn {
	struct probe_conn *next;
	const struct probe_settings *set;
	char *host;		/* of the URL, to be proven by certificate */
	struct model_address local;	/* family 0: not known */
	struct model_address remote;
	uint64_t opened_us;
	int fds[PROBE_SOCKETS];	/* opened for it; one of them connects */
	unsigned int fd_count;
	bool https;
	struct probe_tls tls;
	struct probe_kernel kernel;
};

struct probe_request {
	const char *url;
	struct probe_conn *conn;	/* NULL: none came about */
	bool reused;
	uint64_t start_us;
	uint64_t end_us[PROBE_PHASES];	/* 0: the phase did not happen */
	struct probe_message request;
	struct probe_message response;
	struct probe_error error;
};

/* Requests that share a cache of connections. */
struct probe_run {
	const struct probe_settings *set;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	struct probe_watch *watch;
	struct probe_conn *conns;	/* newest first */
	struct probe_request *requests;
	unsigned int count;
	uint64_t start_us;
	uint64_t end_us;
	/* Of the request on its way: */
	struct probe_request *now;
	uint64_t socket_us;
	uint64_t tls_us;
	uint64_t ready_us;
	uint64_t sent_us;
	uint64_t first_us;
	uint64_t closing_us;
	bool refused;		/* by us: the certificate proves nothing */
	bool server_closes;	/* the response says so */
	char curl_error[CURL_ERROR_SIZE];
};

/* --- probe.c ----------------------------------------------------------- */

uint64_t probe_now_us(void);
/* Microseconds since the epoch of a time of probe_now_us(), and back. */
uint64_t probe_epoch_us(uint64_t at_us);
uint64_t probe_from_epoch_us(uint64_t epoch_us);

/* --- probe_http.c ------------------------------------------------------ */

/*
 * Make every request of the settings, @times times each, one after the other,
 * then close all connections in good order. Failures of requests are kept in
 * the requests. Returns NULL without memory.
 */
struct probe_run *probe_run(const struct probe_settings *set,
			    struct probe_watch *watch, unsigned int times);
void probe_run_free(struct probe_run *run);

/* --- probe_socket.c ---------------------------------------------------- */

curl_socket_t probe_socket_open(void *run, curlsocktype purpose,
				struct curl_sockaddr *to);
/*
 * Hold back what is sent (the close_notify of TLS), so that it leaves in one
 * segment with the FIN, and the end that closes first is told with certainty.
 */
void probe_socket_cork(const struct probe_conn *conn, bool on);
/*
 * Close as a patient peer does: FIN, and read until the other's FIN, which is
 * waited for first where the server said that it closes.
 */
int probe_socket_close(void *run, curl_socket_t fd);
bool probe_address_parse(struct model_address *at, const char *ip, long port);
struct probe_conn *probe_conn_new(struct probe_run *run);
struct probe_conn *probe_conn_find(struct probe_run *run,
				   const struct model_address *local,
				   const struct model_address *remote);
void probe_conn_free(struct probe_conn *conn);

/* --- probe_message.c --------------------------------------------------- */

void probe_buffer_add(struct probe_buffer *buffer, const char *data,
		      size_t len);
void probe_body_add(struct probe_message *message, const char *data,
		    size_t len);
/* Take the head collected apart. */
void probe_message_parse(struct probe_message *message);
void probe_message_clear(struct probe_message *message);
/* First value of a header, or NULL. */
const char *probe_header(const struct probe_message *message,
			 const char *name);

/* --- probe_tls.c, probe_hello.c, probe_cert.c -------------------------- */

/* Prepare the context of a new connection; for CURLOPT_SSL_CTX_FUNCTION. */
bool probe_tls_setup(struct probe_conn *conn, SSL_CTX *ctx);
/*
 * Handshake done: take what was negotiated. @known is an earlier connection
 * to the same server, whose verification holds for a resumed session; or NULL.
 */
void probe_tls_take(struct probe_conn *conn, SSL *ssl,
		    const struct probe_conn *known);
void probe_tls_clear(struct probe_tls *tls);

/* Name and content of a handshake message in @step. */
void probe_hello_describe(struct probe_step *step, SSL *ssl,
			  const unsigned char *msg, size_t len);
void probe_cipher_change_describe(struct probe_step *step, SSL *ssl);
void probe_alert_describe(struct probe_step *step, const unsigned char *msg,
			  size_t len);
/* "TLSv1.3" of a version number. */
const char *probe_version_name(unsigned int version);

void probe_cert_describe(struct probe_cert *cert, X509 *x509);
void probe_cert_copy(struct probe_cert *cert, const struct probe_cert *from);
void probe_cert_clear(struct probe_cert *cert);
/* What to do about the first of the reasons. */
const char *probe_cert_remedy(const struct probe_tls *tls);
/* Status in a stapled OCSP response: "good", "revoked", "unknown" ... */
const char *probe_ocsp_status(SSL *ssl);

/* --- probe_error.c ----------------------------------------------------- */

void probe_error_set(struct probe_error *error, enum exit_code code,
		     char *what, char *why, const char *fix);
/* Say why the transfer of run->now failed with @result. */
void probe_error_explain(struct probe_run *run, CURLcode result);
void probe_error_clear(struct probe_error *error);

/* --- probe_kernel.c ---------------------------------------------------- */

/* Never NULL but without memory; probe_watch_missing() says what it lacks. */
struct probe_watch *probe_watch_open(bool trace);
void probe_watch_close(struct probe_watch *watch);
/* Why there is no view of the kernel, or NULL. */
const char *probe_watch_missing(const struct probe_watch *watch);
/* What to poll for its events; returns how many. */
unsigned int probe_watch_fds(const struct probe_watch *watch,
			     struct curl_waitfd *fds, unsigned int room);
/* Keep events of connections to @remote; call before connecting. */
void probe_watch_remote(struct probe_watch *watch,
			const struct model_address *remote);
/* Read what has arrived, waiting at most @timeout_ms. */
void probe_watch_drain(struct probe_watch *watch, int timeout_ms);
/* After the close: wait for the last events, fill in conn->kernel. */
void probe_watch_join(struct probe_watch *watch, struct probe_run *run);
/* Why conn->kernel is not known, or NULL. */
const char *probe_kernel_missing(const struct probe_watch *watch,
				 const struct probe_conn *conn);
/* End of @conn that is in TIME-WAIT: 0 client, 1 server, -1 neither. */
int probe_kernel_time_wait(const struct probe_kernel *kernel);
uint32_t probe_kernel_segments(const struct probe_kernel *kernel);
void probe_kernel_clear(struct probe_kernel *kernel);

/* --- probe_ladder.c ---------------------------------------------------- */

/* Draw, or write to settings' svg. Return an exit code. */
int probe_ladders(const struct probe_watch *watch,
		  const struct probe_run *run);

/* --- output ------------------------------------------------------------ */

void probe_print_text(const struct probe_run *run);
void probe_print_tls(const struct probe_conn *conn,
		     const struct probe_request *request);
void probe_print_plain(const struct probe_request *request);
void probe_print_kernel(const struct probe_watch *watch,
			const struct probe_conn *conn);

/* A heading, coloured where wanted. */
void probe_heading(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
/* "12.3 ms" of @us; @text holds 24. */
const char *probe_time_text(char *text, uint64_t us);
/* Up to @len bytes, with control characters made harmless. */
void probe_put(const char *text, size_t len);
/* @text after what stands before it, wrapped at the line's end. */
void probe_wrap(unsigned int indent, const char *text);

json_t *probe_request_json(const struct probe_watch *watch,
			   const struct probe_request *request);
void probe_print_json(const struct probe_run *run);

/* Make the comparison of settings->compare and print it. */
int probe_compare(const struct probe_settings *set,
		  struct probe_watch *watch);

#endif
