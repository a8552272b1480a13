import { ForensicsError } from '../../error.ts';

/** The types of an error of kafkajs and of its causes: Kafka's names of its error codes. */
function typesOf(error: unknown): string[] {
  const types: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('type' in each && typeof each.type === 'string') types.push(each.type);
  }
  return types;
}

export function hasType(error: unknown, ...types: readonly string[]): boolean {
  return typesOf(error).some((type) => types.includes(type));
}

/** True if the group is being shared out anew, or has been: who is still a member of it hears so at its next join. */
export function isRebalance(error: unknown): boolean {
  return hasType(error, 'REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'NOT_COORDINATOR_FOR_GROUP');
}

/** kafkajs says of each error whether trying again can help, and wraps what it has tried again: the first cause counts. */
export function isTransient(error: unknown): boolean {
  let first = error;
  while (first instanceof Error && first.cause instanceof Error) first = first.cause;
  return first instanceof Error && 'retriable' in first && first.retriable === true;
}

/** An error of kafkajs as the port's. `what` could not be done: a sentence without its end. */
export function fromKafka(error: unknown, what: string): ForensicsError {
  if (error instanceof ForensicsError) return error;
  const why = reasonOf(error);
  const options = { cause: error };
  if (hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION')) {
    return new ForensicsError('FF_UNKNOWN_TOPIC', `${what}: Kafka has no such topic. Create it first`, options);
  }
  if (hasType(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE')) {
    return new ForensicsError(
      'FF_RECORD_TOO_LARGE',
      `${what}: Kafka refuses its size. Raise the topic's max.message.bytes`,
      options,
    );
  }
  return new ForensicsError(
    'FF_LOG_UNAVAILABLE',
    `${what}: ${why}. Look after the brokers, FF_KAFKA_BROKERS, and what we may do there`,
    options,
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What kafkajs throws for several topics says nothing itself.
  const parts = 'errors' in error && Array.isArray(error.errors) ? error.errors.map(reasonOf) : [];
  return [error.message, ...parts].join(': ');
}
