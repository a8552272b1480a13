#!/usr/bin/env bash
# A daemon that is process 1, as in a container: an administrator's kick is not the end of the server.  Run by `make check`.
# Linux kills every session as soon as such a daemon is gone: of its end they say nothing.

set -u
. "$(dirname "$0")/server.sh"

if ! unshare --pid --fork --mount-proc true 2>/dev/null; then
  echo 'container: NOT RUN: nobody but root may begin PIDs anew'
  exit 0
fi

write_accounts secret
controls=on
write_conf mod_ctrls_admin.c <<CONF
AdminControlsEngine on
AdminControlsACLs all allow user $(id -un)
ControlsSocket $scratch/controls
ControlsSocketACL allow user $(id -un)
FleetForensicsEngine on
FleetForensicsSocket $socket
CONF
start_agent
start_server unshare --pid --fork --kill-child --mount-proc
# unshare itself ignores SIGTERM.
daemon=$(pgrep -P "$daemon")

open_session
log_in
ftpdctl -s "$scratch/controls" kick user alice >/dev/null || fail 'ftpdctl does not kick'
until_seen "$frames" '^1 EOF'
close_session
expect "$(story_of 1)" '^1 CRITERION #[0-9]+ dropped=0 1="UntimelyDeath" 4="signal 15"'
echo 'container: a kick is a death'
