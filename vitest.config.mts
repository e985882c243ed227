import {defineConfig} from 'vitest/config'

export default defineConfig({
  // What the build puts in, for tests that import a command.
  define: {
    __GUARD_VERSION__: '"0.0.0"',
    __GUARD_PJSON__: '{"name":"guardian","version":"0.0.0","oclif":{}}',
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
