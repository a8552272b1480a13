import { expect, it } from 'vitest';
import { freePort } from '../../tools/kafka/free-port.mjs';

it('a free port is given once, however long nobody listens on it: a broker that was killed comes back to its own', async () => {
  const port = await freePort();
  await expect(freePort(port, port)).rejects.toThrow(`no free port found on 127.0.0.1 in 100 tries from ${port} to ${port}`);
});
