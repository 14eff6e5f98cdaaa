/* Embedding: bytes of share/ that are part of the program. */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

/* The bytes of FILE, by its path from the top of the tree, as the text NAME, ended by NUL. */
#define EMBED(name, file)                                                                          \
	__asm__(".pushsection .rodata\n" #name ": .incbin \"" file "\"\n.byte 0\n.popsection\n");  \
	extern const char name[] __attribute__((visibility("hidden")))

#endif
