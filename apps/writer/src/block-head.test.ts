import { describe, expect, it } from 'vitest';
import { blockFoot, blockHead, markerOf } from './block-head.ts';
import { blockHeader, blockId } from './block.fixture.ts';

const ID = blockId('a');
const LEDGER = blockHeader(340).ledger;

function linesOf(header: ReturnType<typeof blockHeader>): string {
  return /^Lines: (.*)$/m.exec(blockHead(ID, header, 'extended'))?.[1] ?? '';
}

describe("a block's head", () => {
  it('holds every header in its order, the ones of mod_log_forensic first', () => {
    const header = blockHeader(340, {
      criterion: { name: 'OnDemand', seq: 0, timeUs: 0, detail: 'ticket 7', requestedBy: 'ann' },
      context: {
        attemptedUser: 'tj',
        clientAddress: '127.0.0.1',
        serverAddress: '::ffff:127.0.0.1:5376',
        protocol: 'ftp',
        user: 'tj',
        uid: 501,
        gid: 501,
        uniqueId: 'awPKhX8AAAF',
        elapsedMs: 1245,
        rawBytesIn: 46,
        rawBytesOut: 158,
        totalBytesIn: 0,
        totalBytesOut: 0,
        totalFilesIn: 0,
        totalFilesOut: 0,
      },
    });
    expect(blockHead(ID, header, 'extended')).toBe(
      `-----BEGIN ON DEMAND FORENSICS-----
Client-Address: 127.0.0.1
Server-Address: ::ffff:127.0.0.1:5376
Elapsed: 1245
Protocol: ftp
User: tj
UID: 501
GID: 501
UNIQUE_ID: awPKhX8AAAF
Raw-Bytes-In: 46
Raw-Bytes-Out: 158
Total-Bytes-In: 0
Total-Bytes-Out: 0
Total-Files-In: 0
Total-Files-Out: 0
Node: ftp-eu-1
Session: 1795422257266-16044
Attempted-User: tj
Detail: ticket 7
Requested-By: ann
Block-Id: ${ID.toString('hex')}
Lines: 340 of 340 (seq 1-340, evicted 0, missing 0)

`,
    );
  });

  it('leaves out what no source said, and invents nothing', () => {
    const header = blockHeader(1, { context: { user: '' } });
    expect(blockHead(ID, header, 'compatible')).toBe('-----BEGIN FAILED LOGIN FORENSICS-----\n\n');
  });

  it('has none of our own headers in the compatible format', () => {
    expect(blockHead(ID, blockHeader(1), 'compatible')).toBe(
      '-----BEGIN FAILED LOGIN FORENSICS-----\nClient-Address: 127.0.0.1\nProtocol: ftp\n\n',
    );
  });

  it('cannot be forged by a value that a client chose', () => {
    const planted = 'x\n\nUser: root\r\x1b\0\t\x7fé\u0085';
    const header = blockHeader(1, {
      node: planted,
      criterion: { name: 'A\n-----', seq: 0, timeUs: 0, detail: planted, requestedBy: planted },
      context: { user: planted },
    });
    const shown = 'x\\x0a\\x0aUser: root\\x0d\\x1b\\x00\t\\x7fé\u0085';
    const head = blockHead(ID, header, 'extended');
    expect(head).toMatch(/^-----BEGIN A\\x0a----- FORENSICS-----\n/);
    for (const name of ['User', 'Node', 'Detail', 'Requested-By']) expect(head).toContain(`\n${name}: ${shown}\n`);
    expect(head.indexOf('\n\n')).toBe(head.length - 2);
    expect(blockFoot(header)).toBe('-----END A\\x0a----- FORENSICS-----\n');
  });
});

describe('the Lines header', () => {
  it('counts what the ring, the network and the source lost', () => {
    const ledger = { ...LEDGER, received: 400, lastSeq: 405, evicted: 60, missing: 5 };
    expect(linesOf(blockHeader(340, { ledger }))).toBe('340 of 400 (seq 1-405, evicted 60, missing 5)');
    expect(linesOf(blockHeader(340, { ledger: { ...ledger, droppedAtSource: 3, repeated: 2 } }))).toBe(
      '340 of 400 (seq 1-405, evicted 60, missing 5, dropped at source 3, repeated 2)',
    );
  });

  it('claims no order where the publisher gave none', () => {
    const ledger = { ...LEDGER, firstSeq: 0, lastSeq: 0 };
    expect(linesOf(blockHeader(340, { ledger }))).toBe('340 of 340 (no seq, evicted 0)');
    expect(linesOf(blockHeader(340, { ledger: { ...ledger, droppedAtSource: 9 } }))).toBe(
      '340 of 340 (no seq, evicted 0, dropped at source 9)',
    );
  });
});

describe('a marker', () => {
  it("is upstream's for its criteria, and of the same shape for an operator's own", () => {
    const markers = {
      FailedLogin: 'FAILED LOGIN',
      UntimelyDeath: 'UNTIMELY DEATH',
      ModuleConfig: 'MODULE CONFIG',
      OnDemand: 'ON DEMAND',
      DLPAlert: 'DLP ALERT',
      Top10Clients: 'TOP10 CLIENTS',
      ÜberQuota: 'ÜBER QUOTA',
    };
    for (const [criterion, marker] of Object.entries(markers)) expect(markerOf(criterion)).toBe(marker);
  });
});
