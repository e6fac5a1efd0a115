import { Command, InvalidArgumentError, Option } from 'commander'
import { chapters } from './chapters/chapters.ts'
import { DemoError } from './demo-error.ts'
import { runDemo } from './run-demo.ts'
import { shown } from './shown.ts'
import { quick, watchable } from './tempo.ts'

const logLines = 30

const titles: readonly (readonly [name: string, title: string])[] = [
  ...chapters.map(({ name, title }) => [name, title] as const),
  ['replies', 'The table: everybody gets a mail, twice, one row for each of Apple’s replies'],
]
const names = titles.map(([name]) => name)

const program = new Command('./dev start')
  .description(
    'Mail from a small shop, over Nodemailer and a real Haraka, to an MX that answers as Apple does, told in two minutes, with the dashboard.',
  )
  .option('--once', 'end after the story; exit 0 only if everything came as expected')
  .addOption(
    new Option('--chapter <name>', 'one part of the story alone, see below; may be given again').argParser(
      chapterNamed,
    ),
  )
  .option(
    '--quick',
    'an hour takes 0.1 s instead of 0.4 s, and nothing waits for readers; --once is quick, too',
  )
  .option('--json', 'print the table as JSON on standard output, progress on standard error')
  .addHelpText(
    'after',
    `\nChapters:\n${titles.map(([name, title]) => `  ${name.padEnd(10)}${title}`).join('\n')}`,
  )
  .showHelpAfterError('(--help tells more)')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()
const {
  once = false,
  quick: isQuick = once,
  json = false,
  chapter = [],
} = program.opts<{
  once?: true
  quick?: true
  json?: true
  chapter?: string[]
}>()

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait.
    if (interrupted.signal.aborted) process.exit(130)
    interrupted.abort()
  })
}
// Whoever read the output is gone, as with `| head`.
for (const output of [process.stdout, process.stderr]) output.on('error', () => process.exit(1))

try {
  process.exitCode = (await runDemo({
    once,
    json,
    only: chapter,
    tempo: isQuick ? quick : watchable,
    signal: interrupted.signal,
  }))
    ? 0
    : 1
} catch (error) {
  if (interrupted.signal.aborted) {
    process.exitCode = 130
    process.stderr.write('\nInterrupted. Everything is stopped, and nothing is left behind.\n')
  } else {
    process.exitCode = 1
    complain(error)
  }
}

function complain(error: unknown): void {
  const lines = [
    error instanceof DemoError ? `${error.code}: ${error.message}` : String((error as Error)?.stack ?? error),
  ]
  const log = error instanceof DemoError ? error.log.slice(-logLines) : []
  if (log.length > 0)
    lines.push('', 'What Haraka logged last:', ...log.map((line) => `  ${shown(line, 400)}`))
  process.stderr.write(`\n${lines.join('\n')}\n`)
  const code = error instanceof DemoError ? error.code : 'EUNKNOWN'
  const message = error instanceof Error ? error.message : String(error)
  if (json) process.stdout.write(`${JSON.stringify({ ok: false, error: { code, message }, rows: [] })}\n`)
}

function chapterNamed(name: string, before: string[] = []): string[] {
  if (!names.includes(name)) throw new InvalidArgumentError(`There is ${names.join(', ')}.`)
  return [...before, name]
}
