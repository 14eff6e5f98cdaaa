# Keys, idempotency keys and the record of decisions, through the shell.
bats_require_minimum_version 1.5.0
load helper

prepare() {
	SQL=$BUILD/tests/drive/sql
	STORE=$HOME/.local/share/trae/trae.db
	trae init --key-file >/dev/null
}

# create NAME ROLE [OPTION...]: makes a key, which is then in the file NAME.key.
create() {
	trae key create --name "$1" --role "$2" "${@:3}" --format '{{key}}' >"$1.key"
}

@test "a key is shown once and kept nowhere" {
	create phone operator
	[[ $(<phone.key) =~ ^trae_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$ ]]
	[ -z "$(grep -rFl "$(cut -d_ -f4 phone.key)" "$HOME")" ]
	trae key list --json >list
	lacks "$(cut -d_ -f4 phone.key)" list
	grep -q '"name":"phone"' list
}

@test "key test: valid ones, and all others with one sentence" {
	create good viewer
	create gone viewer
	create short viewer --expires 500ms
	[ "$(trae key test --format '{{name}} {{role}} {{rate}}' <good.key)" = "good viewer 100" ]
	trae key revoke gone >/dev/null
	sleep 0.6
	printf 'trae_live_nonsense\n' >none.key
	tr '0-9A-Za-z' '1-90B-ZAb-za' <good.key | sed 's/^[^_]*_[^_]*_/trae_live_/' >forged.key
	for key in gone short none forged; do
		run -77 --separate-stderr trae key test <$key.key
		[ -z "$output" ]
		echo "$stderr" >>said
	done
	[ "$(sort -u said | wc -l)" = 1 ]
	grep -q "not valid" said
}

@test "a key on the command line is refused" {
	create good viewer
	refuses 64 'one word too many' trae key test "$(<good.key)"
	lacks "$(<good.key)" "$BATS_TEST_TMPDIR/out"
}

@test "key test tells what a role may call" {
	create eye viewer
	create hand operator
	create narrow admin --scopes file
	trae key test --operation "file list" <eye.key >/dev/null
	run -77 trae key test --operation "file forget" <eye.key
	[[ $output == *"role operator"* ]]
	trae key test --operation "file forget" <hand.key >/dev/null
	run -77 trae key test --operation "status" <narrow.key
	[[ $output == *"outside the scopes"* ]]
	run -77 trae key test --operation "key create" <narrow.key
	[[ $output == *"for the shell"* ]]
}

@test "rotation: both keys for the overlap, then the new one" {
	create phone sender
	trae key rotate phone --overlap 1h --format '{{key}}' >new.key
	[ "$(trae key test --format '{{name}} {{role}}' <phone.key)" = "phone sender" ]
	[ "$(trae key test --format '{{name}} {{role}}' <new.key)" = "phone sender" ]
	[ "$(trae key list --format '{{state}}' | sort | tr '\n' ' ')" = "active rotated " ]
	trae key rotate phone --overlap 0 --format '{{key}}' >newer.key
	run -77 trae key test <new.key
	trae key test <newer.key >/dev/null
}

@test "a key older than 90 days is remarked on" {
	create old viewer
	run --separate-stderr trae key list
	[ -z "$stderr" ]
	"$SQL" on "$STORE" "update api_key set created_at = created_at - 7776000001"
	run --separate-stderr trae key list
	[[ $stderr == *"trae key rotate old"* ]]
}

@test "what a key cannot be" {
	create phone viewer
	refuses 65 'there is an API key called phone' trae key create --name phone --role viewer
	refuses 64 'oper' trae key create --name x --role operater
	refuses 65 'letters, digits' trae key create --name 'a b' --role viewer
	refuses 64 'rate' trae key create --name x --role viewer --rate 0
	refuses 64 'neither an operation' trae key create --name x --role viewer --scopes taskbar
	refuses 64 'name at least one' trae key create --name x --role viewer --scopes ''
	refuses 64 'expires' trae key create --name x --role viewer --expires never
	refuses 66 'no API key nobody' trae key revoke nobody
	refuses 64 'answers with a secret' trae key create --name x --role viewer --idempotency-key k
	[ "$(trae key list --format x{{id}} | wc -l)" = 1 ]
}

@test "without a place for secrets no key is made" {
	rm "$HOME/.config/trae/secrets.key"
	refuses 78 'trae init --key-file' trae key create --name x --role viewer
}

@test "the record begins with the first key, and holds no arguments" {
	trae config set video.fps 25 >/dev/null
	[ -z "$(trae audit list)" ]
	create phone viewer
	trae config set video.fps 24 >/dev/null
	run -66 trae file forget canary-in-arguments
	trae audit list --format '{{seq}} {{caller}} {{operation}} {{decision}} {{outcome}}' >got
	diff got - <<-'END'
	3 shell file forget allowed not_found
	2 shell config set allowed ok
	1 shell key create allowed ok
	END
	[ -z "$("$SQL" on "$STORE" "select 1 from audit where operation like '%canary%'")" ]
}

@test "audit verify: what was changed, removed or cut off" {
	refuses 66 'nothing is recorded yet' trae audit verify
	create phone viewer
	for fps in 20 21 22; do trae config set video.fps $fps >/dev/null; done
	[ "$(trae audit verify --format '{{rows}} {{unsealed}}')" = "4 3" ]
	trae audit anchor >/dev/null
	[ "$(trae audit verify --format '{{rows}} {{unsealed}}')" = "5 0" ]
	sqlite_copy() { cp "$STORE" "$STORE.kept"; }
	for change in "update audit set operation = 'x' where seq = 2" "delete from audit where seq = 3"; do
		run "$SQL" on "$STORE" "$change"
		[ "$status" = 1 ]
		[[ "$output" = "rows of the audit record are not "* ]]
	done
	"$SQL" on "$STORE" "drop trigger audit_unchanged; drop trigger audit_undeleted"
	"$SQL" on "$STORE" "pragma wal_checkpoint(truncate)" >/dev/null
	sqlite_copy
	"$SQL" on "$STORE" "update audit set operation = 'config get' where seq = 2"
	refuses 65 'row 2 of the audit record is not as it was written' trae audit verify
	cp "$STORE.kept" "$STORE"; rm -f "$STORE"-wal "$STORE"-shm
	"$SQL" on "$STORE" "delete from audit where seq = 3"
	refuses 65 'rows 3 to 3 of the audit record are missing' trae audit verify
	cp "$STORE.kept" "$STORE"; rm -f "$STORE"-wal "$STORE"-shm
	"$SQL" on "$STORE" "delete from audit where seq > 2"
	refuses 65 'rows behind 2 of the audit record are missing' trae audit verify
	cp "$STORE.kept" "$STORE"; rm -f "$STORE"-wal "$STORE"-shm
	trae audit verify >/dev/null
}

@test "a restored backup is older than the anchor until it is anchored anew" {
	create phone viewer
	trae backup create >/dev/null
	trae config set video.fps 20 >/dev/null
	trae audit anchor >/dev/null
	trae backup restore "$(trae backup list --format '{{name}}')" --yes >/dev/null
	refuses 65 'audit record' trae audit verify
	trae audit anchor >/dev/null
	trae audit verify >/dev/null
}

@test "audit prune keeps what still verifies" {
	create phone viewer
	for fps in 20 21 22; do trae config set video.fps $fps >/dev/null; done
	trae audit anchor >/dev/null
	sleep 0.02
	[ "$(trae audit prune --older 10ms --yes --format '{{removed}}')" -ge 3 ]
	trae audit anchor >/dev/null
	trae audit verify >/dev/null
}

@test "the same call under the same key is done once" {
	printf 'a\n' >a.txt
	id=$(trae file add a.txt --format '{{id}}')
	trae file forget "$id" --idempotency-key one --json >first
	trae file forget "$id" --idempotency-key one --json >again
	cmp first again
	run -66 trae file forget "$id"
	run -66 trae file forget "$id" --idempotency-key two
	refuses 65 'came before with other arguments' trae file forget other --idempotency-key one
}
