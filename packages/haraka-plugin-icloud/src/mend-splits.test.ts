import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Outbound } from './haraka.ts'
import { mendSplits } from './mend-splits.ts'
import { markOf } from './split-mark.ts'

const require = createRequire(import.meta.url)
const harakaHome = path.dirname(require.resolve('Haraka/package.json'))
const qfile = require(path.join(harakaHome, 'outbound/qfile.js')) as Outbound['qfile']

const [whole, part, third, fourth] = ['a', 'b', 'c', 'd'].map((uid, at) => `1_1_0_77_${uid}_${at}_host`) as [
  string,
  string,
  string,
  string,
]

let folder: string
let said: string[]

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'haraka-icloud-mend-'))
  said = []
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string): string => path.join(folder, name)

/** Writes a queue file. */
function queue(name: string, recipients: readonly string[], partOf?: unknown): void {
  const notes = partOf === undefined ? {} : { icloud: { partOf } }
  const json = Buffer.from(JSON.stringify({ rcpt_to: recipients.map((original) => ({ original })), notes }))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  writeFileSync(at(name), Buffer.concat([length, json, Buffer.from('Subject: Hello\r\n\r\nHi\r\n')]))
}

/** Who is in a queue file. */
function inFile(name: string): string[] {
  const file = readFileSync(at(name))
  const end = 4 + file.readUInt32BE()
  expect(file.toString('utf8', end)).toBe('Subject: Hello\r\n\r\nHi\r\n')
  const { rcpt_to: recipients } = JSON.parse(file.toString('utf8', 4, end)) as {
    rcpt_to: { original: string }[]
  }
  return recipients.map(({ original }) => original)
}

const mark = (text = '', name = whole): void => writeFileSync(at(markOf(name)), text)
const mend = (pid: number | null = null): void => mendSplits(folder, qfile, pid, (what) => said.push(what))

describe('mendSplits', () => {
  it('counts what is in the parts of parts, when those in between are gone', () => {
    queue(whole, ['ok', 'x', 'y'])
    queue(third, ['x'], [whole, part])
    queue(fourth, ['y'], [whole, part])
    mark()
    mend()
    expect(inFile(whole)).toEqual(['ok'])
    expect(inFile(third)).toEqual(['x'])
    expect(said).toEqual([`a crash had split the queue file ${whole}: 1 of its recipients are left in it`])
    expect(readdirSync(folder).toSorted()).toEqual([whole, third, fourth])
  })

  it('counts those that the mark has, whose parts are done', () => {
    queue(whole, ['ok', 'x', 'y', 'z'])
    queue(part, ['z'], [whole])
    mark('\n["x"]\n\n["y"]\n')
    mend()
    expect(inFile(whole)).toEqual(['ok'])
  })

  it('a line that was cut off, or is none of ours, takes nobody out', () => {
    queue(whole, ['ok', 'x', 'y', 'z'])
    mark('\n"ok"\n{"0":"ok"}\nnull\n[["ok"],7]\n["ok","y\n["x"]\n\n["y","z"')
    mend()
    expect(inFile(whole)).toEqual(['ok', 'y', 'z'])
  })

  it('takes the file away when nobody is left in it', () => {
    queue(whole, ['x', 'y'])
    queue(part, ['y'], whole)
    mark('\n["x"]\n')
    mend()
    expect(readdirSync(folder)).toEqual([part])
  })

  it('leaves what belongs to others as it is: files of a worker that lives, parts of another message', () => {
    queue(whole, ['x', 'y'])
    queue(part, ['x'], [whole])
    queue(third, ['y'], [part])
    mark()
    mend(78)
    expect(inFile(whole)).toEqual(['x', 'y'])
    expect(readdirSync(folder)).toContain(markOf(whole))
    mend(77)
    expect(inFile(whole)).toEqual(['y'])
    expect(readdirSync(folder)).not.toContain(markOf(whole))
  })

  it.skipIf(process.geteuid?.() !== 0)('keeps owner, group and mode of the file', () => {
    queue(whole, ['x', 'y'])
    chownSync(at(whole), 1234, 2345)
    chmodSync(at(whole), 0o640)
    mark('\n["x"]\n')
    const before = process.umask(0o077)
    try {
      mend()
    } finally {
      process.umask(before)
    }
    expect(inFile(whole)).toEqual(['y'])
    const { uid, gid, mode } = statSync(at(whole))
    expect([uid, gid, mode & 0o777]).toEqual([1234, 2345, 0o640])
  })

  it.each([null, 77])('never throws, whatever lies in the folder (%s)', (pid) => {
    for (const name of ['', '_', '1_1', 'ä', 'no_queue_file_at']) mark('', name)
    queue(whole, ['x', 'y'])
    mark('\n["x"]\n')
    for (const [name, text] of [
      ['broken', 'x'],
      ['null', '\x00\x00\x00\x04null'],
      ['nobody', '\x00\x00\x00\x10{"rcpt_to":[{}]}'],
      ['long', '\xff\xff\xff\xff{}'],
    ] as const)
      writeFileSync(at(name), text, 'latin1')
    mend(pid)
    expect(inFile(whole)).toEqual(['y'])
    expect(said).toHaveLength(1)
    expect(readdirSync(folder).filter((name) => name.startsWith('error.'))).toHaveLength(pid === null ? 0 : 5)
  })

  it('says which message it could not mend', () => {
    writeFileSync(at(whole), 'x')
    mark()
    mend()
    expect(said).toEqual([expect.stringContaining(`${whole}, which a crash had split, may be sent twice`)])
  })
})
