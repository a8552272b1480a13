# A ProFTPD of its own with the module, an agent that prints what the module sends, and FTP clients.  Sourced by the checks.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PROFTPD=${PROFTPD:-/usr/sbin/proftpd}
MODULE_DIR=${MODULE_DIR:-/usr/lib/proftpd}
scratch=$(mktemp -d)
# The server's user has to reach the homes.
chmod 755 "$scratch"
frames=$scratch/frames
: >"$frames" >"$scratch/proftpd.out"
socket=$scratch/agent.sock
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
daemon=
agent=

fail() {
  echo "FAILED: $*" >&2
  [ -s "$frames" ] && grep -v MESSAGE "$frames" | tail -n 20 >&2
  [ -s "$scratch/proftpd.out" ] && tail -n 20 "$scratch/proftpd.out" >&2
  [ -d "$scratch/valgrind" ] && find "$scratch/valgrind" -size +0 -exec tail -n 20 {} + >&2
  # What the server's processes wait for.
  ps -eo pid,ppid,stat,wchan:20,etimes,args | grep -F "$scratch" | grep -v grep >&2
  exit 1
}

clean_up() {
  local pid
  for pid in $daemon $agent; do
    kill -CONT "$pid" 2>/dev/null
    kill "$pid" 2>/dev/null
  done
  wait
  rm -rf "$scratch"
}
trap clean_up EXIT

# Root's sessions belong to nobody, another user's to that user.
if [ "$(id -u)" -eq 0 ]; then
  server_user=nobody server_group=nogroup server_uid=65534 server_gid=65534
else
  server_user=$(id -un) server_group=$(id -gn) server_uid=$(id -u) server_gid=$(id -g)
fi

# $1: password of alice
write_accounts() {
  mkdir -p "$scratch/home"
  chmod 777 "$scratch/home"
  perl -e 'print "alice:", crypt($ARGV[0], q($6$fleetforensics$)), ":$ARGV[1]:$ARGV[2]::$ARGV[3]:/bin/sh\n"' \
    "$1" "$server_uid" "$server_gid" "$scratch/home" >"$scratch/passwd"
  echo "users:x:$server_gid:" >"$scratch/group"
  chmod 600 "$scratch/passwd" "$scratch/group"
}

# stdin: directives of the check; $@: modules before ours
write_conf() {
  local name
  {
    for name in "$@"; do printf 'ModulePath %s\nLoadModule %s\n' "$MODULE_DIR" "$name"; done
    cat <<CONF
ModulePath $here
LoadModule mod_fleet_forensics.c
ServerType standalone
ServerName "main"
DefaultAddress 127.0.0.1
SocketBindTight on
Port $port
UseIPv6 off
UseReverseDNS off
AuthPAM off
AuthOrder mod_auth_file.c
AuthUserFile $scratch/passwd
AuthGroupFile $scratch/group
RequireValidShell off
User $server_user
Group $server_group
PidFile $scratch/proftpd.pid
ScoreboardFile $scratch/scoreboard
DelayEngine off
ControlsEngine ${controls:-off}
WtmpLog off
SystemLog /dev/null
TraceLog /dev/null
Trace DEFAULT:0
TransferLog /dev/null
ExtendedLog /dev/null ALL,CONNECT,EXIT
CONF
    cat
  } >"$scratch/proftpd.conf"
}

# Waits until a line of the file matches; $3: how many lines must.
until_seen() {
  local tries
  for ((tries = 0; tries < 500; tries++)); do
    [ "$(grep -cE -- "$2" "$1" 2>/dev/null)" -ge "${3:-1}" ] && return
    sleep 0.02
  done
  fail "nothing in $(basename "$1") matches $2"
}

start_agent() {
  "$here/check/agent" "$socket" >>"$frames" 2>"$scratch/agent.err" &
  agent=$!
  until_seen "$frames" LISTENING "${1:-1}"
}

# $@: what runs it, e.g. valgrind
start_server() {
  "$@" "$PROFTPD" -n -c "$scratch/proftpd.conf" >"$scratch/proftpd.out" 2>&1 &
  daemon=$!
  until_seen "$scratch/proftpd.out" 'standalone mode STARTUP'
}

stop_server() {
  kill "$daemon"
  wait "$daemon"
  daemon=
}

fails_to_log_in() {
  curl --silent --max-time 20 "ftp://${1:-alice}:wrong@127.0.0.1:$port/"
  [ $? -eq 67 ] || fail 'curl should have been refused'
}

# A session on file descriptor 3.
open_session() {
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  answer_is 220
}

say() {
  printf '%s\r\n' "$1" >&3
}

answer_is() {
  local line
  while true; do
    read -r -t 20 line <&3 || {
      [ $? -gt 128 ] && fail "the server did not answer $1 within 20 s"
      fail "the server closed the connection without answering $1"
    }
    case $line in
      "$1 "*) return ;;
      "$1-"* | ' '*) ;;
      *) fail "the server answered $line, not $1" ;;
    esac
  done
}

log_in() {
  curl --silent --max-time 20 "ftp://${1:-alice}:wrong@127.0.0.1:$port/"
  [ $? -eq 67 ] || fail 'curl should have been refused'
}

# A session on file descriptor 3.
open_session() {
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  answer_is 220
}

say() {
  printf '%s\r\n' "$1" >&3
}

answer_is() {
  local line status
  while read -r -t 20 line <&3; do
    case $line in
      "$1 "*) return ;;
      "$1-"* | ' '*) ;;
      *) fail "the server answered $line, not $1" ;;
    esac
  done
  status=$?
  fail "the server did not answer $1: $([ $status -gt 128 ] && echo 'nothing in 20 s' || echo 'it closed the connection')"
}

log_in() {
  say 'USER alice'
  answer_is 331
  say 'PASS secret'
  answer_is 230
}

close_session() {
  exec 3>&-
}

# The frames of a connection but its messages; $1: its number.
story_of() {
  grep -E "^$1 " "$frames" | grep -v MESSAGE | sed 's/ 10=.*//; s/ 3=[0-9]\{16\}//'
}

expect() {
  grep -qE -- "$2" <<<"$1" || fail "expected $2 in: $1"
}

expect_none() {
  ! grep -qE -- "$2" <<<"$1" || fail "did not expect $2 in: $1"
}

# Every number from 1 on is there; $1: of which connection.
expect_no_hole() {
  grep -E "^$1 (MESSAGE|CRITERION) " "$frames" |
    awk '$3 != "#" NR { print "number", $3, "where", NR, "was expected"; exit 1 } $4 != "dropped=0" { print; exit 1 }' ||
    fail "connection $1 has a hole"
}
