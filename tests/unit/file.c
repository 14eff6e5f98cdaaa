/* Files that take their place when they are complete. */
#include "lib/os/file.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

#define WRITERS 4
#define TURNS 500

static int write_in_turns(const char *path, int who)
{
	for (int i = 0; i < TURNS; i++) {
		struct call c = {0};
		const char *text = arena_printf(&c.arena, "%d.%d\n", who, i);
		enum fail f = file_replace(&c, path, text, strlen(text), 0600);

		if (f)
			fprintf(stderr, "# %s\n", c.why ? c.why : fail_kind(f)->word);
		call_release(&c);
		if (f)
			return 1;
	}
	return 0;
}

TEST(many_replace_one_file_at_once)
{
	const char *path = arena_printf(&c->arena, "%s/end", test_folder(c));
	pid_t pids[WRITERS];
	int status;

	fflush(stdout);
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(write_in_turns(path, i));
	}
	for (int i = 0; i < WRITERS; i++)
		CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	CHECK(!access(path, R_OK));
}
