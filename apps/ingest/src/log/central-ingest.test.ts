import { ForwardSettings } from '@fleet-forensics/shared/settings/forward-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ScratchAccess } from '../access/scratch-access.fixture.ts';
import { Counters } from '../counters.ts';
import { criterion, message, Packing, POLICY } from '../packer/packing.fixture.ts';
import { RunningIngest } from '../sources/http/ingest-app.fixture.ts';
import { CentralConnection } from './central-connection.ts';
import { CentralIngest } from './central-ingest.ts';

/** A node's ingest that forwards to a central one with a log in memory. */
async function forwarding(centralEnvironment: Record<string, string> = {}, environment: Record<string, string> = {}) {
  const central = await RunningIngest.start(centralEnvironment);
  onTestFinished(() => central.close());
  const counters = new Counters();
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  const settings = readSettings(ForwardSettings, { FF_FORWARD_URL: central.url, ...environment });
  const connection = new CentralConnection(settings, warn);
  onTestFinished(() => connection.close());
  const producer = new CentralIngest({ url: central.url, connection, counters, warn });
  const send = (batches: readonly SessionBatch[]) =>
    producer.send(
      SESSION_EVENTS,
      batches.map((batch) => ({ key: Buffer.from(batch.session), value: encodeBatch(batch) })),
    );
  return { central, counters, warnings, send };
}

function batchesOf(...events: Parameters<Packing['add']>): readonly SessionBatch[] {
  const { packer } = new Packing({ batchBytes: 65_536 }).add(...events);
  packer.closeAll();
  return packer.takeClosed().map(({ batch }) => batch);
}

describe('events that a node forwards', () => {
  it('are on the central log, under the central policy, when the node hears that they are durable', async () => {
    const { central, send } = await forwarding();
    const batches = batchesOf(message('one', 1), message('two', 2), criterion(3));
    expect(batches.map(({ policy }) => policy)).toEqual([POLICY]);
    await send(batches);
    expect(central.log.lines).toEqual(['one', 'two']);
    const [batch] = central.log.batches;
    expect(batch).toMatchObject({ node: 'n', session: 's', firstSeq: 1, criterion: { name: 'FailedLogin', seq: 3 } });
    expect(batch?.policy?.version).not.toBe(POLICY.version);
  });

  it('stay in order, however many sends are waiting and however long one is', async () => {
    const { central, send } = await forwarding();
    const text = 'x'.repeat(60_000);
    const sends = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((session) =>
      send(Array.from({ length: 40 }, (_, index) => batchesOf(message(`${index} ${text}`, index + 1, 5, session))).flat()),
    );
    await Promise.all(sends);
    const numbers = new Map<string, number[]>();
    for (const { session, firstSeq, messageCount } of central.log.batches) {
      const ofSession = numbers.get(session) ?? numbers.set(session, []).get(session)!;
      for (let seq = firstSeq; seq < firstSeq + messageCount; seq++) ofSession.push(seq);
    }
    expect([...numbers.keys()].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    for (const seen of numbers.values()) expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('are not durable while the central log takes nothing: the spool is told', async () => {
    const { central, send } = await forwarding();
    central.log.failure = new Error('full');
    await expect(send(batchesOf(message('one', 1)))).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE' });
    await central.close();
    await expect(send(batchesOf(message('one', 1)))).rejects.toMatchObject({
      code: 'FF_LOG_UNAVAILABLE',
      message: expect.stringMatching(/ECONNREFUSED|ECONNRESET|hang up|EPIPE/) as string,
    });
  });

  it('that the central ingest takes in no case are counted and told, and cost their neighbours nothing', async () => {
    const { central, counters, warnings, send } = await forwarding();
    const [unknown] = batchesOf(criterion(1, 'bad'));
    await send([{ ...unknown!, criterion: { ...unknown!.criterion!, name: 'Nobody' } }, ...batchesOf(message('good', 1))]);
    expect(central.log.lines).toEqual(['good']);
    expect(counters.forwardRefused).toBe(1);
    expect(warnings).toEqual([expect.stringContaining('unknown_criterion')]);
  });

  it('of nodes that its token does not speak for are counted and told, and hold up none behind them; without a token all wait', async () => {
    const scratch = new ScratchAccess();
    onTestFinished(() => scratch.remove());
    const token = scratch.write('token', scratch.grant('node=n'));
    const { central, counters, warnings, send } = await forwarding(
      { FF_TOKENS_FILE: scratch.tokensFile },
      { FF_FORWARD_TOKEN_FILE: token },
    );
    await send(batchesOf(message('foreign', 1)).map((batch) => ({ ...batch, node: 'other' })));
    await send(batchesOf(message('own', 1)));
    expect([central.log.lines, counters.forwardRefused]).toEqual([['own'], 1]);
    expect(warnings).toEqual([expect.stringContaining('foreign_node')]);
    scratch.write('token', 'ff_another_token_altogether');
    await expect(send(batchesOf(message('later', 1)))).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE' });
  });
});
