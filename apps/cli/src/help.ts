const CONNECTION = `  --url URL        where ingest listens (default http://127.0.0.1:8080)
  --tries N        attempts for a request that the server is too busy for, 1 to 100 (default 8)
`;

export const MAIN_HELP = `usage: fleet-forensics COMMAND …

  publish   publish log events to fleet-forensics

fleet-forensics COMMAND --help says more.
Exit status: 0 done, 1 something failed or was rejected, 2 wrong usage.
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
