// Run by flood.test.ts as a process of its own, so that the flood does not hold up those whom it measures: the first message is what to do.
import { type Attack, Flood, type FloodTarget } from './flood.ts';

/** What attacks, with how many clients, from which address. */
export interface FloodPlan extends FloodTarget {
  readonly attacks: readonly (readonly [attack: Attack, count: number, localAddress: string])[];
}

/** How it goes, told each time that it is asked for. */
export type FloodReport = Pick<Flood, 'mostOpen' | 'honoured' | 'withoutRetryAfter'> & {
  readonly answers: readonly (readonly [status: string, count: number])[];
};

let flood: Flood | undefined;

process.on('message', (message: FloodPlan | 'report' | 'stop') => {
  if (message === 'stop') flood?.stop();
  else if (message !== 'report') {
    flood = new Flood(message);
    for (const attack of message.attacks) flood.start(...attack);
  }
  if (typeof message !== 'string') return;
  const { mostOpen, honoured, withoutRetryAfter, answers } = flood!;
  process.send!({ mostOpen, honoured, withoutRetryAfter, answers: [...answers] } satisfies FloodReport);
});
