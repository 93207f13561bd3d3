import { defineConfig } from 'vitest/config'

export default defineConfig({
  esbuild: { jsx: 'automatic' },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/global-setup.ts'],
    // The files of a worker share its process, and what all of them load is loaded once. Should one leave something behind
    // that makes another fail, `--isolate` tells, and `--sequence.shuffle.files` finds it.
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    restoreMocks: true,
    unstubEnvs: true,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
