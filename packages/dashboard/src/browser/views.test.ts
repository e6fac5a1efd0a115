import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { browserFile, go, pageTestMs } from './browser.test.fixture.ts'
import { fill, it } from './page.test.fixture.ts'

describe.skipIf(browserFile === null)(
  'Why, Who, Readers, Unknown and Report',
  { timeout: pageTestMs },
  () => {
    it('explains each rule: words, what was done, causes, fixes to tick off; and takes back what a rule did', async ({
      w,
      v,
    }) => {
      await fill(w)
      const { page } = v
      await go(page, 'Why')
      await page.locator('summary', { hasText: 'No such mailbox' }).click()
      await page.getByText('550 5.1.1 <carl@icloud.com>: user does not exist').waitFor()
      await page.getByText('given up, address suppressed').first().waitFor()
      const step = page.locator('details[open]').getByRole('checkbox').first()
      await step.check()
      await page.reload()
      await page.locator('summary', { hasText: 'No such mailbox' }).click()
      expect(await step.isChecked()).toBe(true)
      await page.getByRole('button', { name: 'Take back what it did' }).click()
      await page.getByRole('button', { name: 'Take them back' }).click()
      await page.getByText('1 suppressions were taken back.').waitFor()
      expect((await w.engine.address('carl@icloud.com')).suppressions).toEqual([])
      for (const span of ['Hour', '30 days', 'Day']) {
        await page.getByText(span, { exact: true }).click()
        await page
          .getByRole('radio', { name: span })
          .and(page.locator(':checked'))
          .waitFor({ state: 'attached' })
      }
      expect(v.faults).toEqual([])
    })

    it('explains a reply that is pasted', async ({ v }) => {
      const { page } = v
      await go(page, 'Why')
      await page
        .getByLabel('A reply, a bounce')
        .fill('554 5.7.1 [HM08] Message rejected due to local policy.')
      await page.getByRole('button', { name: 'Explain' }).click()
      await page.getByRole('status').getByText('It is explained below').waitFor()
      await page.getByRole('heading', { name: 'What to do' }).waitFor()
      await page.getByRole('heading', { name: 'Unknown permanent reply' }).waitFor()
      // Others use these words, too: the recipient tells whose they are.
      await page.getByRole('textbox', { name: 'Recipient' }).fill('anna@icloud.com')
      await page.getByRole('button', { name: 'Explain' }).click()
      await page.getByRole('heading', { name: 'Local policy: suspicious sending' }).waitFor()
      expect(v.faults).toEqual([])
    })

    it('finds an address, shows its evidence, releases, suppresses and marks it', async ({ w, v }) => {
      await fill(w)
      const { page } = v
      await go(page, 'Who')
      await page.getByRole('searchbox').fill('CARL')
      await page.getByRole('link', { name: 'carl@icloud.com' }).click()
      await page.getByRole('heading', { name: 'Suppressed for all mail' }).waitFor()
      await page.getByRole('region', { name: 'Reply' }).first().getByText('user does not exist').waitFor()
      await page.getByRole('button', { name: 'Release: carl@icloud.com' }).click()
      await page.getByRole('button', { name: 'Release it' }).click()
      await page.getByText('1 suppression released.').waitFor()
      await page.getByRole('heading', { name: 'Suppressed for all mail' }).waitFor({ state: 'detached' })

      await page.getByRole('button', { name: 'Mark as important' }).click()
      await page.getByRole('button', { name: 'Mark it' }).click()
      await page.getByText('It is marked as important.').waitFor()
      await page.getByRole('button', { name: 'Suppress carl@icloud.com' }).click()
      await page.getByRole('dialog').getByLabel('Why').fill('by phone')
      await page.getByRole('button', { name: 'Suppress it' }).click()
      await page.getByRole('article').getByText('by hand', { exact: true }).waitFor()
      await page.getByText('Note: by phone').waitFor()
      const { suppressions, important } = await w.engine.address('carl@icloud.com')
      expect([suppressions.map(({ origin }) => origin), important]).toEqual([['operator'], true])
      await page.getByRole('link', { name: 'Close' }).click()
      await page.getByRole('heading', { name: 'carl@icloud.com' }).waitFor({ state: 'detached' })

      await page.getByRole('searchbox').fill('bert@icloud.com')
      await page.getByRole('searchbox').press('Enter')
      await page.getByRole('heading', { name: 'bert@icloud.com' }).waitFor()
      expect(v.faults).toEqual([])
    })

    it('imports and exports', async ({ v }) => {
      const { page } = v
      await go(page, 'Who')
      const file = {
        name: 'list.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('email\nanna@icloud.com\nno address\n'),
      }
      await page.getByLabel('Import a list').setInputFiles(file)
      await page.getByRole('button', { name: 'Import', exact: true }).click()
      await page.getByText('1 added').waitFor()
      await page.getByText('line 3').waitFor()
      await page.getByRole('link', { name: 'anna@icloud.com' }).waitFor()
      for (const [name, format] of [
        ['Export as CSV', 'csv'],
        ['Export as NDJSON', 'ndjson'],
      ] as const) {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name }).click(),
        ])
        expect(download.suggestedFilename()).toBe(`suppressions.${format}`)
        expect(readFileSync(await download.path(), 'utf8')).toContain('anna@icloud.com')
      }
      expect(v.faults).toEqual([])
    })

    it('shows readers, unknown replies to copy, and the letter to copy', async ({ w, v }) => {
      await fill(w)
      const { page } = v
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await go(page, 'Readers')
      await page.getByRole('row', { name: 'Clicks 1 0 1' }).waitFor()
      await go(page, 'Unknown')
      await page.getByRole('button', { name: 'Copy as an issue' }).click()
      await page.getByText('Copied.').waitFor()
      expect(await page.evaluate('navigator.clipboard.readText()')).toContain('seventh house of <address>')
      await go(page, 'Report')
      await page.getByLabel('Company').fill('Example Shop')
      await page.getByLabel('Domain').fill('example.com')
      await page.getByLabel('IPs').fill('192.0.2.10')
      await page.getByLabel('What is wrong').fill('Receipts are refused.')
      await page.getByRole('button', { name: 'Write the letter' }).click()
      await page.getByRole('region', { name: 'The letter' }).getByText('Receipts are refused.').waitFor()
      await page.getByRole('button', { name: 'Copy the letter' }).click()
      await page.getByText('Copied.').waitFor()
      expect(await page.evaluate('navigator.clipboard.readText()')).toContain('Example Shop')
      await page.getByRole('button', { name: 'Copy the subject' }).click()
      await page.getByText('Copied.').nth(1).waitFor()
      await page.getByLabel('IPs').fill('nonsense')
      await page.getByRole('button', { name: 'Write the letter' }).click()
      await page.getByRole('alert').getByText('IP addresses').waitFor()
      // The browser itself tells of the answer with status 400.
      expect(v.faults.filter((fault) => !fault.includes('400'))).toEqual([])
    })
  },
)
