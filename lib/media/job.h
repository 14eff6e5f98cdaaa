/* Job: what trae-media is asked to do, read from JSON and checked whole before anything starts. */
#ifndef MEDIA_JOB_H
#define MEDIA_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"
#include "lib/json/json.h"

enum part_kind { PART_SENTENCE, PART_ITEM, PART_PAUSE };

struct job_part {
	int kind;                /* enum part_kind */
	const char *text;        /* of a sentence or an item */
	double pause_s;
	const char *cue;         /* of a pause: the script's word for it, or NULL */
};

enum scene_layout { LAYOUT_TITLE, LAYOUT_TEXT, LAYOUT_PICTURE, LAYOUT_BULLETS };

struct job_scene {
	const char *title;       /* or NULL */
	int64_t level;           /* of the heading, 1 the highest */
	const char *picture;     /* path, or NULL */
	const char *picture_name; /* what people call it; NULL: the path */
	const char *picture_alt; /* or NULL */
	int layout;              /* enum scene_layout */
	const json_t *parts_json;
	struct job_part *parts;
	size_t parts_count;
};

struct job_voice {
	const char *name;
	double speed, pitch, volume;
};

enum output_format {
	OUTPUT_MP4, OUTPUT_Y4M, OUTPUT_WAV, OUTPUT_MP3, OUTPUT_SRT, OUTPUT_VTT, OUTPUT_WORDS,
	OUTPUT_COUNT
};

struct job_output {
	int format;              /* enum output_format */
	const char *path;
};

enum quality { QUALITY_DRAFT, QUALITY_PRODUCTION };

struct render_job {
	const char *job;
	int sandbox;             /* enum sandbox_wish */
	int64_t width, height, fps, seed;
	const json_t *scenes_json, *voice_json, *effects_json, *metadata_json, *outputs_json;
	struct job_scene *scenes;
	size_t scenes_count;
	const struct job_voice *voice; /* NULL: nobody speaks */
	const char *music;       /* NULL, "bed" or a path */
	double music_volume, loudness_lufs;
	bool transitions, text_overlays, captions;
	int quality;             /* enum quality */
	const char *background;  /* "#rrggbb" or NULL */
	const char *title;       /* of the metadata, or NULL */
	struct job_output *outputs;
	size_t outputs_count;
};

/* Reads a job "render" or "estimate" (which needs no outputs). JSON must live as long as *OUT. */
enum fail job_read_render(struct call *c, const json_t *json, struct render_job **out);

/* The output of FORMAT, or NULL when none was asked for. */
const struct job_output *job_output(const struct render_job *job, enum output_format format);

#define CARD_POINTS_MAX 6

/* A job "card": one picture of a title, points and where they are from. */
struct card_job {
	const char *job;
	int sandbox;             /* enum sandbox_wish */
	int64_t width, height, seed;
	const char *background;  /* "#rrggbb" or NULL */
	const char *title, *credit; /* or NULL */
	const json_t *points_json;
	const char **points;
	size_t points_count;
	const char *path;        /* the PNG */
};
enum fail job_read_card(struct call *c, const json_t *json, struct card_job **out);

/* A job on one file. */
struct file_job {
	const char *job;
	int sandbox;
	const char *path;
	bool decode;
};
enum fail job_read_file(struct call *c, const json_t *json, struct file_job **out);

#endif
