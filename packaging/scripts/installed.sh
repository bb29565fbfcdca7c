#!/bin/sh
# After a package was installed or upgraded. It starts nothing: there is no token yet.
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  # After an upgrade, a service that runs goes on with the new program.
  systemctl try-restart newsbell.service
fi
