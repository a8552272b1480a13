const { PEER_BROKER = '', PEER_GROUP = '', PEER_EVENTS = '' } = process.env;

/** Of the parent. */
export const broker = PEER_BROKER;
export const groupId = PEER_GROUP;
export const events = Number(PEER_EVENTS);

export const LINES_TOPIC = 'bench.lines';
export const BLOCKS_TOPIC = 'bench.lines-blocks';

/** The defaults wait up to 5 s for records, and work on one partition at a time. */
export const CONSUMER = { maxWaitTimeInMs: 100, maxBytesPerPartition: 4 * 1024 * 1024 };
export const RUN = { partitionsConsumedConcurrently: 12 };
