/* The environment that this program was started with. */
#include "lib/os/env.h"

#include <stdlib.h>

void env_scrub(void)
{
	static const char *const names[] = {"SECRET_BACKEND", "SECRET_FILE_TEST_PATH",
		"SECRET_FILE_TEST_PASSWORD", "FFREPORT", "AV_LOG_FORCE_COLOR", "G_MESSAGES_DEBUG",
		"GIO_EXTRA_MODULES", "OPENSSL_CONF", "OPENSSL_MODULES", "SSLKEYLOGFILE",
		"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "NETRC",
		"CURL_HOME", "SQLITE_TMPDIR", "XML_CATALOG_FILES", "SGML_CATALOG_FILES"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
}
