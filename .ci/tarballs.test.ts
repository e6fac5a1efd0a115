import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const published = globSync('packages/*/package.json', { cwd: root })
  .map((file) => dirname(join(root, file)))
  .filter((home) => manifest(home).private !== true)

function manifest(home: string): { name: string; private?: boolean } {
  return JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as ReturnType<typeof manifest>
}

interface Tarball {
  name: string
  files: { path: string }[]
}

/** What npm would publish, by the names of the packages. Asked for all at once: npm takes a second to start. */
async function tarballs(): Promise<Map<string, string[]>> {
  const folders = published.map((home) => `./packages/${basename(home)}`)
  const command = ['pack', '--dry-run', '--json', '--ignore-scripts', ...folders]
  // On Windows npm is a script, which only a shell runs.
  const options = { cwd: root, shell: process.platform === 'win32', maxBuffer: 1e7 }
  const { stdout } = await promisify(execFile)('npm', command, options)
  const packed = Object.values(JSON.parse(stdout) as Record<string, Tarball>)
  return new Map(packed.map(({ name, files }) => [name, files.map(({ path }) => path)]))
}

describe('what would be published', () => {
  let packed: Map<string, string[]>
  beforeAll(async () => {
    packed = await tarballs()
  }, 300_000)

  it.each(published.map((home) => [manifest(home).name, home]))(
    'as %s is for its users alone, and its documents link nothing that is not in it',
    (name, home) => {
      const files = packed.get(name) ?? []
      expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE']))
      // npm takes what lies in the package's own folder only: a copy, so it has to stay the same.
      const license = (folder: string): string => readFileSync(join(folder, 'LICENSE'), 'utf8')
      expect(license(home)).toBe(license(root))
      expect(files.filter((file) => /(?:^|\/)\.|\.test\b|tsbuildinfo/.test(file))).toEqual([])
      const documents = files.filter((file) => file.endsWith('.md') && basename(file) !== 'CHANGELOG.md')
      const broken = documents.flatMap((document) =>
        linksOf(readFileSync(join(home, document), 'utf8'))
          .filter(({ isImage, target }) => isImage || !files.includes(landing(document, target)))
          .map(({ target }) => `${document}: ${target}`),
      )
      expect(broken).toEqual([])
    },
  )
})

/** Links that are not absolute. A picture has to be absolute: npm's site has no other way to show it. */
function linksOf(text: string): { isImage: boolean; target: string }[] {
  const links = text.matchAll(/(!?)\[[^\]]*\]\((?!https?:|mailto:)([^)\s]+)\)/g)
  const html = text.matchAll(/<(img|a|source)\b[^>]*?\b(?:src|srcset|href)="(?!https?:|mailto:)([^"]+)"/g)
  return [
    ...Array.from(links, ([, mark, target = '']) => ({ isImage: mark === '!', target })),
    ...Array.from(html, ([, tag, target = '']) => ({ isImage: tag !== 'a', target })),
  ]
}

/** The file that a link of a document leads to. */
function landing(document: string, target: string): string {
  const [path = ''] = target.split('#', 1)
  return path === '' ? document : normalize(join(dirname(document), path)).replaceAll('\\', '/')
}
