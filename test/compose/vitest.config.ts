import { defineConfig, mergeConfig } from 'vitest/config';
import workspace from '../../vitest.config.ts';

/** Suites over one set of containers: one after the other, and apart from the other tests, which need no engine. */
export default mergeConfig(
  { ...workspace, test: {} },
  defineConfig({
    test: {
      include: ['test/compose/**/*.test.ts'],
      globalSetup: 'test/compose/setup.ts',
      fileParallelism: false,
      testTimeout: 300_000,
      hookTimeout: 300_000,
    },
  }),
);
