/* The shell front: one command line, from words to exit status. */
#include "lib/front/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/config/config.h"
#include "lib/os/env.h"
#include "lib/secret/secret.h"
#include "lib/store/store.h"

#define EXIT_PIPE 141 /* what a shell shows for a death by SIGPIPE */

static volatile sig_atomic_t interrupted;

/* The first signal asks the work to end and clean up, the second ends the process at once. */
static void on_signal(int number)
{
	if (interrupted)
		_exit(128 + number);
	interrupted = 1;
}

static void prepare_process(void)
{
	struct sigaction on = {.sa_handler = on_signal};

	/* A closed descriptor 0, 1 or 2 would be given to the next file opened. */
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			_exit(71);
	env_scrub();
	secret_guard_process();
	sigaction(SIGINT, &on, NULL);
	sigaction(SIGTERM, &on, NULL);
	sigaction(SIGHUP, &on, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* trae foo is the program trae-foo on PATH when there is no such command. */
static void run_plugin(struct call *c, const char *word, int argc, char **argv)
{
	const char *name = arena_printf(&c->arena, "trae-%s", word);

	if (strchr(word, '/') || argc < 2 || strcmp(argv[1], word))
		return;
	signal(SIGPIPE, SIG_DFL);
	execvp(name, argv + 1);
	signal(SIGPIPE, SIG_IGN);
}

/* What probably was meant instead of WORDS, of which the first KNOWN name a group. */
static const char *near_command(struct call *c, char **words, int count, int known)
{
	const char *said = words_join(c, words, known), **next, *near;
	size_t len = strlen(said) + (known > 0), n = 0;

	for (int take = count < NAME_WORDS ? count : NAME_WORDS; take && !known; take--)
		if (op_nearest(c, words_join(c, words, take)))
			return op_nearest(c, words_join(c, words, take))->name;
	while (op_table[n])
		n++;
	next = ARENA_NEW(&c->arena, const char *, n);
	n = 0;
	for (size_t i = 0; op_table[i]; i++) {
		const char *rest = op_table[i]->name + len;

		if (!known || (!strncmp(op_table[i]->name, said, len - 1) && rest[-1] == ' '))
			next[n++] = arena_memdup(&c->arena, rest, strcspn(rest, " "));
	}
	near = field_nearest(words[known], next, n);
	return near && known ? arena_printf(&c->arena, "%s %s", said, near) : near;
}

/* WORDS: what stands where a command should, up to the first option. */
static enum fail no_command(struct shell *s, char **words, int count)
{
	struct call *c = &s->call;
	int known = count < NAME_WORDS ? count : NAME_WORDS;
	const char *group = NULL, *said, *near;

	while (known && !(group = help_group(c, words_join(c, words, known))))
		known--;
	if (!count && !s->general.help)
		return fail(c, FAIL_USAGE, "no command given; trae help lists them");
	if (!count || (group && s->general.help)) {
		output_text(group ? group : help_overview(c));
		return FAIL_NONE;
	}
	said = words_join(c, words, known);
	if (known == count)
		return fail(c, FAIL_USAGE, "which command of %s? trae %s --help lists them", said,
			said);
	near = near_command(c, words, count, known);
	if (group && !near)
		return fail(c, FAIL_USAGE, "unknown command %s %s; trae %s --help lists them", said,
			words[known], said);
	return fail(c, FAIL_USAGE, "unknown command %s%s%s%s", words_join(c, words, known + 1),
		near ? "; did you mean trae " : "", near ? near : "", near ? "?" : "");
}

static enum fail run_op(struct shell *s)
{
	struct call *c = &s->call;
	enum fail f;

	TRY(talk_confirm(s));
	s->rows = json_keep(c, json_array());
	c->cancelled = &interrupted;
	c->dry_run = s->general.dry_run;
	talk_start(s);
	f = op_dispatch(c, s->op, s->args, &output_sink, s);
	talk_stop(s);
	if (f == FAIL_NONE)
		f = output_finish(s);
	return f;
}

/* --queue: the same words as a task, which task submit checks and puts. */
static enum fail queue_instead(struct shell *s)
{
	struct call *c = &s->call;

	if (!(s->op->flags & OP_LONG))
		return fail(c, FAIL_USAGE, "--queue is for operations that take long; %s is done at once",
			s->op->name);
	s->args = json_keep(c, json_pack("{s:s,s:O}", "task_type", s->op->name, "parameters",
		s->args));
	s->op = op_find("task submit");
	return FAIL_NONE;
}

static enum fail help_command(struct shell *s, int argc, char **argv)
{
	struct call *c = &s->call;
	const char *name = words_join(c, argv + 2, argc - 2);
	const struct op *op = op_find(name);
	const char *group = help_group(c, name);

	if (argc == 2)
		output_text(help_overview(c));
	else if (op)
		output_text(op_to_help(c, op));
	else if (group)
		output_text(group);
	else
		return no_command(s, argv + 2, argc - 2);
	return FAIL_NONE;
}

static enum fail run(struct shell *s, int argc, char **argv)
{
	struct call *c = &s->call;
	int at, count;

	if (argc > 1 && !strcmp(argv[1], "help"))
		return help_command(s, argc, argv);
	if (argc > 1 && !strcmp(argv[1], "__complete")) {
		output_text(complete_words(c, argc - 2, argv + 2));
		return FAIL_NONE;
	}
	TRY(words_read(s, argc, argv, &at));
	if (s->general.version) {
		output_text("trae " TRAE_VERSION "\n");
		return FAIL_NONE;
	}
	if (s->general.install)
		return help_install(c, s->general.install);
	for (count = 0; !s->op && at + count < argc && argv[at + count][0] != '-';)
		count++;
	if (count && !help_group(c, argv[at]))
		run_plugin(c, argv[at], argc, argv);
	if (!s->op)
		return no_command(s, argv + at, count);
	if (s->general.help) {
		output_text(op_to_help(c, s->op));
		return FAIL_NONE;
	}
	if (s->general.queue)
		TRY(queue_instead(s));
	return run_op(s);
}

/* trae-video-render called by that name is trae video render. */
static char **expand_name(struct call *c, int *argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/'), *base = slash ? slash + 1 : argv[0];
	const struct op *op = strncmp(base, "trae-", 5) ? NULL : op_find(base + 5);
	char **more, *gap;
	int n = 0;

	if (!op)
		return argv;
	more = ARENA_NEW(&c->arena, char *, (size_t)*argc + NAME_WORDS + 1);
	more[n++] = argv[0];
	more[n++] = arena_strdup(&c->arena, op->name);
	while ((gap = strchr(more[n - 1], ' '))) {
		*gap = '\0';
		more[n++] = gap + 1;
	}
	for (int i = 1; i < *argc; i++)
		more[n++] = argv[i];
	*argc = n;
	return more;
}

int shell_main(int argc, char **argv)
{
	struct shell s = {.call = {.channel = CHANNEL_SHELL}};
	enum fail f;
	int status;

	prepare_process();
	argv = expand_name(&s.call, &argc, argv);
	f = run(&s, argc, argv);
	if (f == FAIL_NONE)
		f = output_flush(&s.call);
	status = fail_kind(f)->exit;
	if (f != FAIL_NONE && output_abandoned())
		status = EXIT_PIPE;
	else if (f != FAIL_NONE)
		talk_error(&s, f);
	store_leave(&s.call);
	call_release(&s.call);
	return status;
}
