/* UTF-8 (RFC 3629). */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

/* Decodes one code point of the LEN bytes at S into *CP; returns its length, or 0 when they do
 * not start a valid sequence (overlong forms, surrogates and values above U+10FFFF are not). */
size_t utf8_decode(const char *s, size_t len, uint32_t *cp);

void utf8_encode(struct buf *b, uint32_t cp);

/* Offset of the first byte that is not UTF-8, or LEN. */
size_t utf8_valid(const char *s, size_t len);

/* TEXT, or where it is not UTF-8 a copy in which what is not is U+FFFD. */
const char *utf8_lossy(struct arena *a, const char *text);

/* Code points of a valid text. */
size_t utf8_count(const char *s, size_t len);

/* Columns a terminal uses for S: combining marks 0, East Asian wide forms 2. */
size_t utf8_width(const char *s);

/* S without control characters, zero-width and bidirectional formatting characters, which could
 * hide or reorder what a person sees; newlines stay when LINES is set. Invalid bytes become
 * U+FFFD. */
const char *utf8_plain(struct arena *a, const char *s, size_t len, bool lines);

#endif
