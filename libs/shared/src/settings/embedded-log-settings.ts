import { IsInt, IsString, Max, Min, MinLength } from 'class-validator';
import { Setting } from './setting.ts';

const GIB = 1024 ** 3;

export class EmbeddedLogSettings {
  @Setting({
    variable: 'FF_DATA_DIR',
    default: './data',
    bound: 'a directory; it is created with mode 0700',
    doc: "Where the embedded log, the writer's journal and, by default, the forensic files lie. One process at a time.",
  })
  @IsString()
  @MinLength(1)
  dataDir!: string;

  @Setting({
    variable: 'FF_LOG_BYTES',
    default: 10 * GIB,
    unit: 'bytes',
    bound: '67108864 to 10995116277760; 0 no bound',
    doc: 'What forensic.session-events keeps in the embedded log at most, over all its partitions; the oldest records go first.',
  })
  @IsInt()
  @Min(0)
  @Max(10 * 1024 * GIB)
  logBytes!: number;
}
