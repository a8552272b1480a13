const CONNECTION = `  --url URL        where ingest listens (default http://127.0.0.1:8080)
  --token-file F   file with the token that the server asks for
  --tries N        attempts for a request that the server is too busy for, 1 to 100 (default 8)
`;

export const MAIN_HELP = `usage: fleet-forensics COMMAND …

  publish       publish log events to fleet-forensics
  topics        create or check the topics in Kafka
  lag           how far buffers and writers are behind
  dead-letters  look at records that could not be used, and publish them again
  check         what a configuration file in the syntax of proftpd.conf captures and files
  verify        check that forensic files are as they were filed
  signing-key   make the key that a writer signs with, or show its public half
  token         make a token for who publishes

fleet-forensics COMMAND --help says more.
Exit status: 0 done, 1 something failed, was rejected, is wrong or not intact, 2 wrong usage.
`;

export const PUBLISH_HELP = `usage: fleet-forensics publish proftpd --node NAME [--system FILE] [--trace FILE] [--extended FILE] [--transfer FILE]
       fleet-forensics publish ndjson FILE|-

  proftpd   the logs of a ProFTPD server: finds sessions, failed logins and untimely deaths in them
  ndjson    events, one JSON object a line, as POST /v1/events takes them

fleet-forensics publish proftpd --help and publish ndjson --help say more.
`;

export const PUBLISH_PROFTPD_HELP = `usage: fleet-forensics publish proftpd --node NAME [--system FILE] [--trace FILE] [--extended FILE] [--transfer FILE]

  --node NAME      the host that the logs come from
  --system FILE    SystemLog
  --trace FILE     TraceLog
  --extended FILE  ExtendedLog, best in our LogFormat (samples/README.md), or in ProFTPD's default one
  --transfer FILE  TransferLog
  --utc-offset Z   the logs' zone: +01:00, Z, or local (default local: that of this machine)
${CONNECTION}
At least one log is needed; give those that you have: what one does not tell, another may. Publishing the same logs again does
no harm: every message is numbered, and what was already published is dropped.
`;

export const PUBLISH_NDJSON_HELP = `usage: fleet-forensics publish ndjson FILE|-

  FILE             events, one JSON object a line; - reads standard input
${CONNECTION}`;

const KAFKA = `The FF_KAFKA_ variables say where Kafka is and how to log in (docs/SETTINGS.md).
`;

export const TOPICS_HELP = `usage: fleet-forensics topics create|check [OPTION …]

  create    create the topics that are missing
  check     show whether the topics are as they have to be

fleet-forensics topics create --help and topics check --help say more.
`;

export const TOPICS_CREATE_HELP = `usage: fleet-forensics topics create [--partitions TOPIC=N …] [--replication N]

  --partitions TOPIC=N  how many partitions a topic gets, 1 to 10000; may be given for each topic
  --replication N       on how many brokers each record lies, 1 to 100 (default FF_KAFKA_REPLICATION, or the broker's own)

Creates what is missing and leaves what is there as it is. A topic that is there with another number of partitions than you ask
for is refused: keys would move, see docs/OPERATING.md. Then shows what is wrong with the topics; exit status 1 if something is.
${KAFKA}`;

export const TOPICS_CHECK_HELP = `usage: fleet-forensics topics check [--partitions TOPIC=N …]

  --partitions TOPIC=N  how many partitions a topic is planned to have; may be given for each topic

Exit status 1 if a topic is missing, or so that records would be lost, refused or misread (WRONG); a warning alone is no failure.
${KAFKA}`;

export const DEAD_LETTERS_HELP = `usage: fleet-forensics dead-letters list|show|requeue [OPTION …]

  list      the newest ones, a line each
  show      one of them, with all its bytes
  requeue   publish records again

A dead letter is a record that could not be used, with the reason. It is kept for 30 days, whatever is done with it.
fleet-forensics dead-letters list --help and so on say more.
`;

const LOG = `  --data DIR       read the embedded log of a recorder that is stopped (its FF_DATA_DIR), not Kafka
`;

export const DEAD_LETTERS_LIST_HELP = `usage: fleet-forensics dead-letters list [--limit N] [--error CODE] [--data DIR]

  --limit N        the newest N, 1 to 10000 (default 100)
  --error CODE     only those with this error code, e.g. FF_BAD_RECORD
${LOG}
A line is: the letter's offset, when it was written, where its record was (topic/partition@offset), the error's code, and the
bytes of the record's value.
${KAFKA}`;

export const DEAD_LETTERS_SHOW_HELP = `usage: fleet-forensics dead-letters show OFFSET [--bytes N] [--data DIR]

  OFFSET           the letter's own, as dead-letters list shows it
  --bytes N        of key and value each, 0 to 1048576 (default 4096)
${LOG}
${KAFKA}`;

export const DEAD_LETTERS_REQUEUE_HELP = `usage: fleet-forensics dead-letters requeue OFFSET [--data DIR]
       fleet-forensics dead-letters requeue --all [--from OFFSET] [--error CODE] [--data DIR]

  OFFSET           the letter's own, as dead-letters list shows it
  --all            all letters that are there now
  --from OFFSET    only from this letter on
  --error CODE     only those with this error code, e.g. FF_BAD_RECORD
${LOG}
Publishes key and value again, to the partition that they came from. Do it when what could not use them has been repaired.
A letter does not know that it was published again, and stays in the list: a second requeue publishes it a second time. Where
messages are numbered that does no harm: repeats are dropped, and blocks are filed once. Messages of a session that has gone on
in the meantime are dropped, too: they are older than what it holds, and count as missing. A record that fails again becomes a
new letter. A letter without a value, or with only a part of it, is refused; exit status 1 then.
${KAFKA}`;

export const LAG_HELP = `usage: fleet-forensics lag

For each partition: the watermark (where a restart would begin to read: it waits for live sessions), the position (what lies below
is done), the end of the log, and the true lag, what lies between position and end. Positions are as of the last commit, which
buffers make each second (FF_BUFFER_COMMIT_MS). Kafka is where the FF_KAFKA_ settings say.
`;

export const CHECK_HELP = `usage: fleet-forensics check FILE [--node NAME] [--server ADDRESS:PORT] [--name NAME] [--define NAME …] [--module NAME …]

  FILE             a configuration file, as FF_POLICY_FILE names it (docs/DIRECTIVES.md)
  --node NAME      show what holds on this node
  --server A:P     show what a session gets whose server listens there
  --name NAME      and whose client named this host (HOST, or SNI)
  --define NAME    as FF_POLICY_DEFINES; may be given for each name
  --module NAME    as FF_POLICY_MODULES; may be given for each module

Shows every policy with the directive that decided each value, or the one of that session. If anything is wrong with the file, all
of it is told, each with its file and line; exit status 1 then.
`;

export const VERIFY_HELP = `usage: fleet-forensics verify FILE|--all [--data DIR] [--root DIR] [--journal FILE]
                              [--filings] [--public-key FILE]

  FILE             a forensic file by its path, or as the policy names it: with all files that had its name before it was rotated
  --all            every file that is recorded; names those that are not, too
  --data DIR       the recorder's FF_DATA_DIR: where root and journal are if nothing else says so
  --root DIR       the directory below which the files are (FF_FORENSIC_ROOT)
  --journal FILE   the writer's journal, or a copy of it
  --filings        compare with forensic.filings, too, or alone if the journal is gone: in Kafka, or, with --data, in the embedded log
                   of a recorder that is stopped
  --public-key FILE
                   check the signatures beside the files, too, or alone if the journal is gone; with this key

Says of each file that it is intact, or what is the first block that is not as it was filed: altered, removed, inserted, reordered or
truncated, its offset and its id. docs/INTEGRITY.md says what that proves. A writer may be at work meanwhile.
Exit status: 0 all files are intact, 1 one is not or can't be read, 2 wrong usage.
${KAFKA}`;

export const SIGNING_KEY_HELP = `usage: fleet-forensics signing-key create FILE
       fleet-forensics signing-key public FILE

  create    make an Ed25519 key in a new file that only its owner may read: what FF_SIGN_KEY_FILE names
  public    the public half of a key

Both print the public key, in PEM: keep it elsewhere, for fleet-forensics verify --public-key.
`;

export const TOKEN_HELP = `usage: fleet-forensics token create --node PATTERN … [--name NAME] [--expires TIME] [--file FILE]

  create    make a token for who publishes events of these nodes

fleet-forensics token create --help says more.
`;

export const TOKEN_CREATE_HELP = `usage: fleet-forensics token create --node PATTERN … [--name NAME] [--expires TIME] [--file FILE]

  --node PATTERN   a node that its holder may speak for, as <Node> takes it: ftp-eu-1, 'ftp-eu-*'; may be given for each
  --name NAME      whose it is, 1 to 64 letters, digits, . _ @ -
  --expires TIME   when it is no longer taken: 2027-01-31, or 2027-01-31T12:00:00Z
  --file FILE      ingest's FF_TOKENS_FILE: the token's line is put at its end; it is made if it is not there

Prints the token, this once, alone on standard output: put it into a file that only who publishes may read (publish --token-file,
FF_FORWARD_TOKEN_FILE). Without --file the line for FF_TOKENS_FILE follows on standard error. That line holds the token's hash: who
reads it can't publish with it.
`;
