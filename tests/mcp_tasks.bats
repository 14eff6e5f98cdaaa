#!/usr/bin/env bats
# What takes long, over MCP: tasks, their progress, cancellation, subscriptions, and questions.
load helper
load mcp

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
	skip_without "the program with tools for tests is not built" test -x "$BUILD/tests/drive/mcp/trae"
	mkdir -p bin && ln -sf "$BUILD/tests/drive/mcp/trae" bin/trae
	export PATH=$PWD/bin:$PATH MCP_FIXTURE=$ROOT/tests/fixture/mcp
}

TASKS='{"extensions":{"io.modelcontextprotocol/tasks":{}}}'
ELICIT='{"elicitation":{}}'

other_key() { # [OPTION...]: of key create
	trae key create --name "other-$BATS_TEST_NUMBER-$RANDOM" --role operator --rate none --format '{{key}}' "$@"
}

begin() { # SECONDS: a task in $task
	CAN=$TASKS call slow_compute "{\"seconds\":$1}"
	answered 200 '.result.resultType == "task" and .result.ttlMs == null'
	task=$(jq -r .result.taskId body)
}

about() { # METHOD: of $task, by who knows tasks
	CAN=$TASKS mcp "tasks/$1" "$(jq -nc --arg id "$task" '{taskId: $id, inputResponses: {}}')"
}

state() { trae task show "$1" --json | jq -r .state; } # TASK

newest() { trae task list --json | jq -r '.tasks[0].task_id'; }

until_state() { until [ "$(state "$1")" = "$2" ]; do sleep 0.05; done; } # TASK STATE

# A call whose answer is not waited for: its process is $client, what it hears is in the file heard.
behind() { # BODY [CURL OPTION...]
	local body=$1
	shift
	curl -sN -o heard -D heard.headers -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
		-H 'Accept: application/json, text/event-stream' -d "$body" "$@" "$AT/mcp" 3>&- &
	client=$!
}

behind_modern() { # METHOD PARAMS
	local name
	name=$(jq -r '.name // ""' <<<"$2")
	: >heard
	behind "$(message 1 "$1" "$2")" -H 'MCP-Protocol-Version: 2026-07-28' -H "Mcp-Method: $1" \
		${name:+-H "Mcp-Name: $name"}
}

slow='{"name":"slow_compute","arguments":{"seconds":60},"_meta":{"progressToken":"p"}}'

heard() { until grep -q -- "$1" heard; do kill -0 $client; sleep 0.05; done; } # PATTERN

events() { sed -n 's/^data: //p' heard; }

@test "a task ends as completed, whether its tool did what it should or not; a defect is failed" {
	serve
	begin 0
	until about get && jq -e '.result.status == "completed"' body; do sleep 0.05; done
	jq -e '.result | .resultType == "complete" and .result.structuredContent.text == "done"
		and .result.isError == false and has("error") == false' body
	CAN=$TASKS call failing_job '{}'
	task=$(jq -r .result.taskId body)
	until about get && jq -e '.result.status != "working"' body; do sleep 0.05; done
	jq -e '.result | .status == "completed" and .result.isError
		and (.result.content[0].text | contains("always fails"))' body
	CAN=$TASKS call protocol_error_job '{}'
	task=$(jq -r .result.taskId body)
	until about get && jq -e '.result.status != "working"' body; do sleep 0.05; done
	jq -e '.result | has("result") == false and .status == "failed" and .error.code == -32603
		and (.error.message | contains("broken"))' body
}

@test "a task is cancelled once and for all, and has no other end" {
	serve
	begin 60
	about cancel && answered 200 '.result == {"resultType": "complete"}'
	until_state "$task" cancelled
	about get && answered 200 '.result.status == "cancelled" and (.result | has("result") or has("error") | not)'
	about cancel && answered 200 '.result == {"resultType": "complete"}'
}

@test "a task of another caller is as if it were not there" {
	serve
	begin 60
	mine=$KEY
	KEY=$(other_key)
	for method in get update cancel; do
		about $method && answered 200 '.error.code == -32602 and (.error.message | startswith("no task"))'
		cp body theirs
		task=01936f2e-0000-7000-8000-000000000000 about $method
		diff <(sed 's/no task [0-9a-f-]*//' theirs) <(sed 's/no task [0-9a-f-]*//' body)
	done
	CAN=$TASKS behind_modern subscriptions/listen "{\"notifications\":{\"taskIds\":[\"$task\"]}}"
	heard acknowledged
	kill $client
	events | jq -e '.params.notifications == {}'
	KEY=$mine
	[ "$(state "$task")" != cancelled ]
	about get && answered 200 '.result.status == "working"'
	mcp tasks/get "{\"taskId\":\"$task\"}" && answered 400 '.error.code == -32021'
}

@test "progress grows, and ends before the answer" {
	serve
	behind_modern tools/call '{"name":"slow_compute","arguments":{"seconds":2},"_meta":{"progressToken":"p"}}'
	wait $client
	events | jq -es 'length > 3 and (.[-1].result.structuredContent.text == "done")
		and all(.[:-1][]; .method == "notifications/progress" and .params.progressToken == "p" and .params.total == 100)
		and ([.[:-1][].params.progress] | . == (unique | sort))'
	events | jq -es 'any(.[]; .params.message // "" | startswith("second"))'
}

@test "in the modern era a client that goes cancels what it asked for" {
	serve
	behind_modern tools/call "$slow"
	heard second
	kill $client
	until_state "$(newest)" cancelled
}

@test "in the legacy era a lost connection cancels nothing, a word of the client does" {
	serve
	old initialize '{"protocolVersion":"2025-11-25","capabilities":{}}'
	session=$(sed -n 's/^[Mm]cp-[Ss]ession-[Ii]d: \([^\r]*\).*/\1/p' headers)
	: >heard
	behind "$(old_message 7 tools/call "$slow")" -H "Mcp-Session-Id: $session"
	heard second
	task=$(newest)
	kill $client && wait $client || true
	: >heard
	behind "$(old_message 8 tools/call "$slow")" -H "Mcp-Session-Id: $session"
	heard second
	# Of another session and of another request nothing is cancelled.
	mcp_post '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}}'
	mcp_post '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}' -H "Mcp-Session-Id: $session"
	KEY=$(other_key) mcp_post '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}}' \
		-H "Mcp-Session-Id: $session"
	[ "$(state "$(newest)")" = running ]
	mcp_post '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}}' -H "Mcp-Session-Id: $session"
	answered 202
	until_state "$(newest)" cancelled
	[ "$(state "$task")" = running ]
	trae task cancel "$task" -q
}

@test "over standard input a cancelled call is stopped and not answered" {
	mkfifo to
	trae mcp <to >out 3>&- &
	client=$!
	exec 4>to
	old_message 1 initialize '{"protocolVersion":"2025-11-25","capabilities":{}}' >&4
	old_message 2 tools/call "$slow" >&4
	until grep -q second out; do kill -0 $client; sleep 0.05; done
	echo '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}' >&4
	until_state "$(newest)" cancelled
	lines=$(wc -l <out)
	old_message 3 ping '{}' >&4
	until jq -es 'any(.[]; .id == 3)' out >/dev/null; do kill -0 $client; sleep 0.05; done
	exec 4>&-
	wait $client
	jq -es 'any(.[]; .id == 2) | not' out
	[ "$(wc -l <out)" = $((lines + 1)) ]
}

threads() { ls "/proc/$SERVER/task" | wc -l; }
sockets() { ls -l "/proc/$SERVER/fd" | grep -c socket; }

@test "a subscription tells how a task goes, and leaves nothing when its client goes" {
	serve
	before="$(threads) $(sockets)"
	begin 2
	CAN=$TASKS behind_modern subscriptions/listen "$(jq -nc --arg id "$task" \
		'{notifications: {taskIds: [$id], resourceSubscriptions: ["trae://task/" + $id, "trae://task/none"]}}')"
	heard '"status":"completed"'
	events | jq -es --arg id "$task" '.[0].method == "notifications/subscriptions/acknowledged"
		and .[0].params.notifications == {taskIds: [$id], resourceSubscriptions: ["trae://task/" + $id]}
		and all(.[]; .params._meta["io.modelcontextprotocol/subscriptionId"] == 1)
		and any(.[]; .method == "notifications/resources/updated")
		and ([.[] | select(.method == "notifications/tasks")] | .[-1].params.result.structuredContent.text == "done")
		and all(.[]; .method != "notifications/progress")'
	about get
	diff <(jq -S '.result | del(.resultType)' body) \
		<(events | jq -sS '[.[] | select(.method == "notifications/tasks")][-1].params | del(._meta)')
	for i in 1 2 3 4 5; do CAN=$TASKS behind_modern subscriptions/listen '{"notifications":{}}' && heard acknowledged; done
	kill $(jobs -p | grep -v "^$SERVER$")
	until [ "$(threads) $(sockets)" = "$before" ]; do sleep 0.1; done
}

@test "one caller leaves room for others" {
	serve
	for i in $(seq 32); do CAN=$TASKS behind_modern subscriptions/listen '{"notifications":{}}' && heard acknowledged; done
	mcp subscriptions/listen '{"notifications":{}}' -m 5 && answered 200 '.error.message | contains("too many")'
	KEY=$(other_key) call slow_compute '{"seconds":0}' && answered 200 '.result.structuredContent.text == "done"'
	kill $(jobs -p | grep -v "^$SERVER$")
}

@test "with its key a subscription ends" {
	serve
	begin 60
	KEY=$(other_key)
	CAN=$TASKS behind_modern subscriptions/listen "{\"notifications\":{\"resourceSubscriptions\":[\"trae://task/$task\"]}}"
	heard updated
	trae key revoke "$(trae key list --json | jq -r '.keys[] | select(.name | startswith("other")) | .name')" -q
	wait $client
	events | jq -es '.[-1].id == 1 and .[-1].result.resultType == "complete"'
}

@test "the key and the trace of _meta reach the task, and stand before those of the headers" {
	serve
	trace=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
	meta=$(jq -nc --arg t $trace '{traceparent: $t, "trae/idempotencyKey": "once"}')
	CAN=$TASKS mcp tools/call "{\"name\":\"slow_compute\",\"arguments\":{\"seconds\":0},\"_meta\":$meta}" \
		-H 'Idempotency-Key: other' -H "traceparent: ${trace/0af7/1111}"
	task=$(jq -r .result.taskId body)
	[ "$(trae task show "$task" --json | jq -r .traceparent)" = $trace ]
	CAN=$TASKS mcp tools/call "{\"name\":\"slow_compute\",\"arguments\":{\"seconds\":0},\"_meta\":$meta}"
	answered 200 ".result.taskId == \"$task\""
	CAN=$TASKS mcp tools/call "{\"name\":\"slow_compute\",\"arguments\":{\"seconds\":1},\"_meta\":$meta}"
	answered 200 '.result.isError and .result._meta["trae/error"] == "key_reused"'
	CAN=$TASKS call slow_compute '{"seconds":0}' -H 'Idempotency-Key: other' -H "traceparent: $trace"
	answered 200 ".result.taskId != \"$task\""
	[ "$(trae task show "$(jq -r .result.taskId body)" --json | jq -r .traceparent)" = $trace ]
	for bad in 00-00000000000000000000000000000000-b7ad6b7169203331-01 "$trace-x" nonsense; do
		CAN=$TASKS mcp tools/call "{\"name\":\"slow_compute\",\"arguments\":{\"seconds\":0},\"_meta\":{\"traceparent\":\"$bad\"}}"
		trae task show "$(jq -r .result.taskId body)" --json | jq -e '.traceparent == null'
	done
}

@test "a key that may not look at a task does not wait for it either" {
	serve
	begin 60
	KEY=$(other_key --scopes file) call task_show "{\"task_id\":\"$task\",\"wait\":40}" -m 20
	answered 200 '.result.isError and .result._meta["trae/error"] == "denied"'
}

@test "a key for one kind of work may have it done, and follow and cancel it" {
	serve
	KEY=$(other_key --scopes slow)
	begin 60
	about get && answered 200 '.result.status == "working"'
	about cancel && answered 200 '.result.resultType == "complete"'
	until_state "$task" cancelled
	post '/test/slow' '{"seconds":0}' && answered 202
	call failing_job '{}' && answered 200 '.result.isError and .result._meta["trae/error"] == "denied"'
	call task_submit '{"task_type":"slow compute"}' && answered 200 '.result._meta["trae/error"] == "denied"'
}

ask() { # STATE ANSWERS
	CAN=$ELICIT mcp tools/call "$(jq -nc --arg state "$1" --argjson answers "$2" \
		'{name: "test_input_required_result_elicitation", arguments: {}, inputResponses: $answers, requestState: $state}')"
}

@test "a question is answered once, by who was asked, in the words that were given" {
	serve
	yes='{"user_name":{"action":"accept","content":{"name":"Ada"}}}'
	again() {
		CAN=$ELICIT call test_input_required_result_elicitation '{}'
		answered 200 '.result.resultType == "input_required"'
		given=$(jq -r .result.requestState body)
	}
	again
	ask "${given/user_name/user_nome}" "$yes" && answered 200 '.error.code == -32602'
	ask "${given%?}$(tr 0-9a-f 1-9a-f0 <<<"${given: -1}")" "$yes" && answered 200 '.error.code == -32602'
	mine=$KEY KEY=$(other_key)
	ask "$given" "$yes" && answered 200 '.error.code == -32602'
	KEY=$mine
	ask "$given" "$yes" && answered 200 '.result.structuredContent.text == "Hello, Ada!"'
	ask "$given" "$yes" && answered 200 '.error.code == -32602'
	# Nor for another tool.
	again
	CAN=$ELICIT mcp tools/call "$(jq -nc --arg state "$given" --argjson answers "$yes" \
		'{name: "test_input_required_result_request_state", arguments: {}, inputResponses: $answers, requestState: $state}')"
	answered 200 '.error.code == -32602'
}

@test "what is asked about first is not put on the queue instead" {
	serve
	call task_submit '{"task_type":"schedule remove","parameters":{"name":"one"}}'
	answered 200 '.result.isError and (.result.content[0].text | contains("asked about first"))'
	call schedule_add '{"name":"x","task_type":"schedule remove","every":"1h","parameters":{"name":"one"}}'
	answered 200 '.result.isError and (.result.content[0].text | contains("asked about first"))'
	call batch_submit '{"tasks":[{"task_type":"schedule remove","parameters":{"name":"one"}}]}'
	answered 200 '.result.isError and (.result.content[0].text | contains("asked about first"))'
}
