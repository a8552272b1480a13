import { ForensicsError } from '../../error.ts';
import type { Commit, PartitionId } from '../port.ts';
import { MAX_METADATA_BYTES } from '../record-bounds.ts';
import type { LogRows } from './log-rows.ts';
import type { PartitionLog } from './partition-log.ts';
import type { TopicCatalogue } from './topic-catalogue.ts';
import type { WriteQueue } from './write-queue.ts';

/** The commits of one group, kept in the log's file. */
export class GroupCommits {
  readonly #group: string;
  readonly #rows: LogRows;
  readonly #topics: TopicCatalogue;
  readonly #writes: WriteQueue;

  constructor(group: string, rows: LogRows, topics: TopicCatalogue, writes: WriteQueue) {
    this.#group = group;
    this.#rows = rows;
    this.#topics = topics;
    this.#writes = writes;
  }

  /** Resolves when it is durable. @throws ForensicsError FF_BAD_COMMIT, FF_LOG_UNAVAILABLE */
  async save(id: PartitionId, commit: Commit): Promise<void> {
    const partition = this.#topics.partition(id);
    const { end } = partition.offsets;
    const metadataBytes = Buffer.byteLength(commit.metadata);
    if (!Number.isInteger(commit.offset) || commit.offset < 0 || commit.offset > end || metadataBytes > MAX_METADATA_BYTES) {
      throw new ForensicsError(
        'FF_BAD_COMMIT',
        `Group ${this.#group} commits offset ${commit.offset} with ${metadataBytes} bytes of metadata on ${id.topic}/${id.partition}: ` +
          `expected 0 to ${end} and at most ${MAX_METADATA_BYTES} bytes`,
      );
    }
    await this.#writes.run(metadataBytes, () => this.#rows.saveCommit(this.#group, partition.ordinal, commit));
  }

  /** The last commit on each of the partitions, those still being written included. @throws ForensicsError FF_LOG_UNAVAILABLE */
  async last(partitions: readonly PartitionLog[]): Promise<(Commit | null)[]> {
    await this.#writes.barrier();
    return partitions.map(({ ordinal }) => this.#rows.commit(this.#group, ordinal));
  }
}
