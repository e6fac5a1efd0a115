import { createEngine } from '@icloud-delivery/engine'
import { Redis } from 'ioredis'
import { serve } from '../serve.ts'
import { known } from './redis-fill.ts'
import type { RedisAdmitRun, RedisAdmitTask } from './task.ts'

const { url, addresses } = JSON.parse(process.argv[2] ?? '') as RedisAdmitTask
const engine = createEngine({ ledger: url })
const client = new Redis(url)
let from = 0

/** A thousand addresses, others each time. */
function thousand(): string[] {
  from = (from + 1000) % addresses
  return Array.from({ length: 1000 }, (_, n) => known((from + n) % addresses))
}

async function admit(): Promise<void> {
  const asked = { recipients: thousand(), sender: 'news@example.com', stream: 'marketing' }
  const answers = await engine.admit(asked)
  if (answers.some(({ decision }) => decision !== 'send')) throw new Error('mail was not admitted')
}

async function mget(): Promise<void> {
  const values = await client.mget(thousand().map((address) => `{icloud}/recipient/${address}`))
  if (values.includes(null)) throw new Error('an address is not known')
}

serve(async ({ what, calls }: RedisAdmitRun): Promise<number[]> => {
  const ms: number[] = []
  for (let call = 0; call < calls; call++) {
    const started = performance.now()
    await (what === 'admit' ? admit() : mget())
    ms.push(performance.now() - started)
  }
  return ms
})
