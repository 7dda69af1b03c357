// SPDX-License-Identifier: GPL-2.0
/*
 * TLS handshake messages in words. Reads what is public in them only: no
 * random, no key share, no ticket is shown.
 */
#include "probe.h"

#include <stdarg.h>
#include <string.h>

#define NAMED_CURVE_TYPE 3	/* RFC 8422 5.4 */

/* Bytes left of a message; reading past the end leaves nothing and gives 0. */
struct reader {
	const unsigned char *at;
	size_t left;
};

static const unsigned char *take(struct reader *reader, size_t count)
{
	const unsigned char *at = reader->at;

	if (count > reader->left) {
		reader->left = 0;
		return NULL;
	}
	reader->at += count;
	reader->left -= count;
	return at;
}

static unsigned int number(struct reader *reader, unsigned int bytes)
{
	const unsigned char *at = take(reader, bytes);
	unsigned int value = 0;

	for (unsigned int i = 0; at && i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

/* A vector: its length in @bytes, then that many bytes. */
static struct reader vector(struct reader *reader, unsigned int bytes)
{
	struct reader inner = { .left = number(reader, bytes) };

	inner.at = take(reader, inner.left);
	if (!inner.at)
		inner.left = 0;
	return inner;
}

static void say(struct probe_step *step, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct probe_step *step, const char *format, ...)
{
	size_t len = strlen(step->detail);
	va_list args;

	va_start(args, format);
	vsnprintf(step->detail + len, sizeof(step->detail) - len, format,
		  args);
	va_end(args);
}

const char *probe_version_name(unsigned int version)
{
	switch (version) {
	case TLS1_VERSION:
		return "TLSv1";
	case TLS1_1_VERSION:
		return "TLSv1.1";
	case TLS1_2_VERSION:
		return "TLSv1.2";
	case TLS1_3_VERSION:
		return "TLSv1.3";
	default:
		return "unknown version";
	}
}

static const char *signature_scheme(unsigned int scheme)
{
	static const struct {
		unsigned int scheme;
		const char *name;
	} names[] = {
		{ 0x0401, "rsa_pkcs1_sha256" },
		{ 0x0501, "rsa_pkcs1_sha384" },
		{ 0x0601, "rsa_pkcs1_sha512" },
		{ 0x0403, "ecdsa_secp256r1_sha256" },
		{ 0x0503, "ecdsa_secp384r1_sha384" },
		{ 0x0603, "ecdsa_secp521r1_sha512" },
		{ 0x0804, "rsa_pss_rsae_sha256" },
		{ 0x0805, "rsa_pss_rsae_sha384" },
		{ 0x0806, "rsa_pss_rsae_sha512" },
		{ 0x0807, "ed25519" },
		{ 0x0808, "ed448" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].scheme == scheme)
			return names[i].name;
	return "a scheme unknown here";
}

static const char *group_name(SSL *ssl, unsigned int group)
{
	const char *name = SSL_group_to_name(ssl, TLSEXT_nid_unknown | group);

	return name ? name : "unknown";
}

static void offered_versions(struct probe_step *step, struct reader list)
{
	const char *comma = "offers ";

	while (list.left >= 2) {
		say(step, "%s%s", comma,
		    probe_version_name(number(&list, 2)));
		comma = ", ";
	}
}

static void client_extension(struct probe_step *step, unsigned int type,
			     struct reader body, bool *named)
{
	struct reader list, name;

	switch (type) {
	case TLSEXT_TYPE_supported_versions:
		offered_versions(step, vector(&body, 1));
		break;
	case TLSEXT_TYPE_server_name:
		list = vector(&body, 2);
		number(&list, 1);
		name = vector(&list, 2);
		say(step, "SNI %.*s", (int)name.left, (const char *)name.at);
		*named = true;
		break;
	case TLSEXT_TYPE_application_layer_protocol_negotiation:
		list = vector(&body, 2);
		name = vector(&list, 1);
		say(step, "ALPN %.*s", (int)name.left, (const char *)name.at);
		break;
	}
}

/* Extensions come in any order; they are told in the order of @wanted. */
static void client_hello(struct probe_step *step, struct reader body)
{
	static const unsigned int wanted[] = {
		TLSEXT_TYPE_supported_versions,
		TLSEXT_TYPE_server_name,
		TLSEXT_TYPE_application_layer_protocol_negotiation,
	};
	struct reader ciphers, all, rest, extension;
	bool named = false;
	unsigned int type;

	take(&body, 2 + 32);
	vector(&body, 1);
	ciphers = vector(&body, 2);
	vector(&body, 1);
	all = vector(&body, 2);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		for (rest = all; rest.left;) {
			type = number(&rest, 2);
			extension = vector(&rest, 2);
			if (type == wanted[i]) {
				client_extension(step, type, extension,
						 &named);
				say(step, "; ");
			}
		}
	}
	say(step, "%s%zu cipher suites", named ? "" : "no SNI; ",
	    ciphers.left / 2);
}

/* SHA-256 of "HelloRetryRequest" in place of a random (RFC 8446 4.1.3). */
static bool is_retry(const unsigned char *random)
{
	return random && !memcmp(random, "\xcf\x21\xad\x74\xe5\x9a\x61\x11", 8);
}

static void server_hello(struct probe_step *step, SSL *ssl,
			 struct reader body)
{
	unsigned int version = number(&body, 2), group = 0, type;
	const unsigned char *random = take(&body, 32), *suite;
	const SSL_CIPHER *cipher;
	struct reader all, extension;

	vector(&body, 1);
	suite = take(&body, 2);
	cipher = suite ? SSL_CIPHER_find(ssl, suite) : NULL;
	take(&body, 1);
	for (all = vector(&body, 2); all.left;) {
		type = number(&all, 2);
		extension = vector(&all, 2);
		if (type == TLSEXT_TYPE_supported_versions)
			version = number(&extension, 2);
		else if (type == TLSEXT_TYPE_key_share)
			group = number(&extension, 2);
	}
	if (is_retry(random))
		snprintf(step->name, sizeof(step->name), "HelloRetryRequest");
	say(step, "chooses %s, %s", probe_version_name(version),
	    cipher ? SSL_CIPHER_get_name(cipher) : "unknown cipher");
	if (group)
		say(step, ", group %s", group_name(ssl, group));
}

static void certificate(struct probe_step *step, SSL *ssl,
			struct reader body)
{
	bool tls13 = SSL_version(ssl) == TLS1_3_VERSION;
	struct reader list;
	unsigned int count = 0;
	size_t bytes;

	if (tls13)
		vector(&body, 1);
	list = vector(&body, 3);
	for (bytes = list.left; list.left; count++) {
		vector(&list, 3);
		if (tls13)
			vector(&list, 2);
	}
	say(step, "%u certificate%s, %zu bytes: the server's public key",
	    count, count == 1 ? "" : "s", bytes);
}

static void server_key_exchange(struct probe_step *step, SSL *ssl,
				struct reader body)
{
	say(step, "the server's share of the key");
	if (number(&body, 1) == NAMED_CURVE_TYPE)
		say(step, ", group %s", group_name(ssl, number(&body, 2)));
	say(step, ", signed with its private key");
}

static void client_key_exchange(struct probe_step *step, SSL *ssl)
{
	const SSL_CIPHER *cipher = SSL_get_pending_cipher(ssl);

	if (cipher && SSL_CIPHER_get_kx_nid(cipher) == NID_kx_rsa)
		say(step, "a secret made here, encrypted to the server's public key");
	else
		say(step, "the client's share of the key");
}

static const char *message_name(unsigned int type)
{
	switch (type) {
	case SSL3_MT_CLIENT_HELLO:
		return "ClientHello";
	case SSL3_MT_SERVER_HELLO:
		return "ServerHello";
	case SSL3_MT_NEWSESSION_TICKET:
		return "NewSessionTicket";
	case SSL3_MT_ENCRYPTED_EXTENSIONS:
		return "EncryptedExtensions";
	case SSL3_MT_CERTIFICATE:
		return "Certificate";
	case SSL3_MT_SERVER_KEY_EXCHANGE:
		return "ServerKeyExchange";
	case SSL3_MT_CERTIFICATE_REQUEST:
		return "CertificateRequest";
	case SSL3_MT_SERVER_DONE:
		return "ServerHelloDone";
	case SSL3_MT_CERTIFICATE_VERIFY:
		return "CertificateVerify";
	case SSL3_MT_CLIENT_KEY_EXCHANGE:
		return "ClientKeyExchange";
	case SSL3_MT_FINISHED:
		return "Finished";
	case SSL3_MT_CERTIFICATE_STATUS:
		return "CertificateStatus";
	default:
		return "handshake message";
	}
}

void probe_hello_describe(struct probe_step *step, SSL *ssl,
			  const unsigned char *msg, size_t len)
{
	struct reader body = { .at = msg, .left = len };
	unsigned int type = number(&body, 1);

	number(&body, 3);
	snprintf(step->name, sizeof(step->name), "%s", message_name(type));
	switch (type) {
	case SSL3_MT_CLIENT_HELLO:
		client_hello(step, body);
		break;
	case SSL3_MT_SERVER_HELLO:
		server_hello(step, ssl, body);
		break;
	case SSL3_MT_ENCRYPTED_EXTENSIONS:
		say(step, "from here on all is encrypted");
		break;
	case SSL3_MT_CERTIFICATE:
		if (!step->sent)
			certificate(step, ssl, body);
		break;
	case SSL3_MT_SERVER_DONE:
		say(step, "the server waits for the client's part");
		break;
	case SSL3_MT_CERTIFICATE_REQUEST:
		say(step, "the server wants a certificate of the client");
		break;
	case SSL3_MT_CERTIFICATE_STATUS:
		say(step, "stapled OCSP response");
		break;
	case SSL3_MT_CERTIFICATE_VERIFY:
		say(step, "signed with the private key: %s",
		    signature_scheme(number(&body, 2)));
		break;
	case SSL3_MT_SERVER_KEY_EXCHANGE:
		server_key_exchange(step, ssl, body);
		break;
	case SSL3_MT_CLIENT_KEY_EXCHANGE:
		client_key_exchange(step, ssl);
		break;
	case SSL3_MT_FINISHED:
		say(step, "both saw the same handshake and hold the same key");
		break;
	case SSL3_MT_NEWSESSION_TICKET:
		say(step, "to resume within %u s", number(&body, 4));
		break;
	}
}

void probe_cipher_change_describe(struct probe_step *step, SSL *ssl)
{
	snprintf(step->name, sizeof(step->name), "ChangeCipherSpec");
	say(step, "%s", SSL_version(ssl) == TLS1_3_VERSION ?
	    "no meaning in TLSv1.3, for old middle boxes only" :
	    "from here on all from this end is encrypted");
}

void probe_alert_describe(struct probe_step *step, const unsigned char *msg,
			  size_t len)
{
	int alert = len == 2 ? msg[0] << 8 | msg[1] : 0;

	snprintf(step->name, sizeof(step->name), "Alert");
	say(step, "%s: %s", SSL_alert_type_string_long(alert),
	    SSL_alert_desc_string_long(alert));
}
