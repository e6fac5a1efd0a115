import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimulator, type Simulator } from '../packages/mx-simulator/dist/index.js'
import { repliesTable } from './replies-table.ts'

const root = resolve(import.meta.dirname, '..')
const run = promisify(execFile)
const documents = ['README.md', ...globSync(['packages/*/README.md', 'packages/*/docs/*.md'], { cwd: root })]

/** Where the packages that a document's snippets import can be found. */
const homeOf = (document: string): string =>
  document === 'README.md' ? 'apps/demo' : document.split(/[/\\]/, 2).join('/')

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
    const home = mkdtempSync(join(root, homeOf(document), '.snippet-'))
    try {
      const file = join(home, 'snippet.mjs')
      writeFileSync(file, code)
      const program = run(
        process.execPath,
        ['--import', join(import.meta.dirname, 'snippet-network.mjs'), file],
        { cwd: home, timeout: 110_000, env: { ...process.env, SNIPPET_SMTP_PORT: String(simulator.port) } },
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

  it.each([...documents, 'ARCHITECTURE.md', 'CONTRIBUTING.md'])('links of %s lead somewhere', (document) => {
    const text = readFileSync(join(root, document), 'utf8')
    const targets = Array.from(text.matchAll(/\]\((?!https?:)([^)]+)\)/g), ([, target = '']) => target)
    expect(targets.filter((target) => !leadsSomewhere(document, target))).toEqual([])
  })
})

/** Whether the file is there, and the heading in it. */
function leadsSomewhere(document: string, target: string): boolean {
  const [path = '', heading] = target.split('#', 2)
  const file = path === '' ? join(root, document) : join(root, dirname(document), path)
  if (!existsSync(file)) return false
  return heading === undefined || anchors(readFileSync(file, 'utf8')).includes(heading)
}

/** The names that GitHub gives to headings. */
function anchors(text: string): string[] {
  return Array.from(text.replace(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm), ([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  )
}
