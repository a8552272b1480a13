import { expect, it } from 'vitest';
import { describeCompose, showLogsOnFailure } from './running.ts';
import { blocksInVolume } from './writer-volume.ts';

const PATIENCE_MS = 120_000;

describeCompose('the demo of the README', (compose) => {
  it('makes blocks of the sessions of a real ProFTPD', async () => {
    showLogsOnFailure(compose);
    await compose.timed('up with the demo', () => compose.up(3, 'demo'));
    const blocks = async () => (await blocksInVolume(compose)).filter(({ headers }) => headers['Node'] === 'demo-ftp');
    const filed = async () => new Set((await blocks()).map(({ marker }) => marker));
    const both = new Set(['FAILED LOGIN', 'UNTIMELY DEATH']);
    await expect.poll(filed, { timeout: PATIENCE_MS, interval: 1000 }).toEqual(both);
    const failed = (await blocks()).find(({ marker }) => marker === 'FAILED LOGIN')!;
    expect(failed.headers['Attempted-User']).toBe('bob');
    expect(failed.headers['Lines']).toMatch(/evicted 0, missing 0\)$/);
    expect(failed.lines.some((line) => line.startsWith('[TraceLog:'))).toBe(true);
  });
});
