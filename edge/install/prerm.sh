#!/bin/sh
# What the site remembers in /var/lib/latchkey stays.
set -e
[ "$1" = remove ] || exit 0
if [ -d /run/systemd/system ]; then systemctl disable --now --quiet latchkey || true; fi
rm -rf /opt/latchkey
rm -f /etc/systemd/system/latchkey.service /etc/modules-load.d/latchkey.conf /etc/udev/rules.d/60-latchkey.rules /usr/local/bin/latchkey
