import type { Action } from './record/action.ts'
import type { Admission, AdmitRequest } from './admit/admission.ts'
import { suppressesNone } from './admit/suppresses-none.ts'
import { markImportant } from './operator/mark-important.ts'
import { openHolds, suppressAddress, suppressionsOf, type SuppressRequest } from './operator/by-hand.ts'
import { waitedFor } from './operator/waited-for.ts'
import { exportSuppressions, type ExportOptions } from './operator/transfer/export-suppressions.ts'
import type { ImportOptions, ImportSummary } from './operator/transfer/import-options.ts'
import { importSuppressions } from './operator/transfer/import-suppressions.ts'
import type { Source } from './operator/transfer/lines.ts'
import { whyNot, type WhyNot, type WhyNotOptions } from './operator/why-not/why-not.ts'
import { replay, type Replay, type ReplayRequest } from './operator/replay/replay.ts'
import { release } from './operator/release.ts'
import type { ReleaseRequest } from './operator/release-request.ts'
import type { AddressRecord, Clock, Engine, EngineEvents, Hold, Logger } from './engine.ts'
import { Events } from './events.ts'
import type { Incident } from './incidents/incident.ts'
import { Incidents } from './incidents/incidents.ts'
import type { Ledger } from './ledger/ledger.ts'
import { Outage } from './outage.ts'
import type { RecordRequest } from './record/outcome.ts'
import type { MailboxOf } from './address.ts'
import type { MxBook } from './mx/mx-book.ts'
import { Passages } from './passage.ts'
import { LivePolicy } from './policy/live-policy.ts'
import { resolvePolicy, type PolicyOptions } from './policy/policy-check.ts'
import type { Policy } from './policy/policy.ts'
import { OnceSweep } from './record/once.ts'
import { record } from './record/record.ts'
import { recipientKey, type RecipientState } from './state/state.ts'
import { argument, requireAddress } from './subject.ts'
import { engagementKey, type Engagement } from './signals/engagement-state.ts'
import { recordConsent, recordEngagement, type EngagementOptions } from './signals/record-engagement.ts'
import { readers, type Readers } from './signals/readers.ts'
import { segment, type InactiveRecipient, type SegmentRequest } from './signals/segment.ts'
import { admitCanary } from './signals/canary/admit-canary.ts'
import { allCanaries, declareCanary, type Canary } from './signals/canary/canary.ts'
import { CanaryBook } from './signals/canary/canary-book.ts'
import type { CanaryOptions } from './signals/canary/canary-options.ts'
import { countForCanary, recordCanary } from './signals/canary/record-canary.ts'
import { rates, type Rates, type RatesRequest, type RateWindow } from './signals/rates.ts'
import { Signals } from './signals/signals.ts'
import { admitDetour } from './lanes/detour/admit-detour.ts'
import { confirmDetour } from './lanes/detour/confirm-detour.ts'
import type { Entrance, EnterRequest } from './lanes/enter.ts'
import type { LaneStatus } from './lanes/lane-status.ts'
import { Lanes } from './lanes/lanes.ts'
import { Backlog } from './buffer/backlog.ts'
import type { BufferOptions } from './buffer/buffer-options.ts'
import { Patience } from './ledger/patience.ts'
import { CampaignSweep } from './state/campaign-sweep.ts'
import { Presence } from './ledger/presence.ts'
import { Turns } from './ledger/turns.ts'
import type { Suppression } from './state/suppression.ts'
import { recordPlacement, type PlacementRequest } from './seeds/record-placement.ts'
import type { PlacementChange, Seed, SeedTurn } from './seeds/seed.ts'
import { allSeeds, forgetSeed } from './seeds/seeds.ts'
import { takeSeedTurn } from './seeds/take-seed-turn.ts'

/** What the parts of an engine share. */
export interface Parts {
  readonly ledger: Ledger
  readonly ownsLedger: boolean
  readonly policy: LivePolicy
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  readonly events: Events
  readonly outage: Outage
  readonly passages: Passages
  readonly turns: Turns
  readonly signals: Signals
  readonly incidents: Incidents
  readonly mx: MxBook
  /** icloud.com, me.com and mac.com are one mailbox. */
  readonly sameMailbox: boolean
  readonly mailboxOf: MailboxOf
  /** Addresses are remembered as hashes. */
  readonly isHashed: boolean
  readonly lanes: Lanes
  readonly presence: Presence
  readonly campaigns: CampaignSweep
  readonly once: OnceSweep
  readonly patience: Patience
  /** What waits for the ledger; `null`: nothing is kept. */
  readonly backlog: Backlog | null
}

/** What an engine is made of: the parts that the options of `createEngine` name. */
export interface Given extends Pick<
  Parts,
  'ledger' | 'ownsLedger' | 'clock' | 'logger' | 'random' | 'mx' | 'sameMailbox' | 'mailboxOf' | 'isHashed'
> {
  readonly policy: Policy
  readonly buffer: BufferOptions | null
  readonly ledgerTimeoutSeconds: number
}

/** The engine: the calls of {@link Engine} over the functions that do the work. */
export class EngineCore implements Engine {
  readonly ledger: Ledger
  private readonly parts: Parts
  private readonly canaryBook: CanaryBook

  constructor({ buffer, ledgerTimeoutSeconds, ...options }: Given) {
    const policy = new LivePolicy(options.policy)
    const given = { ...options, policy }
    this.ledger = given.ledger
    const events = new Events(given.logger)
    const patience = new Patience(ledgerTimeoutSeconds)
    const outage = new Outage({
      ...given,
      events,
      buffer: buffer?.directory ?? null,
      policy,
    })
    const turns = new Turns()
    const signals = new Signals({ ...given, events })
    const parts = {
      ...given,
      events,
      outage,
      passages: new Passages(),
      turns,
      signals,
      incidents: new Incidents({ ...given, events, turns, signals }),
      lanes: new Lanes({ ...given, outage, patience }),
      patience,
      presence: new Presence(given),
      campaigns: new CampaignSweep(given),
      once: new OnceSweep(given),
    }
    const drained = (request: RecordRequest, action: Action): Promise<void> =>
      countForCanary(this.parts, this.canaryBook, request, action)
    this.parts = { ...parts, backlog: buffer === null ? null : new Backlog(parts, buffer, drained) }
    this.canaryBook = new CanaryBook(this.parts)
  }

  async admit(request: AdmitRequest): Promise<Admission[]> {
    return request?.campaign === undefined
      ? admitDetour(this.parts, request)
      : admitCanary(this.parts, this.canaryBook, request)
  }

  suppressesNone(recipients: readonly string[]): boolean {
    return suppressesNone(this.parts, recipients)
  }

  record(request: RecordRequest): Promise<Action> {
    return request?.campaign === undefined
      ? record(this.parts, request)
      : recordCanary(this.parts, this.canaryBook, request)
  }

  address(recipient: string): Promise<AddressRecord> {
    return this.known(recipient, 'address')
  }

  private async known(recipient: string, call: string): Promise<AddressRecord> {
    const address = requireAddress(this.parts.mailboxOf, recipient, call)
    const [entry, engagement] = await this.ledger.read([recipientKey(address), engagementKey(address)])
    const state = (entry?.value ?? {}) as RecipientState
    return {
      recipient: address,
      suppressions: state.suppressions ?? [],
      softBounces: (state.softBounces ?? []).map(({ rule, count, firstAt, lastAt, nextTryAt = null }) => ({
        rule,
        count,
        firstAt,
        lastAt,
        nextTryAt,
      })),
      important: state.important ?? false,
      seed: state.seed ?? false,
      quarantine: state.quarantine ?? null,
      lastDeliveredAt: state.deliveredAt ?? null,
      engagement: engagement?.value ?? {},
    }
  }

  async whyNot(address: string, options: WhyNotOptions = {}): Promise<WhyNot> {
    return whyNot(this.parts, address, await this.known(address, 'whyNot'), options)
  }

  async suppress(request: SuppressRequest): Promise<Suppression> {
    const suppression = await suppressAddress(this.parts, request)
    const { origin, at } = suppression
    if (origin === 'unsubscribe' || origin === 'complaint') this.parts.signals.read(origin, at)
    return suppression
  }

  release(request: ReleaseRequest): Promise<number> {
    return release(this.parts, this.canaryBook, request)
  }

  incidents(): Promise<Incident[]> {
    return this.parts.incidents.list()
  }

  async closeIncident(id: string): Promise<boolean> {
    if (typeof id !== 'string') throw argument('closeIncident', 'id', 'the id of an incident', id)
    return this.parts.incidents.close(id)
  }

  markImportant(address: string, important: boolean): Promise<void> {
    return markImportant(this.parts, address, important)
  }

  takeSeedTurn(address: string): Promise<SeedTurn> {
    return takeSeedTurn(this.parts, address)
  }

  recordPlacement(address: string, result: PlacementRequest): Promise<PlacementChange> {
    return recordPlacement(this.parts, address, result)
  }

  seeds(): Promise<Seed[]> {
    return allSeeds(this.parts)
  }

  forgetSeed(address: string): Promise<boolean> {
    return forgetSeed(this.parts, address)
  }

  replay(request: ReplayRequest = {}): Replay {
    return replay(this.parts, request)
  }

  suppressions(): AsyncIterable<Suppression> {
    return suppressionsOf(this.ledger)
  }

  export(options: ExportOptions): AsyncIterable<string> {
    return exportSuppressions(this.parts, options)
  }

  import(source: Source, options: ImportOptions): Promise<ImportSummary> {
    return importSuppressions(this.parts, source, options)
  }

  async holds(): Promise<Hold[]> {
    return openHolds(this.ledger, this.parts.clock())
  }

  async waitedFor(): Promise<Hold[]> {
    return waitedFor(this.ledger, this.parts.clock())
  }

  rates(request: RatesRequest): Promise<Rates> {
    return rates(this.parts, request)
  }

  readers(request: { window: RateWindow }): Promise<Readers> {
    return readers(this.parts, request)
  }

  recordEngagement(
    address: string,
    kind: Engagement,
    options?: EngagementOptions,
  ): Promise<Suppression | null> {
    return recordEngagement(this.parts, address, kind, options)
  }

  recordConsent(address: string, at: number, how: string): Promise<void> {
    return recordConsent(this.parts, address, at, how)
  }

  segment(request: SegmentRequest): AsyncIterable<InactiveRecipient> {
    return segment(this.parts, request)
  }

  canary(options: CanaryOptions): Promise<Canary> {
    return declareCanary(this.parts, this.canaryBook, options)
  }

  canaries(): Promise<Canary[]> {
    return allCanaries(this.parts, this.canaryBook)
  }

  enter(request: EnterRequest): Promise<Entrance> {
    return this.parts.lanes.enter(request)
  }

  lanes(): Promise<LaneStatus[]> {
    return this.parts.lanes.statuses()
  }

  confirmDetour(request: { lane: string }): Promise<boolean> {
    return confirmDetour(this.parts, request)
  }

  on<K extends keyof EngineEvents>(event: K, listener: (payload: EngineEvents[K]) => void): void {
    this.parts.events.on(event, listener)
  }

  off<K extends keyof EngineEvents>(event: K, listener: (payload: EngineEvents[K]) => void): void {
    this.parts.events.off(event, listener)
  }

  get policy(): Policy {
    return this.parts.policy.now
  }

  setPolicy(options: PolicyOptions = {}): readonly string[] {
    return this.parts.policy.change(resolvePolicy(options))
  }

  async close(): Promise<void> {
    const { signals, patience, backlog, campaigns, once, presence } = this.parts
    await this.parts.lanes.close()
    await this.parts.incidents.stop()
    await backlog?.close()
    // Numbers that a ledger out of reach does not take are lost; everything else has been told already.
    await patience.run(() => signals.flush()).catch(() => {})
    await patience.run(() => Promise.all([campaigns.idle(), once.idle(), presence.end()])).catch(() => {})
    if (this.parts.ownsLedger) await this.ledger.close()
  }
}
