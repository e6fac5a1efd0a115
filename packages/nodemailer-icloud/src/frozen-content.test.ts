import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
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
