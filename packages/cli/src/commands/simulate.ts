import type { Command } from 'commander'
import { readPolicyFile, type LedgerFlags } from '../config/settings.ts'
import { withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { timeOption } from '../input/time.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { progress } from '../output/progress.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'
import type { SimulationSummary } from '../simulate/simulate.ts'
import { simulationPage } from '../simulate/simulation-page.ts'

interface Flags extends LedgerFlags, JsonFlag {
  policy: string
  since?: number
  until?: number
}

/** Adds `simulate` to the program. */
export function addSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .summary('what another policy would have done with the recorded past')
    .description(
      'Plays the attempts in the event log to the policy in force and to another one: what would have been sent, retried, held, ' +
        'suppressed. Changes nothing.',
    )
    .requiredOption('--policy <file>', 'JSON with changes to the default policy, such as icloud_policy.json')
    .option('--since <time>', 'attempts from then on: 2026-01-31, 24h, 7d', timeOption)
    .option('--until <time>', 'attempts before', timeOption)
  withJson(
    withLedger(command),
    'differences, one JSON object a line, the last one {"summary": ...}',
  ).addHelpText(
    'after',
    `
Examples:
  echo '{"rules":{"policy-hm08":{"hold":null}}}' >no-hold.json
  icloud-delivery simulate --policy no-hold.json --since 30d

Apple's answers are taken as they were; what it would have said to mail that
was not sent is not known. The event log keeps no senders, so holds of sending
domains are rough. The pace of lanes is left out.`,
  )
  command.action(async ({ json, policy, since = -Infinity, until = Infinity, ...flags }: Flags) => {
    const tried = readPolicyFile(policy)
    await withEngine(flags, async ({ engine, settings }) => {
      const { simulate } = await import('../simulate/simulate.ts')
      const bar = progress('Simulating')
      const steps = simulate(engine, {
        policy: settings.policy,
        tried,
        sameMailbox: settings.sameMailbox,
        since,
        until,
        progress: (done, total) => bar.at(done, '', total),
      })
      let summary: SimulationSummary | null = null
      try {
        for (let step = await steps.next(); ; step = await steps.next()) {
          if (step.done === true) {
            summary = step.value
            break
          }
          if (json === true) await write(process.stdout, `${visibleJson(step.value)}\n`)
        }
      } finally {
        bar.end()
      }
      const { stdout } = process
      if (json === true) return write(stdout, `${visibleJson({ summary })}\n`)
      if (summary.attempts === 0) return console.error('The event log holds no attempt of that time.')
      return write(stdout, simulationPage(summary, pageWidth(stdout), painterFor(stdout)))
    })
  })
}
