import { createReadStream, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createEngine } from '@icloud-delivery/engine'
import { createFeedback, ingestLog, readLog } from '@icloud-delivery/feedback'
import { serve } from '../serve.ts'

/** One reading of a log, in a process of its own. */
export interface LogRun {
  file: string
  /**
   * `search`: Apple's replies, without senders and Message-IDs; `join`: with them; `record`: into a new ledger; `readline`: what the
   * lines that name Apple are, with Node's readline.
   */
  how: 'search' | 'join' | 'record' | 'readline'
  /** A file for `record`. */
  ledger?: string
}

/** What it took. */
export interface LogResult {
  megabytesPerSecond: number
  /** The most memory of this process, MB. */
  megabytes: number
  /** Replies of Apple's. */
  found: number
}

const waysOf: Record<LogRun['how'], (run: LogRun) => Promise<number>> = {
  search: ({ file }) => count(file, false),
  join: ({ file }) => count(file, true),
  async record({ file, ledger }) {
    const engine = createEngine({ ledger: `file:${ledger}` })
    const { counts } = await ingestLog(file, {
      feedback: createFeedback({ engine }),
      state: `${ledger}.position`,
    })
    await engine.close()
    return counts.recorded
  },
  async readline({ file }) {
    let found = 0
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity }))
      if (line.includes('icloud.com')) found++
    return found
  },
}

async function count(file: string, joins: boolean): Promise<number> {
  let found = 0
  for await (const { at } of readLog(file, { joins })) if (at > 0) found++
  return found
}

serve(async (run: LogRun): Promise<LogResult> => {
  const { size } = statSync(run.file)
  const begun = performance.now()
  const found = await waysOf[run.how](run)
  const seconds = (performance.now() - begun) / 1000
  // In KB.
  const { maxRSS } = process.resourceUsage()
  return { megabytesPerSecond: size / 1e6 / seconds, megabytes: (maxRSS * 1024) / 1e6, found }
})
