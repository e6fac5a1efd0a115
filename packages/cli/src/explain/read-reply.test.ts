import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readReply } from './read-reply.ts'

test('reads several lines as one reply', async () => {
  const input = Readable.from([Buffer.from('\ufeff550-5.1.1 no\r\n550 '), Buffer.from('5.1.1 user\r\n')])
  expect(await readReply(input)).toEqual({ text: '550-5.1.1 no\r\n550 5.1.1 user\r\n', isCut: false })
})

test('stops reading an endless input', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(10_000, 'x')
  }
  const { text, isCut } = await readReply(endless())
  expect([text.length, isCut]).toEqual([32_768, true])
})
