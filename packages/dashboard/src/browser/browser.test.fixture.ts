import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import type { RunningDashboard } from '../start-dashboard.ts'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The browser of this machine; `null`: none, and its tests are skipped. In CI that is a failure. */
export const browserFile: string | null = findBrowser()

function findBrowser(): string | null {
  const found = [process.env.CHROMIUM_FILE ?? '', ...places].find((file) => file !== '' && existsSync(file))
  if (found === undefined && process.env.CI === 'true')
    throw new Error(
      "The tests of the page need Chromium: install Debian's chromium, or name it in CHROMIUM_FILE.",
    )
  return found ?? null
}

/** ms that anything in the browser may take on a machine that is slow, or stands still for a while. What is waited for ends it at once. */
export const patience = 50_000

/** ms for a test of the page. */
export const pageTestMs = 180_000

/** Starts Chromium with one profile. */
export async function launch(): Promise<{ profile: BrowserContext; close: () => Promise<void> }> {
  const browser = await chromium.launch({
    executablePath: browserFile ?? '',
    timeout: 2 * patience,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  const profile = await browser.newContext({ acceptDownloads: true })
  profile.setDefaultTimeout(patience)
  return { profile, close: () => browser.close() }
}

/** A page of the dashboard, and what must not happen in it. */
export interface Visit {
  page: Page
  /** Console errors, exceptions, and requests that leave the origin: has to stay empty. */
  faults: string[]
  close: () => Promise<void>
}

/** Opens the dashboard as a person does: by the printed address. Nothing is there of visits before. */
export async function visit(
  profile: BrowserContext,
  { url, origin }: Pick<RunningDashboard, 'url' | 'origin'>,
  { scheme = 'light', width = 1280 }: { scheme?: 'light' | 'dark'; width?: number } = {},
): Promise<Visit> {
  await profile.clearCookies()
  const page = await profile.newPage()
  await page.emulateMedia({ colorScheme: scheme })
  await page.setViewportSize({ width, height: 800 })
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => {
    const asked = request.url()
    if (!asked.startsWith(`${origin}/`) && !asked.startsWith('data:') && !asked.startsWith(`blob:${origin}/`))
      faults.push(`request to ${asked}`)
  })
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(url)
  await page.getByText('Live', { exact: true }).waitFor()
  const close = async (): Promise<void> => {
    // The next dashboard may get the same port.
    await page.evaluate('localStorage.clear()')
    await page.close()
    await profile.clearPermissions()
  }
  return { page, faults, close }
}

/** Goes to a view by its link. */
export async function go(page: Page, name: string): Promise<void> {
  const link = page.getByRole('navigation').getByRole('link', { name, exact: true })
  await link.click()
  // The heading of the view before is there for a moment, too.
  await link.and(page.locator('[aria-current=page]')).waitFor()
  await page.locator('main h1').waitFor()
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds, in short. It is run in a world of its own, as the page lets no foreign script in. */
export async function faultsOfAccess(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
  })
  const run = (expression: string): ReturnType<typeof session.send<'Runtime.evaluate'>> =>
    session.send('Runtime.evaluate', { expression, contextId, awaitPromise: true, returnByValue: true })
  await run(axe)
  const { result, exceptionDetails } = await run(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) =>
      id + ': ' + nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary).join(' | ')))`,
  )
  await session.detach()
  if (exceptionDetails) throw new Error(exceptionDetails.text + exceptionDetails.exception?.description)
  return result.value as string[]
}
