/* What a script is wanted to be, and what it is to be written from. */
#include "lib/content/ask.h"

#include <string.h>

#include "lib/content/grow.h"
#include "lib/content/split.h"

const char *source_name(const struct source *s)
{
	return s->page->title ? s->page->title : s->name ? s->name : s->url;
}

/* "my-talk" of "https://example.org/2024/my-talk.html?x=1", as words. */
static const char *topic_of_address(struct call *c, const char *url)
{
	size_t len = strcspn(url, "?#"), start;
	char *topic;

	while (len && url[len - 1] == '/')
		len--;
	for (start = len; start && url[start - 1] != '/';)
		start--;
	topic = arena_memdup(&c->arena, url + start, len - start);
	if (strrchr(topic, '.') > topic)
		*strrchr(topic, '.') = '\0';
	for (char *p = topic; *p; p++)
		*p = *p == '-' || *p == '_' ? ' ' : *p;
	return build_clean(c, topic, strlen(topic), false);
}

const char *ask_topic(struct call *c, const struct script_ask *ask)
{
	const struct source *first = ask->count ? &ask->sources[0] : NULL;

	if (ask->topic && *ask->topic)
		return script_title(c, ask->topic);
	if (first && first->page->title)
		return script_title(c, first->page->title);
	return first && first->url ? script_title(c, topic_of_address(c, first->url)) : NULL;
}

void ask_list_sources(struct call *c, const struct script_ask *ask, struct script *s)
{
	struct script_scene *scene = &s->scenes[s->count - 1];

	for (size_t i = 0; i < ask->count; i++) {
		const char *name = source_name(&ask->sources[i]), *url = ask->sources[i].url;
		bool both = name && url && strcmp(name, url);
		char *text = arena_printf(&c->arena, "[%zu] %s%s%s", i + 1,
			name ? name : "given text", both ? ", " : "", both ? url : "");

		/* Brackets of a name would end the cue. */
		for (char *p = strchr(text, ']') + 1; *p; p++)
			*p = *p == '[' ? '(' : *p == ']' ? ')' : *p;
		GROW(&c->arena, scene->notes, scene->note_count);
		scene->notes[scene->note_count++] = (struct script_note){NOTE_SOURCE, text};
	}
}
