import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { replies, world, type World } from '../world.test.fixture.ts'
import { browserFile, go, launch, pageTestMs, visit, type Visit } from './browser.test.fixture.ts'

const views = ['Now', 'Why', 'Who', 'Readers', 'Unknown', 'Report'] as const

/** A node of the tree that Chromium gives to screen readers. */
interface Heard {
  role: string
  name: string
  level: number | null
}

/** What a screen reader gets, in the order of the page. */
async function heard(page: Page): Promise<Heard[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  const byId = new Map(nodes.map((node) => [node.nodeId, node]))
  const inOrder = (id: string): typeof nodes => {
    const node = byId.get(id)
    return node === undefined ? [] : [node, ...(node.childIds ?? []).flatMap(inOrder)]
  }
  return inOrder(nodes[0]?.nodeId ?? '')
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, properties = [] }) => ({
      role: String(role?.value ?? ''),
      name: String(name?.value ?? ''),
      level:
        (properties.find((property) => property.name === 'level')?.value.value as number | undefined) ?? null,
    }))
}

const focused = (page: Page): Promise<string> =>
  page.evaluate(
    "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim().slice(0, 100)",
  )

describe.skipIf(browserFile === null)('without eyes or a mouse', { timeout: pageTestMs }, () => {
  let profile: BrowserContext
  let end: () => Promise<void>
  let w: World
  let v: Visit

  beforeAll(async () => {
    ;({ profile, close: end } = await launch())
  }, pageTestMs)
  afterAll(() => end?.())
  beforeEach(async () => {
    const lanes = { a: { alternative: 'b' }, b: { warmUp: 'done' } } as const
    w = await world({}, { policy: { lanes } })
    await fill()
    v = await visit(profile, w.dashboard)
  }, pageTestMs)
  afterEach(async () => {
    await v?.close()
    await w?.close()
  })

  /** Something of everything that has a button. */
  async function fill(): Promise<void> {
    const readers = Array.from({ length: 8 }, (_, index) => `good${index}@icloud.com`)
    for (const reader of readers) await w.deliver(reader)
    // While the incident lasts nobody is suppressed, and when the engine notices it by itself is a matter of time.
    await w.reply(replies.invalid, 'carl@icloud.com')
    for (const reader of readers) await w.reply(replies.invalid, reader)
    expect(await w.engine.incidents()).toHaveLength(1)
    await w.reply(replies.unknown, 'dora@icloud.com')
    await w.reply('550 5.9.8 The sun is in it', 'dora@icloud.com')
    for (const lane of ['ip-2', 'ip-3']) await w.reply(replies.blocked, 'emil@icloud.com', { lane })
    for (const id of ['spring', 'summer']) await w.engine.canary({ id, size: 10 })
    await w.engine.suppress({ recipient: 'carl@icloud.com', origin: 'complaint' })
    await w.engine.takeSeedTurn('seed@icloud.com')
    await w.engine.recordPlacement('seed@icloud.com', {
      at: Date.now(),
      stream: 'marketing',
      placement: 'junk',
    })
  }

  /** Opens what is folded or asked for in a view. */
  async function unfold(name: (typeof views)[number]): Promise<void> {
    const { page } = v
    await go(page, name)
    if (name === 'Now') await page.getByRole('button', { name: 'Release lane ip-2' }).waitFor()
    if (name === 'Why') {
      await page.locator('summary', { hasText: 'No such mailbox' }).click()
      await page.getByRole('button', { name: 'Take back what it did' }).waitFor()
    }
    if (name === 'Who') {
      await page.getByRole('link', { name: 'carl@icloud.com' }).click()
      await page.getByRole('button', { name: 'Suppress carl' }).waitFor()
    }
    if (name === 'Unknown') await page.getByRole('button', { name: 'Copy as an issue' }).nth(1).waitFor()
  }

  it.each(views)('%s has headings in order, and every control a name of its own', async (name) => {
    await unfold(name)
    const nodes = await heard(v.page)
    const levels = nodes.filter(({ role }) => role === 'heading').map(({ level }) => level ?? 0)
    expect(levels[0]).toBe(1)
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    const jumps = levels.filter((level, index) => index > 0 && level > (levels[index - 1] ?? 0) + 1)
    expect(jumps).toEqual([])
    const roles = ['button', 'link', 'textbox', 'searchbox', 'checkbox', 'radio', 'heading', 'region']
    expect(nodes.filter((node) => roles.includes(node.role) && node.name.trim() === '')).toEqual([])
    const buttons = nodes.filter(({ role }) => role === 'button').map((node) => node.name)
    expect(buttons).toEqual([...new Set(buttons)])
    expect(nodes.filter(({ role }) => role === 'main' || role === 'navigation')).toHaveLength(2)
    expect(v.faults).toEqual([])
  })

  it('each button on Now says what it is about', async () => {
    await unfold('Now')
    const buttons = (await heard(v.page)).filter(({ role }) => role === 'button').map(({ name }) => name)
    const [one = '', two = '', ...rest] = buttons
    expect(one).toMatch(/^It is none: incident since \d+ \w+, \d\d:\d\d$/)
    expect(two).toMatch(/^Take back what the incident since \d+ \w+, \d\d:\d\d did$/)
    expect(rest.toSorted()).toEqual([
      'Let it go: campaign spring',
      'Let it go: campaign summer',
      'Release lane ip-2',
      'Release lane ip-3',
    ])
  })

  it('nothing is said while mail goes on; what was done is said once', async () => {
    const { page } = v
    for (const name of views) {
      await unfold(name)
      await page.evaluate(`
        window.said = []
        for (const place of document.querySelectorAll('[role=status], [role=alert], [aria-live]'))
          new MutationObserver(() => window.said.push(place.textContent)).observe(place, { subtree: true, childList: true, characterData: true })
      `)
      const before = await page.locator('main').innerText()
      await w.engine.suppress({ recipient: `${name.toLowerCase()}@icloud.com`, origin: 'import' })
      await w.reply(replies.full, 'bert@icloud.com')
      await w.reply(replies.unknown.replace('moon', name), 'dora@icloud.com')
      await w.engine.recordEngagement('anna@icloud.com', 'click')
      if (name !== 'Report') await expect.poll(() => page.locator('main').innerText()).not.toBe(before)
      expect([name, await page.evaluate("window.said.filter((words) => words.trim() !== '')")]).toEqual([
        name,
        [],
      ])
    }
    await unfold('Now')
    await page.getByRole('button', { name: 'Release lane ip-3' }).press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'Release it' }).press('Enter')
    await page.getByRole('status').getByText('Released: its mail goes now.').waitFor()
    // What was pressed is gone: the focus goes to where it is said, a moment after the words are there, and is not lost.
    await expect.poll(() => focused(page)).toBe('Released: its mail goes now.')
  })

  it.each(views)(
    '%s: the keyboard comes to everything, each dialog keeps it and gives it back',
    async (name) => {
      await unfold(name)
      const { page } = v
      await page.evaluate(`document.activeElement.blur(); window.scrollTo(0, 0)`)
      await page.evaluate(`
      window.wanted = [...document.querySelectorAll('a[href], button:not(:disabled), summary, input:not([type=radio]), textarea')].filter(one => one.checkVisibility())
      window.met = new Set()
      window.blind = []
      document.addEventListener('focusin', ({ target }) => window.met.add(target))
    `)
      const asked = new Set<string>()
      for (let steps = 0; steps < 250; steps++) {
        await page.keyboard.press('Tab')
        const [isLeft, isDialog, isSeen] = (await page.evaluate(`[
        window.wanted.every(one => window.met.has(one) || !one.isConnected),
        document.activeElement.getAttribute('aria-haspopup') === 'dialog',
        document.activeElement === document.body || document.activeElement.matches('input[type=radio]') || getComputedStyle(document.activeElement).outlineStyle !== 'none',
      ]`)) as [boolean, boolean, boolean]
        const here = await focused(page)
        expect([here, isSeen]).toEqual([here, true])
        if (isDialog && !asked.has(here)) {
          asked.add(here)
          await page.keyboard.press('Enter')
          await page.getByRole('dialog').waitFor()
          // It has a name, and what is behind it cannot be reached.
          const [dialog] = (await heard(page)).filter(({ role }) => role === 'dialog')
          expect(dialog?.name).toMatch(/\?$/)
          for (let turn = 0; turn < 5; turn++) {
            expect(
              await page.evaluate(
                "document.activeElement === document.body || document.activeElement.closest('dialog') !== null",
              ),
            ).toBe(true)
            await page.keyboard.press('Tab')
          }
          await page.keyboard.press('Escape')
          await page.getByRole('dialog').waitFor({ state: 'hidden' })
          expect(await focused(page)).toBe(here)
        }
        if (isLeft) break
      }
      const missed = `window.wanted.filter(one => !window.met.has(one) && one.isConnected).map(one => one.outerHTML.slice(0, 120))`
      expect(await page.evaluate(missed)).toEqual([])
      const dialogs = { Now: 6, Why: 1, Who: 3, Readers: 0, Unknown: 0, Report: 0 }
      expect(asked.size).toBe(dialogs[name])
      expect(await w.engine.holds()).toHaveLength(2)
      expect(v.faults).toEqual([])
    },
  )
})
