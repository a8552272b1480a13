import { describe, expect, it } from 'vitest';
import { filingPlace } from './filing-place.ts';

describe('the place of the files', () => {
  it('is below the data, with the journal beside it, where nothing else is said', () => {
    expect(filingPlace('', '/data')).toEqual({ root: '/data/forensic', journal: '/data/journal.sqlite' });
    expect(filingPlace('/var/log/forensic', '/data')).toEqual({ root: '/var/log/forensic', journal: '/data/journal.sqlite' });
  });

  it.each(['/', '/data', '/data/log', '/data/log/below', '/data/spool'])(
    'is not %s: a policy could name the log, the spool or the journal as its file',
    (root) => {
      expect(() => filingPlace(root, '/data')).toThrow(expect.objectContaining({ code: 'FF_BAD_SETTING' }));
    },
  );
});
