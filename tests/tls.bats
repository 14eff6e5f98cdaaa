#!/usr/bin/env bats
# TLS of trae serve, held to testssl.sh, and a certificate that is renewed while it serves.
load helper
load serve

prepare() {
	for tool in curl jq openssl python3; do skip_without "$tool is not installed" command -v $tool; done
}

certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
		-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null
}

# protocols PORT: what testssl.sh says of each, a line "NAME offered" or "NAME not".
protocols() {
	testssl --quiet --color 0 --warnings off --jsonfile found.json -p "localhost:$1" >testssl.log 2>&1 || true
	jq -r '.[] | select(.id | IN("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3"))
		| "\(.id) \(if .finding | test("^not offered") then "not" else "offered" end)"' found.json
	rm -f found.json
}

@test "testssl.sh finds nothing below TLS 1.2" {
	skip_without "testssl is not installed" command -v testssl
	certificate one
	serve --tls-cert cert.pem --tls-key key.pem
	protocols "${AT##*:}" | sort | tee seen
	[ "$(cat seen)" = "SSLv2 not
SSLv3 not
TLS1 not
TLS1_1 not
TLS1_2 offered
TLS1_3 offered" ]
	# Control: it sees a server that speaks older ones.
	openssl s_server -accept 127.0.0.1:0 -cert cert.pem -key key.pem -www -cipher ALL:@SECLEVEL=0 \
		-min_protocol TLSv1 >old.log 2>&1 3>&- &
	old=$!
	for _ in $(seq 100); do grep -q '^ACCEPT .*:' old.log && break; sleep 0.05; done
	protocols "$(sed -n 's/^ACCEPT .*://p' old.log | head -1)" | sort >seen
	kill $old
	grep -qx 'TLS1 offered' seen
}

@test "a renewed certificate is for new connections, and no old one is dropped" {
	certificate one
	serve --tls-cert cert.pem --tls-key key.pem
	cat >client.py <<-'EOF'
		import http.client, os, signal, ssl, sys, time
		port, server, key = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
		context = ssl._create_unverified_context()
		def name(c): return ssl.DER_cert_to_PEM_cert(c.sock.getpeercert(True))
		def ask(c):
		    c.request("GET", "/api/v1/status", headers={"Authorization": "Bearer " + key})
		    r = c.getresponse()
		    assert r.status == 200 and r.read(), r.status
		old = [http.client.HTTPSConnection("localhost", port, context=context) for _ in range(20)]
		for c in old: ask(c)
		before = name(old[0])
		os.system("bash renew")
		os.kill(server, signal.SIGHUP)
		for _ in range(1000):
		    c = http.client.HTTPSConnection("localhost", port, context=context)
		    ask(c)
		    if name(c) != before: break
		    time.sleep(0.02)
		else: sys.exit("never renewed")
		sockets = [c.sock for c in old]
		for c in old: ask(c)
		assert [c.sock for c in old] == sockets and all(name(c) == before for c in old)
		print("kept", len(old))
	EOF
	declare -f certificate >renew
	echo certificate two >>renew
	[ "$(python3 client.py "${AT##*:}" $SERVER "$KEY")" = "kept 20" ]
	# A renewal that cannot be used leaves the old one.
	echo nonsense >cert.pem
	kill -HUP $SERVER
	for _ in $(seq 200); do grep -q '"level":"error","event":"reload"' serve.err && break; sleep 0.05; done
	grep -q '"level":"error","event":"reload"' serve.err
	curl -sk -H "Authorization: Bearer $KEY" "https://localhost:${AT##*:}/api/v1/status" | jq -e '.state == "ready"'
}
