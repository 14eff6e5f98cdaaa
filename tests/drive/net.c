/* Drives lib/net from a command line, for tests that need its requests without an operation. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/net/llm.h"
#include "lib/net/net.h"

#define MAX_HEADERS 8

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
	stopped = signal_number;
}

static void warn(void *to, const char *text)
{
	(void)to;
	fprintf(stderr, "warning: %s\n", text);
}

static void progress(void *to, double done, double total, const char *stage, const char *text)
{
	(void)to;
	fprintf(stderr, "progress: %s %.0f of %.0f %s\n", stage, done, total, text);
}

static int tell(struct call *c, enum fail got)
{
	if (got != FAIL_NONE)
		fprintf(stderr, "%s: %s\n", fail_kind(got)->word, c->why ? c->why : "");
	return fail_kind(got)->exit;
}

static enum fail count_piece(struct call *c, void *to, const char *data, size_t len)
{
	(void)c, (void)data, (void)len;
	++*(long *)to;
	return FAIL_NONE;
}

/* Reads "Name: value"; a leading "!" marks a credential. */
static struct net_header header_of(char *text)
{
	bool secret = *text == '!';
	char *colon = strchr(text, ':');

	if (!colon)
		return (struct net_header){0};
	*colon = '\0';
	return (struct net_header){.name = text + secret, .value = colon + 1 + (colon[1] == ' '),
		.secret = secret};
}

static int usage(void)
{
	fputs("usage: net request [-o] [-X METHOD] [-d BODY | -b BYTES] [-H [!]HEADER]...\n"
	      "                   [-m BYTES] [-t MS] [-i IDLE_S] [-r REDIRECTS] [-s] URL\n"
	      "       net each [-o] < URLS\n"
	      "       net ask API BASE MODEL INSTRUCTIONS PROMPT [TIMEOUT_MS]\n"
	      "       net models BASE\n"
	      "The key of a model's server is taken from DRIVE_KEY.\n",
		stderr);
	return 64;
}

static int drive_request(struct call *c, int argc, char **argv)
{
	struct net_header headers[MAX_HEADERS + 1] = {0};
	struct net_request r = {.method = "GET", .headers = headers};
	struct net_reply reply;
	long pieces = 0;
	int option, count = 0;
	enum fail got;

	while ((option = getopt(argc, argv, "oX:d:b:H:m:t:i:r:s")) != -1) {
		switch (option) {
		case 'o': r.owner_named = true; break;
		case 'X': r.method = optarg; break;
		case 'd': r.body = optarg, r.body_len = strlen(optarg); break;
		case 'b':
			r.body_len = strtoul(optarg, NULL, 10);
			r.body = arena_alloc(&c->arena, r.body_len, 1);
			break;
		case 'H': headers[count < MAX_HEADERS ? count++ : 0] = header_of(optarg); break;
		case 'm': r.max_bytes = strtoul(optarg, NULL, 10); break;
		case 't': r.timeout_ms = strtol(optarg, NULL, 10); break;
		case 'i': r.idle_s = (int)strtol(optarg, NULL, 10); break;
		case 'r': r.redirects = (int)strtol(optarg, NULL, 10); break;
		case 's': r.data = count_piece, r.to = &pieces; break;
		default: return usage();
		}
	}
	if (optind + 1 != argc)
		return usage();
	r.url = argv[optind];
	got = net_request(c, &r, &reply);
	if (got == FAIL_NONE)
		printf("%d %s %s %zu %ld\n%s", reply.status, reply.url, reply.content_type,
			reply.len, pieces, reply.body);
	return tell(c, got);
}

/* One line for each URL: the word of what became of it. */
static int drive_each(struct call *c, bool owner_named)
{
	char line[16384];

	while (fgets(line, sizeof line, stdin)) {
		struct net_request r = {.method = "GET", .url = line, .timeout_ms = 2000,
			.owner_named = owner_named};
		struct net_reply reply;
		enum fail got;

		line[strcspn(line, "\n")] = '\0';
		got = net_request(c, &r, &reply);
		printf("%s\t%s\t%s\n", fail_kind(got)->word, line, c->why ? c->why : "");
		fail_forget(c);
	}
	return 0;
}

static int drive_ask(struct call *c, int argc, char **argv)
{
	const char *answer = NULL;
	struct llm llm;
	enum fail got;

	if (argc < 6)
		return usage();
	llm = (struct llm){.api = argv[1], .base_url = argv[2], .model = argv[3],
		.key = getenv("DRIVE_KEY"), .timeout_ms = argc > 6 ? atol(argv[6]) : 0};
	got = llm_ask(c, &llm, argv[4], argv[5], &answer);
	if (got == FAIL_NONE)
		puts(answer);
	return tell(c, got);
}

static int drive_models(struct call *c, const char *base)
{
	struct llm llm = {.api = "chat", .base_url = base, .model = "", .key = getenv("DRIVE_KEY")};
	const char *const *names = NULL;
	enum fail got = llm_models(c, &llm, &names);

	while (got == FAIL_NONE && *names)
		puts(*names++);
	return tell(c, got);
}

int main(int argc, char **argv)
{
	struct call c = {.cancelled = &stopped, .warn = warn, .progress = progress};
	const char *what = argc > 1 ? argv[1] : "";
	int status;

	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	if (!strcmp(what, "request"))
		status = drive_request(&c, argc - 1, argv + 1);
	else if (!strcmp(what, "each"))
		status = drive_each(&c, argc > 2);
	else if (!strcmp(what, "ask"))
		status = drive_ask(&c, argc - 1, argv + 1);
	else if (!strcmp(what, "models") && argc == 3)
		status = drive_models(&c, argv[2]);
	else
		status = usage();
	call_release(&c);
	return status;
}
