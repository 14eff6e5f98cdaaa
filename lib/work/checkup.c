/* Checkup: everything that this program depends on, looked at, with what to do about it. */
#include "lib/work/checkup.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/os/dirs.h"
#include "lib/os/module.h"
#include "lib/policy/api_key.h"
#include "lib/secret/secret.h"
#include "lib/store/store.h"
#include "lib/work/backup.h"
#include "lib/work/media.h"

#define KEYS_MAX 1000
#define FINDINGS_MAX 96
#define SPACE_WARN_MIB 1024
#define BACKUP_WARN_DAYS 7

struct checkup {
	struct call *c;
	struct finding *list;
	size_t count;
};

static const char *const words[] = {[HEALTH_OK] = "ok", [HEALTH_NOTE] = "note",
	[HEALTH_WARN] = "warn", [HEALTH_FAIL] = "fail"};

const char *health_word(enum health health)
{
	return words[health];
}

static void add(struct checkup *k, const char *check, enum health health, const char *found,
	const char *remedy)
{
	if (k->count < FINDINGS_MAX)
		k->list[k->count++] = (struct finding){check, health, found, remedy};
}

/* The reason of the last failure, which is thereby dealt with. */
static const char *reason(struct call *c)
{
	const char *why = c->why ? c->why : "failed";

	fail_forget(c);
	return why;
}

static void check_configuration(struct checkup *k)
{
	struct call *c = k->c;
	const char *path = config_user_path(c);
	struct stat st;

	if (config_load(c) != FAIL_NONE)
		add(k, "configuration", HEALTH_FAIL, reason(c), "mend the file, or trae config unset NAME");
	else if (!lstat(path, &st) && (st.st_mode & 022))
		add(k, "configuration", HEALTH_WARN,
			arena_printf(&c->arena, "%s: others may write it", path), "chmod 600 it");
	else
		add(k, "configuration", HEALTH_OK, path, NULL);
}

static void check_store(struct checkup *k)
{
	struct call *c = k->c;
	struct store_facts facts;
	enum fail f = store_open_read(c);

	if (f == FAIL_MISSING) {
		fail_forget(c);
		add(k, "store", HEALTH_NOTE, "not made yet", "trae init");
		return;
	}
	if (f == FAIL_NONE)
		f = store_verify(c, store_path(c));
	if (f == FAIL_NONE)
		f = store_facts(c, &facts);
	if (f != FAIL_NONE) {
		add(k, "store", HEALTH_FAIL, reason(c), "trae backup restore puts the newest backup in "
			"its place");
		return;
	}
	add(k, "store", HEALTH_OK,
		arena_printf(&c->arena, "%s, schema %lld, undamaged", facts.path,
			(long long)facts.schema),
		NULL);
	if (facts.wal_reset_defect)
		add(k, "sqlite", HEALTH_NOTE,
			arena_printf(&c->arena, "%s loses commits when a checkpoint races; trae "
				"checkpoints under a held lock", facts.engine),
			"let no other program write to the store");
	else
		add(k, "sqlite", HEALTH_OK, facts.engine, NULL);
}

static void check_modules(struct checkup *k)
{
	for (const struct module *m = module_list; m->name; m++) {
		const char *name = arena_printf(&k->c->arena, "module %s", m->name);
		const void *table;

		if (module_load(k->c, m->name, &table) == FAIL_NONE)
			add(k, name, HEALTH_OK, "loads", NULL);
		else
			add(k, name, HEALTH_FAIL, reason(k->c), arena_printf(&k->c->arena,
				"apt-get install %s, or make install anew", m->packages));
	}
}

static void add_usable(struct checkup *k, const json_t *facts)
{
	const json_t *engine, *here;
	const char *name;
	size_t i;

	json_object_foreach(json_object_get(facts, "encoders"), name, here)
		add(k, arena_printf(&k->c->arena, "encoder %s", name),
			json_is_true(here) ? HEALTH_OK : HEALTH_FAIL,
			json_is_true(here) ? "there" : "not in this libavcodec",
			json_is_true(here) ? NULL : "apt-get install libavcodec59");
	json_array_foreach(json_object_get(facts, "engines"), i, engine) {
		bool usable = json_is_true(json_object_get(engine, "usable"));

		add(k, arena_printf(&k->c->arena, "voices: %s", json_member_text(engine, "name", "")),
			usable ? HEALTH_OK : HEALTH_WARN,
			arena_printf(&k->c->arena, "%zu voices",
				json_array_size(json_object_get(engine, "voices"))),
			usable ? NULL : "share/debian/install-deps");
	}
}

static void add_font(struct checkup *k, const json_t *facts)
{
	const json_t *font = json_object_get(facts, "font");
	const char *file = json_member_text(font, "file", NULL);

	add(k, "font", file ? HEALTH_OK : HEALTH_FAIL,
		file ? arena_printf(&k->c->arena, "%s, %s", json_member_text(font, "family", ""), file)
		     : "none",
		file ? NULL : "apt-get install fonts-dejavu-core");
}

static void add_sandbox(struct checkup *k, const json_t *facts)
{
	static const char *const layers[] = {"rlimits", "no_new_privs", "seccomp"};
	const json_t *sandbox = json_object_get(facts, "sandbox");
	json_int_t abi = json_integer_value(json_object_get(sandbox, "landlock_abi"));

	for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
		bool on = json_is_true(json_object_get(sandbox, layers[i]));

		add(k, arena_printf(&k->c->arena, "sandbox: %s", layers[i]),
			on ? HEALTH_OK : HEALTH_WARN, on ? "active" : "not active",
			on ? NULL : "run on a kernel with it");
	}
	add(k, "sandbox: landlock", abi > 0 ? HEALTH_OK : HEALTH_WARN,
		abi > 0 ? arena_printf(&k->c->arena, "active, ABI %d", (int)abi) : "not active",
		abi > 0 ? NULL : "boot with landlock in lsm=");
}

static void check_media(struct checkup *k, bool security)
{
	JSON_AUTO job = json_pack("{s:s}", "job", "facts");
	json_t *facts;

	if (media_run(k->c, job, &facts) != FAIL_NONE) {
		add(k, "trae-media", HEALTH_FAIL, reason(k->c),
			"share/debian/install-deps, then make install");
		return;
	}
	if (!security) {
		add_usable(k, facts);
		add_font(k, facts);
	}
	add_sandbox(k, facts);
}

static void check_secrets(struct checkup *k)
{
	const struct secret_backend_state *states;
	size_t count;
	bool any = false;

	if (secret_backends(k->c, &states, &count) != FAIL_NONE) {
		add(k, "secrets", HEALTH_FAIL, reason(k->c), NULL);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		add(k, arena_printf(&k->c->arena, "secrets: %s", states[i].name),
			states[i].usable ? HEALTH_OK : HEALTH_NOTE, states[i].why, NULL);
		any |= states[i].usable;
	}
	if (!any)
		add(k, "secrets", HEALTH_WARN, "nothing can keep a secret here", "trae init --key-file");
}

static void check_model(struct checkup *k)
{
	const char *model = config_text(k->c, "llm.model"), *key = getenv("OPENAI_API_KEY");

	if (model)
		add(k, "language model", HEALTH_OK,
			arena_printf(&k->c->arena, "%s at %s", model, config_text(k->c, "llm.base_url")),
			NULL);
	else if (key && *key)
		add(k, "language model", HEALTH_WARN, "a key is given but no model is chosen",
			"trae config set llm.model NAME");
	else
		add(k, "language model", HEALTH_NOTE, "none; scripts are made by extraction",
			"trae secret set openai-api-key, trae config set llm.model NAME");
	fail_forget(k->c);
}

static void check_space(struct checkup *k)
{
	const char *dir = dir_data(k->c);
	struct statvfs fs;
	uint64_t mib;

	if (statvfs(dir, &fs) && statvfs("/", &fs))
		return;
	mib = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
	add(k, "disk space", mib < SPACE_WARN_MIB ? HEALTH_WARN : HEALTH_OK,
		arena_printf(&k->c->arena, "%llu MiB free at %s", (unsigned long long)mib, dir),
		mib < SPACE_WARN_MIB ? "make room: a video needs some hundred MiB" : NULL);
}

static void check_backups(struct checkup *k)
{
	struct backup *all;
	size_t n;
	int64_t days;

	if (backup_list(k->c, backup_folder(k->c), &all, &n) != FAIL_NONE) {
		add(k, "backups", HEALTH_WARN, reason(k->c), NULL);
		return;
	}
	if (!n || all[0].damage) {
		add(k, "backups", HEALTH_NOTE, "none", "trae backup create, best from cron");
		return;
	}
	days = (clock_now_ms() - all[0].created_at) / 86400000;
	add(k, "backups", days > BACKUP_WARN_DAYS ? HEALTH_WARN : HEALTH_OK,
		arena_printf(&k->c->arena, "the newest is %lld days old", (long long)days),
		days > BACKUP_WARN_DAYS ? "trae backup create, best from cron" : NULL);
}

static void check_folders(struct checkup *k)
{
	const char *const dirs[] = {dir_data(k->c), dir_config(k->c), dir_state(k->c)};
	struct stat st;

	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		if (lstat(dirs[i], &st))
			continue;
		if (st.st_uid != geteuid() || (st.st_mode & 077))
			add(k, "folder", HEALTH_WARN,
				arena_printf(&k->c->arena, "%s: others may look in", dirs[i]),
				"chmod 700 it");
		else
			add(k, "folder", HEALTH_OK, dirs[i], NULL);
	}
}

/* API keys in use, and those that are due to be replaced. */
static void check_keys(struct checkup *k)
{
	struct call *c = k->c;
	int64_t now = clock_now_ms(), valid = 0, old = 0;
	struct api_key *keys;
	enum fail f = store_open_read(c);
	size_t n = 0;

	if (!f)
		f = api_key_list(c, KEYS_MAX, &keys, &n);
	if (f != FAIL_NONE) {
		fail_forget(c);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		bool in_use = api_key_valid(&keys[i], now);

		valid += in_use;
		old += in_use && !keys[i].replaced_by && now > keys[i].created_at + KEY_ROTATE_MS;
	}
	if (old)
		add(k, "API keys", HEALTH_WARN, arena_printf(&c->arena,
			"%lld of %lld older than 90 days", (long long)old, (long long)valid),
			"trae key list names them, trae key rotate replaces one");
	else
		add(k, "API keys", HEALTH_OK, arena_printf(&c->arena, "%lld in use",
			(long long)valid), NULL);
}

enum fail checkup(struct call *c, bool security, struct finding **out, size_t *count)
{
	struct checkup k = {.c = c, .list = ARENA_NEW(&c->arena, struct finding, FINDINGS_MAX)};

	check_configuration(&k);
	check_folders(&k);
	check_secrets(&k);
	check_keys(&k);
	if (!security) {
		check_store(&k);
		check_modules(&k);
		check_model(&k);
		check_space(&k);
		check_backups(&k);
	}
	check_media(&k, security);
	*out = k.list;
	*count = k.count;
	return call_check(c);
}
