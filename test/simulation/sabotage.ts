import type { SessionBuffer } from '@fleet-forensics/buffer/session-buffer';
import type { ConsumerHandlers, Producer } from '@fleet-forensics/shared/bus/port';
import type { Journal } from '@fleet-forensics/writer/journal';

/** What is put between the driven code and its surroundings to switch one of its mechanisms off. */
export interface Sabotage {
  /** Around the handlers of a buffer's consumer. */
  handlers(handlers: ConsumerHandlers): ConsumerHandlers;
  /** Around a buffer's producer. */
  producer(producer: Producer, buffer: () => SessionBuffer): Producer;
  /** Around a writer's journal. */
  journal(journal: Journal): Journal;
}

/** Nothing is switched off. */
export const INTACT: Sabotage = {
  handlers: (handlers) => handlers,
  producer: (producer) => producer,
  journal: (journal) => journal,
};
