import type { Policy } from '@fleet-forensics/shared/wire/session-event';
import { describe, expect, it } from 'vitest';
import { ConstantPolicy, type PolicySource, type ServerContext } from '../policy/policy-source.ts';
import { Packing, POLICY, context, criterion, end, message } from './packing.fixture.ts';

/** One policy for each server name. */
class ByServerName implements PolicySource {
  readonly criteria = POLICY.criteria;
  readonly #policies: Readonly<Record<string, Policy | null>>;

  constructor(policies: Readonly<Record<string, Policy | null>>) {
    this.#policies = policies;
  }

  policyFor(_node: string, _session: string, { serverName = '' }: ServerContext): Policy | null {
    return this.#policies[serverName]!;
  }
}

const stamps = (packing: Packing) => packing.all().map(({ policy }) => policy);

describe('the policy', () => {
  it('is in the first record of a session and in every record with a criterion, and else in none', () => {
    const packing = new Packing({ batchLines: 1 }).add(message('a', 1), message('b', 2), criterion(3), message('c', 4));
    expect(stamps(packing)).toEqual([1, undefined, 1, undefined]);
  });

  it('is stamped again when it changes, behind what came before under the old one', () => {
    const policies = new ByServerName({ '': POLICY, eu: { ...POLICY, name: 'eu', version: 2 } });
    const packing = new Packing({}, policies).add(
      message('a'),
      context({ serverName: 'eu' }),
      message('b'),
      context({ user: 'x' }),
    );
    expect(packing.all()).toMatchObject([
      { lines: ['a'], policy: 1 },
      { lines: ['b'], policy: 2, context: { serverName: 'eu' } },
      { context: { user: 'x' } },
    ]);
  });

  it('is stamped again after a record could not be written, for nobody may have read it', () => {
    const packing = new Packing({ batchLines: 1 }).add(message('a', 1));
    packing.packer.failed(packing.packer.takeClosed());
    expect(stamps(packing.add(message('a', 1), message('b', 2)))).toEqual([1, undefined]);
  });

  it('is stamped again after a minute of silence, in which the buffer may have dropped the session', () => {
    const packing = new Packing({ batchLines: 1 });
    for (const nowMs of [0, 60_000, 120_001, 120_002]) {
      packing.nowMs = nowMs;
      packing.add(message('x'));
    }
    expect(stamps(packing)).toEqual([1, undefined, 1, undefined]);
  });

  it('that is none publishes nothing, until there is one', () => {
    const policies = new ByServerName({ '': null, eu: POLICY });
    const packing = new Packing({}, policies).add(message('a'), criterion(), end(), context({ serverName: 'eu' }), message('b'));
    expect(packing.all()).toEqual([{ context: { serverName: 'eu' }, messageCount: 1, lines: ['b'], policy: 1 }]);
    expect(packing.counters.ignored).toBe(3);
  });
});

describe('remembered sessions', () => {
  it('are bounded: the one idle longest is forgotten, and stamped again when it speaks', () => {
    const packing = new Packing({ sessions: 2, batchLines: 1 }).add(
      ...['a', 'b', 'a', 'c', 'a', 'b'].map((session) => message('x', 0, 5, session)),
    );
    expect(packing.packer.idleSessions).toBe(2);
    expect(packing.all().map(({ session, policy }) => [session, policy])).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', undefined],
      ['c', 1],
      ['a', undefined],
      ['b', 1],
    ]);
  });

  it('take the numbers with them that no record has told as not captured, and these are counted', () => {
    const packing = new Packing({ sessions: 1 }, new ConstantPolicy({ ...POLICY, capture: [2] }));
    packing.add(message('no', 1), message('no', 2), message('x', 0, 2, 'other'), message('no', 1, 5, 'third'), end('third'));
    expect(
      packing
        .add(message('c', 3, 2))
        .all()
        .at(-1),
    ).toEqual({ firstSeq: 3, messageCount: 1, lines: ['c'], policy: 1 });
    expect(packing.counters.forgottenNotCaptured).toBe(2);
  });

  it('with an open record are never forgotten', () => {
    const sessions = ['a', 'b', 'c', 'd'];
    const packing = new Packing({ sessions: 1 }).add(...sessions.map((session) => message('x', 0, 5, session)));
    expect(packing.packer.activeSessions).toBe(4);
    expect(packing.all().map(({ session }) => session)).toEqual(sessions);
  });

  it('are gone with their end, published or not', () => {
    const ended = ['a', 'b', 'c'].map((session) => end(session));
    const off = new Packing({}, new ConstantPolicy(null)).add(...ended);
    const on = new Packing().add(...ended);
    expect([off, on].map(({ packer }) => packer.idleSessions + packer.activeSessions)).toEqual([0, 0]);
  });
});
