import type { Placement, Seed } from '@icloud-delivery/engine'
import { expect, it } from 'vitest'
import { placementTroubles } from './placement-troubles.ts'

const day = 86_400_000

/** A seed with one result a day, the first on day 1. */
function seed(...placements: Placement[]): Seed {
  const results = placements.map((placement, index) => ({
    at: (index + 1) * day,
    stream: 'marketing',
    placement,
    folder: placement === 'junk' ? 'J'.repeat(500) : null,
    seconds: null,
    reason: null,
  }))
  return { address: 'seed@icloud.com', turnAt: 0, results }
}

it('tells since when test mail is not in the inbox, whatever could not be looked at', () => {
  const [trouble] = placementTroubles([seed('junk', 'inbox', 'other', 'unknown', 'junk', 'unknown')], 7 * day)
  expect(trouble).toMatchObject({
    placement: 'junk',
    since: 3 * day,
    last: 5 * day,
    misses: 2,
    wasInInbox: true,
    stream: 'marketing',
  })
  expect(trouble?.folder).toHaveLength(200)
  expect(placementTroubles([seed('missing')], 2 * day)).toMatchObject([{ wasInInbox: false, misses: 1 }])
})

it('says nothing of what is in the inbox, was never found out, or is a month old', () => {
  expect(placementTroubles([seed(), seed('junk', 'inbox'), seed('unknown')], 3 * day)).toEqual([])
  expect(placementTroubles([seed('junk')], 31 * day)).toHaveLength(1)
  expect(placementTroubles([seed('junk')], 31 * day + 1)).toEqual([])
})
