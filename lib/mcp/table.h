/* What clients may read and be prompted with, each a row over an operation. */
#ifndef MCP_TABLE_H
#define MCP_TABLE_H

/* A resource, or with {x} in its URI a template: READ is the operation that gives it, with x as
 * argument: the bytes that it hands over, else its reply as JSON. LIST (may be NULL) is one whose
 * rows are such resources, by their `id`. */
struct mcp_resource {
	const char *uri, *name, *about;
	const char *media_type; /* NULL: differs */
	const char *read, *list;
};
extern const struct mcp_resource mcp_resources[]; /* ends with a NULL uri */

/* A prompt: OPERATION's arguments are its arguments, texts all; what it hands over and the text
 * that it replies (`document`) are the messages. */
struct mcp_prompt {
	const char *name, *operation;
};
extern const struct mcp_prompt mcp_prompts[]; /* ends with a NULL name */

#endif
