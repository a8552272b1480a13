import { ForensicsError } from '../../error.ts';
import type { Commit, PartitionId } from '../port.ts';
import type { GroupCalls } from './client-calls.ts';

interface Waiting extends PartitionId {
  readonly commit: Commit;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One request with commits is on its way at a time; those that come meanwhile share the next one, a partition's last one counts. */
export class CommitQueue {
  readonly #group: Pick<GroupCalls, 'commit'>;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(group: Pick<GroupCalls, 'commit'>) {
    this.#group = group;
  }

  /** Resolves when the group has it. @throws an error of kafkajs; ForensicsError FF_PARTITION_LOST if the member has left */
  save({ topic, partition }: PartitionId, commit: Commit): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ topic, partition, commit, resolve, reject });
      if (!this.#isBusy) void this.#send();
    });
  }

  async #send(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const sent = this.#waiting.splice(0);
      const last = new Map(sent.map((each) => [`${each.topic}/${each.partition}`, each]));
      try {
        const commits = [...last.values()].map(({ topic, partition, commit }) => ({ topic, partition, ...commit }));
        // kafkajs resolves also if it had stopped and did nothing.
        if (!(await this.#group.commit(commits)))
          throw new ForensicsError('FF_PARTITION_LOST', 'the consumer has left its group');
        for (const { resolve } of sent) resolve();
      } catch (error) {
        for (const { reject } of sent) reject(error);
      }
    }
    this.#isBusy = false;
  }
}
