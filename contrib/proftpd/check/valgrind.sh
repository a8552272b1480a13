#!/usr/bin/env bash
# 200 sessions under valgrind: no error in the module, and nothing that it has lost.  Run by `make check`.

set -u
. "$(dirname "$0")/server.sh"
SESSIONS=${SESSIONS:-200}

write_accounts secret
write_conf mod_unique_id.c <<CONF
FleetForensicsEngine on
FleetForensicsSocket $socket
CONF
# A session writes its own, as the server's user.
mkdir "$scratch/valgrind"
chmod 777 "$scratch/valgrind"
start_agent
# Without the pipes for a debugger, which valgrind makes anew in every session.
start_server valgrind --quiet --vgdb=no --trace-children=yes --leak-check=full --show-leak-kinds=definite --error-exitcode=99 \
  --log-file="$scratch/valgrind/%p"

# Every fifth fails to log in, every fifth downloads, every fifth is killed, the agent is stalled for every fifth.
head -c 100000 /dev/zero >"$scratch/home/file"
session() {
  case $(($1 % 5)) in
    0) fails_to_log_in ;;
    1) curl --silent --show-error --max-time 60 --output /dev/null "ftp://alice:secret@127.0.0.1:$port/file" || fail 'no download' ;;
    2)
      open_session
      log_in
      kill -TERM "$(grep CONNECTED "$frames" | tail -n 1 | sed 's/.*pid=\([0-9]*\).*/\1/')"
      close_session
      ;;
    3)
      open_session
      kill -STOP "$agent"
      log_in
      say QUIT
      answer_is 221
      close_session
      kill -CONT "$agent"
      ;;
    4) fails_to_log_in nobody-of-that-name ;;
  esac
}
for ((i = 1; i <= SESSIONS; i++)); do
  session "$i"
  until_seen "$frames" ' EOF' "$i"
done
stop_server

[ "$(grep -c CONNECTED "$frames")" -eq "$SESSIONS" ] || fail "not $SESSIONS connections"
[ "$(grep -c ' CLOSE ' "$frames")" -eq "$SESSIONS" ] || fail "not $SESSIONS ends"
[ "$(grep -c FailedLogin "$frames")" -eq $((SESSIONS / 5 * 2)) ] || fail 'not every failed login was told'
[ "$(grep -c UntimelyDeath "$frames")" -eq $((SESSIONS / 5)) ] || fail 'not every death was told'
[ "$(ls "$scratch/valgrind" | wc -l)" -gt "$SESSIONS" ] || fail 'not every session ran under valgrind'
# What else valgrind has found in a server that others wrote is not ours to judge.
sources=$(cd "$here" && echo *.c | tr ' ' '|')
if cat "$scratch"/valgrind/* | grep -E "\((in .*mod_fleet_forensics\.so|(${sources//./\\.}):[0-9]+)\)"; then
  cat "$scratch"/valgrind/* >&2
  fail 'valgrind has found something'
fi
echo "valgrind: $SESSIONS sessions, nothing found"
