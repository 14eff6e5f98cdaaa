/* Writer: a script about a topic, from sources, by extraction or by a language model. */
#ifndef WORK_WRITER_H
#define WORK_WRITER_H

#include "lib/content/script.h"
#include "lib/field/field.h"

struct writing {
	const char *topic;          /* NULL: the title of the first source */
	const char *length;         /* as "1-2 minutes"; NULL: as long as the sources give */
	const char *style;          /* NULL: none asked for */
	const char *writer;         /* "auto", "model" or "extract" */
	const struct path *sources; /* ended by PATH_NONE; NULL: none */
};

struct written {
	struct script script;
	const char *by;             /* "extraction", or the name of the model */
	json_t *sources;            /* as writer_source says; kept by the call */
	json_t *sentences;          /* where each stands, as writer_sentence says; of extraction */
};

/* Members of the elements of both. */
extern const struct field writer_source[], writer_sentence[];

/* Whether there is anything to write from: a source, or a topic and a model (FAIL_CONFIG says what to
 * give); and whether so long a script can be made. */
enum fail writer_ready(struct call *c, const struct writing *ask);

/* Writes the script. "auto" takes the model when one is configured (OPENAI_API_KEY, llm.model or
 * llm.base_url), else extraction. FAIL_CONFIG without any material and without a model, and for a
 * model that is not chosen (with the names the service offers). Warnings go to C. */
enum fail writer_write(struct call *c, const struct writing *ask, struct written *out);

#endif
