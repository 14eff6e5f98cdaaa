/* Script: from the blocks of a page to scenes with what is said in them. */
#include "lib/content/script.h"

#include <string.h>
#include <strings.h>

#include "lib/content/cue.h"
#include "lib/content/grow.h"
#include "lib/content/length.h"
#include "lib/content/split.h"
#include "lib/text/sentence.h"
#include "lib/text/utf8.h"
#include "lib/text/words.h"

/* Further warnings of a page full of code would only repeat themselves. */
#define WARNINGS_MAX 50

struct cite_mark {
	size_t at;          /* in the text without brackets */
	struct cue cue;
};

struct script_build {
	struct call *c;
	struct script *script;
	bool in_scene;      /* the last scene still takes parts */
	size_t images_end;  /* the first block behind the row of pictures being read */
	/* Of the block being read: */
	enum part_kind kind;
	bool first;         /* its first part is still to come */
	int line;
	struct buf text;    /* what is to be spoken, without brackets */
	struct cite_mark *marks;
	size_t mark_count;
};

void script_warn(struct call *c, struct script *s, const char *text)
{
	if (s->warning_count >= WARNINGS_MAX)
		return;
	GROW(&c->arena, s->warnings, s->warning_count);
	s->warnings[s->warning_count++] = text;
}

static struct script_scene *begin_scene(struct script_build *b, const char *title, int level)
{
	struct script *s = b->script;

	GROW(&b->c->arena, s->scenes, s->count);
	s->scenes[s->count] = (struct script_scene){.title = title, .level = level};
	b->in_scene = true;
	return &s->scenes[s->count++];
}

static struct script_scene *scene_now(struct script_build *b)
{
	return b->in_scene ? &b->script->scenes[b->script->count - 1] : begin_scene(b, NULL, 0);
}

static void add_part(struct script_build *b, struct script_part part)
{
	struct script_scene *scene = scene_now(b);

	part.paragraph = b->first;
	part.line = b->line;
	b->first = false;
	GROW(&b->c->arena, scene->parts, scene->count);
	scene->parts[scene->count++] = part;
}

static void add_pause(struct script_build *b, const struct cue *cue)
{
	if (cue->shortened)
		script_warn(b->c, b->script, arena_printf(&b->c->arena,
			"line %d: the pause is shortened to %.0f seconds", b->line, cue->seconds));
	add_part(b, (struct script_part){.kind = PART_PAUSE, .cue = cue->name,
		.seconds = cue->seconds});
}

static void add_note(struct script_build *b, const struct cue *cue)
{
	struct script_scene *scene = scene_now(b);

	GROW(&b->c->arena, scene->notes, scene->note_count);
	scene->notes[scene->note_count++] = (struct script_note){cue->note, cue->text};
	/* Notes are written behind the text: what they parted must not run together there. */
	b->first = true;
}

static void add_cite(struct script_build *b, struct script_part *part, int number)
{
	int *cites = (int *)part->cites;

	for (size_t i = 0; i < part->cite_count; i++)
		if (cites[i] == number)
			return;
	if (part->cite_count == CUE_CITES_MAX)
		return;
	GROW(&b->c->arena, cites, part->cite_count);
	cites[part->cite_count++] = number;
	part->cites = cites;
}

/* The sources named by the marks from *NEXT up to byte END of the text. */
static void take_cites(struct script_build *b, size_t *next, size_t end, struct script_part *part)
{
	for (; *next < b->mark_count && b->marks[*next].at <= end; (*next)++) {
		const struct cue *cue = &b->marks[*next].cue;

		for (size_t i = 0; i < cue->cite_count; i++)
			add_cite(b, part, cue->cites[i]);
	}
}

/* Adds LEN bytes as parts of at most SCRIPT_SENTENCE_MAX characters; the sources go to the last. */
static void add_spoken(struct script_build *b, size_t at, size_t len, size_t *mark)
{
	const char *s = b->text.data + at;

	while (len) {
		size_t cut = sentence_cut(s, len, SCRIPT_SENTENCE_MAX), end = cut;
		struct script_part part = {.kind = b->kind};

		while (end && s[end - 1] == ' ')
			end--;
		part.text = arena_memdup(&b->c->arena, s, end);
		s += cut;
		len -= cut;
		while (len && *s == ' ') {
			s++;
			len--;
		}
		if (!len)
			take_cites(b, mark, (size_t)(s - b->text.data), &part);
		if (words_spoken(part.text, end) > 0)
			add_part(b, part);
		else
			b->first = true;
		b->kind = PART_SENTENCE;
	}
}

/* What stood around a cue may have become one, which must not be taken for one when the script is
 * read again: such a TEXT loses its brackets. The COUNT MARKS stay where they are in its words. */
static void leave_no_cue(struct call *c, struct buf *text, struct cite_mark *marks, size_t count)
{
	size_t kept = 0, mark = 0;

	if (!cue_within(c, text->data, text->len))
		return;
	for (size_t i = 0; i < text->len; i++) {
		char ch = text->data[i];

		for (; mark < count && marks[mark].at <= i; mark++)
			marks[mark].at = kept;
		if (ch != '[' && ch != ']' && !(ch == ' ' && kept && text->data[kept - 1] == ' '))
			text->data[kept++] = ch;
	}
	for (; mark < count; mark++)
		marks[mark].at = kept;
	buf_cut(text, kept);
}

/* Turns the text gathered so far into parts: a bullet whole where it fits, else sentence by
 * sentence, of which the first is the bullet. */
static void flush(struct script_build *b)
{
	enum part_kind kind = b->kind;
	size_t start, len, at, mark = 0;
	struct sentence s;
	const char *text;

	leave_no_cue(b->c, &b->text, b->marks, b->mark_count);
	text = b->text.data;
	at = start = strspn(text, " ");
	len = b->text.len - start;
	if (kind == PART_ITEM && utf8_count(text + start, len) <= SCRIPT_SENTENCE_MAX)
		add_spoken(b, start, len, &mark);
	else
		while (sentence_next(text, b->text.len, &at, &s))
			add_spoken(b, s.at, s.len, &mark);
	b->kind = kind;
	b->mark_count = 0;
	b->marks = NULL;
	buf_cut(&b->text, 0);
}

const char *script_title(struct call *c, const char *text)
{
	struct buf b = buf_in(&c->arena);
	size_t len = strlen(text), n;

	for (size_t at = 0; at < len; at += n) {
		struct cue cue;

		n = cue_next(c, text + at, len - at, &cue);
		if (cue.kind == CUE_NONE)
			buf_add(&b, text + at, n);
	}
	/* "[TENSE  MOMENT]" is read as a cue once the blanks that met in it are one. */
	text = build_clean(c, b.data, b.len, false);
	buf_cut(&b, 0);
	buf_adds(&b, text);
	leave_no_cue(c, &b, NULL, 0);
	text = build_clean(c, b.data, b.len, false);
	return *text ? text : NULL;
}

/* The scene of a heading or of a section; pauses and notes that stand in its TEXT come first. */
static struct script_scene *begin_titled(struct script_build *b, const char *text, int level)
{
	struct script_scene *scene = begin_scene(b, script_title(b->c, text), level);
	size_t len = strlen(text), n;

	for (size_t at = 0; at < len; at += n) {
		struct cue cue;

		n = cue_next(b->c, text + at, len - at, &cue);
		if (cue.kind == CUE_PAUSE)
			add_pause(b, &cue);
		else if (cue.kind == CUE_NOTE)
			add_note(b, &cue);
	}
	return scene;
}

static void add_cue(struct script_build *b, const struct cue *cue)
{
	if (cue->kind == CUE_CITE) {
		while (b->text.len && b->text.data[b->text.len - 1] == ' ')
			buf_cut(&b->text, b->text.len - 1);
		GROW(&b->c->arena, b->marks, b->mark_count);
		b->marks[b->mark_count++] = (struct cite_mark){b->text.len, *cue};
		return;
	}
	flush(b);
	if (cue->kind == CUE_PAUSE)
		add_pause(b, cue);
	else if (cue->kind == CUE_NOTE)
		add_note(b, cue);
	else
		begin_titled(b, cue->name, 2)->planned_s = cue->seconds;
}

/* The text of a block: what stands in brackets is read as cues, the rest is spoken. */
static void add_text(struct script_build *b, enum part_kind kind, const struct block *block)
{
	const char *s = block->text;
	size_t len = strlen(s), n;

	b->kind = kind;
	b->first = true;
	b->line = block->line;
	for (size_t at = 0; at < len; at += n) {
		struct cue cue;

		n = cue_next(b->c, s + at, len - at, &cue);
		if (cue.kind == CUE_NONE)
			buf_add(&b->text, s + at, n);
		else
			add_cue(b, &cue);
	}
	flush(b);
}

static void add_heading(struct script_build *b, const struct block *block)
{
	size_t len = strlen(block->text);
	struct cue cue;

	b->first = true;
	b->line = block->line;
	if (cue_next(b->c, block->text, len, &cue) == len && cue.kind == CUE_SECTION)
		begin_titled(b, cue.name, 2)->planned_s = cue.seconds;
	else
		begin_titled(b, block->text, block->level);
}

static bool is_text(enum block_kind kind)
{
	return kind == BLOCK_PARAGRAPH || kind == BLOCK_QUOTE || kind == BLOCK_ITEM;
}

static void add_picture(struct script_build *b, const struct page *page, size_t at)
{
	const struct block *image = &page->blocks[at];
	struct script_scene *scene = b->in_scene ? &b->script->scenes[b->script->count - 1] : NULL;
	bool told = false;

	if (!strncasecmp(image->target, "data:", 5)) {
		script_warn(b->c, b->script, arena_printf(&b->c->arena,
			"line %d: a picture inside the text is left out", image->line));
		return;
	}
	for (at = at < b->images_end ? b->images_end : at;
		at < page->count && page->blocks[at].kind == BLOCK_IMAGE;)
		at++;
	b->images_end = at;
	for (size_t i = 0; scene && i < scene->count; i++)
		told |= scene->parts[i].kind != PART_PAUSE;
	if (!scene || scene->picture ||
		(told && at < page->count && is_text(page->blocks[at].kind)))
		scene = begin_scene(b, NULL, 0);
	scene->picture = image->target;
	scene->picture_alt = image->text;
}

static void add_block(struct script_build *b, const struct page *page, size_t at)
{
	const struct block *block = &page->blocks[at];

	switch (block->kind) {
	case BLOCK_HEADING: add_heading(b, block); break;
	case BLOCK_PARAGRAPH:
	case BLOCK_QUOTE: add_text(b, PART_SENTENCE, block); break;
	case BLOCK_ITEM: add_text(b, PART_ITEM, block); break;
	case BLOCK_IMAGE: add_picture(b, page, at); break;
	case BLOCK_BREAK: b->in_scene = false; break;
	case BLOCK_CODE:
	case BLOCK_TABLE:
		script_warn(b->c, b->script, arena_printf(&b->c->arena, "line %d: %s is not spoken",
			block->line, block->kind == BLOCK_CODE ? "code" : "a table"));
		break;
	}
}

static bool speaks(const struct script *s)
{
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->scenes[i].count; k++)
			if (s->scenes[i].parts[k].kind != PART_PAUSE)
				return true;
	return false;
}

enum fail script_from_page(struct call *c, const struct page *page, struct script *out)
{
	struct script script = {.title = page->title ? script_title(c, page->title) : NULL};
	struct script_build b = {.c = c, .script = &script, .text = buf_in(&c->arena)};

	for (size_t i = 0; i < page->count; i++)
		add_block(&b, page, i);
	if (!speaks(&script))
		return fail(c, FAIL_INPUT, "there are no words to speak: %s", page->count ?
			"only cues, headings, pictures, code or tables" : "the text is empty");
	script_split(c, &script);
	*out = script;
	return FAIL_NONE;
}

enum fail script_parse(struct call *c, const char *text, size_t len, struct script *out)
{
	struct page page;

	TRY(page_read(c, PAGE_MARKDOWN, text, len, NULL, &page));
	return script_from_page(c, &page, out);
}

double script_estimate_s(const struct script *s)
{
	double words = 0, seconds = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct script_scene *scene = &s->scenes[i];

		if (!scene->count)
			seconds += SCRIPT_TITLE_S;
		for (size_t k = 0; k < scene->count; k++) {
			const struct script_part *p = &scene->parts[k];

			seconds += p->kind == PART_PAUSE ? p->seconds : 0;
			words += p->text ? words_spoken(p->text, strlen(p->text)) : 0;
		}
	}
	return seconds + words / SCRIPT_WORDS_PER_S;
}

enum fail script_check_length(struct call *c, const struct script *s, double limit_s)
{
	double seconds = script_estimate_s(s);

	if (seconds <= limit_s)
		return FAIL_NONE;
	return fail(c, FAIL_INPUT, "the text takes %s to speak, the limit is %.0f minutes: "
		"shorten it or make several videos",
		length_text(c, seconds), limit_s / 60);
}
