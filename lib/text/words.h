/* Words: cutting text into them, folding case, and how long they take to say. */
#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"

/* Simple case mapping of the Latin, Greek, Cyrillic and Armenian letters; others are their own
 * lower case. towlower() would need a locale, which a program must not depend on. */
uint32_t words_lower(uint32_t cp);
bool words_upper(uint32_t cp);

/* A letter, digit or combining mark of any script. */
bool words_letter(uint32_t cp);

/* A character of Chinese or Japanese (not Korean), whose lines join without a space. */
bool words_unspaced(uint32_t cp);

/* The next word of TEXT from *AT, which moves behind it. A word is a run of letters and digits with
 * inner apostrophes, hyphens and points ("don't", "3.5", "U.S"); in scripts without spaces it is
 * one character. False at the end. */
bool words_next(const char *text, size_t len, size_t *at, size_t *word, size_t *word_len);

/* How many English words take as long to say as TEXT: a word of a spaced script is 1, a Chinese or
 * Japanese character 0.5, one of Thai, Lao, Khmer or Burmese 0.2. */
double words_spoken(const char *text, size_t len);

/* S in lower case. */
char *words_fold(struct arena *a, const char *s, size_t len);

/* A word (folded) that says nothing about a subject: "the", "und", "para". */
bool words_empty(const char *word);

#endif
