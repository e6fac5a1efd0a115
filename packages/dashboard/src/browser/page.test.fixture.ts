import type { Placement } from '@icloud-delivery/engine'
import type { BrowserContext } from 'playwright-core'
import { test, type TestAPI } from 'vitest'
import { replies, world, type World } from '../world.test.fixture.ts'
import { launch, visit, type Visit } from './browser.test.fixture.ts'

/** What a test of the page may ask for; what it does not name is not started. */
export interface Shown {
  /** A profile of Chromium, the same for all tests of a file: the first page of one takes most of the time. */
  profile: BrowserContext
  /** A dashboard of its own. */
  w: World
  /** Its page. */
  v: Visit
}

export const it: TestAPI<Shown> = test.extend<Shown>({
  profile: [
    // oxlint-disable-next-line no-empty-pattern -- Vitest reads from it that nothing is asked for.
    async ({}, use) => {
      const { profile, close } = await launch()
      await use(profile)
      await close()
    },
    { scope: 'file' },
  ],
  // oxlint-disable-next-line no-empty-pattern -- as above
  w: async ({}, use) => {
    const w = await world()
    await use(w)
    await w.close()
  },
  v: async ({ profile, w }, use) => {
    const v = await visit(profile, w.dashboard)
    await use(v)
    await v.close()
  },
})

/** Test mail to a seed was found somewhere. */
export async function found(w: World, seed: string, placement: Placement, folder?: string): Promise<void> {
  const result = { at: Date.now(), stream: 'marketing', placement, seconds: 5 }
  await w.engine.recordPlacement(seed, { ...result, ...(folder !== undefined && { folder }) })
}

/** Something of everything. */
export async function fill(w: World): Promise<void> {
  await w.deliver('anna@icloud.com')
  await w.reply(replies.full, 'bert@icloud.com')
  await w.reply(replies.invalid, 'carl@icloud.com')
  await w.reply(replies.unknown, 'dora@icloud.com')
  await w.reply(replies.blocked, 'emil@icloud.com', { lane: 'ip-2', stream: 'marketing' })
  await w.engine.canary({ id: 'spring', size: 10 })
  await w.engine.recordEngagement('anna@icloud.com', 'click')
  await w.engine.takeSeedTurn('seed@icloud.com')
  for (const placement of ['inbox', 'other', 'missing', 'unknown', 'junk'] as const)
    await found(w, 'seed@icloud.com', placement)
  await w.engine.enter({ lane: 'ip-1', stream: 'transactional' }).then((entrance) => {
    if (entrance.decision === 'go') entrance.slot.release()
  })
}
