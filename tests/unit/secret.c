/* Secrets: the sealed file byte by byte, its key, and the backend on disk. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "lib/secret/file.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

static struct secret *text(const char *value)
{
	return secret_from(value, strlen(value));
}

static struct secret *key_of(char byte)
{
	char bytes[SEALED_KEY_BYTES];

	memset(bytes, byte, sizeof bytes);
	return secret_from(bytes, sizeof bytes);
}

/* A file with three secrets under the key of 'k'. */
static struct buf three(struct call *c, const struct secret *key)
{
	struct sealed_head head = sealed_head_new(SEALED_KEY);
	struct buf b = buf_in(&c->arena);
	SECRET_AUTO *one = text("first value");
	SECRET_AUTO *two = text("second");
	SECRET_AUTO *three = text("x");

	sealed_begin(&b, &head, key);
	sealed_add(&b, "one", 1000, one, key);
	sealed_add(&b, "two.2", 2000, two, key);
	sealed_add(&b, "three", 3000, three, key);
	sealed_end(&b, key);
	return b;
}

/* Everything a reader does with the LEN bytes at DATA. */
static bool accepted(struct call *c, const char *data, size_t len, const struct secret *key)
{
	struct sealed s;
	bool ok = sealed_parse(c, data, len, &s) == FAIL_NONE && sealed_fits(&s, key) &&
		  sealed_verify(c, &s, key) == FAIL_NONE;

	fail_forget(c);
	return ok;
}

static bool equals(const struct secret *s, const char *want)
{
	size_t len;
	const char *got = secret_reveal(s, &len);

	return len == strlen(want) && !memcmp(got, want, len);
}

TEST(names)
{
	char long_name[SECRET_NAME_BYTES + 2];

	memset(long_name, 'a', sizeof long_name);
	long_name[SECRET_NAME_BYTES + 1] = '\0';
	CHECK(secret_check_name(c, long_name) == FAIL_INPUT);
	long_name[SECRET_NAME_BYTES] = '\0';
	CHECK_OK(secret_check_name(c, long_name));
	CHECK_OK(secret_check_name(c, "0.a_b-c"));
	CHECK(secret_check_name(c, "") == FAIL_INPUT);
	CHECK(secret_check_name(c, ".") == FAIL_INPUT);
	CHECK(secret_check_name(c, "..") == FAIL_INPUT);
	CHECK(secret_check_name(c, "-n") == FAIL_INPUT);
	CHECK(secret_check_name(c, "a/b") == FAIL_INPUT);
	CHECK(secret_check_name(c, "Upper") == FAIL_INPUT);
	CHECK(secret_check_name(c, "\xc3\xa4") == FAIL_INPUT);
	CHECK(secret_check_name(c, SECRET_KEY_CREDENTIAL) == FAIL_INPUT);
}

TEST(sealed_round_trip)
{
	SECRET_AUTO *key = key_of('k');
	SECRET_AUTO *value = NULL;
	struct buf b = three(c, key);
	struct sealed s;

	CHECK_OK(sealed_parse(c, b.data, b.len, &s));
	CHECK(sealed_fits(&s, key));
	CHECK_OK(sealed_verify(c, &s, key));
	CHECK(s.count == 3 && sealed_find(&s, "three")->changed_at == 3000);
	CHECK(!sealed_find(&s, "four"));
	CHECK_OK(sealed_open(c, sealed_find(&s, "two.2"), key, &value));
	CHECK(equals(value, "second"));
	CHECK(!memmem(b.data, b.len, "second", 6));
}

TEST(sealed_refuses_another_key)
{
	SECRET_AUTO *key = key_of('k');
	SECRET_AUTO *other = key_of('o');
	SECRET_AUTO *value = NULL;
	struct buf b = three(c, key);
	struct sealed s;

	CHECK_OK(sealed_parse(c, b.data, b.len, &s));
	CHECK(!sealed_fits(&s, other));
	CHECK(sealed_verify(c, &s, other) == FAIL_INPUT);
	CHECK(sealed_open(c, &s.records[0], other, &value) == FAIL_INPUT);
	CHECK(!value);
}

TEST(sealed_refuses_every_flipped_bit_and_every_cut)
{
	SECRET_AUTO *key = key_of('k');
	struct buf b = three(c, key);

	CHECK(accepted(c, b.data, b.len, key));
	for (size_t at = 0; at < b.len; at++) {
		for (int bit = 0; bit < 8; bit++) {
			b.data[at] = (char)(b.data[at] ^ 1 << bit);
			CHECK(!accepted(c, b.data, b.len, key));
			b.data[at] = (char)(b.data[at] ^ 1 << bit);
		}
		CHECK(!accepted(c, b.data, at, key));
	}
	buf_addc(&b, 0);
	CHECK(!accepted(c, b.data, b.len, key));
}

/* A value put under another name of the same length, as who can write the file could do. */
TEST(sealed_refuses_swapped_values)
{
	SECRET_AUTO *key = key_of('k');
	SECRET_AUTO *value = NULL;
	struct buf b = three(c, key);
	struct sealed s;
	struct sealed_record r;

	CHECK_OK(sealed_parse(c, b.data, b.len, &s));
	r = *sealed_find(&s, "one");
	CHECK_OK(sealed_open(c, &r, key, &value));
	secret_free(&value);
	memcpy(r.name, "two", 4);
	CHECK(sealed_open(c, &r, key, &value) == FAIL_INPUT);
}

TEST(sealed_refuses_removed_and_repeated_records)
{
	SECRET_AUTO *key = key_of('k');
	struct buf b = three(c, key), less = buf_in(&c->arena), twice = buf_in(&c->arena);
	struct sealed s;
	size_t tail;

	CHECK_OK(sealed_parse(c, b.data, b.len, &s));
	tail = (size_t)((const char *)s.records[2].start - b.data) + s.records[2].len;
	buf_add(&less, b.data, (size_t)((const char *)s.records[2].start - b.data));
	buf_add(&less, b.data + tail, b.len - tail);
	less.data[80] = 2;
	CHECK(!accepted(c, less.data, less.len, key));
	buf_add(&twice, b.data, tail);
	buf_add(&twice, s.records[2].start, s.records[2].len);
	buf_add(&twice, b.data + tail, b.len - tail);
	twice.data[80] = 4;
	CHECK(sealed_parse(c, twice.data, twice.len, &s) == FAIL_INPUT);
}

TEST(sealed_refuses_a_later_version_and_greedy_heads)
{
	SECRET_AUTO *key = key_of('k');
	struct buf b = three(c, key);
	struct sealed s;

	b.data[8] = 2;
	CHECK(sealed_parse(c, b.data, b.len, &s) == FAIL_CONFIG);
	fail_forget(c);
	b.data[8] = 1;
	b.data[12] = SEALED_PASSPHRASE;
	b.data[16] = 3;
	b.data[22] = 2; /* 128 MiB */
	CHECK_OK(sealed_parse(c, b.data, b.len, &s));
	CHECK(s.head.memory_kib == 128 * 1024 && s.head.passes == 3);
	b.data[23] = 1; /* 16 GiB */
	CHECK(sealed_parse(c, b.data, b.len, &s) == FAIL_INPUT);
}

TEST(passphrase_gives_one_key_for_one_salt)
{
	struct sealed_head head = {SEALED_PASSPHRASE, 1, 64, "salt"}, salted = head;
	SECRET_AUTO *passphrase = text("correct horse");
	SECRET_AUTO *a = NULL;
	SECRET_AUTO *b = NULL;
	SECRET_AUTO *other = NULL;

	salted.salt[0] ^= 1;
	CHECK_OK(sealed_derive(c, &head, passphrase, &a));
	CHECK_OK(sealed_derive(c, &head, passphrase, &b));
	CHECK_OK(sealed_derive(c, &salted, passphrase, &other));
	CHECK(secret_equal(a, b));
	CHECK(!secret_equal(a, other));
	head = sealed_head_new(SEALED_PASSPHRASE);
	CHECK(head.passes == 3 && head.memory_kib == 128 * 1024);
}

/* A home with a key file; the variables that would lead elsewhere are gone. */
static void at_home(struct call *c)
{
	static const char *const gone[] = {"XDG_CONFIG_HOME", "XDG_RUNTIME_DIR",
		"DBUS_SESSION_BUS_ADDRESS", "CREDENTIALS_DIRECTORY"};
	const char *made;

	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
		unsetenv(gone[i]);
	setenv("HOME", test_folder(c), 1);
	c->channel = CHANNEL_QUEUE; /* no terminal */
	CHECK_OK(secret_make_key_file(c, NULL, &made));
	CHECK_TEXT(made, key_file_path(c));
}

static void put(struct call *c, const char *name, const char *value)
{
	SECRET_AUTO *s = text(value);
	const char *backend = NULL;

	CHECK_OK(secret_set(c, name, s, &backend));
	CHECK_TEXT(backend, "file");
}

/* Read by a call of its own, as another process would. */
static enum fail got(const char *name, const char *want)
{
	struct call other = {.channel = CHANNEL_QUEUE};
	SECRET_AUTO *value = NULL;
	enum fail f = secret_get(&other, name, &value);

	CHECK(f != FAIL_NONE || equals(value, want));
	call_release(&other);
	return f;
}

static const char *sealed_path(struct call *c)
{
	return arena_printf(&c->arena, "%s/secrets.sealed", dir_config(c));
}

TEST(file_keeps_changes_and_forgets)
{
	const struct secret_entry *entries;
	const char *backend;
	struct stat st;
	size_t count;

	at_home(c);
	put(c, "a", "1");
	put(c, "b", "2");
	put(c, "a", "changed");
	CHECK(got("a", "changed") == FAIL_NONE && got("b", "2") == FAIL_NONE);
	CHECK_OK(secret_list(c, &entries, &count));
	CHECK(count == 2 && entries[0].changed_at > 1577836800000);
	CHECK(!stat(sealed_path(c), &st) && (st.st_mode & 07777) == 0600);
	CHECK_OK(secret_delete(c, "a", &backend));
	CHECK(got("a", "") == FAIL_MISSING && got("b", "2") == FAIL_NONE);
	CHECK(secret_delete(c, "a", &backend) == FAIL_MISSING);
}

TEST(file_refuses_open_modes)
{
	at_home(c);
	put(c, "a", "1");
	chmod(key_file_path(c), 0600);
	CHECK(got("a", "1") == FAIL_CONFIG);
	chmod(key_file_path(c), 0440);
	CHECK(got("a", "1") == FAIL_CONFIG);
	chmod(key_file_path(c), 0400);
	CHECK(got("a", "1") == FAIL_NONE);
	chmod(sealed_path(c), 0640);
	CHECK(got("a", "1") == FAIL_CONFIG);
	chmod(sealed_path(c), 0600);
	CHECK(got("a", "1") == FAIL_NONE);
	CHECK(!truncate(sealed_path(c), 100));
	CHECK(got("a", "1") == FAIL_INPUT);
}

TEST(rotate_ends_the_old_key)
{
	SECRET_AUTO *before = NULL;
	SECRET_AUTO *after = NULL;
	const char *key = NULL;
	struct vault v = {.lock = -1};

	at_home(c);
	put(c, "a", "1");
	CHECK_OK(key_file_read(c, key_file_path(c), &before));
	CHECK_OK(secret_rotate(c, NULL, &key));
	CHECK_TEXT(key, key_file_path(c));
	CHECK_OK(key_file_read(c, key, &after));
	CHECK(!secret_equal(before, after));
	CHECK(got("a", "1") == FAIL_NONE);
	CHECK_OK(vault_read(c, &v));
	CHECK(sealed_fits(&v.sealed, after) && !sealed_fits(&v.sealed, before));
}

/* Killed after the sealed file was replaced and before the key file was. */
TEST(rotate_killed_between_its_steps)
{
	const char *old;
	char *bytes;
	size_t len;

	at_home(c);
	put(c, "a", "1");
	old = arena_printf(&c->arena, "%s.old", key_file_path(c));
	CHECK_OK(file_read(c, key_file_path(c), 64, &bytes, &len));
	CHECK_OK(secret_rotate(c, NULL, &old));
	CHECK(!rename(key_file_path(c), key_file_next(c)));
	CHECK_OK(file_replace(c, key_file_path(c), bytes, len, 0400));
	CHECK(got("a", "1") == FAIL_NONE);
	CHECK(!access(key_file_next(c), F_OK)); /* readers move nothing */
	put(c, "b", "2");
	CHECK(access(key_file_next(c), F_OK));
	CHECK(got("a", "1") == FAIL_NONE && got("b", "2") == FAIL_NONE);
}

TEST(rotate_to_a_given_key)
{
	struct call later = {0};
	const char *key, *path;

	at_home(c);
	put(c, "a", "1");
	CHECK_OK(secret_make_key_file(c, arena_printf(&c->arena, "%s/k", test_folder(c)), &path));
	CHECK_OK(secret_rotate(c, path, &key));
	CHECK_TEXT(key, path);
	CHECK(got("a", "1") == FAIL_DENIED);
	setenv("TRAE_SECRETS_KEY_FILE", path, 1);
	put(&later, "b", "2");
	CHECK(secret_rotate(&later, path, &key) == FAIL_INPUT);
	unsetenv("TRAE_SECRETS_KEY_FILE");
	call_release(&later);
}

TEST(nothing_to_keep_it_in)
{
	SECRET_AUTO *s = text("value");
	const char *backend;

	at_home(c);
	unlink(key_file_path(c));
	CHECK(secret_set(c, "a", s, &backend) == FAIL_CONFIG);
	CHECK(strstr(c->why, "trae init --key-file") && strstr(c->why, "dbus-run-session") &&
		strstr(c->why, "systemd-creds encrypt"));
	CHECK(access(sealed_path(c), F_OK));
}
