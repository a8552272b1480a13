import { IsInt, IsString, Max, Min, ValidateIf } from 'class-validator';
import { Setting } from './setting.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Ingest on Kafka; on the embedded log it has no spool. */
export class SpoolSettings {
  @Setting({
    variable: 'FF_SPOOL_BYTES',
    default: GIB,
    unit: 'bytes',
    bound: '1048576 to 10995116277760, or 0: no spool',
    doc: "Disk that events may take while Kafka is away, some 24 MiB for the file's own log on top; beyond it requests are answered with 503. About two thirds of it are events.",
  })
  @IsInt()
  @ValidateIf(({ spoolBytes }: SpoolSettings) => spoolBytes !== 0)
  @Min(MIB)
  @Max(10 * 1024 * GIB)
  spoolBytes!: number;

  @Setting({
    variable: 'FF_SPOOL_DIR',
    default: '',
    bound: 'a directory; empty: FF_DATA_DIR/spool',
    doc: 'Where they lie; it is created with mode 0700. One ingest process at a time; what an ended one left is sent by the next one that starts there.',
  })
  @IsString()
  spoolDir!: string;
}
