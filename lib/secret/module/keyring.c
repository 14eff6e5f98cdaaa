/* Module keyring: the freedesktop.org Secret Service through libsecret. Loaded only by the process
 * that secret_keyring_child() is. */
#include "lib/secret/keyring.h"

#include <libsecret/secret.h>
#include <string.h>

/* Also what `secret-tool lookup service trae name NAME` finds. */
static const SecretSchema schema = {"trae.Secret", SECRET_SCHEMA_DONT_MATCH_NAME,
	{{"service", SECRET_SCHEMA_ATTRIBUTE_STRING}, {"name", SECRET_SCHEMA_ATTRIBUTE_STRING},
		{NULL, 0}}};

#define UNLOCK                                                                                     \
	"unlock it by logging in to the desktop or with `gnome-keyring-daemon --unlock`, or set "  \
	"secrets.backend to file"

static void free_items(GList **items)
{
	g_list_free_full(*items, g_object_unref);
}
#define ITEMS_AUTO __attribute__((cleanup(free_items))) GList

/* Is there nobody behind the bus, or no bus behind its address? */
static bool nobody_answers(const GError *error)
{
	static const GDBusError absent[] = {G_DBUS_ERROR_SERVICE_UNKNOWN,
		G_DBUS_ERROR_NAME_HAS_NO_OWNER, G_DBUS_ERROR_SPAWN_EXEC_FAILED,
		G_DBUS_ERROR_SPAWN_FORK_FAILED, G_DBUS_ERROR_SPAWN_CHILD_EXITED,
		G_DBUS_ERROR_SPAWN_CHILD_SIGNALED, G_DBUS_ERROR_SPAWN_FAILED,
		G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND};

	for (size_t i = 0; i < G_N_ELEMENTS(absent); i++)
		if (g_error_matches(error, G_DBUS_ERROR, absent[i]))
			return true;
	return error->domain == G_IO_ERROR;
}

static enum fail fail_service(struct call *c, const GError *error)
{
	if (nobody_answers(error))
		return fail(c, FAIL_REMOTE, "no keyring answers on the session bus: %s",
			error->message);
	if (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
		return fail(c, FAIL_CONFIG, "the keyring is locked: " UNLOCK);
	return fail(c, FAIL_IO, "the keyring failed: %s", error->message);
}

static enum fail open_service(struct call *c, SecretService **out)
{
	g_autoptr(GError) error = NULL;

	*out = secret_service_get_sync(SECRET_SERVICE_OPEN_SESSION, NULL, &error);
	return *out ? FAIL_NONE : fail_service(c, error);
}

/* All items called NAME, or all of ours when it is NULL. No prompt: locked ones stay locked. */
static enum fail search(struct call *c, SecretService *service, const char *name, GList **out)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) attributes = name
		? secret_attributes_build(&schema, "service", "trae", "name", name, NULL)
		: secret_attributes_build(&schema, "service", "trae", NULL);

	*out = secret_service_search_sync(service, &schema, attributes, SECRET_SEARCH_ALL, NULL,
		&error);
	return error ? fail_service(c, error) : FAIL_NONE;
}

static enum fail get(struct call *c, const char *name, struct secret **out)
{
	g_autoptr(SecretService) service = NULL;
	g_autoptr(SecretValue) value = NULL;
	g_autoptr(GError) error = NULL;
	ITEMS_AUTO *items = NULL;
	SecretItem *item = NULL;
	const char *bytes;
	gsize len;

	TRY(open_service(c, &service));
	TRY(search(c, service, name, &items));
	if (!items)
		return fail(c, FAIL_MISSING, "no secret %s in the keyring", name);
	for (GList *at = items; at && !item; at = at->next)
		if (!secret_item_get_locked(at->data))
			item = at->data;
	if (!item)
		return fail(c, FAIL_CONFIG, "secret %s is in the keyring, which is locked: " UNLOCK,
			name);
	if (!secret_item_load_secret_sync(item, NULL, &error))
		return fail_service(c, error);
	value = secret_item_get_secret(item);
	bytes = value ? secret_value_get(value, &len) : NULL;
	if (!bytes || !len || len > SECRET_BYTES)
		return fail(c, FAIL_INPUT, "secret %s in the keyring has no value of 1 to %d bytes",
			name, SECRET_BYTES);
	*out = secret_from(bytes, len);
	return FAIL_NONE;
}

/* The collection that new secrets go to; it must be open. */
static enum fail default_collection(struct call *c, SecretService *service, SecretCollection **out)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(SecretCollection) found = secret_collection_for_alias_sync(service,
		SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, NULL, &error);

	if (error)
		return fail_service(c, error);
	if (!found)
		return fail(c, FAIL_REMOTE, "the keyring has no default collection: make one with "
			"`gnome-keyring-daemon --unlock` or your desktop's password program");
	if (secret_collection_get_locked(found))
		return fail(c, FAIL_CONFIG, "the keyring is locked: " UNLOCK);
	*out = g_steal_pointer(&found);
	return FAIL_NONE;
}

static enum fail set(struct call *c, const char *name, const struct secret *value)
{
	g_autoptr(SecretService) service = NULL;
	g_autoptr(SecretCollection) collection = NULL;
	g_autoptr(SecretValue) wrapped = NULL;
	g_autoptr(SecretItem) item = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) attributes =
		secret_attributes_build(&schema, "service", "trae", "name", name, NULL);
	size_t len;
	const char *bytes = secret_reveal(value, &len);

	TRY(open_service(c, &service));
	TRY(default_collection(c, service, &collection));
	wrapped = secret_value_new(bytes, (gssize)len, "text/plain");
	item = secret_item_create_sync(collection, &schema, attributes,
		arena_printf(&c->arena, "trae: %s", name), wrapped, SECRET_ITEM_CREATE_REPLACE,
		NULL, &error);
	return item ? FAIL_NONE : fail_service(c, error);
}

static enum fail delete(struct call *c, const char *name)
{
	g_autoptr(SecretService) service = NULL;
	ITEMS_AUTO *items = NULL;

	TRY(open_service(c, &service));
	TRY(search(c, service, name, &items));
	if (!items)
		return fail(c, FAIL_MISSING, "no secret %s in the keyring", name);
	for (GList *at = items; at; at = at->next) {
		g_autoptr(GError) error = NULL;

		if (secret_item_get_locked(at->data))
			return fail(c, FAIL_CONFIG, "secret %s is in the keyring, which is locked: "
				UNLOCK, name);
		if (!secret_item_delete_sync(at->data, NULL, &error))
			return fail_service(c, error);
	}
	return FAIL_NONE;
}

static enum fail list(struct call *c, struct secret_rows *rows, size_t *unreadable)
{
	g_autoptr(SecretService) service = NULL;
	ITEMS_AUTO *items = NULL;

	TRY(open_service(c, &service));
	TRY(search(c, service, NULL, &items));
	for (GList *at = items; at; at = at->next) {
		g_autoptr(GHashTable) attributes = secret_item_get_attributes(at->data);
		const char *name = attributes ? g_hash_table_lookup(attributes, "name") : NULL;

		if (name && secret_check_name(c, name) == FAIL_NONE)
			secret_rows_add(c, rows, name, "keyring",
				(int64_t)secret_item_get_modified(at->data) * 1000);
		else
			++*unreadable;
	}
	fail_forget(c);
	return FAIL_NONE;
}

static enum fail probe(struct call *c)
{
	g_autoptr(SecretService) service = NULL;
	g_autoptr(SecretCollection) collection = NULL;

	TRY(open_service(c, &service));
	return default_collection(c, service, &collection);
}

extern const struct keyring trae_module;
const struct keyring trae_module = {get, set, delete, list, probe};
