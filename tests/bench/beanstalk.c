/* A load for beanstalkd, the peer of the queue's benchmarks, in as many connections as clients.
 *     beanstalk PORT CLIENTS SECONDS put|cycle
 * Prints how many jobs a second were put, or put, reserved and deleted. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"

#define CLIENTS_MAX 256
#define BODY "{\"task_type\":\"health\",\"parameters\":{}}"

static int port;
static bool cycle;
static atomic_bool stop;
static atomic_long done;

static _Noreturn void bail(const char *what)
{
	perror(what);
	exit(1);
}

/* Sends TEXT and reads the answer until it holds UNTIL line ends. */
static void ask(int fd, const char *text, int until, char *answer, size_t size)
{
	size_t len = 0;
	int lines = 0;

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		bail("write");
	while (lines < until) {
		ssize_t got = read(fd, answer + len, size - 1 - len);

		if (got <= 0)
			bail("read");
		for (ssize_t i = 0; i < got; i++)
			lines += answer[len + (size_t)i] == '\n';
		len += (size_t)got;
	}
	answer[len] = '\0';
}

static void *client(void *unused)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char put[128], text[256], id[32];

	(void)unused;
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
		bail("connect");
	snprintf(put, sizeof put, "put 5 0 60 %zu\r\n%s\r\n", strlen(BODY), BODY);
	while (!atomic_load(&stop)) {
		ask(fd, put, 1, text, sizeof text);
		if (strncmp(text, "INSERTED ", 9))
			bail(text);
		if (cycle) {
			ask(fd, "reserve\r\n", 2, text, sizeof text);
			if (sscanf(text, "RESERVED %31s", id) != 1)
				bail(text);
			snprintf(text, sizeof text, "delete %s\r\n", id);
			ask(fd, text, 1, text, sizeof text);
			if (strcmp(text, "DELETED\r\n"))
				bail(text);
		}
		atomic_fetch_add(&done, 1);
	}
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[CLIENTS_MAX];
	int clients = argc == 5 ? atoi(argv[2]) : 0;
	double seconds = argc == 5 ? atof(argv[3]) : 0;
	int64_t from_us = clock_boot_us();

	if (clients < 1 || clients > CLIENTS_MAX) {
		fprintf(stderr, "beanstalk PORT CLIENTS SECONDS put|cycle\n");
		return 64;
	}
	port = atoi(argv[1]);
	cycle = !strcmp(argv[4], "cycle");
	for (int i = 0; i < clients; i++)
		pthread_create(&threads[i], NULL, client, NULL);
	usleep((useconds_t)(seconds * 1e6));
	atomic_store(&stop, true);
	for (int i = 0; i < clients; i++)
		pthread_join(threads[i], NULL);
	printf("%.1f\n", (double)atomic_load(&done) * 1e6 / (double)(clock_boot_us() - from_us));
	return 0;
}
