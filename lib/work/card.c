/* Card: the picture made of a script, as a job of trae-media. */
#include "lib/work/card.h"

#include <string.h>

#include "lib/content/card.h"
#include "lib/op/op.h"
#include "lib/work/media.h"

/* Letters stand out from any ground by more (0.65 at least); the ground alone seldom has it. */
#define CONTRAST_LEAST 0.4

/* One warning names all that was asked for and is not there. */
static void warn_unused(struct call *c, const struct script *script, const struct render_look *look)
{
	static const char *const names[] = {"voice", "speed", "pitch", "music", "music_volume",
		"loudness_lufs", "effects", "fps", "quality"};
	struct buf b = buf_in(&c->arena);
	size_t pictures = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (op_given(c, names[i]))
			buf_addf(&b, "%s%s", b.len ? ", " : "", names[i]);
	if (look->background_music)
		buf_addf(&b, "%sbackground_music", b.len ? ", " : "");
	if (look->captions && op_given(c, "captions"))
		buf_addf(&b, "%scaptions", b.len ? ", " : "");
	if (b.len)
		call_warn(c, "a picture stands still and says nothing; left out: %s", b.data);
	for (size_t i = 0; i < script->count; i++)
		pictures += script->scenes[i].picture != NULL;
	if (pictures)
		call_warn(c, "pictures of the script are not shown on a card");
}

enum fail card_job(struct call *c, const struct script *script, const struct render_look *look,
	int64_t width, int64_t height, json_t **out)
{
	struct card card;
	json_t *points, *job;

	TRY(card_of_script(c, script, &card));
	if (card.cut)
		call_warn(c, "the title is too long for a picture: the end of it is left out");
	warn_unused(c, script, look);
	points = json_array();
	for (size_t i = 0; i < card.count; i++)
		json_array_append_new(points, json_string(card.points[i]));
	job = json_pack("{s:s,s:I,s:I,s:I,s:s?,s:s?,s:s?,s:o}", "job", "card", "width",
		(json_int_t)width, "height", (json_int_t)height, "seed", (json_int_t)look->seed,
		"background", look->background, "title", card.title, "credit", card.credit,
		"points", points);
	*out = json_keep(c, job);
	return FAIL_NONE;
}

enum fail card_check(struct call *c, const json_t *job, const char *path, const char **facts)
{
	JSON_AUTO look = json_pack("{s:s,s:s}", "job", "look", "path", path);
	JSON_AUTO known = NULL;
	json_t *seen;

	TRY(media_run(c, look, &seen));
	if (strcmp(json_member_text(seen, "codec", ""), "png"))
		return fail(c, FAIL_BUG, "the picture written is no PNG");
	if (!json_equal(json_object_get(seen, "width"), json_object_get(job, "width")) ||
		!json_equal(json_object_get(seen, "height"), json_object_get(job, "height")))
		return fail(c, FAIL_BUG, "the picture written has another size than was asked for");
	if (json_number_value(json_object_get(seen, "contrast")) < CONTRAST_LEAST)
		return fail(c, FAIL_BUG, "the picture written shows no letters");
	known = json_pack("{s:s,s:o}", "codec", "png", "resolution", json_sprintf("%lldx%lld",
		(long long)json_integer_value(json_object_get(seen, "width")),
		(long long)json_integer_value(json_object_get(seen, "height"))));
	*facts = json_text(c, known, false);
	return FAIL_NONE;
}
