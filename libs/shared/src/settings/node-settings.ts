import { hostname } from 'node:os';
import { IsByteLength, IsString } from 'class-validator';
import { MAX_NAME_BYTES } from '../wire/limits.ts';
import { Setting } from './setting.ts';

/** Of an ingest that reads what runs on its own host. */
export class NodeSettings {
  @Setting({
    variable: 'FF_NODE',
    default: '',
    bound: `a name of at most ${MAX_NAME_BYTES} bytes; empty: the host name`,
    doc: 'Name of this node in what is read from its socket and its logs. No two nodes may have the same.',
  })
  @IsString()
  @IsByteLength(0, MAX_NAME_BYTES)
  name!: string;

  get node(): string {
    return this.name || hostname();
  }
}
