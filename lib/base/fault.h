/* Faults on purpose: TRAE_FAULT=n makes the n-th outside call of this process fail. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

/* True when this call is the one that has to fail; the caller then acts as if the system had
 * refused (EIO, or ENOSPC for writes). Costs one comparison when TRAE_FAULT is not set. Faults
 * counted so far are written to the file named by TRAE_FAULT_COUNT when the process ends. */
bool fault_here(void);

/* fault_here() for system calls: also sets errno to ERR, as in
 * `if (fault_io(EIO) || fsync(fd))`. */
bool fault_io(int err);

#endif
