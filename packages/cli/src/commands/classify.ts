import type { Command } from 'commander'
import { classifyFile } from '../classify/classify-file.ts'
import { ReplyCounts } from '../classify/reply-counts.ts'
import { summaryPage } from '../classify/summary-page.ts'
import { openFile } from '../input/open-file.ts'
import { withJson, type JsonFlag } from '../input/options.ts'
import { pageWidth } from '../output/page.ts'
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
    .description('Counts Apple’s replies in a log of a mail server, by rule; lists those that no rule knows.')
    .argument('<file>', 'plain or gzip; "-": standard input')
  withJson(command, 'print one JSON object').addHelpText(
    'after',
    `
Examples:
  icloud-delivery classify /var/log/mail.log.1
  icloud-delivery classify mail.log.gz --json | jq '.unknown'
  journalctl -u postfix | icloud-delivery classify -

No ledger is needed, and nothing is recorded.`,
  )
  command.action(async (path: string, { json }: JsonFlag) => {
    const file = openFile(path)
    const counts = new ReplyCounts()
    const bar = progress('Reading', file.size)
    try {
      await classifyFile(file, counts, () => bar.at(file.done(), `${countWords(counts.seen)} lines`))
    } finally {
      bar.end()
    }
    const summary = counts.summary()
    const { stdout } = process
    if (json === true) return write(stdout, `${visibleJson(summary)}\n`)
    if (summary.rules.length === 0 && summary.accepted === 0)
      return console.error(`No reply of Apple’s in ${countWords(summary.read)} lines.`)
    return write(stdout, summaryPage(summary, pageWidth(stdout), painterFor(stdout)))
  })
}
