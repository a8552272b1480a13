import { IsString, Matches } from 'class-validator';
import { Setting } from './setting.ts';

/** Ingest as the agent of a node that does not reach Kafka. */
export class ForwardSettings {
  @Setting({
    variable: 'FF_FORWARD_URL',
    default: '',
    bound: 'http:// or https:// and a host, without user name, password, query or fragment; empty: to Kafka',
    doc: 'A central ingest that the events go to, in place of Kafka: it stamps the policy. They wait in the spool while it is away.',
  })
  @IsString()
  @Matches(/^(https?:\/\/[^\s@?#/]+(\/[^\s?#]*)?)?$/)
  url!: string;

  @Setting({
    variable: 'FF_FORWARD_TOKEN_FILE',
    default: '',
    bound: 'a file; empty: no token is shown',
    doc: 'File with the token that FF_FORWARD_URL asks for. Read for each request: a new token needs no restart.',
  })
  @IsString()
  tokenFile!: string;

  @Setting({
    variable: 'FF_FORWARD_CA',
    default: '',
    bound: 'a file; empty: the authorities that Node.js trusts',
    doc: "PEM file of the authorities that sign the certificate of FF_FORWARD_URL's host.",
  })
  @IsString()
  ca!: string;

  @Setting({
    variable: 'FF_FORWARD_CERT',
    default: '',
    bound: 'a file, together with FF_FORWARD_KEY; empty: none',
    doc: 'PEM file of our own certificate, for a central ingest with FF_INGEST_TLS_CLIENT_CA.',
  })
  @IsString()
  cert!: string;

  @Setting({
    variable: 'FF_FORWARD_KEY',
    default: '',
    bound: 'a file, together with FF_FORWARD_CERT; empty: none',
    doc: "PEM file of our certificate's key.",
  })
  @IsString()
  key!: string;
}
