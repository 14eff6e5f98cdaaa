/* What the store says about itself. */
#include <sys/stat.h>

#include "lib/store/handle.h"
#include "lib/store/store.h"

/* SQLite 3.7.0 to 3.51.2 can lose a commit when a checkpoint meets the restart of the log
 * (https://sqlite.org/wal.html#walresetbug; mended in 3.44.6, 3.50.7 and 3.51.3). */
bool store_wal_reset_defect(int version)
{
	static const struct {
		int from, below;
	} mended[] = {{3044006, 3045000}, {3050007, 3051000}, {3051003, INT32_MAX}};

	if (version < 3007000)
		return false;
	for (size_t i = 0; i < sizeof mended / sizeof *mended; i++)
		if (version >= mended[i].from && version < mended[i].below)
			return false;
	return true;
}

static int64_t bytes_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : (int64_t)st.st_size;
}

enum fail store_facts(struct call *c, struct store_facts *out)
{
	const char *path = store_path(c);
	int64_t schema = 0;

	if (c->store)
		TRY(migrate_version(c, &c->store->handle, &schema));
	*out = (struct store_facts){
		.engine = sqlite3_libversion(),
		.path = path,
		.schema = schema,
		.newest_schema = migrate_newest(),
		.file_bytes = bytes_of(path),
		.log_bytes = bytes_of(arena_printf(&c->arena, "%s-wal", path)),
		.wal_reset_defect = store_wal_reset_defect(sqlite3_libversion_number()),
	};
	return FAIL_NONE;
}
