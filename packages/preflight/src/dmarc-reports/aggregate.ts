/** One row of a report: messages of one source that were judged alike. */
export interface ReportRow {
  ip: string
  count: number
  disposition: string
  /** Whether DMARC counted it as passed and aligned. */
  dkim: boolean
  spf: boolean
  fromDomain: string
  /** Domains that signed, and of the envelope, whether they passed or not. */
  dkimDomains: readonly string[]
  spfDomains: readonly string[]
}

/** Who reported, on what, over what time. */
export interface ReportHead {
  organisation: string
  id: string
  /** The domain that the policy is of. */
  domain: string
  /** ms since the epoch; 0 if the report does not say. */
  begin: number
  end: number
}

/** What one IP sent in all reports. */
export interface DmarcSource {
  ip: string
  messages: number
  passed: number
  failed: number
  /** Messages with an aligned pass of each. */
  dkimPassed: number
  spfPassed: number
  /** Messages that receivers put aside or refused for it. */
  quarantined: number
  rejected: number
  /** At most 20 of each, in the order of their appearance. Remote text. */
  fromDomains: readonly string[]
  dkimDomains: readonly string[]
  spfDomains: readonly string[]
  reporters: readonly string[]
}

const mostNames = 20
const mostSources = 100_000

type Counting = {
  -readonly [K in keyof DmarcSource]: DmarcSource[K] extends readonly string[] ? Set<string> : DmarcSource[K]
}

/** Adds rows up by source. */
export class SourceTable {
  readonly #sources = new Map<string, Counting>()
  #left = 0

  add(row: ReportRow, reporter: string): void {
    let source = this.#sources.get(row.ip)
    if (source === undefined) {
      if (this.#sources.size >= mostSources) {
        this.#left++
        return
      }
      source = emptySource(row.ip)
      this.#sources.set(row.ip, source)
    }
    const isPassed = row.dkim || row.spf
    source.messages += row.count
    if (isPassed) source.passed += row.count
    else source.failed += row.count
    if (row.dkim) source.dkimPassed += row.count
    if (row.spf) source.spfPassed += row.count
    if (row.disposition === 'quarantine') source.quarantined += row.count
    if (row.disposition === 'reject') source.rejected += row.count
    remember(source.fromDomains, [row.fromDomain])
    remember(source.dkimDomains, row.dkimDomains)
    remember(source.spfDomains, row.spfDomains)
    remember(source.reporters, [reporter])
  }

  /** Rows whose source did not fit any more. */
  get left(): number {
    return this.#left
  }

  /** The most failures first, then the most messages. */
  sorted(): DmarcSource[] {
    return Array.from(this.#sources.values(), (source) => ({
      ...source,
      fromDomains: [...source.fromDomains],
      dkimDomains: [...source.dkimDomains],
      spfDomains: [...source.spfDomains],
      reporters: [...source.reporters],
    })).toSorted((a, b) => b.failed - a.failed || b.messages - a.messages)
  }
}

function emptySource(ip: string): Counting {
  return {
    ip,
    messages: 0,
    passed: 0,
    failed: 0,
    dkimPassed: 0,
    spfPassed: 0,
    quarantined: 0,
    rejected: 0,
    fromDomains: new Set(),
    dkimDomains: new Set(),
    spfDomains: new Set(),
    reporters: new Set(),
  }
}

function remember(names: Set<string>, more: readonly string[]): void {
  for (const name of more) if (name !== '' && names.size < mostNames) names.add(name)
}
