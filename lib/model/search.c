/* Search: tasks and recorded files by the words in them. */
#include "lib/model/search.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/json/json.h"
#include "lib/model/file.h"
#include "lib/model/task.h"
#include "lib/os/file.h"
#include "lib/store/store.h"
#include "lib/text/utf8.h"

#define WORDS_MAX 8
#define CANDIDATES 200
#define TITLE_BYTES 80
#define SCAN_BYTES 65536
#define TASK "task:"
#define FILE_PREFIX "file:"

struct words {
	const char *list[WORDS_MAX];
	size_t count;
	const char *pattern; /* of like: the longest of them */
};

struct hits {
	const struct words *words;
	struct found *list;
	size_t count, room;
};

/* The pattern of like for what holds WORD, whose letters mean themselves. */
static const char *pattern_of(struct call *c, const char *word)
{
	struct buf b = buf_in(&c->arena);

	buf_addc(&b, '%');
	for (; *word; word++) {
		if (strchr("%_!", *word))
			buf_addc(&b, '!');
		buf_addc(&b, *word);
	}
	buf_addc(&b, '%');
	return b.data;
}

static enum fail read_words(struct call *c, const char *query, struct words *out)
{
	char *text = arena_strdup(&c->arena, query), *rest, *word;
	const char *longest = "";

	*out = (struct words){.count = 0};
	for (char *p = text; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	for (word = strtok_r(text, " \t\n,.;:?!\"'()", &rest); word;
		word = strtok_r(NULL, " \t\n,.;:?!\"'()", &rest)) {
		if (strlen(word) < 2 || out->count == WORDS_MAX)
			continue;
		out->list[out->count++] = word;
		if (strlen(word) > strlen(longest))
			longest = word;
	}
	if (!out->count)
		return fail(c, FAIL_USAGE, "query: a word of two letters or more is needed");
	out->pattern = pattern_of(c, longest);
	return FAIL_NONE;
}

static int rank(const struct words *w, const char *title, const char *text)
{
	int n = 0;

	for (size_t i = 0; i < w->count; i++)
		n += (strcasestr(title, w->list[i]) ? 3 : 0) + (strcasestr(text, w->list[i]) ? 1 : 0);
	return n;
}

static void add(struct hits *h, const char *id, const char *title, const char *text, int64_t at)
{
	int r = rank(h->words, title, text);

	for (size_t i = 0; i < h->count; i++)
		if (!strcmp(h->list[i].id, id)) {
			h->list[i].rank = r > h->list[i].rank ? r : h->list[i].rank;
			return;
		}
	if (r && h->count < h->room)
		h->list[h->count++] = (struct found){id, title, at, r};
}

/* The operation and what it was about: the first of the members that say so. */
static const char *task_title(struct call *c, const char *operation, const char *arguments)
{
	static const char *const about[] = {"title", "topic", "query", "name", "text", "script"};
	json_t *j = NULL;
	const char *text = NULL;

	if (arguments && json_parse(c, arguments, strlen(arguments), &j) == FAIL_NONE)
		json_keep(c, j);
	fail_forget(c);
	for (size_t i = 0; i < sizeof about / sizeof *about && !text; i++)
		text = json_member_text(j, about[i], NULL);
	return text ? arena_printf(&c->arena, "%s: %s", operation, utf8_plain(&c->arena, text,
			      utf8_valid(text, strnlen(text, TITLE_BYTES)), false))
		    : operation;
}

static enum fail find_tasks(struct call *c, struct hits *h)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select id, operation, arguments, said, created_at from"
		" (select id, operation, cast(arguments as text) as arguments, created_at,"
		" coalesce(cast(result as text), '') || ' ' || coalesce(error_text, '') as said"
		" from task order by created_at desc, id desc limit $1) as newest"
		" where lower(operation || ' ' || arguments || ' ' || said) like $2 escape '!'"
		" order by created_at desc, id desc limit $3"),
		PARAMS(SEARCH_ROWS, h->words->pattern, CANDIDATES), &q));
	while (query_next(c, &q, &f)) {
		const char *arguments = query_text(c, &q, 2);

		add(h, arena_printf(&c->arena, TASK "%s", query_text(c, &q, 0)),
			task_title(c, query_text(c, &q, 1), arguments),
			arena_printf(&c->arena, "%s %s", arguments, query_text(c, &q, 3)),
			query_int(&q, 4));
	}
	return f;
}

static enum fail find_names(struct call *c, struct hits *h)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select id, name, said, created_at from (select id, name, created_at,"
		" coalesce(operation, '') || ' ' || coalesce(cast(metadata as text), '') as said"
		" from file order by created_at desc, id desc limit $1) as newest"
		" where lower(name || ' ' || said) like $2 escape '!'"
		" order by created_at desc, id desc limit $3"),
		PARAMS(SEARCH_ROWS, h->words->pattern, CANDIDATES), &q));
	while (query_next(c, &q, &f))
		add(h, arena_printf(&c->arena, FILE_PREFIX "%s", query_text(c, &q, 0)),
			query_text(c, &q, 1), query_text(c, &q, 2), query_int(&q, 3));
	return f;
}

static bool is_text(const struct file *f)
{
	return !strncmp(f->media_type, "text/", 5) || !strcmp(f->media_type, "application/json") ||
		!strcmp(f->media_type, "application/x-subrip");
}

/* Up to MAX bytes of the text in F; *MORE: there are more. NULL for one that cannot be read. */
static const char *read_text(struct call *c, const struct file *f, size_t max, bool *more)
{
	FILE_AUTO fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char *text = fd < 0 ? NULL : arena_alloc(&c->arena, 1, max + 1);
	ssize_t n = text ? pread(fd, text, max, 0) : -1;

	if (n < 0)
		return NULL;
	*more = f->bytes > n;
	text[utf8_valid(text, (size_t)n)] = '\0';
	return text;
}

static enum fail find_texts(struct call *c, struct hits *h)
{
	struct file *files;
	size_t n;

	TRY(file_list(c, SEARCH_TEXTS, NULL, &files, &n));
	for (size_t i = 0; i < n; i++) {
		bool more;
		const char *text = is_text(&files[i]) ? read_text(c, &files[i], SCAN_BYTES, &more) : NULL;

		TRY(call_check(c));
		if (text)
			add(h, arena_printf(&c->arena, FILE_PREFIX "%s", files[i].id), files[i].name,
				text, files[i].created_at);
	}
	return FAIL_NONE;
}

static int better_first(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->rank != y->rank)
		return y->rank - x->rank;
	if (x->created_at != y->created_at)
		return x->created_at < y->created_at ? 1 : -1;
	return strcmp(y->id, x->id);
}

enum fail search_run(struct call *c, const char *query, size_t limit, struct found **out,
	size_t *n)
{
	struct words words;
	struct hits h = {.words = &words, .room = 2 * CANDIDATES + SEARCH_TEXTS};

	TRY(read_words(c, query, &words));
	h.list = ARENA_NEW(&c->arena, struct found, h.room);
	TRY(find_tasks(c, &h));
	TRY(find_names(c, &h));
	TRY(find_texts(c, &h));
	qsort(h.list, h.count, sizeof *h.list, better_first);
	*out = h.list;
	*n = h.count < limit ? h.count : limit;
	return FAIL_NONE;
}

/* TEXT as far as a document goes. */
static const char *bounded(struct call *c, const char *text, bool *truncated)
{
	size_t len = strlen(text);

	*truncated = len > SEARCH_TEXT_BYTES;
	if (!*truncated)
		return text;
	return arena_memdup(&c->arena, text, utf8_valid(text, SEARCH_TEXT_BYTES));
}

static enum fail fetch_task(struct call *c, const char *id, struct document *out)
{
	struct task t;
	const char *text;

	TRY(task_find(c, id, &t));
	text = arena_printf(&c->arena, "%s\n%s\n%s%s", t.operation, t.arguments,
		t.result ? t.result : "", t.error_text ? t.error_text : "");
	*out = (struct document){.title = task_title(c, t.operation, t.arguments), .kind = "task",
		.state = t.state, .created_at = t.created_at};
	out->text = bounded(c, text, &out->truncated);
	return FAIL_NONE;
}

static enum fail fetch_file(struct call *c, const char *id, struct document *out)
{
	struct file f;

	TRY(file_find(c, id, &f));
	*out = (struct document){.title = f.name, .kind = "file", .media_type = f.media_type,
		.state = f.state, .created_at = f.created_at};
	if (is_text(&f))
		out->text = read_text(c, &f, SEARCH_TEXT_BYTES, &out->truncated);
	if (!out->text)
		out->text = arena_printf(&c->arena, "%s, %s, %lld bytes%s%s", f.name, f.media_type,
			(long long)f.bytes, f.metadata ? "\n" : "", f.metadata ? f.metadata : "");
	return FAIL_NONE;
}

enum fail search_fetch(struct call *c, const char *id, struct document *out)
{
	size_t task = strlen(TASK), file = strlen(FILE_PREFIX);

	if (!strncmp(id, TASK, task))
		TRY(fetch_task(c, id + task, out));
	else if (!strncmp(id, FILE_PREFIX, file))
		TRY(fetch_file(c, id + file, out));
	else
		return fail(c, FAIL_MISSING, "nothing is called %s: search gives ids such as "
			TASK "ID and " FILE_PREFIX "ID", id);
	out->id = arena_strdup(&c->arena, id);
	return FAIL_NONE;
}
