import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import type { Ledger } from '@fleet-forensics/shared/wire/session-event';

/** The text formats of ForensicLogFormat. `compatible` leaves the headers out that mod_log_forensic does not have. */
export type TextFormat = 'extended' | 'compatible';

/**
 * A marker's words for a criterion: `FailedLogin` → `FAILED LOGIN`, as mod_log_forensic names its own three; `DLPAlert` →
 * `DLP ALERT`.
 */
export function markerOf(criterion: string): string {
  const words = criterion.replace(/([\p{Ll}\d])(?=\p{Lu})/gu, '$1 ').replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ');
  return withoutControls(words.toUpperCase());
}

/** The BEGIN marker, the header lines and the blank line behind them. */
export function blockHead(blockId: Uint8Array, header: BlockHeader, format: TextFormat): string {
  const upstream = upstreamHeaders(header);
  const headers = format === 'compatible' ? upstream : [...upstream, ...ownHeaders(blockId, header)];
  const lines = headers
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${withoutControls(String(value))}\n`);
  return `-----BEGIN ${markerOf(header.criterion.name)} FORENSICS-----\n${lines.join('')}\n`;
}

/** The END marker's line. */
export function blockFoot(header: BlockHeader): string {
  return `-----END ${markerOf(header.criterion.name)} FORENSICS-----\n`;
}

type HeaderLine = readonly [name: string, value: string | number | undefined];

/** In mod_log_forensic's order (forensic_write_metadata). */
function upstreamHeaders({ context }: BlockHeader): HeaderLine[] {
  return [
    ['Client-Address', context.clientAddress],
    ['Server-Address', context.serverAddress],
    ['Elapsed', context.elapsedMs],
    ['Protocol', context.protocol],
    ['User', context.user],
    ['UID', context.uid],
    ['GID', context.gid],
    ['UNIQUE_ID', context.uniqueId],
    ['Raw-Bytes-In', context.rawBytesIn],
    ['Raw-Bytes-Out', context.rawBytesOut],
    ['Total-Bytes-In', context.totalBytesIn],
    ['Total-Bytes-Out', context.totalBytesOut],
    ['Total-Files-In', context.totalFilesIn],
    ['Total-Files-Out', context.totalFilesOut],
  ];
}

function ownHeaders(blockId: Uint8Array, header: BlockHeader): HeaderLine[] {
  return [
    ['Node', header.node],
    ['Session', header.session],
    ['Attempted-User', header.context.attemptedUser],
    ['Detail', header.criterion.detail],
    ['Requested-By', header.criterion.requestedBy],
    ['Block-Id', Buffer.from(blockId).toString('hex')],
    ['Lines', completeness(header.messageCount, header.ledger)],
  ];
}

function completeness(lines: number, ledger: Ledger): string {
  const order =
    ledger.firstSeq === 0
      ? `no seq, evicted ${ledger.evicted}`
      : `seq ${ledger.firstSeq}-${ledger.lastSeq}, evicted ${ledger.evicted}, missing ${ledger.missing}`;
  const dropped = ledger.droppedAtSource === 0 ? '' : `, dropped at source ${ledger.droppedAtSource}`;
  const repeated = ledger.repeated === 0 ? '' : `, repeated ${ledger.repeated}`;
  return `${lines} of ${ledger.received} (${order}${dropped}${repeated})`;
}

// Header values come from clients too: a line feed in a user's name must not make a header line or a marker.
function withoutControls(value: string): string {
  return value.replace(/\p{Cc}/gu, (control) => {
    const code = control.charCodeAt(0);
    return control === '\t' || code > 0x7f ? control : `\\x${code.toString(16).padStart(2, '0')}`;
  });
}
