/* What is said beside the result, on standard error: progress, remarks, the error at the end. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/front/shell.h"
#include "lib/text/utf8.h"

#define BAR_EVERY_MS 100

static void clear_bar(struct shell *s)
{
	if (s->bar)
		fputs("\r\033[K", stderr);
	s->bar = false;
}

static size_t terminal_columns(void)
{
	struct winsize size;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

static void draw_bar(struct shell *s, double part, const char *stage, const char *text)
{
	static const char blocks[] = "########################";
	int64_t now = clock_boot_ms();
	int filled = (int)(part * 24);
	const char *tail;
	size_t room = terminal_columns();

	if (s->bar && now - s->bar_at_ms < BAR_EVERY_MS && part < 1)
		return;
	s->bar_at_ms = now;
	tail = arena_printf(&s->call.arena, "%s%s%s", stage, text && *text ? ": " : "",
		text ? text : "");
	room = room > 36 ? room - 36 : 10;
	tail = utf8_plain(&s->call.arena, tail, strnlen(tail, room), false);
	fprintf(stderr, "\r\033[K[%.*s%*s] %3d %% %s", filled, blocks, 24 - filled, "",
		(int)(part * 100), tail);
	fflush(stderr);
	s->bar = true;
}

static void show_progress(void *to, double done, double total, const char *stage, const char *text)
{
	struct shell *s = to;
	double part = total > 0 ? done / total : 0;
	int tenth;

	part = part < 0 ? 0 : part > 1 ? 1 : part;
	switch (s->general.progress) {
	case PROGRESS_BAR:
		draw_bar(s, part, stage, text);
		return;
	case PROGRESS_LINES:
		tenth = (int)(part * 10);
		if (s->bar_stage && !strcmp(s->bar_stage, stage) && tenth == s->bar_tenth)
			return;
		s->bar_stage = arena_strdup(&s->call.arena, stage);
		s->bar_tenth = tenth;
		fprintf(stderr, "%s %d %%\n", stage, tenth * 10);
		return;
	case PROGRESS_JSON: {
		JSON_AUTO j = json_pack("{s:s,s:s,s:f,s:f,s:s?}", "event", "progress", "stage", stage,
			"done", done, "total", total, "text", text);

		fprintf(stderr, "%s\n", json_text(&s->call, j, false));
		return;
	}
	case PROGRESS_AUTO:
	case PROGRESS_NONE:
		return;
	}
}

static void show_warning(void *to, const char *text)
{
	struct shell *s = to;

	if (s->general.quiet)
		return;
	clear_bar(s);
	if (s->general.progress == PROGRESS_JSON) {
		JSON_AUTO j = json_pack("{s:s,s:s}", "event", "warning", "text", text);

		fprintf(stderr, "%s\n", json_text(&s->call, j, false));
	} else {
		fprintf(stderr, "trae: warning: %s\n",
			utf8_plain(&s->call.arena, text, strlen(text), false));
	}
}

void talk_start(struct shell *s)
{
	const char *term = getenv("TERM");
	bool plain = !term || !strcmp(term, "dumb");

	if (s->general.progress == PROGRESS_AUTO)
		s->general.progress = s->general.quiet || !isatty(STDERR_FILENO) ? PROGRESS_NONE
			: plain						 ? PROGRESS_LINES
									 : PROGRESS_BAR;
	s->call.progress = show_progress;
	s->call.warn = show_warning;
	s->call.talk_to = s;
}

void talk_stop(struct shell *s)
{
	clear_bar(s);
}

void talk_error(struct shell *s, enum fail f)
{
	const struct fail_kind *kind = fail_kind(f);
	const char *why = s->call.why ? s->call.why : kind->meaning;
	bool colored = talk_colored(s, STDERR_FILENO);

	clear_bar(s);
	fflush(stdout);
	if (s->general.output == OUTPUT_JSON || s->general.output == OUTPUT_JSONL) {
		JSON_AUTO text = json_lossy(&s->call, why);
		JSON_AUTO j = json_pack("{s:{s:s,s:O,s:i}}", "error", "word", kind->word, "message",
			text, "exit", kind->exit);

		fprintf(stderr, "%s\n", json_text(&s->call, j, false));
		return;
	}
	fprintf(stderr, "%strae:%s %s%s%s\n", colored ? "\033[31m" : "", colored ? "\033[0m" : "",
		s->op ? s->op->name : "", s->op ? ": " : "",
		utf8_plain(&s->call.arena, why, strlen(why), false));
}

bool talk_colored(const struct shell *s, int fd)
{
	const char *none = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");
	const char *term = getenv("TERM");

	if (s->general.color != WHEN_AUTO)
		return s->general.color == WHEN_ALWAYS && !(none && *none);
	if (none && *none)
		return false;
	if (force && *force && strcmp(force, "0"))
		return true;
	return isatty(fd) && term && strcmp(term, "dumb");
}

enum fail talk_confirm(struct shell *s)
{
	char answer[8] = "";

	if (s->op->effect != EFFECT_DESTROY || s->general.yes || s->general.dry_run)
		return FAIL_NONE;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return fail(&s->call, FAIL_USAGE, "this cannot be undone by itself; give --yes to do it "
			"without being asked");
	fprintf(stderr, "%s: go on? [y/N] ", s->op->summary);
	if (!fgets(answer, sizeof answer, stdin) || (answer[0] != 'y' && answer[0] != 'Y'))
		return fail(&s->call, FAIL_DENIED, "not confirmed, nothing was done");
	return FAIL_NONE;
}
