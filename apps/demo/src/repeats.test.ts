import { expect, it } from 'vitest'
import type { Happening, Outcome } from './happening.ts'
import { Repeats } from './repeats.ts'

const recipient = 'anna@icloud.com'

function tried(at: number, outcome: Outcome, rule = 'proofpoint-block'): Happening {
  return { kind: 'outcome', at, recipient, outcome, rule, reply: '550 5.7.0 Blocked', retryAt: null }
}

function waits(at: number): Happening {
  return { kind: 'kept-back', at, recipient, why: 'held' }
}

it('tells what is new, and sums the rest up every three seconds', () => {
  const repeats = new Repeats()
  const told = [
    tried(0, 'hold'),
    waits(100),
    tried(200, 'hold'),
    waits(3000),
    waits(3200),
    tried(3300, 'hold'),
  ]
  expect(told.map((each) => repeats.tellingOf(each))).toEqual([
    'tell',
    'tell',
    'leave out',
    'leave out',
    { refusals: 2 },
    'leave out',
  ])
  expect(repeats.tellingOf(tried(3400, 'retry', 'rate-limited'))).toBe('tell')
})

it('begins anew after the end of a mail', () => {
  const repeats = new Repeats()
  for (const outcome of ['hold', 'fail', 'hold'] as const) {
    expect(repeats.tellingOf(tried(0, outcome))).toBe('tell')
  }
})

it('does not mix recipients up, and leaves all else alone', () => {
  const repeats = new Repeats()
  const bounce: Happening = { kind: 'bounce', at: 0, recipient, to: 'shop@example.com' }
  expect(
    [waits(0), { ...waits(0), recipient: 'berta@icloud.com' } as Happening, bounce, bounce].map((each) =>
      repeats.tellingOf(each),
    ),
  ).toEqual(['tell', 'tell', 'tell', 'tell'])
})
