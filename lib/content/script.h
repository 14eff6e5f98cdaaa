/* Script: what is to be said and shown, scene by scene. */
#ifndef CONTENT_SCRIPT_H
#define CONTENT_SCRIPT_H

#include <stddef.h>

#include "lib/base/call.h"
#include "lib/json/json.h"
#include "lib/page/page.h"

/* The longest narration that is made (contract.md of the guides: video up to 30 minutes). */
#define SCRIPT_SECONDS_MAX 1800.0
/* How fast a narrator speaks, by the guides. */
#define SCRIPT_WORDS_PER_S 2.5
/* Longer sentences are cut at a clause: no voice and no caption carries them. */
#define SCRIPT_SENTENCE_MAX 400
/* How long a scene stands that only shows its title. */
#define SCRIPT_TITLE_S 2.0

enum part_kind {
	PART_SENTENCE,
	PART_ITEM,      /* of a list: spoken, and shown as a bullet */
	PART_PAUSE,     /* nothing is said for some seconds */
};

struct script_part {
	enum part_kind kind;
	const char *text;      /* NULL for a pause */
	const char *cue;       /* of a pause: canonical name as TENSE_MOMENT, or PAUSE */
	double seconds;        /* of a pause */
	const int *cites;      /* numbers of the sources it rests on, as [1] or [2, 3] said */
	size_t cite_count;
	bool paragraph;        /* begins a paragraph */
	int line;              /* in the document, 0 where unknown */
};

/* Evidence cues: shown in text, never spoken. */
enum note_kind { NOTE_EVIDENCE, NOTE_SOURCE, NOTE_QUOTE, NOTE_STATISTIC };

struct script_note {
	enum note_kind kind;
	const char *text;
};

struct script_scene {
	const char *title;       /* NULL: goes on under the title of the scene before */
	int level;               /* of its heading, 1 to 6; 0 without one */
	double planned_s;        /* said by a section cue, else 0 */
	const char *picture;     /* path as written, relative to the document; NULL */
	const char *picture_alt; /* NULL without a picture */
	struct script_part *parts;
	size_t count;
	struct script_note *notes;
	size_t note_count;
};

struct script {
	const char *title;       /* NULL */
	struct script_scene *scenes;
	size_t count;
	const char **warnings;   /* what of the document is left out, and where */
	size_t warning_count;
};

/* The script that PAGE tells. Headings and section cues ("[INTRODUCTION - 30 seconds]") begin
 * scenes, breaks end them; a picture belongs to its scene, or begins one where text stands
 * before and behind it. Paragraphs become sentences, more than four without a heading are parted
 * into scenes of two to four. Cues in brackets become pauses, evidence cues notes, other
 * bracketed text stays. Code and tables are not spoken: they are listed in warnings. FAIL_INPUT
 * when no words remain. */
enum fail script_from_page(struct call *c, const struct page *page, struct script *out);

/* The script of LEN bytes of Markdown. */
enum fail script_parse(struct call *c, const char *text, size_t len, struct script *out);

/* Seconds it takes to speak at SCRIPT_WORDS_PER_S, with pauses and title scenes. */
double script_estimate_s(const struct script *s);

/* FAIL_INPUT with the length for a script that takes more than LIMIT_S to speak. */
enum fail script_check_length(struct call *c, const struct script *s, double limit_s);

/* As Markdown, which script_parse() reads back to an equal script. */
const char *script_markdown(struct call *c, const struct script *s);

/* As text for reading: titles, paragraphs, notes. */
const char *script_plain(struct call *c, const struct script *s);

/* The member "scenes" of the render job; the caller's reference. */
json_t *script_scenes_json(const struct script *s);

/* All of it: title, estimated_seconds, scenes (each part with its sources), notes, warnings. */
json_t *script_json(const struct script *s);

/* Words of enum note_kind as cues spell them: "EVIDENCE", ... */
const char *script_note_name(enum note_kind kind);

#endif
