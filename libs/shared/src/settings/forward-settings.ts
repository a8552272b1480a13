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
}
