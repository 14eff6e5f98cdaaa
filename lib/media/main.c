/* trae-media: a JSON job on standard input, JSON lines on standard output; see work.h. */
#include <libavutil/log.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/media/bind.h"
#include "lib/media/work.h"
#include "lib/os/file.h"

#define JOB_BYTES_MAX (8 << 20)

/* At most ten lines a second tell how far it is. */
#define PROGRESS_EVERY_MS 100

static const struct work *const works[] = {&work_render, &work_estimate, &work_card, &work_probe,
	&work_look, &work_facts, NULL};

static volatile sig_atomic_t cancelled;

struct talk {
	struct call *c;
	int64_t told_ms;
	char stage[32];
};

static void on_signal(int number)
{
	cancelled = number;
}

static void print_line(struct call *c, const json_t *line)
{
	const char *text = json_text(c, line, false);

	fputs(text, stdout);
	putchar('\n');
	fflush(stdout);
}

static void tell_progress(void *to, double done, double total, const char *stage, const char *text)
{
	struct talk *t = to;
	int64_t now_ms = clock_boot_ms();
	struct call scratch = {0};
	json_t *line;

	if (!strcmp(t->stage, stage) && now_ms - t->told_ms < PROGRESS_EVERY_MS)
		return;
	t->told_ms = now_ms;
	snprintf(t->stage, sizeof t->stage, "%s", stage);
	line = json_pack("{s:s,s:s,s:f,s:f,s:o}", "event", "progress", "stage", stage, "done", done,
		"total", total, "text", json_lossy(t->c, text));
	print_line(&scratch, line);
	json_decref(line);
	call_release(&scratch);
}

static void tell_warning(void *to, const char *text)
{
	struct talk *t = to;
	JSON_AUTO line = json_pack("{s:s,s:o}", "event", "warning", "text", json_lossy(t->c, text));

	print_line(t->c, line);
}

static int tell_failure(struct call *c, enum fail f)
{
	const struct fail_kind *kind = fail_kind(f);
	JSON_AUTO line = json_pack("{s:s,s:s,s:o}", "event", "error", "fail", kind->word, "text",
		json_lossy(c, c->why ? c->why : kind->meaning));

	print_line(c, line);
	return kind->exit;
}

static enum fail find_work(struct call *c, const json_t *json, const struct work **out)
{
	const char *name = json_member_text(json, "job", "");
	struct buf known = buf_in(&c->arena);

	for (int i = 0; works[i]; i++) {
		buf_addf(&known, "%s%s", i ? ", " : "", works[i]->name);
		if (!strcmp(works[i]->name, name)) {
			*out = works[i];
			return FAIL_NONE;
		}
	}
	return fail(c, FAIL_INPUT, "the member job has to be one of %s", known.data);
}

static enum fail do_job(struct call *c)
{
	JSON_AUTO json = NULL;
	JSON_AUTO result = json_pack("{s:s}", "event", "result");
	const struct work *work;
	struct errand errand = {0};
	char *text;
	size_t len;

	TRY(file_read_fd(c, STDIN_FILENO, "the job", JOB_BYTES_MAX, &text, &len));
	TRY(json_parse(c, text, len, &json));
	TRY(find_work(c, json, &work));
	TRY(work->prepare(c, json, &errand));
	TRY(sandbox_enter(c, errand.wish, errand.readable, errand.readable_count, &errand.sandbox));
	TRY(work->run(c, &errand, result));
	print_line(c, result);
	return FAIL_NONE;
}

#if defined(__SANITIZE_ADDRESS__)
/* What fontconfig keeps for the life of the process is no leak of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}
#endif

int main(int argc, char **argv)
{
	struct call call = {.cancelled = &cancelled, .progress = tell_progress,
		.warn = tell_warning};
	struct talk talk = {.c = &call};
	struct sigaction stop = {.sa_handler = on_signal};
	enum fail f;
	int status = 0;

	(void)argv;
	if (argc > 1) {
		fputs("usage: trae-media < JOB.json\n", stderr);
		return fail_kind(FAIL_USAGE)->exit;
	}
	call.talk_to = &talk;
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	av_log_set_level(AV_LOG_QUIET);
	f = do_job(&call);
	if (f != FAIL_NONE)
		status = tell_failure(&call, f);
	call_release(&call);
	return status;
}
