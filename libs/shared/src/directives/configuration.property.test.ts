import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Given, NodeSection } from './configuration.ts';
import { parse } from './memory-files.fixture.ts';
import { printed, randomConfiguration, type Said } from './random-configuration.fixture.ts';

/** What the directives of the same nodes say. */
function saidBy(directives: readonly Given[], node: NodeSection | null = null): Said {
  return Object.fromEntries(directives.filter((given) => given.node === node).map(({ property, value }) => [property, value]));
}

it('whatever an admin writes in whatever manner is read as it was meant', () => {
  fc.assert(
    fc.property(randomConfiguration, fc.array(fc.nat(), { minLength: 1, maxLength: 50 }), (meant, manner) => {
      let at = 0;
      const text = printed(meant, () => manner[at++ % manner.length]!);
      const { mainServer, global, nodes, virtualHosts } = parse(text);
      const read = {
        main: saidBy(mainServer.directives),
        global: saidBy(global),
        nodes: nodes.map((node) => ({ pattern: node.patterns.join(' '), said: saidBy(mainServer.directives, node) })),
        servers: virtualHosts.map(({ addresses, port, serverName, directives }) => ({
          address: addresses.join(' '),
          port,
          name: serverName,
          said: saidBy(directives),
        })),
      };
      expect(read).toEqual(meant);
    }),
    { numRuns: 2000 },
  );
});
