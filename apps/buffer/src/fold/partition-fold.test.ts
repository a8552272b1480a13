import { describe, expect, it } from 'vitest';
import { Log, POLICY, blocksOf, criterion, foldAll, linesOf } from './log.fixture.ts';
import { PartitionFold } from './partition-fold.ts';

const FAILED = { criterion: criterion('FailedLogin') };

describe('a criterion', () => {
  it('files what the session logged, its own last line included', () => {
    const log = new Log()
      .batch('s', { open: true, policy: POLICY, lines: ['USER alice', 'PASS (hidden)'] })
      .batch('s', { lines: ['Login failed'], ...FAILED });
    const [block] = blocksOf(foldAll(log));
    expect(linesOf(block!)).toEqual(['USER alice', 'PASS (hidden)', 'Login failed']);
    expect(block!.header).toMatchObject({ node: 'ftp-1', session: 's', file: '/forensic.log', messageCount: 3, sourceOffset: 1 });
  });

  it('gets only what came after the one before', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, lines: ['one'], firstSeq: 1, criterion: criterion('FailedLogin', { seq: 2 }) })
      .batch('s', { lines: ['two'], firstSeq: 3, criterion: criterion('FailedLogin', { seq: 4 }) });
    const [first, second] = blocksOf(foldAll(log));
    expect([linesOf(first!), linesOf(second!)]).toEqual([['one'], ['two']]);
    expect(first!.header.ledger).toMatchObject({ firstSeq: 1, lastSeq: 1, received: 1, missing: 0, criteriaFired: 1 });
    expect(second!.header.ledger).toMatchObject({ firstSeq: 3, lastSeq: 3, received: 1, missing: 0, criteriaFired: 2 });
    expect(first!.id.equals(second!.id)).toBe(false);
  });

  it('that the policy does not name files nothing and keeps the ring, but an operator may always ask', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, lines: ['one'], criterion: criterion('ModuleConfig') })
      .batch('s', { lines: ['two'], criterion: criterion('OnDemand', { requestedBy: 'ops' }) });
    const blocks = blocksOf(foldAll(log));
    expect(blocks.map(linesOf)).toEqual([['one', 'two']]);
    expect(blocks[0]!.header.criterion.requestedBy).toBe('ops');
  });

  it('files nothing without a file in the policy, or without a policy', () => {
    const log = new Log()
      .batch('s', { policy: { ...POLICY, file: '' }, lines: ['one'], ...FAILED })
      .batch('t', { lines: ['one'], ...FAILED });
    expect(foldAll(log)).toEqual([]);
  });

  it('sees the context as it is then, each field from the event that set it last', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, open: true, context: { clientAddress: '192.0.2.1', protocol: 'ftp', rawBytesIn: 1 } })
      .batch('s', { context: { rawBytesIn: 24, attemptedUser: 'alice' }, ...FAILED })
      .batch('s', { context: { user: 'alice' }, ...FAILED });
    expect(blocksOf(foldAll(log)).map(({ header }) => header.context)).toEqual([
      { clientAddress: '192.0.2.1', protocol: 'ftp', rawBytesIn: 24, attemptedUser: 'alice' },
      { clientAddress: '192.0.2.1', protocol: 'ftp', rawBytesIn: 24, attemptedUser: 'alice', user: 'alice' },
    ]);
  });

  it('finds every byte of a message as it was', () => {
    const odd = [Buffer.from([0]), Buffer.from([0x1b, 0x5b, 0x32, 0x4a]), Buffer.from([0xe9, 0x0d, 0x0a]), Buffer.alloc(0)];
    const long = Buffer.alloc(64 * 1024, 0xff);
    const log = new Log().batch('s', { policy: POLICY, lines: [...odd, long], ...FAILED });
    expect(linesOf(blocksOf(foldAll(log))[0]!)).toEqual([...odd, long].map((line) => line.toString('latin1')));
  });
});

describe("a session's end", () => {
  it('drops its ring: a session of the same name is a new one', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, lines: ['old'], end: { reason: 'quit' } })
      .batch('s', { policy: POLICY, lines: ['new'], ...FAILED });
    expect(blocksOf(foldAll(log)).map(linesOf)).toEqual([['new']]);
  });

  it('comes behind the criterion of the same record', () => {
    const fold = new PartitionFold(0, 0, 0);
    const log = new Log().batch('s', {
      policy: POLICY,
      lines: ['last words'],
      criterion: criterion('UntimelyDeath'),
      end: { reason: 'killed' },
    });
    expect(blocksOf(foldAll(log, fold)).map(linesOf)).toEqual([['last words']]);
    expect(fold.sessionCount).toBe(0);
  });
});

describe('a policy', () => {
  it('of another server resets the ring, as HOST does', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, lines: ['before HOST'] })
      .batch('s', { policy: { ...POLICY, name: 'ftp.example.org', file: '/vhost.log' }, lines: ['after'], ...FAILED });
    const [block] = blocksOf(foldAll(log));
    expect(linesOf(block!)).toEqual(['after']);
    expect(block!.header).toMatchObject({ file: '/vhost.log', ledger: { received: 2, evicted: 1 } });
  });

  it('of the same server in a new version keeps the ring and takes the new size', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, lines: ['one', 'two', 'three'] })
      .batch('s', { policy: { ...POLICY, version: 2, bufferSize: 2 }, ...FAILED });
    expect(blocksOf(foldAll(log)).map(linesOf)).toEqual([['two', 'three']]);
  });

  it('stamped again as it was changes nothing', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, lines: ['one'] })
      .batch('s', { policy: POLICY, lines: ['two'], ...FAILED });
    expect(blocksOf(foldAll(log)).map(linesOf)).toEqual([['one', 'two']]);
  });
});

describe('a record that can not be used', () => {
  it('is handed on as poison, and its neighbours count', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, lines: ['one'] })
      .raw(Buffer.from('not protobuf'))
      .raw(Buffer.alloc(0))
      .batch('s', { lines: ['two'], ...FAILED });
    const fold = new PartitionFold(0, 0, 0);
    const effects = log.records.map((record) => fold.apply(record));
    expect(effects.map((ofRecord) => ofRecord.map(({ kind }) => kind))).toEqual([[], ['poison'], ['poison'], ['block']]);
    expect(blocksOf(effects.flat()).map(linesOf)).toEqual([['one', 'two']]);
  });
});
