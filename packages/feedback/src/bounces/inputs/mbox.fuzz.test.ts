import { expect, it } from 'vitest'
import { fuzz, fuzzMs } from '../../fuzz/fuzz.test.fixture.ts'
import { bounceOf, mtas } from '../mta-bounces.test.fixture.ts'
import { messagesIn } from './mbox.ts'

it(
  'broken input makes the reader of mboxes neither throw nor lose a byte',
  async () => {
    const box = mtas.map((mta) => `From x\n${bounceOf(mta)}\n`).join('')
    const runs = await fuzz([box, 'From \n>From \n\nFrom \r\n'], async (input) => {
      let end: number | null = null
      for await (const message of messagesIn(pieces(input))) end = message.end
      expect([null, input.length]).toContain(end)
    })
    expect(runs).toBeGreaterThan(1)
  },
  fuzzMs,
)

async function* pieces(input: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < input.length; at += 1009) yield input.subarray(at, at + 1009)
}
