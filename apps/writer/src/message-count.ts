import { ForensicsError } from '@fleet-forensics/shared/error';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import { countMessages } from '@fleet-forensics/shared/wire/message-list';

type Counts = Pick<BlockHeader, 'messageCount' | 'skip'>;

/** @throws ForensicsError FF_BAD_MESSAGE_LIST if a block's lists hold another number of messages than its header says */
export function checkMessageCount(walked: number, { messageCount, skip }: Counts): void {
  if (walked === skip + messageCount) return;
  const said = `${messageCount} after ${skip} to skip`;
  throw new ForensicsError('FF_BAD_MESSAGE_LIST', `message list: it holds ${walked} messages, its block's header says ${said}`);
}

/** @throws ForensicsError FF_BAD_MESSAGE_LIST if a list does not parse, or as {@link checkMessageCount} */
export function checkMessageLists(lists: Iterable<Uint8Array>, counts: Counts): void {
  let walked = 0;
  for (const list of lists) walked += countMessages(list);
  checkMessageCount(walked, counts);
}
