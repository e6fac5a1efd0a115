import { once } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { explainLines, MOST_BYTES_A_LINE } from './explain-lines.ts'

async function answersTo(...chunks: (string | Uint8Array)[]): Promise<{ ok: boolean; answers: any[] }> {
  async function* input(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk as string)
  }
  const output = new PassThrough({ highWaterMark: 1 << 30 })
  const ok = await explainLines(input(), output, {})
  output.end()
  const text = (await output.toArray()).join('')
  return {
    ok,
    answers: text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  }
}

test('answers in order, skips blank lines, and counts them', async () => {
  const { ok, answers } = await answersTo(
    '\ufeff{"input":"421 a"}\r\n\r\n  \n{"inp',
    'ut":"550 b"}\n{\n452 c',
  )
  expect(answers.map((each) => each.code ?? each.error)).toEqual([
    421,
    550,
    { code: 'EJSON', message: expect.any(String), line: 5 },
    452,
  ])
  expect(ok).toBe(false)
})

test('is content with no input', async () => {
  expect(await answersTo()).toEqual({ ok: true, answers: [] })
})

test('refuses a line that is too long, and goes on', async () => {
  const long = Buffer.alloc(MOST_BYTES_A_LINE, 'x')
  const { ok, answers } = await answersTo(long, '\n', long, 'x\n421 c\n')
  expect(answers.map((each) => each.error ?? each.code)).toEqual([
    null,
    { code: 'ELINE', message: expect.stringContaining('1048576 bytes'), line: 2 },
    421,
  ])
  expect(ok).toBe(false)
})

test('answers what it has before it waits for more', async () => {
  const input = new PassThrough()
  const output = new PassThrough()
  const done = explainLines(input, output, {})
  for (const code of [421, 450, 550]) {
    const answer = once(output, 'data')
    input.write(`${code} x\n`)
    expect(JSON.parse(String((await answer)[0])).code).toBe(code)
  }
  input.end()
  expect(await done).toBe(true)
})

test('reads no further while nobody takes the answers', async () => {
  let read = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; read < 5; read++) yield Buffer.from('421 4.7.0 Try again later\n'.repeat(1000))
  }
  const waiting: (() => void)[] = []
  const output = new Writable({ write: (_chunk, _encoding, done) => void waiting.push(done) })
  const done = explainLines(endless(), output, {})
  for (let turn = 0; turn < 100; turn++) await setImmediate()
  expect([read, waiting.length]).toEqual([0, 1])
  expect(output.writableLength).toBeLessThan(200_000)

  const taking = setInterval(() => waiting.pop()?.(), 0)
  expect(await done).toBe(true)
  clearInterval(taking)
  expect(read).toBe(5)
})
