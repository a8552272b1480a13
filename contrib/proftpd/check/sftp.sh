#!/usr/bin/env bash
# mod_sftp tells its modules of PASS errors that are not failed logins, and of failed logins twice.  Run by `make check`.

set -u
if [ ! -e "${MODULE_DIR:-/usr/lib/proftpd}/mod_sftp.so" ] || ! command -v sftp >/dev/null; then
  echo 'sftp: NOT CHECKED, there is no mod_sftp (proftpd-mod-crypto) or no sftp (openssh-client)' >&2
  exit 0
fi
. "$(dirname "$0")/server.sh"

write_accounts secret
ssh-keygen -q -t ed25519 -N '' -f "$scratch/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$scratch/alice_key"
mkdir "$scratch/authorized"
ssh-keygen -e -m RFC4716 -f "$scratch/alice_key.pub" >"$scratch/authorized/alice"
ssh-keygen -q -t ed25519 -N '' -f "$scratch/other_key"
write_conf mod_sftp.c <<CONF
FleetForensicsEngine on
FleetForensicsSocket $socket
SFTPEngine on
SFTPHostKey $scratch/host_key
SFTPAuthorizedUserKeys file:$scratch/authorized/%u
SFTPLog $scratch/sftp.log
MaxLoginAttempts 3
CONF
start_agent
start_server

# $1: number of the connection; $2: of its criteria
expect_criteria() {
  until_seen "$frames" "^$1 EOF"
  expect "$(story_of "$1")" "^$1 CONTEXT dropped=0 3=\"ssh2\""
  [ "$(story_of "$1" | grep -c CRITERION)" -eq "$2" ] || fail "$2 attempts failed; what was told: $(story_of "$1")"
}

sftp_with() {
  sftp -q -P "$port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentityAgent=none \
    -o IdentitiesOnly=yes "$@" alice@127.0.0.1 <<<bye >>"$scratch/client.log" 2>&1
}

echo 'a wrong password'
SSH_ASKPASS="$scratch/askpass"
export SSH_ASKPASS SSH_ASKPASS_REQUIRE=force
printf '#!/bin/sh\necho wrong\n' >"$SSH_ASKPASS"
chmod 755 "$SSH_ASKPASS"
sftp_with -o PreferredAuthentications=password -o NumberOfPasswordPrompts=1 && fail 'a wrong password is not refused'
expect_criteria 1 1

echo 'the last of MaxLoginAttempts'
sftp_with -o PreferredAuthentications=password -o NumberOfPasswordPrompts=3 && fail 'a wrong password is not refused'
expect_criteria 2 3

echo 'a key that is known'
sftp_with -o PreferredAuthentications=publickey -i "$scratch/alice_key" || fail 'the key is refused'
expect_criteria 3 0

echo 'a key that is not'
sftp_with -o PreferredAuthentications=publickey -i "$scratch/other_key" && fail 'an unknown key is not refused'
expect_criteria 4 1
echo 'sftp: all as expected'
