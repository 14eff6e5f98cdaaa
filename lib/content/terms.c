/* Terms: the words of a text that carry its subject, as numbers. */
#include "lib/content/terms.h"

#include <stdint.h>
#include <string.h>

#include "lib/content/grow.h"
#include "lib/text/utf8.h"
#include "lib/text/words.h"

struct vocabulary_slot {
	const char *word;
	uint32_t hash;
	int id;
};

static uint32_t hash_of(const char *s)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

static void enlarge(struct vocabulary *v)
{
	size_t size = v->size ? v->size * 2 : 1024;
	struct vocabulary_slot *slots = ARENA_NEW(v->arena, struct vocabulary_slot, size);

	for (size_t i = 0; i < v->size; i++) {
		size_t at = v->slots[i].hash & (size - 1);

		if (!v->slots[i].word)
			continue;
		while (slots[at].word)
			at = (at + 1) & (size - 1);
		slots[at] = v->slots[i];
	}
	v->slots = slots;
	v->size = size;
}

static int number_of(struct vocabulary *v, const char *word)
{
	uint32_t hash = hash_of(word);
	size_t at;

	if (v->count * 2 >= v->size)
		enlarge(v);
	for (at = hash & (v->size - 1); v->slots[at].word; at = (at + 1) & (v->size - 1))
		if (v->slots[at].hash == hash && !strcmp(v->slots[at].word, word))
			return v->slots[at].id;
	v->slots[at] = (struct vocabulary_slot){arena_strdup(v->arena, word), hash, (int)v->count};
	return (int)v->count++;
}

/* Harman's S stemmer: plurals of English, and harmless elsewhere; with the possessive. */
static void stem(char *word)
{
	size_t n = strlen(word);

	if (n > 2 && !strcmp(word + n - 2, "'s"))
		word[n -= 2] = '\0';
	if (n > 4 && !strcmp(word + n - 3, "ies")) {
		strcpy(word + n - 3, "y");
	} else if (n > 3 && word[n - 1] == 's' && !strchr("us", word[n - 2])) {
		word[n - 1] = '\0';
	}
}

size_t terms_of(struct vocabulary *v, const char *text, size_t len, int **out)
{
	size_t at = 0, word, word_len, count = 0, pair = SIZE_MAX, pair_end = 0;
	int *ids = NULL;

	while (words_next(text, len, &at, &word, &word_len)) {
		uint32_t cp = 0;
		char *folded;
		int id;
		size_t k;

		utf8_decode(text + word, word_len, &cp);
		if (words_unspaced(cp)) {
			bool adjacent = pair != SIZE_MAX && pair_end == word;
			size_t from = pair;

			pair = word;
			pair_end = word + word_len;
			if (!adjacent)
				continue;
			folded = arena_memdup(v->arena, text + from, word + word_len - from);
		} else {
			folded = words_fold(v->arena, text + word, word_len);
			if (words_empty(folded) || utf8_count(folded, strlen(folded)) < 2)
				continue;
			stem(folded);
		}
		id = number_of(v, folded);
		for (k = 0; k < count && ids[k] != id; k++)
			;
		if (k < count)
			continue;
		GROW(v->arena, ids, count);
		ids[count++] = id;
	}
	*out = ids;
	return count;
}
