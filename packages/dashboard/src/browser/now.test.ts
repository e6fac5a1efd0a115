import { describe, expect } from 'vitest'
import { replies, world } from '../world.test.fixture.ts'
import { browserFile, pageTestMs, visit } from './browser.test.fixture.ts'
import { found, it } from './page.test.fixture.ts'

describe.skipIf(browserFile === null)('what is done on Now', { timeout: pageTestMs }, () => {
  it('releases a hold, after it asked', async ({ w, v }) => {
    const { page } = v
    await w.reply(replies.blocked, 'emil@icloud.com', { lane: 'ip-2' })
    const card = page.locator('article.card').filter({ hasText: 'Lane ip-2' })
    await card.getByText('Sending IP blocked by Proofpoint').waitFor()
    await card.getByRole('button', { name: 'Release' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Release lane ip-2?').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(await w.engine.holds()).toHaveLength(1)
    await card.getByRole('button', { name: 'Release' }).click()
    await dialog.getByLabel('Why').fill('Proofpoint has let us go')
    await dialog.getByRole('button', { name: 'Release it' }).click()
    await page.getByText('Released: its mail goes now.').waitFor()
    await card.waitFor({ state: 'detached' })
    expect(await w.engine.holds()).toEqual([])
    const [entry] = await w.engine.ledger.events({ type: 'dashboard' })
    expect(entry).toMatchObject({
      subject: 'sending-ip/ip-2',
      data: { action: 'release-hold', note: 'Proofpoint has let us go', by: 'dashboard' },
    })
    expect(v.faults).toEqual([])
  })

  it('names a held message that has no campaign as a message', async ({ w, v }) => {
    const { page } = v
    const refused = '554 5.7.1 [CS02] Message rejected due to local policy.'
    await w.engine.record({
      recipient: 'emil@icloud.com',
      sender: 'shop@example.com',
      messageId: 'm1@example.com',
      outcome: { kind: 'reply', input: refused, mx: 'mx01.mail.icloud.com' },
    })
    await page.getByRole('button', { name: 'Release message <m1@example.com>' }).waitFor()
    await page.getByRole('heading', { name: 'Message <m1@example.com>', exact: true }).waitFor()
    await page.getByRole('heading', { name: 'held · message <m1@example.com>' }).waitFor()
    expect(v.faults).toEqual([])
  })

  it('takes back what an incident did, and ends it', async ({ w, v }) => {
    const { page } = v
    const readers = Array.from({ length: 8 }, (_, index) => `good${index}@icloud.com`)
    for (const reader of readers) await w.deliver(reader)
    for (const reader of readers) await w.reply(replies.invalid, reader)
    const [incident] = await w.engine.incidents()
    const card = page.getByRole('article').filter({ hasText: 'Incident at Apple' })
    const dialog = page.getByRole('dialog')
    await card.getByText('lasts').waitFor()
    await card.getByRole('button', { name: 'Take back' }).click()
    await dialog.getByRole('button', { name: 'Take them back' }).click()
    await page.getByText('suppressions were taken back.').waitFor()
    await card.getByRole('button', { name: 'It is none' }).click()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(await w.engine.incidents()).toMatchObject([{ endedAt: null }])
    await card.getByRole('button', { name: 'It is none' }).click()
    await dialog.getByRole('button', { name: 'End it' }).click()
    await card.getByText('over', { exact: true }).waitFor()
    await card.getByText('(by hand)').waitFor()
    const feed = page.getByRole('list', { name: 'Latest events' })
    await feed.getByText('incident is over · by hand').waitFor()
    await feed.getByText('taken back: Apple’s own trouble').first().waitFor()
    expect(await card.getByRole('button', { name: 'It is none' }).count()).toBe(0)
    expect(await w.engine.incidents()).toMatchObject([{ endedBy: 'hand' }])
    const said = await w.engine.ledger.events({ type: 'dashboard' })
    expect(said.map(({ subject, data }) => [subject, data.action])).toEqual([
      [incident?.id, 'close-incident'],
      [incident?.id, 'release-incident'],
    ])
    expect(v.faults).toEqual([])
  })

  it('confirms that a block was looked into: then all mail of the lane goes around', async ({ profile }) => {
    const lanes = { a: { alternative: 'b' }, b: { warmUp: 'done' } } as const
    const around = await world({}, { policy: { lanes } })
    const seen = await visit(profile, around.dashboard)
    try {
      const over = async (): Promise<string | null | undefined> => {
        const request = { sender: 'shop@example.com', messageId: 'next', lane: 'a', stream: 'marketing' }
        const [answer] = await around.engine.admit({ ...request, recipients: ['anna@icloud.com'] })
        return answer?.decision === 'send' ? answer.lane : answer?.decision
      }
      const marketing = { lane: 'a', stream: 'marketing' }
      for (let i = 0; i < 10; i++) await around.deliver(`r${i}@icloud.com`, marketing)
      await around.deliver('anna@icloud.com', { lane: 'a', stream: 'transactional' })
      await around.reply(replies.blocked, 'emil@icloud.com', { lane: 'a', stream: 'transactional' })
      expect(await over()).toBe('held')
      const row = seen.page.getByRole('row').filter({ hasText: 'goes around over b' })
      await row.getByRole('button', { name: 'Confirm' }).click()
      await seen.page.getByRole('dialog').getByRole('button', { name: 'It was' }).click()
      await seen.page.getByText('Done.').waitFor()
      expect(await over()).toBe('b')
      expect(seen.faults).toEqual([])
    } finally {
      await seen.close()
      await around.close()
    }
  })

  it('lets a stopped campaign go', async ({ w, v }) => {
    const { page } = v
    await w.engine.canary({ id: 'spring', size: 10 })
    await w.deliver()
    const card = page.getByRole('article').filter({ hasText: 'Campaign spring' })
    await card.getByRole('button', { name: 'Let it go' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Let it go' }).click()
    await page.getByText('Done.').waitFor()
    expect(await w.engine.canaries()).toMatchObject([{ verdict: 'go' }])
    expect(v.faults).toEqual([])
  })

  it('shows where test mail was found, and what is not in the inbox first', async ({ w, v }) => {
    const { page } = v
    for (const address of ['a.seed@icloud.com', 'b.seed@icloud.com']) {
      await w.engine.takeSeedTurn(address)
      await found(w, address, 'inbox')
    }
    await found(w, 'b.seed@icloud.com', 'junk', 'Junk <b>\u202e')
    const card = page.getByRole('article').filter({ hasText: 'Test mail to b.seed@icloud.com' })
    await card.getByText('in Junk', { exact: true }).waitFor()
    await card.getByText('Before it was in the inbox.').waitFor()
    await page.getByRole('heading', { name: 'Test mail is not in the inbox.' }).waitFor()
    await card.getByRole('link', { name: 'All test mail' }).click()
    const [first, second] = [0, 1].map((index) => page.locator('.seeds li').nth(index))
    await first?.getByText('b.seed@icloud.com').waitFor()
    await first?.getByText('in Junk', { exact: true }).waitFor()
    await first?.getByRole('img', { name: 'Of the last 2: 1 in the inbox, 1 in Junk' }).waitFor()
    expect(await first?.locator('i').last().getAttribute('title')).toContain(
      'in Junk (Junk <b>\\u202e), after 5 s',
    )
    await second?.getByText('in the inbox', { exact: true }).waitFor()
    expect(v.faults).toEqual([])
  })
})
