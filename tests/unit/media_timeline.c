/* Timeline: whole frames, nothing overlaps speech, subtitles agree with it. */
#include "lib/media/timeline.h"

#include "lib/media/subtitle.h"
#include "tests/unit/unit.h"

static struct job_part parts[] = {
	{PART_SENTENCE, "First things first.", 0, NULL},
	{PART_PAUSE, NULL, 2, NULL},
	{PART_SENTENCE, "Then all the others, one by one.", 0, NULL},
	{PART_ITEM, "This & <that>", 0, NULL},
};

static struct timeline *placed_as(struct call *c, bool transitions, int fps, const char *music,
	enum output_format format)
{
	struct job_scene *scenes = ARENA_NEW(&c->arena, struct job_scene, 3);
	struct job_output output = {.format = format};
	struct job_voice voice = {0};
	struct render_job job = {.fps = fps, .scenes = scenes, .scenes_count = 3, .voice = &voice,
		.music = music, .outputs = &output, .outputs_count = 1};
	struct timeline *t;

	scenes[0] = (struct job_scene){.layout = LAYOUT_TITLE, .title = "T"};
	scenes[1] = (struct job_scene){.layout = LAYOUT_TEXT, .parts = parts, .parts_count = 3};
	scenes[2] =
		(struct job_scene){.layout = LAYOUT_BULLETS, .parts = parts + 3, .parts_count = 1};
	t = timeline_new(c, &job);
	for (size_t i = 0; i < t->parts_count; i++) {
		t->parts[i].duration_s = t->parts[i].part->kind == PART_PAUSE ? 2 : 1.234;
		if (t->parts[i].part->text)
			t->parts[i].tokens = tokens_of(c, t->parts[i].part->text);
	}
	timeline_place(t, transitions);
	return t;
}

static struct timeline *placed(struct call *c, bool transitions, int fps)
{
	return placed_as(c, transitions, fps, NULL, OUTPUT_MP4);
}

TEST(a_card_to_read_is_not_waited_for_by_ear_alone)
{
	struct timeline *seen = placed(c, true, 30), *heard = placed_as(c, true, 30, NULL, OUTPUT_MP3);
	struct timeline *played = placed_as(c, true, 30, "bed", OUTPUT_MP3);

	CHECK(seen->scenes[0].to >= 90);
	CHECK(heard->scenes[0].to == 0);
	CHECK(heard->frames == seen->frames - seen->scenes[0].to);
	CHECK(played->frames == seen->frames);
}

TEST(scenes_join_without_gaps)
{
	for (int fps = 24; fps <= 60; fps += 6) {
		struct timeline *t = placed(c, true, fps);

		CHECK(t->scenes_count == 3 && t->parts_count == 4);
		CHECK(t->scenes[0].from == 0 && t->scenes[0].fade == 0);
		CHECK(t->scenes[1].from == t->scenes[0].to);
		CHECK(t->scenes[2].from == t->scenes[1].to);
		CHECK(t->frames == t->scenes[2].to);
		CHECK(t->scenes[1].fade > 0 && t->scenes[1].fade % 2 == 0);
	}
}

TEST(transitions_never_touch_speech)
{
	struct timeline *t = placed(c, true, 30);

	for (size_t s = 1; s < t->scenes_count; s++) {
		int64_t from = t->scenes[s].from - t->scenes[s].fade / 2;
		int64_t to = t->scenes[s].from + t->scenes[s].fade / 2;

		for (size_t i = 0; i < t->parts_count; i++)
			CHECK(t->parts[i].to <= from || t->parts[i].from >= to);
	}
}

TEST(parts_last_as_long_as_they_sound)
{
	struct timeline *t = placed(c, false, 30);

	CHECK(t->scenes[1].fade == 0);
	CHECK(t->parts[0].to - t->parts[0].from == 38);
	CHECK(t->parts[1].to - t->parts[1].from == 60);
	CHECK(t->parts[2].from == t->parts[1].to);
	CHECK(t->parts[0].tokens.token[0].start_s == (double)t->parts[0].from / 30);
}

TEST(a_title_alone_can_be_read)
{
	struct timeline *t = placed(c, false, 30);

	CHECK(t->scenes[0].to >= 90);
}

TEST(reading_takes_its_time)
{
	CHECK(reading_time_s(c, "one two three four five six seven eight nine ten") == 4);
	CHECK(reading_time_s(c, "Hi") >= 1);
}

TEST(subtitles_have_their_form)
{
	struct timeline *t = placed(c, true, 30);
	const char *srt = subtitle_srt(c, t), *vtt = subtitle_vtt(c, t);

	CHECK(!strncmp(srt, "1\n00:00:0", 9));
	CHECK(strstr(srt, " --> ") && strstr(srt, ","));
	CHECK(strstr(srt, "\nThis & <that>\n"));
	CHECK(!strncmp(vtt, "WEBVTT\n\n00:", 11));
	CHECK(strstr(vtt, "\nThis &amp; &lt;that&gt;\n"));
	CHECK(timeline_words(t) == 3 + 7 + 3);
}
