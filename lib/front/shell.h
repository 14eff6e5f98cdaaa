/* The shell front: words in, text out. */
#ifndef FRONT_SHELL_H
#define FRONT_SHELL_H

#include "lib/op/op.h"

enum output { OUTPUT_AUTO, OUTPUT_JSON, OUTPUT_JSONL, OUTPUT_PLAIN, OUTPUT_TEMPLATE };
enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };
enum progress { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_LINES, PROGRESS_JSON, PROGRESS_NONE };

/* Names of operations have up to so many words: "agent config set". */
#define NAME_WORDS 3

/* Options that every command takes. */
struct general {
	enum output output;
	const char *template; /* of OUTPUT_TEMPLATE */
	const char *select;   /* members shown, divided by commas */
	enum when color;
	enum progress progress;
	bool quiet, help, version, dry_run, yes;
	bool queue;           /* put it on the queue instead of running it */
	const char *install;  /* folder that gets links for every operation */
};

struct shell {
	struct call call;
	struct general general;
	const struct op *op;
	json_t *args;
	json_t *rows;         /* of a reply that is shown as a whole */
	bool bar;             /* a progress bar stands on the terminal */
	int64_t bar_at_ms;
	int bar_tenth;
	const char *bar_stage;
};

/* Runs the program as a shell command; returns its exit status. */
int shell_main(int argc, char **argv);

/* words.c: reads the command line into s->general, s->op and s->args. s->op stays NULL when it
 * names a group ("trae secret") or nothing; *AT is then where in ARGV a name should stand. */
enum fail words_read(struct shell *s, int argc, char **argv, int *at);
/* COUNT words with a space between two. */
const char *words_join(struct call *c, char **words, int count);

/* output.c: the sink that prints, and the end of its work. */
extern const struct op_sink output_sink;
enum fail output_finish(struct shell *s);
/* Prints TEXT as it is. */
void output_text(const char *text);
/* Writes everything out; FAIL_IO or FAIL_FULL when standard output refuses. */
enum fail output_flush(struct call *c);
/* Whoever read along has gone, as head(1) does: no failure that anybody wants to hear of. */
bool output_abandoned(void);

/* talk.c: from here on progress and remarks go to standard error. */
void talk_start(struct shell *s);
/* Takes the progress bar away, before something else is written on the terminal. */
void talk_stop(struct shell *s);
/* Says that the command failed, and why. */
void talk_error(struct shell *s, enum fail fail);
/* Asks on the terminal before something that cannot be undone; --yes answers beforehand. */
enum fail talk_confirm(struct shell *s);
/* Whether FD shows colour: --color, NO_COLOR, CLICOLOR_FORCE, TERM, and what FD is. */
bool talk_colored(const struct shell *s, int fd);

/* help.c: all commands; those whose names begin with NOUN, NULL when none does. */
const char *help_overview(struct call *c);
const char *help_group(struct call *c, const char *noun);
/* Links in FOLDER by which each command is called as a program of its own. */
enum fail help_install(struct call *c, const char *folder);

/* complete.c: candidates for the last of WORDS, one a line: word, tab, explanation. */
const char *complete_words(struct call *c, int count, char **words);

#endif
