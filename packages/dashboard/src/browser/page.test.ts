import { createEngine, EngineError, memoryLedger, type Ledger } from '@icloud-delivery/engine'
import { describe, expect } from 'vitest'
import { quiet, replies, world } from '../world.test.fixture.ts'
import { browserFile, faultsOfAccess, go, pageTestMs, patience, visit } from './browser.test.fixture.ts'
import { it } from './page.test.fixture.ts'

describe.skipIf(browserFile === null)('the page', { timeout: pageTestMs }, () => {
  it('takes the token out of the address line, and asks for it where there is none', async ({
    profile,
    w,
    v,
  }) => {
    expect(v.page.url()).toBe(`${w.dashboard.origin}/`)
    const [cookie] = await v.page.context().cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
    const stranger = await profile.browser()!.newContext()
    stranger.setDefaultTimeout(patience)
    const page = await stranger.newPage()
    await page.goto(w.dashboard.origin)
    await page.getByLabel('Token').fill('wrong')
    expect(await faultsOfAccess(page)).toEqual([])
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Token').fill(w.dashboard.token)
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByText('Live', { exact: true }).waitFor()
    await stranger.close()
    expect(v.faults).toEqual([])
  })

  it('has an empty state in each view', async ({ v }) => {
    const { page } = v
    await page.getByText('Nothing was sent to Apple yet.').waitFor()
    await page.getByText('Nothing has happened yet.').waitFor()
    await page.getByText('No lane was used yet.').waitFor()
    await page.getByText('No alerts.').waitFor()
    await go(page, 'Why')
    await page.getByText('Nothing was tried in this span.').waitFor()
    await go(page, 'Who')
    await page.getByText('Nobody is suppressed.').waitFor()
    await go(page, 'Readers')
    await page.getByText('Nothing was told in this span.').waitFor()
    await page.getByText('No test mail was sent yet.').waitFor()
    await go(page, 'Unknown')
    await page.getByText('Every reply in the event log is known.').waitFor()
    await go(page, 'Report')
    await page.getByText('Nothing is sent').waitFor()
    expect(v.faults).toEqual([])
  })

  it('shows what happens, without being asked', async ({ w, v }) => {
    const { page } = v
    for (const name of ['one@icloud.com', 'two@icloud.com']) {
      await w.deliver(name)
      await page.getByText(name).waitFor()
    }
    await page.getByText('Apple takes your mail.').waitFor()
    expect(v.faults).toEqual([])
  })

  it('has room for the last label of the chart, wherever it stands', async ({ v }) => {
    const { page } = v
    await page.locator('.u-over').waitFor()
    const [room, half] = (await page.evaluate(`(() => {
      const right = (name) => document.querySelector(name).getBoundingClientRect().right
      const context = document.createElement('canvas').getContext('2d')
      context.font = '12px ' + getComputedStyle(document.querySelector('.chart')).fontFamily
      return [right('.chart') - right('.u-over'), context.measureText('00:00:00').width / 2]
    })()`)) as [number, number]
    expect(half).toBeGreaterThan(15)
    expect(room).toBeGreaterThanOrEqual(half)
  })

  it('shows what others write as what it is', async ({ w, v }) => {
    const { page } = v
    const evil =
      '550 5.9.9 <script>window.hacked = 1</script><img src=x onerror="window.hacked = 1"> \u202Egnorw\u202C \u001B[31mred\u001B[0m &amp; <b>bold</b>'
    const shown =
      '550 5.9.9 <script>window.hacked = 1</script><img src=x onerror="window.hacked = 1"> \\u202egnorw\\u202c \\u001b[31mred\\u001b[0m &amp; <b>bold</b>'
    await w.reply(evil, 'dora@icloud.com', { stream: '<i>stream</i>' })
    await w.engine.suppress({ recipient: 'a<b>@icloud.com', origin: 'operator', note: evil })
    await w.reply(`${replies.blocked} <img src=x onerror=window.hacked=1>\u202E`, 'e@icloud.com')
    for (const view of ['Now', 'Why', 'Who', 'Unknown']) {
      await go(page, view)
      if (view === 'Why') await page.locator('summary', { hasText: 'Unknown permanent' }).click()
      if (view === 'Why' || view === 'Unknown') await page.getByText(shown).first().waitFor()
      if (view === 'Now') await page.getByText('<img src=x onerror=window.hacked=1>\\u202e').first().waitFor()
    }
    await page.goto(`${w.dashboard.origin}/#/who/${encodeURIComponent('dora@icloud.com')}`)
    await page.getByText('The replies, word by word').click()
    await page.getByText(shown).first().waitFor()
    expect(await page.evaluate('window.hacked')).toBeUndefined()
    expect(await page.locator('main script, main img, main b').count()).toBe(0)
    expect(await page.evaluate('/[\\u202a-\\u202e\\u001b]/.test(document.documentElement.outerHTML)')).toBe(
      false,
    )
    expect(v.faults).toEqual([])
  })

  it('says that the ledger does not answer, and goes on by itself when it does', async ({ profile }) => {
    const ledger = memoryLedger()
    let isDown = false
    const shaky: Ledger = {
      ...ledger,
      read: (keys) => (isDown ? Promise.reject(down) : ledger.read(keys)),
      counts: (groups) => (isDown ? Promise.reject(down) : ledger.counts(groups)),
      events: (query) => (isDown ? Promise.reject(down) : ledger.events(query)),
    }
    const down = new EngineError('ELEDGERTIMEOUT', 'the server did not answer within 2 s')
    const other = await world({ engine: createEngine({ ledger: shaky, logger: quiet }) })
    const seen = await visit(profile, other.dashboard)
    try {
      await seen.page.getByText('Nothing was sent to Apple yet.').waitFor()
      isDown = true
      await go(seen.page, 'Why')
      await seen.page.getByRole('alert').getByText('The ledger does not answer').waitFor()
      await seen.page.getByRole('status').getByText('No answer', { exact: true }).waitFor()
      isDown = false
      await seen.page.getByText('Nothing was tried in this span.').waitFor()
      await seen.page.getByText('Live', { exact: true }).waitFor()
      // The browser itself tells of the answers with status 503.
      expect(seen.faults.filter((fault) => !fault.includes('503'))).toEqual([])
    } finally {
      await seen.close()
      await other.close()
    }
  })

  it('has no buttons where it is read-only', async ({ profile }) => {
    const only = await world({ readOnly: true })
    const seen = await visit(profile, only.dashboard)
    try {
      await only.reply(replies.blocked, 'emil@icloud.com', { lane: 'ip-2' })
      await seen.page.getByText('Lane ip-2').first().waitFor()
      expect(await seen.page.getByRole('button').count()).toBe(0)
      await seen.page.getByText('read-only').waitFor()
      expect(seen.faults).toEqual([])
    } finally {
      await seen.close()
      await only.close()
    }
  })
})
