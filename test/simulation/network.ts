import type { Commit, Ownership, PartitionId } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { Trace } from './trace.ts';

/** Whom a request came from. */
export interface Caller {
  readonly name: string;
  readonly isAlive: boolean;
  /** It stands still, as after SIGSTOP: nothing that it waits for reaches it. */
  readonly isStalled: boolean;
}

/** What a request does at the log or the group when it gets there. */
export interface Effect {
  readonly what: () => string;
  /** @throws ForensicsError if it is refused there */
  readonly whole: () => void;
  /** How many things it does; a rejected send may have done the first ones of them. */
  readonly size: number;
  readonly first?: (count: number) => void;
  readonly commit?: Ownership & Commit;
}

/** A call that was not answered yet. */
export interface Request {
  readonly caller: Caller;
  readonly channel: string;
  readonly effect: Effect;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** How a request ends for its caller. `late`: it is given up, and still on its way. */
export type Fate = 'done' | 'answer lost' | 'lost' | 'late' | 'partly done';

/**
 * Everything that is on its way from a process to the log or its group. Requests of one channel arrive in order, but for those
 * that were given up: they arrive late, or never.
 */
export class Network {
  readonly #trace: Trace;
  #open: Request[] = [];
  #late: Request[] = [];

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Given up by their callers, or their callers are dead; they may still arrive. */
  get late(): readonly Request[] {
    return this.#late;
  }

  /** Commits of a partition that may still arrive. */
  commitsUnderWay({ topic, partition }: PartitionId): Commit[] {
    return [...this.#open, ...this.#late].flatMap(({ effect: { commit } }) =>
      commit?.topic === topic && commit.partition === partition ? commit : [],
    );
  }

  /** The next request of each channel whose caller runs. */
  answerable(): Request[] {
    const heads = new Map<string, Request>();
    for (const request of this.#open) {
      const { name, isStalled } = request.caller;
      const channel = `${name} ${request.channel}`;
      if (!isStalled && !heads.has(channel)) heads.set(channel, request);
    }
    return [...heads.values()];
  }

  /** Settles when the run decides so; never, if the caller is dead by then. */
  call(caller: Caller, channel: string, effect: Effect): Promise<void> {
    if (!caller.isAlive) return new Promise(() => {});
    return new Promise((resolve, reject) => this.#open.push({ caller, channel, effect, resolve, reject }));
  }

  /** @param count of the things that one that is partly done does */
  answer(request: Request, fate: Fate, count = 0): void {
    this.#open = this.#open.filter((other) => other !== request);
    this.#trace.count(`requests ${fate}`);
    const { caller, effect } = request;
    this.#trace.say(() => `${caller.name} ${effect.what()}: ${fate}${fate === 'partly done' ? `, ${count}` : ''}`);
    if (fate === 'done') {
      const refusal = this.#arrive(effect);
      if (refusal) request.reject(refusal);
      else request.resolve();
      return;
    }
    if (fate === 'answer lost') this.#arrive(effect);
    if (fate === 'partly done') effect.first?.(count);
    if (fate === 'late') this.#late.push(request);
    request.reject(new ForensicsError('FF_LOG_UNAVAILABLE', `the log gave ${caller.name} no answer`));
  }

  /** @param arrives false: it never does */
  settleLate(request: Request, arrives: boolean): void {
    this.#late = this.#late.filter((other) => other !== request);
    this.#trace.say(() => `${request.caller.name} ${request.effect.what()}: ${arrives ? 'arrives late' : 'never arrives'}`);
    this.#trace.count('arrivals of what was given up', Number(arrives));
    if (arrives) this.#arrive(request.effect);
  }

  /** The caller is dead: what it asked for may still arrive. */
  abandon(caller: Caller): void {
    this.#late.push(...this.#open.filter((request) => request.caller === caller));
    this.#open = this.#open.filter((request) => request.caller !== caller);
  }

  #arrive(effect: Effect): ForensicsError | undefined {
    try {
      effect.whole();
      return undefined;
    } catch (error) {
      if (!(error instanceof ForensicsError)) throw error;
      this.#trace.count('refused commits');
      this.#trace.say(() => `  refused: ${error.message}`);
      return error;
    }
  }
}
