#!/bin/sh
# Installs this release without a network, or mends an installation. Run it as often as you like.
#   sudo ./install.sh            --root DIR: into DIR, as for an image; nothing is started then
set -eu
here=$(dirname "$(readlink -f "$0")")
root=
while [ $# -gt 0 ]; do
  case $1 in
    --root) root=$2; shift 2 ;;
    *) echo "install.sh: unknown option $1" >&2; exit 2 ;;
  esac
done
fail() { echo "install.sh: $1" >&2; exit 1; }
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail 'run it with sudo'
base=$root/opt/latchkey
data=$root/var/lib/latchkey

cd "$here"
sha256sum --check --quiet --strict SHA256SUMS || fail 'this package is damaged: fetch it again'
key=$base/release.pub
[ -e "$key" ] || key=$here/release.pub
if command -v openssl >/dev/null; then
  openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig >/dev/null 2>&1 ||
    fail "this package is not signed by the key in $key"
else
  echo 'openssl is not installed: the signature was not looked at, the sums were'
fi
version=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' manifest.json)
arch=$(sed -n 's/.*"arch": *"\([^"]*\)".*/\1/p' manifest.json)
case $(uname -m) in x86_64) own=x64 ;; aarch64) own=arm64 ;; *) own=$(uname -m) ;; esac
[ -n "$root" ] || [ "$arch" = "$own" ] || fail "this package is for $arch, this machine is $own"

if [ -L "$base/current" ] && [ "$(basename "$(readlink "$base/current")")" != "$version" ]; then
  fail "$(basename "$(readlink "$base/current")") is installed: bring $version with latchkey update FILE"
fi
mkdir -p "$base/releases"
if [ ! -d "$base/releases/$version" ]; then
  rm -rf "$base/releases/.draft"
  cp -R "$here" "$base/releases/.draft"
  # Natives load and a database opens, before anything points to them.
  if [ -z "$root" ]; then "$base/releases/.draft/latchkey" release check || fail 'it does not run on this machine'; fi
  sync
  mv "$base/releases/.draft" "$base/releases/$version"
fi
for link in current sound; do
  [ -L "$base/$link" ] || ln -s "releases/$version" "$base/$link"
done
cp -f "$here/release.pub" "$base/release.pub.new" && { [ -e "$base/release.pub" ] || cp "$base/release.pub.new" "$base/release.pub"; }
rm -f "$base/release.pub.new"

mkdir -p "$root/etc/systemd/system" "$root/etc/modules-load.d" "$root/etc/udev/rules.d" "$root/usr/local/bin" "$data"
cp -f "$here/latchkey.service" "$root/etc/systemd/system/latchkey.service"
cp -f "$here/latchkey-modules.conf" "$root/etc/modules-load.d/latchkey.conf"
cp -f "$here/60-latchkey.rules" "$root/etc/udev/rules.d/60-latchkey.rules"
ln -sfn /opt/latchkey/current/latchkey "$root/usr/local/bin/latchkey"
if [ -n "$root" ]; then
  # Nothing of the image can be run here; it may be for another machine.
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -sfn ../latchkey.service "$root/etc/systemd/system/multi-user.target.wants/latchkey.service"
  if [ -e "$root/etc/passwd" ]; then
    grep -q '^plugdev:' "$root/etc/group" || groupadd --system --prefix "$root" plugdev
    grep -q '^latchkey:' "$root/etc/passwd" ||
      useradd --system --prefix "$root" --no-create-home --home-dir /var/lib/latchkey --shell /usr/sbin/nologin latchkey
    chown "$(awk -F: '$1 == "latchkey" {print $3 ":" $4}' "$root/etc/passwd")" "$data"
    chmod 0700 "$data"
  fi
  echo "$version lies in $root"
  exit 0
fi

getent group plugdev >/dev/null || groupadd --system plugdev
id latchkey >/dev/null 2>&1 || useradd --system --home-dir /var/lib/latchkey --shell /usr/sbin/nologin latchkey
chown latchkey:latchkey "$data"
chmod 0700 "$data"
ports=/etc/udev/rules.d/61-latchkey-ports.rules
if /opt/latchkey/current/latchkey ports rules --former "$ports" >"$ports.new"; then mv "$ports.new" "$ports"; fi
if [ -d /run/udev ]; then udevadm control --reload && udevadm trigger --subsystem-match=tty --subsystem-match=leds || true; fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload && systemctl restart systemd-modules-load || true; fi
systemctl enable --quiet latchkey 2>/dev/null || true
if [ -e "$data/site.yaml" ]; then
  [ -d /run/systemd/system ] && systemctl restart latchkey
  echo "$version is installed and runs"
else
  echo "$version is installed; next: sudo -u latchkey latchkey init --config $data/site.yaml, then systemctl start latchkey"
fi
