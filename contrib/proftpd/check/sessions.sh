#!/usr/bin/env bash
# What real sessions of a real ProFTPD tell the agent.  Run by `make check`.

set -u
. "$(dirname "$0")/server.sh"

session_pid() {
  grep -E "^$1 CONNECTED" "$frames" | sed 's/.*pid=\([0-9]*\).*/\1/'
}

write_accounts secret
controls=on
write_conf mod_unique_id.c mod_ctrls_admin.c <<CONF
AdminControlsEngine on
AdminControlsACLs all allow user $(id -un)
ControlsSocket $scratch/controls
ControlsSocketACL allow user $(id -un)
FleetForensicsEngine on
FleetForensicsSocket $socket
<VirtualHost 127.0.0.1>
  ServerName "other"
  ServerAlias other.example.org
  Port $port
  User $server_user
  Group $server_group
  FleetForensicsEngine on
  FleetForensicsSocket $socket
</VirtualHost>
<VirtualHost 127.0.0.1>
  ServerName "silent"
  ServerAlias silent.example.org
  Port $port
  User $server_user
  Group $server_group
</VirtualHost>
CONF
start_agent
start_server

echo 'a wrong password'
fails_to_log_in
until_seen "$frames" '^1 EOF'
story=$(story_of 1)
expect "$story" '^1 OPEN dropped=0 1="[0-9]{13}-[0-9]+" 2=1 \{ 1="127.0.0.1" 2="127.0.0.1:[0-9]+" 3="ftp" 9="main" \}'
expect "$story" '^1 CONTEXT dropped=0 3="ftp" 8=".{24}"$'
expect "$story" '^1 CONTEXT dropped=0 3="ftp" 5="alice" 6=[0-9]+ 7=[0-9]+ 8='
expect "$story" '^1 CRITERION #[0-9]+ dropped=0 1="FailedLogin" 4="530 Login incorrect."'
expect "$story" '^1 CLOSE dropped=0 1="eof"'
expect "$(grep MESSAGE "$frames")" 'Login failed'
expect_no_hole 1

echo 'two wrong passwords, then the right one'
open_session
for password in wrong wrong; do
  say 'USER alice'
  answer_is 331
  say "PASS $password"
  answer_is 530
done
log_in
say QUIT
answer_is 221
close_session
until_seen "$frames" '^2 EOF'
[ "$(story_of 2 | grep -c CRITERION)" -eq 2 ] || fail 'two failures are two criteria'
expect "$(story_of 2)" '^2 CONTEXT .* 4="alice"'
expect "$(story_of 2)" '^2 CLOSE dropped=0 1="quit"'
expect_no_hole 2

# $1: connection; $2: signal; $3: what is expected of the story
dies_of() {
  echo "a session that gets SIG$2"
  open_session
  log_in
  kill "-$2" "$(session_pid "$1")"
  until_seen "$frames" "^$1 EOF"
  close_session
  expect "$(story_of "$1")" "$3"
  expect_no_hole "$1"
}
dies_of 3 TERM '^3 CRITERION #[0-9]+ dropped=0 1="UntimelyDeath" 4="signal 15"'
expect "$(story_of 3)" '^3 CLOSE dropped=0 1="signal"'
dies_of 4 SEGV '^4 CRITERION #[0-9]+ dropped=0 1="UntimelyDeath" 4="segmentation fault"'
expect "$(story_of 4)" '^4 CLOSE dropped=0 1="segfault"'
dies_of 5 KILL '^5 EOF'
expect_none "$(story_of 5)" 'CLOSE'
expect "$(story_of 5)" '^5 CONTEXT dropped=0 4="alice"$'
expect "$(grep '^5 MESSAGE' "$frames" | tail -n 5)" '230|logged|PASS'

echo 'HOST: another server, and one that says nothing'
open_session
say 'HOST other.example.org'
answer_is 220
say 'HOST silent.example.org'
answer_is 220
until_seen "$frames" '^6 EOF'
say 'HOST other.example.org'
answer_is 220
say QUIT
answer_is 221
close_session
until_seen "$frames" '^7 EOF'
expect "$(story_of 6)" '^6 OPEN dropped=0 .* 9="other" \}'
expect "$(story_of 6)" '^6 CLOSE dropped=0 1="host"'
expect "$(story_of 7)" '^7 OPEN dropped=0 .* 9="other" \}'
expect "$(story_of 7)" '^7 CLOSE dropped=0 1="quit"'
expect_no_hole 6

echo 'text of odd bytes'
open_session
printf 'USER a\xe9\xff\x1bb\r\n' >&3
answer_is 331
say 'PASS wrong'
answer_is 530
say QUIT
answer_is 221
close_session
until_seen "$frames" '^8 EOF'
expect "$(grep '^8 MESSAGE' "$frames")" 'a\\xe9\\xff\\x1bb'
expect "$(story_of 8)" '5="a\\xef\\xbf\\xbd\\xef\\xbf\\xbd\\x1bb"'

echo 'the daemon kills one session for an administrator'
open_session
log_in
ftpdctl -s "$scratch/controls" kick user alice >/dev/null || fail 'ftpdctl does not kick'
until_seen "$frames" '^9 EOF'
close_session
expect "$(story_of 9)" '^9 CRITERION #[0-9]+ dropped=0 1="UntimelyDeath" 4="signal 15"'

echo 'the daemon is stopped'
open_session
log_in
stop_server
until_seen "$frames" '^10 EOF'
close_session
expect "$(story_of 10)" '^10 CLOSE dropped=0 1="shutdown"'
expect_none "$(story_of 10)" 'CRITERION'
echo 'sessions: all as expected'
