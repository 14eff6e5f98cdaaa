#!/usr/bin/env bats
# The ways from outside that trae-serve(8) shows, with its own text: nginx, Caddy, ssh -R.
load helper
load serve

prepare() {
	for tool in curl jq openssl; do skip_without "$tool is not installed" command -v $tool; done
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=trae.example \
		-addext subjectAltName=DNS:trae.example,DNS:attacker.example -keyout key.pem -out cert.pem 2>/dev/null
	# A port that is free now.
	OUTSIDE=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

teardown() {
	[ -z "${FRONT:-}" ] || { kill $FRONT; wait $FRONT; } 2>/dev/null || true
	[ -z "${FRONT2:-}" ] || { kill $FRONT2; wait $FRONT2; } 2>/dev/null || true
	[ -z "${SERVER:-}" ] || { kill $SERVER; wait $SERVER; } || true
}

# example WORD: the example of the manual page that has a line with WORD.
example() {
	awk -v word="$1" '/^\.EX/ { inside = 1; text = ""; next }
		/^\.EE/ { inside = 0; if (index(text, word)) { printf "%s", text; exit } }
		inside { text = text $0 "\n" }' "$ROOT/man/trae-serve.8" | sed 's/\\-/-/g; s/\\e/\\/g'
}

# outside PATH [CURL OPTION...]: as a caller elsewhere asks.
outside() {
	local path=$1
	shift
	curl -s --cacert cert.pem --resolve "trae.example:$OUTSIDE:127.0.0.1" \
		--resolve "attacker.example:$OUTSIDE:127.0.0.1" -o body -D headers -w '%{http_code}' \
		-H "Authorization: Bearer $KEY" "$@" "https://${NAME:-trae.example}:$OUTSIDE$path" >status
}

# works: reading, writing, waiting, a page, a large batch, and a name that is not this server's.
works() {
	for _ in $(seq 200); do
		outside /healthz && break
		kill -0 $FRONT || { cat front.log; return 1; }
		sleep 0.05
	done
	answered 200 '.status == "healthy"'
	outside /api/v1/status && answered 200 '.state == "ready"'
	outside /openapi-actions.json && answered 200 '.servers == [{url: "https://trae.example/actions"}]'
	outside /docs && answered 200
	outside "/api/v1/video/create?wait=20" -H 'Content-Type: application/json' \
		-d '{"script":"Words.","voice":"none","size":"360p","quality":"draft"}'
	answered 200 '.status == "completed"'
	outside "$(jq -r .result.content_url body)" -r 0-99 && answered 206
	jq -n '{tasks: [range(3) | {task_type: "system_query", run_at: "10h", metadata: {text: ("m" * 700000)}}]}' >batch
	outside /api/v1/batch -H 'Content-Type: application/json' -H 'Expect:' --data-binary @batch
	answered 200 '.submitted == 3'
	KEY= outside /api/v1/status && answered 401
	[ "$(curl -s --cacert cert.pem --resolve "trae.example:$OUTSIDE:127.0.0.1" -o body -w '%{http_code}' \
		"https://trae.example:$OUTSIDE/metrics")" = 401 ]
	outside /api/v1/status -H 'Origin: https://attacker.example' && answered 403
}

@test "nginx, as the manual page has it" {
	skip_without "nginx is not installed" command -v nginx
	serve --public-url https://trae.example
	example ssl_certificate | sed "s,443,127.0.0.1:$OUTSIDE,; s,/etc/ssl/trae.pem,$PWD/cert.pem,
		s,/etc/ssl/trae.key,$PWD/key.pem,; s,127.0.0.1:8080,${AT#http://}," >site.conf
	[ "$(grep -c "$OUTSIDE\|${AT#http://}\|$PWD" site.conf)" = 4 ]
	mkdir temp
	cat >nginx.conf <<-EOF
		daemon off;
		pid $PWD/nginx.pid;
		worker_processes 1;
		events {}
		http {
			access_log off;
			client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp;
			uwsgi_temp_path temp; scgi_temp_path temp;
			include $PWD/site.conf;
		}
	EOF
	# Without this it becomes another user, who may not read the test's folder.
	[ "$(id -u)" != 0 ] || sed -i '1i user root;' nginx.conf
	nginx -p "$PWD" -e front.log -c nginx.conf >front.out 2>&1 3>&- &
	FRONT=$!
	works
	# One site is the default for every name: the server itself refuses those that it has not.
	NAME=attacker.example outside /api/v1/status && answered 421
}

@test "Caddy, as the manual page has it" {
	skip_without "caddy is not installed" command -v caddy
	serve --public-url https://trae.example
	{
		printf '{\n\tadmin off\n\tauto_https disable_redirects\n}\n'
		# The certificate is the test's own: nobody outside gives one here.
		example reverse_proxy | sed "s,^trae.example,https://trae.example:$OUTSIDE,
			s,127.0.0.1:8080,${AT#http://},; /{$/a tls $PWD/cert.pem $PWD/key.pem"
	} >Caddyfile
	[ "$(grep -c "$OUTSIDE\|${AT#http://}" Caddyfile)" = 2 ]
	XDG_DATA_HOME=$PWD/data XDG_CONFIG_HOME=$PWD/config caddy run --config Caddyfile --adapter caddyfile >front.log 2>&1 3>&- &
	FRONT=$!
	works
}

@test "a machine outside that forwards by ssh -R, as the manual page has it" {
	skip_without "sshd is not installed" test -x /usr/sbin/sshd
	skip_without "ssh is not installed" command -v ssh
	serve --public-url https://trae.example
	for key in host own; do ssh-keygen -q -t ed25519 -N '' -f $key; done
	cp own.pub allowed
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	cat >sshd_config <<-EOF
		ListenAddress 127.0.0.1:$port
		HostKey $PWD/host
		PidFile none
		AuthorizedKeysFile $PWD/allowed
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		PermitRootLogin prohibit-password
	EOF
	[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
	/usr/sbin/sshd -D -e -f sshd_config >front.log 2>&1 3>&- &
	FRONT=$!
	for _ in $(seq 200); do grep -q 'Server listening' front.log && break; sleep 0.05; done
	line=$(example ExitOnForwardFailure | sed "s,-R 127.0.0.1:8080:127.0.0.1:8080,-R 127.0.0.1:$OUTSIDE:${AT#http://},
		s,host.example,-p $port -i $PWD/own -o StrictHostKeyChecking=no -o UserKnownHostsFile=$PWD/known 127.0.0.1,")
	[[ $line == *"$OUTSIDE:127.0.0.1:${AT##*:} "* ]]
	$line >ssh.log 2>&1 3>&- &
	FRONT2=$!
	for _ in $(seq 200); do
		curl -s "http://127.0.0.1:$OUTSIDE/healthz" >body && break
		kill -0 $FRONT2 || { cat ssh.log front.log; return 1; }
		sleep 0.05
	done
	jq -e '.status == "healthy"' body
	curl -s -H 'Host: trae.example' -H "Authorization: Bearer $KEY" "http://127.0.0.1:$OUTSIDE/api/v1/status" |
		jq -e '.state == "ready"'
}
