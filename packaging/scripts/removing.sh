#!/bin/sh
# Before a package is removed ("remove" on Debian, 0 on Red Hat), not before an upgrade.
set -e
case "$1" in
remove | 0)
  if [ -d /run/systemd/system ]; then
    systemctl disable --now newsbell.service
  fi
  ;;
esac
