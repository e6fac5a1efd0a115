import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { replaceFile } from './replace-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'icloud-file-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('replaces a file as a whole, and leaves no other behind', async () => {
  const file = join(folder, 'state')
  await replaceFile(file, 'one')
  const first = await stat(file)
  await replaceFile(file, 'two')
  expect(await readFile(file, 'utf8')).toBe('two')
  // The old one was not written to.
  expect((await stat(file)).ino).not.toBe(first.ino)
  expect(first.mode & 0o777).toBe(0o600)
  expect(await readdir(folder)).toEqual(['state'])
})

it('leaves what it cannot replace, and nothing beside it', async () => {
  await mkdir(join(folder, 'state', 'held'), { recursive: true })
  await expect(replaceFile(join(folder, 'state'), 'one')).rejects.toMatchObject({ syscall: 'rename' })
  expect(await readdir(folder)).toEqual(['state'])
})
