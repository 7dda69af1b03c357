// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates in words, stapled OCSP responses, and what to do when a
 * certificate does not prove the name.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <arpa/inet.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* The text written to @bio, which is released. */
static char *bio_text(BIO *bio)
{
	char *data, *text;
	long len = BIO_get_mem_data(bio, &data);

	text = strndup(data, len);
	BIO_free(bio);
	return text;
}

static char *name_text(const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());

	X509_NAME_print_ex(bio, name, 0,
			   XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	return bio_text(bio);
}

static char *time_text(const ASN1_TIME *time)
{
	struct tm tm;
	char text[40];

	if (!ASN1_TIME_to_tm(time, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm))
		return strdup("unreadable");
	return strdup(text);
}

/* Whole days, rounded down: -1 from the first second after the end. */
static int days_left(const ASN1_TIME *end)
{
	int days = 0, seconds = 0;

	ASN1_TIME_diff(&days, &seconds, NULL, end);
	return seconds < 0 ? days - 1 : days;
}

static void print_name(BIO *bio, const GENERAL_NAME *name)
{
	char ip[INET6_ADDRSTRLEN];
	const ASN1_STRING *text;
	int type;

	text = GENERAL_NAME_get0_value(name, &type);
	if (type == GEN_DNS || type == GEN_URI || type == GEN_EMAIL)
		BIO_printf(bio, "%.*s", ASN1_STRING_length(text),
			   ASN1_STRING_get0_data(text));
	else if (type == GEN_IPADD &&
		 inet_ntop(ASN1_STRING_length(text) == 4 ? AF_INET : AF_INET6,
			   ASN1_STRING_get0_data(text), ip, sizeof(ip)))
		BIO_printf(bio, "%s", ip);
	else
		BIO_printf(bio, "(other)");
}

static char *alternative_names(X509 *x509)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name,
						NULL, NULL);
	BIO *bio = BIO_new(BIO_s_mem());

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		if (i)
			BIO_puts(bio, ", ");
		print_name(bio, sk_GENERAL_NAME_value(names, i));
	}
	GENERAL_NAMES_free(names);
	return bio_text(bio);
}

static char *key_text(X509 *x509)
{
	EVP_PKEY *key = X509_get0_pubkey(x509);
	char group[64] = "", *text;
	const char *type;

	if (!key)
		return strdup("unreadable");
	type = EVP_PKEY_get0_type_name(key);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
		EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
	if (asprintf(&text, "%s%s%s %d bits", type ? type : "unknown",
		     *group ? " " : "", group, EVP_PKEY_get_bits(key)) < 0)
		return NULL;
	return text;
}

void probe_cert_describe(struct probe_cert *cert, X509 *x509)
{
	cert->subject = name_text(X509_get_subject_name(x509));
	cert->issuer = name_text(X509_get_issuer_name(x509));
	cert->names = alternative_names(x509);
	cert->not_before = time_text(X509_get0_notBefore(x509));
	cert->not_after = time_text(X509_get0_notAfter(x509));
	cert->days_left = days_left(X509_get0_notAfter(x509));
	cert->key = key_text(x509);
	cert->signature = strdup(OBJ_nid2ln(X509_get_signature_nid(x509)));
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

void probe_cert_copy(struct probe_cert *cert, const struct probe_cert *from)
{
	cert->subject = copy(from->subject);
	cert->issuer = copy(from->issuer);
	cert->names = copy(from->names);
	cert->not_before = copy(from->not_before);
	cert->not_after = copy(from->not_after);
	cert->key = copy(from->key);
	cert->signature = copy(from->signature);
	cert->days_left = from->days_left;
}

void probe_cert_clear(struct probe_cert *cert)
{
	free(cert->subject);
	free(cert->issuer);
	free(cert->names);
	free(cert->not_before);
	free(cert->not_after);
	free(cert->key);
	free(cert->signature);
}

const char *probe_cert_remedy(const struct probe_tls *tls)
{
	switch (tls->reasons[0].code) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return "renew the server's certificate; if it is fresh, set this machine's clock; --insecure goes on nevertheless";
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return "set the clocks of this machine and of the server; --insecure goes on nevertheless";
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return "use a name that the certificate is for, or have one issued for this name; --insecure goes on nevertheless";
	case X509_V_ERR_CERT_REVOKED:
		return "replace the server's certificate; --insecure goes on nevertheless";
	default:
		return "if you trust its issuer, give the certificate of that CA with --cacert FILE; --insecure goes on nevertheless";
	}
}

static const char *first_status(OCSP_RESPONSE *response)
{
	OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
	OCSP_SINGLERESP *single = basic ? OCSP_resp_get0(basic, 0) : NULL;
	const char *status = "unreadable";

	if (single)
		status = OCSP_cert_status_str(
			OCSP_single_get0_status(single, NULL, NULL, NULL,
						NULL));
	OCSP_BASICRESP_free(basic);
	return status;
}

/* What the staple says; its own signature is not judged. */
const char *probe_ocsp_status(SSL *ssl)
{
	const unsigned char *data = NULL;
	OCSP_RESPONSE *response;
	const char *status;
	long len;

	len = SSL_get_tlsext_status_ocsp_resp(ssl, &data);
	if (len <= 0 || !data)
		return NULL;
	response = d2i_OCSP_RESPONSE(NULL, &data, len);
	if (!response)
		return "unreadable";
	status = first_status(response);
	OCSP_RESPONSE_free(response);
	return status;
}
