import type {
  AcceptedAction,
  Action,
  GiveUpAction,
  HoldRef,
  SuppressAction,
  WaitAction,
} from './record/action.ts'
import type { Admission, AdmitRequest } from './admit/admission.ts'
import type { RecordRequest } from './record/outcome.ts'
import type { Quarantine } from './state/state.ts'
import type { Suppression, SuppressionOrigin } from './state/suppression.ts'
import type { Engagement, EngagementState } from './signals/engagement-state.ts'
import type { EngagementOptions } from './signals/record-engagement.ts'
import type { Readers } from './signals/readers.ts'
import type { InactiveRecipient, SegmentRequest } from './signals/segment.ts'
import type { Rates, RatesRequest, RateWindow } from './signals/rates.ts'
import type { PlacementRequest } from './seeds/record-placement.ts'
import type { PlacementChange, Seed, SeedTurn } from './seeds/seed.ts'
import type { Canary } from './signals/canary/canary.ts'
import type { CanaryOptions } from './signals/canary/canary-options.ts'
import type { Incident } from './incidents/incident.ts'
import type { Alert } from './signals/alert.ts'
import type { Entrance, EnterRequest } from './lanes/enter.ts'
import type { LaneStatus } from './lanes/lane-status.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { ExportOptions } from './operator/transfer/export-suppressions.ts'
import type { ImportOptions, ImportSummary } from './operator/transfer/import-options.ts'
import type { Source } from './operator/transfer/lines.ts'
import type { WhyNot, WhyNotOptions } from './operator/why-not/why-not.ts'
import type { Replay, ReplayRequest } from './operator/replay/replay.ts'
import type { Policy } from './policy/policy.ts'
import type { PolicyOptions } from './policy/policy-check.ts'
import type { ReleaseRequest } from './operator/release-request.ts'

/** Milliseconds since the epoch. Passed in, so that tests and the demo can run time as they like. */
export type Clock = () => number

/** Where the engine says what went wrong. `console` will do. */
export interface Logger {
  warn(message: string): void
  error(message: string): void
}

/** Events that {@link Engine.on} takes. */
export interface EngineEvents {
  delivered: AcceptedAction
  suppressed: SuppressAction
  softBounced: GiveUpAction
  retry: WaitAction
  failed: GiveUpAction
  held: Action
  /** `incident`: taken back because of it. */
  released: { hold: HoldRef } | { suppression: Suppression; incident?: string }
  /**
   * Apple took what went through a hold: `room` more messages of those that wait for it may go now. The others wait for
   * `released`.
   */
  halfOpen: { hold: HoldRef; room: number }
  /** A reply of Apple's that no rule knows, so that one can be written. */
  unknown: Action
  /** Apple does not serve this domain of recipients: whoever caches its MX should look it up anew. */
  mxDoubtful: { domain: string }
  /** Something that a person should look at. */
  alert: Alert
  /** Apple itself seems to be broken, or is well again. In one of all the processes. */
  incident: { type: 'opened' | 'closed'; incident: Incident }
}

/** Everything known about one address. */
export interface AddressRecord {
  recipient: string
  suppressions: readonly Suppression[]
  /** Consecutive soft bounces per rule. */
  softBounces: readonly {
    rule: string
    count: number
    firstAt: number
    lastAt: number
    /** Some streams pause: when one message of theirs may be tried, ms since the epoch; else `null`. */
    nextTryAt: number | null
  }[]
  /** As {@link Engine.markImportant} said. */
  important: boolean
  /** A seed: see {@link Engine.takeSeedTurn}. */
  seed: boolean
  /** Apple said that the mailbox does not exist, a short while after it took mail for it; `null` if not. */
  quarantine: Quarantine | null
  /** ms since the epoch of Apple's last 250; `null` if none is known. */
  lastDeliveredAt: number | null
  /** What the reader did, and the evidence of consent. */
  engagement: EngagementState
}

/** An open hold. */
export interface Hold extends HoldRef {
  rule: string
  /** ms since the epoch. */
  since: number
  /** ms since the epoch of the next probe, or of its end. */
  until: number
  /** The reply that opened it, at most 1,000 characters. Remote text. Empty where it is not known. */
  reply: string
  /** Apple took a probe: mail goes some at a time, until Apple took enough. */
  halfOpen?: true
}

/** Decides what to do with mail to Apple, and remembers. Made by `createEngine`. */
export interface Engine {
  readonly ledger: Ledger
  /** Before a send: what may go, per recipient, in the order given. Never throws for a ledger that is out of reach. */
  admit(request: AdmitRequest): Promise<Admission[]>
  /**
   * Whether nobody of these is suppressed, for whatever stream, as far as that can be told without a promise: `true`, and mail to a
   * relay may go without {@link Engine.admit}. `false` says nothing: somebody may be suppressed, the ledger is neither in memory
   * nor in a file, or there are more than 20 recipients; ask `admit`.
   *
   * @param recipients addresses, as `admit` takes them
   * @throws EngineError `EARGUMENT`
   */
  suppressesNone(recipients: readonly string[]): boolean
  /** After an attempt: remembers the outcome and says what to do with the message. */
  record(request: RecordRequest): Promise<Action>
  /** Everything known about one address. */
  address(recipient: string): Promise<AddressRecord>
  /**
   * Everything known about one address, and in plain sentences what stands in the way of its mail and what can be done about
   * it. With the sender, stream, lane or campaign of the mail also what {@link Engine.admit} would answer. A question only:
   * no probe is taken and nothing is changed or counted.
   *
   * @throws EngineError `EARGUMENT`, and what the ledger throws
   */
  whyNot(address: string, options?: WhyNotOptions): Promise<WhyNot>
  /**
   * Suppresses by hand: an unsubscribe, a complaint, an import, an operator. `streams` defaults to marketing for an
   * unsubscribe, to all but transactional for a complaint, to all for the others.
   */
  suppress(request: {
    recipient: string
    origin: Exclude<SuppressionOrigin, 'reply'>
    streams?: readonly string[]
    note?: string
  }): Promise<Suppression>
  /**
   * Takes back what replies did: to an address; by a rule and in a span of time, of all recipients (`{ rule, since, until }`);
   * or by the rules of an incident from its onset to its end (`{ incident }`). Opens a held scope (`{ hold }`). Lets a campaign
   * go that its canary stopped or a reply holds (`{ campaign }`). Says how many suppressions or holds were released.
   *
   * An unsubscribe, a complaint, an import or an operator's suppression ends by its address only, with its `origin` named:
   * `{ address, origin: 'unsubscribe' }`. Each release stands in the event log, with `by` and `note` if they are given.
   *
   * It works through a ledger of any size in slices, while mail goes on. What others write meanwhile is decided on anew.
   *
   * @throws EngineError `EARGUMENT`, and what the ledger throws
   */
  release(request: ReleaseRequest): Promise<number>
  /**
   * Runs the replies that were kept, those of suppressions and of the event log, through today's rules and policy, and gives
   * each that would be taken for something else. A dry run: nothing changes; {@link Engine.release} does that.
   *
   * @throws EngineError `EARGUMENT`; iterating throws what the ledger throws
   */
  replay(request?: ReplayRequest): Replay
  /**
   * Declares a test batch before a campaign begins: `admit` with that `campaign` answers `send` to its first recipients and
   * `held` to the rest, until what `record` hears of the first ones decides: the rest goes, or the campaign is stopped, with
   * an alert, until {@link Engine.release} with that `campaign`. Counts for `direct` hops, in all processes of the ledger.
   * Declared again it says how it stands.
   */
  canary(options: CanaryOptions): Promise<Canary>
  /** The test batches of the last 30 days. */
  canaries(): Promise<Canary[]>
  /**
   * When Apple itself was broken: what lasts, and the last 50 that are over, the newest first. Looks at the numbers once
   * more before it answers. Rejects if the ledger is out of reach.
   */
  incidents(): Promise<Incident[]>
  /**
   * Ends an incident that is none: from now on its replies follow their policy again, and it takes more than was seen, or a
   * day, for another one. False if no such incident is open.
   */
  closeIncident(id: string): Promise<boolean>
  /**
   * Marks an address as important, or takes that back: if a reply suppresses it, an `alert` (`important-suppressed`) is
   * raised. Rejects if the ledger is out of reach.
   */
  markImportant(address: string, important: boolean): Promise<void>
  /**
   * Before a test mail to a mailbox of your own, a seed: whether it may go now. At least 10 minutes lie between two to one
   * seed, in all processes of the ledger. From the first turn on the address is a seed: what Apple says to its mail counts for
   * no lane, rate or incident, and it is never the probe of a hold. Rejects if the ledger is out of reach.
   *
   * @throws EngineError `EARGUMENT`, and what the ledger throws
   */
  takeSeedTurn(address: string): Promise<SeedTurn>
  /**
   * Remembers where the test mail of the last turn was found. If that is elsewhere than it was found before, for the same
   * stream, an `alert` (`placement-changed`) is raised; `unknown` changes nothing.
   *
   * @throws EngineError `EARGUMENT` also for an address that never had a turn, and what the ledger throws
   */
  recordPlacement(address: string, result: PlacementRequest): Promise<PlacementChange>
  /** The seeds, with the last 200 results of each. Rejects if the ledger is out of reach. */
  seeds(): Promise<Seed[]>
  /** The address is a seed no more, and its results are forgotten. False if it was none. */
  forgetSeed(address: string): Promise<boolean>
  suppressions(): AsyncIterable<Suppression>
  /**
   * All suppressions with everything they carry, as pieces of a file: pass it to `Readable.from`. Nothing is kept in memory; who
   * reads slowly makes it wait. In CSV an apostrophe stands before what a spreadsheet would run as a formula, and
   * {@link Engine.import} takes it away again: a round trip loses nothing.
   *
   * @throws EngineError `EARGUMENT`
   */
  export(options: ExportOptions): AsyncIterable<string>
  /**
   * Adds suppressions from a file: our own export, whose rows keep their origin, or the list of another program, in CSV with a
   * header or one JSON object a line. Of the latter the address, the reason (as `note`) and the time are read, by the names
   * that are usual for them. What is known already is never weakened: streams add up, and the newer evidence stays. The same
   * file again changes nothing, so an import that was stopped is simply begun again. Rows that cannot be read are counted and
   * left out.
   *
   * @param source a `Readable`, or anything else that gives strings or bytes in UTF-8
   * @throws EngineError `EARGUMENT`, `EIMPORT` for a file without a column of addresses, and what the ledger throws
   */
  import(source: Source, options: ImportOptions): Promise<ImportSummary>
  /** What is closed. */
  holds(): Promise<Hold[]>
  /**
   * Everything that an {@link Admission} may name as `hold` now: what {@link Engine.holds} lists, marketing streams that go on
   * with engaged readers only, and test batches whose rest waits (rule `canary`). For hosts that keep the mail themselves:
   * what waits for something that is not in here any more may ask again at once. Rejects if the ledger is out of reach.
   */
  waitedFor(): Promise<Hold[]>
  /**
   * How mail fared over an hour, a day, 30 days or so many seconds, and how it came to that: for charts. Rejects if the
   * ledger is out of reach.
   */
  rates(request: RatesRequest): Promise<Rates>
  /** What readers did in such a span, and how the list grew. Rejects if the ledger is out of reach. */
  readers(request: { window: RateWindow }): Promise<Readers>
  /**
   * Remembers what a reader did. An `unsubscribe` suppresses marketing, or the stream that is named; a `complaint` all but
   * transactional mail; the answer is that suppression, `null` if this `id` was told before. `reply`: the reader wrote back. Rejects if the ledger is out of
   * reach: try again, as an unsubscribe must not be lost.
   */
  recordEngagement(
    address: string,
    kind: Engagement,
    options?: EngagementOptions,
  ): Promise<Suppression | null>
  /**
   * Remembers that a reader wants this mail. It ends no suppression: for that name its origin in {@link Engine.release}.
   *
   * @param at ms since the epoch
   * @param how the evidence, in your words; 500 characters are kept
   */
  recordConsent(address: string, at: number, how: string): Promise<void>
  /** Recipients without a click, an answer or a consent for so many days. Opens do not count. */
  segment(request: SegmentRequest): AsyncIterable<InactiveRecipient>
  /**
   * Asks for a connection to Apple, on a `direct` hop: waits until the lane has one free and it is this message's turn, in
   * all processes of the ledger. Thousands may wait at once. Never rejects but for wrong arguments: without its ledger a
   * process goes on with what it held of the lane, and one connection at least.
   *
   * @throws EngineError `EARGUMENT`
   */
  enter(request: EnterRequest): Promise<Entrance>
  /** How each lane stands that was ever used. Rejects if the ledger is out of reach. */
  lanes(): Promise<LaneStatus[]>
  /**
   * Says that somebody has looked into the block of a lane that has an alternative: the stream that most likely led to it
   * may go over the alternative too, and if Apple blocked both, mail may go around again once that one is open. False if
   * there was nothing to confirm.
   */
  confirmDetour(request: { lane: string }): Promise<boolean>
  /** @throws EngineError `EARGUMENT` for an event that there is not */
  on<K extends keyof EngineEvents>(event: K, listener: (payload: EngineEvents[K]) => void): void
  off<K extends keyof EngineEvents>(event: K, listener: (payload: EngineEvents[K]) => void): void
  /** The policy in force, with all its defaults; another object after {@link setPolicy}. Not to be written into. */
  readonly policy: Policy
  /**
   * Another policy from now on, for all mail: what is left out has its default, as in `createEngine`. What was decided
   * already, such as how long a hold lasts, stays; mail that waits for a connection keeps its class. In this process only.
   *
   * @returns the options that a running engine does not change, of those that are other ones now: `probeLeaseSeconds`,
   *   `signals.bucketSeconds`
   * @throws EngineError `EPOLICY`, and then nothing has changed
   */
  setPolicy(options?: PolicyOptions): readonly string[]
  /** Flushes, and closes the ledger if the engine opened it. */
  close(): Promise<void>
}
