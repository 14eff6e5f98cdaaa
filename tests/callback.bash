# What tests of callbacks share: a receiver on loopback, rows in the outbox, what became of them.

prepare() {
	mkdir bin
	ln -s "$BUILD/tests/drive/callback" bin/drive-callback
	PATH=$PWD/bin:$PATH
	export STANDARDWEBHOOKS=$PEERS/standardwebhooks
	trae init --key-file >/dev/null
}

# receiver [ANSWERS]: starts a receiver on loopback that the owner has named, with its secret.
receiver() {
	skip_without "node is not in build/peers" test -x "$NODE"
	skip_without "standardwebhooks is not in build/peers" test -d "$STANDARDWEBHOOKS"
	skip_without "jq is not installed" command -v jq
	SECRET=$(trae callback secret 127.0.0.1)
	plan "${1:-[200]}" "$SECRET"
	serve got.log "$NODE" "$ROOT/tests/peers/callback.js" plan.json
	trae config set callback.hosts "127.0.0.1:$PORT" >/dev/null
	URL=$HERE/webhook/trae-ai
}

# plan ANSWERS SECRET [SECRET]: what the receiver answers, and what it verifies with.
plan() {
	local answers=$1
	shift
	jq -n --argjson answers "$answers" \
		'{answers: $answers, secrets: $ARGS.positional, trae: $ARGS.positional[0]}' \
		--args "$@" >plan.new
	mv plan.new plan.json
}

# got FILTER: the requests that the receiver got, through jq.
got() {
	grep -a '^{' got.log | jq -rc "$1"
}

deliver() {
	timeout 120 trae callback deliver --json "$@"
}

# sent: one try of everything that waits, due or not.
sent() {
	drive-callback due
	deliver >told.json 2>told.err
}

states() {
	trae callback list --limit 200 --jsonl | jq -r .state | sort | uniq -c | sed 's/^ *//'
}
