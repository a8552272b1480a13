import { IsBoolean, IsInt, IsString, Max, Min } from 'class-validator';
import { Setting } from './setting.ts';

const MIB = 1024 * 1024;

export class WriterSettings {
  @Setting({
    variable: 'FF_FORENSIC_ROOT',
    default: '',
    bound: 'a directory; empty: FF_DATA_DIR/forensic',
    doc: 'Every ForensicLogFile lies below it: /forensic.log is ROOT/forensic.log. Neither it nor a directory below may be world-writable or a symbolic link.',
  })
  @IsString()
  root!: string;

  @Setting({
    variable: 'FF_WRITER_PENDING_BYTES',
    default: 2048 * MIB,
    unit: 'bytes',
    bound: '134217728 to 1099511627776',
    doc: 'Parts of blocks that wait for their other parts, on the disk of FF_DATA_DIR; over it the oldest unfinished block goes to the dead letters.',
  })
  @IsInt()
  @Min(128 * MIB)
  @Max(1024 * 1024 * MIB)
  pendingBytes!: number;

  @Setting({
    variable: 'FF_WRITER_MEMORY_BYTES',
    default: 32 * MIB,
    unit: 'bytes',
    bound: '8388608 to 1073741824',
    doc: 'Text of blocks that is held in memory, beside what was fetched. More makes fewer and longer writes; blocks that do not fit are written piece by piece.',
  })
  @IsInt()
  @Min(8 * MIB)
  @Max(1024 * MIB)
  memoryBytes!: number;

  @Setting({
    variable: 'FF_WRITER_HEADROOM_BYTES',
    default: 64 * MIB,
    unit: 'bytes',
    bound: '0 to 1099511627776',
    doc: 'Blocks wait in the log rather than leave less than this free on the file system of their file; 0: until it is full.',
  })
  @IsInt()
  @Min(0)
  @Max(1024 * 1024 * MIB)
  headroomBytes!: number;

  @Setting({
    variable: 'FF_WRITER_MAX_FILES',
    default: 100_000,
    bound: '1 to 100000000',
    doc: 'Files below the root that are there at a time, without rotated ones; blocks of further ones go to /overflow.log.',
  })
  @IsInt()
  @Min(1)
  @Max(100_000_000)
  maxFiles!: number;

  @Setting({
    variable: 'FF_WRITER_ROTATE_BYTES',
    default: 1024 * MIB,
    unit: 'bytes',
    bound: '0 to 1099511627776',
    doc: 'A file that would grow over it is renamed first, to NAME.1 and so on; 0: at no size.',
  })
  @IsInt()
  @Min(0)
  @Max(1024 * 1024 * MIB)
  rotateBytes!: number;

  @Setting({
    variable: 'FF_WRITER_ROTATE_DAILY',
    default: false,
    bound: 'on or off',
    doc: 'A file whose first block was filed on another UTC day is renamed before the next block.',
  })
  @IsBoolean()
  rotateDaily!: boolean;

  @Setting({
    variable: 'FF_WRITER_ROTATED_GZIP',
    default: false,
    bound: 'on or off',
    doc: 'Compresses renamed files, to NAME.1.gz and so on.',
  })
  @IsBoolean()
  rotatedGzip!: boolean;

  @Setting({
    variable: 'FF_WRITER_ROTATED_KEEP',
    default: 0,
    bound: '0 to 1000000',
    doc: 'So many renamed files of each name are kept, the newest ones; 0: all.',
  })
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  rotatedKeep!: number;

  @Setting({
    variable: 'FF_WRITER_ROTATED_DAYS',
    default: 0,
    unit: 'days',
    bound: '0 to 36500',
    doc: 'Renamed files are removed so long after their renaming; 0: never.',
  })
  @IsInt()
  @Min(0)
  @Max(36_500)
  rotatedDays!: number;
}
