import { connect } from 'node:net';

/** Kafka's protocol: the request's key, and its newest version whose fields have fixed sizes. */
const METADATA = 3;
const VERSION = 8;
const CLIENT = 'fleet-forensics-ready';
/** Far above the answer of one broker that is asked for no topic. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Asks for the cluster's brokers (Metadata request, no topics).
 * @param {number} port on 127.0.0.1
 * @param {string} clusterId
 * @param {number} timeoutMs
 * @returns {Promise<boolean>} true if a broker of this cluster answers that it is live; false if none does in time
 */
export async function answersMetadata(port, clusterId, timeoutMs) {
  const answer = await ask(port, metadataRequest(), timeoutMs);
  // int32 each: correlation id, throttle time, number of live brokers. The cluster's id follows them.
  return answer !== null && answer.length > 12 && answer.readInt32BE(8) > 0 && answer.includes(clusterId);
}

function metadataRequest() {
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + CLIENT.length + 4 + 3);
  let at = request.writeInt32BE(request.length - 4);
  at = request.writeInt16BE(METADATA, at);
  at = request.writeInt16BE(VERSION, at);
  at = request.writeInt32BE(1, at);
  at = request.writeInt16BE(CLIENT.length, at);
  at += request.write(CLIENT, at);
  // An empty list of topics, and three flags that are off.
  request.writeInt32BE(0, at);
  return request;
}

/** The answer without its size; null if there is none in time. */
function ask(port, request, timeoutMs) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let received = Buffer.alloc(0);
    const done = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    const nothing = () => done(null);
    const timer = setTimeout(nothing, timeoutMs);
    // Not there yet, or gone again: who asks, asks again.
    socket.on('error', nothing);
    socket.on('close', () => {
      clearTimeout(timer);
      nothing();
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const bytes = received.length < 4 ? MAX_ANSWER_BYTES : received.readInt32BE(0);
      if (received.length >= 4 + bytes) done(received.subarray(4, 4 + bytes));
      else if (received.length > MAX_ANSWER_BYTES) nothing();
    });
  });
}
