/* Finding operations by name. */
#include <string.h>

#include "lib/op/op.h"

const char *op_name(struct call *c, const struct op *op, char separator)
{
	char *name = arena_strdup(&c->arena, op->name);

	for (char *p = name; *p; p++)
		if (*p == ' ' || (*p == '-' && separator == '_'))
			*p = separator;
	return name;
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		bool gap_a = *a == ' ' || *a == '_' || *a == '-';
		bool gap_b = *b == ' ' || *b == '_' || *b == '-';

		if (gap_a != gap_b || (!gap_a && *a != *b))
			return false;
	}
	return *a == *b;
}

const struct op *op_find(const char *name)
{
	for (size_t i = 0; op_table[i]; i++)
		if (op_table[i]->name[0] == *name && same_name(op_table[i]->name, name))
			return op_table[i];
	return NULL;
}

const struct op *op_nearest(struct call *c, const char *name)
{
	size_t count = 0;
	const char **names, *near;

	while (op_table[count])
		count++;
	names = ARENA_NEW(&c->arena, const char *, count);
	for (size_t i = 0; i < count; i++)
		names[i] = op_table[i]->name;
	near = field_nearest(name, names, count);
	return near ? op_find(near) : NULL;
}

bool op_covers(const char *scope)
{
	size_t len = strlen(scope);

	for (size_t i = 0; len && op_table[i]; i++) {
		const char *name = op_table[i]->name;

		if (!strncmp(name, scope, len) && (!name[len] || name[len] == ' '))
			return true;
	}
	return false;
}
