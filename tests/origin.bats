#!/usr/bin/env bats
# By which names the server may be called, and which pages of a browser may ask it.
load helper
load serve

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
}

# case STATUS HOST [ORIGIN]: a request by that name, from a page of that origin; "-" is none.
asked() {
	local want=$1 host=$2 origin=${3:--} got
	local -a more=()
	[ "$origin" = - ] || more=(-H "Origin: $origin")
	got=$(curl -s -o body -D headers -w '%{http_code}' -H "Host: $host" -H "Authorization: Bearer $KEY" \
		"${more[@]}" "$AT${TARGET:-/api/v1/status}")
	[ "$got" = "$want" ] || { echo "Host $host, Origin $origin: $got, not $want"; cat body; return 1; }
	# Never for all, never with credentials, and only where the page may read it.
	lacks 'Access-Control-Allow-Origin: \*' headers
	lacks 'Access-Control-Allow-Credentials' headers
	if [ "$want" = 200 ] && [ "$origin" != - ]; then
		grep -qi "^access-control-allow-origin: $origin.$" headers
		grep -qi '^vary: origin' headers
	else
		lacks '[Aa]ccess-[Cc]ontrol-[Aa]llow-[Oo]rigin' headers
	fi
}

@test "thirty requests that a browser may be tricked into, and those that are meant" {
	trae config set server.hosts trae.lan,box
	serve --public-url https://trae.example
	port=${AT##*:}
	# Names: its own, whatever the port and the case.
	asked 200 "127.0.0.1:$port"
	asked 200 localhost
	asked 200 "LOCALHOST:$port"
	asked 200 localhost.
	asked 200 '[::1]:8080'
	asked 200 127.9.9.9
	asked 200 trae.example
	asked 200 trae.example:443
	asked 200 TRAE.lan
	asked 200 box:1
	# Names that others made lead here.
	asked 421 attacker.example
	asked 421 "attacker.example:$port"
	asked 421 127.0.0.1.attacker.example
	asked 421 localhost.attacker.example
	asked 421 trae.example.attacker.example
	asked 421 xtrae.example
	asked 421 192.168.1.10
	asked 421 0.0.0.0
	asked 421 '[fd00::1]'
	asked 421 2130706433
	# Pages: those of the setting and its own.
	asked 200 trae.example https://chatgpt.com
	asked 200 localhost https://chat.openai.com
	asked 200 trae.example https://trae.example
	asked 200 "127.0.0.1:$port" "http://127.0.0.1:$port"
	# Pages of others.
	asked 403 localhost https://attacker.example
	asked 403 localhost null
	asked 403 localhost http://chatgpt.com
	asked 403 localhost https://chatgpt.com.attacker.example
	asked 403 localhost https://chatgpt.com:444
	asked 403 "localhost:$port" http://localhost:1
	asked 421 attacker.example http://attacker.example
}

@test "also where no key is needed, and where nothing is" {
	serve
	for TARGET in / /health /healthz /readyz /openapi.json /openapi-actions.json /nothing \
		/actions/api/v1/status; do
		asked 421 attacker.example
		asked 403 localhost https://attacker.example
	done
	jq -e '.error.message | contains("server.origins")' body
}

@test "the question that a browser asks beforehand" {
	serve
	KEY=
	request OPTIONS /api/v1/tasks -H 'Origin: https://chatgpt.com' -H 'Access-Control-Request-Method: POST'
	answered 204
	grep -qi '^access-control-allow-origin: https://chatgpt.com.$' headers
	grep -qi '^access-control-allow-methods: .*POST' headers
	grep -qi '^access-control-allow-headers: Authorization' headers
	request OPTIONS /api/v1/tasks -H 'Origin: https://attacker.example' && answered 403
	request OPTIONS /nothing -H 'Origin: https://chatgpt.com' && answered 404
	request OPTIONS /api/v1/tasks && answered 405
	lacks '[Aa]ccess-[Cc]ontrol' headers
}

@test "the list is a setting" {
	trae config set server.origins https://mine.example
	serve
	asked 200 localhost https://mine.example
	asked 403 localhost https://chatgpt.com
}
