/* The process that speaks to the secret service for backend "keyring": one question, one answer. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/os/module.h"
#include "lib/secret/keyring.h"

static enum fail send_all(struct call *c, int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t put = fault_io(EIO) ? -1 : send(fd, p, len, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR) {
			TRY(call_check(c));
			continue;
		}
		if (put < 0 && errno == EAGAIN)
			return fail(c, FAIL_BUSY, "the other process does not listen");
		if (put < 0)
			return fail_errno(c, errno, "cannot speak to the keyring process");
		p += put;
		len -= (size_t)put;
	}
	return FAIL_NONE;
}

static enum fail receive_all(struct call *c, int fd, void *data, size_t len)
{
	char *p = data;

	while (len) {
		ssize_t got = fault_io(EIO) ? -1 : recv(fd, p, len, 0);

		if (got < 0 && errno == EINTR) {
			TRY(call_check(c));
			continue;
		}
		if (got < 0 && errno == EAGAIN)
			return fail(c, FAIL_BUSY, "the other process does not speak");
		if (got < 0)
			return fail_errno(c, errno, "cannot hear the keyring process");
		if (!got)
			return fail(c, FAIL_IO, "the keyring process ended without an answer");
		p += got;
		len -= (size_t)got;
	}
	return FAIL_NONE;
}

enum fail keyring_send(struct call *c, int fd, struct keyring_message *m, const struct secret *body)
{
	size_t len = 0;
	const char *bytes = body ? secret_reveal(body, &len) : "";

	m->len = (uint32_t)len;
	TRY(send_all(c, fd, m, sizeof *m));
	return send_all(c, fd, bytes, len);
}

enum fail keyring_receive(struct call *c, int fd, struct keyring_message *m, struct secret **body)
{
	SECRET_AUTO *got = NULL;
	char *bytes;

	TRY(receive_all(c, fd, m, sizeof *m));
	m->name[SECRET_NAME_BYTES] = '\0';
	if (m->len > KEYRING_MAX_BYTES)
		return fail(c, FAIL_BUG, "the keyring process sent %u bytes", m->len);
	got = secret_blank(m->len, &bytes);
	TRY(receive_all(c, fd, bytes, m->len));
	*body = got;
	got = NULL;
	return FAIL_NONE;
}

static enum fail list(struct call *c, const struct keyring *k, struct keyring_message *answer,
	struct secret **body)
{
	struct secret_rows rows = {0};
	struct buf b = buf_in(&c->arena);
	size_t unreadable = 0;

	TRY(k->list(c, &rows, &unreadable));
	for (size_t i = 0; i < rows.count; i++) {
		struct keyring_row row = {.changed_at = rows.rows[i].changed_at};

		memcpy(row.name, rows.rows[i].name, strlen(rows.rows[i].name));
		buf_add(&b, &row, sizeof row);
	}
	answer->unreadable = unreadable;
	*body = secret_from(b.data, b.len);
	return FAIL_NONE;
}

static enum fail serve(struct call *c, const struct keyring_message *question,
	const struct secret *value, struct keyring_message *answer, struct secret **body)
{
	const struct keyring *k;
	const void *table;

	TRY(module_load(c, "keyring", &table));
	k = table;
	switch ((enum keyring_verb)question->word) {
	case KEYRING_GET:
		return k->get(c, question->name, body);
	case KEYRING_SET:
		return k->set(c, question->name, value);
	case KEYRING_DELETE:
		return k->delete(c, question->name);
	case KEYRING_LIST:
		return list(c, k, answer, body);
	case KEYRING_PROBE:
		return k->probe(c);
	}
	return fail(c, FAIL_BUG, "unknown question");
}

int secret_keyring_child(void)
{
	struct call c = {0};
	struct keyring_message question, answer = {0};
	SECRET_AUTO *value = NULL;
	SECRET_AUTO *body = NULL;
	enum fail f;

	secret_guard_process();
	f = keyring_receive(&c, STDIN_FILENO, &question, &value);
	if (f == FAIL_NONE) {
		f = serve(&c, &question, value, &answer, &body);
		answer.word = (uint32_t)f;
		if (f != FAIL_NONE && !body)
			body = secret_from(c.why ? c.why : "", c.why ? strlen(c.why) : 0);
		fail_forget(&c);
		f = keyring_send(&c, STDIN_FILENO, &answer, body);
	}
	call_release(&c);
	return fail_kind(f)->exit;
}
