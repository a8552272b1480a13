import { IsInt, IsString, Max, Min } from 'class-validator';
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
    default: 256 * MIB,
    unit: 'bytes',
    bound: '134217728 to 17179869184',
    doc: 'Parts of blocks that wait for their other parts; over it the oldest unfinished block goes to the dead letters.',
  })
  @IsInt()
  @Min(128 * MIB)
  @Max(16 * 1024 * MIB)
  pendingBytes!: number;
}
