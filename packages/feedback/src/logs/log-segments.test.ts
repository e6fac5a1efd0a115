import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fingerprintOf } from './log-fingerprint.ts'
import type { LogPosition } from './log-position.ts'
import { segmentsAfter } from './log-segments.ts'

const hooks = vi.hoisted(() => ({ afterLook: async (): Promise<void> => {} }))
vi.mock(import('./rotated-files.ts'), async (original) => {
  const real = await original()
  return {
    ...real,
    async filesOf(...args) {
      const files = await real.filesOf(...args)
      await hooks.afterLook()
      return files
    },
  }
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'icloud-segments-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

it('looks again if the log was copied and cut off while it was looked for', async () => {
  const log = path.join(folder, 'mail.log')
  const read = Buffer.from('2026-11-26T09:12:01+00:00 anna\n')
  await writeFile(log, read)
  const position: LogPosition = {
    version: 1,
    inode: (await stat(log)).ino,
    readAt: Date.now(),
    offset: read.length,
    fingerprint: fingerprintOf(read, read),
    format: 'postfix',
    heading: null,
  }
  let looks = 0
  hooks.afterLook = async () => {
    if (++looks > 1) return
    await copyFile(log, `${log}.1`)
    await writeFile(log, '2026-11-26T09:12:02+00:00 berta\n')
  }
  expect(await segmentsAfter(log, null, position)).toMatchObject({
    segments: [
      { file: `${log}.1`, from: read.length },
      { file: log, from: 0 },
    ],
    warning: null,
  })
  expect(looks).toBe(2)
})
