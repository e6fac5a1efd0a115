import { Command, InvalidArgumentError } from 'commander'
import { closingLines, load } from './closing-lines.ts'
import { measurements } from './measurements.ts'
import { NotMeasured, type Measurement, type Plan } from './measurement.ts'
import { Progress } from './progress.ts'
import type { Row } from './row.ts'
import { quickRecipients, runSimulation, standardRecipients } from './simulation/run.ts'
import { selectRows, UnknownRow } from './select.ts'
import { tableOf } from './table.ts'

interface Options {
  json?: true
  list?: true
  quick?: true
  runs?: number
}

function positive(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('A whole number from 1 is expected.')
  return number
}

async function main(names: readonly string[], { json, list, quick, runs }: Options): Promise<void> {
  const wanted = selectRows(measurements, names)
  const chosen = measurements.filter(({ rows }) => rows.some(({ name }) => wanted.has(name)))
  if (list) {
    for (const { name, about } of chosen.flatMap((each) => each.rows)) {
      if (wanted.has(name)) console.log(`${name.padEnd(26)} ${about}`)
    }
    return
  }

  const progress = new Progress()
  const plan: Plan = {
    runs: (standard) => runs ?? (quick ? 2 : standard),
    size: (full, small) => (quick ? small : full),
    progress: (what, run, of) => progress.run(what, run, of),
  }
  const loadBefore = load()
  const measured: Row[] = []
  for (const measurement of chosen) {
    const rows = (await rowsOf(measurement, plan)).filter(({ name }) => wanted.has(name))
    progress.done()
    measured.push(...rows)
    if (json) for (const row of rows) console.log(JSON.stringify(row))
  }
  if (json) return
  console.log(tableOf(measured))
  for (const line of closingLines(measured, loadBefore)) console.log(line)
}

/** None if it cannot be measured here; standard error says why. */
async function rowsOf(measurement: Measurement, plan: Plan): Promise<Row[]> {
  try {
    return await measurement.measure(plan)
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error
    const names = measurement.rows.map(({ name }) => name).join(', ')
    process.stderr.write(`${names}: not measured: ${error.message}\n`)
    return []
  }
}

const command = new Command('bench')
  .description('Measures how fast this is, and against what. A missed target is no error.')
  .argument('[name...]', 'rows by name or by the beginning of it; default: all of them')
  .option('--json', 'one JSON object a row instead of the table')
  .option('--list', 'say what there is and measure nothing')
  .option('--runs <number>', 'how often each side is measured', positive)
  .option('--quick', 'two small runs: shows that it works, the figures mean little')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(main)

command
  .command('simulation')
  .description(
    '30 days of mail on a clock of their own; the exit code is 1 if anybody was suppressed wrongly',
  )
  .option(
    '--recipients <number>',
    `how many; default: ${standardRecipients}, or ${quickRecipients} with --quick`,
    positive,
  )
  .option('--seed <number>', 'the same seed gives the same figures', positive, 1)
  .action(async (_: unknown, asked: Command) => {
    const { recipients, seed, quick, json } = asked.optsWithGlobals<
      Options & { recipients?: number; seed: number }
    >()
    process.exitCode = await runSimulation({
      recipients: recipients ?? (quick ? quickRecipients : standardRecipients),
      seed,
      json: json ?? false,
    })
  })

try {
  await command.parseAsync()
} catch (error) {
  const unknown = error instanceof UnknownRow
  process.stderr.write(`${unknown ? error.message : ((error as Error).stack ?? String(error))}\n`)
  // Whatever is still open must not keep a failed measurement alive.
  process.exit(unknown ? 2 : 1)
}
