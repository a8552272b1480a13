import { setTimeout as pause } from 'node:timers/promises';
import { FiledSessions } from '../filed-sessions.ts';
import { type FleetParameters, waves } from '../fleet.ts';
import { post } from '../http.ts';
import { type NdjsonBody, ndjsonBodies } from '../ndjson.ts';
import { NameStamp } from './name-stamp.ts';
import type { Pipeline } from './pipeline.ts';

const LANES = 4;
const BODY_BYTES = 256 * 1024;
const LOOK_EVERY_MS = 10;

interface Lane {
  readonly bodies: readonly NdjsonBody[];
  readonly names: NameStamp;
  /** Openings, criteria and ends are events too. */
  readonly linesPerEvent: number;
  readonly failing: number;
  round: number;
}

function laneOf(fleet: FleetParameters, lane: number): Lane {
  const bodies = ndjsonBodies(fleet, BODY_BYTES, lane, LANES);
  const sessions = [...waves(fleet)].flatMap((wave) => wave.filter((_, index) => index % LANES === lane));
  const events = bodies.reduce((sum, body) => sum + body.events, 0);
  return {
    bodies,
    names: NameStamp.ofBodies(bodies),
    linesPerEvent: (sessions.length * fleet.linesPerSession) / events,
    failing: sessions.filter(({ fails }) => fails).length,
    round: 0,
  };
}

/** A fleet's requests, built once and sent in rounds, the sessions of each round new ones. Four clients, each waits for its answers. */
export class FleetTraffic {
  /** Lines that were answered with 202, and blocks that they ask for. */
  lines = 0;
  blocks = 0;
  readonly #pipeline: Pipeline;
  readonly #lanes: readonly Lane[];
  readonly #filed: FiledSessions;

  constructor(pipeline: Pipeline, fleet: FleetParameters) {
    this.#pipeline = pipeline;
    this.#lanes = Array.from({ length: LANES }, (_, lane) => laneOf(fleet, lane));
    this.#filed = new FiledSessions(pipeline.forensicFile);
  }

  /** Sends rounds while `goesOn`, each lane to the end of its round. */
  async send(goesOn: (round: number) => boolean): Promise<void> {
    const { url } = this.#pipeline;
    await Promise.all(
      this.#lanes.map(async (lane) => {
        for (let round = 0; goesOn(round); round++) {
          lane.names.write(lane.round++);
          for (const body of lane.bodies) {
            await post(url, body);
            this.lines += body.events * lane.linesPerEvent;
          }
          this.blocks += lane.failing;
        }
      }),
    );
  }

  /** Resolves when every block that was asked for is in the file. @throws Error if there are more */
  async filed(): Promise<void> {
    while (this.#filed.look() < this.blocks) await pause(LOOK_EVERY_MS);
    if (this.#filed.blocks !== this.blocks) throw new Error(`${this.#filed.blocks} blocks were filed, not ${this.blocks}`);
  }
}
