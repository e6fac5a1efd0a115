import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Address, HMail } from './haraka.ts'
import { handedOver, markedBy, markOf, markSplit, noteHandedOver } from './split-mark.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'haraka-icloud-mark-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** As much of a message as this looks at. */
function message(): HMail {
  const filename = '1_1_0_77_a_1_host'
  writeFileSync(path.join(folder, filename), '')
  return {
    filename,
    path: path.join(folder, filename),
    refcount: 1,
    discard() {
      this.refcount--
    },
  } as HMail
}

const addresses = (...all: string[]): Address[] => all.map((original) => ({ original }) as Address)

it('of a message in very many parts, the mark is taken away once, and its stack is not used up', async () => {
  const hmail = message()
  await markSplit(hmail)
  const { discard } = hmail
  for (let part = 0; part < 100; part++) await markSplit(hmail)
  expect(hmail.discard).toBe(discard)
  hmail.refcount = 2
  hmail.discard()
  expect(readdirSync(folder)).toContain(markOf(hmail.filename))
  hmail.discard()
  await vi.waitUntil(() => readdirSync(folder).length === 0, { timeout: 50_000, interval: 5 })
})

it('the mark has who was handed over, and a line that was cut off spoils no other', async () => {
  const hmail = message()
  const mark = path.join(folder, markOf(hmail.filename))
  await markSplit(hmail)
  await noteHandedOver(hmail, addresses('x@icloud.com', '"a\nb"@icloud.com'))
  writeFileSync(mark, '\n["torn@icloud.com"', { flag: 'a' })
  await markSplit(hmail)
  await noteHandedOver(hmail, addresses('y@icloud.com'))
  expect(handedOver(mark)).toEqual(['x@icloud.com', '"a\nb"@icloud.com', 'y@icloud.com'])
})

it('Haraka leaves marks where they are, and does not take them for mail', async () => {
  const require = createRequire(import.meta.url)
  const queue = path.join(path.dirname(require.resolve('Haraka/package.json')), 'outbound/queue.js')
  const hmail = message()
  await markSplit(hmail)
  await noteHandedOver(hmail, addresses('x@icloud.com'))
  const names = readdirSync(folder)
  expect(names.map(markedBy).filter(Boolean)).toEqual([hmail.filename])
  const script = `
    const queue = require(${JSON.stringify(queue)})
    queue.queue_dir = ${JSON.stringify(folder)}
    queue.scan_queue_pids().then((pids) => { console.log('PIDS ' + pids); process.exit() })
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script])
  expect(stdout).toMatch(/^PIDS 77$/m)
  expect(stdout).not.toMatch(/ERROR|Unrecognized|Removing/)
  expect(readdirSync(folder)).toEqual(names)
})
