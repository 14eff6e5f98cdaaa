/* Gives a fuzz target the files of its corpus, one test each: replay needs no fuzzing engine. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int replay(const char *folder, const char *name)
{
	char path[8192], *data = NULL;
	size_t len = 0, got;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (!f)
		return -1;
	do {
		data = realloc(data, len + 65536);
		if (!data)
			abort();
		got = fread(data + len, 1, 65536, f);
		len += got;
	} while (got);
	fclose(f);
	/* A copy of just the length lets a sanitizer see a read behind it. */
	data = realloc(data, len ? len : 1);
	LLVMFuzzerTestOneInput((const uint8_t *)data, len);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	char folder[4096];
	struct dirent *entry;
	int number = 0;
	DIR *dir;

	(void)argc;
	name = name ? name + 1 : argv[0];
	snprintf(folder, sizeof folder, "tests/fixture/fuzz/%s", name);
	dir = opendir(folder);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			printf("%s %d %s %s\n", replay(folder, entry->d_name) ? "not ok" : "ok",
				++number, name, entry->d_name);
	if (dir)
		closedir(dir);
	printf("1..%d\n", number);
	return number == 0;
}
