/* Look: what a picture file really shows, found by decoding it. */
#include "lib/media/decode.h"
#include "lib/media/job.h"
#include "lib/media/work.h"

/* The largest card has fewer. */
#define LOOK_PIXELS_MAX (4096 * 4096)

/* The lightest pixel less the darkest one, 0 to 1 (BT.709 luma). */
static double contrast_of(const struct bitmap *b)
{
	double most = 0, least = 255;

	for (ptrdiff_t i = 0; i < (ptrdiff_t)b->width * b->height; i++) {
		const uint8_t *p = b->pixels + i * 4;
		double luma = 0.0722 * p[0] + 0.7152 * p[1] + 0.2126 * p[2];

		most = luma > most ? luma : most;
		least = luma < least ? luma : least;
	}
	return (most - least) / 255;
}

static enum fail run(struct call *c, const struct errand *e, json_t *result)
{
	const struct file_job *job = e->job;
	IMAGE_AUTO image = {0};
	BITMAP_AUTO bitmap = {0};

	TRY(image_open(c, job->path, job->path, LOOK_PIXELS_MAX, &image));
	TRY(image_scale(c, &image, image.width, image.height, &bitmap));
	json_object_set_new(result, "codec", json_string(image.codec));
	json_object_set_new(result, "width", json_integer(image.width));
	json_object_set_new(result, "height", json_integer(image.height));
	json_object_set_new(result, "contrast", json_real(contrast_of(&bitmap)));
	return FAIL_NONE;
}

const struct work work_look = {"look", work_prepare_file, run};
