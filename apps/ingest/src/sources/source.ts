import type { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import type { Counters } from '../counters.ts';
import type { DetectionRules } from '../detection/detection-rules.ts';
import type { Publisher } from '../packer/publisher.ts';
import type { CriterionNames } from '../policy/criterion-names.ts';

/** A way in for events that is switched on by a setting. Nobody waits for an answer there. */
export interface Source {
  /** Said at start: what is read, e.g. `the socket /run/fleet-forensics/node.sock`. */
  readonly place: string;
  /** Reads no more; resolves when everything that was read has been handed to the publisher. */
  close(): Promise<void>;
}

/** What a source is given. */
export interface SourcePorts {
  /** Name of this host, for sources that read what runs beside ingest. */
  readonly node: string;
  readonly settings: IngestSettings;
  readonly criteria: CriterionNames;
  /** For lines whose source names no criteria. */
  readonly rules: DetectionRules;
  readonly publisher: Publisher;
  readonly counters: Counters;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

/** Starts a source. @throws ForensicsError if what it reads can't be had */
export type OpenSource = (ports: SourcePorts) => Promise<Source>;
