import { createEngine, type Engine } from '@icloud-delivery/engine'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { differencesOf, jsonOf } from './report.ts'
import { resultsOf } from './results.ts'
import { rows } from './scenario.ts'
import type { Seen } from './seen.ts'

let engine: Engine

beforeEach(() => {
  engine = createEngine({ ledger: 'memory:' })
})

afterEach(() => engine.close())

/** Rounds in which everything went as expected. */
function asExpected(): [Seen[], Seen[]] {
  const round = (index: 0 | 1): Seen[] => rows.map(({ expected }) => ({ ...expected[index], replies: [] }))
  return [round(0), round(1)]
}

async function differencesFor(recipient: string, rounds: [Seen[], Seen[]]): Promise<string[]> {
  return differencesOf(await resultsOf(rounds, engine)).filter((line) => line.startsWith(recipient))
}

it('finds nothing where everything is as expected', async () => {
  expect(await differencesFor('policy-cs02@icloud.com', asExpected())).toEqual([])
})

it('tells an outcome that was not expected', async () => {
  const rounds = asExpected()
  const index = rows.findIndex(({ recipient }) => recipient === 'policy-cs02@icloud.com')
  rounds[1][index] = {
    sendMail: 'accepted',
    connections: 1,
    outcomes: ['suppress'],
    waited: false,
    scopes: [],
    bounced: true,
    replies: [],
  }
  expect(await differencesFor('policy-cs02@icloud.com', rounds)).toEqual([
    'policy-cs02@icloud.com, round 2: expected {"sendMail":"accepted","connections":1,"outcomes":["fail"],"waited":false,"scopes":["campaign held"],"bounced":true}, ' +
      'seen {"sendMail":"accepted","connections":1,"outcomes":["suppress"],"waited":false,"scopes":[],"bounced":true}',
  ])
  expect(JSON.parse(jsonOf(await resultsOf(rounds, engine), [], 1))).toMatchObject({ ok: false })
})

it('tells a suppression that was not expected', async () => {
  await engine.record({
    recipient: 'policy-cs02@icloud.com',
    sender: 'shop@example.com',
    messageId: '1',
    outcome: { kind: 'reply', input: '550 5.1.1 <policy-cs02@icloud.com>: user does not exist' },
  })
  expect(await differencesFor('policy-cs02@icloud.com', asExpected())).toEqual([
    expect.stringContaining('the ledger: expected {"suppressedBy":null'),
  ])
})
