import { Agent, request } from 'node:http';
import type { NdjsonBody } from './ndjson.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Posts a body; resolves at its 202. @throws Error with the answer if it was another one */
export function post(url: string, { bytes, events }: NdjsonBody): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': bytes.length };
    const sent = request(`${url}/v1/events`, { method: 'POST', agent, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
      });
      response.on('end', () => {
        const isWhole = response.statusCode === 202 && (JSON.parse(answer) as { accepted: number }).accepted === events;
        if (isWhole) resolve();
        else reject(new Error(`answered ${response.statusCode}: ${answer.slice(0, 500)}`));
      });
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

/** Posts each lane's bodies in order, the lanes side by side. */
export async function postAll(url: string, lanes: readonly (readonly NdjsonBody[])[]): Promise<void> {
  await Promise.all(
    lanes.map(async (bodies) => {
      for (const body of bodies) await post(url, body);
    }),
  );
}
