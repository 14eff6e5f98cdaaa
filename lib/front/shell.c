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

static enum fail no_command(struct shell *s, const char *word)
{
	struct call *c = &s->call;
	const char *group = word ? help_group(c, word) : NULL;
	const struct op *near;

	if (!word && !s->general.help)
		return fail(c, FAIL_USAGE, "no command given; trae help lists them");
	if (!word || (group && s->general.help)) {
		output_text(group ? group : help_overview(c));
		return FAIL_NONE;
	}
	if (group)
		return fail(c, FAIL_USAGE, "which command of %s? trae %s --help lists them", word, word);
	near = op_nearest(c, word);
	return fail(c, FAIL_USAGE, "unknown command %s%s%s%s", word, near ? "; did you mean trae " : "",
		near ? near->name : "", near ? "?" : "");
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
	struct buf name = buf_in(&c->arena);
	const struct op *op;
	const char *group;

	for (int i = 2; i < argc; i++)
		buf_addf(&name, "%s%s", i > 2 ? " " : "", argv[i]);
	op = op_find(name.data);
	group = help_group(c, name.data);
	if (!name.len)
		output_text(help_overview(c));
	else if (op)
		output_text(op_to_help(c, op));
	else if (group)
		output_text(group);
	else
		return no_command(s, name.data);
	return FAIL_NONE;
}

static enum fail run(struct shell *s, int argc, char **argv)
{
	struct call *c = &s->call;
	const char *group;

	if (argc > 1 && !strcmp(argv[1], "help"))
		return help_command(s, argc, argv);
	if (argc > 1 && !strcmp(argv[1], "__complete")) {
		output_text(complete_words(c, argc - 2, argv + 2));
		return FAIL_NONE;
	}
	TRY(words_read(s, argc, argv, &group));
	if (s->general.version) {
		output_text("trae " TRAE_VERSION "\n");
		return FAIL_NONE;
	}
	if (s->general.install)
		return help_install(c, s->general.install);
	if (!s->op && group && !help_group(c, group))
		run_plugin(c, group, argc, argv);
	if (!s->op)
		return no_command(s, group);
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
