import { splitRecordBatches, type RecordBatch } from './record-batch.ts';

/** Access to the modules of kafkajs by their path below its folder `src`. */
export interface Internals {
  readonly load: (path: string) => unknown;
  /** From now on who requires the module gets this instead. */
  readonly replace: (path: string, exports: unknown) => void;
}

/** A record batch in the guise of a message of kafkajs: so its per-message work is done once a batch. */
export interface BatchMessage {
  /** The batch's last offset: kafkajs goes on behind it. */
  readonly offset: string;
  readonly recordBatch: RecordBatch;
}

/**
 * Changes kafkajs 2.2.4 where its interface leaves no other way. It has to run before kafkajs is loaded. In the order of the
 * functions below:
 * - Fetched record batches are not decoded by kafkajs. It fails a whole fetch for one batch that it can't read, ends the consumer
 *   with a RangeError at one of more than some 120,000 records, and takes half of a consumer's CPU.
 * - Batches to send come encoded, and requests are put together with one copy: kafkajs takes a CPU second for 100 MB, most of it
 *   for checksums and for eight copies into zeroed memory.
 * - A send that some partitions refused says which: kafkajs would send the others again.
 * - A connection does not look each millisecond for requests that wait when none does: 3 % of a CPU, idle.
 * - An offset out of the log's range leads to the log's beginning without a commit there: kafkajs would overwrite what the group
 *   committed, metadata included.
 */
export function amend(internals: Internals): void {
  keepFetchedBatches(internals);
  sendEncodedBatches(internals);
  writeRequestsOnce(internals);
  tellEachPartition(internals);
  waitOnlyForRequests(internals);
  resetWithoutCommit(internals);
}

interface Decoder {
  readInt32(): number;
  canReadBytes(length: number): boolean;
  readBytes(length: number): Buffer;
}

/** Fetch responses of every version (4 to 11) read their records with this module. */
function keepFetchedBatches({ replace }: Internals): void {
  replace('protocol/requests/fetch/v4/decodeMessages', async (decoder: Decoder) => {
    const bytes = decoder.readInt32();
    if (bytes <= 0 || !decoder.canReadBytes(bytes)) return [];
    return splitRecordBatches(decoder.readBytes(bytes)).map((recordBatch) => ({
      offset: String(recordBatch.lastOffset),
      recordBatch,
      isControlRecord: false,
      key: null,
      batchContext: {},
    }));
  });
}

interface Encoder {
  readonly buffer: Buffer;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeString(value: string | null): Encoder;
}

type EncoderClass = new () => Encoder;

interface Request {
  readonly correlationId: number;
  readonly clientId: string;
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly encode: () => Promise<Encoder | Chunks>;
  };
}

/** What an encoder returns that has the bytes in pieces. */
interface Chunks {
  readonly chunks: readonly Uint8Array[];
}

const LENGTH_BYTES = 4;

/** Every request is put together by this module. */
function writeRequestsOnce({ load, replace }: Internals): void {
  const EncoderOfKafkajs = load('protocol/encoder') as EncoderClass;
  replace('protocol/request', async ({ correlationId, clientId, request }: Request) => {
    const body = await request.encode();
    const header = new EncoderOfKafkajs().writeInt32(0).writeInt16(request.apiKey).writeInt16(request.apiVersion);
    header.writeInt32(correlationId).writeString(clientId);
    const buffer = Buffer.concat([header.buffer, ...('chunks' in body ? body.chunks : [body.buffer])]);
    buffer.writeInt32BE(buffer.length - LENGTH_BYTES, 0);
    return { buffer };
  });
}

interface ProduceRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly [{ readonly value: Buffer }] }[];
  }[];
}

const PRODUCE_API = 0;

/** Produce requests of every version (3 to 7) are encoded by this module. No transactional id; one whole batch per partition. */
function sendEncodedBatches({ load, replace }: Internals): void {
  const EncoderOfKafkajs = load('protocol/encoder') as EncoderClass;
  const encode = async ({ acks, timeout, topicData }: ProduceRequest): Promise<Chunks> => {
    const head = new EncoderOfKafkajs().writeString(null).writeInt16(acks).writeInt32(timeout).writeInt32(topicData.length);
    const chunks: Uint8Array[] = [head.buffer];
    for (const { topic, partitions } of topicData) {
      chunks.push(new EncoderOfKafkajs().writeString(topic).writeInt32(partitions.length).buffer);
      for (const { partition, messages } of partitions) {
        const [{ value }] = messages;
        chunks.push(new EncoderOfKafkajs().writeInt32(partition).writeInt32(value.length).buffer, value);
      }
    }
    return { chunks };
  };
  replace('protocol/requests/produce/v3/request', (request: ProduceRequest) => ({
    apiKey: PRODUCE_API,
    apiVersion: 3,
    apiName: 'Produce',
    expectResponse: () => request.acks !== 0,
    encode: () => encode(request),
  }));
}

interface ProduceResponse {
  readonly topics: readonly { readonly partitions: readonly { readonly errorCode: number }[] }[];
}

interface ProduceResponseModule {
  readonly decode: unknown;
  readonly parse: (response: ProduceResponse) => Promise<ProduceResponse>;
}

/** Produce responses of every version (3 to 7) are judged by this module. What is refused altogether stays an error. */
function tellEachPartition({ load, replace }: Internals): void {
  const module = load('protocol/requests/produce/v3/response') as ProduceResponseModule;
  const parse = async (response: ProduceResponse) => {
    const isPartial = response.topics.some(({ partitions }) => partitions.some(({ errorCode }) => errorCode === 0));
    return isPartial ? response : module.parse(response);
  };
  replace('protocol/requests/produce/v3/response', { ...module, parse });
}

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

function waitOnlyForRequests({ load }: Internals): void {
  const { prototype } = load('network/requestQueue/index') as { prototype: RequestQueue };
  const { scheduleCheckPendingRequests } = prototype;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
  };
}

interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

interface OffsetManager {
  readonly cluster: {
    fetchTopicsOffset(
      topics: readonly { topic: string; partitions: readonly { partition: number }[]; fromBeginning: boolean }[],
    ): Promise<readonly { readonly partitions: readonly { readonly offset: string }[] }[]>;
  };
  setDefaultOffset(id: TopicPartition): Promise<void>;
  resolveOffset(id: TopicPartition & { readonly offset: string }): void;
}

function resetWithoutCommit({ load }: Internals): void {
  const { prototype } = load('consumer/offsetManager/index') as { prototype: OffsetManager };
  prototype.setDefaultOffset = async function ({ topic, partition }) {
    const wanted = [{ topic, partitions: [{ partition }], fromBeginning: true }];
    const [answer] = await this.cluster.fetchTopicsOffset(wanted);
    const begin = answer?.partitions[0]?.offset;
    // It goes on behind the offset that it is told is done.
    if (begin !== undefined) this.resolveOffset({ topic, partition, offset: String(Number(begin) - 1) });
  };
}
