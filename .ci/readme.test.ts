import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimulator, type Simulator } from '../packages/mx-simulator/dist/index.js'
import { repliesTable } from './replies-table.ts'

const root = resolve(import.meta.dirname, '..')
const run = promisify(execFile)
const documents = ['README.md', ...globSync('packages/*/README.md', { cwd: root })]

/** Where the packages that a document's snippets import can be found. */
const homes: Readonly<Record<string, string>> = { 'README.md': 'apps/demo' }

const cells = (table: string): string[] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.replace(/ *\| */g, '|').replace(/-+/g, '-'))

it('the table of replies says what the rules and the policy say', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, table = ''] = /<!-- replies:[^>]*-->([\s\S]*?)<!-- \/replies -->/.exec(readme) ?? []
  expect(cells(table)).toEqual(cells(repliesTable()))
})

/** The blocks marked `js` are whole programs; fragments are marked `js fragment`. */
const snippets = documents
  .flatMap((document) =>
    [...readFileSync(join(root, document), 'utf8').matchAll(/```js\n([\s\S]*?)```/g)].map((match, index) => ({
      document,
      number: index + 1,
      code: match[1] ?? '',
    })),
  )
  .filter(({ code }) => code.includes('import '))

describe('snippets', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startSimulator({ starttls: false })
  })
  afterAll(() => simulator.close())

  it.each(snippets)('$document, program $number, runs', async ({ document, code }) => {
    const home = mkdtempSync(join(root, homes[document] ?? dirname(document), '.snippet-'))
    try {
      const file = join(home, 'snippet.mjs')
      writeFileSync(file, code)
      const program = run(
        process.execPath,
        ['--import', join(import.meta.dirname, 'snippet-network.mjs'), file],
        { cwd: home, timeout: 15_000, env: { ...process.env, SNIPPET_SMTP_PORT: String(simulator.port) } },
      )
      // It fails if the program ends with an error or not at all.
      await expect(program).resolves.toBeDefined()
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  })

  it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md'])('paths in %s exist', (document) => {
    const text = readFileSync(join(root, document), 'utf8')
    const paths = Array.from(
      text.matchAll(/`((?:packages|apps|\.ci|\.changeset)\/[\w./-]+)`/g),
      ([, path = '']) => path,
    )
    expect(paths.length).toBeGreaterThan(0)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it.each(documents)('links of %s lead somewhere', (document) => {
    const targets = [...readFileSync(join(root, document), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
    const missing = targets
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, dirname(document), target)))
    expect(missing).toEqual([])
  })
})
