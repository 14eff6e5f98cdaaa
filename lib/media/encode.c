/* Encode: finished frames and sound into an MP4, in a thread of its own. */
#include "lib/media/encode.h"

#include <errno.h>
#include <libavutil/opt.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/media/film.h"
#include "lib/media/libav.h"

/* Frames that may wait: enough to even out a costly one, little memory. */
#define QUEUE 6

struct encoder {
	struct film film;
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	AVFrame *queue[QUEUE], *drawing; /* drawing belongs to whoever calls */
	size_t first, waiting;
	int64_t number;                  /* of the next frame pushed */
	bool ended, stopped;
	int error;                       /* AVERROR of the thread */
};

static AVFrame *take(struct encoder *e)
{
	AVFrame *frame = NULL;

	pthread_mutex_lock(&e->lock);
	while (!e->waiting && !e->ended && !e->stopped)
		pthread_cond_wait(&e->moved, &e->lock);
	if (e->waiting && !e->stopped) {
		frame = e->queue[e->first];
		e->first = (e->first + 1) % QUEUE;
		e->waiting--;
		pthread_cond_broadcast(&e->moved);
	}
	pthread_mutex_unlock(&e->lock);
	return frame;
}

static bool is_stopped(struct encoder *e)
{
	bool stopped;

	pthread_mutex_lock(&e->lock);
	stopped = e->stopped;
	pthread_mutex_unlock(&e->lock);
	return stopped;
}

static void *run(void *of)
{
	struct encoder *e = of;
	AVFrame *frame;
	int error = 0;

	while (!error && (frame = take(e))) {
		error = film_add(&e->film, frame);
		av_frame_free(&frame);
	}
	if (!error && !is_stopped(e))
		error = film_end(&e->film);
	pthread_mutex_lock(&e->lock);
	e->error = error;
	e->stopped = true;
	pthread_cond_broadcast(&e->moved);
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

enum fail encoder_open(struct call *c, const struct encoder_plan *plan, struct encoder **out)
{
	ENCODER_AUTO e = xmalloc(sizeof *e);

	memset(e, 0, sizeof *e);
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->moved, NULL);
	TRY(film_open(c, plan, &e->film));
	if (pthread_create(&e->thread, NULL, run, e))
		return fail(c, FAIL_BUSY, "cannot start a thread");
	e->running = true;
	*out = e;
	e = NULL;
	return FAIL_NONE;
}

static enum fail failed(struct call *c, const struct encoder *e)
{
	return libav_fail(c, e->error ? e->error : AVERROR(ECANCELED), "cannot write the video");
}

enum fail encoder_frame(struct call *c, struct encoder *e, struct frame *out)
{
	AVFrame *frame = e->drawing ? e->drawing : film_frame(&e->film);

	e->drawing = frame;
	if (!frame)
		return fail(c, FAIL_BUG, "no memory for a frame");
	*out = (struct frame){.width = frame->width, .height = frame->height};
	for (int p = 0; p < 3; p++) {
		out->data[p] = frame->data[p];
		out->stride[p] = frame->linesize[p];
	}
	return FAIL_NONE;
}

enum fail encoder_push(struct call *c, struct encoder *e, bool cut)
{
	bool stopped;

	e->drawing->pts = e->number++;
	e->drawing->pict_type = cut ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
	pthread_mutex_lock(&e->lock);
	while (e->waiting == QUEUE && !e->stopped)
		pthread_cond_wait(&e->moved, &e->lock);
	stopped = e->stopped;
	if (!stopped) {
		e->queue[(e->first + e->waiting++) % QUEUE] = e->drawing;
		e->drawing = NULL;
		pthread_cond_broadcast(&e->moved);
	}
	pthread_mutex_unlock(&e->lock);
	return stopped ? failed(c, e) : FAIL_NONE;
}

enum fail encoder_finish(struct call *c, struct encoder *e)
{
	pthread_mutex_lock(&e->lock);
	e->ended = true;
	pthread_cond_broadcast(&e->moved);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->thread, NULL);
	e->running = false;
	return e->error ? failed(c, e) : FAIL_NONE;
}

void encoder_close(struct encoder **at)
{
	struct encoder *e = *at;

	if (!e)
		return;
	pthread_mutex_lock(&e->lock);
	e->stopped = true;
	pthread_cond_broadcast(&e->moved);
	pthread_mutex_unlock(&e->lock);
	if (e->running)
		pthread_join(e->thread, NULL);
	for (size_t i = 0; i < e->waiting; i++)
		av_frame_free(&e->queue[(e->first + i) % QUEUE]);
	av_frame_free(&e->drawing);
	film_close(&e->film);
	pthread_cond_destroy(&e->moved);
	pthread_mutex_destroy(&e->lock);
	free(e);
	*at = NULL;
}
