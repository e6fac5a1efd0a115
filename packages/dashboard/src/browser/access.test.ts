import { describe, expect } from 'vitest'
import { replies } from '../world.test.fixture.ts'
import { browserFile, faultsOfAccess, go, pageTestMs, visit } from './browser.test.fixture.ts'
import { fill, it } from './page.test.fixture.ts'

describe.skipIf(browserFile === null)(
  'whatever the screen, and without a mouse',
  { timeout: pageTestMs },
  () => {
    it.for([
      ['light', 1280],
      ['dark', 1280],
      ['light', 375],
      ['dark', 375],
    ] as const)(
      'axe finds nothing in %s at %i pixels, and nothing is wider than the screen',
      async ([scheme, width], { profile, w }) => {
        await fill(w)
        const { page, faults, close } = await visit(profile, w.dashboard, { scheme, width })
        for (const name of ['Now', 'Why', 'Who', 'Readers', 'Unknown', 'Report']) {
          await go(page, name)
          if (name === 'Now') {
            await page.getByText('Lane ip-2').first().waitFor()
            // Its name is not broken.
            const lane = await page.getByRole('rowheader', { name: 'ip-1' }).boundingBox()
            expect(lane?.width).toBeGreaterThan(130)
          }
          if (name === 'Who') {
            await page.getByRole('link', { name: 'carl@icloud.com' }).click()
            await page.getByText('History', { exact: true }).waitFor()
          }
          if (name === 'Why') {
            await page.locator('summary', { hasText: 'No such mailbox' }).click()
            await page.getByRole('button', { name: 'Take back what it did' }).waitFor()
          }
          // What is looked at is all there.
          if (name === 'Readers') {
            await page.getByRole('row', { name: 'Clicks 1 0 1' }).waitFor()
            await page.locator('.seeds li').first().waitFor()
          }
          if (name === 'Unknown') await page.getByRole('button', { name: 'Copy as an issue' }).waitFor()
          expect([name, await faultsOfAccess(page)]).toEqual([name, []])
          expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, width])
        }
        await go(page, 'Now')
        await page.getByRole('button', { name: 'Release lane ip-2' }).click()
        await page.getByRole('dialog').waitFor()
        expect(await faultsOfAccess(page)).toEqual([])
        expect(faults).toEqual([])
        await close()
      },
    )

    it('a question that is asked again right after Escape is there', async ({ w, v }) => {
      await w.reply(replies.blocked, 'emil@icloud.com', { lane: 'ip-2' })
      const { page } = v
      await page.getByRole('button', { name: 'Release lane ip-2' }).click()
      await page.getByRole('dialog').waitFor()
      // Within the frame, as a quick hand may.
      await page.evaluate(
        "document.querySelector('dialog').close(); document.querySelector('[aria-label=\"Release lane ip-2\"]').click()",
      )
      await page.getByRole('dialog').getByRole('button', { name: 'Release it' }).click()
      await page.getByText('Released: its mail goes now.').waitFor()
      expect(v.faults).toEqual([])
    })

    it('can be used with the keyboard alone', async ({ w, v }) => {
      await w.reply(replies.blocked, 'emil@icloud.com', { lane: 'ip-2' })
      const { page } = v
      await page.getByText('Lane ip-2').first().waitFor()
      const focused = (): Promise<string> =>
        page.evaluate('document.activeElement.textContent.trim()') as Promise<string>
      for (let i = 0; i < 30 && !(await focused()).startsWith('Release'); i++)
        await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor()
      // The field has the focus; Escape goes back, and Enter does it.
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor()
      await page.keyboard.type('from the keyboard')
      await page.keyboard.press('Enter')
      await page.getByText('Released: its mail goes now.').waitFor()
      expect(v.faults).toEqual([])
    })
  },
)
