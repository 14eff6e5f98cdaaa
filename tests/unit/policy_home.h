/* A home of its own for tests of policy: a store, and a key file that opens its secrets. */
#ifndef TESTS_POLICY_HOME_H
#define TESTS_POLICY_HOME_H

#include "lib/os/file.h"
#include "lib/policy/state.h"
#include "lib/secret/secret.h"
#include "tests/unit/store_home.h"

__attribute__((unused)) static void with_policy(struct call *c)
{
	const char *made;

	with_store(c);
	setenv("XDG_CONFIG_HOME", path_dir(c, c->store_path), 1);
	setenv("XDG_STATE_HOME", path_dir(c, c->store_path), 1);
	unsetenv("DBUS_SESSION_BUS_ADDRESS");
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("CREDENTIALS_DIRECTORY");
	CHECK_OK(secret_make_key_file(c, NULL, &made));
	CHECK_OK(policy_secrets(c, true));
}

#endif
