import { IsInt, Max, Min } from 'class-validator';
import { Setting } from './setting.ts';

const MIB = 1024 * 1024;

export class BusSettings {
  @Setting({
    variable: 'FF_FETCH_RECORDS',
    default: 500,
    unit: 'records',
    bound: '1 to 10000',
    doc: 'Records that a consumer takes from a partition at once.',
  })
  @IsInt()
  @Min(1)
  @Max(10_000)
  fetchRecords!: number;

  @Setting({
    variable: 'FF_FETCH_BYTES',
    default: 4 * MIB,
    unit: 'bytes',
    bound: '65536 to 67108864',
    doc: 'Bytes that a consumer takes from a partition at once; at least one record always comes.',
  })
  @IsInt()
  @Min(65_536)
  @Max(64 * MIB)
  fetchBytes!: number;
}
