import { IsInt, IsString, Max, Min } from 'class-validator';
import { Setting } from './setting.ts';

/** Who may publish over HTTP. Tokens and keys are named by file, so that none stands in an environment or a message. */
export class AccessSettings {
  @Setting({
    variable: 'FF_TOKENS_FILE',
    default: '',
    bound: 'a file that not everybody may write to; empty: nobody is asked for a token',
    doc: 'Hashes of the bearer tokens, and which nodes each may speak for ([API.md](API.md#who-may-publish)). Read again when it changes, and on SIGHUP; if it is wrong then, the old tokens stay in force. Without it, and without FF_INGEST_TLS_CLIENT_CA, ingest listens on this host only.',
  })
  @IsString()
  tokensFile!: string;

  @Setting({
    variable: 'FF_TOKEN_EVENTS_PER_S',
    default: 0,
    unit: 'events a second',
    bound: '0 to 100000000; 0: no limit',
    doc: 'What the holder of one token, or of one client certificate, may publish; beyond it requests are answered with 429. Messages are refused first: criteria and ends have a quarter as much of their own.',
  })
  @IsInt()
  @Min(0)
  @Max(100_000_000)
  eventsPerS!: number;

  @Setting({
    variable: 'FF_INGEST_TLS_CERT',
    default: '',
    bound: 'a file, together with FF_INGEST_TLS_KEY; empty: plain HTTP',
    doc: "PEM file of the HTTP source's certificate and its chain: with it, it speaks HTTPS only, TLS 1.2 or newer. Read again as FF_TOKENS_FILE.",
  })
  @IsString()
  tlsCert!: string;

  @Setting({
    variable: 'FF_INGEST_TLS_KEY',
    default: '',
    bound: 'a file, together with FF_INGEST_TLS_CERT; empty: none',
    doc: "PEM file of the certificate's key, without a passphrase.",
  })
  @IsString()
  tlsKey!: string;

  @Setting({
    variable: 'FF_INGEST_TLS_CLIENT_CA',
    default: '',
    bound: 'a file, together with FF_INGEST_TLS_CERT; empty: clients need no certificate',
    doc: "PEM file of the authority that signs the nodes' certificates. With it, who publishes needs one, and speaks for the nodes whose names it has (DNS names, or else the common name). With FF_TOKENS_FILE, too, both are needed.",
  })
  @IsString()
  tlsClientCa!: string;

  @Setting({
    variable: 'FF_INGEST_CONNECTIONS',
    default: 10_000,
    bound: '1 to 1000000',
    doc: 'HTTP connections; one more is closed and counted. An idle one takes about 20 KB, with TLS about 60 KB.',
  })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  connections!: number;

  @Setting({
    variable: 'FF_INGEST_CONNECTIONS_PER_ADDRESS',
    default: 1000,
    bound: '0 to 1000000; 0: no limit',
    doc: 'HTTP connections from one address (of IPv6: one /64); one more is closed and counted. Raise it where all clients come through one proxy or NAT.',
  })
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  connectionsPerAddress!: number;
}
