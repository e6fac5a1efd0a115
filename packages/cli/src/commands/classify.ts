import type { Command } from 'commander'
import { ReplyCounts } from '../classify/reply-counts.ts'
import { readWords, summaryPage } from '../classify/summary-page.ts'
import { withJson, type JsonFlag } from '../input/options.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { progress } from '../output/progress.ts'
import { countWords } from '../output/time-words.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

/** Adds `classify` to the program. */
export function addClassify(program: Command): void {
  const command = program
    .command('classify')
    .summary('which replies are in a log or mailbox, by rule')
    .description(
      'Counts Apple’s replies by rule in a log (Postfix, Exim, Haraka, PowerMTA, KumoMTA), in a mailbox with bounces (mbox, ' +
        'Maildir), in one bounce or in any lines; lists those that no rule knows.',
    )
    .argument('<file>', 'plain, gzip or zstd, or a Maildir; "-": standard input')
  withJson(command, 'print one JSON object').addHelpText(
    'after',
    `
Examples:
  icloud-delivery classify /var/log/mail.log.1
  icloud-delivery classify mail.log.gz --json | jq '.unknown'
  icloud-delivery classify ~/Maildir/.bounces
  journalctl -u postfix | icloud-delivery classify -

No ledger is needed, nothing is recorded, and the file is left as it is.`,
  )
  command.action(async (path: string, { json }: JsonFlag) => {
    const { classifyFile } = await import('../classify/classify-file.ts')
    const counts = new ReplyCounts()
    const bar = progress('Reading')
    const kind = await classifyFile(path, counts, (done, total) =>
      bar.at(done, `${countWords(counts.seen)} read`, total),
    ).finally(() => bar.end())
    const summary = counts.summary()
    const { stdout } = process
    if (json === true) return write(stdout, `${visibleJson({ kind, ...summary })}\n`)
    if (summary.rules.length === 0 && summary.accepted === 0)
      return console.error(`No reply of Apple’s in ${readWords(summary.read, kind)}.`)
    return write(stdout, summaryPage(summary, kind, pageWidth(stdout), painterFor(stdout)))
  })
}
