import { IsIn } from 'class-validator';
import { Setting } from './setting.ts';

export const LOG_LEVELS = ['info', 'warn', 'error'] as const;
export const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;

export class LoggingSettings {
  @Setting({
    variable: 'FF_LOGGING_LEVEL',
    default: 'info',
    bound: 'info, warn or error',
    doc: 'What a service says of itself on its standard output: this and what is more severe.',
  })
  @IsIn(LOG_LEVELS)
  level!: (typeof LOG_LEVELS)[number];

  @Setting({
    variable: 'FF_LOGGING_FORMAT',
    default: 'auto',
    bound: 'auto, json or pretty',
    doc: 'json: a JSON object in each line; pretty: for people; auto: pretty on a terminal, json elsewhere.',
  })
  @IsIn(LOG_FORMATS)
  format!: (typeof LOG_FORMATS)[number];
}
