/* Picture: an image file of a user, decoded and laid out for the camera. */
#ifndef MEDIA_PICTURE_H
#define MEDIA_PICTURE_H

#include "lib/base/call.h"
#include "lib/frame/frame.h"
#include "lib/media/palette.h"

/* Pixels of the largest picture that is decoded. */
#define PICTURE_PIXELS_MAX 40000000

/* Decodes PATH (PNG, JPEG, WebP, BMP, first image of a GIF; the EXIF orientation is applied, and
 * transparent parts show BEHIND; called NAME when spoken of) and lays it out as *OUT of WIDTH x
 * HEIGHT: cut to fill where the proportions are near, else whole upon a blurred, darkened copy of
 * itself. The lower part is darkened for text. *OUT is the caller's. */
enum fail picture_load(struct call *c, const char *path, const char *name, int width, int height,
	struct rgb behind, struct frame *out);

#endif
