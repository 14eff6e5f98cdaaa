/* Looks for secrets where none may be, over a whole run of the tests (tests/check.sh).
 *     canary watch BUILD PLANTED REPORT  until SIGTERM: in arguments of all processes of programs
 *                                        below BUILD, and in the environment of those that such a
 *                                        process started; REPORT gets a line each, and their number
 *     canary sweep BUILD PLANTED FOLDER  in all files below FOLDER: prints a line each
 * PLANTED is a file with the text that was put into the environment. A sweep knows the secrets of
 * each home below FOLDER as well: its key file, and the policy-key that the program gives for it. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MARKS_MAX 64
#define KEY_BYTES 32
#define ENDS 4 /* characters of base64 that depend on what stands around it */

static struct mark {
	char bytes[256];
	size_t len;
} marks[MARKS_MAX];
static size_t planted, count;
static const char *build;

static void add(const void *bytes, size_t len)
{
	if (count == MARKS_MAX || len < 8 || len > sizeof marks->bytes)
		return;
	memcpy(marks[count].bytes, bytes, len);
	marks[count++].len = len;
}

/* SECRET as it is, as hexadecimal and, at each alignment, as base64 text. */
static void know(const void *secret, size_t len)
{
	unsigned char shifted[100] = {0};
	char text[256];

	if (len > 96)
		len = 96;
	add(secret, len);
	sodium_bin2hex(text, sizeof text, secret, len);
	add(text, 2 * len);
	for (size_t shift = 0; shift < 3; shift++) {
		memcpy(shifted + shift, secret, len);
		sodium_bin2base64(text, sizeof text, shifted, len + shift,
			sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
		add(text + ENDS, strlen(text) - 2 * ENDS);
	}
}

/* The number of a mark among the LEN bytes at DATA from FIRST on, or -1. */
static int find(const char *data, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (memmem(data, len, marks[i].bytes, marks[i].len))
			return (int)i;
	return -1;
}

static size_t read_file(const char *path, char *to, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t got, len = 0;

	while (fd >= 0 && (got = read(fd, to + len, max - (size_t)len)) > 0)
		len += got;
	if (fd >= 0)
		close(fd);
	return (size_t)len;
}

static void know_planted(const char *path)
{
	char text[96];

	know(text, read_file(path, text, sizeof text));
	planted = count;
	if (!count)
		exit(2);
}

/* --- Files --- */

static void know_home(const char *key_path)
{
	char key[64], command[2 * PATH_MAX + 64], text[256] = "";
	int home = (int)(strlen(key_path) - strlen("/.config/trae/secrets.key"));
	unsigned char raw[KEY_BYTES];
	size_t len;
	FILE *out;

	len = read_file(key_path, key, sizeof key);
	if (len == KEY_BYTES)
		know(key, len);
	snprintf(command, sizeof command, "env -i HOME='%.*s' TRAE_SECRETS_BACKEND=file '%s/trae'"
		" secret get policy-key 2>/dev/null", home, key_path, build);
	out = popen(command, "r");
	if (out && fgets(text, sizeof text, out) && strcspn(text, "\n") == 64) {
		add(text, 64);
		if (!sodium_hex2bin(raw, sizeof raw, text, 64, NULL, &len, NULL))
			know(raw, len);
	}
	if (out)
		pclose(out);
}

static int meet_home(const char *path, const struct stat *st, int type, struct FTW *at)
{
	const char *tail = "/.config/trae/secrets.key";
	size_t len = strlen(path);

	(void)st;
	(void)at;
	if (type == FTW_F && len > strlen(tail) && !strcmp(path + len - strlen(tail), tail))
		know_home(path);
	return 0;
}

static long files;

static int look_into(const char *path, const struct stat *st, int type, struct FTW *at)
{
	int fd, met;
	char *data;

	(void)at;
	if (type != FTW_F || !S_ISREG(st->st_mode) || st->st_size < 8)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	data = fd < 0 ? MAP_FAILED : mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (data == MAP_FAILED)
		return 0;
	files++;
	met = find(data, (size_t)st->st_size);
	/* A key file is what it is, also where a test put a copy. */
	if (met >= 0 && st->st_size != KEY_BYTES)
		printf("%s holds %s\n", path, (size_t)met < planted ? "the planted text"
			: "a secret of its home");
	munmap(data, (size_t)st->st_size);
	return 0;
}

/* Each folder of a test for itself: another one's keys are no secret of its. */
static void sweep(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char path[PATH_MAX];

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		count = planted;
		nftw(path, meet_home, 16, FTW_PHYS);
		nftw(path, look_into, 16, FTW_PHYS);
	}
	if (dir)
		closedir(dir);
}

/* --- Processes --- */

static volatile sig_atomic_t ended;

static void on_term(int number)
{
	(void)number;
	ended = 1;
}

/* What PID runs below the build's folder, or NULL. */
static const char *program_of(long pid)
{
	static char path[PATH_MAX];
	char link[64];
	ssize_t len;

	snprintf(link, sizeof link, "/proc/%ld/exe", pid);
	len = readlink(link, path, sizeof path - 1);
	if (len <= 0 || (size_t)len <= strlen(build) || memcmp(path, build, strlen(build)))
		return NULL;
	path[len] = '\0';
	return path + strlen(build);
}

static bool ours(long pid)
{
	return program_of(pid) != NULL;
}

/* Whether PID is trae: a test, or a peer below the build's folder, hands on what it was given. */
static bool is_trae(long pid)
{
	const char *program = program_of(pid);

	return program && strncmp(program, "/peers/", 7) &&
		(strncmp(program, "/tests/", 7) || !strncmp(program, "/tests/drive/mcp/", 17));
}

static long parent_of(long pid)
{
	char path[64], text[512];
	size_t len;
	char *close;

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	len = read_file(path, text, sizeof text - 1);
	text[len] = '\0';
	close = strrchr(text, ')');
	return close && strlen(close) > 4 ? strtol(close + 4, NULL, 10) : 0;
}

static size_t read_of(long pid, const char *what, char *to, size_t max)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%ld/%s", pid, what);
	return read_file(path, to, max);
}

static void tell(FILE *report, const char *place, const char *words)
{
	fprintf(report, "%s of a process holds the planted text: %.100s\n", place, words);
	fflush(report);
}

/* The environment that somebody outside gave is that one's; and what has the words of its parent
 * has not become another program yet. */
static bool is_child(long pid, const char *words, size_t len)
{
	static char text[1 << 16];
	long parent = parent_of(pid);

	return is_trae(parent) &&
		(read_of(parent, "cmdline", text, sizeof text) != len || memcmp(text, words, len));
}

static void look_at(long pid, FILE *report, long *seen)
{
	static char words[1 << 16], text[1 << 20];
	size_t len;

	if (!ours(pid))
		return;
	++*seen;
	len = read_of(pid, "cmdline", words, sizeof words - 1);
	words[len] = '\0';
	if (find(words, len) >= 0)
		tell(report, "cmdline", words);
	if (is_child(pid, words, len) && find(text, read_of(pid, "environ", text, sizeof text)) >= 0)
		tell(report, "environ", words);
}

static void watch(const char *to)
{
	FILE *report = fopen(to, "w");
	long seen = 0;

	signal(SIGTERM, on_term);
	while (report && !ended) {
		DIR *dir = opendir("/proc");
		struct dirent *e;

		while (dir && (e = readdir(dir)))
			if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
				look_at(strtol(e->d_name, NULL, 10), report, &seen);
		if (dir)
			closedir(dir);
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	}
	if (report)
		fprintf(report, "# %ld looks at processes\n", seen);
}

int main(int argc, char **argv)
{
	if (argc != 5 || sodium_init() < 0)
		return 64;
	build = argv[2];
	know_planted(argv[3]);
	if (!strcmp(argv[1], "watch")) {
		watch(argv[4]);
		return 0;
	}
	sweep(argv[4]);
	printf("# %ld files\n", files);
	return 0;
}
