#!/bin/sh
# chroot.sh: README's commands in a minimal Debian 12, made by debootstrap below build/chroot, from
# the mirror that this machine uses. Needs root. The base is kept for the next run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
base=$root/build/chroot/base
here=$root/build/chroot/run
if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
	echo "chroot.sh: needs root and debootstrap" >&2
	exit 1
fi
clean() {
	for dir in proc sys dev/pts dev; do
		mountpoint -q "$here/$dir" && umount -l "$here/$dir"
	done
	return 0
}
trap clean EXIT
mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' | awk '$2 == "bookworm" { print $1; exit }')
if [ ! -e "$base/done" ]; then
	mkdir -p "$base"
	debootstrap --variant=minbase bookworm "$base" "$mirror"
	touch "$base/done"
fi
clean
rm -rf "$here"
cp -a "$base" "$here"
cp /etc/resolv.conf "$here/etc/"
echo '127.0.0.1 localhost' >"$here/etc/hosts" # as Debian's installer leaves it
apt-get indextargets --format '$(SITE) $(RELEASE)' | sort -u | while read -r site release; do
	case $release in bookworm*) echo "deb $site $release main" ;; esac
done >"$here/etc/apt/sources.list"
for dir in proc sys dev dev/pts; do mount --bind "/$dir" "$here/$dir"; done
mkdir -p "$here/root/trae"
(cd "$root" && git ls-files -co --exclude-standard | tar -cf - -T -) | tar -C "$here/root/trae" -xf -
inside() {
	chroot "$here" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
		sh -ec "cd /root/trae; $1"
}
inside 'apt-get update -qq && apt-get install -y -qq make >/dev/null'
inside 'make demo'
inside 'test -s talk.mp4 && build/trae doctor --select check,health,found'
inside 'make -s check'
inside 'make -s install DESTDIR=/tmp/stage PREFIX=/usr && /tmp/stage/usr/bin/trae doctor >/dev/null'
inside 'make -s uninstall DESTDIR=/tmp/stage PREFIX=/usr && ! find /tmp/stage -type f | grep .'
echo "chroot: demo, check, install and uninstall passed"
