export type {
  AcceptedAction,
  Action,
  GiveUpAction,
  HoldRef,
  PassAction,
  SuppressAction,
  WaitAction,
} from './record/action.ts'
export type {
  Admission,
  AdmitRequest,
  ExpiredAdmission,
  SendAdmission,
  SuppressedAdmission,
  WaitAdmission,
} from './admit/admission.ts'
export type { Attempt, Decision, Effect } from './decide/attempt.ts'
export { createEngine } from './create-engine.ts'
export type { EngineOptions } from './create-engine.ts'
export { decide } from './decide/decide.ts'
export { decideNoReply } from './decide/decide-no-reply.ts'
export type { Incident } from './incidents/incident.ts'
export type { IncidentPolicy } from './incidents/incident-policy.ts'
export { EngineError } from './errors.ts'
export type { EngineErrorCode } from './errors.ts'
export type { AddressRecord, Clock, Engine, EngineEvents, Hold, Logger } from './engine.ts'
export type {
  Change,
  Count,
  Counts,
  Entry,
  EventQuery,
  Ledger,
  LedgerEvent,
  StoredEvent,
} from './ledger/ledger.ts'
export type { Detour } from './lanes/detour/detour.ts'
export type { EnterRequest, Entrance, GoEntrance, LaterEntrance, Slot } from './lanes/enter.ts'
export { defaultWarmUp, lanePolicyOf, priorityOf } from './lanes/lane-policy.ts'
export type { LanePolicy, LanesPolicy, SpreadPolicy } from './lanes/lane-policy.ts'
export type { LanesOptions } from './lanes/lane-policy-check.ts'
export type { LaneStatus } from './lanes/lane-status.ts'
export { backupLedger } from './ledger/sqlite/backup-ledger.ts'
export type { BackupOptions } from './ledger/sqlite/backup-ledger.ts'
export type { EventBounds } from './ledger/event-bounds.ts'
export { memoryLedger } from './ledger/memory-ledger.ts'
export { openLedger } from './ledger/open-ledger.ts'
export { appleLetter } from './letters/apple-letter.ts'
export type { AppleLetterRequest } from './letters/apple-letter.ts'
export type { Letter, LetterBlock, LetterSection } from './letters/letter.ts'
export type { LetterRequest, LetterSource } from './letters/letter-request.ts'
export { proofpointLetter } from './letters/proofpoint-letter.ts'
export type { RemovalRequest } from './letters/removal-letter.ts'
export { spamhausLetter } from './letters/spamhaus-letter.ts'
export type { Late } from './record/late.ts'
export type { Hop, Outcome, RecordRequest, Subject } from './record/outcome.ts'
export type {
  AddressRelease,
  ReleaseRequest,
  RepliesRelease,
  RepliesReleaseOptions,
  RepliesSelection,
} from './operator/release-request.ts'
export type { Audit } from './operator/audit.ts'
export type { ExportOptions, TransferFormat } from './operator/transfer/export-suppressions.ts'
export type { BadRow, ImportOptions, ImportSummary } from './operator/transfer/import-options.ts'
export type { Source } from './operator/transfer/lines.ts'
export type { Reason } from './operator/why-not/reasons.ts'
export type { WhyNot, WhyNotOptions } from './operator/why-not/why-not.ts'
export type { Replay, ReplayDifference, ReplayRequest, ReplaySummary } from './operator/replay/replay.ts'
export type { ReplayedAs, ReplayKind } from './operator/replay/replay-reply.ts'
export type { Time } from './operator/time-span.ts'
export { defaultPolicy } from './policy/policy.ts'
export type { Policy, RulePolicy, TopOfHourPolicy } from './policy/policy.ts'
export type {
  PausePolicy,
  QuarantinePolicy,
  SlowLanePolicy,
  SuppressPolicy,
} from './policy/recipient-policy.ts'
export type { CampaignHoldPolicy, HoldPolicy } from './policy/hold-policy.ts'
export { resolvePolicy } from './policy/policy-check.ts'
export type { PolicyOptions } from './policy/policy-check.ts'
export { matchReturnPath } from './return-path/match-return-path.ts'
export type { ReturnPathCandidates, ReturnPathMatch } from './return-path/match-return-path.ts'
export type { ReturnPath, ReturnPathOptions } from './return-path/return-path.ts'
export type { ReturnPathKey } from './return-path/return-path-key.ts'
export { signReturnPath } from './return-path/sign-return-path.ts'
export type { SignedReturnPath, SignReturnPathOptions } from './return-path/sign-return-path.ts'
export { verifyReturnPath } from './return-path/verify-return-path.ts'
export type { ReturnPathRefusal, VerifiedReturnPath } from './return-path/verify-return-path.ts'
export type { ResolveMx } from './mx/mx-book.ts'
export { redisLedger } from './ledger/redis/redis-ledger.ts'
export type { IoredisClient, RedisLedgerOptions } from './ledger/redis/redis-options.ts'
export { scalePolicy } from './policy/scale-policy.ts'
export { sqliteLedger } from './ledger/sqlite/sqlite-ledger.ts'
export type {
  DomainState,
  LaneLimits,
  CountedReplies,
  CountedReply,
  EngagedOnly,
  MessageState,
  ProbeLease,
  Recent,
  Quarantine,
  RecipientState,
  ScopeState,
  SoftBounces,
  State,
  StoredHold,
  Way,
} from './state/state.ts'
export type { PlacementRequest } from './seeds/record-placement.ts'
export type { Placement, PlacementChange, PlacementResult, Seed, SeedTurn } from './seeds/seed.ts'
export type { Alert, AlertKind } from './signals/alert.ts'
export type { Canary } from './signals/canary/canary.ts'
export type { CanaryOptions } from './signals/canary/canary-options.ts'
export type { CanaryReplies } from './signals/canary/canary-state.ts'
export { engagementKey, isEngaged } from './signals/engagement-state.ts'
export type { Consent, Engagement, EngagementState } from './signals/engagement-state.ts'
export type { MailCounts } from './signals/mail-counts.ts'
export type { RateBucket, Rates, RatesRequest, RateWindow } from './signals/rates.ts'
export type { EngagementOptions } from './signals/record-engagement.ts'
export type { ReaderCounts, Readers } from './signals/readers.ts'
export type { InactiveRecipient, SegmentRequest } from './signals/segment.ts'
export type { SignalsPolicy } from './signals/signals-policy.ts'
export type { AddressKey } from './names/address-key.ts'
export type { Route } from './subject.ts'
export type { Heard, Suppression, SuppressionOrigin } from './state/suppression.ts'
