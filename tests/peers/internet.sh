#!/bin/sh
# Runs a command in a network of its own whose one host has public and private addresses, so that
# tests can see where a request goes: unshare -rmn internet.sh NODE COMMAND...
# hostile.js answers there on port 80 (http.log), on port 443 (https.log) and for names below .test.
set -eu
node=$1 peers=$(dirname "$0")
shift
ip link set lo up
for address in 93.184.215.14 169.254.169.254 10.0.0.1 192.168.1.1 172.16.0.1 100.64.0.1 \
	192.0.2.1; do
	ip addr add "$address/32" dev lo
done
for address in 2606:2800:21f::1 fd00::1 2001:db8::1 64:ff9b::7f00:1; do
	ip -6 addr add "$address/128" dev lo nodad
done
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >resolv.conf
mount --bind resolv.conf /etc/resolv.conf
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=public.test \
	-addext subjectAltName=DNS:public.test -keyout key.pem -out cert.pem 2>/dev/null
mount --bind cert.pem /etc/ssl/certs/ca-certificates.crt
"$node" "$peers/hostile.js" --port 80 --host :: --dns >http.log 3>&- &
plain=$!
"$node" "$peers/hostile.js" --port 443 --host :: --tls key.pem cert.pem >https.log 3>&- &
sealed=$!
trap 'kill $plain $sealed' EXIT
for log in http.log https.log; do
	until grep -q '^ready' $log; do
		kill -0 $plain && kill -0 $sealed
		sleep 0.05
	done
done
"$@"
