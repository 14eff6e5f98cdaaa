/* Spent: what a piece of work took of processor and memory, its child processes included. */
#ifndef OS_SPENT_H
#define OS_SPENT_H

#include <stdint.h>

struct spent {
	int64_t cpu_ms;
	int64_t memory_bytes; /* the most that one of its processes held resident; 0: not known */
};

/* Begins to measure in this process: one piece of work at a time. Where the kernel does not let its
 * peak start anew, the memory is that of the whole process so far. */
struct spent spent_begin(void);

/* What was spent since BEGUN, what spent_begin() gave. */
struct spent spent_since(struct spent begun);

#endif
