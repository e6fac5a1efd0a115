import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// One project per workspace folder, so that a failure names its package.
const packageProjects = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(new URL(parent, import.meta.url)).map((name) => ({
    extends: true as const,
    root: `${parent}/${name}`,
    test: { name, include: ['src/**/*.test.ts'] },
  })),
)

export default defineConfig({
  test: {
    projects: [
      ...packageProjects,
      { extends: true, root: '.ci', test: { name: 'repository', include: ['*.test.ts'] } },
    ],
    reporters: ['default', './.ci/plain-summary-reporter.ts'],
    pool: 'forks',
    // Tests start real servers and processes; more workers than this make them wait for each other.
    maxWorkers: 2,
    // Many start processes: on a busy machine each takes seconds. What hangs is told in the end, too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Of those that may go on at once in a file: they start processes, too.
    maxConcurrency: 3,
    // What is waited for comes at once on an idle machine, and later on a busy one.
    expect: { poll: { timeout: 10_000 } },
  },
})
