import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/**
 * Their files share a process, which spares hundreds of them: the tests change nothing in it that others see, and none looks at
 * what the process itself has open or takes.
 */
const together = new Set(['rules', 'engine', 'mx-simulator', 'cli'])

// One project per workspace folder, so that a failure names its package.
const packageProjects = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(new URL(parent, import.meta.url)).map((name) => ({
    extends: true as const,
    root: `${parent}/${name}`,
    test: { name, include: ['src/**/*.test.ts'], isolate: !together.has(name) },
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
    // Tests start real servers and processes; more workers than cores make them wait for each other.
    maxWorkers: Math.max(2, availableParallelism()),
    // Hundreds of processes load the same modules: what one has compiled, the others need not.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    // Many start processes: on a busy machine each takes seconds. What hangs is told in the end, too.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Of those that may go on at once in a file: they start processes, too.
    maxConcurrency: 3,
    // What is waited for comes at once on an idle machine, and later on a busy one.
    expect: { poll: { timeout: 50_000 } },
  },
})
