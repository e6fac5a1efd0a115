import { openLedger } from '@icloud-delivery/engine'
import { withDeadline } from './deadline.ts'
import { LEDGER_WAIT } from './waits.ts'

/**
 * Says at the start what is wrong with a ledger in Redis, such as a package that is not installed: otherwise nobody would
 * hear of it before the first mail to Apple. A ledger in a file is left alone: the process that starts may be root, and the
 * file would belong to it.
 */
export async function tryLedger(url: string, say: (problem: string) => void): Promise<void> {
  if (!/^rediss?:/i.test(url)) return
  try {
    const ledger = await openLedger(url)
    try {
      await withDeadline(ledger.read(['presence/try']), LEDGER_WAIT, 'Redis')
    } finally {
      await ledger.close()
    }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    say(`config/icloud.ini [main] ledger: the ledger cannot be used for now: ${what}`)
  }
}
