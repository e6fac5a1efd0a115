import { once } from 'node:events'
import { SHOP } from './app.ts'
import { chapters } from './chapters/chapters.ts'
import { closingWords, invitation } from './closing-words.ts'
import { Narrator } from './narrate.ts'
import { differencesOf, jsonOf, tableOf } from './report.ts'
import { resultsOf, type Result } from './results.ts'
import { endScripts, playRound } from './rounds.ts'
import { openStage, type Stage } from './stage.ts'
import { styleFor } from './style.ts'
import { tellChapters } from './tell-chapters.ts'
import { terminalWidth } from './terminal-width.ts'
import type { Tempo } from './tempo.ts'
import { hung } from './wrap.ts'

/** How the demo is run. */
export interface DemoOptions {
  /** End after the table instead of staying up. */
  once: boolean
  /** The chapters to be told, `replies` for the table; none: all of them. */
  only: readonly string[]
  /** The table as JSON on standard output, everything else on standard error. */
  json: boolean
  /** How fast it goes. */
  tempo: Tempo
  /** Aborted to end it early. */
  signal: AbortSignal
}

/**
 * Runs the demo. Resolves with whether everything came as expected.
 *
 * @throws DemoError, and whatever keeps it from going on
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { once: endAfterwards, json, only, tempo, signal } = options
  const output = json ? process.stderr : process.stdout
  const style = styleFor(output)
  const startedAt = Date.now()
  const width = terminalWidth(output, process.env.COLUMNS)
  const write = (text: string): void => void output.write(text)
  const narrator = new Narrator({ write, style, width, hourMs: tempo.hourMs })

  narrator.headline('A small shop writes to its customers, and Apple answers')
  const stage = await openStage(tempo, signal)
  try {
    narrator.say(introduction(stage, width))
    if (tempo.readMs > 0) narrator.say('\nOpen the dashboard: the story begins in a moment.')
    await tempo.toRead(signal)
    stage.journal.onHappening((happening) => narrator.tell(happening))
    const isAsked = (name: string): boolean => only.length === 0 || only.includes(name)
    const asked = chapters.filter(({ name }) => isAsked(name))
    const told = await tellChapters(asked, stage, { narrator, style, signal })
    narrator.tellAll()
    const results = isAsked('replies') ? await tellReplies(stage, narrator, signal) : []
    const seconds = (Date.now() - startedAt) / 1000
    if (results.length > 0) {
      narrator.say(`\n${tableOf(results, style, width)}`)
      narrator.say(closingWords(width))
    }
    if (json) process.stdout.write(`${jsonOf(results, told, seconds)}\n`)
    const differences = [
      ...differencesOf(results),
      ...told.flatMap(({ name, differences: some }) => some.map((one) => `chapter ${name}: ${one}`)),
    ]
    narrator.say(
      differences.length === 0
        ? style.good(
            `${countWords(results.length, told.length)} came as expected, in ${seconds.toFixed(1)} s.`,
          )
        : style.bad(`Not as expected:\n  ${differences.join('\n  ')}`),
    )

    if (!endAfterwards && !signal.aborted) {
      endScripts(stage)
      narrator.say(invitation(stage, width))
      narrator.sumUpRepeats()
      await Promise.race([once(signal, 'abort'), stage.journal.failed])
    }
    return differences.length === 0
  } finally {
    await stage.close()
  }
}

/** Everybody gets a mail, twice: one row for each of Apple's replies. */
async function tellReplies(stage: Stage, narrator: Narrator, signal: AbortSignal): Promise<Result[]> {
  narrator.headline('Round 1: everybody gets a mail')
  narrator.watch(
    'Why: one row for each of Apple’s replies, with whose fault it is; Who: only mailboxes that do not exist are suppressed.',
  )
  await stage.tempo.toRead(signal)
  const first = await playRound(stage, 0, signal)
  narrator.headline('A day goes by')
  // Two failures that are closer together count as one.
  await stage.tempo.pass(24, signal)
  narrator.headline('Round 2: the same again, with what was learned')
  const second = await playRound(stage, 1, signal)
  return resultsOf([first, second], stage.shop.engine)
}

function countWords(rows: number, chapterCount: number): string {
  const words = [
    ...(rows > 0 ? [`all ${rows} rows`] : []),
    ...(chapterCount > 0 ? [chapterCount === 1 ? 'the chapter' : `all ${chapterCount} chapters`] : []),
  ]
  const text = words.join(' and ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function introduction({ apple, haraka, elsewhere, dashboard, tempo }: Stage, width: number): string {
  const hosts = apple.hosts.map(({ name, port }) => `${name} (port ${port})`).join(', ')
  const facts = [
    ['The shop', `a Node program that sends with Nodemailer and nodemailer-icloud, from ${SHOP}`],
    ['Haraka', `127.0.0.1:${haraka.port}, process ${String(haraka.child.pid)}, with haraka-plugin-icloud`],
    ['Apple', `simulated: ${hosts}`],
    ['All others', `simulated too: port ${elsewhere.port}`],
    ['The ledger', 'one SQLite file that the shop and Haraka share'],
    ['Dashboard', dashboard.url],
    ['Time', timeWords(tempo)],
    ['Signs', '→ sent by the shop, ✓ delivered, ↻ kept for later, ✗ given up,'],
    ['', '‖ closed or open, ← bounce message'],
  ] as const
  return facts.map(([name, text]) => hung(`  ${name.padEnd(12)} `, text, width)).join('\n')
}

function timeWords({ hourMs, readMs }: Tempo): string {
  const words = `a day takes ${(24 * hourMs) / 1000} s, but Haraka looks into its queue once a second only`
  return readMs === 0
    ? words
    : `${words}; all of it is told in two minutes, and --quick does not wait for readers`
}
