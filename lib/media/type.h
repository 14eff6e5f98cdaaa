/* Type: drawing text and simple shapes, by cairo and pango, into overlays. */
#ifndef MEDIA_TYPE_H
#define MEDIA_TYPE_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "lib/base/call.h"
#include "lib/frame/frame.h"
#include "lib/media/palette.h"

/* A transparent rectangle of the frame to draw on; coordinates are those of the frame. */
struct canvas {
	int x, y, width, height;
	cairo_surface_t *surface;
	cairo_t *cairo;
	PangoLayout *layout;   /* of the text set last */
};

struct text_style {
	double size;           /* of the letters, pixels */
	PangoWeight weight;
	struct rgb colour;
	double opacity;
	double width;          /* lines are wrapped at this; 0: never */
	double spacing;        /* distance of lines as a factor; 0: 1.15 */
	double tracking;       /* extra space between letters, of the size */
	bool centre;
	bool whole;            /* words are never broken, even if they are wider */
};

/* Grown to even coordinates. canvas_end() releases it. */
void canvas_begin(struct canvas *c, int x, int y, int width, int height);
void canvas_end(struct canvas *c);

/* What was drawn, as an overlay. */
struct overlay canvas_overlay(struct canvas *c);

/* Sets TEXT without drawing it: its size in pixels. */
void canvas_set(struct canvas *c, const char *text, const struct text_style *style, double *width,
	double *height);
/* Draws the text set last with its upper left corner at X, Y. */
void canvas_draw(struct canvas *c, const struct text_style *style, double x, double y);
/* Colours LEN bytes at AT of the text set last. */
void canvas_mark(struct canvas *c, size_t at, size_t len, struct rgb colour);

/* The largest size up to STYLE's, in steps, at which TEXT is at most HEIGHT high; at least LEAST.
 */
double canvas_fit(struct canvas *c, const char *text, const struct text_style *style, double height,
	double least);

/* Sets the size so that TEXT is at most HEIGHT high, and narrows the lines as far as it takes no
 * more of them, so that none holds one last word. Returns the height. */
double type_fit(const char *text, struct text_style *style, double height, double least);

void canvas_colour(struct canvas *c, struct rgb colour, double opacity);
void canvas_round_box(struct canvas *c, double x, double y, double width, double height,
	double radius);

/* Puts a soft dark shadow under everything drawn so far. */
void canvas_shadow(struct canvas *c, int radius, double opacity, double down);

/* True for texts that are read from right to left. */
bool type_right_to_left(const char *text);

/* How many letters of TEXT no installed font has: they would show as boxes. */
int type_missing(const char *text);

/* Warns where TEXT (may be NULL) has such letters, and tells. */
bool type_lacks_letters(struct call *c, const char *text);

/* The family that text is set in: the first of a list that is installed. In FILE, if not NULL,
 * the font file (owned by the process). */
const char *type_family(const char **file);

#endif
