import { IsString, MaxLength } from 'class-validator';
import { MAX_PATH_BYTES } from '../wire/limits.ts';
import { Setting } from './setting.ts';

/** Of an ingest that takes lines which say nothing of criteria: OTLP and syslog. */
export class DetectionSettings {
  @Setting({
    variable: 'FF_DETECTION_RULES',
    default: '',
    bound: 'a file of at most 1 MiB; empty: no rules',
    doc: 'YAML file of the rules that find criteria, ends and users in the text of OTLP and syslog lines (docs/OTHER-SERVERS.md). Read at start.',
  })
  @IsString()
  @MaxLength(MAX_PATH_BYTES)
  rulesFile!: string;
}
