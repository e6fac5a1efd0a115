import { chmodSync, copyFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { HMail, Outbound } from './haraka.ts'
import { run } from './haraka.test.fixture.ts'
import { readAgain } from './read-again.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

const MESSAGES = 300
/** A Haraka that has just started needs some of them for itself. */
const FILES = 150

let stage: Stage
const { NODE_OF_HARAKA: node } = process.env

afterEach(async () => {
  if (node === undefined) delete process.env.NODE_OF_HARAKA
  else process.env.NODE_OF_HARAKA = node
  await stage?.close()
})

it('of more mail than a process may have open files, all goes after a start', async () => {
  const outbound = 'temp_fail_intervals=5s*3\n'
  const lane = { ceiling: 10, start: 10, floor: 10, reserve: 0, lowestShare: 0 }
  stage = await setStage({
    haraka: {
      config: {
        'outbound.ini': `${outbound}disabled=true\n`,
        'icloud_policy.json': JSON.stringify({ maxAgeSeconds: { '*': 3600 }, lanes: { '*': lane } }),
      },
    },
  })
  const { dir } = stage.haraka
  await stage.haraka.send({ from: 'a@example.com', to: ['fine@icloud.com'] })
  await stage.haraka.kill()
  const queue = path.join(dir, 'queue')
  const [first = ''] = readdirSync(queue)
  for (let count = 1; count < MESSAGES; count++) {
    const name = first
      .split('_')
      .with(5, `${10_000 + count}`)
      .join('_')
    copyFileSync(path.join(queue, first), path.join(queue, name))
  }
  writeFileSync(path.join(dir, 'config/outbound.ini'), outbound)
  const limited = path.join(dir, 'node-with-few-files')
  writeFileSync(limited, `#!/bin/sh\nulimit -n ${FILES}\nexec "${node ?? process.execPath}" "$@"\n`)
  chmodSync(limited, 0o755)
  process.env.NODE_OF_HARAKA = limited

  const again = await run(dir)
  try {
    await stage.apple.waitFor(({ messages }) => messages.length >= MESSAGES, { timeoutMs: 90_000 })
    await stage.emptyQueue()
    expect(stage.apple.messages).toHaveLength(MESSAGES)
    expect(again.log.filter((line) => line.includes('EMFILE'))).toEqual([])
  } finally {
    await again.kill()
  }
}, 240_000)

it('what cannot be read for too many open files is read again, and told once; any other failure is what it was', async () => {
  const fail = (code: string): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }))
  const answers = [() => fail('EMFILE'), () => fail('ENFILE'), () => fail('EMFILE'), () => fail('ENOENT')]
  const prototype = {
    _stream_bytes_from: (file: string) => answers.shift()?.() ?? Promise.resolve(Buffer.from(file)),
  }
  const said: string[] = []
  readAgain({ HMailItem: { prototype } } as unknown as Outbound, (what) => said.push(what))
  const read = (file: string): Promise<Buffer> => prototype._stream_bytes_from.call({} as HMail, file)
  const both = await Promise.allSettled([read('a'), read('b')])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(said).toEqual([expect.stringContaining('EMFILE')])
  expect(String(await read('c'))).toBe('c')
})
