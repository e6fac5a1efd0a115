import type { Engine } from '@icloud-delivery/engine'
import type { DnsOptions, DomainOptions, MessageOptions } from '@icloud-delivery/preflight'
import { countsWords } from '../findings/finding-blocks.ts'
import { forecastWords } from '../lint/forecast-words.ts'
import type { Examination } from './doctor-page.ts'
import { howTo, lookAtBatch } from './look-at-batch.ts'
import { lookAtAuthentication } from './look-at-authentication.ts'
import { lookAtBounces } from './look-at-bounces.ts'
import { lookAtReputation } from './look-at-reputation.ts'
import type { Step } from './step.ts'

/** What a doctor is told. */
export interface Patient {
  domain: string
  ips: readonly string[]
  /** The envelope domain. */
  envelope: string
  dns: DnsOptions
  dqsKey: string | undefined
  domainOptions: DomainOptions
  /** The path of a message; `undefined`: none is looked at. */
  message: string | undefined
  messageOptions: MessageOptions
  /** `null`: no ledger is named. */
  engine: Engine | null
}

/** Looks at all five things. */
export async function examine(patient: Patient): Promise<Examination> {
  const { domain, ips, envelope, dns, dqsKey, domainOptions, engine } = patient
  const holds = engine === null ? null : await engine.holds()
  const steps = await Promise.all([
    lookAtAuthentication(domain, domainOptions),
    lookAtReputation(domain, ips, holds, { ...dns, ...(dqsKey !== undefined && { dqsKey }) }),
    lookAtContent(patient),
    engine === null || holds === null
      ? withoutLedger('bounces', 'Bounce patterns', 'no ledger is named (--ledger FILE)')
      : lookAtBounces(engine, envelope, holds),
    engine === null
      ? withoutLedger('batch', 'Small batch', `no ledger is named (--ledger FILE); ${howTo}`)
      : lookAtBatch(engine),
  ])
  return { domain, at: Date.now(), steps }
}

async function lookAtContent({ message, messageOptions }: Patient): Promise<Step> {
  const base = { name: 'content', title: 'Content' } as const
  if (message === undefined)
    return {
      ...base,
      skipped: 'no message is named (--message FILE.eml)',
      facts: [],
      findings: [],
      report: null,
    }
  const { checkMessage } = await import('@icloud-delivery/preflight')
  const report = await checkMessage({ file: message }, messageOptions)
  const { subject, fromDomain, isBulk, authentication, findings } = report
  return {
    ...base,
    skipped: null,
    facts: [
      ['Subject', subject === '' ? '(no subject)' : subject],
      ['From', fromDomain ?? 'no address'],
      ['Kind', isBulk ? 'bulk mail' : 'one to one'],
      ...(authentication === null
        ? []
        : [['Will pass', forecastWords(authentication.forecast)] satisfies [string, string]]),
      ['Found', countsWords(findings)],
    ],
    findings,
    report,
  }
}

function withoutLedger(name: Step['name'], title: string, skipped: string): Step {
  return { name, title, skipped, facts: [], findings: [], report: null }
}
