import {defineConfig} from 'vitest/config'

export default defineConfig({
  // What the build puts in, for tests that import a command.
  define: {
    __GUARD_VERSION__: '"0.0.0"',
    __GUARD_PJSON__: '{"name":"guardian","version":"0.0.0","oclif":{}}',
  },
  test: {
    include: ['test/**/*.test.ts'],
    // On a busy machine a test takes ten times as long.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    // What a test polls for comes, on a busy machine later than within the second that is usual.
    expect: {poll: {timeout: 20_000}},
  },
})
