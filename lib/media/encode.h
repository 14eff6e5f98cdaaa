/* Encode: finished frames and sound into an MP4, in a thread of its own. */
#ifndef MEDIA_ENCODE_H
#define MEDIA_ENCODE_H

#include "lib/frame/frame.h"
#include "lib/media/job.h"
#include "lib/media/track.h"

struct encoder;

/* What the video is to be. A descriptor of -1 is an output not wanted. */
struct encoder_plan {
	int mp4_fd, y4m_fd;
	int width, height, fps;
	enum quality quality;
	const char *title;        /* or NULL */
	const struct sound *sound;
};

/* Opens codecs and starts the thread. *OUT is the caller's, ended by encoder_close(). */
enum fail encoder_open(struct call *c, const struct encoder_plan *plan, struct encoder **out);

/* A frame to draw into: *OUT borrows planes that belong to the encoder until encoder_push().
 * Waits while the encoder is behind. Fails when the encoder has failed. */
enum fail encoder_frame(struct call *c, struct encoder *e, struct frame *out);

/* Hands the frame over; CUT: a key frame is wanted here. */
enum fail encoder_push(struct call *c, struct encoder *e, bool cut);

/* Waits for the last frame, writes the rest of the sound and the index. */
enum fail encoder_finish(struct call *c, struct encoder *e);

/* Stops the thread, finished or not. */
void encoder_close(struct encoder **e);
#define ENCODER_AUTO __attribute__((cleanup(encoder_close))) struct encoder *

#endif
