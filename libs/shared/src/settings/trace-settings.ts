import { IsString, Matches } from 'class-validator';
import { Setting } from './setting.ts';

export class TraceSettings {
  @Setting({
    variable: 'FF_TRACE_URL',
    default: '',
    bound: 'http:// or https://, host and path, without user name, password, query or fragment; empty: no traces',
    doc: "Where OpenTelemetry's traces go, over OTLP/HTTP in protobuf, e.g. http://127.0.0.1:4318/v1/traces: one for each criterion that came over HTTP, from its request to its filing.",
  })
  @IsString()
  @Matches(/^(https?:\/\/[^\s@?#/]+(\/[^\s?#]*)?)?$/)
  url!: string;
}
