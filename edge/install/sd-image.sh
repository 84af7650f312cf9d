#!/bin/sh
# Puts this release into an image for SD cards, such as one of Raspberry Pi OS Lite: who starts a box from it has a
# gateway that waits for its site file. Needs no network, and runs on any machine.
#   sudo ./sd-image.sh IMAGE [SITE_FILE]
# The last partition must be the ext4 of the system; it is made 512 MB larger first.
set -eu
here=$(dirname "$(readlink -f "$0")")
fail() { echo "sd-image.sh: $1" >&2; exit 1; }
[ $# -ge 1 ] && [ $# -le 2 ] || fail 'usage: sd-image.sh IMAGE [SITE_FILE]'
[ -f "$1" ] || fail "$1: there is no such image"
[ $# -lt 2 ] || [ -f "$2" ] || fail "$2: there is no such site file"
[ "$(id -u)" -eq 0 ] || fail 'run it with sudo: it mounts the image'
image=$(readlink -f "$1")
site=${2:+$(readlink -f "$2")}

place=$(mktemp -d)
device=
cleanUp() {
  mountpoint -q "$place" && umount "$place"
  [ -z "$device" ] || losetup --detach "$device"
  rmdir "$place"
}
trap cleanUp EXIT
# Of the last line of the table, as "start=8192, size=524288, type=83".
table=$(sfdisk --dump "$image") || fail "$image has no table of partitions"
last=$(echo "$table" | grep -c 'start=')
[ "$last" -gt 0 ] || fail "$image has no partition"
truncate --size +512M "$image"
echo ', +' | sfdisk --quiet --no-reread -N "$last" "$image"
first=$(sfdisk --dump "$image" | sed -n 's/.*start= *\([0-9]*\).*/\1/p' | tail -n 1)
device=$(losetup --find --show --offset $((first * 512)) "$image")
[ "$(blkid -o value -s TYPE "$device")" = ext4 ] || fail 'the last partition is not ext4'
e2fsck -f -p "$device" >/dev/null || [ $? -eq 1 ] || fail 'its file system is damaged'
resize2fs "$device" >/dev/null 2>&1
mount "$device" "$place"
"$here/install.sh" --root "$place"
if [ -n "$site" ]; then
  install -m 0600 "$site" "$place/var/lib/latchkey/site.yaml"
  chown --reference="$place/var/lib/latchkey" "$place/var/lib/latchkey/site.yaml"
fi
echo "$image is ready: write it to a card"
