import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { pageFolder } from '../server/page-files.ts'

function filesOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => !name.startsWith('.') && statSync(path.join(folder, name)).isFile())
  return new Map(files.toSorted().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]))
}

it('is less than 120 kB in all, compressed, and names no other host', () => {
  const files = filesOf(pageFolder)
  const bytes = [...files.values()].reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
  expect(bytes).toBeLessThan(120_000)
  for (const text of files.values())
    // Names of XML vocabularies are no addresses.
    expect(text.match(/(?:https?:)?\/\/(?!www\.w3\.org\/)[a-z0-9-]+\.[a-z]{2,}[^\s"'`]*/g) ?? []).toEqual([])
})

it('is built the same each time', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dashboard-page-'))
  try {
    const root = path.resolve(import.meta.dirname, '../../page')
    const vite = path.join(
      path.dirname(createRequire(import.meta.url).resolve('vite/package.json')),
      'bin/vite.js',
    )
    // As a person runs it, and not as a test.
    const { NODE_ENV: _mode, ...env } = process.env
    await promisify(execFile)(process.execPath, [vite, 'build', root, '--outDir', folder, '--emptyOutDir'], {
      env,
    })
    expect(filesOf(folder)).toEqual(filesOf(pageFolder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
