import { IsInt, Max, Min, ValidateIf } from 'class-validator';
import { Setting } from './setting.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

export class BufferSettings {
  @Setting({
    variable: 'FF_BUFFER_COMMIT_MS',
    default: 1000,
    unit: 'milliseconds',
    bound: '0 to 60000; 0 commits after each batch',
    doc: 'A partition commits its watermark at most this often; a restart folds again what came after.',
  })
  @IsInt()
  @Min(0)
  @Max(60_000)
  commitMs!: number;

  @Setting({
    variable: 'FF_BUFFER_TICK_MS',
    default: 5000,
    unit: 'milliseconds',
    bound: '100 to 60000',
    doc: "A partition's owner writes the time to the log this often while the partition has live sessions.",
  })
  @IsInt()
  @Min(100)
  @Max(60_000)
  tickMs!: number;

  @Setting({
    variable: 'FF_BUFFER_IDLE_S',
    default: 6 * 3600,
    unit: 'seconds',
    bound: '120 to 604800, or 0: never',
    doc: 'A session without the keep-alive promise is dropped, and counted, after this long without a record.',
  })
  @IsInt()
  @ValidateIf(({ idleS }: BufferSettings) => idleS !== 0)
  @Min(120)
  @Max(604_800)
  idleS!: number;

  @Setting({
    variable: 'FF_BUFFER_SESSIONS',
    default: 100_000,
    bound: '1 to 10000000',
    doc: 'Live sessions of one partition; at the next tick those over it are dropped, longest idle first, and counted.',
  })
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  sessions!: number;

  @Setting({
    variable: 'FF_BUFFER_RING_BYTES',
    default: GIB,
    unit: 'bytes',
    bound: '67108864 to 1099511627776',
    doc: 'Rings of all live sessions of one partition; at the next tick sessions beyond it are dropped, longest idle first, and counted.',
  })
  @IsInt()
  @Min(64 * MIB)
  @Max(1024 * GIB)
  ringBytes!: number;

  @Setting({
    variable: 'FF_BUFFER_CHECKPOINT_BYTES',
    default: 64 * MIB,
    unit: 'bytes',
    bound: '1048576 to 68719476736',
    doc: 'A session is checkpointed when its partition has grown by this, and by four times the bytes of its live sessions, since the last record that a restart would need of it. A restart reads about that much of each partition.',
  })
  @IsInt()
  @Min(MIB)
  @Max(64 * GIB)
  checkpointBytes!: number;
}
