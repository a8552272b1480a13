import { IsInt, IsString, Max, Min, MinLength, ValidateIf } from 'class-validator';
import { Setting } from './setting.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

export class EmbeddedLogSettings {
  @Setting({
    variable: 'FF_DATA_DIR',
    default: './data',
    bound: 'a directory; it is created with mode 0700',
    doc: "Where the embedded log, ingest's spool, the writer's journal and, by default, the forensic files lie. One process at a time, but for writers on Kafka, which share their journal and files.",
  })
  @IsString()
  @MinLength(1)
  dataDir!: string;

  @Setting({
    variable: 'FF_LOG_BYTES',
    default: 10 * GIB,
    unit: 'bytes',
    bound: '67108864 to 10995116277760, or 0: no bound',
    doc: 'What the embedded log keeps at most, the oldest records going first: three fifths of it session events, three tenths blocks, a twentieth each filings and dead letters.',
  })
  @IsInt()
  @ValidateIf(({ logBytes }: EmbeddedLogSettings) => logBytes !== 0)
  @Min(64 * MIB)
  @Max(10 * 1024 * GIB)
  logBytes!: number;
}
