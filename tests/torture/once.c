/* Idempotency keys: parallel identical calls are one call, and a call whose caller was killed
 * between commit and answer is answered the same by a retry.
 *     once [ROUNDS]
 * The control: without a key each call happens. */
#include "lib/base/id.h"
#include "lib/policy/policy.h"
#include "tests/torture/torture.h"

#define PARALLEL 100
#define KILLS_A_ROUND 4

/* One call in a process of its own: adds to the counter "done" and answers with a new id. */
static enum fail call_once(struct call *c, const char *key, const char **answer)
{
	struct policy_ask a = {.operation = "task submit", .effect = EFFECT_WRITE, .atomic = true,
		.lock = -1, .args = json_keep(c, json_pack("{s:s}", "topic", "rain"))};
	json_t *replies = json_keep(c, json_pack("[s]", id_new(&c->arena)));
	enum fail f;

	c->idempotency_key = key;
	policy_look(c, &a);
	TRY(policy_who(c, &a));
	f = policy_key(c, &a);
	if (!f && !a.replies)
		f = store_run(c, SQL("insert into counter (name, n) values ($1, 1)"
			" on conflict (name) do update set n = counter.n + 1"), PARAMS("done"),
			NULL);
	*answer = json_string_value(json_array_get(a.replies ? a.replies : replies, 0));
	return policy_audit(c, &a, f, replies);
}

/* A process that makes one call and writes its answer to the pipe TO. It begins when START (-1: at
 * once) is closed. With DIE it ends behind the commit, before it answers. */
static pid_t caller(const char *path, const char *key, const int to[2], const int start[2],
	bool die)
{
	struct call c = {.store_path = path};
	pid_t pid = fork();
	const char *answer;
	char go;

	if (pid < 0)
		bail("cannot fork");
	if (pid)
		return pid;
	close(to[0]);
	if (start) {
		close(start[1]);
		while (read(start[0], &go, 1) < 0 && errno == EINTR)
			;
	}
	if (call_once(&c, key, &answer) != FAIL_NONE)
		answer = arena_printf(&c.arena, "failed: %s", c.why);
	if (die)
		kill(getpid(), SIGKILL);
	dprintf(to[1], "%s\n", answer);
	call_release(&c);
	_exit(0);
}

static int64_t done(const char *path)
{
	struct call c = {.store_path = path};
	int64_t n = 0;
	QUERY_AUTO q = {0};
	enum fail f = store_open(&c);

	if (!f)
		f = query_start(&c, SQL("select n from counter where name = 'done'"), NO_PARAMS,
			&q);
	if (!f && query_next(&c, &q, &f))
		n = query_int(&q, 0);
	if (f)
		bail("cannot read the counter: %s", c.why);
	query_end(&q);
	call_release(&c);
	return n;
}

/* The first answer, and whether all were the same. */
static bool all_same(int from, int expected, char first[64])
{
	FILE *lines = fdopen(from, "r");
	bool same = true;
	char line[256];
	int n = 0;

	while (fgets(line, sizeof line, lines)) {
		if (!n++)
			snprintf(first, 64, "%.63s", line);
		same &= !strncmp(line, first, 63) && strncmp(line, "failed", 6) != 0;
	}
	fclose(lines);
	return same && n == expected;
}

/* PARALLEL callers with KEY (NULL: none); true when all got one answer. */
static bool burst(const char *path, const char *key)
{
	int answers[2], start[2];
	char first[64] = "";
	bool same;

	if (pipe(answers) || pipe(start))
		bail("no pipe");
	for (int i = 0; i < PARALLEL; i++)
		caller(path, key, answers, start, false);
	close(answers[1]);
	close(start[0]);
	close(start[1]);
	same = all_same(answers[0], PARALLEL, first);
	while (wait(NULL) > 0)
		;
	return same;
}

/* What one caller answers; "" when it was killed first, at a random moment or behind its commit. */
static void answer_of(const char *path, const char *key, bool cut, bool die, char out[64])
{
	int answers[2];
	unsigned delay_us;
	ssize_t got;
	pid_t pid;

	if (pipe(answers))
		bail("no pipe");
	pid = caller(path, key, answers, NULL, die);
	close(answers[1]);
	if (cut) {
		random_bytes(&delay_us, sizeof delay_us);
		usleep(delay_us % 20000);
		kill(pid, SIGKILL);
	}
	got = read(answers[0], out, 63);
	out[got > 0 ? got : 0] = '\0';
	close(answers[0]);
	waitpid(pid, NULL, 0);
}

/* A caller that is killed, and two that ask again with its key: never two calls, never two
 * answers. */
static bool killed(const char *path, const char *key, bool die, int *cut)
{
	int64_t before = done(path);
	char first[64], again[64], once_more[64];

	answer_of(path, key, !die, die, first);
	*cut += !*first;
	if (die && done(path) != before + 1)
		return false;
	answer_of(path, key, false, false, again);
	answer_of(path, key, false, false, once_more);
	return strlen(again) > 30 && !strcmp(again, once_more) && 
		(!*first || !strcmp(first, again)) && done(path) == before + 1;
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 3, good = 0, kills = 0;
	struct call c = {0};
	const char *path = arena_printf(&c.arena, "%s/data/trae.db", test_folder(&c));
	int64_t before;
	int cut = 0;

	done(path);
	for (long i = 0; i < rounds; i++)
		good += burst(path, arena_printf(&c.arena, "burst %ld", i));
	tap(good == rounds && done(path) == rounds, "%ld of %ld bursts of %d calls with one key "
		"were one call each", good, rounds, PARALLEL);
	for (long i = 0; i < rounds * KILLS_A_ROUND; i++)
		kills += killed(path, arena_printf(&c.arena, "kill %ld", i), i % 2, &cut);
	tap(kills == rounds * KILLS_A_ROUND, "%ld of %ld killed calls (%d before they answered) "
		"were done once and answered the same", kills, rounds * KILLS_A_ROUND, cut);
	before = done(path);
	tap(!burst(path, NULL) && done(path) > before + PARALLEL / 2,
		"control: without a key the calls of a burst are many");
	call_release(&c);
	return tap_end();
}
