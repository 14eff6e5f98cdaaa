/* Workers: processes that run tasks for a pool, one after the other. */
#ifndef WORK_WORKER_H
#define WORK_WORKER_H

#include "lib/op/op.h"

/* This program started with this one word is a worker: main() hands over to worker_main() when it
 * sees it and exits with what that returns.
 *
 * It is spoken to by JSON lines. Each line of its standard input is a task:
 *     {"id", "operation", "arguments", "channel", "folder", "caller", "traceparent"}
 * and each line of its standard output tells of the first task that has not ended:
 *     {"id", "progress", "stage"}
 *     {"id", "end", "why", "result", "files", "ms"}
 * where "end" is a number of enum fail: both ends are the same program; it took "ms". SIGTERM
 * interrupts the task that runs; the worker then ends. */
#define WORKER_WORD "__worker"
int worker_main(void);

#endif
