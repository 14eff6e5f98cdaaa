/* Certificate: chosen anew for every TLS handshake, so that it can be replaced while others run. */
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/fault.h"
#include "lib/web/module/server.h"

#define MAX_CHAIN 16

/* A handshake that began with an old one may still use it, so all are kept to the end. */
struct cert {
	struct cert *older;
	gnutls_pcert_st chain[MAX_CHAIN];
	unsigned int count;
	gnutls_privkey_t key;
};

static void cert_free(struct cert *cert)
{
	for (unsigned int i = 0; i < cert->count; i++)
		gnutls_pcert_deinit(&cert->chain[i]);
	gnutls_privkey_deinit(cert->key);
	free(cert);
}

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text,
		.size = (unsigned int)strlen(text)};
}

/* Credentials are made only because that compares the key with the certificate. */
static int compare(const gnutls_datum_t *cert, const gnutls_datum_t *key)
{
	gnutls_certificate_credentials_t both;
	int code = gnutls_certificate_allocate_credentials(&both);

	if (code < 0)
		return code;
	code = gnutls_certificate_set_x509_key_mem2(both, cert, key, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_certificate_free_credentials(both);
	return code;
}

enum fail cert_use(struct call *c, struct server *s, const char *cert, const char *key)
{
	gnutls_datum_t cert_text = datum(cert), key_text = datum(key);
	struct cert *new;
	int code = fault_here() ? GNUTLS_E_MEMORY_ERROR : compare(&cert_text, &key_text);

	if (code < 0)
		return fail(c, FAIL_INPUT, "the TLS certificate and key cannot be used: %s",
			gnutls_strerror(code));
	new = xmalloc(sizeof *new);
	memset(new, 0, sizeof *new);
	gnutls_privkey_init(&new->key);
	new->count = MAX_CHAIN;
	code = gnutls_pcert_list_import_x509_raw(new->chain, &new->count, &cert_text,
		GNUTLS_X509_FMT_PEM, 0);
	if (code < 0)
		new->count = 0;
	else
		code = gnutls_privkey_import_x509_raw(new->key, &key_text, GNUTLS_X509_FMT_PEM,
			NULL, 0);
	if (code < 0) {
		cert_free(new);
		return fail(c, FAIL_INPUT, "the TLS certificate cannot be read: %s",
			gnutls_strerror(code));
	}
	new->older = atomic_load(&s->cert);
	atomic_store(&s->cert, new);
	return FAIL_NONE;
}

int cert_retrieve(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
	const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **out,
	unsigned int *out_count, gnutls_privkey_t *key)
{
	/* The library keeps its connection in the session. */
	struct MHD_Connection *connection = gnutls_session_get_ptr(session);
	const struct peer *p = MHD_get_connection_info(connection,
		MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	struct cert *cert = p ? atomic_load(&p->server->cert) : NULL;

	(void)names, (void)name_count, (void)algorithms, (void)algorithm_count;
	if (!cert)
		return -1;
	*out = cert->chain;
	*out_count = cert->count;
	*key = cert->key;
	return 0;
}

void certs_free(struct server *s)
{
	struct cert *cert = atomic_exchange(&s->cert, NULL);

	while (cert) {
		struct cert *older = cert->older;

		cert_free(cert);
		cert = older;
	}
}
