/* Parting long scenes. */
#include "lib/content/split.h"

#include "lib/content/grow.h"

#define PIECE_LEAST 2
#define PIECE_MOST 4
#define PLAIN_MOST 4
#define HEADED_MOST 8

static size_t spoken(const struct script_scene *scene, bool *items)
{
	size_t count = 0;

	*items = false;
	for (size_t i = 0; i < scene->count; i++) {
		count += scene->parts[i].kind != PART_PAUSE;
		*items |= scene->parts[i].kind == PART_ITEM;
	}
	return count;
}

/* How many of the LEFT spoken parts from part FROM make the next piece: up to a paragraph's end
 * where that leaves neither a piece of one nor one too long, else as even as can be. */
static size_t piece_size(const struct script_scene *scene, size_t from, size_t left)
{
	size_t best = 0, count = 0, pieces = (left + PIECE_MOST - 1) / PIECE_MOST;

	if (left <= PIECE_MOST)
		return left;
	for (size_t i = from; i < scene->count && count <= PIECE_MOST; i++) {
		if (scene->parts[i].kind == PART_PAUSE)
			continue;
		if (scene->parts[i].paragraph && count >= PIECE_LEAST && left - count != 1)
			best = count;
		count++;
	}
	return best ? best : (left + pieces - 1) / pieces;
}

/* The part behind SIZE spoken ones from FROM; a pause goes with what it follows. */
static size_t piece_end(const struct script_scene *scene, size_t from, size_t size)
{
	size_t i = from;

	for (; i < scene->count; i++)
		if (scene->parts[i].kind != PART_PAUSE && !size--)
			break;
	return i;
}

static void add_scene(struct call *c, struct script *s, struct script_scene scene)
{
	GROW(&c->arena, s->scenes, s->count);
	s->scenes[s->count++] = scene;
}

static void split_scene(struct call *c, struct script *to, const struct script_scene *scene,
	size_t left)
{
	struct script_scene piece = *scene;
	size_t from = 0;

	while (left) {
		size_t size = piece_size(scene, from, left), end = piece_end(scene, from, size);

		piece.parts = scene->parts + from;
		piece.count = end - from;
		piece.parts[0].paragraph = true;
		add_scene(c, to, piece);
		piece = (struct script_scene){0};
		from = end;
		left -= size;
	}
}

void script_split(struct call *c, struct script *s)
{
	struct script parted = *s;

	parted.scenes = NULL;
	parted.count = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct script_scene *scene = &s->scenes[i];
		bool items;
		size_t count = spoken(scene, &items);

		if (count > (scene->title || scene->picture || items ? HEADED_MOST : PLAIN_MOST))
			split_scene(c, &parted, scene, count);
		else
			add_scene(c, &parted, *scene);
	}
	*s = parted;
}
