import type { Canary, Engine, Seed } from '@icloud-delivery/engine'
import type { AnyFinding } from '../findings/any-finding.ts'
import { timeWords } from '../output/time-words.ts'
import type { Step } from './step.ts'

/** The last step: what came of test batches, and where test mail was found. */
export async function lookAtBatch(engine: Pick<Engine, 'canaries' | 'seeds'>): Promise<Step> {
  const [canaries, seeds] = await Promise.all([engine.canaries(), engine.seeds()])
  const base = { name: 'batch', title: 'Small batch' } as const
  if (canaries.length === 0 && seeds.every(({ results }) => results.length === 0))
    return { ...base, skipped: `no test batch is on record: ${howTo}`, facts: [], findings: [], report: null }
  return {
    ...base,
    skipped: null,
    facts: [...canaries.slice(-5).map(canaryFact), ...seeds.flatMap(seedFact)],
    findings: [...canaries.flatMap(stopped), ...seeds.flatMap(misplaced)],
    report: { canaries, seeds },
  }
}

/** How a test batch is sent. */
export const howTo: string =
  'before a campaign declare one with engine.canary({ id, size }), in Nodemailer by icloud.campaign and in Haraka by a ' +
  'stream; or send test mail to mailboxes of your own'

function canaryFact({ id, verdict, reason, size }: Canary): [string, string] {
  return [id, verdict === null ? `waits for the answers to its first ${size}` : `${verdict}: ${reason ?? ''}`]
}

function seedFact({ address, results }: Seed): [string, string][] {
  const last = results.at(-1)
  return last === undefined ? [] : [[address, `${last.placement}, ${timeWords(last.at)} UTC, ${last.stream}`]]
}

function stopped({ id, verdict, reason }: Canary): AnyFinding[] {
  if (verdict !== 'stop') return []
  return [
    {
      code: 'canary-stopped',
      severity: 'error',
      risks: [],
      title: 'A campaign was stopped after its test batch',
      evidence: reason ?? 'too many refusals',
      fix: `Mend what its replies name. Then icloud-delivery holds release campaign/${id} lets the rest go.`,
      where: id,
    },
  ]
}

function misplaced({ address, results }: Seed): AnyFinding[] {
  const last = results.findLast(({ placement }) => placement !== 'unknown')
  if (last === undefined || last.placement === 'inbox') return []
  const where = last.placement === 'missing' ? 'nowhere' : (last.folder ?? last.placement)
  return [
    {
      code: 'placement',
      severity: 'warning',
      risks: [],
      title: 'Test mail is not found in the inbox',
      evidence: `found in ${where} on ${timeWords(last.at)} UTC`,
      fix: 'Look at the findings of the other steps, and at what changed since it was found in the inbox.',
      where: address,
    },
  ]
}
