/* Media types by file name. */
#ifndef TEXT_MEDIA_TYPE_H
#define TEXT_MEDIA_TYPE_H

/* The type that the end of NAME speaks for (RFC 6838 names), application/octet-stream for others. */
const char *media_type_of(const char *name);

#endif
