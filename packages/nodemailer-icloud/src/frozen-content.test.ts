import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { FrozenContent } from './frozen-content.ts'

it('reads the source once, when first needed, however many read from it at once', async () => {
  let opened = 0
  const bytes = Buffer.alloc(300_000, 'abc')
  const frozen = new FrozenContent(() => {
    opened++
    return Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)])
  })
  const idle = frozen.open()
  expect(opened).toBe(0)
  expect(idle.readableDidRead).toBe(false)
  const copies = await Promise.all([buffer(frozen.open()), buffer(frozen.open())])
  copies.push(await buffer(frozen.open()))
  expect(copies.every((copy) => copy.equals(bytes))).toBe(true)
  expect(opened).toBe(1)
})

it('gives an empty source as empty', async () => {
  expect(await text(new FrozenContent(() => Readable.from([])).open())).toBe('')
})

it('gives the error of the source to every reader', async () => {
  const broken = new FrozenContent(
    () =>
      new Readable({
        read() {
          this.destroy(new Error('No such file'))
        },
      }),
  )
  await expect(text(broken.open())).rejects.toThrow('No such file')
  await expect(text(broken.open())).rejects.toThrow('No such file')
})

it('gives what the source throws as an error of the stream', async () => {
  const broken = new FrozenContent(() => {
    throw new Error('Refused')
  })
  await expect(text(broken.open())).rejects.toThrow('Refused')
})

describe('above the limit', () => {
  const left = () => readdirSync(tmpdir())

  it('the message waits in a file that has no name, and reads the same, however many read at once', async () => {
    useTemporaryDirectory(ownDirectory())
    const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, index) => index % 251))
    const pieces = [bytes.subarray(0, 90_000), bytes.subarray(90_000, 90_001), bytes.subarray(90_001)]
    const frozen = new FrozenContent(() => Readable.from(pieces), 100_000)
    const copies = await Promise.all([buffer(frozen.open()), buffer(frozen.open())])
    copies.push(await buffer(frozen.open()))
    expect(copies.every((copy) => copy.equals(bytes))).toBe(true)
    expect(left()).toEqual([])
    await frozen.dispose()
    await expect(buffer(frozen.open())).rejects.toThrow('closed')
  })

  it('nothing is left of a source that breaks', async () => {
    useTemporaryDirectory(ownDirectory())
    const broken = new FrozenContent(
      () =>
        Readable.from(
          (async function* () {
            yield Buffer.alloc(2000)
            throw new Error('No more')
          })(),
        ),
      1000,
    )
    await expect(buffer(broken.open())).rejects.toThrow('No more')
    await broken.dispose()
    expect(left()).toEqual([])
  })
})

it('a file that cannot be made is the error of every reader', async () => {
  useTemporaryDirectory('/nowhere/at/all')
  const frozen = new FrozenContent(() => Readable.from([Buffer.alloc(2000)]), 1000)
  await expect(buffer(frozen.open())).rejects.toThrow('ENOENT')
})

function ownDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'frozen-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

function useTemporaryDirectory(directory: string): void {
  vi.stubEnv('TMPDIR', directory)
  onTestFinished(() => void vi.unstubAllEnvs())
}
