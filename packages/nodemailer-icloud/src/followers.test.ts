import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { Followers } from './followers.ts'

it('stops all who follow a signal, over one listener, and nobody who does not any more', () => {
  const source = new AbortController()
  const followers = new Followers()
  const controllers = Array.from({ length: 100 }, () => new AbortController())
  const ends = controllers.map((each) => followers.add(source.signal, each))
  ends[0]?.()
  expect(getEventListeners(source.signal, 'abort')).toHaveLength(1)
  source.abort(new Error('Enough'))
  expect(controllers.map(({ signal }) => signal.aborted)).toEqual([false, ...Array<true>(99).fill(true)])
  expect(controllers[1]?.signal.reason).toEqual(new Error('Enough'))
  const late = new AbortController()
  followers.add(source.signal, late)
  expect(late.signal.aborted).toBe(true)
})
