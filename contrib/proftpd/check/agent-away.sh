#!/usr/bin/env bash
# An agent that is stalled, that goes, and that comes back: no session waits for it, and what it missed is counted.  Run by
# `make check`.

set -u
. "$(dirname "$0")/server.sh"

# Who has logged in may no longer use a path: mod_cap gives root's rights up for good.
socket=@fleet-forensics-check-$$
write_accounts secret
write_conf <<CONF
FleetForensicsEngine on
FleetForensicsSocket $socket
DebugLevel 1
MaxLoginAttempts 1000
CONF
start_server

# $1: how many OPEN frames there must be
speak_until_opens() {
  local tries
  for ((tries = 0; tries < 400; tries++)); do
    say NOOP
    answer_is 200
    [ "$(grep -c '^1 OPEN' "$frames")" -ge "$1" ] && return
    sleep 0.05
  done
  fail "there is no OPEN number $1"
}

echo 'no agent: sessions go on'
open_session
log_in

echo 'the agent comes: the session is there, and says what was lost'
start_agent
speak_until_opens 1
story=$(story_of 1)
expect "$story" '^1 OPEN dropped=[1-9][0-9]* .* 2=[1-9][0-9]+ '
# What was lost since the OPEN was prepared is passed over.
awk '/^1 OPEN/ { sub("dropped=", "", $3); sub("2=", "", $5); next_one = $5 - $3 }
  /^1 MESSAGE/ { sub("#", "", $3); sub("dropped=", "", $4); exit $3 - $4 != next_one }' "$frames" ||
  fail 'the first number is not that of OPEN, less what was lost'

echo 'the agent is restarted: the session is there again'
kill "$agent"
wait "$agent"
start_agent 2
speak_until_opens 2
say QUIT
answer_is 221
close_session
until_seen "$frames" '^1 CLOSE'

echo 'the agent is stalled: a session drops, and counts to the last one'
open_session
kill -STOP "$agent"
for ((attempt = 0; attempt < 40; attempt++)); do
  say 'USER alice'
  answer_is 331
  say 'PASS wrong'
  answer_is 530
done
session=$(pgrep -P "$daemon") || fail 'pgrep (procps) finds no session'
say QUIT
answer_is 221
close_session
while kill -0 "$session" 2>/dev/null; do sleep 0.02; done
kill -CONT "$agent"
until_seen "$frames" '^2 EOF'
awk '/^2 (MESSAGE|CRITERION)/ { sub("#", "", $3); sub("dropped=", "", $4); last = $3; if ($3 != ++came + $4) { print; exit 1 } }
  /^2 CLOSE/ { sub("dropped=", "", $3); lost = $3 }
  END { if (!lost) exit 1; print "  lost", lost, "and got", came }' "$frames" || fail 'what came and what was lost are not all'
expect "$(cat "$scratch/proftpd.out")" 'messages were lost: nobody read FleetForensicsSocket'
criteria=$(grep -c '^2 CRITERION' "$frames")
[ "$criteria" -eq 40 ] || fail "criteria are held while nothing can be sent: $criteria of 40 came"
echo 'agent-away: all as expected'
