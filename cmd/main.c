/* trae: exit status of the shell front, or of a process that it started to work for it. */
#include <string.h>

#include "lib/front/shell.h"
#include "lib/secret/secret.h"
#include "lib/work/worker.h"

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], SECRET_KEYRING_WORD))
		return secret_keyring_child();
	if (argc == 2 && !strcmp(argv[1], WORKER_WORD))
		return worker_main();
	return shell_main(argc, argv);
}
