/* trae: exit status of the shell front, or of the process that speaks to the keyring for it. */
#include <string.h>

#include "lib/front/shell.h"
#include "lib/secret/secret.h"

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], SECRET_KEYRING_WORD))
		return secret_keyring_child();
	return shell_main(argc, argv);
}
