#!/usr/bin/env bash
# A session that crashes while the module sends: its exit handler finds what is sent in the middle, and must leave it alone.
# Run by `make check`.

set -u
. "$(dirname "$0")/server.sh"

# The number that Linux knows poll(2) by; where there is only ppoll(2), that one.
poll=$(printf '#include <sys/syscall.h>\n#ifdef SYS_poll\nSYS_poll\n#else\nSYS_ppoll\n#endif\n' | cc -E -P - | tail -n 1)

write_accounts secret
write_conf <<CONF
FleetForensicsEngine on
FleetForensicsSocket $socket
FleetForensicsTimeout 1000
CONF
start_agent
start_server
open_session
log_in
session=$(pgrep -P "$daemon")
[ -r "/proc/$session/syscall" ] && read -r call <"/proc/$session/syscall" || {
  echo 'interrupted: NOT RUN: this kernel, or this user, does not see what a process waits for'
  exit 0
}

# Only the module waits in poll(2): for the agent.
kill -STOP "$agent"
for ((tries = 0; tries < 3000; tries++)); do
  say NOOP
  read -r call _ <"/proc/$session/syscall"
  [ "$call" = "$poll" ] && break
done
[ "$call" = "$poll" ] || fail 'the session never waits for the agent'
kill -SEGV "$session"
while kill -0 "$session" 2>/dev/null; do sleep 0.02; done
kill -CONT "$agent"
until_seen "$frames" '^1 EOF'
close_session
expect_none "$(story_of 1)" 'CRITERION|CLOSE'
expect_no_hole 1
echo 'interrupted: the agent sees the connection end'
