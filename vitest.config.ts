import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The workspace's packages are tested from their sources; `source` is a condition of their exports.
  ssr: { resolve: { conditions: ['source', 'module', 'node', 'development|production'] } },
  resolve: { conditions: ['source', 'module', 'node', 'development|production'] },
  // Tests are outside of the packages' own tsconfigs, which say the same.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    include: ['libs/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // They run containers: npm run test:compose.
    exclude: ['**/node_modules/**', 'test/compose/**'],
    globalSetup: 'test/kafka/broker-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
