import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HoldRef } from '@icloud-delivery/engine'
import { setStage, type Stage } from './stage.test.fixture.ts'

/** One reply closes the scope, and nothing but a release opens it while the test runs. */
const hold = { count: 1, windowSeconds: 60, forSeconds: 3600, probeEverySeconds: 3600 }

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    apple: { connection: [{ accept: true }] },
    haraka: {
      config: {
        'icloud_policy.json': JSON.stringify({
          maxAgeSeconds: { '*': 3600, marketing: 3600, news: 3600, receipts: 3600 },
          rules: {
            'proofpoint-block': { hold: { ...hold, scope: 'sending-ip' } },
            'sender-domain-not-found': { waitsSeconds: [1], hold: { ...hold, scope: 'sending-domain' } },
            'policy-hm08': { hold: { ...hold, scope: 'stream' } },
          },
        }),
      },
    },
    icloud: [
      '[main]',
      'streams=transactional,marketing,news,receipts',
      '[lanes]',
      'marketing=bulk',
      // Waiting mail looks for released holds once a second.
      '[policy]',
      'time_scale=0.0166',
    ],
  })
})

afterAll(() => stage?.close())

interface Case {
  scope: HoldRef
  rule: string
  /** Whose reply closes the scope, and the mail behind it. */
  held: { from: string; stream: string }
  /** Mail that has another scope. */
  free: { from: string; stream: string }
}

const cases: Case[] = [
  {
    scope: { scope: 'sending-ip', id: 'bulk' },
    rule: 'proofpoint-block',
    held: { from: 'a@ip.example', stream: 'marketing' },
    free: { from: 'a@ip.example', stream: 'receipts' },
  },
  {
    scope: { scope: 'sending-domain', id: 'domain.example' },
    rule: 'sender-domain-not-found',
    held: { from: 'a@domain.example', stream: 'receipts' },
    free: { from: 'a@other.example', stream: 'receipts' },
  },
  {
    scope: { scope: 'stream', id: 'default/news' },
    rule: 'policy-hm08',
    held: { from: 'a@stream.example', stream: 'news' },
    free: { from: 'a@stream.example', stream: 'receipts' },
  },
]

describe.each(cases)('a hold of the $scope.scope', ({ scope, rule, held, free }) => {
  const address = (name: string): string => `${name}-${scope.scope}@icloud.com`
  const send = ({ from, stream }: Case['held'], name: string): Promise<string> =>
    stage.haraka.send({ from, to: [address(name)], headers: { 'X-Stream': stream } })

  it('parks what is behind it and nothing else, and lets it go when it is released', async () => {
    stage.apple.script(address('first'), [{ rule }, { accept: true }])
    await send(held, 'first')
    await stage.haraka.logged(new RegExp(`<${address('first')}> rule=${rule} `))
    await send(held, 'behind')
    await send(free, 'free')
    const line = await stage.haraka.logged(
      new RegExp(`<${address('behind')}> rule=${rule} fault=\\S+ action=held `),
    )
    expect(line).toContain(`${scope.scope} ${scope.id} is held`)
    await stage.delivered(address('free'))
    expect(stage.tries(address('behind'))).toBe(0)

    expect(await stage.release(scope)).toBe(1)
    await stage.delivered(address('behind'))
    expect(stage.tries(address('behind'))).toBe(1)
    expect(await stage.holds()).toEqual([])
  })
})
