# What the tests of secrets load: a real keyring on a session bus of its own.

# session SCRIPT: runs it on a session bus with gnome-keyring, its default collection unlocked.
session() {
	local program
	for program in gnome-keyring-daemon dbus-run-session gdbus jq; do
		skip_without "$program is not installed" command -v "$program"
	done
	export TRAE
	export -f trae start_keyring secrets lock
	dbus-run-session -- bash -ec "start_keyring; $1" 3>&-
}

# Away from the terminal that the tests may have been started on.
trae() {
	setsid -w "$TRAE" "$@"
}

# Calls METHOD of the secret service.
secrets() {
	local method=$1
	shift
	gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \
		--method "org.freedesktop.Secret.Service.$method" "$@"
}

lock() {
	secrets Lock '["/org/freedesktop/secrets/collection/login"]' >/dev/null
}

# The daemon goes on in the background before it is ready: asked too early, the bus would start a
# second one.
start_keyring() {
	printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null
	gdbus wait --session --timeout 60 org.freedesktop.secrets
	until secrets ReadAlias default | grep -q collection; do
		sleep 0.02
	done
}
