// SPDX-License-Identifier: GPL-2.0
/*
 * TLS as OpenSSL lives it: every handshake message with its time, every reason
 * against the certificate, what was negotiated. Secrets leave it only through
 * --keylog.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static int conn_index(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

static struct probe_conn *conn_of(const SSL *ssl)
{
	return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), conn_index());
}

static void add_reason(struct probe_tls *tls, int code, int depth)
{
	for (unsigned int i = 0; i < tls->reason_count; i++)
		if (tls->reasons[i].code == code &&
		    tls->reasons[i].depth == depth)
			return;
	if (tls->reason_count < PROBE_REASONS)
		tls->reasons[tls->reason_count++] = (struct probe_reason){
			.code = code,
			.depth = depth,
		};
}

static void take_chain(struct probe_tls *tls, STACK_OF(X509) *chain)
{
	int count = sk_X509_num(chain);

	if (tls->cert_count)
		return;
	for (int i = 0; i < count && i < PROBE_CERTS; i++)
		probe_cert_describe(&tls->certs[tls->cert_count++],
				    sk_X509_value(chain, i));
}

/* Record every reason and go on: the decision comes after the handshake. */
static int on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store,
		SSL_get_ex_data_X509_STORE_CTX_idx());
	struct probe_tls *tls = &conn_of(ssl)->tls;

	take_chain(tls, X509_STORE_CTX_get0_untrusted(store));
	if (!ok)
		add_reason(tls, X509_STORE_CTX_get_error(store),
			   X509_STORE_CTX_get_error_depth(store));
	return 1;
}

static void on_message(int sent, int version, int type, const void *data,
		       size_t len, SSL *ssl, void *arg)
{
	struct probe_conn *conn = arg;
	struct probe_tls *tls = &conn->tls;
	struct probe_step *step = &tls->steps[tls->step_count];

	if (tls->step_count == PROBE_STEPS || !len)
		return;
	step->at_us = probe_now_us();
	step->sent = sent;
	if (type == SSL3_RT_HANDSHAKE)
		probe_hello_describe(step, ssl, data, len);
	else if (type == SSL3_RT_ALERT)
		probe_alert_describe(step, data, len);
	else if (type == SSL3_RT_CHANGE_CIPHER_SPEC)
		probe_cipher_change_describe(step, ssl);
	else
		return;
	tls->step_count++;
}

static void on_keylog(const SSL *ssl, const char *line)
{
	FILE *file = conn_of(ssl)->set->keylog;

	fprintf(file, "%s\n", line);
	fflush(file);
}

/* The name or address that the certificate has to prove. */
static bool set_host(SSL_CTX *ctx, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
	struct model_address at;
	size_t len = strlen(host);

	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	if (probe_address_parse(&at, host, 0))
		return X509_VERIFY_PARAM_set1_ip_asc(param, host);
	if (len && host[len - 1] == '.')
		len--;
	X509_VERIFY_PARAM_set_hostflags(param,
		X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, host, len);
}

bool probe_tls_setup(struct probe_conn *conn, SSL_CTX *ctx)
{
	const char *cacert = conn->set->cacert;

	if (!SSL_CTX_set_ex_data(ctx, conn_index(), conn) ||
	    !set_host(ctx, conn->host))
		return false;
	if (cacert ? !SSL_CTX_load_verify_file(ctx, cacert) :
		     !SSL_CTX_set_default_verify_paths(ctx))
		return false;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, on_verify);
	SSL_CTX_set_msg_callback(ctx, on_message);
	SSL_CTX_set_msg_callback_arg(ctx, conn);
	SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
	SSL_CTX_set_keylog_callback(ctx,
				    conn->set->keylog ? on_keylog : NULL);
	return true;
}

static const char *key_exchange(const SSL *ssl)
{
	switch (SSL_CIPHER_get_kx_nid(SSL_get_current_cipher(ssl))) {
	case NID_kx_rsa:
		return "rsa";
	case NID_kx_dhe:
		return "dhe";
	case NID_kx_psk:
		return "psk";
	default:
		return "ecdhe";		/* TLS 1.3 leaves no other */
	}
}

static char *signature_name(SSL *ssl)
{
	int type = NID_undef, digest = NID_undef;
	const char *key;
	char *name;

	if (!SSL_get_peer_signature_type_nid(ssl, &type) || !type)
		return NULL;
	SSL_get_peer_signature_nid(ssl, &digest);
	key = type == EVP_PKEY_RSA_PSS ? "RSA-PSS" :
	      type == EVP_PKEY_EC ? "ECDSA" : OBJ_nid2sn(type);
	if (type == EVP_PKEY_RSA)
		key = "RSA PKCS#1";
	if (digest == NID_undef)
		return strdup(key);
	return asprintf(&name, "%s with %s", key, OBJ_nid2sn(digest)) < 0 ?
		NULL : name;
}

/* A copy: OpenSSL's names of groups are gone with the context. */
static char *group_name(SSL *ssl)
{
	const char *name = SSL_group_to_name(ssl,
					     SSL_get_negotiated_group(ssl));

	return name ? strdup(name) : NULL;
}

static char *alpn_name(SSL *ssl)
{
	const unsigned char *name;
	unsigned int len;

	SSL_get0_alpn_selected(ssl, &name, &len);
	return len ? strndup((const char *)name, len) : NULL;
}

/*
 * On resumption OpenSSL verifies nothing and a server proves itself by the
 * secret of the session alone: what was found then holds now.
 */
static void take_earlier(struct probe_tls *tls, SSL *ssl,
			 const struct probe_conn *known)
{
	long verified = SSL_get_verify_result(ssl);

	for (unsigned int i = 0; known && i < known->tls.reason_count; i++)
		add_reason(tls, known->tls.reasons[i].code,
			   known->tls.reasons[i].depth);
	for (unsigned int i = 0; known && !tls->cert_count &&
	     i < known->tls.cert_count; i++)
		probe_cert_copy(&tls->certs[i], &known->tls.certs[i]);
	if (known && !tls->cert_count)
		tls->cert_count = known->tls.cert_count;
	if (verified != X509_V_OK && !tls->reason_count)
		add_reason(tls, verified, 0);
}

void probe_tls_take(struct probe_conn *conn, SSL *ssl,
		    const struct probe_conn *known)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	struct probe_tls *tls = &conn->tls;

	tls->done = true;
	tls->version = SSL_get_version(ssl);
	tls->cipher = SSL_get_cipher_name(ssl);
	tls->resumed = SSL_session_reused(ssl);
	tls->key_exchange = key_exchange(ssl);
	if (!strcmp(tls->key_exchange, "ecdhe"))
		tls->group = group_name(ssl);
	tls->server_name = name ? strdup(name) : NULL;
	tls->alpn = alpn_name(ssl);
	if (!tls->resumed)
		tls->signature = signature_name(ssl);
	tls->ocsp = probe_ocsp_status(ssl);
	take_chain(tls, SSL_get_peer_cert_chain(ssl));
	if (tls->resumed)
		take_earlier(tls, ssl, known);
}

void probe_tls_clear(struct probe_tls *tls)
{
	for (unsigned int i = 0; i < tls->cert_count; i++)
		probe_cert_clear(&tls->certs[i]);
	free(tls->group);
	free(tls->signature);
	free(tls->alpn);
	free(tls->server_name);
}
