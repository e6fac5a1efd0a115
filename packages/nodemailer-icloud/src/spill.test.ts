import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import type { open as openFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Spill } from './spill.ts'

const seen = vi.hoisted(() => ({ paths: [] as { file: number; directory: number; names: string[] }[] }))

// Looks at the file in the moment in which it has a name.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return {
    ...real,
    open: async (...args: Parameters<typeof openFile>) => {
      const handle = await real.open(...args)
      const directory = join(String(args[0]), '..')
      seen.paths.push({
        file: (await real.stat(String(args[0]))).mode & 0o777,
        directory: (await real.stat(directory)).mode & 0o777,
        names: await real.readdir(directory),
      })
      return handle
    },
  }
})

it.skipIf(process.platform === 'win32')('can be read by nobody else, and has no name', async () => {
  const own = mkdtempSync(join(tmpdir(), 'spill-'))
  vi.stubEnv('TMPDIR', own)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(own, { recursive: true })
  })
  const spill = await Spill.create()
  expect(seen.paths).toEqual([{ file: 0o600, directory: 0o700, names: ['message'] }])
  expect(readdirSync(own)).toEqual([])
  await spill.write(Buffer.from('All '))
  await spill.write(Buffer.from('of it'))
  expect((await spill.read(0, 100)).toString()).toBe('All of it')
  expect((await spill.read(4, 2)).toString()).toBe('of')
  expect((await spill.read(9, 2)).length).toBe(0)
  await spill.close()
  expect(readdirSync(own)).toEqual([])
})
