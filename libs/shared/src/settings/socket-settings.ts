import { IsByteLength, IsInt, IsString, Matches, Max, Min } from 'class-validator';
import { Setting } from './setting.ts';

const MIB = 1024 ** 2;

/** A Unix socket's address has 107 bytes, and it is bound in a directory of its own beside its place, whose name takes 13. */
const MAX_SOCKET_PATH_BYTES = 94;

/** The socket source: docs/NODE-SOCKET.md. */
export class SocketSettings {
  @Setting({
    variable: 'FF_SOCKET_PATH',
    default: '',
    bound: `an absolute path, or @ and the name of an abstract socket, at most ${MAX_SOCKET_PATH_BYTES} bytes; empty: no socket`,
    doc: 'Unix socket that the modules of the FTP server on this host send to. Its mode is 0660; an abstract socket has none: every process of the host may send to it.',
  })
  @IsString()
  @Matches(/^([/@][^\0]+)?$/)
  @IsByteLength(0, MAX_SOCKET_PATH_BYTES)
  path!: string;

  @Setting({
    variable: 'FF_SOCKET_CONNECTIONS',
    default: 4096,
    bound: '1 to 65536',
    doc: 'Connections, one for each session; one more is closed and counted. Beside FF_SOCKET_INFLIGHT_BYTES each takes up to 200 KiB while what it sends has to wait.',
  })
  @IsInt()
  @Min(1)
  @Max(65_536)
  connections!: number;

  @Setting({
    variable: 'FF_SOCKET_INFLIGHT_BYTES',
    default: 64 * MIB,
    unit: 'bytes',
    bound: '1048576 to 17179869184',
    doc: 'Bytes read from the socket that the log has not taken yet; beyond it no connection is read.',
  })
  @IsInt()
  @Min(MIB)
  @Max(16 * 1024 * MIB)
  inflightBytes!: number;
}
