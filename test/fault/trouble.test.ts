import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PartStore } from '@fleet-forensics/writer/part-store';
import { canMount, fill, makeRoom, mountTmpfs, remount, unmount } from './mounted.ts';
import { bePrivileged, beUnprivileged } from './unprivileged.ts';
import { WritingService } from './writing-service.ts';

const MIB = 1024 * 1024;

let service: WritingService;
beforeEach(() => {
  service = new WritingService();
});
afterEach(() => service.close());

describe('a writer that cannot write', () => {
  it('waits while its directory is unsafe, says so, and goes on by itself', async () => {
    await service.start();
    await service.publish(10);
    await service.untilFiled();
    chmodSync(join(service.root, 'd'), 0o777);
    await service.publish(10);
    await service.untilWaiting(/the directory d is world-writable; run chmod o-w d/);
    chmodSync(join(service.root, 'd'), 0o750);
    await service.untilFiled();
    expect(service.contents.found).toBe(service.contents.expected);
  });

  it('makes a directory anew that was removed, and files what comes then', async () => {
    await service.start();
    await service.publish(10);
    await service.untilFiled();
    const before = service.contents.expected;
    rmSync(service.root, { recursive: true });
    await service.publish(10);
    await service.untilFiled();
    expect(before + service.contents.found).toBe(service.contents.expected);
  });

  it('waits while even the place of its root is gone', async () => {
    await service.start();
    renameSync(service.mount, `${service.mount}.away`);
    await service.publish(10);
    await service.untilWaiting(/ENOENT/);
    renameSync(`${service.mount}.away`, service.mount);
    await service.untilFiled();
    expect(service.contents.found).toBe(service.contents.expected);
  });
});

describe('a writer that is not root', () => {
  beforeEach(() => beUnprivileged(service.base));
  afterEach(bePrivileged);

  it.each([
    ['its file is read-only', 'd/forensic.log', 0o440],
    ['its directory may not be entered', 'd', 0o000],
    ['its root may not be entered', '.', 0o600],
  ])('waits while %s, says so, and goes on by itself', async (_, name, mode) => {
    await service.start();
    await service.publish(10);
    await service.untilFiled();
    const path = join(service.root, name);
    const before = statSync(path).mode;
    chmodSync(path, mode);
    await service.publish(10);
    await service.untilWaiting(/EACCES/);
    chmodSync(path, before);
    await service.untilFiled();
    expect(service.contents.found).toBe(service.contents.expected);
  });
});

describe.runIf(canMount())('a writer on a file system of 1 MB', () => {
  beforeEach(() => mountTmpfs(service.mount, MIB));
  afterEach(() => unmount(service.mount));

  it('loses nothing and leaves nothing half written, however often it is filled and freed under load', async () => {
    await service.start({ FF_WRITER_HEADROOM_BYTES: '0' });
    for (let time = 0; time < 5; time++) {
      await service.publish(40);
      fill(service.mount, MIB);
      await service.publish(40);
      await service.untilWaiting(/ENOSPC/);
      const { found, expected } = service.contents;
      expect(expected.startsWith(found), 'whole blocks only').toBe(true);
      expect(found === '' || found.endsWith('-----END FAILED LOGIN FORENSICS-----\n')).toBe(true);
      makeRoom(service.mount);
      await service.untilFiled();
    }
    expect(service.contents.found).toBe(service.contents.expected);
    expect(service.counters.failures).toBeGreaterThanOrEqual(5);
  });

  it('waits before it is full where headroom is asked for', async () => {
    await service.start({ FF_WRITER_HEADROOM_BYTES: String(MIB / 2) });
    await service.publish(10);
    await service.untilFiled();
    writeFileSync(join(service.mount, 'ballast'), Buffer.alloc(0.6 * MIB));
    await service.publish(10);
    await service.untilWaiting(/FF_WRITER_HEADROOM_BYTES/);
    expect(statSync(join(service.mount, 'ballast')).size).toBe(Math.floor(0.6 * MIB));
    rmSync(join(service.mount, 'ballast'));
    await service.untilFiled();
    expect(service.contents.found).toBe(service.contents.expected);
  });

  it('says that the parts of a large block have no room, and takes them when they have', () => {
    const store = new PartStore(service.mount);
    const part = (index: number) => ({ offset: index, timeMs: 0, key: Buffer.alloc(0), value: Buffer.alloc(MIB / 8, index) });
    fill(service.mount, MIB);
    const refusal = expect.objectContaining({ code: 'FF_PARTS_UNWRITABLE', message: expect.stringContaining('FF_DATA_DIR') });
    let kept = 0;
    expect(() => {
      for (; kept < 8; kept++) store.put('0/a', kept, part(kept));
    }).toThrow(refusal);
    rmSync(join(service.mount, 'ballast'));
    for (let index = kept; index < 6; index++) store.put('0/a', index, part(index));
    for (let index = 0; index < 6; index++) {
      expect(store.get('0/a', index)).toEqual({
        ...part(index),
        key: new Uint8Array(0),
        value: new Uint8Array(MIB / 8).fill(index),
      });
    }
    store.close();
  });

  it('waits while it is read-only', async () => {
    await service.start({ FF_WRITER_HEADROOM_BYTES: '0' });
    await service.publish(10);
    await service.untilFiled();
    remount(service.mount, 'ro');
    await service.publish(10);
    await service.untilWaiting(/EROFS/);
    remount(service.mount, 'rw');
    await service.untilFiled();
    expect(service.contents.found).toBe(service.contents.expected);
  });
});
