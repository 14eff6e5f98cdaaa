#!/usr/bin/env bats
# Every query of the tree is one that both SQLite and PostgreSQL 15 can prepare.
load helper

prepare() {
	SQL=$BUILD/tests/drive/sql
	find "$BUILD/obj/lib" "$BUILD/obj/cmd" -name '*.o' | while read -r object; do
		objcopy -O binary --only-section=trae_sql "$object" part 2>/dev/null || continue
		[ ! -s part ] || { cat part; printf '\0'; }
		rm -f part
	done >queries
}

# on_postgres FILE: runs it on a throw-away PostgreSQL 15 and stops at the first error.
on_postgres() {
	pg_virtualenv -v 15 psql -q -v ON_ERROR_STOP=1 -f "$1"
}

@test "queries were found" {
	[ "$(tr '\0' '\n' <queries | grep -c .)" -ge 15 ]
	tr '\0' '\n' <queries | grep -q "insert into task"
}

# A migration that has run somewhere cannot be changed behind it: its line here never changes.
@test "migrations are only ever added" {
	cd "$ROOT/share/sql"
	sha256sum --check "$ROOT/tests/golden/migrations.sha256"
	[ "$(sha256sum -- *.sql | cut -d' ' -f3 | sort)" = \
		"$(cut -d' ' -f3 "$ROOT/tests/golden/migrations.sha256" | sort)" ]
}

@test "SQLite prepares every query" {
	run "$SQL" prepare <queries
	echo "$output"
	[ "$status" = 0 ]
}

@test "control: SQLite refuses what only PostgreSQL knows" {
	run "$SQL" prepare < <(printf 'select id from task for update skip locked\0')
	[ "$status" = 1 ]
}

@test "PostgreSQL 15 takes the migrations and prepares every query" {
	skip_without "no PostgreSQL 15" command -v pg_virtualenv
	{ "$SQL" migrations postgres; "$SQL" postgres <queries; } >all.sql
	chmod a+rX . all.sql
	run on_postgres "$PWD/all.sql"
	echo "$output"
	[ "$status" = 0 ]
}

@test "control: PostgreSQL refuses what only SQLite knows" {
	skip_without "no PostgreSQL 15" command -v pg_virtualenv
	{
		"$SQL" migrations postgres
		printf 'insert or ignore into meta (name) values ($1)\0' | "$SQL" postgres
	} >all.sql
	run on_postgres "$PWD/all.sql"
	[ "$status" != 0 ]
	[[ "$output" == *"syntax error"* ]]
}
