# Callers of a server that runs: their keys, their rights, and what is recorded of them.
load helper
load serve

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
	SQL=$BUILD/tests/drive/sql
	STORE=$HOME/.local/share/trae/trae.db
}

# until_status STATUS: asks until the server answers so, at most 100 times.
until_status() {
	for _ in $(seq 100); do
		request GET /api/v1/tasks >/dev/null
		[ "$(cat status)" != "$1" ] || return 0
		sleep 0.05
	done
	echo "still $(cat status), not $1"
	return 1
}

@test "a key ends when it is revoked, while the server runs" {
	serve
	KEY=$(trae key create --name short --role viewer --rate none --format '{{key}}')
	request GET /api/v1/tasks && answered 200
	trae key revoke short >/dev/null
	until_status 401
}

@test "rotation: both keys for the overlap, then the new one" {
	serve
	old=$(trae key create --name phone --role viewer --rate none --format '{{key}}')
	new=$(trae key rotate phone --overlap 1h --format '{{key}}')
	for KEY in "$old" "$new"; do request GET /api/v1/tasks && answered 200; done
	trae key revoke "${old:10:8}" >/dev/null
	KEY=$old
	until_status 401
	KEY=$new
	request GET /api/v1/tasks && answered 200
}

@test "unknown, revoked and expired keys get one answer" {
	serve
	request GET /api/v1/tasks && answered 200
	KEY=$(trae key create --name gone --role admin --format '{{key}}')
	gone=$KEY
	trae key revoke gone >/dev/null
	short=$(trae key create --name short --role admin --expires 500ms --format '{{key}}')
	sleep 0.6
	for KEY in "$gone" "$short" nonsense; do
		request GET /api/v1/tasks && answered 401
		jq -c 'del(.error.details.timestamp, .error.details.trace_id, .error.details.request_id)' \
			body >>told
		grep -vi '^date\|^x-request-id' headers >>told
	done
	[ "$(sort -u told | wc -l)" = "$(($(wc -l <told) / 3))" ]
}

@test "scopes narrow a key" {
	serve
	KEY=$(trae key create --name narrow --role admin --scopes task --format '{{key}}')
	request GET /api/v1/tasks && answered 200
	request GET /api/v1/files && answered 403 '.error.message | contains("scopes")'
}

@test "the master key: all but keys and what is for the shell" {
	export TRAE_MASTER_KEY="a long password of the owner"
	serve
	KEY=$TRAE_MASTER_KEY
	request GET /api/v1/tasks && answered 200
	post /api/v1/tasks '{"task_type":"system_query"}'
	[[ $(cat status) == 20? ]]
	KEY="a long password of the owne"
	request GET /api/v1/tasks && answered 401
	trae audit list --format '{{caller}} {{operation}} {{decision}}' | grep -x 'master task submit allowed'
	lacks "long password" serve.err
}

@test "the record: each change and refusal a row, reads counted, nothing of the arguments" {
	serve
	admin=$KEY
	KEY=$(trae key create --name eye --role viewer --rate none --format '{{key}}')
	post /api/v1/tasks '{"task_type":"system_query"}' && answered 403
	for _ in 1 2 3 4 5; do request GET /api/v1/files && answered 200; done
	KEY=
	request GET /api/v1/files && answered 401
	KEY=$admin
	post /api/v1/tasks '{"task_type":"system_query","metadata":{"note":"canary-of-arguments"}}'
	request DELETE /api/v1/files/none && answered 404
	kill $SERVER
	wait $SERVER
	SERVER=
	trae audit list --format '{{operation}} {{decision}} {{outcome}} {{n}}' | sort >got
	grep -x 'task submit denied denied 1' got
	grep -x 'task submit allowed ok 1' got
	grep -x 'file forget allowed not_found 1' got
	[ "$(sed -n 's/^file list allowed  //p' got | awk '{ n += $1 } END { print n }')" = 5 ]
	grep -x 'file list unknown  1' got
	trae audit verify >/dev/null
	[ -z "$("$SQL" on "$STORE" "select 1 from audit where caller || operation like '%canary%'")" ]
}

@test "a server that is killed leaves a record that verifies" {
	serve
	for _ in $(seq 20); do post /api/v1/tasks '{"task_type":"system_query"}' >/dev/null; done
	kill -9 $SERVER
	ends 137 $SERVER
	SERVER=
	trae audit verify >/dev/null
	[ "$(trae audit list --format '{{operation}}' | grep -cx 'task submit')" = 20 ]
	serve
	post /api/v1/tasks '{"task_type":"system_query"}' >/dev/null
	sleep 1.2
	trae audit verify >/dev/null
}

@test "a hundred parallel submits under one key are one task, without one a hundred" {
	serve
	printf '{"task_type":"system_query"}' >task.json
	for n in $(seq 100); do
		printf 'next\nurl = "%s/api/v1/tasks"\ndata = "@task.json"\noutput = "got.%d"\n' "$AT" "$n"
		printf 'header = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' \
			"$KEY"
	done >plain
	sed 's/^data.*/&\nheader = "Idempotency-Key: one"/' plain >keyed
	curl -s -Z --parallel-max 100 -K keyed
	[ "$(jq -r .task_id got.* | sort -u | wc -l)" = 1 ]
	[ "$(cat got.* | jq -r .task_id | grep -c .)" = 100 ]
	rm got.*
	curl -s -Z --parallel-max 100 -K plain
	[ "$(jq -r .task_id got.* | sort -u | wc -l)" = 100 ]
}
