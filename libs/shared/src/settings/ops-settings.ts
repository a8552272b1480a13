import { IsInt, IsString, Matches, Max, Min, MinLength } from 'class-validator';
import { Setting } from './setting.ts';

/** What every service answers beside its work. */
export class OpsSettings {
  @Setting({
    variable: 'FF_OPS_HOST',
    default: '127.0.0.1',
    bound: 'an address or host name',
    doc: 'Address on which a service answers /livez, /readyz, /version and /metrics, to whoever asks: they tell numbers, paths and error texts, and no line, user or address.',
  })
  @IsString()
  @MinLength(1)
  host!: string;

  @Setting({
    variable: 'FF_OPS_PORT',
    default: 0,
    bound: '0 to 65535; 0 takes a free port, which is said at the start',
    doc: 'Port on which it answers them.',
  })
  @IsInt()
  @Min(0)
  @Max(65_535)
  port!: number;

  @Setting({
    variable: 'FF_OPS_STUCK_S',
    default: 300,
    unit: 'seconds',
    bound: '10 to 86400',
    doc: 'While records wait and the log answers, a consumer on whose partition no batch is begun, done or failed for so long is stuck, and /livez answers 503. It has to be longer than a batch may take on a slow disk or network.',
  })
  @IsInt()
  @Min(10)
  @Max(86_400)
  stuckS!: number;

  @Setting({
    variable: 'FF_REVISION',
    default: '',
    bound: 'up to 64 of a-z A-Z 0-9 . _ -; empty: not known',
    doc: 'What the program was built from, for /version and the metric forensic_build_info: the build of an image sets it.',
  })
  @IsString()
  @Matches(/^[\w.-]{0,64}$/)
  revision!: string;
}
