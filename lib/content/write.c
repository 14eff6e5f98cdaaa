/* Script: as Markdown, text and JSON. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "lib/content/cue.h"
#include "lib/content/script.h"
#include "lib/page/build.h"
#include "lib/text/sentence.h"

/* The character at S[AT] would mean something to Markdown. */
static bool special(const char *s, size_t at, bool line_start)
{
	char ch = s[at], before = at ? s[at - 1] : ' ', next = s[at + 1];

	if (strchr("\\`*[]<|~", ch))
		return true;
	if (ch == '_')
		return !(isalnum((unsigned char)before) && isalnum((unsigned char)next));
	if (ch == '&')
		return next == '#' || isalpha((unsigned char)next);
	if (ch == '#')
		return !next || line_start;
	if (!line_start)
		return false;
	return strchr("+-=>:", ch) != NULL;
}

/* "1." at the start of a line would begin a list; returns bytes up to the point. */
static size_t list_number(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n && n < 10 && (s[n] == '.' || s[n] == ')') ? n : 0;
}

static void add_escaped(struct buf *b, const char *s, bool line_start)
{
	size_t number = line_start ? list_number(s) : 0;

	for (size_t i = 0; s[i]; i++) {
		if (special(s, i, line_start && !i) || (number && i == number))
			buf_addc(b, '\\');
		buf_addc(b, s[i]);
	}
}

/* SECONDS as a number without needless digits. */
static void add_seconds(struct buf *b, double seconds)
{
	double thousand = round(seconds * 1000);
	long long whole = (long long)thousand;

	if (whole % 1000)
		buf_addf(b, "%lld.%03lld", whole / 1000, whole % 1000);
	else
		buf_addf(b, "%lld", whole / 1000);
}

static void add_cites(struct buf *b, const struct script_part *p)
{
	for (size_t i = 0; i < p->cite_count; i++)
		buf_addf(b, "%s%d", i ? ", " : " [", p->cites[i]);
	if (p->cite_count)
		buf_addc(b, ']');
}

static void add_pause(struct buf *b, const struct script_part *p)
{
	buf_addf(b, "[%s", strcmp(p->cue, "PAUSE") ? p->cue : "pause");
	if (fabs(p->seconds - cue_seconds(p->cue)) > 0.0005) {
		buf_addc(b, ' ');
		add_seconds(b, p->seconds);
		buf_addc(b, 's');
	}
	buf_addc(b, ']');
}

/* On lines of one paragraph the two sentences would be read as one or otherwise parted, as after
 * "etc.", or as in Chinese, where a line break is no blank. */
static bool runs_on(struct call *c, const char *first, const char *second)
{
	const char *lines = arena_printf(&c->arena, "%s\n%s", first, second);
	const char *both = build_clean(c, lines, strlen(lines), false);
	struct sentence s;
	size_t at = 0;

	return !sentence_next(both, strlen(both), &at, &s) || s.len != strlen(first);
}

/* S leaves a bracket open: with what follows in its paragraph it could be read as a cue. */
static bool leaves_open(const char *s)
{
	size_t depth = 0;

	for (; *s; s++) {
		if (*s == '[')
			depth++;
		else if (*s == ']' && depth)
			depth--;
	}
	return depth > 0;
}

/* P begins a paragraph of its own behind the part before it. */
static bool parted(struct call *c, const struct script_part *p)
{
	return p->paragraph || (p[-1].kind == PART_SENTENCE && (leaves_open(p[-1].text) ||
		(p->kind == PART_SENTENCE && runs_on(c, p[-1].text, p->text))));
}

static void add_parts(struct call *c, struct buf *b, const struct script_scene *scene)
{
	for (size_t i = 0; i < scene->count; i++) {
		const struct script_part *p = &scene->parts[i];
		bool list = p->kind == PART_ITEM, was_list = i && p[-1].kind == PART_ITEM;

		if (i && (list != was_list || (!list && parted(c, p))))
			buf_addc(b, '\n');
		if (p->kind == PART_PAUSE) {
			add_pause(b, p);
		} else {
			buf_adds(b, list ? "- " : "");
			add_escaped(b, p->text, true);
			add_cites(b, p);
		}
		buf_addc(b, '\n');
	}
	if (scene->count)
		buf_addc(b, '\n');
}

static void add_picture(struct buf *b, const struct script_scene *scene)
{
	buf_adds(b, "![");
	add_escaped(b, scene->picture_alt, false);
	buf_adds(b, "](<");
	for (const char *s = scene->picture; *s; s++) {
		if (strchr("\\<>&", *s))
			buf_addc(b, '\\');
		buf_addc(b, *s);
	}
	buf_adds(b, ">)\n\n");
}

static void add_scene(struct call *c, struct buf *b, const struct script_scene *scene,
	bool first)
{
	if (scene->title && scene->planned_s > 0) {
		buf_addc(b, '[');
		add_escaped(b, scene->title, false);
		buf_adds(b, " - ");
		add_seconds(b, scene->planned_s);
		buf_adds(b, " seconds]\n\n");
	} else if (scene->title) {
		for (int i = 0; i < scene->level; i++)
			buf_addc(b, '#');
		buf_addc(b, ' ');
		add_escaped(b, scene->title, true);
		buf_adds(b, "\n\n");
	} else if (!first) {
		buf_adds(b, "---\n\n");
	}
	if (scene->picture)
		add_picture(b, scene);
	add_parts(c, b, scene);
	for (size_t i = 0; i < scene->note_count; i++) {
		buf_addf(b, "[%s: ", script_note_name(scene->notes[i].kind));
		add_escaped(b, scene->notes[i].text, false);
		buf_adds(b, "]\n\n");
	}
}

/* A reader takes the first heading for the title. */
static bool title_shows(const struct script *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->scenes[i].title && !(s->scenes[i].planned_s > 0))
			return !s->title || !strcmp(s->title, s->scenes[i].title);
	return !s->title;
}

const char *script_markdown(struct call *c, const struct script *s)
{
	struct buf b = buf_in(&c->arena);

	if (!title_shows(s)) {
		buf_adds(&b, "---\ntitle: \"");
		for (const char *t = s->title; *t; t++) {
			if (*t == '"' || *t == '\\')
				buf_addc(&b, '\\');
			buf_addc(&b, *t);
		}
		buf_adds(&b, "\"\n---\n\n");
	}
	for (size_t i = 0; i < s->count; i++)
		add_scene(c, &b, &s->scenes[i], !i);
	while (b.len > 1 && b.data[b.len - 2] == '\n')
		buf_cut(&b, b.len - 1);
	return b.data;
}

static void add_plain_scene(struct buf *b, const struct script_scene *scene)
{
	bool fresh = true;

	if (scene->title)
		buf_addf(b, "%s\n\n", scene->title);
	for (size_t i = 0; i < scene->count; i++) {
		const struct script_part *p = &scene->parts[i];

		if (p->kind == PART_PAUSE)
			continue;
		if (p->kind == PART_ITEM)
			buf_addf(b, "%s- ", fresh ? "" : "\n");
		else
			buf_adds(b, fresh ? "" : p->paragraph ? "\n\n" : " ");
		buf_adds(b, p->text);
		add_cites(b, p);
		fresh = false;
	}
	buf_adds(b, fresh ? "" : "\n\n");
	for (size_t i = 0; i < scene->note_count; i++)
		buf_addf(b, "%s: %s\n%s", script_note_name(scene->notes[i].kind),
			scene->notes[i].text, i + 1 == scene->note_count ? "\n" : "");
}

const char *script_plain(struct call *c, const struct script *s)
{
	struct buf b = buf_in(&c->arena);

	if (s->title && !(s->count && s->scenes[0].title && !strcmp(s->title, s->scenes[0].title)))
		buf_addf(&b, "%s\n\n", s->title);
	for (size_t i = 0; i < s->count; i++)
		add_plain_scene(&b, &s->scenes[i]);
	while (b.len > 1 && b.data[b.len - 2] == '\n')
		buf_cut(&b, b.len - 1);
	return b.data;
}

static const char *layout_of(const struct script_scene *scene)
{
	bool items = false, words = false;

	for (size_t i = 0; i < scene->count; i++) {
		items |= scene->parts[i].kind == PART_ITEM;
		words |= scene->parts[i].kind != PART_PAUSE;
	}
	return scene->picture ? "picture" : items ? "bullets" : words ? "text" : "title";
}

static json_t *part_json(const struct script_part *p, bool cites)
{
	json_t *part;

	if (p->kind == PART_PAUSE)
		return json_pack("{s:s, s:f, s:s}", "kind", "pause", "seconds", p->seconds, "cue",
			p->cue);
	part = json_pack("{s:s, s:s}", "kind", p->kind == PART_ITEM ? "item" : "sentence", "text",
		p->text);
	if (cites && p->cite_count) {
		json_t *numbers = json_array();

		for (size_t i = 0; i < p->cite_count; i++)
			json_array_append_new(numbers, json_integer(p->cites[i]));
		json_object_set_new(part, "sources", numbers);
	}
	return part;
}

static json_t *scene_json(const struct script_scene *scene, bool cites)
{
	json_t *parts = json_array();

	for (size_t i = 0; i < scene->count; i++)
		json_array_append_new(parts, part_json(&scene->parts[i], cites));
	/* A scene without parts would take no time. */
	if (!scene->count)
		json_array_append_new(parts, json_pack("{s:s, s:f, s:s}", "kind", "pause",
			"seconds", SCRIPT_TITLE_S, "cue", "PAUSE"));
	return json_pack("{s:s?, s:i, s:s?, s:s?, s:s, s:o}", "title", scene->title, "level",
		scene->level, "picture", scene->picture, "picture_alt", scene->picture_alt,
		"layout", layout_of(scene), "parts", parts);
}

json_t *script_scenes_json(const struct script *s)
{
	json_t *scenes = json_array();

	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(scenes, scene_json(&s->scenes[i], false));
	return scenes;
}

json_t *script_json(const struct script *s)
{
	json_t *scenes = json_array(), *warnings = json_array();

	for (size_t i = 0; i < s->count; i++) {
		const struct script_scene *scene = &s->scenes[i];
		json_t *j = scene_json(scene, true), *notes = json_array();

		for (size_t k = 0; k < scene->note_count; k++)
			json_array_append_new(notes, json_pack("{s:s, s:s}", "kind",
				script_note_name(scene->notes[k].kind), "text",
				scene->notes[k].text));
		json_object_set_new(j, "notes", notes);
		if (scene->planned_s > 0)
			json_object_set_new(j, "planned_seconds", json_real(scene->planned_s));
		json_array_append_new(scenes, j);
	}
	for (size_t i = 0; i < s->warning_count; i++)
		json_array_append_new(warnings, json_string(s->warnings[i]));
	return json_pack("{s:s?, s:f, s:o, s:o}", "title", s->title, "estimated_seconds",
		round(script_estimate_s(s) * 10) / 10, "scenes", scenes, "warnings", warnings);
}
