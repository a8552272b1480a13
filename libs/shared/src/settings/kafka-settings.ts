import { ArrayMaxSize, ArrayMinSize, IsBoolean, IsIn, IsInt, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { Setting } from './setting.ts';

/** How the apps reach Kafka. Secrets and keys are named by file, so that none stands in an environment or a message. */
export class KafkaSettings {
  @Setting({
    variable: 'FF_KAFKA_BROKERS',
    default: ['127.0.0.1:9092'],
    bound: '1 to 100 of HOST:PORT; an IPv6 address by its name',
    doc: 'Brokers to ask first; they name the others.',
  })
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @Matches(/^[A-Za-z0-9._-]{1,253}:[0-9]{1,5}$/, { each: true })
  brokers!: readonly string[];

  @Setting({
    variable: 'FF_KAFKA_CLIENT_ID',
    default: 'fleet-forensics',
    bound: '1 to 200 of a-z A-Z 0-9 . _ -',
    doc: "The name by which the broker's logs, metrics and quotas know us.",
  })
  @Matches(/^[A-Za-z0-9._-]{1,200}$/)
  clientId!: string;

  @Setting({
    variable: 'FF_KAFKA_TLS',
    default: false,
    bound: 'on or off',
    doc: 'Encrypts the connections, and checks that the broker is who it says it is.',
  })
  @IsBoolean()
  tls!: boolean;

  @Setting({
    variable: 'FF_KAFKA_TLS_CA',
    default: '',
    bound: 'a file; empty: the authorities that Node.js trusts',
    doc: "PEM file of the authorities that sign the brokers' certificates.",
  })
  @IsString()
  tlsCa!: string;

  @Setting({
    variable: 'FF_KAFKA_TLS_CERT',
    default: '',
    bound: 'a file, together with FF_KAFKA_TLS_KEY; empty: none',
    doc: 'PEM file of our own certificate, for brokers that ask for one.',
  })
  @IsString()
  tlsCert!: string;

  @Setting({
    variable: 'FF_KAFKA_TLS_KEY',
    default: '',
    bound: 'a file, together with FF_KAFKA_TLS_CERT; empty: none',
    doc: "PEM file of our certificate's key.",
  })
  @IsString()
  tlsKey!: string;

  @Setting({
    variable: 'FF_KAFKA_SASL_MECHANISM',
    default: '',
    bound: 'plain, scram-sha-256 or scram-sha-512; empty: none',
    doc: 'How we log in. plain sends the password as it is: use it with FF_KAFKA_TLS only.',
  })
  @IsIn(['', 'plain', 'scram-sha-256', 'scram-sha-512'])
  saslMechanism!: '' | 'plain' | 'scram-sha-256' | 'scram-sha-512';

  @Setting({
    variable: 'FF_KAFKA_SASL_USER',
    default: '',
    bound: 'up to 255 characters; needed with FF_KAFKA_SASL_MECHANISM',
    doc: 'The user that logs in.',
  })
  @IsString()
  @MaxLength(255)
  saslUser!: string;

  @Setting({
    variable: 'FF_KAFKA_SASL_PASSWORD_FILE',
    default: '',
    bound: 'a file; needed with FF_KAFKA_SASL_MECHANISM',
    doc: "File with the user's password; a line end behind it is no part of it. Read at start.",
  })
  @IsString()
  saslPasswordFile!: string;

  @Setting({
    variable: 'FF_KAFKA_COMPRESSION',
    default: 'none',
    bound: 'none, gzip or zstd',
    doc: 'How record batches are compressed. zstd saves the broker most of its disk and network and costs CPU on both ends.',
  })
  @IsIn(['none', 'gzip', 'zstd'])
  compression!: 'none' | 'gzip' | 'zstd';

  @Setting({
    variable: 'FF_KAFKA_ACKS',
    default: 'all',
    bound: 'all or leader',
    doc: 'When a record counts as durable: all in-sync replicas have it, or its leader alone, whose loss then loses acknowledged records.',
  })
  @IsIn(['all', 'leader'])
  acks!: 'all' | 'leader';

  @Setting({
    variable: 'FF_KAFKA_REPLICATION',
    default: 0,
    unit: 'replicas',
    bound: "1 to 100, or 0: the broker's default",
    doc: 'Replicas of the topics that are created.',
  })
  @IsInt()
  @Min(0)
  @Max(100)
  replication!: number;

  @Setting({
    variable: 'FF_KAFKA_SESSION_TIMEOUT_MS',
    default: 10_000,
    unit: 'milliseconds',
    bound: "1000 to 300000, within the broker's group.min and group.max.session.timeout.ms",
    doc: 'A consumer that was silent for this long has lost its partitions to others. It is how long a killed process delays its partitions.',
  })
  @IsInt()
  @Min(1000)
  @Max(300_000)
  sessionTimeoutMs!: number;

  @Setting({
    variable: 'FF_KAFKA_REQUEST_TIMEOUT_MS',
    default: 5000,
    unit: 'milliseconds',
    bound: '500 to 120000',
    doc: 'A broker that has not answered for this long counts as away, and a send that is not acknowledged by then fails.',
  })
  @IsInt()
  @Min(500)
  @Max(120_000)
  requestTimeoutMs!: number;
}
