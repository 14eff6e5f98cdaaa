/* Tools that reply with every kind of content, tell how far they are, and fail. */
#include "tests/drive/mcp/tools.h"

#include <stdlib.h>
#include <unistd.h>

#define PAUSE_US 60000

enum fail say(struct call *c, const char *text)
{
	return op_emit(c, &(struct said){.text = text});
}

enum fail hand_over(struct call *c, const char *file, const char *media_type)
{
	const char *folder = getenv("MCP_FIXTURE");
	struct file f = {.id = file, .name = file, .media_type = media_type, .path =
		arena_printf(&c->arena, "%s/%s", folder ? folder : ".", file)};

	return op_data(c, &f);
}

static enum fail simple_text(struct call *c, const void *args)
{
	(void)args;
	return say(c, "This is a simple text response for testing.");
}

static enum fail image(struct call *c, const void *args)
{
	(void)args;
	return hand_over(c, "pixel.png", "image/png");
}

static enum fail audio(struct call *c, const void *args)
{
	(void)args;
	return hand_over(c, "silence.wav", "audio/wav");
}

static enum fail embedded(struct call *c, const void *args)
{
	(void)args;
	return hand_over(c, "static.txt", "text/plain");
}

static enum fail mixed(struct call *c, const void *args)
{
	(void)args;
	TRY(hand_over(c, "pixel.png", "image/png"));
	TRY(hand_over(c, "static.txt", "text/plain"));
	return say(c, "Multiple content types test:");
}

static enum fail error(struct call *c, const void *args)
{
	(void)args;
	return fail(c, FAIL_REMOTE, "This tool intentionally returns an error for testing");
}

static enum fail progress(struct call *c, const void *args)
{
	(void)args;
	for (int done = 0; done <= 100; done += 50) {
		call_progress(c, done, 100, "working", NULL);
		usleep(PAUSE_US);
	}
	return say(c, "done");
}

static enum fail logging(struct call *c, const void *args)
{
	(void)args;
	call_warn(c, "Tool execution started");
	usleep(PAUSE_US);
	call_warn(c, "Tool processing data");
	usleep(PAUSE_US);
	call_warn(c, "Tool execution completed");
	return say(c, "done");
}

TOOL("test simple-text", simple_text, "Replies with a text");
TOOL("test image-content", image, "Replies with a picture");
TOOL("test audio-content", audio, "Replies with a sound");
TOOL("test embedded-resource", embedded, "Replies with a resource");
TOOL("test multiple-content-types", mixed, "Replies with several contents");
TOOL("test error-handling", error, "Always fails");
TOOL("test tool-with-progress", progress, "Tells how far it is");
TOOL("test tool-with-logging", logging, "Remarks three times");

static enum fail quiet(struct call *c, const void *args)
{
	return logging(c, args);
}

TOOL("test logging-tool", quiet, "Remarks, if anybody listens");
