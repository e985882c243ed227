import {defineConfig} from 'vitest/config'

/** The real OpenClaw: minutes, a gigabyte and the network, so it is not part of the everyday tests. */
export default defineConfig({
  test: {include: ['test/openclaw/*.e2e.ts'], testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false},
})
